package grid

import (
	"net/http"
	"slices"
	"strings"

	"linli/internal/fault"
	"linli/internal/web/ui"
)

// shellAt is the address under which phones keep the shell.
const shellAt = "/grid/"

// screens are the pages that the modules draw; below each there may be an id. A test compares them with app/app.mjs.
var screens = []string{"", "report", "checks", "rounds", "visits", "map", "track", "queue"}

// shell is every page below /grid/: the frame in which the modules draw.
func (p *Pages) shell(w http.ResponseWriter, r *http.Request) error {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, shellAt), "/")
	if !slices.Contains(screens, first) {
		return fault.NotFound("没有这个页面")
	}
	w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()")
	w.Header().Set("Cache-Control", "no-cache")
	return ui.Render(w, r, shellPage(built()))
}
