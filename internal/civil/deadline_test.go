package civil

import (
	"strings"
	"testing"
	"time"

	"linli/internal/law"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := ParseInstant(s + "+08:00")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// pausesOf reads "A/B A/B …", times of Shanghai; an empty B is an open pause.
func pausesOf(t testing.TB, s string) (pauses []Pause) {
	t.Helper()
	for _, f := range strings.Fields(s) {
		a, b, _ := strings.Cut(f, "/")
		p := Pause{From: instant(t, a)}
		if b != "" {
			p.To = instant(t, b)
		}
		pauses = append(pauses, p)
	}
	return pauses
}

// A deadlineCase is written as at a window: from, term, pauses, and the moment at which the term ends.
type deadlineCase struct{ from, term, pauses, due string }

func (c deadlineCase) check(t *testing.T, l Law) {
	t.Helper()
	pauses := pausesOf(t, c.pauses)
	d, err := l.Deadline(instant(t, c.from), MustTerm(c.term), pauses)
	if err != nil {
		t.Errorf("%+v: %v", c, err)
		return
	}
	got := d.Due.Format("2006-01-02T15:04")
	if d.Stopped {
		got = d.Left.Words()
	}
	if got != c.due {
		t.Errorf("%s and %s, paused %q: due %s, want %s\n%s", c.from, c.term, c.pauses, got, c.due, strings.Join(d.Steps, "\n"))
	}
	if due, err := l.Due(instant(t, c.from), MustTerm(c.term), pauses); err != nil || !due.Equal(d.Due) {
		t.Errorf("%+v: Due says %v, %v", c, due, err)
	}
}

// 2026: 25-27 September and 1-7 October off, 20 September (Sunday) and 10 October (Saturday) worked; 15-23 February off, 14 and 28 February
// (Saturdays) worked.
func TestWorkingDayTerms(t *testing.T) {
	for _, c := range []deadlineCase{
		{"2026-09-29T16:30", "3wd", "", "2026-10-10T00:00"},  // 30, 8, 9
		{"2026-09-29T16:30", "4wd", "", "2026-10-11T00:00"},  // and the make-up Saturday
		{"2026-09-29T16:30", "5wd", "", "2026-10-13T00:00"},  // Sunday the 11th is off
		{"2026-09-29T16:30", "15wd", "", "2026-10-27T00:00"}, // 30, 8-10, 12-16, 19-23, 26
		{"2026-09-24T00:00", "1wd", "", "2026-09-29T00:00"},  // Mid-autumn
		{"2026-09-24T23:59", "1wd", "", "2026-09-29T00:00"},
		{"2026-09-19T10:00", "1wd", "", "2026-09-21T00:00"}, // event on a Saturday off, Sunday is worked
		{"2026-10-03T10:00", "1wd", "", "2026-10-09T00:00"}, // event on a holiday
		{"2026-02-13T10:00", "1wd", "", "2026-02-15T00:00"}, // the Saturday before Spring Festival
		{"2026-02-13T10:00", "2wd", "", "2026-02-25T00:00"},
		{"2026-02-13T10:00", "6wd", "", "2026-03-01T00:00"}, // 14, 24-27 and the Saturday after
		{"2026-02-13T10:00", "7wd", "", "2026-03-03T00:00"},
		{"2020-01-31T10:00", "1wd", "", "2020-02-04T00:00"}, // the lengthened Spring Festival ended on 2 February
		{"2023-12-29T10:00", "1wd", "", "2024-01-03T00:00"}, // over New Year
	} {
		c.check(t, CivilCode())
	}
}

func TestCalendarTerms(t *testing.T) {
	for _, c := range []deadlineCase{
		{"2026-10-12T10:00", "3d", "", "2026-10-16T00:00"},
		{"2026-09-30T10:00", "3d", "", "2026-10-09T00:00"}, // 3 October is a holiday
		{"2026-09-30T10:00", "8d", "", "2026-10-09T00:00"},
		{"2026-02-10T10:00", "7d", "", "2026-02-25T00:00"},
		{"2026-02-12T10:00", "2d", "", "2026-02-15T00:00"}, // ends on a Saturday that is worked
		{"2026-09-18T10:00", "1d", "", "2026-09-21T00:00"}, // a Saturday off, and the Sunday after it is worked
		{"2026-10-16T10:00", "1d", "", "2026-10-20T00:00"}, // an ordinary Saturday
		{"2026-01-31T10:00", "1mo", "", "2026-03-01T00:00"},
		{"2025-01-31T10:00", "1mo", "", "2025-03-01T00:00"},
		{"2024-01-31T10:00", "1mo", "", "2024-03-01T00:00"}, // 29 February
		{"2023-12-31T10:00", "2mo", "", "2024-03-01T00:00"},
		{"2024-02-29T10:00", "12mo", "", "2025-03-01T00:00"},
		{"2026-08-31T10:00", "1mo", "", "2026-10-01T00:00"},
		{"2026-09-01T10:00", "1mo", "", "2026-10-09T00:00"}, // 1 October rolls to the 8th
		{"2026-09-10T10:00", "1mo", "", "2026-10-11T00:00"}, // the make-up Saturday
		{"2026-09-11T10:00", "1mo", "", "2026-10-13T00:00"},
		{"2026-11-15T10:00", "1mo", "", "2026-12-16T00:00"},
	} {
		c.check(t, CivilCode())
	}
}

func TestHourTerms(t *testing.T) {
	for _, c := range []deadlineCase{
		{"2026-10-12T11:00", "2wh", "", "2026-10-12T15:00"}, // over lunch
		{"2026-10-12T08:00", "4wh", "", "2026-10-12T12:00"}, // not 14:00
		{"2026-10-12T06:00", "1wh", "", "2026-10-12T09:00"},
		{"2026-10-12T12:00", "1wh", "", "2026-10-12T15:00"},
		{"2026-10-12T18:00", "1wh", "", "2026-10-13T09:00"},
		{"2026-10-12T17:00", "1wh", "", "2026-10-12T18:00"},
		{"2026-10-16T17:00", "2wh", "", "2026-10-19T09:00"}, // over a weekend
		{"2026-10-09T17:00", "2wh", "", "2026-10-10T09:00"}, // into a make-up Saturday
		{"2026-09-30T16:30", "4wh", "", "2026-10-08T10:30"}, // over National Day
		{"2026-10-03T10:00", "8wh", "", "2026-10-08T18:00"},
		{"2026-10-12T23:00", "2h", "", "2026-10-13T01:00"},
		{"2026-10-03T10:00", "72h", "", "2026-10-06T10:00"}, // by the clock, holiday or not
		{"2026-10-12T10:00", "90m", "", "2026-10-12T11:30"},
	} {
		c.check(t, CivilCode())
	}
	d, err := CivilCode().Deadline(instant(t, "2026-10-12T22:00"), MustTerm("2h"), nil)
	if err != nil || d.LastDay != MustDate("2026-10-12") {
		t.Errorf("a term that ends at midnight ends on the day before: %v, %v", d.LastDay, err)
	}
}

func TestHalfDays(t *testing.T) {
	morning := CivilCode().WithCalendar(Standard().With([]Mark{{MustDate("2026-10-13"), "半天", Morning}}), law.MustParse("city-1#1"))
	for _, c := range []deadlineCase{
		{"2026-10-13T08:00", "5wh", "", "2026-10-14T09:00"},
		{"2026-10-13T13:00", "1wh", "", "2026-10-14T09:00"},
		{"2026-10-12T10:00", "1wd", "", "2026-10-14T00:00"}, // half a working day is one
		{"2026-10-12T10:00", "1d", "", "2026-10-14T00:00"},
	} {
		c.check(t, morning)
	}
	deadlineCase{"2026-10-12T10:00", "1wd", "", "2026-10-13T12:00"}.check(t, morning.WithCloseOfBusiness(law.MustParse("city-1#2")))
	afternoon := CivilCode().WithCalendar(Standard().With([]Mark{{MustDate("2026-10-13"), "半天", Afternoon}}), law.MustParse("city-1#1"))
	deadlineCase{"2026-10-13T08:00", "5wh", "", "2026-10-14T09:00"}.check(t, afternoon)
	deadlineCase{"2026-10-13T08:00", "1wh", "", "2026-10-13T15:00"}.check(t, afternoon)
}

func TestPausesOfDayTerms(t *testing.T) {
	for _, c := range []deadlineCase{
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/2026-10-14T09:00", "2026-10-29T00:00"},                                   // 13 and 14 are out
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/2026-10-12T17:00", "2026-10-27T00:00"},                                   // paused and resumed on one day
		{"2026-09-29T16:30", "15wd", "2026-10-12T09:00/2026-10-12T10:00 2026-10-12T15:00/2026-10-12T16:00", "2026-10-27T00:00"}, // twice on one day
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/2026-10-14T09:00 2026-10-14T15:00/2026-10-15T09:00", "2026-10-30T00:00"}, // again on the day of resumption
		{"2026-09-29T16:30", "15wd", "2026-10-13T10:00/2026-10-15T09:00 2026-10-12T10:00/2026-10-14T09:00", "2026-10-30T00:00"}, // overlapping, unordered
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/2026-10-15T09:00 2026-10-13T10:00/2026-10-14T09:00", "2026-10-30T00:00"}, // one inside the other
		{"2026-09-29T16:30", "15wd", "2026-09-20T10:00/2026-09-29T12:00", "2026-10-27T00:00"},                                   // over before the event
		{"2026-09-29T16:30", "15wd", "2026-09-28T10:00/2026-10-09T09:00", "2026-10-30T00:00"},                                   // began before it
		{"2026-09-29T16:30", "15wd", "2026-10-27T00:00/", "2026-10-27T00:00"},                                                   // begins when the term has ended
		{"2026-09-29T16:30", "15wd", "2026-10-26T10:00/", "2026-10-27T00:00"},                                                   // the day of the pause counts, also the last
		{"2026-09-29T16:30", "15wd", "2026-10-01T10:00/2026-10-06T10:00", "2026-10-27T00:00"},                                   // within the holiday
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/", "还剩10个工作日"},                                                           // 30, 8, 9, 10, 12 are used
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/ 2026-10-09T10:00/", "还剩12个工作日"},                                         // the earlier one decides
		{"2026-10-12T10:00", "3d", "2026-10-13T10:00/2026-10-14T10:00", "2026-10-17T00:00"},                                     // 13, 15, 16
		{"2026-10-12T10:00", "3d", "2026-10-13T10:00/2026-10-15T10:00", "2026-10-20T00:00"},                                     // 13, 16, 17 is a Saturday
		{"2026-10-12T10:00", "5d", "2026-10-17T10:00/2026-10-20T10:00", "2026-10-22T00:00"},                                     // the 17th rolls past the pause
		{"2026-10-12T10:00", "5d", "2026-10-17T10:00/", "天数已计满"},                                                                // and waits for its end
		{"2026-10-12T10:00", "1mo", "2026-10-20T10:00/2026-10-23T10:00", "2026-11-17T00:00"},                                    // 12 November and three days, a Sunday
		{"2026-10-12T10:00", "1mo", "2026-10-20T10:00/", "还剩23日"},
	} {
		c.check(t, CivilCode())
	}
}

func TestPausesOfHourTerms(t *testing.T) {
	for _, c := range []deadlineCase{
		{"2026-10-12T08:00", "4wh", "2026-10-12T09:00/2026-10-12T11:00", "2026-10-12T16:00"},
		{"2026-10-12T08:00", "4wh", "2026-10-12T09:00/2026-10-12T11:00 2026-10-12T10:00/2026-10-12T12:00", "2026-10-12T17:00"},
		{"2026-10-12T08:00", "4wh", "2026-10-12T12:00/2026-10-12T14:00", "2026-10-12T12:00"}, // begins as the term ends
		{"2026-10-12T08:00", "6wh", "2026-10-12T12:00/2026-10-12T14:00", "2026-10-12T16:00"}, // over lunch
		{"2026-10-12T16:00", "4wh", "2026-10-12T18:30/2026-10-13T07:00", "2026-10-13T10:00"}, // over night
		{"2026-10-12T16:00", "4wh", "2026-10-12T17:00/2026-10-13T09:00", "2026-10-13T12:00"},
		{"2026-10-12T08:00", "4wh", "2026-10-12T07:00/2026-10-12T09:00", "2026-10-12T15:00"}, // began before the event
		{"2026-10-12T08:00", "4wh", "2026-10-12T09:30/2026-10-12T09:30", "2026-10-12T12:00"}, // without length
		{"2026-10-12T08:00", "4wh", "2026-10-12T09:00/", "还剩办公时间3小时"},
		{"2026-10-12T08:00", "4h", "2026-10-12T09:00/2026-10-12T11:00", "2026-10-12T14:00"},
		{"2026-10-12T08:00", "4h", "2026-10-12T09:00/2026-10-12T11:00 2026-10-12T13:00/2026-10-12T13:30", "2026-10-12T14:30"},
		{"2026-10-12T08:00", "90m", "2026-10-12T08:15/", "还剩1小时15分钟"},
		{"2026-10-12T08:00", "4h", "2026-10-12T12:00/", "2026-10-12T12:00"},
	} {
		c.check(t, CivilCode())
	}
}

func TestVariants(t *testing.T) {
	why := law.MustParse("city-1#3.2")
	event := CivilCode().WithEventDay(why)
	closing := CivilCode().WithCloseOfBusiness(why)
	for _, c := range []struct {
		law Law
		deadlineCase
	}{
		{event, deadlineCase{"2026-09-30T10:00", "1wd", "", "2026-10-01T00:00"}},
		{event, deadlineCase{"2026-10-03T10:00", "1wd", "", "2026-10-09T00:00"}}, // a holiday cannot count
		{event, deadlineCase{"2026-10-12T10:00", "3d", "", "2026-10-15T00:00"}},  // 12, 13, 14
		{event, deadlineCase{"2026-01-15T10:00", "1mo", "", "2026-02-15T00:00"}}, // to the 14th, a make-up Saturday
		{event, deadlineCase{"2026-03-01T10:00", "1mo", "", "2026-04-01T00:00"}}, // a whole March
		{event, deadlineCase{"2024-01-31T10:00", "1mo", "", "2024-03-01T00:00"}}, // no 31 February
		{event, deadlineCase{"2026-10-12T23:00", "2h", "", "2026-10-13T01:00"}},  // hours are not touched
		{closing, deadlineCase{"2026-09-29T16:30", "3wd", "", "2026-10-09T18:00"}},
		{closing, deadlineCase{"2026-09-30T10:00", "3d", "", "2026-10-08T18:00"}},
		{closing.WithEventDay(why), deadlineCase{"2026-09-29T17:59", "1wd", "", "2026-09-29T18:00"}},
		{closing.WithEventDay(why), deadlineCase{"2026-09-29T18:00", "1wd", "", "2026-09-30T18:00"}}, // its day is over
		{CivilCode().WithoutRollOff(why), deadlineCase{"2026-09-30T10:00", "3d", "", "2026-10-04T00:00"}},
		{CivilCode().WithPauseDays(true, false, why), deadlineCase{"2026-10-12T10:00", "5wd", "2026-10-14T10:00/2026-10-15T10:00", "2026-10-22T00:00"}},
		{CivilCode().WithPauseDays(false, true, why), deadlineCase{"2026-10-12T10:00", "5wd", "2026-10-14T10:00/2026-10-15T10:00", "2026-10-20T00:00"}},
		{CivilCode().WithPauseDays(true, true, why), deadlineCase{"2026-10-12T10:00", "5wd", "2026-10-14T10:00/2026-10-15T10:00", "2026-10-21T00:00"}},
	} {
		c.check(t, c.law)
		if err := c.law.Check(); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestVariationNeedsClause(t *testing.T) {
	if err := CivilCode().Check(); err != nil {
		t.Errorf("the Civil Code itself: %v", err)
	}
	l := CivilCode()
	l.CountEventDay, l.CloseOfBusiness, l.RollOffDays, l.PauseDayStops = true, true, false, true
	l.Hours, l.Calendar = Hours{[]Span{{0, time.Hour}}}, Standard().With(nil)
	err := l.Check()
	if err == nil || strings.Count(err.Error(), "须注明依据的条款") != 6 {
		t.Errorf("six variations without a clause: %v", err)
	}
	if base := CivilCode().Basis[BasisStart]; base.ID != "201" {
		t.Errorf("a variant changed the Civil Code: %v", base)
	}
}

func TestOtherZones(t *testing.T) {
	at, err := ParseInstant("2026-09-29T20:00:00Z") // 30 September, 04:00 in Shanghai
	if err != nil {
		t.Fatal(err)
	}
	d, err := CivilCode().Deadline(at.UTC(), MustTerm("1wd"), nil)
	if err != nil || d.Due.Format(time.RFC3339) != "2026-10-09T00:00:00+08:00" {
		t.Errorf("%v, %v", d.Due, err)
	}
	d, err = CivilCode().Deadline(at.UTC(), MustTerm("2h"), nil)
	if err != nil || d.Due.Format(time.RFC3339) != "2026-09-30T06:00:00+08:00" {
		t.Errorf("%v, %v", d.Due, err)
	}
}

func TestProvisional(t *testing.T) {
	for _, c := range []struct {
		from, term string
		want       bool
		year       string
	}{
		{"2026-12-25T10:00", "4wd", false, ""}, // 28, 29, 30, 31 December
		{"2026-12-25T10:00", "5wd", true, "2027年没有"},
		{"2026-12-25T10:00", "300wd", true, "2027年至2028年没有"},
		{"2026-12-25T10:00", "7d", true, "2027年没有"}, // 1 January is a Friday, but who knows
		{"2026-12-25T10:00", "7h", false, ""},
		{"2026-12-31T17:00", "1wh", false, ""},
		{"2026-12-31T17:00", "2wh", true, "2027年没有"},
		{"2026-12-31T17:00", "100h", false, ""}, // the clock needs no calendar
		{"2003-12-30T17:00", "1wd", true, "2003年没有"},
		{"2026-11-30T10:00", "1mo", false, ""},
		{"2026-12-01T10:00", "1mo", true, "2027年没有"},
	} {
		d, err := CivilCode().Deadline(instant(t, c.from), MustTerm(c.term), nil)
		if err != nil || d.Provisional != c.want {
			t.Errorf("%s and %s: provisional %v, %v", c.from, c.term, d.Provisional, err)
		}
		if all := strings.Join(d.Steps, ""); strings.Contains(all, "没有已公布的工作日历") != c.want || !strings.Contains(all, c.year) {
			t.Errorf("%s and %s: %v", c.from, c.term, d.Steps)
		}
	}
}

func TestRefused(t *testing.T) {
	from := instant(t, "2026-09-29T16:30")
	for _, c := range []struct {
		law    Law
		from   time.Time
		term   Term
		pauses []Pause
		want   string
	}{
		{CivilCode(), from, Term{}, nil, "单位"},
		{CivilCode(), from, Term{0, Day}, nil, "1 至"},
		{CivilCode(), from, Term{36501, Day}, nil, "1 至"},
		{CivilCode(), from, Term{1, Day}, []Pause{{From: from, To: from.Add(-1)}}, "早于开始"},
		{CivilCode(), from, Term{1, Day}, []Pause{{To: from}}, "没有开始"},
		{CivilCode(), time.Date(9999, 12, 30, 0, 0, 0, 0, Shanghai), Term{9, WorkDay}, nil, "9999"},
		{CivilCode(), time.Date(9999, 12, 30, 0, 0, 0, 0, Shanghai), Term{9, Month}, nil, "9999"},
		{CivilCode(), time.Date(9999, 12, 31, 0, 0, 0, 0, Shanghai), Term{90, Hour}, nil, "9999"},
		{CivilCode(), time.Date(9999, 12, 31, 0, 0, 0, 0, Shanghai), Term{90, WorkHour}, nil, "9999"},
		{CivilCode(), time.Time{}.AddDate(-5, 0, 0), Term{1, Day}, nil, "公元"},
		{Law{}, from, Term{1, Day}, nil, "工作日历"},
		{Law{Calendar: Standard()}, from, Term{1, WorkHour}, nil, "办公时间"},
	} {
		if d, err := c.law.Deadline(c.from, c.term, c.pauses); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v and %v: %v, %v, want an error with %q", c.from, c.term, d.Due, err, c.want)
		}
	}
}

func TestSteps(t *testing.T) {
	d, err := CivilCode().Deadline(instant(t, "2026-09-29T16:30"), MustTerm("15wd"), pausesOf(t, "2026-10-12T10:00/2026-10-14T09:00"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"期限15个工作日，自2026年9月29日16:30起算。",
		"9月29日为起算日，不计入（民法典第二百零一条）。",
		"10月12日10:00暂停，10月14日09:00恢复：暂停当日计入，恢复当日不计入，10月13日至14日不计。",
		"10月1日至7日国庆节放假，不计入。",
		"10月10日（周六）调休上班，计入。",
		"其间不属节假日的周末共5天，不计入。",
		"第15个工作日为10月28日。",
		"期限于10月28日24:00届满（民法典第二百零三条）。",
	}
	if got := strings.Join(d.Steps, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("steps:\n%s", got)
	}
	l := CivilCode().WithEventDay(law.MustParse("city-1#3.2"))
	l.Cite = func(c law.Clause) string { return "《办法》第" + c.ID + "项" }
	d, err = l.Deadline(instant(t, "2026-01-31T16:30"), MustTerm("1mo"), nil)
	if err != nil || d.Steps[1] != "1月31日为起算日，计入（《办法》第3.2项）。" {
		t.Errorf("%v, %v", d.Steps, err)
	}
}
