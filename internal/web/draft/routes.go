package draft

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/once"
	"linli/internal/population"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves whoever tries changes of rules.
type Pages struct {
	Town       *part.Town
	Sessions   *session.Sessions
	Population *population.Population
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	who := p.Sessions.RequireRole(staff.Leader, staff.Supervisor, staff.Auditor, staff.Admin)
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /drafts":                                 p.list,
		"GET /drafts/documents/{document}/form":       p.form,
		"GET /drafts/documents/{document}/sheet.xlsx": p.sheet,
		"POST /drafts/documents/{document}/param":     p.param,
		"POST /drafts/documents/{document}/sheet":     p.bring,
		"POST /drafts/documents/{document}/text":      p.text,
		"GET /drafts/{id}":                            p.show,
		"POST /drafts/{id}":                           p.run,
		"GET /drafts/{id}/result.xlsx":                p.book,
	} {
		mux.Handle(pattern, who(ui.Handler(f)))
	}
}

func (p *Pages) page(ctx context.Context, title, lead string) ui.Page {
	person := part.PersonOf(session.From(ctx))
	return ui.Page{Person: person, Title: title, Lead: lead, Nav: p.Town.NavOf(ctx, person, "/drafts"), Trail: []ui.Link{{Text: ui.T(ctx, "规则测算"), Href: "/drafts"}}}
}

func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

// again answers a form: a mistake is shown on the form's own page.
func (p *Pages) wrong(w http.ResponseWriter, r *http.Request, err error, pg ui.Page, parts []templ.Component) error {
	pg.Errors = ui.FieldErrors(r.Context(), err)
	return ui.Render(part.Answering(w, err), r, pageOf(pg, parts...))
}

// keep writes once for a form's key and returns the id that was given.
func (p *Pages) keep(r *http.Request, request any, work func(tx *db.Tx, by staff.Actor) (db.ID, error)) (id db.ID, err error) {
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		by := session.Actor(r)
		id, err = once.For(tx, "page:"+by.AuditName(), ui.FormKey(r), request, func() (db.ID, error) { return work(tx, by) })
		return err
	})
	return id, err
}
