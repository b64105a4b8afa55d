package pack

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/rule"
)

// A Benefit (待遇) is what a document gives to whom: a formula, when its payment begins and ends, what suspends it, what it gives way to,
// and who bears it. It is decided in the case of an item, or found by asking the registers and then checked in one.
type Benefit struct {
	ID     string
	Name   string
	Says   string
	Sealed string // purpose for which it is shown, as of a Class; "" is open to whoever may see the subject
	Basis  []law.Clause
	Formula
	Finds    bool               // 免申即享: whoever fulfils it is looked for in the registers
	Told     []lexicon.Word     // facts that no register has: the case of the item says them, in its form, its questions or its steps
	Item     string             // item by which it is applied for and checked
	Each     *rule.Program      // text that tells one occasion from the next; nil: one at a time, and of a single payment one for ever
	EachCase bool               // every case that grants it is an occasion of its own
	Begins   Turn               // which period is the first
	Ends     Turn               // which period is the last once it ends
	Part     string             // "none": a period is paid whole; "days": by its calendar days
	Suspend  []FormulaCondition // while one holds nothing is paid, and the entitlement stands
	Yields   []string           // benefits beside which nothing of this one is paid
	Shares   []BenefitShare
	Fund     string
}

// A Turn (起止口径) says how a day on which something begins or ends falls on periods.
type Turn string

// The turns.
const (
	TurnDay    Turn = "day"    // the day itself is the first, or the last
	TurnThis   Turn = "this"   // the period of the day is the first, or the last, and whole
	TurnNext   Turn = "next"   // of a beginning: the period after is the first
	TurnBefore Turn = "before" // of an end: the period before was the last
)

// eachCase is what a pack writes where every case is an occasion of its own.
const eachCase = "case"

// A BenefitShare (分担) is the part that one payer bears, as a weight among all shares: 2 and 8 are two tenths and eight.
type BenefitShare struct {
	Payer  string // one of Payers
	Weight rule.Decimal
	Basis  []law.Clause
}

// Payers (出资方) are who may bear a benefit.
var Payers = []Option{{"state", "中央"}, {"province", "省级"}, {"city", "市级"}, {"county", "县级"}, {"town", "乡级"}, {"village", "村级"}, {"firm", "单位"}, {"self", "个人"}}

// Ref returns the benefit's id with its document's, "sm12-63:mental-allowance".
func (b *Benefit) Ref() string { return b.Basis[0].Document + ":" + b.ID }

// Suspended returns the condition that suspends payment, nil when none holds for certain.
func (b *Benefit) Suspended(facts rule.Facts) *FormulaCondition {
	for i := range b.Suspend {
		if b.Suspend[i].When.Holds(facts) {
			return &b.Suspend[i]
		}
	}
	return nil
}

// Occasion returns what tells this occasion from others, "" for a benefit that has one only.
func (b *Benefit) Occasion(facts rule.Facts) string {
	if b.Each == nil {
		return ""
	}
	v, _, err := b.Each.Value(facts)
	text, _ := v.(string)
	if err != nil {
		return ""
	}
	return text
}

// Asked returns every fact that the benefit asks about, sorted.
func (b *Benefit) Asked() []string {
	list := b.Formula.Facts()
	for _, c := range b.Suspend {
		list = append(list, c.When.Facts()...)
	}
	if b.Each != nil {
		list = append(list, b.Each.Facts()...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Read turns what is known of somebody, by fact and as the registers write it, into the facts that Ask takes. Returns invalid, under the
// fact's name, for a fact that the benefit does not ask about and a value that its word does not allow.
func (b *Benefit) Read(known map[string]string) (rule.Facts, error) {
	facts, asked := rule.Facts{}, b.Asked()
	for name, value := range known {
		w, ok := b.words.Word(b.Of, name)
		if !ok || !slices.Contains(asked, name) {
			return nil, fault.Invalid(name, "待遇“%s”没有用到登记项 %s", b.Name, name)
		}
		kept, err := w.Check(value)
		if err != nil {
			return nil, err
		}
		facts[name] = w.Value(kept)
	}
	return facts, nil
}

// A BenefitExample is what is known of somebody, and what the benefit must say of him. What is left out is not looked at.
type BenefitExample struct {
	ID      string            `yaml:"id,required"`
	On      string            `yaml:"on,required"`
	With    map[string]string `yaml:"with"`        // parameters as a city might set them, of those that the document leaves open
	Known   map[string]string `yaml:"known"`       // by fact, derived ones too
	Is      string            `yaml:"is,required"` // yes, no or needs
	Sum     string            `yaml:"sum"`         // "100 yuan/month"
	Needs   []string          `yaml:"needs"`       // all of them
	Fails   []int             `yaml:"fails"`       // conditions that do not hold, counted from 1
	Stops   string            `yaml:"suspended"`   // yes or no
	Each    string            `yaml:"occasion"`
	Shares  map[string]string `yaml:"shares"`  // payer: yuan
	Begins  string            `yaml:"begins"`  // first day paid, when it is decided on the day
	Ends    string            `yaml:"ends"`    // last day paid, when the condition ceases on the day
	Pays    map[string]string `yaml:"pays"`    // period: yuan, when decided on the day and ending as Until says
	Until   string            `yaml:"until"`   // day on which the condition ceases; "": never
	Yields  []string          `yaml:"yields"`  // all of them
	Because []string          `yaml:"because"` // clauses of the steps, all of them
}

// Benefit returns a benefit by its id, or nil.
func (e *Edition) Benefit(id string) *Benefit {
	return find(e.Benefits, func(b *Benefit) bool { return b.ID == id })
}

// Benefits returns the benefits that hold at a place on a day.
func (ix *Index) Benefits(path string, on civil.Date) []*Benefit {
	var list []*Benefit
	for _, p := range ix.At(path, on) {
		list = append(list, p.On(on).Benefits...)
	}
	return list
}

// Benefit returns a benefit by its reference, "document:id", as a version of the document has it on a day; version "" is the current one.
// Nil when there is none.
func (ix *Index) Benefit(ref, version string, on civil.Date) *Benefit {
	document, id, _ := strings.Cut(ref, ":")
	p := ix.Pack(document, version)
	if p == nil {
		return nil
	}
	return p.On(on).Benefit(id)
}

type benefitSpec struct {
	Benefit string                 `yaml:"benefit,required"`
	Name    string                 `yaml:"name,required"`
	Says    string                 `yaml:"says,required"`
	Of      string                 `yaml:"of,required"`
	Sealed  string                 `yaml:"sealed"`
	When    []formulaConditionSpec `yaml:"when,required"`
	Amount  *formulaStepSpec       `yaml:"amount"`
	Table   []formulaStepSpec      `yaml:"table"`
	Adjust  []formulaStepSpec      `yaml:"adjust"`
	Floor   *formulaStepSpec       `yaml:"floor"`
	Cap     *formulaStepSpec       `yaml:"cap"`
	Round   *roundingSpec          `yaml:"round"`
	Pays    string                 `yaml:"pays,required"`
	Finds   string                 `yaml:"finds"` // yes, no or $param
	Item    string                 `yaml:"item"`
	Told    []toldSpec             `yaml:"told"`
	Each    string                 `yaml:"each"`
	Begins  string                 `yaml:"begins"`
	Ends    string                 `yaml:"ends"`
	Part    string                 `yaml:"part"`
	Suspend []formulaConditionSpec `yaml:"suspends"`
	Yields  []string               `yaml:"yields"`
	Shares  []benefitShareSpec     `yaml:"shares"`
	Fund    string                 `yaml:"fund"`
	Basis   flow.List              `yaml:"basis,required"`
}

// toldSpec is a fact that the case says, as a form field.
type toldSpec struct {
	Name    string        `yaml:"name,required"`
	Label   string        `yaml:"label,required"`
	Kind    string        `yaml:"kind,required"`
	Options []form.Option `yaml:"options"`
}

type benefitShareSpec struct {
	Payer string    `yaml:"payer,required"`
	Part  string    `yaml:"part,required,loose"`
	Basis flow.List `yaml:"basis"`
}

func (s *benefitSpec) formula() *formulaSpec {
	return &formulaSpec{Of: s.Of, Pays: s.Pays, When: s.When, Amount: s.Amount, Table: s.Table, Adjust: s.Adjust, Floor: s.Floor, Cap: s.Cap, Round: s.Round,
		Told: s.Told}
}

// benefit reads one benefit. Nil when its formula cannot be read.
func (r *reading) benefit(p part[benefitSpec], on civil.Date) *Benefit {
	s := p.spec
	b := &Benefit{ID: s.Benefit, Name: s.Name, Says: s.Says, Sealed: s.Sealed, Item: s.Item, Yields: s.Yields, Fund: r.resolve(p.at("fund"), s.Fund, on)}
	b.Basis = r.element(p.at(""), "benefit/"+s.Benefit, s.Name, s.Basis)
	if !itemID.MatchString(s.Benefit) {
		r.bad(p.at("benefit"), "待遇编号只能用小写字母、数字和短横，如 mental-allowance")
	}
	if len(b.Basis) == 0 || b.Basis[0].Document != r.pack.Document.ID {
		r.bad(p.at("basis"), "待遇的第一条依据须是本文件的条款")
		return nil
	}
	x := r.formula(s.formula(), "benefit/"+s.Benefit, b.Basis, p.at, on)
	if x == nil {
		return nil
	}
	b.Formula, b.Told = *x.out, x.told
	x.life(b, &s)
	for i, c := range s.Suspend {
		path := fmt.Sprintf("suspends.%d", i)
		b.Suspend = append(b.Suspend, x.requirement(path, fmt.Sprintf("suspend.%d", i+1), c))
	}
	x.shares(b, s.Shares)
	return b
}

// life reads when a benefit is looked for, begins, ends and is told apart.
func (x *formulaReading) life(b *Benefit, s *benefitSpec) {
	switch v := x.resolve(x.at("finds"), s.Finds, x.on); v {
	case "", "no":
	case "yes":
		b.Finds = true
	default:
		x.bad(x.at("finds"), "应为 yes 或 no，不能是 %s", v)
	}
	if b.Sealed != "" && !slices.ContainsFunc(ClassPurposes, func(o Option) bool { return o.Value == b.Sealed }) {
		x.bad(x.at("sealed"), "没有用途 %s", b.Sealed)
	}
	x.turns(b, s)
	switch b.Part = x.resolve(x.at("part"), s.Part, x.on); b.Part {
	case "":
		b.Part = "none"
	case "none", "days":
	default:
		x.bad(x.at("part"), "part 只能是 none 或 days，不能是 %s", b.Part)
	}
	if b.Part == "none" && b.Per != rule.Once && (b.Begins == TurnDay || b.Ends == TurnDay) {
		x.bad(x.at("begins"), "不按天折算（part: none）的待遇，起止不能是 day")
	}
	switch s.Each {
	case "":
	case eachCase:
		b.EachCase = true
	default:
		var err error
		b.Each, err = x.env.CompileTo(rule.Text, s.Each, x.at("each"))
		x.ps.Add(x.at("each"), err)
	}
	if s.Item != "" && !slices.ContainsFunc(x.parts.items, func(i part[itemSpec]) bool { return i.spec.Item == s.Item }) {
		x.bad(x.at("item"), "没有事项 %s", s.Item)
	}
	if len(b.Told) > 0 && (b.Finds || s.Item == "") {
		x.bad(x.at("told"), "要由办件说明的待遇须写明事项（item），也不能主动查找（finds）")
	}
	if b.Finds && s.Item == "" {
		x.bad(x.at("finds"), "主动查找的待遇须写明由哪个事项核实审批（item）")
	}
	for i, y := range s.Yields {
		if !slices.ContainsFunc(x.parts.benefits, func(o part[benefitSpec]) bool { return o.spec.Benefit == y && y != s.Benefit }) {
			x.bad(x.at(fmt.Sprintf("yields.%d", i)), "没有别的待遇 %s", y)
		}
		x.reading.enter(Element{ID: x.id + "#yields." + y, Name: "与" + y + "不重复享受", Basis: b.Basis, Place: x.at(fmt.Sprintf("yields.%d", i))})
	}
}

// turns reads when the first and the last period are; what is paid once has neither.
func (x *formulaReading) turns(b *Benefit, s *benefitSpec) {
	if b.Per == rule.Once {
		if b.Begins, b.Ends = TurnDay, TurnDay; s.Begins != "" || s.Ends != "" {
			x.bad(x.at("begins"), "一次性的待遇没有起止期，不写 begins 和 ends")
		}
		return
	}
	b.Begins, b.Ends = x.turn("begins", s.Begins, TurnNext), TurnThis
	if s.Ends != "" {
		b.Ends = x.turn("ends", s.Ends, TurnBefore)
	}
}

func (x *formulaReading) turn(path, text string, other Turn) Turn {
	t := Turn(x.resolve(x.at(path), text, x.on))
	if t != TurnDay && t != TurnThis && t != other {
		x.bad(x.at(path), "%s 只能是 day、this 或 %s，不能是 %s", path, other, t)
	}
	return t
}

func (x *formulaReading) shares(b *Benefit, list []benefitShareSpec) {
	for i, s := range list {
		path := fmt.Sprintf("shares.%d", i)
		text := x.resolve(x.at(path+".part"), s.Part, x.on)
		weight, err := rule.ParseDecimal(text)
		if err != nil || weight.Sign() < 0 {
			x.bad(x.at(path+".part"), "分担的份额应是不小于零的数，如 0.5 或 2")
		}
		payer := x.resolve(x.at(path+".payer"), s.Payer, x.on)
		if !slices.ContainsFunc(Payers, func(o Option) bool { return o.Value == payer }) {
			x.bad(x.at(path+".payer"), "“%s”不在可选之列：%s", payer, optionValues(Payers))
		}
		b.Shares = append(b.Shares, BenefitShare{payer, weight, x.enter(path, "share."+payer, Words(Payers, payer)+"承担", s.Basis)})
	}
}

// crossYields refuses benefits that give way to each other in a circle: nobody could say which one is paid.
func (r *reading) crossYields() {
	yields := map[string][]string{}
	for _, p := range r.parts.benefits {
		yields[p.spec.Benefit] = p.spec.Yields
	}
	var reaches func(from, to string, seen map[string]bool) bool
	reaches = func(from, to string, seen map[string]bool) bool {
		for _, y := range yields[from] {
			if y == to {
				return true
			}
			if !seen[y] {
				seen[y] = true
				if reaches(y, to, seen) {
					return true
				}
			}
		}
		return false
	}
	for _, p := range r.parts.benefits {
		if reaches(p.spec.Benefit, p.spec.Benefit, map[string]bool{}) {
			r.bad(p.at("yields"), "待遇 %s 绕了一圈又让位于自己，说不清该发哪一项", p.spec.Benefit)
		}
	}
}
