package event

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
)

// The ages from which the Civil Code lets people marry.
var marriageAge = map[form.Sex]int{form.Male: 22, form.Female: 20}

var marriageClause = law.MustParse("civil-code#1047")

// Marriage registers that two persons married. Returns refused for who is too young, conflict for who is married, invalid, forbidden.
func (e *Events) Marriage(tx *db.Tx, by staff.Actor, a, b db.ID, on civil.Date, basis string) (db.ID, error) {
	if a == b {
		return 0, fault.Invalid("spouse", "配偶须是另一个人")
	}
	if err := register.See(tx, by, person(a), register.ForService); err != nil {
		return 0, err
	}
	path, err := register.PathOf(tx, person(a))
	if err != nil {
		return 0, err
	}
	d, err := e.begin(tx, by, on, basis, path)
	if err != nil {
		return 0, err
	}
	for _, x := range []struct {
		field string
		id    db.ID
	}{{"person", a}, {"spouse", b}} { // in this order, so that the same wrong marriage always hears the same reason
		p, err := alive(tx, x.field, x.id, d.on)
		if err != nil {
			return 0, err
		}
		if years := age(p, d.on); years >= 0 && years < marriageAge[p.Sex] {
			return 0, fault.Refused(marriageClause, "%s %d 岁，未到法定婚龄", p.Name, years)
		}
		if err := unmarried(tx, p, d.on); err != nil {
			return 0, err
		}
	}
	if err := d.relate(lexicon.SpouseOf, person(a), person(b), ""); err != nil {
		return 0, err
	}
	for _, id := range []db.ID{a, b} {
		if err := d.change(person(id), lexicon.MaritalStatus, "married"); err != nil {
			return 0, err
		}
	}
	return d.finish(Wed, person(a), "")
}

// unmarried returns a conflict for who is married on a day.
func unmarried(tx *db.Tx, p register.Person, on civil.Date) error {
	list, err := fact.Relations(tx, person(p.ID), fact.AsOf{Valid: on}, lexicon.SpouseOf)
	if err != nil {
		return err
	}
	status, known, err := fact.One(tx, person(p.ID), lexicon.MaritalStatus, fact.AsOf{Valid: on})
	if err != nil {
		return err
	}
	if len(list) > 0 || known && status.Value == "married" {
		since := status.From
		if len(list) > 0 {
			since = list[0].Since
		}
		return fault.Conflict("%s自 %s 起登记为已婚，不能重复登记结婚；已离婚或丧偶的请先登记", p.Name, since.String())
	}
	return nil
}

// Divorce registers that a marriage ended. Returns invalid for who has no spouse on record, forbidden.
func (e *Events) Divorce(tx *db.Tx, by staff.Actor, a db.ID, on civil.Date, basis string) (db.ID, error) {
	s := person(a)
	if err := register.See(tx, by, s, register.ForService); err != nil {
		return 0, err
	}
	path, err := register.PathOf(tx, s)
	if err != nil {
		return 0, err
	}
	d, err := e.begin(tx, by, on, basis, path)
	if err != nil {
		return 0, err
	}
	list, err := fact.Relations(tx, s, fact.AsOf{Valid: d.on}, lexicon.SpouseOf)
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, fault.Invalid("person", "没有登记配偶，不能登记离婚")
	}
	other := list[0].Other(s)
	if err := d.end(s, nil, lexicon.SpouseOf); err != nil {
		return 0, err
	}
	for _, x := range []fact.Subject{s, other} {
		if err := d.change(x, lexicon.MaritalStatus, "divorced"); err != nil {
			return 0, err
		}
	}
	return d.finish(Divorced, s, "")
}
