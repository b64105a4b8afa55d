package account

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

func (o profile) passwordFields(ctx context.Context) []ui.Field {
	return o.Wrong.On([]ui.Field{
		{Name: "old", Label: ui.T(ctx, "现在的密码"), Kind: "password", Required: true, Fill: "current-password"},
		{Name: "password", Label: ui.T(ctx, "新密码"), Kind: "password", Required: true, Fill: "new-password",
			Hint: ui.T(ctx, "可以用一句自己记得住、别人猜不到的话。")},
		{Name: "again", Label: ui.T(ctx, "再输一遍新密码"), Kind: "password", Required: true, Fill: "new-password"},
	})
}

// changePassword ends all other logins; this browser stays logged in.
func (p *Pages) changePassword(w http.ResponseWriter, r *http.Request) error {
	next := r.PostFormValue("password")
	err := fault.Invalid("again", "两次输入的新密码不一样")
	if next == r.PostFormValue("again") {
		err = p.Sessions.ChangePassword(w, r, r.PostFormValue("old"), next)
	}
	if err == nil {
		return ui.Done(w, r, nil, "/me", ui.T(r.Context(), "密码已换，其他设备上的登录都已退出。"))
	}
	if errors.Is(err, staff.ErrLogin) {
		err = fault.Invalid("old", "现在的密码不对")
	}
	own, failed := p.profile(r)
	if failed != nil {
		return failed
	}
	return ui.Again(w, r, onForm("old", err), func(wrong ui.Errors) templ.Component {
		own.Wrong = wrong
		return mePage(own)
	})
}
