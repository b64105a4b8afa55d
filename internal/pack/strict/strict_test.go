package strict_test

import (
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/pack/strict"
)

type inner struct {
	Name string   `yaml:"name,required"`
	More []string `yaml:"more"`
}

type sample struct {
	ID    string         `yaml:"id,loose"`
	Title string         `yaml:"title"`
	Count int            `yaml:"count"`
	Open  bool           `yaml:"open"`
	Day   civil.Date     `yaml:"day"`
	Term  civil.Term     `yaml:"term"`
	Basis string         `yaml:"basis"`
	In    *inner         `yaml:"in"`
	Map   map[string]int `yaml:"map"`
	Any   strict.Value   `yaml:"any"`
}

func read(text string) (sample, *strict.Doc, []string) {
	var s sample
	var lines []string
	doc, ps := strict.Parse("f.yaml", []byte(text))
	if doc != nil {
		ps = append(ps, doc.Decode(&s)...)
	}
	for _, p := range ps {
		lines = append(lines, p.Error())
	}
	return s, doc, lines
}

func TestDecode(t *testing.T) {
	s, doc, wrong := read(`# 注释
id: 4.10
title: "12"
count: 3
open: yes
day: "2012-11-16"
term: 15wd
basis: 2
in: { name: 甲, more: 一个 }
map: { a: 1, 字: 2 }
any: { x: [1, yes, "1"] }
`)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if s.ID != "4.10" || s.Title != "12" || s.Count != 3 || !s.Open || s.Day.String() != "2012-11-16" || s.Term.String() != "15wd" || s.Basis != "2" {
		t.Errorf("%+v", s)
	}
	if s.In == nil || s.In.Name != "甲" || len(s.In.More) != 1 || s.In.More[0] != "一个" || s.Map["字"] != 2 {
		t.Errorf("%+v %+v", s.In, s.Map)
	}
	x := s.Any.Get("x")
	if x.Kind != strict.List || x.Items[0].Kind != strict.Number || x.Items[1].Kind != strict.YesNo || x.Items[2].Kind != strict.Text {
		t.Errorf("%+v", x)
	}
	for path, want := range map[string]string{"in.name": "f.yaml:9:13", "map.字": "f.yaml:10:17", "in.more.0": "f.yaml:9:22", "in.nothing.there": "f.yaml:9:5", "zzz": "f.yaml:2:1"} {
		if got := doc.At(path).String(); got != want {
			t.Errorf("At(%s) = %s, want %s", path, got, want)
		}
	}
	if got, want := doc.Text(doc.At("any")), "{x: [1, yes, 1]}"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

// Whatever is not plainly meant is refused, where it stands.
func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"titel: x":                    "f.yaml:1:1: 没有“titel”这一项",
		"title: a\ntitle: b":          "f.yaml:2:1: 键“title”重复，第 1 行已有",
		"title: 12":                   "f.yaml:1:8: 应为文字，请加引号",
		"title: true":                 "f.yaml:1:8: 应为文字，请加引号",
		"title: 2012-11-16":           "f.yaml:1:8: 日期请加引号",
		"day: 2012-11-16":             "f.yaml:1:6: 日期请加引号",
		`day: "2012-02-30"`:           "f.yaml:1:6: 日期 \"2012-02-30\" 不存在",
		"count: 0x10":                 "f.yaml:1:8: 数字“0x10”请写成普通十进制",
		"count: 010":                  "f.yaml:1:8: 数字“010”请写成普通十进制",
		"count: 1_000":                "f.yaml:1:8: 数字“1_000”请写成普通十进制",
		"count: 1e3":                  "f.yaml:1:8: 数字“1e3”请写成普通十进制",
		"count: 1.5":                  "f.yaml:1:8: 应为整数",
		"count: many":                 "f.yaml:1:8: 应为整数",
		"count: 99999999999999999999": "f.yaml:1:8: 数字",
		"open: on":                    "f.yaml:1:7: 应为 yes 或 no",
		`open: "yes"`:                 "f.yaml:1:7: 应为 yes 或 no",
		"term: soon":                  "f.yaml:1:7: 期限",
		"title:":                      "f.yaml:1:7: 没有填写内容",
		"title: ~":                    "f.yaml:1:8: 没有填写内容",
		"title: [a]":                  "f.yaml:1:8: 应为文字",
		"in: x":                       "f.yaml:1:5: 应为“键: 值”",
		"in: {more: [a]}":             "f.yaml:1:5: 缺少“name”",
		"in: {name: a, more: {}}":     "f.yaml:1:21: 应为列表",
		"map: [1]":                    "f.yaml:1:6: 应为“键: 值”",
		"title: &a x\nbasis: *a":      "f.yaml:1:8: 不能使用锚点 &a",
		"title: !!str x":              "f.yaml:1:8: 不能使用标签",
		"any: {<<: {a: 1}}":           "f.yaml:1:7: 不能使用合并键",
		"any: {? [a] : b}":            "键必须是普通文字",
		"title: a\n---\ntitle: b":     "一个文件只能有一份内容",
		"title: [a":                   "不是有效的 YAML",
		"title: a: b":                 "不是有效的 YAML",
		"":                            "文件没有内容",
		"# 只有注释":                      "文件没有内容",
		"\xff\xfe\x00":                "f.yaml:1:1: ",
		"any: " + strings.Repeat("[", 40) + strings.Repeat("]", 40):     "层次超过",
		"any: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000): "f.yaml:1",
		strings.Repeat("#", strict.MaxBytes+1):                          "文件超过 1024 KB",
	} {
		_, _, wrong := read(text)
		if len(wrong) == 0 {
			t.Errorf("%.40q: no problem", text)
			continue
		}
		if !strings.Contains(strings.Join(wrong, "\n"), want) {
			t.Errorf("%.40q:\n got %s\nwant %s", text, strings.Join(wrong, "\n     "), want)
		}
	}
}

// All that is wrong is said at once.
func TestAllProblemsAtOnce(t *testing.T) {
	_, _, wrong := read("titel: x\ncount: a\nopen: maybe\nin: {}\n")
	if len(wrong) != 4 {
		t.Errorf("%d problems: %v", len(wrong), wrong)
	}
}

// Aliases that multiply are refused before anything is built from them.
func TestAnchorBomb(t *testing.T) {
	text := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'j'; c++ {
		p := string(c - 1)
		text += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+p+", ", 10), ", ") + "]\n"
	}
	var v strict.Value
	doc, ps := strict.Parse("bomb.yaml", []byte(text))
	if doc != nil {
		ps = append(ps, doc.Decode(&v)...)
	}
	if len(ps) < 10 {
		t.Errorf("%d problems", len(ps))
	}
}

// Nothing makes it panic, and every problem has a place in the file.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"id: 4.10\ntitle: x\n", "any: {a: [1, {b: yes}]}", "in: {name: a", "? a\n: b", "- - - x", "title: |\n  a\n b", "a: *b", "%YAML 1.2\n---\nid: x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s sample
		doc, ps := strict.Parse("f.yaml", data)
		if doc == nil {
			if len(ps) == 0 {
				t.Fatal("neither a document nor a problem")
			}
			return
		}
		for _, p := range append(ps, doc.Decode(&s)...) {
			if p.At.File != "f.yaml" || p.At.Line < 1 || p.At.Col < 1 || p.Text == "" {
				t.Fatalf("problem without a place or words: %+v", p)
			}
		}
	})
}
