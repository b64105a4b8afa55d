package app

import (
	"net"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"linli/internal/db"
	"linli/internal/ledger"
	"linli/internal/notify"
	"linli/internal/staff"
	"linli/internal/web/account"
	"linli/internal/web/community"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Handler is everything the program serves. demo lists the accounts that the login page of a demo city offers.
func (a *App) Handler(site ui.Site, demo ...account.Demo) http.Handler {
	pages := http.NewServeMux()
	ui.Routes(pages)
	a.routes(pages, demo)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", onlyLocal(promhttp.Handler()))
	mux.Handle("/", a.Sessions.Load(a.withUser(pages)))
	return ui.Secure(http.NewCrossOriginProtection().Handler(ui.Read(site, mux)))
}

// ready says that the database answers.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	err := a.DB.Read(r.Context(), func(tx *db.Tx) error {
		var one int
		return tx.QueryRow(`select 1`).Scan(&one)
	})
	if err != nil {
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ready\n"))
}

// onlyLocal answers this machine only: measures are for its operator.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// areas says which pages a role may enter.
var areas = []struct {
	page  ui.Person
	roles []staff.Role
}{
	{ui.Window, []staff.Role{staff.Desk, staff.Dispatcher, staff.Verifier}},
	{ui.Department, []staff.Role{staff.Handler}},
	{ui.Grid, []staff.Role{staff.Grid}},
	{ui.Community, community.Roles},
	{ui.Homecare, []staff.Role{staff.Carer}},
	{ui.Payment, ledger.Keepers},
	{ui.Supervisor, []staff.Role{staff.Supervisor, staff.Leader, staff.Auditor}},
	{ui.Admin, []staff.Role{staff.Admin, staff.Auditor}},
}

// withUser tells the frame of every page who is logged in, where he may go and how much he has not read.
func (a *App) withUser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := session.Actor(r)
		if by.IsZero() || by.Via != staff.ViaPage {
			next.ServeHTTP(w, r)
			return
		}
		u := ui.User{Name: by.Name}
		if by.Unit != "" {
			u.Unit = a.Units.Name(by.Unit)
		}
		for _, p := range areas {
			if by.HasAny(p.roles...) {
				u.Areas = append(u.Areas, p.page)
			}
		}
		if r.Method == http.MethodGet && !ui.Partial(r) {
			u.Unread = a.unread(r, by)
		}
		next.ServeHTTP(w, r.WithContext(ui.WithUser(r.Context(), u)))
	})
}

// unread counts the messages to an actor. A count that cannot be had is shown as none: the page itself will say why.
func (a *App) unread(r *http.Request, by staff.Actor) int {
	var n int64
	err := a.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		n, err = notify.Unread(tx, addresses(by))
		return err
	})
	if err != nil {
		a.Log.Warn("count messages", "error", err)
	}
	return int(n)
}

func addresses(by staff.Actor) []string {
	to := []string{notify.Account(by.Account)}
	if by.Unit != "" {
		to = append(to, notify.Unit(by.Unit))
	}
	if !by.Person.IsZero() {
		to = append(to, notify.Person(by.Person))
	}
	return slices.Clip(to)
}
