package event

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Birth (出生登记) is what is told of a newborn.
type Birth struct {
	Name      string
	Sex       form.Sex
	Born      civil.Date
	IDNumber  string // may follow later
	Mother    db.ID  // one parent at least
	Father    db.ID
	Household db.ID
	Basis     string // number of the certificate
	Confirmed bool   // what Doubts asked has been looked at
}

// Birth registers a newborn in the household of a parent. Twins are two births; the same name of the same parents on one day is one told twice.
// Returns invalid, forbidden, and conflict for a birth told before.
func (e *Events) Birth(tx *db.Tx, by staff.Actor, b Birth) (register.Person, db.ID, error) {
	var none register.Person
	if b.Mother.IsZero() && b.Father.IsZero() {
		return none, 0, fault.Invalid("mother", "请至少填写父母一方")
	}
	if b.Sex != form.Male && b.Sex != form.Female {
		return none, 0, fault.Invalid("sex", "请选择性别")
	}
	if b.Born.IsZero() {
		return none, 0, fault.Invalid("born", "请填写出生日期")
	}
	if b.Name == "" {
		return none, 0, fault.Invalid("name", "请填写姓名")
	}
	h, err := register.HouseholdOf(tx, b.Household)
	if err != nil {
		return none, 0, err
	}
	if err := register.See(tx, by, household(h.ID), register.ForService); err != nil {
		return none, 0, err
	}
	d, err := e.begin(tx, by, b.Born, b.Basis, h.Path)
	if err != nil {
		return none, 0, err
	}
	if err := b.parents(tx); err != nil {
		return none, 0, err
	}
	at, err := register.StandingPlace(tx, "household", h.Place)
	if err != nil {
		return none, 0, err
	}
	p, created, err := e.Register.FindOrCreate(tx, register.Newcomer{Name: b.Name, IDNumber: b.IDNumber, Sex: b.Sex, Born: b.Born, Place: at.Code, Address: h.Address, Source: "birth"})
	if err != nil {
		return p, 0, err
	}
	if !created {
		return p, 0, fault.Conflict("这个人已登记过，不能再登记出生")
	}
	s := person(p.ID)
	d.touch(s)
	for _, parent := range []db.ID{b.Mother, b.Father} {
		if !parent.IsZero() {
			if err := d.relate(lexicon.ParentOf, person(parent), s, ""); err != nil {
				return p, 0, err
			}
		}
	}
	if err := d.house(s, h, "子女", true); err != nil {
		return p, 0, err
	}
	id, err := d.finish(Born, s, b.Name)
	return p, id, err
}

// parents checks that both live and are of an age, and that this child is not theirs already.
func (b Birth) parents(tx *db.Tx) error {
	for _, x := range []struct {
		field string
		id    db.ID
	}{{"mother", b.Mother}, {"father", b.Father}} {
		field, id := x.field, x.id
		if id.IsZero() {
			continue
		}
		p, err := register.PersonOf(tx, id)
		if err != nil {
			return err
		}
		if field == "mother" && !p.Died.IsZero() && p.Died.Before(b.Born) {
			return fault.Invalid(field, "%s已于 %s 登记死亡，不能办理；登记有误的请先更正", p.Name, p.Died.String())
		}
		if years := age(p, b.Born); years >= 0 && years < 14 && !b.Confirmed {
			return fault.Invalid(field, "%s在孩子出生时只有 %d 岁，请核对后确认", p.Name, years)
		}
		children, err := fact.Relations(tx, person(id), fact.AsOf{}, lexicon.ParentOf)
		if err != nil {
			return err
		}
		for _, r := range children {
			child, err := register.PersonOf(tx, r.To.ID)
			if err != nil {
				return err
			}
			if r.From.ID == id && child.Name == b.Name && child.Born == b.Born {
				return fault.Conflict("%s（%s 出生）已登记为%s的子女", child.Name, child.Born.String(), p.Name)
			}
		}
	}
	return nil
}

// house lets somebody belong to a household and live where it is; registered says that he is registered there too.
func (d *deed) house(s fact.Subject, h register.Household, role string, registered bool) error {
	if err := d.relate(lexicon.MemberOf, s, household(h.ID), role); err != nil {
		return err
	}
	if !h.Dwelling.IsZero() {
		if err := d.relate(lexicon.LivesAt, s, fact.Dwelling(h.Dwelling), ""); err != nil {
			return err
		}
	}
	if !registered {
		return nil
	}
	if !h.Dwelling.IsZero() {
		if err := d.relate(lexicon.RegisteredAt, s, fact.Dwelling(h.Dwelling), ""); err != nil {
			return err
		}
	}
	for name, value := range map[string]string{lexicon.HomePlace: h.Place, "registered_address": h.Address, "household_kind": h.Kind, lexicon.Residence: "registered"} {
		if err := d.change(s, name, value); err != nil {
			return err
		}
	}
	return nil
}

// A Death (死亡登记) is what is told of who died.
type Death struct {
	Person db.ID
	On     civil.Date
	Cause  string
	Basis  string
}

// Death registers a death: the relations of the living end that day, and the spouse is widowed. Returns invalid and forbidden.
func (e *Events) Death(tx *db.Tx, by staff.Actor, x Death) (db.ID, error) {
	s := person(x.Person)
	if err := register.See(tx, by, s, register.ForService); err != nil {
		return 0, err
	}
	path, err := register.PathOf(tx, s)
	if err != nil {
		return 0, err
	}
	d, err := e.begin(tx, by, x.On, x.Basis, path)
	if err != nil {
		return 0, err
	}
	p, err := alive(tx, "person", x.Person, d.on)
	if err != nil {
		return 0, err
	}
	spouses, err := fact.Relations(tx, s, fact.AsOf{Valid: d.on}, lexicon.SpouseOf)
	if err != nil {
		return 0, err
	}
	for _, r := range spouses {
		if err := d.change(r.Other(s), lexicon.MaritalStatus, "widowed"); err != nil {
			return 0, err
		}
	}
	if err := d.end(s, nil, lexicon.LivesAt, lexicon.RegisteredAt, lexicon.MemberOf, lexicon.Heads, lexicon.SpouseOf, lexicon.WorksFor, lexicon.Holds, lexicon.CaresFor, lexicon.Rents); err != nil {
		return 0, err
	}
	if err := d.change(s, lexicon.Died, d.on.String()); err != nil {
		return 0, err
	}
	if err := d.change(s, "death_cause", x.Cause); err != nil {
		return 0, err
	}
	return d.finish(Died, s, p.Name)
}
