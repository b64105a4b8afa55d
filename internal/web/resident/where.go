package resident

import (
	"net/http"
)

// where takes the second step: the place.
func (p *Pages) where(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	d := p.draftOf(r)
	d.takePick(r.PostForm)
	if to := back(r); to > 0 {
		return p.showStep(w, r, to, d, nil)
	}
	code, err := p.Town.Pick(d.picked(), placeField, "").Code()
	if err == nil {
		d.Place = code
	}
	if r.PostForm.Has("pick") { // the next level of the picker, where scripts do not run
		return p.showStep(w, r, stepWhere, d, nil)
	}
	if err != nil {
		return p.showStep(w, r, stepWhere, d, err)
	}
	return p.showStep(w, r, stepSend, d, nil)
}
