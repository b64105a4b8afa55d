package civil

import (
	"strconv"
	"time"
)

// Remaining (剩余期限) is how far a moment is from a deadline, in the unit of the term. For terms in days Days counts the days that are still
// whole, today not among them: 0 means "today is the last day". For terms in hours Time is used instead.
type Remaining struct {
	Unit Unit
	Days int           // days or working days left; when Late, begun since the last day
	Time time.Duration // clock time or working time left; when Late, over
	Late bool          // the term has ended
	Held bool          // counted at a pause that has not ended
}

// Remaining measures from now to due in u: working days for wd, calendar days for d and mo, working time for wh, clock time for h and m.
func (l Law) Remaining(due time.Time, u Unit, now time.Time) Remaining {
	r := Remaining{Unit: u, Late: !now.Before(due)}
	from, to := now, due
	if r.Late {
		from, to = due, now
	}
	w := walk{law: l}
	if !(Term{1, u}).InDays() {
		r.Time = w.measure(from, to, u)
		return r
	}
	first, last := l.dayOf(now)+1, l.dayOf(due.Add(-1))
	if r.Late {
		first, last = last+1, first-1
	}
	for day := first; day <= last; day++ {
		if w.counts(day, u) {
			r.Days++
		}
	}
	return r
}

// Words returns the distance in Chinese: "还剩3个工作日", "今日到期", "已超期2小时30分钟".
func (r Remaining) Words() string {
	lead := "还剩"
	if r.Late {
		lead = "已超期"
	}
	switch {
	case r.Unit == WorkDay && r.Days > 0:
		return lead + strconv.Itoa(r.Days) + "个工作日"
	case (r.Unit == Day || r.Unit == Month) && r.Days > 0:
		return lead + strconv.Itoa(r.Days) + "日"
	case r.Unit == WorkHour && r.Time >= time.Minute:
		return lead + "办公时间" + durationWords(r.Time)
	case (r.Unit == Hour || r.Unit == Minute) && r.Time >= time.Minute:
		return lead + durationWords(r.Time)
	case r.Late:
		return "已超期"
	case r.Held:
		return "天数已计满"
	case (Term{1, r.Unit}).InDays():
		return "今日到期"
	}
	return "即将到期"
}

func durationWords(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return strconv.Itoa(m) + "分钟"
	case m == 0:
		return strconv.Itoa(h) + "小时"
	}
	return strconv.Itoa(h) + "小时" + strconv.Itoa(m) + "分钟"
}

// left is what remains of a term that ran into an open pause.
func (w *walk) left(t Term, r reckoning) Remaining {
	return Remaining{Unit: t.Unit, Days: r.total - r.counted, Time: r.left, Held: true}
}

// Share returns the moment at which percent of the time allowed between the event at from and due has been used, counted in u and without
// the pauses: the yellow mark of a clock. Days are not divided: with 80 of three working days it is the beginning of the third. 100 or more
// gives due, 0 or less gives from.
func (l Law) Share(from, due time.Time, u Unit, pauses []Pause, percent int) time.Time {
	if percent >= 100 || !from.Before(due) {
		return due
	}
	if percent <= 0 {
		return from
	}
	w := walk{law: l}
	w.begin(from, pauses)
	at := due
	if (Term{1, u}).InDays() {
		at = w.shareOfDays(due, u, percent)
	} else {
		allowed := w.measure(from, due, u)
		used := allowed/100*time.Duration(percent) + allowed%100*time.Duration(percent)/100
		if t, _, err := w.elapse(from, used, u); err == nil && !t.IsZero() {
			at = t.In(l.zone())
		}
	}
	if at.Before(from) {
		return from
	}
	if at.After(due) {
		return due
	}
	return at
}

func (w *walk) shareOfDays(due time.Time, u Unit, percent int) time.Time {
	last, allowed := w.law.dayOf(due.Add(-1)), 0
	for day := w.first; day <= last; day++ {
		if w.counts(day, u) {
			allowed++
		}
	}
	used := allowed * percent / 100
	for day := w.first; day <= last; day++ {
		if !w.counts(day, u) {
			continue
		}
		if used == 0 {
			return w.law.instant(day, 0)
		}
		used--
	}
	return due
}
