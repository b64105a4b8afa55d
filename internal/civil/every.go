package civil

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Cycle is how often an Every comes round.
type Cycle uint8

const (
	Weekly Cycle = iota + 1 // Monday to Sunday
	Monthly
	Quarterly
	HalfYearly
	Yearly
	Daily
	OddMonthly // January, March, …: the months that have an odd number
	EveryDays  // so many days, counted on from a day
)

var cycles = [...]struct {
	name, words string
	months      int
}{
	Weekly:     {"week", "每周", 0},
	Monthly:    {"month", "每月", 1},
	Quarterly:  {"quarter", "每季度", 3},
	HalfYearly: {"half-year", "每半年", 6},
	Yearly:     {"year", "每年", 12},
	Daily:      {"day", "每日", 0},
	OddMonthly: {"odd-month", "每逢单月", 2}, // the even month that follows is its pause
	EveryDays:  {"days", "每%d日", 0},
}

// An Every (周期) is a recurring duty. In text:
//
//	day week month quarter half-year year   due on the last day of the period
//	odd-month, odd-month+10d            due on the last day of January, March, …, for that month
//	100d@2026-01-01                     every hundred days that are counted on from that day; due on the last of them
//	quarter+10d, year+1mo               due that long after the last day of the period (d or mo)
//	year:11-20                          due by 20 November, for the calendar year it falls in
//	year:03/last-monday                 due on the last Monday of March, for that day
//	year:03/last-monday-week            due in the week (Monday to Sunday) of that day, by its Sunday, for that week
//	year:03/last-week-monday            due on the Monday of the last week that lies in March with all its days, for that day
//	year@09, half-year@09+10d           as without @, of years that begin on 1 September: school years and terms
//	year@09:03-31                       due by 31 March, for the year since September that it falls in
//	once:2016-06-30                     due on that day and never again, for the part of its year until then
//
// The ordinal is first, second, third, fourth or last; no whole week is asked for as the fourth, which some months lack. "month:03/…" is
// read as "year:03/…". Every is comparable; the zero Every never comes.
type Every struct {
	cycle   Cycle
	begins  time.Month   // first month of the years that are counted in; 0 is January
	after   Term         // grace after the period
	month   time.Month   // of a fixed day in the year; 0 when there is none
	day     int          // of month, or 0 when the day is given by ordinal and weekday
	ordinal int          // 1 to 4, 5 for last
	weekday time.Weekday // with ordinal
	whole   bool         // the ordinal counts weeks that lie in the month with all their days, not weekdays
	week    bool         // the whole week of that day
	once    Date         // the only day; zero: it comes again and again
	days    int          // of EveryDays
	since   Date         // from which they are counted
}

// A Period is a stretch of days, both included.
type Period struct{ From, To Date }

// ParseEvery reads the forms above.
func ParseEvery(s string) (Every, error) {
	bad := func(why string) (Every, error) {
		return Every{}, fmt.Errorf("周期 %q：%s", s, why)
	}
	head, fixed, hasFixed := strings.Cut(s, ":")
	if head == "once" {
		d, err := ParseDate(fixed)
		if err != nil {
			return bad(err.Error())
		}
		return Every{once: d}, nil
	}
	head, grace, hasGrace := strings.Cut(head, "+")
	head, begins, hasBegins := strings.Cut(head, "@")
	var e Every
	for c := Weekly; c < EveryDays; c++ {
		if cycles[c].name == head {
			e.cycle = c
		}
	}
	if e.cycle == 0 && hasBegins {
		if why := e.count(head, begins); why != "" {
			return bad(why)
		}
	}
	if hasBegins && e.cycle != 0 && e.cycle != EveryDays {
		if why := e.begin(begins); why != "" {
			return bad(why)
		}
	}
	switch {
	case e.cycle == 0:
		return bad("应以 day、week、month、odd-month、quarter、half-year 或 year 开头，或写作 100d@2026-01-01")
	case hasFixed && hasGrace:
		return bad("“:” 与 “+” 不能同用")
	case hasGrace:
		t, err := ParseTerm(grace)
		if err != nil {
			return bad(err.Error())
		}
		if t.Unit != Day && t.Unit != Month {
			return bad("“+” 后应为日（d）或月（mo）")
		}
		e.after = t
		return e, nil
	case !hasFixed:
		return e, nil
	case e.cycle == Monthly && strings.Contains(fixed, "/"):
		e.cycle = Yearly
	case e.cycle != Yearly:
		return bad("只有 year 可以指定日期")
	}
	if why := e.fix(fixed); why != "" {
		return bad(why)
	}
	return e, nil
}

// count reads "100d" and "2026-01-01", and says what is wrong with them; what is no number of days is left for others.
func (e *Every) count(head, since string) (why string) {
	n, isDays := strings.CutSuffix(head, "d")
	days, err := strconv.ParseUint(n, 10, 16)
	if !isDays || err != nil {
		return ""
	}
	if days < 2 || days > 3660 {
		return "日数应为 2 至 3660"
	}
	if e.since, err = ParseDate(since); err != nil {
		return err.Error()
	}
	e.cycle, e.days = EveryDays, int(days)
	return ""
}

// begin reads the first month of the years, "09", and says what is wrong with it.
func (e *Every) begin(month string) (why string) {
	if e.cycle != Quarterly && e.cycle != HalfYearly && e.cycle != Yearly {
		return "只有 quarter、half-year 和 year 可以用 @ 指定从几月起算"
	}
	m, err := strconv.ParseUint(month, 10, 8)
	if err != nil || len(month) != 2 || m < 2 || m > 12 {
		return "@ 后应为起始月份 02 至 12"
	}
	e.begins = time.Month(m)
	return ""
}

var ordinals = [...]struct{ name, words string }{
	{}, {"first", "第一个"}, {"second", "第二个"}, {"third", "第三个"}, {"fourth", "第四个"}, {"last", "最后一个"},
}

var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// fix reads "11-20", "03/last-monday" or "03/last-monday-week" and says what is wrong with it.
func (e *Every) fix(s string) (why string) {
	if len(s) < 5 {
		return "日期应如 11-20 或 03/last-monday-week"
	}
	month, err := strconv.ParseUint(s[:2], 10, 8)
	if err != nil || month < 1 || month > 12 {
		return "月份应为 01 至 12"
	}
	e.month = time.Month(month)
	if s[2] == '-' {
		d, err := ParseDate("2000-" + s) // a leap year, so that 02-29 is a day
		if err != nil {
			return "日期 " + s + " 不存在"
		}
		e.day = d.Day
		return ""
	}
	ordinal, rest, ok := strings.Cut(s[3:], "-")
	if s[2] != '/' || !ok {
		return "日期应如 11-20 或 03/last-monday-week"
	}
	rest, e.whole = strings.CutPrefix(rest, "week-")
	rest, e.week = strings.CutSuffix(rest, "-week")
	weekday := -1
	for i, name := range weekdays {
		if name == rest {
			weekday = i
		}
	}
	for i := 1; i < len(ordinals); i++ {
		if ordinals[i].name == ordinal {
			e.ordinal = i
		}
	}
	if e.ordinal == 0 || weekday < 0 {
		return "应为 first、second、third、fourth 或 last 加星期，如 last-monday"
	}
	if e.whole && e.ordinal == 4 {
		return "不是每个月都有第四个整周"
	}
	e.weekday = time.Weekday(weekday)
	return ""
}

// String returns what ParseEvery reads, "" for the zero Every.
func (e Every) String() string {
	if !e.once.IsZero() {
		return "once:" + e.once.String()
	}
	if e.cycle == 0 {
		return ""
	}
	s := cycles[e.cycle].name
	if e.cycle == EveryDays {
		s = fmt.Sprintf("%dd@%s", e.days, e.since)
	}
	if e.begins != 0 {
		s += fmt.Sprintf("@%02d", int(e.begins))
	}
	switch {
	case !e.after.IsZero():
		return s + "+" + e.after.String()
	case e.month == 0:
		return s
	case e.day > 0:
		return fmt.Sprintf("%s:%02d-%02d", s, int(e.month), e.day)
	}
	s += fmt.Sprintf(":%02d/%s-", int(e.month), ordinals[e.ordinal].name)
	if e.whole {
		s += "week-"
	}
	s += weekdays[e.weekday]
	if e.week {
		s += "-week"
	}
	return s
}

// Words returns the cycle in Chinese: "每季度", "每季度结束后10日内", "每年11月20日前", "每年3月最后一个周一所在周",
// "每年（9月起）".
func (e Every) Words() string {
	if !e.once.IsZero() {
		return e.once.Words() + "前，一次"
	}
	if e.cycle == 0 {
		return ""
	}
	words := cycles[e.cycle].words
	if e.cycle == EveryDays {
		words = fmt.Sprintf(words, e.days) + "（" + e.since.Words() + "起）"
	}
	if e.begins != 0 {
		words += fmt.Sprintf("（%d月起）", int(e.begins))
	}
	switch {
	case !e.after.IsZero():
		return words + "结束后" + e.after.Words() + "内"
	case e.month == 0:
		return words
	case e.day > 0:
		return fmt.Sprintf("%s%d月%d日前", words, int(e.month), e.day)
	}
	of := ordinals[e.ordinal].words
	if e.whole {
		of = strings.TrimSuffix(of, "个") + "个整周的"
	}
	words = fmt.Sprintf("%s%d月%s%s", words, int(e.month), of, weekdayWords[e.weekday])
	if e.week {
		words += "所在周"
	}
	return words
}

// IsZero reports whether e never comes.
func (e Every) IsZero() bool { return e.cycle == 0 && e.once.IsZero() }

// Once reports whether e comes on one day and never again.
func (e Every) Once() bool { return !e.once.IsZero() }

// Next returns the first due date later than after, and the period that is reported on or, for a day or week of the year, in which the duty
// is done. The due date is a calendar date: whether a day off moves it is for the Law of the duty. Both are zero when it does
// not come any more.
func (e Every) Next(after Date) (period Period, due Date) {
	switch {
	case e.once.After(after):
		return Period{Date{e.once.Year, time.January, 1}, e.once}, e.once
	case e.cycle == 0:
		return Period{}, Date{}
	}
	if e.days > 0 && after.Before(e.since) {
		after = e.since.AddDays(-1)
	}
	period = e.period(after)
	for due = e.due(period); due.After(after); due = e.due(period) { // a grace may leave earlier periods still to come
		period = e.period(period.From.AddDays(-1))
	}
	for !due.After(after) || e.days > 0 && period.From.Before(e.since) {
		period = e.period(period.To.AddDays(1))
		due = e.due(period)
	}
	return e.reported(period, due), due
}

// period returns the week, month, … year that holds d.
func (e Every) period(d Date) Period {
	if e.cycle == Weekly {
		monday := d.AddDays(-((int(d.Weekday()) + 6) % 7))
		return Period{monday, monday.AddDays(6)}
	}
	if e.cycle == Daily {
		return Period{d, d}
	}
	if e.cycle == EveryDays {
		n := d.Sub(e.since)
		into := (n%e.days + e.days) % e.days
		return Period{d.AddDays(-into), d.AddDays(e.days - 1 - into)}
	}
	months := cycles[e.cycle].months
	into := (int(d.Month) - e.january() + 12) % 12 % months // months of the period that are over
	first := Date{d.Year, d.Month, 1}.AddMonths(-into)
	return Period{first, first.AddMonths(months - 1).MonthEnd()}
}

// january is the number of the month with which years begin.
func (e Every) january() int { return max(1, int(e.begins)) }

func (e Every) due(p Period) Date {
	if e.cycle == OddMonthly {
		p.To = p.From.MonthEnd()
	}
	switch {
	case e.after.Unit == Day:
		return p.To.AddDays(e.after.N)
	case e.after.Unit == Month:
		return p.To.AddMonths(e.after.N)
	case e.month == 0:
		return p.To
	}
	first := Date{p.From.Year, e.month, 1}
	if first.Before(p.From) { // a month of the calendar year after that in which p began
		first = first.AddMonths(12)
	}
	if e.day > 0 {
		return first.AddDays(e.day - 1).atMost(first.MonthEnd())
	}
	day := e.nth(first)
	if e.week {
		return day.AddDays((7 - int(day.Weekday())) % 7)
	}
	return day
}

func (d Date) atMost(last Date) Date {
	if d.After(last) {
		return last
	}
	return d
}

// nth returns the ordinal weekday of the month that begins with first, or the weekday of its ordinal whole week.
func (e Every) nth(first Date) Date {
	if e.whole {
		monday := first.AddDays((8 - int(first.Weekday())) % 7)
		if e.ordinal < 5 {
			monday = monday.AddDays(7 * (e.ordinal - 1))
		} else {
			last := first.MonthEnd()
			monday = last.AddDays(-int(last.Weekday()) - 6)
		}
		return monday.AddDays((int(e.weekday) + 6) % 7)
	}
	if e.ordinal < 5 {
		return first.AddDays((int(e.weekday)-int(first.Weekday())+7)%7 + 7*(e.ordinal-1))
	}
	last := first.MonthEnd()
	return last.AddDays(-((int(last.Weekday()) - int(e.weekday) + 7) % 7))
}

func (e Every) reported(p Period, due Date) Period {
	switch {
	case e.cycle == OddMonthly:
		return Period{p.From, p.From.MonthEnd()}
	case e.ordinal == 0:
		return p
	case e.week:
		return Period{due.AddDays(-6), due}
	}
	return Period{due, due}
}
