package part

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// A List is cases as a page lists them.
type List struct {
	Caption string
	Lines   []casework.Line
	Now     time.Time
	Back    string             // where a step taken from this list comes back to; "" stays with the case
	Check   string             // name of the check boxes before the rows; "" none
	Why     func(i int) string // a sentence below the title, e.g. why a case may not be verified by the reader; nil none
	Empty   templ.Component    // instead of a list without cases
}

// CaseHref is the address of a case for people in office.
func CaseHref(id db.ID) string { return "/cases/" + id.String() }

// CaseList shows cases, each with its mark in words, where it is, who has it and until when.
func (t *Town) CaseList(ctx context.Context, l List) templ.Component {
	table := ui.Table{Caption: l.Caption, Check: l.Check, Empty: l.Empty, Cols: []ui.Col{
		{Name: ui.T(ctx, "办件"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "现由")},
		{Name: ui.T(ctx, "时限")}, {Name: ui.T(ctx, "登记")}}}
	for i, k := range l.Lines {
		why := ""
		if l.Why != nil {
			why = l.Why(i)
		}
		table.Rows = append(table.Rows, t.caseRow(ctx, k, l, why))
	}
	return ui.Rows(table)
}

func (t *Town) caseRow(ctx context.Context, k casework.Line, l List, why string) ui.TableRow {
	mark := LineMark(k, l.Now)
	row := ui.TableRow{ID: k.ID.String()}
	if mark == ui.Red || mark == ui.Yellow {
		row.Mark = mark
	}
	href := CaseHref(k.ID)
	if l.Back != "" {
		href += "?back=" + url.QueryEscape(l.Back)
	}
	f := t.Flow(k.Flow, k.Registered.Time)
	note := k.Number
	if f != nil {
		note += " · " + ui.T(ctx, f.Name)
	}
	row.Cells = []ui.Cell{
		{Text: k.Title, Body: lineTitle(lineHead{Title: k.Title, Href: href, Note: note, Why: why, Joint: k.Joint, Returns: k.Returns, Reworks: k.Reworks})},
		{Text: t.Place(k.Place)},
		{Text: t.lineHolder(ctx, k), Note: StateName(ctx, f, k.State)},
		{Body: lineDue(mark, lineEnd(ctx, k, l.Now), lineLimit(ctx, k, l.Now))},
		{Text: ui.Brief(ctx, k.Registered.Time, l.Now)},
	}
	return row
}

// lineHead is the first cell of a row.
type lineHead struct {
	Title, Href, Note, Why string
	Joint                  bool
	Returns, Reworks       int
}

// shut are the states in which nobody owes work.
var shut = map[flow.State]bool{flow.Closed: true, flow.Refused: true, flow.Merged: true, flow.Archived: true}

// answered are the states in which the reply is given and not yet settled.
var answered = map[flow.State]bool{flow.Replied: true, flow.Verified: true}

// LineMark judges a row of a list at an instant. A clock that was met stands as calm, whatever the hour.
func LineMark(k casework.Line, now time.Time) ui.Mark {
	switch {
	case k.Late:
		return ui.Red
	case shut[k.State]:
		return ui.Ended
	case k.State == flow.Waiting:
		return ui.Paused
	case k.Stopped || answered[k.State] || k.Yellow.IsZero():
		return ui.Normal
	case !k.Limit.IsZero() && !now.Before(k.Limit.Time):
		return ui.Red
	case !now.Before(k.Yellow.Time):
		return ui.Yellow
	}
	return ui.Normal
}

// lineEnd says how the row's clock stands.
func lineEnd(ctx context.Context, k casework.Line, now time.Time) string {
	switch {
	case shut[k.State] && !k.Closed.IsZero():
		return ui.T(ctx, "%s 办结", ui.Brief(ctx, k.Closed.Time, now))
	case shut[k.State]:
		return ""
	case answered[k.State]:
		return ui.T(ctx, "%s 答复", ui.Brief(ctx, k.Replied.Time, now))
	case k.State == flow.Waiting:
		return ui.T(ctx, "等待补正")
	}
	if due := nextEnd(k, now); !due.IsZero() && !k.Stopped {
		return ui.Left(ctx, due, now)
	}
	return ui.T(ctx, "没有时限")
}

// lineLimit names the days of the row's clock.
func lineLimit(ctx context.Context, k casework.Line, now time.Time) string {
	if shut[k.State] || answered[k.State] || k.Stopped {
		return ""
	}
	target, limit := k.Target.Time, k.Limit.Time
	switch {
	case target.IsZero() && limit.IsZero():
		return ""
	case limit.IsZero():
		return ui.T(ctx, "目标 %s", lastDay(ctx, target))
	case target.IsZero() || !now.Before(target):
		return ui.T(ctx, "最迟 %s", lastDay(ctx, limit))
	}
	return ui.T(ctx, "目标 %s，最迟 %s", lastDay(ctx, target), lastDay(ctx, limit))
}

// nextEnd is the end a handler works towards: the target, and once that is past the ceiling.
func nextEnd(k casework.Line, now time.Time) time.Time {
	if k.Limit.IsZero() || !k.Target.IsZero() && now.Before(k.Target.Time) {
		return k.Target.Time
	}
	return k.Limit.Time
}

// lastDay writes an exclusive end as its last day, short.
func lastDay(ctx context.Context, end time.Time) string {
	d := end.Add(-time.Second).In(civil.Shanghai)
	if ui.LangOf(ctx) == ui.English {
		return d.Format("2 Jan")
	}
	return d.Format("1月2日")
}

// lineHolder names who has the case now.
func (t *Town) lineHolder(ctx context.Context, k casework.Line) string {
	switch {
	case k.State == flow.Waiting:
		return ui.T(ctx, "反映人")
	case k.State == flow.Presented:
		return ui.T(ctx, "领导")
	case k.Lead != "":
		return t.Unit(k.Lead)
	}
	return t.Unit(k.Desk)
}
