package catalogue

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// A Use is one place in the source that says a sentence.
type Use struct {
	Key  string
	File string
	Line int
}

// String returns file:line and the sentence.
func (u Use) String() string { return fmt.Sprintf("%s:%d: %s", u.File, u.Line, u.Key) }

// Missing returns the sentences under root that pages may say and no translation exists for: every literal of
// T(ctx, "…") and N("…") in Go and templ files, and every format of a fault. Keys without Chinese need none.
func Missing(root fs.FS) ([]Use, error) {
	var out []Use
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		var uses []Use
		switch {
		case strings.HasSuffix(p, ".templ"):
			uses, err = inTempl(root, p)
		case strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go") && !strings.HasSuffix(p, "_templ.go"):
			uses, err = inGo(root, p)
		}
		for _, u := range uses {
			if _, ok := Say("en", u.Key); !ok && chinese(u.Key) {
				out = append(out, u)
			}
		}
		return err
	})
	return out, err
}

// said matches T(ctx, "…"), ui.T(r.Context(), "…") and N("…") in a template.
var said = regexp.MustCompile(`\b(?:T\([^",]+, ?|N\()("(?:[^"\\]|\\.)*")`)

func inTempl(root fs.FS, name string) ([]Use, error) {
	body, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	var uses []Use
	n := 0
	for line := range strings.Lines(string(body)) {
		n++
		for _, m := range said.FindAllStringSubmatch(line, -1) {
			key, err := strconv.Unquote(m[1])
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			uses = append(uses, Use{key, name, n})
		}
	}
	return uses, nil
}

// formatAt tells which argument of a call is a sentence.
var formatAt = map[string]int{
	"T": 1, "N": 0,
	"fault.Invalid": 1, "fault.NotFound": 0, "fault.Conflict": 0, "fault.Forbidden": 0, "fault.Refused": 1,
	"fault.Unavailable": 1,
	"miss":              1, // as functions are called that gather what is wrong with each field
}

func inGo(root fs.FS, name string) ([]Use, error) {
	body, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, body, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil // somebody is writing it just now; the compiler will tell
	}
	var uses []Use
	add := func(e ast.Expr) {
		if s, ok := literal(e); ok {
			uses = append(uses, Use{s, name, set.Position(e.Pos()).Line})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if at, ok := formatAt[calleeOf(n.Fun)]; ok && len(n.Args) > at {
				add(n.Args[at])
			}
		case *ast.CompositeLit:
			if t := calleeOf(n.Type); t == "fault.FieldError" || t == "fault.Error" {
				for _, el := range n.Elts {
					if kv, ok := el.(*ast.KeyValueExpr); ok && calleeOf(kv.Key) == "Format" {
						add(kv.Value)
					}
				}
			}
		}
		return true
	})
	return uses, nil
}

// calleeOf names what is called: "T" for T and ui.T alike, "fault.Invalid" for a fault.
func calleeOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && x.Name == "fault" {
			return "fault." + e.Sel.Name
		} else if ok && x.Name == "ui" {
			return e.Sel.Name
		}
	}
	return ""
}

// literal returns the value of a string literal, also one joined with +.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok := literal(e.X)
		b, ok2 := literal(e.Y)
		return a + b, ok && ok2 && e.Op == token.ADD
	}
	return "", false
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
