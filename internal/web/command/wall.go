package command

import (
	"net/http"

	"linli/internal/db"
	"linli/internal/web/ui"
)

// A wallPage is the screen on the wall: an area and, one after the other, those below it.
type wallPage struct {
	*view
	Pic    *picture
	Figs   []ui.Stat
	Areas  []sum
	Title  string
	Data   string
	Ground string
	Events string
}

// wall shows large figures without controls. It asks anew by itself, so that its login does not run out while it shows.
func (p *Pages) wall(w http.ResponseWriter, r *http.Request) error {
	var v *view
	if err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { v, err = p.look(tx, r); return err }); err != nil {
		return err
	}
	pic, err := p.picture(v)
	if err != nil {
		return err
	}
	ctx := r.Context()
	m := &wallPage{view: v, Pic: pic, Title: v.areaName(), Areas: pic.Areas[:min(len(pic.Areas), wallMost)],
		Data: v.href("/centre/map/data"), Ground: v.href("/centre/map/areas.geojson"), Events: v.href("/centre/map/events"),
		Figs: []ui.Stat{{Name: ui.T(ctx, "在办"), Value: ui.Count(pic.Total.Cases)}, {Name: ui.Yellow.Word(ctx), Value: ui.Count(pic.Total.Yellow), Mark: ui.Yellow},
			{Name: ui.Red.Word(ctx), Value: ui.Count(pic.Total.Red), Mark: ui.Red}}}
	return ui.Render(w, r, wallView(m))
}

// wallMost is how many areas stand beside the map.
const wallMost = 12
