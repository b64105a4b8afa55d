package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/oapi-codegen/runtime" // what the generated client imports; named here so that go.mod keeps it

	"linli/internal/register"
	fixture "linli/test/town"
)

// TestGeneratedClientCarriesACase generates a Go client from the document that the server serves, compiles a program with it in a
// module of its own, and lets that program carry a case through its seven steps.
func TestGeneratedClientCarriesACase(t *testing.T) {
	each(t, func(w *town) {
		var got struct {
			State string
			Steps int
		}
		w.story("letter", nil, &got)
		if got.State != "closed" || got.Steps != 7 {
			t.Fatalf("the client's case: %+v", got)
		}
	})
}

// TestGeneratedClientKeepsTheRegisters lets the same program work as a clerk of the registers.
func TestGeneratedClientKeepsTheRegisters(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.person(register.Newcomer{Name: "王芳", IDNumber: number1})
		var got struct {
			Education string
			Events    int
			Relations int
		}
		h.story("register", map[string]string{"number": number1, "place": fixture.Willow}, &got)
		if got.Education != "本科" || got.Events != 1 || got.Relations < 3 {
			t.Fatalf("the client's person: %+v", got)
		}
	})
}

// program is what was built of the generated client, once for all stories.
var program struct {
	sync.Mutex
	path string
}

func TestMain(m *testing.M) {
	code := all(m.Run())
	if program.path != "" {
		os.RemoveAll(filepath.Dir(program.path))
	}
	os.Exit(code)
}

// story lets the program of the generated client do something, and reads what it tells.
func (w *town) story(name string, facts map[string]string, told any) {
	w.t.Helper()
	in, err := json.Marshal(map[string]any{"Story": name, "URL": w.url, "Tokens": w.tokens, "Facts": facts})
	check(w.t, err)
	c := exec.CommandContext(w.t.Context(), w.built())
	c.Stdin = bytes.NewReader(in)
	check(w.t, json.Unmarshal(output(w.t, c), told))
}

// built is the program of the generated client.
func (w *town) built() string {
	program.Lock()
	defer program.Unlock()
	if program.path == "" {
		dir, err := os.MkdirTemp("", "client")
		check(w.t, err)
		program.path = build(w, dir)
	}
	return program.path
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
	parts, err := filepath.Glob("testdata/client/*.go.txt")
	check(t, err)
	for _, name := range parts {
		put(strings.TrimSuffix(filepath.Base(name), ".txt"), get(name))
	}
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
