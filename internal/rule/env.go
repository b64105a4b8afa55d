package rule

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Limits on expressions.
const (
	maxSource = 4_000     // characters
	maxDepth  = 60        // nesting
	maxCost   = 2_000_000 // CEL cost units in the worst case, about 20 ms
)

// A Function is an operation that a program adds to the language, for example a look-up in the calendar. Do must be
// pure and fast: its cost counts as one, and it may run more than once for one question.
type Function struct {
	Name   string
	Args   []Type
	Result Type
	Do     func(args []any) (any, error)
}

// An Env is the vocabulary expressions are checked against: the names of facts with their types, and the functions.
// It is immutable and safe for concurrent use.
type Env struct {
	cel   *cel.Env
	facts map[string]*fact
	names []string
}

// fact is a declared name, with the value that stands for "not known".
type fact struct {
	typ     Type
	unknown *types.Unknown
}

// base holds the language without any facts; building it is the slow part.
var base = sync.OnceValues(func() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.StdLib(),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxSource),
		cel.ParserRecursionLimit(maxDepth),
		cel.ASTValidators(cel.ValidateRegexLiterals()),
	}
	return cel.NewCustomEnv(append(opts, library()...)...)
})

var factName = regexp.MustCompile(`^[a-z_][A-Za-z0-9_]*(\.[a-z_][A-Za-z0-9_]*)*$`)

// reserved are the words that CEL keeps for itself.
var reserved = map[string]bool{"true": true, "false": true, "null": true, "in": true, "as": true, "break": true, "const": true,
	"continue": true, "else": true, "for": true, "function": true, "if": true, "import": true, "let": true, "loop": true,
	"package": true, "namespace": true, "return": true, "var": true, "void": true, "while": true}

// NewEnv declares facts and functions. A name is made of letters, digits and _, and may have parts joined by a dot
// ("params.ceiling"); a dash would read as a subtraction and is refused.
func NewEnv(facts map[string]Type, functions ...Function) (*Env, error) {
	b, err := base()
	if err != nil {
		return nil, fmt.Errorf("rule language: %w", err)
	}
	return (&Env{cel: b}).With(facts, functions...)
}

// With returns an Env that knows more facts and functions; a name already declared is refused.
func (e *Env) With(facts map[string]Type, functions ...Function) (*Env, error) {
	out := &Env{facts: maps.Clone(e.facts)}
	if out.facts == nil {
		out.facts = make(map[string]*fact, len(facts))
	}
	var opts []cel.EnvOption
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		t := facts[name]
		switch {
		case !factName.MatchString(name) || reserved[name]:
			return nil, fmt.Errorf("事实名“%s”只能用英文字母、数字和下划线，以小写字母开头，且不能是保留字", name)
		case out.facts[name] != nil:
			return nil, fmt.Errorf("事实名“%s”重复", name)
		case t.IsZero():
			return nil, fmt.Errorf("事实“%s”没有类型", name)
		}
		id := int64(len(out.facts) + 1)
		out.facts[name] = &fact{t, types.NewUnknown(id, types.NewAttributeTrail(name))}
		opts = append(opts, cel.Variable(name, t.cel()))
	}
	for _, f := range functions {
		opts = append(opts, f.option())
	}
	var err error
	if out.cel, err = e.cel.Extend(opts...); err != nil {
		return nil, fmt.Errorf("rule vocabulary: %w", err)
	}
	out.names = slices.Sorted(maps.Keys(out.facts))
	return out, nil
}

// Names returns the declared facts, sorted.
func (e *Env) Names() []string { return slices.Clone(e.names) }

// TypeOf returns the type of a declared fact.
func (e *Env) TypeOf(name string) (Type, bool) {
	f, ok := e.facts[name]
	if !ok {
		return Type{}, false
	}
	return f.typ, true
}

func (f Function) option() cel.EnvOption {
	args, id := make([]*cel.Type, len(f.Args)), f.Name
	for i, a := range f.Args {
		args[i] = a.cel()
		id += "_" + args[i].String()
	}
	return cel.Function(f.Name, cel.Overload(id, args, f.Result.cel(), cel.FunctionBinding(f.call)))
}

func (f Function) call(args ...ref.Val) ref.Val {
	in := make([]any, len(args))
	for i, a := range args {
		v, err := fromCEL(a)
		if err != nil {
			return types.WrapErr(err)
		}
		in[i] = v
	}
	out, err := f.Do(in)
	if err != nil {
		return types.WrapErr(err)
	}
	if v := toCEL(f.Name, f.Result, out); v != nil {
		return v
	}
	return types.NewErr("%s 没有给出结果", f.Name)
}
