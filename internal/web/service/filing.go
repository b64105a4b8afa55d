package service

import (
	"net/http"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/service"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	var list []*service.Filing
	by := session.Actor(r)
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { list, err = p.Window.Mine(tx, by, by.Person); return err })
	if err != nil {
		return err
	}
	return ui.Render(w, r, minePage(list, p))
}

func (p *Pages) filing(w http.ResponseWriter, r *http.Request) error {
	var f *service.Filing
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { f, err = p.Window.Of(tx, session.Actor(r), ui.ID(r)); return err })
	if err != nil {
		return err
	}
	return ui.Render(w, r, filingPage(side{true, "/window/services"}, f, p, session.Actor(r)))
}

func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := p.Window.Take(tx, session.Actor(r), ui.ID(r), ui.FormKey(r))
		return err
	})
	return ui.Done(w, r, err, fileHref(ui.ID(r)), ui.T(r.Context(), "已受理并送各单位办理。"))
}

func (p *Pages) bring(w http.ResponseWriter, r *http.Request) error {
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		return p.Window.Bring(tx, session.Actor(r), ui.ID(r), r.PostFormValue("material"))
	})
	if fault.KindOf(err) == fault.KindConflict && err != nil {
		err = nil // brought already
	}
	return ui.Done(w, r, err, fileHref(ui.ID(r)), ui.T(r.Context(), "材料已收。"))
}

func fileHref(id db.ID) string { return "/window/services/cases/" + id.String() }
