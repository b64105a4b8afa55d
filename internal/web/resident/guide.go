package resident

import (
	"net/http"

	"linli/internal/fault"
	"linli/internal/web/ui"
)

// guide says how a channel is used: who takes the matter in, what happens then, what is asked, how long it takes.
func (p *Pages) guide(w http.ResponseWriter, r *http.Request) error {
	for _, c := range p.channels(r.Context()) {
		if c.ID == r.PathValue("flow") {
			return ui.Render(w, r, guidePage(c))
		}
	}
	return fault.NotFound("没有这个渠道，请从首页重新开始")
}
