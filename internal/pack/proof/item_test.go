package proof_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/pack"
	"linli/internal/pack/proof"
)

func itemPack(t *testing.T) map[string]string {
	t.Helper()
	whole := map[string]string{}
	src := os.DirFS("testdata/items")
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(src, name)
		whole["p/"+name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// An item that a document sets is carried out: each part of it that a clause names is shown by an example.
func TestItemExamples(t *testing.T) {
	m := fstest.MapFS{}
	for name, text := range itemPack(t) {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	ix, err := pack.Load(m, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	results := proof.Run(ix)
	for _, r := range results {
		if !r.Passed() {
			t.Errorf("%s: %v", r.Example.Name, r.Wrong)
		}
	}
	for _, p := range proof.Unreached(ix, results) {
		t.Error(p)
	}
	for _, c := range proof.Coverage(ix.Pack("t1", ""), results) {
		if c.Status != proof.Executed {
			t.Errorf("clause %s: %s %s", c.Clause.Cite, c.Status, c.Why)
		}
	}
}

// Whatever is broken in an item, the loader or an example notices.
func TestItemBreaksAreNoticed(t *testing.T) {
	whole := itemPack(t)
	name := "p/items/settle.yaml"
	n := 0
	for _, op := range []struct {
		what    string
		pattern string
		change  func(string) string
	}{
		{"longer term", `(legal|promised|owed|valid|archive): \d+(wd|mo)`, more},
		{"no condition", `, when: child != ""`, drop},
		{"another condition", `when: home == [^\n,]+`, is("when: home != \"x\"")},
		{"older", `< 18`, is("< 80")},
		{"another source", `known-from: (\[[^\]]+\]|[a-z.-]+)`, is("known-from: fact.nothing")},
		{"no order", `after: housing, `, drop},
		{"another fact", `(relation|fact): [a-z-]+`, is("fact: other")},
		{"another value", `is: wanted`, is("is: had")},
		{"no proxy", `  proxy: [^\n]+\n`, drop},
		{"nobody first", `>= 60`, is(">= 90")},
		{"another paper", `document: 居民户口簿`, is("document: 证")},
		{"nothing next", `  next:\n[^\n]+\n`, drop},
		{"a price", `yuan: "0"`, is(`yuan: "5"`)},
		{"words", `words: \[落户, 迁户口, 上户口, 户口迁入\]`, is("words: [落户]")},
	} {
		found := regexp.MustCompile(op.pattern).FindAllStringIndex(whole[name], -1)
		if len(found) == 0 {
			t.Errorf("%s matches nothing", op.what)
		}
		for _, at := range found {
			if strings.Contains(whole[name][at[0]:at[1]], "10wd") || strings.Contains(whole[name][at[0]:at[1]], "promised: 3wd") {
				continue // of the smaller items, which no example times
			}
			n++
			if alive(whole, name, whole[name][:at[0]]+op.change(whole[name][at[0]:at[1]])+whole[name][at[1]:]) {
				t.Errorf("%s: no example notices %q", op.what, whole[name][at[0]:at[1]])
			}
		}
	}
	t.Logf("%d mutants", n)
}

// The loader refuses an item that could not be carried out, with file, line and column.
func TestItemLoadRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"item: settle\n", "item: Settle One\n", "p/items/settle.yaml:1:9: 事项编号只能用小写字母"},
		{"who: household", "who: anybody", "p/items/settle.yaml:5:8: “anybody”不在可选之列"},
		{"form: settle\n", "form: nothing\n", "p/items/settle.yaml:6:9: 没有表单 nothing"},
		{"accepts: [乡, 村]", "accepts: [村, 省]", "“省”不在可选之列"},
		{"decides: police", "decides: nobody", "p/items/settle.yaml:10:12: 没有机构 nobody"},
		{"from: fact.tenure", "from: tenure", "p/items/settle.yaml:12:96: “tenure”应写成 fact.名称"},
		{"name: rents", "name: child", "问题 child 与表单的栏目同名"},
		{`"child == \"\" ||`, `"chidl == \"\" ||`, "没有名为“chidl”的事实"},
		{"owed: 10wd", "owed: soon", "期限 \"soon\""},
		{"id: photo", "id: home", "材料 home 重复"},
		{"legal: 15wd, promised: 5wd, ", "", "办理时限须有 legal 或 promised"},
		{"yuan: \"0\"", "yuan: 免费", "金额应写成元"},
		{"after: housing", "after: police", "先办的机构 police 须写在前面"},
		{"office: education", "office: police", "机构 police 已有环节"},
		{"{seq:6}\", basis: \"5\"", "6\", basis: \"5\"", "编号须含 {seq:位数}"},
		{"relation: registered-at, of", "of", "效果须写明 fact 或 relation"},
		{"field: address", "field: addres", "没有效果所写的栏目"},
		{"result.lease-record", "result.nothing", "提到的事项 nothing 不存在"},
		{"  says: 在城镇有合法稳定住所的，连同家人把户口迁到现住址。\n", "", "缺少“says”"},
	} {
		whole := itemPack(t)
		m := fstest.MapFS{}
		for name, text := range whole {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
		text := whole["p/items/settle.yaml"]
		if !strings.Contains(text, c.old) {
			t.Fatalf("the pack does not hold %q", c.old)
		}
		m["p/items/settle.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
		if _, err := pack.Load(m, pack.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q:\n got %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
}
