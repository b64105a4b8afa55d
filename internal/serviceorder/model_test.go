package serviceorder_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/test/town"
)

// A model is what somebody who watches the orders of one person expects of them.
type model struct {
	*street
	elder   staff.Actor
	person  db.ID
	desks   map[db.ID]staff.Actor
	workers map[db.ID]staff.Actor
	willow  staff.Actor
	civil   staff.Actor
	orders  []serviceorder.Order
}

// next are the states that a state may lead to.
var next = map[serviceorder.State][]serviceorder.State{
	serviceorder.Asked:     {serviceorder.Offered, serviceorder.Cancelled, serviceorder.Accepted},
	serviceorder.Offered:   {serviceorder.Offered, serviceorder.Accepted, serviceorder.Asked, serviceorder.Cancelled},
	serviceorder.Accepted:  {serviceorder.Accepted, serviceorder.Arrived, serviceorder.Cancelled, serviceorder.Offered, serviceorder.Asked},
	serviceorder.Arrived:   {serviceorder.Served},
	serviceorder.Served:    {serviceorder.Confirmed, serviceorder.Disputed, serviceorder.CallBack},
	serviceorder.CallBack:  {serviceorder.Confirmed, serviceorder.Disputed, serviceorder.Void},
	serviceorder.Disputed:  {serviceorder.Confirmed, serviceorder.Void},
	serviceorder.Confirmed: {serviceorder.Settled},
}

// Whatever people do in whatever order: no quota is exceeded, no order is settled twice or without a confirmation, and an order only goes where a state leads.
func TestModel(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // enough for a run of every day; more when somebody asks
		if err := f.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(f.DefValue) }()
	}
	each(t, func(s *street) {
		round := 0
		rapid.Check(s.t, func(r *rapid.T) {
			round++
			m := s.fresh(r, round)
			n := rapid.IntRange(5, 40).Draw(r, "steps")
			for range n {
				m.act(r)
				m.look(r)
			}
		})
	})
}

// fresh gives the run a person of its own with a small plan.
func (s *street) fresh(t *rapid.T, round int) *model {
	m := &model{street: s, desks: map[db.ID]staff.Actor{}, workers: map[db.ID]staff.Actor{}, willow: s.Actor(s.t, "willow"), civil: s.Actor(s.t, "civil")}
	for i, u := range []string{unitA, unitB} {
		m.desks[s.kinds[i]], m.workers[s.kinds[i]] = s.Actor(s.t, u+"-desk"), s.Actor(s.t, u+"-worker")
	}
	login := fmt.Sprint("elder-", s.n, "-", round)
	s.do(func(tx *db.Tx) error {
		p, _, err := s.People.FindOrCreate(tx, register.Newcomer{Name: "许丁", Phone: fmt.Sprintf("199%08d", 1000+s.n), Place: town.Willow, Source: "town"})
		if err != nil {
			return err
		}
		m.person = p.ID
		if err := town.Hire(tx, staff.Account{Login: login, Name: "许丁", Person: p.ID}, staff.Grant{Role: staff.Resident}); err != nil {
			return err
		}
		if _, err := s.x.Assess(tx, m.willow, s.key(), p.ID, needs); err != nil {
			return err
		}
		_, err = s.x.Plan(tx, m.willow, s.key(), serviceorder.Draft{Person: p.ID, Units: map[string]int{"daily": 6, "legal": 2}, Home: home})
		return err
	})
	m.elder = s.Actor(s.t, login)
	return m
}

// allowed are the kinds of error with which the package may answer; anything else is a mistake of ours.
var allowed = []fault.Kind{fault.KindConflict, fault.KindForbidden, fault.KindRefused, fault.KindInvalid, fault.KindNotFound}

// act does one thing at random.
func (m *model) act(t *rapid.T) {
	var o serviceorder.Order
	verb := "ask"
	if len(m.orders) > 0 {
		verb = rapid.SampledFrom([]string{"ask", "ask", "ask", "ask", "ask", "ask", "on", "on", "on", "on", "on", "on", "on", "on", "on", "on", "accept", "accept", "decline", "arrive", "arrive", "leave", "leave", "confirm", "confirm", "dispute", "void", "cancel", "assign", "wait", "settle", "settle"}).Draw(t, "verb")
		o = m.orders[rapid.IntRange(0, len(m.orders)-1).Draw(t, "order")]
	}
	if verb == "on" { // what usually comes next, so that runs get far
		verb = map[serviceorder.State]string{serviceorder.Asked: "assign", serviceorder.Offered: "accept", serviceorder.Accepted: "arrive", serviceorder.Arrived: "leave"}[o.State]
		if verb == "" {
			verb = rapid.SampledFrom([]string{"confirm", "settle"}).Draw(t, "end")
		}
	}
	key := m.key()
	again := rapid.IntRange(0, 4).Draw(t, "twice") == 0
	kind, units := rapid.SampledFrom([]string{"daily", "daily", "legal", "rescue"}).Draw(t, "kind"), rapid.IntRange(1, 4).Draw(t, "units")
	if verb == "wait" {
		m.Clock.Advance(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours")) * time.Hour)
	}
	for i := 0; i < 1 || again && i < 2; i++ {
		var made serviceorder.Order
		err := m.try(func(tx *db.Tx) (err error) {
			made, err = m.take(tx, verb, key, o, kind, units)
			return err
		})
		if err != nil && !slices.Contains(allowed, fault.KindOf(err)) {
			t.Fatalf("%s: %v", verb, err)
		}
		if verb == "ask" && err == nil && i == 0 {
			m.orders = append(m.orders, made)
		}
		if verb == "ask" && err == nil && i == 1 && made.ID != m.orders[len(m.orders)-1].ID {
			t.Fatal("asked twice with one key, two orders came of it")
		}
	}
}

func (m *model) take(tx *db.Tx, verb, key string, o serviceorder.Order, kind string, units int) (serviceorder.Order, error) {
	desk, worker := m.desks[o.Provider], m.workers[o.Provider]
	switch verb {
	case "ask":
		w := serviceorder.Wish{Person: m.person, Kind: kind, Units: units, Wanted: tx.Now().Add(time.Hour)}
		if kind != "daily" {
			w.Units = 1
		}
		return m.x.Ask(tx, m.elder, key, w)
	case "accept":
		return m.x.Accept(tx, desk, key, o.ID, worker.Account)
	case "decline":
		return m.x.Decline(tx, desk, key, o.ID, "不便")
	case "arrive":
		return m.x.Arrive(tx, worker, key, o.ID, serviceorder.Check{Where: home})
	case "leave":
		return m.x.Leave(tx, worker, key, o.ID, serviceorder.Report{Units: min(units, o.Units), Record: "做完"})
	case "confirm":
		by := m.elder
		if units == 4 {
			by = m.willow
		}
		return m.x.Confirm(tx, by, key, o.ID, "问过")
	case "dispute":
		return m.x.Dispute(tx, m.elder, key, o.ID, "没有来")
	case "void":
		return m.x.Void(tx, m.willow, key, o.ID, "查实没有来")
	case "cancel":
		return m.x.Cancel(tx, m.elder, key, o.ID, "")
	case "assign":
		return m.x.Assign(tx, m.willow, key, o.ID, 0, "改派")
	case "wait":
		_, err := m.x.Sweep(tx)
		return o, err
	}
	_, err := m.x.Settle(tx, m.civil, key, o.Provider, o.Month, o.Path)
	return o, err
}

// look compares what there is with what may be.
func (m *model) look(t *rapid.T) {
	m.Read(m.t, func(tx *db.Tx) error {
		p, known, err := m.x.PlanOf(tx, m.elder, m.person)
		if err != nil || !known {
			return errors.Join(err, errors.New("no plan"))
		}
		months := map[string]bool{}
		for i := range m.orders {
			was := m.orders[i]
			now, err := m.x.Get(tx, m.willow, was.ID)
			if err != nil {
				return err
			}
			if now.Version != was.Version {
				m.history(t, tx, now)
			}
			m.orders[i] = now
			months[now.Month] = true
		}
		for month := range months {
			b, err := m.x.Left(tx, &p, month)
			if err != nil {
				return err
			}
			if b.Used > b.Quota {
				t.Fatalf("%s: used %v of %v", month, b.Used, b.Quota)
			}
			for _, k := range b.Kinds {
				if k.Used > k.Units {
					t.Fatalf("%s: %d of %d %s", month, k.Used, k.Units, k.Kind.ID)
				}
			}
		}
		return nil
	})
}

// history follows every step that an order took since it was last looked at.
func (m *model) history(t *rapid.T, tx *db.Tx, now serviceorder.Order) {
	steps, err := m.x.Steps(tx, m.willow, now.ID)
	if err != nil || int64(len(steps)) != now.Version {
		t.Fatalf("%d steps at version %d, %v", len(steps), now.Version, err)
	}
	at, confirmed, settled := serviceorder.Asked, 0, 0
	for i, s := range steps {
		if i > 0 && s.State != at && !slices.Contains(next[at], s.State) {
			t.Fatalf("%s led from %s to %s", s.Verb, at, s.State)
		}
		at = s.State
		switch s.Verb {
		case "confirm":
			confirmed++
		case "settle":
			settled++
			if confirmed == 0 {
				t.Fatal("settled without a confirmation")
			}
		}
	}
	if at != now.State || confirmed > 1 || settled > 1 || (now.State == serviceorder.Settled) != !now.Settlement.IsZero() {
		t.Fatalf("%s after steps that end in %s, confirmed %d times, settled %d times", now.State, at, confirmed, settled)
	}
}
