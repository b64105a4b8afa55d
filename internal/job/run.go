package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
)

// A Task is one run of a job by an outside handler.
type Task struct {
	Job   Job
	r     *Runner
	lease *time.Timer
}

// Progress notes how far the work is, for people to see, and renews the lease. Returns a conflict when the lease was lost,
// and then the work should stop: somebody else does it.
func (t *Task) Progress(ctx context.Context, done, total int64, note string) error {
	err := t.r.d.Write(ctx, func(tx *db.Tx) error {
		return tx.ExecOne(`update job set done = ?, total = ?, note = ?, lease_until = ? where `+held,
			done, total, note, db.At(tx.Now().Add(t.r.o.Lease)), t.Job.ID, t.Job.lease)
	})
	if err != nil {
		return fmt.Errorf("note progress of job %s: %w", t.Job.ID, err)
	}
	t.lease.Reset(t.r.o.Lease)
	return nil
}

// run runs one claimed job and notes the outcome.
func (r *Runner) run(ctx context.Context, j Job) {
	var err error
	if h := r.inside[j.Kind]; h != nil {
		err = r.d.Write(ctx, func(tx *db.Tx) error {
			if err := finish(tx, j); err != nil { // first, so that a lost lease stops the handler early
				return err
			}
			return h(tx, j)
		})
	} else {
		var settle Settle
		settle, err = r.work(ctx, j)
		if err == nil || settle != nil {
			err = r.settle(j, settle, err)
		}
	}
	if err == nil {
		return
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = r.note(j, func(tx *db.Tx) error { return release(tx, j) })
	} else {
		r.o.Log.Warn("job failed", "kind", j.Kind, "id", j.ID.String(), "attempt", j.Attempts, "error", err)
		err = r.failed(j, err)
	}
	if err != nil { // the lease will run out and the job be taken up again
		r.o.Log.Error("note outcome of job", "kind", j.Kind, "id", j.ID.String(), "error", err)
	}
}

// work calls the outside handler under the lease.
func (r *Runner) work(ctx context.Context, j Job) (settle Settle, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	left := r.o.Lease
	if !j.until.IsZero() {
		left = min(left, j.until.Sub(r.d.Now()))
	}
	lease := time.AfterFunc(left, func() { cancel(errLease) })
	defer lease.Stop()
	defer func() {
		if p := recover(); p != nil {
			settle, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil && errors.Is(context.Cause(ctx), errLease) {
			err = errors.Join(errLease, errors.New(err.Error())) // not a stop of the runner
		}
	}()
	return r.outside[j.Kind](ctx, &Task{j, r, lease})
}

var errLease = errors.New("the lease ran out before the work was done")

// settle notes the outcome of outside work together with what it learned. It returns an error only when that could not be
// noted; the failure of the work itself is then part of it.
func (r *Runner) settle(j Job, settle Settle, failure error) error {
	note := func(fn func(tx *db.Tx) error) error { return r.note(j, fn) }
	if j.Key == "" && failure == nil {
		note = r.together
	}
	err := note(func(tx *db.Tx) error {
		var err error
		if failure == nil {
			err = finish(tx, j)
		} else {
			err = r.fail(tx, j, failure)
		}
		if err != nil || settle == nil {
			return err
		}
		return settle(tx)
	})
	if err != nil {
		return errors.Join(failure, err)
	}
	return nil
}

func (r *Runner) failed(j Job, failure error) error {
	return r.note(j, func(tx *db.Tx) error { return r.fail(tx, j, failure) })
}

// fail notes a failure in tx: another attempt later, or the end.
func (r *Runner) fail(tx *db.Tx, j Job, failure error) error {
	why := words(failure)
	final, pause := r.verdict(j, failure)
	if !final {
		return postpone(tx, j, why, pause)
	}
	mine, err := giveUp(tx, j, why)
	if h := r.dead[j.Kind]; h != nil && mine && err == nil {
		j.State, j.LastError = Failed, why
		return h(tx, j)
	}
	return err
}

// note writes an outcome even while the runner stops, and tries twice when a job with the same unique key was enqueued in
// the same moment.
func (r *Runner) note(j Job, fn func(tx *db.Tx) error) error {
	err := r.write(fn)
	if db.IsUnique(err) && j.Key != "" {
		err = r.write(fn)
	}
	return err
}

func (r *Runner) write(fn func(tx *db.Tx) error) error {
	ctx, cancel := context.WithTimeout(db.Behind(context.Background()), r.o.Grace)
	defer cancel()
	return r.d.Write(ctx, fn)
}

// words keeps what a person needs of an error: valid text of at most 1000 bytes.
func words(err error) string {
	s := err.Error()
	if e := fault.As(err); e != nil && e.Err == nil {
		s = e.Message()
	}
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if len(s) > 1000 {
		s = strings.ToValidUTF8(s[:1000], "")
	}
	return s
}
