package exchange

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"linli/internal/fault"
)

// A Table (来源表) is a file of rows: CSV or tab-separated text in UTF-8, UTF-16 or GB18030, plain or packed with gzip, or the first
// sheet of an XLSX workbook. The first row is the heading.
type Table struct {
	Hash    string // SHA-256 of the file, in hexadecimal
	Heading []string
	Rows    int // rows after the heading, as far as lines tell; a bound for the progress shown

	rows  rows
	sheet bool // cells that are empty at the end of a row are left out
	lossy bool // what could not be decoded reads as U+FFFD
	close func() error
}

type rows interface {
	next() (Record, error)
}

// Open reads the file once to know its hash and encoding, and then its heading. Returns invalid for a file that is no table.
func Open(name string) (*Table, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open table: %w", err)
	}
	t, err := open(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	inner := t.close
	t.close = func() error { return errors.Join(inner(), f.Close()) }
	head, err := t.rows.next()
	switch {
	case errors.Is(err, io.EOF):
		err = fault.Invalid("file", "这张表是空的")
	case err == nil && head.Cells == nil:
		err = fault.Invalid("file", "表头：%s", head.Why)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	head.Cells[0] = strings.TrimPrefix(head.Cells[0], "\ufeff")
	for _, c := range head.Cells {
		t.Heading = append(t.Heading, strings.TrimSpace(c))
	}
	return t, nil
}

// Close closes the file.
func (t *Table) Close() error { return t.close() }

func open(f *os.File) (*Table, error) {
	magic := make([]byte, 4)
	n, err := io.ReadFull(f, magic)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	magic = magic[:n]
	if bytes.HasPrefix(magic, []byte("PK\x03\x04")) {
		return openSheet(f)
	}
	hash := sha256.New()
	text, err := fromStart(f, magic, hash)
	if err != nil {
		return nil, err
	}
	form, err := survey(text)
	if err != nil {
		return nil, unreadable(err)
	}
	if _, err := io.Copy(io.Discard, io.TeeReader(f, hash)); err != nil { // what follows the packed part
		return nil, unreadable(err)
	}
	if text, err = fromStart(f, magic, io.Discard); err != nil {
		return nil, err
	}
	t := &Table{Hash: hex.EncodeToString(hash.Sum(nil)), Rows: max(0, form.lines-1), close: func() error { return nil }}
	if form.decoder != nil {
		t.lossy, text = true, transform.NewReader(text, form.decoder)
	}
	t.rows = newCSVReader(text, form.comma)
	return t, nil
}

// fromStart reads the file from its beginning, unpacked; the bytes as they lie on disk also go to seen.
func fromStart(f *os.File, magic []byte, seen io.Writer) (io.Reader, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	raw := io.TeeReader(f, seen)
	if !bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		return raw, nil
	}
	z, err := gzip.NewReader(raw)
	if err != nil {
		return nil, unreadable(err)
	}
	return z, nil
}

// A shape is what a first reading tells of a text.
type shape struct {
	decoder transform.Transformer // nil for UTF-8
	comma   byte
	lines   int
}

// survey reads all of a text. It is GB18030 when more of it breaks UTF-8 than is UTF-8: a few damaged characters in a UTF-8 text then
// cost the rows they are in, not the whole table.
func survey(r io.Reader) (shape, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	s := shape{comma: ','}
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return s, err
	}
	if wide := bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}); wide {
		s.decoder = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		in = bufio.NewReader(transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()))
		if head, err = in.Peek(1024); err != nil && !errors.Is(err, io.EOF) {
			return s, err
		}
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if bytes.Count(line, []byte("\t")) > bytes.Count(line, []byte(",")) {
		s.comma = '\t'
	}
	good, broken, last := 0, 0, '\n'
	for {
		c, size, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, err
		}
		switch {
		case c == utf8.RuneError && size == 1:
			broken++
		case c >= utf8.RuneSelf:
			good++
		case c == '\n':
			s.lines++
		}
		last = c
	}
	if last != '\n' {
		s.lines++
	}
	if s.decoder == nil && broken > good {
		s.decoder = simplifiedchinese.GB18030.NewDecoder()
	}
	return s, nil
}

func unreadable(err error) error {
	what := "这个文件读不出来，可能已损坏"
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		what = "压缩文件不完整或已损坏"
	}
	return &fault.Error{Kind: fault.KindInvalid, Field: "file", Format: what, Err: err}
}
