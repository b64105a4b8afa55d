package casework_test

import (
	"context"
	"testing"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/flow"
)

func (w *town) byReceipt(r casework.Receipt, a flow.Act) error {
	key := w.key()
	return w.d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := w.cases.DoByReceipt(tx, r.Number, r.Code, casework.Act{Key: key, Act: a})
		return err
	})
}

// closed is an ordinary letter on its way to the end.
func (w *town) closed(subject string) casework.Receipt {
	w.t.Helper()
	r := w.ordinary(subject)
	w.do("dispatcher", r.Case, flow.Dispatch, to("sm-water"))
	w.do("water", r.Case, flow.Reply, words("已修"))
	w.do("verifier", r.Case, flow.Verify)
	w.do("desk", r.Case, flow.Close, outcome("solved"))
	return r
}

func (w *town) appeals(who string) (ids []db.ID) {
	w.t.Helper()
	dbtest.Read(w.t, w.d, func(tx *db.Tx) error {
		lines, err := w.cases.Appeals(tx, w.who[who], 0, 0)
		for _, l := range lines {
			ids = append(ids, l.ID)
		}
		return err
	})
	return ids
}

func TestAnAppealWaitsUntilItIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		one, two := w.closed("水管漏水"), w.closed("路灯不亮")
		w.refused("desk", one.Case, fault.KindConflict, flow.Explain, words("已办妥")) // nobody objects yet
		for _, r := range []casework.Receipt{one, two} {
			if err := w.byReceipt(r, flow.Act{Verb: flow.Appeal, Words: "又漏了"}); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.appeals("desk"); len(got) != 2 || got[0] != one.Case {
			t.Fatalf("the desk has %v, want both, the oldest first", got)
		}
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			rest, err := w.cases.Appeals(tx, w.who["desk"], one.Case, 1)
			if err == nil && (len(rest) != 1 || rest[0].ID != two.Case) {
				t.Errorf("behind the first come %v", rest)
			}
			return err
		})
		if got := w.appeals("hubin"); len(got) != 2 {
			t.Errorf("who supervises the county has %d", len(got))
		}
		if got := w.appeals("roads"); len(got) != 0 {
			t.Errorf("a unit without a part in them has %d", len(got))
		}
		w.do("desk", one.Case, flow.Reopen, words("再查一次"))
		w.do("desk", two.Case, flow.Explain, words("灯杆归物业，已转告。"))
		if got := w.appeals("desk"); len(got) != 0 {
			t.Errorf("%v wait after they were answered", got)
		}
	})
}

// What presses on a unit, and the passing of its time, is no work of the unit.
func TestUrgingIsNoStepOfTheUnit(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.ordinary("水管漏水")
		w.do("dispatcher", r.Case, flow.Dispatch, to("sm-water"))
		sent := w.clock.Now()
		w.clock.Set(at("2026-10-20 09:00"))
		w.do("desk", r.Case, flow.Urge)
		w.do("supervisor", r.Case, flow.Supervise, words("请三日内办结"), func(a *casework.Act) { a.Term = "3wd" })
		dbtest.Write(t, w.d, func(tx *db.Tx) error { _, err := w.cases.Lapse(tx, r.Case); return err })
		moved := func() (last db.Time) {
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				return tx.QueryRow(`select last_step_at from fact_case where id = ?`, r.Case).Scan(&last)
			})
			return last
		}
		if got := moved(); !got.Equal(sent) {
			t.Errorf("the last step is of %s, want that of the dispatch, %s", got, sent)
		}
		w.clock.Set(at("2026-10-19 09:00")) // set back: the next step is not told before the ones it followed
		w.do("water", r.Case, flow.Reply, words("已修"))
		if got := moved(); !got.Equal(at("2026-10-20 09:00")) {
			t.Errorf("the reply is of %s", got)
		}
	})
}

// Each reporter reads his own words; of the others' he hears that something was done.
func TestReportersDoNotReadEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		first := w.ordinary("自来水管漏水")
		in := letter("水管又漏了，老人在家")
		in.Fields["sender"], in.Fields["phone"], in.Fields["content"] = "李四", "19900000002", "家里老人行动不便，请尽快。"
		second := w.register("desk", in)
		w.do("desk", second.Case, flow.Merge, func(a *casework.Act) { a.Case = first.Case.String() })
		w.do("desk", first.Case, flow.Ask, words("请说明位置"))
		if err := w.byReceipt(second, flow.Act{Verb: flow.Supply, Words: "在三单元一层"}); err != nil {
			t.Fatal(err)
		}
		w.do("dispatcher", first.Case, flow.Dispatch, to("sm-water"))
		w.do("water", first.Case, flow.Reply, words("已修好"))
		w.do("verifier", first.Case, flow.Verify)
		w.do("desk", first.Case, flow.Close, outcome("solved"))
		if err := w.byReceipt(first, flow.Act{Verb: flow.Rate, Grade: 2, Words: "太慢"}); err != nil {
			t.Fatal(err)
		}
		read := func(r casework.Receipt) (p *casework.Progress, said map[flow.Verb]string) {
			dbtest.Read(t, w.d, func(tx *db.Tx) (err error) { p, err = w.cases.Track(tx, r.Number, r.Code); return err })
			said = map[flow.Verb]string{}
			for _, s := range p.Steps {
				said[s.Verb] = s.Words
			}
			return p, said
		}
		p, said := read(first)
		if p.Title != "自来水管漏水" || said[flow.Supply] != "" || said[flow.Rate] != "太慢" || said[flow.Reply] != "已修好" {
			t.Errorf("the first reads %q, %q", p.Title, said)
		}
		p, said = read(second)
		if !p.Merged || p.Title != "水管又漏了，老人在家" || p.Body != "家里老人行动不便，请尽快。" || said[flow.Supply] != "在三单元一层" || said[flow.Rate] != "" ||
			said[flow.Reply] != "已修好" {
			t.Errorf("the second reads %q, %q, %q", p.Title, p.Body, said)
		}
		for _, s := range p.Steps {
			if s.Verb == flow.Rate && s.Act.Grade != 0 {
				t.Error("the second reads the first one's grade")
			}
		}
	})
}

func TestCountAndQueueBelowTheOwnPlace(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.ordinary("水管漏水")
		ask := func(who, code string) (n int, err error) {
			err = w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
				n, _, err = w.cases.Count(tx, w.who[who], "p:"+code)
				return err
			})
			lines := 0
			err2 := w.d.Read(context.Background(), func(tx *db.Tx) error {
				list, _, err := w.cases.Queue(tx, w.who[who], casework.Query{Area: code})
				lines = len(list)
				return err
			})
			if fault.KindOf(err) != fault.KindOf(err2) || n != lines {
				t.Errorf("%s of %s: counts %d (%v), lists %d (%v)", who, code, n, err, lines, err2)
			}
			return n, err
		}
		for _, c := range []struct {
			who, code string
			want      int
			kind      fault.Kind
		}{
			{"supervisor", "4112", 1, 0}, {"supervisor", "411202", 1, 0}, {"supervisor", "411203", 0, 0}, {"hubin", "411202001", 1, 0},
			{"hubin", "4112", 0, fault.KindForbidden}, {"hubin", "411203", 0, fault.KindForbidden}, {"supervisor", "999999", 0, fault.KindForbidden},
		} {
			n, err := ask(c.who, c.code)
			if (err != nil) != (c.kind != 0) || err != nil && fault.KindOf(err) != c.kind || n != c.want {
				t.Errorf("%s of %s: %d, %v; want %d", c.who, c.code, n, err, c.want)
			}
		}
	})
}

func TestAWrongPlaceIsToldWithTheRest(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		in := letter("水管漏水")
		in.Key, in.Place, in.Fields["phone"] = "k", "999999", "12"
		err := w.d.Write(context.Background(), func(tx *db.Tx) error { _, err := w.cases.Register(tx, w.who["desk"], in); return err })
		f := fault.As(err)
		if f == nil || f.Kind != fault.KindInvalid {
			t.Fatalf("gave %v", err)
		}
		told := map[string]bool{}
		for _, x := range f.Fields {
			told[x.Field] = true
		}
		if !told["place"] || !told["phone"] {
			t.Errorf("complains of %v, want place and phone at once", told)
		}
	})
}
