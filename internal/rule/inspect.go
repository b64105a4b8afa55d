package rule

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"linli/internal/civil"
)

// inspection looks for what CEL's type checker lets pass and a pack must not say.
type inspection struct {
	env      *Env
	at       At
	tree     *ast.AST
	problems Problems
}

func (in *inspection) run() {
	ast.PreOrderVisit(in.tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.ComprehensionKind:
			in.loop(x)
		case ast.CallKind:
			in.call(x)
		case ast.ListKind:
			if x.AsList().Size() > MaxList {
				in.addf(x, "列表超过 %d 项", MaxList)
			}
		}
		in.known(x)
	}))
}

func (in *inspection) addf(x ast.Expr, format string, args ...any) {
	in.problems.Addf(place(in.at, in.tree.SourceInfo().GetStartLocation(x.ID())), format, args...)
}

// known refuses the types that are CEL's but not ours: floating point, bytes, maps, durations, dyn.
func (in *inspection) known(x ast.Expr) {
	t := in.tree.GetType(x.ID())
	if _, ok := typeOf(t); t != nil && !ok {
		in.addf(x, "不能使用类型 %s", t)
	}
}

// loop refuses an iteration variable that hides a fact.
func (in *inspection) loop(x ast.Expr) {
	c := x.AsComprehension()
	for _, name := range []string{c.IterVar(), c.IterVar2()} {
		if in.env.facts[name] != nil {
			in.addf(x, "循环变量“%s”与事实同名，请换一个名字", name)
		}
	}
}

func (in *inspection) call(x ast.Expr) {
	c := x.AsCall()
	args := c.Args()
	switch name := c.FunctionName(); name {
	case operators.Divide:
		if in.tree.GetType(args[0].ID()) == types.IntType {
			in.addf(x, "整数相除会丢掉余数，请写 number(…) / number(…)")
		}
	case operators.Equals, operators.NotEquals, operators.In:
		in.choice(args[0], args[1])
		in.choice(args[1], args[0])
	case "number", "date":
		in.constant(x, name, args[0])
	case "matches":
		if args[len(args)-1].Kind() != ast.LiteralKind {
			in.addf(x, "matches 的模式必须直接写出")
		}
	}
}

// constant checks the text of number("…") and date("…"), which must be written out.
func (in *inspection) constant(x ast.Expr, name string, arg ast.Expr) {
	if in.tree.GetType(arg.ID()) != types.StringType {
		return
	}
	if arg.Kind() != ast.LiteralKind {
		in.addf(x, "%s(…) 的文字必须直接写出", name)
		return
	}
	text := string(arg.AsLiteral().(types.String))
	var err error
	if name == "date" {
		_, err = civil.ParseDate(text)
	} else {
		_, err = ParseDecimal(text)
	}
	if err != nil {
		in.addf(x, "%s", err)
	}
}

// choice refuses to compare a fact that is one of several options with any other text.
func (in *inspection) choice(x, with ast.Expr) {
	if x.Kind() != ast.IdentKind || in.env.facts[x.AsIdent()] == nil {
		return
	}
	name := x.AsIdent()
	t := in.env.facts[name].typ
	if t.kind == kindList {
		t = *t.elem
	}
	if t.options == nil {
		return
	}
	for _, lit := range literals(with) {
		if s, ok := lit.AsLiteral().(types.String); ok && !slices.Contains(t.options, string(s)) {
			in.addf(lit, "“%s”没有“%s”这个选项，可选：%s", name, string(s), strings.Join(t.options, "、"))
		}
	}
}

func literals(x ast.Expr) []ast.Expr {
	switch x.Kind() {
	case ast.LiteralKind:
		return []ast.Expr{x}
	case ast.ListKind:
		var out []ast.Expr
		for _, e := range x.AsList().Elements() {
			out = append(out, literals(e)...)
		}
		return out
	}
	return nil
}

// affordable refuses an expression whose worst case, over the largest facts allowed, costs too much. As facts are
// held to those sizes, an expression that loads never runs out at run time.
func (e *Env) affordable(checked *cel.Ast, at At) error {
	worst, err := e.cel.EstimateCost(checked, sizes{e})
	if err != nil {
		return Problems{{at.shift(1, 0), fmt.Sprintf("无法估计计算量：%s", err)}}
	}
	if worst.Max > maxCost {
		amount := "无上限"
		if worst.Max < math.MaxUint64 {
			amount = fmt.Sprintf("最多 %d", worst.Max)
		}
		return Problems{{at.shift(1, 0), fmt.Sprintf("表达式的计算量（%s）超过上限 %d，请减少嵌套的循环", amount, maxCost)}}
	}
	return nil
}

// sizes tells CEL's cost estimator how large facts may be.
type sizes struct{ env *Env }

func (s sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	switch n.Type().Kind() {
	case types.StringKind:
		if len(n.Path()) > 1 { // an element of a list
			return &cost.SizeEstimate{Max: MaxItem}
		}
		return &cost.SizeEstimate{Max: MaxText}
	case types.ListKind:
		return &cost.SizeEstimate{Max: MaxList}
	}
	return &cost.SizeEstimate{Min: 1, Max: 1}
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
