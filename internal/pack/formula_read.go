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
