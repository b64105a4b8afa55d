package town

import (
	"fmt"
	"io/fs"
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/grid"
	"linli/internal/place"
)

// Codes of the grids that Grids adds. Each is a square of 200 metres; those of one community touch.
const (
	Willow1 = Willow + "001" // the main worker is walker
	Willow2 = Willow + "002" // nobody works here
	Lotus1  = Lotus + "001"  // nobody works here
)

// square is the outline of the n-th grid in a row from the west.
func square(n int) []byte {
	const west, south, wide, high = 111.20, 34.78, 0.00218, 0.0018
	l, r := west+wide*float64(n), west+wide*float64(n+1)
	return fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}`, l, south, r, south, r, south+high, l, south+high, l, south)
}

// Grids adds unit grids with outlines below the communities and a worker, for tests that need them; the tables of package grid must be there.
// Middle of the n-th: see GridMiddle.
func (w *Town) Grids(t testing.TB) {
	t.Helper()
	since := place.Change{On: civil.MustDate("2020-01-01"), By: by.Login}
	w.Write(t, func(tx *db.Tx) error {
		for i, n := range []place.New{
			{Code: Willow1, Name: "柳荫一网格", Level: grid.Level, Parent: Willow},
			{Code: Willow2, Name: "柳荫二网格", Level: grid.Level, Parent: Willow},
			{Code: Lotus1, Name: "荷塘一网格", Level: grid.Level, Parent: Lotus},
		} {
			if err := place.Add(tx, since, n); err != nil {
				return err
			}
			if err := place.SetOutline(tx, since, n.Code, square(i)); err != nil {
				return err
			}
		}
		return nil
	})
	walker := w.Actor(t, "walker").Account
	w.Write(t, func(tx *db.Tx) (err error) {
		if w.Places, err = place.Load(tx); err != nil {
			return err
		}
		_, err = grid.Assign(tx, by, "walker", grid.New{Grid: Willow1, Account: walker, Part: grid.Main, From: civil.MustDate("2026-01-01"), Basis: "测试"})
		return err
	})
}

// GridMiddle is the middle of the n-th grid that Grids added, from 0: longitude and latitude in degrees.
func GridMiddle(n int) (lon, lat float64) { return 111.20 + 0.00218*(float64(n)+0.5), 34.78 + 0.0009 }

// GridTables are the tables that Grids needs, for tests of packages beside package grid.
func GridTables() fs.FS { return grid.Migrations }
