package grid_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/test/town"
)

func each(t *testing.T, test func(t *testing.T, w *town.Town)) {
	town.Each(t, func(t *testing.T, w *town.Town) { w.Grids(t); test(t, w) }, grid.Migrations)
}

func fails(t *testing.T, w *town.Town, kind fault.Kind, word string, fn func(tx *db.Tx) error) {
	t.Helper()
	err := w.DB.Write(context.Background(), fn)
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), word) {
		t.Errorf("gives %v, want %s with %q", err, kind, word)
	}
}

func today(w *town.Town) civil.Date { return civil.DateOf(w.Clock.Now(), civil.Shanghai) }

func TestGrantsFollowPosts(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		street, east := w.Actor(t, "street"), w.Actor(t, "east")
		path := w.Places.Path(town.Willow2)
		if w.Actor(t, "lotus").Has(staff.Grid, path, "") {
			t.Fatal("has the grant already")
		}
		n := grid.New{Grid: town.Willow2, Account: w.Actor(t, "lotus").Account, Part: grid.Main, Basis: "街办〔2026〕9号"}
		fails(t, w, fault.KindForbidden, "督查人员", func(tx *db.Tx) error { _, err := grid.Assign(tx, east, "1", n); return err })
		var p grid.Post
		for range 2 { // the same key twice is one post
			w.Write(t, func(tx *db.Tx) (err error) { p, err = grid.Assign(tx, street, "1", n); return err })
		}
		w.Read(t, func(tx *db.Tx) error {
			list, err := grid.Of(tx, n.Account, today(w))
			if len(list) != 1 || list[0].Grid != town.Willow2 || list[0].Part != grid.Main || list[0].From != today(w) {
				t.Errorf("his posts are %+v", list)
			}
			return err
		})
		if !w.Actor(t, "lotus").Has(staff.Grid, path, "") {
			t.Error("the post gives no grant")
		}
		to := grid.New{Grid: town.Lotus1, Part: grid.Deputy}
		w.Write(t, func(tx *db.Tx) error { _, err := grid.Move(tx, street, "2", p.ID, to, "轮岗"); return err })
		if by := w.Actor(t, "lotus"); by.Has(staff.Grid, path, "") || !by.Has(staff.Grid, w.Places.Path(town.Lotus1), "") {
			t.Errorf("after the move he has %+v", by.Grants)
		}
		w.Read(t, func(tx *db.Tx) error {
			past, err := grid.History(tx, town.Willow2)
			if len(past) != 1 || past[0].To != today(w) || past[0].Why != "轮岗" || past[0].Basis != n.Basis {
				t.Errorf("the history is %+v", past)
			}
			return err
		})
	})
}

func TestOneMainWorkerADay(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		street, admin := w.Actor(t, "street"), w.Actor(t, "admin")
		d := today(w)
		other, third := w.Actor(t, "lotus").Account, w.Actor(t, "hall").Account
		assign := func(key string, n grid.New) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := grid.Assign(tx, street, key, n); return err }
		}
		fails(t, w, fault.KindConflict, "施网格 主责", assign("1", grid.New{Grid: town.Willow1, Account: other, Part: grid.Main}))
		w.Write(t, assign("2", grid.New{Grid: town.Willow1, Account: other, Part: grid.Deputy}))
		fails(t, w, fault.KindConflict, "已经是", assign("3", grid.New{Grid: town.Willow1, Account: other, Part: grid.Deputy, From: d.AddDays(3)}))
		var main grid.Post
		w.Read(t, func(tx *db.Tx) error {
			list, err := grid.Workers(tx, town.Willow1, d)
			if len(list) != 2 || list[0].Part != grid.Main {
				t.Fatalf("workers are %+v", list)
			}
			main = list[0]
			return err
		})
		w.Write(t, func(tx *db.Tx) error { _, err := grid.Relieve(tx, admin, "4", main.ID, d.AddDays(10), ""); return err })
		fails(t, w, fault.KindConflict, "前由 施网格 主责", assign("5", grid.New{Grid: town.Willow1, Account: third, Part: grid.Main, From: d.AddDays(9)}))
		w.Write(t, assign("6", grid.New{Grid: town.Willow1, Account: third, Part: grid.Main, From: d.AddDays(10)}))
		for _, c := range []struct {
			word string
			n    grid.New
		}{
			{"没有代码", grid.New{Grid: "nowhere", Account: third, Part: grid.Main}},
			{"不是网格", grid.New{Grid: town.Willow, Account: third, Part: grid.Main}},
			{"主责或协管", grid.New{Grid: town.Willow2, Account: third}},
			{"没有这个账号", grid.New{Grid: town.Willow2, Account: 5, Part: grid.Main}},
			{"居民账号", grid.New{Grid: town.Willow2, Account: w.Actor(t, "resident").Account, Part: grid.Main}},
			{"设立", grid.New{Grid: town.Willow2, Account: third, Part: grid.Main, From: civil.MustDate("2019-12-31")}},
			{"晚于", grid.New{Grid: town.Willow2, Account: third, Part: grid.Main, From: d, To: d}},
			{"一年", grid.New{Grid: town.Willow2, Account: third, Part: grid.Main, From: d.AddMonths(13)}},
		} {
			fails(t, w, fault.KindInvalid, c.word, assign("x", c.n))
		}

		// the days come: the night's round gives and takes
		path := w.Places.Path(town.Willow1)
		if w.Actor(t, "hall").Has(staff.Grid, path, "") {
			t.Error("a post of a later day gives a grant today")
		}
		w.Clock.Advance(10 * 24 * time.Hour)
		for range 2 {
			w.Write(t, grid.Settle)
		}
		if !w.Actor(t, "hall").Has(staff.Grid, path, "") {
			t.Error("the post that began gives no grant")
		}
		var left []staff.Grant
		w.Read(t, func(tx *db.Tx) (err error) { left, err = staff.Granted(tx, main.Account); return err })
		if len(left) != 1 || left[0].Place != town.Willow { // what was granted by hand stays
			t.Errorf("the post that is over leaves %+v", left)
		}
		fails(t, w, fault.KindConflict, "已于", func(tx *db.Tx) error { _, err := grid.Relieve(tx, street, "7", main.ID, d.AddDays(20), ""); return err })
	})
}

func TestGapsAreListed(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		gaps := func() (codes string) {
			w.Read(t, func(tx *db.Tx) error {
				list, err := grid.Gaps(tx, w.Places.Path(town.Riverrow), today(w))
				for _, g := range list {
					codes += g.Name + " "
				}
				return err
			})
			return codes
		}
		if got := gaps(); got != "柳荫二网格 荷塘一网格 " {
			t.Errorf("gaps are %s", got)
		}
		// a grid that is dissolved has no gap, and its posts and grants end with it
		street, account := w.Actor(t, "street"), w.Actor(t, "lotus").Account
		w.Write(t, func(tx *db.Tx) error {
			if _, err := grid.Assign(tx, street, "1", grid.New{Grid: town.Lotus1, Account: account, Part: grid.Main}); err != nil {
				return err
			}
			return place.Dissolve(tx, place.Change{}, town.Lotus1)
		})
		w.Write(t, grid.Settle)
		if got := gaps(); got != "柳荫二网格 " {
			t.Errorf("gaps are %s", got)
		}
		if by := w.Actor(t, "lotus"); by.HasAny(staff.Grid) {
			t.Errorf("the grid is gone and he has %+v", by.Grants)
		}
		w.Read(t, func(tx *db.Tx) error {
			list, err := grid.Served(tx, account)
			if len(list) != 1 || list[0].To.IsZero() || list[0].Why != "网格撤销" {
				t.Errorf("he served %+v", list)
			}
			return err
		})
	})
}

// Two who assign at once: one of them hears of the other.
func TestTwoAssignAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		street := w.Actor(t, "street")
		errs := make(chan error, 2)
		for _, login := range []string{"lotus", "hall"} {
			n := grid.New{Grid: town.Willow2, Account: w.Actor(t, login).Account, Part: grid.Main}
			go func() {
				errs <- w.DB.Write(context.Background(), func(tx *db.Tx) error { _, err := grid.Assign(tx, street, login, n); return err })
			}()
		}
		var kinds []fault.Kind
		for range 2 {
			if err := <-errs; err != nil {
				kinds = append(kinds, fault.KindOf(err))
			}
		}
		if len(kinds) != 1 || kinds[0] != fault.KindConflict {
			t.Errorf("two at once give %v", kinds)
		}
	})
}
