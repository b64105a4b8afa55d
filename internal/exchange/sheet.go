package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/xuri/excelize/v2"

	"linli/internal/fault"
)

// Limits on a workbook, which is packed: a small file may hold a very large sheet.
const (
	maxUnpacked = 4 << 30
	inMemory    = 64 << 20 // larger sheets are unpacked to a temporary file
)

// openSheet reads the first sheet of a workbook.
func openSheet(f *os.File) (*Table, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return nil, unreadable(err)
	}
	book, err := excelize.OpenFile(f.Name(), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: inMemory})
	if err != nil {
		return nil, unreadable(err)
	}
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, errors.Join(fault.Invalid("file", "工作簿里没有工作表"), book.Close())
	}
	in, err := book.Rows(sheets[0])
	if err != nil {
		return nil, errors.Join(unreadable(err), book.Close())
	}
	t := &Table{Hash: hex.EncodeToString(hash.Sum(nil)), rows: &sheetRows{in: in}, sheet: true}
	t.close = func() error { return errors.Join(in.Close(), book.Close()) }
	return t, nil
}

type sheetRows struct {
	in   *excelize.Rows
	line int
}

func (s *sheetRows) next() (Record, error) {
	for s.in.Next() {
		s.line++
		cells, err := s.in.Columns()
		if err != nil {
			return Record{}, unreadable(err)
		}
		if slices.ContainsFunc(cells, func(c string) bool { return c != "" }) {
			return Record{Line: s.line, Cells: cells}, nil
		}
	}
	if err := s.in.Error(); err != nil {
		return Record{}, unreadable(err)
	}
	return Record{}, io.EOF
}
