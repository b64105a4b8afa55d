package proof_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/pack"
	"linli/internal/pack/proof"
)

// withClass is a small pack with a fact of its own, a class and one example of it.
func withClass(example string) fstest.MapFS {
	m := tinyFiles(clauses+"- { id: f, at: 六, gist: 三无老人, runs: [class/three-none, fact/income_source] }\n", story("{ state: registered }"))
	add := func(name, text string) { m["p/"+name] = &fstest.MapFile{Data: []byte(text)} }
	add("facts/f.yaml", "fact: income_source\nlabel: 生活来源\nof: person\nkind: choice\noptions: [has=有, none=无]\nbasis: f\n")
	add("classes/c.yaml", "class: three-none\nname: 三无老人\nsays: 没有生活来源的老人\nof: person\nwhen: age >= 60 && income_source == \"none\"\nbasis: f\n")
	add("examples/class.yaml", "- example: 人群\n  class: "+example+"\n")
	return m
}

// An example shows a class, and the facts of the document that it names; one that says otherwise fails and says where.
func TestClassExamples(t *testing.T) {
	for _, c := range []struct {
		name, example, wrong string
	}{
		{"yes", `{ id: three-none, on: "2026-03-02", known: { age: "60", income_source: none }, is: "yes" }`, ""},
		{"no", `{ id: three-none, on: "2026-03-02", known: { age: "59" }, is: "no" }`, ""},
		{"needs", `{ id: three-none, on: "2026-03-02", known: { age: "60" }, is: needs, needs: [income_source] }`, ""},
		{"otherwise", `{ id: three-none, on: "2026-03-02", known: { age: "60", income_source: has }, is: "yes" }`, "是否属于应为“yes”，实为“no”"},
		{"other needs", `{ id: three-none, on: "2026-03-02", known: { age: "60" }, is: needs }`, "还须知道应为“”，实为“income_source”"},
		{"no class", `{ id: rich, on: "2026-03-02", is: "yes" }`, "没有人群 rich"},
		{"not asked", `{ id: three-none, on: "2026-03-02", known: { sex: male }, is: "no" }`, "没有用到登记项 sex"},
		{"not a value", `{ id: three-none, on: "2026-03-02", known: { age: old }, is: "no" }`, "请填写整数"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ix, err := pack.Load(withClass(c.example), pack.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range proof.Run(ix) {
				if r.Example.Class == nil {
					continue
				}
				if c.wrong == "" && !r.Passed() || c.wrong != "" && !strings.Contains(r.Wrong.Error(), c.wrong) {
					t.Errorf("want %q, got %v", c.wrong, r.Wrong)
				}
				if known := c.name == "yes"; known && (!r.Touched["class/three-none"] || !r.Touched["fact/income_source"]) {
					t.Errorf("it shows %v", r.Touched)
				}
			}
		})
	}
}
