package supervisor

import (
	"context"
	"net/http"

	"linli/internal/duty"
	"linli/internal/indicator"
	"linli/internal/notice"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves supervisors and leaders.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Figures  *indicator.Indicators
	Live     *indicator.Live
	Notices  *notice.Notices
	Duties   *duty.Duties
}

// Routes registers the pages. Lists that messages lead to are open to everybody in office, who finds there what he may see.
func Routes(mux *http.ServeMux, p *Pages) {
	p.Town.AddNav(ui.Supervisor, nav)
	over := p.Sessions.RequireRole(staff.Supervisor, staff.Leader, staff.Auditor)
	office := p.Sessions.RequireRole(staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Supervisor, staff.Leader, staff.Auditor)
	lead := p.Sessions.RequireRole(staff.Leader)
	for _, page := range []struct {
		who     func(http.Handler) http.Handler
		pattern string
		f       func(http.ResponseWriter, *http.Request) error
	}{
		{over, "GET /supervisor", p.home},
		{over, "GET /supervisor/areas.geojson", p.areas},
		{over, "GET /supervisor/board", p.board},
		{over, "GET /supervisor/lists/{id}", p.list},
		{office, "GET /supervisor/watches/{ref}", p.watch},
		{over, "GET /supervisor/indicators", p.indicators},
		{over, "GET /supervisor/indicators/{ref}", p.indicator},
		{over, "GET /supervisor/indicators/{ref}/rows", p.rows},
		{over, "GET /supervisor/indicators/{ref}/csv", p.indicatorFile},
		{over, "GET /supervisor/evaluation", p.evaluation},
		{over, "GET /supervisor/evaluation/csv", p.evaluationFile},
		{over, "GET /supervisor/rank", p.rank},
		{over, "GET /supervisor/rank/csv", p.rankFile},
		{office, "GET /supervisor/bulletins", p.bulletins},
		{over, "POST /supervisor/bulletins", p.makeBulletin},
		{office, "GET /supervisor/bulletins/{id}", p.bulletin},
		{office, "GET /supervisor/bulletins/{id}/csv", p.bulletinFile},
		{over, "GET /supervisor/bulletins/{id}/proof", p.proof},
		{over, "POST /supervisor/bulletins/{id}/sign", p.sign},
		{over, "POST /supervisor/bulletins/{id}/withdraw", p.withdraw},
		{office, "GET /supervisor/duties", p.duties},
		{office, "POST /supervisor/duties/{id}/finish", p.finish},
		{lead, "GET /leader", p.leader},
		{lead, "GET /leader/owed", p.owed},
		{lead, "GET /leader/late", p.lateInField},
	} {
		mux.Handle(page.pattern, page.who(ui.Handler(page.f)))
	}
}

// nav is the navigation of these pages; at is the address of the present one.
func nav(ctx context.Context, at string) []ui.Link {
	by := session.From(ctx)
	links := []ui.Link{}
	if by.HasAny(staff.Leader) {
		links = append(links, ui.Link{Text: ui.T(ctx, "待我批示"), Href: "/leader", Key: "alt+i"})
	}
	links = append(links,
		ui.Link{Text: ui.T(ctx, "总览"), Href: "/supervisor", Key: "alt+h"},
		ui.Link{Text: ui.T(ctx, "督办台"), Href: "/supervisor/board", Key: "alt+b"},
		ui.Link{Text: ui.T(ctx, "综合评价"), Href: "/supervisor/evaluation"},
		ui.Link{Text: ui.T(ctx, "态势图"), Href: "/centre/map", Key: "alt+m"},
		ui.Link{Text: ui.T(ctx, "网格"), Href: "/grids"},
		ui.Link{Text: ui.T(ctx, "部件"), Href: "/fixtures"},
		ui.Link{Text: ui.T(ctx, "排名"), Href: "/supervisor/rank"},
		ui.Link{Text: ui.T(ctx, "指标"), Href: "/supervisor/indicators"},
		ui.Link{Text: ui.T(ctx, "通报"), Href: "/supervisor/bulletins"},
		ui.Link{Text: ui.T(ctx, "定期任务"), Href: "/supervisor/duties"},
		ui.Link{Text: ui.T(ctx, "巡查检查"), Href: "/inspection"})
	if by.HasAny(staff.Supervisor, staff.Auditor) {
		links = append(links, ui.Link{Text: ui.T(ctx, "居家养老"), Href: "/homecare"})
	}
	if by.HasAny(staff.Leader, staff.Supervisor, staff.Auditor, staff.Admin) {
		links = append(links, ui.Link{Text: ui.T(ctx, "规则测算"), Href: "/drafts"})
	}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

func page(ctx context.Context, at, title, lead string) ui.Page {
	return ui.Page{Person: ui.Supervisor, Title: title, Lead: lead, Nav: nav(ctx, at)}
}
