package rule

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// A Program (表达式) is a compiled expression. It is immutable and safe for concurrent use.
type Program struct {
	src     string
	env     *Env
	typ     Type
	facts   []string
	whole   cel.Program
	root    *node
	chooses bool // has a ?: whose branches may agree while its condition is unknown
}

// Source returns the expression as written.
func (p *Program) Source() string { return p.src }

// Type returns what the expression gives.
func (p *Program) Type() Type { return p.typ }

// Facts returns the names of the facts the expression mentions, in order of first mention.
func (p *Program) Facts() []string { return slices.Clone(p.facts) }

// Holds reports whether the condition is decided, and decided as yes. It is the fast path: no trace. What is not yet
// known, and what goes wrong, does not hold.
func (p *Program) Holds(facts Facts) bool {
	v, err := p.Decide(facts)
	return err == nil && v == Yes
}

// Decide answers without a trace.
func (p *Program) Decide(facts Facts) (Verdict, error) {
	v, err := p.eval(facts)
	if err != nil {
		return Needs, err
	}
	return verdictOf(v)
}

func (p *Program) eval(facts Facts) (ref.Val, error) {
	known := &activation{p.env, facts}
	v, err := run(p.whole, known)
	if err != nil {
		return nil, fmt.Errorf("%s：%w", p.src, err)
	}
	if p.chooses && types.IsUnknown(v) {
		got := p.root.ask(known, 0, nil)
		return got.val, got.err
	}
	return v, nil
}

// Value returns the value of the expression, or the names of the facts that are still needed to know it.
func (p *Program) Value(facts Facts) (value any, needs []string, err error) {
	v, err := p.eval(facts)
	if err != nil {
		return nil, nil, err
	}
	if types.IsUnknown(v) {
		got := p.root.ask(&activation{p.env, facts}, 0, nil)
		return nil, unique(got.needs), got.err
	}
	value, err = fromCEL(v)
	return value, nil, err
}

// activation gives CEL the facts; one that is absent is a CEL unknown.
type activation struct {
	env   *Env
	facts Facts
}

func (a *activation) Parent() interpreter.Activation { return nil }

func (a *activation) ResolveName(name string) (any, bool) {
	f := a.env.facts[name]
	if f == nil {
		return nil, false
	}
	if v := a.known(name, f); v != nil {
		return v, true
	}
	return f.unknown, true
}

func (a *activation) known(name string, f *fact) ref.Val {
	v, ok := a.facts[name]
	if !ok {
		return nil
	}
	return toCEL(name, f.typ, v)
}

// run evaluates; the value may be a CEL unknown.
func run(p cel.Program, a *activation) (ref.Val, error) {
	v, _, err := p.Eval(a)
	return v, err
}

func verdictOf(v ref.Val) (Verdict, error) {
	switch v := v.(type) {
	case types.Bool:
		if v {
			return Yes, nil
		}
		return No, nil
	case *types.Unknown:
		return Needs, nil
	}
	return Needs, fmt.Errorf("表达式的结果是 %v，不是“是”或“否”", v.Type())
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
