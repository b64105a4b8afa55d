package grid

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"linli/internal/web/ui"
	"linli/internal/web/ui/catalogue"
)

func ask(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	ui.Routes(mux)
	Routes(mux, &Pages{})
	w := httptest.NewRecorder()
	ui.Secure(ui.Read(ui.Site{City: "邻水市"}, mux)).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

// Whatever a module says has its English, so that the language can be changed without a network.
func TestWordsOfTheModulesAreInTheCatalogue(t *testing.T) {
	b := built()
	if len(b.words) < 150 {
		t.Fatalf("only %d sentences were found", len(b.words))
	}
	for _, w := range b.words {
		if _, ok := catalogue.Say("en", w); !ok {
			t.Errorf("no English for %q", w)
		}
	}
	chinese := regexp.MustCompile(`"[^"\n]*\p{Han}[^"\n]*"`)
	for name, body := range b.files {
		if !strings.HasSuffix(name, ".mjs") || name == "pinyin.mjs" {
			continue
		}
		for line := range strings.Lines(string(body)) {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				continue
			}
			for _, s := range chinese.FindAllString(said.ReplaceAllString(line, ""), -1) {
				if s != `"中文"` && s != `"阿"` {
					t.Errorf("%s says %s without t", name, s)
				}
			}
		}
	}
}

// Everything a phone needs without a network is kept by the service worker, and is there.
func TestTheServiceWorkerKeepsWhatThereIs(t *testing.T) {
	w := ask(t, "/grid/sw.js")
	body := w.Body.String()
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") || w.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("sw.js: %d %v", w.Code, w.Header())
	}
	list := regexp.MustCompile(`"(/[^"]*)"`).FindAllStringSubmatch(strings.SplitN(body, "\n", 3)[1], -1)
	if len(list) < 20 {
		t.Fatalf("it keeps %d files: %s", len(list), body[:400])
	}
	kept := map[string]bool{}
	for _, m := range list {
		kept[m[1]] = true
		if got := ask(t, m[1]); got.Code != 200 || got.Body.Len() == 0 {
			t.Errorf("%s: %d", m[1], got.Code)
		}
	}
	for name, module := range built().files {
		for _, m := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(string(module), -1) {
			if !kept[file(m[1])] {
				t.Errorf("%s imports %s, which is not kept", name, m[1])
			}
		}
	}
	if got := ask(t, "/grid/app/0000000000000000/app.mjs"); got.Code != 404 {
		t.Errorf("a file of another build: %d", got.Code)
	}
}

// The shell is the same for everybody and has no data, and may use the microphone, which no other page may.
func TestTheShell(t *testing.T) {
	w := ask(t, "/grid/report")
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, `rel="manifest"`) || !strings.Contains(body, file("app.mjs")) || !strings.Contains(body, "<noscript>") {
		t.Fatalf("shell: %d %s", w.Code, body)
	}
	if p := w.Header().Get("Permissions-Policy"); !strings.Contains(p, "microphone=(self)") {
		t.Errorf("permissions: %s", p)
	}
	if p := ask(t, "/language?to=zh").Header().Get("Permissions-Policy"); !strings.Contains(p, "microphone=()") {
		t.Errorf("permissions of other pages: %s", p)
	}
	if p := w.Header().Get("Content-Security-Policy"); !strings.Contains(p, "script-src 'self';") {
		t.Errorf("policy: %s", p)
	}
	if got := ask(t, "/grid/nothing"); got.Code != 404 {
		t.Errorf("a page that is none: %d", got.Code)
	}
	if got := ask(t, "/grid"); got.Header().Get("Location") != "/grid/" {
		t.Errorf("without the slash: %v", got.Header())
	}
	router := string(built().files["app.mjs"])
	for _, s := range screens {
		if s != "" && !strings.Contains(router, s+": { draw") {
			t.Errorf("the modules do not draw %s", s)
		}
	}
}

func TestTheManifest(t *testing.T) {
	w := ask(t, "/grid/manifest.webmanifest")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/manifest+json" || !strings.Contains(w.Body.String(), `"scope":"/grid/"`) || !strings.Contains(w.Body.String(), "邻水市 邻里网格") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	for _, m := range regexp.MustCompile(`"src":"([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		if got := ask(t, m[1]); got.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d %v", m[1], got.Code, got.Header())
		}
	}
}
