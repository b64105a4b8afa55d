package pack_test

import (
	"testing"
	"testing/fstest"

	"linli/internal/pack"
)

// TestShelf: the same files with the same settings are the same pack; another file or setting is another one, and what is wrong is told every time.
func TestShelf(t *testing.T) {
	files := func(title string) fstest.MapFS {
		return fstest.MapFS{"a/document.yaml": {Data: []byte("document: a\nnumber: 试〔2026〕1号\ntitle: " + title + "\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
			"a/clauses.yaml": {Data: []byte("[]\n")}, "a/offices.yaml": {Data: []byte("offices: []\n")}}
	}
	shelf := &pack.Shelf{}
	load := func(title string, o pack.Options) *pack.Pack {
		t.Helper()
		ix, err := pack.Load(files(title), o)
		if err != nil {
			t.Fatal(err)
		}
		return ix.Pack("a", "")
	}
	first := load("办法", pack.Options{Shelf: shelf})
	if load("办法", pack.Options{Shelf: shelf}) != first {
		t.Error("the same files were read again")
	}
	if load("办法", pack.Options{}) == first {
		t.Error("without a shelf the pack was not read")
	}
	if p := load("细则", pack.Options{Shelf: shelf}); p == first || p.Document.Title != "细则" {
		t.Errorf("with another title: %q", p.Document.Title)
	}
	adopted := pack.Options{Shelf: shelf, Local: []byte("a:\n  adopted: { place: \"4113\", from: \"2026-03-01\", why: 试 }\n")}
	if p := load("办法", adopted); p == first || load("办法", adopted) != p {
		t.Error("the settings of the city do not count")
	}
	broken := fstest.MapFS{"a/document.yaml": {Data: []byte("document: a\n")}}
	for range 2 {
		if _, err := pack.Load(broken, pack.Options{Shelf: shelf}); err == nil {
			t.Error("a broken pack came from the shelf")
		}
	}
}
