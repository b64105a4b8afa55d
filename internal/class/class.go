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

// Facts returns what rules may know of a person or household today: the facts of the register and what follows from relations. It is also what conditions
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
	}
	return nil, fault.Invalid("subject", "人群只说人员和户")
}

// derivePerson adds what follows from the relations of a person.
func (c *Classes) derivePerson(tx *db.Tx, s fact.Subject, today civil.Date, out rule.Facts) error {
	p, err := register.PersonOf(tx, s.ID)
	if err != nil {
		return err
	}
	if !p.Born.IsZero() {
		out["age"] = age(p.Born, today)
	}
	out["deceased"] = !p.Died.IsZero()
	rel, err := fact.Relations(tx, s, fact.AsOf{})
	if err != nil {
		return err
	}
	children := map[db.ID]bool{}
	var home db.ID
	registered := db.ID(0)
	carers, works, spouse := 0, false, false
	for _, r := range rel {
		switch {
		case r.Name == lexicon.ParentOf && r.From == s:
			children[r.To.ID] = true
		case r.Name == lexicon.LivesAt:
			home = r.To.ID
		case r.Name == lexicon.RegisteredAt:
			registered = r.To.ID
		case r.Name == lexicon.CaresFor && r.To == s:
			carers++
		case r.Name == lexicon.WorksFor:
			works = true
		case r.Name == lexicon.SpouseOf:
			spouse = true
		}
	}
	out["carers"], out["works"], out["registered_here"] = carers, works, p.HomePath != ""
	if status, known := out[lexicon.MaritalStatus]; known || spouse {
		out["living_spouse"] = spouse || status == "married"
	}
	living, err := register.Persons(tx, keys(children))
	if err != nil {
		return err
	}
	n := 0
	for _, child := range living {
		if child.Died.IsZero() {
			n++
		}
	}
	if n > 0 || out["children"] != nil {
		out["living_children"] = n
	}
	if home.IsZero() {
		return nil
	}
	if !registered.IsZero() {
		out["lives_where_registered"] = home == registered
	}
	return deriveHome(tx, s, home, children, today, out)
}

// deriveHome adds who lives under the same roof.
func deriveHome(tx *db.Tx, s fact.Subject, home db.ID, children map[db.ID]bool, today civil.Date, out rule.Facts) error {
	at, err := fact.Relations(tx, fact.Dwelling(home), fact.AsOf{}, lexicon.LivesAt)
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
	youngest, atHome := -1, 0
	for _, m := range mates {
		if years := age(m.Born, today); !m.Born.IsZero() && (youngest < 0 || years < youngest) {
			youngest = years
		}
		if children[m.ID] {
			atHome++
		}
	}
	out["housemates"], out["children_at_home"] = len(mates), atHome
	if youngest >= 0 {
		out["youngest_housemate"] = youngest
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
	out["members"] = len(members)
	for _, m := range members {
		if m.Born.IsZero() {
			continue
		}
		years := age(m.Born, today)
		if was, ok := out["oldest"].(int); !ok || years > was {
			out["oldest"] = years
		}
		if was, ok := out["youngest"].(int); !ok || years < was {
			out["youngest"] = years
		}
	}
	return nil
}

// age returns full years.
func age(born, today civil.Date) int {
	years := today.Year - born.Year
	if born.AddMonths(12 * years).After(today) {
		years--
	}
	return years
}

func keys(m map[db.ID]bool) []db.ID {
	var out []db.ID
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
