package arch

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

var rules = []struct {
	name  string
	check func(*Tree) []Finding
}{
	{"imports", Imports}, {"trespass", Trespass}, {"names", Names}, {"clock", Clock}, {"inits", Inits},
	{"terms", Terms}, {"interfaces", Interfaces},
}

// The house keeps its own rules.
func TestHouse(t *testing.T) {
	tree, err := Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Packages) < 5 {
		t.Fatalf("only %d packages found: is the test run in its folder?", len(tree.Packages))
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			found := rule.check(tree)
			SortFindings(found)
			for _, f := range found {
				t.Error(f)
			}
		})
	}
}

// Every rule finds what it is for: each archive in testdata is a small town with "want:" lines for the findings
// of the rule that its name begins with.
func TestRules(t *testing.T) {
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			archive, err := txtar.ParseFile("testdata/" + rule.name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			tree, err := Load(files(archive))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			found := rule.check(tree)
			SortFindings(found)
			for _, f := range found {
				got = append(got, f.String())
			}
			compare(t, got, wants(archive))
		})
	}
}

func files(a *txtar.Archive) fs.FS {
	m := fstest.MapFS{}
	for _, f := range a.Files {
		m[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return m
}

func wants(a *txtar.Archive) []string {
	var out []string
	for _, line := range strings.Split(string(a.Comment), "\n") {
		if w, ok := strings.CutPrefix(line, "want: "); ok {
			out = append(out, w)
		}
	}
	return out
}

// compare asks that each wanted line begins the finding at its place, and that there are no others.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("no want: lines")
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("not found: %s", want[i])
		case i >= len(want):
			t.Errorf("not wanted: %s", got[i])
		case !strings.HasPrefix(got[i], want[i]):
			t.Errorf("finding %d:\n got %s\nwant %s…", i, got[i], want[i])
		}
	}
}

// The table itself: no folder twice, every edge of Beside on one floor, and no circle among them.
func TestFloors(t *testing.T) {
	seen := map[string]int{}
	for _, r := range Floors {
		if _, twice := seen[r.Folder]; twice {
			t.Errorf("%s has two rows", r.Folder)
		}
		if r.Why == "" || r.Floor < 1 {
			t.Errorf("%s: a row needs a floor and a reason", r.Folder)
		}
		seen[r.Folder] = r.Floor
	}
	for e, why := range Beside {
		if seen[e[0]] == 0 || seen[e[0]] != seen[e[1]] || why == "" {
			t.Errorf("%v: an edge beside joins two folders of one floor and has a reason", e)
		}
		if Beside[[2]string{e[1], e[0]}] != "" {
			t.Errorf("%v goes both ways", e)
		}
	}
}

func TestP95(t *testing.T) {
	var list []Length
	for n := 100; n > 0; n-- {
		list = append(list, Length{Lines: n})
	}
	if got := P95(list); got != 95 {
		t.Errorf("P95 of 100…1 is %d, want 95", got)
	}
	if got := P95(nil); got != 0 {
		t.Errorf("P95 of nothing is %d", got)
	}
}
