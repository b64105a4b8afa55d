package payrun_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/test/town"
)

// world drives runs at random: what is owed changes, runs are reckoned, crash, go on, are approved, refused, sent and answered, and what was overpaid is got back.
type world struct {
	*desk
	r       *rapid.T
	runs    []db.ID
	n       int
	claimed map[string]money.Fen
}

var errCrash = errors.New("crash")

// some steps of a run in the middle of which the program dies: nothing of the step is there.
func (w *world) crash(step func(tx *db.Tx) error) {
	err := w.DB.Write(context.Background(), func(tx *db.Tx) error {
		if err := step(tx); err != nil {
			return err
		}
		return errCrash
	})
	if err == nil {
		w.r.Fatal("a crash committed")
	}
}

// may does what the state of things may forbid; only our own mistakes are errors.
func (w *world) may(err error) bool {
	if err != nil && fault.KindOf(err) == fault.KindInternal {
		w.r.Fatal(err)
	}
	return err == nil
}

func (w *world) run() db.ID { return rapid.SampledFrom(w.runs).Draw(w.r, "run") }

func (w *world) steps() map[string]func(*rapid.T) {
	ctx := context.Background()
	step := func(name string, need bool, fn func()) (string, func(*rapid.T)) {
		return name, func(r *rapid.T) {
			w.r = r
			if need && len(w.runs) == 0 {
				r.Skip("no run yet")
			}
			fn()
		}
	}
	all := map[string]func(*rapid.T){}
	add := func(name string, need bool, fn func()) { n, f := step(name, need, fn); all[n] = f }
	add("owe", false, func() {
		for range rapid.IntRange(1, 4).Draw(w.r, "lines") {
			w.n++
			w.owes(w.n%6, fmt.Sprintf("2026-%02d", 1+w.n/6%12), func(l *payrun.Line) {
				l.Fen = money.Fen(rapid.Int64Range(1, 20000).Draw(w.r, "fen"))
				if rapid.IntRange(0, 5).Draw(w.r, "bare") == 0 {
					l.Account = ""
				}
			})
		}
	})
	add("account", false, func() {
		for key, l := range w.owe.lines {
			if l.Account == "" {
				l.Account = "9900000001"
				w.owe.lines[key] = l
				break
			}
		}
	})
	add("make", false, func() {
		w.runs = append(w.runs, w.make(fmt.Sprintf("2026-%02d", rapid.IntRange(1, 3).Draw(w.r, "month"))))
	})
	add("reckon", true, func() { _, _, err := w.desk.runs.Reckon(ctx, w.DB, w.run()); w.may(err) })
	add("post", true, func() { _, _, err := w.desk.runs.Post(ctx, w.DB, w.run()); w.may(err) })
	add("pause and go on", true, func() {
		id := w.run()
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Pause(tx, w.maker, id) }))
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Start(tx, w.maker, id) }))
	})
	add("crash", true, func() {
		id := w.run()
		w.crash(func(tx *db.Tx) error {
			_, _, err := w.desk.runs.ReckonIn(tx, id)
			return err
		})
		w.crash(func(tx *db.Tx) error { _, _, err := w.desk.runs.PostIn(tx, id); return err })
	})
	add("review", true, func() {
		id := w.run()
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Review(tx, w.maker, id) }))
	})
	add("approve", true, func() {
		id := w.run()
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Approve(tx, w.head, id, "") }))
	})
	add("own approval", true, func() {
		if err := w.try(func(tx *db.Tx) error { return w.desk.runs.Approve(tx, w.maker, w.runs[0], "") }); err == nil {
			w.r.Fatal("the maker approved")
		}
	})
	add("refuse", true, func() {
		if id := w.run(); rapid.IntRange(0, 2).Draw(w.r, "really") == 0 {
			w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Refuse(tx, w.head, id, "试") }))
		}
	})
	add("send", true, func() {
		id := w.run()
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Send(tx, w.maker, id) }))
	})
	add("answer", true, w.answer)
	add("close", true, func() {
		id := w.run()
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Close(tx, w.maker, id) }))
	})
	add("withdraw", true, func() {
		for key := range w.owe.lines {
			w.may(w.try(func(tx *db.Tx) error { _, err := w.desk.runs.Withdraw(tx, w.maker, key, "试"); return err }))
			break
		}
	})
	add("claim", true, w.claim)
	add("budget", false, func() {
		fen := money.Fen(rapid.Int64Range(1, 30000).Draw(w.r, "more"))
		w.may(w.try(func(tx *db.Tx) error {
			return ledger.Amend(tx, w.head, key(), w.county.ID, ledger.Amendment{Year: 2026, Day: today, Fen: fen, Words: "追加"})
		}))
	})
	all[""] = func(r *rapid.T) { w.r = r; w.sound() }
	return all
}

// answer lets the bank answer some lines of a run, and the file come twice.
func (w *world) answer() {
	id := w.run()
	var bad []string
	for _, s := range w.slips(id, payrun.Booked) {
		if rapid.IntRange(0, 2).Draw(w.r, "returned") == 0 {
			bad = append(bad, s.Key)
		}
	}
	rows, sha := w.answers(id, bad...)
	rows = rows[:rapid.IntRange(0, len(rows)).Draw(w.r, "rows")]
	for range 2 {
		_, err := w.desk.runs.TakeBack(context.Background(), w.DB, w.maker, id, "x", sha+fmt.Sprint(len(rows)), rows, nil)
		w.may(err)
	}
}

func (w *world) claim() {
	if list := w.slips(w.run(), payrun.Paid); len(list) > 0 {
		s := list[0]
		fen := money.Fen(rapid.Int64Range(1, int64(s.Fen)).Draw(w.r, "claim"))
		var id db.ID
		ok := w.may(w.try(func(tx *db.Tx) (err error) {
			id, err = w.desk.runs.Claim(tx, w.maker, payrun.Claiming{Key: key(), Line: s.Key, Fen: fen, Words: "试", Keep: rapid.SampledFrom([]int{0, 3000, 9999}).Draw(w.r, "keep")})
			return err
		}))
		if ok {
			w.claimed[s.Key] += fen
		}
		if w.claimed[s.Key] > s.Fen {
			w.r.Fatalf("%s: %v is claimed of %v", s.Key, w.claimed[s.Key], s.Fen)
		}
		if ok && rapid.Bool().Draw(w.r, "repaid") {
			w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Repay(tx, w.maker, key(), id, 1+fen/2, today, "") }))
		}
	}
}

// After any story: the books agree, nobody was paid twice, and when the money is there, everything that is owed is paid in the end.
func TestAnyStory(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // enough for a run of every day; more when somebody asks
		if err := f.Value.Set("12"); err != nil {
			t.Fatal(err)
		}
		defer f.Value.Set(f.DefValue)
	}
	tell := func(t *testing.T, w *town.Town) {
		k := open(t, w, 60000)
		rapid.Check(t, func(r *rapid.T) {
			v := &world{desk: k, r: r, claimed: map[string]money.Fen{}}
			k.owe.lines = map[string]payrun.Line{}
			v.fresh()
			r.Repeat(v.steps())
			v.finish()
		})
	}
	town.Each(t, tell, ledger.Migrations, payrun.Migrations)
}

// fresh makes keys that no story before had, and leaves little in the funds.
func (w *world) fresh() {
	w.n = int(turn.Add(100000))
	for _, f := range []ledger.Fund{w.city, w.county} {
		if left := w.standing(f).Left; left > 60000 {
			w.Write(w.t, func(tx *db.Tx) error {
				return ledger.Amend(tx, w.head, key(), f.ID, ledger.Amendment{Year: 2026, Day: today, Fen: 60000 - left, Words: "下一个故事"})
			})
		}
	}
}

// finish gives money and accounts, and pays until nothing is owed.
func (w *world) finish() {
	w.Write(w.t, func(tx *db.Tx) error {
		for _, f := range []ledger.Fund{w.city, w.county} {
			if err := ledger.Amend(tx, w.head, key(), f.ID, ledger.Amendment{Year: 2026, Day: today, Fen: 100_000_000, Words: "足够"}); err != nil {
				return err
			}
		}
		return nil
	})
	for key, l := range w.owe.lines {
		if l.Account == "" {
			l.Account = "9900000001"
			w.owe.lines[key] = l
		}
	}
	for _, id := range w.runs { // what is on its way arrives; what is not yet approved is refused
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Refuse(tx, w.head, id, "收尾") }))
		if v := w.desk.run(id); v.Stage == payrun.Posting {
			w.post(id)
		}
		w.may(w.try(func(tx *db.Tx) error { return w.desk.runs.Send(tx, w.maker, id) }))
		if v := w.desk.run(id); v.Stage == payrun.Sent || v.Stage == payrun.Closed {
			rows, sha := w.answers(id)
			w.takes(id, rows, sha+"end")
		}
	}
	for month := 1; month <= 12; month++ {
		id := w.make(fmt.Sprintf("2026-%02d", month))
		w.reckon(id)
		if v := w.desk.run(id); v.Lines == 0 {
			w.Write(w.t, func(tx *db.Tx) error { return w.desk.runs.Refuse(tx, w.head, id, "没有要发的") })
			continue
		}
		w.review(id)
		w.Write(w.t, func(tx *db.Tx) error { return w.desk.runs.Approve(tx, w.head, id, "") })
		w.post(id)
		w.Write(w.t, func(tx *db.Tx) error { return w.desk.runs.Send(tx, w.maker, id) })
		w.takes2(id)
	}
	w.sound()
	w.Read(w.t, func(tx *db.Tx) error {
		for key, l := range w.owe.lines {
			var paid, n int64
			if err := tx.QueryRow("select count(*), sum(fen) from payrun_line where key = ? and state = 'paid'", key).Scan(&n, &paid); err != nil {
				return err
			}
			if n != 1 {
				w.r.Fatalf("%s of %v was paid %d times", key, l.Fen, n)
			}
		}
		return nil
	})
}
