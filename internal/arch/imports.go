package arch

import (
	"strings"
)

// Imports checks that imports go down the floors only, that no folder is without a row, and that database drivers
// and database/sql stay behind package db.
func Imports(t *Tree) []Finding {
	var out []Finding
	for _, p := range t.Sorted() {
		if self(p.Path) {
			continue
		}
		row, ok := RowOf(p.Path)
		if !ok {
			out = append(out, t.find(p.Files[0], p.Files[0].AST.Name,
				"%s is on no floor: add a row with its reason to Floors in internal/arch/floors.go", p.Path))
			continue
		}
		for _, f := range p.Files {
			out = append(out, t.importsOf(f, row)...)
		}
	}
	return out
}

func (t *Tree) importsOf(f *File, from Row) []Finding {
	var out []Finding
	for _, spec := range f.AST.Imports {
		path := importPath(spec)
		target, own := ours(path)
		if !own {
			if driver(path) && !mayUseDrivers(f) {
				out = append(out, t.find(f, spec, "%s belongs behind internal/db: take a *db.Tx", path))
			}
			continue
		}
		if self(target) {
			out = append(out, t.find(f, spec, "internal/arch checks the house and is no part of it: do not import it"))
			continue
		}
		if f.Test && (testOnly(target) || target == f.Package.Path) {
			continue
		}
		if testOnly(target) && !testOnly(f.Package.Path) {
			out = append(out, t.find(f, spec, "%s is for tests only: import it from _test.go files", target))
			continue
		}
		to, ok := RowOf(target)
		if !ok {
			continue // the folder's own finding says it
		}
		if text := edge(from, to); text != "" {
			out = append(out, t.find(f, spec, "%s", text))
		}
	}
	return out
}

func edge(from, to Row) string {
	switch {
	case from.Folder == to.Folder || from.Floor > to.Floor:
		return ""
	case Beside[[2]string{from.Folder, to.Folder}] != "":
		return ""
	case from.Floor == to.Floor && strings.HasPrefix(from.Folder, "internal/web/"):
		return from.Folder + " must not import " + to.Folder +
			": pages of different people share through internal/web/part or the domain"
	case from.Floor == to.Floor:
		return from.Folder + " and " + to.Folder + " are on one floor: move what both need down, send news up as a job," +
			" or add the edge with its reason to Beside in internal/arch/floors.go"
	}
	return from.Folder + " must not import " + to.Folder + ", which is on a higher floor: insert a job row and let " +
		to.Folder + " own its handler, or move what is needed down"
}

func driver(path string) bool {
	return path == "database/sql" ||
		strings.HasPrefix(path, "github.com/jackc/pgx") || strings.HasPrefix(path, "modernc.org/sqlite") ||
		strings.HasPrefix(path, "github.com/pressly/goose")
}

// driverUsers may touch a driver: the floor is measured bare, and deps.go only pins versions.
var driverUsers = map[string]string{
	"internal/db":    "it is the wrapper",
	"internal/app":   "the benchmark's floor is a bare handler on a bare driver",
	"internal/bench": "the benchmark's floor is a bare handler on a bare driver",
}

func mayUseDrivers(f *File) bool {
	if f.Test {
		return true
	}
	for folder := range driverUsers {
		if within(f.Package.Path, folder) {
			return true
		}
	}
	return false
}

// Depth returns the length of the longest chain of our own imports, and the chain from the top down.
func Depth(t *Tree) (int, []string) {
	memo := map[string][]string{}
	var walk func(string) []string
	walk = func(folder string) []string {
		if chain, ok := memo[folder]; ok {
			return chain
		}
		memo[folder] = []string{folder}
		var below []string
		for _, f := range t.Packages[folder].Files {
			for _, spec := range f.AST.Imports {
				target, own := ours(importPath(spec))
				if !own || f.Test || t.Packages[target] == nil {
					continue
				}
				if chain := walk(target); len(chain) > len(below) {
					below = chain
				}
			}
		}
		memo[folder] = append([]string{folder}, below...)
		return memo[folder]
	}
	var longest []string
	for _, p := range t.Sorted() {
		if chain := walk(p.Path); len(chain) > len(longest) {
			longest = chain
		}
	}
	return len(longest), longest
}
