package dbtest

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/schema"
)

// Each runs test on both engines, as subtests "sqlite" and "postgres", with the migrations applied.
func Each(t *testing.T, test func(t *testing.T, d *db.DB), migrations ...fs.FS) {
	t.Helper()
	EachWith(t, db.Options{}, test, migrations...)
}

// EachWith is Each with options, of which URL is filled in here; a Clock goes into Now.
func EachWith(t *testing.T, o db.Options, test func(t *testing.T, d *db.DB), migrations ...fs.FS) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, OpenSQLite(t, o, migrations...)) })
	t.Run("postgres", func(t *testing.T) { test(t, OpenPostgres(t, o, migrations...)) })
}

// SQLite gives a fresh SQLite database that is closed when the test ends.
func SQLite(t testing.TB, migrations ...fs.FS) *db.DB {
	t.Helper()
	return OpenSQLite(t, db.Options{}, migrations...)
}

// Postgres gives a fresh PostgreSQL database that is dropped when the test ends; it skips the test when there is none.
func Postgres(t testing.TB, migrations ...fs.FS) *db.DB {
	t.Helper()
	return OpenPostgres(t, db.Options{}, migrations...)
}

// OpenSQLite is SQLite with options.
func OpenSQLite(t testing.TB, o db.Options, migrations ...fs.FS) *db.DB {
	t.Helper()
	o.URL = "sqlite:" + filepath.Join(t.TempDir(), "linli.db")
	d := open(t, o)
	if len(migrations) > 0 {
		migrate(t, d, merge(t, migrations))
	}
	return d
}

// OpenPostgres is Postgres with options.
func OpenPostgres(t testing.TB, o db.Options, migrations ...fs.FS) *db.DB {
	t.Helper()
	o.URL = PostgresURL(t, migrations...)
	return open(t, o)
}

func open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	if o.MaxConns == 0 {
		o.MaxConns = 4
	}
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return d
}

func merge(t testing.TB, migrations []fs.FS) schema.Set {
	t.Helper()
	set, err := schema.Merge(migrations...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func migrate(t testing.TB, d *db.DB, set schema.Set) {
	t.Helper()
	if err := d.Migrate(context.Background(), set); err != nil {
		t.Fatal(err)
	}
}

// Write runs fn in a write transaction and fails the test on an error.
func Write(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// Read runs fn on a snapshot and fails the test on an error.
func Read(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// Day is the instant at which a Clock from NewClock stands: 2026-10-09 10:00 in Beijing, the first working Friday after
// the National Day holiday.
var Day = time.Date(2026, 10, 9, 2, 0, 0, 0, time.UTC)
