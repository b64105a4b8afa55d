package civil

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"linli/internal/law"
)

// The points of a computation that a clause can decide: keys of Law.Basis.
const (
	BasisStart    = "start"    // whether the day of the event counts
	BasisMonth    = "month"    // where a term in months ends
	BasisRoll     = "roll"     // whether a last day off moves to the next working day
	BasisEnd      = "end"      // at which moment the last day ends
	BasisHour     = "hour"     // when a term in hours begins
	BasisHours    = "hours"    // the office hours
	BasisPause    = "pause"    // how a pause counts
	BasisCalendar = "calendar" // days off beyond the national ones
)

// A Law (计算规则) says how a term is turned into a deadline. CivilCode gives the default; the With methods vary it, each with the clause
// that orders it. A Law is used as a value and never changed by a computation.
type Law struct {
	Calendar *Calendar      // which days are worked
	Hours    Hours          // office hours of a working day, at least one period
	Zone     *time.Location // in which days begin and end; nil means Shanghai

	CountEventDay   bool // the day of the event is the first day of a term in days or months
	RollOffDays     bool // a last day off moves to the next working day (terms in d and mo)
	CloseOfBusiness bool // a term in days or months ends at close of business of its last day, not at 24:00
	PauseDayStops   bool // the day on which a pause begins does not count (otherwise it does)
	ResumeDayCounts bool // the day on which a pause ends counts (otherwise it does not)

	Basis map[string]law.Clause   // the clause behind each point, for the explanation
	Cite  func(law.Clause) string // how a clause is written in a step; nil names articles of the Civil Code in words and others as document#clause
}

const civilCode = "civil-code"

var civilBasis = map[string]law.Clause{
	BasisStart: {Document: civilCode, ID: "201"},
	BasisHour:  {Document: civilCode, ID: "201"},
	BasisMonth: {Document: civilCode, ID: "202"},
	BasisRoll:  {Document: civilCode, ID: "203"},
	BasisEnd:   {Document: civilCode, ID: "203"},
}

// CivilCode returns the default law, Civil Code articles 200 to 204: the day of the event is not counted, a term in months ends on the
// corresponding day, a last day off moves to the next working day, and the last day ends at 24:00. The Code says nothing of pauses.
func CivilCode() Law {
	return Law{Calendar: Standard(), Hours: OfficeHours(), Zone: Shanghai, RollOffDays: true, Basis: civilBasis}
}

// WithEventDay counts the day of the event as the first day.
func (l Law) WithEventDay(why law.Clause) Law {
	l.CountEventDay = true
	return l.because(BasisStart, why)
}

// WithoutRollOff lets a term end on a day off.
func (l Law) WithoutRollOff(why law.Clause) Law {
	l.RollOffDays = false
	return l.because(BasisRoll, why)
}

// WithCloseOfBusiness ends the last day at close of business.
func (l Law) WithCloseOfBusiness(why law.Clause) Law {
	l.CloseOfBusiness = true
	return l.because(BasisEnd, why)
}

// WithHours sets the office hours.
func (l Law) WithHours(h Hours, why law.Clause) Law {
	l.Hours = h
	return l.because(BasisHours, why)
}

// WithCalendar sets the calendar.
func (l Law) WithCalendar(c *Calendar, why law.Clause) Law {
	l.Calendar = c
	return l.because(BasisCalendar, why)
}

// WithPauseDays says whether the day on which a pause begins stops the term and whether the day on which it ends counts again.
func (l Law) WithPauseDays(pauseDayStops, resumeDayCounts bool, why law.Clause) Law {
	l.PauseDayStops, l.ResumeDayCounts = pauseDayStops, resumeDayCounts
	return l.because(BasisPause, why)
}

func (l Law) because(point string, why law.Clause) Law {
	l.Basis = maps.Clone(l.Basis)
	if l.Basis == nil {
		l.Basis = map[string]law.Clause{}
	}
	l.Basis[point] = why
	return l
}

// Check reports every departure from the Civil Code that names no clause of its own, and a Law that cannot compute at all.
func (l Law) Check() error {
	errs := []error{l.usable()}
	for _, v := range []struct {
		varied bool
		point  string
		what   string
	}{
		{l.CountEventDay, BasisStart, "起算日计入"},
		{!l.RollOffDays, BasisRoll, "最后一日遇休息日不顺延"},
		{l.CloseOfBusiness, BasisEnd, "截止于下班时"},
		{l.PauseDayStops || l.ResumeDayCounts, BasisPause, "暂停日的计法"},
		{l.Hours.String() != OfficeHours().String(), BasisHours, "办公时间"},
		{l.Calendar != nil && l.Calendar != Standard(), BasisCalendar, "工作日历"},
	} {
		if why := l.Basis[v.point]; v.varied && (why.IsZero() || why.Document == civilCode) {
			errs = append(errs, fmt.Errorf("%s：与民法典不同，须注明依据的条款", v.what))
		}
	}
	return errors.Join(errs...)
}

func (l *Law) usable() error {
	if l.Calendar == nil {
		return errors.New("没有工作日历")
	}
	if len(l.Hours.Spans) == 0 {
		return errors.New("没有办公时间")
	}
	return nil
}

func (l *Law) zone() *time.Location {
	if l.Zone == nil {
		return Shanghai
	}
	return l.Zone
}

// cite returns the clause behind a point in words, "" when none is named.
func (l *Law) cite(point string) string {
	c := l.Basis[point]
	switch {
	case c.IsZero():
		return ""
	case l.Cite != nil:
		return l.Cite(c)
	case c.Document == civilCode && civilArticles[c.ID] != "":
		return civilArticles[c.ID]
	}
	return c.String()
}

var civilArticles = map[string]string{
	"201": "民法典第二百零一条",
	"202": "民法典第二百零二条",
	"203": "民法典第二百零三条",
}
