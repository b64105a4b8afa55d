package rule

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"linli/internal/law"
)

// A Condition (条件) is one requirement of a rule, with the clause it comes from.
type Condition struct {
	Say   string `yaml:"say"`   // the requirement in words; the expression when absent
	When  string `yaml:"when"`  // yes-no expression
	Basis string `yaml:"basis"` // clause, "3.3" of this document or "sm12-69#3.3"

	prog   *Program
	clause law.Clause
}

// A Row (判定表的一行) gives a value when its condition holds and no earlier row's does.
type Row struct {
	Say   string `yaml:"say"`
	When  string `yaml:"when"` // empty, in the last row only: otherwise
	Is    string `yaml:"is"`   // expression for the value
	Basis string `yaml:"basis"`

	cond, is *Program
	clause   law.Clause
}

// A Rule (规则) decides something about its facts: whether it applies (every condition of All, and one of Any if
// there are any), and what it then gives (Amount, or the first row of Table that matches). A rule with a Table but
// no row that matches does not apply. Prepare must succeed before the rule is asked; then it is safe for concurrent
// use.
type Rule struct {
	ID     string      `yaml:"rule"`
	Title  string      `yaml:"title"`
	Of     string      `yaml:"of"` // what it is about: person, household, case, …
	All    []Condition `yaml:"all"`
	Any    []Condition `yaml:"any"`
	Table  []Row       `yaml:"table"`
	Amount string      `yaml:"amount"` // expression for the value, instead of a table
	Basis  string      `yaml:"basis"`  // clause of Amount; also the fallback of conditions and rows without one

	env    *Env
	amount *Program
	clause law.Clause
	typ    Type
	facts  []string
	ready  bool
}

// A Source tells Prepare which document clauses belong to, and where things stand in the file. At receives the path
// of a value from the element down, for example "all", 0, "when"; nil places everything at line 1.
type Source struct {
	Document string
	At       func(path ...any) At
}

// Place calls At.
func (s Source) Place(path ...any) At {
	if s.At == nil {
		return At{Line: 1, Col: 1}
	}
	return s.At(path...)
}

// Clause reads a basis: a clause of this document, or of another one with its id before a #.
func (s Source) Clause(basis string) (law.Clause, error) {
	if basis == "" {
		return law.Clause{}, errors.New("缺少依据条款（basis）")
	}
	if !strings.Contains(basis, "#") {
		basis = s.Document + "#" + basis
	}
	c, err := law.Parse(basis)
	if err != nil {
		return law.Clause{}, errors.New("依据条款“" + basis + "”写法不对，应如 3.3 或 sm12-69#3.3")
	}
	return c, nil
}

// Prepare compiles the rule. The error is a Problems with everything wrong in it.
func (r *Rule) Prepare(env *Env, src Source) error {
	p := &preparation{env: env, src: src, facts: make(map[string]bool), fallback: r.Basis}
	if r.ID == "" {
		p.problems.Addf(src.Place("rule"), "规则没有编号")
	}
	if len(r.All)+len(r.Any)+len(r.Table) == 0 && r.Amount == "" {
		p.problems.Addf(src.Place(), "规则没有条件，也没有结果")
	}
	for i := range r.All {
		p.condition(&r.All[i], "all", i)
	}
	for i := range r.Any {
		p.condition(&r.Any[i], "any", i)
	}
	for i := range r.Table {
		p.row(&r.Table[i], i, i == len(r.Table)-1)
	}
	if r.Amount != "" {
		if len(r.Table) > 0 {
			p.problems.Addf(src.Place("amount"), "amount 与 table 只能取其一")
		}
		r.clause = p.clause(r.Basis, "basis")
		r.amount = p.value(r.Amount, "amount")
	}
	r.facts = slices.Sorted(maps.Keys(p.facts))
	r.env, r.typ, r.ready = env, p.typ, len(p.problems) == 0
	return p.problems.Err()
}

type preparation struct {
	env      *Env
	src      Source
	fallback string
	typ      Type
	facts    map[string]bool
	problems Problems
}

func (p *preparation) condition(c *Condition, list string, i int) {
	c.clause = p.clause(c.Basis, list, i, "basis")
	c.prog = p.compile(YesNo, c.When, list, i, "when")
}

func (p *preparation) row(r *Row, i int, last bool) {
	r.clause = p.clause(r.Basis, "table", i, "basis")
	if r.When != "" || !last {
		r.cond = p.compile(YesNo, r.When, "table", i, "when")
	}
	r.is = p.value(r.Is, "table", i, "is")
}

func (p *preparation) clause(basis string, path ...any) law.Clause {
	if basis == "" {
		basis = p.fallback
	}
	c, err := p.src.Clause(basis)
	p.problems.Add(p.src.Place(path...), err)
	return c
}

func (p *preparation) compile(want Type, expr string, path ...any) *Program {
	prog, err := p.env.Compile(expr, p.src.Place(path...))
	if err == nil && !want.IsZero() && !prog.typ.same(want) {
		p.problems.Addf(p.src.Place(path...), "此处应为%s，表达式给出%s", want.Words(), prog.typ.Words())
	}
	p.problems.Add(p.src.Place(path...), err)
	for _, name := range prog.names() {
		p.facts[name] = true
	}
	return prog
}

// value compiles an expression for what the rule gives; all of them must be of one type.
func (p *preparation) value(expr string, path ...any) *Program {
	prog := p.compile(p.typ, expr, path...)
	if prog != nil && p.typ.IsZero() {
		p.typ = prog.typ
	}
	return prog
}

func (p *Program) names() []string {
	if p == nil {
		return nil
	}
	return p.facts
}

// Facts returns every fact the rule mentions, sorted.
func (r *Rule) Facts() []string { return slices.Clone(r.facts) }

// Type returns the type of what the rule gives; the zero Type when it only answers yes or no.
func (r *Rule) Type() Type { return r.typ }

// Clauses returns the clauses the rule cites, each once, in the order written.
func (r *Rule) Clauses() []law.Clause {
	var out []law.Clause
	add := func(c law.Clause) {
		if !c.IsZero() && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, c := range slices.Concat(r.All, r.Any) {
		add(c.clause)
	}
	for _, row := range r.Table {
		add(row.clause)
	}
	add(r.clause)
	return out
}
