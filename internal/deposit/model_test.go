package deposit_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/test/town"
)

// model is what a deposit must hold, told by the requests that were granted alone.
type model struct {
	paid, out, interest money.Fen
	asked               map[db.ID]money.Fen // open payouts
}

// Whatever is asked in whatever order, what is kept is what was paid and earned less what went out, never less than nothing; never more goes out than is kept;
// parts that were agreed to sum to what was owed.
func TestRandomStoriesOfDeposits(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		var all model
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 7))
			k.mine = k.org(fmt.Sprint("煤矿", seed), town.Ferry, map[string]string{"safety_trade": "coal", "mine_capacity": fmt.Sprint(3 + r.IntN(60)), "safety_class": string("ABCD"[r.IntN(4)]), "affiliation": "city"})
			k.kuangshan = k.head(fmt.Sprint("head", seed), k.mine)
			id := k.owed()
			m := model{asked: map[db.ID]money.Fen{}}
			for range 24 {
				k.step(r, id, &m)
				d := k.deposit(id)
				if d.Kept() != m.paid+m.interest-m.out || d.Principal < 0 || d.Interest < 0 || d.Due > 600*wan {
					t.Fatalf("seed %d: kept %d, the model says %d: %+v", seed, d.Kept(), m.paid+m.interest-m.out, d)
				}
				if sum := sumOf(d.Parts); d.Way == deposit.Parts && (sum > d.Due || sum <= 0) {
					t.Fatalf("seed %d: parts sum to %d of %d", seed, sum, d.Due)
				}
				if d.State == deposit.Left {
					break
				}
			}
			all.paid, all.out, all.interest = all.paid+m.paid, all.out+m.out, all.interest+m.interest
			k.sound()
		}
		if all.paid == 0 || all.out == 0 || all.interest == 0 {
			t.Errorf("the stories do not go far: %+v", all)
		}
	})
}

func sumOf(list []pack.DepositPart) (sum money.Fen) {
	for _, p := range list {
		sum += p.Fen
	}
	return sum
}

// step asks for something at random. A refusal is an answer; anything else that fails is a mistake of the program.
func (k *desk) step(r *rand.Rand, id db.ID, m *model) {
	k.t.Helper()
	d := k.deposit(id)
	fen := money.Fen(1 + r.Int64N(int64(300*wan)))
	if short := d.Short(); r.IntN(2) == 0 && short > 0 {
		fen = short
	}
	did := func(err error) bool {
		if err != nil && fault.KindOf(err) == fault.KindInternal {
			k.t.Fatal(err)
		}
		return err == nil
	}
	switch r.IntN(8) {
	case 0, 1:
		if did(k.try(func(tx *db.Tx) error { return k.x.Pay(tx, k.caizheng, key(), id, fen, place.Today(tx), "回单") })) {
			m.paid += fen
		}
	case 2:
		own := money.Fen(1 + r.Int64N(int64(wan)))
		var out db.ID
		if did(k.try(func(tx *db.Tx) (err error) {
			out, err = k.x.Ask(tx, k.kuangshan, key(), id, drawing(fen+own, own))
			return err
		})) {
			m.asked[out] = fen
		}
	case 3:
		for out, sum := range m.asked {
			agree := r.IntN(4) > 0
			if did(k.try(func(tx *db.Tx) error { return k.x.TakeUp(tx, k.anjian, key(), id, out, true, "意见") })) &&
				did(k.try(func(tx *db.Tx) error { return k.x.Judge(tx, k.caizheng, key(), id, out, agree, "决定") })) && agree {
				m.out += sum
			}
			delete(m.asked, out)
			break
		}
	case 4:
		k.Clock.Advance(time.Duration(r.IntN(40)) * 24 * time.Hour)
		var earned money.Fen
		if did(k.try(func(tx *db.Tx) (err error) { earned, err = k.x.Credit(tx, k.caizheng, id, place.Today(tx)); return err })) {
			m.interest += earned
		}
	case 5:
		did(k.try(func(tx *db.Tx) error {
			if _, err := k.x.Assess(tx, k.anjian, key(), ref, k.mine); err != nil {
				return err
			}
			if err := k.x.Decide(tx, k.anjian, key(), id, true, "重核"); err != nil {
				return err
			}
			return k.x.Deliver(tx, k.anjian, id, place.Today(tx))
		}))
	case 6:
		first := fen
		did(k.try(func(tx *db.Tx) error {
			today := place.Today(tx)
			plan, err := k.x.AskPlan(tx, k.kuangshan, key(), id, deposit.Plan{Kind: deposit.Parts, Words: "紧", Parts: parts(today, first, d.Short()-first)})
			if err != nil {
				return err
			}
			return k.x.JudgePlan(tx, k.anjian, id, plan, true, "同意")
		}))
	case 7:
		did(k.try(func(tx *db.Tx) error {
			return k.tell(tx, k.mine, map[string]string{"mine_capacity": fmt.Sprint(3 + r.IntN(60))})
		}))
	}
}

func parts(today civil.Date, first, rest money.Fen) []pack.DepositPart {
	return []pack.DepositPart{{Due: today, Fen: first}, {Due: today.AddMonths(3), Fen: rest}}
}
