package register_test

import (
	"fmt"
	"slices"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/lexicon"
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

// Pages of a list joined are the list, in the order of places, whatever the size of a page, and each stands once.
func TestThingsByPages(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, _ *dbtest.Clock) {
		places := []string{"411202", "411203"}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for i := range 17 {
				at := places[i%2]
				if i < 2 {
					if err := place.Add(tx, place.Change{}, place.New{Code: at, Name: at, Level: "县"}); err != nil {
						return err
					}
				}
				if _, err := register.PutFacility(tx, register.Facility{Kind: "service", Name: fmt.Sprint("中心", i), Place: at}); err != nil {
					return err
				}
			}
			return nil
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			ask := func(q register.Query) []register.Thing {
				list, err := register.Things(tx, lexicon.Facility, q)
				if err != nil {
					t.Fatal(err)
				}
				return list
			}
			for _, words := range []string{"", "心1"} {
				q := register.Query{Places: []string{"411203/", "411202/"}, Words: words, Limit: 100}
				whole := ask(q)
				if want := map[string]int{"": 17, "心1": 8}[words]; len(whole) != want || whole[0].Place != "411202" {
					t.Fatalf("%q: %d entries, the first at %s", words, len(whole), whole[0].Place)
				}
				for q.Limit = 1; q.Limit < 6; q.Limit++ {
					var joined []register.Thing
					for q.After = 0; ; {
						part := ask(q)
						if len(part) == 0 {
							break
						}
						joined, q.After = append(joined, part...), part[len(part)-1].ID
					}
					if !slices.Equal(joined, whole) {
						t.Errorf("%q by %d: %d entries of %d", words, q.Limit, len(joined), len(whole))
					}
				}
			}
			return nil
		})
	})
}
