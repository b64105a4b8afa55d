package exchange

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"linli/internal/db"
	"linli/internal/form"
	"linli/internal/sheet"
)

// The two columns that a table of rejected rows has before those of the original; an import does not look at them.
const (
	lineHeading   = "原行号"
	reasonHeading = "未导入的原因"
)

// RejectsOf is the name of the file with the rejected rows of a file.
func RejectsOf(name string) string { return name + ".rejects.csv" }

func (r *run) reject(tx *db.Tx, rec *sheet.Record, why string) error {
	cells := make([]string, 0, len(rec.Cells))
	for i, c := range rec.Cells {
		if !r.in.impersonal(i) {
			c = form.MaskText(c)
		}
		cells = append(cells, c)
	}
	if rec.Cells == nil {
		cells = append(cells, form.MaskText(rec.Raw))
	}
	text, err := json.Marshal(cells)
	if err != nil {
		return err
	}
	return tx.Exec("insert into exchange_reject (run, line, reason, cells) values (?, ?, ?, ?)", r.id, rec.Line, why, string(text))
}

func (r *reader) impersonal(column int) bool {
	return slices.ContainsFunc(impersonal, func(role string) bool {
		i, ok := r.at[role]
		return ok && i == column
	})
}

// writeRejects writes the rejected rows beside the table, or takes an old such file away when there are none. It returns its name.
func (r *run) writeRejects(ctx context.Context, name string) (string, error) {
	file := RejectsOf(name)
	if r.sum.Rejected == 0 {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("remove old rejects: %w", err)
		}
		return "", nil
	}
	var text bytes.Buffer
	text.WriteString("\ufeff") // so that a spreadsheet takes it for UTF-8
	out := csv.NewWriter(&text)
	out.UseCRLF = true
	if err := out.Write(append([]string{lineHeading, reasonHeading}, r.in.table.Heading...)); err != nil {
		return "", err
	}
	if err := r.im.DB.Read(ctx, func(tx *db.Tx) error { return r.readRejects(tx, out) }); err != nil {
		return "", fmt.Errorf("read rejected rows: %w", err)
	}
	out.Flush()
	return file, errors.Join(out.Error(), os.WriteFile(file, text.Bytes(), 0o600))
}

func (r *run) readRejects(tx *db.Tx, out *csv.Writer) error {
	rows, err := tx.Query("select line, reason, cells from exchange_reject where run = ? order by line", r.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var line int
		var why, text string
		if err := rows.Scan(&line, &why, &text); err != nil {
			return err
		}
		var cells []string
		if err := json.Unmarshal([]byte(text), &cells); err != nil {
			return err
		}
		if err := out.Write(append([]string{strconv.Itoa(line), why}, cells...)); err != nil {
			return err
		}
	}
	return rows.Err()
}
