package sheet

import (
	"archive/zip"
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

	"golang.org/x/text/transform"

	"linli/internal/fault"
)

// A Table (来源表) is a file of rows, or one sheet of a workbook. The first row, or the one that Options name, is the heading.
type Table struct {
	Hash    string // SHA-256 of the file, in hexadecimal
	Sheet   string // name of the sheet; "" for text
	Heading []string
	Line    int      // of the heading
	Rows    int      // rows after the heading, as far as lines tell; a bound for the progress shown, 0 when it is not known
	Notes   []string // what somebody should know of the file: macros, hidden sheets

	rows  rows
	book  bool // cells that are empty at the end of a row are left out
	lossy bool // what could not be decoded reads as U+FFFD
	d1904 bool
	close func() error
}

// A Mark is what a reader should know of a cell.
type Mark uint8

// The marks.
const (
	Formula Mark = 1 << iota // the value was computed by the workbook
	Merged                   // the value is that of a merged range
	Lost                     // a number so long that its last digits are lost
	Broken                   // the workbook computed an error
)

// A Record (原始行) is one row as the table has it.
type Record struct {
	Line  int          // the line it begins on, the first of the file being 1
	Cells []string     // nil when the row cannot be split
	Marks map[int]Mark // by column, of cells that have some
	Raw   string       // the text of a row that cannot be split
	Why   string       // why it cannot
}

type rows interface {
	next() (Record, error)
}

// Options say which part of a file to read.
type Options struct {
	Sheet   string // name of the sheet; "" for the first
	Heading int    // line of the heading; 0 for the first line that is not empty
}

// Open reads the first sheet, with the heading in its first line.
func Open(name string) (*Table, error) { return OpenWith(name, Options{}) }

// OpenWith reads the file once to know its hash and encoding, and then its heading. Returns invalid for a file that is no table.
func OpenWith(name string, o Options) (*Table, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open table: %w", err)
	}
	t, err := open(f, o)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	inner := t.close
	t.close = func() error { return errors.Join(inner(), f.Close()) }
	head, err := t.rows.next()
	for err == nil && head.Line < o.Heading {
		head, err = t.rows.next()
	}
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
	t.Line = head.Line
	for _, c := range head.Cells {
		t.Heading = append(t.Heading, strings.TrimSpace(c))
	}
	return t, nil
}

// Next returns the next row that is not empty. Returns io.EOF at the end.
func (t *Table) Next() (Record, error) { return t.rows.next() }

// Close closes the file.
func (t *Table) Close() error { return t.close() }

// Book reports whether the table is a sheet of a workbook, whose days may be plain numbers.
func (t *Table) Book() bool { return t.book }

// Fit fills what a workbook leaves out at the end of a row, and says what is wrong with a row as a row, "" for nothing. It is the same
// check for everybody who reads tables.
func (t *Table) Fit(rec *Record) string {
	if rec.Cells == nil {
		return rec.Why
	}
	for t.book && len(rec.Cells) < len(t.Heading) {
		rec.Cells = append(rec.Cells, "")
	}
	for t.book && len(rec.Cells) > len(t.Heading) && rec.Cells[len(rec.Cells)-1] == "" {
		rec.Cells = rec.Cells[:len(rec.Cells)-1]
	}
	if len(rec.Cells) != len(t.Heading) {
		return fmt.Sprintf("有 %d 列，表头有 %d 列", len(rec.Cells), len(t.Heading))
	}
	for i, c := range rec.Cells {
		if !utf8.ValidString(c) || t.lossy && strings.ContainsRune(c, utf8.RuneError) {
			return fmt.Sprintf("“%s”含有无法识别的字符", t.Heading[i])
		}
	}
	return ""
}

var (
	zipMagic  = []byte("PK\x03\x04")
	gzipMagic = []byte{0x1f, 0x8b}
	oleMagic  = []byte{0xd0, 0xcf, 0x11, 0xe0}
)

func open(f *os.File, o Options) (*Table, error) {
	magic := make([]byte, 4)
	n, err := io.ReadFull(f, magic)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	magic = magic[:n]
	switch {
	case bytes.HasPrefix(magic, zipMagic):
		return openBook(f, o.Sheet)
	case bytes.Equal(magic, oleMagic):
		return nil, fault.Invalid("file", "这是旧格式（.xls）或加了密码的工作簿，读不了；请在表格软件里去掉密码，另存为 .xlsx 或 CSV 再上传")
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

// maxUnpacked bounds what a packed text or workbook unpacks to.
const maxUnpacked = 4 << 30

// fromStart reads the file from its beginning, unpacked; the bytes as they lie on disk also go to seen.
func fromStart(f *os.File, magic []byte, seen io.Writer) (io.Reader, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	raw := io.TeeReader(f, seen)
	if !bytes.HasPrefix(magic, gzipMagic) {
		return raw, nil
	}
	z, err := gzip.NewReader(raw)
	if err != nil {
		return nil, unreadable(err)
	}
	return &bounded{in: z, left: maxUnpacked}, nil
}

// bounded ends with a fault, not with an end of file, when there is more than there may be.
type bounded struct {
	in   io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, tooLarge()
	}
	return n, err
}

func tooLarge() error {
	return fault.Invalid("file", "这个文件解开后过大，不像一张正常的表；请只保留要导入的工作表，或分成几个文件")
}

func unreadable(err error) error {
	if fault.As(err) != nil {
		return err
	}
	what := "这个文件读不出来，可能已损坏"
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		what = "压缩文件不完整或已损坏"
	}
	return &fault.Error{Kind: fault.KindInvalid, Field: "file", Format: what, Err: err}
}
