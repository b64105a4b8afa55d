package account

import (
	"net/http"

	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves an account's own pages.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Demo     []Demo // offered on the login page; empty everywhere but in a demo city
	Public   string // the password of demo cities, good only where Demo is offered; "" none is known
}

// A Demo (演示账号) is an account that a demo city offers on its login page.
type Demo struct {
	Login, Password, Name string
	Try                   string // what to try with it
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	mine := p.Sessions.RequireRole()
	page := func(f func(http.ResponseWriter, *http.Request) error) http.Handler { return mine(ui.Handler(f)) }

	mux.Handle("GET /login", ui.Handler(p.login))
	mux.Handle("POST /login", ui.Handler(p.enter))
	mux.Handle("POST /logout", ui.Handler(p.leave))
	mux.Handle("GET /start", page(p.start))
	mux.Handle("GET /me", page(p.me))
	mux.Handle("POST /me/password", page(p.changePassword))
	mux.Handle("POST /me/logins/{id}/end", page(p.endLogin))
	mux.Handle("POST /me/logins/end", page(p.endOthers))
	mux.Handle("GET /messages", page(p.messages))
	mux.Handle("POST /messages/{id}/open", page(p.openMessage))
	mux.Handle("POST /messages/read", page(p.readAll))
}

// home is where somebody's own pages begin: a resident's own things, what lies before a leader, else the pages of the first role.
func home(by staff.Actor) string {
	person := part.PersonOf(by)
	if person == ui.Supervisor && by.HasAny(staff.Leader) {
		return "/leader"
	}
	if person != ui.Resident {
		return person.Home()
	}
	return "/my"
}
