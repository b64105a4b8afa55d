package transfer

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/exchange"
	"linli/internal/once"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages are the pages of import, export and duplicates.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Tables   *exchange.Tables
	Files    *blob.Store // takes tables, which are larger than attachments
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	show := func(pattern string, f func(http.ResponseWriter, *http.Request) error, roles ...staff.Role) {
		mux.Handle(pattern, p.Sessions.RequireRole(roles...)(ui.Handler(f)))
	}
	see := append(slices.Clone(duplicate.Registrars), staff.Auditor)
	show("GET /transfer", p.home, see...)
	show("POST /transfer/tables", p.send, duplicate.Registrars...)
	show("GET /transfer/tables/{id}", p.table, duplicate.Registrars...)
	show("POST /transfer/tables/{id}/try", p.try, duplicate.Registrars...)
	show("POST /transfer/tables/{id}/import", p.bring, duplicate.Registrars...)
	show("POST /transfer/tables/{id}/delete", p.remove, duplicate.Registrars...)
	show("GET /transfer/tables/{id}/rejects", p.rejects, duplicate.Registrars...)
	show("GET /transfer/templates/{kind}", p.template, duplicate.Registrars...)
	show("GET /transfer/duplicates", p.duplicates, see...)
	show("GET /transfer/duplicates/{id}", p.pair, see...)
	show("POST /transfer/duplicates/{id}", p.decide, duplicate.Registrars...)
	show("GET /transfer/export", p.exportForm, see...)
	show("POST /transfer/export", p.export, see...)
}

// maxForm bounds a form that carries no file, in bytes.
const maxForm = 1 << 18

func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	return nil
}

// do does a form's act once, however often the form is sent.
func (p *Pages) do(r *http.Request, work func(tx *db.Tx, by staff.Actor) error) error {
	by := session.Actor(r)
	request := sha256.Sum256([]byte(r.URL.Path + "\n" + r.PostForm.Encode()))
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, _, err := once.Do(tx, "page:"+by.AuditName(), ui.FormKey(r), request[:], func() ([]byte, error) { return nil, work(tx, by) })
		return err
	})
}

// page is the frame of all pages here.
func (p *Pages) page(r *http.Request, title, lead string, trail ...ui.Link) ui.Page {
	ctx := r.Context()
	by := session.Actor(r)
	out := ui.Page{Title: title, Lead: lead, Person: part.PersonOf(by), Nav: p.Town.NavOf(ctx, part.PersonOf(by), "/transfer"), Wide: true}
	if title != ui.T(ctx, homeTitle) {
		out.Trail = append([]ui.Link{{Text: ui.T(ctx, homeTitle), Href: "/transfer"}}, trail...)
	}
	return out
}

// homeTitle is what the first page is called.
var homeTitle = ui.N("登记表导入导出")
