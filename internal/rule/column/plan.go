package column

import (
	"errors"
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/rule"
)

// A Plan (成列判定) is expressions laid out over a table, parts that they share once. Add all, then make workers; a plan holds until a fixed column changes.
type Plan struct {
	table *Table
	steps []step
	slots []slot
	made  map[string]int // slots by what is in them
	roots []root
}

// An Ask is one of the expressions of a plan.
type Ask int

// Slow answers for one row what a plan leaves open: as rule.Term.Eval does.
type Slow func(rule.Facts) (v any, known bool, err error)

// slot is where a part's result lies: typed, and constant when every row has the same.
type slot struct {
	shape  shape
	places int
	typ    rule.Type
	fixed  bool  // k holds for all rows
	k      int64 // of yes-no: 0 or 1
}

type root struct {
	slot  int
	slow  Slow
	facts []string
}

type code int

const (
	opColumn code = iota
	opAnd
	opOr
	opNot
	opLess
	opEqual
	opIn
	opAdd
	opSub
	opMul
	opMod
	opNeg
	opScale
	opRound
	opFloor
	opCeil
	opMin
	opMax
	opChoose
	opFree
	opQuo
	opAge
	opYear
	opMonth
	opDay
	opDays
	opPlusDays
	opPlusMonths
	opByValue
	opByRow
	opUnknown
)

// step makes one slot from others.
type step struct {
	op     code
	out    int
	args   []int
	k      int64
	list   []int64
	agrees bool
	col    *Column
	term   *rule.Term
	given  []given // opByRow: asked only of rows that these leave open
}

// given is a part that decides rows by being of one kind.
type given struct {
	slot int
	yes  bool
}

// errUnknown says that a plan has no step for a part.
var errUnknown = errors.New("no such step")

// NewPlan returns an empty plan over a table.
func NewPlan(t *Table) *Plan { return &Plan{table: t, made: map[string]int{}} }

// Program adds an expression.
func (p *Plan) Program(prog *rule.Program) Ask {
	t := prog.Term()
	return p.Term(t, prog.Facts(), t.Eval)
}

// Term adds a Term that its caller may have put together from those of programs. Slow says what it comes to for one row, from the facts named.
func (p *Plan) Term(t *rule.Term, facts []string, slow Slow) Ask {
	s, err := p.part(t, nil)
	if err != nil { // nothing of it is known to plans: every row is odd
		shape, places := shapeOf(t.Type)
		s = p.add(step{op: opUnknown}, slot{shape: shape, places: places, typ: t.Type})
	}
	p.roots = append(p.roots, root{slot: s, slow: slow, facts: facts})
	return Ask(len(p.roots) - 1)
}

// Steps returns how many steps the plan has, and how many of them ask row by row.
func (p *Plan) Steps() (all, slow int) {
	for _, s := range p.steps {
		if s.op == opByRow || s.op == opUnknown {
			slow++
		}
	}
	return len(p.steps), slow
}

func (p *Plan) add(s step, to slot) int {
	col := ""
	if s.col != nil {
		col = s.col.name
	}
	key := fmt.Sprint(s.op, s.args, s.k, s.list, s.agrees, col, s.given, to.shape, to.places, to.typ.String())
	if s.op == opByValue || s.op == opByRow || s.op == opUnknown {
		key += fmt.Sprintf("%p", s.term)
	}
	if at, known := p.made[key]; known {
		return at
	}
	s.out = len(p.slots)
	p.slots, p.steps = append(p.slots, to), append(p.steps, s)
	p.made[key] = s.out
	return s.out
}

func (p *Plan) constant(s slot) int {
	s.fixed = true
	key := fmt.Sprint("const", s.shape, s.places, s.typ.String(), s.k)
	if at, known := p.made[key]; known {
		return at
	}
	p.slots = append(p.slots, s)
	p.made[key] = len(p.slots) - 1
	return len(p.slots) - 1
}

// part lays out a Term down to its leaves, and what it can of those.
func (p *Plan) part(t *rule.Term, open []given) (int, error) {
	switch {
	case t.Op == "&&" || t.Op == "||":
		return p.junction(t, open)
	case t.Leaf() && t.Op != "!" && t.Op != "?:":
		steps, slots := len(p.steps), len(p.slots)
		s, err := p.inner(t)
		if err == nil {
			return s, nil
		}
		p.forget(steps, slots)
		return p.leaf(t, open)
	}
	if t.Op == rule.OpFact || t.Op == rule.OpLiteral {
		return p.inner(t)
	}
	if t.Op == "?:" { // a branch is asked of the rows that may take it
		return p.branches(t, open)
	}
	return p.call(t, func(a *rule.Term) (int, error) { return p.part(a, open) })
}

func (p *Plan) branches(t *rule.Term, open []given) (int, error) {
	cond, err := p.part(t.Args[0], open)
	if err != nil {
		return 0, err
	}
	i := -1
	return p.call(t, func(a *rule.Term) (int, error) {
		if i++; i == 0 {
			return cond, nil
		}
		return p.part(a, append(slices.Clone(open), given{cond, i == 2}))
	})
}

// forget takes back steps of a leaf that could not be laid out to its end.
func (p *Plan) forget(steps, slots int) {
	p.steps, p.slots = p.steps[:steps], p.slots[:slots]
	for key, at := range p.made {
		if at >= slots {
			delete(p.made, key)
		}
	}
}

// junction lays out the parts that are quick first; the others are asked of what is left open.
func (p *Plan) junction(t *rule.Term, open []given) (int, error) {
	code := opAnd
	if t.Op == "||" {
		code = opOr
	}
	var args []int
	var later []*rule.Term
	for _, a := range t.Args {
		if !p.quick(a) {
			later = append(later, a)
			continue
		}
		s, err := p.part(a, open)
		if err != nil {
			return 0, err
		}
		args = append(args, s)
	}
	yesNo := slot{shape: shapeYesNo, typ: rule.YesNo}
	for _, a := range later {
		if len(args) > 0 {
			sofar := p.add(step{op: code, args: slices.Clone(args)}, yesNo)
			open, args = append(slices.Clone(open), given{sofar, code == opOr}), []int{sofar}
		}
		s, err := p.part(a, open)
		if err != nil {
			return 0, err
		}
		args = append(args, s)
	}
	return p.add(step{op: code, args: args}, yesNo), nil
}

// quick reports whether nothing in a Term is asked row by row, by trying.
func (p *Plan) quick(t *rule.Term) bool {
	steps, slots := len(p.steps), len(p.slots)
	defer p.forget(steps, slots)
	if _, err := p.part(t, nil); err != nil {
		return false
	}
	return !slices.ContainsFunc(p.steps[steps:], func(s step) bool { return s.op == opByRow })
}

// leaf is a leaf that has no steps: asked once for each value of its fact when it has one fact of few values, and row by row otherwise.
func (p *Plan) leaf(t *rule.Term, open []given) (int, error) {
	shape, places := shapeOf(t.Type)
	to := slot{shape: shape, places: places, typ: t.Type}
	if shape == shapeNone || shape == shapeList || shape == shapeText { // texts get their numbers from writers only
		return 0, errUnknown
	}
	if len(t.Facts) == 1 {
		if c := p.table.cols[t.Facts[0]]; c != nil && !c.fixed && (c.shape == shapeText || c.shape == shapeList) {
			return p.add(step{op: opByValue, args: []int{p.column(c)}, col: c, term: t}, to), nil
		}
	}
	return p.add(step{op: opByRow, term: t, given: open}, to), nil
}

func (p *Plan) column(c *Column) int {
	return p.add(step{op: opColumn, col: c}, slot{shape: c.shape, places: c.places, typ: c.typ})
}

// inner lays out a leaf whole, or not at all.
func (p *Plan) inner(t *rule.Term) (int, error) {
	switch t.Op {
	case rule.OpFact:
		return p.fact(t)
	case rule.OpLiteral:
		return p.literal(t.Value, t.Type)
	case "&&", "||":
		code := opAnd
		if t.Op == "||" {
			code = opOr
		}
		args, err := p.parts(t.Args, p.inner)
		if err != nil {
			return 0, err
		}
		return p.add(step{op: code, args: args}, slot{shape: shapeYesNo, typ: rule.YesNo}), nil
	case rule.OpOther, rule.OpList:
		return 0, errUnknown
	}
	return p.call(t, p.inner)
}

func (p *Plan) parts(list []*rule.Term, part func(*rule.Term) (int, error)) ([]int, error) {
	var out []int
	for _, a := range list {
		s, err := part(a)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// fact reads a column. A fact without one is unknown in every row.
func (p *Plan) fact(t *rule.Term) (int, error) {
	shape, places := shapeOf(t.Type)
	c := p.table.cols[t.Fact]
	switch {
	case shape == shapeNone:
		return 0, errUnknown
	case c == nil || c.fixed && c.value == nil:
		return p.add(step{op: opColumn, k: 1}, slot{shape: shape, places: places, typ: t.Type}), nil
	case c.shape != shape || !c.typ.Equal(t.Type):
		return 0, errUnknown
	case c.fixed:
		return p.literal(c.value, t.Type)
	}
	return p.column(c), nil
}

// literal is a value that stands in the expression or holds for every row.
func (p *Plan) literal(v any, typ rule.Type) (int, error) {
	s := slot{typ: typ}
	var fits bool
	switch v := v.(type) {
	case bool:
		s.shape, fits = shapeYesNo, true
		if v {
			s.k = 1
		}
	case int:
		s.shape, s.k, fits = shapeWhole, int64(v), typ.Equal(rule.Whole)
	case int64:
		s.shape, s.k, fits = shapeWhole, v, typ.Equal(rule.Whole)
	case rule.Decimal:
		s.shape, s.places = shapeScaled, v.Places()
		s.k, fits = v.Scaled(s.places)
		fits = fits && typ.Equal(rule.Number)
	case rule.Money:
		s.shape, s.places = shapeScaled, v.Yuan.Places()
		s.k, fits = v.Yuan.Scaled(s.places)
		fits = fits && typ.Equal(rule.YuanPer(v.Per))
	case civil.Date:
		s.shape, s.k, fits = shapeDate, Pack(v), !v.IsZero()
	case string:
		s.shape, fits = shapeText, typ.Allows(v) && len(v) <= rule.MaxItem
		if fits {
			s.k = int64(p.table.texts.of(v))
		}
	}
	if !fits {
		return 0, errUnknown
	}
	return p.constant(s), nil
}
