package place_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/place"
)

func importTable(t *testing.T, d *db.DB, c place.Change, text string) place.Report {
	t.Helper()
	table, err := place.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var report place.Report
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		report, err = place.Import(tx, c, table, place.Chinese)
		return err
	})
	return report
}

func TestSanmenxia(t *testing.T) {
	table, err := place.Sanmenxia()
	if err != nil || len(table.Bad) > 0 {
		t.Fatalf("the table has bad rows %v, %v", table.Bad, err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for round, want := range []place.Report{{Added: 1470}, {Same: 1470}} {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				got, err := place.Import(tx, place.Change{}, table, place.Chinese)
				if got.Added != want.Added || got.Same != want.Same || got.Renamed+got.Moved+len(got.Bad)+len(got.Absent) > 0 {
					t.Errorf("import %d: %+v", round+1, got)
				}
				return err
			})
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := place.Subtree(tx, "4112/", civil.MustDate("2026-10-09"))
			count := map[string]int{}
			for _, p := range list {
				count[p.Level]++
			}
			if got := fmt.Sprint(count); got != "map[乡:81 县:7 市:1 村:1381]" {
				t.Errorf("levels are %s", got)
			}
			return err
		})
	}, place.Migrations)
}

func TestBadRowsAreReported(t *testing.T) {
	const table = "\ufefflevel,code,name,parent\r\n" +
		"2,90,甲市,9\r\n" +
		"3,901,东县,90\r\n" +
		"3,902,西县\r\n" + // 4: ragged
		"3,901,东县,90\r\n" + // 5: again
		"4,90101,一街,999\r\n" + // 6: parent unknown
		"5,9010101,社区,90101\r\n" + // 7: below a bad row
		"8,904,北县,90\r\n" + // 8: level unknown
		"3,,无名,90\r\n" + // 9: no code
		"\r\n" +
		"3,9 5,有空格,90\r\n" + // 11
		"3,906,\"南,县\",90\r\n" +
		"3,907,\"坏,90\r\n" + // 13: quote
		"3,908,圈,909\r\n3,909,圈,908\r\n" + // 14, 15: a circle
		"4,90102,二街,901" // no end of line
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := importTable(t, d, place.Change{}, table)
		var lines []string
		for _, b := range report.Bad {
			lines = append(lines, fmt.Sprint(b.Line))
			if b.Why.Message() == "" || b.Text == "" {
				t.Errorf("line %d has no reason or text", b.Line)
			}
		}
		if got := strings.Join(lines, " "); got != "4 5 6 7 8 9 11 13 14 15" || report.Added != 4 {
			t.Errorf("bad lines %s, %d added", got, report.Added)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			p, err := place.Get(tx, "906")
			if p.Name != "南,县" {
				t.Errorf("quoted name is %q", p.Name)
			}
			return err
		})
	}, place.Migrations)
}

func TestImportAgainWithChanges(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		report := importTable(t, d, on("2026-04-01"), `level,code,name,parent
2,90,甲市,9
3,901,东区,90
3,902,西县,90
4,90101,一街,902
4,90104,四街,901
`)
		if report.Renamed != 1 || report.Moved != 1 || report.Added != 1 || report.Same != 2 || strings.Join(report.Absent, " ") != "90102 90201" {
			t.Errorf("report is %+v", report)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			name, _, err := place.NameOn(tx, "901", civil.MustDate("2026-03-31"))
			if name != "东县" || err != nil {
				t.Errorf("before April the name was %s, %v", name, err)
			}
			p, err := place.Get(tx, "90101")
			if p.Path != "90/902/90101/" {
				t.Errorf("moved to %s", p.Path)
			}
			if n, _ := place.Get(tx, "90104"); n.ValidFrom.String() != "2026-04-01" {
				t.Errorf("the new street begins %v", n.ValidFrom)
			}
			return err
		})
	})
}

func TestEncodings(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(small)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, gb)
	z.Close()
	for name, text := range map[string]string{"utf-8": small, "gb18030": gb, "packed": packed.String(),
		"other columns": "name,parent,code\n甲市,4,9001\n一街,9001,900101\n"} {
		table, err := place.Parse(strings.NewReader(text))
		if err != nil || table.Rows[0].Name != "甲市" || table.Rows[0].Level != "2" || len(table.Bad) > 0 {
			t.Errorf("%s: %+v, %v", name, table, err)
		}
	}
	for name, text := range map[string]string{"empty": "", "no heading": "1,2,3\n", "damaged": packed.String()[:40]} {
		if _, err := place.Parse(strings.NewReader(text)); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("level,code,name,parent\n\"2,90"))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := place.Parse(bytes.NewReader(b))
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, r := range table.Rows {
			if r.Code == "" || r.Name == "" || seen[r.Code] || r.Line < 2 {
				t.Errorf("row %+v got through", r)
			}
			seen[r.Code] = true
		}
	})
}
