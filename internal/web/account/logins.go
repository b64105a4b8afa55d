package account

import (
	"net/http"

	"linli/internal/db"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func (p *Pages) endLogin(w http.ResponseWriter, r *http.Request) error {
	by, id := session.Actor(r), ui.ID(r)
	if id.IsZero() {
		id = -1 // no login has it; zero would mean all of them
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return p.Sessions.Revoke(tx, by, by.Account, id) })
	return ui.Done(w, r, err, "/me#logins", ui.T(r.Context(), "那个登录已退出。"))
}

// endOthers ends every login of the account but the one of this browser.
func (p *Pages) endOthers(w http.ResponseWriter, r *http.Request) error {
	by, this := session.Actor(r), session.Of(r.Context()).ID
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		list, err := p.Sessions.Logins(tx, by.Account)
		if err != nil {
			return err
		}
		for _, l := range list {
			if l.ID == this {
				continue
			}
			if err := p.Sessions.Revoke(tx, by, by.Account, l.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return ui.Done(w, r, err, "/me#logins", ui.T(r.Context(), "其他设备上的登录都已退出。"))
}
