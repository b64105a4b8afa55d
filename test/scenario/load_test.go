package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// A load is several clerks registering letters as fast as they can, each noting what the program acknowledged.
type load struct {
	name string // begins every key
	stop context.CancelFunc
	all  sync.WaitGroup

	mu       sync.Mutex
	kept     map[string]receipt // by the key under which it was sent
	accepted map[string]bool    // by case: the second step was acknowledged too
	failed   map[string]bool    // keys of which nobody knows what became of them
	enough   chan struct{}      // closed when there are as many as asked for
}

// clerks is how many write at the same time.
const clerks = 6

// begin starts a load of a name on a server; enough is closed after n acknowledged letters.
func begin(t *testing.T, name, url, token string, n int) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{name: name, stop: stop, kept: map[string]receipt{}, accepted: map[string]bool{}, failed: map[string]bool{}, enough: make(chan struct{})}
	for k := range clerks {
		l.all.Go(func() { l.write(ctx, newClient(url, token), k, n) })
	}
	t.Cleanup(l.end)
	return l
}

func (l *load) end() {
	l.stop()
	l.all.Wait()
}

// write registers letters until it is stopped or one is not acknowledged, and accepts every other one.
func (l *load) write(ctx context.Context, c *client, clerk, n int) {
	for i, ok := 0, true; ok && ctx.Err() == nil; i++ {
		key := fmt.Sprintf("%s-%d-%d", l.name, clerk, i)
		var r receipt
		r, ok, _ = c.register(ctx, key, key)
		second := ok && i%2 == 0
		if second {
			second, _ = c.accept(ctx, r, key+"-accept")
		}
		l.note(key, r, ok, second, n)
	}
}

func (l *load) note(key string, r receipt, ok, second bool, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !ok {
		l.failed[key] = true
		return
	}
	l.kept[key] = r
	if second {
		l.accepted[r.Case] = true
	}
	if len(l.kept) == n {
		close(l.enough)
	}
}

// check says that everything acknowledged is there, and that what nobody acknowledged is there as a whole or not at all: sending
// it again under its key, twice, gives one case.
func (l *load) check(t *testing.T, url, token string) {
	t.Helper()
	c, ctx := newClient(url, token), t.Context()
	seen := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(l.kept)) {
		r := l.kept[key]
		status, body, err := c.send(ctx, http.MethodGet, "/api/v1/cases/"+r.Case, "", nil)
		switch {
		case err != nil:
			t.Fatal(err)
		case status != http.StatusOK:
			t.Errorf("%s was acknowledged and is gone: %d %s", r.Number, status, body)
		case l.accepted[r.Case] && stateIn(body) != "accepted":
			t.Errorf("%s: the acknowledged second step is gone: %s", r.Number, body)
		case seen[r.Number]:
			t.Errorf("number %s was given twice", r.Number)
		}
		seen[r.Number] = true
	}
	for key := range l.failed {
		first, ok, why := c.register(ctx, key, key)
		again, _, _ := c.register(ctx, key, key)
		if !ok || first != again || seen[first.Number] {
			t.Errorf("%s sent again: %+v, %+v (%s)", key, first, again, why)
		}
		seen[first.Number] = true
	}
}

// stateIn is the state that an answer of the API tells of a case.
func stateIn(body []byte) string {
	var v struct {
		State string `json:"state"`
	}
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	return v.State
}
