package admin

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// maxForm bounds a form of these pages, in bytes. None carries a file.
const maxForm = 1 << 16

// wholeCity lets only an administrator act whose role no place or unit bounds, and reads his form.
func (p *Pages) wholeCity(f func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !p.keeps(session.Actor(r)) {
			return fault.Forbidden("只有全市的管理员可以办理；您的管理员授权只限一部分区划或单位")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			return fmt.Errorf("read form: %w", err)
		}
		return f(w, r)
	}
}

// keeps reports whether an actor administers the whole city: without bounds, or from its top.
func (p *Pages) keeps(by staff.Actor) bool {
	tops := p.Town.Places.Tree().Children("")
	for _, g := range by.Grants {
		if g.Role == staff.Admin && g.Unit == "" && (g.Place == "" || len(tops) == 1 && place.Within(tops[0].Path, g.Place)) {
			return true
		}
	}
	return false
}

// once does an act of administration once, however often its form is sent, and returns what it resulted in; again says
// that it had been done before. What it results in is kept with the key, so it is never a secret.
func (p *Pages) once(r *http.Request, work func(tx *db.Tx, by staff.Actor) (string, error)) (result string, again bool, err error) {
	by := session.Actor(r)
	request := sha256.Sum256([]byte(r.URL.Path + "\n" + r.PostForm.Encode()))
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		kept, replayed, err := once.Do(tx, "page:"+by.AuditName(), ui.FormKey(r), request[:], func() ([]byte, error) {
			text, err := work(tx, by)
			return []byte(text), err
		})
		result, again = string(kept), replayed
		return err
	})
	return result, again, err
}

// do is once for an act without a result.
func (p *Pages) do(r *http.Request, work func(tx *db.Tx, by staff.Actor) error) error {
	_, _, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) { return "", work(tx, by) })
	return err
}

// record writes an act to the log, for acts on what keeps no entries itself.
func record(tx *db.Tx, actor, verb, subject string, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("record %s: %w", verb, err)
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: actor, Verb: verb, Subject: subject, Detail: text})
}

// mayAct reports whether the reader of a page may use its forms; auditors and bounded administrators only look.
func (p *Pages) mayAct(ctx context.Context) bool { return p.keeps(session.From(ctx)) }

// onField moves what is wrong with one field to the name under which a form asks it: several forms stand on one page, and
// no two of their questions have the same name.
func onField(err error, field, name string) error {
	e := *fault.As(err)
	if e.Field == field {
		e.Field = name
	}
	e.Fields = slices.Clone(e.Fields)
	for i := range e.Fields {
		if e.Fields[i].Field == field {
			e.Fields[i].Field = name
		}
	}
	return &e
}
