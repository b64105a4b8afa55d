package supervisor

import (
	"encoding/json"
	"net/http"

	"linli/internal/db"
	"linli/internal/indicator"
	"linli/internal/place"
	"linli/internal/web/ui"
)

// An area is one place below the present one, with what is said of it.
type area struct {
	place.Place
	Now  indicator.Figure // overdue of open
	Then []indicator.Figure
}

// below are the places right below the view's area with their figures, and the area itself where something lies right in it.
func (p *Pages) below(tx *db.Tx, v *view) (list []area, now indicator.Answer, then []indicator.Answer, err error) {
	present, err := p.ask(tx, v, v.present(indicator.ByArea), "overdue")
	if err != nil {
		return nil, now, nil, err
	}
	if then, err = p.ask(tx, v, v.question(indicator.ByArea), "on-time", "settled", "rework", "satisfied"); err != nil {
		return nil, now, nil, err
	}
	add := func(pl place.Place) {
		a := area{Place: pl, Now: present[0].Of(pl.Code)}
		for i := range then {
			a.Then = append(a.Then, then[i].Of(pl.Code))
		}
		list = append(list, a)
	}
	for _, c := range p.Town.Places.Tree().Children(v.code) {
		add(c)
	}
	if own, known := p.Town.Places.Tree().Get(v.code); known && (present[0].Of(v.code).All > 0 || then[0].Of(v.code).All > 0) {
		add(own)
	}
	return list, present[0], then, nil
}

// where says where the late cases are: a map and a table of the areas below.
func (p *Pages) where(tx *db.Tx, h *home) error {
	if h.code == "" {
		return nil
	}
	list, _, then, err := p.below(tx, h.view)
	if err != nil || len(list) == 0 {
		return err
	}
	h.Areas = ui.Table{Caption: ui.T(h.ctx, "哪里"), Cols: []ui.Col{{Name: ui.T(h.ctx, "地区"), Main: true}, {Name: ui.T(h.ctx, "登记"), Num: true},
		{Name: ui.T(h.ctx, "在办"), Num: true}, {Name: ui.T(h.ctx, "逾期"), Num: true}}}
	for _, a := range then {
		h.Areas.Cols = append(h.Areas.Cols, ui.Col{Name: a.Name, Num: true})
	}
	short := ui.Table{Caption: ui.T(h.ctx, "各地区逾期与按期答复率"), Cols: []ui.Col{h.Areas.Cols[0], h.Areas.Cols[3], h.Areas.Cols[4]}}
	for _, a := range list {
		row := h.areaRow(a, then)
		h.Areas.Rows = append(h.Areas.Rows, row)
		short.Rows = append(short.Rows, ui.TableRow{Cells: []ui.Cell{row.Cells[0], row.Cells[3], row.Cells[4]}})
	}
	outlines, err := place.Outlines(tx, h.code)
	if err != nil {
		return err
	}
	h.Where = ui.Map{ID: "where", Title: ui.T(h.ctx, "哪里：按期答复率"), GeoURL: h.href("/supervisor/areas.geojson"), Legend: legend(h.view), Table: short}
	for _, a := range list {
		if rings := ringsOf(outlines[a.Code]); len(rings) > 0 {
			h.Where.Areas = append(h.Where.Areas, ui.Area{Name: a.Name, Href: h.href("/supervisor", "area", a.Code), Tone: tone(a.Then[0]), Rings: rings})
		}
	}
	return nil
}

func (v *view) areaRow(a area, then []indicator.Answer) ui.TableRow {
	name := ui.Cell{Text: v.name(indicator.ByArea, a.Code), Href: v.href("/supervisor", "area", a.Code)}
	list := func(id string) string { return v.href("/supervisor/lists/"+id, "area", a.Code) }
	if a.Code == v.code {
		name.Href = ""
		list = func(string) string { return "" }
	}
	row := ui.TableRow{Cells: []ui.Cell{name,
		{Text: ui.Count(a.Then[0].All), Href: v.href("/supervisor/indicators/"+then[0].Ref()+"/rows", "by", indicator.ByArea, "key", a.Code, "part", string(indicator.All))},
		{Text: ui.Count(a.Now.All), Href: list("open")}, {Text: ui.Count(a.Now.Numerator), Href: list("late")}}}
	for i := range then {
		row.Cells = append(row.Cells, v.rate(&then[i], a.Then[i]))
	}
	return row
}

// bounds are the shares at which the tone of an area changes, the best first.
var bounds = []float64{0.98, 0.95, 0.90, 0.80}

// tone is 0 for too few cases, else 1 for the best to 5.
func tone(f indicator.Figure) int {
	r := f.Rate()
	if r.Small() {
		return 0
	}
	for i, b := range bounds {
		if r.Share() >= b {
			return i + 1
		}
	}
	return len(bounds) + 1
}

func legend(v *view) []string {
	return []string{ui.T(v.ctx, "不足 30 件"), ui.T(v.ctx, "98% 以上"), "95%–98%", "90%–95%", "80%–90%", ui.T(v.ctx, "低于 80%")}
}

type feature struct {
	Type       string          `json:"type"`
	Geometry   json.RawMessage `json:"geometry"`
	Properties map[string]any  `json:"properties"`
}

// areas answers the map with the outlines of the places below, each with its figure.
func (p *Pages) areas(w http.ResponseWriter, r *http.Request) error {
	features := []feature{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		v, err := p.look(tx, r)
		if err != nil {
			return err
		}
		list, _, _, err := p.below(tx, v)
		if err != nil {
			return err
		}
		outlines, err := place.Outlines(tx, v.code)
		if err != nil {
			return err
		}
		features = features[:0]
		for _, a := range list {
			if shape := outlines[a.Code]; len(shape) > 0 {
				r := a.Then[0].Rate()
				features = append(features, feature{"Feature", shape, map[string]any{"name": a.Name, "tone": tone(a.Then[0]), "href": v.href("/supervisor", "area", a.Code),
					"figure": ui.T(v.ctx, "按期 %s（%s 件），逾期 %s 件", ui.Percent(r.Part, r.Whole), ui.Count(r.Whole), ui.Count(a.Now.Numerator))}})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/geo+json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(map[string]any{"type": "FeatureCollection", "features": features})
}

// ringsOf reads the rings of a polygon or of several.
func ringsOf(geo json.RawMessage) [][][2]float64 {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if len(geo) == 0 || json.Unmarshal(geo, &g) != nil {
		return nil
	}
	switch g.Type {
	case "Polygon":
		var rings [][][2]float64
		if json.Unmarshal(g.Coordinates, &rings) == nil {
			return rings
		}
	case "MultiPolygon":
		var many [][][][2]float64
		if json.Unmarshal(g.Coordinates, &many) == nil {
			var rings [][][2]float64
			for _, p := range many {
				rings = append(rings, p...)
			}
			return rings
		}
	}
	return nil
}
