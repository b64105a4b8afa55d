package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets/lib/*.js assets/lib/*.mjs assets/lib/*.css assets/own
var embedded embed.FS

// An asset is one file as it is sent.
type asset struct {
	kind   string
	plain  []byte
	zipped func() []byte // nil when gzip does not make it smaller
}

// library holds all assets by name. One hash over everything is part of every address, so that files may
// name each other by relative address and still be cached forever.
type library struct {
	hash  string
	files map[string]asset
}

var assets = sync.OnceValue(func() library {
	lib := library{files: map[string]asset{}}
	sum := sha256.New()
	add := func(name string, body []byte) {
		sum.Write([]byte(name))
		sum.Write(body)
		lib.files[name] = asset{kind: kindOf(name), plain: body, zipped: sync.OnceValue(func() []byte { return squeeze(body) })}
	}
	var css bytes.Buffer
	err := fs.WalkDir(embedded, "assets", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(p)
		if path.Base(path.Dir(p)) == "css" { // our own style, in files of one subject each, in order of name
			css.Write(body)
		} else {
			add(path.Base(p), body)
		}
		return err
	})
	if err != nil {
		panic("embedded assets: " + err.Error()) // the program was built without its own files
	}
	add("linli.css", css.Bytes())
	lib.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return lib
})

func kindOf(name string) string {
	if path.Ext(name) == ".mjs" {
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func squeeze(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	z.Write(b)
	z.Close()
	if out.Len() >= len(b) {
		return nil
	}
	return out.Bytes()
}

// Asset returns the address of an embedded file, e.g. "linli.css".
func Asset(name string) string { return "/assets/" + assets().hash + "/" + name }

// Assets serves embedded files under /assets/<hash>/. Files may be kept forever: a change changes the hash.
// An address with an older hash is not found, never the wrong file.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lib := assets()
		name, ok := strings.CutPrefix(r.URL.Path, "/assets/"+lib.hash+"/")
		a, found := lib.files[name]
		if !ok || !found {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			if z := a.zipped(); z != nil {
				h.Set("Content-Encoding", "gzip")
				body = z
			}
		}
		w.Write(body)
	})
}
