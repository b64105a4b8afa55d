package account

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A loginForm is the form as it is shown: what was typed, except the password.
type loginForm struct {
	Login string
	Next  string // where to go afterwards; a path of this site, "" the person's home
	Demo  []Demo
	Wrong ui.Errors
}

func (f loginForm) fields(ctx context.Context) []ui.Field {
	return f.Wrong.On([]ui.Field{
		{Name: "login", Label: ui.T(ctx, "登录名"), Kind: "text", Value: f.Login, Required: true, Fill: "username",
			Attrs: templ.Attributes{"autocapitalize": "none", "spellcheck": "false"}},
		{Name: "password", Label: ui.T(ctx, "密码"), Kind: "password", Required: true, Fill: "current-password"},
	})
}

func (p *Pages) login(w http.ResponseWriter, r *http.Request) error {
	next := nextOf(r.URL.Query().Get("next"))
	if by := session.Actor(r); !by.IsZero() {
		http.Redirect(w, r, orStart(next), http.StatusSeeOther)
		return nil
	}
	return ui.Render(w, r, loginPage(loginForm{Next: next, Demo: p.Demo}))
}

func (p *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	next := nextOf(r.PostFormValue("next"))
	var a staff.Account
	err := p.barred(r.PostFormValue("password"))
	if err == nil {
		a, err = p.Sessions.Login(w, r, r.PostFormValue("login"), r.PostFormValue("password"))
	}
	if err != nil {
		return ui.Again(w, r, onForm("password", err), func(wrong ui.Errors) templ.Component {
			return loginPage(loginForm{Login: r.PostFormValue("login"), Next: next, Demo: p.Demo, Wrong: wrong})
		})
	}
	if a.MustChange {
		return ui.Done(w, r, nil, "/me#password", ui.T(r.Context(), "这是别人为您设的密码，请先换成自己的。"))
	}
	http.Redirect(w, r, orStart(next), http.StatusSeeOther)
	return nil
}

// barred refuses a password that everybody may know, where it is not offered.
func (p *Pages) barred(password string) error {
	if p.Public != "" && password == p.Public && len(p.Demo) == 0 {
		return fault.Forbidden("这是演示城市公开的密码，只有以 --demo 启动时才能使用")
	}
	return nil
}

// onForm says a refusal beside the field where it can be mended, so that the form stays.
func onForm(field string, err error) error {
	if f := fault.As(err); f != nil && f.Kind == fault.KindForbidden {
		return fault.Invalid(field, f.Format, f.Args...)
	}
	return err
}

func nextOf(address string) string {
	if address == "" {
		return ""
	}
	return session.Next(address)
}

func orStart(next string) string {
	if next == "" {
		return "/start"
	}
	return next
}
