package session

import (
	"context"
	"sync"
	"time"

	"linli/internal/db"
	"linli/internal/staff"
)

// A gate tells the version of the staff at a moment after it was asked. All who ask while one read is under way share the
// next one, so that the cost is bounded however many requests come.
type gate struct {
	db   *db.DB
	mu   sync.Mutex
	next *reading // not begun; nil when nobody waits
	busy bool
}

// reading is one read of the version, and its answer once done is closed.
type reading struct {
	done    chan struct{}
	version staff.Version
	now     time.Time // of the database's clock
	err     error
}

const gateTimeout = 10 * time.Second

func (g *gate) ask(ctx context.Context) (staff.Version, time.Time, error) {
	g.mu.Lock()
	r := g.next
	if r == nil {
		r = &reading{done: make(chan struct{})}
		g.next = r
		if !g.busy {
			g.busy = true
			go g.serve()
		}
	}
	g.mu.Unlock()
	select {
	case <-r.done:
		return r.version, r.now, r.err
	case <-ctx.Done():
		return staff.Version{}, time.Time{}, ctx.Err()
	}
}

// serve reads for those who wait until nobody does.
func (g *gate) serve() {
	for {
		g.mu.Lock()
		r := g.next
		g.next = nil
		g.busy = r != nil
		g.mu.Unlock()
		if r == nil {
			return
		}
		r.read(g.db)
	}
}

func (r *reading) read(d *db.DB) {
	defer close(r.done)
	ctx, cancel := context.WithTimeout(context.Background(), gateTimeout)
	defer cancel()
	r.err = d.ReadOne(ctx, func(tx *db.Tx) (err error) {
		r.now = tx.Now()
		r.version, err = staff.CurrentVersion(tx)
		return err
	})
}
