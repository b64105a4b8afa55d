package job

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"linli/internal/db"
)

// Options of a Runner; zero fields take the defaults named.
type Options struct {
	Inside  int           // jobs in database handlers at once: 4
	Outside int           // jobs in outside handlers at once: 32, for they mostly wait for others
	Poll    time.Duration // how often to look without being woken: 1 s
	Gather  time.Duration // how long to let jobs come together after being woken, to take them at once: 20 ms
	Lease   time.Duration // how long a job may go without result or progress: 1 min
	Grace   time.Duration // how long Run lets jobs finish after its context ends: 10 s
	Pauses  Pauses        // 5 s doubling to 1 h
	Log     *slog.Logger  // slog.Default()
}

func (o Options) withDefaults() Options {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	if o.Inside <= 0 {
		o.Inside = 4
	}
	if o.Outside <= 0 {
		o.Outside = 32
	}
	def(&o.Poll, time.Second)
	def(&o.Gather, 20*time.Millisecond)
	def(&o.Lease, time.Minute)
	def(&o.Grace, 10*time.Second)
	def(&o.Pauses.First, 5*time.Second)
	def(&o.Pauses.Cap, time.Hour)
	if o.Pauses.Random == nil {
		o.Pauses.Random = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// A Runner claims due jobs and runs them, and looks after tended lists. Register all handlers before Run or RunDue.
type Runner struct {
	d       *db.DB
	o       Options
	inside  map[string]func(tx *db.Tx, j Job) error
	outside map[string]func(ctx context.Context, t *Task) (Settle, error)
	dead    map[string]func(tx *db.Tx, j Job) error
	tended  []*tended

	backlog backlog
	ended   outcomes
}

// Settle writes what outside work learned, in the transaction that notes the outcome of the job. It may run again.
type Settle func(tx *db.Tx) error

// NewRunner makes a runner without handlers.
func NewRunner(d *db.DB, o Options) *Runner {
	return &Runner{d: d, o: o.withDefaults(),
		inside:  map[string]func(*db.Tx, Job) error{},
		outside: map[string]func(context.Context, *Task) (Settle, error){},
		dead:    map[string]func(*db.Tx, Job) error{},
		backlog: backlog{news: make(chan struct{}, 1)},
	}
}

// Handle registers the handler of a kind. It runs in one transaction with the note that the job is done; it may run again,
// so it touches nothing outside tx. A second handler of one kind is a mistake in the program and panics.
func (r *Runner) Handle(kind string, h func(tx *db.Tx, j Job) error) {
	r.mustBeNew(kind)
	r.inside[kind] = h
}

// HandleOutside registers work that runs between transactions. ctx ends with the lease, which Task.Progress renews, and
// when the runner stops. The work may be done again after a crash, so it tells the other side t.Job.ID to recognise
// copies. settle, if not nil, runs when the outcome is noted, also beside an error.
func (r *Runner) HandleOutside(kind string, work func(ctx context.Context, t *Task) (settle Settle, err error)) {
	r.mustBeNew(kind)
	r.outside[kind] = work
}

// OnFailed registers what happens in the transaction in which a job of this kind fails for good.
func (r *Runner) OnFailed(kind string, h func(tx *db.Tx, j Job) error) { r.dead[kind] = h }

func (r *Runner) mustBeNew(kind string) {
	if r.inside[kind] != nil || r.outside[kind] != nil {
		panic("job: second handler of kind " + kind)
	}
}

// Kinds returns the kinds with a handler, sorted.
func (r *Runner) Kinds() []string { return append(r.kinds(false), r.kinds(true)...) }

func (r *Runner) kinds(outside bool) []string {
	var list []string
	if outside {
		for k := range r.outside {
			list = append(list, k)
		}
	} else {
		for k := range r.inside {
			list = append(list, k)
		}
	}
	slices.Sort(list)
	return list
}

// RunDue runs what is due, one round after the other, until nothing is, and returns how many runs there were, with what was done of tended lists.
// Errors of jobs are noted with the jobs; the error returned is the database's.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	ctx = db.Behind(ctx)
	total := 0
	for {
		n, err := r.tendDue(ctx)
		total += n
		if err != nil {
			return total, err
		}
		jobs, _, err := r.take(ctx, r.o.Inside, r.o.Outside)
		if err != nil || n+len(jobs) == 0 {
			return total, err
		}
		var wg sync.WaitGroup
		for _, j := range jobs {
			wg.Go(func() { r.run(ctx, j) })
		}
		wg.Wait()
		total += len(jobs)
	}
}

// Run runs jobs until ctx ends, then claims no more, lets running ones finish within Grace, gives back the rest and
// returns. A database that is away is waited for.
func (r *Runner) Run(ctx context.Context) {
	r.backlog.reopen()
	wake, forget := bells.listen(r)
	defer forget()
	ctx = db.Behind(ctx)
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { r.tend(ctx, work) })
	inside, outside := make(slots, r.o.Inside), make(slots, r.o.Outside)
	pool := func(j Job) slots {
		if r.outside[j.Kind] != nil {
			return outside
		}
		return inside
	}
	begin := func(j Job) {
		running.Go(func() {
			r.run(work, j)
			full := pool(j).free() == 0
			pool(j).give()
			if full || j.until.IsZero() {
				bells.ring() // a slot, or the unique key of the job, is free
			}
			if full {
				r.backlog.signal()
			}
		})
	}
	handed := func(j Job) bool { return pool(j).try() }
	for ctx.Err() == nil {
		for _, j := range r.backlog.take(handed) {
			begin(j)
		}
		jobs, pause, err := r.take(ctx, inside.free(), outside.free())
		if err != nil && ctx.Err() == nil {
			r.o.Log.Warn("look for jobs", "error", err)
		}
		for _, j := range jobs {
			pool(j).take()
			begin(j)
		}
		if len(jobs) > 0 {
			continue
		}
		r.rest(ctx, wake, pause, func() {
			for _, j := range r.backlog.take(handed) {
				begin(j)
			}
		})
	}
	forget()
	r.backlog.end()
	for _, j := range r.backlog.take(func(Job) bool { return true }) {
		r.giveBack(j)
	}
	finished := make(chan struct{})
	go func() { running.Wait(); close(finished) }()
	grace := time.NewTimer(r.o.Grace)
	defer grace.Stop()
	select {
	case <-finished:
	case <-grace.C:
		cancel()
		<-finished
	}
}

// take claims jobs for the free slots; when there are none it says how long to wait.
func (r *Runner) take(ctx context.Context, inside, outside int) (jobs []Job, pause time.Duration, err error) {
	var ready, expired bool
	pause = r.o.Poll
	err = r.d.Read(ctx, func(tx *db.Tx) error {
		next, lost, err := due(tx)
		ready, expired = !next.IsZero() && !next.After(tx.Now()), lost
		if !next.IsZero() && !ready {
			pause = min(pause, next.Sub(tx.Now()))
		}
		return err
	})
	if err != nil || !(expired || ready && inside+outside > 0) {
		return nil, pause, err
	}
	err = r.d.Write(ctx, func(tx *db.Tx) error {
		jobs = nil
		if expired {
			if err := r.expire(tx); err != nil {
				return err
			}
		}
		for _, pool := range []struct {
			kinds []string
			free  int
		}{{r.kinds(false), inside}, {r.kinds(true), outside}} {
			claimed, err := claim(tx, pool.kinds, pool.free, r.o.Lease)
			if err != nil {
				return err
			}
			jobs = append(jobs, claimed...)
		}
		return nil
	})
	if err != nil {
		return nil, pause, fmt.Errorf("take jobs: %w", err)
	}
	return jobs, pause, nil
}

func (r *Runner) expire(tx *db.Tx) error {
	failed, err := expire(tx)
	for _, j := range failed {
		if h := r.dead[j.Kind]; h != nil && err == nil {
			err = h(tx, j)
		}
	}
	return err
}

// rest lets time pass until the table is to be looked at, and takes what is handed over meanwhile. Under load every commit wakes: one
// look for many jobs costs little more than one for one, so they are let come together.
func (r *Runner) rest(ctx context.Context, wake <-chan struct{}, pause time.Duration, handed func()) {
	end := time.NewTimer(max(pause, time.Millisecond))
	defer end.Stop()
	gather := func() {
		t := time.NewTimer(max(r.o.Gather, time.Millisecond))
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-wake:
			gather()
			return
		case <-r.backlog.news:
			gather()
			handed()
		}
	}
}

// slots count what may run at once.
type slots chan struct{}

func (s slots) free() int { return cap(s) - len(s) }
func (s slots) take()     { s <- struct{}{} }
func (s slots) try() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}
func (s slots) give() { <-s }
