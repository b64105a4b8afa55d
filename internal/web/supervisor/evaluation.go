package supervisor

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/pack"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// An evaluated is how areas, units or posts stand in a month by a composite score.
type evaluated struct {
	*view
	Page    ui.Page
	Filter  filterForm
	Scoring *indicator.Scoring // nil: no document in force has one
	List    []indicator.Standing
	Table   ui.Table
	Chart   ui.Chart
	Weights ui.Table
	Sides   ui.Table // figures of the whole area by the side from which they judge
	CSV     string
}

// objects are what may be evaluated, in words.
var objects = map[string]string{pack.ByArea: ui.N("区域"), "lead": ui.N("部门"), "raised_by": ui.N("上报岗位"), "sent_by": ui.N("派遣岗位"), "checked_by": ui.N("核查岗位")}

func (p *Pages) evaluation(w http.ResponseWriter, r *http.Request) error {
	e, err := p.evaluate(r)
	if err != nil {
		return err
	}
	e.Page = page(r.Context(), "/supervisor/evaluation", ui.T(r.Context(), "%s：综合评价", e.areaName()), "")
	e.Page.Wide, e.Page.Charts = true, true
	if e.Scoring != nil {
		e.Page.Lead = e.Scoring.Says
		e.show(p)
	}
	return ui.Render(w, r, evaluationPage(e))
}

// evaluate asks for the standings of one month; the latest that has begun when the address names no whole month.
func (p *Pages) evaluate(r *http.Request) (*evaluated, error) {
	e := &evaluated{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if e.view, err = p.look(tx, r); err != nil {
			return err
		}
		if e.period.From.Day != 1 || e.period.To != e.period.From.MonthEnd() {
			today := e.today()
			e.word = today.String()[:7]
			e.period.From = civil.Date{Year: today.Year, Month: today.Month, Day: 1}
			e.period.To = e.period.From.MonthEnd()
		}
		list := p.Figures.Scorings(e.period.To)
		if len(list) == 0 {
			return nil
		}
		e.Scoring = &list[0]
		if ref := r.URL.Query().Get("score"); ref != "" {
			i := slices.IndexFunc(list, func(s indicator.Scoring) bool { return s.Ref() == ref })
			if i < 0 {
				return fault.NotFound("没有评价办法 %s", ref)
			}
			e.Scoring = &list[i]
		}
		e.Filter = e.monthly(list)
		if e.List, err = p.Live.Judge(tx, e.by, *e.Scoring, e.question("")); err != nil {
			return err
		}
		if err := e.called(tx); err != nil {
			return err
		}
		sides, err := p.Live.Ask(tx, e.by, e.question(""), p.Figures.On(e.Scoring.Document, e.period.To)...)
		e.Sides = e.sides(sides)
		return err
	})
	return e, err
}

// called finds the names of the accounts that a post is judged by.
func (e *evaluated) called(tx *db.Tx) error {
	e.people = map[string]string{}
	if !strings.HasSuffix(e.Scoring.Of, "_by") {
		return nil
	}
	for _, s := range e.List {
		id, err := db.ParseID(s.Key)
		if err != nil {
			continue // the platform itself
		}
		a, err := staff.AccountOf(tx, id)
		var f *fault.Error
		if errors.As(err, &f) && f.Kind == fault.KindNotFound {
			continue
		}
		if err != nil {
			return err
		}
		e.people[s.Key] = a.Name
	}
	return nil
}

// monthly asks for another month or another score.
func (e *evaluated) monthly(list []indicator.Scoring) filterForm {
	var months []ui.Option
	first := civil.Date{Year: e.today().Year, Month: e.today().Month, Day: 1}
	for i := range 13 {
		d := first.AddMonths(-i)
		months = append(months, ui.Option{Value: d.String()[:7], Text: ui.T(e.ctx, "%d年%d月", d.Year, int(d.Month))})
	}
	var scores []ui.Option
	for _, s := range list {
		scores = append(scores, ui.Option{Value: s.Ref(), Text: ui.T(e.ctx, objects[s.Of]) + "：" + s.Name})
	}
	return filterForm{"/supervisor/evaluation", []ui.Field{{Name: "area", Kind: "hidden", Value: e.code},
		{Name: "period", Label: ui.T(e.ctx, "登记月份"), Kind: "select", Value: e.word, Options: months},
		{Name: "score", Label: ui.T(e.ctx, "评价"), Kind: "select", Value: e.Scoring.Ref(), Options: scores}}}
}

// show makes the tables and the picture.
func (e *evaluated) show(p *Pages) {
	s := e.Scoring
	e.Table = ui.Table{Caption: s.Name, Cols: []ui.Col{{Name: ui.T(e.ctx, "名次"), Num: true}, {Name: ui.T(e.ctx, objects[s.Of]), Main: true}, {Name: ui.T(e.ctx, "得分"), Num: true}}}
	for _, d := range s.Defs {
		e.Table.Cols = append(e.Table.Cols, ui.Col{Name: d.Name, Num: true})
	}
	chart := ui.Chart{ID: "evaluation", Title: s.Name, Unit: ui.T(e.ctx, "分"), Flat: true, Series: []ui.Series{{Name: ui.T(e.ctx, "得分")}}}
	for _, st := range e.List {
		e.Table.Rows = append(e.Table.Rows, e.row(st))
		if st.At > 0 && len(chart.Names) < 20 {
			chart.Names = append(chart.Names, e.name(s.Of, st.Key))
			chart.Series[0].Values = append(chart.Series[0].Values, float64(st.Points.Hundredths)/100)
		}
	}
	e.Chart = chart
	e.Weights = ui.Table{Caption: ui.T(e.ctx, "评价项和权重"), Cols: []ui.Col{{Name: ui.T(e.ctx, "指标"), Main: true}, {Name: ui.T(e.ctx, "权重"), Num: true},
		{Name: ui.T(e.ctx, "口径")}, {Name: ui.T(e.ctx, "维度")}}}
	for i, part := range s.Parts {
		e.Weights.Rows = append(e.Weights.Rows, e.weight(s.Defs[i], ui.T(e.ctx, "%d%%", part.Weight)))
	}
	for i, m := range s.Minus {
		words := ui.T(e.ctx, "每件扣 %d 分", m.Points)
		if m.Most > 0 {
			words = ui.T(e.ctx, "每件扣 %d 分，最多 %d 分", m.Points, m.Most)
		}
		e.Weights.Rows = append(e.Weights.Rows, e.weight(s.Defs[len(s.Parts)+i], words))
	}
	e.CSV = e.href("/supervisor/evaluation/csv", "score", s.Ref())
}

func (e *evaluated) weight(d indicator.Definition, words string) ui.TableRow {
	return ui.TableRow{Cells: []ui.Cell{{Text: d.Name, Href: e.href("/supervisor/indicators/" + d.Ref())}, {Text: words}, {Text: d.Says}, {Text: e.side(d.Axis)}}}
}

// side says from where a figure judges.
func (e *evaluated) side(a pack.Axis) string {
	for _, o := range pack.Axes {
		if o.Value == string(a) {
			return ui.T(e.ctx, o.Label)
		}
	}
	return ""
}

// row is one group: its points, and each figure with the cases that it opens to.
func (e *evaluated) row(st indicator.Standing) ui.TableRow {
	s := e.Scoring
	at, note := strconv.Itoa(st.At), ""
	if st.At == 0 {
		if at, note = "—", ui.T(e.ctx, "样本少，不参与排名"); !st.Points.Whole {
			note = ui.T(e.ctx, "没有应计的办件")
		}
	}
	name := ui.Cell{Text: e.name(s.Of, st.Key), Note: note}
	if s.Of == pack.ByArea && st.Key != e.code {
		name.Href = e.href("/supervisor/evaluation", "area", st.Key, "score", s.Ref())
	}
	cells := []ui.Cell{{Text: at}, name, {Text: st.Points.String()}}
	for i, d := range s.Defs {
		f := st.Figures[i]
		if d.Percent {
			cells = append(cells, e.rate(&indicator.Answer{Definition: d, Question: e.question(s.Of)}, f))
			continue
		}
		cells = append(cells, ui.Cell{Text: ui.Count(f.Numerator), Href: e.href("/supervisor/indicators/"+d.Ref()+"/rows", "by", s.Of, "key", st.Key, "part", string(indicator.Hit))})
	}
	return ui.TableRow{Cells: cells}
}

// sides lists the figures of the whole area.
func (e *evaluated) sides(answers []indicator.Answer) ui.Table {
	t := ui.Table{Caption: ui.T(e.ctx, "四个维度"), Shown: true, Cols: []ui.Col{{Name: ui.T(e.ctx, "维度")}, {Name: ui.T(e.ctx, "指标"), Main: true}, {Name: ui.T(e.ctx, "本月"), Num: true}, {Name: ui.T(e.ctx, "口径")}}}
	for _, a := range answers {
		value := ui.Cell{Text: ui.Count(a.Total.Numerator), Href: e.href("/supervisor/indicators/"+a.Ref()+"/rows", "part", string(indicator.Hit))}
		if a.Percent {
			value = e.rate(&a, a.Total)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: e.side(a.Axis)}, {Text: a.Name, Href: e.href("/supervisor/indicators/" + a.Ref())}, value, {Text: a.Says}}})
	}
	return t
}

// evaluationFile is the standings as a file.
func (p *Pages) evaluationFile(w http.ResponseWriter, r *http.Request) error {
	e, err := p.evaluate(r)
	if err != nil {
		return err
	}
	if e.Scoring == nil {
		return fault.NotFound("现行文件里没有综合评价办法")
	}
	head := []string{"名次", "名称", "得分"}
	for _, d := range e.Scoring.Defs {
		head = append(head, d.Name+"分子", d.Name+"分母")
	}
	rows := [][]string{head}
	for _, st := range e.List {
		at := "不参与排名"
		if st.At > 0 {
			at = strconv.Itoa(st.At)
		}
		row := []string{at, e.name(e.Scoring.Of, st.Key), st.Points.String()}
		for _, f := range st.Figures {
			row = append(row, strconv.FormatInt(f.Numerator, 10), strconv.FormatInt(f.Denominator, 10))
		}
		rows = append(rows, row)
	}
	return table(w, "evaluation-"+e.word+".csv", rows)
}
