package inspection

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// opened are the flows of which rounds open cases today, in the order of their documents.
func (p *Pages) opened(on civil.Date) (list []*flow.Flow) {
	for _, of := range p.Town.Packs().Packs() {
		for _, k := range of.On(on).Rounds {
			e := p.Town.Packs().Flow(k.Opens, on)
			if e == nil {
				continue
			}
			if f := e.Flow(k.Opens); !slices.Contains(list, f) {
				list = append(list, f)
			}
		}
	}
	return list
}

// register lists what rounds led to in a quarter, however it came in: by grade, what is overdue, and what each case has of the facts that its flow asks for.
func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	var flows []*flow.Flow
	var list []casework.Inscription
	var of *flow.Flow
	var q civil.Period
	var now db.Time
	var due watched
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		today := place.Today(tx)
		now = db.At(tx.Now())
		flows, q = p.opened(today), quarter(today)
		if text := v.Get("from"); text != "" {
			d, err := civil.ParseDate(text)
			if err != nil {
				return fault.Invalid("from", "日期应如 2026-03-01")
			}
			q = quarter(d)
		}
		if len(flows) == 0 {
			return nil
		}
		of = flows[0]
		for _, f := range flows {
			if f.ID == v.Get("flow") {
				of = f
			}
		}
		var err error
		list, err = p.Town.Cases.Book(tx, by, casework.Span{Flows: p.Town.Packs().Handled(of.ID, today), From: q.From.In(civil.Shanghai), To: q.To.AddDays(1).In(civil.Shanghai), Limit: 500})
		if err != nil {
			return err
		}
		due, err = p.dues(tx, of, list)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "台账"), ui.T(ctx, "本季度的隐患和问题，不管是巡查发现还是群众举报：等级、四落实、逾期；每季滚动。"))
	if of == nil {
		return p.render(w, r, pg, "/inspection/register", ui.Empty(ui.T(ctx, "没有台账"), ui.T(ctx, "采用的文件没有规定巡查发现问题后怎样办理。")))
	}
	parts := []templ.Component{p.registerHead(ctx, flows, of, q, list, now)}
	if len(of.Dues) > 0 {
		parts = append(parts, ui.Filter("/inspection/register", due.fields(ctx, of, q, v.Get("due"))))
		list = due.only(of, list, v.Get("due"))
	}
	return p.render(w, r, pg, "/inspection/register", append(parts, ui.Rows(p.registerTable(ctx, of, list, due, now)))...)
}

// late reports whether a case is past its term and still open.
func late(k *casework.Case, now db.Time) bool {
	return slices.ContainsFunc(k.Situation.Running, func(c flow.Running) bool { return c.Stopped.IsZero() && !c.Limit.IsZero() && !now.Before(c.Limit) })
}

func (p *Pages) registerHead(ctx context.Context, flows []*flow.Flow, of *flow.Flow, q civil.Period, list []casework.Inscription, now db.Time) templ.Component {
	open, overdue := 0, 0
	by := map[string]int{}
	for _, n := range list {
		if of.Open(n.State()) {
			open++
		}
		if late(n.Case, now) {
			overdue++
		}
		by[n.Weight]++
	}
	stats := []ui.Stat{{Name: ui.T(ctx, "本季登记"), Value: ui.Count(len(list))}, {Name: ui.T(ctx, "没有办结"), Value: ui.Count(open)}, {Name: ui.T(ctx, "逾期"), Value: ui.Count(overdue)}}
	for _, f := range of.Facts {
		if f.Name != "weight" {
			continue
		}
		for _, o := range f.Options {
			stats = append(stats, ui.Stat{Name: o.Label, Value: ui.Count(by[o.Value])})
		}
	}
	var links []ui.Link
	for _, f := range flows {
		links = append(links, ui.Link{Text: f.Name, Href: "/inspection/register?flow=" + f.ID, Current: f == of})
	}
	before := q.From.AddDays(-1)
	nav := []ui.Button{{Text: ui.T(ctx, "上一季度"), Href: fmt.Sprintf("/inspection/register?flow=%s&from=%s", of.ID, before)},
		{Text: ui.T(ctx, "下一季度"), Href: fmt.Sprintf("/inspection/register?flow=%s&from=%s", of.ID, q.To.AddDays(1))}}
	return together(ui.Tabs(ui.T(ctx, "台账"), links), part.Says(period(ctx, q.From, q.To)), ui.Stats(stats), part.Ways(nav))
}

func (p *Pages) registerTable(ctx context.Context, of *flow.Flow, list []casework.Inscription, due watched, now db.Time) ui.Table {
	t := ui.Table{Caption: of.Name, Cols: []ui.Col{{Name: ui.T(ctx, "事项"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "承办单位")}, {Name: ui.T(ctx, "落实情况")}, {Name: ui.T(ctx, "状态")}},
		Empty: ui.Empty(ui.T(ctx, "本季度没有登记"), "")}
	if len(of.Dues) > 0 {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "督办事项")})
	}
	for _, n := range list {
		state := n.Case.State()
		words := string(state)
		if d := of.State(state); d != nil {
			words = d.Name
		}
		if late(n.Case, now) {
			words = ui.T(ctx, "%s，已逾期", words)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: n.Title, Href: part.CaseHref(n.ID), Note: n.Number}, {Text: p.Town.Place(n.Place)}, {Text: p.Town.Unit(n.Situation.Lead)},
			{Text: factWords(of, n.Case)}, {Text: words}}})
		if last := &t.Rows[len(t.Rows)-1]; len(of.Dues) > 0 {
			last.Cells = append(last.Cells, ui.Cell{Text: due.words(ctx, of, n)})
		}
	}
	return t
}

// factWords says what a case has of the facts that its flow asks for.
func factWords(of *flow.Flow, k *casework.Case) string {
	var list []string
	for _, f := range of.Facts {
		v, has := k.Situation.Facts[f.Name]
		if !has || v == "" {
			continue
		}
		text := fmt.Sprint(v)
		for _, o := range f.Options {
			if o.Value == text {
				text = o.Label
			}
		}
		list = append(list, f.Label+"："+text)
	}
	return strings.Join(list, "；")
}
