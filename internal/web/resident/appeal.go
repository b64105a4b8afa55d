package resident

import (
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// appeal says why the outcome does not satisfy; the desk decides whether the case is taken up again.
func (p *Pages) appeal(w http.ResponseWriter, r *http.Request, d door) error {
	act := casework.Act{Act: flow.Act{Verb: flow.Appeal, Words: strings.TrimSpace(r.PostFormValue("words"))}, Key: ui.FormKey(r)}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := d.do(tx, act)
		return err
	})
	if err != nil {
		return p.again(w, r, d, flow.Appeal, err)
	}
	return ui.Done(w, r, nil, d.Base, ui.T(r.Context(), "您的意见已转给受理单位。"))
}
