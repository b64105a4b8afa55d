package pack

import "linli/internal/rule"

// Term returns the formula as one expression, for evaluators that ask about many at once: what is due, zero when nothing is.
func (f *Formula) Term() *rule.Term {
	money := rule.YuanPer(f.Per)
	nothing := &rule.Term{Op: rule.OpLiteral, Type: money, Value: rule.Money{Per: f.Per}}
	choose := func(when, then, other *rule.Term) *rule.Term {
		return &rule.Term{Op: "?:", Type: then.Type, Args: []*rule.Term{when, then, other}}
	}
	answer := func(b bool) *rule.Term { return &rule.Term{Op: rule.OpLiteral, Type: rule.YesNo, Value: b} }
	sum, fits := nothing, answer(false)
	for i := len(f.Rows) - 1; i >= 0; i-- {
		row := &f.Rows[i]
		if row.When == nil {
			sum, fits = row.Is.Term(), answer(true)
			continue
		}
		sum, fits = choose(row.When.Term(), row.Is.Term(), sum), choose(row.When.Term(), answer(true), fits)
	}
	change := func(s *FormulaStep, now func(is *rule.Term) *rule.Term) {
		was, is := sum, now(s.Is.Term().Replace(sumName, sum))
		if sum = is; s.When != nil {
			sum = choose(s.When.Term().Replace(sumName, was), is, was)
		}
	}
	for i := range f.Adjust {
		change(&f.Adjust[i], func(is *rule.Term) *rule.Term { return is })
	}
	bound := func(s *FormulaStep, op string) {
		if s != nil {
			was := sum
			change(s, func(is *rule.Term) *rule.Term { return &rule.Term{Op: op, Type: money, Args: []*rule.Term{was, is}} })
		}
	}
	bound(f.Floor, "max")
	bound(f.Cap, "min")
	sum = &rule.Term{Op: map[string]string{"up": "ceil", "down": "floor"}[f.Round.Way], Type: money,
		Args: []*rule.Term{sum, {Op: rule.OpLiteral, Type: rule.Whole, Value: int64(f.Round.Places)}}}
	if sum.Op == "" {
		sum.Op = "round"
	}
	sum = &rule.Term{Op: "max", Type: money, Args: []*rule.Term{sum, nothing}}
	all := &rule.Term{Op: "&&", Type: rule.YesNo}
	for _, c := range f.When {
		all.Args = append(all.Args, c.When.Term())
	}
	return choose(all, choose(fits, sum, nothing), nothing)
}

// Due answers for one what Term answers for many: what is due, or known false when facts are missing.
func (f *Formula) Due(facts rule.Facts) (v any, known bool, err error) {
	a := f.Ask(facts)
	switch {
	case a.Err != nil:
		return nil, false, a.Err
	case a.Value == rule.Needs:
		return nil, false, nil
	case a.Value == rule.No:
		return rule.Money{Per: f.Per}, true, nil
	}
	return a.Sum, true, nil
}
