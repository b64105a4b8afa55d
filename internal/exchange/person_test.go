package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/exchange"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

func eachRegister(t *testing.T, test func(t *testing.T, w *town.Town)) {
	t.Helper()
	town.Each(t, test, duplicate.Migrations, exchange.Migrations)
}

func sqliteRegister(t testing.TB) *town.Town {
	return town.SQLite(t, duplicate.Migrations, exchange.Migrations)
}

// clerk registers in the county in the east.
var clerk = staff.Actor{Account: 99, Login: "clerk", Grants: []staff.Grant{{Role: staff.Desk, Place: town.City + "/" + town.East + "/"}}}

func persons(w *town.Town) *exchange.PersonImport {
	return &exchange.PersonImport{DB: w.DB, People: w.People, Words: lexicon.Standard(), By: clerk, Map: exchange.PersonMap{Place: town.Willow}}
}

func bring(t *testing.T, im *exchange.PersonImport, file string) exchange.PersonSummary {
	t.Helper()
	s, err := im.Run(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	if s.Read != s.Added+s.Changed+s.Present+s.Conflicts+s.Likely+s.Rejected {
		t.Errorf("the parts of %+v do not make the whole", s)
	}
	return s
}

// numberOf makes an invented ID number, which begins with 99.
func numberOf(born string, n int) string {
	s := "990000" + strings.ReplaceAll(born, "-", "") + strconv.Itoa(1000 + n)[1:]
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// roll is a table of persons with everything that goes wrong in one.
func roll() string {
	ok := numberOf("1961-03-08", 2)
	rows := []string{
		"姓名,性别,出生年月日,公民身份号码,手机号,现住址,社区,文化程度,备注",
		"赵小满,女,1961/3/8," + ok + ",13900000001,和平路18号院3号楼2单元501,柳荫社区,高中或中专,",
		"钱一,男,19900101,,13900000002,和平路1号,411291001001,本科,",
		"孙二,男,," + ok[:17] + "?,,,,,坏号码",
		"李三,女,1961-03-09," + numberOf("1961-03-08", 4) + ",,,,,出生日期不符",
		"周四,男,1961-03-08," + numberOf("1961-03-08", 6) + ",,,,,性别不符",
		"吴五,男,1890-01-01,,,,,,一百三十多岁",
		"郑六,男,2090-01-01,,,,,,今后出生",
		",男,1990-01-01,,,,,,没有姓名",
		"王七,男,1990-01-01,,,,没有的社区,,",
		"冯八,男,1990-01-01,,,,411292001001,,别的县",
		"陈九,男,1990-01-01,4.11202E+17,,,,,科学计数",
		"褚十,男,1990-01-01,,,,,硕士博士,没有这种学历",
		"少一列,男,1990-01-01,,,",
		"赵小满,女,1961-03-08," + ok + ",13900000001,和平路18号院3号楼2单元501,柳荫社区,高中或中专,同一行又来",
		"趙小滿,女,1961-03-08,,,和平路十八号院3栋2单元501室,411291001001,,没有号码的同一人",
		"蒋甲,女,1961-03-08," + ok + ",,,,,号码是别人的",
		"双一,男,2015-05-05,,13900000005,和平路7号,,,双胞胎",
		"双二,女,2015-05-05,,13900000005,和平路7号,,,双胞胎",
	}
	return strings.Join(rows, "\r\n") + "\r\n"
}

func verdicts(t *testing.T, w *town.Town, s exchange.PersonSummary, trial bool) map[int]string {
	t.Helper()
	out := map[int]string{}
	w.Read(t, func(tx *db.Tx) error {
		list, err := exchange.Verdicts(tx, s.Run, trial, "", 0, 1000)
		for _, v := range list {
			out[v.Line] = v.Verdict + "/" + v.Field
			if strings.Contains(strings.Join(v.Cells, ","), "990000") || strings.Contains(v.Reason, "赵小满") {
				t.Errorf("line %d keeps what it should not: %q %q", v.Line, v.Cells, v.Reason)
			}
		}
		return err
	})
	return out
}

var wantRoll = map[int]string{4: "rejected/id_number", 5: "rejected/born", 6: "rejected/sex", 7: "rejected/born", 8: "rejected/born", 9: "rejected/name", 10: "rejected/place",
	11: "rejected/place", 12: "rejected/id_number", 13: "rejected/education", 14: "rejected/", 16: "likely/", 17: "conflict/name"}

func TestRoll(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		file := written(t, "roll.csv", []byte(roll()))
		trial := persons(w)
		trial.Trial = true
		tried := bring(t, trial, file)
		w.Read(t, func(tx *db.Tx) error {
			found, err := w.People.Find(tx, register.Phone, "13900000002")
			if err != nil || len(found) != 0 {
				t.Errorf("a trial left %v, %v", found, err)
			}
			return err
		})
		s := bring(t, persons(w), file)
		if s.Added != 4 || s.Present != 1 || s.Likely != 1 || s.Conflicts != 1 || s.Rejected != 11 {
			t.Errorf("%+v", s)
		}
		if tried.Run != s.Run || tried.Added != s.Added || tried.Rejected != s.Rejected || tried.Likely != s.Likely || tried.Conflicts != s.Conflicts || tried.Present != s.Present {
			t.Errorf("the trial foretold %+v, it became %+v", tried, s)
		}
		if got := verdicts(t, w, s, false); !reflect.DeepEqual(got, wantRoll) {
			t.Errorf("verdicts %v", got)
		}
		if got := verdicts(t, w, tried, true); got[2] != "new/" || got[16] != "likely/" || got[4] != "rejected/id_number" {
			t.Errorf("a trial says %v", got)
		}
		w.Read(t, func(tx *db.Tx) error {
			found, err := w.People.Find(tx, register.Phone, "13900000001")
			if err != nil || len(found) != 1 {
				t.Fatalf("found %v, %v", found, err)
			}
			f, ok, err := fact.One(tx, fact.Person(found[0].ID), "education", fact.AsOf{})
			if err != nil || !ok || f.Value != "senior" || f.Source.Kind != fact.ByImport || f.Source.Name != "roll.csv" {
				t.Errorf("education is %+v, %v", f, err)
			}
			queue, err := duplicate.Queue(tx, clerk, 0, 10)
			if err != nil || len(queue) != 1 || queue[0].Older != found[0].ID {
				t.Errorf("queue %v, %v", queue, err)
			}
			return nil
		})
		again := bring(t, persons(w), file)
		if again.Added+again.Likely+again.Changed != 0 || again.Present != 6 || again.Conflicts != 1 {
			t.Errorf("the second time: %+v", again)
		}
	})
}

func TestRejectsAreMendedAndImportedAgain(t *testing.T) {
	w := sqliteRegister(t)
	file := written(t, "roll.csv", []byte(roll()))
	im := persons(w)
	s := bring(t, im, file)
	name, err := exchange.RejectsBeside(context.Background(), w.DB, file, im.Map, s.Run)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("\r\n")); n != 1+12 {
		t.Errorf("%d lines of rejects:\n%s", n, b)
	}
	mended := strings.ReplaceAll(string(b), "吴五,男,1890-01-01", "吴五,男,1980-01-01")
	again := bring(t, persons(w), written(t, "mended.csv", []byte(mended)))
	if again.Added != 1 || again.Rejected != 10 || again.Conflicts != 1 {
		t.Errorf("mended: %+v", again)
	}
}

// many makes a table of so many persons, each with a number of his own.
func many(n int) []byte {
	var b strings.Builder
	b.WriteString("姓名,身份证号,居住地址\n")
	for i := range n {
		born := fmt.Sprintf("%d-%02d-%02d", 1940+i%70, 1+i/70%12, 1+i/840%28)
		fmt.Fprintf(&b, "赵%c%c,%s,和平路%d号\n", '一'+rune(i%97), '丁'+rune(i%89), numberOf(born, i%500*2), i)
	}
	return []byte(b.String())
}

func TestStoppedAndResumed(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		file := written(t, "many.csv", many(1700))
		im := persons(w)
		killed := errors.New("killed")
		im.Progress = func(s exchange.PersonSummary) error {
			if s.Read >= 1000 {
				return killed
			}
			return nil
		}
		if _, err := im.Run(context.Background(), file); !errors.Is(err, killed) {
			t.Fatal(err)
		}
		s := bring(t, persons(w), file)
		if s.Resumed != 1000 || s.Read != 1700 || s.Added+s.Likely+s.Present+s.Conflicts+s.Changed != 1700 || !s.Ended {
			t.Errorf("%+v", s)
		}
		var people int
		w.Read(t, func(tx *db.Tx) error {
			return tx.QueryRow("select count(*) from person where source like 'table:%'").Scan(&people)
		})
		if people != s.Added+s.Likely {
			t.Errorf("%d persons have a name, %+v", people, s)
		}
	})
}

func TestAnotherSourceDisagrees(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		id := numberOf("1961-03-08", 2)
		table := func(name, school, job string) exchange.PersonSummary {
			return bring(t, persons(w), written(t, name, []byte("姓名,身份证号,文化程度,职业\n赵小满,"+id+","+school+","+job+"\n")))
		}
		table("a.csv", "初中", "")
		if s := table("b.csv", "初中", "瓦工"); s.Changed != 1 {
			t.Errorf("something more: %+v", s)
		}
		if s := table("c.csv", "本科", "瓦工"); s.Conflicts != 1 {
			t.Errorf("something else: %+v", s)
		}
		w.Read(t, func(tx *db.Tx) error {
			found, err := w.People.Find(tx, register.IDNumber, id)
			if err != nil {
				return err
			}
			f, _, err := fact.One(tx, fact.Person(found[0].ID), "education", fact.AsOf{})
			if f.Value != "junior" {
				t.Errorf("what was confirmed became %q", f.Value)
			}
			return err
		})
	})
}

// TestTableIsTheFirstTelling shows that what the row of a newcomer repeats is confirmed by the table, as the rest is.
func TestTableIsTheFirstTelling(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		id := numberOf("1961-03-08", 2)
		table := func(name, sex, address string) exchange.PersonSummary {
			return bring(t, persons(w), written(t, name, []byte("姓名,身份证号,性别,居住地址\n赵小满,"+id+","+sex+","+address+"\n")))
		}
		table("a.csv", "女", "和平路1号")
		w.Read(t, func(tx *db.Tx) error {
			found, err := w.People.Find(tx, register.IDNumber, id)
			if err != nil || len(found) != 1 {
				return fmt.Errorf("found %v, %w", found, err)
			}
			facts, err := register.Facts(tx, fact.Person(found[0].ID), fact.AsOf{})
			for _, f := range facts {
				if f.Source != (fact.Source{Kind: fact.ByImport, Name: "a.csv"}) || f.Certainty != fact.Confirmed {
					t.Errorf("first told: %+v", f)
				}
			}
			if len(facts) != 5 {
				t.Errorf("facts %+v", facts)
			}
			return err
		})
		if s := table("b.csv", "女", "和平路1号"); s.Present != 1 {
			t.Errorf("the same of another table: %+v", s)
		}
		if s := table("c.csv", "女", "和平路2号"); s.Conflicts != 1 {
			t.Errorf("another address of another table: %+v", s)
		}
		if s := table("a.csv", "女", "和平路3号"); s.Changed != 1 {
			t.Errorf("another address of the same table: %+v", s)
		}
		w.Read(t, func(tx *db.Tx) error {
			found, err := w.People.Find(tx, register.IDNumber, id)
			if err != nil || found[0].Address != "和平路3号" {
				t.Errorf("the row says %+v, %v", found, err)
			}
			list, err := fact.History(tx, fact.Person(found[0].ID), "address")
			if err != nil || len(list) != 2 {
				t.Errorf("history %+v, %v", list, err)
			}
			return err
		})
	})
}

// TestCopiesOfRowsWithoutKeys brings rows that say so little that nobody could be compared.
func TestCopiesOfRowsWithoutKeys(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		file := written(t, "names.csv", []byte("姓名,居住地址\n赵小满,和平路1号\n赵小满,和平路1号\n钱一,\n"))
		if s := bring(t, persons(w), file); s.Added != 2 || s.Present != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWorkbookOfPersons(t *testing.T) {
	w := sqliteRegister(t)
	f := excelize.NewFile()
	for i, row := range [][]any{
		{"某社区人员表"}, {"姓名", "身份证号", "出生日期", "户号"},
		{"赵小满", 990000196103080012.0, nil, nil}, {"钱一", numberOf("1961-03-08", 4), 22348, nil}, {"孙二", nil, 22348, nil},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "A5", `"孙"&"二"`); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("Sheet1", "A5", "孙二"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(f.Write(&b), f.Close()); err != nil {
		t.Fatal(err)
	}
	im := persons(w)
	im.Map.Heading = 2
	s := bring(t, im, written(t, "book.xlsx", b.Bytes()))
	if s.Added != 2 || s.Rejected != 1 {
		t.Errorf("%+v", s)
	}
	w.Read(t, func(tx *db.Tx) error {
		list, err := exchange.Verdicts(tx, s.Run, false, exchange.VerdictRejected, 0, 10)
		if err != nil || len(list) != 1 || list[0].Line != 3 || !strings.Contains(list[0].Reason, "找不回来") {
			t.Errorf("%v, %v", list, err)
		}
		return nil
	})
}

func TestEncodings(t *testing.T) {
	text, err := simplifiedchinese.GB18030.NewEncoder().String(roll())
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"gb.csv": text, "bom.csv": "\ufeff" + roll(), "tab.txt": strings.ReplaceAll(roll(), ",", "\t")} {
		if s := bring(t, persons(sqliteRegister(t)), written(t, name, []byte(body))); s.Added != 4 || s.Rejected != 11 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestMapsThatDoNotFit(t *testing.T) {
	w := sqliteRegister(t)
	file := written(t, "a.csv", []byte("姓名,甲,甲\n赵一,1,2\n"))
	for _, m := range []exchange.PersonMap{
		{Columns: map[string]string{"name": "名"}}, {Columns: map[string]string{"phone": "姓名"}}, {Columns: map[string]string{"name": "姓名", "phone": "甲"}},
		{Columns: map[string]string{"name": "姓名", "shoe": "甲"}}, {Sheet: "没有"},
	} {
		im := persons(w)
		im.Map = m
		_, err := im.Run(context.Background(), file)
		if m.Sheet == "" && fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if _, err := exchange.ReadPersonMap("m.yaml", []byte("source: 甲\ncolumns:\n  shoe: 甲\n"), lexicon.Standard()); err == nil || !strings.Contains(err.Error(), "shoe") {
		t.Errorf("a map with a field nobody knows: %v", err)
	}
}
