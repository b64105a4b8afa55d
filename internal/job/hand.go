package job

import (
	"slices"
	"sync"

	"linli/internal/db"
)

// backlogLimit bounds the jobs handed over and not begun. Beyond it they wait in the table.
const backlogLimit = 1000

// backlog holds the jobs that were handed to a runner as they were committed. Each is leased to it already: should the process die, the
// lease ends like that of any job that runs.
type backlog struct {
	mu   sync.Mutex
	jobs []Job
	over bool          // the runner has stopped
	news chan struct{} // of one signal
}

func (b *backlog) roomy() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.over && len(b.jobs) < backlogLimit
}

// take removes and returns what the free slots can run.
func (b *backlog) take(free func(Job) bool) (list []Job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.jobs = slices.DeleteFunc(b.jobs, func(j Job) bool {
		if !free(j) {
			return false
		}
		list = append(list, j)
		return true
	})
	return list
}

// reopen and end say whether jobs may come.
func (b *backlog) reopen() { b.set(false) }
func (b *backlog) end()    { b.set(true) }

func (b *backlog) set(over bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = over
}

// promise makes a job one that runs already, under a lease that begins now: claiming it would be two more statements and a commit.
func (r *Runner) promise(j *Job) {
	j.State, j.Attempts, j.lease, j.until = Running, 1, db.NewID(), r.d.Now().Add(r.o.Lease)
}

// hand gives a promised job to the runner, after the commit. One that has just stopped leaves it to the end of its lease.
func (r *Runner) hand(j Job) {
	b := &r.backlog
	b.mu.Lock()
	if !b.over {
		b.jobs = append(b.jobs, j)
	}
	b.mu.Unlock()
	b.signal()
}

func (b *backlog) signal() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// giveBack lets a promised job that never began wait in the table.
func (r *Runner) giveBack(j Job) {
	if err := r.note(j, func(tx *db.Tx) error { return release(tx, j) }); err != nil {
		r.o.Log.Error("give back job", "kind", j.Kind, "id", j.ID.String(), "error", err)
	}
}

func (r *Runner) handles(kind string) bool { return r.inside[kind] != nil || r.outside[kind] != nil }

// An outcome is what one finished job writes.
type outcome struct {
	write func(tx *db.Tx) error
	done  chan error
}

// outcomes of jobs that end at the same time are written together.
type outcomes struct {
	mu   sync.Mutex
	list []outcome
	busy bool
}

// together writes an outcome, with those of others if there are any.
func (r *Runner) together(write func(tx *db.Tx) error) error {
	o := outcome{write, make(chan error, 1)}
	r.ended.mu.Lock()
	r.ended.list = append(r.ended.list, o)
	first := !r.ended.busy
	r.ended.busy = true
	r.ended.mu.Unlock()
	if first {
		go r.writeOutcomes()
	}
	return <-o.done
}

// writeOutcomes writes until nobody waits. When one of several fails, each is written by itself.
func (r *Runner) writeOutcomes() {
	for {
		r.ended.mu.Lock()
		list := r.ended.list
		r.ended.list, r.ended.busy = nil, len(list) > 0
		r.ended.mu.Unlock()
		if len(list) == 0 {
			return
		}
		err := r.write(func(tx *db.Tx) error {
			for _, o := range list {
				if err := o.write(tx); err != nil {
					return err
				}
			}
			return nil
		})
		for _, o := range list {
			if err != nil && len(list) > 1 {
				o.done <- r.write(o.write)
			} else {
				o.done <- err
			}
		}
	}
}
