package civil

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Span is a stretch of one day, from From (included) to To (not included), both measured from 00:00.
type Span struct{ From, To time.Duration }

// Hours (办公时间) are the working periods of a whole working day, in order. On a half working day only the periods of that half are
// worked; the halves part where the last period that begins before 12:00 ends, or at 12:00 when no period begins after it.
type Hours struct{ Spans []Span }

const noon = 12 * time.Hour

// OfficeHours are the hours used when nothing else is said: 08:00-12:00 and 14:00-18:00.
func OfficeHours() Hours {
	return Hours{[]Span{{8 * time.Hour, noon}, {14 * time.Hour, 18 * time.Hour}}}
}

// ParseHours reads "08:00-12:00,14:00-18:00": periods of one day in order, apart from each other, none empty; 24:00 may end the last.
func ParseHours(s string) (Hours, error) {
	var h Hours
	var end time.Duration
	for part := range strings.SplitSeq(s, ",") {
		a, b, ok := strings.Cut(part, "-")
		from, okFrom := parseClock(a)
		to, okTo := parseClock(b)
		if !ok || !okFrom || !okTo {
			return Hours{}, fmt.Errorf("办公时间 %q：%q 应如 08:00-12:00", s, part)
		}
		if from >= to {
			return Hours{}, fmt.Errorf("办公时间 %q：%q 的结束应晚于开始", s, part)
		}
		if len(h.Spans) > 0 && from <= end {
			return Hours{}, fmt.Errorf("办公时间 %q：%q 应晚于前一时段，且不与其相接或重叠", s, part)
		}
		h.Spans = append(h.Spans, Span{from, to})
		end = to
	}
	return h, nil
}

func parseClock(s string) (time.Duration, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	h, errH := strconv.ParseUint(s[:2], 10, 8)
	m, errM := strconv.ParseUint(s[3:], 10, 8)
	d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	return d, errH == nil && errM == nil && m < 60 && d <= 24*time.Hour
}

// String returns what ParseHours reads.
func (h Hours) String() string {
	var b []byte
	for i, s := range h.Spans {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendClock(b, s.From), '-')
		b = appendClock(b, s.To)
	}
	return string(b)
}

func appendClock(b []byte, d time.Duration) []byte {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	return append(b, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10))
}

// Length returns the working time of a day of that kind.
func (h Hours) Length(k Kind) time.Duration {
	var sum time.Duration
	for i := range h.Spans {
		if s, ok := h.span(k, i); ok {
			sum += s.To - s.From
		}
	}
	return sum
}

// Close returns the close of business on a day of that kind, measured from 00:00. A day without any working time closes as a whole day does.
func (h Hours) Close(k Kind) time.Duration {
	for i := len(h.Spans) - 1; i >= 0; i-- {
		if s, ok := h.span(k, i); ok {
			return s.To
		}
	}
	return h.Spans[len(h.Spans)-1].To
}

// span returns what of the i-th period is worked on a day of kind k.
func (h Hours) span(k Kind, i int) (Span, bool) {
	s := h.Spans[i]
	switch k {
	case Morning:
		s.To = min(s.To, h.parting())
	case Afternoon:
		s.From = max(s.From, h.parting())
	case Off:
		return Span{}, false
	}
	return s, s.From < s.To
}

// parting is the moment at which the morning half ends.
func (h Hours) parting() time.Duration {
	for i := 1; i < len(h.Spans); i++ {
		if h.Spans[i].From >= noon {
			return h.Spans[i-1].To
		}
	}
	return noon
}
