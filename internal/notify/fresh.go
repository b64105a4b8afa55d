package notify

import (
	"sync"

	"linli/internal/db"
)

// freshLimit bounds the deliveries remembered.
const freshLimit = 2048

// fresh remembers the deliveries that were just committed, so that their first attempt need not read them again. One that is
// not here is read from the table.
var fresh freshDeliveries

type freshDeliveries struct {
	mu   sync.Mutex
	kept map[db.ID]Delivery
}

func (f *freshDeliveries) put(x Delivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil || len(f.kept) >= freshLimit {
		f.kept = map[db.ID]Delivery{}
	}
	f.kept[x.ID] = x
}

// take returns a delivery once.
func (f *freshDeliveries) take(id db.ID) (Delivery, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, ok := f.kept[id]
	delete(f.kept, id)
	return x, ok
}
