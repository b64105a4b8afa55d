package proof_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/pack"
	"linli/internal/pack/proof"
)

// tiny is a pack of one flow; its examples are given.
func tiny(t *testing.T, clauses, examples string) (*pack.Index, []*proof.Result) {
	t.Helper()
	ix, err := pack.Load(tinyFiles(clauses, examples), pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ix, proof.Run(ix)
}

func tinyFiles(clauses, examples string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range map[string]string{
		"p/document.yaml": "document: d1\nnumber: 一\ntitle: 办法\nissuer: 市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-01-05\" }\n",
		"p/clauses.yaml":  clauses,
		"p/offices.yaml":  "offices:\n  - { id: desk, name: 窗口, serves: [desk], basis: a }\n",
		"p/flows/f.yaml": "flow: f1\nname: 事项\nchannel: c1\nbasis: a\noffices: { desk: desk }\nsteps:\n  register: { by: [desk], basis: a }\nclocks:\n" +
			"  - { id: answer, name: 答复, from: register, until: reply, limit: 3wd, basis: b }\n",
		"p/examples/e.yaml": examples,
	} {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const clauses = `- { id: a, at: 一, gist: 登记, runs: flow/f1#step.register }
- { id: b, at: 二, gist: 三日答复, runs: [flow/f1#clock.answer] }
- { id: c, at: 三, gist: 走访, human: 由人走访 }
- { id: d, at: 四, gist: 经费, out: 不归平台 }
- { id: e, at: 五, gist: 短信, planned: 通知：还没有网关 }
`

func story(expect string) string {
	return "- example: 登记\n  case:\n    flow: f1\n    steps:\n      - { at: \"2026-03-02 09:00\", by: desk, does: register, expect: " + expect + " }\n"
}

// A row is executed only when every element of its clause cites it and a passing example exercised it; everything else
// is counted as what it is, and a row that nobody speaks of is untraced.
func TestTrace(t *testing.T) {
	only := strings.Replace(clauses, "[flow/f1#clock.answer]", "flow/f1#clock.answer", 1)
	tables := fstest.MapFS{
		"d1.csv": {Data: []byte("id,clause,obligation\nd1-a,一,登记\nd1-b,二,\"答复,三日\"\nd1-c,三,走访\nd1-d,四,经费\nd1-e,五,短信\nd1-z,九,漏掉\n")},
		"x9.csv": {Data: []byte("id,clause,obligation\nx9-1,一,别的\n")},
	}
	for _, c := range []struct{ name, expect, want string }{
		{"passes", `{ clocks: { answer: { limit: "2026-03-05" } } }`,
			`{"documents":[{"id":"d1","rows":6,"executed":2,"human_duty":1,"out_of_scope":1,"planned":1,"untraced":1},` +
				`{"id":"x9","rows":1,"executed":0,"human_duty":0,"out_of_scope":0,"planned":0,"untraced":1}],` +
				`"total":{"rows":7,"executed":2,"human_duty":1,"out_of_scope":1,"planned":1,"untraced":2}}`},
		{"fails", `{ clocks: { answer: { limit: "2026-03-06" } } }`,
			`{"documents":[{"id":"d1","rows":6,"executed":0,"human_duty":1,"out_of_scope":1,"planned":1,"untraced":3},` +
				`{"id":"x9","rows":1,"executed":0,"human_duty":0,"out_of_scope":0,"planned":0,"untraced":1}],` +
				`"total":{"rows":7,"executed":0,"human_duty":1,"out_of_scope":1,"planned":1,"untraced":4}}`},
	} {
		ix, results := tiny(t, only, story(c.expect))
		tr, err := proof.TraceTables(ix, results, tables)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(tr)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		var b strings.Builder
		if err := tr.Write(&b); err != nil {
			t.Fatal(err)
		}
		for _, words := range []string{"由人走访", "政策包没有这一条", "x9：没有政策包，1 条未落实"} {
			if !strings.Contains(b.String(), words) {
				t.Errorf("%s: the table does not say %q:\n%s", c.name, words, b.String())
			}
		}
	}
}

// Tables that cannot be read are an error, never a count of nothing.
func TestTraceRefuses(t *testing.T) {
	ix, results := tiny(t, strings.Replace(clauses, "[flow/f1#clock.answer]", "flow/f1#clock.answer", 1), story("{ state: registered }"))
	for name, tables := range map[string]fstest.MapFS{
		"none":    {},
		"heading": {"d1.csv": {Data: []byte("number,clause\n1,2\n")}},
		"ragged":  {"d1.csv": {Data: []byte("id,clause,obligation\nd1-a,一\n")}},
		"empty":   {"d1.csv": {Data: nil}},
	} {
		if tr, err := proof.TraceTables(ix, results, tables); err == nil {
			t.Errorf("%s: %+v", name, tr)
		}
	}
}

// An expectation that does not hold is a problem at its place in the file.
func TestExamplesCanFail(t *testing.T) {
	c := strings.Replace(clauses, "[flow/f1#clock.answer]", "flow/f1#clock.answer", 1)
	at := "p/examples/e.yaml:"
	for example, want := range map[string]string{
		story("{ state: accepted }"):                                                 at + "5:78: 状态应为“accepted”，实为“registered”",
		story("{ refused: a }"):                                                      "本步应被拒绝，却办成了",
		story("{ owes: [x] }"):                                                       "应办义务应为“x”，实为“”",
		story("{ owed-by: { x: \"2026-03-03\" } }"):                                  "没有应办的 x",
		story("{ mark: red }"):                                                       "标志应为“red”，实为“green”",
		story("{ basis: [b] }"):                                                      "没有 b",
		story("{ informs: [leader] }"):                                               "应告知 leader",
		story("{ clocks: { reply: { met: running } } }"):                             "时限 reply 没有开始",
		story("{ clocks: { answer: { met: on-time } } }"):                            "计时应为“on-time”，实为“running”",
		story("{ clocks: { answer: { limit: \"2026-03-05 18:00\" } } }"):             "应为“2026-03-05 18:00”，实为“2026-03-06 00:00”",
		story("{ clocks: { answer: { target: \"2026-03-05\" } } }"):                  "目标期限应为“2026-03-05”，实为“none”",
		strings.Replace(story("{}"), "by: desk", "by: reporter", 1):                  "未能办理",
		strings.Replace(story("{ fault: conflict }"), "by: desk", "by: reporter", 1): "拒绝的种类应为“conflict”，实为“forbidden”",
		strings.Replace(story("{}"), "by: desk", "office: nobody", 1):                "没有机构 nobody",
		strings.Replace(story("{}"), "by: desk, ", "", 1):                            "须写明由谁办理",
		strings.Replace(story("{}"), "flow: f1", "flow: f2", 1):                      "没有流程 f2",
		strings.Replace(story("{}"), "2026-03-02 09:00", "3月2日", 1):                  "时间 \"3月2日\" 应如",
		"- example: 无\n":                                                             "示例须有且只有一种内容",
		"- example: 参数\n  param: { id: x, on: \"2026-01-01\", is: 3d }\n":            "没有参数 x",
		"- example: 机构\n  office: { id: desk, name: 大厅, serves: [desk] }\n":          "名称应为“大厅”，实为“窗口”",
		"- example: 表\n  form: { id: x, given: {} }\n":                               "没有表单 x",
		"- example: 监测\n  watch: { id: x, now: \"2026-01-01 09:00\", rows: [] }\n":   "没有监测 x",
	} {
		_, results := tiny(t, c, example)
		if results[0].Passed() || !strings.Contains(results[0].Wrong.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", example, results[0].Wrong, want)
		}
	}
}

// An element that no example exercises is named where its clause stands.
func TestUnreached(t *testing.T) {
	c := strings.Replace(clauses, "[flow/f1#clock.answer]", "flow/f1#clock.answer", 1)
	ix, results := tiny(t, c, "- example: 机构\n  office: { id: desk, name: 窗口, serves: [desk] }\n")
	got := proof.Unreached(ix, results)
	if len(got) != 2 || !strings.HasPrefix(got[1].Error(), "p/clauses.yaml:2:3: 条款 b 由 flow/f1#clock.answer 落实") {
		t.Errorf("%v", got)
	}
}
