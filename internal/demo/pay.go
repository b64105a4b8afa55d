package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/staff"
)

// listed is how many residents stand on the list of hardship grants of a month.
const listed = 36

// hardship is the clause by which they get it, and disabledFund the fund out of which benefits of the disabled are paid by default.
var hardship = law.MustParse("sm12-63#7")

const disabledFund = "残疾人保障资金"

// pay sets up funds with budgets, and lets three months of hardship grants be paid: one run is closed, one is with the bank, one waits for approval. It happens once.
func (b *build) pay(ctx context.Context) error {
	runs := payrun.New(b.o.Packs)
	runs.Offer(runs.Listed())
	var clerk, head staff.Actor
	var fresh bool
	today := civil.DateOf(b.now, civil.Shanghai)
	err := b.o.DB.Write(ctx, func(tx *db.Tx) (err error) {
		there, err := ledger.FundsBelow(tx, city+"/")
		if fresh = len(there) == 0; err != nil || !fresh {
			return err
		}
		tx.Replay(b.now)
		for login, to := range map[string]*staff.Actor{"caiwu": &clerk, "fuhe": &head} {
			a, err := staff.AccountByLogin(tx, login)
			if err != nil {
				return err
			}
			if *to, err = a.Actor(tx, staff.ViaJob); err != nil {
				return err
			}
		}
		if err := b.fund(tx, head, today); err != nil {
			return err
		}
		return b.list(tx, runs, clerk, today)
	})
	if err != nil || !fresh {
		return err
	}
	for back := 2; back >= 0; back-- {
		if err := b.payMonth(ctx, runs, clerk, head, today.AddMonths(-back).String()[:7], back); err != nil {
			return fmt.Errorf("pay %d months back: %w", back, err)
		}
	}
	return nil
}

// fund sets up what pays: the city's and each county's money for the disabled and for hardship.
func (b *build) fund(tx *db.Tx, head staff.Actor, today civil.Date) error {
	years := []int{today.Year} // and that in which the runs are reckoned, when the city is built for an earlier day
	if now := civil.DateOf(b.o.DB.Now(), civil.Shanghai).Year; now != today.Year {
		years = append(years, now)
	}
	put := func(payer, code, at, name string, budget money.Fen) error {
		f, err := ledger.PutFund(tx, head, ledger.Fund{Payer: payer, Code: code, Place: at, Name: name})
		if err != nil {
			return err
		}
		key := "demo/" + payer + "/" + code + "/" + at
		for _, year := range years {
			m := ledger.Amendment{Year: year, Day: civil.Date{Year: year, Month: 1, Day: 1}, Fen: budget, Words: "年初预算（演示）"}
			if err := ledger.Amend(tx, head, fmt.Sprint(key, "/", year), f.ID, m); err != nil {
				return err
			}
		}
		_, err = ledger.Receive(tx, head, key, f.ID, today, budget/2, "财政拨入（演示）")
		return err
	}
	for _, c := range []string{"disabled", "hardship"} {
		code, name := disabledFund, "残疾人保障资金"
		if c == "hardship" {
			code, name = "临时困难救助", "临时困难救助资金"
		}
		if err := put("city", code, city, "市级"+name, 5_000_000_00); err != nil {
			return err
		}
		for _, county := range counties {
			budget := money.Fen(2_000_000_00)
			if c == "hardship" && county.code == listedCounty {
				budget = 28_000_00 // ends in the third month
			}
			if err := put("county", code, county.code, b.tree.Name(county.code)+name, budget); err != nil {
				return err
			}
		}
	}
	return nil
}

// listedCounty is where those on the list live.
const listedCounty = "411202"

// list writes down who gets a grant, three months of them.
func (b *build) list(tx *db.Tx, runs *payrun.Runs, clerk staff.Actor, today civil.Date) error {
	var list []register.Person
	for _, at := range b.tree.Subtree(listedCounty) {
		some, err := register.In(tx, at.Path, register.Person{}, listed-len(list))
		if err != nil {
			return err
		}
		if list = append(list, some...); len(list) == listed {
			break
		}
	}
	var lines []payrun.Line
	for back := 2; back >= 0; back-- {
		month := today.AddMonths(-back).String()[:7]
		for i, p := range list {
			fen := money.Fen(30000 + 5000*(i%5))
			shares, err := ledger.Split(fen, []ledger.Part{{Payer: "city", Fund: "临时困难救助", Weight: 2}, {Payer: "county", Fund: "临时困难救助", Weight: 8}})
			if err != nil {
				return err
			}
			l := payrun.Line{Key: fmt.Sprintf("临时救助/%s/%s", p.ID, month), Benefit: "hardship", Payee: fact.Person(p.ID), Name: p.Name, Bank: "演示银行", Account: fmt.Sprintf("99%015d", i+1), Path: b.tree.Path(p.Place),
				Period: month, Fen: fen, Shares: shares, Clause: hardship, Words: "家庭遇到临时困难，按月救助"}
			if i%17 == 5 {
				l.Account = ""
			}
			lines = append(lines, l)
		}
	}
	_, err := runs.PutList(tx, clerk, "demo/list", lines)
	return err
}

// payMonth takes the run of a month as far as it has come: months back 2 is closed, 1 with the bank, 0 waits for approval.
func (b *build) payMonth(ctx context.Context, runs *payrun.Runs, clerk, head staff.Actor, month string, back int) error {
	var id db.ID
	write := func(fn func(tx *db.Tx) error) error { return b.o.DB.Write(ctx, fn) }
	through := func(step func(context.Context, *db.DB, db.ID) (payrun.Run, bool, error)) error {
		for {
			if _, more, err := step(ctx, b.o.DB, id); err != nil || !more {
				return err
			}
		}
	}
	err := write(func(tx *db.Tx) (err error) {
		if id, err = runs.Make(tx, clerk, payrun.Making{Key: "demo/" + month, Name: month + " 临时困难救助", Period: month, Place: listedCounty}); err == nil {
			err = runs.Start(tx, clerk, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := through(runs.Reckon); err != nil {
		return err
	}
	var v payrun.Run
	err = b.o.DB.Read(ctx, func(tx *db.Tx) (err error) { v, err = runs.Get(tx, head, id); return err })
	if err != nil || v.Lines == 0 { // a small city has nobody there
		return err
	}
	if err := write(func(tx *db.Tx) error { return runs.Review(tx, clerk, id) }); err != nil || back == 0 {
		return err
	}
	if err := write(func(tx *db.Tx) error { return runs.Approve(tx, head, id, "") }); err != nil {
		return err
	}
	if err := through(runs.Post); err != nil {
		return err
	}
	if err := write(func(tx *db.Tx) error { return runs.Send(tx, clerk, id) }); err != nil || back == 1 {
		return err
	}
	if err := b.answer(ctx, runs, clerk, id, month); err != nil {
		return err
	}
	return write(func(tx *db.Tx) error { return runs.Close(tx, clerk, id) })
}

// answer is what the bank says: two accounts do not take the money.
func (b *build) answer(ctx context.Context, runs *payrun.Runs, clerk staff.Actor, id db.ID, month string) error {
	var rows []payrun.Back
	h := sha256.New()
	err := b.o.DB.Read(ctx, func(tx *db.Tx) error {
		rows = nil
		list, err := runs.Slips(tx, clerk, id, payrun.Query{State: payrun.Booked, Limit: 1000})
		for i, s := range list {
			r := payrun.Back{Row: i + 2, Line: s.ID, Fen: s.Net(), Paid: i%20 != 7, Serial: fmt.Sprintf("YS%s%04d", month[:4]+month[5:], i+1)}
			if !r.Paid {
				r.Why = "账户已销户"
			}
			rows = append(rows, r)
			fmt.Fprintln(h, r)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = runs.TakeBack(ctx, b.o.DB, clerk, id, "回盘"+month+".csv", hex.EncodeToString(h.Sum(nil)), rows, nil)
	return err
}
