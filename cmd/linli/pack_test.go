package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A policy author begins a pack, breaks it, mends it, and compares: each command answers with its exit code and says
// where to look.
func TestPackCommands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "xy26-1")
	edit := func(name, old, new string) {
		t.Helper()
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("%s does not hold %q: %v", name, old, err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := func(code int, says string, args ...string) {
		t.Helper()
		got, out, errs := linli(args...)
		if got != code || !strings.Contains(out+errs, says) {
			t.Errorf("linli %s: exit %d, want %d; wanted %q in:\n%s%s", strings.Join(args, " "), got, code, says, out, errs)
		}
	}
	want(0, " 个示例，0 个不符", "pack", "test", "../../packs/essays/es-essays") // which names what other documents define
	want(0, "document.yaml", "pack", "new", dir, "--issued", "2026-01-05")
	want(1, "不是空文件夹", "pack", "new", dir)
	want(0, "xy26-1", "pack", "check", dir)
	want(0, "1 个示例，0 个不符", "pack", "test", dir)

	old := filepath.Join(t.TempDir(), "xy26-1")
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	want(0, "0 处变化", "pack", "diff", old, dir)
	edit("flows/main.yaml", "limit: 10wd", "limit: 9wd")
	want(0, "~ xy26-1 flow/xy26-1#clock.answer（答复）", "pack", "diff", old, dir)
	want(0, "xy26-1", "pack", "check", dir)
	want(1, filepath.Join(dir, "examples/main.yaml")+":6:", "pack", "test", dir)
	want(1, "✗ xy26-1 登记、受理、转办", "pack", "test", dir)
	edit("flows/main.yaml", "limit: 9wd", "limit: soon")
	want(1, filepath.Join(dir, "flows/main.yaml")+":11:64", "pack", "check", dir)
	edit("flows/main.yaml", "limit: soon", "limit: 10wd")

	local := filepath.Join(t.TempDir(), "local.yaml")
	if err := os.WriteFile(local, []byte("xy26-1: { efective: \"2026-02-01\" }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(1, local+":1:11: xy26-1 没有参数 efective", "pack", "check", "--local", local, dir)

	want(2, "没有文件夹", "pack", "check", filepath.Join(dir, "nowhere"))
	want(2, "没有动作", "pack", "burn")
	want(2, "用法", "pack")
	want(2, "应写明 2 个文件夹", "pack", "diff", dir)
	want(2, "--obligations", "pack", "trace", dir)
	want(2, "选项有误", "pack", "check", "--colour")
	want(0, "trace", "pack", "help")
}

// The trace of the packs that the program carries counts each row of a table once.
func TestPackTraceJSON(t *testing.T) {
	tables := t.TempDir()
	table := "id,clause,line,obligation\nsm12-69-4.4b,四（四）,1379,reply\nsm12-69-2.3h,二（三）,1361,admonish\nsm12-69-4.5,四（五）,1380,website\nsm12-69-9,九,1,nothing\n"
	if err := os.WriteFile(filepath.Join(tables, "sm12-69.csv"), []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, errs := linli("pack", "trace", "--obligations", tables, "--json")
	var got struct {
		Documents []struct {
			ID                                                          string
			Rows, Executed, Human_Duty, Out_Of_Scope, Planned, Untraced int
		}
		Total map[string]int
	}
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	d := got.Documents[0]
	if d.ID != "sm12-69" || d.Rows != 4 || d.Executed != 1 || d.Human_Duty != 1 || d.Out_Of_Scope != 1 || d.Planned != 0 || d.Untraced != 1 {
		t.Errorf("%s", out)
	}
	for key, n := range map[string]int{"rows": 4, "executed": 1, "human_duty": 1, "out_of_scope": 1, "planned": 0, "untraced": 1} {
		if got.Total[key] != n {
			t.Errorf("total %s = %d, want %d", key, got.Total[key], n)
		}
	}
	if code, out, _ := linli("pack", "trace", "--obligations", tables); code != 0 || !strings.Contains(out, "不给人贴标签") {
		t.Errorf("exit %d: the reasons are missing:\n%s", code, out)
	}
}
