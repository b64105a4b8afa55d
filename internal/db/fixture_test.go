package db_test

import (
	"io/fs"
	"runtime"
	"testing"
	"testing/fstest"

	"linli/internal/db"
	"linli/internal/schema"
)

// steps is the schema of these tests: things with a unique name, and their steps.
var steps = fstest.MapFS{"migrations/00100_thing.sql": &fstest.MapFile{Data: []byte(`-- +goose Up
create table thing (
  id   INTEGER PRIMARY KEY,
  name TEXT not null default '',
  n    INTEGER not null default 0,
  at   TEXT not null default '',
  data BYTEA not null default '',
  maybe TEXT
);
create unique index thing_name on thing (name);
create table thing_step (
  id    INTEGER PRIMARY KEY,
  thing BIGINT not null references thing (id),
  words TEXT not null default '',
  at    TEXT not null default ''
);
create index thing_step_thing on thing_step (thing);
`)}}

func insertThing(tx *db.Tx, id db.ID, name string, n int) error {
	if name == "own" {
		name += id.String()
	}
	return tx.Exec("insert into thing (id, name, n) values (?, ?, ?)", id, name, n)
}

// exitGoroutine does what t.FailNow does to the goroutine it is called on.
func exitGoroutine() { runtime.Goexit() }

func openAt(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func merged(t *testing.T, sources ...fs.FS) schema.Set {
	t.Helper()
	set, err := schema.Merge(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
