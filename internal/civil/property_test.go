package civil

import (
	"slices"
	"testing"
	"time"

	"linli/internal/law"
	"pgregory.net/rapid"
)

// A trial is one drawn computation.
type trial struct {
	law    Law
	from   time.Time
	term   Term
	pauses []Pause
}

func drawInstant(t *rapid.T, name string) time.Time {
	return time.Unix(rapid.Int64Range(1071000000, 1800000000).Draw(t, name)/60*60, 0).In(Shanghai) // late 2003 to early 2027, whole minutes
}

func drawPause(t *rapid.T, from time.Time) Pause {
	begin := from.Add(time.Duration(rapid.IntRange(-3*24*60, 40*24*60).Draw(t, "begin")) * time.Minute)
	length := time.Duration(rapid.OneOf(rapid.IntRange(0, 600), rapid.IntRange(0, 20*24*60)).Draw(t, "length")) * time.Minute
	return Pause{begin, begin.Add(length)}
}

func drawTrial(t *rapid.T) trial {
	why := law.MustParse("city-1#1")
	l := CivilCode()
	if rapid.Bool().Draw(t, "event day counts") {
		l = l.WithEventDay(why)
	}
	if rapid.Bool().Draw(t, "no roll-off") {
		l = l.WithoutRollOff(why)
	}
	if rapid.Bool().Draw(t, "close of business") {
		l = l.WithCloseOfBusiness(why)
	}
	l = l.WithPauseDays(rapid.Bool().Draw(t, "pause day stops"), rapid.Bool().Draw(t, "resume day counts"), why)
	x := trial{law: l, from: drawInstant(t, "from")}
	if rapid.Bool().Draw(t, "half day") {
		half := Mark{DateOf(x.from, Shanghai).AddDays(rapid.IntRange(0, 9).Draw(t, "which")), "半天", rapid.SampledFrom([]Kind{Morning, Afternoon}).Draw(t, "half")}
		x.law = x.law.WithCalendar(Standard().With([]Mark{half}), why)
	}
	x.term = Term{rapid.IntRange(1, 40).Draw(t, "n"), Unit(rapid.IntRange(int(Day), int(Minute)).Draw(t, "unit"))}
	for range rapid.IntRange(0, 4).Draw(t, "pauses") {
		x.pauses = append(x.pauses, drawPause(t, x.from))
	}
	return x
}

func (x trial) due(t *rapid.T) time.Time {
	due, err := x.law.Due(x.from, x.term, x.pauses)
	if err != nil || due.IsZero() {
		t.Fatalf("%v and %v: %v, %v", x.from, x.term, due, err)
	}
	return due
}

func TestDeadlineProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTrial(t)
		due := x.due(t)
		d, err := x.law.Deadline(x.from, x.term, x.pauses)
		if err != nil || !d.Due.Equal(due) || d.LastDay != DateOf(due.Add(-1), Shanghai) || len(d.Steps) < 3 {
			t.Fatalf("Deadline %+v, %v; Due %v", d, err, due)
		}
		if !due.After(x.from) {
			t.Fatalf("due %v is not after %v", due, x.from)
		}

		more := x
		more.pauses = append(slices.Clone(x.pauses), drawPause(t, x.from))
		if got := more.due(t); got.Before(due) {
			t.Fatalf("pause %v shortens %v to %v", more.pauses[len(x.pauses)], due, got)
		}
		empty, moment := x, drawPause(t, x.from).From
		empty.pauses = append(slices.Clone(x.pauses), Pause{moment, moment})
		if got := empty.due(t); !got.Equal(due) {
			t.Fatalf("an empty pause moves %v to %v", due, got)
		}
		late := x
		late.pauses = append(slices.Clone(x.pauses), Pause{From: due})
		if got := late.due(t); !got.Equal(due) {
			t.Fatalf("a pause after the end moves %v to %v", due, got)
		}
		turned := x
		turned.pauses = slices.Clone(x.pauses)
		slices.Reverse(turned.pauses)
		if got := turned.due(t); !got.Equal(due) {
			t.Fatalf("order of the pauses: %v and %v", due, got)
		}
		longer := x
		longer.term.N++
		if got := longer.due(t); got.Before(due) {
			t.Fatalf("a longer term ends sooner: %v, %v", due, got)
		}
	})
}

// A later event never has the earlier deadline. Two cases are left out in which a pause can turn the order: a term in months, which is two
// days shorter after 31 January than after 29 January; and an event day that counts, because it counts for an event just after a pause but not
// for the pause that ended on it.
func TestLaterStartNeverEndsSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTrial(t)
		if x.term.Unit == Month || x.law.CountEventDay {
			x.pauses = nil
		}
		y := x
		y.from = x.from.Add(time.Duration(rapid.IntRange(0, 8*24*60).Draw(t, "later")) * time.Minute)
		if a, b := x.due(t), y.due(t); b.Before(a) {
			t.Fatalf("from %v due %v, from %v due %v", x.from, a, y.from, b)
		}
	})
}

// In hour terms exactly the time that is worked and not paused is used up; counted here minute by minute.
func TestPausedTimeNeverCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTrial(t)
		x.term.Unit = rapid.SampledFrom([]Unit{WorkHour, Hour, Minute}).Draw(t, "hours")
		due := x.due(t)
		paused := func(at time.Time) bool {
			return slices.ContainsFunc(x.pauses, func(p Pause) bool { return !at.Before(p.From) && at.Before(p.To) })
		}
		runs := 0
		for at := x.from; at.Before(due); at = at.Add(time.Minute) {
			if !paused(at) && (x.term.Unit != WorkHour || worked(x.law, at)) {
				runs++
			}
		}
		want := x.term.N * 60
		if x.term.Unit == Minute {
			want = x.term.N
		}
		if runs != want || paused(due.Add(-time.Minute)) {
			t.Fatalf("%v and %v: %d minutes until %v", x.from, x.term, runs, due)
		}
		if p := x.law.Share(x.from, due, x.term.Unit, x.pauses, 50); p.Before(x.from) || !p.Before(due) {
			t.Fatalf("half is used at %v", p)
		}
	})
}

func worked(l Law, at time.Time) bool {
	kind := l.Calendar.Day(DateOf(at, Shanghai)).Kind
	h := at.Hour()
	am, pm := h >= 8 && h < 12, h >= 14 && h < 18
	return am && kind != Off && kind != Afternoon || pm && kind != Off && kind != Morning
}

// In working-day terms the last day is the n-th that is neither off nor held; counted here day by day, under the default pause rule.
func TestWorkingDaysAreCountedOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTrial(t)
		x.term.Unit = WorkDay
		x.law = CivilCode()
		due := x.due(t)
		count := 0
		for d := DateOf(x.from, Shanghai).AddDays(1); d.In(Shanghai).Before(due); d = d.AddDays(1) {
			held := slices.ContainsFunc(x.pauses, func(p Pause) bool {
				begin, end := DateOf(later(p.From, x.from), Shanghai), DateOf(p.To, Shanghai)
				return d.After(begin) && !d.After(end)
			})
			if !held && x.law.Calendar.Working(d) {
				count++
			}
		}
		if count != x.term.N || !x.law.Calendar.Working(DateOf(due.Add(-1), Shanghai)) {
			t.Fatalf("%v and %v until %v: %d days", x.from, x.term, due, count)
		}
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestShareRisesToDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTrial(t)
		due := x.due(t)
		last := x.from
		for _, percent := range []int{0, 1, 25, 50, 80, 99, 100, 120} {
			at := x.law.Share(x.from, due, x.term.Unit, x.pauses, percent)
			if at.Before(last) || at.After(due) {
				t.Fatalf("%d %% at %v, before %v or after %v", percent, at, last, due)
			}
			last = at
		}
		if !last.Equal(due) {
			t.Fatalf("all is used at %v, due %v", last, due)
		}
	})
}

func TestExtensionNeverShortens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTrial(t)
		unit := rapid.IntRange(int(Day), int(Minute))
		by := []Term{{rapid.IntRange(1, 20).Draw(t, "by"), Unit(unit.Draw(t, "by unit"))}}
		most := Term{rapid.IntRange(1, 20).Draw(t, "most"), Unit(unit.Draw(t, "most unit"))}
		base := x.due(t)
		free, err := x.law.Extended(x.from, x.term, by, Term{}, x.pauses)
		if err != nil || !free.Due.After(base) {
			t.Fatalf("extended from %v to %v, %v", base, free.Due, err)
		}
		capped, err := x.law.Extended(x.from, x.term, by, most, x.pauses)
		if err != nil || !capped.Due.After(base) || capped.Due.After(free.Due) || capped.Capped != capped.Due.Before(free.Due) {
			t.Fatalf("ceiling %v: %v (%v), without %v, %v", most, capped.Due, capped.Capped, free.Due, err)
		}
	})
}
