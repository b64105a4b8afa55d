package app

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/staff"
)

// program is who acts when the program starts.
var program = staff.Actor{Login: "command:serve", Name: "linli serve", Via: staff.ViaCommand}

// nameFixtures gives the register of fixtures the classes of the rulebooks in force that it does not know yet. It writes nothing when it
// knows them all.
func (a *App) nameFixtures(tx *db.Tx) error {
	known, err := fixture.Classes(tx)
	if err != nil {
		return err
	}
	var fresh []fixture.Class
	for _, s := range a.Catalog.Index().Standards(civil.DateOf(tx.Now(), civil.Shanghai)) {
		is := func(c fixture.Class) bool { return c.Code == s.Code }
		if s.Kind == "part" && !slices.ContainsFunc(known, is) && !slices.ContainsFunc(fresh, is) {
			fresh = append(fresh, fixture.Class{Code: s.Code, Group: s.Group, Name: s.Name})
		}
	}
	return fixture.PutClasses(tx, program, fresh)
}
