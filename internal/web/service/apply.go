package service

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// send takes an application in, or keeps it as a draft.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	s, by := sideOf(r), session.Actor(r)
	if r.PostFormValue("look") != "" || r.PostFormValue("pick") != "" {
		v, err := p.desk(r, r.PostForm, ui.Errors{})
		if err != nil {
			return err
		}
		return ui.Render(w, r, itemPage(v))
	}
	if r.PostFormValue("save") != "" {
		return p.save(w, r, by, s)
	}
	receipt, signers, err := p.apply(r, by, s)
	if err != nil {
		return ui.Again(w, r, err, func(e ui.Errors) component {
			v, err := p.desk(r, r.PostForm, e)
			return itemAgain(v, err)
		})
	}
	return ui.Render(w, r, receiptPage(s, p.sheet(r, receipt, signers), receipt))
}

func (p *Pages) save(w http.ResponseWriter, r *http.Request, by staff.Actor, s side) error {
	var code string
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		o, err := p.Window.Offer(r.PathValue("item"), p.today())
		if err != nil {
			return err
		}
		code, err = p.Window.Save(tx, by, service.Draft{Item: o.Item.ID, Person: p.applicant(by, s, r.PostForm), Says: saysOf(o.Item, r.PostForm)})
		return err
	})
	return ui.Done(w, r, err, s.base+"/"+url.PathEscape(r.PathValue("item"))+"?resume="+code+"&saved="+code,
		ui.T(r.Context(), "已保存。续办码 %s，三十天内在窗口或网上接着办。", code))
}

func (p *Pages) apply(r *http.Request, by staff.Actor, s side) (receipt casework.Receipt, signers []service.Signer, err error) {
	files, err := p.Town.Receive(r, "files")
	if err != nil {
		return receipt, nil, err
	}
	place, bad := p.Town.Pick(r.PostForm, "place", "").Code()
	if bad != nil {
		return receipt, nil, bad
	}
	a := service.Application{Key: ui.FormKey(r), Item: r.PathValue("item"), Person: p.applicant(by, s, r.PostForm), Place: place, Channel: "net",
		Name: r.PostFormValue("contact"), Phone: r.PostFormValue("telephone"), Proxy: strings.TrimSpace(r.PostFormValue("proxy")),
		Authority: r.PostFormValue("authority"), Agent: r.PostFormValue("agent") != "", Materials: map[string]string{}, Files: part.Hashes(files)}
	if s.window {
		a.Channel = "window"
	}
	for name := range r.PostForm {
		if id, is := strings.CutPrefix(name, "material."); is {
			a.Materials[id] = r.PostFormValue(name)
		}
	}
	for line := range strings.SplitSeq(r.PostFormValue("signers"), "\n") {
		if name := strings.TrimSpace(line); name != "" {
			a.Signers = append(a.Signers, name)
		}
	}
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		o, err := p.Window.Offer(a.Item, p.today())
		if err != nil {
			return err
		}
		a.Says = saysOf(o.Item, r.PostForm)
		if _, asked := a.Says[placeField]; asked {
			a.Says[placeField] = place
		}
		if receipt, err = p.Window.Apply(tx, by, a); err != nil {
			return err
		}
		if err := p.Town.Attach(tx, by, receipt.Case, files); err != nil {
			return err
		}
		if signers, err = service.Signers(tx, receipt.Case); err != nil || !s.window || len(signers) > 0 {
			return err
		}
		if !receipt.Replayed {
			if _, err := p.Window.Take(tx, by, receipt.Case, a.Key); err != nil {
				return err
			}
		}
		receipt.Target, err = p.promised(tx, by, receipt.Case)
		return err
	})
	return receipt, signers, err
}

// promised is when the term of an application ends that was just taken in; zero when none runs.
func (p *Pages) promised(tx *db.Tx, by staff.Actor, id db.ID) (time.Time, error) {
	f, err := p.Window.Of(tx, by, id)
	if err != nil {
		return time.Time{}, err
	}
	for _, c := range f.Case.Situation.Running {
		if c.ID == pack.TermClock {
			return c.Target, nil
		}
	}
	return time.Time{}, nil
}

// sheet is the receipt as it is printed.
func (p *Pages) sheet(r *http.Request, c casework.Receipt, signers []service.Signer) ui.Receipt {
	ctx := r.Context()
	scheme := "http://"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https://"
	}
	out := ui.Receipt{Title: ui.T(ctx, "受理回执"), Number: c.Number, Code: c.Code, At: c.At, Issuer: ui.ReaderOf(ctx).Site.City,
		Track: scheme + r.Host + "/track?number=" + url.QueryEscape(c.Number), Facts: []ui.Pair{{Name: ui.T(ctx, "事项"), Text: c.Title}}}
	if !c.Target.IsZero() {
		out.Facts = append(out.Facts, ui.Pair{Name: ui.T(ctx, "承诺办结"), Text: ui.Until(ctx, c.Target)})
	}
	for _, s := range signers {
		out.Notes = append(out.Notes, ui.T(ctx, "%s的签字码：%s，在“办事”页的“签字”里输入", s.Name, s.Code))
	}
	return out
}

func (p *Pages) resume(w http.ResponseWriter, r *http.Request) error {
	code := r.URL.Query().Get("code")
	var d service.Draft
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { d, err = p.Window.Resume(tx, session.Actor(r), code); return err })
	if err != nil {
		return err
	}
	base := "/services/"
	if session.Actor(r).HasAny(staff.Desk) {
		base = "/window/services/"
	}
	http.Redirect(w, r, base+d.Item+"?resume="+url.QueryEscape(d.Code), http.StatusSeeOther)
	return nil
}

func (p *Pages) sign(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, signPage(sideOf(r), r.URL.Query().Get("code"), ui.Errors{}))
}

func (p *Pages) signed(w http.ResponseWriter, r *http.Request) error {
	var item, name string
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) { item, name, err = service.Sign(tx, r.PostFormValue("code")); return err })
	if err != nil {
		return ui.Again(w, r, err, func(e ui.Errors) component { return signPage(sideOf(r), r.PostFormValue("code"), e) })
	}
	if o, err := p.Window.Offer(item, p.today()); err == nil {
		item = o.Item.Name
	}
	return ui.Done(w, r, nil, "/services", ui.T(r.Context(), "%s已为“%s”签字。", name, item))
}
