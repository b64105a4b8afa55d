package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// A Tree is the source of the module, parsed but not type-checked.
type Tree struct {
	Packages map[string]*Package // by folder, e.g. "internal/civil"
	SQL      []Text              // every .sql file
	Glossary Text                // GLOSSARY.md, empty when missing
	fset     *token.FileSet
}

// A Package is one folder with Go files.
type Package struct {
	Path  string // folder below the root of the module
	Name  string // package clause, without _test
	Files []*File
}

// A File is one Go file.
type File struct {
	Path      string
	Package   *Package
	AST       *ast.File
	Test      bool // name ends in _test.go
	Generated bool // carries the standard mark of generated files
	Lines     int
}

// A Text is a file that is not Go.
type Text struct {
	Path, Body string
}

// A Finding is one breach of a rule: where, what, and what to do.
type Finding struct {
	File string
	Line int
	Text string
}

// String returns "file:line: text", which editors can jump to.
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Load parses everything below root except hidden folders, testdata and node_modules.
func Load(root fs.FS) (*Tree, error) {
	t := &Tree{Packages: map[string]*Package{}, fset: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(name, d.Name())
		}
		switch {
		case strings.HasSuffix(name, ".go"):
			return t.addGo(root, name)
		case strings.HasSuffix(name, ".sql"):
			b, err := fs.ReadFile(root, name)
			t.SQL = append(t.SQL, Text{name, string(b)})
			return err
		case name == "GLOSSARY.md":
			b, err := fs.ReadFile(root, name)
			t.Glossary = Text{name, string(b)}
			return err
		}
		return nil
	})
	return t, err
}

func skip(name, base string) error {
	if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || name == "data" || name == "bin") {
		return fs.SkipDir
	}
	return nil
}

var generatedMark = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func (t *Tree) addGo(root fs.FS, name string) error {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(t.fset, name, b, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	p := t.Packages[dir]
	if p == nil {
		p = &Package{Path: dir}
		t.Packages[dir] = p
	}
	p.Name = strings.TrimSuffix(f.Name.Name, "_test")
	p.Files = append(p.Files, &File{
		Path: name, Package: p, AST: f,
		Test:      strings.HasSuffix(name, "_test.go"),
		Generated: generatedMark.Match(b),
		Lines:     strings.Count(string(b), "\n"),
	})
	return nil
}

// Sorted returns the packages in the order of their paths.
func (t *Tree) Sorted() []*Package {
	list := make([]*Package, 0, len(t.Packages))
	for _, p := range t.Packages {
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}

// written returns the files of the program that a person wrote: no tests, nothing generated.
func (t *Tree) written() []*File {
	var list []*File
	for _, p := range t.Sorted() {
		for _, f := range p.Files {
			if !f.Test && !f.Generated {
				list = append(list, f)
			}
		}
	}
	return list
}

func (t *Tree) line(n ast.Node) int { return t.fset.Position(n.Pos()).Line }

func (t *Tree) find(f *File, n ast.Node, format string, args ...any) Finding {
	return Finding{f.Path, t.line(n), fmt.Sprintf(format, args...)}
}

func importPath(s *ast.ImportSpec) string {
	p, err := strconv.Unquote(s.Path.Value)
	if err != nil {
		return s.Path.Value
	}
	return p
}

// ours returns the folder of an import path of this module.
func ours(p string) (string, bool) { return strings.CutPrefix(p, "linli/") }

// within reports whether folder is base or below it.
func within(folder, base string) bool { return folder == base || strings.HasPrefix(folder, base+"/") }
