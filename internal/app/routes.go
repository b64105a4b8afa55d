package app

import (
	"net/http"

	"linli/internal/class"
	"linli/internal/demo"
	"linli/internal/event"
	"linli/internal/web/account"
	"linli/internal/web/admin"
	"linli/internal/web/api"
	"linli/internal/web/benefit"
	"linli/internal/web/care"
	"linli/internal/web/centre"
	"linli/internal/web/command"
	"linli/internal/web/community"
	"linli/internal/web/department"
	webdeposit "linli/internal/web/deposit"
	"linli/internal/web/draft"
	"linli/internal/web/grid"
	"linli/internal/web/inspection"
	"linli/internal/web/part"
	"linli/internal/web/payment"
	"linli/internal/web/register"
	"linli/internal/web/resident"
	webservice "linli/internal/web/service"
	"linli/internal/web/supervisor"
	"linli/internal/web/transfer"
	"linli/internal/web/window"
)

// routes registers the pages of every kind of person and the API.
func (a *App) routes(mux *http.ServeMux, offered []account.Demo) {
	town := a.Town()
	account.Routes(mux, &account.Pages{Town: town, Sessions: a.Sessions, Demo: offered, Public: demo.Password})
	resident.Routes(mux, &resident.Pages{Town: town, Sessions: a.Sessions, Key: a.resident, Now: a.now, Notices: a.Notices})
	part.PublicRoutes(mux, town)
	grid.Routes(mux, &grid.Pages{Town: town, Sessions: a.Sessions, Sync: &grid.Sync{Town: town, Inbox: a.Field}})
	department.Routes(mux, &department.Pages{Town: town, Sessions: a.Sessions})
	webservice.Routes(mux, &webservice.Pages{Town: town, Window: a.Window, Sessions: a.Sessions, Now: a.now})
	window.Routes(mux, &window.Pages{Town: town, Sessions: a.Sessions})
	supervisor.Routes(mux, &supervisor.Pages{Town: town, Sessions: a.Sessions, Figures: a.Figures, Live: a.Live, Notices: a.Notices, Duties: a.Duties})
	command.Routes(mux, &command.Pages{Town: town, Sessions: a.Sessions, Atlas: a.Atlas, Proposals: a.Proposals, Stop: a.stopping})
	community.Routes(mux, &community.Pages{Town: town, Sessions: a.Sessions, Admissions: a.Admissions, Tables: a.Tables})
	events, classes := &event.Events{Register: a.People}, &class.Classes{Register: a.People, Packs: a.Catalog.Index}
	register.Routes(mux, &register.Pages{Town: town, Sessions: a.Sessions, Events: events, Classes: classes})
	transfer.Routes(mux, &transfer.Pages{Town: town, Sessions: a.Sessions, Tables: a.Sent, Files: a.room})
	centre.Routes(mux, &centre.Pages{Town: town, Sessions: a.Sessions, Fixtures: a.Fixtures, Inbox: a.Field})
	webdeposit.Routes(mux, &webdeposit.Pages{Town: town, Sessions: a.Sessions, Deposits: a.Deposits})
	inspection.Routes(mux, &inspection.Pages{Town: town, Sessions: a.Sessions, Rounds: a.Rounds})
	draft.Routes(mux, &draft.Pages{Town: town, Sessions: a.Sessions, Population: a.Population})
	benefit.Routes(mux, &benefit.Pages{Town: town, Sessions: a.Sessions, Benefits: a.Benefits})
	care.Routes(mux, &care.Pages{Town: town, Sessions: a.Sessions, Orders: a.Orders})
	payment.Routes(mux, &payment.Pages{Town: town, Sessions: a.Sessions, Runs: a.Pay})
	admin.Routes(mux, a.admin)
	api.Routes(mux, &api.API{DB: a.DB, Cases: a.Cases, Catalog: a.Catalog, Places: a.Places, Units: a.Units, People: a.People,
		Files: a.Blobs, Seal: a.Seal, Figures: a.Figures, Notices: a.Notices, Duties: a.Duties, Events: events, Classes: classes, Window: a.Window,
		Admissions: a.Admissions, Tables: a.Tables, Sent: a.Sent, Room: a.room, Limits: a.limits, Log: a.Log})
}

// Town is what the pages of this city share.
func (a *App) Town() *part.Town {
	return &part.Town{DB: a.DB, Cases: a.Cases, Packs: a.Catalog.Index, Places: a.Places, Units: a.Units, Files: a.Blobs, People: a.People}
}
