package resident

import (
	"net/http"
	"strconv"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// rate is the one rating of a closed case, from 1 to 5.
func (p *Pages) rate(w http.ResponseWriter, r *http.Request, d door) error {
	grade, _ := strconv.Atoi(r.PostFormValue("grade"))
	act := casework.Act{Act: flow.Act{Verb: flow.Rate, Grade: grade, Words: strings.TrimSpace(r.PostFormValue("remark"))}, Key: ui.FormKey(r)}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := d.do(tx, act)
		return err
	})
	if err != nil {
		return p.again(w, r, d, flow.Rate, err)
	}
	return ui.Done(w, r, nil, d.Base, ui.T(r.Context(), "谢谢您的评价。"))
}
