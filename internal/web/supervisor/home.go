package supervisor

import (
	"math"
	"net/http"
	"slices"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/indicator"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/bulletin"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A home is the one page: what is late, where, why, who.
type home struct {
	*view
	Page   ui.Page
	Filter filterForm
	Tiles  []ui.Stat
	Where  ui.Map
	Areas  ui.Table
	Why    ui.Table
	Stuck  ui.Chart
	Who    ui.Table
	Trend  ui.Chart
	Oldest []casework.Line
}

// home answers what is late, where, why and who, for an area and a period.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	var h *home
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		v, err := p.look(tx, r)
		if err != nil {
			return err
		}
		h = &home{view: v, Filter: v.filter("/supervisor")}
		for _, load := range []func(*db.Tx, *home) error{p.tiles, p.where, p.why, p.who, p.trend, p.oldest} {
			if err := load(tx, h); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	h.Page = page(r.Context(), "/supervisor", ui.T(r.Context(), "%s督查总览", h.areaName()), ui.T(r.Context(), "什么逾期、在哪里、为什么、谁负责。数字点开是办件，地区点开往下看。"))
	h.Page.Trail, h.Page.Charts, h.Page.Maps, h.Page.Wide = h.trail("/supervisor"), true, len(h.Where.Areas) > 0, true
	return ui.Render(w, r, homePage(h))
}

// defs finds definitions of the general set.
func (p *Pages) defs(v *view, ids ...string) ([]indicator.Definition, error) {
	list := make([]indicator.Definition, len(ids))
	for i, id := range ids {
		d, err := p.Figures.Find(indicator.Standard, id, v.today())
		if err != nil {
			return nil, err
		}
		list[i] = d
	}
	return list, nil
}

// ask asks definitions of the general set.
func (p *Pages) ask(tx *db.Tx, v *view, q indicator.Question, ids ...string) ([]indicator.Answer, error) {
	defs, err := p.defs(v, ids...)
	if err != nil {
		return nil, err
	}
	return p.Figures.Ask(tx, v.by, q, defs...)
}

// tiles say how much is open and what is wrong with it now.
func (p *Pages) tiles(tx *db.Tx, h *home) error {
	now, err := p.ask(tx, h.view, h.present(""), "overdue")
	if err != nil {
		return err
	}
	total := now[0].Total
	h.Tiles = append(h.Tiles, ui.Stat{Name: ui.T(h.ctx, "在办"), Value: ui.Count(total.All), Unit: ui.T(h.ctx, "件"), Href: h.href("/supervisor/lists/open")},
		ui.Stat{Name: ui.T(h.ctx, "红牌（逾期）"), Value: ui.Count(total.Numerator), Unit: ui.T(h.ctx, "件"), Href: h.href("/supervisor/lists/late"), Mark: mark(total.Numerator, ui.Red),
			Note: ui.T(h.ctx, "占在办 %s", ui.Percent(total.Numerator, total.All))})
	if h.covers() {
		_, urgent, err := p.Town.Cases.Count(tx, h.by, "p:"+h.code)
		if err != nil {
			return err
		}
		h.Tiles = append(h.Tiles, ui.Stat{Name: ui.T(h.ctx, "黄牌和红牌"), Value: ui.Count(urgent), Unit: ui.T(h.ctx, "件"), Href: h.href("/supervisor/board", "period", ""), Mark: mark(int64(urgent), ui.Yellow)})
	}
	for _, id := range []string{"supervised", "appeals"} {
		n, err := p.Figures.Named(id)
		if err != nil {
			return err
		}
		count, err := p.Figures.Count(tx, h.by, n.In(h.area))
		if err != nil {
			return err
		}
		h.Tiles = append(h.Tiles, ui.Stat{Name: ui.T(h.ctx, n.Name), Value: ui.Count(count), Unit: ui.T(h.ctx, "件"), Href: h.href("/supervisor/lists/" + id)})
	}
	return nil
}

// covers reports whether the reader sees every case of the area, and not only those of his unit.
func (v *view) covers() bool {
	return v.area != "" && slices.ContainsFunc(v.by.Scope().Places, func(p string) bool { return place.Within(v.area, p) })
}

func (p *Pages) countNamed(tx *db.Tx, v *view, id string) (int64, error) {
	n, err := p.Figures.Named(id)
	if err != nil {
		return 0, err
	}
	return p.Figures.Count(tx, v.by, n.In(v.area))
}

// mark colours a figure only when there is something to see.
func mark(n int64, m ui.Mark) ui.Mark {
	if n == 0 {
		return ""
	}
	return m
}

// why says what is wrong with open cases: what watches flag, and at which step overdue cases are stuck.
func (p *Pages) why(tx *db.Tx, h *home) error {
	h.Why = ui.Table{Caption: ui.T(h.ctx, "为什么"), Empty: ui.Empty(ui.T(h.ctx, "监测项现在没有查出办件"), ""), Cols: []ui.Col{{Name: ui.T(h.ctx, "原因"), Main: true}, {Name: ui.T(h.ctx, "件数"), Num: true}, {Name: ui.T(h.ctx, "怎么判断")}}}
	byKind := map[string]int64{}
	for _, w := range p.Figures.Watches(h.today()) {
		n, _, err := p.Figures.CountFlagged(tx, h.by, w, h.area)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		byKind[w.Kind] += n
		h.Why.Rows = append(h.Why.Rows, ui.TableRow{Cells: []ui.Cell{{Text: w.Name, Href: h.href("/supervisor/watches/" + w.Ref())}, {Text: ui.Count(n)},
			{Text: w.Says, Note: p.Figures.Why(w, h.today())}}})
	}
	for _, k := range pack.WatchKinds {
		if n := byKind[k.Value]; n > 0 {
			h.Tiles = append(h.Tiles, ui.Stat{Name: ui.T(h.ctx, k.Label), Value: ui.Count(n), Unit: ui.T(h.ctx, "件"), Href: h.href("/supervisor/board", "tab", k.Value)})
		}
	}
	states, err := p.ask(tx, h.view, h.present("state"), "overdue")
	if err != nil {
		return err
	}
	h.Stuck = ui.Chart{ID: "stuck", Title: ui.T(h.ctx, "逾期件卡在哪一步"), Unit: ui.T(h.ctx, "件"), Flat: true, Series: []ui.Series{{Name: ui.T(h.ctx, "逾期"), Mark: ui.Red}}}
	figures := slices.Clone(states[0].Figures)
	slices.SortFunc(figures, func(a, b indicator.Figure) int { return int(b.Numerator - a.Numerator) })
	for _, f := range figures {
		if f.Numerator > 0 {
			h.Stuck.Names = append(h.Stuck.Names, h.name("state", f.Key))
			h.Stuck.Hrefs = append(h.Stuck.Hrefs, h.href("/supervisor/lists/late", "state", f.Key))
			h.Stuck.Series[0].Values = append(h.Stuck.Series[0].Values, float64(f.Numerator))
		}
	}
	return nil
}

// mostUnits bounds the table of units on the home page; the ranking has them all.
const mostUnits = 12

// who says which units have late cases, the most first.
func (p *Pages) who(tx *db.Tx, h *home) error {
	now, err := p.ask(tx, h.view, h.present("lead"), "overdue")
	if err != nil {
		return err
	}
	then, err := p.ask(tx, h.view, h.question("lead"), "on-time", "returned")
	if err != nil {
		return err
	}
	h.Who = ui.Table{Caption: ui.T(h.ctx, "谁"), Cols: []ui.Col{{Name: ui.T(h.ctx, "承办单位"), Main: true}, {Name: ui.T(h.ctx, "在办"), Num: true},
		{Name: ui.T(h.ctx, "逾期"), Num: true}, {Name: then[0].Name, Num: true}, {Name: then[1].Name, Num: true}}}
	figures := slices.Clone(now[0].Figures)
	slices.SortStableFunc(figures, func(a, b indicator.Figure) int { return int(b.Numerator - a.Numerator) })
	for _, f := range figures[:min(len(figures), mostUnits)] {
		row := ui.TableRow{Cells: []ui.Cell{{Text: h.name("lead", f.Key)}, {Text: ui.Count(f.All), Href: h.href("/supervisor/lists/open", "unit", f.Key)},
			{Text: ui.Count(f.Numerator), Href: h.href("/supervisor/lists/late", "unit", f.Key)}}}
		if f.Key == "" {
			row.Cells[1].Href, row.Cells[2].Href = "", ""
		}
		for i := range then {
			row.Cells = append(row.Cells, h.rate(&then[i], then[i].Of(f.Key)))
		}
		h.Who.Rows = append(h.Who.Rows, row)
	}
	return nil
}

// rate is a cell with a rate, its sample, its band when that is small, and the way to its cases.
func (v *view) rate(a *indicator.Answer, f indicator.Figure) ui.Cell {
	r := f.Rate()
	if r.Whole == 0 {
		return ui.Cell{}
	}
	lines := []string{ui.T(v.ctx, "%s / %s 件", ui.Count(r.Part), ui.Count(r.Whole))}
	if r.Small() {
		lines = append(lines, ui.T(v.ctx, "样本少：%s", bulletin.Band(r.Low, r.High)))
	}
	part := indicator.Miss // what went wrong
	if a.Better == "lower" {
		part = indicator.Hit
	}
	href := v.href("/supervisor/indicators/"+a.Ref()+"/rows", "by", a.Question.By, "key", f.Key, "part", string(part))
	text := ui.Percent(r.Part, r.Whole)
	return ui.Cell{Text: text, Href: href, Body: bulletin.Figure(text, href, lines)}
}

// trendMonths is how far back the trend goes.
const trendMonths = "12m"

// trend is the rate on time month by month, over what was due and over everything.
func (p *Pages) trend(tx *db.Tx, h *home) error {
	q := h.question("month")
	var err error
	if q.Period, err = periodOf(trendMonths, h.today()); err != nil {
		return err
	}
	answers, err := p.ask(tx, h.view, q, "on-time")
	if err != nil {
		return err
	}
	a := answers[0]
	h.Trend = ui.Chart{ID: "trend", Title: ui.T(h.ctx, "按期答复率，按登记月份"), Unit: "%", Lines: true, CSV: h.href("/supervisor/indicators/"+a.Ref()+"/csv", "period", trendMonths),
		Series: []ui.Series{{Name: ui.T(h.ctx, "占应答复")}, {Name: ui.T(h.ctx, "占全部登记")}}}
	for m := q.Period.From; !m.After(q.Period.To); m = m.AddMonths(1) {
		f := a.Of(m.String()[:7])
		h.Trend.Names = append(h.Trend.Names, m.String()[:7])
		h.Trend.Hrefs = append(h.Trend.Hrefs, h.href("/supervisor", "period", m.String()[:7]))
		h.Trend.Series[0].Values = append(h.Trend.Series[0].Values, percent(f.Rate()))
		h.Trend.Series[1].Values = append(h.Trend.Series[1].Values, percent(f.Whole()))
	}
	return nil
}

func percent(r indicator.Rate) float64 { return math.Round(1000*r.Share()) / 10 }

// oldest are the late cases that have waited longest.
func (p *Pages) oldest(tx *db.Tx, h *home) error {
	n, err := p.Figures.Named("late")
	if err != nil {
		return err
	}
	lines, _, err := p.Figures.Cases(tx, h.by, indicator.List{Where: n.Where, Open: true, Area: h.area})
	h.Oldest = lines[:min(len(lines), 5)]
	return err
}

// caseList shows cases with the way back here.
func (v *view) caseList(caption, back string, lines []casework.Line) part.List {
	return part.List{Caption: caption, Lines: lines, Now: v.now, Back: back, Empty: ui.Empty(ui.T(v.ctx, "没有这样的办件"), "")}
}

// supervises reports whether the reader takes steps as a supervisor.
func (v *view) supervises() bool { return v.by.HasAny(staff.Supervisor) }
