package register_test

import (
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/place"
	"linli/internal/register"
)

// A facility is kept once for its name and place, and what is told of it comes into its row.
func TestFacilities(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, _ *dbtest.Clock) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return place.Add(tx, place.Change{}, place.New{Code: "411202", Name: "乙区", Level: "县"})
		})
		put := func(hours string) (f register.Facility) {
			dbtest.Write(t, d, func(tx *db.Tx) (err error) {
				f, err = register.PutFacility(tx, register.Facility{Kind: "service", Name: "服务中心", Place: "411202", Hours: hours})
				return err
			})
			return f
		}
		f := put("1-5 09:00-17:00")
		if again := put("1-7 09:00-17:00"); again.ID != f.ID {
			t.Errorf("a second entry %v beside %v", again.ID, f.ID)
		}
		for _, value := range []string{"true", "false"} {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				_, err := r.Change(tx, fact.Fact{Subject: fact.Facility(f.ID), Name: "shareable", Value: value,
					Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}})
				return err
			})
			dbtest.Read(t, d, func(tx *db.Tx) (err error) {
				if f, err = register.FacilityOf(tx, f.ID); err == nil && (f.Shareable != (value == "true") || f.Hours != "1-7 09:00-17:00") {
					t.Errorf("shareable %s: %+v", value, f)
				}
				return err
			})
		}
	})
}
