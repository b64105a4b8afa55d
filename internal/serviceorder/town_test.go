package serviceorder_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/packs"
	"linli/test/town"
)

// adopted reads the packs once, as a city has them that adopted the paper on care.
var adopted = sync.OnceValues(func() (*pack.Index, error) {
	return pack.Load(packs.Files, pack.Options{Serving: true, Local: []byte("lp15-14:\n  adopted: { place: \"4112\", from: \"2012-01-01\", why: 测试 }\n")})
})

// A street is the town with two providers, somebody who needs care and his daughter.
type street struct {
	*town.Town
	t            *testing.T
	x            *serviceorder.Orders
	elder, child db.ID
	kinds        []db.ID // the providers
	n            int
}

var home = geo.Point{Lon: 111.2, Lat: 34.8}

const unitA, unitB = "care-a", "care-b"

func each(t *testing.T, test func(s *street)) {
	town.Each(t, func(t *testing.T, w *town.Town) { test(settle(t, w)) }, serviceorder.Migrations)
}

func settle(t *testing.T, w *town.Town) *street {
	ix, err := adopted()
	if err != nil {
		t.Fatal(err)
	}
	packsNow := func() *pack.Index { return ix }
	cases := casework.New(casework.Options{City: town.City, Law: civil.CivilCode(), Packs: packsNow, People: w.People})
	s := &street{Town: w, t: t, elder: w.Person("resident"), x: serviceorder.New(serviceorder.Options{Packs: packsNow, Cases: cases, People: w.People, Law: civil.CivilCode()})}
	w.Write(t, func(tx *db.Tx) error {
		if err := town.Hire(tx, staff.Account{Login: "civil", Name: "褚民政", Unit: town.EastGov}, staff.Grant{Role: staff.Supervisor, Place: town.East}); err != nil {
			return err
		}
		if err := town.Hire(tx, staff.Account{Login: "civil2", Name: "卫民政", Unit: town.EastGov}, staff.Grant{Role: staff.Supervisor, Place: town.East}); err != nil {
			return err
		}
		for _, u := range []string{unitA, unitB} {
			if err := town.Open(tx, staff.Unit{Code: u, Name: "居家养老服务中心 " + u, Kind: "provider", Place: town.East, Offices: []string{"care-station"}}); err != nil {
				return err
			}
			for _, part := range []string{"desk", "worker"} {
				if err := town.Hire(tx, staff.Account{Login: u + "-" + part, Name: u + part, Unit: u}, staff.Grant{Role: staff.Carer, Unit: u}); err != nil {
					return err
				}
			}
		}
		child, _, err := w.People.FindOrCreate(tx, register.Newcomer{Name: "许丙", Phone: "19900000009", Place: town.Pine, Source: "town"})
		if err != nil {
			return err
		}
		s.child = child.ID
		if err := town.Hire(tx, staff.Account{Login: "child", Name: "许丙", Person: child.ID}, staff.Grant{Role: staff.Resident}); err != nil {
			return err
		}
		_, err = fact.Relate(tx, fact.Relation{Name: lexicon.ParentOf, From: fact.Person(s.elder), To: fact.Person(child.ID),
			Telling: fact.Telling{Source: fact.Source{Kind: fact.BySelf, Name: "测试"}, Certainty: fact.Stated, By: "测试", Basis: "测试"}})
		return err
	})
	civilAffairs := s.Actor(t, "civil")
	for _, u := range []string{unitA, unitB} {
		s.do(func(tx *db.Tx) error {
			o, err := register.PutOrganisation(tx, register.Organisation{Name: "服务中心 " + u, Place: town.East, Kind: "social", Registration: "registered"})
			if err != nil {
				return err
			}
			s.kinds = append(s.kinds, o.ID)
			paths, err := place.Paths(tx, town.East)
			if err != nil {
				return err
			}
			today := place.Today(tx)
			if err := s.x.Admit(tx, civilAffairs, serviceorder.Provider{Organisation: o.ID, Unit: u, Path: paths[town.East], Item: "care-nonprofit", Licence: "YLMF-" + u,
				From: today.AddDays(-10), Until: today.AddDays(400), Phone: "19900000010"}); err != nil {
				return err
			}
			for _, part := range []string{serviceorder.Desk, serviceorder.Worker} {
				a, err := staff.AccountByLogin(tx, u+"-"+part)
				if err != nil {
					return err
				}
				if err := s.x.Join(tx, civilAffairs, o.ID, a.ID, part); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return s
}

func (s *street) try(fn func(tx *db.Tx) error) error {
	return s.DB.Write(context.Background(), fn)
}

func (s *street) do(fn func(tx *db.Tx) error) {
	s.t.Helper()
	dbtest.Write(s.t, s.DB, fn)
}

func (s *street) key() string { s.n++; return fmt.Sprint("key-", s.n) }

// assess finds grade C, and plans eight hours of care and four of housekeeping a month.
func (s *street) plan(cannot bool) serviceorder.Plan {
	s.t.Helper()
	by := s.Actor(s.t, "willow")
	var p serviceorder.Plan
	s.do(func(tx *db.Tx) error {
		n, err := s.x.Assess(tx, by, s.key(), s.elder, needs)
		if err != nil {
			return err
		}
		if n.Grade != "C" {
			s.t.Fatalf("assessed %+v", n)
		}
		p, err = s.x.Plan(tx, by, s.key(), serviceorder.Draft{Person: s.elder, Units: map[string]int{"daily": 12, "housekeeping": 4}, Home: home, Cannot: cannot})
		return err
	})
	return p
}

var needs = map[string]string{"eat": "self", "bath": "help", "dress": "self", "toilet": "help", "move": "help", "mind": "yes", "phone": "yes", "housework": "no"}

func (s *street) ask(login, kind string, units int, in time.Duration) (serviceorder.Order, error) {
	var o serviceorder.Order
	by := s.Actor(s.t, login)
	key := s.key()
	err := s.try(func(tx *db.Tx) (err error) {
		w := serviceorder.Wish{Person: s.elder, Kind: kind, Units: units}
		if in > 0 {
			w.Wanted = tx.Now().Add(in)
		}
		o, err = s.x.Ask(tx, by, key, w)
		return err
	})
	return o, err
}

// team is the unit that an order is with.
func (s *street) team(o serviceorder.Order) string {
	if o.Provider == s.kinds[0] {
		return unitA
	}
	return unitB
}

func (s *street) now(id db.ID) (o serviceorder.Order) {
	s.t.Helper()
	by := s.Actor(s.t, "civil")
	s.Read(s.t, func(tx *db.Tx) (err error) { o, err = s.x.Get(tx, by, id); return err })
	return o
}

// serve lets a provider accept, go and leave.
func (s *street) serve(o serviceorder.Order, hours int) serviceorder.Order {
	s.t.Helper()
	u := s.team(o)
	desk, worker := s.Actor(s.t, u+"-desk"), s.Actor(s.t, u+"-worker")
	s.do(func(tx *db.Tx) (err error) {
		if o.State == serviceorder.Offered {
			o, err = s.x.Accept(tx, desk, s.key(), o.ID, worker.Account)
		} else {
			o, err = s.x.Send(tx, desk, s.key(), o.ID, worker.Account)
		}
		return err
	})
	if d := o.Wanted.Sub(s.Clock.Now()); d > 0 {
		s.Clock.Advance(d)
	}
	s.do(func(tx *db.Tx) (err error) {
		o, err = s.x.Arrive(tx, worker, s.key(), o.ID, serviceorder.Check{Where: home, Accuracy: 20})
		return err
	})
	s.Clock.Advance(time.Duration(hours) * time.Hour)
	s.do(func(tx *db.Tx) (err error) {
		o, err = s.x.Leave(tx, worker, s.key(), o.ID, serviceorder.Report{Check: serviceorder.Check{Where: home}, Units: o.Units, Record: "助浴、做饭。"})
		return err
	})
	return o
}

// refused checks that an error is a refusal with a clause of the paper.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	if f := fault.As(err); err == nil || f.Kind != fault.KindRefused || !strings.HasPrefix(f.Clause.String(), "lp15-14#") {
		t.Errorf("%s: %v", what, err)
	}
}

func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != want {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func civilDay(s string) civil.Date { return civil.MustDate(s) }
