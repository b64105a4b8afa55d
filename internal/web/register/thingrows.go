package register

import (
	"context"
	"strings"

	"linli/internal/class"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/rule"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// factRows are the facts of a page as a table.
func (v *thingPage) factRows(ctx context.Context, list []fact.Fact, past bool) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "登记信息"), Cols: []ui.Col{{Name: ui.T(ctx, "项目"), Main: true}, {Name: ui.T(ctx, "内容")}, {Name: ui.T(ctx, "自何时起")}, {Name: ui.T(ctx, "来源")}},
		Empty: ui.Empty(ui.T(ctx, "没有登记信息"), ui.T(ctx, "换一个日期，或者登记新的一项。"))}
	if past {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "登记时间")}, ui.Col{Name: ui.T(ctx, "被替代")})
	}
	for _, f := range list {
		label, shown := f.Name, f.Value
		if w, ok := v.Words.Word(v.Subject.Kind, f.Name); ok {
			label, shown = ui.T(ctx, w.Label), ui.T(ctx, w.Show(f.Value))
			if w.Sensitive != "" && !v.Reveal[f.Name] {
				shown = w.Field().Mask(f.Value)
				if shown == "" {
					shown = ui.T(ctx, "已登记，按用途查看")
				}
			}
		}
		if f.Name == lexicon.Place || f.Name == lexicon.HomePlace {
			if name := v.Town.Place(f.Value); name != "" {
				shown = name
			}
		}
		since := ui.T(ctx, "登记前")
		if !f.From.IsZero() {
			since = f.From.String()
		}
		if !f.To.IsZero() {
			since += ui.T(ctx, "，至 %s 前", f.To.String())
		}
		row := ui.TableRow{Cells: []ui.Cell{{Text: label}, {Text: shown}, {Text: since}, {Text: sourceText(ctx, f.Telling, v.Town), Note: basisNote(ctx, f.Telling)}}}
		if past {
			ended := "—"
			if !f.Superseded.IsZero() {
				ended = ui.DateTime(ctx, f.Superseded.Time)
			}
			row.Cells = append(row.Cells, ui.Cell{Text: ui.DateTime(ctx, f.Recorded.Time)}, ui.Cell{Text: ended})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func sourceText(ctx context.Context, t fact.Telling, town *part.Town) string {
	name := t.Source.Name
	if u := town.Unit(name); u != "" {
		name = u
	}
	switch name {
	case "demo":
		name = ui.T(ctx, "演示数据")
	case "case":
		name = ui.T(ctx, "办件")
	}
	return strings.TrimSpace(ui.T(ctx, t.Source.Kind.Words()) + " " + name)
}

func basisNote(ctx context.Context, t fact.Telling) string {
	note := ui.T(ctx, t.Certainty.Words())
	if t.Basis != "" {
		note += "，" + t.Basis
	}
	return note
}

// relationRows are the relations of a page as a table.
func (v *thingPage) relationRows(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "关系"), Cols: []ui.Col{{Name: ui.T(ctx, "关系"), Main: true}, {Name: ui.T(ctx, "对方")}, {Name: ui.T(ctx, "自何时起")}, {Name: ui.T(ctx, "来源")}},
		Empty: ui.Empty(ui.T(ctx, "没有登记关系"), ui.T(ctx, "迁入、婚姻、出生等变动会登记关系。"))}
	for _, x := range v.Relations {
		since := ui.T(ctx, "登记前")
		if !x.Since.IsZero() {
			since = x.Since.String()
		}
		o := v.Others[x.Other(v.Subject)]
		to := o.Href
		if to != "" {
			to += "?for=" + string(v.For)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, x.Label(v.Subject)), Note: x.Detail}, {Text: o.Name, Href: to}, {Text: since}, {Text: sourceText(ctx, x.Telling, v.Town)}}})
	}
	return t
}

// verdict says what a class says.
func verdict(ctx context.Context, a rule.Answer) string {
	switch a.Value {
	case rule.Yes:
		return ui.T(ctx, "属于")
	case rule.No:
		return ui.T(ctx, "不属于")
	}
	return ui.T(ctx, "还不能判断")
}

// reasons are the lines of a trace in words.
func (v *thingPage) reasons(ctx context.Context, m class.Membership) []string {
	var out []string
	for _, l := range m.Answer.Trace {
		out = append(out, strings.Repeat("　", l.Depth)+l.Text+"："+ui.T(ctx, l.Result.Words()))
	}
	if len(m.Answer.Needs) > 0 {
		var names []string
		for _, n := range m.Answer.Needs {
			if w, ok := v.Words.Word(v.Subject.Kind, n); ok {
				n = ui.T(ctx, w.Label)
			}
			names = append(names, n)
		}
		out = append(out, ui.T(ctx, "还需要知道：%s", strings.Join(names, "、")))
	}
	return out
}

func (v *thingPage) classRows(ctx context.Context, list []class.Membership) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "人群"), Cols: []ui.Col{{Name: ui.T(ctx, "人群"), Main: true}, {Name: ui.T(ctx, "结论")}, {Name: ui.T(ctx, "理由")}},
		Empty: ui.Empty(ui.T(ctx, "没有可以判断的人群"), ui.T(ctx, "人群由政策包规定，按登记信息推算。"))}
	for _, m := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: m.Class.Name, Note: m.Class.Says}, {Text: verdict(ctx, m.Answer)}, {Body: reasonsView(v.reasons(ctx, m))}}})
	}
	return t
}

func (v *thingPage) eventRows(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "变动"), Cols: []ui.Col{{Name: ui.T(ctx, "变动"), Main: true}, {Name: ui.T(ctx, "发生日期")}, {Name: ui.T(ctx, "登记时间")}, {Name: ui.T(ctx, "撤回")}},
		Empty: ui.Empty(ui.T(ctx, "没有登记过变动"), "")}
	for _, e := range v.Events {
		undone := ui.Cell{Body: undoView(e)}
		if !e.UndoneAt.IsZero() {
			undone = ui.Cell{Text: ui.T(ctx, "%s 撤回", ui.Date(ctx, e.UndoneAt.Time)), Note: e.Reason}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, e.Kind.Words()), Note: e.Detail}, {Text: e.On.String()}, {Text: ui.DateTime(ctx, e.At.Time), Note: e.Basis}, undone}})
	}
	return t
}
