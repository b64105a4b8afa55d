package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Plain returns a cell that no spreadsheet takes for a formula: what begins with = + - @, a tab or a line end gets an apostrophe before
// it, also behind spaces and in full width. A negative number stays, for it computes nothing.
func Plain(s string) string {
	head := strings.TrimLeft(s, " \u3000\u00a0\ufeff")
	if head == "" {
		if s != "" && s[0] == '\t' {
			return "'" + s
		}
		return s
	}
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", firstRune(head)) && !negative(head) {
		return "'" + s
	}
	return s
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// negative reports whether a text is a minus sign and digits, with one point at most.
func negative(s string) bool {
	digits, ok := strings.CutPrefix(s, "-")
	return ok && digits != "" && strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") < 2 && digits[0] != '.'
}

// A Writer (输出表) writes a table row by row; Close completes it.
type Writer interface {
	Row(cells []string) error
	Close() error
}

// NewCSV writes text that a spreadsheet takes for UTF-8.
func NewCSV(w io.Writer) (Writer, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &csvWriter{out}, nil
}

type csvWriter struct{ out *csv.Writer }

func (c *csvWriter) Row(cells []string) error {
	plain := make([]string, len(cells))
	for i, s := range cells {
		plain[i] = Plain(s)
	}
	return c.out.Write(plain)
}

func (c *csvWriter) Close() error {
	c.out.Flush()
	return c.out.Error()
}

// NewBook writes a workbook of one sheet, every cell a text, the first row standing.
func NewBook(w io.Writer, name string) (Writer, error) {
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &bookWriter{w: w, file: f, out: out}, nil
}

// maxBookRows is how many rows a sheet may have.
const maxBookRows = 1_048_576

var errTooLong = errors.New("a sheet has at most 1048576 rows")

type bookWriter struct {
	w    io.Writer
	file *excelize.File
	out  *excelize.StreamWriter
	line int
}

func (b *bookWriter) Row(cells []string) error {
	if b.line++; b.line > maxBookRows {
		return errTooLong
	}
	row := make([]any, len(cells))
	for i, s := range cells {
		row[i] = Plain(s)
	}
	at, err := excelize.CoordinatesToCellName(1, b.line)
	if err != nil {
		return err
	}
	return b.out.SetRow(at, row)
}

func (b *bookWriter) Close() error {
	err := b.out.Flush()
	if err == nil {
		err = b.file.Write(b.w)
	}
	return errors.Join(err, b.file.Close())
}
