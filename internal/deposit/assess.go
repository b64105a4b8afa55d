package deposit

import (
	"encoding/json"
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/notify"
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

// begin opens the deposit of an organisation with its accounts.
func (x *Deposits) begin(tx *db.Tx, by staff.Actor, s *Sum) (Deposit, error) {
	d := Deposit{ID: db.NewID(), Rule: s.Rule.Ref(), Org: s.Org.ID, Name: s.Org.Name, Place: s.Org.Place, Path: s.Org.Path, Level: s.Assessor.Level, KeeperLevel: s.Keeper.Level,
		State: Assessing, Way: Whole, Made: db.At(tx.Now()), Version: 1, Pack: x.o.Packs().Pack(s.Rule.Basis[0].Document, "").Version}
	at, err := s.placeOf(tx, s.Assessor.Level)
	if err != nil {
		return d, err
	}
	keeper, err := s.placeOf(tx, s.Keeper.Level)
	if err != nil {
		return d, err
	}
	d.At, d.KeeperPath = at.Code, keeper.Path
	safety, err := staff.UnitsFilling(tx, s.Rule.Safety, at.Path)
	if err != nil {
		return d, err
	}
	if !slices.ContainsFunc(safety, func(u staff.Unit) bool { return u.Code == by.Unit }) {
		name := "本级安监部门"
		if len(safety) > 0 {
			name = safety[0].Name
		}
		return d, &fault.Error{Kind: fault.KindForbidden, Clause: s.Assessor.Basis[0], Format: "%s：由%s核定", Args: []any{s.Assessor.Says, name}}
	}
	finance, err := staff.UnitsFilling(tx, s.Rule.Finance, at.Path)
	if err != nil {
		return d, err
	}
	if len(finance) == 0 {
		return d, fault.Invalid("finance", "%s没有担任财政部门的单位，请管理员先设置", at.Name)
	}
	d.Unit, d.Finance = by.Unit, finance[0].Code
	f, ok, err := ledger.FundFor(tx, s.Keeper.Level, s.Rule.Fund, keeper.Path)
	if err != nil {
		return d, err
	}
	if !ok {
		return d, fault.Refused(s.Keeper.Basis[0], "%s还没有开设专户，请财政部门先设置资金“%s”", keeper.Name, s.Rule.Fund)
	}
	d.Fund = f.ID
	owner := "organisation:" + d.Org.String()
	if err := ledger.Open(tx, ledger.Account{Code: d.account(false), Name: d.Name + " · 缴存本金", Class: ledger.Liability, Owner: owner, Path: keeper.Path},
		ledger.Account{Code: d.account(true), Name: d.Name + " · 缴存利息", Class: ledger.Liability, Owner: owner, Path: keeper.Path}); err != nil {
		return d, err
	}
	err = tx.Exec(`insert into deposit_record (id, rule, pack, org, name, place, path, level, at_place, keeper_level, keeper_path, unit, finance, fund, state, made_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.Rule, d.Pack, d.Org, d.Name, d.Place, d.Path, d.Level, d.At, d.KeeperLevel, d.KeeperPath, d.Unit, d.Finance,
		d.Fund, string(d.State), d.Made)
	return d, wrap("open deposit", err)
}

func (s *Sum) placeOf(tx *db.Tx, level string) (place.Place, error) {
	code := s.county
	if level == "city" || code == "" {
		code = place.Codes(s.Org.Path)[0]
	}
	return place.Get(tx, code)
}

func (x *Deposits) propose(tx *db.Tx, by staff.Actor, key string, d *Deposit, s *Sum, kind string) error {
	a := Assessment{ID: db.NewID(), Kind: kind}
	text := fmt.Sprintf("%s：应存 %s", d.Name, s.Fen.Words())
	r, err := x.open(tx, by, key, d, s.Rule.Cases.Assess, text, d.Unit, map[string]string{"enterprise": d.Name, "content": text})
	if err != nil {
		return err
	}
	known, err := json.Marshal(s.Known)
	if err != nil {
		return err
	}
	steps, err := json.Marshal(append(slices.Clone(s.Reckoned.Steps), s.Group...))
	if err != nil {
		return err
	}
	version := x.o.Packs().Pack(s.Rule.Basis[0].Document, "").Version
	err = tx.Exec(`insert into deposit_assessment (id, deposit, case_id, kind, sum, known, steps, pack, day, state, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'proposed', ?, ?)`,
		a.ID, d.ID, r, a.Kind, int64(s.Fen), string(known), string(steps), version, place.Today(tx), by.Name, db.At(tx.Now()))
	if err != nil {
		return wrap("write assessment", err)
	}
	return record(tx, by, "deposit.assess", d.ID, map[string]any{"sum": s.Fen, "kind": kind, "known": s.Known})
}

// open registers a case for a deposit, takes it on and sends it to the unit that decides.
func (x *Deposits) open(tx *db.Tx, by staff.Actor, key string, d *Deposit, flowID, title, lead string, fields map[string]string) (db.ID, error) {
	if n := []rune(title); len(n) > 50 {
		title = string(n[:50])
	}
	r, err := x.o.Cases.Register(tx, by, casework.Intake{Key: key + "/case", Flow: flowID, Title: title, Body: title, Fields: fields, Place: d.At, From: casework.Reporter{Name: by.Name}})
	if err != nil {
		return 0, err
	}
	for _, a := range []flow.Act{{Verb: flow.Accept}, {Verb: flow.Dispatch, To: lead}} {
		if _, err := x.o.Cases.Do(tx, by, r.Case, casework.Act{Act: a, Key: key + "/" + string(a.Verb)}); err != nil {
			return 0, err
		}
	}
	return r.Case, nil
}

// Decide ends the assessment that is open, by a step of its case. Returns conflict when there is none.
func (x *Deposits) Decide(tx *db.Tx, by staff.Actor, key string, id db.ID, agree bool, words string) error {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := handles(by, &d); err != nil {
		return err
	}
	list, err := x.Assessments(tx, &d)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(a Assessment) bool { return a.State == "proposed" })
	if i < 0 {
		return fault.Conflict("“%s”没有待定的核定", d.Name)
	}
	return x.judge(tx, by, key, &d, list[i].Case, flow.Reply, agree, words)
}

// judge says what a unit thinks of a case, and does at once what follows.
func (x *Deposits) judge(tx *db.Tx, by staff.Actor, key string, d *Deposit, id db.ID, verb flow.Verb, agree bool, words string) error {
	a := flow.Act{Verb: verb, Words: words, Verdict: flow.Agree}
	if !agree {
		r, err := x.RuleOf(tx, d)
		if err != nil {
			return err
		}
		a.Verdict, a.Clause = flow.Disagree, r.Basis[0]
	}
	if _, err := x.o.Cases.Do(tx, by, id, casework.Act{Act: a, Key: key}); err != nil {
		return err
	}
	return x.Settle(tx, by, id)
}

// Decided is the worker of casework.Decided: what was decided on another page than ours is followed. Doing it twice changes nothing.
func (x *Deposits) Decided(tx *db.Tx, j job.Job) error {
	var e casework.Event
	if err := j.Decode(&e); err != nil {
		return err
	}
	return x.Settle(tx, staff.Job("deposit"), e.Case)
}

// Settle does what the decision of a case leads to, once.
func (x *Deposits) Settle(tx *db.Tx, by staff.Actor, id db.ID) error {
	list, err := db.Select(tx, scanAssessment, "select "+assessmentColumns+" from deposit_assessment where case_id = ? and state = 'proposed'", id)
	if err != nil {
		return wrap("find assessment", err)
	}
	outs, err := payouts(tx, "case_id = ? and state = 'open'", id)
	if err != nil || len(list)+len(outs) == 0 {
		return err
	}
	k, err := x.o.Cases.Stored(tx, id)
	if err != nil || k.Situation.Outcome == "" {
		return err
	}
	granted := k.Situation.Outcome == flow.Granted
	if len(outs) > 0 {
		return x.approved(tx, by, &outs[0], granted)
	}
	return x.assessed(tx, by, &list[0], granted)
}

// assessed lets a decided sum stand, to be paid once its notice is delivered.
func (x *Deposits) assessed(tx *db.Tx, by staff.Actor, a *Assessment, granted bool) error {
	d, err := load(tx, a.Deposit)
	if err != nil {
		return err
	}
	state := map[bool]string{true: "decided", false: "declined"}[granted]
	if err := tx.ExecOne("update deposit_assessment set state = ?, decided = ? where id = ? and state = 'proposed'", state, place.Today(tx).String(), a.ID); err != nil {
		return err
	}
	switch {
	case !granted && d.State == Assessing:
		err = d.change(tx, "state = ?, ended = ?", string(Declined), d.ID.String())
	case granted:
		way, bond := Whole, money.Fen(0)
		if d.Way == Surety {
			r, err := x.rule(d.Rule, a.Pack, a.Day)
			if err != nil {
				return err
			}
			way = Surety
			if bond, err = r.Surety.Bond.Least(a.Sum); err != nil {
				return err
			}
		}
		err = d.change(tx, "state = ?, due = ?, pack = ?, delivered = '', pay_by = '', way = ?, bond = ?, parts = '[]', drawn = 0", string(Standing), int64(a.Sum), a.Pack, string(way), int64(bond))
	}
	if err != nil {
		return err
	}
	return record(tx, by, "deposit."+state, d.ID, map[string]any{"sum": a.Sum, "assessment": a.ID})
}

// Deliver notes that the notice of what was decided reached the organisation: from then on the term to pay runs.
func (x *Deposits) Deliver(tx *db.Tx, by staff.Actor, id db.ID, day civil.Date) error {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := handles(by, &d); err != nil {
		return err
	}
	list, err := x.Assessments(tx, &d)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(a Assessment) bool { return a.State == "decided" && a.Delivered == "" })
	switch {
	case i < 0:
		return fault.Conflict("没有待送达的核定通知")
	case day.IsZero() || day.After(place.Today(tx)) || day.Before(civil.MustDate(list[i].Decided)):
		return fault.Invalid("day", "送达日期应在核定之后、今天以前")
	}
	r, err := x.RuleOf(tx, &d)
	if err != nil {
		return err
	}
	term := r.Pay
	if list[i].Kind == "drawn" {
		term = r.TopUp
	}
	end, err := x.o.Law.Deadline(day.In(civil.Shanghai), term.Within, nil)
	if err != nil {
		return fault.Internal(err, "无法计算期限")
	}
	if err := tx.ExecOne("update deposit_assessment set delivered = ?, pay_by = ? where id = ? and delivered = ''", day.String(), end.LastDay.String(), list[i].ID); err != nil {
		return err
	}
	if err := d.change(tx, "delivered = ?, pay_by = ?", day.String(), end.LastDay.String()); err != nil {
		return err
	}
	if err := tellHeads(tx, &d, end.LastDay); err != nil {
		return err
	}
	return record(tx, by, "deposit.deliver", d.ID, map[string]any{"day": day, "pay_by": end.LastDay})
}

// tellHeads lets those who head the organisation know what it owes, and where they see it.
func tellHeads(tx *db.Tx, d *Deposit, last civil.Date) error {
	list, err := fact.Relations(tx, fact.Organisation(d.Org), fact.AsOf{}, lexicon.Heads)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.From.Kind != lexicon.Person {
			continue
		}
		m := notify.Message{To: notify.Person(r.From.ID), Subject: "核定通知：" + d.Name, Text: fmt.Sprintf("应存 %s，最后一天 %s。", d.Due.Words(), last.Words()), Link: "/deposits/" + d.ID.String()}
		if err := notify.Send(tx, m); err != nil {
			return err
		}
	}
	return nil
}
