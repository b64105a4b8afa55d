package db

import (
	"fmt"
	"strings"
	"testing"
)

func TestNumbered(t *testing.T) {
	for in, want := range map[string]string{
		"select 1":                               "select 1",
		"select ? where a = ?":                   "select $1 where a = $2",
		"select '?', ?":                          "select '?', $1",
		"select 'it''s ?', ?":                    "select 'it''s ?', $1",
		`select "a?" from t where b = ?`:         `select "a?" from t where b = $1`,
		"select ? -- why?\n, ?":                  "select $1 -- why?\n, $2",
		"select /* ? */ ?":                       "select /* ? */ $1",
		"select '?":                              "select '?",
		"select ? -- ?":                          "select $1 -- ?",
		"居民 ? 与 ?":                               "居民 $1 与 $2",
		"(?,?,?,?,?,?,?,?,?,?,?)":                "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
		"update t set a = ? /* open ? where b=?": "update t set a = $1 /* open ? where b=?",
	} {
		if got := numbered(in); got != want {
			t.Errorf("numbered(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestOnlyPlainChangesAreGuardedOnTheServer(t *testing.T) {
	for sql, want := range map[string]bool{
		"update t set a = 1":                              true,
		"\n\tUPDATE t\nset a = 1;":                        true,
		"insert into t values (1) on conflict do nothing": true,
		"delete from t":                                   true,
		"update t set a = 1 returning a":                  false,
		"with x as (select 1) update t set a = 1":         false,
		"select 1": false,
		"":         false,
	} {
		got := guarded(sql)
		if (got != "") != want {
			t.Errorf("guarded(%q) = %q, want wrapped: %v", sql, got, want)
		}
		if strings.Contains(got, ";") {
			t.Errorf("guarded(%q) keeps the semicolon inside: %q", sql, got)
		}
	}
}

func TestTextsDoNotGrowForEver(t *testing.T) {
	var texts pgTexts
	for i := range textLimit + 10 {
		texts.get(fmt.Sprintf("select %d, ?", i))
	}
	if n := len(texts.kept); n > textLimit {
		t.Fatalf("%d texts are kept, want at most %d", n, textLimit)
	}
	if got := texts.get("select ?").sql; got != "select $1" {
		t.Fatalf("got %q", got)
	}
}

func TestTranslate(t *testing.T) {
	for in, want := range map[string]string{
		"id INTEGER PRIMARY KEY":                        "id BIGINT PRIMARY KEY",
		"a TEXT not null default 'TEXT'":                `a TEXT COLLATE "C" not null default 'TEXT'`,
		"cast(a AS TEXT)":                               "cast(a AS TEXT)",
		"cast(a as TEXT)":                               "cast(a as TEXT)",
		"b BLOB, r REAL":                                "b BYTEA, r DOUBLE PRECISION",
		"create table t (a TEXT) STRICT, WITHOUT ROWID": `create table t (a TEXT COLLATE "C") , `,
		"-- INTEGER stays\nn INTEGER":                   "-- INTEGER stays\nn BIGINT",
		"a_TEXT bigint, text_a integer":                 "a_TEXT bigint, text_a integer",
	} {
		if got := Translate(in); got != want {
			t.Errorf("Translate(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}
