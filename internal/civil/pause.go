package civil

import (
	"fmt"
	"time"
)

// A Pause (中止) is a stretch during which a term does not run, from From (included) to To (not included). A zero To means that it has not
// ended yet. Pauses may overlap, repeat on one day and come in any order; one without length changes nothing.
//
// In a term in days the day on which a pause begins counts, so a pause that begins on the last day does not move the deadline.
type Pause struct{ From, To time.Time }

func (p Pause) open() bool  { return p.To.IsZero() }
func (p Pause) empty() bool { return p.From.Equal(p.To) }

// pausedDays returns the days that the pause takes out of a term in days that begins at from: by default the day of the pause still counts and the
// day of the resumption does not. A pause that began before the term is one from the start of the term. None is first > last.
func (l *Law) pausedDays(p Pause, from time.Time) (first, last int) {
	if p.empty() || !p.open() && !p.To.After(from) {
		return 0, -1
	}
	if p.From.Before(from) {
		p.From = from
	}
	first, last = l.dayOf(p.From), maxDay
	if !l.PauseDayStops || !p.From.Before(l.closing(first)) {
		first++
	}
	if !p.open() {
		last = l.dayOf(p.To)
		if l.ResumeDayCounts {
			last--
		}
	}
	return first, last
}

func checkPauses(pauses []Pause) error {
	for _, p := range pauses {
		if p.From.IsZero() {
			return fmt.Errorf("暂停没有开始时间")
		}
		if !p.open() && p.To.Before(p.From) {
			return fmt.Errorf("暂停的结束 %s 早于开始 %s", p.To.In(Shanghai).Format(time.RFC3339), p.From.In(Shanghai).Format(time.RFC3339))
		}
	}
	return nil
}

// closing is the moment at which a term whose last day is day ends.
func (l *Law) closing(day int) time.Time {
	if l.CloseOfBusiness {
		return l.instant(day, l.Hours.Close(l.Calendar.cell(day).kind()))
	}
	return l.instant(day+1, 0)
}

// dayOf returns the number of the day on which t falls.
func (l *Law) dayOf(t time.Time) int { return DateOf(t, l.zone()).number() }

// instant returns the moment at which day and then the time since 00:00 have passed.
func (l *Law) instant(day int, since time.Duration) time.Time {
	return time.Date(1970, time.January, 1+day, 0, int(since/time.Minute), 0, 0, l.zone())
}
