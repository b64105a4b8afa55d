package notify_test

import (
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/notify"
)

func TestAPublisherLearnsOfChanges(t *testing.T) {
	each(t, notify.Options{}, func(k desk) {
		var p notify.Publisher
		publish := func(want int) {
			k.t.Helper()
			dbtest.Write(k.t, k.d, func(tx *db.Tx) error {
				n, err := p.Publish(tx, notify.Event{Type: "case.closed", Data: struct{}{}})
				if n != want {
					k.t.Errorf("went to %d hooks, want %d", n, want)
				}
				return err
			})
		}
		publish(0)
		h := k.subscribe(notify.Hook{URL: "http://127.0.0.1:1/", Events: []string{"case.*"}})
		publish(1) // at once, for this process made the change
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error { return notify.SetActive(tx, h.ID, false, "试") })
		publish(0)
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error { return tx.Exec("update notify_hook set active = 1") }) // as another process would
		k.clock.Advance(1001 * time.Millisecond)
		publish(1)
	})
}
