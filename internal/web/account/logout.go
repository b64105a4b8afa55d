package account

import (
	"net/http"

	"linli/internal/web/ui"
)

func (p *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return ui.Done(w, r, p.Sessions.Logout(w, r), "/", ui.T(r.Context(), "已退出登录。"))
}
