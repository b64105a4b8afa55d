package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
)

// TestRandomStepsKeepTheInvariants drives random legal and illegal steps by every actor of the town and checks, after
// each, what must hold of any case.
func TestRandomStepsKeepTheInvariants(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		rapid.Check(t, func(rt *rapid.T) { randomStory(rt, w) })
	})
}

func randomStory(rt *rapid.T, w *town) {
	w.clock.Set(at("2026-10-12 09:00").Add(time.Duration(rapid.IntRange(0, 90*24).Draw(rt, "start hour")) * time.Hour))
	weight := rapid.SampledFrom([]string{"ordinary", "important"}).Draw(rt, "weight")
	r := w.register("desk", letter("水管漏水"))
	w.do("desk", r.Case, flow.Classify, sets(map[string]any{"weight": weight, "category": "供水", "digest": "漏水"}))
	other := w.register("desk", letter("水管又漏")).Case
	done := 2
	for range rapid.IntRange(5, 30).Draw(rt, "steps") {
		w.clock.Advance(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours later")) * time.Hour)
		who := rapid.SampledFrom(logins()).Draw(rt, "who")
		a := randomAct(rt, w, other)
		d, err := w.try(who, r.Case, a)
		switch k := fault.KindOf(err); {
		case err == nil:
			done++
			if d.Seq != done || d.Version != int64(done) {
				rt.Fatalf("step %d gave seq %d, version %d", done, d.Seq, d.Version)
			}
		case k == fault.KindInternal || k == fault.KindUnavailable:
			rt.Fatalf("%s by %s: %v", a.Verb, who, err)
		}
		checkCase(rt, w, r.Case, done)
	}
	checkSums(rt, w)
	checkPositions(rt, w)
	checkQueues(rt, w)
}

// checkSums recounts what the sums of months and places say.
func checkSums(rt *rapid.T, w *town) {
	kept, counted := map[string]string{}, map[string]string{}
	read := func(into map[string]string, sql string) error {
		return w.d.Read(context.Background(), func(tx *db.Tx) error {
			_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
				var month, path string
				var n [9]int
				err = r.Scan(&month, &path, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8])
				into[month+" "+path] = fmt.Sprint(n)
				return none, err
			}, sql)
			return err
		})
	}
	err := errors.Join(read(kept, `select month, path, cases, open, replied, on_time, late, returned, reworked, rated, good from case_tally`),
		read(counted, `select month, path, count(*), sum(open), sum(replied), count(*) filter (where met = 1), count(*) filter (where late = 1),
			count(*) filter (where returns > 0), count(*) filter (where reworks > 0), count(*) filter (where grade > 0),
			count(*) filter (where grade >= 3) from case_record group by month, path`))
	if err != nil || !maps.Equal(kept, counted) {
		rt.Fatalf("the sums say %v, the cases %v (%v)", kept, counted, err)
	}
}

// checkQueues asks for cases of rare states by either way.
func checkQueues(rt *rapid.T, w *town) {
	states := rapid.SampledFrom([][]flow.State{{flow.Registered}, {flow.Accepted, flow.Returned}, {flow.Replied, flow.Verified}, {flow.Presented}}).Draw(rt, "states")
	for login, by := range w.who {
		var ways [2]string
		for i, short := range []int{0, 2000} {
			err := w.d.Read(context.Background(), func(tx *db.Tx) error {
				defer casework.ShortQueue(short)()
				for next := ""; ; {
					lines, more, err := w.cases.Queue(tx, by, casework.Query{States: states, After: next, Limit: 3})
					for _, l := range lines {
						ways[i] += l.ID.String() + " "
					}
					if next = more; err != nil || next == "" {
						return err
					}
				}
			})
			if err != nil {
				rt.Fatal(err)
			}
		}
		if ways[0] != ways[1] {
			rt.Fatalf("%s finds by the states %v\n%s\nand by his keys\n%s", login, states, ways[0], ways[1])
		}
	}
}

func logins() []string {
	var list []string
	for _, o := range office {
		list = append(list, o.login)
	}
	return list
}

// verbs that a random story tries, the common ones more often.
var verbs = []flow.Verb{flow.Accept, flow.Dispatch, flow.Dispatch, flow.Reply, flow.Reply, flow.Reply, flow.Verify, flow.Verify, flow.Rework,
	flow.Close, flow.Close, flow.Ask, flow.Supply, flow.Present, flow.Raise, flow.Instruct, flow.Return, flow.Reassign, flow.Join,
	flow.Contribute, flow.Explain, flow.Extend, flow.Grant, flow.Deny, flow.Urge, flow.Supervise, flow.Report, flow.Archive, flow.Merge,
	flow.Link, flow.Appeal, flow.Reopen, flow.Note, flow.Lapse, flow.Rate, flow.Register, flow.Refuse, "feedback", "nonsense"}

func randomAct(rt *rapid.T, w *town, other db.ID) casework.Act {
	a := act(rapid.SampledFrom(verbs).Draw(rt, "verb"))
	a.Words = rapid.SampledFrom([]string{"", "说明情况"}).Draw(rt, "words")
	a.To = rapid.SampledFrom([]string{"sm-water", "sm-water", "sm-roads", "", "nowhere"}).Draw(rt, "to")
	if rapid.Bool().Draw(rt, "joint") {
		a.With = []string{rapid.SampledFrom([]string{"sm-roads", "sm-water"}).Draw(rt, "with")}
	}
	a.Leader = w.who[rapid.SampledFrom([]string{"deputy", "mayor", "desk"}).Draw(rt, "leader")].Account.String()
	a.Term = rapid.SampledFrom([]string{"", "1d", "2wd", "40d", "x"}).Draw(rt, "term")
	a.Outcome = rapid.SampledFrom([]string{"solved", "explained", ""}).Draw(rt, "outcome")
	a.Grade = rapid.IntRange(0, 6).Draw(rt, "grade")
	a.Case = other.String()
	if rapid.IntRange(0, 3).Draw(rt, "located") == 0 {
		a.Where = &casework.Position{Point: east(rapid.Float64Range(-500, 500).Draw(rt, "east"))}
	}
	if a.Verb != flow.Present && a.Verb != flow.Raise {
		a.Leader = ""
	}
	if a.Verb != flow.Merge && a.Verb != flow.Link {
		a.Case = ""
	}
	return a
}

func checkCase(rt *rapid.T, w *town, id db.ID, done int) {
	var k *casework.Case
	var steps []casework.Step
	var queued int
	err := w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		if k, err = w.cases.Get(tx, w.who["desk"], id); err != nil {
			return err
		}
		if steps, err = w.cases.History(tx, w.who["desk"], id); err != nil {
			return err
		}
		return tx.QueryRow(`select count(*) from case_queue where case_id = ?`, id).Scan(&queued)
	})
	if err != nil {
		rt.Fatal(err)
	}
	if len(steps) != done {
		rt.Fatalf("%d steps recorded, %d done", len(steps), done)
	}
	replayed, err := w.cases.Replay(k, steps)
	if err != nil {
		rt.Fatal(err)
	}
	if a, b := plain(rt, replayed), plain(rt, k.Situation); a != b {
		rt.Fatalf("the history replays to\n%s\nbut the record says\n%s", a, b)
	}
	open := !slices.Contains([]flow.State{flow.Closed, flow.Refused, flow.Merged, flow.Archived}, k.State())
	if open != (queued > 0) {
		rt.Fatalf("state %s with %d queue rows", k.State(), queued)
	}
	nobodyChecksHimself(rt, steps)
	pausedTimeNeverCounts(rt, w, k)
}

func plain(rt *rapid.T, s flow.Situation) string {
	b, err := json.Marshal(s)
	if err != nil {
		rt.Fatal(err)
	}
	return string(b)
}

// nobodyChecksHimself reads it from the history alone, not from the engine's own memory.
func nobodyChecksHimself(rt *rapid.T, steps []casework.Step) {
	worked := map[db.ID]bool{}
	lead := ""
	for _, s := range steps {
		switch s.Verb {
		case flow.Dispatch, flow.Reassign, flow.Join, flow.Reply, flow.Contribute:
			worked[s.Actor] = true
			if s.Act.To != "" && s.Verb != flow.Join {
				lead = s.Act.To
			}
		case flow.Verify, flow.Rework:
			if worked[s.Actor] || s.Unit == lead {
				rt.Fatalf("step %d: %s of %s verified work that he or his unit did", s.Seq, s.Name, s.Unit)
			}
		}
	}
}

// pausedTimeNeverCounts: a clock that stood still for n whole days ends no earlier than the same clock without the pause,
// and later when a working stretch of at least two days was paused.
func pausedTimeNeverCounts(rt *rapid.T, w *town, k *casework.Case) {
	law := civil.CivilCode()
	for _, r := range k.Situation.Running {
		if r.Limit.IsZero() || r.Paused {
			continue
		}
		term := civil.MustTerm("7d")
		if r.ID == "important" {
			term = civil.MustTerm("1mo")
		}
		plain, err := law.Due(r.Start, term, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if r.Limit.Before(plain) {
			rt.Fatalf("clock %s ends %v, earlier than without its pauses (%v)", r.ID, r.Limit, plain)
		}
		for _, st := range k.Situation.Stays {
			inside := st.State == flow.Waiting && !st.From.Before(r.Start) && !st.To.IsZero() && st.To.Before(plain)
			if inside && st.To.Sub(st.From) >= 72*time.Hour && r.ID == "ordinary" && !r.Limit.After(plain) {
				rt.Fatalf("clock %s ends %v in spite of a pause from %v to %v", r.ID, r.Limit, st.From, st.To)
			}
		}
	}
}
