package app

import "net/http"

// routes registers the pages of every kind of person and the API.
func (a *App) routes(mux *http.ServeMux) {
}
