package job_test

import (
	"context"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/job"
)

// running starts a runner that would not look into the table for an hour, and returns what stops it.
func (b bench) running(r *job.Runner) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.Run(ctx) }()
	return func() { cancel(); <-stopped }
}

// untilRunning enqueues quick jobs until one reaches the runner without waiting in the table.
func (b bench) untilRunning() {
	b.t.Helper()
	for b.get(b.enqueue("probe", 1)).State == job.Waiting {
	}
}

func TestHandedOverAtCommit(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Poll: time.Hour, Grace: time.Minute})
		r.Handle("probe", func(*db.Tx, job.Job) error { return nil })
		ran := make(chan job.Job, 1)
		r.HandleOutside("post", func(_ context.Context, task *job.Task) (job.Settle, error) {
			ran <- task.Job
			return func(tx *db.Tx) error { return effect(tx, "done") }, nil
		})
		stop := b.running(r)
		b.untilRunning()
		id := b.enqueue("post", "x")
		var args string
		if j := <-ran; j.ID != id || j.Attempts != 1 || j.Decode(&args) != nil || args != "x" {
			b.t.Fatalf("ran %+v", j)
		}
		stop()
		if j := b.get(id); j.State != job.Done || j.Attempts != 1 || b.effects() != 1 {
			b.t.Fatalf("after the run: %+v, %d effects", j, b.effects())
		}
	})
}

func TestHandedOverJobOutlivesItsProcess(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Poll: time.Hour, Lease: time.Minute, Grace: time.Minute})
		r.Handle("probe", func(*db.Tx, job.Job) error { return nil })
		began, resume := make(chan struct{}), make(chan struct{})
		r.HandleOutside("post", func(context.Context, *job.Task) (job.Settle, error) {
			close(began)
			<-resume // the process hangs
			return func(tx *db.Tx) error { return effect(tx, "late") }, nil
		})
		stop := b.running(r)
		b.untilRunning()
		id := b.enqueue("post", "x")
		<-began
		second := b.runner()
		second.HandleOutside("post", func(context.Context, *job.Task) (job.Settle, error) {
			return func(tx *db.Tx) error { return effect(tx, "done") }, nil
		})
		b.due(second, 0)
		b.clock.Advance(time.Minute)
		b.due(second, 1)
		close(resume)
		stop()
		if j := b.get(id); j.State != job.Done || j.Attempts != 2 || b.effects() != 1 {
			b.t.Fatalf("job %+v with %d effects, want one effect of the second attempt", j, b.effects())
		}
	})
}

func TestStopGivesBackWhatNeverBegan(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Poll: time.Hour, Outside: 1, Grace: time.Second})
		r.Handle("probe", func(*db.Tx, job.Job) error { return nil })
		began := make(chan struct{})
		r.HandleOutside("slow", func(ctx context.Context, task *job.Task) (job.Settle, error) {
			close(began)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		stop := b.running(r)
		b.untilRunning()
		first := b.enqueue("slow", 1)
		<-began
		second := b.enqueue("slow", 2)
		stop()
		for _, id := range []db.ID{first, second} {
			if j := b.get(id); j.State != job.Waiting || j.Attempts != 0 {
				b.t.Fatalf("after the stop: %+v", j)
			}
		}
	})
}

func TestOneFailedOutcomeSpoilsNoOther(t *testing.T) {
	each(t, func(b bench) {
		r := job.NewRunner(b.d, job.Options{Poll: time.Hour, Gather: time.Millisecond, Grace: time.Minute,
			Pauses: job.Pauses{First: time.Hour, Cap: time.Hour}})
		r.Handle("probe", func(*db.Tx, job.Job) error { return nil })
		const all = 12
		gate, ended := make(chan struct{}), make(chan struct{}, all)
		r.HandleOutside("post", func(_ context.Context, task *job.Task) (job.Settle, error) {
			var n int
			if err := task.Job.Decode(&n); err != nil {
				return nil, err
			}
			ended <- struct{}{}
			<-gate // so that they end together
			return func(tx *db.Tx) error {
				if n%4 == 0 {
					return tx.ExecOne("update job set note = 'x' where id = ?", -1)
				}
				return effect(tx, "done")
			}, nil
		})
		stop := b.running(r)
		b.untilRunning()
		var ids []db.ID
		for n := range all {
			ids = append(ids, b.enqueue("post", n))
		}
		for range all {
			<-ended
		}
		close(gate)
		stop()
		for n, id := range ids {
			want := job.Done
			if n%4 == 0 {
				want = job.Waiting
			}
			if j := b.get(id); j.State != want {
				b.t.Fatalf("job %d: %+v", n, j)
			}
		}
		if b.effects() != all*3/4 {
			b.t.Fatalf("%d effects", b.effects())
		}
	})
}
