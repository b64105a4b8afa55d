package arch

import (
	"fmt"
	"go/ast"
	"sort"
)

// The budgets. A breach is no failure; it needs a sentence from whoever makes it.
const (
	FileLines     = 400  // 95th percentile of the lines of a file
	FunctionLines = 50   // 95th percentile of the lines of a function
	PackageLines  = 2500 // lines of a package, tests apart
	ImportDepth   = 13   // longest chain of our own imports
)

// A Length is the lines of one thing.
type Length struct {
	Name  string
	Lines int
}

// A Measure is the tree in numbers. Generated files and test files are left out; tests are counted apart.
type Measure struct {
	Files, Functions, Packages []Length // longest first
	Lines, TestLines           int
	Depth                      int
	Chain                      []string // the deepest chain, from the top down
}

// Take measures the tree.
func Take(t *Tree) Measure {
	var m Measure
	perPackage := map[string]int{}
	for _, p := range t.Sorted() {
		for _, f := range p.Files {
			if f.Test && !f.Generated {
				m.TestLines += f.Lines
			}
		}
	}
	for _, f := range t.written() {
		m.Lines += f.Lines
		m.Files = append(m.Files, Length{f.Path, f.Lines})
		perPackage[f.Package.Path] += f.Lines
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				lines := t.fset.Position(fn.End()).Line - t.line(fn) + 1
				m.Functions = append(m.Functions, Length{fmt.Sprintf("%s:%d %s", f.Path, t.line(fn), fn.Name.Name), lines})
			}
		}
	}
	for folder, lines := range perPackage {
		m.Packages = append(m.Packages, Length{folder, lines})
	}
	longestFirst(m.Files)
	longestFirst(m.Functions)
	longestFirst(m.Packages)
	m.Depth, m.Chain = Depth(t)
	return m
}

func longestFirst(list []Length) {
	sort.Slice(list, func(i, j int) bool {
		if list[i].Lines != list[j].Lines {
			return list[i].Lines > list[j].Lines
		}
		return list[i].Name < list[j].Name
	})
}

// P95 returns the length that 95 of 100 do not exceed; the list is longest first.
func P95(list []Length) int {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)/20].Lines
}
