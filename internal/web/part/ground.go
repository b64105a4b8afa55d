package part

import (
	"encoding/json"
	"net/http"

	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/web/ui"
)

// A Ground is a place with its outline, for maps to be drawn on.
type Ground struct {
	place.Place
	Shape json.RawMessage // GeoJSON
}

// Grounds are the outlines below a place, its own where those below have none.
func (t *Town) Grounds(tx *db.Tx, code string) (list []Ground, err error) {
	tree := t.Places.Tree()
	above := code
	if a := tree.Ancestors(code); len(a) > 0 {
		above = a[len(a)-1].Code
	}
	for _, parent := range []string{code, above} {
		outlines, err := place.Outlines(tx, parent)
		if err != nil {
			return nil, err
		}
		for _, c := range tree.Children(parent) {
			if shape := outlines[c.Code]; len(shape) > 0 && (parent == code || c.Code == code) {
				list = append(list, Ground{c, shape})
			}
		}
		if len(list) > 0 {
			return list, nil
		}
	}
	return nil, nil
}

// WriteGrounds answers a map with its ground; props says what each outline tells besides its name and code, nil for nothing.
func WriteGrounds(w http.ResponseWriter, list []Ground, props func(Ground) map[string]any) error {
	type feature struct {
		Type       string          `json:"type"`
		Geometry   json.RawMessage `json:"geometry"`
		Properties map[string]any  `json:"properties"`
	}
	features := []feature{}
	for _, g := range list {
		f := feature{"Feature", g.Shape, map[string]any{"name": g.Name, "code": g.Code}}
		if props != nil {
			for k, v := range props(g) {
				f.Properties[k] = v
			}
		}
		features = append(features, f)
	}
	w.Header().Set("Content-Type", "application/geo+json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(map[string]any{"type": "FeatureCollection", "features": features})
}

// Suggest answers a field that offers what fits the letters typed so far.
func Suggest(w http.ResponseWriter, r *http.Request, list []ui.Option) error {
	return ui.Render(w, r, options(list))
}
