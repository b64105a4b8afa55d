package event

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
)

// adult is the age from which somebody is of age.
const adult = 18

// Members returns who belongs to a household on a day, with the part each has in it.
func Members(tx *db.Tx, h db.ID, at fact.AsOf) ([]fact.Relation, error) {
	return fact.Relations(tx, household(h), at, lexicon.MemberOf)
}

// opened begins an event of a household that stands and that the actor may change.
func (e *Events) opened(tx *db.Tx, by staff.Actor, id db.ID, on civil.Date, basis string) (*deed, register.Household, error) {
	h, err := register.HouseholdOf(tx, id)
	if err != nil {
		return nil, h, err
	}
	if err := register.See(tx, by, household(id), register.ForService); err != nil {
		return nil, h, err
	}
	if h.Closed != "" {
		return nil, h, fault.Invalid("household", "这一户已于 %s 注销，请改选", h.Closed)
	}
	d, err := e.begin(tx, by, on, basis, h.Path)
	return d, h, err
}

// ChangeHead makes another member head of a household. A child may head it only when no adult belongs to it. Returns invalid, forbidden.
func (e *Events) ChangeHead(tx *db.Tx, by staff.Actor, id, head db.ID, on civil.Date, basis string) (db.ID, error) {
	d, _, err := e.opened(tx, by, id, on, basis)
	if err != nil {
		return 0, err
	}
	if err := d.mayHead(id, head, nil); err != nil {
		return 0, err
	}
	if err := d.end(household(id), nil, lexicon.Heads); err != nil {
		return 0, err
	}
	if err := d.relate(lexicon.Heads, person(head), household(id), ""); err != nil {
		return 0, err
	}
	return d.finish(NewHead, household(id), "")
}

// mayHead checks who is to head a household of members; nil asks who belongs to it.
func (d *deed) mayHead(h, head db.ID, members []db.ID) error {
	if members == nil {
		list, err := Members(d.tx, h, fact.AsOf{Valid: d.on})
		if err != nil {
			return err
		}
		for _, r := range list {
			members = append(members, r.From.ID)
		}
	}
	if !slices.Contains(members, head) {
		return fault.Invalid("head", "户主须是本户成员")
	}
	p, err := alive(d.tx, "head", head, d.on)
	if err != nil {
		return err
	}
	if years := age(p, d.on); years < 0 || years >= adult {
		return nil
	}
	persons, err := register.Persons(d.tx, members)
	if err != nil {
		return err
	}
	for _, m := range persons {
		if m.Died.IsZero() && age(m, d.on) >= adult {
			return fault.Invalid("head", "%s未满 %d 周岁，户内有成年人时不能作户主", p.Name, adult)
		}
	}
	return nil
}

// A Division (分户) is what is told when some members of a household form one of their own.
type Division struct {
	Household db.ID
	Members   []db.ID
	Head      db.ID
	Dwelling  db.ID // zero: where the household is
	Number    string
	On        civil.Date
	Basis     string
}

// Split lets members of a household form one of their own. The head of the old one stays. Returns invalid, forbidden.
func (e *Events) Split(tx *db.Tx, by staff.Actor, x Division) (register.Household, db.ID, error) {
	d, old, err := e.opened(tx, by, x.Household, x.On, x.Basis)
	if err != nil {
		return old, 0, err
	}
	members, err := Members(tx, old.ID, fact.AsOf{Valid: d.on})
	if err != nil {
		return old, 0, err
	}
	belongs := func(id db.ID) bool {
		return slices.ContainsFunc(members, func(r fact.Relation) bool { return r.From.ID == id })
	}
	if len(x.Members) == 0 || slices.ContainsFunc(x.Members, func(id db.ID) bool { return !belongs(id) }) {
		return old, 0, fault.Invalid("members", "分户的人员须是本户成员")
	}
	if len(x.Members) >= len(members) {
		return old, 0, fault.Invalid("members", "分户后原户至少留一人；全户迁移请登记迁入")
	}
	if slices.Contains(x.Members, old.Head) {
		return old, 0, fault.Invalid("members", "户主分出的，请先变更户主")
	}
	if err := d.mayHead(old.ID, x.Head, x.Members); err != nil {
		return old, 0, err
	}
	h := register.Household{Kind: old.Kind, Number: x.Number, Place: old.Place, Address: old.Address, Dwelling: old.Dwelling, Source: "split"}
	if !x.Dwelling.IsZero() {
		home, err := register.DwellingOf(tx, x.Dwelling)
		if err != nil {
			return old, 0, err
		}
		h.Dwelling, h.Place, h.Address = home.ID, home.Place, home.Address
	}
	if h, err = register.AddHousehold(tx, h); err != nil {
		return h, 0, err
	}
	d.touch(household(h.ID))
	for _, id := range x.Members {
		if err := d.end(person(id), func(r fact.Relation) bool { return r.To != household(old.ID) }, lexicon.MemberOf); err != nil {
			return h, 0, err
		}
		if err := d.relate(lexicon.MemberOf, person(id), household(h.ID), ""); err != nil {
			return h, 0, err
		}
	}
	if err := d.relate(lexicon.Heads, person(x.Head), household(h.ID), ""); err != nil {
		return h, 0, err
	}
	id, err := d.finish(Divided, household(h.ID), old.Number)
	return h, id, err
}

// Join lets all members of a household become members of another, which goes on; the first is closed. Returns invalid, forbidden.
func (e *Events) Join(tx *db.Tx, by staff.Actor, from, into db.ID, on civil.Date, basis string) (db.ID, error) {
	if from == into {
		return 0, fault.Invalid("into", "请选择另一户")
	}
	if _, _, err := e.opened(tx, by, into, on, basis); err != nil {
		return 0, err
	}
	d, _, err := e.opened(tx, by, from, on, basis)
	if err != nil {
		return 0, err
	}
	members, err := Members(tx, from, fact.AsOf{Valid: d.on})
	if err != nil {
		return 0, err
	}
	if err := d.end(household(from), nil, lexicon.Heads, lexicon.MemberOf); err != nil {
		return 0, err
	}
	for _, r := range members {
		if err := d.relate(lexicon.MemberOf, r.From, household(into), r.Detail); err != nil {
			return 0, err
		}
	}
	id, err := d.finish(Joined, household(from), "")
	if err != nil {
		return 0, err
	}
	return id, register.CloseHousehold(tx, from, d.on.String())
}
