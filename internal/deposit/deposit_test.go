package deposit_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/test/town"
)

const wan = money.Fen(1_000_000)

func (k *desk) today() (d civil.Date) {
	k.Read(k.t, func(tx *db.Tx) error { d = place.Today(tx); return nil })
	return d
}

// owed assesses the mine, decides and delivers.
func (k *desk) owed() (id db.ID) {
	k.t.Helper()
	k.must(func(tx *db.Tx) (err error) {
		if id, err = k.x.Assess(tx, k.anjian, key(), ref, k.mine); err != nil {
			return err
		}
		if err = k.x.Decide(tx, k.anjian, key(), id, true, "应存"); err != nil {
			return err
		}
		return k.x.Deliver(tx, k.anjian, id, place.Today(tx))
	})
	return id
}

func (k *desk) pay(id db.ID, fen money.Fen) {
	k.t.Helper()
	k.must(func(tx *db.Tx) error { return k.x.Pay(tx, k.caizheng, key(), id, fen, place.Today(tx), "回单") })
}

func drawing(costs, own money.Fen) deposit.Payout {
	return deposit.Payout{Kind: "drawn", Words: "顶板事故", Costs: map[string]money.Fen{"rescue": costs / 2, "aftermath": costs - costs/2}, Own: own, Fen: costs - own,
		Holder: "某煤矿", Bank: "某银行", Account: "990000000001"}
}

// goesOut takes a payout through both bureaus and the bank.
func (k *desk) goesOut(id db.ID, p deposit.Payout) {
	k.t.Helper()
	var out db.ID
	k.must(func(tx *db.Tx) (err error) { out, err = k.x.Ask(tx, k.kuangshan, key(), id, p); return err })
	k.must(func(tx *db.Tx) error { return k.x.TakeUp(tx, k.anjian, key(), id, out, true, "属实") })
	k.must(func(tx *db.Tx) error { return k.x.Judge(tx, k.caizheng, key(), id, out, true, "批准") })
	k.must(func(tx *db.Tx) error { return k.x.Release(tx, k.caizheng, key(), id, out) })
}

// A mine's deposit is assessed, paid in two parts, drawn after an accident and topped up.
func TestAMineDepositsDrawsAndTopsUp(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		id := k.owed()
		d := k.deposit(id)
		if d.Due != 275*wan || d.Unit != safety || d.KeeperLevel != "city" || d.PayBy != k.today().AddMonths(1) && d.PayBy.Before(k.today().AddMonths(1)) {
			t.Fatalf("%+v", d)
		}
		today := k.today()
		parts := []pack.DepositPart{{Due: today, Fen: 140 * wan}, {Due: today.AddMonths(3), Fen: 135 * wan}}
		var plan db.ID
		kind(t, k.try(func(tx *db.Tx) error {
			_, err := k.x.AskPlan(tx, k.kuangshan, key(), id, deposit.Plan{Kind: deposit.Parts, Words: "资金紧", Parts: []pack.DepositPart{{Due: today, Fen: 100 * wan}, {Due: today.AddMonths(3), Fen: 175 * wan}}})
			return err
		}), fault.KindRefused)
		k.must(func(tx *db.Tx) (err error) {
			plan, err = k.x.AskPlan(tx, k.kuangshan, key(), id, deposit.Plan{Kind: deposit.Parts, Words: "资金紧", Parts: parts})
			return err
		})
		kind(t, k.try(func(tx *db.Tx) error { return k.x.JudgePlan(tx, k.kuangshan, id, plan, true, "同意") }), fault.KindForbidden)
		k.must(func(tx *db.Tx) error { return k.x.JudgePlan(tx, k.anjian, id, plan, true, "同意") })
		k.pay(id, 140*wan)
		k.Clock.Advance(40 * 24 * time.Hour)
		if d = k.deposit(id); d.Late(k.today()) != 0 || d.Short() != 135*wan {
			t.Fatalf("late %d short %d", d.Late(k.today()), d.Short())
		}
		k.pay(id, 135*wan)
		kind(t, k.try(func(tx *db.Tx) error { return k.x.Pay(tx, k.caizheng, key(), id, 1, place.Today(tx), "回单") }), fault.KindInvalid)

		k.goesOut(id, drawing(100*wan, 20*wan))
		if d = k.deposit(id); d.Principal != 195*wan || !d.Drawn || d.Short() != 0 {
			t.Fatalf("%+v", d)
		}
		k.bank()
		var outs []deposit.Payout
		k.Read(t, func(tx *db.Tx) (err error) { outs, err = k.x.Payouts(tx, &d); return err })
		if outs[0].State != "paid" {
			t.Fatalf("%+v", outs[0])
		}
		id2 := k.owed()
		if d = k.deposit(id); id2 != id || d.Drawn || d.Short() != 80*wan {
			t.Fatalf("%+v", d)
		}
		k.pay(id, 80*wan)
		k.sound()
	})
}

// bank makes a pay run of what was released, and lets the bank pay it.
func (k *desk) bank() {
	k.t.Helper()
	ctx := context.Background()
	k.must(func(tx *db.Tx) error {
		return town.Hire(tx, staff.Account{Login: "jingban", Name: "经办", Unit: purse}, staff.Grant{Role: staff.Finance, Place: town.City})
	})
	maker := k.Actor(k.t, "jingban")
	var run db.ID
	k.must(func(tx *db.Tx) (err error) {
		if run, err = k.runs.Make(tx, maker, payrun.Making{Key: key(), Name: "缴存支付", Period: k.today().String()[:7], Place: town.City}); err == nil {
			err = k.runs.Start(tx, maker, run)
		}
		return err
	})
	through := func(step func(context.Context, *db.DB, db.ID) (payrun.Run, bool, error)) {
		for more := true; more; {
			var err error
			if _, more, err = step(ctx, k.DB, run); err != nil {
				k.t.Fatal(err)
			}
		}
	}
	through(k.runs.Reckon)
	k.must(func(tx *db.Tx) error { return k.runs.Review(tx, maker, run) })
	k.must(func(tx *db.Tx) error { return k.runs.Approve(tx, k.caizheng, run, "") })
	through(k.runs.Post)
	k.must(func(tx *db.Tx) error { return k.runs.Send(tx, maker, run) })
	var rows []payrun.Back
	k.Read(k.t, func(tx *db.Tx) error {
		list, err := k.runs.Slips(tx, maker, run, payrun.Query{State: payrun.Booked, Limit: 10})
		for i, s := range list {
			rows = append(rows, payrun.Back{Row: i + 2, Line: s.ID, Fen: s.Net(), Paid: true, Serial: "S" + s.ID.String()})
		}
		if err != nil || len(rows) == 0 {
			k.t.Fatalf("nothing went to the bank: %v", err)
		}
		var out bytes.Buffer
		w, err := sheet.NewCSV(&out)
		if err != nil {
			return err
		}
		return k.runs.Export(tx, maker, run, w)
	})
	if _, err := k.runs.TakeBack(ctx, k.DB, maker, run, "back.csv", key(), rows, nil); err != nil {
		k.t.Fatal(err)
	}
	var news []payrun.News
	for _, r := range rows {
		k.Read(k.t, func(tx *db.Tx) error {
			s, err := k.runs.Slip(tx, maker, r.Line)
			news = append(news, payrun.News{Key: s.Key, Ref: s.Ref, Line: s.ID, State: s.State, Fen: s.Fen})
			return err
		})
	}
	k.must(func(tx *db.Tx) error { return k.x.Offer().Told(tx, news) })
}

// Two bureaus agree, and never the same unit twice; only the costs that are named, and never more than is kept.
func TestNothingGoesOutWithoutTwoUnits(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		id := k.owed()
		k.pay(id, 275*wan)
		ask := func(p deposit.Payout) error {
			return k.try(func(tx *db.Tx) error { _, err := k.x.Ask(tx, k.kuangshan, key(), id, p); return err })
		}
		kind(t, ask(drawing(300*wan, 1*wan)), fault.KindRefused)
		kind(t, ask(drawing(100*wan, 0)), fault.KindRefused)
		bad := drawing(100*wan, wan)
		bad.Costs = map[string]money.Fen{"feast": 100 * wan}
		kind(t, ask(bad), fault.KindRefused)
		var out db.ID
		again := key()
		for range 2 { // the same request twice is one
			k.must(func(tx *db.Tx) (err error) {
				out, err = k.x.Ask(tx, k.kuangshan, again, id, drawing(200*wan, 10*wan))
				return err
			})
		}
		kind(t, ask(drawing(100*wan, 10*wan)), fault.KindRefused) // what is asked for is not there twice
		kind(t, k.try(func(tx *db.Tx) error { return k.x.TakeUp(tx, k.caizheng, key(), id, out, true, "同意") }), fault.KindForbidden)
		kind(t, k.try(func(tx *db.Tx) error { return k.x.Judge(tx, k.caizheng, key(), id, out, true, "批准") }), fault.KindConflict)
		k.must(func(tx *db.Tx) error { return k.x.TakeUp(tx, k.anjian, key(), id, out, true, "属实") })
		kind(t, k.try(func(tx *db.Tx) error { return k.x.Judge(tx, k.anjian, key(), id, out, true, "批准") }), fault.KindForbidden)
		k.must(func(tx *db.Tx) error { return k.x.Judge(tx, k.caizheng, key(), id, out, false, "票据不全") })
		if d := k.deposit(id); d.Principal != 275*wan || d.Drawn {
			t.Fatalf("%+v", d)
		}
		kind(t, k.try(func(tx *db.Tx) error { _, err := k.x.Get(tx, k.xian, id); return err }), fault.KindNotFound)
		k.sound()
	})
}

// What is known decides who assesses and whose treasury keeps it; whoever is exempt is told by which clause.
func TestRoutesAndExemptions(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		assess := func(by staff.Actor, org db.ID) (id db.ID, err error) {
			err = k.try(func(tx *db.Tx) (err error) { id, err = k.x.Assess(tx, by, key(), ref, org); return err })
			return id, err
		}
		_, err := assess(k.anjian, k.bus)
		kind(t, err, fault.KindForbidden)
		id, err := assess(k.xian, k.bus)
		if err != nil {
			t.Fatal(err)
		}
		k.Read(t, func(tx *db.Tx) error {
			d, err := k.x.Get(tx, k.xcai, id)
			if err != nil || d.KeeperLevel != "county" || d.Finance != "finance-west" {
				t.Fatalf("%+v, %v", d, err)
			}
			return nil
		})
		east := k.org("东城货运", town.Willow, map[string]string{"safety_trade": "freight", "employees": "1", "annual_sales": "1", "safety_class": "A", "affiliation": "local"})
		_, err = assess(k.xian, east)
		kind(t, err, fault.KindForbidden)
		gone := k.org("省里存过的", town.Ferry, map[string]string{"safety_trade": "fireworks", "province_deposit": "true", "affiliation": "local", "safety_class": "A"})
		_, err = assess(k.xian, gone)
		kind(t, err, fault.KindRefused)
		if c := fault.As(err).Clause.String(); c != "pz10-52#2.5b" {
			t.Errorf("refused by %s", c)
		}
		blank := k.org("没有登记行业的", town.Ferry, map[string]string{"affiliation": "local"})
		_, err = assess(k.xian, blank)
		kind(t, err, fault.KindInvalid)
		// a group pays once, no more than its cap, and its members not at all
		head := k.org("某集团", town.Ferry, map[string]string{"safety_trade": "coal", "mine_capacity": "12", "safety_class": "D", "affiliation": "city"})
		part := k.org("某分公司", town.Ferry, map[string]string{"safety_trade": "coal", "mine_capacity": "16", "safety_class": "A", "affiliation": "city"})
		k.must(func(tx *db.Tx) error {
			_, err := fact.Relate(tx, fact.Relation{Name: lexicon.Owns, From: fact.Organisation(head), To: fact.Organisation(part), Telling: told()})
			return err
		})
		whole, err := assess(k.anjian, head)
		if err != nil {
			t.Fatal(err)
		}
		k.must(func(tx *db.Tx) error { return k.x.Decide(tx, k.anjian, key(), whole, true, "集团") })
		if d := k.deposit(whole); d.Due != 500*wan {
			t.Errorf("the group owes %s", d.Due.Words())
		}
		_, err = assess(k.anjian, part)
		kind(t, err, fault.KindRefused)
		if c := fault.As(err).Clause.String(); c != "pz10-52#2.5a" {
			t.Errorf("refused by %s", c)
		}
	})
}

// A guarantor who is filed stands for four fifths; what is late is listed and told once; a changed scale is assessed anew and the difference given back; the
// year carries over; at the end everything goes back with interest.
func TestTheYearsOfADeposit(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		id := k.owed()
		surety := k.org("某担保公司", town.Willow, map[string]string{"approved_guarantor": "true"})
		plan := func(p deposit.Plan) (pid db.ID, err error) {
			err = k.try(func(tx *db.Tx) (err error) { pid, err = k.x.AskPlan(tx, k.kuangshan, key(), id, p); return err })
			return pid, err
		}
		_, err := plan(deposit.Plan{Kind: deposit.Surety, Guarantor: k.bus, Bond: 55 * wan, Words: "周转困难"})
		kind(t, err, fault.KindRefused)
		_, err = plan(deposit.Plan{Kind: deposit.Surety, Guarantor: surety, Bond: 54 * wan, Words: "周转困难"})
		kind(t, err, fault.KindRefused)
		pid, err := plan(deposit.Plan{Kind: deposit.Surety, Guarantor: surety, Bond: 55 * wan, Words: "周转困难"})
		if err != nil {
			t.Fatal(err)
		}
		k.must(func(tx *db.Tx) error { return k.x.JudgePlan(tx, k.anjian, id, pid, true, "同意") })
		k.Clock.Advance(40 * 24 * time.Hour)
		d := k.deposit(id)
		if late := deposit.Overdue([]deposit.Deposit{d}, k.today()); len(late) != 1 || d.Late(k.today()) != 55*wan {
			t.Fatalf("late: %+v", late)
		}
		k.must(k.x.Sweep)
		k.must(k.x.Sweep)
		k.must(func(tx *db.Tx) error { _, err := k.x.Punish(tx, k.anjian, key(), id); return err })
		k.pay(id, 55*wan)
		kind(t, k.try(func(tx *db.Tx) error { _, err := k.x.Punish(tx, k.anjian, key(), id); return err }), fault.KindConflict)
		kind(t, k.try(func(tx *db.Tx) error { _, err := k.x.Assess(tx, k.anjian, key(), ref, k.mine); return err }), fault.KindRefused) // carries over
		k.Clock.Advance(100 * 24 * time.Hour)                                                                                           // into the next year
		year := k.today().Year - 1
		for _, want := range []int{1, 0} {
			k.must(func(tx *db.Tx) error {
				n, err := k.x.CarryOver(tx, year)
				if n != want {
					t.Errorf("carried over %d, want %d", n, want)
				}
				return err
			})
		}
		k.must(func(tx *db.Tx) error { return k.tell(tx, k.mine, map[string]string{"mine_capacity": "8"}) })
		k.Read(t, func(tx *db.Tx) error {
			list, err := k.x.Changed(tx, k.anjian)
			if err != nil || len(list) != 1 || list[0].Now.Fen != 165*wan {
				t.Fatalf("%+v, %v", list, err)
			}
			return nil
		})
		k.owed()
		if d = k.deposit(id); d.Bond != 33*wan || d.Excess() != 22*wan {
			t.Fatalf("%+v", d)
		}
		k.goesOut(id, deposit.Payout{Kind: "difference", Words: "规模变小", Fen: 22 * wan, Holder: "某煤矿", Bank: "某银行", Account: "990000000001"})
		var credited money.Fen
		k.must(func(tx *db.Tx) (err error) {
			credited, err = k.x.Credit(tx, k.caizheng, id, place.Today(tx))
			return err
		})
		if credited != 55*wan*36/10000*100/360 {
			t.Errorf("interest of %s", credited.Words())
		}
		kind(t, k.try(func(tx *db.Tx) error {
			_, err := k.x.Ask(tx, k.kuangshan, key(), id, deposit.Payout{Kind: "refund", Reason: "sold", Words: "证明", Holder: "某煤矿", Bank: "某银行", Account: "990000000001"})
			return err
		}), fault.KindRefused)
		k.Clock.Advance(10 * 24 * time.Hour)
		k.goesOut(id, deposit.Payout{Kind: "refund", Reason: "closed", Words: "县政府关闭公告", Holder: "某煤矿", Bank: "某银行", Account: "990000000001"})
		if d = k.deposit(id); d.State != deposit.Left || d.Kept() != 0 {
			t.Fatalf("%+v", d)
		}
		k.sound()
		k.owed() // whoever opens again begins anew
	})
}
