package place

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/fault"
)

//go:embed tables/*.csv.gz
var tables embed.FS

// Sanmenxia reads the divisions of 三门峡 that come with the program: 1 city, 7 counties, 81 streets and towns, 1,381
// communities and villages.
func Sanmenxia() (Table, error) {
	f, err := tables.Open("tables/sanmenxia_411200.csv.gz")
	if err != nil {
		return Table{}, wrap("open division table", err)
	}
	defer f.Close()
	return Parse(f)
}

// A Row is one line of a division table.
type Row struct {
	Line                      int
	Level, Code, Name, Parent string // Level as the table numbers it
}

// A BadRow is a line that cannot be used, and why.
type BadRow struct {
	Line int
	Text string // at most 200 bytes of it
	Why  fault.FieldError
}

// A Table is a division table as read: what can be used and what cannot.
type Table struct {
	Rows []Row
	Bad  []BadRow
}

const (
	maxTable = 256 << 20 // bytes, unpacked
	maxShown = 200
)

// Parse reads a table with the columns code, name, parent and, unless the length of the code tells, level, in any order
// under a heading; comma-separated, plain or packed with gzip, in UTF-8 (with or without a mark) or GB18030. Lines that
// are ragged or lack something go to Bad with their number, the heading being line 1. Returns invalid when there is no
// such heading or the file is too large.
func Parse(r io.Reader) (Table, error) {
	text, err := plain(r)
	if err != nil {
		return Table{}, err
	}
	var t Table
	var head heading
	seen := map[string]int{}
	line := 0
	for rest := text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		line++
		s = strings.TrimSuffix(s, "\r")
		if line == 1 {
			if head, err = readHeading(s); err != nil {
				return Table{}, err
			}
			continue
		}
		if strings.TrimSpace(s) == "" {
			continue
		}
		row, why := head.row(s)
		row.Line = line
		if why == nil && seen[row.Code] > 0 {
			why = &fault.FieldError{Field: "code", Format: "代码 %s 与第 %d 行重复", Args: []any{row.Code, seen[row.Code]}}
		}
		if why != nil {
			t.bad(line, s, *why)
			continue
		}
		seen[row.Code] = line
		t.Rows = append(t.Rows, row)
	}
	if line == 0 {
		return Table{}, fault.Invalid("file", "区划表是空的")
	}
	return t, nil
}

func (t *Table) bad(line int, text string, why fault.FieldError) {
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	t.Bad = append(t.Bad, BadRow{line, text, why})
}

// plain unpacks and decodes the file into text without marks.
func plain(r io.Reader) (string, error) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return "", unreadable(err)
		}
		defer z.Close()
		in = bufio.NewReader(z)
	}
	b, err := io.ReadAll(io.LimitReader(in, maxTable+1))
	if err != nil {
		return "", unreadable(err)
	}
	if len(b) > maxTable {
		return "", fault.Invalid("file", "区划表超过 %d MB，请分开导入", maxTable>>20)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil {
			return "", unreadable(err)
		}
	}
	return string(b), nil
}

func unreadable(err error) error {
	return &fault.Error{Kind: fault.KindInvalid, Field: "file", Format: "区划表读不出来，文件可能已损坏", Err: err,
		Fields: []fault.FieldError{{Field: "file", Format: "区划表读不出来，文件可能已损坏"}}}
}

// heading says in which column each name stands; -1 for none.
type heading struct{ level, code, name, parent, width int }

func readHeading(line string) (heading, error) {
	cells, err := cellsOf(line)
	for i := range cells {
		cells[i] = strings.ToLower(strings.TrimSpace(cells[i]))
	}
	h := heading{slices.Index(cells, "level"), slices.Index(cells, "code"), slices.Index(cells, "name"), slices.Index(cells, "parent"), len(cells)}
	if err != nil || h.code < 0 || h.name < 0 || h.parent < 0 {
		return h, fault.Invalid("file", "区划表的第一行应当是列名，至少有 code、name、parent")
	}
	return h, nil
}

func (h heading) row(line string) (Row, *fault.FieldError) {
	if !utf8.ValidString(line) || strings.ContainsAny(line, "\x00\uFFFD") {
		return Row{}, &fault.FieldError{Field: "row", Format: "含有无法识别的字符"}
	}
	cells, err := cellsOf(line)
	if err != nil {
		return Row{}, &fault.FieldError{Field: "row", Format: "引号不成对"}
	}
	if len(cells) != h.width {
		return Row{}, &fault.FieldError{Field: "row", Format: "有 %d 列，应有 %d 列", Args: []any{len(cells), h.width}}
	}
	cell := func(i int) string { return strings.TrimSpace(cells[i]) }
	r := Row{Code: cell(h.code), Name: cell(h.name), Parent: cell(h.parent)}
	if h.level >= 0 {
		r.Level = cell(h.level)
	} else {
		r.Level = levelOfLength[len(r.Code)]
	}
	if r.Level == "" {
		return r, &fault.FieldError{Field: "level", Format: "没有层级"}
	}
	if err := (New{r.Code, r.Name, r.Level, r.Parent}).check(); err != nil {
		return r, &fault.As(err).Fields[0]
	}
	return r, nil
}

// levelOfLength is how the statistical codes number their levels: 2, 4, 6, 9 and 12 digits.
var levelOfLength = map[int]string{2: "1", 4: "2", 6: "3", 9: "4", 12: "5"}

// cellsOf splits one line; no cell of a division table spans lines.
func cellsOf(line string) ([]string, error) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, ","), nil
	}
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return nil, fmt.Errorf("split line: %w", err)
	}
	return cells, nil
}
