package rule

import (
	"errors"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"linli/internal/law"
)

var errNotReady = errors.New("rule was not prepared")

// Ask answers whether the rule applies and what it gives, with the facts still needed and the trace.
func (r *Rule) Ask(facts Facts) Answer {
	var trace []TraceLine
	a := r.answer(facts, &trace)
	a.Trace = trace
	return a
}

// Holds reports whether the rule applies for certain. It is the fast path: no trace, and an Amount is not computed.
func (r *Rule) Holds(facts Facts) bool {
	if !r.ready {
		return false
	}
	if len(r.Table) > 0 {
		return r.answer(facts, nil).Value == Yes
	}
	for i := range r.All {
		if !r.All[i].prog.Holds(facts) {
			return false
		}
	}
	for i := range r.Any {
		if r.Any[i].prog.Holds(facts) {
			return true
		}
	}
	return len(r.Any) == 0
}

// Value returns what the rule gives, or the facts still needed to know it. A rule that does not apply gives nil.
func (r *Rule) Value(facts Facts) (value any, needs []string, err error) {
	a := r.answer(facts, nil)
	return a.Result, a.Needs, a.Err
}

func (r *Rule) answer(facts Facts, trace *[]TraceLine) Answer {
	if !r.ready {
		return Answer{Err: errNotReady}
	}
	known := &activation{r.env, facts}
	applies := r.conditions(known, trace)
	if applies.is(types.False) {
		return Answer{Value: No}
	}
	given := r.gives(known, trace)
	if applies.err != nil {
		return Answer{Err: applies.err}
	}
	if applies.unknown() {
		return Answer{Needs: unique(append(applies.needs, given.needs...))}
	}
	return given.answer()
}

// conditions is every one of All and one of Any.
func (r *Rule) conditions(known *activation, trace *[]TraceLine) outcome {
	outs := make([]outcome, 0, len(r.All)+1)
	for i := range r.All {
		c := &r.All[i]
		outs = append(outs, cite(c.prog, known, trace, c.Say, c.clause))
	}
	if len(r.Any) > 0 {
		either := make([]outcome, len(r.Any))
		for i := range r.Any {
			c := &r.Any[i]
			either[i] = cite(c.prog, known, trace, c.Say, c.clause)
		}
		outs = append(outs, junction(either, types.True))
	}
	return junction(outs, types.False)
}

// cite asks a condition and puts its words and clause on the lines it adds to the trace.
func cite(p *Program, known *activation, trace *[]TraceLine, say string, clause law.Clause) outcome {
	if trace == nil {
		return p.root.ask(known, 0, nil)
	}
	from := len(*trace)
	out := p.root.ask(known, 0, trace)
	lines := (*trace)[from:]
	for i := range lines {
		lines[i].Clause = clause
	}
	if say != "" {
		lines[0].Text = say
	}
	return out
}

// gift is what a rule gives once its conditions hold.
type gift struct {
	val   ref.Val // nil: no row applies
	row   int
	needs []string
	open  bool
	err   error
}

func (g gift) answer() Answer {
	switch {
	case g.err != nil:
		return Answer{Err: g.err}
	case g.open:
		return Answer{Needs: unique(g.needs)}
	case g.val == nil:
		return Answer{Value: No}
	}
	v, err := fromCEL(g.val)
	if err != nil {
		return Answer{Err: err}
	}
	if g.row < 0 {
		return Answer{Value: Yes} // a rule that only answers
	}
	return Answer{Value: Yes, Result: v, Row: g.row}
}

func (r *Rule) gives(known *activation, trace *[]TraceLine) gift {
	switch {
	case len(r.Table) > 0:
		return r.fromTable(known, trace)
	case r.amount != nil:
		return giftOf(r.amount.root.ask(known, 0, nil), 0)
	}
	return gift{val: types.True, row: -1}
}

func giftOf(o outcome, row int) gift {
	return gift{val: o.val, row: row, needs: o.needs, open: o.unknown(), err: o.err}
}

// fromTable takes the first row that matches. While some row's condition is unknown, every row that may yet be the
// first is weighed: if all of them give the same value, that is the answer.
func (r *Rule) fromTable(known *activation, trace *[]TraceLine) gift {
	var possible []gift
	var needs []string
	closed := false
	for i := 0; i < len(r.Table) && !closed; i++ {
		row := &r.Table[i]
		cond := outcome{val: types.True}
		if row.cond != nil {
			cond = cite(row.cond, known, trace, row.Say, row.clause)
		}
		switch {
		case cond.is(types.False):
			continue
		case cond.err != nil && len(possible) == 0:
			return gift{err: cond.err}
		case cond.err != nil:
			return gift{open: true, needs: needs}
		}
		closed = !cond.unknown()
		needs = append(needs, cond.needs...)
		possible = append(possible, giftOf(row.is.root.ask(known, 0, nil), i+1))
	}
	return settle(possible, needs, closed)
}

// settle weighs the rows that may be the first to match; closed says that one of them will be.
func settle(possible []gift, needs []string, closed bool) gift {
	if len(possible) == 0 {
		return gift{}
	}
	first := possible[0]
	if closed && len(possible) == 1 {
		return first
	}
	agree := closed
	for _, g := range possible {
		agree = agree && !g.open && g.err == nil && g.val.Equal(first.val) == types.True
		needs = append(needs, g.needs...)
	}
	if agree {
		first.row = possible[len(possible)-1].row
		return first
	}
	return gift{open: true, needs: needs}
}
