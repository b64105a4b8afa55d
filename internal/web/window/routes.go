package window

import (
	"net/http"
	"slices"

	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages are the pages of the registration desks.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
}

// desks are the roles these pages are made for.
var desks = []staff.Role{staff.Desk, staff.Dispatcher, staff.Verifier}

// officers are the roles that may look at cases in office.
var officers = []staff.Role{staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Leader, staff.Supervisor, staff.Auditor}

// readers are they and grid workers, who see the cases of their places, with their pictures and clauses.
var readers = append(slices.Clone(officers), staff.Grid)

// Routes registers the pages of the desks and, for everybody in office, the pages of a case.
func Routes(mux *http.ServeMux, p *Pages) {
	p.Town.AddNav(ui.Window, nav)
	show := func(pattern string, f func(http.ResponseWriter, *http.Request) error, roles ...staff.Role) {
		mux.Handle(pattern, p.Sessions.RequireRole(roles...)(ui.Handler(f)))
	}
	show("GET /window", p.home, desks...)
	show("GET /window/queue", p.queue, desks...)
	show("GET /window/find", p.find, officers...)
	show("GET /window/new", p.newCase, staff.Desk)
	show("POST /window/new", p.register, staff.Desk)
	show("POST /window/new/caller", p.caller, staff.Desk)
	show("POST /window/new/likely", p.likely, staff.Desk)
	show("GET /window/new/ground.geojson", p.ground, staff.Desk)
	show("GET /window/new/classes", p.classOptions, staff.Desk)
	show("GET /window/new/fixtures", p.fixtureOptions, staff.Desk)
	show("GET /window/dispatch", p.dispatch, staff.Dispatcher, staff.Desk)
	show("GET /window/verify", p.verify, staff.Verifier)
	show("GET /window/books", p.books, officers...)
	show("GET /window/books/{book}", p.book, officers...)
	show("GET /window/books/{book}/csv", p.bookFile, officers...)
	show("GET /standards", p.standards, readers...)
	show("GET /clauses/{document}/{clause}", p.clause, append(slices.Clone(readers), staff.Finance, staff.Treasurer)...) // a yuan leads to its clause
	mux.Handle("GET /window/cases/{id}", http.HandlerFunc(toCase))

	shared := http.NewServeMux()
	part.Routes(shared, p.Town)
	gate := p.Sessions.RequireRole(readers...)(shared)
	for _, pattern := range []string{"/cases/", "/files/"} {
		mux.Handle(pattern, gate)
	}
	mux.Handle("/units/options", p.Sessions.RequireRole(append(slices.Clone(officers), staff.Admin)...)(shared)) // administrators pick units too
}

// toCase leads to the one address of a case.
func toCase(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, part.CaseHref(ui.ID(r)), http.StatusMovedPermanently)
}
