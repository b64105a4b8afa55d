package community

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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

func today(tx *db.Tx) civil.Date { return place.Today(tx) }

// tables lists the sheets that the reader sees: his unit owes them, or he oversees or asked.
func (p *Pages) tables(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var lines []table.Line
	var saved table.Saving
	var day civil.Date
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		day = today(tx)
		if lines, err = p.Tables.Sheets(tx, by, table.Filter{}); err != nil {
			return err
		}
		saved, err = p.Tables.Saved(tx, by, "")
		return err
	})
	if err != nil {
		return err
	}
	pg := page(ctx, "/community/tables", ui.T(ctx, "报表"), ui.T(ctx, "平台知道的自动填好，以前答过的不再问，只填剩下的。"))
	pg.Wide = true
	return ui.Render(w, r, pageOf(pg, ui.Stats(savingStats(ctx, saved)), ui.Rows(p.sheetTable(ctx, lines, day))))
}

// savingStats show how much of the tables nobody had to type.
func savingStats(ctx context.Context, s table.Saving) []ui.Stat {
	return []ui.Stat{{Name: ui.T(ctx, "不用填的栏目"), Value: strconv.Itoa(s.Percent()), Unit: "%", Note: ui.T(ctx, "%d 栏中的 %d 栏", s.Cells, s.Itself+s.Known)},
		{Name: ui.T(ctx, "自动填好"), Value: ui.Count(s.Itself), Unit: ui.T(ctx, "栏")}, {Name: ui.T(ctx, "以前答过"), Value: ui.Count(s.Known), Unit: ui.T(ctx, "栏")},
		{Name: ui.T(ctx, "要填的"), Value: ui.Count(s.Asked), Unit: ui.T(ctx, "栏")}}
}

func (p *Pages) sheetTable(ctx context.Context, lines []table.Line, day civil.Date) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "报表"), Empty: ui.Empty(ui.T(ctx, "没有报表"), ui.T(ctx, "经准入的报表下发以后出现在这里。")), Cols: []ui.Col{{Name: ui.T(ctx, "报表"), Main: true},
		{Name: ui.T(ctx, "社区")}, {Name: ui.T(ctx, "要表的单位")}, {Name: ui.T(ctx, "期限")}, {Name: ui.T(ctx, "填报情况")}}}
	for _, l := range lines {
		row := ui.TableRow{Cells: []ui.Cell{{Text: l.Of.Title, Href: "/community/tables/" + l.ID.String(), Note: pack.PeriodWords(l.Of.Period)}, {Text: p.Town.Unit(l.Unit)},
			{Text: p.Town.Unit(l.Of.Unit), Note: l.Of.Number}, {Text: l.Of.Until.Words()}, {Text: ui.T(ctx, "已填好"), Note: ui.T(ctx, "%d 栏中 %d 栏没有人填过", l.Cells, l.Itself+l.Known)}}}
		if l.State == table.Open {
			row.Cells[4] = ui.Cell{Text: ui.T(ctx, "还要填 %d 栏", l.Asked), Note: ui.T(ctx, "%d 栏已自动填好", l.Itself+l.Known)}
			if day.After(l.Of.Until) {
				row.Mark, row.Cells[4].Note = ui.Red, ui.T(ctx, "已超过期限")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	return p.showSheet(w, r, nil)
}

// showSheet shows what is filled and from where, and asks only the rest.
func (p *Pages) showSheet(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var v *table.View
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { v, err = p.Tables.Sheet(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/community/tables", v.Of.Title, ui.T(ctx, "%s，%s", p.Town.Unit(v.Unit), pack.PeriodWords(v.Of.Period)))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "报表"), Href: "/community/tables"}}, wrong
	facts := []ui.Pair{{Name: ui.T(ctx, "谁要"), Text: p.Town.Unit(v.Of.Unit) + " " + v.Of.Name}, {Name: ui.T(ctx, "为什么"), Text: v.Of.Why}, {Name: ui.T(ctx, "期限"), Text: v.Of.Until.Words()}}
	if !v.Of.Admission.IsZero() {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "准入"), Text: v.Of.Number, Href: part.CaseHref(v.Of.Admission)})
	}
	parts := []templ.Component{ui.Facts(facts)}
	if missing := v.Missing(); v.Fills && len(missing) > 0 {
		var fields []ui.Field
		for _, c := range missing {
			kind := "number"
			if c.Kind == "text" {
				kind = "text"
			}
			fields = append(fields, ui.Field{Name: c.At, Label: c.Label, Kind: kind, Value: r.PostFormValue(c.At), Required: true, Max: 200})
		}
		parts = append(parts, section(ui.T(ctx, "还要填 %d 栏", len(missing)), formOf("/community/tables/"+v.ID.String(), wrong.On(fields), ui.Button{Text: ui.T(ctx, "填好了"), Kind: ui.Primary})))
	}
	parts = append(parts, ui.Rows(p.cellTable(ctx, v)), download("/community/tables/"+v.ID.String()+"/file", ui.T(ctx, "下载 Excel")))
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// cellTable lists every cell with its value and where it comes from.
func (p *Pages) cellTable(ctx context.Context, v *table.View) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "全部栏目"), Shown: true, Cols: []ui.Col{{Name: ui.T(ctx, "栏目"), Main: true}, {Name: ui.T(ctx, "值")}, {Name: ui.T(ctx, "来源")}}}
	for _, c := range v.Of.Cells {
		row := ui.TableRow{Cells: []ui.Cell{{Text: c.Label, Note: c.At}, {}, {Text: ui.T(ctx, "待填")}}}
		if x, ok := v.Values[c.At]; ok {
			row.Cells[1].Text = x.Text
			switch x.Origin {
			case table.Itself:
				row.Cells[2] = ui.Cell{Text: ui.T(ctx, "平台已有：%s", sourceWords(ctx, x.Note)), Note: ui.Date(ctx, x.At.Time)}
			case table.Before:
				row.Cells[2] = ui.Cell{Text: ui.T(ctx, "以前答过：%s", x.Note), Note: ui.Date(ctx, x.At.Time)}
			default:
				row.Cells[2] = ui.Cell{Text: ui.T(ctx, "%s 填报", x.Note), Note: ui.Date(ctx, x.At.Time)}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sourceWords says a source as pages do.
func sourceWords(ctx context.Context, from string) string {
	head, rest, more := strings.Cut(from, ":")
	if more {
		head += ":"
	}
	for _, o := range pack.FacilityFigures {
		if head == "halls:" && o.Value == rest {
			return ui.T(ctx, o.Label)
		}
	}
	for _, o := range pack.TableSources {
		if o.Value == head {
			return strings.TrimSpace(ui.T(ctx, o.Label) + " " + rest)
		}
	}
	return from
}

// answer fills in the rest.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	given := map[string]string{}
	for name := range r.PostForm {
		if pack.CellName(name) {
			given[name] = r.PostForm.Get(name)
		}
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return p.Tables.Answer(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), given) })
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showSheet(w, r, err)
	}
	return ui.Done(w, r, err, "/community/tables/"+ui.ID(r).String(), ui.T(r.Context(), "报表已填好，以后同一期间不再问"))
}

func (p *Pages) workbook(w http.ResponseWriter, r *http.Request) error {
	var name string
	var data []byte
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		name, data, err = p.Tables.Workbook(tx, session.Actor(r), ui.ID(r))
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, err = w.Write(data)
	return err
}

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
		parts = append(parts, section(ui.T(ctx, "上传 Excel 模板"), uploadOf("/community/templates", []ui.Field{{Name: "title", Label: ui.T(ctx, "报表名称"), Required: true, Max: 80},
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

func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	files, err := p.Town.Receive(r, "file")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.Invalid("file", "请选择要上传的 Excel 文件")
	}
	var ref string
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		ref, err = p.Tables.Upload(tx, session.Actor(r), ui.FormKey(r), r.PostFormValue("title"), files[0].File, files[0].Name)
		return err
	})
	return ui.Done(w, r, err, "/community/templates/"+ref, ui.T(r.Context(), "模板已上传，请核对每个单元格"))
}

func (p *Pages) template(w http.ResponseWriter, r *http.Request) error {
	return p.showTemplate(w, r, nil)
}

// showTemplate binds the cells of an uploaded workbook: what each means, and where it comes from.
func (p *Pages) showTemplate(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	var t table.Template
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = p.Tables.Template(tx, session.Actor(r), r.PathValue("id"))
		return err
	})
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/community/demands", t.Title, ui.T(ctx, "每个单元格是什么、从哪里来；没有来源的，社区答一次，以后不再问。"))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "要报表"), Href: "/community/demands"}}, wrong
	var parts []templ.Component
	var groups []cellGroup
	for _, c := range t.Cells {
		value := func(name, otherwise string) string {
			if v, ok := r.PostForm[name+"-"+c.At]; ok {
				return v[0]
			}
			return otherwise
		}
		kinds := ui.Field{Name: "kind-" + c.At, Label: ui.T(ctx, "类型"), Kind: "select", Value: value("kind", c.Kind)}
		for _, o := range pack.TableKinds {
			kinds.Options = append(kinds.Options, ui.Option{Value: o.Value, Text: ui.T(ctx, o.Label)})
		}
		from := ui.Field{Name: "from-" + c.At, Label: ui.T(ctx, "从哪里来"), Kind: "select", Value: value("from", c.From), Options: p.sources(ctx)}
		groups = append(groups, cellGroup{c.At + " " + c.Label, wrong.On([]ui.Field{{Name: "label-" + c.At, Label: ui.T(ctx, "名称"), Value: value("label", c.Label), Max: 60}, kinds, from})})
	}
	parts = append(parts, bindForm("/community/templates/"+t.Ref, groups))
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// A cellGroup is the questions about one cell.
type cellGroup struct {
	Name   string
	Fields []ui.Field
}

// sources lists where a cell may be filled from in this city: fixed ones, facilities, channels, books, indicators, burdens.
func (p *Pages) sources(ctx context.Context) []ui.Option {
	var list []ui.Option
	add := func(value, text string) { list = append(list, ui.Option{Value: value, Text: text}) }
	for _, o := range pack.TableSources {
		if !strings.HasSuffix(o.Value, ":") {
			add(o.Value, ui.T(ctx, o.Label))
		}
	}
	for _, o := range pack.FacilityFigures {
		add("halls:"+o.Value, ui.T(ctx, o.Label))
	}
	for _, doc := range p.Town.Packs().Packs() {
		e := doc.On(civil.Date{Year: 9999, Month: 12, Day: 31})
		for _, f := range e.Flows {
			add("flow:"+f.ID, ui.T(ctx, "登记的办件：%s", f.Name))
		}
		for _, b := range e.Books {
			add("book:"+b.ID, ui.T(ctx, "登记簿件数：%s", b.Name))
		}
		for _, i := range e.Indicators {
			add("indicator:"+doc.Document.ID+"."+i.ID, ui.T(ctx, "指标：%s", i.Name))
		}
		for _, a := range e.Admissions {
			for _, m := range a.Measures {
				add("load:"+m.ID, ui.T(ctx, "准入任务：%s", m.Name))
			}
		}
	}
	return list
}

func (p *Pages) bind(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	by, ref := session.Actor(r), r.PathValue("id")
	var names []string
	for name := range r.PostForm {
		if at, ok := strings.CutPrefix(name, "label-"); ok && strings.TrimSpace(r.PostForm.Get(name)) != "" { // an empty name leaves the cell out
			names = append(names, at)
		}
	}
	slices.Sort(names)
	cells := make([]table.Cell, len(names))
	for i, at := range names {
		cells[i] = table.Cell{At: at, Label: r.PostForm.Get("label-" + at), Kind: r.PostForm.Get("kind-" + at), From: r.PostForm.Get("from-" + at)}
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return p.Tables.Bind(tx, by, ui.FormKey(r), ref, cells) })
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showTemplate(w, r, err)
	}
	return ui.Done(w, r, err, "/community/demands", ui.T(r.Context(), "单元格已绑定，可以下发了"))
}
