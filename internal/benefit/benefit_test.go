package benefit_test

import (
	"context"
	"testing"

	"linli/internal/benefit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/payrun"
	"linli/internal/staff"
	"linli/test/town"
)

// A mentally disabled resident on relief is found by the rules, checked, published, paid 100 yuan a month, moves away, is stopped by a decision, and
// what was paid too much is claimed back, once.
func TestTheLifeOfABenefit(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		e := o.granted()
		if e.State != benefit.Active || e.Fen != 10000 || e.Begun != civil.MustDate("2026-04-01") || e.Unit != "civil" {
			t.Fatalf("%+v", e)
		}
		if list := o.review(); len(list) != 0 {
			t.Fatalf("rules and decisions agree, yet %+v", list)
		}
		if lines := o.pay("2026-04"); len(lines) != 1 || lines[0].State != payrun.Held {
			t.Fatalf("without an account: %+v", lines)
		}
		o.account()
		o.at("2026-06-10 09:00")
		lines := o.pay("2026-06") // April comes back by itself, May was never run
		var sum int64
		for _, l := range lines {
			sum += int64(l.Fen)
		}
		if len(lines) != 3 || sum != 30000 {
			t.Fatalf("%+v", lines)
		}
		if again := o.pay("2026-06"); len(again) != 0 {
			t.Fatalf("the same month again pays %+v", again)
		}

		// He moved away in April; it is told in June.
		o.Write(t, func(tx *db.Tx) error { return o.tell(tx, lexicon.HomePlace, "410100", "2026-04-20") })
		list := o.review()
		if len(list) != 1 || list[0].Kind != benefit.Stop || list[0].Effective != civil.MustDate("2026-04-20") || list[0].Clause != "sm12-63#1" {
			t.Fatalf("%+v", list)
		}
		if lines := o.pay("2026-07"); len(lines) != 0 {
			t.Fatalf("while a stop waits for its decision, %+v is paid", lines)
		}
		f := list[0]
		try := func(by staff.Actor, agree bool, words string) error {
			return o.DB.Write(context.Background(), func(tx *db.Tx) error { _, err := o.benefits.Decide(tx, by, f.ID, agree, words); return err })
		}
		kind(t, try(o.civil, true, "已迁出"), fault.KindConflict) // nobody checked it
		o.Write(t, func(tx *db.Tx) error { return o.benefits.Check(tx, o.community, f.ID, true, "房子空了") })
		kind(t, try(o.community, true, "已迁出"), fault.KindForbidden)
		kind(t, try(o.civil, true, " "), fault.KindInvalid)
		if err := try(o.civil, true, "四月迁出本市"); err != nil {
			t.Fatal(err)
		}
		e = o.entitlements()[0]
		if e.State != benefit.Ended || e.Ended != civil.MustDate("2026-04-30") {
			t.Fatalf("%+v", e)
		}
		var claims []payrun.Claim
		var decisions []benefit.Decision
		o.Read(t, func(tx *db.Tx) (err error) {
			if claims, err = o.benefits.Pay.ClaimsAgainst(tx, o.person); err == nil {
				decisions, err = benefit.Decisions(tx, e.ID)
			}
			return err
		})
		if len(claims) != 2 || claims[0].Fen != 10000 || claims[1].Fen != 10000 {
			t.Fatalf("%+v", claims)
		}
		for i := range decisions {
			if why := o.benefits.Replay(&e, &decisions[i]); why != "" {
				t.Errorf("decision %d: %s", i+1, why)
			}
		}

		// He appeals; another person of the bureau upholds, and nothing stays claimed for months that are due again.
		stop := decisions[len(decisions)-1].ID
		o.Write(t, func(tx *db.Tx) error { return o.benefits.Appeal(tx, o.community, stop, "只是住院，没有迁走") })
		kind(t, o.DB.Write(context.Background(), func(tx *db.Tx) error { return o.benefits.Answer(tx, o.civil, stop, true, "属实") }), fault.KindForbidden)
		o.Write(t, func(tx *db.Tx) error { return o.benefits.Answer(tx, o.other, stop, true, "医院证明属实") })
		e = o.entitlements()[0]
		if e.State != benefit.Active || !e.Ended.IsZero() {
			t.Fatalf("%+v", e)
		}
		o.Write(t, func(tx *db.Tx) error { return o.tell(tx, lexicon.HomePlace, town.Willow, "2026-04-20") })
		lines = o.pay("2026-07")
		if len(lines) != 3 { // May and June again, July
			t.Fatalf("%+v", lines)
		}
		var periods []benefit.Period
		o.Read(t, func(tx *db.Tx) (err error) {
			periods, err = o.benefits.Periods(tx, &e, civil.MustDate("2026-07-31"))
			return err
		})
		for _, p := range periods {
			if p.Paid-p.Claimed != p.Due {
				t.Errorf("%s: due %s, paid %s, claimed %s", p.Key, p.Due, p.Paid, p.Claimed)
			}
		}
		o.sound()
	})
}

func (o *office) sound() {
	o.t.Helper()
	o.Read(o.t, func(tx *db.Tx) error {
		wrong, err := payrun.Verify(tx)
		if err != nil || len(wrong) > 0 {
			o.t.Fatalf("%q, %v", wrong, err)
		}
		return nil
	})
}

// A finding that was dismissed does not come back for the same facts, and does for others.
func TestADismissedFindingStaysDismissed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		list := o.review()
		if len(list) == 0 {
			t.Fatal("nothing found")
		}
		for _, f := range list {
			o.Write(t, func(tx *db.Tx) error {
				return o.benefits.Check(tx, o.community, f.ID, false, "人在外地打工，不愿意申请")
			})
		}
		if again := o.review(); len(again) != 0 {
			t.Fatalf("%+v", again)
		}
		o.Write(t, func(tx *db.Tx) error { return o.tell(tx, "disability_level", "1", "2026-02-01") })
		if again := o.review(); len(again) != 0 {
			t.Fatalf("a fact that nobody asks about brings back %+v", again)
		}
		o.Write(t, func(tx *db.Tx) error { return o.tell(tx, "relief", "none", "2026-02-01") })
		o.review()
		o.Write(t, func(tx *db.Tx) error { return o.tell(tx, "relief", "minimum", "2026-02-10") })
		if again := o.review(); len(again) != 0 {
			t.Fatalf("the same facts again: %+v", again)
		}
	})
}

// Strangers see nothing; who looks after the area and the resident himself do.
func TestWhoSeesAnEntitlement(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		e := o.granted()
		for login, want := range map[string]bool{"hall": true, "minzheng": true, "caiwu": true, "auditor": true, "lotus": false, "neighbour": false, "water": false, "supervisor": false} {
			err := o.DB.Read(context.Background(), func(tx *db.Tx) error { _, err := o.benefits.Get(tx, o.Actor(t, login), e.ID); return err })
			if (err == nil) != want {
				t.Errorf("%s: %v", login, err)
			}
			var list []benefit.Finding
			o.Read(t, func(tx *db.Tx) (err error) {
				list, err = o.benefits.Findings(tx, o.Actor(t, login), benefit.Query{State: benefit.Decided})
				return err
			})
			for _, f := range list {
				if err := o.DB.Read(context.Background(), func(tx *db.Tx) error { _, err := o.benefits.Finding(tx, o.Actor(t, login), f.ID); return err }); err != nil {
					t.Errorf("%s sees a finding in the list and not by itself: %v", login, err)
				}
			}
			if login == "caiwu" && len(list) == 0 {
				t.Error("who pays sees no finding")
			}
		}
	})
}
