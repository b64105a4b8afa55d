package civil

import (
	"slices"
	"strconv"
	"time"
)

// mostHolidays bounds how many holidays an explanation names one by one; a longer term sums up the rest.
const mostHolidays = 12

// A story gathers sentences in one buffer, so that an explanation costs two allocations whatever its length.
type story struct {
	law  *Law
	year int // dates of this year are written without it
	text []byte
	ends []int
}

func (s *story) add(words string) *story { s.text = append(s.text, words...); return s }

func (s *story) counts(yes bool) *story {
	if yes {
		return s.add("计入")
	}
	return s.add("不计入")
}

func (s *story) num(n int) *story { s.text = strconv.AppendInt(s.text, int64(n), 10); return s }

// day writes "10月9日", with the year when it is not the year of the event.
func (s *story) day(number int) *story {
	d := dateOf(number)
	if d.Year != s.year {
		s.num(d.Year).add("年")
	}
	return s.num(int(d.Month)).add("月").num(d.Day).add("日")
}

// days writes one day or "10月1日至7日".
func (s *story) days(first, last int) *story {
	s.day(first)
	if first == last {
		return s
	}
	s.add("至")
	if a, b := dateOf(first), dateOf(last); a.Year == b.Year && a.Month == b.Month {
		return s.num(b.Day).add("日")
	}
	return s.day(last)
}

// at writes a moment, "10月9日16:30"; the first moment of a day that ends something is written as 24:00 of the day before.
func (s *story) at(t time.Time, ends bool) *story {
	t = t.In(s.law.zone())
	day, since := s.law.dayOf(t), time.Duration(t.Hour())*time.Hour+time.Duration(t.Minute())*time.Minute
	if ends && since == 0 && t.Second() == 0 && t.Nanosecond() == 0 {
		day, since = day-1, 24*time.Hour
	}
	s.day(day)
	s.text = appendClock(s.text, since)
	return s
}

// because writes the clause behind a point in brackets.
func (s *story) because(point string) *story {
	if c := s.law.cite(point); c != "" {
		s.add("（").add(c).add("）")
	}
	return s
}

func (s *story) end() { s.ends = append(s.ends, len(s.add("。").text)) }

func (s *story) steps() []string {
	all, steps := string(s.text), make([]string, len(s.ends))
	from := 0
	for i, to := range s.ends {
		steps[i], from = all[from:to], to
	}
	return steps
}

// explain tells how r came about.
func (w *walk) explain(t Term, r reckoning) []string {
	text := make([]byte, 0, 1024)
	ends := make([]int, 0, 24)
	s := &story{law: &w.law, year: dateOf(w.event).Year, text: text, ends: ends}
	s.add("期限").term(t).add("，自").num(s.year).add("年").at(w.from, false).add("起算").end()
	if t.InDays() {
		w.tellStart(s, t)
	} else {
		s.add("按小时计算，自事件发生时开始").because(BasisHour).end()
	}
	if t.Unit == WorkHour {
		s.add("只计办公时间").add(w.law.Hours.String()).because(BasisHours).end()
	}
	for _, p := range w.pauses {
		w.tellPause(s, t, p, r)
	}
	if t.Unit == WorkDay || t.Unit == WorkHour {
		w.tellDaysOff(s, t, r)
	}
	w.tellEnd(s, t, r)
	return s.steps()
}

func (s *story) term(t Term) *story { return s.num(t.N).add(units[t.Unit].words) }

func (w *walk) tellStart(s *story, t Term) {
	s.day(w.event)
	switch {
	case w.first == w.event:
		s.add("为起算日，计入")
	case w.law.CountEventDay:
		s.add("已过下班时间，自次日开始计算")
	default:
		s.add("为起算日，不计入")
	}
	s.because(BasisStart).end()
	if t.Unit != Month {
		return
	}
	end := w.monthsEnd(t.N)
	switch event := dateOf(w.event); {
	case w.first == w.event:
		s.add("期满日为").day(end)
	case dateOf(end).Day == event.Day:
		s.add("期满月的对应日为").day(end)
	default:
		s.add("期满月没有").num(event.Day).add("日，以月末日").day(end).add("为期满日")
	}
	s.because(BasisMonth).end()
}

// tellPause says what one pause did to the term.
func (w *walk) tellPause(s *story, t Term, p Pause, r reckoning) {
	after := !w.open && !p.From.Before(r.due)
	if p.empty() || after && w.extension {
		return
	}
	s.at(p.From, false)
	if p.open() {
		s.add("起暂停，尚未恢复")
	} else {
		s.add("暂停，").at(p.To, false).add("恢复")
	}
	switch {
	case !p.open() && !p.To.After(w.from):
		s.add("：在起算之前，不影响期限").end()
		return
	case after:
		s.add("：在期限届满之后，不影响期限").end()
		return
	case !t.InDays():
		s.add("：暂停的时间不计").because(BasisPause).end()
		return
	}
	s.add("：暂停当日").counts(!w.law.PauseDayStops)
	if !p.open() {
		s.add("，恢复当日").counts(w.law.ResumeDayCounts)
	}
	switch first, last := w.law.pausedDays(p, w.from); {
	case first > last:
		s.add("，没有因此不计的日期")
	case p.open():
		s.add("，自").day(first).add("起不计")
	default:
		s.add("，").days(first, last).add("不计")
	}
	s.because(BasisPause).end()
}

// tellEnd says on which day the count ran out, whether that day moved, and when the term ends.
func (w *walk) tellEnd(s *story, t Term, r reckoning) {
	if t.InDays() && !w.open {
		w.tellLastDay(s, t, r)
	}
	if u := w.unknown; u.met {
		first, last := dateOf(u.first).Year, dateOf(u.last).Year
		if s.num(first); first != last {
			s.add("年至").num(last)
		}
		s.add("年没有已公布的工作日历，暂以周一至周五为工作日，结果为暂定").end()
	}
	switch {
	case w.open:
		s.add("暂停尚未恢复，期限暂不能确定；").add(w.left(t, r).Words()).end()
	case t.InDays() && w.law.CloseOfBusiness:
		s.add("期限于").at(r.due, true).add("下班时届满").because(BasisEnd).end()
	case t.InDays():
		s.add("期限于").at(r.due, true).add("届满").because(BasisEnd).end()
	default:
		s.add("期限于").at(r.due, true).add("届满").end()
	}
}

func (w *walk) tellLastDay(s *story, t Term, r reckoning) {
	switch {
	case t.Unit == WorkDay:
		s.add("第").num(t.N).add("个工作日为").day(r.nominal)
	case t.Unit == Day:
		s.add("第").num(t.N).add("日为").day(r.nominal)
	case r.nominal != w.monthsEnd(t.N):
		s.add("扣除暂停的日期后，期满日为").day(r.nominal)
	case r.nominal != r.last:
		s.add("期满日").day(r.nominal)
	default:
		return
	}
	if r.nominal == r.last {
		s.end()
		return
	}
	name := w.law.Calendar.nameOf(r.nominal)
	if name == "" {
		name = "周末"
	}
	s.add("（").add(name).add("），是休息日，顺延至").day(r.last).because(BasisRoll).end()
}

// tellDaysOff names the holidays, the days worked in their place and the half-days between the event and the end, and counts the weekends.
func (w *walk) tellDaysOff(s *story, t Term, r reckoning) {
	if w.open {
		return
	}
	cal, weekend, told, untold := w.law.Calendar, 0, 0, 0
	first := w.first
	if t.Unit == WorkHour {
		first = w.event
	}
	for day := first; day <= r.last; day++ {
		k, to, names := cal.cell(day), day, ""
		if k.kind() == Work && k&cellMarked == 0 {
			continue
		}
		if _, held := w.paused(day); held && t.InDays() {
			continue
		}
		if k.off() {
			to = w.runOff(day, r.last, t.InDays())
			names = w.names(day, to)
		}
		switch {
		case k.off() && names == "":
			weekend += to - day + 1
		case k.kind() == Work && !cal.info(day).MakeUp:
		case told >= mostHolidays:
			untold++
		default:
			told++
			w.tellDay(s, day, to, k.kind(), names)
		}
		day = to
	}
	if untold > 0 {
		s.add("此后节假日和调休同样处理，共").num(untold).add("处").end()
	}
	if weekend > 0 {
		s.add("其间不属节假日的周末共").num(weekend).add("天，不计入").end()
	}
}

func (w *walk) tellDay(s *story, day, to int, kind Kind, names string) {
	s.days(day, to)
	if to == day {
		s.add("（").add(weekdayWords[weekday(day)]).add("）")
	}
	switch kind {
	case Off:
		s.add(names).add("放假，不计入")
	case Work:
		s.add("调休上班，计入")
	default:
		s.add("办公半天，为工作日")
	}
	s.because(BasisCalendar).end()
}

var weekdayWords = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// runOff returns the last of the consecutive days off that begin at day, no further than limit and, in day terms, no further than a hold.
func (w *walk) runOff(day, limit int, inDays bool) int {
	for day < limit && w.law.Calendar.cell(day+1).off() {
		if _, held := w.paused(day + 1); held && inDays {
			break
		}
		day++
	}
	return day
}

// names joins the names of the holidays from day to to.
func (w *walk) names(day, to int) string {
	var first string
	var more []string
	for ; day <= to; day++ {
		name := w.law.Calendar.nameOf(day)
		switch {
		case name == "" || name == first || slices.Contains(more, name):
		case first == "":
			first = name
		default:
			more = append(more, name)
		}
	}
	for _, name := range more {
		first += "、" + name
	}
	return first
}
