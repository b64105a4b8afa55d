package job

import (
	"sync"

	"linli/internal/db"
)

// bells wakes the runners of this process when a commit made a job due. It holds no state but who listens: a ring too many
// costs one query, and a lost one is made up for by polling.
var bells bell

type bell struct {
	mu        sync.Mutex
	listeners map[chan struct{}]*Runner
}

func (b *bell) listen(r *Runner) (wake <-chan struct{}, forget func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listeners == nil {
		b.listeners = map[chan struct{}]*Runner{}
	}
	b.listeners[c] = r
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, c)
	}
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.listeners {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// runner finds one that runs now and can take a job of this transaction as soon as it is committed; nil when there is none.
func (b *bell) runner(tx *db.Tx, kind string) *Runner {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.listeners {
		if tx.Of(r.d) && r.handles(kind) && r.backlog.roomy() {
			return r
		}
	}
	return nil
}
