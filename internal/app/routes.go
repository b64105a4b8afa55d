package app

import (
	"net/http"

	"linli/internal/staff"
	"linli/internal/web/account"
	"linli/internal/web/department"
	"linli/internal/web/part"
	"linli/internal/web/resident"
)

// routes registers the pages of every kind of person and the API.
func (a *App) routes(mux *http.ServeMux, demo []account.Demo) {
	town := a.Town()
	account.Routes(mux, &account.Pages{Town: town, Sessions: a.Sessions, Demo: demo})
	resident.Routes(mux, &resident.Pages{Town: town, Sessions: a.Sessions, Key: a.resident, Now: a.now})
	part.PublicRoutes(mux, town)
	department.Routes(mux, &department.Pages{Town: town, Sessions: a.Sessions})
	office := http.NewServeMux()
	part.Routes(office, town)
	only := a.Sessions.RequireRole(staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Leader, staff.Supervisor, staff.Auditor)
	for _, path := range []string{"/cases/", "/files/", "/units/"} {
		mux.Handle(path, only(office))
	}
}

// Town is what the pages of this city share.
func (a *App) Town() *part.Town {
	return &part.Town{DB: a.DB, Cases: a.Cases, Packs: a.Catalog.Index, Places: a.Places, Units: a.Units, Files: a.Blobs, People: a.People}
}
