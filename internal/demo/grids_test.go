package demo_test

import (
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fixture"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Two streets have grids with outlines and workers; one grid has nobody, to be seen as a gap.
func TestGridsAreManned(t *testing.T) {
	s := sqlite(t)
	o := s.small()
	o.Scale, o.Cases = 1500, 10
	build(t, o)
	by, day := s.actor(t, "wangge"), civil.DateOf(dbtest.Day, civil.Shanghai)
	dbtest.Read(t, s.d, func(tx *db.Tx) error {
		grids, err := grid.Grids(tx, "4112/")
		if err != nil {
			return err
		}
		gaps, err := grid.Gaps(tx, "4112/", day)
		if len(grids) != 57 || len(gaps) != 2 {
			t.Errorf("%d grids with %d gaps, %v", len(grids), len(gaps), err)
		}
		m, err := place.LoadMap(tx)
		if err != nil {
			return err
		}
		found := 0
		for _, g := range grids {
			if code, ok := m.Locate(float64(g.Lon)/1e6, float64(g.Lat)/1e6); ok && code == g.Code {
				found++
			}
		}
		if found < 50 {
			t.Errorf("the middle of %d grids only lies in them", found)
		}
		for login, want := range map[string]int{"wangge": 3, "wangge2": 4} {
			posts, err := grid.Of(tx, s.actor(t, login).Account, day)
			if len(posts) != want || err != nil {
				t.Errorf("%s has %+v, %v", login, posts, err)
			}
		}
		sums, err := fixture.Count(tx, "4112/411202/411202001/")
		if len(sums) < 12 || err != nil {
			t.Errorf("the fixtures of the first street are %+v, %v", sums, err)
		}
		living := 0
		for _, g := range grids {
			c, err := register.CensusBelow(tx, g.Path)
			if err != nil {
				return err
			}
			living += c.Persons
		}
		if living == 0 {
			t.Error("nobody lives in a grid")
		}
		return nil
	})
	if !by.Has(staff.Grid, "4112/411202/411202001/411202001001/411202001001001/", "") {
		t.Errorf("wangge has %+v", by.Grants)
	}
}
