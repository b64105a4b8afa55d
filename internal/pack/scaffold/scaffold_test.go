package scaffold_test

import (
	"os"
	"path/filepath"
	"testing"

	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/internal/pack/scaffold"
)

// What is written is a pack that loads and whose example passes.
func TestNewPackIsWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "xy26-1")
	if _, err := scaffold.Write(dir, "2026-01-05"); err != nil {
		t.Fatal(err)
	}
	ix, err := pack.Load(os.DirFS(dir), pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := ix.Packs()[0]; p.Document.ID != "xy26-1" || p.Document.From.String() != "2026-01-05" {
		t.Errorf("document %q from %s", p.Document.ID, p.Document.From)
	}
	results := proof.Run(ix)
	if len(results) != 1 || !results[0].Passed() || len(proof.Unreached(ix, results)) > 0 {
		t.Errorf("examples: %v, unreached %v", results[0].Wrong, proof.Unreached(ix, results))
	}
}

// It never writes over anything and wants a name that can be a document id.
func TestNewPackRefuses(t *testing.T) {
	full := filepath.Join(t.TempDir(), "full")
	if _, err := scaffold.Write(full, "2026-01-05"); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{full, filepath.Join(t.TempDir(), "中文"), filepath.Join(t.TempDir(), "A B")} {
		if _, err := scaffold.Write(dir, "2026-01-05"); err == nil {
			t.Errorf("%s: no error", dir)
		}
	}
}
