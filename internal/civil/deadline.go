package civil

import (
	"errors"
	"time"
)

// A Deadline (截止期限) is when a term ends and why.
type Deadline struct {
	LastDay     Date      // the last day on which the duty can be done in time; zero while Stopped
	Due         time.Time // the moment at which the term has ended: a thing done at Due is late. In the Law's zone; zero while Stopped
	Provisional bool      // days of a year without a published calendar were judged by their weekday
	Stopped     bool      // a pause has not ended, so no day can be named; Left says what remains
	Capped      bool      // an extension was cut to its ceiling
	Left        Remaining // what remains of a Stopped term
	Steps       []string  // the explanation: Chinese sentences in order, with the clauses
}

// Deadline computes when a term that begins with an event at from ends, with its explanation. It fails on a term without unit or count, a
// pause that ends before it begins, and a result past the year 9999.
//
// Terms in d, wd and mo are counted in whole days of l's zone, terms in wh, h and m to the nanosecond. A pause that covers the event is taken
// from the event; one that begins after the term has ended changes nothing.
func (l Law) Deadline(from time.Time, t Term, pauses []Pause) (Deadline, error) {
	w := walk{law: l}
	r, err := w.reckon(from, t, pauses)
	if err != nil {
		return Deadline{}, err
	}
	return r.deadline(&w, t, w.explain(t, r)), nil
}

// Due is Deadline without the explanation, for those who compute many: it allocates nothing when there are no more than four pauses. The
// zero time means that a pause has not ended.
func (l Law) Due(from time.Time, t Term, pauses []Pause) (time.Time, error) {
	w := walk{law: l}
	r, err := w.reckon(from, t, pauses)
	return r.due, err
}

// A reckoning is the bare result of a walk.
type reckoning struct {
	nominal int           // the day on which the count ran out (terms in days)
	last    int           // the last day: nominal, or the working day to which it moved
	due     time.Time     // zero when stopped
	counted int           // days counted before an open pause
	total   int           // days that the term holds
	left    time.Duration // time left at an open pause (terms in hours)
}

func (w *walk) reckon(from time.Time, t Term, pauses []Pause) (reckoning, error) {
	if err := w.law.usable(); err != nil {
		return reckoning{}, err
	}
	if err := t.check(); err != nil {
		return reckoning{}, err
	}
	if err := checkPauses(pauses); err != nil {
		return reckoning{}, err
	}
	if y := from.In(w.law.zone()).Year(); y < 1 || y > 9999 {
		return reckoning{}, errors.New("起算时间不在公元 1 年至 9999 年之间")
	}
	w.begin(from, pauses)
	if t.InDays() {
		return w.inDays(t)
	}
	return w.inHours(t)
}

func (w *walk) inDays(t Term) (r reckoning, err error) {
	r.total = w.days(t)
	r.nominal, r.counted, err = w.nth(r.total, t.Unit)
	if err != nil || w.open {
		return r, err
	}
	r.last = r.nominal
	if t.Unit != WorkDay && w.law.RollOffDays {
		if r.last, err = w.roll(r.nominal); err != nil || w.open {
			return r, err
		}
	}
	r.due = w.law.closing(r.last)
	return r, nil
}

func (w *walk) inHours(t Term) (r reckoning, err error) {
	r.due, r.left, err = w.elapse(w.from, t.length(), t.Unit)
	if err != nil || w.open {
		return r, err
	}
	r.due = r.due.In(w.law.zone())
	if r.last = w.law.dayOf(r.due.Add(-1)); r.last > maxDay {
		return r, errTooFar
	}
	return r, nil
}

func (r reckoning) deadline(w *walk, t Term, steps []string) Deadline {
	d := Deadline{Provisional: w.unknown.met, Stopped: w.open, Steps: steps}
	if w.open {
		d.Left = w.left(t, r)
		return d
	}
	d.LastDay, d.Due = dateOf(r.last), r.due
	return d
}
