package civil

import (
	"testing"
	"time"
)

var benchFrom = time.Date(2026, 9, 29, 16, 30, 0, 0, Shanghai)

// Due allocates nothing, so that a list of a million cases can be gone through; Deadline only its sentences and their slice.
func TestAllocations(t *testing.T) {
	l := CivilCode()
	pauses := pausesOf(t, "2026-10-12T10:00/2026-10-14T09:00")
	for _, term := range []string{"15wd", "3d", "1mo", "4wh", "2h"} {
		term := MustTerm(term)
		if n := testing.AllocsPerRun(100, func() { sinkTime, _ = l.Due(benchFrom, term, pauses) }); n != 0 {
			t.Errorf("Due of %v: %v allocations", term, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { sinkDeadline, _ = l.Deadline(benchFrom, MustTerm("15wd"), nil) }); n > 12 {
		t.Errorf("Deadline: %v allocations", n)
	}
}

var (
	sinkTime     time.Time
	sinkDeadline Deadline
)

func BenchmarkDeadline(b *testing.B) {
	l := CivilCode()
	for _, term := range []string{"15wd", "3d", "1mo", "4wh"} {
		term := MustTerm(term)
		b.Run(term.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sinkDeadline, _ = l.Deadline(benchFrom, term, nil)
			}
		})
		b.Run("due "+term.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sinkTime, _ = l.Due(benchFrom, term, nil)
			}
		})
	}
}
