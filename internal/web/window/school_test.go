package window_test

import (
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/staff"
	"linli/test/town"
)

// A unit below the city takes in what is its own: a school its plan and its drills, and no letters to the mayor.
func TestASchoolSeesItsOwnChannels(t *testing.T) {
	each(t, func(o *office) {
		dbtest.Write(o.t, o.w.DB, func(tx *db.Tx) error {
			if err := town.Open(tx, staff.Unit{Code: "school", Name: "柳荫小学", Place: town.Willow, Offices: []string{"school", "campus"}}); err != nil {
				return err
			}
			return town.Hire(tx, staff.Account{Login: "head", Name: "校长", Unit: "school"}, staff.Grant{Role: staff.Desk, Unit: "school"})
		})
		o.wants("the school's page", o.page("head", "/window"), "登记应急疏散演练", "登记应急疏散预案备案", "登记应急疏散")
		if home := o.page("head", "/window"); strings.Contains(home, "登记群众来信") {
			o.t.Errorf("the school is asked to register letters to the mayor:\n%s", home)
		}
	})
}
