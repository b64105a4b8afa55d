package supervisor

import (
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/web/ui"
)

// A listing is one page of cases with the condition that brought them together.
type listing struct {
	*view
	Page   ui.Page
	Why    string // the condition in words
	Basis  []ui.Pair
	Lines  []casework.Line
	Total  int64
	Next   string // address of the next page
	Here   string // address of this page, to come back to
	Filter *filterForm
}

// after reads the cursor of a list.
func after(r *http.Request, name string) (db.ID, error) {
	word := r.URL.Query().Get(name)
	if word == "" {
		return 0, nil
	}
	id, err := db.ParseID(word)
	if err != nil {
		return 0, fault.Invalid(name, "翻页标记不对，请从第一页重新开始")
	}
	return id, nil
}

// pager leads on.
func (l *listing) pager() ui.Pager {
	return ui.Pager{Next: l.Next, Shown: len(l.Lines), Total: l.Total}
}

// next is the address of the page after a cursor.
func next(r *http.Request, name string, id db.ID) string {
	if id.IsZero() {
		return ""
	}
	q := r.URL.Query()
	q.Set(name, id.String())
	return r.URL.Path + "?" + q.Encode()
}

// list shows open cases of one of the usual conditions, in an area, of a unit, in a state.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	n, err := p.Figures.Named(r.PathValue("id"))
	if err != nil {
		return err
	}
	from, err := after(r, "after")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	l := &listing{Here: r.URL.RequestURI(), Why: n.Says}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if l.view, err = p.look(tx, r); err != nil {
			return err
		}
		ask := n.In(l.area)
		ask.Unit, ask.After = q.Get("unit"), from
		if s := q.Get("state"); s != "" {
			ask.States = []flow.State{flow.State(s)}
		}
		var last db.ID
		if l.Lines, last, err = p.Figures.Cases(tx, l.by, ask); err != nil {
			return err
		}
		l.Next = next(r, "after", last)
		ask.After = 0
		l.Total, err = p.Figures.Count(tx, l.by, ask)
		return err
	})
	if err != nil {
		return err
	}
	l.titled("/supervisor", ui.T(r.Context(), n.Name), q.Get("unit"), q.Get("state"))
	return ui.Render(w, r, listPage(l))
}

// titled names the page by area, unit and state.
func (l *listing) titled(at, name, unit, state string) {
	words := []string{l.areaName()}
	if unit != "" {
		words = append(words, l.town.Unit(unit))
	}
	if state != "" {
		words = append(words, l.name("state", state))
	}
	l.Page = page(l.ctx, at, strings.Join(words, " ")+"："+name, "")
	l.Page.Trail = append(l.trail("/supervisor"), ui.Link{Text: ui.T(l.ctx, "总览"), Href: l.href("/supervisor")})
}

// watch shows the cases that a watch flags now, with the condition in words and its clauses.
func (p *Pages) watch(w http.ResponseWriter, r *http.Request) error {
	document, id, _ := strings.Cut(r.PathValue("ref"), ".")
	from, err := after(r, "after")
	if err != nil {
		return err
	}
	l := &listing{Here: r.URL.RequestURI()}
	var x indicator.Watch
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if l.view, err = p.look(tx, r); err != nil {
			return err
		}
		if x, err = p.Figures.FindWatch(document, id, l.today()); err != nil {
			return err
		}
		var last db.ID
		if l.Lines, last, err = p.Figures.Flagged(tx, l.by, x, l.area, from); err != nil {
			return err
		}
		l.Next = next(r, "after", last)
		l.Total, _, err = p.Figures.CountFlagged(tx, l.by, x, l.area)
		return err
	})
	if err != nil {
		return err
	}
	l.titled("/supervisor/board", x.Name, "", "")
	l.Why, l.Basis = x.Says, append([]ui.Pair{{Name: ui.T(l.ctx, "条件"), Text: p.Figures.Why(x, l.today())}}, p.basis(x.Basis)...)
	return ui.Render(w, r, listPage(l))
}
