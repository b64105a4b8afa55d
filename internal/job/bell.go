package job

import "sync"

// bells wakes the runners of this process when a commit made a job due. It holds no state but who listens: a ring too many
// costs one query, and a lost one is made up for by polling.
var bells bell

type bell struct {
	mu        sync.Mutex
	listeners map[chan struct{}]bool
}

func (b *bell) listen() (wake <-chan struct{}, forget func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listeners == nil {
		b.listeners = map[chan struct{}]bool{}
	}
	b.listeners[c] = true
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
