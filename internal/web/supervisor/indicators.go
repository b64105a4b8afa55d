package supervisor

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"linli/internal/db"
	"linli/internal/indicator"
	"linli/internal/law"
	"linli/internal/web/ui"
)

// basis are clauses as facts that lead to them.
func (p *Pages) basis(list []law.Clause) []ui.Pair {
	var out []ui.Pair
	for _, c := range list {
		out = append(out, ui.Pair{Name: "依据", Body: ui.ClauseLink(c, p.Town.Gist(c))})
	}
	return out
}

// A defined is one indicator with its figures.
type defined struct {
	*view
	Page    ui.Page
	Filter  filterForm
	Answer  indicator.Answer // by month
	Facts   []ui.Pair
	Months  ui.Table
	Trend   ui.Chart
	Catalog ui.Table // of all indicators, on their page
}

// indicators lists the definitions in force with their figure of the period.
func (p *Pages) indicators(w http.ResponseWriter, r *http.Request) error {
	d := &defined{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if d.view, err = p.look(tx, r); err != nil {
			return err
		}
		answers, err := p.Figures.Ask(tx, d.by, d.question(""), p.periodic(d.view)...)
		if err != nil {
			return err
		}
		d.Catalog = ui.Table{Caption: ui.T(d.ctx, "指标"), Cols: []ui.Col{{Name: ui.T(d.ctx, "指标"), Main: true}, {Name: ui.T(d.ctx, "本期"), Num: true},
			{Name: ui.T(d.ctx, "占全部登记"), Num: true}, {Name: ui.T(d.ctx, "口径")}, {Name: ui.T(d.ctx, "出处")}}}
		for _, a := range answers {
			d.Catalog.Rows = append(d.Catalog.Rows, d.catalogRow(a))
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.Filter = d.filter("/supervisor/indicators")
	d.Page = page(r.Context(), "/supervisor/indicators", ui.T(r.Context(), "%s：指标", d.areaName()), ui.T(r.Context(), "每个数都能点开，看到它由哪些办件组成。"))
	return ui.Render(w, r, catalogPage(d))
}

// periodic are the definitions that are asked for a period: not what is only true now.
func (p *Pages) periodic(v *view) []indicator.Definition {
	var list []indicator.Definition
	for _, d := range p.Figures.List(v.period.To) {
		if d.Document != indicator.Standard || d.ID != "overdue" {
			list = append(list, d)
		}
	}
	return list
}

func (v *view) catalogRow(a indicator.Answer) ui.TableRow {
	f := a.Total
	value, whole := ui.Cell{Text: ui.Count(f.Numerator), Href: v.href("/supervisor/indicators/"+a.Ref()+"/rows", "part", string(indicator.All))}, ""
	if a.Percent {
		value, whole = v.rate(&a, f), ui.Percent(f.Numerator, f.All)
	}
	return ui.TableRow{Cells: []ui.Cell{{Text: a.Name, Href: v.href("/supervisor/indicators/" + a.Ref())}, value, {Text: whole}, {Text: a.Says}, {Text: v.source(a.Definition)}}}
}

// source says where a definition comes from.
func (v *view) source(d indicator.Definition) string {
	if d.Document == indicator.Standard {
		return ui.T(v.ctx, "通用口径 第 %s 版", d.Version)
	}
	if p := v.town.Packs().Pack(d.Document, ""); p != nil {
		return p.Document.Number
	}
	return d.Document
}

// definition finds the indicator that the address names.
func (p *Pages) definition(r *http.Request, v *view) (indicator.Definition, error) {
	document, id, _ := strings.Cut(r.PathValue("ref"), ".")
	return p.Figures.Find(document, id, v.period.To)
}

// indicator shows one definition: in words, with its clauses, and its figures month by month.
func (p *Pages) indicator(w http.ResponseWriter, r *http.Request) error {
	d, err := p.byMonth(r)
	if err != nil {
		return err
	}
	a := d.Answer
	of, base, hit := p.Figures.Formula(a.Definition, d.period.To)
	d.Facts = []ui.Pair{{Name: ui.T(d.ctx, "统计对象"), Text: of}}
	if a.Percent {
		d.Facts = append(d.Facts, ui.Pair{Name: ui.T(d.ctx, "分母"), Text: orAll(d, base)}, ui.Pair{Name: ui.T(d.ctx, "分子"), Text: hit})
	}
	d.Facts = append(d.Facts, ui.Pair{Name: ui.T(d.ctx, "出处和版本"), Text: d.source(a.Definition) + "　" + a.Version})
	d.Facts = append(d.Facts, p.basis(a.Basis)...)
	d.Filter = d.filter("/supervisor/indicators/" + a.Ref())
	d.Page = page(r.Context(), "/supervisor/indicators", a.Name, a.Says)
	d.Page.Charts = true
	d.Page.Trail = []ui.Link{{Text: ui.T(d.ctx, "指标"), Href: d.href("/supervisor/indicators")}}
	d.months()
	return ui.Render(w, r, definitionPage(d))
}

func orAll(d *defined, words string) string {
	if words == "" {
		return ui.T(d.ctx, "全部统计对象")
	}
	return words
}

// byMonth asks the indicator for each month of the period.
func (p *Pages) byMonth(r *http.Request) (*defined, error) {
	d := &defined{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if d.view, err = p.look(tx, r); err != nil {
			return err
		}
		def, err := p.definition(r, d.view)
		if err != nil {
			return err
		}
		answers, err := p.Figures.Ask(tx, d.by, d.question("month"), def)
		if err != nil {
			return err
		}
		d.Answer = answers[0]
		return nil
	})
	return d, err
}

// months puts the figures into a table, each leading to its cases, and into a chart.
func (d *defined) months() {
	a := &d.Answer
	d.Months = ui.Table{Caption: ui.T(d.ctx, "逐月数值"), Cols: []ui.Col{{Name: ui.T(d.ctx, "登记月份"), Main: true}, {Name: ui.T(d.ctx, "数值"), Num: true},
		{Name: ui.T(d.ctx, "达到"), Num: true}, {Name: ui.T(d.ctx, "未达到"), Num: true}, {Name: ui.T(d.ctx, "应计"), Num: true}, {Name: ui.T(d.ctx, "全部登记"), Num: true}}}
	d.Trend = ui.Chart{ID: "months", Title: a.Name, Unit: "%", Lines: true, CSV: d.href("/supervisor/indicators/" + a.Ref() + "/csv"),
		Series: []ui.Series{{Name: ui.T(d.ctx, "占应计")}, {Name: ui.T(d.ctx, "占全部登记")}}}
	if !a.Percent {
		d.Trend.Unit, d.Trend.Lines, d.Trend.Series = ui.T(d.ctx, "件"), false, []ui.Series{{Name: a.Name}}
	}
	for _, f := range a.Figures {
		d.Months.Rows = append(d.Months.Rows, d.monthRow(f))
		d.Trend.Names = append(d.Trend.Names, f.Key)
		if !a.Percent {
			d.Trend.Series[0].Values = append(d.Trend.Series[0].Values, float64(f.Numerator))
			continue
		}
		d.Trend.Series[0].Values = append(d.Trend.Series[0].Values, percent(f.Rate()))
		d.Trend.Series[1].Values = append(d.Trend.Series[1].Values, percent(f.Whole()))
	}
}

func (d *defined) monthRow(f indicator.Figure) ui.TableRow {
	rows := func(part indicator.Part) string {
		return d.href("/supervisor/indicators/"+d.Answer.Ref()+"/rows", "by", "month", "key", f.Key, "part", string(part))
	}
	value := ui.Cell{Text: ui.Count(f.Numerator)}
	if d.Answer.Percent {
		value = d.rate(&d.Answer, f)
	}
	return ui.TableRow{Cells: []ui.Cell{{Text: f.Key}, value, {Text: ui.Count(f.Numerator), Href: rows(indicator.Hit)},
		{Text: ui.Count(f.Denominator - f.Numerator), Href: rows(indicator.Miss)}, {Text: ui.Count(f.Denominator), Href: rows(indicator.Base)},
		{Text: ui.Count(f.All), Href: rows(indicator.All)}}}
}

// indicatorFile is the table as a file.
func (p *Pages) indicatorFile(w http.ResponseWriter, r *http.Request) error {
	d, err := p.byMonth(r)
	if err != nil {
		return err
	}
	rows := [][]string{{"登记月份", "分子", "分母", "全部登记", "比率（%）", "下限（%）", "上限（%）"}}
	for _, f := range d.Answer.Figures {
		rows = append(rows, append([]string{f.Key}, cells(f)...))
	}
	return table(w, d.Answer.ID+".csv", rows)
}

// cells are a figure's numbers as a file has them.
func cells(f indicator.Figure) []string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	pc := func(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) }
	r := f.Rate()
	if r.Whole == 0 {
		return []string{n(f.Numerator), "0", n(f.All), "", "", ""}
	}
	return []string{n(f.Numerator), n(f.Denominator), n(f.All), pc(r.Share()), pc(r.Low), pc(r.High)}
}

// table writes rows as a file that office programs read right; what they would take for a formula is made inert.
func table(w http.ResponseWriter, name string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if _, err := w.Write([]byte("\uFEFF")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				row[i] = "'" + c
			}
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}
