package town

import (
	"context"
	"io/fs"
	"slices"
	"testing"

	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/packs"
)

// A Town is the town, open.
type Town struct {
	DB      *db.DB
	Clock   *dbtest.Clock // the present of every transaction
	Catalog *catalog.Catalog
	Cases   *casework.Cases
	People  *register.Register
	Places  *place.Tree

	residents map[string]db.ID // by login
}

// Migrations are the tables of every package up to casework.
func Migrations() []fs.FS {
	return []fs.FS{audit.Migrations, job.Migrations, blob.Migrations, search.Migrations, once.Migrations, place.Migrations,
		fact.Migrations, register.Migrations, staff.Migrations, catalog.Migrations, notify.Migrations, session.Migrations, picture.Migrations, casework.Migrations}
}

// Each runs a test in the town on both engines. More migrations are those of packages above casework.
func Each(t *testing.T, test func(t *testing.T, w *Town), more ...fs.FS) {
	t.Helper()
	set := slices.Concat(Migrations(), more)
	t.Run("sqlite", func(t *testing.T) {
		clock := dbtest.NewClock()
		test(t, Build(t, dbtest.OpenSQLite(t, db.Options{Now: clock.Now}, set...), clock))
	})
	t.Run("postgres", func(t *testing.T) {
		clock := dbtest.NewClock()
		test(t, Build(t, dbtest.OpenPostgres(t, db.Options{Now: clock.Now}, set...), clock))
	})
}

// SQLite opens the town on SQLite alone.
func SQLite(t testing.TB, more ...fs.FS) *Town {
	t.Helper()
	clock := dbtest.NewClock()
	return Build(t, dbtest.OpenSQLite(t, db.Options{Now: clock.Now}, slices.Concat(Migrations(), more)...), clock)
}

// Build makes the town in an empty database whose Now is that of clock.
func Build(t testing.TB, d *db.DB, clock *dbtest.Clock) *Town {
	t.Helper()
	w := &Town{DB: d, Clock: clock}
	var err error
	if w.People, err = register.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if w.Catalog, err = catalog.Open(context.Background(), d, catalog.Source{FS: packs.Files, Shelf: packtest.Shelf}); err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		if w.residents, err = Settle(tx, w.People); err != nil {
			return err
		}
		w.Places, err = place.Load(tx)
		return err
	})
	w.Cases = casework.New(casework.Options{City: City, Law: civil.CivilCode(), Packs: w.Catalog.Index, People: w.People})
	return w
}

// Settle puts places, units, accounts and residents into an empty database, and returns the residents' entries by login.
func Settle(tx *db.Tx, people *register.Register) (map[string]db.ID, error) {
	for _, n := range places {
		if err := place.Add(tx, place.Change{On: civil.MustDate("2012-01-01"), By: by.Login}, n); err != nil {
			return nil, err
		}
	}
	for _, u := range units {
		if err := staff.PutUnit(tx, by, u); err != nil {
			return nil, err
		}
	}
	return settlePeople(tx, people)
}

func settlePeople(tx *db.Tx, people *register.Register) (map[string]db.ID, error) {
	ids, err := people.AddMany(tx, residents)
	if err != nil {
		return nil, err
	}
	entries := map[string]db.ID{}
	for i, a := range accounts {
		if a.resident > 0 {
			a.Person = ids[a.resident-1]
			entries[a.Login] = a.Person
		}
		made, err := staff.Create(tx, by, a.Account, passwordHash)
		if err != nil {
			return nil, err
		}
		for _, g := range accounts[i].grants {
			if err := staff.Allow(tx, by, made.ID, g.Role, g.Place, g.Unit); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

// Hire opens one more account in office, with the password of all.
func Hire(tx *db.Tx, a staff.Account, grants ...staff.Grant) error {
	made, err := staff.Create(tx, by, a, passwordHash)
	for _, g := range grants {
		if err == nil {
			err = staff.Allow(tx, by, made.ID, g.Role, g.Place, g.Unit)
		}
	}
	return err
}

// Open opens one more unit, or gives one that stands more offices.
func Open(tx *db.Tx, u staff.Unit) error { return staff.PutUnit(tx, by, u) }

// Actor loads who acts under a login, as by a page.
func (w *Town) Actor(t testing.TB, login string) staff.Actor {
	t.Helper()
	var a staff.Actor
	dbtest.Read(t, w.DB, func(tx *db.Tx) error {
		account, err := staff.AccountByLogin(tx, login)
		if err != nil {
			return err
		}
		a, err = account.Actor(tx, staff.ViaPage)
		return err
	})
	return a
}

// Person is the register's entry for a resident's login.
func (w *Town) Person(login string) db.ID { return w.residents[login] }

// Write runs fn in a write transaction and fails the test on an error.
func (w *Town) Write(t testing.TB, fn func(tx *db.Tx) error) {
	t.Helper()
	dbtest.Write(t, w.DB, fn)
}

// Read runs fn on a snapshot and fails the test on an error.
func (w *Town) Read(t testing.TB, fn func(tx *db.Tx) error) {
	t.Helper()
	dbtest.Read(t, w.DB, fn)
}
