package register

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
)

// Facts returns what is known of a subject, by name: what was told, and what its row has had from the first day. As of an instant before
// the row was made, nothing is known.
func Facts(tx *db.Tx, s fact.Subject, at fact.AsOf) ([]fact.Fact, error) {
	told, err := fact.Of(tx, s, at)
	if err != nil {
		return nil, err
	}
	row, err := rowFacts(tx, s)
	if err != nil {
		return nil, err
	}
	ever, err := fact.Names(tx, s)
	if err != nil {
		return nil, err
	}
	for _, f := range row {
		if !slices.Contains(ever, f.Name) && (at.Known.IsZero() || !f.Recorded.After(at.Known.Time)) {
			told = append(told, f)
		}
	}
	slices.SortStableFunc(told, func(a, b fact.Fact) int { return strings.Compare(a.Name, b.Name) })
	return told, nil
}

// FactsOfMany returns what is known today of several persons, by person, as Facts does of one.
func FactsOfMany(tx *db.Tx, people []Person) (map[db.ID][]fact.Fact, error) {
	ids := make([]db.ID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	told, err := fact.OfMany(tx, ids, fact.AsOf{})
	if err != nil {
		return nil, err
	}
	ever, err := fact.NamesOfMany(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		first := firstTelling(p.Source)
		for i, value := range []string{p.Name, string(p.Sex), p.Born.String(), p.Place, p.Address} {
			name := projected[lexicon.Person].columns[i]
			if value != "" && !slices.Contains(ever[p.ID], name) {
				told[p.ID] = append(told[p.ID], fact.Fact{Subject: fact.Person(p.ID), Name: name, Value: value, Recorded: p.Created, Telling: first})
			}
		}
	}
	return told, nil
}

// A Known (已知信息) is a fact as a form is filled with it: the value with its source and since when it holds.
type Known struct {
	Name      string
	Label     string
	Value     string // as a form reads it; "" for what is under seal
	Shown     string // as a page shows it, masked when it is under seal
	Source    fact.Source
	Certainty fact.Certainty
	Since     civil.Date // zero: as long as anybody knows
	Recorded  db.Time
	Sensitive string // "", masked or hidden
}

// Known returns what is known of a subject for these names, by name; an unknown name is left out. Besides facts, a person has id_number,
// phone and email, masked, and what a dot leads to: dwelling.area, household.number, spouse.name, employer.name, household head.name.
func (r *Register) Known(tx *db.Tx, s fact.Subject, names []string, at fact.AsOf) (map[string]Known, error) {
	facts, err := Facts(tx, s, at)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Known, len(names))
	r.fill(out, "", s.Kind, facts, names)
	if s.Kind != lexicon.Person {
		return out, nil
	}
	if slices.ContainsFunc(names, func(n string) bool { return n == "id_number" || n == "phone" || n == "email" }) {
		if err := fillContacts(tx, out, s.ID, names); err != nil {
			return nil, err
		}
	}
	return out, r.fillBeyond(tx, out, s, names, at)
}

// fill takes what is asked for; prefix leads to the subject of facts.
func (r *Register) fill(out map[string]Known, prefix string, kind lexicon.Kind, facts []fact.Fact, names []string) {
	for _, f := range facts {
		if !slices.Contains(names, prefix+f.Name) {
			continue
		}
		k := Known{Name: prefix + f.Name, Label: f.Name, Value: f.Value, Shown: f.Value, Source: f.Source, Certainty: f.Certainty, Since: f.From, Recorded: f.Recorded}
		if w, ok := r.Words().Word(kind, f.Name); ok {
			k.Label, k.Shown, k.Sensitive = w.Label, w.Show(f.Value), w.Sensitive
		}
		out[k.Name] = k
	}
}

func fillContacts(tx *db.Tx, out map[string]Known, person db.ID, names []string) error {
	list, err := Contacts(tx, person)
	for _, c := range list {
		name := c.Kind.field()
		if _, have := out[name]; have || !slices.Contains(names, name) {
			continue
		}
		t := firstTelling(c.Source)
		out[name] = Known{Name: name, Label: c.Kind.Words(), Shown: c.Masked, Source: t.Source, Certainty: t.Certainty, Recorded: c.First, Sensitive: "masked"}
	}
	return err
}

// beyond says which relation a name before the dot follows.
var beyond = []struct{ prefix, relation string }{
	{"dwelling.", lexicon.LivesAt}, {"household.", lexicon.MemberOf}, {"employer.", lexicon.WorksFor}, {"spouse.", lexicon.SpouseOf},
}

func (r *Register) fillBeyond(tx *db.Tx, out map[string]Known, s fact.Subject, names []string, at fact.AsOf) error {
	var follow []string
	for _, b := range beyond {
		if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, b.prefix) }) {
			follow = append(follow, b.relation)
		}
	}
	if len(follow) == 0 {
		return nil
	}
	list, err := fact.Relations(tx, s, at, follow...)
	if err != nil {
		return err
	}
	for _, x := range list {
		other := x.Other(s)
		for _, b := range beyond {
			if b.relation != x.Name || b.prefix == "household." && other.Kind != lexicon.Household {
				continue
			}
			facts, err := Facts(tx, other, at)
			if err != nil {
				return err
			}
			r.fill(out, b.prefix, other.Kind, facts, names)
		}
	}
	return nil
}
