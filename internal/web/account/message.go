package account

import (
	"net/http"

	"linli/internal/db"
	"linli/internal/notify"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// openMessage marks a message as read and goes to what it is about.
func (p *Pages) openMessage(w http.ResponseWriter, r *http.Request) error {
	to, id := addresses(session.Actor(r)), ui.ID(r)
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return notify.MarkRead(tx, to, id) })
	if err != nil {
		return err
	}
	link := ui.Back(r.PostFormValue("link"))
	if r.PostFormValue("link") == "" {
		link = "/messages"
	}
	http.Redirect(w, r, link, http.StatusSeeOther)
	return nil
}

// readAll marks as read what the page showed, not what came since.
func (p *Pages) readAll(w http.ResponseWriter, r *http.Request) error {
	to := addresses(session.Actor(r))
	last, err := db.ParseID(r.PostFormValue("last"))
	if err != nil {
		return ui.Done(w, r, nil, "/messages")
	}
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := notify.MarkAllRead(tx, to, last)
		return err
	})
	return ui.Done(w, r, err, "/messages", ui.T(r.Context(), "都标为已读了。"))
}
