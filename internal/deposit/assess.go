package deposit

import (
	"encoding/json"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// A Sum (应存金额) is what a rule says of an organisation today, with every step.
type Sum struct {
	Rule             *pack.Deposit
	Org              register.Organisation
	Known            map[string]string // by fact
	Reckoned         pack.Reckoned
	Fen              money.Fen              // of a group: of all, no more than its cap
	Group            []pack.ReckonedStep    // how that of a group came about
	Exempt           *pack.FormulaCondition // why nothing is to be deposited; nil: it is
	Assessor, Keeper *pack.DepositRoute     // nil while it cannot be told
	Lacks            string                 // why not
	county           string
}

// Reckon asks a rule of an organisation by what the registers know.
func (x *Deposits) Reckon(tx *db.Tx, r *pack.Deposit, org register.Organisation) (Sum, error) {
	s := Sum{Rule: r, Org: org}
	if codes := place.Codes(org.Path); len(codes) > 1 {
		s.county = codes[1]
	}
	facts, err := x.known(tx, &s)
	if err != nil {
		return s, err
	}
	s.Exempt = r.Exempt(facts)
	if s.Assessor, err = r.AssessedBy(facts); err == nil {
		facts[pack.DepositAssessor], s.Known[pack.DepositAssessor] = s.Assessor.Level, s.Assessor.Level
		s.Keeper, err = r.KeptBy(facts)
	}
	if err != nil {
		s.Lacks = fault.As(err).Error()
	}
	s.Reckoned = r.Ask(facts)
	if s.Reckoned.Value != rule.Yes {
		return s, nil
	}
	fen, err := s.Reckoned.Fen()
	if err != nil {
		return s, err
	}
	s.Fen = money.Fen(fen)
	return s, x.group(tx, &s)
}

// known reads what the registers and the deposits know of an organisation.
func (x *Deposits) known(tx *db.Tx, s *Sum) (rule.Facts, error) {
	var names []string
	for _, w := range s.Rule.Words().Words(lexicon.Organisation) {
		names = append(names, w.Name)
	}
	subject := fact.Organisation(s.Org.ID)
	list, err := x.o.People.Known(tx, subject, names, fact.AsOf{})
	if err != nil {
		return nil, err
	}
	s.Known = map[string]string{}
	for name, k := range list {
		s.Known[name] = k.Value
	}
	s.Known[pack.DepositCounty], s.Known[pack.DepositElsewhere], s.Known[pack.DepositByGroup] = s.county, "none", "false"
	if d, ok, err := living(tx, s.Rule.Ref(), s.Org.ID); err != nil {
		return nil, err
	} else if ok {
		s.Known[pack.DepositElsewhere] = d.Level
	}
	heads, err := fact.Relations(tx, subject, fact.AsOf{}, lexicon.Owns)
	if err != nil {
		return nil, err
	}
	for _, r := range heads {
		if r.To == subject && r.From.Kind == lexicon.Organisation {
			if _, ok, err := living(tx, s.Rule.Ref(), r.From.ID); err != nil {
				return nil, err
			} else if ok {
				s.Known[pack.DepositByGroup] = "true"
			}
		}
	}
	return s.Rule.Reads(s.Known)
}

// group adds what the members of a group would deposit, up to the cap.
func (x *Deposits) group(tx *db.Tx, s *Sum) error {
	subject := fact.Organisation(s.Org.ID)
	list, err := fact.Relations(tx, subject, fact.AsOf{}, lexicon.Owns)
	if err != nil || s.Rule.Group == nil {
		return err
	}
	var members []money.Fen
	for _, r := range list {
		if r.From != subject || r.To.Kind != lexicon.Organisation {
			continue
		}
		org, err := register.OrganisationOf(tx, r.To.ID)
		if err != nil {
			return err
		}
		m := Sum{Rule: s.Rule, Org: org}
		facts, err := x.known(tx, &m)
		if err != nil {
			return err
		}
		got := s.Rule.Ask(facts)
		if got.Value == rule.Needs {
			return fault.Invalid("member", "分子公司“%s”还缺登记项，算不出集团应存多少", org.Name)
		}
		fen, err := got.Fen()
		if err != nil {
			return err
		}
		members = append(members, money.Fen(fen))
		s.Group = append(s.Group, pack.ReckonedStep{Says: org.Name, Result: money.Fen(fen).Words(), Basis: s.Rule.Group.Cap.Basis})
	}
	if len(members) == 0 {
		return nil
	}
	sum, capped, err := s.Rule.GroupSum(s.Fen, members)
	if err != nil {
		return err
	}
	if s.Fen = sum; capped {
		s.Group = append(s.Group, pack.ReckonedStep{Part: s.Rule.Group.Cap.Part, Says: s.Rule.Group.Cap.Says, Result: sum.Words(), Basis: s.Rule.Group.Cap.Basis})
	}
	return nil
}

func living(tx *db.Tx, ref string, org db.ID) (Deposit, bool, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from deposit_record where rule = ? and org = ? and ended = ''", ref, org)
	if err != nil || len(list) == 0 {
		return Deposit{}, false, wrap("find deposit", err)
	}
	return list[0], true, list[0].count(tx)
}

// mine lists the rules by which a unit may assess.
func (x *Deposits) mine(tx *db.Tx, by staff.Actor) ([]*pack.Deposit, error) {
	if by.Unit == "" || !by.HasAny(staff.Desk, staff.Handler) {
		return nil, nil
	}
	u, err := staff.UnitOf(tx, by.Unit)
	if err != nil {
		return nil, err
	}
	at, err := place.Get(tx, u.Place)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(x.o.Packs().Deposits(at.Path, place.Today(tx)), func(r *pack.Deposit) bool { return !slices.Contains(u.Offices, r.Safety) }), nil
}

// Rules lists the rules by which somebody's unit assesses.
func (x *Deposits) Rules(tx *db.Tx, by staff.Actor) ([]*pack.Deposit, error) { return x.mine(tx, by) }

// Preview shows what a rule says of an organisation to who may assess by it.
func (x *Deposits) Preview(tx *db.Tx, by staff.Actor, ref string, org db.ID) (Sum, error) {
	rules, err := x.mine(tx, by)
	if err != nil {
		return Sum{}, err
	}
	i := slices.IndexFunc(rules, func(r *pack.Deposit) bool { return r.Ref() == ref })
	if i < 0 {
		return Sum{}, fault.Forbidden("本单位不核定这种缴存")
	}
	o, err := register.OrganisationOf(tx, org)
	if err != nil {
		return Sum{}, err
	}
	return x.Reckon(tx, rules[i], o)
}

// An Assessment (缴存核定) is one reckoning of a deposit, with what was decided.
type Assessment struct {
	ID        db.ID
	Deposit   db.ID
	Case      db.ID
	Kind      string // first, drawn or scale
	Sum       money.Fen
	Known     map[string]string
	Steps     []pack.ReckonedStep
	Pack      string
	Day       civil.Date
	State     string // proposed, decided or declined
	Decided   string // day
	Delivered string
	PayBy     string
	By        string
	At        db.Time
}

// Words returns in Chinese why it was made.
func (a *Assessment) Words() string {
	return map[string]string{"first": "首次核定", "drawn": "动用后重新核定", "scale": "规模变化重新核定"}[a.Kind]
}

const assessmentColumns = "id, deposit, case_id, kind, sum, known, steps, pack, day, state, decided, delivered, pay_by, by_name, at"

func scanAssessment(r *db.Rows) (a Assessment, err error) {
	var known, steps string
	if err = r.Scan(&a.ID, &a.Deposit, &a.Case, &a.Kind, (*int64)(&a.Sum), &known, &steps, &a.Pack, &a.Day, &a.State, &a.Decided, &a.Delivered, &a.PayBy, &a.By, &a.At); err != nil {
		return a, err
	}
	if err = json.Unmarshal([]byte(known), &a.Known); err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(steps), &a.Steps)
}

// Assessments lists how a deposit was assessed, the latest first.
func (x *Deposits) Assessments(tx *db.Tx, d *Deposit) ([]Assessment, error) {
	list, err := db.Select(tx, scanAssessment, "select "+assessmentColumns+" from deposit_assessment where deposit = ? order by id desc", d.ID)
	return list, wrap("list assessments", err)
}

// Assess reckons what an organisation must deposit and opens the case in which that is decided: for the first time, after a drawing, or because its scale
// has changed. Returns refused, with the clause, for whom the document exempts, and forbidden for a unit that does not assess it.
func (x *Deposits) Assess(tx *db.Tx, by staff.Actor, key, ref string, org db.ID) (db.ID, error) {
	return once.For(tx, by.AuditName(), key, []any{"deposit.assess", ref, org}, func() (db.ID, error) {
		s, err := x.Preview(tx, by, ref, org)
		if err != nil {
			return 0, err
		}
		d, lives, err := living(tx, ref, org)
		if err != nil {
			return 0, err
		}
		again := lives && d.State == Standing && d.Unit == by.Unit
		switch {
		case lives && d.Unit == by.Unit && !again:
			return 0, fault.Conflict("“%s”的缴存%s，不能再核定", d.Name, d.State.Words())
		case !again && s.Exempt != nil:
			return 0, fault.Refused(s.Exempt.Basis[0], "不用缴存：%s", s.Exempt.Says)
		case s.Lacks != "":
			return 0, fault.Invalid("facts", "%s", s.Lacks)
		case s.Reckoned.Err != nil:
			return 0, s.Reckoned.Err
		case s.Reckoned.Value == rule.Needs:
			return 0, fault.Invalid("facts", "还缺登记项，算不出应存多少：%s", labels(s.Rule, s.Reckoned.Needs))
		case s.Reckoned.Value == rule.No:
			return 0, fault.Refused(s.Rule.Basis[0], "不在缴存的范围，或没有适用的标准")
		}
		kind := "first"
		if again {
			if kind, err = x.reason(tx, &d, &s); err != nil {
				return 0, err
			}
		} else if d, err = x.begin(tx, by, &s); err != nil {
			return 0, err
		}
		return d.ID, x.propose(tx, by, key, &d, &s, kind)
	})
}

func labels(r *pack.Deposit, names []string) string {
	text := ""
	for i, n := range names {
		if i > 0 {
			text += "、"
		}
		if w, ok := r.Words().Word(lexicon.Organisation, n); ok {
			n = w.Label
		}
		text += n
	}
	return text
}

// reason says why a deposit is assessed again, or refuses to.
func (x *Deposits) reason(tx *db.Tx, d *Deposit, s *Sum) (string, error) {
	var open int
	if err := tx.QueryRow("select count(*) from deposit_assessment where deposit = ? and state = 'proposed'", d.ID).Scan(&open); err != nil {
		return "", wrap("look for open assessments", err)
	}
	switch {
	case open > 0:
		return "", fault.Conflict("“%s”已有一次核定在办", d.Name)
	case d.Drawn:
		return "drawn", nil
	case s.Rule.Review.IsLarge(d.Due, s.Fen):
		return "scale", nil
	}
	return "", fault.Refused(s.Rule.Review.Basis[0], "没有动用，规模也没有较大变化，自然结转，不再核定")
}
