package community

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/admission"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/hall"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// home is where a community worker begins: what is owed, what was sent down, what it costs, who comes and who waits at home.
// Streets, counties and the city see their communities.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var b *burden
	var owed []table.Line
	var halls []hall.Hall
	var visits []hall.Visit
	var saved table.Saving
	var day civil.Date
	var here, from int
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		day = today(tx)
		if b, err = p.burden(tx, by, r); err != nil {
			return err
		}
		if owed, err = p.Tables.Sheets(tx, by, table.Filter{State: table.Open, Limit: 50}); err != nil {
			return err
		}
		if saved, err = p.Tables.Saved(tx, by, ""); err != nil {
			return err
		}
		if halls, err = hall.Managed(tx, by); err != nil {
			return err
		}
		if here, from, err = event.Pending(tx, by); err != nil {
			return err
		}
		visits, err = hall.Visits(tx, by)
		return err
	})
	if err != nil {
		return err
	}
	pg := page(ctx, "/community", ui.T(ctx, "社区工作"), p.Town.Unit(by.Unit))
	pg.Wide = true
	worker := by.HasAny(staff.Community)
	stats := []ui.Stat{{Name: ui.T(ctx, "待填的报表"), Value: ui.Count(len(owed)), Unit: ui.T(ctx, "张"), Href: "/community/tables"},
		{Name: ui.T(ctx, "不用填的栏目"), Value: ui.Count(saved.Percent()), Unit: "%", Href: "/community/tables", Note: ui.T(ctx, "%d 栏中的 %d 栏", saved.Cells, saved.Itself+saved.Known)}}
	var parts []templ.Component
	if b.Rule != nil && worker {
		stats = append(stats, b.stats(ctx, b.Load.Of(by.Unit))...)
	}
	if worker {
		stats = append(stats, floating(ctx, here, from)...)
	}
	if open := openVisits(visits); worker {
		stats = append(stats, ui.Stat{Name: ui.T(ctx, "上门服务"), Value: ui.Count(open), Unit: ui.T(ctx, "件"), Href: "/hall/visits"})
	}
	parts = append(parts, ui.Stats(stats), part.Block(ui.T(ctx, "待填的报表"), ui.Rows(p.sheetTable(ctx, owed, day))))
	if b.Rule != nil {
		if worker {
			parts = append(parts, part.Block(ui.T(ctx, "准入的任务"), ui.Rows(p.caseTable(ctx, ui.T(ctx, "准入的任务"), mine(b.Load, by.Unit), b.Rule))))
		} else {
			parts = append(parts, part.Block(ui.T(ctx, "各社区负担"), ui.Rows(b.table(ctx, p.Town))))
		}
		parts = append(parts, part.ClauseLink(b.Rule.Basis[0], p.Town.Gist(b.Rule.Basis[0])))
	}
	if len(halls) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "服务设施"), ui.Rows(p.hallTable(ctx, halls, true))))
	}
	return ui.Render(w, r, pageOf(pg, parts...))
}

// floating leads to the notices about people who came or went: those on their way from here, and those that ask us about our own.
func floating(ctx context.Context, here, from int) []ui.Stat {
	return []ui.Stat{
		{Name: ui.T(ctx, "流动人口待办"), Value: ui.Count(here), Unit: ui.T(ctx, "人"), Href: "/register/floating"},
		{Name: ui.T(ctx, "外出人员待我方反馈"), Value: ui.Count(from), Unit: ui.T(ctx, "人"), Href: "/register/floating?side=home&state=" + event.Shared},
	}
}

func openVisits(list []hall.Visit) (n int) {
	for _, v := range list {
		if v.State == hall.Asked || v.State == hall.Assigned {
			n++
		}
	}
	return n
}

// mine are the tasks in which a unit has a part.
func mine(l *admission.Load, unit string) []*casework.Case {
	var list []*casework.Case
	for _, k := range l.Tasks {
		if own(k, unit) {
			list = append(list, k)
		}
	}
	return list
}
