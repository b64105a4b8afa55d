package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"linli/internal/app"
)

// sample is how many cases are counted.
const sample = 20

// count finds what each step writes: it carries a few letters through a city of its own whose tables count every row that is
// written, altered or removed. What the program does by itself afterwards, such as giving log entries their positions, is spread
// over the steps.
func count(ctx context.Context) (l Load, err error) {
	dir, err := os.MkdirTemp("", "linli-bench-count-")
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := found(ctx, app.Options{Data: dir}, 1)
	if err != nil {
		return l, err
	}
	t, err := countIn(ctx, filepath.Join(dir, "linli.db"))
	if err != nil {
		return l, errors.Join(err, c.stop())
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if err := c.serve(ctx); err != nil {
		return l, errors.Join(err, c.stop())
	}
	s := newSide("count", c.url, c.letters("count", 1))
	var rows [len(verbs)]int64
	before, size, err := t.now(ctx)
	for range sample * len(verbs) {
		if err != nil {
			break
		}
		var at int
		var after int64
		if at, _, err = s.take(ctx, s.letters[0]); err == nil {
			after, _, err = t.now(ctx)
		}
		rows[at] += after - before
		before = after
	}
	if err = errors.Join(err, c.stop()); err != nil {
		return l, err
	}
	all, grown, err := t.now(ctx)
	if err != nil {
		return l, err
	}
	return average(rows, all, grown-size), nil
}

func average(rows [len(verbs)]int64, all, bytes int64) Load {
	var l Load
	counted := int64(0)
	for at := range rows {
		counted += rows[at]
	}
	behind := float64(all-counted) / sample / float64(len(verbs)) // what came after the answers
	for at := range rows {
		l.Rows[at] = int(float64(rows[at])/sample + behind + 0.5)
	}
	l.Bytes = int(bytes / max(all, 1))
	return l
}

// A tally looks at a database from beside.
type tally struct{ *sql.DB }

// countIn makes every table of a database count. Tables of the text index cannot; their one row a case is added by now.
func countIn(ctx context.Context, file string) (*tally, error) {
	d, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, err
	}
	names, err := tables(ctx, d)
	if err == nil {
		_, err = d.ExecContext(ctx, "create table bench_count (n integer not null); insert into bench_count values (0)")
	}
	for _, name := range names {
		for _, what := range []string{"insert", "update", "delete"} {
			if err == nil {
				_, err = d.ExecContext(ctx, fmt.Sprintf("create trigger bench_%s_%s after %s on %s begin update bench_count set n = n + 1; end", what, name, what, name))
			}
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("count rows: %w", err), d.Close())
	}
	return &tally{d}, nil
}

func tables(ctx context.Context, d *sql.DB) (names []string, err error) {
	rows, err := d.QueryContext(ctx, `select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// now returns the rows counted so far and the bytes the database holds.
func (t *tally) now(ctx context.Context) (rows, bytes int64, err error) {
	err = t.QueryRowContext(ctx, `select n, page_count * page_size from bench_count, pragma_page_count, pragma_page_size`).Scan(&rows, &bytes)
	return rows, bytes, err
}
