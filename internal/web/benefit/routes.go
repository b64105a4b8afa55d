package benefit

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/benefit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves everybody who has to do with benefits.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Benefits *benefit.Benefits
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	anybody := p.Sessions.RequireRole()
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /benefits":                       p.home,
		"GET /benefits/me":                    p.me,
		"GET /benefits/findings":              p.findings,
		"GET /benefits/findings/{id}":         p.finding,
		"POST /benefits/findings/{id}":        p.actOnFinding,
		"GET /benefits/appeals":               p.appeals,
		"GET /benefits/persons/{id}":          p.person,
		"POST /benefits/persons/{id}/review":  p.review,
		"POST /benefits/persons/{id}/account": p.setAccount,
		"GET /benefits/{id}":                  p.entitlement,
		"GET /benefits/decision/{id}":         p.decision,
		"POST /benefits/decision/{id}":        p.actOnDecision,
	} {
		mux.Handle(pattern, anybody(ui.Handler(f)))
	}
}

// home leads everybody to his own page.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	to := "/benefits/findings"
	if by := session.Actor(r); by.HasAny(staff.Resident) {
		to = "/benefits/me"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// page is the frame: that of the reader's own pages.
func (p *Pages) page(ctx context.Context, title, lead string) ui.Page {
	person := part.PersonOf(session.From(ctx))
	nav := p.Town.NavOf(ctx, person, "/benefits")
	if person == ui.Resident {
		nav = []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/"}, {Text: ui.T(ctx, "我的"), Href: "/my"}, {Text: ui.T(ctx, "我的待遇"), Href: "/benefits/me", Current: true}}
	}
	return ui.Page{Person: person, Title: title, Lead: lead, Nav: nav}
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, pg ui.Page, at string, parts ...templ.Component) error {
	ctx := r.Context()
	var tabs []ui.Link
	if by := session.Actor(r); !by.HasAny(staff.Resident) {
		tabs = []ui.Link{{Text: ui.T(ctx, "核查线索"), Href: "/benefits/findings"}, {Text: ui.T(ctx, "待遇申诉"), Href: "/benefits/appeals"}}
		for i := range tabs {
			tabs[i].Current = tabs[i].Href == at
		}
	}
	return ui.Render(w, r, part.Blocks(pg, ui.T(ctx, "待遇"), tabs, parts...))
}

func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

// noted writes in the audit log that somebody looked at what is sealed of another: benefits tell of illness and need.
func (p *Pages) noted(r *http.Request, s fact.Subject, why string) error {
	if session.Actor(r).Person == s.ID {
		return nil
	}
	return p.write(r, func(tx *db.Tx, by staff.Actor) error {
		return register.NoteLook(tx, by, s, register.ForRelief, "benefits", why)
	})
}

func (p *Pages) write(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}
