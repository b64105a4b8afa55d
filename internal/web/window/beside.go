package window

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A callerPart is what is known of whoever calls or stands at the desk.
type callerPart struct {
	Phone string
	Lines []casework.Line
	Open  int
	Now   time.Time
	Known casework.Reporter // name and address as given last; empty when the clerk may not see them
}

// callerMost is how many earlier cases stand beside the form.
const callerMost = 5

// callerAttrs ask for the caller's earlier cases as soon as the number is typed.
func callerAttrs(field string) templ.Attributes {
	return templ.Attributes{"hx-post": "/window/new/caller?for=" + field, "hx-trigger": "change, input changed delay:600ms",
		"hx-target": "#caller", "hx-swap": "outerHTML"}
}

// callerOf lists the earlier cases of a telephone number. A number that is not whole yet has none.
func (p *Pages) callerOf(tx *db.Tx, by staff.Actor, phone string) (*callerPart, error) {
	c := &callerPart{Phone: phone, Now: tx.Now()}
	if phone == "" {
		return c, nil
	}
	lines, err := p.Town.Cases.Caller(tx, by, phone, callerMost)
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return &callerPart{Now: tx.Now()}, nil
	}
	if err != nil || len(lines) == 0 {
		return c, err
	}
	c.Lines = lines
	for _, l := range lines {
		if part.LineMark(l, tx.Now()) != ui.Ended {
			c.Open++
		}
	}
	c.Known, err = p.known(tx, by, lines[0].ID, phone)
	return c, err
}

// known is how the caller gave his name the last time, when the clerk keeps that case and so may read it in full.
func (p *Pages) known(tx *db.Tx, by staff.Actor, last db.ID, phone string) (casework.Reporter, error) {
	k, err := p.Town.Cases.Get(tx, by, last)
	if err != nil || !by.Has(staff.Desk, k.Path, k.Situation.Desk) {
		return casework.Reporter{}, err
	}
	list, err := p.Town.Cases.Reporters(tx, by, k)
	for _, r := range list {
		if r.Phone == form.MaskPhone(form.Narrow(phone)) {
			return r, err
		}
	}
	return casework.Reporter{}, err
}

// caller answers the registration screen while the number is typed. It comes by POST so that the number stands in no
// address and no log.
func (p *Pages) caller(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	var c *callerPart
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		c, err = p.callerOf(tx, session.Actor(r), r.PostForm.Get(r.URL.Query().Get("for")))
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, callerView(p.Town, c))
}

// likely answers the registration screen while the matter is typed.
func (p *Pages) likely(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	v := r.PostForm
	var list []casework.Likeness
	var near []casework.NearCase
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		in := typed{values: v, form: p.Town.Cases.Form(v.Get("flow"), tx.Now())}
		in.bind = part.Bind(in.form)
		near, list, err = p.alike(tx, session.Actor(r), p.Town.Flow(v.Get("flow"), tx.Now()), in)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, likelyView(p.Town, near, list, v.Get("same")))
}

// sameField offers likely duplicates; the first answer is that it is a matter of its own.
func sameField(ctx context.Context, t *part.Town, near []casework.NearCase, list []casework.Likeness, same string) ui.Field {
	f := ui.Field{Name: "same", Label: ui.T(ctx, "是同一件事吗"), Kind: "choice", Value: same, Hint: ui.T(ctx, "选中一件就并入它办理，反映人照样有自己的回执。")}
	for _, n := range near {
		f.Options = append(f.Options, ui.Option{Value: n.ID.String(), Text: n.Title,
			Note: nearWords(ctx, n) + " · " + n.Number + " · " + t.Place(n.Place) + " · " + ui.Date(ctx, n.Registered.Time)})
	}
	for _, l := range list {
		f.Options = append(f.Options, ui.Option{Value: l.ID.String(), Text: l.Title,
			Note: l.Number + " · " + t.Place(l.Place) + " · " + ui.Date(ctx, l.Registered.Time)})
	}
	return f
}
