package demo

import (
	"sort"
	"time"

	"linli/internal/civil"
)

// An almanac knows the office hours of some years, to move through them quickly.
type almanac struct {
	from, to []time.Time     // of each spell of work, in order
	before   []time.Duration // working time before each spell
}

func newAlmanac(cal *civil.Calendar, h civil.Hours, first, last civil.Date) *almanac {
	a := &almanac{}
	var sum time.Duration
	for d := first; !d.After(last); d = d.AddDays(1) {
		if !cal.Working(d) {
			continue
		}
		midnight := d.In(civil.Shanghai)
		for _, s := range h.Spans {
			a.from, a.to = append(a.from, midnight.Add(s.From)), append(a.to, midnight.Add(s.To))
			a.before = append(a.before, sum)
			sum += s.To - s.From
		}
	}
	return a
}

// open is t itself within office hours, otherwise the next opening.
func (a *almanac) open(t time.Time) time.Time {
	i := sort.Search(len(a.to), func(i int) bool { return a.to[i].After(t) })
	if i == len(a.to) || a.from[i].Before(t) {
		return t
	}
	return a.from[i]
}

// add is the instant at which d of working time has passed since t.
func (a *almanac) add(t time.Time, d time.Duration) time.Time {
	t = a.open(t)
	i := sort.Search(len(a.to), func(i int) bool { return a.to[i].After(t) })
	if i == len(a.to) {
		return t.Add(d)
	}
	target := a.before[i] + t.Sub(a.from[i]) + d
	k := sort.Search(len(a.before), func(k int) bool { return a.before[k] > target }) - 1
	return a.from[k].Add(target - a.before[k])
}

// sub is the instant from which d of working time has passed by t.
func (a *almanac) sub(t time.Time, d time.Duration) time.Time {
	i := sort.Search(len(a.from), func(i int) bool { return !a.from[i].Before(t) }) - 1
	if i < 0 {
		return t.Add(-d)
	}
	target := a.before[i] + earlier(t, a.to[i]).Sub(a.from[i]) - d
	k := max(0, sort.Search(len(a.before), func(k int) bool { return a.before[k] > target })-1)
	return a.from[k].Add(target - a.before[k])
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
