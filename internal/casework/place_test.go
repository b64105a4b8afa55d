package casework_test

import (
	"testing"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/staff"
)

// After a merge of places the cases of the former one are in the queues, sums and search of the place that has them now.
func TestCasesFollowTheirPlace(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		in := letter("市场社区路灯不亮")
		in.Place, in.Where = "411202001001", &casework.Position{Point: corner}
		r := w.register("desk", in)
		const former, now = "4112/411202/411202001/411202001001/", "4112/411203/411203001/411203001001/"
		officer := func(path string) staff.Actor {
			return staff.Actor{Account: 1, Grants: []staff.Grant{{Role: staff.Supervisor, Place: path}}}
		}
		counts := func() (queued, found, summed [2]int) {
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				for i, path := range []string{former, now} {
					lines, _, err := w.cases.Queue(tx, officer(path), casework.Query{Limit: 10})
					if err != nil {
						return err
					}
					hits, err := w.cases.Find(tx, officer(path), "路灯", 0, 10)
					if err != nil {
						return err
					}
					sums, err := w.cases.RollUp(tx, officer(path), path, "2026-10")
					if err != nil {
						return err
					}
					queued[i], found[i] = len(lines), len(hits)
					for _, s := range sums {
						summed[i] += int(s.Cases)
					}
				}
				return nil
			})
			return
		}
		if q, f, s := counts(); q != [2]int{1, 0} || f != [2]int{1, 0} || s != [2]int{1, 0} {
			t.Fatalf("before: queues %v, found %v, sums %v", q, f, s)
		}
		for want := range 2 {
			dbtest.Write(t, w.d, func(tx *db.Tx) error {
				n, err := w.cases.FollowPlace(tx, former, "411203001001", now, 10)
				if n != 1-want {
					t.Errorf("portion %d: %d cases followed", want, n)
				}
				return err
			})
		}
		if q, f, s := counts(); q != [2]int{0, 1} || f != [2]int{0, 1} || s != [2]int{0, 1} {
			t.Errorf("after: queues %v, found %v, sums %v", q, f, s)
		}
		if ids, _ := w.near(officer(now), "", corner); len(ids) != 1 {
			t.Errorf("the position did not follow: %v", ids)
		}
		k, err := w.get("desk", r.Case)
		if err != nil || k.Place != "411203001001" || k.Path != now {
			t.Errorf("the case is at %q, %v", k.Path, err)
		}
	})
}

// A school keeps what it brings, whatever place above its own it names; a unit that is no school does not come to keep it.
func TestWhoServesAPlaceWithinKeepsWhatItBrings(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		root := staff.Actor{Login: "command", Via: staff.ViaCommand}
		dbtest.Write(t, w.d, func(tx *db.Tx) error {
			return staff.PutUnit(tx, root, staff.Unit{Code: "school", Name: "市场小学", Place: "411202001001", Offices: []string{"school"}})
		})
		w.who["head"] = staff.Actor{Account: 77, Name: "校长", Unit: "school", Via: staff.ViaPage, Grants: []staff.Grant{{Role: staff.Desk, Unit: "school"}}}
		post := casework.Intake{Flow: "evacuation-post", Fields: map[string]string{"subject": "三层东侧楼梯口", "kind": "floor", "holder": "许乙", "deputy": "班主任", "content": "疏导"}}
		for code, want := range map[string]string{"411202001001": "school", "411202": "school", "4112": "school"} {
			post.Fields["place"] = code
			r := w.register("head", post)
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				k, err := w.cases.Stored(tx, r.Case)
				if err == nil && k.Situation.Desk != want {
					t.Errorf("at %s the desk is %q, want %q", code, k.Situation.Desk, want)
				}
				return err
			})
		}
		post.Fields["place"] = "4112"
		r := w.register("desk", post)
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			k, err := w.cases.Stored(tx, r.Case)
			if err == nil && k.Situation.Desk != "" {
				t.Errorf("the mayor's section keeps a school's post: %q", k.Situation.Desk)
			}
			return err
		})
	})
}
