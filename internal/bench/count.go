package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"linli/internal/app"
)

// rounds is how many cases of each client are counted.
const rounds = 8

// count finds what each step writes: as many clients as will be driven carry a few letters each through a city of its own, whose
// tables count every row that is written, altered or removed. The clients take each step together, for what is written once for
// a group of steps, such as a tile of the audit log, is to count as often as it will under load. What the program does by itself
// afterwards is spread over the steps.
func count(ctx context.Context, clients int) (l Load, err error) {
	dir, err := os.MkdirTemp("", "linli-bench-count-")
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := found(ctx, app.Options{Data: dir}, clients)
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
	s := newSide("count", c.url, c.letters("count", clients))
	var rows [len(verbs)]int64
	before, size, err := t.now(ctx)
	for n := range rounds * len(verbs) {
		var after int64
		if err == nil {
			err = s.together(ctx)
		}
		if err == nil {
			after, _, err = t.now(ctx)
		}
		rows[n%len(verbs)] += after - before
		before = after
	}
	if err = errors.Join(err, c.stop()); err != nil {
		return l, err
	}
	all, grown, err := t.now(ctx)
	if err != nil {
		return l, err
	}
	return average(rows, all, grown-size, rounds*clients), nil
}

// together lets every client take its next step.
func (s *side) together(ctx context.Context) error {
	errs := make([]error, len(s.letters))
	var all sync.WaitGroup
	for i, l := range s.letters {
		all.Go(func() { _, _, errs[i] = s.take(ctx, l) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func average(rows [len(verbs)]int64, all, bytes int64, cases int) Load {
	var l Load
	counted := int64(0)
	for at := range rows {
		counted += rows[at]
	}
	behind := float64(all-counted) / float64(cases*len(verbs)) // what came after the answers
	for at := range rows {
		l.Rows[at] = int(float64(rows[at])/float64(cases) + behind + 0.5)
	}
	l.Rows[0]++ // in the text index, whose tables cannot count
	l.Bytes = int(bytes / max(all, 1))
	return l
}

// A tally looks at a database from beside.
type tally struct{ *sql.DB }

// countIn makes every table of a database count. Those of the text index cannot.
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
