package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"linli/internal/db"
	"linli/internal/sheet"
)

// A RowVerdict (逐行结论) is what became of one row, or would become of it.
type RowVerdict struct {
	Line    int
	Verdict string
	Field   string
	Reason  string
	Person  db.ID
	Cells   []string // masked
}

// Mendable are the verdicts on rows that somebody has to mend in the table.
var Mendable = []string{VerdictRejected, VerdictConflict}

// Verdicts returns rows of a pass after a line, those with one verdict or, with "", all that are kept.
func Verdicts(tx *db.Tx, run string, trial bool, verdict string, after, limit int) ([]RowVerdict, error) {
	cond, args := "", []any{run, oneIf(trial)}
	if verdict != "" {
		cond, args = " and verdict = ?", append(args, verdict)
	}
	return db.Select(tx, func(rows *db.Rows) (v RowVerdict, err error) {
		var cells []byte
		if err := rows.Scan(&v.Line, &v.Verdict, &v.Field, &v.Reason, &v.Person, &cells); err != nil {
			return v, err
		}
		return v, readCells(cells, &v.Cells)
	}, "select line, verdict, field, reason, person, cells from exchange_verdict where run = ? and trial = ?"+cond+" and line > ? order by line limit ?",
		append(args, after, limit)...)
}

// PassOf returns how far a pass is. Returns notfound.
func PassOf(tx *db.Tx, run string, trial bool) (PersonSummary, error) {
	s := PersonSummary{Run: run}
	var ended db.Time
	err := tx.QueryRow("select name, done, added, changed, present, conflicts, likely, rejected, ended_at from exchange_pass where run = ? and trial = ?", run, oneIf(trial)).
		Scan(&s.File, &s.Read, &s.Added, &s.Changed, &s.Present, &s.Conflicts, &s.Likely, &s.Rejected, &ended)
	if errors.Is(err, db.ErrNoRows) {
		return s, noPass()
	}
	s.Ended = !ended.IsZero()
	return s, err
}

// WriteRejects writes the rows of a file that have to be mended, as the file has them, each with its line and why; it can be mended and
// imported again. The values are those of the file, so it is for whoever brought the file. It returns how many it wrote.
func WriteRejects(ctx context.Context, d *db.DB, file string, m PersonMap, run string, trial bool, w io.Writer) (int, error) {
	why := map[int]string{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		for _, verdict := range Mendable {
			for after := 0; ; {
				list, err := Verdicts(tx, run, trial, verdict, after, 1000)
				if err != nil {
					return err
				}
				if len(list) == 0 {
					break
				}
				for _, v := range list {
					why[v.Line], after = v.Reason, v.Line
				}
			}
		}
		return nil
	})
	if err != nil || len(why) == 0 {
		return 0, err
	}
	t, err := sheet.OpenWith(file, sheet.Options{Sheet: m.Sheet, Heading: m.Heading})
	if err != nil {
		return 0, err
	}
	n, err := copyRejects(t, why, w)
	return n, errors.Join(err, t.Close())
}

func copyRejects(t *sheet.Table, why map[int]string, w io.Writer) (int, error) {
	out, err := sheet.NewCSV(w)
	if err != nil {
		return 0, err
	}
	if err := out.Row(append([]string{lineHeading, reasonHeading}, withoutOurs(t.Heading, t.Heading)...)); err != nil {
		return 0, err
	}
	n := 0
	for {
		rec, err := t.Next()
		if errors.Is(err, io.EOF) {
			return n, out.Close()
		}
		if err != nil {
			return n, err
		}
		reason, ok := why[rec.Line]
		if !ok {
			continue
		}
		cells := rec.Cells
		if cells == nil {
			cells = []string{rec.Raw}
		} else {
			cells = withoutOurs(t.Heading, cells)
		}
		if err := out.Row(append([]string{strconv.Itoa(rec.Line), reason}, cells...)); err != nil {
			return n, err
		}
		n++
	}
}

// withoutOurs leaves out the two columns that an earlier table of rejects brought along.
func withoutOurs(heading, cells []string) []string {
	if len(heading) > 2 && heading[0] == lineHeading && heading[1] == reasonHeading && len(cells) > 2 {
		return cells[2:]
	}
	return cells
}

// RejectsBeside writes the rejects of a file beside it, or takes an old such table away when there are none. It returns its name.
func RejectsBeside(ctx context.Context, d *db.DB, file string, m PersonMap, run string) (string, error) {
	var text bytes.Buffer
	n, err := WriteRejects(ctx, d, file, m, run, false, &text)
	if err != nil {
		return "", err
	}
	name := RejectsOf(file)
	if n == 0 {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		return "", nil
	}
	return name, os.WriteFile(name, text.Bytes(), 0o600)
}
