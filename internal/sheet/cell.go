package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// texts are the shared texts of a workbook, in one piece.
type texts struct {
	all []byte
	end []int64
}

func (t *texts) add(s []byte) {
	t.all = append(t.all, s...)
	t.end = append(t.end, int64(len(t.all)))
}

func (t *texts) at(i int) (string, bool) {
	if i < 0 || i >= len(t.end) {
		return "", false
	}
	from := int64(0)
	if i > 0 {
		from = t.end[i-1]
	}
	return string(t.all[from:t.end[i]]), true
}

func (b *book) readTexts() error {
	return b.each("xl/sharedStrings.xml", maxTexts, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := richText(d)
		b.texts.add(s)
		return err
	})
}

// richText reads the texts up to the end of the element it stands in, without what tells how they sound.
func richText(d *xml.Decoder) ([]byte, error) {
	var out []byte
	depth, text := 1, 0
	for depth > 0 {
		token, err := d.Token()
		if err != nil {
			return nil, noEnd(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return nil, err
				}
				continue
			}
			depth++
			if e.Name.Local == "t" {
				text = depth
			}
		case xml.EndElement:
			if text == depth {
				text = 0
			}
			depth--
		case xml.CharData:
			if text > 0 {
				out = append(out, e...)
			}
		}
	}
	return out, nil
}

func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A bookRows reads one sheet.
type bookRows struct {
	book   *book
	part   io.ReadCloser
	xml    *xml.Decoder
	line   int
	ranges []span // merged, by first line
	live   []live // those that the present line may be in
}

// span is a merged range, from one so that it compares as it is written.
type span struct{ top, left, bottom, right int }

// live is a merged range with its value.
type live struct {
	span
	text string
	mark Mark
}

func (b *book) openSheet(s Sheet) (*bookRows, error) {
	ranges, err := b.merges(s)
	if err != nil {
		return nil, err
	}
	in, err := b.part(s.part, maxUnpacked)
	if err != nil {
		return nil, err
	}
	if in == nil {
		return nil, fmt.Errorf("no part %s", s.part)
	}
	return &bookRows{book: b, part: in, xml: xml.NewDecoder(in), ranges: ranges}, nil
}

// next returns the next line that is not empty.
func (r *bookRows) next() (Record, error) {
	for {
		token, err := r.xml.Token()
		if errors.Is(err, io.EOF) {
			return Record{}, io.EOF
		}
		if err != nil {
			return Record{}, unreadable(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				return Record{}, io.EOF
			}
		case xml.StartElement:
			if e.Name.Local != "row" {
				continue
			}
			r.line++
			if n, err := strconv.Atoi(attr(e, "r")); err == nil && n >= r.line {
				r.line = n
			}
			rec, err := r.row()
			if err != nil {
				return rec, unreadable(err)
			}
			r.fill(&rec)
			if slices.ContainsFunc(rec.Cells, func(c string) bool { return c != "" }) || rec.Cells == nil {
				return rec, nil
			}
		}
	}
}

// row reads the cells up to the end of the row.
func (r *bookRows) row() (Record, error) {
	rec := Record{Line: r.line, Cells: []string{}}
	for {
		token, err := r.xml.Token()
		if err != nil {
			return rec, noEnd(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return rec, nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			column := len(rec.Cells)
			if at, ok := columnOf(attr(e, "r")); ok {
				column = at
			}
			text, mark, err := r.cell(e)
			if err != nil {
				return rec, err
			}
			if column >= maxColumns {
				if text == "" {
					continue
				}
				return rec, fmt.Errorf("more than %d columns", maxColumns)
			}
			for len(rec.Cells) <= column {
				rec.Cells = append(rec.Cells, "")
			}
			rec.Cells[column] = text
			rec.mark(column, mark)
		}
	}
}

func (rec *Record) mark(column int, m Mark) {
	if m == 0 {
		return
	}
	if rec.Marks == nil {
		rec.Marks = map[int]Mark{}
	}
	rec.Marks[column] |= m
}

// cell reads one cell.
func (r *bookRows) cell(c xml.StartElement) (string, Mark, error) {
	kind, style := attr(c, "t"), attr(c, "s")
	var mark Mark
	var value []byte
	in := false
	for {
		token, err := r.xml.Token()
		if err != nil {
			return "", 0, noEnd(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "f":
				mark |= Formula
			case "v":
				in = true
			case "is":
				if value, err = richText(r.xml); err != nil {
					return "", 0, err
				}
			}
		case xml.CharData:
			if in {
				value = append(value, e...)
			}
		case xml.EndElement:
			in = false
			if e.Name.Local == "c" {
				text, more := r.text(kind, style, string(value))
				return text, mark | more, nil
			}
		}
	}
}

// text is what a cell says.
func (r *bookRows) text(kind, style, v string) (string, Mark) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		s, ok := r.book.texts.at(i)
		if err != nil || !ok {
			return "", Broken
		}
		return s, 0
	case "e":
		return "", Broken
	case "b":
		if v == "1" {
			return "是", 0
		}
		return "否", 0
	case "str", "inlineStr", "d":
		return v, 0
	}
	if v == "" {
		return "", 0
	}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(r.book.styles) && r.book.styles[n] {
		if day, ok := dayText(v, r.book.d1904); ok {
			return day, 0
		}
	}
	return number(v)
}

// number writes a number in plain digits. A workbook keeps fifteen.
func number(v string) (string, Mark) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return v, 0
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e21 {
		if math.Abs(f) >= 1e15 {
			return strconv.FormatFloat(f, 'f', 0, 64), Lost
		}
		return strconv.FormatInt(int64(f), 10), 0
	}
	if !strings.ContainsAny(v, "eE") && len(v) < 16 {
		return v, 0
	}
	return strconv.FormatFloat(f, 'f', -1, 64), 0
}

// Days that a workbook may mean: from 1900 to 2200.
const (
	firstDay = 1
	lastDay  = 110_000
)

// dayText reads the number of a day, with or without a time of day.
func dayText(v string, d1904 bool) (string, bool) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || f < firstDay || f > lastDay {
		return "", false
	}
	day := int(f)
	seconds := int(math.Round((f - float64(day)) * 86400))
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case d1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day < 60: // 1900 is taken for a leap year, of which 29 February is day 60
		base = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	t := base.AddDate(0, 0, day).Add(time.Duration(seconds) * time.Second)
	if seconds == 0 {
		return t.Format(time.DateOnly), true
	}
	return t.Format(time.DateTime), true
}

// Day reads a cell that is a plain number as the day it stands for in this workbook: "2026-10-09", with a time of day where there is
// one. Returns false for texts and for what is no day of our times.
func (t *Table) Day(cell string) (string, bool) {
	f, err := strconv.ParseFloat(cell, 64)
	if !t.book || err != nil || f < 1_000 && !t.d1904 {
		return "", false
	}
	return dayText(cell, t.d1904)
}

// columnOf reads the column of "AB12", the first being 0.
func columnOf(ref string) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++ {
		n = n*26 + int(ref[i]-'A'+1)
	}
	return n - 1, i > 0
}
