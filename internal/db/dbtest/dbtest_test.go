package dbtest_test

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/schema"
)

var migrations = fstest.MapFS{"migrations/00100_note.sql": &fstest.MapFile{Data: []byte(`-- +goose Up
create table note (id INTEGER PRIMARY KEY, words TEXT not null default '', n INTEGER not null default 0);
`)}}

func TestEachGivesAnEmptyDatabaseEveryTime(t *testing.T) {
	for range 2 {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				if err := tx.Exec("insert into note (id, words) values (?, ?)", db.NewID(), "早"); err != nil {
					return err
				}
				return tx.ExecOne("update note set n = n + 1 where words = ?", "早")
			})
			var count, sum int
			dbtest.Read(t, d, func(tx *db.Tx) error {
				return tx.QueryRow("select count(*), sum(n) from note").Scan(&count, &sum)
			})
			if count != 1 || sum != 1 {
				t.Fatalf("count %d, sum %d, want 1 and 1", count, sum)
			}
		}, migrations)
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A database that is used again must look like a new one, whatever the test before did to it.
func TestNothingPassesFromOneTestToTheNext(t *testing.T) {
	seeded := fstest.MapFS{"00200_seed.sql": &fstest.MapFile{Data: []byte(`-- +goose Up
insert into note (id, words) values (7, 'seed');
`)}}
	later := fstest.MapFS{"00300_later.sql": &fstest.MapFile{Data: []byte(`-- +goose Up
create table later (id INTEGER PRIMARY KEY);
`)}}
	for _, seeds := range []int{0, 1} {
		set := []fs.FS{migrations}
		if seeds == 1 {
			set = append(set, seeded)
		}
		for round := range 4 {
			t.Run(fmt.Sprintf("%d seeds, round %d", seeds, round), func(t *testing.T) {
				dbtest.Each(t, func(t *testing.T, d *db.DB) {
					dbtest.Write(t, d, func(tx *db.Tx) error {
						var n int
						if err := tx.QueryRow("select count(*) from note").Scan(&n); err != nil || n != seeds {
							return fmt.Errorf("%d notes, want %d (%v)", n, seeds, err)
						}
						return tx.Exec("insert into note (id) values (1)")
					})
					if round%2 == 1 {
						if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow("select count(*) from later").Scan(new(int)) }); err == nil {
							t.Error("a table of an earlier test is there")
						}
						merged, err := schema.Merge(append(set, later)...)
						if err != nil {
							t.Fatal(err)
						}
						if err := d.Migrate(t.Context(), merged); err != nil {
							t.Fatal(err)
						}
					}
				}, set...)
			})
		}
	}
}

func TestClock(t *testing.T) {
	c := dbtest.NewClock()
	if c.Advance(time.Hour); !c.Now().Equal(dbtest.Day.Add(time.Hour)) {
		t.Errorf("the clock shows %v", c.Now())
	}
	if c.Set(dbtest.Day.Add(-time.Hour)); !c.Now().Equal(dbtest.Day.Add(-time.Hour)) {
		t.Errorf("the clock shows %v after it was set back", c.Now())
	}
}
