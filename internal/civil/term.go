package civil

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Unit is what a Term counts.
type Unit uint8

const (
	Day      Unit = iota + 1 // d: calendar days
	WorkDay                  // wd: working days
	Month                    // mo: calendar months
	WorkHour                 // wh: hours of working time
	Hour                     // h: hours by the clock
	Minute                   // m: minutes by the clock
)

// units holds the suffix, the Chinese words and the greatest count of each unit: about a hundred years, so that no sum overflows.
var units = [...]struct {
	suffix, words string
	most          int
}{
	Day:      {"d", "日", 36500},
	WorkDay:  {"wd", "个工作日", 25000},
	Month:    {"mo", "个月", 1200},
	WorkHour: {"wh", "个工作小时", 200000},
	Hour:     {"h", "小时", 876000},
	Minute:   {"m", "分钟", 52560000},
}

// A Term (期限) is a length of time as a document states it: 3 days, 15 working days, 1 month, 4 working hours. The zero Term means
// "no term".
type Term struct {
	N    int // at least 1
	Unit Unit
}

// ParseTerm reads a count and a unit without space: "3d", "15wd", "1mo", "4wh", "2h", "90m".
func ParseTerm(s string) (Term, error) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return Term{}, fmt.Errorf("期限 %q 应为正整数加单位，如 3d、15wd、1mo、4wh、2h、90m", s)
	}
	for u := Day; u <= Minute; u++ {
		if units[u].suffix != s[len(digits):] {
			continue
		}
		t := Term{int(n), u}
		return t, t.check()
	}
	return Term{}, fmt.Errorf("期限 %q 的单位应为 d（日）、wd（工作日）、mo（月）、wh（工作小时）、h（小时）或 m（分钟）", s)
}

// MustTerm is ParseTerm for constants in code; it panics on a malformed term.
func MustTerm(s string) Term {
	t, err := ParseTerm(s)
	if err != nil {
		panic(err)
	}
	return t
}

func (t Term) check() error {
	if t.Unit < Day || t.Unit > Minute {
		return fmt.Errorf("期限没有单位")
	}
	if t.N < 1 || t.N > units[t.Unit].most {
		return fmt.Errorf("期限 %s 的数应在 1 至 %d 之间", t, units[t.Unit].most)
	}
	return nil
}

// IsZero reports whether t is "no term".
func (t Term) IsZero() bool { return t == Term{} }

// String returns what ParseTerm reads, "" for the zero Term.
func (t Term) String() string {
	if t.Unit < Day || t.Unit > Minute {
		return ""
	}
	return strconv.Itoa(t.N) + units[t.Unit].suffix
}

// Words returns the term in Chinese: "3个工作日", "1个月", "3日".
func (t Term) Words() string {
	if t.Unit < Day || t.Unit > Minute {
		return ""
	}
	return strconv.Itoa(t.N) + units[t.Unit].words
}

// InDays reports whether the term is counted in whole days (d, wd, mo); the others run by the hour.
func (t Term) InDays() bool { return t.Unit == Day || t.Unit == WorkDay || t.Unit == Month }

// length is how long a term in hours runs.
func (t Term) length() time.Duration {
	if t.Unit == Minute {
		return time.Duration(t.N) * time.Minute
	}
	return time.Duration(t.N) * time.Hour
}

// MarshalText writes String.
func (t Term) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes; "" gives the zero Term.
func (t *Term) UnmarshalText(b []byte) (err error) {
	*t = Term{}
	if len(b) > 0 {
		*t, err = ParseTerm(string(b))
	}
	return err
}
