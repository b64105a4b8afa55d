package casework_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/geo"
)

// TestNearCasesAreRangesOfTwoIndexes: a city has a million positions, most of them of cases that closed long ago.
func TestNearCasesAreRangesOfTwoIndexes(t *testing.T) {
	text, err := casework.Migrations.ReadFile("migrations/00820_position.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(text), "-- What others may read")
	table := fstest.MapFS{"migrations/00820_position.sql": {Data: []byte("-- +goose Up\n" + up[strings.Index(up, "create table"):])}}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here := geo.Point{Lon: 111.2, Lat: 34.78}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return tx.Exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 30000)
				insert into case_position (case_id, lon, lat, accuracy, taken_at, cell, kind, path, at, open)
				select i, 0, 0, 0, '', cast(? as bigint) + i * cast(4000000 as bigint), 'event-0' || (i % 9) || '-01', '/4112', '2026-01-0' || (i % 9), case when i % 20 = 0 then 1 else 0 end from n`, geo.Cell(here, geo.Finest))
		})
		for _, kind := range []string{"event-03-01", ""} {
			sql, args := casework.NearSQL(kind, here, 200, db.At(dbtest.Day))
			plan, runs := dbtest.Plan(t, d, sql, args...), len(geo.Spans(here, 200))
			if strings.Count(plan, "case_position_cell") < runs || strings.Count(plan, "case_position_open") < runs || dbtest.ReadsWhole(plan) {
				t.Errorf("of class %q: not %d ranges of each index:\n%s", kind, runs, plan)
			}
		}
	}, table)
}
