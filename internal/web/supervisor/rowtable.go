package supervisor

import (
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// term says a term in words; what cannot be read stands as it is.
func term(text string) string {
	t, err := civil.ParseTerm(text)
	if err != nil {
		return text
	}
	return t.Words()
}

// rowTable shows the rows of the board, each with what can be done from here.
func rowTable(b *board) ui.Table {
	t := ui.Table{Caption: ui.T(b.ctx, "督办台"), Empty: ui.Empty(ui.T(b.ctx, "这里现在没有办件"), ""), Cols: []ui.Col{{Name: ui.T(b.ctx, "办件"), Main: true},
		{Name: ui.T(b.ctx, "承办单位")}, {Name: ui.T(b.ctx, "时限")}, {Name: ui.T(b.ctx, "最近一步")}, {Name: ui.T(b.ctx, "处理")}}}
	for _, x := range b.Lines {
		m := part.LineMark(x.Line, b.now)
		cells := []ui.Cell{{Text: x.Title, Href: part.CaseHref(x.ID) + "?back=" + escape(b.here()), Note: strings.TrimSuffix(x.Number+"　"+x.Why, "　")},
			{Text: b.holder(x), Note: part.StateName(b.ctx, nil, x.State)}, {Body: ui.MarkOf(m), Note: b.left(x)},
			{Text: ui.Brief(b.ctx, x.LastStep.Time, b.now)}, {Body: rowActions(b, x)}}
		row := ui.TableRow{ID: x.ID.String(), Cells: cells}
		if m == ui.Red || m == ui.Yellow {
			row.Mark = m
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (v *view) holder(x row) string {
	if x.Lead != "" {
		return v.town.Unit(x.Lead)
	}
	return v.town.Unit(x.Desk)
}

// left is the time to the next end of the case's clock.
func (v *view) left(x row) string {
	due := x.Limit.Time
	if due.IsZero() || !x.Target.IsZero() && v.now.Before(x.Target.Time) {
		due = x.Target.Time
	}
	if due.IsZero() {
		return ""
	}
	return ui.Left(v.ctx, due, v.now)
}

// verbs are the steps that the reader may take from the board.
func (b *board) verbs(x row) []flow.Verb {
	if !b.supervises() {
		return nil
	}
	return x.Verbs
}

// stepHref opens the form of a step on this page.
func (b *board) stepHref(x row, v flow.Verb) string {
	return b.href("/supervisor/board", "period", "", "tab", b.Tab, "case", x.ID.String(), "do", string(v)) + "#do"
}
