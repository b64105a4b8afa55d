package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/oapi-codegen/runtime" // what the generated client imports; named here so that go.mod keeps it
)

// TestGeneratedClientCarriesACase generates a Go client from the document that the server serves, compiles a program with it in a
// module of its own, and lets that program carry a case through its seven steps.
func TestGeneratedClientCarriesACase(t *testing.T) {
	dir, program := t.TempDir(), ""
	each(t, func(w *town) {
		if program == "" {
			program = build(w, dir)
		}
		in, err := json.Marshal(map[string]any{"URL": w.url, "Tokens": w.tokens})
		check(t, err)
		c := exec.CommandContext(w.t.Context(), program)
		c.Stdin = bytes.NewReader(in)
		var got struct {
			State string
			Steps int
		}
		check(t, json.Unmarshal(output(w.t, c), &got))
		if got.State != "closed" || got.Steps != 7 {
			t.Fatalf("the client's case: %+v", got)
		}
	})
}

// build makes the program; the modules are those that this module names.
func build(w *town, dir string) string {
	t := w.t
	put := func(name string, data []byte) { check(t, os.WriteFile(filepath.Join(dir, name), data, 0o600)) }
	get := func(name string) []byte {
		data, err := os.ReadFile(name)
		check(t, err)
		return data
	}
	module := strings.TrimSpace(string(output(t, exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}"))))
	put("go.mod", bytes.Replace(get(filepath.Join(module, "go.mod")), []byte("module linli\n"), []byte("module client\n"), 1))
	put("go.sum", get(filepath.Join(module, "go.sum")))
	put("main.go", get("testdata/client/main.go.txt"))
	put("openapi.json", w.must(http.StatusOK, "", "GET", "/api/openapi.json", nil).body)
	config, err := filepath.Abs("testdata/client/config.yaml")
	check(t, err)
	put("client.go", output(t, exec.CommandContext(t.Context(), "go", "tool", "oapi-codegen", "-config", config, filepath.Join(dir, "openapi.json"))))
	c := exec.CommandContext(t.Context(), "go", "build", "-o", "client", ".")
	c.Dir = dir
	output(t, c)
	return filepath.Join(dir, "client")
}

func output(t *testing.T, c *exec.Cmd) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, errs.Bytes())
	}
	return out.Bytes()
}
