package draft

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/sheet"
	"linli/internal/simulation"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// show is a draft: what it changes, and what was found.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, base, err := p.draft(r)
	if err != nil {
		return err
	}
	pg := p.page(ctx, d.Title, ui.T(ctx, "%s，%s 起草。草案不影响任何人的待遇。", base.Document.Title, d.By))
	parts := []templ.Component{part.Block(ui.T(ctx, "改了什么"), ui.Rows(p.differences(ctx, base, &d))),
		part.Block(ui.T(ctx, "测算"), formOf(href(d.ID), ui.T(ctx, "对全市测算"), []ui.Field{{Name: "each", Label: ui.T(ctx, "问哪些人"), Kind: "choice", Value: "1", Required: true,
			Options: []ui.Option{{Value: "1", Text: ui.T(ctx, "所有人")}, {Value: "10", Text: ui.T(ctx, "每十人问一人，结果乘十")}}}}))}
	if d.Result == nil {
		return ui.Render(w, r, pageOf(pg, parts...))
	}
	pg.Charts = true
	var seen []simulation.Example
	err = p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		seen, err = simulation.Examples(tx, by, d.Result)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, pageOf(pg, append(parts, p.found(ctx, &d, seen)...)...))
}

func (p *Pages) draft(r *http.Request) (d simulation.Draft, base *pack.Pack, err error) {
	err = p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { d, err = simulation.Find(tx, by, ui.ID(r)); return err })
	if err != nil {
		return d, nil, err
	}
	if base = p.Town.Packs().Pack(d.Document, d.Version); base == nil {
		base = p.Town.Packs().Pack(d.Document, "")
	}
	if base == nil {
		return d, nil, fault.NotFound("没有这份文件")
	}
	return d, base, nil
}

func (p *Pages) differences(ctx context.Context, base *pack.Pack, d *simulation.Draft) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "改了什么"), Cols: []ui.Col{{Name: ui.T(ctx, "内容"), Main: true}, {Name: ui.T(ctx, "现行")}, {Name: ui.T(ctx, "草案")}}}
	changed, err := d.Read(base)
	if err != nil {
		return t
	}
	for _, c := range pack.Diff(base, changed) {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Name}, {Text: c.Old}, {Text: c.New}}})
	}
	return t
}

// run asks the city about a draft and keeps what it found.
func (p *Pages) run(w http.ResponseWriter, r *http.Request) error {
	d, base, err := p.draft(r)
	if err != nil {
		return err
	}
	changed, err := d.Read(base)
	if err != nil {
		return err
	}
	o := simulation.Options{Each: 1}
	if r.PostFormValue("each") == "10" {
		o.Each = 10
	}
	found, err := simulation.Run(r.Context(), p.Population, p.Town.Packs(), base, changed, o)
	if err != nil {
		return err
	}
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return simulation.Keep(tx, session.Actor(r), d.ID, found) })
	return ui.Done(w, r, err, href(d.ID), ui.T(r.Context(), "测算好了"))
}

// found is a result in figures, charts with their tables, and examples.
func (p *Pages) found(ctx context.Context, d *simulation.Draft, seen []simulation.Example) []templ.Component {
	x := d.Result
	var whole simulation.Side
	for _, b := range x.Benefits {
		whole.People, whole.After, whole.Cost, whole.Would, whole.Needy = whole.People+b.People, whole.After+b.After, whole.Cost+b.Cost, whole.Would+b.Would, whole.Needy+b.Needy
	}
	stats := []ui.Stat{{Name: ui.T(ctx, "现行一年"), Value: ui.Money(ctx, int64(whole.Cost))}, {Name: ui.T(ctx, "草案一年"), Value: ui.Money(ctx, int64(whole.Would))},
		{Name: ui.T(ctx, "增加的人"), Value: fmt.Sprint(x.Winners.People), Note: ui.Money(ctx, int64(x.Winners.Fen))}, {Name: ui.T(ctx, "减少的人"), Value: fmt.Sprint(x.Losers.People), Note: ui.Money(ctx, int64(x.Losers.Fen))},
		{Name: ui.T(ctx, "说不清的"), Value: fmt.Sprint(whole.Needy)}}
	parts := []templ.Component{part.Block(ui.T(ctx, "结果"), words(ui.T(ctx, "%s 的登记，问了 %d 人和户；按人人情况不变、发满一年计。", x.On.Words(), x.Asked)), ui.Stats(stats), part.Ways([]ui.Button{{Text: ui.T(ctx, "下载结果"), Href: href(d.ID) + "/result.xlsx"}}))}
	for _, part := range []struct {
		id, title string
		list      []simulation.Side
		flat      bool
	}{{"benefits", ui.T(ctx, "各项待遇"), x.Benefits, true}, {"payers", ui.T(ctx, "由谁出钱"), x.Payers, false}, {"areas", ui.T(ctx, "各县区"), p.areas(x.Areas), true}, {"months", ui.T(ctx, "以后十二个月"), x.Months, false}, {"groups", ui.T(ctx, "各年龄段"), x.Groups, false}} {
		parts = append(parts, ui.ShowChart(chart(ctx, part.id, part.title, part.list, part.flat)))
	}
	return append(parts, part.Block(ui.T(ctx, "谁多谁少（举例）"), p.examples(ctx, seen)), part.Block(ui.T(ctx, "缺哪些登记"), ui.Rows(missing(ctx, x.Open))))
}

func (p *Pages) areas(list []simulation.Side) []simulation.Side {
	out := append([]simulation.Side(nil), list...)
	for i := range out {
		codes := strings.Split(strings.Trim(out[i].Key, "/"), "/")
		out[i].Name = p.Town.Places.Tree().Name(codes[len(codes)-1])
	}
	return out
}

func chart(ctx context.Context, id, title string, list []simulation.Side, flat bool) ui.Chart {
	c := ui.Chart{ID: id, Title: title, Unit: ui.T(ctx, "元"), Flat: flat, Series: []ui.Series{{Name: ui.T(ctx, "现行")}, {Name: ui.T(ctx, "草案")}}}
	for _, s := range list {
		c.Names = append(c.Names, s.Name)
		c.Series[0].Values, c.Series[1].Values = append(c.Series[0].Values, float64(s.Cost)/100), append(c.Series[1].Values, float64(s.Would)/100)
	}
	return c
}

func (p *Pages) examples(ctx context.Context, list []simulation.Example) templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "谁多谁少（举例）"), Cols: []ui.Col{{Name: ui.T(ctx, "姓名"), Main: true}, {Name: ui.T(ctx, "待遇")}, {Name: ui.T(ctx, "现行"), Num: true}, {Name: ui.T(ctx, "草案"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "没有可以给您看的例子"), ui.T(ctx, "只有能查看救助资料的人看得到姓名。"))}
	for _, e := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: e.Name}, {Text: e.Benefit}, {Text: ui.Money(ctx, int64(e.Was))}, {Text: ui.Money(ctx, int64(e.Would))}}})
	}
	return ui.Rows(t)
}

func missing(ctx context.Context, list []simulation.Missing) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "缺哪些登记"), Cols: []ui.Col{{Name: ui.T(ctx, "登记项"), Main: true}, {Name: ui.T(ctx, "查看的人里缺的"), Num: true}}}
	for _, m := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: m.Name}, {Text: fmt.Sprint(m.People)}}})
	}
	return t
}

// book gives the result away as a workbook, one part below the other.
func (p *Pages) book(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, _, err := p.draft(r)
	if err != nil {
		return err
	}
	if d.Result == nil {
		return fault.NotFound("这份草案还没有测算")
	}
	var parts [][][]string
	for _, part := range []struct {
		title string
		list  []simulation.Side
	}{{ui.T(ctx, "各项待遇"), d.Result.Benefits}, {ui.T(ctx, "由谁出钱"), d.Result.Payers}, {ui.T(ctx, "各县区"), p.areas(d.Result.Areas)}, {ui.T(ctx, "以后十二个月"), d.Result.Months}, {ui.T(ctx, "各年龄段"), d.Result.Groups}} {
		rows := [][]string{{part.title, ui.T(ctx, "现行人数"), ui.T(ctx, "草案人数"), ui.T(ctx, "现行（元）"), ui.T(ctx, "草案（元）"), ui.T(ctx, "说不清的")}}
		for _, s := range part.list {
			rows = append(rows, []string{s.Name, fmt.Sprint(s.People), fmt.Sprint(s.After), yuan(s.Cost), yuan(s.Would), fmt.Sprint(s.Needy)})
		}
		parts = append(parts, rows)
	}
	return write(w, r, d.Title, parts)
}

func yuan(f money.Fen) string { return fmt.Sprintf("%d.%02d", f/100, f%100) }

// write sends tables below each other as a workbook.
func write(w http.ResponseWriter, r *http.Request, name string, parts [][][]string) error {
	var text bytes.Buffer
	out, err := sheet.NewBook(&text, "表")
	if err != nil {
		return err
	}
	for i, rows := range parts {
		if i > 0 {
			rows = append([][]string{{}}, rows...)
		}
		for _, row := range rows {
			if err := out.Row(row); err != nil {
				return err
			}
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".xlsx"}))
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(text.Bytes())
	return err
}
