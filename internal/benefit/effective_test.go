package benefit

import (
	"testing"

	"linli/internal/civil"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/rule"
)

// A decision holds from the period that its day falls on, and never changes what was due before the entitlement began.
func TestWhenADecisionHolds(t *testing.T) {
	b := &pack.Benefit{Begins: pack.TurnNext, Ends: pack.TurnThis, Part: "none"}
	b.Per = rule.Month
	day := civil.MustDate
	for _, c := range []struct {
		kind      Kind
		day, want string
	}{
		{Change, "2026-05-10", "2026-06-01"}, {Change, "2026-01-10", "2026-04-01"}, {Resume, "2026-05-31", "2026-06-01"},
		{Stop, "2026-05-10", "2026-05-31"}, {Suspend, "2026-05-10", "2026-06-01"}, {Stop, "2026-02-10", "2026-02-28"},
	} {
		if got := effective(b, c.kind, day(c.day), day("2026-04-01")); got != day(c.want) {
			t.Errorf("%s of %s holds from %s, want %s", c.kind, c.day, got, c.want)
		}
	}
	list := Stretches([]Decision{{Kind: Grant, Effective: day("2026-04-01"), Fen: 10000}, {Kind: Change, Effective: day("2026-06-01"), Fen: 12000}, {Kind: Suspend, Effective: day("2026-08-01")},
		{Kind: Resume, Effective: day("2026-10-01"), Fen: 12000}, {Kind: Stop, Effective: day("2026-11-30")}})
	for month, want := range map[string]money.Fen{"2026-03-01": 0, "2026-04-01": 10000, "2026-05-01": 10000, "2026-06-01": 12000, "2026-07-01": 12000, "2026-08-01": 0, "2026-09-01": 0, "2026-10-01": 12000, "2026-11-01": 12000, "2026-12-01": 0} {
		if due, err := b.Due(list, day(month)); err != nil || due != want {
			t.Errorf("%s: %s, %v, want %s", month, due, err, want)
		}
	}
	if gone := Stretches([]Decision{{Kind: Grant, Effective: day("2026-04-01"), Fen: 10000}, {Kind: Stop, Effective: day("2026-02-28")}}); len(gone) != 0 {
		t.Errorf("stopped before it began, yet %v", gone)
	}
}
