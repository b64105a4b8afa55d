package resident

import (
	"net/http"
	"strconv"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/place"
)

// scanned fills in what the label of a fixture tells: which one it is and where.
func (p *Pages) scanned(r *http.Request, d *draft, asks questions, code string) error {
	var f fixture.Fixture
	var classes []fixture.Class
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if f, err = fixture.ByCode(tx, code); err != nil {
			return err
		}
		classes, err = fixture.Classes(tx)
		return err
	})
	if err != nil {
		return err
	}
	d.Thing, d.Where, d.Place, d.Spot = f.ID, f.Where, f.Place(), f.Spot
	d.Values[asks.titleName()] = cut(fixture.ClassName(classes, f.Class)+"（"+f.Code+"）", casework.MaxTitle)
	for i, code := range place.Codes(f.Path)[1:] { // the picker begins below the city
		d.Picked[placeField+"-"+strconv.Itoa(i+1)] = code
	}
	return nil
}
