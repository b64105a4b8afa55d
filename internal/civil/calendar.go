package civil

import (
	"slices"
	"time"
)

// A Kind says how much of a day is worked.
type Kind uint8

const (
	Work      Kind = iota // the whole day
	Off                   // a day off: holiday or weekend
	Morning               // the morning only
	Afternoon             // the afternoon only
)

// A Mark is one entry of a holiday table: this date is so, whatever its weekday.
type Mark struct {
	Day  Date
	Name string // of the holiday, also on a day worked in its place
	Kind Kind
}

// A DayInfo says what a calendar knows of one day.
type DayInfo struct {
	Off    bool   // no work at all
	Kind   Kind   // whole, half or no working day
	Name   string // the holiday it belongs to; "" for an ordinary day or weekend
	MakeUp bool   // a Saturday or Sunday that is worked
	Known  bool   // its year's calendar has been published (or the day itself is marked)
}

// A Calendar (工作日历) says which days are worked: a marked day as marked, every other by its weekday (Monday to Friday).
// It never changes once made, so any number of goroutines may use one.
type Calendar struct {
	first int    // day number of cells[0]
	cells []cell // one per day, whole published years and marked days; days outside follow the weekday
	names []string
}

// A cell packs one day: the low bits are its Kind, then flags, then the index of its name.
type cell uint16

const (
	cellKind   cell = 3
	cellMarked cell = 1 << 2
	cellKnown  cell = 1 << 3
	cellName        = 4 // shift
)

// With returns a copy of c in which the marks hold, later ones winning, and the named years count as published. A city adds its local
// holidays, half-days and a newly published year this way.
func (c *Calendar) With(marks []Mark, published ...int) *Calendar {
	next := &Calendar{first: c.first, cells: slices.Clone(c.cells), names: slices.Clone(c.names)}
	for _, y := range published {
		from, to := Date{y, time.January, 1}.number(), Date{y, time.December, 31}.number()
		next.cover(from, to)
		for n := from; n <= to; n++ {
			next.cells[n-next.first] |= cellKnown
		}
	}
	for _, m := range marks {
		n := m.Day.number()
		next.cover(n, n)
		at := &next.cells[n-next.first]
		*at = *at&cellKnown | cell(m.Kind) | cellMarked | next.name(m.Name)<<cellName
	}
	return next
}

// cover grows the array to hold the days from to to.
func (c *Calendar) cover(from, to int) {
	if len(c.cells) == 0 {
		c.first = from
	}
	if from < c.first {
		grown := make([]cell, c.first-from, c.first-from+len(c.cells))
		for i := range grown {
			grown[i] = byWeekday(from + i)
		}
		c.cells, c.first = append(grown, c.cells...), from
	}
	for n := c.first + len(c.cells); n <= to; n++ {
		c.cells = append(c.cells, byWeekday(n))
	}
}

func (c *Calendar) name(s string) cell {
	i := slices.Index(c.names, s)
	if i < 0 {
		i = len(c.names)
		c.names = append(c.names, s)
	}
	return cell(i)
}

func byWeekday(number int) cell {
	if w := weekday(number); w == time.Saturday || w == time.Sunday {
		return cell(Off)
	}
	return cell(Work)
}

func (c *Calendar) cell(number int) cell {
	if i := number - c.first; uint(i) < uint(len(c.cells)) {
		return c.cells[i]
	}
	return byWeekday(number)
}

func (k cell) kind() Kind  { return Kind(k & cellKind) }
func (k cell) off() bool   { return k.kind() == Off }
func (k cell) known() bool { return k&(cellKnown|cellMarked) != 0 }

// Day returns what the calendar knows of d.
func (c *Calendar) Day(d Date) DayInfo { return c.info(d.number()) }

func (c *Calendar) info(number int) DayInfo {
	k := c.cell(number)
	info := DayInfo{Off: k.off(), Kind: k.kind(), Known: k.known()}
	if k&cellMarked != 0 {
		info.Name = c.nameOf(number)
		info.MakeUp = !k.off() && Kind(byWeekday(number)) == Off
	}
	return info
}

// nameOf is the Name of the day's DayInfo alone.
func (c *Calendar) nameOf(number int) string {
	if k := c.cell(number); k&cellMarked != 0 {
		return c.names[k>>cellName]
	}
	return ""
}

// Working reports whether d is a working day; half a working day is one.
func (c *Calendar) Working(d Date) bool { return !c.cell(d.number()).off() }

// NextWorking returns d itself when it is a working day, otherwise the first working day after it.
func (c *Calendar) NextWorking(d Date) Date {
	n := d.number()
	for n < maxDay && c.cell(n).off() {
		n++
	}
	return dateOf(n)
}

// WorkingDays counts the working days from from to to, both included; 0 when to is before from.
func (c *Calendar) WorkingDays(from, to Date) int {
	count := 0
	for n, last := from.number(), to.number(); n <= last; n++ {
		if !c.cell(n).off() {
			count++
		}
	}
	return count
}
