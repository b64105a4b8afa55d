package pack

import (
	"slices"

	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/rule"
)

// A Formula (计发规则) says whether something is due to somebody, or from him, and how much: conditions that must all hold, a sum that is
// the first row of a table that fits or an expression, steps that change the sum in their order, a floor, a cap, and rounding. It is
// pure: what it answers depends on the facts given and on the day of the edition that it stands in.
type Formula struct {
	Of     lexicon.Kind // person, household or organisation
	Per    rule.Period  // what the sum is paid for; rule.Once for a plain amount
	When   []FormulaCondition
	Rows   []FormulaStep // the first whose condition holds gives the sum
	Adjust []FormulaStep // each whose condition holds changes the sum, which it calls "sum"
	Floor  *FormulaStep  // the sum is at least this
	Cap    *FormulaStep  // and at most this
	Round  Rounding

	words *lexicon.Lexicon
}

// A FormulaCondition (计发条件) is one requirement, in words and as an expression, with its clauses.
type FormulaCondition struct {
	Part  string // within its element: "condition.1"
	Says  string
	Basis []law.Clause
	When  *rule.Program // yes-no
}

// A FormulaStep (计算步骤) gives an amount where its condition holds.
type FormulaStep struct {
	Part  string // within its element: "row.2", "cap"
	Says  string
	Basis []law.Clause
	When  *rule.Program // yes-no; nil: always
	Is    *rule.Program // the amount; of an adjustment over "sum"
}

// A Rounding (取整) says to which decimal place of a yuan, and which way, a sum is rounded.
type Rounding struct {
	Places int    // 2: fen, 1: jiao, 0: yuan
	Way    string // half 四舍五入, up or down
	Basis  []law.Clause
}

// A Reckoned (计算结果) is what a formula says of somebody, with every step that led to it.
type Reckoned struct {
	Value rule.Verdict
	Sum   rule.Money // where Value is Yes
	Needs []string   // where Value is Needs: facts that could still change the outcome, sorted
	Steps []ReckonedStep
	Err   error // it could not be computed: neither yes nor no
}

// A ReckonedStep (计算过程) is one condition or step with what became of it.
type ReckonedStep struct {
	Part   string       `json:"part,omitempty"` // of the element: "condition.1"; "" for what no part says
	Says   string       `json:"says"`
	Rule   string       `json:"rule,omitempty"` // the expression, parameters filled in
	Result string       `json:"result"`         // in words: 是, 否, 还缺资料, or the sum from here on
	Basis  []law.Clause `json:"basis,omitempty"`
}

// Fen returns the sum in fen. Returns an error when rounding left less than a fen.
func (r *Reckoned) Fen() (int64, error) { return r.Sum.Fen() }

// sumName is what an adjustment calls the sum so far.
const sumName = "sum"

// Ask answers whether anything is due, and how much. All conditions are weighed, so that the answer names every one that fails. A sum that
// is not above zero means that nothing is due.
func (f *Formula) Ask(facts rule.Facts) Reckoned {
	var out Reckoned
	out.conditions(f.When, facts)
	if out.Value == rule.No || out.Err != nil || len(out.Needs) > 0 {
		return out.settled()
	}
	sum, ok := out.first(f.Rows, facts)
	if !ok {
		return out.settled()
	}
	if sum, ok = out.shape(f, sum, facts); !ok {
		return out.settled()
	}
	if sum.Yuan.Sign() <= 0 {
		out.Value = rule.No
		out.say("", "算出的金额不大于零", "", sum.String(), nil)
		return out
	}
	out.Value, out.Sum = rule.Yes, sum
	return out
}

// settled puts needs in order and lets an answer that could not be computed be neither.
func (r *Reckoned) settled() Reckoned {
	if r.Value == rule.No {
		r.Err, r.Needs = nil, nil
	}
	slices.Sort(r.Needs)
	r.Needs = slices.Compact(r.Needs)
	return *r
}

func (r *Reckoned) say(part, says, rule, result string, basis []law.Clause) {
	r.Steps = append(r.Steps, ReckonedStep{part, says, rule, result, basis})
}

func (r *Reckoned) conditions(list []FormulaCondition, facts rule.Facts) {
	for _, c := range list {
		a := c.When.Ask(facts)
		switch {
		case a.Err != nil:
			r.Err = a.Err
			r.say(c.Part, c.Says, c.When.Source(), "无法计算："+a.Err.Error(), c.Basis)
			continue
		case a.Value == rule.No:
			r.Value = rule.No
		case a.Value == rule.Needs:
			r.Needs = append(r.Needs, a.Needs...)
		}
		r.say(c.Part, c.Says, c.When.Source(), a.Value.Words(), c.Basis)
	}
}

// first returns the amount of the first row that fits; ok is false when there is none, or it is not known which.
func (r *Reckoned) first(rows []FormulaStep, facts rule.Facts) (sum rule.Money, ok bool) {
	for i := range rows {
		switch fits, known := r.fits(&rows[i], facts); {
		case !known:
			return sum, false
		case fits:
			return r.amount(&rows[i], facts)
		}
	}
	r.Value = rule.No
	r.say("", "没有一行标准适用", "", rule.No.Words(), nil)
	return sum, false
}

// fits reports whether a step's condition holds; known is false when that cannot be said, which is then noted.
func (r *Reckoned) fits(s *FormulaStep, facts rule.Facts) (fits, known bool) {
	if s.When == nil {
		return true, true
	}
	a := s.When.Ask(facts)
	if a.Err != nil {
		r.Err = a.Err
		r.say(s.Part, s.Says, s.When.Source(), "无法计算："+a.Err.Error(), s.Basis)
		return false, false
	}
	if a.Value == rule.Needs {
		r.Needs = append(r.Needs, a.Needs...)
		r.say(s.Part, s.Says, s.When.Source(), a.Value.Words(), s.Basis)
		return false, false
	}
	return a.Value == rule.Yes, true
}

func (r *Reckoned) amount(s *FormulaStep, facts rule.Facts) (rule.Money, bool) {
	v, needs, err := s.Is.Value(facts)
	switch {
	case err != nil:
		r.Err = err
		r.say(s.Part, s.Says, s.Is.Source(), "无法计算："+err.Error(), s.Basis)
		return rule.Money{}, false
	case len(needs) > 0:
		r.Needs = append(r.Needs, needs...)
		r.say(s.Part, s.Says, s.Is.Source(), rule.Needs.Words(), s.Basis)
		return rule.Money{}, false
	}
	m := v.(rule.Money) // the loader compiled it to money
	r.say(s.Part, s.Says, s.Is.Source(), m.String(), s.Basis)
	return m, true
}

// shape applies adjustments, floor, cap and rounding to a sum.
func (r *Reckoned) shape(f *Formula, sum rule.Money, facts rule.Facts) (rule.Money, bool) {
	if len(f.Adjust) > 0 {
		facts = withSum(facts)
	}
	for i := range f.Adjust {
		facts[sumName] = sum
		fits, known := r.fits(&f.Adjust[i], facts)
		if !known {
			return sum, false
		}
		if !fits {
			continue
		}
		var ok bool
		if sum, ok = r.amount(&f.Adjust[i], facts); !ok {
			return sum, false
		}
	}
	for _, bound := range []struct {
		step *FormulaStep
		sign int
	}{{f.Floor, -1}, {f.Cap, 1}} {
		if bound.step == nil {
			continue
		}
		if fits, known := r.fits(bound.step, facts); !known {
			return sum, false
		} else if !fits {
			continue
		}
		limit, ok := r.amount(bound.step, facts)
		if !ok {
			return sum, false
		}
		if sum.Yuan.Cmp(limit.Yuan) == bound.sign {
			sum = limit
		}
	}
	rounded, err := f.Round.of(sum.Yuan)
	if err != nil {
		r.Err = err
		return sum, false
	}
	if rounded.Cmp(sum.Yuan) != 0 {
		sum.Yuan = rounded
		r.say("round", "取整："+f.Round.Words(), "", sum.String(), f.Round.Basis)
	}
	return sum, true
}

func withSum(facts rule.Facts) rule.Facts {
	out := make(rule.Facts, len(facts)+1)
	for k, v := range facts {
		out[k] = v
	}
	return out
}

func (r Rounding) of(d rule.Decimal) (rule.Decimal, error) {
	switch r.Way {
	case "up":
		return d.Ceil(r.Places), nil
	case "down":
		return d.Floor(r.Places), nil
	}
	return d.Round(r.Places)
}

// Words returns the rounding in Chinese.
func (r Rounding) Words() string {
	way := map[string]string{"half": "四舍五入", "up": "进位", "down": "舍去"}[r.Way]
	return way + "到" + [...]string{"元", "角", "分"}[r.Places]
}

// Facts returns the names of the facts that the formula asks about, sorted.
func (f *Formula) Facts() []string {
	var list []string
	for _, p := range f.Programs() {
		list = append(list, p.Facts()...)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(n string) bool { return n == sumName })
}

// Programs returns every expression of the formula, in the order in which Ask weighs them.
func (f *Formula) Programs() []*rule.Program {
	var list []*rule.Program
	for _, c := range f.When {
		list = append(list, c.When)
	}
	steps := slices.Concat(f.Rows, f.Adjust)
	for _, s := range []*FormulaStep{f.Floor, f.Cap} {
		if s != nil {
			steps = append(steps, *s)
		}
	}
	for _, s := range steps {
		if s.When != nil {
			list = append(list, s.When)
		}
		list = append(list, s.Is)
	}
	return list
}

// Words returns the words that the formula's facts belong to: those of the registers, the document's and the derived.
func (f *Formula) Words() *lexicon.Lexicon { return f.words }
