package job_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/job"
)

// bench is one database with a clock that the test moves and a table for effects.
type bench struct {
	t     *testing.T
	d     *db.DB
	clock *dbtest.Clock
}

func each(t *testing.T, test func(b bench)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		test(bench{t, d, clock})
	}, job.Migrations)
}

func (b bench) runner() *job.Runner {
	return job.NewRunner(b.d, job.Options{
		Lease:  time.Minute,
		Pauses: job.Pauses{First: 10 * time.Second, Cap: time.Minute, Random: func() float64 { return 0 }},
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
}

func (b bench) enqueue(kind string, args any, o ...job.Option) (id db.ID) {
	b.t.Helper()
	dbtest.Write(b.t, b.d, func(tx *db.Tx) (err error) { id, err = job.Enqueue(tx, kind, args, o...); return err })
	return id
}

func (b bench) get(id db.ID) (j job.Job) {
	b.t.Helper()
	dbtest.Read(b.t, b.d, func(tx *db.Tx) (err error) { j, err = job.Get(tx, id); return err })
	return j
}

func (b bench) due(r *job.Runner, want int) {
	b.t.Helper()
	if n, err := r.RunDue(context.Background()); err != nil || n != want {
		b.t.Fatalf("ran %d jobs, %v; want %d", n, err, want)
	}
}

// effect is something a handler does in the database: here, another job that nobody handles.
func effect(tx *db.Tx, name string) error {
	_, err := job.Enqueue(tx, "effect", name)
	return err
}

func (b bench) effects() (n int64) {
	b.t.Helper()
	dbtest.Read(b.t, b.d, func(tx *db.Tx) error {
		counts, err := job.Counts(tx)
		n = counts["effect"][job.Waiting]
		return err
	})
	return n
}

func TestJobExistsOnlyIfItsTransactionCommits(t *testing.T) {
	each(t, func(b bench) {
		broken := errors.New("broken")
		err := b.d.Write(context.Background(), func(tx *db.Tx) error {
			if err := effect(tx, "never"); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) || b.effects() != 0 {
			b.t.Fatalf("error %v, %d jobs", err, b.effects())
		}
	})
}

func TestFailureRollsBackAndIsTriedAgain(t *testing.T) {
	each(t, func(b bench) {
		r, tries := b.runner(), 0
		r.Handle("greet", func(tx *db.Tx, j job.Job) error {
			var name string
			if err := j.Decode(&name); err != nil {
				return err
			}
			if tries++; tries < 3 {
				return errors.Join(effect(tx, name), errors.New("not yet"))
			}
			return effect(tx, name)
		})
		id := b.enqueue("greet", "邻里")
		b.due(r, 1)
		if j := b.get(id); j.State != job.Waiting || j.Attempts != 1 || !strings.Contains(j.LastError, "not yet") ||
			!j.RunAt.Equal(b.clock.Now().Add(10*time.Second)) {
			b.t.Fatalf("after the first failure: %+v", j)
		}
		b.due(r, 0) // not before its pause
		b.clock.Advance(10 * time.Second)
		b.due(r, 1)
		if j := b.get(id); !j.RunAt.Equal(b.clock.Now().Add(20 * time.Second)) {
			b.t.Fatalf("the second pause ends at %v", j.RunAt)
		}
		b.clock.Advance(20 * time.Second)
		b.due(r, 1)
		if j := b.get(id); j.State != job.Done || j.LastError != "" || j.FinishedAt.IsZero() {
			b.t.Fatalf("after success: %+v", j)
		}
		if n := b.effects(); n != 1 {
			b.t.Fatalf("%d effects, want 1: failed attempts left something behind", n)
		}
	})
}

func TestEndOfAttempts(t *testing.T) {
	each(t, func(b bench) {
		r := b.runner()
		r.Handle("twice", func(tx *db.Tx, j job.Job) error { return errors.New("no") })
		r.Handle("never", func(tx *db.Tx, j job.Job) error { return job.Permanent(errors.New("senseless")) })
		r.Handle("later", func(tx *db.Tx, j job.Job) error { return job.RetryAfter(errors.New("full"), time.Hour) })
		r.Handle("wild", func(tx *db.Tx, j job.Job) error { panic("lost my way") })
		r.OnFailed("twice", func(tx *db.Tx, j job.Job) error { return effect(tx, "buried "+j.LastError) })
		twice, never := b.enqueue("twice", 1, job.Attempts(2)), b.enqueue("never", 1)
		later, wild := b.enqueue("later", 1), b.enqueue("wild", 1, job.Attempts(1))
		b.due(r, 4)
		if j := b.get(never); j.State != job.Failed || j.Attempts != 1 {
			b.t.Fatalf("permanent failure: %+v", j)
		}
		if j := b.get(wild); j.State != job.Failed || !strings.Contains(j.LastError, "lost my way") {
			b.t.Fatalf("panic: %+v", j)
		}
		if j := b.get(later); !j.RunAt.Equal(b.clock.Now().Add(time.Hour)) {
			b.t.Fatalf("asked to come after an hour, waits until %v", j.RunAt)
		}
		b.clock.Advance(time.Minute)
		b.due(r, 1)
		if j := b.get(twice); j.State != job.Failed || b.effects() != 1 {
			b.t.Fatalf("attempts used up: %+v, %d effects", j, b.effects())
		}
	})
}

func TestKilledProcessLosesLease(t *testing.T) {
	each(t, func(b bench) {
		ctx, kill := context.WithCancel(context.Background())
		first, second := b.runner(), b.runner()
		began, resume := make(chan struct{}), make(chan struct{})
		first.HandleOutside("post", func(context.Context, *job.Task) (job.Settle, error) {
			close(began)
			<-resume // the process hangs, and wakes up when another has done the work
			return func(tx *db.Tx) error { return effect(tx, "late") }, nil
		})
		second.HandleOutside("post", func(context.Context, *job.Task) (job.Settle, error) {
			return func(tx *db.Tx) error { return effect(tx, "done") }, nil
		})
		id := b.enqueue("post", "x")
		hung := make(chan struct{})
		go func() { defer close(hung); first.RunDue(ctx) }()
		<-began
		b.due(second, 0)
		b.clock.Advance(time.Minute)
		b.due(second, 1)
		close(resume)
		<-hung
		kill()
		if j := b.get(id); j.State != job.Done || j.Attempts != 2 || b.effects() != 1 {
			b.t.Fatalf("job %+v with %d effects, want one effect of the second attempt", j, b.effects())
		}
	})
}

func TestJobThatKillsItsProcessFailsInTheEnd(t *testing.T) {
	each(t, func(b bench) {
		id := b.enqueue("poison", 1, job.Attempts(2))
		r := b.runner()
		r.OnFailed("poison", func(tx *db.Tx, j job.Job) error { return effect(tx, "buried") })
		began := make(chan struct{})
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		r.HandleOutside("poison", func(context.Context, *job.Task) (job.Settle, error) {
			began <- struct{}{}
			<-ctx.Done() // never answers
			return nil, errors.New("too late")
		})
		for range 2 {
			go r.RunDue(context.Background())
			<-began
			b.clock.Advance(time.Minute)
		}
		b.due(r, 0)
		if j := b.get(id); j.State != job.Failed || j.Attempts != 2 || b.effects() != 1 {
			b.t.Fatalf("poison: %+v, %d effects", j, b.effects())
		}
	})
}

func TestOutsideFailureSettles(t *testing.T) {
	each(t, func(b bench) {
		r := b.runner()
		r.HandleOutside("post", func(ctx context.Context, task *job.Task) (job.Settle, error) {
			if err := task.Progress(ctx, 3, 10, "第 3 行"); err != nil {
				return nil, err
			}
			if j := b.get(task.Job.ID); j.State != job.Running || j.Done != 3 || j.Total != 10 || j.Note != "第 3 行" {
				b.t.Errorf("while running: %+v", j)
			}
			return func(tx *db.Tx) error { return effect(tx, "attempt") }, errors.New("receiver is down")
		})
		id := b.enqueue("post", 1)
		b.due(r, 1)
		if j := b.get(id); j.State != job.Waiting || j.LastError != "receiver is down" || b.effects() != 1 {
			b.t.Fatalf("after the failure: %+v, %d effects", j, b.effects())
		}
	})
}

func TestByHand(t *testing.T) {
	each(t, func(b bench) {
		r := b.runner()
		fails := true
		r.Handle("k", func(tx *db.Tx, j job.Job) error {
			if fails {
				return job.Permanent(errors.New("no"))
			}
			return nil
		})
		id, idle := b.enqueue("k", 1), b.enqueue("k", 2, job.After(time.Hour))
		b.due(r, 1)
		act := func(what func(*db.Tx, db.ID) error, id db.ID) fault.Kind {
			err := b.d.Write(context.Background(), func(tx *db.Tx) error { return what(tx, id) })
			if err == nil {
				return -1
			}
			return fault.KindOf(err)
		}
		fails = false
		for i, step := range []struct {
			what func(*db.Tx, db.ID) error
			id   db.ID
			want fault.Kind
		}{
			{job.Cancel, idle, -1}, {job.Cancel, idle, fault.KindConflict}, {job.Retry, id, -1},
			{job.Cancel, 42, fault.KindNotFound}, {job.Retry, 42, fault.KindNotFound},
		} {
			if got := act(step.what, step.id); got != step.want {
				b.t.Fatalf("step %d: kind %v, want %v", i, got, step.want)
			}
		}
		b.due(r, 1)
		if got := act(job.Retry, id); got != fault.KindConflict {
			b.t.Fatalf("a done job could be retried: %v", got)
		}
		dbtest.Read(b.t, b.d, func(tx *db.Tx) error {
			list, err := job.List(tx, job.Filter{State: job.Done, Kind: "k", Limit: 5})
			if len(list) != 1 || list[0].ID != id {
				b.t.Errorf("done jobs: %+v", list)
			}
			return err
		})
		b.clock.Advance(time.Hour)
		dbtest.Write(b.t, b.d, func(tx *db.Tx) error {
			n, err := job.Purge(tx, time.Minute)
			if n != 2 {
				b.t.Errorf("purged %d jobs, want 2", n)
			}
			return err
		})
	})
}

func TestPausesGrowToTheirCap(t *testing.T) {
	p := job.Pauses{First: time.Second, Cap: time.Minute, Random: func() float64 { return 0.5 }}
	for attempts, want := range map[int]time.Duration{1: 750 * time.Millisecond, 2: 1500 * time.Millisecond, 7: 45 * time.Second, 1000: 45 * time.Second} {
		if got := p.After(attempts); got != want {
			t.Errorf("after %d attempts %v, want %v", attempts, got, want)
		}
	}
}
