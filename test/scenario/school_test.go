package scenario

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/pack/packtest"
	"linli/internal/staff"
	"linli/test/town"
)

// cmdSchool opens a school in a town that was settled, and the education office of its county, each with somebody who works there.
func cmdSchool(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "school DIR")
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Shelf: packtest.Shelf, Data: ts.MkAbs(args[0]), DB: "sqlite"})
	ts.Check(err)
	ts.Check(a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, u := range []staff.Unit{
			{Code: "school", Name: "柳荫小学", Place: town.Willow, Offices: []string{"school", "campus"}},
			{Code: "edu-east", Name: "东城区教育局", Place: town.East, Offices: []string{"county-edu"}},
		} {
			if err := town.Open(tx, u); err != nil {
				return err
			}
		}
		if err := town.Hire(tx, staff.Account{Login: "head", Name: "校长", Unit: "school"}, staff.Grant{Role: staff.Desk, Unit: "school"}); err != nil {
			return err
		}
		return town.Hire(tx, staff.Account{Login: "edu-east", Name: "教育局", Unit: "edu-east"}, staff.Grant{Role: staff.Verifier, Place: town.East}, staff.Grant{Role: staff.Supervisor, Place: town.East})
	}))
	ts.Check(a.Close())
}
