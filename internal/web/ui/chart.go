package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// A Chart is figures as a picture, with the same figures as a table behind it and a file to take away.
// Pages with one set Page.Charts. Without scripts the drawing made on the server stays.
type Chart struct {
	ID     string
	Title  string
	Unit   string   // "件", "%"
	Names  []string // categories along the axis
	Series []Series // at most six; each has the length of Names
	Lines  bool     // lines over time instead of bars
	Stack  bool     // bars on each other
	Flat   bool     // bars lie, for long names
	CSV    string   // address of the file with these figures; "" none
	Hrefs  []string // where each category leads; nil nowhere
}

// A Series is one row of figures. NaN stands for "no figure", which is not zero.
type Series struct {
	Name   string
	Values []float64
	Mark   Mark // colours the series as the mark; "" takes the next of the palette
}

// chartData is what chart.js reads from the element.
type chartData struct {
	Names  []string      `json:"names"`
	Series []chartSeries `json:"series"`
	Unit   string        `json:"unit"`
	Lines  bool          `json:"lines"`
	Stack  bool          `json:"stack"`
	Flat   bool          `json:"flat"`
	Hrefs  []string      `json:"hrefs,omitempty"`
	None   string        `json:"none"`
}

type chartSeries struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"`
	Mark   Mark       `json:"mark,omitempty"`
}

func (c Chart) data(ctx context.Context) string {
	d := chartData{Names: c.Names, Unit: c.Unit, Lines: c.Lines, Stack: c.Stack, Flat: c.Flat, Hrefs: c.Hrefs, None: T(ctx, "无数据")}
	for _, s := range c.Series {
		values := make([]*float64, len(s.Values))
		for i, v := range s.Values {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				values[i] = &v
			}
		}
		d.Series = append(d.Series, chartSeries{s.Name, values, s.Mark})
	}
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // plain strings and finite numbers always marshal
	}
	return string(b)
}

// table is the table behind the picture.
func (c Chart) table(ctx context.Context) Table {
	t := Table{Caption: c.Title, Cols: []Col{{Name: T(ctx, "项目"), Main: true}}}
	for _, s := range c.Series {
		t.Cols = append(t.Cols, Col{Name: s.Name, Num: true})
	}
	for i, name := range c.Names {
		row := TableRow{Cells: []Cell{{Text: name}}}
		if i < len(c.Hrefs) {
			row.Cells[0].Href = c.Hrefs[i]
		}
		for _, s := range c.Series {
			row.Cells = append(row.Cells, Cell{Text: figure(s.Values[i])})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func figure(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return Count(int64(v))
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// A bar of the drawing made on the server, in units of its view box.
type bar struct {
	Y, W   string
	Name   string
	Figure string
}

// sketch is the server's drawing: lying bars of each category's sum, which need no room for slanted names.
func (c Chart) sketch() (bars []bar, height string) {
	sums := make([]float64, len(c.Names))
	most := 0.0
	for i := range c.Names {
		for _, s := range c.Series {
			if v := s.Values[i]; !math.IsNaN(v) {
				sums[i] += v
			}
		}
		most = max(most, sums[i])
	}
	for i, name := range c.Names {
		width := 0.0
		if most > 0 {
			width = max(0, sums[i]) / most * 300
		}
		bars = append(bars, bar{strconv.Itoa(i * 28), fmt.Sprintf("%.1f", width), name, figure(sums[i])})
	}
	return bars, strconv.Itoa(max(28, len(c.Names)*28))
}

// A Map is areas coloured by a figure. Pages with one set Page.Maps. The address answers GeoJSON whose
// features have the properties "name", "figure" (text), "tone" (0 to 5) and, to be followed, "href".
// The table beside it says the same; Areas are drawn on the server for browsers that cannot draw the map.
type Map struct {
	ID     string
	Title  string
	GeoURL string
	Legend []string // what tones 0.. mean, at most six
	Areas  []Area
	Table  Table
}

// An Area is one polygon of the server's drawing: rings of longitude and latitude.
type Area struct {
	Name  string
	Href  string
	Tone  int
	Rings [][][2]float64
}
