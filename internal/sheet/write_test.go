package sheet_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/sheet"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "赵一": "赵一", "-3": "-3", "-3.5": "-3.5", "=1+1": "'=1+1", "+86": "'+86", "-1+cmd|' /C calc'!A0": "'-1+cmd|' /C calc'!A0", "@SUM(A1)": "'@SUM(A1)",
		" =1": "' =1", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "＝1": "'＝1", "\ufeff=1": "'\ufeff=1", "a=1": "a=1", "\t": "'\t", "--1": "'--1", "-1.2.3": "'-1.2.3", "-": "'-",
	} {
		if got := sheet.Plain(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestWrittenIsRead: what was written is read back, by both forms, and no cell begins as a formula does.
func TestWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	cell := rapid.OneOf(rapid.StringOf(rapid.SampledFrom([]rune("=+-@\t 赵12,\"'\n"))), rapid.SampledFrom([]string{"=cmd()", "赵一", "007"}))
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 5).Draw(t, "rows")
		for _, form := range []string{"csv", "xlsx"} {
			var b bytes.Buffer
			w, err := sheet.NewCSV(&b)
			if form == "xlsx" {
				b.Reset()
				w, err = sheet.NewBook(&b, "一")
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range append([][]string{{"甲", "乙", "丙"}}, rows...) {
				if err := w.Row(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "t."+form)
			if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			table, err := sheet.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range rows {
				if strings.Join(want, "") == "" {
					continue // an empty row
				}
				rec, err := table.Next()
				if err != nil {
					t.Fatalf("%s: %v for %q", form, err, want)
				}
				if why := table.Fit(&rec); why != "" {
					t.Fatalf("%s: %s for %q", form, why, want)
				}
				for i := range want {
					if got := strings.ReplaceAll(rec.Cells[i], "\r\n", "\n"); got != sheet.Plain(want[i]) {
						t.Fatalf("%s: %q came back as %q", form, want[i], got)
					}
					if strings.ContainsAny(rec.Cells[i][:min(1, len(rec.Cells[i]))], "=+@\t\r") {
						t.Fatalf("%s: %q begins as a formula does", form, rec.Cells[i])
					}
				}
			}
			table.Close()
		}
	})
}
