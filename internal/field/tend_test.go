package field_test

import (
	"strings"
	"testing"
	"time"

	"linli/internal/field"
	"linli/internal/pack"
)

// TestWhatCannotBeActedOnIsTriedAgainAndThenLaidOnTheDesk: a fault of ours loses no item, holds up no other for ever, and ends with somebody who decides.
func TestWhatCannotBeActedOnIsTriedAgainAndThenLaidOnTheDesk(t *testing.T) {
	each(t, func(x *street) {
		packs := x.inbox.Packs
		x.inbox.Packs = func() *pack.Index { panic("away") }
		if r := x.taken(x.report("report-0001", "井盖松动")); r.State != field.Kept {
			x.t.Fatalf("acted on: %+v", r)
		}
		x.inbox.Packs = packs
		x.work()
		if r := x.ask("report-0001"); r.State != field.Kept {
			x.t.Errorf("tried again at once: %+v", r)
		}
		x.Clock.Advance(6 * time.Second)
		x.work()
		if r := x.ask("report-0001"); r.State != field.Taken || r.Case == nil {
			x.t.Fatalf("the second try: %+v", r)
		}
		x.inbox.Packs = func() *pack.Index { panic("away") }
		x.sync(x.report("report-0002", "路灯不亮"))
		for range 12 {
			if len(x.strays()) != 0 {
				x.t.Fatal("on the desk before it was tried twelve times")
			}
			x.work()
			x.Clock.Advance(time.Hour)
		}
		if r := x.ask("report-0002"); r.State != field.Kept || !strings.Contains(r.Words, "监督中心") || len(x.strays()) != 1 {
			x.t.Errorf("after twelve tries: %+v, %d on the desk", r, len(x.strays()))
		}
	})
}
