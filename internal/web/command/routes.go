package command

import (
	"context"
	"net/http"

	"linli/internal/atlas"
	"linli/internal/proposal"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves whoever commands.
type Pages struct {
	Town      *part.Town
	Sessions  *session.Sessions
	Atlas     *atlas.Atlas
	Proposals *proposal.Proposals
	Stop      <-chan struct{} // closed when the server stops: streams end
}

// officers may look at the map of what they see.
var officers = []staff.Role{staff.Desk, staff.Dispatcher, staff.Verifier, staff.Supervisor, staff.Leader, staff.Auditor}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	gate := p.Sessions.RequireRole(officers...)
	show := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, gate(ui.Handler(f)))
	}
	show("GET /centre/map", p.showMap)
	show("GET /centre/map/data", p.data)
	show("GET /centre/map/areas.geojson", p.outlines)
	show("GET /centre/map/events", p.events)
	show("GET /centre/wall", p.wall)
	show("GET /centre/proposals", p.proposals)
	show("POST /centre/proposals/{id}/start", p.start)
	show("POST /centre/proposals/{id}/dismiss", p.dismiss)
}

// navigation is that of the reader's own pages.
func (p *Pages) navigation(ctx context.Context) (ui.Person, []ui.Link) {
	who := part.PersonOf(session.From(ctx))
	return who, p.Town.NavOf(ctx, who, "/centre/map")
}
