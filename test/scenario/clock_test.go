package scenario

import (
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/pack/packtest"
	"linli/internal/staff"
	"linli/test/town"
)

// The machine's clock is set back by an hour in the middle of a case. The case goes on, its history stays in order, its day stays,
// and the log verifies.
func TestClockSetBack(t *testing.T) {
	eachEngine(t, func(t *testing.T, dir, address string) {
		clock := dbtest.NewClock()
		clock.Set(time.Now().Add(time.Hour))
		a, err := app.Open(t.Context(), app.Options{Shelf: packtest.Shelf, Data: dir, DB: address, Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		id := letter(t, a)
		take(t, a, id, "desk", flow.Act{Verb: flow.Accept})
		first := due(t, a, id)
		clock.Advance(-time.Hour)
		take(t, a, id, "dispatcher", flow.Act{Verb: flow.Dispatch, To: town.Water})
		take(t, a, id, "water", flow.Act{Verb: flow.Reply, Words: "已修好。"})
		if again := due(t, a, id); !again.Equal(first) {
			t.Errorf("the day moved from %v to %v", first, again)
		}
		inOrder(t, a, id)
		reports, err := a.Verify(t.Context(), func(int64, int64) {})
		if err != nil || len(reports) == 0 || !reports[0].OK() {
			t.Errorf("verify: %+v %v", reports, err)
		}
	})
}

func letter(t *testing.T, a *app.App) (id db.ID) {
	t.Helper()
	dbtest.Write(t, a.DB, func(tx *db.Tx) error {
		by, err := actor(tx, "desk")
		if err != nil {
			return err
		}
		r, err := a.Cases.Register(tx, by, casework.Intake{Key: "k", Flow: "mailbox", Title: "停水", Body: "已停水两天。", Place: town.Willow,
			From: casework.Reporter{Name: "许甲"}, Sets: map[string]any{"weight": "ordinary", "digest": "停水"}})
		id = r.Case
		return err
	})
	return id
}

func take(t *testing.T, a *app.App, id db.ID, login string, act flow.Act) {
	t.Helper()
	dbtest.Write(t, a.DB, func(tx *db.Tx) error {
		by, err := actor(tx, login)
		if err != nil {
			return err
		}
		_, err = a.Cases.Do(tx, by, id, casework.Act{Act: act, Key: string(act.Verb)})
		return err
	})
}

func actor(tx *db.Tx, login string) (staff.Actor, error) {
	account, err := staff.AccountByLogin(tx, login)
	if err != nil {
		return staff.Actor{}, err
	}
	return account.Actor(tx, staff.ViaPage)
}

// view is a case with its history as the supervisor sees it.
func view(t *testing.T, a *app.App, id db.ID) (v *casework.View) {
	t.Helper()
	dbtest.Read(t, a.DB, func(tx *db.Tx) error {
		by, err := actor(tx, "supervisor")
		if err != nil {
			return err
		}
		v, err = a.Cases.View(tx, by, id)
		return err
	})
	return v
}

// due is the legal end of the first clock of a case.
func due(t *testing.T, a *app.App, id db.ID) time.Time {
	t.Helper()
	running := view(t, a, id).Case.Situation.Running
	if len(running) == 0 {
		t.Fatal("no clock runs")
	}
	return running[0].Limit
}

// inOrder says that no step is told to have been before the one it followed.
func inOrder(t *testing.T, a *app.App, id db.ID) {
	t.Helper()
	var last time.Time
	for _, s := range view(t, a, id).Steps {
		if s.At.Before(last) {
			t.Errorf("step %d (%s) at %v is before the one it followed, at %v", s.Seq, s.Verb, s.At, last)
		}
		last = s.At
	}
}
