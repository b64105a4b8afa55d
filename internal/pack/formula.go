package pack

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
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

type formulaSpec struct {
	Of     string                 `yaml:"of,required"`
	Pays   string                 `yaml:"pays,required"`
	When   []formulaConditionSpec `yaml:"when,required"`
	Amount *formulaStepSpec       `yaml:"amount"`
	Table  []formulaStepSpec      `yaml:"table"`
	Adjust []formulaStepSpec      `yaml:"adjust"`
	Floor  *formulaStepSpec       `yaml:"floor"`
	Cap    *formulaStepSpec       `yaml:"cap"`
	Round  *roundingSpec          `yaml:"round"`
	Told   []toldSpec             `yaml:"told"`
}

type formulaConditionSpec struct {
	Says  string    `yaml:"says,required"`
	When  string    `yaml:"when,required"`
	Basis flow.List `yaml:"basis"`
}

type formulaStepSpec struct {
	Says  string    `yaml:"says,required"`
	When  string    `yaml:"when"`
	Is    string    `yaml:"is,required,loose"`
	Basis flow.List `yaml:"basis"`
}

type roundingSpec struct {
	To    string    `yaml:"to,required"`
	Way   string    `yaml:"way,required"`
	Basis flow.List `yaml:"basis"`
}

// formulaReading is one formula while it is read: its element's id, and what its parts rest on when they name no clause.
type formulaReading struct {
	*reading
	on    civil.Date
	id    string
	basis []law.Clause
	at    func(path string) rule.At
	env   *rule.Env // facts
	sums  *rule.Env // facts and the sum so far
	told  []lexicon.Word
	out   *Formula
}

// formula reads the rule part of an element. Returns nil when its words cannot be read.
func (r *reading) formula(s *formulaSpec, id string, basis []law.Clause, at func(path string) rule.At, on civil.Date) *formulaReading {
	x := &formulaReading{reading: r, on: on, id: id, basis: basis, at: at, out: &Formula{Of: lexicon.Kind(s.Of)}}
	if !slices.Contains([]lexicon.Kind{lexicon.Person, lexicon.Household, lexicon.Organisation}, x.out.Of) {
		r.bad(at("of"), "of 只能是 person、household 或 organisation，不能是 %s", s.Of)
		return nil
	}
	per, ok := periods[s.Pays]
	if !ok {
		r.bad(at("pays"), "pays 只能是 once、month、quarter 或 year，不能是 %s", s.Pays)
		return nil
	}
	x.out.Per = per
	if !x.vocabulary(s.Told) {
		return nil
	}
	for i, c := range s.When {
		path := fmt.Sprintf("when.%d", i)
		x.out.When = append(x.out.When, x.requirement(path, fmt.Sprintf("condition.%d", i+1), c))
	}
	if (s.Amount != nil) == (len(s.Table) > 0) {
		r.bad(at(""), "金额须写成 amount 或 table，二者只居其一")
	}
	if s.Amount != nil {
		x.out.Rows = append(x.out.Rows, x.step("amount", "amount", *s.Amount, x.env))
	}
	for i, row := range s.Table {
		x.out.Rows = append(x.out.Rows, x.step(fmt.Sprintf("table.%d", i), fmt.Sprintf("row.%d", i+1), row, x.env))
	}
	for i, row := range s.Adjust {
		x.out.Adjust = append(x.out.Adjust, x.step(fmt.Sprintf("adjust.%d", i), fmt.Sprintf("adjust.%d", i+1), row, x.sums))
	}
	if s.Floor != nil {
		step := x.step("floor", "floor", *s.Floor, x.env)
		x.out.Floor = &step
	}
	if s.Cap != nil {
		step := x.step("cap", "cap", *s.Cap, x.env)
		x.out.Cap = &step
	}
	x.rounding(s.Round)
	return x
}

var periods = map[string]rule.Period{"once": rule.Once, "month": rule.Month, "quarter": rule.Quarter, "year": rule.Year}

// vocabulary declares what expressions may speak of: the words of the registers, the derived ones, and what the case tells.
func (x *formulaReading) vocabulary(told []toldSpec) bool {
	for _, t := range told {
		if _, twice := x.lexicon.Word(x.out.Of, t.Name); twice {
			x.bad(x.at("told"), "%s 是登记项，不用再由办件说明", t.Name)
		}
		x.told = append(x.told, lexicon.Word{Name: t.Name, Label: t.Label, Of: x.out.Of, Kind: t.Kind, Options: t.Options})
	}
	var err error
	if x.out.words, err = x.lexicon.With(rule.Source{}, append(derivedOf(x.out.Of), x.told...)...); err == nil {
		if x.env, err = rule.NewEnv(x.out.words.Types(x.out.Of)); err == nil {
			x.sums, err = x.env.With(map[string]rule.Type{sumName: rule.YuanPer(x.out.Per)})
		}
	}
	x.ps.Add(x.at(""), err)
	return err == nil
}

// enter enters a part as an element; a part without a clause of its own rests on the whole's.
func (x *formulaReading) enter(path, sub, name string, basis flow.List) []law.Clause {
	cites := x.basis
	if len(basis) > 0 {
		cites = x.cites(x.at(path), basis)
	}
	x.reading.enter(Element{ID: x.id + "#" + sub, Name: name, Basis: cites, Place: x.at(path)})
	return cites
}

func (x *formulaReading) condition(path, src string, env *rule.Env) *rule.Program {
	at := x.at(path)
	p, err := env.Condition(x.expand(at, src, x.on), at)
	x.ps.Add(at, err)
	return p
}

func (x *formulaReading) requirement(path, sub string, c formulaConditionSpec) FormulaCondition {
	return FormulaCondition{sub, c.Says, x.enter(path, sub, c.Says, c.Basis), x.condition(path+".when", c.When, x.env)}
}

func (x *formulaReading) step(path, sub string, s formulaStepSpec, env *rule.Env) FormulaStep {
	out := FormulaStep{Part: sub, Says: s.Says, Basis: x.enter(path, sub, s.Says, s.Basis)}
	if s.When != "" {
		out.When = x.condition(path+".when", s.When, env)
	}
	at := x.at(path + ".is")
	var err error
	out.Is, err = env.CompileTo(rule.YuanPer(x.out.Per), x.expand(at, s.Is, x.on), at)
	x.ps.Add(at, err)
	return out
}

func (x *formulaReading) rounding(s *roundingSpec) {
	x.out.Round = Rounding{Places: 2, Way: "half", Basis: x.basis}
	if s == nil {
		return
	}
	places, ok := map[string]int{"yuan": 0, "jiao": 1, "fen": 2}[s.To]
	if !ok || !slices.Contains([]string{"half", "up", "down"}, s.Way) {
		x.bad(x.at("round"), "round 应写成 to: yuan、jiao 或 fen，way: half、up 或 down")
	}
	x.out.Round = Rounding{places, s.Way, x.enter("round", "round", "取整", s.Basis)}
}
