package resident

import (
	"net/http"

	"linli/internal/fault"
	"linli/internal/web/part"
)

// what takes the first step: the matter in words, and pictures of it.
func (p *Pages) what(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	d := p.draftOf(r)
	asks, ok := p.questionsOf(d.Flow)
	if !ok {
		return fault.NotFound("没有这个渠道，请从首页重新开始")
	}
	fields := asks.what(r.Context(), d.Values)
	d.take(r.PostForm, fields)
	d.drop(r.PostFormValue("drop"))
	uploads, err := p.upload(r)
	d.add(uploads)
	if err == nil {
		err = asks.check(d, asks.what(r.Context(), d.Values))
	}
	if err != nil || r.PostForm.Has("drop") || r.PostForm.Has("stay") {
		return p.showStep(w, r, stepWhat, d, err)
	}
	return p.showStep(w, r, stepWhere, d, nil)
}

// upload stores the attachments of the request.
func (p *Pages) upload(r *http.Request) ([]part.Upload, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[filesField]) == 0 {
		return nil, nil
	}
	if err := p.limits.upload.take(p.address(r)); err != nil {
		return nil, err
	}
	return p.Town.Receive(r, filesField)
}
