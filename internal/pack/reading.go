package pack

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// Limits on one pack.
const (
	maxFiles    = 2000
	maxProblems = 200
)

// reading is one pack while it is read. Problems are collected; the pack is used only when there are none.
type reading struct {
	dir     string
	pack    *Pack
	spec    documentSpec
	parts   parts
	used    map[string]bool // parameters asked for
	docs    map[string]*strict.Doc
	ps      rule.Problems
	lexicon *lexicon.Lexicon // of the standard and this pack
}

func (r *reading) bad(at rule.At, format string, args ...any) { r.ps.Addf(at, format, args...) }
func (r *reading) add(ps rule.Problems)                       { r.ps = append(r.ps, ps...) }

// readPack reads the pack whose files are given. local returns what the city has set for a document, the zero Value when
// nothing; a local.yaml among the files, which Pack.Files puts there, goes before it. With serving, the examples are left unread.
func readPack(dir string, files map[string][]byte, local func(document string) strict.Value, serving bool) (*Pack, rule.Problems) {
	r := &reading{dir: dir, used: map[string]bool{}, docs: map[string]*strict.Doc{},
		pack: &Pack{Dir: dir, files: files, elements: map[string]Element{}, unread: serving}}
	r.document()
	r.one("params.yaml", r.params)
	settings := local(r.pack.Document.ID)
	if doc := r.optional(localFile); doc != nil {
		r.add(doc.Decode(&settings))
	}
	r.override(settings)
	r.one("clauses.yaml", r.clauses)
	r.one("offices.yaml", r.offices)
	r.folders()
	r.editions()
	if len(r.ps) == 0 { // what is missing because it could not be read is not missing
		r.check()
	}
	r.version()
	return r.pack, sorted(r.ps)
}

// sorted puts problems in the order of their places and drops repetitions and what is beyond counting.
func sorted(ps rule.Problems) rule.Problems {
	slices.SortStableFunc(ps, func(a, b *rule.Problem) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Col, b.At.Col))
	})
	ps = slices.CompactFunc(ps, func(a, b *rule.Problem) bool { return *a == *b })
	if len(ps) > maxProblems {
		ps = append(ps[:maxProblems:maxProblems], &rule.Problem{At: ps[maxProblems].At, Text: fmt.Sprintf("另有 %d 处问题未列出", len(ps)-maxProblems)})
	}
	return ps
}

// slurp reads every file of the folder dir into memory.
func slurp(fsys fs.FS, dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case len(files) >= maxFiles:
			return fmt.Errorf("文件超过 %d 个", maxFiles)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Size() > strict.MaxBytes {
			return fmt.Errorf("%s 超过 %d KB", name, strict.MaxBytes>>10)
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		files[strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")] = data
		return nil
	})
	return files, err
}

// version names the content: the date of the document's text and a hash of every file but the examples, with what the
// city has set.
func (r *reading) version() {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(r.pack.files)) {
		if !strings.HasPrefix(name, "examples/") && !strings.HasSuffix(name, ".md") && name != localFile {
			fmt.Fprintf(h, "%s %d\n%s", name, len(r.pack.files[name]), r.pack.files[name])
		}
	}
	h.Write(r.pack.local())
	r.pack.Version = r.pack.Document.Issued.String() + "-" + hex.EncodeToString(h.Sum(nil))[:8]
	for _, e := range r.pack.editions {
		for _, s := range e.Standards {
			s.Version = r.pack.Version
		}
	}
}

// parse parses one file of the pack; nil when it cannot be used at all.
func (r *reading) parse(name string) *strict.Doc {
	doc, ps := strict.Parse(path.Join(r.dir, name), r.pack.files[name])
	r.add(ps)
	if doc != nil {
		r.docs[doc.File] = doc
	}
	return doc
}

// optional parses a file that a pack may lack; nil when it does or cannot be used.
func (r *reading) optional(name string) *strict.Doc {
	if _, ok := r.pack.files[name]; !ok {
		return nil
	}
	return r.parse(name)
}

// one reads a file that stands at the top of a pack. Only params.yaml may be missing.
func (r *reading) one(name string, use func(*strict.Doc)) {
	if _, ok := r.pack.files[name]; !ok && name != "params.yaml" {
		r.bad(rule.At{File: path.Join(r.dir, name), Line: 1, Col: 1}, "缺少此文件")
	}
	if doc := r.optional(name); doc != nil {
		use(doc)
	}
}

func (r *reading) cites(at rule.At, list []string) []law.Clause {
	var out []law.Clause
	for _, s := range list {
		if !strings.Contains(s, "#") {
			s = r.pack.Document.ID + "#" + s
		}
		c, err := law.Parse(s)
		if err != nil {
			r.bad(at, "条款写法不对：%s", s)
			continue
		}
		out = append(out, c)
	}
	return out
}

// param returns the value of a parameter on a day and notes that it was used.
func (r *reading) param(on civil.Date) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		r.used[name] = true
		p := r.pack.Param(name)
		if p == nil {
			return "", false
		}
		return p.On(on)
	}
}

// resolve replaces a whole text "$name" by the parameter's value.
func (r *reading) resolve(at rule.At, text string, on civil.Date) string {
	name, isParam := strings.CutPrefix(text, "$")
	if !isParam {
		return text
	}
	v, ok := r.param(on)(name)
	if !ok {
		r.bad(at, "没有参数 %s，或其在 %s 尚无值", name, on)
	}
	return v
}

func (r *reading) date(at rule.At, text string) civil.Date {
	text = r.resolve(at, text, civil.Date{})
	if text == "" {
		return civil.Date{}
	}
	d, err := civil.ParseDate(text)
	if err != nil {
		r.bad(at, "%s", err)
	}
	return d
}
