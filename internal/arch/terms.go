package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strings"
)

// domains hold the nouns of the town. Each exported type there says which Chinese word it stands for.
var domains = []string{
	"internal/place", "internal/register", "internal/staff", "internal/book", "internal/catalog", "internal/ledger",
	"internal/notify", "internal/casework", "internal/duty", "internal/benefit", "internal/serviceorder",
	"internal/assembly", "internal/notice", "internal/credit", "internal/exchange", "internal/indicator",
}

// notNouns are exported types of domain packages that are no noun of the town, and why.
var notNouns = map[string]string{}

// A Term is one row of the glossary.
type Term struct {
	Chinese string
	Types   []string // package.Type, from the last column
	Line    int
}

var (
	opening = regexp.MustCompile(`^(?:An? |The )?([A-Z]\w*) \((\p{Han}[^()]*)\)`)
	coded   = regexp.MustCompile("`([a-z]+\\.[A-Z]\\w*)`")
)

// Glossary reads the rows of GLOSSARY.md: a table row whose first cell holds Chinese.
func Glossary(text Text) []Term {
	var out []Term
	for i, line := range strings.Split(text.Body, "\n") {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || len(cells) < 3 || !hasHan(cells[0]) || strings.TrimSpace(cells[0]) == "词" {
			continue
		}
		term := Term{Chinese: strings.TrimSpace(cells[0]), Line: i + 1}
		for _, m := range coded.FindAllStringSubmatch(cells[len(cells)-1], -1) {
			term.Types = append(term.Types, m[1])
		}
		out = append(out, term)
	}
	return out
}

func hasHan(s string) bool { return regexp.MustCompile(`\p{Han}`).MatchString(s) }

// Terms compares the exported types with the glossary, both ways.
func Terms(t *Tree) []Finding {
	glossary := Glossary(t.Glossary)
	listed := map[string]bool{} // "办件 casework.Case"
	for _, term := range glossary {
		for _, word := range strings.FieldsFunc(term.Chinese, func(r rune) bool { return r == '/' || r == '、' || r == ' ' }) {
			for _, name := range term.Types {
				listed[word+" "+name] = true
			}
		}
	}
	var out []Finding
	exists := map[string]bool{}
	t.eachType(func(f *File, name string, doc string, spec *ast.TypeSpec) {
		full := path.Base(f.Package.Path) + "." + name
		exists[full] = true
		m := opening.FindStringSubmatch(doc)
		if m == nil || m[1] != name {
			if inDomain(f.Package.Path) && notNouns[full] == "" {
				out = append(out, t.find(f, spec, "type %s: open its comment with the word of the town, // A %s (中文) is …", name, name))
			}
			return
		}
		for _, word := range strings.Split(m[2], "、") {
			if !listed[strings.TrimSpace(word)+" "+full] {
				out = append(out, t.find(f, spec, "%s (%s) is not in GLOSSARY.md: add the row | %s | %s | … | `%s` |", name, word, word, name, full))
			}
		}
	})
	for _, term := range glossary {
		for _, full := range term.Types {
			pkg, _, _ := strings.Cut(full, ".")
			if !exists[full] && t.hasPackage(pkg) {
				out = append(out, Finding{t.Glossary.Path, term.Line, fmt.Sprintf("%s names type %s, which does not exist: correct the last column", term.Chinese, full)})
			}
		}
	}
	return out
}

func inDomain(folder string) bool {
	for _, d := range domains {
		if folder == d {
			return true
		}
	}
	return false
}

func (t *Tree) hasPackage(base string) bool {
	for _, p := range t.Sorted() {
		if path.Base(p.Path) == base && !p.onlyTests() {
			return true
		}
	}
	return false
}

// eachType calls fn for each exported type that a person wrote, with its comment.
func (t *Tree) eachType(fn func(f *File, name, doc string, spec *ast.TypeSpec)) {
	for _, f := range t.written() {
		if self(f.Package.Path) {
			continue
		}
		for _, d := range f.AST.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.TypeSpec)
				if !spec.Name.IsExported() {
					continue
				}
				doc := spec.Doc.Text()
				if doc == "" {
					doc = gen.Doc.Text()
				}
				fn(f, spec.Name.Name, doc, spec)
			}
		}
	}
}
