package hall

import (
	"sync"

	"linli/internal/db"
)

// boards wake those in this process who watch a hall's board. Whoever watches from another process looks by himself from time
// to time: a bell is a hint, the version of the board is the truth.
var boards = bells{listeners: map[db.ID]map[chan struct{}]bool{}}

type bells struct {
	mu        sync.Mutex
	listeners map[db.ID]map[chan struct{}]bool
}

func (b *bells) ring(hall db.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.listeners[hall] {
		select {
		case c <- struct{}{}:
		default: // it is awake already
		}
	}
}

// Watch returns a channel that hears of changes of a hall's board, and the function that ends it.
func Watch(hall db.ID) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	boards.mu.Lock()
	defer boards.mu.Unlock()
	if boards.listeners[hall] == nil {
		boards.listeners[hall] = map[chan struct{}]bool{}
	}
	boards.listeners[hall][c] = true
	return c, func() {
		boards.mu.Lock()
		defer boards.mu.Unlock()
		delete(boards.listeners[hall], c)
		if len(boards.listeners[hall]) == 0 {
			delete(boards.listeners, hall)
		}
	}
}
