package pack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/pack"
	"linli/internal/pack/filter"
	"linli/packs"
)

// table is a fact_case with the published columns and nothing else.
func table() fstest.MapFS {
	columns := make([]string, len(filter.Cases.Columns))
	for i, c := range filter.Cases.Columns {
		kind := "TEXT"
		if c.Type != filter.Text && c.Type != filter.Instant {
			kind = "BIGINT"
		}
		columns[i] = c.Name + " " + kind + " NOT NULL"
	}
	return fstest.MapFS{"00001_try.sql": {Data: []byte("-- +goose Up\ncreate table fact_case (" + strings.Join(columns, ", ") + ");\n-- +goose Down\ndrop table fact_case;\n")}}
}

// row draws a case of the view; what a pack asks about takes each value that matters.
func row(t *rapid.T, now time.Time) filter.Row {
	r := filter.Row{}
	for _, c := range filter.Cases.Columns {
		switch c.Type {
		case filter.Instant:
			r[c.Name] = rapid.SampledFrom([]string{"", filter.Stamp(now), filter.Stamp(now.AddDate(0, 0, -8)), filter.Stamp(now.AddDate(0, -3, 0))}).Draw(t, c.Name)
		case filter.Text:
			r[c.Name] = rapid.SampledFrom([]string{"", "mailbox", "letter", "dispatched", "merged", "ordinary"}).Draw(t, c.Name)
		case filter.Verdict:
			r[c.Name] = rapid.Int64Range(-1, 1).Draw(t, c.Name)
		case filter.Flag:
			r[c.Name] = rapid.Int64Range(0, 1).Draw(t, c.Name)
		default:
			r[c.Name] = rapid.Int64Range(0, 3).Draw(t, c.Name)
		}
	}
	return r
}

func insert(tx *db.Tx, r filter.Row) error {
	names, args := make([]string, len(filter.Cases.Columns)), make([]any, len(filter.Cases.Columns))
	for i, c := range filter.Cases.Columns {
		names[i], args[i] = c.Name, r[c.Name]
	}
	return tx.Exec("insert into fact_case ("+strings.Join(names, ", ")+") values (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
}

// What the indicators and watches of a pack say of rows in memory, the database says too, on both engines.
func TestSelectAgreesWithCount(t *testing.T) {
	ix, err := pack.Load(packs.Files, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, civil.Shanghai)
	e, law := ix.Flow("mailbox", civil.MustDate("2026-03-31")), civil.CivilCode()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		gen := rapid.Custom(func(t *rapid.T) filter.Row { return row(t, now) })
		rows := make([]filter.Row, 600)
		for i := range rows {
			rows[i] = gen.Example(i)
			rows[i]["id"] = int64(i)
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, r := range rows {
				if err := insert(tx, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range e.Indicators {
			for _, q := range []pack.Question{{}, {By: []string{"lead"}}, {By: []string{"lead", "state"}}, {From: now.AddDate(0, -1, 0), To: now},
				{To: now.AddDate(0, 0, -1), By: []string{"channel"}, Within: e.Watch("misrouted").Where}} {
				inGo, err := i.Count(law, now, q, rows)
				if err != nil {
					t.Fatal(err)
				}
				if inSQL := figures(t, d, i, q, now); !slices.Equal(lines(inGo), lines(inSQL)) {
					t.Errorf("%s %+v\n go  %v\n sql %v", i.ID, q, inGo, inSQL)
				}
			}
		}
		for _, w := range e.Watches {
			var inGo []string
			for _, r := range rows {
				hit, err := w.Flags(law, now, r)
				if err != nil {
					t.Fatal(err)
				}
				if hit {
					inGo = append(inGo, fmt.Sprint(r["id"]))
				}
			}
			if inSQL := flagged(t, d, w, now); !slices.Equal(inGo, inSQL) {
				t.Errorf("%s\n go  %v\n sql %v", w.ID, inGo, inSQL)
			}
		}
	}, table())
}

func lines(list []pack.Figure) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = fmt.Sprintf("%q %d/%d", f.Key, f.Numerator, f.Denominator)
	}
	slices.Sort(out) // the databases sort Chinese each in its own way
	return out
}

func figures(t *testing.T, d *db.DB, i *pack.Indicator, q pack.Question, now time.Time) []pack.Figure {
	var list []pack.Figure
	read(t, d, func(tx *db.Tx) error {
		sql, args, err := i.Select(civil.CivilCode(), now, q)
		if err != nil {
			return err
		}
		rows, err := tx.Query(sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			f := pack.Figure{Key: make([]string, len(q.By))}
			into := make([]any, 0, len(q.By)+2)
			for k := range f.Key {
				into = append(into, &f.Key[k])
			}
			if err := rows.Scan(append(into, &f.Numerator, &f.Denominator)...); err != nil {
				return err
			}
			list = append(list, f)
		}
		return rows.Err()
	})
	return list
}

func flagged(t *testing.T, d *db.DB, w *pack.Watch, now time.Time) []string {
	var ids []string
	read(t, d, func(tx *db.Tx) error {
		sql, args, err := w.Select(civil.CivilCode(), now)
		if err != nil {
			return err
		}
		rows, err := tx.Query(sql+" order by id", args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, fmt.Sprint(id))
		}
		return rows.Err()
	})
	return ids
}

func read(t *testing.T, d *db.DB, do func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// Only text columns of the view can group a figure.
func TestSelectRefusesOtherGroups(t *testing.T) {
	ix, err := pack.Load(packs.Files, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	i := ix.Flow("mailbox", civil.MustDate("2026-03-31")).Indicator("mailbox-answered")
	for _, by := range []string{"returns", "nothing", "lead; drop table x", ""} {
		if _, _, err := i.Select(civil.CivilCode(), time.Time{}, pack.Question{By: []string{by}}); err == nil {
			t.Errorf("grouped by %q", by)
		}
	}
}

func TestPeriodWords(t *testing.T) {
	for period, want := range map[string]string{
		"2026-01-01/2026-03-31": "2026年第一季度", "2026-10-01/2026-12-31": "2026年第四季度", "2026-02-01/2026-02-28": "2026年2月",
		"2026-01-01/2026-12-31": "2026年度", "2024-01-01/2024-12-31": "2024年度", "2026-03-02/2026-03-08": "2026年3月2日至2026年3月8日",
		"2026-07-01/2026-12-31": "2026年下半年", "2026-01-01/2026-06-30": "2026年上半年", "2026-02-01/2026-05-01": "2026年2月1日至2026年5月1日",
		"2025-09-01/2026-08-31": "2025年9月至2026年8月", "2027-09-01/2028-02-29": "2027年9月至2028年2月", "2027-09-01/2028-02-28": "2027年9月1日至2028年2月28日",
	} {
		from, to, _ := strings.Cut(period, "/")
		if got := pack.PeriodWords(civil.Period{From: civil.MustDate(from), To: civil.MustDate(to)}); got != want {
			t.Errorf("%s: %s, want %s", period, got, want)
		}
	}
}

// What is owed once is owed until its day, with or without a time allowed after it, and then no more.
func TestDutyOnce(t *testing.T) {
	once, err := civil.ParseEvery("once:2016-06-30")
	if err != nil {
		t.Fatal(err)
	}
	for within, want := range map[string]string{"": "2016-06-30", "10d": "2016-07-10"} {
		d := pack.Duty{Every: once}
		if within != "" {
			d.Within, _ = civil.ParseTerm(within)
		}
		_, last, due, err := d.Next(civil.CivilCode(), civil.MustDate("2016-01-04"))
		if err != nil || last.String() < want || due.IsZero() {
			t.Errorf("within %q: last day %s, %v", within, last, err)
		}
		if _, over, _, err := d.Next(civil.CivilCode(), last); err != nil || !over.IsZero() {
			t.Errorf("within %q: after %s it is owed again by %s, %v", within, last, over, err)
		}
	}
}
