package app_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/once"
	"linli/internal/pack/packtest"
)

// What nobody needs any more goes in the night, and the next night is seen to.
func TestEveryNightTheProgramTidiesUp(t *testing.T) {
	clock := dbtest.NewClock()
	a, err := app.Open(t.Context(), app.Options{Shelf: packtest.Shelf, Data: t.TempDir(), Now: clock.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	ran := 0
	work := func(tx *db.Tx) error {
		_, _, err := once.Do(tx, "who", "key", []byte("request"), func() ([]byte, error) { ran++; return []byte("done"), nil })
		return err
	}
	round := func() (id db.ID) {
		dbtest.Write(t, a.DB, func(tx *db.Tx) (err error) {
			if err := work(tx); err != nil {
				return err
			}
			id, err = job.Enqueue(tx, "app.daily", nil, job.Unique("daily"))
			return err
		})
		if _, err := a.Jobs.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := round()
	clock.Advance(100 * 24 * time.Hour)
	second := round()
	if ran != 1 {
		t.Errorf("before the night a repeated request did its work %d times", ran)
	}
	if round(); ran != 2 {
		t.Error("the key outlived the night")
	}
	dbtest.Read(t, a.DB, func(tx *db.Tx) error {
		if _, err := job.Get(tx, first); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a job of a hundred days ago: %v", err)
		}
		j, err := job.Get(tx, second)
		if err != nil {
			return err
		}
		if j.State != job.Done {
			t.Errorf("the round is %s: %s", j.State, j.LastError)
		}
		waiting, err := job.List(tx, job.Filter{Kind: "app.daily", State: job.Waiting})
		if err != nil {
			return err
		}
		if len(waiting) != 1 || !waiting[0].RunAt.After(clock.Now()) || waiting[0].RunAt.Sub(clock.Now()) > 48*time.Hour {
			t.Errorf("the next night: %+v", waiting)
		}
		return nil
	})
}
