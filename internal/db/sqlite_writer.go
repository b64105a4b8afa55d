package db

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// A group takes at most so many closures, and no further one after so much work.
const (
	groupLimit = 128
	groupTime  = 10 * time.Millisecond
)

// While several write at once, a group that has fewer members than the last waits this long for each of the others, who have just
// got their answers and come again: twice the members is half the pages and half the syncs for each. Who writes alone never waits.
const (
	lingerTime = 500 * time.Microsecond
	probeEvery = 8 // groups, after which more members than before are waited for
)

// patience is how long those behind wait, when others write without a pause, until one of them goes with a group of theirs.
const patience = 10 * time.Millisecond

// writer runs every write of a SQLite file on one goroutine and one connection.
type writer struct {
	conn    *sqliteConn
	group   bool
	queue   chan *request // unbuffered: a request that was taken has begun
	later   chan *request // of those behind, unbuffered too
	closing chan struct{}
	stopped chan struct{}
	members []*request // of the group at hand
	careful bool       // the group at hand has savepoints
	front   bool       // the group at hand has a member that somebody waits for
	turn    time.Time  // when one of those behind last had its turn

	crowded bool // several write at once
	expect  int  // members of a group of late
	groups  int
	linger  *time.Timer

	commits, writes, retries atomic.Int64
}

// request is one waiting Write.
type request struct {
	ctx  context.Context
	now  func() time.Time
	fn   func(*Tx) error
	err  error
	tx   *Tx
	on   *sqliteSession
	done chan struct{}

	behind bool
}

var (
	errEnded = errors.New("the closure ended its goroutine")
	errGroup = errors.New("the group of this write was rolled back")
)

func startWriter(conn *sqliteConn, closing chan struct{}, group bool) *writer {
	w := &writer{conn: conn, group: group, queue: make(chan *request), later: make(chan *request), closing: closing, stopped: make(chan struct{}),
		linger: time.NewTimer(time.Hour)}
	go w.run()
	return w
}

// do hands a closure to the writer and waits for its fate.
func (w *writer) do(ctx context.Context, now func() time.Time, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, now: now, fn: fn, done: make(chan struct{}, 1), behind: ctx.Value(behindKey{}) != nil}
	line := w.queue
	if r.behind {
		line = w.later
	}
	select {
	case line <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return closed()
	}
	<-r.done
	if r.err == nil {
		for _, hook := range r.tx.after {
			hook()
		}
	}
	return r.err
}

func (w *writer) run() {
	finished := false
	defer func() {
		if finished {
			w.linger.Stop()
			close(w.stopped)
			return
		}
		// A closure called runtime.Goexit, as a failing test does: the group is lost, the writer is not.
		w.fail(internal(errEnded))
		go w.run()
	}()
	for {
		select {
		case r := <-w.queue:
			w.crowded = true
			w.serve(r)
			continue
		default:
		}
		select {
		case r := <-w.queue:
			w.serve(r)
		case r := <-w.later:
			w.serve(r)
		case <-w.closing:
			finished = true
			return
		}
	}
}

// serve runs one group, beginning with r, and answers its members.
func (w *writer) serve(r *request) {
	w.members, w.careful, w.front = append(w.members[:0], r), false, false
	if err := w.conn.do("begin immediate"); err != nil {
		w.fail(sqliteFault(err))
		return
	}
	for began := time.Now(); r != nil; r = w.next(began) {
		if len(w.members) == 0 || w.members[len(w.members)-1] != r {
			w.members = append(w.members, r)
		}
		if r.behind {
			w.turn = time.Now()
		}
		w.front = w.front || !r.behind
		if err := w.member(r); err != nil {
			w.fail(err)
			return
		}
	}
	if err := w.commit(); err != nil {
		w.fail(err)
		return
	}
	w.commits.Add(1)
	w.groups++
	w.crowded = len(w.members) > 1
	for _, r := range w.members {
		if r.err == nil {
			w.writes.Add(1)
		}
	}
	w.answer()
}

// commit runs what the members left for the end, and commits. The text index writes out what it gathers before most other statements:
// left for the end, it does so once for a group.
func (w *writer) commit() error {
	for _, r := range w.members {
		if r.err == nil {
			if err := r.on.finish(); err != nil {
				return err
			}
		}
	}
	return sqliteFault(w.conn.do("commit"))
}

// next returns a request that waits already or comes soon, unless the group is full. Those behind come into a group in which nobody waits, and into
// another when their patience is at its end.
func (w *writer) next(began time.Time) *request {
	if !w.group || len(w.members) >= groupLimit || time.Since(began) > groupTime {
		return nil
	}
	select {
	case r := <-w.queue:
		return r
	default:
	}
	later := w.later
	if w.front && time.Since(w.turn) < patience {
		later = nil
	}
	select {
	case r := <-later:
		return r
	default:
	}
	probe := w.groups%probeEvery == 0
	if !w.crowded || len(w.members) >= w.expect && !probe {
		return nil
	}
	w.linger.Reset(lingerTime)
	var r *request
	select {
	case r = <-w.queue:
	case r = <-later:
	case <-w.linger.C:
		w.expect = len(w.members)
		return nil
	}
	w.expect = max(w.expect, len(w.members)+1)
	return r
}

// member runs one closure. Its own failure is kept in the request; an error means that the whole group is gone.
//
// A savepoint around each closure would cost more than many closures do, and would make the text index write out what it
// gathers. So the first failure of a closure that has written undoes the group, the others run again, and only then the
// group becomes careful and has savepoints.
func (w *writer) member(r *request) error {
	if w.careful {
		return w.guarded(r)
	}
	w.try(r)
	if r.err == nil || !r.on.wrote {
		return nil
	}
	if err := w.conn.do("rollback"); err != nil {
		return lost(r.err)
	}
	if err := w.conn.do("begin immediate"); err != nil {
		return sqliteFault(err)
	}
	w.careful = true
	for _, other := range w.members {
		if other.err != nil { // r, and those that failed before they wrote anything
			continue
		}
		w.retries.Add(1)
		if err := w.guarded(other); err != nil {
			return err
		}
	}
	return nil
}

// try runs a closure.
func (w *writer) try(r *request) {
	r.on = &sqliteSession{conn: w.conn}
	r.tx = newTx(r.ctx, r.now, SQLite, r.on, true)
	r.err = r.tx.run(r.fn)
}

// guarded runs a closure inside a savepoint.
func (w *writer) guarded(r *request) error {
	if err := w.conn.do("savepoint member"); err != nil {
		return sqliteFault(err)
	}
	w.try(r)
	if r.err != nil {
		if err := w.conn.do("rollback to member"); err != nil {
			return lost(r.err)
		}
	}
	if err := w.conn.do("release member"); err != nil {
		return sqliteFault(err)
	}
	return nil
}

// lost says why a group is gone: SQLite itself rolled everything back because of err, a full disk for one.
func lost(err error) error {
	if f := sqliteCause(err); f != nil {
		return f
	}
	return away(errors.Join(errGroup, err))
}

// fail rolls the group back and tells every member that would have been acknowledged; one that failed keeps its reason.
func (w *writer) fail(err error) {
	for _, r := range w.members {
		if r.tx != nil {
			r.tx.end()
		}
		if r.err == nil {
			r.err = err
		}
	}
	_ = w.conn.do("rollback") // fails when SQLite has rolled back already, which is as good
	w.answer()
}

func (w *writer) answer() {
	for i, r := range w.members {
		w.members[i] = nil
		r.done <- struct{}{}
	}
	w.members = w.members[:0]
}
