package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Compile checks an expression that stands at the given place and makes it ready to evaluate. The error is a
// Problems: every mistake found, with file, line and column.
func (e *Env) Compile(src string, at At) (*Program, error) {
	if strings.TrimSpace(src) == "" {
		return nil, Problems{{at.shift(1, 0), "缺少表达式"}}
	}
	parsed, iss := e.cel.Parse(src)
	if iss.Err() != nil {
		return nil, e.fromIssues(at, iss)
	}
	said := ast.Copy(parsed.NativeRep())
	numberLiterals(parsed.NativeRep(), src)
	checked, iss := e.cel.Check(parsed)
	if iss.Err() != nil {
		return nil, e.fromIssues(at, iss)
	}
	in := &inspection{env: e, at: at, tree: checked.NativeRep()}
	in.run()
	if len(in.problems) > 0 {
		return nil, in.problems
	}
	if err := e.affordable(checked, at); err != nil {
		return nil, err
	}
	p, err := e.plan(src, checked.NativeRep(), said)
	if err != nil {
		return nil, Problems{{at.shift(1, 0), err.Error()}}
	}
	return p, nil
}

// CompileTo is Compile for a place that wants a certain type.
func (e *Env) CompileTo(want Type, src string, at At) (*Program, error) {
	p, err := e.Compile(src, at)
	if err != nil {
		return nil, err
	}
	if !p.typ.same(want) {
		return nil, Problems{{at.shift(1, 0), "此处应为" + want.Words() + "，表达式给出" + p.typ.Words()}}
	}
	return p, nil
}

// Condition is CompileTo for yes-no.
func (e *Env) Condition(src string, at At) (*Program, error) { return e.CompileTo(YesNo, src, at) }

// numberLiterals turns each literal with a decimal point into number("…") with the digits as written, before types
// are checked: binary floating point never comes into being.
func numberLiterals(tree *ast.AST, src string) {
	info, fac, next := tree.SourceInfo(), ast.NewExprFactory(), ast.MaxID(tree)
	text := []rune(src)
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.LiteralKind || x.AsLiteral().Type() != types.DoubleType {
			return
		}
		span, _ := info.GetOffsetRange(x.ID())
		digits := literalAt(text, int(span.Start))
		next++
		info.SetOffsetRange(next, span)
		x.SetKindCase(fac.NewCall(x.ID(), "number", fac.NewLiteral(next, types.String(digits))))
	}))
}

// literalAt returns the number literal that starts at offset. CEL lets no white space into it except after a sign.
func literalAt(text []rune, offset int) string {
	var b strings.Builder
	for _, r := range text[min(offset, len(text)):] {
		switch {
		case r == ' ' && b.String() == "-":
		case r == '-' && b.Len() == 0, r == '.', r >= '0' && r <= '9', r == 'e', r == 'E':
			b.WriteRune(r)
		default:
			return withWhole(b.String())
		}
	}
	return withWhole(b.String())
}

// withWhole writes the 0 that CEL allows to leave out: ".5" is 0.5.
func withWhole(s string) string {
	if sign, rest, ok := strings.Cut(s, "."); ok && (sign == "" || sign == "-") {
		return sign + "0." + rest
	}
	return s
}

// plan builds the program for the whole expression and the tree of its sub-conditions.
func (e *Env) plan(src string, tree, said *ast.AST) (*Program, error) {
	out, _ := typeOf(tree.GetType(tree.Expr().ID()))
	p := &Program{src: src, env: e, typ: out, facts: e.factsIn(tree.Expr())}
	b := &builder{env: e, tree: tree, said: texts(said)}
	root, err := b.node(tree.Expr())
	if err != nil {
		return nil, err
	}
	p.root, p.chooses = root, b.chooses
	if root.op == opLeaf {
		p.whole = root.prog
		return p, nil
	}
	p.whole, err = e.program(tree)
	return p, err
}

func (e *Env) program(tree *ast.AST) (cel.Program, error) {
	return e.cel.PlanProgram(tree, cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(foldConstants))
}

// foldConstants computes the calls in folded once, when the program is planned.
func foldConstants(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok || !folded[call.Function()] {
		return i, nil
	}
	for _, a := range call.Args() {
		if _, ok := a.(interpreter.InterpretableConst); !ok {
			return i, nil
		}
	}
	v := call.Eval(interpreter.EmptyActivation())
	if err, ok := v.(*types.Err); ok {
		return nil, err
	}
	return interpreter.NewConstValue(call.ID(), v), nil
}

// factsIn returns the facts an expression names, in the order of first mention.
func (e *Env) factsIn(x ast.Expr) []string {
	var names []string
	ast.PreOrderVisit(x, ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.IdentKind {
			return
		}
		if name := x.AsIdent(); e.facts[name] != nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}))
	return names
}

// texts returns the source of each sub-expression, as CEL prints it.
func texts(said *ast.AST) map[int64]string {
	m := make(map[int64]string)
	ast.PreOrderVisit(said.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if s, err := cel.ExprToString(x, said.SourceInfo()); err == nil {
			m[x.ID()] = s
		}
	}))
	return m
}
