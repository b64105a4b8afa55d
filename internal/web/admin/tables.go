package admin

import (
	"context"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/internal/web/ui"
)

func packTable(ctx context.Context, rows []packRow) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "政策包"), Cols: []ui.Col{{Name: ui.T(ctx, "文件"), Main: true}, {Name: ui.T(ctx, "施行")}}}
	for _, s := range statusNames {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, s.Name), Num: true})
	}
	t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "示例"), Num: true})
	for _, r := range rows {
		d := r.Pack.Document
		cells := []ui.Cell{{Text: d.Title, Href: packHref(r.Pack), Note: d.Number}, heldCell(ctx, r)}
		for _, s := range statusNames {
			cells = append(cells, ui.Cell{Text: strconv.Itoa(r.Count[s.Status])})
		}
		note := ""
		if r.Wrong > 0 {
			note = ui.T(ctx, "%d 个未通过", r.Wrong)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: append(cells, ui.Cell{Text: strconv.Itoa(r.Tried), Note: note})})
	}
	return t
}

// heldCell says since when a document holds in this city, and by whose decision.
func heldCell(ctx context.Context, r packRow) ui.Cell {
	switch a := r.Pack.Adopted; {
	case !r.Here:
		return ui.Cell{Text: ui.T(ctx, "外地文件"), Note: ui.T(ctx, "本市没有采用")}
	case a != nil:
		return ui.Cell{Text: a.From.String(), Note: ui.T(ctx, "本市采用")}
	}
	return ui.Cell{Text: r.Pack.Document.From.String()}
}

func coverageStats(ctx context.Context, c *coveragePage) []ui.Stat {
	list := []ui.Stat{{Name: ui.T(ctx, "全部条款"), Value: strconv.Itoa(len(c.Pack.Clauses)), Href: packHref(c.Pack)}}
	for _, s := range statusNames {
		st := ui.Stat{Name: ui.T(ctx, s.Name), Value: strconv.Itoa(c.Count[s.Status]), Href: packHref(c.Pack) + "?only=" + string(s.Status)}
		if s.Status == proof.Untraced && c.Count[s.Status] > 0 {
			st.Mark = ui.Red
		}
		list = append(list, st)
	}
	return list
}

func clauseTable(ctx context.Context, c *coveragePage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "条款落实"), Cols: []ui.Col{{Name: ui.T(ctx, "条款"), Main: true}, {Name: ui.T(ctx, "要旨")},
		{Name: ui.T(ctx, "落实方式")}, {Name: ui.T(ctx, "由什么落实，或为什么不")}},
		Empty: ui.Empty(ui.T(ctx, "没有这一类条款"), ui.T(ctx, "选上方的数字看其他条款。"))}
	for _, k := range c.Clauses {
		row := ui.TableRow{ID: "c-" + k.Clause.Cite.ID, Cells: []ui.Cell{
			{Body: unbroken(k.Clause.At), Note: k.Clause.Cite.ID}, {Text: k.Clause.Gist}, {Body: ui.Badge(ui.T(ctx, statusName(k.Status)))},
			{Body: clauseElements(k.Elements, k.Why)}}}
		if k.Status == proof.Untraced {
			row.Mark = ui.Red
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func paramTable(ctx context.Context, k *pack.Pack, today civil.Date) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "参数与默认"), Cols: []ui.Col{{Name: ui.T(ctx, "参数"), Main: true}, {Name: ui.T(ctx, "现值")},
		{Name: ui.T(ctx, "来历")}, {Name: ui.T(ctx, "理由")}}}
	for _, p := range k.Params {
		origin, cites := ui.T(ctx, "文件规定"), p.Basis
		switch {
		case p.Local:
			origin, cites = ui.T(ctx, "本市设定"), p.Gap
		case p.Default():
			origin, cites = ui.T(ctx, "平台默认，文件未写明"), p.Gap
		}
		var ids []string
		for _, c := range cites {
			ids = append(ids, c.ID)
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: p.Name, Cells: []ui.Cell{{Text: p.Label, Note: p.Name}, {Text: p.Words(today)},
			{Text: origin, Note: strings.Join(ids, " ")}, {Text: p.Why}}})
	}
	return t
}

func versionFields(ctx context.Context, v *versionsPage) []ui.Field {
	var options []ui.Option
	for _, k := range v.Versions {
		options = append(options, ui.Option{Value: k.Version, Text: k.Version})
	}
	return []ui.Field{
		{Name: "from", Label: ui.T(ctx, "旧版本"), Kind: "select", Value: v.From, Options: options},
		{Name: "to", Label: ui.T(ctx, "新版本"), Kind: "select", Value: v.To, Options: options},
	}
}

// changeNames say what became of an element between two versions.
var changeNames = map[string]string{"added": ui.N("新增"), "removed": ui.N("删去"), "changed": ui.N("改动")}

func changeTable(ctx context.Context, v *versionsPage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "版本差异"), Cols: []ui.Col{{Name: ui.T(ctx, "要素"), Main: true}, {Name: ui.T(ctx, "变化")},
		{Name: ui.T(ctx, "旧版本")}, {Name: ui.T(ctx, "新版本")}}, Empty: ui.Empty(ui.T(ctx, "两个版本没有差异"), "")}
	for _, c := range v.Changes {
		t.Rows = append(t.Rows, ui.TableRow{ID: c.ID, Cells: []ui.Cell{{Text: c.Name, Note: c.ID}, {Text: ui.T(ctx, changeNames[c.Kind])}, {Text: c.Old}, {Text: c.New}}})
	}
	return t
}
