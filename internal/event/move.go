package event

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Move (迁移登记) is what is told of persons who move together.
type Move struct {
	Persons    []db.ID
	Dwelling   db.ID // where they will live
	Household  db.ID // the one they join; zero with Registered: a new one is made
	Kind       string
	Registered bool // their registration moves too; otherwise they live here and are registered elsewhere (人户分离)
	On         civil.Date
	Basis      string
}

// MoveIn registers persons who come to live at a dwelling. The first of a new household heads it. Returns invalid, forbidden.
func (e *Events) MoveIn(tx *db.Tx, by staff.Actor, m Move) (db.ID, error) {
	if len(m.Persons) == 0 {
		return 0, fault.Invalid("persons", "请选择迁入的人员")
	}
	home, err := register.DwellingOf(tx, m.Dwelling)
	if err != nil {
		return 0, err
	}
	if err := register.See(tx, by, fact.Dwelling(home.ID), register.ForService); err != nil {
		return 0, err
	}
	at, err := register.StandingPlace(tx, "dwelling", home.Place)
	if err != nil {
		return 0, err
	}
	if home.Closed != "" {
		return 0, fault.Invalid("dwelling", "%s已于 %s 注销，请改选", home.Address, home.Closed)
	}
	d, err := e.begin(tx, by, m.On, m.Basis, at.Path)
	if err != nil {
		return 0, err
	}
	h, err := d.household(m, home, at)
	if err != nil {
		return 0, err
	}
	for _, id := range m.Persons {
		if _, err := alive(tx, "persons", id, d.on); err != nil {
			return 0, err
		}
		if err := d.moveOne(m, id, h, home, at); err != nil {
			return 0, err
		}
	}
	if !h.ID.IsZero() && h.Head.IsZero() {
		if err := d.relate(lexicon.Heads, person(m.Persons[0]), household(h.ID), ""); err != nil {
			return 0, err
		}
	}
	return d.finish(MovedIn, person(m.Persons[0]), home.Address)
}

// household finds or makes the household that movers join; none when they are registered elsewhere and named none.
func (d *deed) household(m Move, home register.Dwelling, at place.Place) (register.Household, error) {
	if !m.Household.IsZero() {
		h, err := register.HouseholdOf(d.tx, m.Household)
		if err == nil && h.Closed != "" {
			err = fault.Invalid("household", "这一户已于 %s 注销，请改选", h.Closed)
		}
		return h, err
	}
	if !m.Registered {
		return register.Household{}, nil
	}
	if m.Kind == "" {
		m.Kind = register.Family
	}
	h, err := register.AddHousehold(d.tx, register.Household{Kind: m.Kind, Place: at.Code, Address: home.Address, Dwelling: home.ID, Source: "move-in"})
	d.touch(household(h.ID))
	return h, err
}

func (d *deed) moveOne(m Move, id db.ID, h register.Household, home register.Dwelling, at place.Place) error {
	s := person(id)
	end := []string{lexicon.LivesAt}
	if !h.ID.IsZero() {
		end = append(end, lexicon.MemberOf, lexicon.Heads)
	}
	if m.Registered {
		end = append(end, lexicon.RegisteredAt)
	}
	if err := d.end(s, func(r fact.Relation) bool { return r.To.Kind == lexicon.Organisation || r.From != s }, end...); err != nil {
		return err
	}
	if err := d.change(s, lexicon.Place, at.Code); err != nil {
		return err
	}
	if err := d.change(s, lexicon.Address, home.Address); err != nil {
		return err
	}
	if !h.ID.IsZero() {
		h.Dwelling, h.Place, h.Address = home.ID, at.Code, home.Address
		return d.house(s, h, "", m.Registered)
	}
	if err := d.relate(lexicon.LivesAt, s, fact.Dwelling(home.ID), ""); err != nil {
		return err
	}
	return d.change(s, lexicon.Residence, "away")
}

// An Exit (迁出登记) is what is told of persons who leave.
type Exit struct {
	Persons    []db.ID
	To         string // code of a place of ours, or the name of one that is not
	Registered bool   // their registration leaves too
	On         civil.Date
	Basis      string
}

// MoveOut registers persons who leave. Who keeps his registration here is away (外出). Returns invalid, forbidden.
func (e *Events) MoveOut(tx *db.Tx, by staff.Actor, x Exit) (db.ID, error) {
	if len(x.Persons) == 0 {
		return 0, fault.Invalid("persons", "请选择迁出的人员")
	}
	if x.To == "" {
		return 0, fault.Invalid("to", "请填写迁往何处")
	}
	path, err := register.PathOf(tx, person(x.Persons[0]))
	if err != nil {
		return 0, err
	}
	d, err := e.begin(tx, by, x.On, x.Basis, path)
	if err != nil {
		return 0, err
	}
	paths, err := place.Paths(tx, x.To)
	if err != nil {
		return 0, err
	}
	for _, id := range x.Persons {
		s := person(id)
		if err := register.See(tx, by, s, register.ForService); err != nil {
			return 0, err
		}
		if _, err := alive(tx, "persons", id, d.on); err != nil {
			return 0, err
		}
		end := []string{lexicon.LivesAt, lexicon.Rents}
		if x.Registered {
			end = append(end, lexicon.RegisteredAt, lexicon.MemberOf, lexicon.Heads)
		}
		if err := d.end(s, func(r fact.Relation) bool { return r.To.Kind == lexicon.Organisation || r.From != s }, end...); err != nil {
			return 0, err
		}
		facts := map[string]string{lexicon.Residence: "out", lexicon.Address: x.To}
		if paths[x.To] != "" {
			facts[lexicon.Place] = x.To
		}
		if x.Registered {
			facts[lexicon.HomePlace] = x.To
		}
		for name, value := range facts {
			if err := d.change(s, name, value); err != nil {
				return 0, err
			}
		}
	}
	return d.finish(MovedOut, person(x.Persons[0]), x.To)
}
