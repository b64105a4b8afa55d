package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"linli/internal/civil"
)

// A Term (算式) is a checked expression, or a part of one, as plain data: for evaluators that ask it about many rows at once. What such an evaluator cannot
// do it leaves to Eval, which every Term down to the leaves of logic has, so that the answer is the same.
type Term struct {
	Op     string // OpFact, OpLiteral, OpList, an operator as it is written (neg is the sign), or the name of a function; OpOther is what has no such form
	Type   Type
	Fact   string // of OpFact
	Value  any    // of OpLiteral: bool, string, int64, Decimal or civil.Date
	Args   []*Term
	Facts  []string // all that it mentions
	Agrees bool     // of "?:": while its condition is unknown, branches that are known and equal decide

	node *node
	env  *Env
}

// The operations that are no operator and no function.
const (
	OpFact    = "fact"
	OpLiteral = "literal"
	OpList    = "list" // of Args
	OpOther   = ""     // loops, members, what belongs to a loop
)

// Term returns the whole expression.
func (p *Program) Term() *Term { return p.root.term }

// Leaf reports whether Eval answers it.
func (t *Term) Leaf() bool { return t.node != nil }

// Eval answers as the program does: with the value, or known false. It serves Terms of which Leaf says so.
func (t *Term) Eval(facts Facts) (v any, known bool, err error) {
	out := t.node.ask(&activation{t.env, facts}, 0, nil)
	if out.err != nil || out.unknown() {
		return nil, false, out.err
	}
	v, err = fromCEL(out.val)
	return v, err == nil, err
}

var written = map[string]string{
	operators.LogicalAnd: "&&", operators.LogicalOr: "||", operators.LogicalNot: "!", operators.Conditional: "?:",
	operators.Equals: "==", operators.NotEquals: "!=", operators.Less: "<", operators.LessEquals: "<=",
	operators.Greater: ">", operators.GreaterEquals: ">=", operators.In: "in", operators.Add: "+", operators.Subtract: "-",
	operators.Multiply: "*", operators.Divide: "/", operators.Modulo: "%", operators.Negate: "neg",
}

// describe gives a node its Term: of logic, that of its kids; of a leaf, that of the expression in it.
func (b *builder) describe(n *node, x ast.Expr) {
	if n.op == opLeaf {
		n.term = b.term(x)
	} else {
		n.term = &Term{Op: written[x.AsCall().FunctionName()], Type: b.typeOf(x), Agrees: n.op == opChoose}
		for _, k := range n.kids {
			n.term.Args = append(n.term.Args, k.term)
		}
	}
	n.term.Facts, n.term.node, n.term.env = n.facts, n, b.env
}

func (b *builder) typeOf(x ast.Expr) Type {
	t := b.tree.GetType(x.ID())
	if t == nil {
		return Type{}
	}
	out, _ := typeOf(t)
	return out
}

func (b *builder) term(x ast.Expr) *Term {
	t := &Term{Type: b.typeOf(x)}
	switch x.Kind() {
	case ast.IdentKind:
		if f := b.env.facts[x.AsIdent()]; f != nil {
			t.Op, t.Fact, t.Type = OpFact, x.AsIdent(), f.typ
		}
	case ast.LiteralKind:
		t.literal(x.AsLiteral())
	case ast.ListKind:
		t.Op = OpList
		for _, e := range x.AsList().Elements() {
			t.Args = append(t.Args, b.term(e))
		}
	case ast.CallKind:
		b.call(t, x.AsCall())
	}
	return t
}

func (b *builder) call(t *Term, c ast.CallExpr) {
	if c.IsMemberFunction() {
		return
	}
	name := c.FunctionName()
	if text, isText := textOf(c); isText && (name == "number" || name == "date") { // refused at load when malformed
		if name == "number" {
			t.Op, t.Value = OpLiteral, MustDecimal(text)
		} else {
			t.Op, t.Value = OpLiteral, civil.MustDate(text)
		}
		return
	}
	if sign, known := written[name]; known {
		name = sign
	}
	if strings.HasPrefix(name, "_") || strings.HasPrefix(name, "@") {
		return
	}
	t.Op = name
	for _, a := range c.Args() {
		t.Args = append(t.Args, b.term(a))
	}
}

func textOf(c ast.CallExpr) (string, bool) {
	if len(c.Args()) != 1 || c.Args()[0].Kind() != ast.LiteralKind {
		return "", false
	}
	s, isText := c.Args()[0].AsLiteral().(types.String)
	return string(s), isText
}

func (t *Term) literal(v any) {
	switch v := v.(type) {
	case types.Bool:
		t.Op, t.Value = OpLiteral, bool(v)
	case types.Int:
		t.Op, t.Value = OpLiteral, int64(v)
	case types.String:
		t.Op, t.Value = OpLiteral, string(v)
	}
}

// Replace returns the Term with another in place of a fact. What mentions the fact is no longer answered by Eval.
func (t *Term) Replace(name string, by *Term) *Term {
	if t.Op == OpFact && t.Fact == name {
		return by
	}
	var args []*Term
	for i, a := range t.Args {
		b := a.Replace(name, by)
		if b != a && args == nil {
			args = slices.Clone(t.Args)
		}
		if args != nil {
			args[i] = b
		}
	}
	if args == nil && !slices.Contains(t.Facts, name) {
		return t
	}
	out := *t
	out.node, out.Args = nil, args
	if args == nil { // what mentions it has no form as data
		out.Op = OpOther
	}
	return &out
}
