package resident

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// draftLife is how long a form may be left lying: as long as uploads that belong to nothing are kept.
const draftLife = blob.Grace - time.Hour

// A draft (草稿) is a submission on its way: everything said so far, carried from step to step in the form itself.
type draft struct {
	Key    string            // idempotency key, made with the first step
	Flow   string            // the channel
	Values map[string]string // answers by the name of the question
	Place  string            // code
	Picked map[string]string // the place picker as it stands
	Spot   string
	Thing  db.ID     // the fixture whose label was scanned; zero: none
	Where  geo.Point // where it is
	Files  []part.Upload
	Same   string // number of an earlier case that the reporter says is the same matter; "-" none of them

	sealed string // as the form carries it
}

func newDraft() *draft {
	return &draft{Key: ui.NewKey(), Values: map[string]string{}, Picked: map[string]string{}}
}

// draftOf reads the draft that a form carries. One that is damaged or too old begins anew, with what was typed just now.
func (p *Pages) draftOf(r *http.Request) *draft {
	d := newDraft()
	if !p.Key.open("draft", r.PostFormValue("draft"), p.Now(), draftLife, d) {
		d = newDraft()
		if channels := p.online(); len(channels) > 0 {
			d.Flow = channels[0].ID
		}
	}
	if d.Values == nil || d.Picked == nil {
		d.Values, d.Picked = map[string]string{}, map[string]string{}
	}
	return d
}

// keep seals the draft for the next page.
func (p *Pages) keep(d *draft) error {
	text, err := p.Key.seal("draft", p.Now(), d)
	d.sealed = text
	return err
}

// typedMost bounds one answer, in bytes; the questions' own bounds are tighter.
const typedMost = 60_000

// take puts what was typed into the answers of these questions.
func (d *draft) take(form url.Values, fields []ui.Field) {
	for _, f := range fields {
		if f.Kind == "file" {
			continue
		}
		text := strings.Join(form[f.Name], "\n")
		d.Values[f.Name] = strings.ToValidUTF8(text[:min(len(text), typedMost)], "")
	}
}

// takePick puts the place picker as it was sent into the draft.
func (d *draft) takePick(form url.Values) {
	d.Picked = map[string]string{}
	for name, v := range form {
		if (name == placeField || strings.HasPrefix(name, placeField+"-")) && len(v) > 0 && len(v[0]) < 200 {
			d.Picked[name] = v[0]
		}
	}
	d.Spot = strings.TrimSpace(form.Get("spot"))
}

// picked is the place picker as it stands.
func (d *draft) picked() url.Values {
	v := url.Values{}
	for name, text := range d.Picked {
		v.Set(name, text)
	}
	return v
}

// drop takes away an upload.
func (d *draft) drop(hash string) {
	kept := d.Files[:0]
	for _, f := range d.Files {
		if f.Hash != hash {
			kept = append(kept, f)
		}
	}
	d.Files = kept
}

// add keeps new uploads, each content once.
func (d *draft) add(list []part.Upload) {
	for _, u := range list {
		d.drop(u.Hash)
		d.Files = append(d.Files, u)
	}
}
