package centre

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/fixture"
	"linli/internal/photo"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// photoSide is the longest side of a kept photo, in points.
const photoSide = 1600

// addPhoto keeps a photo of a fixture: a copy that carries nothing but the picture.
func (p *Pages) addPhoto(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	in, head, err := r.FormFile("file")
	if err != nil {
		return p.showFixture(w, r, fault.Invalid("file", "请选择一张照片"))
	}
	defer in.Close()
	var copied bytes.Buffer
	if err := photo.Copy(&copied, in, photoSide); err != nil {
		if fault.KindOf(err) == fault.KindInvalid {
			return p.showFixture(w, r, err)
		}
		return err
	}
	kept, err := p.Town.Files.Receive(&copied, "photo.jpg")
	if err != nil {
		return err
	}
	by := session.Actor(r)
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		f, err := fixture.Get(tx, ui.ID(r))
		if err != nil {
			return err
		}
		there, err := blob.List(tx, f.Subject())
		if err != nil {
			return err
		}
		for _, l := range there {
			if l.Hash == kept.Hash { // the form was sent twice
				return nil
			}
		}
		if err := fixture.NotePhoto(tx, by, f.ID, head.Filename); err != nil {
			return err
		}
		_, err = p.Town.Files.Attach(tx, kept, f.Subject(), head.Filename+".jpg", by.AuditName())
		return err
	})
	return ui.Done(w, r, err, fixtureHref(ui.ID(r)), ui.T(r.Context(), "照片已存"))
}

// photo sends a photo of a fixture to people in office.
func (p *Pages) photo(w http.ResponseWriter, r *http.Request) error {
	var found *blob.Link
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		f, err := fixture.Get(tx, ui.ID(r))
		if err != nil {
			return err
		}
		list, err := blob.List(tx, f.Subject())
		for _, l := range list {
			if l.Hash == r.PathValue("hash") {
				found = &l
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if found == nil {
		return fault.NotFound("没有这张照片")
	}
	return p.Town.ServeFile(w, r, *found)
}

// photoParts are the photos of a fixture, and the form for one more where the reader may add it.
func (v *fixtureView) photoParts(ctx context.Context, may bool, wrong ui.Errors) []templ.Component {
	var parts []templ.Component
	var list []picture
	for i, l := range v.photos {
		list = append(list, picture{fixtureHref(v.f.ID) + "/photos/" + l.Hash, ui.T(ctx, "照片 %s，%s", strconv.Itoa(i+1), ui.DateTime(ctx, l.At.Time))})
	}
	if len(list) == 0 {
		parts = append(parts, part.Says(ui.T(ctx, "还没有照片。")))
	} else {
		parts = append(parts, pictures(list))
	}
	if may {
		fields := []ui.Field{{Name: "file", Label: ui.T(ctx, "照片"), Kind: "file", Required: true, Accept: "image/jpeg,image/png,image/webp", Hint: ui.T(ctx, "存的是缩小后的副本，不带拍摄位置等信息")}}
		parts = append(parts, uploadOf(fixtureHref(v.f.ID)+"/photos", wrong.On(fields), ui.Button{Text: ui.T(ctx, "加照片")}))
	}
	return parts
}

// A picture is a photo with what it is called.
type picture struct{ Href, Name string }
