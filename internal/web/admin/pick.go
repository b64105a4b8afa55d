package admin

import (
	"context"
	"net/url"

	"linli/internal/web/ui"
)

// top is the code and name of the city, below which a place picker begins; "" when the tree has none or several.
func (p *Pages) top() (code, name string) {
	if tops := p.Town.Places.Tree().Children(""); len(tops) == 1 {
		return tops[0].Code, tops[0].Name
	}
	return "", ""
}

// cityField asks whether the whole city is meant, which the picker beside it cannot say.
func (p *Pages) cityField(ctx context.Context, typed url.Values) ui.Field {
	_, name := p.top()
	return ui.Field{Name: "city", Label: ui.T(ctx, "全市（%s）", name), Kind: "bool", Value: typed.Get("city")}
}

// placeCode reads the picked place; "" when nothing was picked.
func (p *Pages) placeCode(form url.Values) (string, error) {
	if code, _ := p.top(); form.Get("city") != "" && code != "" {
		return code, nil
	}
	pick := p.Town.Pick(form, "place", "")
	if pick.Words == "" && form.Get("place-1") == "" {
		return "", nil
	}
	return pick.Code()
}

// putPlace fills a form with the place that something has now.
func (p *Pages) putPlace(typed url.Values, code string) {
	if top, _ := p.top(); code != "" && code == top {
		typed.Set("city", "1")
		return
	}
	typed.Set("place", p.Town.Place(code))
}
