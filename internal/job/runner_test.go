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

func TestUniqueCoalescesAndLosesNoNews(t *testing.T) {
	each(t, func(b bench) {
		first := b.enqueue("roll", 1, job.Unique("a"), job.After(time.Hour))
		if again := b.enqueue("roll", 2, job.Unique("a")); again != first {
			b.t.Fatalf("a second job %s waits beside %s", again, first)
		}
		if other := b.enqueue("roll", 3, job.Unique("b"), job.After(time.Hour)); other == first {
			b.t.Fatal("another key was coalesced")
		}
		r := b.runner()
		var seen []int
		r.Handle("roll", func(tx *db.Tx, j job.Job) error {
			var n int
			if err := j.Decode(&n); err != nil {
				return err
			}
			seen = append(seen, n)
			if n < 4 { // news while it runs: must run once more
				_, err := job.Enqueue(tx, "roll", 4, job.Unique("a"))
				return err
			}
			return nil
		})
		b.due(r, 2)
		if len(seen) != 2 || seen[0] != 2 || seen[1] != 4 {
			b.t.Fatalf("ran with %v, want the newest arguments, then the news", seen)
		}
	})
}

func TestFailedRunYieldsToItsSuccessor(t *testing.T) {
	each(t, func(b bench) {
		r := b.runner()
		var second db.ID
		var runs atomic.Int32
		r.HandleOutside("sync", func(ctx context.Context, task *job.Task) (job.Settle, error) {
			if runs.Add(1) > 1 {
				return nil, nil
			}
			err := b.d.Write(ctx, func(tx *db.Tx) (err error) {
				second, err = job.Enqueue(tx, "sync", 2, job.Unique("k"))
				return err
			})
			return nil, errors.Join(errors.New("broken"), err)
		})
		first := b.enqueue("sync", 1, job.Unique("k"))
		b.due(r, 2)
		if f, s := b.get(first), b.get(second); first == second || f.State != job.Cancelled || s.State != job.Done {
			b.t.Fatalf("first %+v, second %+v", f, s)
		}
	})
}

func TestRunWakesAndStopsCleanly(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Poll: time.Hour, Inside: 2, Grace: time.Minute}) // an hour: only the wake-up can be in time
		var mu sync.Mutex
		seen := map[db.ID]int{}
		done := make(chan struct{}, 100)
		r.Handle("k", func(tx *db.Tx, j job.Job) error {
			mu.Lock()
			seen[j.ID]++
			mu.Unlock()
			tx.AfterCommit(func() { done <- struct{}{} })
			return nil
		})
		ctx, stop := context.WithCancel(context.Background())
		stopped := make(chan struct{})
		go func() { defer close(stopped); r.Run(ctx) }()
		for range 20 {
			b.enqueue("k", 1)
		}
		for range 20 {
			<-done
		}
		stop()
		<-stopped
		if len(seen) != 20 {
			b.t.Fatalf("%d jobs ran", len(seen))
		}
	})
}

func TestStopGivesBackWhatItCannotFinish(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Grace: time.Second})
		began := make(chan struct{})
		r.HandleOutside("slow", func(ctx context.Context, task *job.Task) (job.Settle, error) {
			close(began)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		id := b.enqueue("slow", 1)
		ctx, stop := context.WithCancel(context.Background())
		stopped := make(chan struct{})
		go func() { defer close(stopped); r.Run(ctx) }()
		<-began
		stop()
		<-stopped
		if j := b.get(id); j.State != job.Waiting || j.Attempts != 0 || j.LastError != "" {
			b.t.Fatalf("after the stop: %+v", j)
		}
	})
}

func TestTwoRunnersShareWithoutDoubles(t *testing.T) {
	each(t, func(b bench) {
		var ids []db.ID
		dbtest.Write(b.t, b.d, func(tx *db.Tx) error {
			ids = ids[:0]
			for range 60 {
				id, err := job.Enqueue(tx, "k", 1)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
		var wg sync.WaitGroup
		var total atomic.Int64
		for range 3 {
			r := b.runner()
			r.Handle("k", func(tx *db.Tx, j job.Job) error { return effect(tx, "x") })
			wg.Go(func() {
				n, err := r.RunDue(context.Background())
				if err != nil {
					b.t.Error(err)
				}
				total.Add(int64(n))
			})
		}
		wg.Wait()
		if total.Load() != 60 || b.effects() != 60 {
			b.t.Fatalf("%d runs, %d effects, want 60", total.Load(), b.effects())
		}
	})
}
