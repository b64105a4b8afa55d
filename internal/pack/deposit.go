package pack

import (
	"fmt"
	"strings"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/rule"
)

// A Deposit (缴存) is what organisations must keep with the treasury: a formula for the sum, who assesses it and whose account keeps it,
// who is exempt, in which ways it is paid, what may be drawn from it, when it is assessed anew, and when it is given back.
type Deposit struct {
	ID    string
	Name  string
	Says  string
	Basis []law.Clause
	Formula
	Told     []lexicon.Word // facts that the assessment says, as no register has them
	Safety   string         // office that assesses and handles
	Finance  string         // office that keeps the account and approves beside it
	Fund     string         // purpose of the fund that keeps it
	Assessor []DepositRoute // the first that fits says at which level it is assessed
	Keeper   []DepositRoute // and whose treasury keeps it
	Exempts  []FormulaCondition
	Group    *DepositGroup
	Pay      DepositTerm // from delivery of the first notice
	TopUp    DepositTerm // from delivery of a notice after a drawing
	Parts    *DepositParts
	Surety   *DepositSurety
	Interest *FormulaStep // of "sum" kept for "days"
	Draw     DepositDraw
	Review   DepositReview
	Exit     DepositExit
	Cases    DepositFlows
}

// A DepositRoute (核定和专户分级) says at which level something is done when its condition holds.
type DepositRoute struct {
	Part  string
	Says  string
	Basis []law.Clause
	When  *rule.Program // nil: always
	Level string        // city or county
}

// A DepositGroup (集团统一缴存) lets the company at the head of a group pay once for all, up to a cap.
type DepositGroup struct {
	Cap FormulaStep
	All bool // the sum is that of all its members; else its own
}

// A DepositTerm (缴存期限) is how long there is to pay.
type DepositTerm struct {
	Within civil.Term
	Basis  []law.Clause
}

// A DepositParts (分期缴存) is how a sum may be paid in parts, once that is agreed to.
type DepositParts struct {
	First  FormulaStep // the first part is at least this, of "sum"
	Within civil.Term  // from the day of the plan until the last part
	Most   int         // parts
	Basis  []law.Clause
}

// A DepositSurety (担保缴存) is how an approved guarantor stands for a sum, and what is still paid in cash.
type DepositSurety struct {
	Bond      FormulaStep      // the cash is at least this, of "sum"
	Guarantor FormulaCondition // of the facts of the guarantor
	Basis     []law.Clause
}

// A DepositDraw (动用) is for which costs a deposit may be drawn upon.
type DepositDraw struct {
	Costs    []DepositCost
	OwnFirst bool // the organisation shows what it has paid itself
	Basis    []law.Clause
}

// A DepositCost (动用范围) is one kind of cost.
type DepositCost struct {
	ID    string
	Name  string
	Basis []law.Clause
}

// A DepositReview (重新核定) is by which day of the next year a changed scale is assessed anew.
type DepositReview struct {
	Month, Day int
	Large      FormulaCondition // of "change", the part of the sum by which it would change
	Basis      []law.Clause
}

// A DepositExit (退出清算) is why a deposit is given back.
type DepositExit struct {
	Reasons []Option
	Basis   []law.Clause
}

// DepositFlows (缴存的办件) are the flows of the cases in which a deposit is assessed, drawn upon, given back, and the failing of it punished.
type DepositFlows struct{ Assess, Draw, Exit, Breach string }

// Facts that conditions of routes and exemptions may ask for besides those of the formula.
const (
	DepositCounty    = "county"      // code of the county of the organisation, "" for none
	DepositAssessor  = "assessed_by" // level: city or county
	DepositElsewhere = "held"        // who holds a deposit of the organisation already: none, city or county
	DepositByGroup   = "group_holds" // the company at the head of its group pays for it
	depositChange    = "change"
	depositDays      = "days"
)

// Ref returns the deposit's id with its document's.
func (d *Deposit) Ref() string { return d.Basis[0].Document + ":" + d.ID }

// Exempt returns the exemption that holds for certain, nil for none.
func (d *Deposit) Exempt(facts rule.Facts) *FormulaCondition {
	for i := range d.Exempts {
		if d.Exempts[i].When.Holds(facts) {
			return &d.Exempts[i]
		}
	}
	return nil
}

// AssessedBy returns the route of whoever assesses, and KeptBy of whose treasury keeps it. Returns invalid, under the fact that is missing, when it
// cannot be told.
func (d *Deposit) AssessedBy(facts rule.Facts) (*DepositRoute, error) {
	return d.route(d.Assessor, facts, "核定单位")
}

// KeptBy is AssessedBy of the treasury.
func (d *Deposit) KeptBy(facts rule.Facts) (*DepositRoute, error) {
	return d.route(d.Keeper, facts, "专户")
}

func (d *Deposit) route(list []DepositRoute, facts rule.Facts, what string) (*DepositRoute, error) {
	for i := range list {
		if list[i].When == nil {
			return &list[i], nil
		}
		switch a := list[i].When.Ask(facts); {
		case a.Err != nil:
			return nil, a.Err
		case a.Value == rule.Yes:
			return &list[i], nil
		case a.Value == rule.Needs:
			return nil, fault.Invalid(a.Needs[0], "要先登记“%s”，才知道%s", d.label(a.Needs[0]), what)
		}
	}
	return nil, fault.Refused(d.Basis[0], "按规定说不出“%s”的%s", d.Name, what)
}

func (d *Deposit) label(fact string) string {
	if w, ok := d.words.Word(d.Of, fact); ok {
		return w.Label
	}
	return fact
}

// of evaluates a step that is a part of a sum, up to the next fen.
func (s *FormulaStep) of(facts rule.Facts) (money.Fen, error) {
	v, needs, err := s.Is.Value(facts)
	if err != nil {
		return 0, err
	}
	if len(needs) > 0 {
		return 0, fault.Invalid(needs[0], "“%s”还缺 %s", s.Says, needs[0])
	}
	m := v.(rule.Money) // the loader compiled it to money
	m.Yuan = m.Yuan.Ceil(2)
	fen, err := m.Fen()
	return money.Fen(fen), err
}

// Least returns what a part of a sum comes to.
func (s *FormulaStep) Least(sum money.Fen) (money.Fen, error) {
	return s.of(rule.Facts{sumName: yuanOf(sum)})
}

func yuanOf(f money.Fen) rule.Money { return rule.Fen(int64(f)) }

// GroupSum returns what the head of a group pays for all, no more than the cap.
func (d *Deposit) GroupSum(own money.Fen, members []money.Fen) (sum money.Fen, capped bool, err error) {
	sum = own
	if d.Group == nil {
		return sum, false, nil
	}
	if d.Group.All {
		for _, m := range members {
			if sum, err = sum.Add(m); err != nil {
				return 0, false, err
			}
		}
	}
	most, err := d.Group.Cap.Least(sum)
	if err != nil || sum <= most {
		return sum, false, err
	}
	return most, true, nil
}

// A DepositPart is one part of a sum, and by which day it is paid.
type DepositPart struct {
	Due civil.Date `json:"due"`
	Fen money.Fen  `json:"fen"`
}

// Agreeable refuses parts that may not be agreed to: they sum to the sum, follow each other, the first is large enough and the last soon enough.
func (d *Deposit) Agreeable(sum money.Fen, from civil.Date, parts []DepositPart) error {
	if d.Parts == nil {
		return fault.Refused(d.Basis[0], "“%s”不能分期缴存", d.Name)
	}
	clause := d.Parts.Basis[0]
	if len(parts) < 2 || len(parts) > d.Parts.Most {
		return fault.Refused(clause, "分期应为 2 到 %d 期", d.Parts.Most)
	}
	last, all := from, money.Fen(0)
	for i, p := range parts {
		if p.Fen <= 0 || p.Due.Before(last) || i > 0 && p.Due == last {
			return fault.Invalid("parts", "第 %d 期要有金额，日期要晚于前一期", i+1)
		}
		var err error
		if all, err = all.Add(p.Fen); err != nil {
			return fault.Invalid("parts", "%s", err)
		}
		last = p.Due
	}
	if all != sum {
		return fault.Invalid("parts", "各期合计 %s，应为 %s", all.Words(), sum.Words())
	}
	least, err := d.Parts.First.Least(sum)
	if err != nil {
		return err
	}
	if parts[0].Fen < least {
		return fault.Refused(d.Parts.First.Basis[0], "首期不得少于 %s", least.Words())
	}
	end, err := civil.CivilCode().Deadline(from.In(civil.Shanghai), d.Parts.Within, nil)
	if err != nil {
		return fault.Internal(err, "无法计算期限")
	}
	if last.After(end.LastDay) {
		return fault.Refused(clause, "最后一期不得晚于 %s（%s内）", end.LastDay.Words(), d.Parts.Within.Words())
	}
	return nil
}

// Guaranteed refuses a guarantor who is not approved and a bond that is too small.
func (d *Deposit) Guaranteed(sum, bond money.Fen, guarantor rule.Facts) error {
	if d.Surety == nil {
		return fault.Refused(d.Basis[0], "“%s”不能担保缴存", d.Name)
	}
	if c := &d.Surety.Guarantor; !c.When.Holds(guarantor) {
		return fault.Refused(c.Basis[0], "担保机构不符合“%s”", c.Says)
	}
	least, err := d.Surety.Bond.Least(sum)
	if err != nil {
		return err
	}
	if bond < least {
		return fault.Refused(d.Surety.Bond.Basis[0], "保证金不得少于 %s", least.Words())
	}
	if bond >= sum {
		return fault.Invalid("bond", "保证金已够应缴的 %s，不用担保", sum.Words())
	}
	return nil
}

// InterestOn returns the interest of a sum kept for some days, cut to the fen.
func (d *Deposit) InterestOn(sum money.Fen, days int) (money.Fen, error) {
	if d.Interest == nil || sum <= 0 || days <= 0 {
		return 0, nil
	}
	v, _, err := d.Interest.Is.Value(rule.Facts{sumName: yuanOf(sum), depositDays: days})
	if err != nil {
		return 0, err
	}
	m := v.(rule.Money) // the loader compiled it to money
	m.Yuan = m.Yuan.Floor(2)
	fen, err := m.Fen()
	return money.Fen(fen), err
}

// By returns the day by which a changed scale of a year is assessed anew: in the next.
func (r *DepositReview) By(year int) civil.Date {
	return civil.MustDate(fmt.Sprintf("%04d-%02d-%02d", year+1, r.Month, r.Day))
}

// IsLarge reports whether a sum would change so much that it is assessed anew.
func (r *DepositReview) IsLarge(was, now money.Fen) bool {
	if was == now || was == 0 {
		return was != now
	}
	diff := now - was
	if diff < 0 {
		diff = -diff
	}
	share, err := rule.ParseDecimal(fmt.Sprintf("%d.%04d", diff/was, (diff%was)*10000/was))
	return err == nil && r.Large.When.Holds(rule.Facts{depositChange: share})
}

// Reads turns what is known of an organisation into the facts that the deposit takes; what it does not ask about is left out.
func (d *Deposit) Reads(known map[string]string) (rule.Facts, error) {
	facts := rule.Facts{}
	for name, value := range known {
		switch name {
		case DepositCounty, DepositAssessor, DepositElsewhere:
			facts[name] = value
			continue
		case DepositByGroup:
			facts[name] = value == "true"
			continue
		}
		w, ok := d.words.Word(d.Of, name)
		if !ok {
			continue
		}
		kept, err := w.Check(value)
		if err != nil {
			return nil, err
		}
		facts[name] = w.Value(kept)
	}
	return facts, nil
}

// Deposit returns a deposit by its id, or nil.
func (e *Edition) Deposit(id string) *Deposit {
	return find(e.Deposits, func(d *Deposit) bool { return d.ID == id })
}

// Deposits returns the deposits that hold at a place on a day.
func (ix *Index) Deposits(path string, on civil.Date) []*Deposit {
	var list []*Deposit
	for _, p := range ix.At(path, on) {
		list = append(list, p.On(on).Deposits...)
	}
	return list
}

// Deposit returns a deposit by its reference, "document:id", as a version of the document has it on a day; version "" is the current one.
// Nil when there is none.
func (ix *Index) Deposit(ref, version string, on civil.Date) *Deposit {
	document, id, _ := strings.Cut(ref, ":")
	p := ix.Pack(document, version)
	if p == nil {
		return nil
	}
	return p.On(on).Deposit(id)
}

// A DepositExample is what is known of an organisation, and what a deposit must say of it. What is left out is not looked at.
type DepositExample struct {
	ID        string            `yaml:"id,required"`
	On        string            `yaml:"on,required"`
	With      map[string]string `yaml:"with"`
	Known     map[string]string `yaml:"known"` // by fact, with county, held and group_holds
	Is        string            `yaml:"is"`    // yes, no or needs
	Sum       string            `yaml:"sum"`   // "1500000 yuan"
	Needs     []string          `yaml:"needs"`
	Fails     []int             `yaml:"fails"`
	Because   []string          `yaml:"because"`
	Exempt    string            `yaml:"exempt"`   // number of the exemption, or no
	Assessed  string            `yaml:"assessed"` // city or county
	Kept      string            `yaml:"kept"`
	Members   []string          `yaml:"members"` // yuan of each member of the group
	Group     string            `yaml:"group"`   // yuan
	Total     string            `yaml:"total"`   // yuan, of parts and bond
	Parts     []string          `yaml:"parts"`   // "2026-03-01 750000"; agreed on the day of the example
	Agreed    string            `yaml:"agreed"`  // yes, or the clause of the refusal
	Bond      string            `yaml:"bond"`    // yuan
	Guarantor map[string]string `yaml:"guarantor"`
	Covered   string            `yaml:"covered"` // yes, or the clause of the refusal
	PayBy     string            `yaml:"pay-by"`  // last day, when the notice is delivered on the day
	TopUpBy   string            `yaml:"top-up-by"`
	Days      int               `yaml:"days"`
	Interest  string            `yaml:"interest"`  // yuan for Total kept for Days
	ReviewBy  string            `yaml:"review-by"` // of a change in the year of the day
	Was       string            `yaml:"was"`       // yuan kept, of which Total would be the new sum
	Large     string            `yaml:"large"`     // yes or no
	Draws     map[string]string `yaml:"draws"`     // id of a kind of cost: its name
	OwnFirst  string            `yaml:"own-first"` // yes or no
	Exits     []string          `yaml:"exits"`     // reasons, all of them
}
