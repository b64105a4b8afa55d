package event

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Tell notes one item of a subject that nothing was known of, as a clerk does who saw a document. Returns invalid, forbidden.
func (e *Events) Tell(tx *db.Tx, by staff.Actor, s fact.Subject, name, value string, from civil.Date, basis string) (fact.Outcome, error) {
	if err := register.See(tx, by, s, register.ForService); err != nil {
		return fact.Outcome{}, err
	}
	d, err := e.begin(tx, by, from, basis, "")
	if err != nil {
		return fact.Outcome{}, err
	}
	out, err := e.Register.Tell(tx, fact.Fact{Subject: s, Name: name, Value: value, From: from, Telling: d.t})
	if err != nil {
		return out, err
	}
	return out, record(tx, by, "tell", s, map[string]string{"name": name, "deed": d.t.Deed.String()})
}

// A Noted (登记结果) is what became of an item that a clerk told: registered, or asked to be corrected.
type Noted struct {
	Outcome    fact.Outcome
	Correction db.ID // somebody else decides; zero when it was registered at once
}

// Note registers an item that nothing was known of, and asks for the correction of one that is known. Returns invalid, forbidden, conflict.
func (e *Events) Note(tx *db.Tx, by staff.Actor, s fact.Subject, name, value string, from civil.Date, reason string) (n Noted, err error) {
	if err := register.See(tx, by, s, register.ForService); err != nil {
		return n, err
	}
	known, err := e.Register.Known(tx, s, []string{name}, fact.AsOf{Valid: from})
	if err != nil {
		return n, err
	}
	if _, have := known[name]; !have {
		n.Outcome, err = e.Tell(tx, by, s, name, value, from, reason)
		return n, err
	}
	c, err := e.Register.AskCorrection(tx, fact.Correction{Subject: s, Name: name, Value: value, From: from, Reason: reason, AskedBy: by.AuditName()})
	n.Correction = c.ID
	return n, err
}

// Relate notes a relation, as of an owner, a tenant or somebody in a post. Returns invalid, forbidden, and conflict where only one may be.
func (e *Events) Relate(tx *db.Tx, by staff.Actor, r fact.Relation, basis string) error {
	if err := register.See(tx, by, r.To, register.ForService); err != nil {
		return err
	}
	d, err := e.begin(tx, by, r.Since, basis, "")
	if err != nil {
		return err
	}
	if _, err := alive(tx, "who", r.From.ID, d.on); err != nil {
		return err
	}
	r.Telling = d.t
	if _, err := fact.Relate(tx, r); err != nil {
		return err
	}
	if err := register.Project(tx, r.To); err != nil {
		return err
	}
	return record(tx, by, "relate", r.To, map[string]string{"relation": r.Name, "from": r.From.String()})
}

// standing returns the place of something new, which must stand in the actor's area.
func standing(tx *db.Tx, by staff.Actor, code string) (place.Place, error) {
	at, err := register.StandingPlace(tx, "place", code)
	if err == nil && !within(register.Sight(by, register.ForService), at.Path) {
		err = fault.Forbidden("%s不在您负责的区域内", at.Name)
	}
	return at, err
}

// NewDwelling adds a dwelling or a part of one. Returns invalid, forbidden.
func (e *Events) NewDwelling(tx *db.Tx, by staff.Actor, d register.Dwelling) (register.Dwelling, error) {
	if d.Parent.IsZero() {
		if _, err := standing(tx, by, d.Place); err != nil {
			return d, err
		}
	} else if err := register.See(tx, by, fact.Dwelling(d.Parent), register.ForService); err != nil {
		return d, err
	}
	d, err := register.AddDwelling(tx, d)
	if err != nil {
		return d, err
	}
	return d, record(tx, by, "add-dwelling", fact.Dwelling(d.ID), map[string]string{"address": d.Address})
}

// NewOrganisation adds an organisation. Returns invalid, forbidden.
func (e *Events) NewOrganisation(tx *db.Tx, by staff.Actor, o register.Organisation) (register.Organisation, error) {
	if _, err := standing(tx, by, o.Place); err != nil {
		return o, err
	}
	o, err := register.PutOrganisation(tx, o)
	if err != nil {
		return o, err
	}
	return o, record(tx, by, "put-organisation", fact.Organisation(o.ID), map[string]string{"name": o.Name})
}

// NewFacility adds a facility with what is told of it. Returns invalid, forbidden.
func (e *Events) NewFacility(tx *db.Tx, by staff.Actor, f register.Facility, told map[string]string) (register.Facility, error) {
	if _, err := standing(tx, by, f.Place); err != nil {
		return f, err
	}
	f, err := register.PutFacility(tx, f)
	if err != nil {
		return f, err
	}
	for name, value := range told {
		if value == "" {
			continue
		}
		if _, err := e.Tell(tx, by, fact.Facility(f.ID), name, value, civil.Date{}, ""); err != nil {
			return f, err
		}
	}
	return f, record(tx, by, "put-facility", fact.Facility(f.ID), map[string]string{"name": f.Name})
}
