package round_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/notify"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/staff"
)

var (
	good = map[string]string{"exit": "yes", "tools": "3"}
	poor = map[string]string{"exit": "no", "tools": "0"}
)

// A month's plan is made once, gives its unit a task, takes a visit once, opens a case for each finding and grades the firm.
func TestARoundOfFirms(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		if s := w.sweep("2026-03-02"); s.Made != 5 { // firms, two grids, corrected, closed
			t.Fatalf("first sweep: %+v", s)
		}
		if s := w.sweep("2026-03-02"); s != (round.Sweep{}) {
			t.Fatalf("second sweep: %+v", s)
		}
		tasks := w.today(w.inspector)
		if len(tasks) != 1 || len(tasks[0].Points) != 4 || tasks[0].Due != civil.MustDate("2026-03-31") || tasks[0].Points[0].List == nil {
			t.Fatalf("tasks %+v", tasks)
		}
		if list := w.today(w.handler); len(list) != 0 {
			t.Errorf("another unit has tasks: %+v", list)
		}
		p := tasks[0].Points[0]
		v := round.Visit{Key: "k1", Point: p.ID, Answers: poor, Words: "正在整改", Says: []string{"电线乱拉"},
			Where: &round.Position{Point: geo.Point{Lon: 111.2, Lat: 34.77}, Accuracy: 10}}
		d := w.must(w.inspector, v)
		if d.Percent != 0 || d.Grade != "D" || len(d.Findings) != 3 || d.Replayed {
			t.Fatalf("visit: %+v", d)
		}
		for _, f := range d.Findings {
			if f.Case.IsZero() || f.Number == "" || f.Trouble != "" {
				t.Errorf("finding without a case: %+v", f)
			}
		}
		w.read(func(tx *db.Tx) error {
			k, err := w.cases.Stored(tx, d.Findings[1].Case)
			if err == nil && (k.Flow != "hazard" || k.Place != p.Place || k.Spot != p.Name || k.Fields["list"] != "企业检查表") {
				t.Errorf("case %+v", k)
			}
			return err
		})
		again := w.must(w.inspector, v)
		if !again.Replayed || again.Visit != d.Visit || len(again.Findings) != 3 {
			t.Errorf("again: %+v", again)
		}
		for _, by := range []staff.Actor{w.handler, w.worker, w.stranger} {
			if _, err := w.record(by, round.Visit{Key: "x", Point: p.ID, Answers: good}); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("%s: %v", by.Name, err)
			}
		}
		if _, err := w.record(w.inspector, round.Visit{Key: "k2", Point: tasks[0].Points[1].ID, Answers: map[string]string{"exit": "yes"}}); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("an item without an answer: %v", err)
		}
		w.read(func(tx *db.Tx) error {
			s, history, err := w.rounds.History(tx, w.supervisor, p.Kind, p.Subject)
			if err == nil && (s.Grade != "D" || !s.Key || len(history) != 1 || s.Lon != 111200000) {
				t.Errorf("subject %+v, %d visits", s, len(history))
			}
			return err
		})
		// What is known of a firm now is known to its next plan: a key firm, with a position, so that a visit from afar is marked.
		w.sweep("2026-04-01")
		next := w.today(w.second)
		i := slices.IndexFunc(next[0].Points, func(q round.Point) bool { return q.Subject == p.Subject })
		if len(next) != 1 || !next[0].Points[i].Key || next[0].Points[i].Lon != 111.2 {
			t.Fatalf("April: %+v", next)
		}
		far := w.must(w.second, round.Visit{Key: "k3", Point: next[0].Points[i].ID, Answers: good, Where: &round.Position{Point: geo.Point{Lon: 111.21, Lat: 34.77}, Accuracy: 20}})
		if !slices.Equal(far.Marks, []string{round.MarkFar}) || far.Grade != "A" {
			t.Errorf("from afar: %+v", far)
		}
	})
}

// What is not visited in time is told once, stays marked, and can be made good while the plan runs; a plan that is over takes no more.
func TestMissedTasks(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		w.sweep("2026-03-02")
		if got := w.today(w.worker); len(got) != 1 || len(got[0].Points) != 1 || got[0].Points[0].Name != "前进一网格" {
			t.Fatalf("the worker's day: %+v", got)
		}
		if got := w.today(w.supervisor); len(got) != 0 {
			t.Errorf("the supervisor has tasks: %+v", got)
		}
		s := w.sweep("2026-03-03")
		if s.Missed != 2 || s.Ended != 2 || s.Made != 2 {
			t.Fatalf("next day: %+v", s)
		}
		w.read(func(tx *db.Tx) error {
			list, err := notify.Inbox(tx, []string{notify.Unit("station")}, notify.Page{})
			n := 0
			for _, m := range list {
				if m.Subject == "巡查逾期：网格巡查" {
					n++
				}
			}
			if n != 2 {
				t.Errorf("told %d times of two grids: %+v", n, list)
			}
			return err
		})
		if s := w.sweep("2026-03-03"); s != (round.Sweep{}) {
			t.Errorf("told again: %+v", s)
		}
		day := w.today(w.worker)
		if len(day) != 1 || day[0].Due != civil.MustDate("2026-03-03") {
			t.Fatalf("yesterday's plan is over: %+v", day)
		}
		if _, err := w.record(w.deputy, round.Visit{Key: "a", Point: day[0].Points[0].ID}); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("the worker of another grid: %v", err)
		}
		w.clock.Set(at("2026-03-04"))
		if _, err := w.record(w.worker, round.Visit{Key: "b", Point: day[0].Points[0].ID}); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("after the plan: %v", err)
		}
	})
}

// A supervisor makes a campaign by hand, gives a task to somebody, changes the route, and enters a visit for who has no telephone.
func TestACampaignByHand(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		m := round.Making{Key: "m", Round: "firms", Name: "节前检查", Place: "411202001", Unit: "station", From: civil.MustDate("2026-03-05"), To: civil.MustDate("2026-03-20")}
		var p round.Plan
		make := func(by staff.Actor, m round.Making) (err error) {
			return w.db.Write(t.Context(), func(tx *db.Tx) error { p, err = w.rounds.Make(tx, by, m); return err })
		}
		bad := m
		bad.Key, bad.Unit, bad.Place, bad.To = "bad", "", "9", civil.MustDate("2026-03-01")
		if err := make(w.supervisor, bad); len(fault.As(err).Fields) != 3 {
			t.Errorf("three fields are wrong: %v", err)
		}
		stranger := m
		stranger.Key = "other"
		if err := make(w.handler, stranger); fault.KindOf(err) != fault.KindForbidden {
			t.Errorf("another unit: %v", err)
		}
		for range 2 {
			if err := make(w.supervisor, m); err != nil {
				t.Fatal(err)
			}
		}
		if p.Points != 4 || !p.Campaign || p.Watch != "bureau" {
			t.Fatalf("plan %+v", p)
		}
		var plans []round.Plan
		var points []round.Point
		var tasks []round.Task
		w.read(func(tx *db.Tx) (err error) {
			if plans, err = w.rounds.List(tx, w.inspector, round.Search{Campaign: true, Running: true}); err != nil {
				return err
			}
			if points, err = w.rounds.PointsOf(tx, w.supervisor, p.ID); err != nil {
				return err
			}
			if tasks, err = w.rounds.TasksOf(tx, w.supervisor, p.ID); err != nil {
				return err
			}
			if _, err := w.rounds.Get(tx, w.stranger, p.ID); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("a stranger: %v", err)
			}
			return nil
		})
		if len(plans) != 1 || len(points) != 4 {
			t.Fatalf("%d plans, %d points", len(plans), len(points))
		}
		last := points[3].ID
		w.write(func(tx *db.Tx) error { return w.rounds.Arrange(tx, w.supervisor, p.ID, []db.ID{last}) })
		w.write(func(tx *db.Tx) error {
			return w.rounds.Assign(tx, w.supervisor, tasks[0].ID, w.second.Account, civil.MustDate("2026-03-10"))
		})
		w.clock.Set(at("2026-03-09"))
		if got := w.today(w.inspector); len(got) != 0 {
			t.Errorf("the task is another's: %+v", got)
		}
		got := w.today(w.second)
		if len(got) != 1 || got[0].Points[0].ID != last || got[0].Who != "检查员乙" {
			t.Fatalf("the second: %+v", got)
		}
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			return w.rounds.Assign(tx, w.supervisor, tasks[0].ID, w.handler.Account, civil.MustDate("2026-03-10"))
		})
		if fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("given to another unit: %v", err)
		}
		d := w.must(w.supervisor, round.Visit{Key: "paper", Point: last, Answers: good, For: w.second.Account})
		w.read(func(tx *db.Tx) error {
			v, _, err := w.rounds.VisitOf(tx, w.second, d.Visit)
			if err == nil && (v.Name != "检查员乙" || v.Entered != w.supervisor.Account) {
				t.Errorf("visit %+v", v)
			}
			return err
		})
	})
}

// Quotas count the visits of each person, coverage the points of the plans; both open to their rows.
func TestQuotasAndCoverage(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		w.sweep("2026-03-02")
		points := w.today(w.inspector)[0].Points
		for i, key := range []string{"1", "2", "3"} {
			w.must(w.inspector, round.Visit{Key: key, Point: points[min(i, 1)].ID, Answers: good}) // the third goes where the second went
		}
		w.must(w.second, round.Visit{Key: "1", Point: points[2].ID, Answers: poor})
		w.read(func(tx *db.Tx) error {
			list, err := w.rounds.Quotas(tx, w.supervisor, civil.MustDate("2026-03-15"))
			if err != nil {
				return err
			}
			if len(list) != 2 || list[0].Who != "检查员乙" || list[1].Who != "检查员甲" {
				t.Fatalf("quotas %+v", list)
			}
			if q := list[1]; q.Has.Total != 2 || q.Has.Ordinary != 2 || q.Has.Met || len(q.Visits) != 3 {
				t.Errorf("two firms in three visits: %+v", q)
			}
			cover, err := w.rounds.Coverages(tx, w.supervisor, civil.MustDate("2026-03-15"))
			i := slices.IndexFunc(cover, func(c round.Coverage) bool { return c.Round == "firms" })
			if i < 0 || cover[i].Points != 4 || cover[i].Visited != 3 || cover[i].Met || cover[i].Percent() != 75 {
				t.Errorf("coverage %+v", cover)
			}
			if list, _ := w.rounds.Quotas(tx, w.stranger, civil.MustDate("2026-03-15")); len(list) != 0 {
				t.Errorf("a stranger sees %+v", list)
			}
			return err
		})
	})
}

// Of any visits by any hands, keys and order, told once or more, no quota counts more firms than were visited.
func TestAQuotaIsNeverMetTwiceByOneVisit(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		w.sweep("2026-03-02")
		points := w.today(w.inspector)[0].Points
		firms, rows := map[string]bool{}, map[string]bool{}
		rapid.Check(t, func(rt *rapid.T) {
			p := rapid.SampledFrom(points).Draw(rt, "point")
			key := rapid.StringMatching("[a-f]").Draw(rt, "key")
			if _, err := w.record(w.inspector, round.Visit{Key: p.Subject + key, Point: p.ID, Answers: good}); err != nil {
				rt.Fatal(err)
			}
			firms[p.Subject], rows[p.Subject+key] = true, true
			if err := w.db.Read(t.Context(), func(tx *db.Tx) error {
				list, err := w.rounds.Quotas(tx, w.supervisor, civil.MustDate("2026-03-15"))
				if err != nil {
					return err
				}
				if len(list) != 1 || list[0].Has.Total != len(firms) || len(list[0].Visits) != len(rows) {
					rt.Fatalf("%d firms, %d visits: %+v", len(firms), len(rows), list)
				}
				return nil
			}); err != nil {
				rt.Fatal(err)
			}
		})
	})
}

// Persons are named to who may visit them, and nobody else; the firms of others are not seen.
func TestStandingSubjects(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		w.read(func(tx *db.Tx) error {
			all, err := register.Standing(tx, "organisation", nil, "4112/411202/", 10)
			if len(all) != 5 {
				t.Errorf("%d organisations", len(all))
			}
			return err
		})
		w.sweep("2026-03-02")
		points := w.today(w.inspector)[0].Points
		w.must(w.inspector, round.Visit{Key: "1", Point: points[0].ID, Answers: poor})
		w.must(w.inspector, round.Visit{Key: "2", Point: points[1].ID, Answers: good})
		w.write(func(tx *db.Tx) error { return w.rounds.Mark(tx, w.supervisor, points[1].Kind, points[1].Subject, true) })
		w.read(func(tx *db.Tx) error {
			list, err := w.rounds.Subjects(tx, w.supervisor, round.Standing{})
			if len(list) != 2 || list[0].Grade != "D" || list[1].Grade != "A" || !list[1].Marked {
				t.Errorf("subjects %+v", list)
			}
			if key, _ := w.rounds.Subjects(tx, w.inspector, round.Standing{Key: true}); len(key) != 2 {
				t.Errorf("key subjects %+v", key)
			}
			if none, _ := w.rounds.Subjects(tx, w.stranger, round.Standing{}); len(none) != 0 {
				t.Errorf("a stranger sees %+v", none)
			}
			grades, err2 := w.rounds.Grades(tx, w.supervisor, "")
			if grades["A"] != 1 || grades["D"] != 1 {
				t.Errorf("grades %v, %v", grades, err2)
			}
			return err
		})
	})
}
