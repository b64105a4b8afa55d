package sheet

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"linli/internal/fault"
)

// Limits on a workbook, which is packed: a small file may hold a very large one.
const (
	maxParts   = 5_000
	maxTexts   = 1 << 30 // of shared texts
	maxRatio   = 400     // unpacked to packed, of a part that is large
	largePart  = 256 << 20
	maxSheets  = 255
	maxColumns = 1_000
)

// A book is an open workbook.
type book struct {
	zip    *zip.Reader
	sheets []Sheet
	texts  texts
	styles []bool // by style of a cell: whether it is a date
	d1904  bool
	macros bool
}

// A Sheet (工作表) is one sheet of a workbook, before anybody reads it.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// Sheets returns the sheets of a workbook, nil for a text. Returns invalid for a file that is no table.
func Sheets(name string) ([]Sheet, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open table: %w", err)
	}
	defer f.Close()
	magic := make([]byte, 4)
	if _, err := io.ReadFull(f, magic); err != nil || string(magic) != string(zipMagic) {
		return nil, nil
	}
	b, err := readBook(f)
	if err != nil {
		return nil, err
	}
	return b.sheets, nil
}

// openBook reads one sheet of a workbook; "" is the first that is not hidden.
func openBook(f *os.File, name string) (*Table, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return nil, unreadable(err)
	}
	b, err := readBook(f)
	if err != nil {
		return nil, err
	}
	at := -1
	for i, s := range b.sheets {
		if s.Name == name || name == "" && !s.Hidden && at < 0 {
			at = i
		}
	}
	if at < 0 && name == "" {
		at = 0
	}
	if at < 0 {
		return nil, fault.Invalid("sheet", "工作簿里没有工作表“%s”", name)
	}
	if err := b.readTexts(); err != nil {
		return nil, unreadable(err)
	}
	if err := b.readStyles(); err != nil {
		return nil, unreadable(err)
	}
	in, err := b.openSheet(b.sheets[at])
	if err != nil {
		return nil, unreadable(err)
	}
	t := &Table{Hash: hex.EncodeToString(hash.Sum(nil)), Sheet: b.sheets[at].Name, rows: in, book: true, d1904: b.d1904, close: in.part.Close}
	if b.macros {
		t.Notes = append(t.Notes, "工作簿里有宏，没有运行，只读取了单元格的值")
	}
	return t, nil
}

// readBook reads what a workbook consists of, and refuses one that is no workbook or unpacks to too much.
func readBook(f *os.File) (*book, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(err)
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, unreadable(err)
	}
	b := &book{zip: z}
	var sum uint64
	for _, part := range z.File {
		sum += part.UncompressedSize64
		b.macros = b.macros || strings.HasSuffix(strings.ToLower(part.Name), "vbaproject.bin")
		if part.UncompressedSize64 > largePart && part.UncompressedSize64 > maxRatio*max(1, part.CompressedSize64) {
			return nil, tooLarge()
		}
	}
	if sum > maxUnpacked || len(z.File) > maxParts {
		return nil, tooLarge()
	}
	if err := b.readSheets(); err != nil {
		return nil, unreadable(err)
	}
	switch {
	case len(b.sheets) == 0:
		return nil, fault.Invalid("file", "这个压缩文件里没有工作表；请上传 .xlsx 工作簿或 CSV 文件")
	case len(b.sheets) > maxSheets:
		return nil, fault.Invalid("file", "工作簿有 %d 个工作表，超过 %d 个，请分成几个文件", len(b.sheets), maxSheets)
	}
	return b, nil
}

// part opens a part by its name. What it unpacks to is bounded whatever the directory of the file says. Returns nil when there is none.
func (b *book) part(name string, limit int64) (io.ReadCloser, error) {
	for _, p := range b.zip.File {
		if p.Name == name || "/"+p.Name == name {
			in, err := p.Open()
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{bufio.NewReaderSize(&bounded{in: in, left: limit}, 64<<10), in}, nil
		}
	}
	return nil, nil
}

// smallPart bounds the parts that describe a workbook.
const smallPart = 64 << 20

// each calls fn for every element of a part, with a decoder that stands behind its start.
func (b *book) each(name string, limit int64, fn func(d *xml.Decoder, e xml.StartElement) error) error {
	in, err := b.part(name, limit)
	if err != nil || in == nil {
		return err
	}
	d := xml.NewDecoder(in)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return in.Close()
		}
		if err != nil {
			return errors.Join(err, in.Close())
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := fn(d, e); err != nil {
				return errors.Join(err, in.Close())
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// readSheets reads the list of sheets and where each lies.
func (b *book) readSheets() error {
	where := map[string]string{}
	err := b.each("xl/_rels/workbook.xml.rels", smallPart, func(_ *xml.Decoder, e xml.StartElement) error {
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		where[attr(e, "Id")] = strings.TrimPrefix(target, "/")
		return nil
	})
	if err != nil {
		return err
	}
	return b.each("xl/workbook.xml", smallPart, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			v := attr(e, "date1904")
			b.d1904 = v == "1" || v == "true"
		case "sheet":
			state := attr(e, "state")
			part, id := "", ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			if part = where[id]; part != "" && !strings.Contains(part, "chartsheets/") {
				b.sheets = append(b.sheets, Sheet{attr(e, "name"), state == "hidden" || state == "veryHidden", part})
			}
		}
		return nil
	})
}

// readStyles finds out which styles are those of dates.
func (b *book) readStyles() error {
	custom := map[string]bool{}
	inCells := false
	return b.each("xl/styles.xml", smallPart, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			custom[attr(e, "numFmtId")] = isDateFormat(attr(e, "formatCode"))
		case "cellXfs":
			inCells = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id := attr(e, "numFmtId")
				date, known := custom[id]
				b.styles = append(b.styles, known && date || !known && builtinDate[id])
			}
		}
		return nil
	})
}

// builtinDate are the numbers of the formats of dates that every workbook has, those of China among them.
var builtinDate = func() map[string]bool {
	m := map[string]bool{}
	for _, r := range [][2]int{{14, 17}, {22, 22}, {27, 31}, {36, 36}, {50, 54}, {57, 58}} {
		for i := r[0]; i <= r[1]; i++ {
			m[fmt.Sprint(i)] = true
		}
	}
	return m
}()

// isDateFormat reports whether a format shows a day: it has a year or a day outside quotation marks and brackets.
func isDateFormat(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'y' || c == 'Y' || c == 'd' || c == 'D':
			return true
		}
	}
	return false
}
