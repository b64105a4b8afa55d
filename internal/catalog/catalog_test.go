package catalog_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/packs"
)

// edited is the packs of the program with one text of a file changed.
func edited(t *testing.T, name, old, new string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(packs.Files, path)
		if strings.HasSuffix(path, name) {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s does not contain %q", path, old)
			}
			text = []byte(strings.ReplaceAll(string(text), old, new))
		}
		out[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnOldVersionIsKeptForItsCases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, err := catalog.Open(t.Context(), d, catalog.Source{FS: packs.Files})
		if err != nil {
			t.Fatal(err)
		}
		old := first.Index().Pack("sm12-69", "")
		second, err := catalog.Open(t.Context(), d, catalog.Source{FS: edited(t, "flows/mailbox.yaml", "市长信箱", "市长电子信箱")})
		if err != nil {
			t.Fatal(err)
		}
		now := second.Index().Pack("sm12-69", "")
		if now.Version == old.Version {
			t.Fatal("another text has the same version")
		}
		kept := second.Index().Pack("sm12-69", old.Version)
		if kept == nil || kept.On(civil.DateOf(dbtest.Day, civil.Shanghai)).Flow("mailbox").Name != "市长信箱" {
			t.Fatalf("the version a case began with is gone: %v", kept)
		}
	}, catalog.Migrations)
}

// A city's own packs stand beside those of the program; one that is there already is refused.
func TestACitysOwnPacks(t *testing.T) {
	d := dbtest.SQLite(t, catalog.Migrations)
	own := fstest.MapFS{}
	for name, text := range map[string]string{
		"document.yaml": "document: own\nnumber: 一\ntitle: 标准\nissuer: 甲\nissued: \"2026-01-01\"\napplies: { place: \"4112\", from: \"2026-01-01\" }\n",
		"clauses.yaml":  "- { id: \"1\", at: 一, gist: 走访, human: 由人走访 }\n", "offices.yaml": "offices: []\n",
	} {
		own["rb/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := catalog.Open(t.Context(), d, catalog.Source{FS: packs.Files, Own: own})
	if err != nil {
		t.Fatal(err)
	}
	if c.Index().Pack("own", "") == nil || c.Index().Pack("sm12-69", "") == nil {
		t.Error("one of the two kinds is missing")
	}
	if err := c.Reload(t.Context(), catalog.Source{FS: packs.Files, Own: fstest.MapFS{}}); err != nil {
		t.Errorf("an empty folder of own packs: %v", err)
	}
	if err := c.Reload(t.Context(), catalog.Source{FS: packs.Files, Own: packs.Files}); err == nil {
		t.Error("a document was taken twice")
	}
}

func TestABrokenPackLeavesTheOneInForce(t *testing.T) {
	d := dbtest.SQLite(t, catalog.Migrations)
	c, err := catalog.Open(t.Context(), d, catalog.Source{FS: packs.Files})
	if err != nil {
		t.Fatal(err)
	}
	before := c.Index()
	err = c.Reload(t.Context(), catalog.Source{FS: edited(t, "flows/mailbox.yaml", "target: 3d", "target: soon")})
	if err == nil || !strings.Contains(err.Error(), "mailbox.yaml:") {
		t.Fatalf("a broken pack gave %v, want file and line", err)
	}
	if c.Index() != before {
		t.Error("the packs in force changed")
	}
}
