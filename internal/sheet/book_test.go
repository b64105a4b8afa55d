package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"linli/internal/sheet"
)

// rowsOf reads a table to its end.
func rowsOf(t testing.TB, name string, o sheet.Options) (*sheet.Table, []sheet.Record) {
	t.Helper()
	table, err := sheet.OpenWith(name, o)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	var list []sheet.Record
	for {
		rec, err := table.Next()
		if errors.Is(err, io.EOF) {
			return table, list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec)
	}
}

func saved(t testing.TB, f *excelize.File, name string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := errors.Join(f.SaveAs(name), f.Close()); err != nil {
		t.Fatal(err)
	}
	return name
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCellsOfABook(t *testing.T) {
	f := excelize.NewFile()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	custom := `yyyy"年"m"月"d"日"`
	words, err := f.NewStyle(&excelize.Style{CustomNumFmt: &custom})
	must(t, err)
	money := `"day" #,##0.00`
	yuan, err := f.NewStyle(&excelize.Style{CustomNumFmt: &money})
	must(t, err)
	for i, row := range [][]any{
		{"姓名", "证号", "日期", "金额", "算出", "备注"},
		{"赵一", 411202196103081234.0, 22348, 12.5, nil, "甲"},
		{"钱二", "99000019610308123X", 22348, -3, nil, true},
		{"孙三", 13900000001, "1961-03-08", 0.1, nil, nil},
	} {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	must(t, f.SetCellStyle("Sheet1", "C2", "C2", day))
	must(t, f.SetCellStyle("Sheet1", "C3", "C3", words))
	must(t, f.SetCellStyle("Sheet1", "D2", "D2", yuan))
	must(t, f.SetCellFormula("Sheet1", "E2", "1+1"))
	must(t, f.MergeCell("Sheet1", "F3", "F4"))
	table, got := rowsOf(t, saved(t, f, "a.xlsx"), sheet.Options{})
	want := [][]string{
		{"赵一", "411202196103081216", "1961-03-08", "12.5", "", "甲"},
		{"钱二", "99000019610308123X", "1961-03-08", "-3", "", "是"},
		{"孙三", "13900000001", "1961-03-08", "0.1", "", "是"},
	}
	if table.Line != 1 || len(got) != 3 {
		t.Fatalf("heading in line %d, %d rows", table.Line, len(got))
	}
	for i := range want {
		if why := table.Fit(&got[i]); why != "" || !reflect.DeepEqual(got[i].Cells, want[i]) {
			t.Errorf("row %d: %q (%s), want %q", i, got[i].Cells, why, want[i])
		}
	}
	if got[0].Marks[1] != sheet.Lost || got[0].Marks[4]&sheet.Formula == 0 || got[2].Marks[5] != sheet.Merged || got[1].Marks != nil {
		t.Errorf("marks %v", []any{got[0].Marks, got[1].Marks, got[2].Marks})
	}
	if d, ok := table.Day("22348"); !ok || d != "1961-03-08" {
		t.Errorf("a plain number as a day: %q, %v", d, ok)
	}
}

func TestHeadingBelowATitle(t *testing.T) {
	f := excelize.NewFile()
	must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"某街道人员登记表"}))
	must(t, f.MergeCell("Sheet1", "A1", "C1"))
	must(t, f.SetSheetRow("Sheet1", "A3", &[]any{"姓名", "户号", "电话"}))
	must(t, f.SetSheetRow("Sheet1", "A4", &[]any{"赵一", "7", "1"}))
	must(t, f.SetSheetRow("Sheet1", "A5", &[]any{"赵二", nil, "2"}))
	must(t, f.MergeCell("Sheet1", "B4", "B5"))
	table, got := rowsOf(t, saved(t, f, "a.xlsx"), sheet.Options{Heading: 3})
	if !slices.Equal(table.Heading, []string{"姓名", "户号", "电话"}) || len(got) != 2 || !slices.Equal(got[1].Cells, []string{"赵二", "7", "2"}) || got[1].Line != 5 {
		t.Errorf("heading %q, rows %v", table.Heading, got)
	}
}

func TestManySheets(t *testing.T) {
	f := excelize.NewFile()
	for i := range 99 {
		_, err := f.NewSheet(fmt.Sprintf("表%d", i))
		must(t, err)
	}
	must(t, f.SetSheetVisible("表3", false))
	must(t, f.SetSheetRow("表42", "A1", &[]any{"姓名"}))
	must(t, f.SetSheetRow("表42", "A2", &[]any{"赵一"}))
	name := saved(t, f, "a.xlsx")
	list, err := sheet.Sheets(name)
	if err != nil || len(list) != 100 || !list[4].Hidden || list[5].Hidden || list[43].Name != "表42" {
		t.Fatalf("%d sheets, %v", len(list), err)
	}
	if _, got := rowsOf(t, name, sheet.Options{Sheet: "表42"}); len(got) != 1 || got[0].Cells[0] != "赵一" {
		t.Errorf("rows %v", got)
	}
	for _, o := range []sheet.Options{{Sheet: "没有"}, {}} { // none of that name; the first is empty
		if _, err := sheet.OpenWith(name, o); err == nil {
			t.Errorf("opened %+v", o)
		}
	}
}

// raw makes a workbook from the text of its parts.
func raw(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
	}
	must(t, z.Close())
	name := filepath.Join(t.TempDir(), "raw.xlsx")
	must(t, os.WriteFile(name, b.Bytes(), 0o600))
	return name
}

// least are the parts of a workbook as other programs write it: with prefixes, absolute targets, cells without a place.
func least(rows string) map[string]string {
	return map[string]string{
		"xl/workbook.xml": `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships">` +
			`<x:workbookPr date1904="1"/><x:sheets><x:sheet name="一" sheetId="1" r:id="rId7"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId7" Target="/xl/worksheets/one.xml"/></Relationships>`,
		"xl/worksheets/one.xml":      `<x:worksheet xmlns:x="a"><x:sheetData>` + rows + `</x:sheetData></x:worksheet>`,
		"xl/sharedStrings.xml":       `<x:sst xmlns:x="a"><x:si><x:r><x:t>赵</x:t></x:r><x:r><x:t>一</x:t></x:r><x:rPh><x:t>zhao</x:t></x:rPh></x:si></x:sst>`,
	}
}

func TestBooksOfOtherPrograms(t *testing.T) {
	name := raw(t, least(`<x:row><x:c t="inlineStr"><x:is><x:t>姓名</x:t></x:is></x:c><x:c t="str"><x:v>日期</x:v></x:c></x:row>`+
		`<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c><x:v>22348</x:v></x:c></x:row><x:row><x:c t="s"><x:v>9</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c><x:c><x:v>1</x:v></x:c></x:row>`))
	table, got := rowsOf(t, name, sheet.Options{})
	if len(got) != 2 || !slices.Equal(got[0].Cells, []string{"赵一", "22348"}) {
		t.Fatalf("rows %v", got)
	}
	if got[1].Marks[0] != sheet.Broken || got[1].Marks[1] != sheet.Broken {
		t.Errorf("a text that is not there and a computed error: marks %v", got[1].Marks)
	}
	if d, _ := table.Day("22348"); d != "1965-03-09" {
		t.Errorf("a day counted from 1904: %s", d)
	}
}

func TestBadFiles(t *testing.T) {
	bomb := least("")
	bomb["xl/worksheets/one.xml"] = strings.Repeat(" ", 257<<20)
	macros := least(`<x:row><x:c t="s"><x:v>0</x:v></x:c></x:row>`)
	macros["xl/vbaProject.bin"] = "code"
	table, err := sheet.Open(raw(t, macros))
	must(t, err)
	if len(table.Notes) != 1 || !strings.Contains(table.Notes[0], "宏") {
		t.Errorf("notes %q", table.Notes)
	}
	must(t, table.Close())
	old := filepath.Join(t.TempDir(), "old.xls")
	must(t, os.WriteFile(old, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0o600))
	many := least("")
	for i := range 5_001 {
		many[fmt.Sprintf("xl/media/%d", i)] = ""
	}
	for name, want := range map[string]string{
		raw(t, bomb): "过大", raw(t, many): "过大", old: "旧格式", raw(t, map[string]string{"a.txt": "x"}): "没有工作表",
		raw(t, least(`<x:row><x:c t="s"><x:v>0`)): "读不出来", raw(t, least("")): "空的",
	} {
		table, err := sheet.Open(name)
		if err == nil {
			_, err = table.Next()
			table.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// TestPartsAreBounded: a part that describes the workbook may not be as large as the whole.
func TestPartsAreBounded(t *testing.T) {
	parts := least("")
	parts["xl/styles.xml"] = strings.Repeat(" ", 65<<20)
	if _, err := sheet.Open(raw(t, parts)); err == nil || !strings.Contains(err.Error(), "过大") {
		t.Errorf("65 MB of styles: %v", err)
	}
}

func FuzzBook(f *testing.F) {
	f.Add(`<x:row r="3"><x:c r="ZZ3" t="s"><x:v>0</x:v></x:c></x:row>`)
	f.Add(`<x:row><x:c r="XFD1"><x:v>1e999</x:v></x:c></x:row></x:sheetData><mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="B9:A1"/>`)
	f.Fuzz(func(t *testing.T, rows string) {
		table, err := sheet.Open(raw(t, least(rows)))
		if err != nil {
			return
		}
		defer table.Close()
		for range 1000 {
			rec, err := table.Next()
			if err != nil {
				return
			}
			table.Fit(&rec)
		}
	})
}

func BenchmarkBook(b *testing.B) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	must(b, err)
	const n = 5_000
	for i := range n {
		must(b, w.SetRow(fmt.Sprintf("A%d", i+1), []any{"赵小满", "99000019610308123X", 22348, "女", "崤山路18号院3号楼2单元501", "13900000001", i, "411202001001"}))
	}
	must(b, w.Flush())
	name := saved(b, f, "a.xlsx")
	for b.Loop() {
		rowsOf(b, name, sheet.Options{})
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
