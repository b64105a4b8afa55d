package sheet

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func readAll(t testing.TB, text string) []Record {
	t.Helper()
	c := newCSVReader(strings.NewReader(text), ',')
	var list []Record
	for {
		r, err := c.next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][]Record{
		"":                                  {},
		"\r\n\n":                            {},
		"a,b\r\nc,d":                        {{Line: 1, Cells: []string{"a", "b"}}, {Line: 2, Cells: []string{"c", "d"}}},
		"a,\"b\r\nc\",d\r\n\r\ne\r\n":       {{Line: 1, Cells: []string{"a", "b\r\nc", "d"}}, {Line: 4, Cells: []string{"e"}}},
		"\"x\",\"p\nq\"\n\"say \"\"y\"\"\"": {{Line: 1, Cells: []string{"x", "p\nq"}}, {Line: 3, Cells: []string{`say "y"`}}},
		"5\" pipe,\"\",\n":                  {{Line: 1, Cells: []string{`5" pipe`, "", ""}}},
		"\"a\"b,c\nd,e\n":                   {{Line: 1, Raw: `"a"b,c`, Why: "引号后面还有文字"}, {Line: 2, Cells: []string{"d", "e"}}},
		"a,\"b\nc,d\ne,f\n":                 {{Line: 1, Raw: `a,"b`, Why: "引号没有成对"}, {Line: 2, Cells: []string{"c", "d"}}, {Line: 3, Cells: []string{"e", "f"}}},
	} {
		got := readAll(t, text)
		if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", text, got, want)
		}
	}
}

// An open quotation mark before many good rows costs only its own line.
func TestAnOpenQuoteDoesNotSwallowTheTable(t *testing.T) {
	var text strings.Builder
	text.WriteString("1,\"open\n")
	for range 40_000 {
		text.WriteString("2,a good row\n")
	}
	got := readAll(t, text.String())
	if len(got) != 40_001 || got[0].Cells != nil || got[40_000].Line != 40_001 {
		t.Fatalf("%d records, first %+v, last %+v", len(got), got[0], got[len(got)-1])
	}
}

// Whatever cells are written by the rules come back as they were, with the line each record begins on.
func TestWrittenCellsComeBack(t *testing.T) {
	cell := rapid.StringOfN(rapid.RuneFrom([]rune("ab,\"\n\r\t 中文０")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 4), 1, 6).Draw(t, "rows")
		var text strings.Builder
		for _, r := range rows {
			for i, c := range r {
				if i > 0 {
					text.WriteByte(',')
				}
				text.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
			}
			text.WriteString("\r\n")
		}
		c := newCSVReader(strings.NewReader(text.String()), ',')
		line := 1
		for _, want := range rows {
			got, err := c.next()
			if err != nil || !reflect.DeepEqual(got.Cells, want) || got.Line != line {
				t.Fatalf("%q: got %+v, %v; want %q on line %d", text.String(), got, err, want, line)
			}
			line += 1 + strings.Count(strings.Join(want, ""), "\n")
		}
	})
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a,b\n", "\"a\nb\",c\r\n", "\"", "a\"b,\"c\"d\n\"e\n", "\r\n\r", ",,,\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, r := range readAll(t, text) {
			if r.Line <= last || (r.Cells == nil) != (r.Why != "") {
				t.Fatalf("%q: %+v after line %d", text, r, last)
			}
			last = r.Line
		}
	})
}
