package proof_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/pack/proof"
)

// Coverage judges every clause as the trace does, and names the examples behind each element.
func TestCoverage(t *testing.T) {
	office := "- example: 机构\n  office: { id: desk, name: 窗口, serves: [desk] }\n"
	for _, c := range []struct {
		examples string
		want     []proof.Status
		shown    int // examples of the step
	}{
		{story("{ state: registered }"), []proof.Status{proof.Executed, proof.Executed, proof.HumanDuty, proof.OutOfScope, proof.Planned}, 1},
		{story("{ state: accepted }"), []proof.Status{proof.Untraced, proof.Untraced, proof.HumanDuty, proof.OutOfScope, proof.Planned}, 0},
		{office, []proof.Status{proof.Untraced, proof.Untraced, proof.HumanDuty, proof.OutOfScope, proof.Planned}, 0},
	} {
		ix, results := tiny(t, clauses, c.examples)
		list := proof.Coverage(ix.Pack("d1", ""), results)
		if len(list) != len(c.want) {
			t.Fatalf("%d clauses, want %d", len(list), len(c.want))
		}
		for i, k := range list {
			if k.Status != c.want[i] {
				t.Errorf("%s: %s, want %s", k.Clause.Cite, k.Status, c.want[i])
			}
		}
		e := list[0].Elements
		if len(e) != 1 || e[0].Element.ID != "flow/f1#step.register" || len(e[0].Examples) != c.shown {
			t.Errorf("elements of the clause that runs: %+v", e)
		}
		if says := strings.Contains(list[0].Why, "flow/f1#step.register"); says != (c.shown == 0) {
			t.Errorf("why the clause is not shown to run: %q", list[0].Why)
		}
		if list[2].Why != "由人走访" || len(list[2].Elements) != 0 {
			t.Errorf("a clause for people: %q, %+v", list[2].Why, list[2].Elements)
		}
	}
}

// A table may leave out what its rows say; the pack says it then.
func TestTraceWithoutWords(t *testing.T) {
	ix, results := tiny(t, clauses, story(`{ state: registered }`))
	tr, err := proof.TraceTables(ix, results, fstest.MapFS{"d1.csv": {Data: []byte("id,clause,tier\nd1-a,一,core\nd1-c,三,core\nd1-z,九,core\n")}})
	if err != nil {
		t.Fatal(err)
	}
	d := tr.Documents[0]
	if d.Executed != 1 || d.HumanDuty != 1 || d.Untraced != 1 || d.Details[1].Obligation != "走访" || d.Details[2].Obligation != "" {
		t.Errorf("%+v", d)
	}
}
