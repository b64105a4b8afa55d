package rulebook_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"linli/internal/civil"
	"linli/internal/pack"
	"linli/internal/pack/rulebook"
)

const heading = "类型,大类代码,大类名称,小类代码,小类名称,处置单位,主管部门,立案条件,结案条件,处置时限\n"

var about = rulebook.About{ID: "rb", Title: "采集立案标准", Place: "4112", From: civil.MustDate("2026-01-01")}

func read(t *testing.T, name, text string) *rulebook.Table {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := rulebook.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func made(t *testing.T, table *rulebook.Table, a rulebook.About) *pack.Pack {
	t.Helper()
	files, err := table.Files(a)
	if err != nil {
		t.Fatal(err)
	}
	p, err := rulebook.Check(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func rows(p *pack.Pack) []*pack.Standard { return p.On(civil.MustDate("2026-06-01")).Standards }

// told reports whether something is told of a line that has these words.
func told(table *rulebook.Table, line int, words string) bool {
	return slices.ContainsFunc(table.Remarks, func(r rulebook.Remark) bool { return r.Line == line && strings.Contains(r.Text, words) })
}

func TestTermsAreReadAndToldOf(t *testing.T) {
	table := read(t, "t.csv", heading+
		"部件,1,公用设施,1,上水井盖,供水中心、产权单位,城管局,缺失,恢复,2紧急工作时\n"+
		"部件,01,公用设施,01,上水井盖,供水中心,城管局,破损,更换,4小时\n"+
		"部件,01,公用设施,01,上水井盖,供水中心,城管局,弹跳,更换,２天\n"+
		"事件,01,市容环境,03,渣土,环卫处,,散落,清理,3紧急工作日\n"+
		"事件,01,市容环境,02,抛撒,环卫处,,抛撒,制止,1紧急工作时制止\n"+
		"事件,01,市容环境,01,搭建,执法队,,私自搭建,拆除,停工4个工作时;处罚7个工作日;拆除20个工作日\n"+
		"事件,01,市容环境,05,噪声,执法队,,噪声,制止,尽快\n"+
		"事件,01,市容环境,06,烟尘,执法队,,冒烟,制止,\n"+
		"事件,01,市容环境,07,积水,,,积水,排走,5工作时\n"+
		"事件,01,市容环境,07,积水,市政处,,积 水，,排走,6工作时\n"+
		"事件,01,市容环境,07,内涝,市政处,,漫到路沿,排走,6工作时\n")
	for line, words := range map[int]string{6: "“制止”没有读作时限", 7: "以最长的 20个工作日", 8: "不认识时限“尽快”", 9: "没有写处置时限", 10: "没有写处置单位", 11: "请核对", 12: "两类重叠"} {
		if !told(table, line, words) {
			t.Errorf("line %d: not told %q; told: %v", line, words, table.Remarks)
		}
	}
	p := made(t, table, about)
	got := map[string]string{}
	for _, s := range rows(p) {
		got[s.ID] = s.Term.String()
		if s.Urgent {
			got[s.ID] += "!"
		}
	}
	for id, want := range map[string]string{"part-01-01-1": "2h!", "part-01-01-2": "4wh", "part-01-01-3": "2wd", "event-01-03-1": "72h!",
		"event-01-02-1": "1h!", "event-01-01-1": "20wd", "event-01-07-1": "5wh", "event-01-07-2": "6wh"} {
		if got[id] != want {
			t.Errorf("%s: term %q, want %q", id, got[id], want)
		}
	}
	s := p.On(about.From).Standard("event-01-01-1")
	if len(s.Stages) != 3 || s.Stages[0].Name != "停工" || s.Stages[0].Term != civil.MustTerm("4wh") || s.Stages[2].Term != s.Term {
		t.Errorf("stages %+v", s.Stages)
	}
	if u := p.On(about.From).Standard("part-01-01-1"); !slices.Equal(u.Units, []string{"供水中心", "产权单位"}) || u.Authorities[0] != "城管局" {
		t.Errorf("units %v of %v", u.Units, u.Authorities)
	}
	if q := p.Param("day-means"); q == nil || !q.Default() || p.Param("hour-means") == nil {
		t.Error("what the table leaves open is no parameter with a default")
	}
	if len(p.Clauses) != len(rows(p)) {
		t.Errorf("%d clauses for %d rows", len(p.Clauses), len(rows(p)))
	}
}

// A new edition keeps the ids of the rows it keeps, and says what changed.
func TestANewEditionKeepsIds(t *testing.T) {
	first := made(t, read(t, "t.csv", heading+
		"事件,01,市容环境,02,垃圾,环卫处,,成堆,清理,4工作时\n"+
		"事件,01,市容环境,02,垃圾,环卫处,,散落,清理,1工作日\n"+
		"事件,01,市容环境,02,垃圾,环卫处,,焚烧,扑灭,1紧急工作时\n"), about)
	later := about
	later.Earlier, later.From = first, civil.MustDate("2026-05-01")
	second := made(t, read(t, "t.csv", heading+
		"事件,01,市容环境,02,垃圾,环卫处,,满溢,清理,2工作时\n"+
		"事件,01,市容环境,02,垃圾,环卫处,,散落,清理,1工作日\n"+
		"事件,01,市容环境,02,垃圾,环卫处,,焚烧,扑灭,2紧急工作时\n"), later)
	var changes []string
	for _, c := range pack.Diff(first, second) {
		if strings.HasPrefix(c.ID, "standard/") {
			changes = append(changes, c.Kind+" "+strings.TrimPrefix(c.ID, "standard/"))
		}
	}
	if want := "removed event-01-02-1 changed event-01-02-3 added event-01-02-4"; strings.Join(changes, " ") != want {
		t.Errorf("changes %v, want %s", changes, want)
	}
	if first.Version == second.Version {
		t.Error("two editions of one version")
	}
}

// Another city's headings: no numbers, other words for terms.
func TestAnotherCitysTable(t *testing.T) {
	table := read(t, "o.csv", "城市,类型,大类名称,小类代码,小类名称,责任单位,立案条件,处置时限,结案条件\n"+
		"甲市,事件,市容环境类,01,搭建,规划局,私搭,15工作日,拆除\n"+
		"甲市,事件,别的类,,怪事,规划局,奇怪,5工作时,没有了\n"+
		"乙市,事件,市容环境,02,垃圾,环卫处,成堆,4个工作时,清理\n")
	if !told(table, 4, "另一个城市（乙市）") || !told(table, 3, "没有编码") {
		t.Errorf("told %v", table.Remarks)
	}
	var ids []string
	for _, s := range rows(made(t, table, about)) {
		ids = append(ids, s.ID)
	}
	if want := "event-01-01-1 event-07-01-1 event-01-02-1"; strings.Join(ids, " ") != want {
		t.Errorf("rows %v, want %s", ids, want)
	}
}

// A workbook has a title above its heading, merged cells, and a sheet for parts and one for events.
func TestAWorkbookWithMergedCells(t *testing.T) {
	f := excelize.NewFile()
	file := filepath.Join(t.TempDir(), "t.xlsx")
	put := func(sheet string, rows [][]any) {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			at, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := f.SetSheetRow(sheet, at, &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	head := []any{"大类代码", "大类名称", "小类代码", "小类名称", "处置单位", "立案条件", "结案条件", "处置时限"}
	put("部件", [][]any{{"某市标准"}, head, {"01", "公用设施", "01", "井盖", "供水中心", "缺失", "恢复", "2紧急工作时"}, {"", "", "", "", "", "破损", "更换", "1工作日"}})
	put("事件", [][]any{head, {"01", "市容环境", "02", "垃圾", "环卫处", "成堆", "清理", "4工作时"}})
	for _, c := range []string{"A", "B", "C", "D", "E"} {
		if err := f.MergeCell("部件", c+"3", c+"4"); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveAs(file); err != nil {
		t.Fatal(err)
	}
	table, err := rulebook.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range rows(made(t, table, about)) {
		ids = append(ids, s.ID+" "+s.Name)
	}
	slices.Sort(ids)
	if want := "event-01-02-1 垃圾,part-01-01-1 井盖,part-01-01-2 井盖"; strings.Join(ids, ",") != want {
		t.Errorf("rows %v, want %s; told %v", ids, want, table.Remarks)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "甲,乙\n1,2\n", "b.csv": ""} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := rulebook.Read(file); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	table := read(t, "t.csv", heading+"事件,01,市容环境,02,垃圾,环卫处,,成堆,清理,4工作时\n")
	for _, a := range []rulebook.About{{}, {ID: "a#b", Title: "x", Place: "1", From: about.From}, {ID: "x", Title: "x", Place: "1"}} {
		if _, err := table.Files(a); err == nil {
			t.Errorf("%+v was taken", a)
		}
	}
}

// The real table of a city, where it is at hand, is read whole.
func TestARealCity(t *testing.T) {
	dir := os.Getenv("LINLI_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	file := filepath.Join(dir, "urban-case-standards", "yuncheng.csv")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no %s: set LINLI_DATA to the folder of the shared data to run this", file)
	}
	table, err := rulebook.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	p := made(t, table, rulebook.About{ID: "yc", Title: "运城", Place: "1408", From: about.From})
	t.Logf("%d rows seen, %d taken, %d remarks: %v", table.Seen, len(table.Rows), len(table.Remarks), table.Remarks)
	list := rows(p)
	if table.Seen != 519 || len(list) < 500 || len(list) != len(table.Rows) {
		t.Errorf("%d rows seen, %d standards", table.Seen, len(list))
	}
	if !slices.ContainsFunc(table.Remarks, func(r rulebook.Remark) bool { return strings.Contains(r.Text, "1紧急工作时制止") }) {
		t.Error("the term with words behind it is not told of")
	}
	if s := p.On(about.From).Standard("part-01-01-1"); s == nil || s.Term != civil.MustTerm("2h") || !s.Urgent {
		t.Errorf("first row %+v", s)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(heading + "事件,01,市容环境,02,垃圾,环卫处,,成堆,清理,4工作时\n")
	f.Add(heading + "部件,,,,x,,,\"a\nb\",c,停工4个工作时;处罚7个工作日\n")
	f.Add(heading + "事件,9,类,1,\"\"\"\",环卫处,,#: {,\\,99999999999天\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := rulebook.Read(file)
		if err != nil || len(table.Rows) == 0 {
			return
		}
		files, err := table.Files(about)
		if err != nil {
			t.Fatalf("rows that were read make no pack: %v", err)
		}
		if _, err := rulebook.Check(files); err != nil {
			t.Fatalf("a table that was read makes a pack that does not hold: %v", err)
		}
	})
}
