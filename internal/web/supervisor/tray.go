package supervisor

import (
	"linli/internal/flow"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// tiles lead to each case of the tray.
func (t *tray) tiles() []ui.Link {
	links := make([]ui.Link, len(t.Items))
	for i, x := range t.Items {
		links[i] = ui.Link{Text: x.Case.Title, Href: "/leader?case=" + x.Case.ID.String(), Note: x.Case.Number + "　" + part.LineMark(x.Line, t.now).Word(t.ctx)}
	}
	return links
}

// opened is the case that is open.
func (t *tray) opened() item {
	for _, x := range t.Items {
		if x.Case.ID == t.Open.Case.ID {
			return x
		}
	}
	return t.Items[0]
}

func (t *tray) facts(x item) []ui.Pair {
	left := ""
	if due := x.Case.Situation.Due(); !due.IsZero() {
		left = ui.Left(t.ctx, due, t.now)
	}
	return []ui.Pair{{Name: ui.T(t.ctx, "编号"), Text: x.Case.Number}, {Name: ui.T(t.ctx, "渠道"), Text: ui.T(t.ctx, t.town.FlowName(x.Case.Flow, x.Case.Registered))},
		{Name: ui.T(t.ctx, "地点"), Text: t.town.Place(x.Case.Place)}, {Name: ui.T(t.ctx, "登记"), Text: ui.DateTime(t.ctx, x.Case.Registered)},
		{Name: ui.T(t.ctx, "时限"), Text: left}}
}

// decisions are what a leader does with a case: instruct, or raise it to the next post.
func (t *tray) decisions(x item) []ui.Link {
	now := flow.Instruct
	if t.Ask != nil {
		now = t.Ask.Step.Verb
	}
	links := make([]ui.Link, 2)
	for i, v := range []flow.Verb{flow.Instruct, flow.Raise} {
		links[i] = ui.Link{Text: part.VerbName(t.ctx, nil, v), Href: "/leader?case=" + x.Case.ID.String() + "&do=" + string(v), Current: v == now}
	}
	return links
}

// owedTable lists what is owed to the reader.
func (t *tray) owedTable() ui.Table {
	out := ui.Table{Caption: t.Page.Title, Empty: ui.Empty(ui.T(t.ctx, "没有人欠您报告"), ""), Cols: []ui.Col{{Name: ui.T(t.ctx, "办件"), Main: true}, {Name: ui.T(t.ctx, "谁还没有报告")},
		{Name: ui.T(t.ctx, "状态")}, {Name: ui.T(t.ctx, "最近一步")}}}
	for _, x := range t.Items {
		row := ui.TableRow{Cells: []ui.Cell{{Text: x.Case.Title, Href: part.CaseHref(x.Case.ID) + "?back=/leader/owed", Note: x.Case.Number}, {Text: x.Owed},
			{Text: part.StateName(t.ctx, nil, x.Case.State()), Note: part.LineMark(x.Line, t.now).Word(t.ctx)}, {Text: ui.Brief(t.ctx, x.Line.LastStep.Time, t.now)}}}
		if x.Late {
			row.Mark = ui.Red
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
