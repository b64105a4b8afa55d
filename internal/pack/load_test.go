package pack_test

import (
	"testing"

	"linli/internal/pack"
	"linli/packs"
)

// The packs that the program carries load without a problem.
func TestEmbeddedPacksLoad(t *testing.T) {
	ix, err := pack.Load(packs.Files, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ix.Packs() {
		t.Logf("%s %s: %d clauses, %d elements, %d parameters", p.Document.ID, p.Version, len(p.Clauses), len(p.Elements()), len(p.Params))
	}
}
