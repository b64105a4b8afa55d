package arch

import (
	"cmp"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Published views begin with this; every package may read them, nobody may write them.
const published = "fact_"

// nouns is what the names of a package's tables begin with, where that is not the package's name.
var nouns = map[string][]string{
	"internal/casework":     {"case"},
	"internal/fact":         {"statement", "relation"}, // fact_ is what views are called
	"internal/register":     {"person", "organisation", "household", "dwelling", "facility", "register"},
	"internal/serviceorder": {"order", "service_order"}, // service_ alone is package service's
	"internal/staff":        {"staff", "unit"},
	"internal/web/session":  {"session"},
}

// A Table is what one migration creates: a table or a view.
type Table struct {
	Name, Owner string // Owner is the package's folder
	File        string
	Line        int
}

var (
	create   = regexp.MustCompile(`(?im)^\s*create\s+(?:unlogged\s+)?(?:virtual\s+)?(?:table|(?:or\s+replace\s+)?(?:materialized\s+)?view)\s+(?:if\s+not\s+exists\s+)?([a-z_][a-z0-9_]*)`)
	mention  = regexp.MustCompile(`(?i)\b(?:delete\s+from|from|join|into|update|references|table)\s+(?:only\s+)?([a-z_][a-z0-9_]*)`)
	looksSQL = regexp.MustCompile(`(?i)\b(?:select\b[\s\S]+\bfrom|insert\s+into|update\s+[a-z_]+\s+set|delete\s+from|with\s+[a-z_]+\s*(?:\([^)]*\))?\s+as\s*(?:materialized\s*)?\(|(?:create|drop|alter)\s+(?:table|index|view))\b`)
	remark   = regexp.MustCompile(`--[^\n]*`)
)

// Tables returns what the migrations create, by name. A table that two packages create is in the findings.
func Tables(t *Tree) (map[string]Table, []Finding) {
	tables, out := map[string]Table{}, []Finding(nil)
	for _, text := range t.SQL {
		owner, ok := strings.CutSuffix(path.Dir(text.Path), "/migrations")
		if !ok {
			continue
		}
		body := blankRemarks(text.Body)
		for _, at := range create.FindAllStringSubmatchIndex(body, -1) {
			n := strings.ToLower(body[at[2]:at[3]])
			line := 1 + strings.Count(body[:at[2]], "\n")
			was, taken := tables[n]
			if taken && was.Owner != owner {
				out = append(out, Finding{text.Path, line, "table " + n + " is already made by " + was.File + ": a table has one owner"})
			}
			if !named(n, owner) {
				out = append(out, Finding{text.Path, line, "table " + n + " does not begin with its owner's noun (" +
					strings.Join(nounsOf(owner), ", ") + "): rename it, or add the noun in internal/arch/sql.go"})
			}
			if !taken {
				tables[n] = Table{n, owner, text.Path, line}
			}
		}
	}
	return tables, out
}

func nounsOf(owner string) []string {
	if list := nouns[owner]; list != nil {
		return list
	}
	return []string{path.Base(owner)}
}

func named(table, owner string) bool {
	if strings.HasPrefix(table, published) {
		return true
	}
	for _, n := range nounsOf(owner) {
		if strings.HasPrefix(table, n) {
			return true
		}
	}
	return false
}

// blankRemarks empties SQL comments, keeping line numbers.
func blankRemarks(sql string) string { return remark.ReplaceAllString(sql, "") }

// Trespass finds SQL, in Go and in .sql files, that touches a table of another package, and any SQL in pages.
func Trespass(t *Tree) []Finding {
	tables, out := Tables(t)
	for _, text := range t.SQL {
		body := blankRemarks(text.Body)
		owner := strings.TrimSuffix(path.Dir(text.Path), "/migrations")
		for _, hit := range foreign(body, owner, tables) {
			out = append(out, Finding{text.Path, 1 + strings.Count(body[:hit.at], "\n"), hit.text})
		}
	}
	for _, f := range t.written() {
		if self(f.Package.Path) {
			continue
		}
		for _, s := range literals(f.AST) {
			if !looksSQL.MatchString(s.value) {
				continue
			}
			if page(f.Package.Path) {
				out = append(out, t.find(f, s.node, "SQL in a page: ask the domain package that owns the table for a function"))
				continue
			}
			for _, hit := range foreign(s.value, f.Package.Path, tables) {
				out = append(out, t.find(f, s.node, "%s", hit.text))
			}
		}
		if page(f.Package.Path) {
			out = append(out, t.statements(f)...)
		}
	}
	return out
}

func page(folder string) bool {
	return within(folder, "internal/api") || within(folder, "internal/web") && !within(folder, "internal/web/session")
}

type trespass struct {
	at   int
	text string
}

func foreign(sql, folder string, tables map[string]Table) []trespass {
	var out []trespass
	seen := map[string]bool{}
	for _, at := range mention.FindAllStringSubmatchIndex(sql, -1) {
		name := strings.ToLower(sql[at[2]:at[3]])
		table, known := tables[name]
		if !known || within(folder, table.Owner) || seen[name] {
			continue
		}
		verb := strings.ToLower(strings.Fields(sql[at[0]:at[1]])[0])
		if strings.HasPrefix(name, published) && (verb == "from" || verb == "join") {
			continue
		}
		seen[name] = true
		out = append(out, trespass{at[2], "table " + name + " belongs to " + table.Owner +
			": call that package, or read a view " + published + "… that it publishes"})
	}
	return out
}

type literal struct {
	node  ast.Node
	value string
}

// literals returns the strings of a file, with sums of strings put together and a mark for what is not constant.
func literals(file *ast.File) []literal {
	var out []literal
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BinaryExpr:
			if s, ok := sum(n); ok {
				out = append(out, literal{n, s})
				return false
			}
		case *ast.BasicLit:
			if s, ok := sum(n); ok {
				out = append(out, literal{n, s})
			}
		}
		return true
	})
	return out
}

// sum joins a + b + c when at least one of them is a string; other parts become " ? ".
func sum(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.ParenExpr:
		return sum(e.X)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			a, okA := sum(e.X)
			b, okB := sum(e.Y)
			if !okA {
				a = " ? "
			}
			if !okB {
				b = " ? "
			}
			return a + b, okA || okB
		}
	}
	return "", false
}

// txVerbs run SQL on a transaction; pages open transactions but hand them to the domain.
var txVerbs = map[string]bool{"Exec": true, "ExecOne": true, "ExecCount": true, "Query": true, "QueryRow": true}

func (t *Tree) statements(f *File) []Finding {
	var out []Finding
	ast.Inspect(f.AST, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !txVerbs[sel.Sel.Name] {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "tx" || x.Name == "db") {
			out = append(out, t.find(f, call, "%s.%s in a page: ask the domain package that owns the table for a function", x.Name, sel.Sel.Name))
		}
		return true
	})
	return out
}

// SortFindings orders by file, line and text.
func SortFindings(list []Finding) {
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
}
