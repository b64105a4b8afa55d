package window

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
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
	List  part.List
}

// callerMost is how many earlier cases stand beside the form.
const callerMost = 5

// callerAttrs ask for the caller's earlier cases as soon as the number is typed.
func callerAttrs(field string) templ.Attributes {
	return templ.Attributes{"hx-get": "/window/new/caller?for=" + field, "hx-trigger": "change, input changed delay:600ms",
		"hx-target": "#caller", "hx-swap": "outerHTML"}
}

// callerOf lists the earlier cases of a telephone number. A number that is not whole yet has none.
func (p *Pages) callerOf(tx *db.Tx, by staff.Actor, phone string) (*callerPart, error) {
	c := &callerPart{Phone: phone}
	if phone == "" {
		return c, nil
	}
	lines, err := p.Town.Cases.Caller(tx, by, phone, callerMost)
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return &callerPart{}, nil
	}
	c.Lines, c.List = lines, part.List{Lines: lines, Now: tx.Now(), Caption: ui.T(tx.Ctx(), "来电人以前的办件")}
	for _, l := range lines {
		if part.LineMark(l, tx.Now()) != ui.Ended {
			c.Open++
		}
	}
	return c, err
}

// caller answers the registration screen while the number is typed.
func (p *Pages) caller(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	var c *callerPart
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		c, err = p.callerOf(tx, session.Actor(r), q.Get(q.Get("for")))
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, callerView(p.Town, c))
}

// likely answers the registration screen while the matter is typed.
func (p *Pages) likely(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	var list []casework.Likeness
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		in := typed{values: q, form: p.Town.Cases.Form(q.Get("flow"), tx.Now())}
		in.bind = part.Bind(in.form)
		code, _ := p.Town.Pick(q, "place", "").Code()
		list, err = p.Town.LikelyFor(tx, session.Actor(r), code, in.gist(), 0)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, likelyView(p.Town, list, q.Get("same")))
}

// sameField offers likely duplicates; the first answer is that it is a matter of its own.
func sameField(ctx context.Context, t *part.Town, list []casework.Likeness, same string) ui.Field {
	f := ui.Field{Name: "same", Label: ui.T(ctx, "是同一件事吗"), Kind: "choice", Value: same, Hint: ui.T(ctx, "选中一件就并入它办理，反映人照样有自己的回执。")}
	for _, l := range list {
		f.Options = append(f.Options, ui.Option{Value: l.ID.String(), Text: l.Title,
			Note: l.Number + " · " + t.Place(l.Place) + " · " + ui.Date(ctx, l.Registered.Time)})
	}
	return f
}
