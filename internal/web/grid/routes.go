package grid

import (
	"context"
	"net/http"

	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves grid workers.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Sync     *Sync // nil serves the shell only
}

// Routes registers the pages. The shell has no data and needs no login: a worker whose login ended in the street must still come
// to what he has entered.
func Routes(mux *http.ServeMux, p *Pages) {
	mux.HandleFunc("GET /grid/app/{version}/{name}", appFile)
	mux.HandleFunc("GET /grid/sw.js", serviceWorker)
	mux.Handle("GET /grid/manifest.webmanifest", ui.Handler(manifest))
	mux.Handle("GET /grid", http.RedirectHandler("/grid/", http.StatusSeeOther))
	mux.Handle("GET /grid/", ui.Handler(p.shell))
	if p.Sync == nil {
		return
	}
	p.Town.AddNav(ui.Grid, nav)
	walker := p.Sessions.RequireRole(staff.Grid)
	mux.Handle("GET /grid/plain", walker(ui.Handler(p.plain)))
	mux.Handle("POST /grid/plain", walker(ui.Handler(p.plainReport)))
	SyncRoutes(mux, p.Sync)
}

// nav leads from the pages that several kinds of person share back to these.
func nav(ctx context.Context, at string) []ui.Link {
	links := []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/grid/"}, {Text: ui.T(ctx, "上报"), Href: "/grid/report"}, {Text: ui.T(ctx, "核查"), Href: "/grid/checks"},
		{Text: ui.T(ctx, "待传"), Href: "/grid/queue"}, {Text: ui.T(ctx, "简单页面"), Href: "/grid/plain"}}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}
