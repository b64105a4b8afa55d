package population

import (
	"context"
	"strings"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
)

// Bounds of what is followed; beyond them everything is read afresh.
const (
	followMost = 200_000
	logMost    = 200_000
)

// Refresh brings the population to what the registers say now, reading everything when it has read nothing yet, on another day, after a change of
// places or words, and when too much has happened.
func (p *Population) Refresh(ctx context.Context) error {
	p.one.Lock()
	defer p.one.Unlock()
	if !p.last.loaded {
		return p.load(ctx)
	}
	p.mu.RLock()
	want := len(p.want[lexicon.Person]) + len(p.want[lexicon.Household])
	p.mu.RUnlock()
	if p.last.words != p.people.Words() || p.last.want != want {
		return p.load(ctx)
	}
	var n news
	err := p.db.Read(ctx, func(tx *db.Tx) (err error) { n, err = p.news(tx); return err })
	if err != nil {
		return wrap("follow the registers", err)
	}
	if n.afresh {
		return p.load(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.take(&n)
	return nil
}

// news is what is to be taken over.
type news struct {
	afresh     bool
	next       mark
	persons    []heard
	households []heard
}

// heard is somebody as the registers have him now.
type heard struct {
	id    db.ID
	entry register.Entry
	path  string
	facts []fact.Fact
	edges []fact.Relation
}

// news reads whom something was told of, and what.
func (p *Population) news(tx *db.Tx) (n news, err error) {
	n.next = p.last
	places, err := place.Version(tx)
	if err != nil {
		return n, err
	}
	if n.afresh = places != p.last.places || place.Today(tx) != p.last.day; n.afresh {
		return n, nil
	}
	told, more, err := fact.TouchedSince(tx, p.last.ids, followMost)
	if err != nil || more {
		return news{afresh: more}, err
	}
	subjects, log, more, err := audit.Since(tx, p.city, p.last.log, logMost)
	if err != nil || more {
		return news{afresh: more}, err
	}
	n.next.log = log
	if n.next.ids, err = upTo(tx); err != nil {
		return n, err
	}
	n.next.seen = map[fact.Subject]fact.Touched{}
	whom := map[fact.Subject]bool{}
	for _, t := range told {
		n.next.seen[t.Subject] = t
		if p.last.seen[t.Subject] != t {
			whom[t.Subject] = true
		}
	}
	for _, s := range subjects {
		if strings.HasPrefix(s, "person:") || strings.HasPrefix(s, "household:") {
			if subject, err := fact.ParseSubject(s); err == nil {
				whom[subject] = true
			}
		}
	}
	if err := p.newcomers(tx, whom); err != nil {
		return n, err
	}
	return n, n.read(tx, whom)
}

// newcomers adds those who have no row yet.
func (p *Population) newcomers(tx *db.Tx, whom map[fact.Subject]bool) error {
	err := register.ScanPersons(tx, p.last.ids, func(e register.Entry) error {
		if _, known := p.now.Persons.rows[e.ID]; !known {
			whom[fact.Person(e.ID)] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return register.ScanHouseholds(tx, p.last.ids, func(h register.Household) error {
		if _, known := p.now.Households.rows[h.ID]; !known {
			whom[fact.Household(h.ID)] = true
		}
		return nil
	})
}

// read reads those of whom something was told as classes read them.
func (n *news) read(tx *db.Tx, whom map[fact.Subject]bool) error {
	var ids []db.ID
	for s := range whom {
		if s.Kind == lexicon.Person {
			ids = append(ids, s.ID)
		}
	}
	people, err := register.Persons(tx, ids)
	if err != nil {
		return err
	}
	for s := range whom {
		h := heard{id: s.ID}
		switch s.Kind {
		case lexicon.Person:
			x, known := people[s.ID]
			if !known {
				continue
			}
			h.entry = register.Entry{ID: x.ID, Born: x.Born, Died: x.Died, Path: x.Path, HomePath: x.HomePath}
			if h.edges, err = fact.Relations(tx, s, fact.AsOf{}, relationNames...); err != nil {
				return err
			}
		case lexicon.Household:
			if h.path, err = register.PathOf(tx, s); err != nil {
				return err
			}
		default:
			continue
		}
		if h.facts, err = register.Facts(tx, s, fact.AsOf{}); err != nil {
			return err
		}
		if s.Kind == lexicon.Person {
			n.persons = append(n.persons, h)
		} else {
			n.households = append(n.households, h)
		}
	}
	return nil
}

// take takes the news over and notes whose rows changed: those heard of, and their circles as they were and as they are.
func (p *Population) take(n *news) {
	c := &p.now
	p.last = n.next
	if len(n.persons)+len(n.households) == 0 {
		return
	}
	changed := map[Row]bool{}
	circle := func(h heard) {
		for _, r := range c.Circle(int(c.Persons.rows[h.id])) {
			changed[r] = true
		}
	}
	for _, h := range n.households {
		row, known := c.Households.rows[h.id]
		if !known {
			row = int32(c.Households.add(h.id))
		}
		c.Households.path[row] = c.Households.code(h.path)
		changed[Row{lexicon.Household, int(row)}] = true
	}
	for _, h := range n.persons {
		if _, known := c.Persons.rows[h.id]; known {
			circle(h)
		} else {
			c.Persons.add(h.id)
		}
	}
	c.Persons.Table.Grow(c.Persons.Len())
	c.Households.Table.Grow(c.Households.Len())
	for _, h := range n.persons {
		row := c.Persons.rows[h.id]
		c.entry(int(row), &h.entry)
		c.detach(row)
		for _, r := range h.edges {
			self := fact.Person(h.id)
			c.attach(row, c.edge(relations[r.Name], r.From != self, r.Other(self)))
		}
		c.Persons.retell(int(row), h.facts, p.last)
	}
	for _, h := range n.households {
		c.Households.retell(int(c.Households.rows[h.id]), h.facts, p.last)
	}
	for _, h := range n.persons {
		circle(h)
	}
	d, rows := c.deriver(), make([]Row, 0, len(changed))
	for r := range changed {
		if r.Kind == lexicon.Person {
			d.person(r.Row)
		} else {
			d.household(r.Row)
		}
		rows = append(rows, r)
	}
	p.note(rows)
}

// retell writes the facts of a row anew.
func (r *Roll) retell(row int, facts []fact.Fact, m mark) {
	for _, c := range r.told {
		c.Unset(row)
	}
	read := newReader(m.words, r.Kind)
	for _, f := range facts {
		if c := r.told[f.Name]; c != nil {
			read.set(c, row, f.Value)
		}
	}
}
