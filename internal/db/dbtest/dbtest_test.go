package dbtest_test

import (
	"testing"
	"testing/fstest"

	"linli/internal/db"
	"linli/internal/db/dbtest"
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
