package resident

import (
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// supply gives the material that was asked for; the clock runs on from there.
func (p *Pages) supply(w http.ResponseWriter, r *http.Request, d door) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	files, err := p.upload(r)
	words := strings.TrimSpace(r.PostFormValue("words"))
	if err == nil && words == "" && len(files) == 0 {
		err = fault.Invalid("words", "请写明补充的内容，或者附上材料")
	}
	if err == nil {
		act := casework.Act{Act: flow.Act{Verb: flow.Supply, Words: words}, Key: ui.FormKey(r), Files: part.Hashes(files)}
		err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
			done, err := d.do(tx, act)
			if err != nil {
				return err
			}
			return p.Town.Attach(tx, d.by, done.Case, files)
		})
	}
	if err != nil {
		return p.again(w, r, d, flow.Supply, err)
	}
	return ui.Done(w, r, nil, d.Base, ui.T(r.Context(), "材料已收到，办理继续计时。"))
}
