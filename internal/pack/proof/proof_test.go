package proof_test

import (
	"testing"

	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/packs"
)

func load(t testing.TB) *pack.Index {
	t.Helper()
	ix, err := pack.Load(packs.Files, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// Every example of the packs that the program carries passes, and reaches every element that a clause is run by.
func TestEmbeddedExamplesPass(t *testing.T) {
	ix := load(t)
	results := proof.Run(ix)
	for _, r := range results {
		for _, w := range r.Wrong {
			t.Errorf("%s\n\t%s", r.Example.Name, w)
		}
	}
	for _, p := range proof.Unreached(ix, results) {
		t.Error(p)
	}
}
