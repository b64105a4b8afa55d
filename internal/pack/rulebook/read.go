package rulebook

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/sheet"
)

// A Row (标准表的行) is a row of a city's table as it was read.
type Row struct {
	Sheet       string
	Line        int
	Kind        string // pack.Part or pack.Event
	Class       string // two digits
	Sub         string // two digits or more
	Group, Name string
	Units       []string
	Authorities []string
	Opens       string
	Closes      string
	term        limit
	stages      []limit
}

// A Remark (逐行说明) is what has to be told of a row: how it was read where the table does not say, or why it was left out.
type Remark struct {
	Sheet string
	Line  int
	Text  string
}

// String returns the remark with its place.
func (r Remark) String() string {
	at := fmt.Sprintf("第 %d 行", r.Line)
	if r.Sheet != "" {
		at = "“" + r.Sheet + "”" + at
	}
	return at + "：" + r.Text
}

// A Table (标准表) is a city's table of standards as it was read.
type Table struct {
	Rows    []Row
	Remarks []Remark
	Seen    int // rows, read or left out
}

// columns are what tables head their columns with, each part by one of several words.
var columns = []struct {
	part  string
	words []string
}{
	{"kind", []string{"类型", "部件事件", "类别"}}, {"class", []string{"大类代码", "大类编码", "大类编号"}}, {"group", []string{"大类名称", "大类"}},
	{"sub", []string{"小类代码", "小类编码", "小类编号"}}, {"name", []string{"小类名称", "小类", "名称"}},
	{"units", []string{"处置单位", "责任单位", "处置责任单位", "处置部门", "责任部门"}}, {"authorities", []string{"主管部门", "主管单位"}},
	{"opens", []string{"立案条件", "立案标准", "问题描述"}}, {"closes", []string{"结案条件", "结案标准", "处置标准"}},
	{"term", []string{"处置时限", "处理时限", "办理时限", "时限"}}, {"city", []string{"城市"}},
}

// needed are the parts without which there is no table of standards.
var needed = []string{"name", "opens", "closes", "term"}

// maxHeading is how many lines a title may take before the heading.
const maxHeading = 10

// maxRows bounds what is read: no city has more.
const maxRows = 20000

// Read reads a table: a file of rows, or every sheet of a workbook that has the columns. Returns invalid for a file that has none.
func Read(name string) (*Table, error) {
	t := &Table{}
	sheets, err := sheet.Sheets(name)
	if err != nil {
		return nil, err
	}
	names := []string{""}
	if len(sheets) > 0 {
		names = names[:0]
		for _, s := range sheets {
			names = append(names, s.Name)
		}
	}
	for _, s := range names {
		if err := t.sheet(name, s); err != nil {
			return nil, err
		}
	}
	if t.Seen == 0 {
		return nil, fault.Invalid("file", "没有找到标准表：表头须有小类名称、立案条件、结案条件、处置时限")
	}
	t.compare()
	return t, nil
}

// sheet reads one sheet, when it has a heading that is known.
func (t *Table) sheet(file, name string) error {
	for line := 1; line <= maxHeading; line++ {
		in, err := sheet.OpenWith(file, sheet.Options{Sheet: name, Heading: line})
		if fault.KindOf(err) == fault.KindInvalid && err != nil {
			return nil // no heading from here on
		}
		if err != nil {
			return err
		}
		at := heading(in.Heading)
		if missing := slices.ContainsFunc(needed, func(p string) bool { _, ok := at[p]; return !ok }); missing {
			if err := in.Close(); err != nil {
				return err
			}
			continue
		}
		err = t.rows(in, at)
		return errors.Join(err, in.Close())
	}
	return nil
}

// heading finds the columns by what they are headed with.
func heading(cells []string) map[string]int {
	at := map[string]int{}
	for _, c := range columns {
		for _, w := range c.words {
			i := slices.IndexFunc(cells, func(s string) bool { return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\n", "") == w })
			if i >= 0 {
				at[c.part] = i
				break
			}
		}
	}
	return at
}

func (t *Table) rows(in *sheet.Table, at map[string]int) error {
	city := ""
	for {
		rec, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if t.Seen++; t.Seen > maxRows {
			return fault.Invalid("file", "标准表超过 %d 行", maxRows)
		}
		if why := in.Fit(&rec); why != "" {
			t.tell(in.Sheet, rec.Line, why+"，这一行没有装入")
			continue
		}
		get := func(part string) string {
			if i, ok := at[part]; ok {
				return strings.TrimSpace(rec.Cells[i])
			}
			return ""
		}
		if c := get("city"); c != "" && city != "" && c != city {
			t.tell(in.Sheet, rec.Line, fmt.Sprintf("是另一个城市（%s）的标准，装进了同一个政策包；请分开导入", c))
		} else if c != "" {
			city = c
		}
		t.row(in.Sheet, rec.Line, get)
	}
}

func (t *Table) tell(sheet string, line int, text string) {
	t.Remarks = append(t.Remarks, Remark{sheet, line, text})
}

// row reads one row.
func (t *Table) row(sheet string, line int, get func(part string) string) {
	r := Row{Sheet: sheet, Line: line, Class: digits(get("class")), Group: strings.TrimSuffix(get("group"), "类"), Sub: digits(get("sub")),
		Name: get("name"), Opens: get("opens"), Closes: get("closes"), Units: list(get("units")), Authorities: list(get("authorities"))}
	r.Kind = kinds[get("kind")]
	for word, kind := range kinds {
		if r.Kind == "" && strings.Contains(sheet, word) {
			r.Kind = kind
		}
	}
	for _, c := range []struct{ what, is string }{{"小类名称", r.Name}, {"立案条件", r.Opens}, {"结案条件", r.Closes}} {
		if c.is == "" {
			t.tell(sheet, line, "没有写"+c.what+"，这一行没有装入")
			return
		}
	}
	var told []string
	r.term, r.stages, told = readTerm(get("term"))
	for _, text := range told {
		t.tell(sheet, line, text)
	}
	if r.term.n == 0 {
		return
	}
	if r.Kind == "" {
		r.Kind = pack.Event
		t.tell(sheet, line, "没有写是部件还是事件，读作事件")
	}
	if len(r.Units) == 0 {
		r.Units = []string{unnamed}
		t.tell(sheet, line, "没有写处置单位，记作“"+unnamed+"”")
	}
	t.Rows = append(t.Rows, r)
}

// unnamed stands for the unit that a row does not name.
const unnamed = "未写明处置单位"

// digits pads a code to two digits; "" for none.
func digits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// list splits the names in a cell, each once.
func list(s string) []string {
	var out []string
	for _, n := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；;\n\r/", r) }) {
		if n = strings.TrimSpace(n); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
