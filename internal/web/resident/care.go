package resident

import (
	"net/http"
	"strconv"

	"linli/internal/web/ui"
)

// care shows the sizes of letters to choose from. The choice itself is made by the frame (see ui.Routes).
func (p *Pages) care(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, carePage(ui.ReaderOf(r.Context()).Care))
}

func careHref(level int) string { return "/care?on=" + strconv.Itoa(level) + "&back=/care/settings" }
