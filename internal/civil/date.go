package civil

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// Shanghai is the one time zone of the program: +08:00 all year. (China kept summer time until 1991; no deadline computed here is that old.)
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// A Date (日期) is a day of the Gregorian calendar without a time of day or a zone. The zero Date means "no date".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads "2026-10-09". Years 0001 to 9999; a date that does not exist is refused.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fmt.Errorf("日期 %q 不存在或格式不对，应如 2026-10-09", s)
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// MustDate is ParseDate for constants in code; it panics on a malformed date.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf returns the date on which t falls in zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// IsZero reports whether d is "no date".
func (d Date) IsZero() bool { return d == Date{} }

// String returns "2026-10-09", or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return string(d.append(make([]byte, 0, 10)))
}

func (d Date) append(b []byte) []byte {
	for unit := 1000; unit > 0; unit /= 10 {
		b = append(b, byte('0'+d.Year/unit%10))
	}
	return append(b, '-', byte('0'+int(d.Month)/10), byte('0'+int(d.Month)%10), '-', byte('0'+d.Day/10), byte('0'+d.Day%10))
}

// Words returns the date as a Chinese reader writes it, "2026年10月9日".
func (d Date) Words() string {
	return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Day)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekday(d.number()) }

// AddDays returns the date n days later (earlier when n is negative).
func (d Date) AddDays(n int) Date { return dateOf(d.number() + n) }

// AddMonths returns the corresponding day n months later, or that month's last day when it has none (Civil Code art. 202):
// 31 January and one month is 28 February, or 29 in a leap year.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// MonthEnd returns the last day of d's month.
func (d Date) MonthEnd() Date { return Date{d.Year, d.Month, 31}.AddMonths(0) }

// Sub returns the number of days from e to d; positive when d is later.
func (d Date) Sub(e Date) int { return d.number() - e.number() }

// Compare returns -1, 0 or 1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// In returns the instant at which d begins (00:00) in zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; "" gives the zero Date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d = Date{}
	if len(b) > 0 {
		*d, err = ParseDate(string(b))
	}
	return err
}

// Value stores the date as text YYYY-MM-DD, the zero Date as "".
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads what Value stores.
func (d *Date) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fmt.Errorf("civil.Date: cannot scan %T", v)
}

// ParseInstant reads an RFC 3339 time; the seconds may be left out, the zone may not. The result is in Shanghai,
// in the years 0001 to 9999.
func ParseInstant(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		t, err := time.Parse(layout, s)
		if t = t.In(Shanghai); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("时间 %q 不存在或格式不对，应如 2026-09-29T16:30:00+08:00（须带时区）", s)
}

const secondsPerDay = 24 * 60 * 60

// number counts days from 1970-01-01, so that a calendar is an array and arithmetic is addition.
func (d Date) number() int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

func dateOf(number int) Date {
	y, m, d := time.Unix(int64(number)*secondsPerDay, 0).UTC().Date()
	return Date{y, m, d}
}

func weekday(number int) time.Weekday {
	return time.Weekday(((number+int(time.Thursday))%7 + 7) % 7) // 1970-01-01 was a Thursday
}

// The last and first days that a Date can name.
var (
	maxDay = Date{9999, time.December, 31}.number()
	minDay = Date{1, time.January, 1}.number()
)
