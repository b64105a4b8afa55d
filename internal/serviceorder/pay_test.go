package serviceorder_test

import (
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/serviceorder"
)

// A settlement is offered to pay runs once it was checked, with shares that are its sum, and no more when it was paid.
func TestASettlementIsPaid(t *testing.T) {
	each(t, func(s *street) {
		t := s.t
		s.plan(false)
		o, err := s.ask("resident", "daily", 3, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		o = s.serve(o, 3)
		elder, civil, civil2 := s.Actor(t, "resident"), s.Actor(t, "civil"), s.Actor(t, "civil2")
		var b serviceorder.Settlement
		s.do(func(tx *db.Tx) (err error) {
			if _, err = s.x.Confirm(tx, elder, s.key(), o.ID, ""); err == nil {
				b, err = s.x.Settle(tx, civil, s.key(), o.Provider, o.Month, o.Path)
			}
			return err
		})
		offer := s.x.Offer()
		due := func() (list []payrun.Line) {
			s.Read(t, func(tx *db.Tx) (err error) {
				list, _, err = offer.Due(tx, payrun.Want{Period: o.Month, Path: b.Path}, "", 10)
				return err
			})
			return list
		}
		if list := due(); len(list) != 0 {
			t.Fatalf("before it was checked: %+v", list)
		}
		s.do(func(tx *db.Tx) error { _, err := s.x.Check(tx, civil2, s.key(), b.ID, true, ""); return err })
		list := due()
		if len(list) != 1 || list[0].Fen != 7500 || list[0].Key != "order/"+b.ID.String() || list[0].Clause.Document != "lp15-14" {
			t.Fatalf("lines %+v", list)
		}
		var sum money.Fen
		for _, share := range list[0].Shares {
			sum += share.Fen
		}
		if sum != list[0].Fen || list[0].Shares[0].Fund == "" {
			t.Errorf("shares %+v", list[0].Shares)
		}
		for _, c := range []struct {
			state payrun.State
			want  string
			lines int
		}{{payrun.Held, serviceorder.Held, 1}, {payrun.Paid, serviceorder.Paid, 0}, {payrun.Paid, serviceorder.Paid, 0}} {
			s.do(func(tx *db.Tx) error {
				return offer.Told(tx, []payrun.News{{Ref: b.ID, State: c.state, Why: "没有账号"}})
			})
			s.Read(t, func(tx *db.Tx) (err error) { b, err = s.x.SettlementOf(tx, civil, b.ID); return err })
			if b.State != c.want || len(due()) != c.lines {
				t.Errorf("after %s: %s, %d lines", c.state, b.State, len(due()))
			}
		}
	})
}
