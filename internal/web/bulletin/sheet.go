package bulletin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/notice"
	"linli/internal/web/ui"
)

// Rows tells where a figure of a section leads: to the cases behind it. Nil leads nowhere.
type Rows func(s notice.Section, m notice.Measure, g notice.Group) string

// at is the day the sheet bears: that of the signature, of the draft before.
func at(b notice.Bulletin) time.Time {
	if !b.SignedAt.IsZero() {
		return b.SignedAt.Time
	}
	return b.MadeAt.Time
}

var ordinals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// heading numbers a section as official documents do.
func heading(i int, s notice.Section) string {
	if i < len(ordinals) {
		return ordinals[i] + "、" + s.Heading
	}
	return s.Heading
}

// cell is a number with its sample, and with its band when the sample is small, each on a line of its own.
func cell(ctx context.Context, m notice.Measure, x notice.Number, href string) ui.Cell {
	switch {
	case x.Hidden:
		return ui.Cell{Text: ui.T(ctx, "不公开")}
	case !m.Percent:
		return ui.Cell{Text: ui.Count(x.Hit), Href: href}
	}
	r := x.Figure().Rate()
	if r.Whole == 0 {
		return ui.Cell{}
	}
	lines := []string{ui.T(ctx, "%s / %s 件", ui.Count(r.Part), ui.Count(r.Whole))}
	if r.Small() {
		lines = append(lines, Band(r.Low, r.High)+" *")
	}
	return ui.Cell{Text: ui.Percent(r.Part, r.Whole), Body: Figure(ui.Percent(r.Part, r.Whole), href, lines)}
}

// Band writes a Wilson band, "61.2%–86.0%".
func Band(low, high float64) string { return fmt.Sprintf("%.1f%%–%.1f%%", 100*low, 100*high) }

// whole is the table of a section that is not grouped: one line a measure.
func whole(ctx context.Context, s notice.Section, rows Rows) ui.Table {
	t := ui.Table{Caption: s.Heading, Cols: []ui.Col{{Name: ui.T(ctx, "指标"), Main: true}, {Name: ui.T(ctx, "数值"), Num: true}, {Name: ui.T(ctx, "占全部登记"), Num: true},
		{Name: ui.T(ctx, "口径")}}}
	for i, m := range s.Measures {
		var x notice.Number
		var g notice.Group
		if len(s.Groups) > 0 {
			g = s.Groups[0]
			x = g.Figures[i]
		}
		all := ""
		if m.Percent && !x.Hidden {
			all = ui.Percent(x.Hit, x.All)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: m.Name}, cell(ctx, m, x, lead(rows, s, m, g, x)), {Text: all},
			{Text: m.Says, Note: strings.Join(m.Basis, "、")}}})
	}
	return t
}

func lead(rows Rows, s notice.Section, m notice.Measure, g notice.Group, x notice.Number) string {
	if rows == nil || x.Hidden || x.All == 0 {
		return ""
	}
	return rows(s, m, g)
}

// grouped is the table of a section by groups: one line a group, one column a measure.
func grouped(ctx context.Context, s notice.Section, rows Rows) ui.Table {
	t := ui.Table{Caption: s.Heading, Cols: []ui.Col{{Name: ui.T(ctx, "单位"), Main: true}}}
	for _, m := range s.Measures {
		t.Cols = append(t.Cols, ui.Col{Name: m.Name, Num: true})
	}
	for _, g := range s.Groups {
		row := ui.TableRow{Cells: []ui.Cell{{Text: g.Name}}}
		for i, m := range s.Measures {
			row.Cells = append(row.Cells, cell(ctx, m, g.Figures[i], lead(rows, s, m, g, g.Figures[i])))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// alerts is what watches had flagged.
func alerts(ctx context.Context, s notice.Section) ui.Table {
	t := ui.Table{Caption: s.Heading, Cols: []ui.Col{{Name: ui.T(ctx, "项目"), Main: true}, {Name: ui.T(ctx, "件数"), Num: true}, {Name: ui.T(ctx, "说明")}}}
	for _, a := range s.Alerts {
		count := ui.Count(a.Count)
		if a.Hidden {
			count = ui.T(ctx, "不公开")
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: a.Name}, {Text: count}, {Text: a.Says, Note: strings.Join(a.Basis, "、")}}})
	}
	return t
}

// cases lists the cases that an alert names, for units.
func cases(ctx context.Context, a notice.Alert, open bool) ui.Table {
	t := ui.Table{Caption: a.Name, Shown: true, Cols: []ui.Col{{Name: ui.T(ctx, "编号")}, {Name: ui.T(ctx, "事项"), Main: true}, {Name: ui.T(ctx, "承办单位")}}}
	for _, k := range a.Cases {
		number := ui.Cell{Text: k.Number}
		if open {
			number.Href = "/cases/" + k.ID.String()
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{number, {Text: k.Title}, {Text: k.Lead}}})
	}
	return t
}

// hides reports whether something is left out of this version.
func hides(b notice.Bulletin) bool {
	for _, s := range b.Figures.Sections {
		for _, g := range s.Groups {
			for _, x := range g.Figures {
				if x.Hidden {
					return true
				}
			}
		}
		for _, a := range s.Alerts {
			if a.Hidden {
				return true
			}
		}
	}
	return false
}

// small reports whether a rate of the bulletin rests on few cases, which its footnote explains.
func small(b notice.Bulletin) bool {
	for _, s := range b.Figures.Sections {
		for _, g := range s.Groups {
			for i, x := range g.Figures {
				if s.Measures[i].Percent && !x.Hidden && x.Base > 0 && x.Figure().Rate().Small() {
					return true
				}
			}
		}
	}
	return false
}
