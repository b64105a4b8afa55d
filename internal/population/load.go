package population

import (
	"context"
	"slices"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule/column"
)

// overlap is how far back tellings are looked at again where transactions commit beside each other: an id is made before its transaction is committed.
const overlap = 5 * time.Minute

// load reads everybody. The marks are asked first: what happens meanwhile is read again.
func (p *Population) load(ctx context.Context) error {
	words := p.people.Words()
	p.mu.RLock()
	persons, households := p.wanted(lexicon.Person), p.wanted(lexicon.Household)
	p.mu.RUnlock()
	m := mark{loaded: true, words: words, want: len(persons) + len(households), seen: map[fact.Subject]fact.Touched{}}
	c := City{dwellings: map[db.ID]int32{}}
	err := p.db.Read(ctx, func(tx *db.Tx) (err error) {
		m.day = place.Today(tx)
		if m.places, err = place.Version(tx); err != nil {
			return err
		}
		if m.log, err = audit.Size(tx, p.city); err != nil {
			return err
		}
		if m.ids, err = upTo(tx); err != nil {
			return err
		}
		told, _, err := fact.TouchedSince(tx, m.ids, 1<<30)
		if err != nil {
			return err
		}
		for _, t := range told {
			m.seen[t.Subject] = t
		}
		c = City{Today: m.day, dwellings: map[db.ID]int32{}, Persons: newRoll(lexicon.Person, words, persons, m.day),
			Households: newRoll(lexicon.Household, words, households, m.day)}
		return c.read(tx, words)
	})
	if err != nil {
		return wrap("read the registers", err)
	}
	d := c.deriver()
	for row := range c.Persons.Len() {
		d.person(row)
	}
	for row := range c.Households.Len() {
		d.household(row)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c.loads = p.now.loads + 1
	p.now, p.last = c, m
	p.forget()
	return nil
}

// read reads rows, then relations, then facts.
func (c *City) read(tx *db.Tx, words *lexicon.Lexicon) error {
	err := register.ScanPersons(tx, 0, func(e register.Entry) error {
		c.entry(c.Persons.add(e.ID), &e)
		return nil
	})
	if err != nil {
		return err
	}
	err = register.ScanHouseholds(tx, 0, func(h register.Household) error {
		row := c.Households.add(h.ID)
		c.Households.path[row] = c.Households.code(h.Path)
		return nil
	})
	if err != nil {
		return err
	}
	c.Persons.Table.Grow(c.Persons.Len())
	c.Households.Table.Grow(c.Households.Len())
	if err := fact.ScanRelations(tx, relationNames, c.relate); err != nil {
		return err
	}
	for _, r := range []*Roll{c.Persons, c.Households} {
		if err := r.repeated(tx, words); err != nil {
			return err
		}
		if err := r.facts(tx, words); err != nil {
			return err
		}
	}
	return nil
}

// entry takes over the row of a person.
func (c *City) entry(row int, e *register.Entry) {
	r := c.Persons
	r.path[row], r.home[row] = r.code(e.Path), e.HomePath != ""
	r.born[row], r.died[row] = packed(e.Born), packed(e.Died)
}

// relate takes over one relation, on both ends.
func (c *City) relate(name string, from, to fact.Subject) {
	if from.Kind == lexicon.Person {
		if row, known := c.Persons.rows[from.ID]; known {
			c.attach(row, c.edge(relations[name], false, to))
		}
	}
	if to.Kind == lexicon.Person {
		if row, known := c.Persons.rows[to.ID]; known {
			c.attach(row, c.edge(relations[name], true, from))
		}
	}
}

func (c *City) edge(name relation, back bool, other fact.Subject) edge {
	e := edge{to: -1, name: name, back: back}
	known := false
	switch other.Kind {
	case lexicon.Person:
		e.to, known = c.Persons.rows[other.ID]
	case lexicon.Household:
		e.to, known = c.Households.rows[other.ID]
	case lexicon.Dwelling:
		if e.to, known = c.dwellings[other.ID]; !known {
			e.to, known = int32(len(c.roofs)), true
			c.dwellings[other.ID], c.roofs = e.to, append(c.roofs, nil)
		}
	}
	if !known {
		e.to = -1
	}
	return e
}

// attach adds an edge to a person, and the person to the roof or household at its end.
func (c *City) attach(row int32, e edge) {
	list := c.Persons.edges[row]
	if list == nil {
		list = make([]edge, 0, 4)
	}
	c.Persons.edges[row] = append(list, e)
	switch {
	case e.to < 0:
	case e.name == livesAt && !slices.Contains(c.roofs[e.to], row):
		c.roofs[e.to] = append(c.roofs[e.to], row)
	case e.name == memberOf && !slices.Contains(c.Households.members[e.to], row):
		c.Households.members[e.to] = append(c.Households.members[e.to], row)
	}
}

// detach takes all edges from a person.
func (c *City) detach(row int32) {
	is := func(m int32) bool { return m == row }
	for _, e := range c.Persons.edges[row] {
		switch {
		case e.to < 0:
		case e.name == livesAt:
			c.roofs[e.to] = slices.DeleteFunc(c.roofs[e.to], is)
		case e.name == memberOf:
			c.Households.members[e.to] = slices.DeleteFunc(c.Households.members[e.to], is)
		}
	}
	c.Persons.edges[row] = nil
}

// repeated fills in what rows say without its having been told.
func (r *Roll) repeated(tx *db.Tx, words *lexicon.Lexicon) error {
	var names []string
	for _, n := range register.Repeated(r.Kind) {
		if r.told[n] != nil {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return nil
	}
	type key struct {
		id   db.ID
		name string
	}
	ever := map[key]bool{}
	if err := fact.ScanEver(tx, r.Kind, names, func(id db.ID, name string) { ever[key{id, name}] = true }); err != nil {
		return err
	}
	read := newReader(words, r.Kind)
	fill := func(id db.ID, value func(name string) string) {
		row, known := r.rows[id]
		for _, n := range names {
			if v := value(n); known && v != "" && !ever[key{id, n}] {
				read.set(r.told[n], int(row), v)
			}
		}
	}
	if r.Kind == lexicon.Household {
		return register.ScanHouseholds(tx, 0, func(h register.Household) error { fill(h.ID, h.Column); return nil })
	}
	return register.ScanPersons(tx, 0, func(e register.Entry) error { fill(e.ID, e.Column); return nil })
}

// facts reads what was told of everybody.
func (r *Roll) facts(tx *db.Tx, words *lexicon.Lexicon) error {
	var names []string
	for n := range r.told {
		names = append(names, n)
	}
	slices.Sort(names)
	read := newReader(words, r.Kind)
	return fact.Scan(tx, r.Kind, names, func(id db.ID, name, value string) error {
		if row, known := r.rows[id]; known {
			read.set(r.told[name], int(row), value)
		}
		return nil
	})
}

// reader turns kept texts into values, and remembers the common ones.
type reader struct {
	words *lexicon.Lexicon
	kind  lexicon.Kind
	known map[*column.Column]map[string]any
}

func newReader(words *lexicon.Lexicon, kind lexicon.Kind) *reader {
	return &reader{words, kind, map[*column.Column]map[string]any{}}
}

const remembered = 10_000

func (d *reader) set(c *column.Column, row int, text string) {
	known := d.known[c]
	if known == nil {
		known = map[string]any{}
		d.known[c] = known
	}
	v, is := known[text]
	if !is {
		if w, has := d.words.Word(d.kind, c.Name()); has {
			v = w.Value(text)
		}
		if len(known) < remembered {
			known[text] = v
		}
	}
	c.Set(row, v)
}

// upTo is from which id on tellings are looked at the next time. Writers of SQLite follow one another, and so do their ids; those of PostgreSQL commit in any
// order, so that the last minutes are looked at again.
func upTo(tx *db.Tx) (db.ID, error) {
	told, err := fact.LastID(tx)
	if err != nil {
		return 0, err
	}
	entered, err := register.LastID(tx)
	if err != nil {
		return 0, err
	}
	last := max(told, entered)
	if tx.Engine() == db.SQLite || last == 0 {
		return last + 1, nil
	}
	return db.FirstID(last.Time().Add(-overlap)), nil
}
