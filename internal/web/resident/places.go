package resident

import (
	"context"
	"net/http"

	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// places answers a choice in the place picker with the levels as they are then.
func (p *Pages) places(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, placeLevels(p.Town.Pick(r.URL.Query(), placeField, "")))
}

// levelNames are what the levels of the statistical divisions are called on a form.
var levelNames = map[string]string{"县": ui.N("县（市、区）"), "乡": ui.N("街道或乡镇"), "村": ui.N("社区或村")}

func levelName(ctx context.Context, level string) string {
	if name, ok := levelNames[level]; ok {
		return ui.T(ctx, name)
	}
	return ui.T(ctx, level)
}

// which offers the places that the words typed fit.
func (p *Pages) which(pick part.Pick) []ui.Option {
	list := make([]ui.Option, len(pick.Found))
	for i, f := range pick.Found {
		list[i] = ui.Option{Value: f.Code, Text: p.Town.Place(f.Code)}
	}
	return list
}
