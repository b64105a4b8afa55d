package db_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

func TestValuesComeBackAsTheyWent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		id, at := db.NewID(), db.At(time.Date(2026, 2, 28, 23, 59, 59, 999_999_999, time.UTC))
		data := []byte{0, 1, 255, '\'', '?'}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := tx.Exec("insert into thing (id, name, n, at, data) values (?, ?, ?, ?, ?)",
				id, "三门峡 '?' 🏠", int64(1)<<60, at, data); err != nil {
				return err
			}
			return tx.Exec("insert into thing (id, name, n, at, data, maybe) values (?, ?, ?, ?, ?, ?)", 2, "", -5, db.Time{}, []byte(nil), nil)
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			var gotID db.ID
			var gotAt db.Time
			var name string
			var n int64
			var b []byte
			if err := tx.QueryRow("select id, name, n, at, data from thing where id = ?", id).Scan(&gotID, &name, &n, &gotAt, &b); err != nil {
				return err
			}
			if gotID != id || name != "三门峡 '?' 🏠" || n != 1<<60 || !gotAt.Equal(at.Time) || !bytes.Equal(b, data) {
				t.Errorf("got %v %q %d %v %v", gotID, name, n, gotAt, b)
			}
			maybe, small, yes := "before", 1, true
			if err := tx.QueryRow("select maybe, n, at, data, n > 0 from thing where id = 2").Scan(&maybe, &small, &gotAt, &b, &yes); err != nil {
				return err
			}
			if maybe != "" || small != -5 || !gotAt.IsZero() || len(b) != 0 || yes {
				t.Errorf("got %q %d %v %v %v, want empty, -5, zero time, empty, false", maybe, small, gotAt, b, yes)
			}
			return nil
		})
	}, steps)
}

func TestPortableSQL(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for i, name := range []string{"b", "A", "a", "中", "B", "Ä", "a%"} {
				if err := insertThing(tx, db.ID(i+1), name, i); err != nil {
					return err
				}
			}
			return nil
		})
		one := func(want any, sql string, args ...any) {
			t.Helper()
			dbtest.Read(t, d, func(tx *db.Tx) error {
				var n int64
				var s string
				var err error
				var got any
				if _, number := want.(int); number {
					err = tx.QueryRow(sql, args...).Scan(&n)
					got = int(n)
				} else {
					err = tx.QueryRow(sql, args...).Scan(&s)
					got = s
				}
				if err == nil && got != want {
					t.Errorf("%s gives %v, want %v", sql, got, want)
				}
				return err
			})
		}
		one(7, "select count(*) from thing")
		one(21, "select sum(n) from thing")
		one(0, "select sum(n) from thing where n > 100")
		one(2, "select count(*) from thing where name like ?", "a%")
		one(1, "select count(*) from thing where name like 'A%'")
		one(3, "select count(*) filter (where n < 3) from thing")
		one(1, "select exists (select 1 from thing where name = ?)", "中")
		one(1, "select exists (select 1 from thing where name = 'B') and not exists (select 1 from thing where name = 'C')")
		one("abc", "select coalesce(max(maybe), 'abc') from thing")
		one("b-0", "select name || '-' || n from thing where id = ?", 1)
		one(6, "with recursive up(n) as (select 1 union all select n + 1 from up where n < 3) select sum(n) from up")
		one(4, "select n from (select n, row_number() over (order by n desc) as place from thing) as ranked where place = 3")
		one(2, "select length(substr(?, 1, 2))", "甲乙丙")
		one(3, "select count(*) from thing where id in (?, ?, ?)", 1, 2, 3)
		one("A", "select name from thing order by name limit ? offset ?", 1, 0)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			names, err := db.Select(tx, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) }, "select name from thing order by name")
			if want := []string{"A", "B", "a", "a%", "b", "Ä", "中"}; err == nil && !slices.Equal(names, want) {
				t.Errorf("order is %q, want %q", names, want)
			}
			return err
		})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			var n int
			err := tx.QueryRow(`insert into thing (id, name, n) values (?, ?, ?)
				on conflict (name) do update set n = thing.n + excluded.n returning n`, 99, "b", 40).Scan(&n)
			if err == nil && n != 40 {
				t.Errorf("upsert returned %d, want 40", n)
			}
			return err
		})
	}, steps)
}

func TestWhatCannotBeStoredIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			arg  any
			kind fault.Kind
		}{
			"nul":      {"a\x00b", fault.KindInvalid},
			"not utf8": {"\xff\xfe", fault.KindInvalid},
			"bool":     {true, fault.KindInternal},
			"time":     {time.Now(), fault.KindInternal},
			"struct":   {struct{}{}, fault.KindInternal},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.Exec("insert into thing (id, name) values (1, ?)", c.arg)
			})
			if fault.KindOf(err) != c.kind {
				t.Errorf("%s: error is %v, want kind %v", name, err, c.kind)
			}
		}
		for name, sql := range map[string]string{"syntax": "selec 1", "no table": "select 1 from nowhere", "no column": `select "nowhere" from thing`} {
			if err := d.Read(t.Context(), func(tx *db.Tx) error { var n int; return tx.QueryRow(sql).Scan(&n) }); fault.KindOf(err) != fault.KindInternal || err == db.ErrNoRows {
				t.Errorf("%s: error is %v, want an internal fault", name, err)
			}
		}
		wantCount(t, d, 0)
	}, steps)
}
