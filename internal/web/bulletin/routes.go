package bulletin

import (
	"net/http"

	"linli/internal/db"
	"linli/internal/notice"
	"linli/internal/web/ui"
)

// Pages serves bulletins to everybody.
type Pages struct {
	DB      *db.DB
	Notices *notice.Notices
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	mux.Handle("GET /bulletins", ui.Handler(p.list))
	mux.Handle("GET /bulletins/{id}", ui.Handler(p.show))
	mux.Handle("GET /bulletins/{id}/csv", ui.Handler(p.file))
	mux.Handle("GET /public", http.RedirectHandler("/bulletins", http.StatusSeeOther))
}
