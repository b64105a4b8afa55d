package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/test/town"
)

func each(t *testing.T, test func(t *testing.T, w *town.Town)) {
	t.Helper()
	town.Each(t, test, exchange.Migrations)
}

func newImport(w *town.Town) *exchange.Import {
	return &exchange.Import{DB: w.DB, Cases: w.Cases, Mapping: exchange.DefaultMapping(), Flow: "mailbox"}
}

func load(t *testing.T, w *town.Town, file string) exchange.Summary {
	t.Helper()
	s, err := newImport(w).Run(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	balanced(t, s)
	return s
}

func balanced(t *testing.T, s exchange.Summary) {
	t.Helper()
	if s.Read != s.Imported+s.Present+s.Rejected {
		t.Errorf("read %d, but %d imported + %d there + %d rejected", s.Read, s.Imported, s.Present, s.Rejected)
	}
}

// copied puts a table of testdata where its rejects may be written beside it.
func copied(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return written(t, name, b)
}

func written(t *testing.T, name string, b []byte) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// rejects reads the file of rejected rows: line and reason by the source's number.
func rejects(t *testing.T, s exchange.Summary) [][]string {
	t.Helper()
	b, err := os.ReadFile(s.Rejects)
	if err != nil {
		t.Fatal(err)
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// find returns the cases of a title, as the auditor sees them.
func find(t *testing.T, w *town.Town, words string) []casework.Line {
	t.Helper()
	by := w.Actor(t, "auditor")
	var lines []casework.Line
	w.Read(t, func(tx *db.Tx) (err error) {
		lines, err = w.Cases.Find(tx, by, words, 0, 50)
		return err
	})
	return lines
}

var wantMixed = []struct{ line, part string }{
	{"5", "标题为空"}, {"6", "2025-02-30"}, {"7", "早于"}, {"8", "超过 100 字"}, {"12", "1001"},
}

func TestMixedTable(t *testing.T) {
	for _, name := range []string{"mixed.csv", "mixed-bom.csv", "mixed-gb18030.csv", "mixed-utf16.txt"} {
		t.Run(name, func(t *testing.T) {
			w := town.SQLite(t, exchange.Migrations)
			s := load(t, w, copied(t, name))
			if s.Read != 9 || s.Imported != 3 || s.Replied != 1 || s.Present != 1 || s.Rejected != 5 {
				t.Errorf("%+v", s)
			}
			rows := rejects(t, s)
			if len(rows) != 6 {
				t.Fatalf("%q", rows)
			}
			for i, want := range wantMixed {
				if got := rows[i+1]; got[0] != want.line || !strings.Contains(got[1], want.part) {
					t.Errorf("rejected %q, want line %s for %s", got[:2], want.line, want.part)
				}
			}
		})
	}
}

// A row with a reply is a closed case whose steps stand at the times of the table; one without waits for its clerk. Numbers that are
// somebody's are masked in both.
func TestWhatARowBecomes(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		load(t, w, copied(t, "mixed.csv"))
		lines := find(t, w, "路灯不亮")
		if len(lines) != 1 || lines[0].State != flow.Closed || lines[0].Place != town.City {
			t.Fatalf("%+v", lines)
		}
		asked, replied := time.Date(2025, 3, 3, 9, 10, 0, 0, civil.Shanghai), time.Date(2025, 3, 6, 15, 20, 0, 0, civil.Shanghai)
		by := w.Actor(t, "auditor")
		w.Read(t, func(tx *db.Tx) error {
			steps, err := w.Cases.History(tx, by, lines[0].ID)
			if err != nil {
				return err
			}
			want := []flow.Verb{flow.Register, flow.Accept, flow.Dispatch, flow.Reply, flow.Verify, flow.Close}
			for i, s := range steps {
				at := asked
				if i >= 3 {
					at = replied
				}
				if len(steps) != len(want) || s.Verb != want[i] || !s.At.Equal(at) {
					t.Errorf("step %d: %s at %s", i, s.Verb, s.At)
				}
			}
			k, err := w.Cases.Get(tx, by, lines[0].ID)
			if err == nil && k.Body != "北街三号院门口的路灯\n坏了\"很久\"，请修。" {
				t.Errorf("body %q", k.Body)
			}
			return err
		})
		for _, title := range []string{"楼上漏水", "垃圾清运"} {
			lines := find(t, w, title)
			if len(lines) != 1 || lines[0].State != flow.Registered {
				t.Fatalf("%s: %+v", title, lines)
			}
			w.Read(t, func(tx *db.Tx) error {
				k, err := w.Cases.Get(tx, by, lines[0].ID)
				if err == nil && (strings.Contains(k.Body, "13800138000") || strings.Contains(k.Body, "99999919000101001X") || !strings.Contains(k.Body, "***")) {
					t.Errorf("not masked: %q", k.Body)
				}
				return err
			})
		}
	})
}

// A second run over the same file adds nothing; a mended table of rejects goes in.
func TestAgainAndMended(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		file := copied(t, "mixed.csv")
		first := load(t, w, file)
		second := load(t, w, file)
		if second.Imported != 0 || second.Present != first.Imported+first.Present || second.Rejected != first.Rejected {
			t.Errorf("second run %+v after %+v", second, first)
		}
		b, err := os.ReadFile(first.Rejects)
		if err != nil {
			t.Fatal(err)
		}
		mended := strings.NewReplacer(",1003,居民丙,,", ",1003,居民丙,现在有标题,", "2025-02-30", "2025-02-28").Replace(string(b))
		third := load(t, w, written(t, "mended.csv", []byte(mended)))
		if third.Read != 5 || third.Imported != 2 || third.Rejected != 3 {
			t.Errorf("mended %+v", third)
		}
	})
}

func TestTornTable(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		s := load(t, w, copied(t, "torn.csv"))
		if s.Read != 9 || s.Imported != 2 || s.Rejected != 7 {
			t.Errorf("%+v", s)
		}
		rows := rejects(t, s)
		for i, want := range []struct{ line, part string }{
			{"2", "有 4 列"}, {"3", "有 10 列"}, {"4", "引号后面"}, {"6", "无法识别"}, {"7", "反对数"}, {"8", "今后"}, {"9", "引号没有成对"},
		} {
			if got := rows[i+1]; got[0] != want.line || !strings.Contains(got[1]+"点赞数反对数", want.part) {
				t.Errorf("rejected %q, want line %s for %s", got[:2], want.line, want.part)
			}
		}
		if raw := rows[3][2]; raw != `2003,甲,"引号"后有字,2025-03-03 09:00:00,这里是内容,0,0,,` {
			t.Errorf("a row that cannot be split is given back as %q", raw)
		}
	})
}

// stopped makes a table of n rows and an import that ends in the middle, as if killed between two transactions.
func stopped(t *testing.T, w *town.Town, n, after int) (file string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("留言编号,留言用户,留言主题,留言时间,留言详情,点赞数,反对数,答复意见,答复时间\n")
	for i := range n {
		title := "第" + strings.Repeat("一", i%7+1) + "件"
		if i%10 == 9 {
			title = ""
		}
		text.WriteString(strings.Join([]string{string(rune('a'+i/26)) + string(rune('a'+i%26)), "某", title, "2025-01-02 10:00:00", "这里是内容", "", "", "", ""}, ",") + "\n")
	}
	file = written(t, "long.csv", []byte(text.String()))
	ctx, cancel := context.WithCancel(context.Background())
	im := newImport(w)
	im.Progress = func(s exchange.Summary) {
		if s.Read >= after {
			cancel()
		}
	}
	if s, err := im.Run(ctx, file); !errors.Is(err, context.Canceled) || s.Read < after || s.Read == n {
		t.Fatalf("stopped at %+v: %v", s, err)
	}
	return file
}

func TestGoesOnWhereItWasStopped(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		s := load(t, w, stopped(t, w, 260, 100))
		if s.Resumed != 100 || s.Read != 260 || s.Imported != 234 || s.Rejected != 26 || s.Present != 0 {
			t.Errorf("%+v", s)
		}
		if rows := rejects(t, s); len(rows) != 27 || rows[1][0] != "11" || rows[26][0] != "261" {
			t.Errorf("%d rejected rows, the first %q", len(rows)-1, rows[1])
		}
	})
}

func TestWorkbook(t *testing.T) {
	book := excelize.NewFile()
	for i, row := range [][]any{
		{"编号", "标题", "时间", "内容", "区划", "答复意见", "答复时间", "答复单位"},
		{301, "井盖缺失", time.Date(2025, 4, 1, 8, 30, 0, 0, time.UTC), "路口井盖不见了。", "柳荫社区", "已补装。", time.Date(2025, 4, 2, 9, 0, 0, 0, time.UTC), "邻水市公路局"},
		{302, "噪声扰民", "2025-04-01 22:10", "夜间施工。", town.Ferry},
		{303, "没有这个地方", "2025-04-01", "某处。", "乌有社区"},
	} {
		if err := book.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	w := town.SQLite(t, exchange.Migrations)
	s := load(t, w, written(t, "table.xlsx", b.Bytes()))
	if s.Imported != 2 || s.Replied != 1 || s.Rejected != 1 {
		t.Errorf("%+v %q", s, rejects(t, s))
	}
	lines := find(t, w, "井盖缺失")
	if len(lines) != 1 || lines[0].Place != town.Willow || lines[0].Lead != town.Roads ||
		!lines[0].Registered.Equal(time.Date(2025, 4, 1, 8, 30, 0, 0, civil.Shanghai)) {
		t.Errorf("%+v", lines)
	}
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	w := town.SQLite(t, exchange.Migrations)
	for name, c := range map[string]struct{ text, part string }{
		"empty.csv":   {"", "空的"},
		"heading.csv": {"编号,姓名\n1,甲\n", "缺少"},
		"half.csv":    {"留言主题,留言时间,答复意见\na,2025-01-01,b\n", "同时有"},
		"broken.xlsx": {"PK\x03\x04 and nothing more", "损坏"},
		"broken.gz":   {"\x1f\x8b and nothing more", "损坏"},
	} {
		_, err := newImport(w).Run(context.Background(), written(t, name, []byte(c.text)))
		if err == nil || fault.KindOf(err) != fault.KindInvalid || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: %v", name, err)
		}
	}
	im := newImport(w)
	im.Flow = "telegram"
	if _, err := im.Run(context.Background(), copied(t, "mixed.csv")); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("unknown flow: %v", err)
	}
	im = newImport(w)
	im.Place = "999999"
	if _, err := im.Run(context.Background(), copied(t, "mixed.csv")); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("unknown place: %v", err)
	}
}

func TestMapping(t *testing.T) {
	m, err := exchange.ReadMapping("map.yaml", []byte("source: board\ncolumns:\n  title: 话题\n  number: [号, 序号]\nfields: { sender: 读者, subject: $title, content: $body }\n"))
	if err != nil || m.Source != "board" || m.Columns["number"][1] != "序号" || m.Columns["at"][0] != "留言时间" || m.Fields["sender"] != "读者" {
		t.Errorf("%+v, %v", m, err)
	}
	for text, part := range map[string]string{
		"colums: {}":                    "map.yaml:1:1",
		"columns:\n  titel: 话题":         "map.yaml:2",
		"times: [":                      "map.yaml:2",
		"source: board\nsource: board2": "map.yaml:2:1",
	} {
		if _, err := exchange.ReadMapping("map.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The real tables are not part of the program; where they are at hand, all of their rows come in.
func TestRealTables(t *testing.T) {
	shared := os.Getenv("LINLI_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "taidi2020-c")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real tables at %s; set LINLI_SHARED to the folder that has data/taidi2020-c", dir)
	}
	w := town.SQLite(t, exchange.Migrations)
	for name, want := range map[string]int{"fujian3_hot.csv.gz": 4326, "fujian4_reply.csv.gz": 2816} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		s := load(t, w, written(t, name, b))
		t.Logf("%s: %d rows, %d imported, %d replied, %d rejected, %.0f rows/s", name, s.Read, s.Imported, s.Replied, s.Rejected,
			float64(s.Read)/time.Since(began).Seconds())
		if s.Read != want || s.Imported != want {
			t.Errorf("%s: %+v", name, s)
		}
		if s.Rejects != "" {
			for _, r := range rejects(t, s)[1:] {
				t.Log(r[0], r[1])
			}
		}
	}
}
