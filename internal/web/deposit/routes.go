package deposit

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves deposits.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Deposits *deposit.Deposits
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	known := p.Sessions.RequireRole(staff.Resident, staff.Desk, staff.Handler, staff.Finance, staff.Treasurer, staff.Auditor)
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /deposits":             p.home,
		"GET /deposits/assess":      p.preview,
		"POST /deposits/assess":     p.assess,
		"GET /deposits/{id}":        p.show,
		"POST /deposits/{id}":       p.act,
		"GET /deposits/{id}/notice": p.notice,
	} {
		mux.Handle(pattern, known(ui.Handler(f)))
	}
}

// page is the frame: that of the reader's own pages.
func (p *Pages) page(ctx context.Context, title, lead string) ui.Page {
	person := part.PersonOf(session.From(ctx))
	return ui.Page{Person: person, Title: title, Lead: lead, Nav: p.Town.NavOf(ctx, person, "/deposits"), Wide: true, Trail: []ui.Link{{Text: ui.T(ctx, "缴存"), Href: "/deposits"}}}
}

func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

func (p *Pages) write(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

// day writes a date, "" for none.
func day(ctx context.Context, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return ui.Date(ctx, d.In(civil.Shanghai))
}

func href(id db.ID) string { return "/deposits/" + id.String() }

// cite shows clauses, each with a link where a pack holds it.
func (p *Pages) cite(list []law.Clause) templ.Component {
	var links []templ.Component
	for _, c := range list {
		if p.Town.Packs().Clause(c) != nil {
			links = append(links, part.ClauseLink(c, p.Town.Gist(c)))
		}
	}
	return templ.Join(links...)
}

// steps shows how a sum came about.
func (p *Pages) steps(ctx context.Context, list []pack.ReckonedStep) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "为什么是这个数"), Cols: []ui.Col{{Name: ui.T(ctx, "条件或步骤"), Main: true}, {Name: ui.T(ctx, "结果")}, {Name: ui.T(ctx, "依据")}}, Empty: ui.Empty(ui.T(ctx, "没有算出来"), "")}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: s.Says}, {Text: s.Result}, {Body: p.cite(s.Basis)}}})
	}
	return t
}

// amount reads yuan of a form; "" is nothing.
func amount(v url.Values, name string) (money.Fen, error) {
	text := strings.TrimSpace(v.Get(name))
	if text == "" {
		return 0, nil
	}
	fen, err := money.Parse(text)
	if err != nil {
		return 0, fault.Invalid(name, "请填写金额，以元为单位，最多两位小数")
	}
	return fen, nil
}

func date(v url.Values, name string) (civil.Date, error) {
	d, err := civil.ParseDate(v.Get(name))
	if err != nil {
		return d, fault.Invalid(name, "请选择日期")
	}
	return d, nil
}
