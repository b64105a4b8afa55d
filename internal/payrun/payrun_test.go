package payrun_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/payrun"
)

// A run from draft to close: one line is held for want of an account, one comes back, both are paid by the next run.
func TestARun(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		for i := range 5 {
			k.owes(i, "2026-10", nil)
		}
		bare := k.owes(7, "2026-10", func(l *payrun.Line) { l.Account = "" })
		id := k.make("2026-10")
		k.reckon(id)
		v := k.run(id)
		if v.Stage != payrun.Reckoned || v.Lines != 5 || v.Fen != 50000 || v.Held != 1 || v.HeldFen != 10000 {
			t.Fatalf("%+v", v)
		}
		if s := k.slips(id, payrun.Held); len(s) != 1 || s[0].Why != "没有收款账号" {
			t.Fatalf("%+v", s)
		}
		if s := k.standing(k.city); s.Pledged != 10000 || s.Spent != 0 {
			t.Fatalf("%+v", s)
		}
		k.review(id)
		k.Write(t, func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, "") })
		k.post(id)
		if s := k.standing(k.county); s.Pledged != 0 || s.Spent != 40000 || s.Owing != 40000 {
			t.Fatalf("%+v", s)
		}
		file := k.file(id)
		if rows := strings.Split(strings.TrimSpace(file), "\r\n"); len(rows) != 6 || !strings.Contains(rows[1], ",100.00,2026-10 残疾人补贴") {
			t.Fatalf("%s", file)
		}
		k.Write(t, func(tx *db.Tx) error { return k.runs.Send(tx, k.maker, id) })
		if sum := sha256.Sum256([]byte(file)); k.run(id).SHA != hex.EncodeToString(sum[:]) {
			t.Fatal("the digest is not that of the file")
		}
		rows, sha := k.answers(id, "test/00003/2026-10")
		rows = append(rows, payrun.Back{Row: 9, Line: db.NewID(), Fen: 1, Paid: true})
		if f := k.takes(id, rows, sha); f.Paid != 4 || f.Returned != 1 || f.Wrong != 1 || len(f.Troubles) != 1 {
			t.Fatalf("%+v", f)
		}
		if f := k.takes(id, rows, sha); f.Paid != 4 || f.Returned != 1 {
			t.Fatalf("the same file again: %+v", f)
		}
		if f := k.takes(id, rows[:2], sha+"2"); f.Same != 2 || f.Paid != 0 {
			t.Fatalf("another file that says the same: %+v", f)
		}
		if s := k.standing(k.county); s.Spent != 32000 || s.Owing != 0 || s.Cash != -32000 {
			t.Fatalf("%+v", s)
		}
		k.Write(t, func(tx *db.Tx) error { return k.runs.Close(tx, k.maker, id) })
		k.sound()
		if k.file(id) != file {
			t.Fatal("the file for the bank changed afterwards")
		}

		l := k.owe.lines[bare]
		l.Account = "9900000007"
		k.owe.lines[bare] = l
		back := k.slips(id, payrun.Returned)[0]
		k.Write(t, func(tx *db.Tx) error {
			return k.runs.Mend(tx, k.maker, back.ID, payrun.Mend{Name: back.Name, Account: "9911111111"})
		})
		next := k.pays("2026-11")
		if v := k.run(next); v.Lines != 2 || v.Held != 0 || v.Fen != 20000 {
			t.Fatalf("%+v", v)
		}
		if s := k.slips(next, ""); s[0].Account+s[1].Account != "99111111119900000007" {
			t.Fatalf("%+v", s)
		}
		if s := k.slips(id, payrun.Carried); len(s) != 2 {
			t.Fatalf("%+v", s)
		}
		k.takes2(next)
		k.sound()
	})
}

// takes2 lets everything of a run be paid.
func (k *desk) takes2(id db.ID) {
	k.t.Helper()
	rows, sha := k.answers(id)
	k.takes(id, rows, sha)
}

func TestFourEyes(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		k.owes(1, "2026-10", nil)
		both, second := k.Actor(t, "both"), k.Actor(t, "fuhe2")
		var id db.ID
		k.Write(t, func(tx *db.Tx) (err error) {
			if id, err = k.runs.Make(tx, both, payrun.Making{Key: key(), Name: "x", Period: "2026-10", Place: "4112"}); err == nil {
				err = k.runs.Start(tx, both, id)
			}
			return err
		})
		k.reckon(id)
		kind(t, k.try(func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, "") }), fault.KindConflict) // nobody reviewed it
		k.Write(t, func(tx *db.Tx) error { return k.runs.Review(tx, k.maker, id) })
		err := k.try(func(tx *db.Tx) error { return k.runs.Approve(tx, both, id, "") })
		if kind(t, err, fault.KindRefused); fault.As(err).Clause.IsZero() {
			t.Fatal("a refusal without a clause")
		}
		kind(t, k.try(func(tx *db.Tx) error { return k.runs.Approve(tx, k.other, id, "") }), fault.KindForbidden)
		// two at once: one is told of the other
		errs := make(chan error, 2)
		for _, by := range []string{"fuhe", "fuhe2"} {
			a := k.Actor(t, by)
			go func() { errs <- k.try(func(tx *db.Tx) error { return k.runs.Approve(tx, a, id, "") }) }()
		}
		one, two := <-errs, <-errs
		if (one == nil) == (two == nil) {
			t.Fatalf("%v, %v", one, two)
		}
		for _, err := range []error{one, two} {
			if err != nil && (fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "人员fuhe")) {
				t.Fatal(err)
			}
		}
		_ = second
	})
}

// The budget ends in the middle of a run: what comes later waits, and comes back when there is more.
func TestBudgetEnds(t *testing.T) {
	each(t, 20000, func(t *testing.T, k *desk) { // 80 yuan of each 100 are the county's: two lines fit
		for i := range 4 {
			k.owes(i, "2026-10", nil)
		}
		small := k.owes(9, "2026-10", func(l *payrun.Line) { l.Fen = 100 })
		id := k.pays("2026-10")
		if v := k.run(id); v.Lines != 2 || v.Held != 3 {
			t.Fatalf("%+v", v)
		}
		k.Read(t, func(tx *db.Tx) error {
			draws, err := k.runs.Draws(tx, id)
			if err != nil || len(draws) != 2 || draws[1].ID != k.county.ID || draws[1].ShortLines != 3 || draws[1].Short != 16080 || draws[1].Missing != 12080 || draws[0].Short != 0 {
				t.Errorf("%+v, %v", draws, err)
			}
			return nil
		})
		for _, s := range k.slips(id, payrun.Held) {
			if !strings.HasPrefix(s.Why, "预算不足：资金county") {
				t.Errorf("%+v", s)
			}
		}
		k.Write(t, func(tx *db.Tx) error {
			return ledger.Amend(tx, k.head, key(), k.county.ID, ledger.Amendment{Year: 2026, Day: today, Fen: 100000, Words: "追加"})
		})
		k.takes2(id)
		next := k.pays("2026-11")
		k.takes2(next)
		if v := k.run(next); v.Paid != 3 || v.Fen != 20100 {
			t.Fatalf("%+v", v)
		}
		if s := k.slips(next, payrun.Paid); s[len(s)-1].Key != small {
			t.Fatalf("%+v", s)
		}
		k.sound()
	})
}

func TestNobodyIsPaidTwice(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		k.owes(1, "2026-10", nil)
		first := k.pays("2026-10")
		second := k.make("2026-10")
		k.reckon(second)
		if v := k.run(second); v.Lines != 0 || v.Known != 1 {
			t.Fatalf("%+v", v)
		}
		kind(t, k.try(func(tx *db.Tx) error { return k.runs.Review(tx, k.maker, second) }), fault.KindInvalid)
		k.takes2(first)
		third := k.make("2026-10")
		k.reckon(third)
		if v := k.run(third); v.Lines != 0 || v.Known != 1 {
			t.Fatalf("%+v", v)
		}
	})
}

// A refused run gives back its money, its keys, and the lines that it carried.
func TestRefused(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		k.owes(1, "2026-10", nil)
		bad := k.owes(2, "2026-10", func(l *payrun.Line) { l.Account = "" })
		first := k.pays("2026-10")
		k.takes2(first)
		l := k.owe.lines[bad]
		l.Account = "990000002"
		k.owe.lines[bad] = l
		k.owes(3, "2026-11", nil)
		second := k.make("2026-11")
		k.reckon(second)
		if v := k.run(second); v.Lines != 2 {
			t.Fatalf("%+v", v)
		}
		k.Write(t, func(tx *db.Tx) error { return k.runs.Refuse(tx, k.head, second, "名单要再核") })
		if s := k.standing(k.city); s.Pledged != 0 {
			t.Fatalf("%+v", s)
		}
		if s := k.slips(first, payrun.Held); len(s) != 1 {
			t.Fatalf("%+v", s)
		}
		k.sound()
		third := k.pays("2026-11")
		if v := k.run(third); v.Lines != 2 {
			t.Fatalf("%+v", v)
		}
	})
}

func TestWithdraw(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		gone := k.owes(1, "2026-10", nil)
		k.owes(2, "2026-10", nil)
		id := k.make("2026-10")
		k.reckon(id)
		withdraw := func() (ok bool) {
			k.Write(t, func(tx *db.Tx) (err error) { ok, err = k.runs.Withdraw(tx, k.maker, gone, "已去世"); return err })
			return ok
		}
		if !withdraw() || withdraw() {
			t.Fatal("a line is withdrawn once")
		}
		if v, s := k.run(id), k.standing(k.city); v.Lines != 1 || v.Fen != 10000 || s.Pledged != 2000 {
			t.Fatalf("%+v %+v", v, s)
		}
		k.sound()
		k.review(id)
		k.Write(t, func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, "") })
		k.post(id)
		k.sound()
		if withdraw() {
			t.Fatal("it was dropped before")
		}
	})
}

// What changed since the run was reckoned is told, and a reason asked for.
func TestRulesChange(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		k.owes(1, "2026-10", func(l *payrun.Line) { l.Pack = "an older version" })
		id := k.make("2026-10")
		k.reckon(id)
		k.review(id)
		k.Read(t, func(tx *db.Tx) error {
			d, err := k.runs.Drifts(tx, id)
			if err != nil || len(d) != 1 || d[0].Document != "sm12-63" || d[0].Lines != 1 || d[0].Is == "" {
				t.Errorf("%+v, %v", d, err)
			}
			return nil
		})
		kind(t, k.try(func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, " ") }), fault.KindInvalid)
		k.Write(t, func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, "十月仍按原标准") })
		if k.run(id).Despite != "十月仍按原标准" {
			t.Error("the reason was lost")
		}
	})
}

// A source that fails stops the run with its words; later it goes on.
func TestSourceFails(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		k.owes(1, "2026-10", nil)
		k.owe.fail = fault.Invalid("x", "参数缺了 2026 年的标准")
		id := k.make("2026-10")
		k.through2(id)
		if v := k.run(id); v.Stage != payrun.Draft || v.Trouble != "试发：参数缺了 2026 年的标准" {
			t.Fatalf("%+v", v)
		}
		k.owe.fail = nil
		k.Write(t, func(tx *db.Tx) error { return k.runs.Start(tx, k.maker, id) })
		k.reckon(id)
		if v := k.run(id); v.Stage != payrun.Reckoned || v.Lines != 1 || v.Trouble != "" {
			t.Fatalf("%+v", v)
		}
	})
}

// through2 reckons until it fails.
func (k *desk) through2(id db.ID) {
	k.t.Helper()
	for range 10 {
		if _, more, err := k.runs.Reckon(context.Background(), k.DB, id); err != nil || !more {
			return
		}
	}
	k.t.Fatal("it never failed")
}

// What was overpaid is got back: withheld from later lines as far as it may, the rest in cash.
func TestClaims(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		paid := k.owes(1, "2026-10", nil)
		claim := func(m payrun.Claiming) (id db.ID, err error) {
			m.Key, m.Line, m.Words = key(), paid, "已迁出"
			err = k.try(func(tx *db.Tx) (err error) { id, err = k.runs.Claim(tx, k.maker, m); return err })
			return id, err
		}
		_, err := claim(payrun.Claiming{})
		kind(t, err, fault.KindConflict)
		k.takes2(k.pays("2026-10"))
		_, err = claim(payrun.Claiming{Fen: 10001})
		kind(t, err, fault.KindConflict)
		_, err = claim(payrun.Claiming{Fen: 100, Plan: []payrun.Instalment{{Day: today, Fen: 99}}})
		kind(t, err, fault.KindInvalid)
		id, err := claim(payrun.Claiming{Keep: 7000})
		if err != nil {
			t.Fatal(err)
		}
		_, err = claim(payrun.Claiming{Fen: 1})
		kind(t, err, fault.KindConflict) // all of it is claimed
		if s := k.standing(k.county); s.Claims != 8000 || s.Spent != 0 {
			t.Fatalf("%+v", s)
		}
		k.sound()

		k.owes(1, "2026-11", nil)
		run := k.pays("2026-11")
		if v := k.run(run); v.Withheld != 3000 || v.Fen != 10000 {
			t.Fatalf("%+v", v)
		}
		if !strings.Contains(k.file(run), ",70.00,") {
			t.Fatal(k.file(run))
		}
		rows, sha := k.answers(run, "test/00001/2026-11")
		k.takes(run, rows, sha) // comes back: nothing was withheld after all
		if s := k.standing(k.county); s.Claims != 8000 || s.Spent != 0 || s.Owing != 0 {
			t.Fatalf("%+v", s)
		}
		k.sound()
		again := k.pays("2026-12")
		k.takes2(again)
		if s := k.standing(k.county); s.Claims != 8000-2400 || s.Spent != 8000 || s.Owing != 0 {
			t.Fatalf("%+v", s)
		}
		k.sound()
		k.Write(t, func(tx *db.Tx) error { return k.runs.Repay(tx, k.maker, key(), id, 2000, today, "现金") })
		k.Write(t, func(tx *db.Tx) error { return k.runs.Forgive(tx, k.maker, id, "下落不明") })
		kind(t, k.try(func(tx *db.Tx) error { return k.runs.Repay(tx, k.maker, key(), id, 1, today, "") }), fault.KindConflict)
		kind(t, k.try(func(tx *db.Tx) error { return k.runs.WriteOff(tx, k.maker, id, true) }), fault.KindForbidden)
		k.Write(t, func(tx *db.Tx) error { return k.runs.WriteOff(tx, k.head, id, true) })
		k.Read(t, func(tx *db.Tx) error {
			c, err := k.runs.ClaimOf(tx, k.head, id)
			if c.Stage != payrun.ClaimWritten || c.Left != 0 {
				t.Errorf("%+v", c)
			}
			return err
		})
		if s := k.standing(k.county); s.Claims != 0 {
			t.Fatalf("%+v", s)
		}
		k.sound()
	})
}

// Instalments: only what is due by the day is withheld.
func TestInstalments(t *testing.T) {
	each(t, 10_000_000, func(t *testing.T, k *desk) {
		paid := k.owes(1, "2026-09", nil)
		k.takes2(k.pays("2026-09"))
		k.Write(t, func(tx *db.Tx) error {
			_, err := k.runs.Claim(tx, k.maker, payrun.Claiming{Key: key(), Line: paid, Words: "多发", Plan: []payrun.Instalment{{Day: today, Fen: 1500}, {Day: civil.MustDate("2026-12-01"), Fen: 8500}}})
			return err
		})
		for n, want := range []string{"1500", "0"} {
			k.owes(1, fmt.Sprintf("2026-1%d", n), nil)
			id := k.pays(fmt.Sprintf("2026-1%d", n))
			if v := k.run(id); fmt.Sprint(int64(v.Withheld)) != want {
				t.Fatalf("%+v", v)
			}
			k.takes2(id)
		}
		k.sound()
	})
}
