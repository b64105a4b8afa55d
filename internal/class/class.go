package class

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// A Membership (人群归属) is what a class says of somebody, with the reasons.
type Membership struct {
	Class  *pack.Class
	Answer rule.Answer
}

// Classes are the classes in force, bound to the register whose words they use.
type Classes struct {
	Register *register.Register
	Packs    func() *pack.Index
}

// Of returns what the open classes say of a person or household, those that apply first.
func (c *Classes) Of(tx *db.Tx, s fact.Subject) ([]Membership, error) {
	return c.ask(tx, s, func(k *pack.Class) bool { return k.Sealed == "" })
}

// Open returns what the classes sealed for a purpose say of a person or household, and notes the look. Returns forbidden where the actor may not see
// the subject for that purpose, and invalid without a reason.
func (c *Classes) Open(tx *db.Tx, by staff.Actor, s fact.Subject, p register.Purpose, reason string) ([]Membership, error) {
	if err := register.See(tx, by, s, p); err != nil {
		return nil, err
	}
	if err := register.NoteLook(tx, by, s, p, "classes", reason); err != nil {
		return nil, err
	}
	return c.ask(tx, s, func(k *pack.Class) bool { return k.Sealed == string(p) })
}

// Sealed reports for which purposes classes are sealed where a subject is.
func (c *Classes) Sealed(tx *db.Tx, s fact.Subject) ([]register.Purpose, error) {
	path, err := register.PathOf(tx, s)
	if err != nil {
		return nil, err
	}
	var out []register.Purpose
	for _, k := range c.Packs().Classes(path, place.Today(tx)) {
		if k.Of == s.Kind && k.Sealed != "" && !slices.Contains(out, register.Purpose(k.Sealed)) {
			out = append(out, register.Purpose(k.Sealed))
		}
	}
	return out, nil
}

func (c *Classes) ask(tx *db.Tx, s fact.Subject, want func(*pack.Class) bool) ([]Membership, error) {
	path, err := register.PathOf(tx, s)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(c.Packs().Classes(path, place.Today(tx)), func(k *pack.Class) bool { return k.Of != s.Kind || !want(k) })
	if len(list) == 0 {
		return nil, nil
	}
	facts, err := c.Facts(tx, s)
	if err != nil {
		return nil, err
	}
	var out []Membership
	for _, k := range list {
		out = append(out, Membership{k, k.Ask(facts)})
	}
	slices.SortStableFunc(out, func(a, b Membership) int { return int(b.Answer.Value - a.Answer.Value) })
	return out, nil
}

// Facts returns what rules may know of a person, household or organisation today: the facts of the register and what follows from relations. It is also what conditions
// of services are asked about.
func (c *Classes) Facts(tx *db.Tx, s fact.Subject) (rule.Facts, error) {
	list, err := register.Facts(tx, s, fact.AsOf{})
	if err != nil {
		return nil, err
	}
	today := place.Today(tx)
	out := rule.Facts{pack.Today: today}
	for _, f := range list {
		if w, ok := c.Register.Words().Word(s.Kind, f.Name); ok {
			if v := w.Value(f.Value); v != nil {
				out[f.Name] = v
			}
		}
	}
	switch s.Kind {
	case lexicon.Person:
		return out, c.derivePerson(tx, s, today, out)
	case lexicon.Household:
		return out, deriveHousehold(tx, s, today, out)
	case lexicon.Organisation:
		return out, nil
	}
	return nil, fault.Invalid("subject", "规则只说人员、户和组织")
}

// derivePerson adds what follows from the relations of a person.
func (c *Classes) derivePerson(tx *db.Tx, s fact.Subject, today civil.Date, out rule.Facts) error {
	p, err := register.PersonOf(tx, s.ID)
	if err != nil {
		return err
	}
	rel, err := fact.Relations(tx, s, fact.AsOf{})
	if err != nil {
		return err
	}
	kin := Kin{Born: p.Born, Died: p.Died, Registered: p.HomePath != ""}
	children := map[db.ID]bool{}
	for _, r := range rel {
		switch {
		case r.Name == lexicon.ParentOf && r.From == s:
			children[r.To.ID] = true
		case r.Name == lexicon.LivesAt:
			kin.Home = r.To.ID
		case r.Name == lexicon.RegisteredAt:
			kin.RegisteredAt = r.To.ID
		case r.Name == lexicon.CaresFor && r.To == s:
			kin.Carers++
		case r.Name == lexicon.WorksFor:
			kin.Works = true
		case r.Name == lexicon.SpouseOf:
			kin.Spouse = true
		}
	}
	living, err := register.Persons(tx, keys(children))
	if err != nil {
		return err
	}
	for _, child := range living {
		if child.Died.IsZero() {
			kin.Living++
		}
	}
	if err := kin.atHome(tx, s, children); err != nil {
		return err
	}
	kin.Derive(today, func(name string) any { return out[name] }, func(name string, v any) { out[name] = v })
	return nil
}

// atHome adds who lives under the same roof.
func (k *Kin) atHome(tx *db.Tx, s fact.Subject, children map[db.ID]bool) error {
	if k.Home.IsZero() {
		return nil
	}
	at, err := fact.Relations(tx, fact.Dwelling(k.Home), fact.AsOf{}, lexicon.LivesAt)
	if err != nil {
		return err
	}
	var ids []db.ID
	for _, r := range at {
		if r.From != s {
			ids = append(ids, r.From.ID)
		}
	}
	mates, err := register.Persons(tx, ids)
	if err != nil {
		return err
	}
	for _, m := range mates {
		k.Mates = append(k.Mates, Mate{m.Born, children[m.ID]})
	}
	return nil
}

func deriveHousehold(tx *db.Tx, s fact.Subject, today civil.Date, out rule.Facts) error {
	list, err := fact.Relations(tx, s, fact.AsOf{}, lexicon.MemberOf)
	if err != nil {
		return err
	}
	var ids []db.ID
	for _, r := range list {
		ids = append(ids, r.From.ID)
	}
	members, err := register.Persons(tx, ids)
	if err != nil {
		return err
	}
	var born []civil.Date
	for _, m := range members {
		born = append(born, m.Born)
	}
	DeriveHousehold(born, today, func(name string, v any) { out[name] = v })
	return nil
}

func keys(m map[db.ID]bool) []db.ID {
	var out []db.ID
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
