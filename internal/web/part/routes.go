package part

import (
	"net/http"

	"linli/internal/web/ui"
)

// Routes registers what all who handle cases share. The caller lets only people in office through.
func Routes(mux *http.ServeMux, t *Town) {
	mux.Handle("GET /cases/{id}", ui.Handler(t.Show))
	mux.Handle("GET /cases/{id}/print", ui.Handler(t.print))
	mux.Handle("POST /cases/{id}/steps", ui.Handler(t.step))
	mux.Handle("POST /cases/{id}/reveal", ui.Handler(t.reveal))
	mux.Handle("GET /cases/options", ui.Handler(t.suggestCases))
	mux.Handle("GET /files/{case}/{hash}", ui.Handler(t.file))
	mux.Handle("GET /units/options", ui.Handler(t.suggestUnits))
}

// PublicRoutes registers the suggestions that anybody may ask for.
func PublicRoutes(mux *http.ServeMux, t *Town) {
	mux.Handle("GET /places/options", ui.Handler(t.suggestPlaces))
	mux.Handle("GET /places/below", ui.Handler(t.cascade))
}
