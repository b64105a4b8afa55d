package ui

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
)

// Money writes an amount in fen as yuan: 123450 → "1,234.50 元", in English "¥1,234.50".
func Money(ctx context.Context, fen int64) string {
	sign := ""
	u := uint64(fen)
	if fen < 0 {
		sign, u = "-", -u
	}
	s := fmt.Sprintf("%s%s.%02d", sign, group(strconv.FormatUint(u/100, 10)), u%100)
	if LangOf(ctx) == English {
		return "¥" + s
	}
	return s + " 元"
}

// Count writes a whole number with groups of three: "1,234,567".
func Count[I ~int | ~int64](n I) string {
	if n < 0 {
		return "-" + group(strings.TrimPrefix(strconv.FormatInt(int64(n), 10), "-"))
	}
	return group(strconv.FormatInt(int64(n), 10))
}

func group(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Percent writes a share to one decimal: (3, 8) → "37.5%". Of nothing it is "—", never 0 % or 100 %.
func Percent(part, whole int64) string {
	if whole == 0 {
		return "—"
	}
	return strconv.FormatFloat(float64(part)/float64(whole)*100, 'f', 1, 64) + "%"
}

// Size writes a number of bytes: "2.4 MB".
func Size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) + " MB"
	case bytes >= 1<<10:
		return strconv.FormatInt((bytes+512)>>10, 10) + " KB"
	}
	return strconv.FormatInt(bytes, 10) + " B"
}

var weekdays = [...]string{N("周日"), N("周一"), N("周二"), N("周三"), N("周四"), N("周五"), N("周六")}

// Weekday names a day of the week: "周五", in English "Fri".
func Weekday(ctx context.Context, d time.Weekday) string { return T(ctx, weekdays[d]) }

// Date writes a day: "2026年10月9日", in English "9 Oct 2026"; "—" for the zero time.
func Date(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	if LangOf(ctx) == English {
		return t.In(civil.Shanghai).Format("2 Jan 2006")
	}
	return t.In(civil.Shanghai).Format("2006年1月2日")
}

// DateWeek writes a day with its weekday: "2026年10月9日 周五".
func DateWeek(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return Date(ctx, t) + " " + T(ctx, weekdays[t.In(civil.Shanghai).Weekday()])
}

// DateTime writes an instant to the minute: "2026年10月9日 16:30".
func DateTime(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return Date(ctx, t) + " " + t.In(civil.Shanghai).Format("15:04")
}

// Brief writes an instant as short as now allows: "16:30" today, "10月9日 16:30" this year, else "2025-10-09".
func Brief(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	a, b := t.In(civil.Shanghai), now.In(civil.Shanghai)
	switch {
	case a.Year() != b.Year():
		return a.Format("2006-01-02")
	case a.YearDay() == b.YearDay():
		return a.Format("15:04")
	case LangOf(ctx) == English:
		return a.Format("2 Jan 15:04")
	}
	return a.Format("1月2日 15:04")
}

// Until writes a limit that is the exclusive end of its last day as that day: midnight after 9 October is
// "2026年10月9日 24:00". Any other instant is as DateTime writes it.
func Until(ctx context.Context, due time.Time) string {
	if due.IsZero() {
		return "—"
	}
	d := due.In(civil.Shanghai)
	if d.Hour() == 0 && d.Minute() == 0 && d.Second() == 0 {
		return DateWeek(ctx, d.AddDate(0, 0, -1)) + " 24:00"
	}
	return DateWeek(ctx, d) + " " + d.Format("15:04")
}

// Duration writes a length of time in its two largest units: "2天3小时", "45分钟", "不到1分钟".
func Duration(ctx context.Context, d time.Duration) string {
	if d < 0 {
		d = -d
	}
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0 && hours > 0 && days < 10:
		return T(ctx, "%d天%d小时", days, hours)
	case days > 0:
		return T(ctx, "%d天", days)
	case hours > 0 && minutes > 0:
		return T(ctx, "%d小时%d分钟", hours, minutes)
	case hours > 0:
		return T(ctx, "%d小时", hours)
	case minutes > 0:
		return T(ctx, "%d分钟", minutes)
	}
	return T(ctx, "不到1分钟")
}

// Ago writes how long since t: "3天前", "刚刚".
func Ago(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	if d := now.Sub(t); d >= time.Minute {
		return T(ctx, "%s前", Duration(ctx, d))
	}
	return T(ctx, "刚刚")
}

// Left writes what is left until due by the clock: "还剩 2天3小时" or "已超 5小时".
func Left(ctx context.Context, due, now time.Time) string {
	if due.IsZero() {
		return "—"
	}
	if now.Before(due) {
		return T(ctx, "还剩 %s", Duration(ctx, due.Sub(now)))
	}
	return T(ctx, "已超 %s", Duration(ctx, now.Sub(due)))
}

// iso is the value of a time element's datetime attribute.
func iso(t time.Time) string { return t.In(civil.Shanghai).Format(time.RFC3339) }
