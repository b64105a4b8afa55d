package db_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

func migration(name, sql string) fstest.MapFS {
	return fstest.MapFS{name: &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n")}}
}

func TestMigrateAgainLaterAndOutOfOrder(t *testing.T) {
	early := migration("00050_early.sql", "create table early (id INTEGER PRIMARY KEY);")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for range 2 {
			if err := d.Migrate(t.Context(), merged(t, steps)); err != nil {
				t.Fatal(err)
			}
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "kept", 0) })
		if err := d.Migrate(t.Context(), merged(t, steps, early)); err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return tx.Exec("insert into early (id) values (1)") })
		wantCount(t, d, 1)
		err := d.Migrate(t.Context(), merged(t, steps))
		if fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(err.Error(), "比本程序新") || !strings.Contains(err.Error(), "00050") {
			t.Errorf("an older program gets %v, want to be told that the schema is newer", err)
		}
	})
}

func TestTwoMigrateAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() { errs[i] = d.Migrate(t.Context(), merged(t, steps)) })
		}
		group.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		wantCount(t, d, 0)
	})
}

func TestABrokenMigrationIsReported(t *testing.T) {
	broken := migration("00900_broken.sql", "create table half (id INTEGER PRIMARY KEY);\ncreat table x (id INTEGER);")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Migrate(t.Context(), merged(t, steps, broken))
		if err == nil || !strings.Contains(err.Error(), "00900_broken") {
			t.Fatalf("error is %v, want one that names the file", err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error { var n int; return tx.QueryRow("select count(*) from half").Scan(&n) })
		if err == nil {
			t.Error("half of the broken migration stayed")
		}
		if err := d.Migrate(t.Context(), merged(t, steps)); err != nil {
			t.Errorf("after taking the broken file away: %v", err)
		}
	})
}

func TestEngineHalvesAndTypes(t *testing.T) {
	halves := fstest.MapFS{
		"00250_a.sqlite.sql":   &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table half (engine TEXT default 'sqlite', n INTEGER, r REAL, b BLOB) STRICT;\n")},
		"00250_a.postgres.sql": &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table half (engine TEXT default 'postgres', n INTEGER, r REAL, b BLOB);\n")},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := tx.Exec("insert into half (n, b) values (?, ?)", int64(1)<<40, []byte{7}); err != nil {
				return err
			}
			var engine string
			var n int64
			var r float64
			var b []byte
			err := tx.QueryRow("select engine, n, r, b from half").Scan(&engine, &n, &r, &b)
			if engine != string(d.Engine()) || n != 1<<40 || r != 0 || len(b) != 1 {
				t.Errorf("got %s %d %v %v", engine, n, r, b)
			}
			return err
		})
	}, halves)
}
