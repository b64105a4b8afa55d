package job

import (
	"context"
	"errors"
	"sync"
	"time"

	"linli/internal/db"
)

// A tended list is work that stands in a table of its own.
type tended struct {
	name string
	work func(ctx context.Context) (int, error)
	wake chan struct{} // of one signal
}

// Tend registers work whose list is a table of its own, where a row for each job beside it would say nothing more. work does a portion of what is due
// there and returns how much it did, 0 when nothing is due. It is called until then, after Stir and at least every Poll, and never twice at once by one
// runner; other processes may call theirs meanwhile. What cannot be done work notes in its table; an error is logged and waited after.
func (r *Runner) Tend(name string, work func(ctx context.Context) (int, error)) {
	r.tended = append(r.tended, &tended{name, work, make(chan struct{}, 1)})
}

// Stir tells the runners of this process, once tx is committed, that a tended list has grown.
func Stir(tx *db.Tx, name string) { tx.AfterCommit(func() { bells.stir(name) }) }

func (b *bell) stir(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.listeners {
		for _, t := range r.tended {
			if t.name != name {
				continue
			}
			select {
			case t.wake <- struct{}{}:
			default:
			}
		}
	}
}

// tendDue does all that is due in every tended list.
func (r *Runner) tendDue(ctx context.Context) (total int, err error) {
	for _, t := range r.tended {
		for {
			n, failure := t.work(ctx)
			total, err = total+n, errors.Join(err, failure)
			if n == 0 || failure != nil {
				break
			}
		}
	}
	return total, err
}

// tend looks after all tended lists until ctx ends; work may finish what it does under its own.
func (r *Runner) tend(ctx, work context.Context) {
	var all sync.WaitGroup
	for _, t := range r.tended {
		all.Go(func() {
			for ctx.Err() == nil {
				n, err := t.work(work)
				if err != nil && ctx.Err() == nil {
					r.o.Log.Warn("tend", "list", t.name, "error", err)
				}
				if n == 0 || err != nil {
					t.rest(ctx, r.o.Poll, r.o.Gather)
				}
			}
		})
	}
	all.Wait()
}

// rest waits until the list may have grown, and a little more, so that what comes together is taken together.
func (t *tended) rest(ctx context.Context, poll, gather time.Duration) {
	wait := time.NewTimer(max(poll, time.Millisecond))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return
	case <-wait.C:
		return
	case <-t.wake:
	}
	wait.Reset(max(gather, time.Millisecond))
	select {
	case <-ctx.Done():
	case <-wait.C:
	}
}
