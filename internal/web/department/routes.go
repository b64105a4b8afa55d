package department

import (
	"context"
	"net/http"

	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves a department.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	only := p.Sessions.RequireRole(staff.Handler)
	page := func(f func(http.ResponseWriter, *http.Request) error) http.Handler { return only(ui.Handler(f)) }

	p.Town.AddNav(ui.Department, nav)
	mux.Handle("GET /department", page(p.queue))
	mux.Handle("GET /department/queue.csv", page(p.queueFile))
	mux.Handle("GET /department/done", page(p.done))
	mux.Handle("GET /department/find", page(p.find))
}

// nav is the navigation of these pages; at is the address of the present one.
func nav(ctx context.Context, at string) []ui.Link {
	links := []ui.Link{
		{Text: ui.T(ctx, "待办事项"), Href: "/department", Key: "alt+q"},
		{Text: ui.T(ctx, "已办事项"), Href: "/department/done"},
		{Text: ui.T(ctx, "巡查检查"), Href: "/inspection"},
		{Text: ui.T(ctx, "待遇"), Href: "/benefits"},
		{Text: ui.T(ctx, "查找"), Href: "/department/find", Key: "alt+f"},
	}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

// unit is the unit whose work the actor sees: the one asked for when he works there, else his first.
func unit(by staff.Actor, asked string) string {
	first := ""
	for _, g := range by.Grants {
		if g.Role != staff.Handler {
			continue
		}
		if g.Unit == asked {
			return asked
		}
		if first == "" || g.Unit == by.Unit {
			first = g.Unit
		}
	}
	return first
}
