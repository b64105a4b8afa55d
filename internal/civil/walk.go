package civil

import (
	"errors"
	"time"
)

// A walk is one computation under way: it steps over days, or over stretches of time, and notes what it meets. It keeps the law and the usual
// few pauses in itself, so that none of it reaches the heap.
type walk struct {
	law    Law
	from   time.Time
	pauses []Pause
	few    [4]heldDays // the pauses in days: the first len(few) of them,
	held   int         // how many of few are used,
	more   []heldDays  // and the rest

	event   int  // day of the event
	first   int  // first day that may count
	open    bool // ran into a pause that has not ended
	unknown struct {
		met         bool // days of years without a published calendar were relied on
		first, last int  // the earliest and latest of them
	}
	extension bool // follows another term; pauses after its end are not told
}

// heldDays are consecutive days that a pause takes out, both included.
type heldDays struct{ first, last int }

var errTooFar = errors.New("期限超出公元 9999 年，无法计算")

// begin prepares the walk of a term from an event at from.
func (w *walk) begin(from time.Time, pauses []Pause) {
	w.from, w.pauses = from, pauses
	w.event = w.law.dayOf(from)
	w.first = w.event + 1
	if w.law.CountEventDay && !w.afterClose() {
		w.first = w.event
	}
	for _, p := range pauses {
		first, last := w.law.pausedDays(p, from)
		switch {
		case first > last:
		case w.held < len(w.few):
			w.few[w.held] = heldDays{first, last}
			w.held++
		default:
			w.more = append(w.more, heldDays{first, last})
		}
	}
}

// afterClose reports whether the event came when its own day had already ended for this law.
func (w *walk) afterClose() bool {
	return w.law.CloseOfBusiness && !w.from.Before(w.law.closing(w.event))
}

// off looks a day up and remembers when the calendar does not really know it.
func (w *walk) off(day int) bool {
	c := w.law.Calendar.cell(day)
	if !c.known() {
		w.meetUnknown(day)
	}
	return c.off()
}

func (w *walk) meetUnknown(day int) {
	u := &w.unknown
	if !u.met {
		u.met, u.first, u.last = true, day, day
	}
	u.first, u.last = min(u.first, day), max(u.last, day)
}

// paused reports whether day is held, and the last day of that hold.
func (w *walk) paused(day int) (last int, yes bool) {
	for i := range w.held {
		if h := w.few[i]; h.first <= day && day <= h.last {
			return h.last, true
		}
	}
	for _, h := range w.more {
		if h.first <= day && day <= h.last {
			return h.last, true
		}
	}
	return 0, false
}

// counts reports whether day uses up a day of a term in u.
func (w *walk) counts(day int, u Unit) bool {
	if _, held := w.paused(day); held {
		return false
	}
	return u != WorkDay || !w.off(day)
}

// nth returns the n-th day that counts. When an open pause or the end of the calendar comes first it returns how many days were counted.
func (w *walk) nth(n int, u Unit) (day, counted int, err error) {
	for day = w.first; ; day++ {
		if last, held := w.paused(day); held {
			if last == maxDay {
				w.open = true
				return 0, counted, nil
			}
			day = last
			continue
		}
		if day > maxDay {
			return 0, counted, errTooFar
		}
		if u == WorkDay && w.off(day) {
			continue
		}
		if counted++; counted == n {
			return day, counted, nil
		}
	}
}

// days returns how many days a term in days or months holds.
func (w *walk) days(t Term) int {
	if t.Unit != Month {
		return t.N
	}
	return w.monthsEnd(t.N) - w.first + 1
}

// monthsEnd returns the last day of a term of n months that is never paused: the day that corresponds to the day of the event, or the last
// of its month; when the day of the event counts, the day before the corresponding one.
func (w *walk) monthsEnd(n int) int {
	event := dateOf(w.event)
	end := event.AddMonths(n)
	if w.first == w.event && end.Day == event.Day {
		return end.number() - 1
	}
	return end.number()
}

// roll moves a last day off to the first day that is worked and not held.
func (w *walk) roll(day int) (int, error) {
	for w.off(day) {
		for day++; ; day++ {
			last, held := w.paused(day)
			if !held {
				break
			}
			if last == maxDay {
				w.open = true
				return 0, nil
			}
			day = last
		}
		if day > maxDay {
			return 0, errTooFar
		}
	}
	return day, nil
}

// stretch returns the next stretch at or after at in which a term in hours runs; a zero stop means without end. ok is false when an open
// pause or the end of the calendar comes first.
func (w *walk) stretch(at time.Time, u Unit) (start, stop time.Time, ok bool) {
	for start = at; ; {
		if u == WorkHour {
			if start, stop, ok = w.office(start); !ok {
				return
			}
		}
		p, held := w.pausedAt(start)
		if !held {
			break
		}
		if p.open() {
			w.open = true
			return start, stop, false
		}
		start = p.To
	}
	for _, p := range w.pauses {
		if p.From.After(start) && !p.empty() && (stop.IsZero() || p.From.Before(stop)) {
			stop = p.From
		}
	}
	return start, stop, true
}

func (w *walk) pausedAt(t time.Time) (Pause, bool) {
	for _, p := range w.pauses {
		if !t.Before(p.From) && (p.open() || t.Before(p.To)) {
			return p, true
		}
	}
	return Pause{}, false
}

// office returns the office period that is open at t, or else the next one.
func (w *walk) office(t time.Time) (start, stop time.Time, ok bool) {
	h := w.law.Hours
	for day := w.law.dayOf(t); day <= maxDay; day++ {
		if w.off(day) {
			continue
		}
		kind := w.law.Calendar.cell(day).kind()
		for i := range h.Spans {
			s, ok := h.span(kind, i)
			if !ok {
				continue
			}
			if stop = w.law.instant(day, s.To); !stop.After(t) {
				continue
			}
			if start = w.law.instant(day, s.From); start.Before(t) {
				start = t
			}
			return start, stop, true
		}
	}
	return t, t, false
}

// elapse returns the moment at which length of a term in hours has run from at, or what was left at an open pause.
func (w *walk) elapse(at time.Time, length time.Duration, u Unit) (due time.Time, left time.Duration, err error) {
	for {
		start, stop, ok := w.stretch(at, u)
		if w.open {
			return time.Time{}, length, nil
		}
		if !ok {
			return time.Time{}, length, errTooFar
		}
		if stop.IsZero() || stop.Sub(start) >= length {
			return start.Add(length), 0, nil
		}
		length -= stop.Sub(start)
		at = stop
	}
}

// measure returns how much of a term in hours runs between at and to.
func (w *walk) measure(at, to time.Time, u Unit) (sum time.Duration) {
	for at.Before(to) {
		start, stop, ok := w.stretch(at, u)
		if !ok || !start.Before(to) {
			break
		}
		if stop.IsZero() || stop.After(to) {
			stop = to
		}
		sum += stop.Sub(start)
		at = stop
	}
	return sum
}
