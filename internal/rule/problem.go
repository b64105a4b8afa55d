package rule

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
)

// At is where an expression begins in its file: lines and columns count from 1, columns in characters. The zero At
// means "line 1, column 1 of no file".
type At struct {
	File      string
	Line, Col int
}

// String returns "file:line:column".
func (a At) String() string {
	s := fmt.Sprintf("%d:%d", a.Line, a.Col)
	if a.File != "" {
		s = a.File + ":" + s
	}
	return s
}

// shift returns the place of line (from 1) and column (from 0) of the expression's own text. Lines after the first
// are taken to begin in the same column, as in a YAML block.
func (a At) shift(line, col int) At {
	return At{a.File, max(a.Line, 1) + max(line, 1) - 1, max(a.Col, 1) + max(col, 0)}
}

// A Problem is one thing wrong in a pack, with its place and a Chinese sentence.
type Problem struct {
	At   At
	Text string
}

// Error returns "file:line:column: sentence".
func (p *Problem) Error() string { return p.At.String() + ": " + p.Text }

// Problems are all that is wrong with one expression, rule, parameter or form, in the order of their places.
type Problems []*Problem

// Error joins the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns the problems as an error, nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Addf appends one problem.
func (ps *Problems) Addf(at At, format string, args ...any) {
	*ps = append(*ps, &Problem{at, fmt.Sprintf(format, args...)})
}

// Add appends what err holds: each of its Problems with its own place, any other error at the given place.
func (ps *Problems) Add(at At, err error) {
	switch e := err.(type) {
	case nil:
	case Problems:
		*ps = append(*ps, e...)
	case *Problem:
		*ps = append(*ps, e)
	default:
		ps.Addf(at, "%s", err)
	}
}

// fromIssues places and translates what CEL found.
func (e *Env) fromIssues(at At, iss *cel.Issues) Problems {
	var ps Problems
	for _, found := range iss.Errors() {
		ps.Addf(place(at, found.Location), "%s", e.translate(found.Message))
	}
	slices.SortStableFunc(ps, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Col, b.At.Col))
	})
	return ps
}

func place(at At, l common.Location) At { return at.shift(l.Line(), l.Column()) }

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noOverload = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
)

// translate turns CEL's commonest findings into Chinese; the rest keep their English behind a Chinese head.
func (e *Env) translate(msg string) string {
	if m := undeclared.FindStringSubmatch(msg); m != nil {
		if near := e.nearest(m[1]); near != "" {
			return fmt.Sprintf("没有名为“%s”的事实或函数，是否应为“%s”？", m[1], near)
		}
		return fmt.Sprintf("没有名为“%s”的事实或函数", m[1])
	}
	if m := noOverload.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("“%s”不能用于 %s%s", plainOperator(m[1]), plainTypes(m[2]), hint(m[2]))
	}
	if rest, ok := strings.CutPrefix(msg, "Syntax error: "); ok {
		return syntax(rest)
	}
	return "表达式有误：" + msg
}

var nearInput = regexp.MustCompile(`(?:input|at:) '((?:[^'\\\\]|\\\\.)+)'`)

// syntax leaves out the parser's list of expected tokens, which helps nobody who is not a parser.
func syntax(msg string) string {
	m := nearInput.FindStringSubmatch(msg)
	switch {
	case strings.Contains(msg, "'<EOF>'") && strings.HasPrefix(msg, "mismatched"):
		return "写法有误：表达式没有写完"
	case m != nil:
		return "写法有误：“" + m[1] + "”附近"
	}
	return "写法有误：" + msg
}

func plainOperator(op string) string {
	if len(op) > 1 && strings.ContainsAny(op, "_@") && !strings.ContainsAny(op, "abcdefghijklmnopqrstuvwxyz") {
		return strings.Trim(op, "_@")
	}
	return op
}

// plainTypes turns "(number, int)" into "（小数，整数）".
func plainTypes(s string) string {
	for _, t := range scalarTypes() {
		s = regexp.MustCompile(`(^|[(, ])`+regexp.QuoteMeta(t.cel().String())+`($|[), ])`).ReplaceAllString(s, "${1}"+t.Words()+"${2}")
	}
	return strings.NewReplacer("(", "（", ")", "）", ", ", "，").Replace(s)
}

// hint says how to mend the two mistakes that the types exist to catch.
func hint(args string) string {
	inside := strings.Split(strings.Trim(args, "()"), ", ")
	has := func(name string) bool { return slices.Contains(inside, name) }
	yuan := slices.ContainsFunc(inside, func(s string) bool { return strings.HasPrefix(s, "yuan") })
	switch {
	case has("int") && (has("number") || yuan):
		return "；整数请写成小数，如 2.0，或用 number(…) 转换"
	case len(inside) == 2 && inside[0] != inside[1] && strings.HasPrefix(inside[0], "yuan") && strings.HasPrefix(inside[1], "yuan"):
		return "；周期不同的金额须先换算，如 total(每月金额, 月数)"
	case has("number") && yuan:
		return "；金额请写成 yuan(…)"
	case has("date") && has("string"):
		return `；日期请写成 date("2012-11-01")`
	}
	return ""
}

// nearest returns the declared fact that differs least from name, if it differs by little.
func (e *Env) nearest(name string) string {
	best, least := "", 1+utf8.RuneCountInString(name)/3
	for _, fact := range e.Names() {
		if d := distance(name, fact); d <= least && (best == "" || d < least) {
			best, least = fact, d
		}
	}
	return best
}

// distance is the number of single-byte edits between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
