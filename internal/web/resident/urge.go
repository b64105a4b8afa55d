package resident

import (
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// urge tells those who work on the case that the reporter waits; once a day.
func (p *Pages) urge(w http.ResponseWriter, r *http.Request, d door) error {
	act := casework.Act{Act: flow.Act{Verb: flow.Urge, Words: strings.TrimSpace(r.PostFormValue("words"))}, Key: ui.FormKey(r)}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := d.do(tx, act)
		return err
	})
	if err != nil {
		return p.again(w, r, d, flow.Urge, err)
	}
	return ui.Done(w, r, nil, d.Base, ui.T(r.Context(), "已经替您催办，承办单位会看到。明天可以再催一次。"))
}
