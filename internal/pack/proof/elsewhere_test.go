package proof_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/pack"
	"linli/internal/pack/proof"
)

// study asks for what the pack of tiny already does.
const study = "document: s1\nnumber: 研究\ntitle: 研究\nissuer: 课题组\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n"

// A clause may be run by an element of another document; it is executed when an example of that document shows the element.
func TestElsewhere(t *testing.T) {
	tables := fstest.MapFS{"s1.csv": {Data: []byte("id,clause\ns1-1,一\n")}}
	for _, c := range []struct {
		name, runs, expect string
		want               proof.Status
	}{
		{"shown", "d1:flow/f1#clock.answer", "{ state: registered }", proof.Executed},
		{"not shown", "d1:office/desk", "{ state: registered }", proof.Untraced},
		{"an example that fails", "d1:flow/f1#clock.answer", "{ state: closed }", proof.Untraced},
	} {
		ix, err := pack.Load(withStudy(c.runs, c.expect), pack.Options{})
		if err != nil {
			t.Fatal(c.name, err)
		}
		results := proof.Run(ix)
		tr, err := proof.TraceTables(ix, results, tables)
		if err != nil {
			t.Fatal(err)
		}
		if got := tr.Documents[0].Details[0].Status; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		proofs := proof.Coverage(ix.Pack("s1", ""), results)
		if got := proofs[0].Elements[0].Element.Name; got == "" {
			t.Errorf("%s: the element of the other document is not named", c.name)
		}
	}
	_, err := pack.Load(withStudy("d1:flow/f1#clock.none", "{}"), pack.Options{})
	if err == nil || !strings.Contains(err.Error(), "s/clauses.yaml:1:3: 条款 1：没有要素 d1:flow/f1#clock.none") {
		t.Errorf("an element that is not there: %v", err)
	}
}

func withStudy(runs, expect string) fstest.MapFS {
	f := tinyFiles(clauses, story(expect))
	f["s/document.yaml"] = &fstest.MapFile{Data: []byte(study)}
	f["s/offices.yaml"] = &fstest.MapFile{Data: []byte("offices: []\n")}
	f["s/clauses.yaml"] = &fstest.MapFile{Data: []byte("- { id: \"1\", at: 一, gist: 同样的要求, runs: [\"" + runs + "\"] }\n")}
	return f
}
