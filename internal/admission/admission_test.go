package admission_test

import (
	"testing"

	"linli/internal/admission"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/test/town"
)

var year = civil.Period{From: civil.MustDate("2026-01-01"), To: civil.MustDate("2026-12-31")}

// propose lets a street ask for admission of a task.
func propose(t *testing.T, w *town.Town, key, class string) casework.Receipt {
	t.Helper()
	var r casework.Receipt
	w.Write(t, func(tx *db.Tx) (err error) {
		r, err = w.Cases.Register(tx, w.Actor(t, "street"), casework.Intake{Key: key, Flow: "task-admission", Place: town.Riverrow,
			Sets: map[string]any{"class": class}, From: casework.Reporter{Name: "沿河街道办事处"},
			Fields: map[string]string{"task": "独居老人排查 " + key, "way": "入户登记", "rights": "社区协助，街道处置", "place": town.Riverrow, "hours": "12.5",
				"staff_hours": "4", "cost": "3000", "funds": "2500.50", "tables": "老人排查表\n月报", "until": "2026-12-31"}})
		return err
	})
	return r
}

func take(t *testing.T, w *town.Town, login string, id db.ID, a flow.Act) error {
	t.Helper()
	return w.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := w.Cases.Do(tx, w.Actor(t, login), id, casework.Act{Key: login + string(a.Verb) + id.String(), Act: a})
		return err
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refusedBy(t *testing.T, err error, clause string) {
	t.Helper()
	if f := fault.As(err); f == nil || f.Kind != fault.KindRefused || f.Clause.String() != clause {
		t.Fatalf("got %v, want a refusal by %s", err, clause)
	}
}

func TestOnlyWhatWasAdmittedGoesDown(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		a := admission.New(w.Cases, w.Catalog.Index)
		street := w.Actor(t, "street")
		check := func(number string, s pack.Sending) (err error) {
			w.Read(t, func(tx *db.Tx) error { _, err = a.Check(tx, street, number, s); return nil })
			return err
		}
		sent := pack.Sending{From: town.RiverrowOffice, To: []string{town.WillowCommittee}, Table: "月报", Until: civil.MustDate("2026-11-30")}
		refusedBy(t, check("", sent), "pz15-10#3.2.3d")

		r := propose(t, w, "a", "entrust")
		dispatch := flow.Act{Verb: flow.Dispatch, To: town.RiverrowOffice, With: []string{town.WillowCommittee, town.LotusCommittee}}
		refusedBy(t, take(t, w, "street", r.Case, dispatch), "pz15-10#3.2.3d")
		refusedBy(t, check(r.Number, sent), "pz15-10#3.2.3d")
		must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: flow.Accept}))
		must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: "admit"}))
		dispatch.Words = "请协助"
		must(t, take(t, w, "street", r.Case, dispatch))
		must(t, check(r.Number, sent))
		sent.Table = "周报"
		refusedBy(t, check(r.Number, sent), "pz15-10#3.2.3d")
		sent.Table, sent.To = "月报", []string{town.PineCommittee}
		refusedBy(t, check(r.Number, sent), "pz15-10#3.2.3d")
	})
}

// The unit that helps sees the case, and so does whoever oversees the place that it serves; nobody else does.
func TestWhoSeesATaskSentDown(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		r := propose(t, w, "a", "entrust")
		must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: flow.Accept}))
		must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: "admit"}))
		must(t, take(t, w, "street", r.Case, flow.Act{Verb: flow.Dispatch, To: town.RiverrowOffice, With: []string{town.WillowCommittee}}))
		for login, sees := range map[string]bool{"willow": true, "lotus": false, "street": true, "admitting": true, "water": false} {
			a := admission.New(w.Cases, w.Catalog.Index)
			w.Read(t, func(tx *db.Tx) error {
				_, err := w.Cases.Get(tx, w.Actor(t, login), r.Case)
				if (err == nil) != sees {
					t.Errorf("%s: sees the case %v, want %v", login, err == nil, sees)
				}
				rule := a.Rules(civil.MustDate("2026-10-09"))[0]
				l, err := a.Load(tx, w.Actor(t, login), rule, year, nil)
				if err != nil {
					return err
				}
				if (len(l.Tasks) == 1) != sees {
					t.Errorf("%s: %d tasks in the load, sees the record: %v", login, len(l.Tasks), sees)
				}
				return nil
			})
		}
	})
}

func TestLoadStandsBesideWhatCameAlong(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		for _, key := range []string{"a", "b"} {
			r := propose(t, w, key, "assist")
			must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: flow.Accept}))
			if key == "b" {
				continue // still waits
			}
			must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: flow.Present, Leader: w.Actor(t, "county-head").Account.String()}))
			must(t, take(t, w, "county-head", r.Case, flow.Act{Verb: flow.Instruct, Words: "同意"}))
			must(t, take(t, w, "admitting", r.Case, flow.Act{Verb: "admit"}))
			must(t, take(t, w, "street", r.Case, flow.Act{Verb: flow.Dispatch, To: town.RiverrowOffice, With: []string{town.WillowCommittee, town.LotusCommittee}}))
		}
		c := propose(t, w, "c", "entrust")
		must(t, take(t, w, "admitting", c.Case, flow.Act{Verb: flow.Refuse, Words: "重复", Clause: clause("pz15-10#3.2.3d")}))
		a := admission.New(w.Cases, w.Catalog.Index)
		w.Read(t, func(tx *db.Tx) error {
			l, err := a.Load(tx, w.Actor(t, "street"), a.Rules(civil.MustDate("2026-10-09"))[0], year, nil)
			if err != nil {
				return err
			}
			if len(l.Tasks) != 1 || len(l.Waiting) != 1 || len(l.Refused) != 1 || len(l.Units) != 2 {
				t.Fatalf("%d tasks, %d waiting, %d refused, %d units", len(l.Tasks), len(l.Waiting), len(l.Refused), len(l.Units))
			}
			u := l.Of(town.WillowCommittee)
			want := [][2]int64{{12500, 4000}, {3000000, 2500500}, {2000, 0}}
			for i, m := range want {
				if u.Asked[i] != m[0] || u.Given[i] != m[1] || u.Short(i) != m[0]-m[1] {
					t.Errorf("%s: asked %d given %d, want %v", l.Rule.Measures[i].Name, u.Asked[i], u.Given[i], m)
				}
			}
			return nil
		})
	})
}

func clause(s string) law.Clause { return law.MustParse(s) }
