package account

import (
	"net/http"

	"linli/internal/web/session"
)

// start leads to the pages of the person's first role.
func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, home(session.Actor(r)), http.StatusSeeOther)
	return nil
}
