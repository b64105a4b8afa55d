package inspection

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves those who plan rounds and watch over them.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Rounds   *round.Rounds
}

// Roles are who enters these pages: who has to do with rounds, but grid workers, whose pages are their own.
var Roles = slices.DeleteFunc(slices.Clone(round.Readers), func(r staff.Role) bool { return r == staff.Grid })

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	office := p.Sessions.RequireRole(Roles...)
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /inspection":                       p.home,
		"GET /inspection/plans":                 p.plans,
		"GET /inspection/campaigns":             p.campaigns,
		"GET /inspection/plans/new":             p.newPlan,
		"POST /inspection/plans":                p.make,
		"GET /inspection/plans/{id}":            p.plan,
		"GET /inspection/plans/{id}/route":      p.route,
		"POST /inspection/plans/{id}/route":     p.arrange,
		"GET /inspection/plans/{id}/sheet":      p.sheet,
		"POST /inspection/tasks/{id}":           p.assign,
		"GET /inspection/points/{id}":           p.newVisit,
		"POST /inspection/points/{id}":          p.record,
		"GET /inspection/visits/{id}":           p.visit,
		"GET /inspection/findings":              p.findings,
		"POST /inspection/findings/{id}":        p.again,
		"GET /inspection/quotas":                p.quotas,
		"GET /inspection/quotas/{round}":        p.quotaRows,
		"GET /inspection/subjects":              p.subjects,
		"GET /inspection/subjects/{kind}/{id}":  p.subject,
		"POST /inspection/subjects/{kind}/{id}": p.mark,
		"GET /inspection/register":              p.register,
	} {
		mux.Handle(pattern, office(ui.Handler(f)))
	}
}

// page is the frame: that of the reader's own pages.
func (p *Pages) page(ctx context.Context, title, lead string) ui.Page {
	person := part.PersonOf(session.From(ctx))
	return ui.Page{Person: person, Title: title, Lead: lead, Nav: p.Town.NavOf(ctx, person, "/inspection"), Wide: true,
		Trail: []ui.Link{{Text: ui.T(ctx, "巡查检查"), Href: "/inspection"}}}
}

// tabs lead between the pages; at is the present one.
func tabs(ctx context.Context, at string) []ui.Link {
	links := []ui.Link{
		{Text: ui.T(ctx, "概况"), Href: "/inspection"},
		{Text: ui.T(ctx, "计划"), Href: "/inspection/plans"},
		{Text: ui.T(ctx, "专项行动"), Href: "/inspection/campaigns"},
		{Text: ui.T(ctx, "发现的问题"), Href: "/inspection/findings"},
		{Text: ui.T(ctx, "台账"), Href: "/inspection/register"},
		{Text: ui.T(ctx, "对象和等级"), Href: "/inspection/subjects"},
		{Text: ui.T(ctx, "定额"), Href: "/inspection/quotas"},
	}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, pg ui.Page, at string, parts ...templ.Component) error {
	return ui.Render(w, r, pageOf(pg, tabs(r.Context(), at), parts...))
}

func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

func (p *Pages) write(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

// day writes a date.
func day(ctx context.Context, d civil.Date) string { return ui.Date(ctx, d.In(civil.Shanghai)) }

// share writes so many of so many.
func share(ctx context.Context, n, of int) string {
	if of == 0 {
		return ui.T(ctx, "没有点位")
	}
	return ui.T(ctx, "%d / %d（%s）", n, of, ui.Percent(int64(n), int64(of)))
}

// who names those who go: a unit, or the workers of a grid.
func (p *Pages) who(ctx context.Context, unit string) string {
	if unit == "" {
		return ui.T(ctx, "网格员")
	}
	return p.Town.Unit(unit)
}
