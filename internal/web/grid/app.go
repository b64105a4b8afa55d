package grid

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"linli/internal/web/ui"
	"linli/internal/web/ui/catalogue"
)

//go:embed app
var embedded embed.FS

// build is what one version of the program sends to phones.
type build struct {
	version string            // a sum over all files, also those of ui
	files   map[string][]byte // by name
	words   []string          // what the modules say, in Chinese
	english []byte            // the same in English, as JSON
}

var built = sync.OnceValue(func() *build {
	b := &build{files: map[string][]byte{}}
	names, err := fs.Glob(embedded, "app/*")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	sum := sha256.New()
	sum.Write([]byte(ui.Asset("linli.css")))
	for _, name := range names {
		body, err := embedded.ReadFile(name)
		if err != nil {
			panic("embedded pages of the grid: " + err.Error()) // the program was built without its own files
		}
		sum.Write([]byte(name))
		sum.Write(body)
		b.files[path.Base(name)] = body
		b.words = append(b.words, saidIn(body)...)
	}
	slices.Sort(b.words)
	b.words = slices.Compact(b.words)
	b.english = englishOf(b.words)
	sum.Write(b.english)
	b.version = hex.EncodeToString(sum.Sum(nil))[:16]
	return b
})

// said matches t("…") in a module.
var said = regexp.MustCompile(`\bt\(("(?:[^"\\]|\\.)*")`)

func saidIn(module []byte) []string {
	var words []string
	for _, m := range said.FindAllSubmatch(module, -1) {
		if s, err := strconv.Unquote(string(m[1])); err == nil {
			words = append(words, s)
		}
	}
	return words
}

// englishOf is the English of sentences by their Chinese. What the catalogue lacks is said in Chinese.
func englishOf(words []string) []byte {
	en := map[string]string{}
	for _, w := range words {
		if s, ok := catalogue.Say(string(ui.English), w); ok {
			en[w] = s
		}
	}
	body, err := json.Marshal(en) // escapes < and >, so that it may stand in a page
	if err != nil {
		panic(err) // strings always can be written
	}
	return body
}

// file is the address of a file of this build.
func file(name string) string { return "/grid/app/" + built().version + "/" + name }

// appFile serves the files of this build. They may be kept for ever: a change changes the address.
func appFile(w http.ResponseWriter, r *http.Request) {
	b := built()
	body, found := b.files[r.PathValue("name")]
	if !found || r.PathValue("version") != b.version {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	send(w, r.PathValue("name"), body)
}

func send(w http.ResponseWriter, name string, body []byte) {
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) {
	case ".mjs":
		kind = "text/javascript; charset=utf-8"
	case ".webmanifest":
		kind = "application/manifest+json"
	}
	w.Header().Set("Content-Type", kind)
	w.Write(body)
}

// serviceWorker is the script that works without a network: the file, under which stand the version and what it keeps. It is asked for anew at every visit.
func serviceWorker(w http.ResponseWriter, _ *http.Request) {
	b := built()
	keep := []string{shellAt, "/grid/manifest.webmanifest", ui.Asset("linli.css"), ui.Asset("mark.svg")}
	for name := range b.files {
		if name != "sw.js" {
			keep = append(keep, file(name))
		}
	}
	slices.Sort(keep)
	list, err := json.Marshal(keep)
	if err != nil {
		panic(err) // strings always can be written
	}
	body := bytes.NewBuffer(nil)
	body.WriteString("const VERSION = \"" + b.version + "\";\nconst KEEP = " + string(list) + ";\n")
	body.Write(b.files["sw.js"])
	w.Header().Set("Cache-Control", "no-cache")
	send(w, "sw.js", body.Bytes())
}

// manifest tells a phone how to install the pages.
func manifest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	name := ui.T(ctx, "邻里网格")
	if c := ui.ReaderOf(ctx).Site.City; c != "" {
		name = c + " " + name
	}
	body, err := json.Marshal(map[string]any{
		"id": "/grid/", "name": name, "short_name": ui.T(ctx, "邻里网格"), "lang": strings.ReplaceAll(string(ui.LangOf(ctx)), "zh", "zh-CN"),
		"start_url": "/grid/", "scope": "/grid/", "display": "standalone", "orientation": "portrait",
		"background_color": "#ffffff", "theme_color": "#0b6158",
		"icons": []map[string]string{
			{"src": file("icon-192.png"), "sizes": "192x192", "type": "image/png"},
			{"src": file("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
		},
		"shortcuts": []map[string]any{{"name": ui.T(ctx, "上报"), "url": "/grid/report"}, {"name": ui.T(ctx, "核查"), "url": "/grid/checks"}},
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	send(w, "manifest.webmanifest", body)
	return nil
}
