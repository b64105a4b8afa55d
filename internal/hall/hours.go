package hall

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
)

// Hours (开放时间) are the times at which a hall is open in a week: for each weekday the spans in minutes of the day.
type Hours struct {
	days [7][]span // by time.Weekday
}

type span struct{ from, to int }

// ParseHours reads "1-5 09:00-12:00 13:30-17:00; 6,7 09:00-16:00" where 1 is Monday and 7 Sunday. Returns invalid on field opens.
func ParseHours(text string) (Hours, error) {
	var h Hours
	bad := func() (Hours, error) {
		return Hours{}, fault.Invalid("opens", "开放时间写法如：1-5 09:00-12:00 13:30-17:00; 6,7 09:00-16:00（1 是周一，7 是周日）")
	}
	for part := range strings.SplitSeq(text, ";") {
		words := strings.Fields(part)
		if len(words) < 2 {
			return bad()
		}
		days, ok := weekdays(words[0])
		if !ok {
			return bad()
		}
		for _, w := range words[1:] {
			s, ok := readSpan(w)
			if !ok {
				return bad()
			}
			for _, d := range days {
				h.days[d] = append(h.days[d], s)
			}
		}
	}
	return h, nil
}

func weekdays(text string) ([]int, bool) {
	var list []int
	for w := range strings.SplitSeq(text, ",") {
		a, b, isRange := strings.Cut(w, "-")
		if !isRange {
			b = a
		}
		from, err1 := strconv.Atoi(a)
		to, err2 := strconv.Atoi(b)
		if err1 != nil || err2 != nil || from < 1 || to > 7 || from > to {
			return nil, false
		}
		for d := from; d <= to; d++ {
			list = append(list, d%7)
		}
	}
	return list, true
}

func readSpan(text string) (span, bool) {
	a, b, ok := strings.Cut(text, "-")
	from, ok1 := minutes(a)
	to, ok2 := minutes(b)
	return span{from, to}, ok && ok1 && ok2 && from < to
}

func minutes(text string) (int, bool) {
	h, m, ok := strings.Cut(text, ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	return hour*60 + minute, ok && err1 == nil && err2 == nil && hour >= 0 && hour <= 24 && minute >= 0 && minute < 60 && hour*60+minute <= 24*60
}

// Covers reports whether the hall is open from the first instant to the second without a break.
func (h Hours) Covers(from, to time.Time) bool {
	a, b := from.In(civil.Shanghai), to.In(civil.Shanghai)
	start, end := a.Hour()*60+a.Minute(), b.Hour()*60+b.Minute()
	if end == 0 && b.Sub(a) <= 24*time.Hour {
		end = 24 * 60
	} else if civil.DateOf(a, civil.Shanghai) != civil.DateOf(b, civil.Shanghai) {
		return false
	}
	for _, s := range h.days[a.Weekday()] {
		if s.from <= start && end <= s.to {
			return true
		}
	}
	return false
}

// Open reports whether the hall is open at an instant.
func (h Hours) Open(at time.Time) bool { return h.Covers(at, at.Add(time.Minute)) }

// Slots returns the beginnings of the slots of a day.
func (h Hours) Slots(day civil.Date, length time.Duration) []time.Time {
	midnight := day.In(civil.Shanghai)
	var list []time.Time
	for _, s := range h.days[midnight.Weekday()] {
		for at := time.Duration(s.from) * time.Minute; at+length <= time.Duration(s.to)*time.Minute; at += length {
			list = append(list, midnight.Add(at))
		}
	}
	return list
}

// Words writes the hours of a weekday: "09:00–12:00、13:30–17:00", "" when closed.
func (h Hours) Words(d time.Weekday) string {
	var list []string
	for _, s := range h.days[d] {
		list = append(list, fmt.Sprintf("%02d:%02d–%02d:%02d", s.from/60, s.from%60, s.to/60, s.to%60))
	}
	return strings.Join(list, "、")
}
