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
	"internal/place", "internal/lexicon", "internal/fact", "internal/register", "internal/event", "internal/class", "internal/staff", "internal/book", "internal/catalog", "internal/ledger",
	"internal/notify", "internal/casework", "internal/duty", "internal/benefit", "internal/serviceorder",
	"internal/assembly", "internal/notice", "internal/credit", "internal/exchange", "internal/indicator", "internal/admission", "internal/hall", "internal/table", "internal/grid", "internal/fixture", "internal/payrun",
}

// notNouns are names of exported types that only programmers say, and what they are. A word that people say belongs
// in the glossary.
var notNouns = map[string]string{
	"Admissions": "functions bound to what they need", "Benefits": "functions bound to what they need", "Attempt": "result of one try to send", "BadRow": "line of an import", "Canvas": "argument: where an invented map lies",
	"Classes": "functions bound to what they need", "Cases": "functions bound to what they need", "Change": "argument: day and basis of a change",
	"Fixtures": "functions bound to what they need", "AsOf": "argument: the two axes of time", "Directory": "copy in memory", "Events": "functions bound to what they need", "Outcome": "result of a telling", "Queue": "argument of a list", "Runs": "functions bound to what they need",
	"Side": "argument of a list", "SourceKind": "by what way", "Subject": "whom a fact is about, see lexicon.Kind", "Duties": "functions bound to what they need", "Drawn": "result: an invented outline", "FileGateway": "one kind of gateway",
	"Filter": "argument of a list", "HTTPGateway": "one kind of gateway", "Index": "keeper of a copy in memory",
	"Indicators": "functions bound to what they need", "Notices": "functions bound to what they need", "Orders": "functions bound to what they need",
	"Import": "functions bound to what they need", "Kind": "which secret is meant", "Map": "copy in memory", "New": "argument: what is to be added", "Newcomer": "argument: what somebody gives of himself", "Options": "settings given at wiring",
	"Page": "part of a list", "Password": "a hash", "Report": "result of an import", "Row": "line of an import",
	"Publisher": "functions bound to what they need", "Sender": "functions bound to what they need", "Source": "settings given at wiring", "Table": "input of an import",
	"Tables": "functions bound to what they need", "Tree": "copy in memory", "Version": "tells that a copy in memory is stale",
}

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
	listed := listedTerms(glossary)
	var out []Finding
	exists := map[string]bool{}
	t.eachType(func(f *File, name, doc string, spec *ast.TypeSpec) {
		full := path.Base(f.Package.Path) + "." + name
		exists[full] = true
		words := wordsOf(name, doc)
		if words == nil && inDomain(f.Package.Path) && notNouns[name] == "" {
			out = append(out, t.find(f, spec, "type %s: open its comment with the word of the town, // A %s (中文) is …,"+
				" or, when it is none, give the reason in notNouns in internal/arch/terms.go", name, name))
		}
		for _, word := range words {
			if !listed[word+" "+full] {
				out = append(out, t.find(f, spec, "%s (%s) is not in GLOSSARY.md: add the row %s", name, word, row(word, name, full, "…")))
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

// MissingTerms returns the rows that GLOSSARY.md lacks, with the comments of the types for a meaning.
func MissingTerms(t *Tree) []string {
	listed := listedTerms(Glossary(t.Glossary))
	var out []string
	t.eachType(func(f *File, name, doc string, _ *ast.TypeSpec) {
		full := path.Base(f.Package.Path) + "." + name
		for _, word := range wordsOf(name, doc) {
			if !listed[word+" "+full] {
				out = append(out, row(word, name, full, strings.Join(strings.Fields(doc), " ")))
			}
		}
	})
	return out
}

func row(word, name, full, meaning string) string {
	return "| " + word + " | " + name + " | " + meaning + " | `" + full + "` |"
}

// listedTerms returns what the glossary has as "办件 casework.Case"; a first cell may hold several words.
func listedTerms(glossary []Term) map[string]bool {
	listed := map[string]bool{}
	for _, term := range glossary {
		for _, word := range strings.FieldsFunc(term.Chinese, func(r rune) bool { return r == '/' || r == '、' || r == ' ' }) {
			for _, name := range term.Types {
				listed[word+" "+name] = true
			}
		}
	}
	return listed
}

// wordsOf returns the Chinese words that a type's comment opens with, nil when it opens otherwise.
func wordsOf(name, doc string) []string {
	m := opening.FindStringSubmatch(doc)
	if m == nil || m[1] != name {
		return nil
	}
	return strings.FieldsFunc(m[2], func(r rune) bool { return r == '、' || r == '/' || r == ' ' })
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
