package casework_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/staff"
)

// eachService runs a test in a town whose pack has service items: the duty room is the police station, water and roads are
// the housing and the education office, and the verifier's office sees to ratings.
func eachService(t *testing.T, test func(t *testing.T, w *town)) {
	each(t, func(t *testing.T, w *town) {
		root := staff.Actor{Login: "command", Via: staff.ViaCommand}
		password, err := hashed()
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, w.d, func(tx *db.Tx) error {
			for code, office := range map[string]string{"sm-duty": "police", "sm-water": "housing", "sm-roads": "education", "sm-mayor": "ratings"} {
				if err := staff.PutUnit(tx, root, staff.Unit{Code: code, Name: code, Place: "4112", Offices: []string{office}}); err != nil {
					return err
				}
			}
			a, err := staff.Create(tx, root, staff.Account{Login: "officer", Name: "officer", Unit: "sm-duty"}, password)
			if err != nil {
				return err
			}
			if err := staff.Allow(tx, root, a.ID, staff.Handler, "", "sm-duty"); err != nil {
				return err
			}
			w.who["officer"], err = staff.ActorOf(tx, a.ID, staff.ViaPage)
			return err
		})
		w.src = os.DirFS("../pack/proof/testdata/items")
		w.openCases()
		test(t, w)
	})
}

// settlement is a family that settles, with a child or without.
func settlement(shares ...string) casework.Intake {
	return casework.Intake{Flow: "settle", Title: "落户", Place: "411202001001", Shares: shares, From: casework.Reporter{Name: "张三", Phone: "19900000002"},
		Fields: map[string]string{"applicant": "张三", "born": "1990-01-01", "address": "桥头社区1号楼101"}}
}

func verdict(v string) func(*casework.Act) { return func(a *casework.Act) { a.Verdict = v } }
func clause(c string) func(*casework.Act) {
	return func(a *casework.Act) { a.Clause = law.MustParse(c) }
}

func (w *town) parts(id db.ID) map[string]string {
	k, err := w.get("duty", id)
	if err != nil {
		w.t.Fatal(err)
	}
	m := map[string]string{}
	for _, b := range k.Situation.Branches {
		m[b.Unit] = b.Verdict
		if b.Verdict == "" && !b.Since.IsZero() {
			m[b.Unit] = "works"
		}
	}
	return m
}

func TestOfficesDecideTogether(t *testing.T) {
	eachService(t, func(t *testing.T, w *town) {
		r := w.register("duty", settlement("education"))
		w.do("duty", r.Case, flow.Accept)
		w.do("duty", r.Case, flow.Dispatch)
		if got := w.parts(r.Case); got["sm-water"] != "works" || got["sm-roads"] != "" || len(got) != 2 {
			t.Fatalf("parts after it was sent out: %v", got)
		}
		if e := w.refused("roads", r.Case, fault.KindRefused, flow.Opine, verdict(flow.Agree)); e.Clause.String() != "t1#3" {
			t.Errorf("out of turn: %v", e)
		}
		w.refused("officer", r.Case, fault.KindConflict, flow.Reply, words("准予"), verdict(flow.Agree))
		w.do("water", r.Case, flow.Opine, verdict(flow.Agree))
		w.do("roads", r.Case, flow.Opine, verdict(flow.Agree))
		w.do("officer", r.Case, flow.Reply, words("准予"), verdict(flow.Agree))
		var jobs int
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			return tx.QueryRow(`select count(*) from job where kind = ?`, casework.Decided).Scan(&jobs)
		})
		k, err := w.get("duty", r.Case)
		if err != nil || k.Situation.Outcome != flow.Granted || jobs != 1 {
			t.Fatalf("outcome %q, %d jobs, %v", k.Situation.Outcome, jobs, err)
		}
	})
}

func TestANegativePartEndsInRefusal(t *testing.T) {
	eachService(t, func(t *testing.T, w *town) {
		r := w.register("duty", settlement("education"))
		w.do("duty", r.Case, flow.Accept)
		w.do("duty", r.Case, flow.Dispatch)
		w.refused("water", r.Case, fault.KindInvalid, flow.Opine, verdict(flow.Disagree), words("不是合法住所"))
		w.do("water", r.Case, flow.Opine, verdict(flow.Disagree), words("不是合法住所"), clause("t1#1"))
		if got := w.parts(r.Case); got["sm-roads"] != flow.Moot {
			t.Errorf("education still has to speak: %v", got)
		}
		if e := w.refused("officer", r.Case, fault.KindRefused, flow.Reply, words("准予"), verdict(flow.Agree)); e.Clause.String() != "t1#1" {
			t.Errorf("granted against housing: %v", e)
		}
		w.do("officer", r.Case, flow.Reply, words("不予许可"), verdict(flow.Disagree))
	})
}

// A bad rating opens one rectification, sent to whoever was rated, who learns neither who gave it nor for which case.
func TestABadRatingIsRectifiedWithoutTellingWhoGaveIt(t *testing.T) {
	eachService(t, func(t *testing.T, w *town) {
		r := w.register("duty", settlement())
		w.do("duty", r.Case, flow.Accept)
		w.do("duty", r.Case, flow.Dispatch)
		w.do("water", r.Case, flow.Opine, verdict(flow.Agree))
		w.do("officer", r.Case, flow.Reply, words("准予"), verdict(flow.Agree))
		w.do("duty", r.Case, flow.Close)
		dbtest.Write(t, w.d, func(tx *db.Tx) error {
			_, err := w.cases.DoByReceipt(tx, r.Number, r.Code, casework.Act{Act: flow.Act{Verb: flow.Rate, Grade: 1, Words: "排队太久"}, Key: w.key()})
			return err
		})
		var list []db.ID
		dbtest.Read(t, w.d, func(tx *db.Tx) (err error) {
			list, err = db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) }, `select id from case_record where flow = 'rectify'`)
			return err
		})
		if len(list) != 1 {
			t.Fatalf("%d rectifications", len(list))
		}
		k, err := w.get("desk", list[0])
		if err != nil || k.Situation.Running[0].Limit.IsZero() {
			t.Fatalf("the rectification has no term: %v", err)
		}
		w.raterHidden(r.Case, k)
		w.do("desk", k.ID, flow.Accept)
		w.do("desk", k.ID, flow.Dispatch, to("sm-duty"))
		w.do("officer", k.ID, flow.Reply, words("增开窗口"))
		if e := w.refused("desk", k.ID, fault.KindRefused, flow.Close, outcome("solved")); e.Clause.String() != "t1#4" {
			t.Errorf("closed without a call-back: %v", e)
		}
		w.do("desk", k.ID, flow.CallBack, func(a *casework.Act) { a.Grade = 4 })
		w.do("desk", k.ID, flow.Close, outcome("solved"))
	})
}

func (w *town) raterHidden(rated db.ID, k *casework.Case) {
	w.t.Helper()
	dbtest.Read(w.t, w.d, func(tx *db.Tx) error {
		if about, err := w.cases.About(tx, k); err != nil || about != "sm-duty" {
			w.t.Errorf("the rectification is about %q, %v", about, err)
		}
		for who, sees := range map[string]bool{"duty": false, "officer": false, "water": false, "supervisor": true} {
			first, err := w.cases.Get(tx, w.who[who], rated)
			if err != nil {
				return err
			}
			v, err := w.cases.View(tx, w.who[who], rated)
			if err != nil {
				return err
			}
			if got := slices.ContainsFunc(v.Steps, func(s casework.Step) bool { return s.Verb == flow.Rate }); got != sees {
				w.t.Errorf("%s sees the rating in the history: %v", who, got)
			}
			people, err := w.cases.Reporters(tx, w.who[who], first)
			if err != nil || (people[0].Grade > 0) != sees {
				w.t.Errorf("%s sees grade %d with the reporter, %v", who, people[0].Grade, err)
			}
			lines, err := w.cases.Find(tx, w.who[who], first.Number, 0, 5)
			if err != nil || len(lines) != 1 || (lines[0].Grade > 0) != sees {
				w.t.Errorf("%s finds %+v, %v", who, lines, err)
			}
			links, err := w.cases.Links(tx, w.who[who], rated)
			if err != nil || len(links) > 0 {
				w.t.Errorf("%s sees links %v, %v", who, links, err)
			}
			origin, err := w.cases.Origin(tx, w.who[who], k)
			if err != nil || (origin != nil) != sees {
				w.t.Errorf("%s sees the origin: %v, %v", who, origin != nil, err)
			}
		}
		own := w.who["supervisor"] // of the very unit that was rated
		own.Unit = "sm-duty"
		v, err := w.cases.View(tx, own, rated)
		if err != nil || slices.ContainsFunc(v.Steps, func(s casework.Step) bool { return s.Verb == flow.Rate }) {
			w.t.Errorf("who supervises his own unit sees the rating, %v", err)
		}
		return nil
	})
}

// Random stories of an item keep what must hold of any case, and of any approval: the answer came once, and not before every
// part that began had spoken.
func TestRandomApprovalsKeepTheInvariants(t *testing.T) {
	eachService(t, func(t *testing.T, w *town) {
		rapid.Check(t, func(rt *rapid.T) { randomApproval(rt, w) })
	})
}

func randomApproval(rt *rapid.T, w *town) {
	w.clock.Set(at("2026-10-12 09:00"))
	var shares []string
	if rapid.Bool().Draw(rt, "child") {
		shares = []string{"education"}
	}
	r := w.register("duty", settlement(shares...))
	done := 1
	for range rapid.IntRange(5, 25).Draw(rt, "steps") {
		w.clock.Advance(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours later")) * time.Hour)
		who := rapid.SampledFrom([]string{"duty", "officer", "water", "roads", "supervisor", "verifier"}).Draw(rt, "who")
		a := act(rapid.SampledFrom([]flow.Verb{flow.Accept, flow.Dispatch, flow.Dispatch, flow.Opine, flow.Opine, flow.Opine, flow.Reply, flow.Reply,
			flow.Close, flow.Return, flow.Reassign, flow.Ask, flow.Supply, flow.Rework, flow.Verify, flow.Reopen, flow.Refuse, flow.Join}).Draw(rt, "verb"))
		a.Words = rapid.SampledFrom([]string{"", "说明"}).Draw(rt, "words")
		a.Verdict = rapid.SampledFrom([]string{flow.Agree, flow.Agree, flow.Disagree, ""}).Draw(rt, "verdict")
		a.To = rapid.SampledFrom([]string{"", "", "sm-duty", "sm-roads"}).Draw(rt, "to")
		if rapid.Bool().Draw(rt, "clause") {
			a.Clause = law.MustParse("t1#1")
		}
		switch _, err := w.try(who, r.Case, a); fault.KindOf(err) {
		case fault.KindInternal, fault.KindUnavailable:
			if err != nil {
				rt.Fatalf("%s by %s: %v", a.Verb, who, err)
			}
			done++
		default:
			if err == nil {
				done++
			}
		}
		k, err := w.get("duty", r.Case)
		if err != nil {
			rt.Fatal(err)
		}
		if k.State() == flow.Replied && k.Situation.Outcome == flow.Granted {
			for _, b := range k.Situation.Branches {
				if b.Done.IsZero() || b.Office != "" && b.Verdict != flow.Agree {
					rt.Fatalf("granted although %s said %q", b.Office, b.Verdict)
				}
			}
		}
	}
	replays(rt, w, r.Case, done)
}

func replays(rt *rapid.T, w *town, id db.ID, done int) {
	var steps []casework.Step
	k, err := w.get("duty", id)
	if err != nil {
		rt.Fatal(err)
	}
	dbtest.Read(w.t, w.d, func(tx *db.Tx) (err error) { steps, err = w.cases.History(tx, w.who["supervisor"], id); return err })
	if len(steps) != done {
		rt.Fatalf("%d steps recorded, %d done", len(steps), done)
	}
	again, err := w.cases.Replay(k, steps)
	if err != nil {
		rt.Fatal(err)
	}
	if a, b := plain(rt, again), plain(rt, k.Situation); a != b {
		rt.Fatalf("the history replays to\n%s\nbut the record says\n%s", a, b)
	}
}
