package rule

import (
	"errors"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"linli/internal/law"
)

// A Verdict (结论) is one of three answers. The zero Verdict is Needs, so that nothing is ever decided by accident.
type Verdict int

// The answers.
const (
	Needs Verdict = iota // it depends on facts that are not known yet
	No
	Yes
)

var verdictNames = [...]string{"needs", "no", "yes"}

// String returns "yes", "no" or "needs".
func (v Verdict) String() string { return verdictNames[v] }

// Words returns the answer in Chinese.
func (v Verdict) Words() string { return [...]string{"待补充", "否", "是"}[v] }

// MarshalText writes String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// A TraceLine is one condition, or part of one, with what became of it. All parts are listed, also those that no
// longer mattered.
type TraceLine struct {
	Depth  int // 0 for a condition of the rule, 1 for its parts, and so on
	Text   string
	Result Verdict
	Facts  []string   // the facts it mentions
	Clause law.Clause // what it rests on; parts inherit it
	Err    error      // it could not be computed
}

// An Answer is the outcome of a question. When Err is set, Value is Needs and Needs is empty: neither yes nor no.
type Answer struct {
	Value  Verdict
	Result any      // what a rule gives (an amount, a choice), when Value is Yes
	Needs  []string // facts that could still change the outcome, sorted; empty unless Value is Needs
	Row    int      // the row of the table that decided, from 1; 0 when there is none
	Trace  []TraceLine
	Err    error
}

// Ask answers a condition with needs and trace.
func (p *Program) Ask(facts Facts) Answer {
	var trace []TraceLine
	got := p.root.ask(&activation{p.env, facts}, 0, &trace)
	a := Answer{Trace: trace, Err: got.err}
	if a.Err == nil {
		a.Value, a.Err = verdictOf(got.val)
	}
	if a.Err == nil && a.Value == Needs {
		a.Needs = unique(got.needs)
	}
	return a
}

type op int

const (
	opLeaf op = iota
	opAnd
	opOr
	opNot
	opChoose
)

// node is a part of an expression: an operator of logic, or a leaf that CEL evaluates. The logic is done here, so
// that every part has its own line in the trace and every unknown its names.
type node struct {
	op    op
	text  string
	yesNo bool
	facts []string // all facts mentioned
	own   []string // a leaf's facts outside its kids
	kids  []*node  // a leaf's kids are the logic nested in it; they serve to find what an unknown leaf needs
	prog  cel.Program
	term  *Term // the same as data
}

// outcome is a value, an unknown with the facts it needs, or an error.
type outcome struct {
	val   ref.Val
	needs []string
	err   error
}

func (o outcome) unknown() bool { return o.err == nil && types.IsUnknown(o.val) }
func (o outcome) is(b types.Bool) bool {
	return o.err == nil && o.val == b
}

// ask evaluates n and appends its lines to trace, which may be nil.
func (n *node) ask(a *activation, depth int, trace *[]TraceLine) outcome {
	line := -1
	if trace != nil && n.yesNo {
		line = len(*trace)
		*trace = append(*trace, TraceLine{Depth: depth, Text: n.text, Facts: n.facts})
		depth++
	}
	out := n.eval(a, depth, trace)
	if line >= 0 {
		t := &(*trace)[line]
		if t.Err = out.err; out.err == nil {
			t.Result, t.Err = verdictOf(out.val)
		}
	}
	return out
}

func (n *node) eval(a *activation, depth int, trace *[]TraceLine) outcome {
	switch n.op {
	case opAnd:
		return junction(n.askKids(a, depth, trace), types.False)
	case opOr:
		return junction(n.askKids(a, depth, trace), types.True)
	case opNot:
		out := n.kids[0].ask(a, depth, trace)
		if b, ok := out.val.(types.Bool); ok && out.err == nil {
			out.val = !b
		}
		return out
	case opChoose:
		return n.choose(a, depth, trace)
	}
	return n.leaf(a)
}

func (n *node) askKids(a *activation, depth int, trace *[]TraceLine) []outcome {
	outs := make([]outcome, len(n.kids))
	for i, k := range n.kids {
		outs[i] = k.ask(a, depth, trace)
	}
	return outs
}

// junction is "and" when decisive is false and "or" when it is true: one decisive part decides, whatever the others
// are; otherwise an unknown part leaves it open, and then an error spoils it.
func junction(outs []outcome, decisive types.Bool) outcome {
	var open outcome
	var errs []error
	for _, o := range outs {
		switch {
		case o.is(decisive):
			return outcome{val: decisive}
		case o.err != nil:
			errs = append(errs, o.err)
		case o.unknown():
			open.val, open.needs = o.val, append(open.needs, o.needs...)
		}
	}
	switch {
	case open.val != nil:
		return open
	case len(errs) > 0:
		return outcome{err: errors.Join(errs...)}
	}
	return outcome{val: !decisive}
}

// choose is cond ? a : b. While the condition is unknown, branches that agree decide.
func (n *node) choose(a *activation, depth int, trace *[]TraceLine) outcome {
	cond := n.kids[0].ask(a, depth, trace)
	switch {
	case cond.err != nil:
		return cond
	case cond.is(types.True):
		return n.kids[1].ask(a, depth, trace)
	case cond.is(types.False):
		return n.kids[2].ask(a, depth, trace)
	}
	yes, no := n.kids[1].ask(a, depth, trace), n.kids[2].ask(a, depth, trace)
	if yes.err == nil && no.err == nil && !yes.unknown() && !no.unknown() && yes.val.Equal(no.val) == types.True {
		return yes
	}
	cond.needs = append(append(cond.needs, yes.needs...), no.needs...)
	return cond
}

func (n *node) leaf(a *activation) outcome {
	v, err := run(n.prog, a)
	if err != nil {
		return outcome{err: err}
	}
	out := outcome{val: v}
	if !out.unknown() {
		return out
	}
	out.needs = a.absent(n.own)
	for _, k := range n.kids {
		out.needs = append(out.needs, k.ask(a, 0, nil).needs...)
	}
	if len(out.needs) == 0 { // a ?: inside whose branches agree, which only its own node can tell
		out.needs = a.absent(n.facts)
	}
	return out
}

func (a *activation) absent(names []string) (out []string) {
	for _, name := range names {
		if a.known(name, a.env.facts[name]) == nil {
			out = append(out, name)
		}
	}
	return out
}

// builder makes the tree of nodes of one checked expression.
type builder struct {
	env     *Env
	tree    *ast.AST
	said    map[int64]string
	chooses bool
}

var logic = map[string]op{operators.LogicalAnd: opAnd, operators.LogicalOr: opOr, operators.LogicalNot: opNot, operators.Conditional: opChoose}

func (b *builder) node(x ast.Expr) (*node, error) {
	n := &node{text: b.said[x.ID()], facts: b.env.factsIn(x), yesNo: b.tree.GetType(x.ID()) == types.BoolType}
	parts := []ast.Expr(nil)
	if x.Kind() == ast.CallKind {
		n.op = logic[x.AsCall().FunctionName()]
		parts = x.AsCall().Args()
	}
	b.chooses = b.chooses || n.op == opChoose
	var err error
	switch n.op {
	case opLeaf:
		err = b.leaf(n, x)
	case opAnd, opOr:
		err = b.kids(n, flatten(x, x.AsCall().FunctionName()))
	default:
		err = b.kids(n, parts)
	}
	if err == nil {
		b.describe(n, x)
	}
	return n, err
}

func (b *builder) kids(n *node, parts []ast.Expr) error {
	for _, p := range parts {
		k, err := b.node(p)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, k)
	}
	return nil
}

// flatten lists the operands of a chain of the same operator, in the order written.
func flatten(x ast.Expr, name string) []ast.Expr {
	if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != name {
		return []ast.Expr{x}
	}
	var out []ast.Expr
	for _, a := range x.AsCall().Args() {
		out = append(out, flatten(a, name)...)
	}
	return out
}

func (b *builder) leaf(n *node, x ast.Expr) (err error) {
	sub := ast.NewCheckedAST(ast.NewAST(x, b.tree.SourceInfo()), b.tree.TypeMap(), b.tree.ReferenceMap())
	if n.prog, err = b.env.program(sub); err != nil {
		return err
	}
	nested := b.nested(x, nil)
	n.own = b.outside(x, nested)
	return b.kids(n, nested)
}

// nested finds the outermost pieces of logic inside a leaf. It does not look into loops, whose variables have no
// value outside.
func (b *builder) nested(x ast.Expr, found []ast.Expr) []ast.Expr {
	switch x.Kind() {
	case ast.CallKind:
		c := x.AsCall()
		if logic[c.FunctionName()] != opLeaf {
			return append(found, x)
		}
		if c.IsMemberFunction() {
			found = b.nested(c.Target(), found)
		}
		for _, a := range c.Args() {
			found = b.nested(a, found)
		}
	case ast.ListKind:
		for _, e := range x.AsList().Elements() {
			found = b.nested(e, found)
		}
	}
	return found
}

// outside returns the facts a leaf mentions outside the nested pieces.
func (b *builder) outside(x ast.Expr, nested []ast.Expr) []string {
	skip := make(map[int64]bool)
	for _, n := range nested {
		ast.PreOrderVisit(n, ast.NewExprVisitor(func(x ast.Expr) { skip[x.ID()] = true }))
	}
	seen := make(map[string]bool)
	var names []string
	ast.PreOrderVisit(x, ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.IdentKind || skip[x.ID()] {
			return
		}
		if name := x.AsIdent(); b.env.facts[name] != nil && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}))
	return names
}
