package job_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/job"
)

func TestTendedListsAreWorkedUntilNothingIsDue(t *testing.T) {
	each(t, func(b bench) {
		r := b.runner()
		left := 5
		var made atomic.Int64 // two run at once
		r.Tend("list", func(ctx context.Context) (int, error) {
			n := min(left, 2)
			left -= n
			return n, b.d.Write(ctx, func(tx *db.Tx) error {
				if n == 0 {
					return nil
				}
				_, err := job.Enqueue(tx, "made", n)
				return err
			})
		})
		r.Handle("made", func(*db.Tx, job.Job) error { made.Add(1); return nil })
		b.due(r, 5+3)
		if left != 0 || made.Load() != 3 {
			b.t.Fatalf("%d left, %d jobs of it ran", left, made.Load())
		}
		left = 1
		away := errors.New("away")
		r.Tend("broken", func(context.Context) (int, error) { return 0, away })
		if n, err := r.RunDue(b.t.Context()); n != 1 || !errors.Is(err, away) {
			b.t.Fatalf("beside a broken list: %d, %v", n, err)
		}
	})
}

func TestStirWakesAfterTheCommitOnly(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Poll: time.Hour}) // an hour: only the wake-up can be in time
		var mu sync.Mutex
		list := 0
		done := make(chan int, 10)
		r.Tend("list", func(context.Context) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			n := list
			list = 0
			done <- n
			return n, nil
		})
		ctx, stop := context.WithCancel(b.t.Context())
		stopped := make(chan struct{})
		go func() { defer close(stopped); r.Run(ctx) }()
		if n := <-done; n != 0 { // the look at the start
			b.t.Fatalf("%d at the start", n)
		}
		rolled := errors.New("rolled back")
		if err := b.d.Write(ctx, func(tx *db.Tx) error { job.Stir(tx, "list"); return rolled }); !errors.Is(err, rolled) {
			b.t.Fatal(err)
		}
		dbtest.Write(b.t, b.d, func(tx *db.Tx) error {
			tx.AfterCommit(func() {
				mu.Lock()
				defer mu.Unlock()
				list = 3
			})
			job.Stir(tx, "list")
			return nil
		})
		if n := <-done; n != 3 {
			b.t.Fatalf("woken for %d", n)
		}
		stop()
		<-stopped
	})
}
