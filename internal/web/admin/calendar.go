package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// The years that the calendar page shows.
const (
	firstYear = 2004
	lastYear  = 2099
)

// calendarPage is the calendar of one year and, when asked, a deadline.
type calendarPage struct {
	Year      int
	Published int // last year that was published
	Today     civil.Date
	Months    []month
	Working   int // days worked in the year
	Holidays  []holiday
	Ask       []ui.Field
	Wrong     ui.Errors
	Deadline  *civil.Deadline
}

// A month is one leaf of the calendar: weeks from Monday to Sunday, zero days where another month is.
type month struct {
	Name    string
	Weeks   [][7]leafDay
	Working int
}

type leafDay struct {
	civil.Date
	Class string // off, makeup, today or ""
	Word  string // 休 or 班, "" for a day that is what its weekday says
	Name  string // of the holiday
}

// A holiday is the days off of one name, and the weekend days worked for it.
type holiday struct {
	Name   string
	Off    []civil.Date
	MakeUp []civil.Date
}

func (p *Pages) calendar(w http.ResponseWriter, r *http.Request) error {
	now, err := p.today(r)
	if err != nil {
		return err
	}
	ctx, q := r.Context(), r.URL.Query()
	law := p.Town.Cases.Law()
	page := &calendarPage{Today: civil.DateOf(now, civil.Shanghai), Published: published(law.Calendar)}
	page.Year = yearIn(q.Get("year"), page.Today.Year)
	page.fill(ctx, law.Calendar)
	var wrong error
	if q.Has("from") {
		page.Deadline, wrong = deadlineIn(law, q)
	}
	page.Wrong = ui.FieldErrors(ctx, wrong)
	page.Ask = page.Wrong.On(deadlineFields(ctx, q, now))
	if wrong != nil {
		if fault.KindOf(wrong) != fault.KindInvalid {
			return wrong
		}
		w = part.Answering(w, wrong)
	}
	return ui.Render(w, r, showCalendar(page))
}

func yearIn(text string, otherwise int) int {
	year, err := strconv.Atoi(text)
	if err != nil || year < firstYear || year > lastYear {
		return otherwise
	}
	return year
}

func (c *calendarPage) fill(ctx context.Context, cal *civil.Calendar) {
	at := map[string]int{}
	for m := time.January; m <= time.December; m++ {
		first := civil.Date{Year: c.Year, Month: m, Day: 1}
		leaf := month{Name: monthName(ctx, m), Working: cal.WorkingDays(first, first.MonthEnd())}
		for d := first; d.Month == m && d.Year == c.Year; d = d.AddDays(1) {
			col := (int(d.Weekday()) + 6) % 7
			if col == 0 || len(leaf.Weeks) == 0 {
				leaf.Weeks = append(leaf.Weeks, [7]leafDay{})
			}
			info := cal.Day(d)
			leaf.Weeks[len(leaf.Weeks)-1][col] = c.leafDay(ctx, d, info)
			if info.Name == "" {
				continue
			}
			i, known := at[info.Name]
			if !known {
				i = len(c.Holidays)
				at[info.Name] = i
				c.Holidays = append(c.Holidays, holiday{Name: info.Name})
			}
			if info.Off {
				c.Holidays[i].Off = append(c.Holidays[i].Off, d)
			} else if info.MakeUp {
				c.Holidays[i].MakeUp = append(c.Holidays[i].MakeUp, d)
			}
		}
		c.Working += leaf.Working
		c.Months = append(c.Months, leaf)
	}
}

func (c *calendarPage) leafDay(ctx context.Context, d civil.Date, info civil.DayInfo) leafDay {
	l := leafDay{Date: d, Name: info.Name}
	switch {
	case info.MakeUp:
		l.Class, l.Word = "makeup", ui.T(ctx, "班")
	case info.Off && info.Name != "":
		l.Class, l.Word = "off", ui.T(ctx, "休")
	case info.Off:
		l.Class = "weekend"
	}
	if d == c.Today {
		l.Class = strings.TrimSpace(l.Class + " today")
	}
	return l
}

// days writes days of one year in short, runs joined: "10月1日至7日、10日".
func days(ctx context.Context, list []civil.Date) string {
	var words []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1].Sub(list[j]) == 1 {
			j++
		}
		words = append(words, span(ctx, list[i], list[j]))
		i = j + 1
	}
	return strings.Join(words, ui.T(ctx, "、"))
}

// span writes one day, or the first and the last of several.
func span(ctx context.Context, from, to civil.Date) string {
	text := dayName(ctx, from)
	switch {
	case from == to:
		return text
	case ui.LangOf(ctx) == ui.Chinese && from.Month == to.Month:
		return fmt.Sprintf("%s至%d日", text, to.Day)
	}
	return ui.T(ctx, "%s至%s", text, dayName(ctx, to))
}

// dayName and monthName write a day and a month of a year that is known.
func dayName(ctx context.Context, d civil.Date) string {
	if ui.LangOf(ctx) == ui.English {
		return fmt.Sprintf("%d %s", d.Day, d.Month.String()[:3])
	}
	return fmt.Sprintf("%d月%d日", int(d.Month), d.Day)
}

func monthName(ctx context.Context, m time.Month) string {
	if ui.LangOf(ctx) == ui.English {
		return m.String()
	}
	return fmt.Sprintf("%d月", int(m))
}

func (c *calendarPage) holidayTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "节假日安排"), Cols: []ui.Col{{Name: ui.T(ctx, "节日"), Main: true}, {Name: ui.T(ctx, "放假")}, {Name: ui.T(ctx, "天数"), Num: true}, {Name: ui.T(ctx, "调休上班")}},
		Empty: ui.Empty(ui.T(ctx, "这一年的放假安排还没有公布"), ui.T(ctx, "通常在前一年十一月公布；在此之前期限按周末推算，并标明“暂定”。"))}
	for _, h := range c.Holidays {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, h.Name)}, {Text: days(ctx, h.Off)}, {Text: strconv.Itoa(len(h.Off))}, {Text: days(ctx, h.MakeUp)}}})
	}
	return t
}

// units of terms as the form offers them.
var termUnits = []ui.Option{{Value: "wd", Text: ui.N("个工作日")}, {Value: "d", Text: ui.N("日")}, {Value: "mo", Text: ui.N("个月")},
	{Value: "wh", Text: ui.N("个工作小时")}, {Value: "h", Text: ui.N("小时")}, {Value: "m", Text: ui.N("分钟")}}

func deadlineFields(ctx context.Context, q url.Values, now time.Time) []ui.Field {
	from := q.Get("from")
	if from == "" {
		from = now.In(civil.Shanghai).Format("2006-01-02T15:04")
	}
	var units []ui.Option
	for _, u := range termUnits {
		units = append(units, ui.Option{Value: u.Value, Text: ui.T(ctx, u.Text)})
	}
	number, unit := q.Get("number"), q.Get("unit")
	if number == "" && !q.Has("from") {
		number, unit = "15", "wd"
	}
	return []ui.Field{
		{Name: "from", Label: ui.T(ctx, "起算时间"), Kind: "instant", Value: from, Required: true},
		{Name: "number", Label: ui.T(ctx, "期限"), Kind: "number", Value: number, Required: true, Short: true, Max: 4},
		{Name: "unit", Label: ui.T(ctx, "单位"), Kind: "select", Value: unit, Options: units, Required: true},
		{Name: "pause", Label: ui.T(ctx, "中止自（可不填）"), Kind: "instant", Value: q.Get("pause")},
		{Name: "resume", Label: ui.T(ctx, "恢复于（可不填）"), Kind: "instant", Value: q.Get("resume")},
	}
}

// deadlineIn reads the question and answers it.
func deadlineIn(law civil.Law, q url.Values) (*civil.Deadline, error) {
	var wrong []fault.FieldError
	instant := func(name string) time.Time {
		text := q.Get(name)
		if text == "" && name != "from" {
			return time.Time{}
		}
		t, err := time.ParseInLocation("2006-01-02T15:04", text, civil.Shanghai)
		if err != nil {
			wrong = append(wrong, fault.FieldError{Field: name, Format: "时间应写成 2026-10-09T16:30 这样"})
		}
		return t
	}
	from, pause, resume := instant("from"), instant("pause"), instant("resume")
	term, err := civil.ParseTerm(strings.TrimSpace(q.Get("number")) + q.Get("unit"))
	if err != nil {
		wrong = append(wrong, fault.FieldError{Field: "number", Format: "期限应是大于零的整数和一个单位"})
	}
	var held []civil.Pause
	switch {
	case pause.IsZero() && !resume.IsZero():
		wrong = append(wrong, fault.FieldError{Field: "pause", Format: "填了恢复时间，也要填中止时间"})
	case !resume.IsZero() && resume.Before(pause):
		wrong = append(wrong, fault.FieldError{Field: "resume", Format: "恢复不能早于中止"})
	case !pause.IsZero():
		held = []civil.Pause{{From: pause, To: resume}}
	}
	if err := fault.Fields(wrong); err != nil {
		return nil, err
	}
	d, err := law.Deadline(from, term, held)
	if err != nil {
		return nil, fault.Invalid("number", "算不出这个期限：%s", err.Error())
	}
	return &d, nil
}
