package notify

import (
	"fmt"
	"sync/atomic"
	"time"

	"linli/internal/db"
)

// hooksAge is how long a Publisher goes on with the hooks it knows.
const hooksAge = time.Second

// switched counts the changes of hooks that this process has committed.
var switched atomic.Int64

// A Publisher publishes the events of one database. It remembers its hooks, for nearly every step publishes and hardly any hook
// changes: a change by this process counts at once, one by another within a second.
type Publisher struct{ known atomic.Pointer[knownHooks] }

type knownHooks struct {
	hooks    []Hook
	switched int64
	read     time.Time
}

// Publish is Publish with the hooks remembered.
func (p *Publisher) Publish(tx *db.Tx, e Event) (int, error) {
	before, now := switched.Load(), tx.Now()
	k := p.known.Load()
	if k == nil || k.switched != before || now.Sub(k.read).Abs() > hooksAge {
		hooks, err := active(tx)
		if err != nil {
			return 0, fmt.Errorf("publish %s: %w", e.Type, err)
		}
		k = &knownHooks{hooks, before, now}
		fresh := k
		tx.AfterCommit(func() { p.known.Store(fresh) }) // not what a transaction saw of itself that came to nothing
	}
	return publish(tx, k.hooks, e)
}
