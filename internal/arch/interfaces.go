package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"sort"
	"strings"
)

// fewImplementers are interfaces with fewer than two implementations of ours, and why they stay.
var fewImplementers = map[string]string{}

// Interfaces finds interfaces that fewer than two types of ours implement. It compares method names with the
// number of parameters and results, without type-checking: good enough to ask the question.
func Interfaces(t *Tree) []Finding {
	types := t.methodSets()
	var out []Finding
	for _, f := range t.written() {
		if self(f.Package.Path) {
			continue
		}
		eachInterface(f, func(spec *ast.TypeSpec, want []string) {
			name := path.Base(f.Package.Path) + "." + spec.Name.Name
			if len(want) == 0 || fewImplementers[name] != "" {
				return
			}
			var who []string
			for typ, have := range types {
				if covers(have, want) {
					who = append(who, typ)
				}
			}
			sort.Strings(who)
			if len(who) < 2 {
				out = append(out, t.find(f, spec, "interface %s has %d implementation(s) %v: use the type itself until a second real one exists,"+
					" or give the reason in fewImplementers in internal/arch/interfaces.go", name, len(who), who))
			}
		})
	}
	return out
}

func covers(have map[string]bool, want []string) bool {
	for _, m := range want {
		if !have[m] {
			return false
		}
	}
	return true
}

// eachInterface passes the interfaces of a file that have methods of their own only. One that embeds another, or
// is a constraint, is left alone: the embedded one is asked for itself.
func eachInterface(f *File, fn func(spec *ast.TypeSpec, methods []string)) {
	for _, d := range f.AST.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, s := range gen.Specs {
			spec := s.(*ast.TypeSpec)
			it, ok := spec.Type.(*ast.InterfaceType)
			if !ok {
				continue
			}
			var methods []string
			for _, m := range it.Methods.List {
				ft, ok := m.Type.(*ast.FuncType)
				if !ok {
					methods = nil
					break
				}
				for _, n := range m.Names {
					methods = append(methods, shape(n.Name, ft))
				}
			}
			fn(spec, methods)
		}
	}
}

func shape(name string, ft *ast.FuncType) string {
	return fmt.Sprintf("%s/%d/%d", name, width(ft.Params), width(ft.Results))
}

func width(list *ast.FieldList) int {
	if list == nil {
		return 0
	}
	return list.NumFields()
}

// methodSets returns the methods of each concrete type, those of embedded types of ours included.
func (t *Tree) methodSets() map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	embeds := map[string][]string{}
	for _, f := range t.written() {
		for _, d := range f.AST.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					add(sets, f.Package.Path+"."+receiver(d.Recv.List[0].Type), shape(d.Name.Name, d.Type))
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if spec, ok := s.(*ast.TypeSpec); ok {
						embeds[f.Package.Path+"."+spec.Name.Name] = embedded(f, spec)
					}
				}
			}
		}
	}
	for round := 0; round < 4; round++ { // deeper embedding than this is not worth finding
		for typ, list := range embeds {
			for _, inner := range list {
				for m := range sets[inner] {
					add(sets, typ, m)
				}
			}
		}
	}
	return sets
}

func add(sets map[string]map[string]bool, typ, method string) {
	if sets[typ] == nil {
		sets[typ] = map[string]bool{}
	}
	sets[typ][method] = true
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func embedded(f *File, spec *ast.TypeSpec) []string {
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil
	}
	var out []string
	for _, field := range st.Fields.List {
		if len(field.Names) > 0 {
			continue
		}
		typ := field.Type
		if star, ok := typ.(*ast.StarExpr); ok {
			typ = star.X
		}
		switch typ := typ.(type) {
		case *ast.Ident:
			out = append(out, f.Package.Path+"."+typ.Name)
		case *ast.SelectorExpr:
			if x, ok := typ.X.(*ast.Ident); ok {
				out = append(out, folderOf(f, x.Name)+"."+typ.Sel.Name)
			}
		}
	}
	return out
}

func folderOf(f *File, name string) string {
	for _, spec := range f.AST.Imports {
		p := importPath(spec)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && path.Base(p) == name {
			return strings.TrimPrefix(p, "linli/")
		}
	}
	return name
}
