package resident

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/ui"
)

// A query is the form that asks for number and code, as it was filled in.
type query struct {
	Number, Code string
	Open         string // number of the case that this browser has open, "" for none
	Wrong        ui.Errors
}

func (q query) fields(ctx context.Context) []ui.Field {
	plain := templ.Attributes{"autocapitalize": "characters", "spellcheck": "false"}
	return q.Wrong.On([]ui.Field{
		{Name: "number", Label: ui.T(ctx, "办件编号"), Value: q.Number, Required: true, Max: 40, Fill: "off", Attrs: plain,
			Hint: ui.T(ctx, "在回执上，例如 SZXX-2026-000123。")},
		{Name: "code", Label: ui.T(ctx, "查询码"), Value: q.Code, Required: true, Max: 12, Fill: "off", Short: true, Attrs: plain,
			Hint: ui.T(ctx, "回执上的 8 位字母和数字，大小写都可以。")},
	})
}

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	q := query{Number: cut(strings.TrimSpace(r.URL.Query().Get("number")), 40)}
	if is, ok := p.proofOf(r, trackCookie, trackLife); ok {
		q.Open = is.Number
	}
	return ui.Render(w, r, trackPage(q))
}

// track opens the case that number and code name. They come in the body and go into a sealed cookie.
func (p *Pages) track(w http.ResponseWriter, r *http.Request) error {
	is := proof{strings.ToUpper(strings.TrimSpace(r.PostFormValue("number"))), plainCode(r.PostFormValue("code"))}
	err := p.limits.look.take(p.address(r))
	if err == nil {
		err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
			_, err := p.Town.Cases.Track(tx, is.Number, is.Code)
			return err
		})
	}
	if f := fault.As(err); f != nil && f.Kind == fault.KindNotFound {
		err = fault.Invalid("number", f.Format, f.Args...)
	}
	if err != nil {
		return ui.Again(answering(w, err), r, err, func(wrong ui.Errors) templ.Component {
			return trackPage(query{Number: cut(r.PostFormValue("number"), 40), Code: cut(r.PostFormValue("code"), 12), Wrong: wrong})
		})
	}
	if err := p.setProof(w, r, trackCookie, "/track", trackLife, is); err != nil {
		return err
	}
	http.Redirect(w, r, "/track/case", http.StatusSeeOther)
	return nil
}

// plainCode takes out what people put between the letters of a code.
func plainCode(s string) string {
	return strings.ToUpper(strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' || c == '－' || c == '\u3000' {
			return -1
		}
		return c
	}, s))
}

// leave closes the case in this browser.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	dropProof(w, r, trackCookie, "/track")
	return ui.Done(w, r, nil, "/track", ui.T(r.Context(), "已退出查询。"))
}
