package resident

import (
	"net/http"

	"linli/internal/web/ui"
)

// help says how everything goes, in a few words.
func (p *Pages) help(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, helpPage(p.channels(r.Context())))
}

// privacy says what becomes of what people tell of themselves.
func (p *Pages) privacy(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, privacyPage())
}
