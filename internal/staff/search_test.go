package staff_test

import (
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/staff"
)

func TestAccountsAreFoundByLoginAndName(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for _, login := range []string{"wang", "wa_ng", "li"} {
			create(t, d, login)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			li, err := staff.AccountByLogin(tx, "li")
			if err != nil {
				return err
			}
			li.Name, li.Unit = "李100%", ""
			if err := staff.Update(tx, root, li); err != nil {
				return err
			}
			return staff.SetDisabled(tx, root, li.ID, true)
		})
		for _, c := range []struct {
			words, unit, after string
			want               int
		}{{"", "", "", 3}, {"WA", "", "", 2}, {"wa_", "", "", 1}, {"小明", "", "", 2}, {"100%", "", "", 1}, {"0%1", "", "", 0}, {"ang", "", "", 0},
			{"", "water", "", 2}, {"", "water", "wa_ng", 1}, {"小", "none", "", 0}} {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				list, err := staff.FindAccounts(tx, c.words, c.unit, c.after, 10)
				if len(list) != c.want {
					t.Errorf("%+v: %d found", c, len(list))
				}
				return err
			})
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			all, disabled, locked, err := staff.CountAccounts(tx)
			if all != 3 || disabled != 1 || locked != 0 {
				t.Errorf("%d accounts, %d disabled, %d locked", all, disabled, locked)
			}
			return err
		})
	})
}
