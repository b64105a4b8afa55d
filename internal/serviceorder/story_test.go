package serviceorder_test

import (
	"strings"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/notify"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/test/town"
)

// From need to settlement: the daughter orders, one provider declines, the other comes, the elder confirms and rates, civil affairs settle with four eyes.
func TestFromNeedToSettlement(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		_, err := s.ask("resident", "daily", 2, time.Hour)
		refused(t, "without a plan", err)
		_, err = s.ask("neighbour", "daily", 2, time.Hour)
		kind(t, "a stranger orders", err, fault.KindForbidden)
		p := s.plan(false)
		if p.Fen != 40000 || p.Grade != "C" {
			t.Fatalf("plan %+v", p)
		}
		o, err := s.ask("child", "daily", 3, 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if o.State != serviceorder.Offered || o.AskedAs != serviceorder.AsFamily || o.Fen != 7500 || o.Due.IsZero() {
			t.Fatalf("order %+v", o)
		}
		first := s.team(o)
		desk := s.Actor(t, first+"-desk")
		kind(t, "declined without a reason", s.try(func(tx *db.Tx) error { _, err := s.x.Decline(tx, desk, s.key(), o.ID, " "); return err }), fault.KindInvalid)
		s.do(func(tx *db.Tx) error {
			_, err := s.x.Decline(tx, desk, s.key(), o.ID, "当天人手不够")
			return err
		})
		if o = s.now(o.ID); o.State != serviceorder.Offered || s.team(o) == first {
			t.Fatalf("after declining: %+v", o)
		}
		kind(t, "the first sees it no more", s.try(func(tx *db.Tx) error { _, err := s.x.Get(tx, desk, o.ID); return err }), fault.KindNotFound)
		o = s.serve(o, 3)
		if o.State != serviceorder.Served || len(o.Marks) != 0 || o.Fen != 7500 || o.WorkerName == "" {
			t.Fatalf("served %+v", o)
		}
		civil, civil2, elder := s.Actor(t, "civil"), s.Actor(t, "civil2"), s.Actor(t, "resident")
		refused(t, "settled without a confirmation", s.try(func(tx *db.Tx) error {
			_, err := s.x.Settle(tx, civil, s.key(), o.Provider, o.Month, o.Path)
			return err
		}))
		for _, login := range []string{"child", "willow", s.team(o) + "-desk"} {
			by := s.Actor(t, login)
			kind(t, login+" confirms", s.try(func(tx *db.Tx) error { _, err := s.x.Confirm(tx, by, s.key(), o.ID, "好"); return err }), fault.KindForbidden)
		}
		s.do(func(tx *db.Tx) error {
			if _, err := s.x.Confirm(tx, elder, s.key(), o.ID, ""); err != nil {
				return err
			}
			_, err := s.x.Rate(tx, elder, s.key(), o.ID, 5, "很细心")
			return err
		})
		key := s.key()
		var b serviceorder.Settlement
		for range 2 { // sent twice
			s.do(func(tx *db.Tx) (err error) {
				b, err = s.x.Settle(tx, civil, key, o.Provider, o.Month, o.Path)
				return err
			})
		}
		if b.Fen != 7500 || b.Orders != 1 || len(b.Shares) != 2 || b.Shares[0].Fen != 1500 || b.Shares[1].Fen != 6000 {
			t.Fatalf("settlement %+v", b)
		}
		refused(t, "settled twice", s.try(func(tx *db.Tx) error {
			_, err := s.x.Settle(tx, civil, s.key(), o.Provider, o.Month, o.Path)
			return err
		}))
		kind(t, "checked by its maker", s.try(func(tx *db.Tx) error { _, err := s.x.Check(tx, civil, s.key(), b.ID, true, ""); return err }), fault.KindForbidden)
		s.do(func(tx *db.Tx) error { _, err := s.x.Check(tx, civil2, s.key(), b.ID, false, "少一单"); return err })
		if o = s.now(o.ID); o.State != serviceorder.Confirmed || !o.Settlement.IsZero() {
			t.Errorf("sent back: %+v", o)
		}
		s.do(func(tx *db.Tx) (err error) {
			if b, err = s.x.Settle(tx, civil, s.key(), o.Provider, o.Month, o.Path); err == nil {
				b, err = s.x.Check(tx, civil2, s.key(), b.ID, true, "")
			}
			return err
		})
		if b.Seq != 2 || b.State != serviceorder.Checked {
			t.Errorf("settled again: %+v", b)
		}
		s.Read(t, func(tx *db.Tx) error {
			steps, err := s.x.Steps(tx, elder, o.ID)
			var verbs []string
			for _, x := range steps {
				verbs = append(verbs, x.Verb)
			}
			if got := strings.Join(verbs, " "); got != "ask offer decline offer accept assign arrive leave confirm rate settle unsettle settle" {
				t.Errorf("history %s", got)
			}
			return err
		})
	})
}

// A quota is a quota: of money, of units, of the month; what is cancelled is free again; what is paid oneself does not count.
func TestQuota(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		s.plan(false)
		var held []serviceorder.Order
		for _, units := range []int{4, 4, 4} {
			o, err := s.ask("resident", "daily", units, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, o)
		}
		_, err := s.ask("resident", "daily", 1, time.Hour)
		refused(t, "a thirteenth hour", err)
		_, err = s.ask("resident", "legal", 1, time.Hour)
		refused(t, "not in the plan", err)
		_, err = s.ask("resident", "daily", 5, time.Hour)
		kind(t, "five hours at once", err, fault.KindInvalid)
		if _, err = s.ask("resident", "housekeeping", 4, time.Hour); err != nil { // 300 + 100 = 400 yuan
			t.Error(err)
		}
		elder := s.Actor(t, "resident")
		s.do(func(tx *db.Tx) error { _, err := s.x.Cancel(tx, elder, s.key(), held[0].ID, "要住院"); return err })
		if _, err = s.ask("resident", "daily", 4, time.Hour); err != nil {
			t.Errorf("after cancelling: %v", err)
		}
		if _, err = s.ask("resident", "daily", 1, 40*24*time.Hour); err != nil {
			t.Errorf("next month: %v", err)
		}
		s.do(func(tx *db.Tx) error {
			o, err := s.x.Ask(tx, elder, s.key(), serviceorder.Wish{Person: s.elder, Kind: "legal", Pays: serviceorder.SelfPays})
			if err == nil && o.Fen != 8000 {
				t.Errorf("paid oneself: %+v", o)
			}
			return err
		})
	})
}

// Who is silent is passed over; nobody left is told; nobody's silence is a consent.
func TestSilence(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		s.plan(false)
		o, err := s.ask("resident", "daily", 2, 30*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		first := s.team(o)
		sweep := func() { s.do(func(tx *db.Tx) error { _, err := s.x.Sweep(tx); return err }) }
		sweep()
		if o = s.now(o.ID); s.team(o) != first {
			t.Fatal("passed on too early")
		}
		s.Clock.Advance(4*time.Hour + time.Minute)
		sweep()
		sweep()
		if o = s.now(o.ID); o.State != serviceorder.Offered || s.team(o) == first {
			t.Fatalf("after a silence: %+v", o)
		}
		late := s.Actor(t, first+"-desk")
		if err := s.try(func(tx *db.Tx) error { _, err := s.x.Accept(tx, late, s.key(), o.ID, 0); return err }); err == nil {
			t.Error("the first takes it after all")
		}
		s.Clock.Advance(4*time.Hour + time.Minute)
		sweep()
		if o = s.now(o.ID); o.State != serviceorder.Asked || !o.Provider.IsZero() {
			t.Fatalf("nobody left: %+v", o)
		}
		willow := s.Actor(t, "willow")
		s.Read(t, func(tx *db.Tx) error {
			list, err := notify.Inbox(tx, []string{notify.Unit(town.WillowCommittee)}, notify.Page{})
			if err == nil && (len(list) == 0 || list[0].Subject != "没有机构可以接单") {
				t.Errorf("the community was told %+v", list)
			}
			return err
		})
		o2, err := s.ask("resident", "housekeeping", 2, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		o2 = s.serve(o2, 2)
		s.Clock.Advance(5 * 24 * time.Hour)
		sweep()
		if o2 = s.now(o2.ID); o2.State != serviceorder.CallBack {
			t.Fatalf("nobody confirmed: %+v", o2)
		}
		civil := s.Actor(t, "civil")
		refused(t, "a silence is settled", s.try(func(tx *db.Tx) error {
			_, err := s.x.Settle(tx, civil, s.key(), o2.Provider, o2.Month, o2.Path)
			return err
		}))
		kind(t, "called back without words", s.try(func(tx *db.Tx) error { _, err := s.x.Confirm(tx, willow, s.key(), o2.ID, ""); return err }), fault.KindInvalid)
		s.do(func(tx *db.Tx) error {
			_, err := s.x.Void(tx, willow, s.key(), o2.ID, "电话问过，当天没有人来")
			return err
		})
		s.Read(t, func(tx *db.Tx) error {
			p, _, err := s.x.PlanOf(tx, willow, s.elder)
			if err != nil {
				return err
			}
			b, err := s.x.Left(tx, &p, o2.Month)
			if err == nil && (b.Used != 5000 || b.Kinds[1].Used != 0) {
				t.Errorf("what was not served counts: %+v", b)
			}
			return err
		})
	})
}

// Where and when somebody was is marked where it does not fit, and counts all the same.
func TestMarks(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		s.plan(true)
		o, err := s.ask("willow", "daily", 2, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		u := s.team(o)
		desk, worker, willow := s.Actor(t, u+"-desk"), s.Actor(t, u+"-worker"), s.Actor(t, "willow")
		kind(t, "before anybody accepted", s.try(func(tx *db.Tx) error {
			_, err := s.x.Arrive(tx, desk, s.key(), o.ID, serviceorder.Check{Where: home})
			return err
		}), fault.KindConflict)
		s.do(func(tx *db.Tx) error { _, err := s.x.Accept(tx, desk, s.key(), o.ID, worker.Account); return err })
		s.Clock.Advance(100 * time.Minute)
		away := geo.Point{Lon: home.Lon, Lat: home.Lat + 0.01}
		s.do(func(tx *db.Tx) (err error) {
			o, err = s.x.Arrive(tx, worker, s.key(), o.ID, serviceorder.Check{Where: away, Accuracy: 30})
			return err
		})
		if strings.Join(o.Marks, " ") != "far late" || o.ArriveMetres < 1050 || o.ArriveMetres > 1100 {
			t.Errorf("arrived %v, %d m", o.Marks, o.ArriveMetres)
		}
		s.Clock.Advance(time.Hour)
		leave := func(r serviceorder.Report) error {
			return s.try(func(tx *db.Tx) error {
				done, err := s.x.Leave(tx, worker, s.key(), o.ID, r)
				if err == nil {
					o = done
				}
				return err
			})
		}
		kind(t, "more than was ordered", leave(serviceorder.Report{Units: 3, Record: "x"}), fault.KindInvalid)
		kind(t, "without a record", leave(serviceorder.Report{Units: 2}), fault.KindInvalid)
		if err := leave(serviceorder.Report{Check: serviceorder.Check{Where: home}, Units: 2, Record: "助浴"}); err != nil {
			t.Fatal(err)
		}
		if strings.Join(o.Marks, " ") != "far late short" {
			t.Errorf("left %v", o.Marks)
		}
		s.do(func(tx *db.Tx) (err error) {
			o, err = s.x.Confirm(tx, willow, s.key(), o.ID, "上门看过，老人点头")
			return err
		})
		if o.ConfirmedAs != serviceorder.AsCommunity {
			t.Errorf("confirmed %+v", o)
		}
	})
}

// An emergency waits for nothing, calls everybody near, and its case has a clock that the arrival stops.
func TestEmergency(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		o, err := s.ask("resident", "rescue", 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !o.Urgent || o.State != serviceorder.Accepted || o.Case.IsZero() || o.Trouble != "" {
			t.Fatalf("emergency %+v", o)
		}
		s.Read(t, func(tx *db.Tx) error {
			for _, to := range []string{notify.Unit(s.team(o)), notify.Unit(town.WillowCommittee), notify.Person(s.child)} {
				list, err := notify.Inbox(tx, []string{to}, notify.Page{})
				if err != nil {
					return err
				}
				if len(list) == 0 || !strings.Contains(list[0].Subject, "紧急呼叫") {
					t.Errorf("%s was told %+v", to, list)
				}
			}
			list, err := s.x.List(tx, s.Actor(t, "willow"), serviceorder.Search{States: []serviceorder.State{serviceorder.Accepted}})
			if err == nil && (len(list) != 1 || list[0].ID != o.ID) {
				t.Errorf("the community sees %+v", list)
			}
			return err
		})
		desk := s.Actor(t, s.team(o)+"-desk")
		s.Clock.Advance(10 * time.Minute)
		s.do(func(tx *db.Tx) (err error) {
			o, err = s.x.Arrive(tx, desk, s.key(), o.ID, serviceorder.Check{})
			return err
		})
		s.Clock.Advance(20 * time.Minute)
		s.do(func(tx *db.Tx) (err error) {
			o, err = s.x.Leave(tx, desk, s.key(), o.ID, serviceorder.Report{Units: 1, Record: "扶起，量血压，家人已到。"})
			return err
		})
		if o.Trouble != "" {
			t.Errorf("the case did not follow: %s", o.Trouble)
		}
		s.Read(t, func(tx *db.Tx) error {
			k, err := s.Cases.Stored(tx, o.Case)
			if err == nil && k.State() != "replied" {
				t.Errorf("the case is %s", k.State())
			}
			return err
		})
	})
}

// Nobody without a licence that holds today is offered anything, and a suspended one neither.
func TestLicence(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		s.plan(false)
		civil := s.Actor(t, "civil")
		kind(t, "a community suspends", s.try(func(tx *db.Tx) error { return s.x.Suspend(tx, s.Actor(t, "willow"), s.kinds[0], "x") }), fault.KindForbidden)
		s.do(func(tx *db.Tx) error {
			return s.x.Suspend(tx, civil, s.kinds[0], "投诉查实，整改期间不接单")
		})
		for range 2 {
			o, err := s.ask("resident", "daily", 1, time.Hour)
			if err != nil || o.Provider != s.kinds[1] {
				t.Fatalf("offered to %v, %v", o.Provider, err)
			}
		}
		s.Clock.Advance(401 * 24 * time.Hour)
		o, err := s.ask("resident", "daily", 1, time.Hour)
		if err != nil || o.State != serviceorder.Asked {
			t.Fatalf("licences are over: %+v, %v", o, err)
		}
		p := serviceorder.Provider{Organisation: s.kinds[1], Unit: unitB, Path: "4112/411291/", Item: "care-nonprofit", Licence: "x", From: civilDay("2020-01-01"), Until: civilDay("2020-12-31")}
		refused(t, "an old licence", s.try(func(tx *db.Tx) error { return s.x.Admit(tx, civil, p) }))
		p.Until, p.Item = civilDay("2099-12-31"), "care-clinic"
		refused(t, "a licence of another kind", s.try(func(tx *db.Tx) error { return s.x.Admit(tx, civil, p) }))
		kind(t, "by a desk", s.try(func(tx *db.Tx) error { return s.x.Admit(tx, s.Actor(t, "desk"), p) }), fault.KindForbidden)
	})
}

// Beds of a month are at most beds times days.
func TestBeds(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		desk := s.Actor(t, unitA+"-desk")
		put := func(by staff.Actor, month string, beds, days int) error {
			return s.try(func(tx *db.Tx) error {
				return s.x.PutBeds(tx, by, serviceorder.BedMonth{Organisation: s.kinds[0], Month: month, Beds: beds, BedDays: days})
			})
		}
		if err := put(desk, "2026-02", 30, 840); err != nil {
			t.Fatal(err)
		}
		kind(t, "29 days of February", put(desk, "2026-02", 30, 841), fault.KindInvalid)
		kind(t, "a month that is none", put(desk, "2026-13", 1, 1), fault.KindInvalid)
		kind(t, "another provider", put(s.Actor(t, unitB+"-desk"), "2026-02", 1, 1), fault.KindForbidden)
		s.Read(t, func(tx *db.Tx) error {
			list, err := s.x.Beds(tx, s.kinds[0], "2026")
			if err == nil && (len(list) != 1 || list[0].BedDays != 840) {
				t.Errorf("beds %+v", list)
			}
			return err
		})
	})
}
