package community

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/table"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// demands lists what the reader's unit asked for, and the templates it may ask with.
func (p *Pages) demands(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var list []table.Demand
	var templates []table.Template
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if list, err = p.Tables.Demands(tx, by); err != nil {
			return err
		}
		templates, err = p.Tables.Templates(tx, by)
		return err
	})
	if err != nil {
		return err
	}
	asked := ui.Table{Caption: ui.T(ctx, "本单位要过的报表"), Shown: true, Empty: ui.Empty(ui.T(ctx, "本单位还没有要过报表"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "报表"), Main: true}, {Name: ui.T(ctx, "为什么")},
		{Name: ui.T(ctx, "准入")}, {Name: ui.T(ctx, "期限")}}}
	for _, d := range list {
		asked.Rows = append(asked.Rows, ui.TableRow{Cells: []ui.Cell{{Text: d.Title, Href: "/community/demands/" + d.ID.String(), Note: pack.PeriodWords(d.Period)}, {Text: d.Why},
			{Text: d.Number}, {Text: d.Until.Words()}}})
	}
	models := ui.Table{Caption: ui.T(ctx, "可以要的报表"), Shown: true, Cols: []ui.Col{{Name: ui.T(ctx, "报表"), Main: true}, {Name: ui.T(ctx, "栏目"), Num: true}, {Name: ui.T(ctx, "其中自动填"), Num: true}, {Name: ui.T(ctx, "依据")}}}
	for _, t := range templates {
		n := 0
		for _, c := range t.Cells {
			if c.From != "" {
				n++
			}
		}
		href := ""
		if sends(by) {
			href = "/community/demands/new?template=" + url.QueryEscape(t.Ref)
		}
		row := []ui.Cell{{Text: t.Title, Href: href}, {Text: ui.Count(len(t.Cells))}, {Text: ui.Count(n)}, {Text: t.Basis}}
		if t.Unit != "" {
			row[3] = ui.Cell{Text: ui.T(ctx, "绑定单元格"), Href: "/community/templates/" + t.Ref}
		}
		models.Rows = append(models.Rows, ui.TableRow{Cells: row})
	}
	pg := page(ctx, "/community/demands", ui.T(ctx, "要报表"), ui.T(ctx, "没有准入的报表不能下发；同一栏、同一期间，社区只答一次。"))
	parts := []templ.Component{ui.Rows(models), ui.Rows(asked)}
	if sends(by) {
		parts = append(parts, part.Block(ui.T(ctx, "上传 Excel 模板"), uploadOf("/community/templates", []ui.Field{{Name: "title", Label: ui.T(ctx, "报表名称"), Required: true, Max: 80},
			{Name: "file", Label: ui.T(ctx, "Excel 文件"), Kind: "file", Accept: ".xlsx", Hint: ui.T(ctx, "名称写在左边，右边留空格给社区填")}}, ui.Button{Text: ui.T(ctx, "上传")})))
	}
	return ui.Render(w, r, pageOf(pg, parts...))
}

// wishOf reads what was typed.
func wishOf(v url.Values) (table.Wish, error) {
	wish := table.Wish{Template: v.Get("template"), Why: v.Get("why"), Number: v.Get("number"), Units: v["units"]}
	var wrong []fault.FieldError
	month, err := civil.ParseDate(v.Get("month") + "-01")
	if err != nil {
		wrong = append(wrong, fault.FieldError{Field: "month", Format: "月份写法如 2026-09"})
	} else {
		wish.Period = civil.Period{From: month, To: month.MonthEnd()}
	}
	if wish.Until, err = civil.ParseDate(v.Get("until")); err != nil {
		wrong = append(wrong, fault.FieldError{Field: "until", Format: "请填写填报期限"})
	}
	return wish, fault.Fields(wrong)
}

func (p *Pages) newDemand(w http.ResponseWriter, r *http.Request) error {
	return p.showDemand(w, r, r.URL.Query(), nil)
}

// showDemand asks who, why, until when, for which communities and by which admission.
func (p *Pages) showDemand(w http.ResponseWriter, r *http.Request, v url.Values, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	if !sends(by) {
		return fault.Forbidden("只有单位的工作人员可以下发报表")
	}
	var templates []table.Template
	var day civil.Date
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { day = today(tx); templates, err = p.Tables.Templates(tx, by); return err })
	if err != nil {
		return err
	}
	get := func(name, otherwise string) string {
		if v.Has(name) {
			return v.Get(name)
		}
		return otherwise
	}
	choose := ui.Field{Name: "template", Label: ui.T(ctx, "报表"), Kind: "select", Value: v.Get("template"), Required: true}
	for _, t := range templates {
		choose.Options = append(choose.Options, ui.Option{Value: t.Ref, Text: t.Title})
	}
	units := ui.Field{Name: "units", Label: ui.T(ctx, "哪些社区"), Kind: "choices", Values: v["units"], Required: true}
	for _, u := range p.reachable(by.Unit) {
		units.Options = append(units.Options, ui.Option{Value: u.Code, Text: u.Name})
	}
	last := civil.Date{Year: day.Year, Month: day.Month, Day: 1}.AddDays(-1)
	wrong := ui.FieldErrors(ctx, cause)
	fields := wrong.On([]ui.Field{choose, {Name: "number", Label: ui.T(ctx, "准入编号"), Value: v.Get("number"), Hint: ui.T(ctx, "没有经过准入的报表会被拒绝")},
		{Name: "why", Label: ui.T(ctx, "为什么要"), Kind: "longtext", Rows: 3, Value: v.Get("why"), Required: true, Max: 500},
		{Name: "month", Label: ui.T(ctx, "哪个月"), Value: get("month", last.String()[:7]), Required: true, Short: true},
		{Name: "until", Label: ui.T(ctx, "填报期限"), Kind: "date", Value: get("until", day.AddDays(10).String()), Required: true}, units})
	pg := page(ctx, "/community/demands", ui.T(ctx, "下发报表"), "")
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "要报表"), Href: "/community/demands"}}, wrong
	var parts []templ.Component
	if f := fault.As(cause); f != nil && f.Kind == fault.KindRefused {
		parts = append(parts, refusal(ui.Words(ctx, cause), f.Clause, p.Town.Gist(f.Clause)))
	}
	parts = append(parts, formOf("/community/demands", fields, ui.Button{Text: ui.T(ctx, "下发"), Kind: ui.Primary}, ui.Button{Text: ui.T(ctx, "取消"), Kind: ui.Quiet, Href: "/community/demands"}))
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// mostUnits bounds the communities that one form offers.
const mostUnits = 300

// reachable lists the communities below the place that a unit serves.
func (p *Pages) reachable(unit string) []unitOption {
	u, _ := p.Town.Units.Unit(unit)
	path := p.Town.Places.Tree().Path(u.Place)
	var list []unitOption
	for _, x := range p.Town.Units.Units() {
		if x.Kind == "community" && !x.Closed && path != "" && place.Within(p.Town.Places.Tree().Path(x.Place), path) && len(list) < mostUnits {
			list = append(list, unitOption{x.Code, x.Name})
		}
	}
	return list
}

type unitOption struct{ Code, Name string }

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	var id db.ID
	wish, err := wishOf(r.PostForm)
	if err == nil {
		err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			id, err = p.Tables.Demand(tx, session.Actor(r), ui.FormKey(r), wish)
			return err
		})
	}
	if k := fault.KindOf(err); err != nil && (k == fault.KindInvalid || k == fault.KindRefused) {
		return p.showDemand(w, r, r.PostForm, err)
	}
	return ui.Done(w, r, err, "/community/demands/"+id.String(), ui.T(r.Context(), "报表已下发，已知的栏目已自动填好"))
}

// demand is what became of a table that was asked for.
func (p *Pages) demand(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var lines []table.Line
	var day civil.Date
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		day = today(tx)
		lines, err = p.Tables.Sheets(tx, by, table.Filter{Demand: ui.ID(r), Limit: 500})
		return err
	})
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fault.NotFound("没有这张报表，或您无权查看")
	}
	pg := page(ctx, "/community/demands", lines[0].Of.Title, lines[0].Of.Why)
	pg.Trail, pg.Wide = []ui.Link{{Text: ui.T(ctx, "要报表"), Href: "/community/demands"}}, true
	var s table.Saving
	for _, l := range lines {
		s.Sheets, s.Cells, s.Itself, s.Known, s.Asked = s.Sheets+1, s.Cells+l.Cells, s.Itself+l.Itself, s.Known+l.Known, s.Asked+l.Asked
	}
	return ui.Render(w, r, pageOf(pg, ui.Stats(savingStats(ctx, s)), ui.Rows(p.sheetTable(ctx, lines, day))))
}
