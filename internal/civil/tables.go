package civil

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"sync"
)

//go:embed tables/*.csv
var tables embed.FS

// The years whose calendar the embedded tables hold; outside them the weekday alone decides and a result is provisional.
const firstPublished, lastPublished = 2004, 2026

// Standard returns the calendar of the embedded national tables, 2004 to 2026. It is read once and shared; With derives variants.
func Standard() *Calendar { return standard() }

var standard = sync.OnceValue(func() *Calendar {
	c := &Calendar{}
	for _, name := range []string{"tables/holidays_2004_2006.csv", "tables/holidays.csv"} {
		f, err := tables.Open(name)
		if err != nil {
			panic(err)
		}
		marks, err := ReadTable(f)
		if err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		c = c.With(marks)
	}
	years := make([]int, 0, lastPublished-firstPublished+1)
	for y := firstPublished; y <= lastPublished; y++ {
		years = append(years, y)
	}
	return c.With(nil, years...)
})

// ReadTable reads a holiday table in the form of the embedded ones: a header, then date,name,off with off 1 (day off) or 0 (worked).
// An error names the line.
func ReadTable(r io.Reader) ([]Mark, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = 3
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("节假日表：%w", err)
	}
	if len(rows) == 0 || rows[0][0] != "date" || rows[0][1] != "name" || rows[0][2] != "off" {
		return nil, fmt.Errorf("节假日表：首行应为 date,name,off")
	}
	marks := make([]Mark, 0, len(rows)-1)
	for i, row := range rows[1:] {
		day, err := ParseDate(row[0])
		if err != nil {
			return nil, fmt.Errorf("节假日表第%d行：%w", i+2, err)
		}
		kind, ok := map[string]Kind{"1": Off, "0": Work}[row[2]]
		if !ok {
			return nil, fmt.Errorf("节假日表第%d行：off 应为 0 或 1，而不是 %q", i+2, row[2])
		}
		marks = append(marks, Mark{Day: day, Name: row[1], Kind: kind})
	}
	return marks, nil
}
