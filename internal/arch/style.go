package arch

import (
	"go/ast"
	"path"
	"strings"
)

// banned are names that say nothing about what is inside.
var banned = map[string]bool{
	"util": true, "utils": true, "common": true, "model": true, "models": true, "manager": true, "managers": true,
	"helper": true, "helpers": true, "misc": true, "base": true, "shared": true, "types": true,
}

// Names refuses packages named after nothing, and packages without doc.go. A command, and a package of one file, may
// say there what doc.go would.
func Names(t *Tree) []Finding {
	var out []Finding
	for _, p := range t.Sorted() {
		first := p.Files[0]
		for _, part := range append(strings.Split(p.Path, "/"), p.Name) {
			if banned[part] {
				out = append(out, t.find(first, first.AST.Name, "package %s: %q says nothing: name it after the noun it holds", p.Path, part))
				break
			}
		}
		if within(p.Path, "test") || p.onlyTests() {
			continue
		}
		doc := p.file("doc.go")
		switch {
		case doc == nil && p.documented() && (p.Name == "main" || p.files() == 1):
		case doc == nil:
			out = append(out, t.find(first, first.AST.Name, "%s has no doc.go: say what it promises, its tables, and what it never does", p.Path))
		case doc.AST.Doc == nil || len(doc.AST.Doc.Text()) < 40:
			out = append(out, t.find(doc, doc.AST.Name, "doc.go says nothing: say what the package promises, its tables, and what it never does"))
		}
	}
	return out
}

func (p *Package) onlyTests() bool {
	for _, f := range p.Files {
		if !f.Test {
			return false
		}
	}
	return true
}

// files counts what a person wrote for the program.
func (p *Package) files() int {
	n := 0
	for _, f := range p.Files {
		if !f.Test && !f.Generated {
			n++
		}
	}
	return n
}

func (p *Package) documented() bool {
	for _, f := range p.Files {
		if f.AST.Doc != nil && !f.Test {
			return true
		}
	}
	return false
}

func (p *Package) file(name string) *File {
	for _, f := range p.Files {
		if path.Base(f.Path) == name {
			return f
		}
	}
	return nil
}

// mayAskTheClock are the folders that may call time.Now: everyone else takes the time from its transaction or as
// an argument, so that a test can choose it and a closure that runs twice decides the same.
var mayAskTheClock = map[string]string{
	"internal/db":          "fixes the time of each transaction, and is where a test puts its clock in",
	"internal/blob":        "marks a file as fresh, in the time of the file system that sweeps by it",
	"internal/bench":       "measures",
	"internal/app":         "hands the clock to everything else, and measures",
	"internal/web/api":     "measures requests and their rate; decisions take the transaction's time",
	"internal/web/session": "tells the browser how long a cookie lives from now on",
	"internal/arch":        "no part of the program",
	"cmd":                  "measures, and reads the date for commands that have no transaction",
	"test":                 "measures and waits",
}

// Clock refuses calls to time.Now and its relatives in domain code, and time.Sleep everywhere but in test/.
func Clock(t *Tree) []Finding {
	var out []Finding
	for _, p := range t.Sorted() {
		for _, f := range p.Files {
			if f.Generated {
				continue
			}
			free := f.Test || allowed(p.Path, mayAskTheClock)
			eachUse(f, "time", func(sel *ast.SelectorExpr) {
				switch sel.Sel.Name {
				case "Now", "Since", "Until":
					if !free {
						out = append(out, t.find(f, sel, "time.%s in domain code: use tx.Now(), or take the instant as an argument", sel.Sel.Name))
					}
				case "Sleep":
					if !within(p.Path, "test") {
						out = append(out, t.find(f, sel, "time.Sleep: wait for what you wait for (a channel, a context, a condition)"))
					}
				}
			})
		}
	}
	return out
}

func allowed(folder string, list map[string]string) bool {
	for base := range list {
		if within(folder, base) {
			return true
		}
	}
	return false
}

// eachUse calls fn for each selector of an imported package, whatever it is called in this file.
func eachUse(f *File, importedPath string, fn func(*ast.SelectorExpr)) {
	name := ""
	for _, spec := range f.AST.Imports {
		if importPath(spec) == importedPath {
			name = path.Base(importedPath)
			if spec.Name != nil {
				name = spec.Name.Name
			}
		}
	}
	if name == "" {
		return
	}
	ast.Inspect(f.AST, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == name {
				fn(sel)
			}
		}
		return true
	})
}

// Inits refuses init functions: what a program registers, its wiring says.
func Inits(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.written() {
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, t.find(f, fn, "init function: make it a value or a function that internal/app calls"))
			}
		}
	}
	return out
}
