package centre

import (
	"context"
	"net/http"
	"slices"

	"linli/internal/field"
	"linli/internal/fixture"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves grids and fixtures.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Fixtures *fixture.Fixtures
	Inbox    *field.Inbox
}

// offices are everybody who works here.
var offices = slices.DeleteFunc(staff.Roles(), func(r staff.Role) bool { return r == staff.Resident })

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	office := p.Sessions.RequireRole(offices...)
	keepers := p.Sessions.RequireRole(field.Keepers...)
	all := func(h http.Handler) http.Handler { return h }
	for _, x := range []struct {
		who     func(http.Handler) http.Handler
		pattern string
		f       func(http.ResponseWriter, *http.Request) error
	}{
		{office, "GET /grids", p.grids},
		{office, "GET /grids/{code}", p.grid},
		{office, "GET /grids/{code}/assign", p.newPost},
		{office, "POST /grids/{code}/posts", p.assign},
		{office, "POST /grids/{code}/posts/{id}", p.relieve},
		{office, "GET /fixtures", p.fixtures},
		{office, "GET /fixtures/file", p.exportFixtures},
		{office, "GET /fixtures/labels", p.labels},
		{office, "GET /fixtures/import", p.importForm},
		{office, "POST /fixtures/import", p.importFixtures},
		{office, "GET /fixtures/{id}", p.fixture},
		{office, "POST /fixtures/{id}/state", p.setState},
		{office, "POST /fixtures/{id}/photos", p.addPhoto},
		{office, "GET /fixtures/{id}/photos/{hash}", p.photo},
		{keepers, "GET /strays", p.strays},
		{keepers, "POST /strays/{account}/{id}/adopt", p.adopt},
		{keepers, "POST /strays/{account}/{id}/dismiss", p.dismiss},
		{keepers, "GET /strays/{account}/{id}/photos/{sha}", p.strayPhoto},
		{all, "GET /f/{code}", p.public},
	} {
		mux.Handle(x.pattern, x.who(ui.Handler(x.f)))
	}
}

// page is the frame: that of the reader's own pages.
func (p *Pages) page(ctx context.Context, at, title, lead string, trail ...ui.Link) ui.Page {
	by := session.From(ctx)
	nav := p.Town.NavOf(ctx, part.PersonOf(by), at)
	own := []ui.Link{{Text: ui.T(ctx, "网格"), Href: "/grids"}, {Text: ui.T(ctx, "部件"), Href: "/fixtures"}}
	if decides(by) {
		own = append(own, ui.Link{Text: ui.T(ctx, "外业来件"), Href: "/strays"})
	}
	for _, l := range own {
		if i := slices.IndexFunc(nav, func(n ui.Link) bool { return n.Href == l.Href }); i < 0 {
			l.Current = l.Href == at
			nav = append(nav, l)
		}
	}
	return ui.Page{Person: part.PersonOf(by), Title: title, Lead: lead, Nav: nav, Trail: trail, Wide: true}
}
