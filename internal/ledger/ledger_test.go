package ledger_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/staff"
	"linli/test/town"
)

var (
	turn   atomic.Int64
	clause = law.MustParse("sm12-63#5")
	day    = civil.MustDate("2026-10-09")
)

func key() string { return fmt.Sprint("k", turn.Add(1)) }

// books opens the town with a treasurer.
func books(t *testing.T, test func(t *testing.T, w *town.Town, head staff.Actor)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) {
		w.Write(t, func(tx *db.Tx) error {
			return town.Hire(tx, staff.Account{Login: "fuhe", Name: "复核员", Unit: town.Office}, staff.Grant{Role: staff.Treasurer, Place: town.City})
		})
		test(t, w, w.Actor(t, "fuhe"))
	}, ledger.Migrations)
}

func fund(t *testing.T, w *town.Town, by staff.Actor, code, at string) (f ledger.Fund) {
	t.Helper()
	w.Write(t, func(tx *db.Tx) (err error) {
		f, err = ledger.PutFund(tx, by, ledger.Fund{Payer: "city", Code: code, Place: at, Name: "资金" + code})
		return err
	})
	return f
}

func try(w *town.Town, t *testing.T, fn func(tx *db.Tx) error) error {
	t.Helper()
	return w.DB.Write(t.Context(), fn)
}

func kind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func sound(t *testing.T, w *town.Town) {
	t.Helper()
	w.Read(t, func(tx *db.Tx) error {
		wrong, err := ledger.Verify(tx)
		if err != nil || len(wrong) > 0 {
			t.Fatalf("the books do not agree: %q, %v", wrong, err)
		}
		list, err := ledger.Trial(tx, "", "", "")
		var sum money.Fen
		for _, b := range list {
			sum += b.Closing
		}
		if sum != 0 {
			t.Fatalf("the trial balance is %v", sum)
		}
		return err
	})
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		total money.Fen
		parts []ledger.Part
		want  []money.Fen
	}{
		{10000, []ledger.Part{{Weight: 2}, {Weight: 8}}, []money.Fen{2000, 8000}},
		{10001, []ledger.Part{{Weight: 1}, {Weight: 1}}, []money.Fen{5001, 5000}},
		{10001, []ledger.Part{{Weight: 1}, {Weight: 1, Rest: true}}, []money.Fen{5000, 5001}},
		{100, []ledger.Part{{Weight: 1}, {Weight: 1}, {Weight: 1}}, []money.Fen{34, 33, 33}},
		{7, []ledger.Part{{Weight: 2}, {Weight: 8}}, []money.Fen{1, 6}},
		{0, []ledger.Part{{Weight: 2}, {Weight: 8}}, []money.Fen{0, 0}},
		{7000, []ledger.Part{{Fixed: 5500}, {Rest: true}}, []money.Fen{5500, 1500}},
		{7001, []ledger.Part{{Fixed: 5000}, {Weight: 1}, {Weight: 1}}, []money.Fen{5000, 1001, 1000}},
	} {
		got, err := ledger.Split(c.total, c.parts)
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		for i, s := range got {
			if s.Fen != c.want[i] {
				t.Errorf("%v among %v: %v", c.total, c.parts, got)
				break
			}
		}
	}
	for _, bad := range [][]ledger.Part{nil, {{Weight: -1}}, {{Fixed: 200}}, {{Fixed: 50}}, {{Rest: true}, {Rest: true}}, {{Fixed: 1, Weight: 1}}} {
		if got, err := ledger.Split(100, bad); err == nil {
			t.Errorf("%v gives %v", bad, got)
		}
	}
}

// Shares sum to the whole, none is further than a fen from its exact part, and a larger whole makes no share smaller by more than a fen.
func TestSplitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := money.Fen(rapid.Int64Range(0, int64(ledger.MaxFen)*1000).Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.Int64Range(1, int64(ledger.MaxFen)), 1, 9).Draw(t, "weights")
		rest := rapid.IntRange(-1, len(weights)-1).Draw(t, "rest")
		var parts []ledger.Part
		var all float64
		for i, w := range weights {
			parts = append(parts, ledger.Part{Weight: w, Rest: i == rest})
			all += float64(w)
		}
		shares, err := ledger.Split(total, parts)
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Fen
		for i, s := range shares {
			sum += s.Fen
			exact := float64(total) / all * float64(weights[i])
			if d := float64(s.Fen) - exact; i != rest && (d > 1+exact*1e-9 || d < -1-exact*1e-9) {
				t.Fatalf("share %d is %v, exactly %f", i, s.Fen, exact)
			}
			if s.Fen < 0 {
				t.Fatalf("share %d is %v", i, s.Fen)
			}
		}
		if sum != total {
			t.Fatalf("%v was split into %v", total, sum)
		}
	})
}

func TestEntries(t *testing.T) {
	books(t, func(t *testing.T, w *town.Town, head staff.Actor) {
		f := fund(t, w, head, "disability", town.City)
		pay := func(fen money.Fen, change func(*ledger.Posting)) (e ledger.Entry, err error) {
			p := ledger.Posting{Key: key(), Day: day, Words: "发放", Clause: clause, Ref: ledger.Ref{Kind: "payrun", ID: 7},
				Lines: []ledger.Line{ledger.Debit(f.Account(ledger.Spent), fen), ledger.Credit(f.Account(ledger.Bank), fen)}}
			if change != nil {
				change(&p)
			}
			err = try(w, t, func(tx *db.Tx) (err error) { e, err = ledger.Post(tx, head, p); return err })
			return e, err
		}
		first, err := pay(10000, func(p *ledger.Posting) { p.Key = "said once" })
		if err != nil || first.Number() != "2026-10-00001" || first.Late {
			t.Fatalf("%+v, %v", first, err)
		}
		if again, err := pay(10000, func(p *ledger.Posting) { p.Key = "said once" }); err != nil || again.ID != first.ID {
			t.Fatalf("the same again: %+v, %v", again, err)
		}
		_, err = pay(10001, func(p *ledger.Posting) { p.Key = "said once" })
		kind(t, err, fault.KindConflict)
		for name, change := range map[string]func(*ledger.Posting){
			"unbalanced": func(p *ledger.Posting) { p.Lines[0].Fen++ }, "no account": func(p *ledger.Posting) { p.Lines[0].Account = "9999" },
			"no words": func(p *ledger.Posting) { p.Words = " " }, "tomorrow": func(p *ledger.Posting) { p.Day = day.AddDays(1) },
			"nothing": func(p *ledger.Posting) { p.Lines[0].Fen, p.Lines[1].Fen = 0, 0 },
			"too much": func(p *ledger.Posting) {
				p.Lines[0].Fen, p.Lines[1].Fen = ledger.MaxFen+1, -ledger.MaxFen-1
			},
		} {
			if _, err := pay(5, change); fault.KindOf(err) != fault.KindInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		var back ledger.Entry
		for range 2 { // the second time answers with what the first did
			w.Write(t, func(tx *db.Tx) (err error) { back, err = ledger.Reverse(tx, head, first.ID, "记错了"); return err })
		}
		if back.Reverses != first.ID || back.Seq != 2 {
			t.Fatalf("%+v", back)
		}
		kind(t, try(w, t, func(tx *db.Tx) error { _, err := ledger.Reverse(tx, head, back.ID, "又错了"); return err }), fault.KindRefused)
		w.Read(t, func(tx *db.Tx) error {
			about, err := ledger.About(tx, ledger.Ref{Kind: "payrun", ID: 7}, 10)
			if len(about) != 2 || about[0].Clause != clause {
				t.Errorf("about the run: %+v", about)
			}
			return err
		})
		sound(t, w)
	})
}

func TestClosedMonthsStayClosed(t *testing.T) {
	books(t, func(t *testing.T, w *town.Town, head staff.Actor) {
		f := fund(t, w, head, "disability", town.City)
		post := func(on string) (e ledger.Entry) {
			w.Write(t, func(tx *db.Tx) (err error) {
				e, err = ledger.Receive(tx, head, key(), f.ID, civil.MustDate(on), 100, "拨入")
				return err
			})
			return e
		}
		post("2026-07-31")
		kind(t, try(w, t, func(tx *db.Tx) error { return ledger.Close(tx, head, "2026-10") }), fault.KindInvalid)
		kind(t, try(w, t, func(tx *db.Tx) error { return ledger.Close(tx, w.Actor(t, "willow"), "2026-08") }), fault.KindForbidden)
		w.Write(t, func(tx *db.Tx) error { return ledger.Close(tx, head, "2026-08") })
		kind(t, try(w, t, func(tx *db.Tx) error { return ledger.Close(tx, head, "2026-08") }), fault.KindConflict)
		kind(t, try(w, t, func(tx *db.Tx) error { return ledger.Close(tx, head, "2026-07") }), fault.KindConflict)
		for on, want := range map[string]string{"2026-06-30": "2026-09", "2026-08-15": "2026-09", "2026-09-01": "2026-09", "2026-10-01": "2026-10"} {
			if e := post(on); e.Month != want || e.Late != (on[:7] != want) || e.Day.String() != on {
				t.Errorf("%s stands in %s, late %v: %s", on, e.Month, e.Late, e.Words)
			}
		}
		w.Write(t, func(tx *db.Tx) error { return ledger.Close(tx, head, "2026-09") })
		if e := post("2026-07-31"); e.Month != "2026-10" || !e.Late {
			t.Errorf("%+v", e)
		}
		sound(t, w)
	})
}

func TestBudgets(t *testing.T) {
	books(t, func(t *testing.T, w *town.Town, head staff.Actor) {
		city, east := fund(t, w, head, "disability", town.City), fund(t, w, head, "disability", town.East)
		w.Read(t, func(tx *db.Tx) error {
			for at, want := range map[string]db.ID{town.Willow: east.ID, town.Ferry: city.ID} {
				p, _ := w.Places.Get(at)
				if f, ok, err := ledger.FundFor(tx, "city", "disability", p.Path); err != nil || !ok || f.ID != want {
					t.Errorf("at %s: %+v, %v", at, f, err)
				}
			}
			if _, ok, err := ledger.FundFor(tx, "county", "disability", east.Path); ok || err != nil {
				t.Error("nobody set up a fund of the county", err)
			}
			return nil
		})
		amend := func(fen money.Fen, on string) error {
			return try(w, t, func(tx *db.Tx) error {
				return ledger.Amend(tx, head, key(), city.ID, ledger.Amendment{Year: 2026, Day: civil.MustDate(on), Fen: fen, Words: "预算"})
			})
		}
		for _, m := range []struct {
			fen money.Fen
			on  string
		}{{100000, "2026-01-01"}, {50000, "2026-12-01"}, {-30000, "2026-06-01"}} {
			if err := amend(m.fen, m.on); err != nil {
				t.Fatal(err)
			}
		}
		w.Write(t, func(tx *db.Tx) error {
			_, err := ledger.Post(tx, head, ledger.Posting{Key: key(), Day: day, Words: "占用和支出", Lines: []ledger.Line{
				ledger.Debit(city.Account(ledger.Spent), 20000), ledger.Credit(city.Account(ledger.Owing), 20000), ledger.Debit(city.Account(ledger.Pledge), 10000), ledger.Credit(city.Account(ledger.Cover), 10000)}})
			return err
		})
		w.Read(t, func(tx *db.Tx) error {
			s, err := ledger.StandingOf(tx, city, 2026, day)
			if s.Budget != 70000 || s.Spent != 20000 || s.Pledged != 10000 || s.Left != 40000 || s.Owing != 20000 {
				t.Errorf("%+v", s)
			}
			next, err2 := ledger.StandingOf(tx, city, 2027, day)
			if next.Spent != 0 || next.Budget != 0 {
				t.Errorf("next year: %+v", next)
			}
			return cmpErr(err, err2)
		})
		kind(t, amend(-40001, "2026-10-09"), fault.KindRefused)
		if err := amend(-40000, "2026-10-09"); err != nil {
			t.Fatal(err)
		}
		sound(t, w)
	})
}

func cmpErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// Whatever is posted, reversed, said again and closed: the trial balance is nothing, and closed months do not move.
func TestBooksAgree(t *testing.T) {
	books(t, func(t *testing.T, w *town.Town, head staff.Actor) {
		f := fund(t, w, head, "any", town.City)
		accounts := []string{f.Account(ledger.Bank), f.Account(ledger.Spent), f.Account(ledger.Owing), f.Account(ledger.Claims)}
		var said []ledger.Posting
		var entries []db.ID
		closed := map[string][]ledger.Balance{}
		lastClosed := "2026-01"
		rapid.Check(t, func(r *rapid.T) {
			switch rapid.IntRange(0, 9).Draw(r, "what") {
			case 0:
				if len(said) > 0 {
					p := rapid.SampledFrom(said).Draw(r, "again")
					w.Write(t, func(tx *db.Tx) error { _, err := ledger.Post(tx, head, p); return err })
				}
			case 1:
				if len(entries) > 0 {
					id := rapid.SampledFrom(entries).Draw(r, "reversed")
					w.Write(t, func(tx *db.Tx) error { _, err := ledger.Reverse(tx, head, id, "试"); return err })
				}
			case 2:
				if lastClosed < "2026-08" && rapid.IntRange(0, 3).Draw(r, "close") == 0 {
					at, _ := time.Parse("2006-01", lastClosed)
					lastClosed = at.AddDate(0, 1, 0).Format("2006-01")
					w.Write(t, func(tx *db.Tx) (err error) {
						if err = ledger.Close(tx, head, lastClosed); err == nil {
							closed[lastClosed], err = ledger.Trial(tx, "", lastClosed, lastClosed)
						}
						return err
					})
				}
			default:
				p := ledger.Posting{Key: key(), Day: civil.MustDate("2026-02-01").AddDays(rapid.IntRange(0, 250).Draw(r, "day")), Words: "试"}
				var sum money.Fen
				for range rapid.IntRange(1, 6).Draw(r, "lines") {
					l := ledger.Line{Account: rapid.SampledFrom(accounts).Draw(r, "account"), Fen: money.Fen(rapid.Int64Range(-1000000, 1000000).Draw(r, "fen"))}
					sum += l.Fen
					p.Lines = append(p.Lines, l)
				}
				p.Lines = append(p.Lines, ledger.Line{Account: rapid.SampledFrom(accounts).Draw(r, "against"), Fen: -sum})
				err := try(w, t, func(tx *db.Tx) error {
					e, err := ledger.Post(tx, head, p)
					if err == nil {
						entries, said = append(entries, e.ID), append(said, p)
					}
					return err
				})
				if err != nil && fault.KindOf(err) != fault.KindInvalid { // only when it comes to nothing
					t.Fatal(err)
				}
			}
		})
		sound(t, w)
		for month, was := range closed {
			w.Read(t, func(tx *db.Tx) error {
				now, err := ledger.Trial(tx, "", month, month)
				if !slices.Equal(was, now) {
					t.Errorf("%s was closed and has moved:\n%v\n%v", month, was, now)
				}
				return err
			})
		}
	})
}

func TestNobodyElseKeepsTheBooks(t *testing.T) {
	books(t, func(t *testing.T, w *town.Town, head staff.Actor) {
		clerk := w.Actor(t, "willow")
		if ledger.Sees(clerk, "4112/") {
			t.Error("a committee sees the city's money")
		}
		kind(t, try(w, t, func(tx *db.Tx) error {
			_, err := ledger.PutFund(tx, clerk, ledger.Fund{Payer: "city", Code: "x", Place: town.City, Name: "x"})
			return err
		}), fault.KindForbidden)
	})
}
