package browser

import (
	"encoding/json"
	"testing"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/register"
	"linli/test/town"
)

// drawn gives the town outlines, so that there is ground under the cases.
func drawn(tx *db.Tx, _ *register.Register) error {
	tree, err := place.Load(tx)
	if err != nil {
		return err
	}
	return place.StoreDrawn(tx, place.Change{Basis: "测试"}, place.Draw(tree, place.Canvas{Lon: 111.2, Lat: 34.8, Width: 1, Seed: 7}))
}

// seen registers a case at a point and gives it its position in the log.
func (c *city) seen(t *testing.T, key, title, where string, p geo.Point) db.ID {
	t.Helper()
	id := c.register(t, "desk", casework.Intake{Key: key, Flow: "letter", Title: title, Body: title + "，请派人查看处理。", Place: where, Where: &casework.Position{Point: p},
		From: casework.Reporter{Name: "何乙"}, Fields: map[string]string{"received": "2026-09-07"}, Sets: map[string]any{"route": "direct"}})
	if _, err := audit.SequenceAll(t.Context(), c.DB); err != nil {
		t.Fatal(err)
	}
	return id
}

// The map is drawn, says what it draws, hears of what happens, and leads down to the case.
func TestTheMapIsLive(t *testing.T) {
	eachIn(t, setting{adopts: []string{"pz15-10"}, settle: drawn}, func(t *testing.T, c *city) {
		var inside geo.Point
		dbtest.Read(t, c.DB, func(tx *db.Tx) (err error) {
			inside, err = middleOf(tx, town.Riverrow, town.Willow)
			return err
		})
		c.seen(t, "one", "路面破损", town.Willow, inside)
		b := c.tab(t, desktop)
		b.login("supervisor")
		b.open("/centre/map")
		b.see("图上在办 1 件", "路面破损")
		b.until("draw the map", "document.querySelectorAll('.map-drawn .maplibregl-marker').length === 1")
		b.until("listen", "document.querySelector('[data-hearing]').dataset.state === 'on'")
		c.seen(t, "two", "井盖缺失", town.Willow, inside)
		b.until("hear of it", "document.querySelector('[data-words]').textContent.includes('图上在办 2 件') && document.querySelector('[data-cases]').textContent.includes('井盖缺失')")
		b.fit()
		b.picture("map-desktop")
		for _, area := range []string{"东城区", "沿河街道", "柳荫社区"} {
			b.click(area)
			b.see("图上在办 2 件")
		}
		b.click("井盖缺失")
		b.see("请派人查看处理")
		b.open("/centre/wall")
		b.until("draw the wall", "document.querySelector('[data-wall-figure]').textContent === '2' && document.querySelectorAll('.map-drawn .maplibregl-marker').length > 0")
		b.picture("map-wall")
		b.end()
	})
}

// middleOf is a point of a place, from its drawn outline.
func middleOf(tx *db.Tx, parent, code string) (geo.Point, error) {
	outlines, err := place.Outlines(tx, parent)
	if err != nil {
		return geo.Point{}, err
	}
	var ring [][2]float64
	for _, r := range ringsIn(outlines[code]) {
		ring = r
	}
	var sum geo.Point
	for _, p := range ring {
		sum.Lon += p[0] / float64(len(ring))
		sum.Lat += p[1] / float64(len(ring))
	}
	return sum, nil
}

func ringsIn(shape []byte) [][][2]float64 {
	var g struct{ Coordinates [][][2]float64 }
	if err := json.Unmarshal(shape, &g); err != nil {
		return nil
	}
	return g.Coordinates
}
