package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A small demonstration city is built, asked for again, and given a table of appeals, all by the commands that scripts use.
func TestDemoAndImport(t *testing.T) {
	data := t.TempDir()
	var built, again struct{ Places, Cases, Added int }
	for _, s := range []*struct{ Places, Cases, Added int }{&built, &again} {
		code, stdout, stderr := linli("demo", "--data", data, "--scale", "60", "--cases", "20", "--json")
		if err := json.Unmarshal([]byte(stdout), s); code != 0 || err != nil {
			t.Fatalf("demo: exit %d, %v\n%s%s", code, err, stdout, stderr)
		}
	}
	if built.Places != 1527 || built.Added == 0 || again.Added != 0 || again.Cases != built.Cases {
		t.Errorf("%+v, then %+v", built, again)
	}
	table := filepath.Join(t.TempDir(), "table.csv")
	text := "留言编号,留言用户,留言主题,留言时间,留言详情,答复意见,答复时间\n1,甲,路灯不亮,2025-03-03 09:00:00,门口的路灯坏了。,已修好。,2025-03-04 09:00:00\n2,乙,,2025-03-03,没有标题,,\n"
	if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := linli("import", "appeals", table, "--data", data, "--json")
	var s map[string]any
	if err := json.Unmarshal([]byte(stdout), &s); code != 0 || err != nil {
		t.Fatalf("import: exit %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if s["read"] != 2.0 || s["imported"] != 1.0 || s["rejected"] != 1.0 || s["replied"] != 1.0 {
		t.Errorf("%s", stdout)
	}
	if rejects, err := os.ReadFile(table + ".rejects.csv"); err != nil || !strings.Contains(string(rejects), "3,标题为空,2,乙") {
		t.Errorf("%s, %v", rejects, err)
	}
	if code, stdout, _ := linli("verify", "--data", data); code != 0 {
		t.Errorf("the log does not verify: %s", stdout)
	}
}

func TestImportRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"import":                                    "appeals",
		"import appeals --data " + t.TempDir():      "文件名",
		"import appeals /nowhere.csv --map /no.map": "对照",
	} {
		if code, _, stderr := linli(strings.Fields(args)...); code == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d, %q", args, code, stderr)
		}
	}
}
