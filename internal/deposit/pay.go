package deposit

import (
	"encoding/json"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Move (缴存进出) is what came into a deposit or went out of it.
type Move struct {
	ID                  db.ID
	Deposit             db.ID
	Kind                string // paid, interest, drawn, difference or refund
	Day                 civil.Date
	Principal, Interest money.Fen // less than nothing for what went out
	Words               string
	Entry               db.ID
	By                  string
	At                  db.Time
}

// What returns in Chinese what the move is.
func (m *Move) What() string {
	return map[string]string{"paid": "存入", "interest": "计息", "drawn": "动用", "difference": "退还差额", "refund": "清算退还"}[m.Kind]
}

func scanMove(r *db.Rows) (m Move, err error) {
	return m, r.Scan(&m.ID, &m.Deposit, &m.Kind, &m.Day, (*int64)(&m.Principal), (*int64)(&m.Interest), &m.Words, &m.Entry, &m.By, &m.At)
}

// Moves lists what came in and went out, the oldest first.
func (x *Deposits) Moves(tx *db.Tx, d *Deposit) ([]Move, error) {
	list, err := db.Select(tx, scanMove, "select id, deposit, kind, day, principal, interest, words, entry, by_name, at from deposit_move where deposit = ? order by id", d.ID)
	return list, wrap("list moves", err)
}

// move posts an amount that comes in or goes out, with the account of the fund on the other side. It refuses what would leave less than nothing.
func (d *Deposit) move(tx *db.Tx, by staff.Actor, key string, m Move, clause law.Clause, other ledger.Role) error {
	if d.Principal+m.Principal < 0 || d.Interest+m.Interest < 0 {
		return fault.Refused(clause, "“%s”账上只有 %s", d.Name, d.Kept().Words())
	}
	f := ledger.Fund{ID: d.Fund}
	sum, err := m.Principal.Add(m.Interest)
	if err != nil {
		return fault.Invalid("fen", "%s", err)
	}
	e, err := ledger.Post(tx, by, ledger.Posting{Key: "deposit/" + d.ID.String() + "/" + key, Day: m.Day, Words: m.Words, Clause: clause, Ref: ledger.Ref{Kind: "deposit", ID: d.ID},
		Lines: []ledger.Line{{Account: f.Account(other), Fen: sum}, {Account: d.account(false), Fen: -m.Principal}, {Account: d.account(true), Fen: -m.Interest}}})
	if err != nil {
		return err
	}
	d.Principal, d.Interest = d.Principal+m.Principal, d.Interest+m.Interest
	return wrap("write move", tx.Exec("insert into deposit_move (id, deposit, kind, day, principal, interest, words, entry, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		db.NewID(), d.ID, m.Kind, m.Day, int64(m.Principal), int64(m.Interest), m.Words, e.ID, by.Name, db.At(tx.Now())))
}

// Pay notes what the agent bank took in for a deposit. Returns invalid for more than is still to be paid.
func (x *Deposits) Pay(tx *db.Tx, by staff.Actor, key string, id db.ID, fen money.Fen, day civil.Date, words string) error {
	_, err := once.For(tx, by.AuditName(), key, []any{"deposit.pay", id, fen, day, words}, func() (bool, error) {
		d, err := x.Get(tx, by, id)
		if err != nil {
			return false, err
		}
		if err := keeps(by, &d); err != nil {
			return false, err
		}
		words = strings.TrimSpace(words)
		switch {
		case d.Drawn:
			return false, fault.Conflict("“%s”动用以后还没有重新核定，等核定通知", d.Name)
		case d.State != Standing:
			return false, fault.Conflict("“%s”的缴存%s，不能存入", d.Name, d.State.Words())
		case fen <= 0:
			return false, fault.Invalid("fen", "请填写存入的金额")
		case fen > d.Short():
			return false, fault.Invalid("fen", "还应存 %s，不能多存", d.Short().Words())
		case !d.InterestTo.IsZero() && day.Before(d.InterestTo):
			return false, fault.Invalid("day", "存入日期不能早于 %s：那以前已经存入或计息", d.InterestTo.Words())
		case words == "":
			return false, fault.Invalid("words", "请填写银行回单号或说明")
		}
		r, err := x.RuleOf(tx, &d)
		if err != nil {
			return false, err
		}
		sets := "told = told"
		if d.InterestTo.IsZero() {
			sets = "interest_to = '" + day.String() + "'" // a date writes itself without quotes
		}
		if err := d.change(tx, sets); err != nil {
			return false, err
		}
		if err := d.move(tx, by, "pay/"+key, Move{Kind: "paid", Day: day, Principal: fen, Words: words}, r.Pay.Basis[0], ledger.Bank); err != nil {
			return false, err
		}
		return true, record(tx, by, "deposit.pay", d.ID, map[string]any{"fen": fen, "day": day, "words": words})
	})
	return err
}

// Credit adds the interest of what was kept up to a day, once for each day. It answers how much.
func (x *Deposits) Credit(tx *db.Tx, by staff.Actor, id db.ID, until civil.Date) (money.Fen, error) {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := keeps(by, &d); err != nil {
		return 0, err
	}
	if until.IsZero() || until.After(place.Today(tx)) {
		return 0, fault.Invalid("until", "计息到哪一天，不能晚于今天")
	}
	return x.credit(tx, by, &d, until)
}

func (x *Deposits) credit(tx *db.Tx, by staff.Actor, d *Deposit, until civil.Date) (money.Fen, error) {
	r, err := x.RuleOf(tx, d)
	if err != nil || r.Interest == nil || d.InterestTo.IsZero() || !d.InterestTo.Before(until) {
		return 0, err
	}
	moves, err := x.Moves(tx, d)
	if err != nil {
		return 0, err
	}
	var sum, kept money.Fen
	from := d.InterestTo
	accrue := func(day civil.Date) error { // interest for the days since from
		i, err := r.InterestOn(kept, day.Sub(from))
		sum, from = sum+i, day
		return err
	}
	for _, m := range moves {
		if m.Day.After(from) && !m.Day.After(until) {
			if err := accrue(m.Day); err != nil {
				return 0, err
			}
		}
		if !m.Day.After(until) {
			kept += m.Principal
		}
	}
	if err := accrue(until); err != nil {
		return 0, err
	}
	if err := d.change(tx, "interest_to = ?", until.String()); err != nil || sum <= 0 {
		return 0, err
	}
	if err := d.move(tx, by, "interest/"+until.String(), Move{Kind: "interest", Day: until, Interest: sum, Words: "计息到 " + until.Words()}, r.Interest.Basis[0], ledger.Bank); err != nil {
		return 0, err
	}
	return sum, record(tx, by, "deposit.interest", d.ID, map[string]any{"fen": sum, "until": until})
}

// A Plan (分期担保申请) is how an organisation asks to pay otherwise than at once.
type Plan struct {
	ID        db.ID
	Deposit   db.ID
	Kind      Way // Parts or Surety
	Parts     []pack.DepositPart
	Guarantor db.ID
	Bond      money.Fen
	Words     string
	State     string // asked, agreed or declined
	Answer    string
	Asked     string // by whom
	Judged    string
	At        db.Time
}

func scanPlan(r *db.Rows) (p Plan, err error) {
	var parts string
	if err = r.Scan(&p.ID, &p.Deposit, (*string)(&p.Kind), &parts, &p.Guarantor, (*int64)(&p.Bond), &p.Words, &p.State, &p.Answer, &p.Asked, &p.Judged, &p.At); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(parts), &p.Parts)
}

// Plans lists what was asked for, the latest first.
func (x *Deposits) Plans(tx *db.Tx, d *Deposit) ([]Plan, error) {
	list, err := db.Select(tx, scanPlan, "select id, deposit, kind, parts, guarantor, bond, words, state, answer, asked_by, judged_by, at from deposit_plan where deposit = ? order by id desc", d.ID)
	return list, wrap("list plans", err)
}

// AskPlan asks in writing to pay in parts or with a guarantor. Returns refused, with the clause, for what could not be agreed to.
func (x *Deposits) AskPlan(tx *db.Tx, by staff.Actor, key string, id db.ID, p Plan) (db.ID, error) {
	return once.For(tx, by.AuditName(), key, []any{"deposit.plan", id, p}, func() (db.ID, error) {
		d, err := x.party(tx, by, id)
		if err != nil {
			return 0, err
		}
		p.Words = strings.TrimSpace(p.Words)
		if p.Words == "" {
			return 0, fault.Invalid("words", "请写明为什么不能一次存足")
		}
		if d.Short() == 0 || d.Way != Whole {
			return 0, fault.Conflict("“%s”没有要另定存法的金额", d.Name)
		}
		if err := x.fits(tx, &d, &p); err != nil {
			return 0, err
		}
		parts, err := json.Marshal(p.Parts)
		if err != nil {
			return 0, err
		}
		if err := d.change(tx, "told = told"); err != nil {
			return 0, err
		}
		var open int
		if err := tx.QueryRow("select count(*) from deposit_plan where deposit = ? and state = 'asked'", d.ID).Scan(&open); err != nil || open > 0 {
			return 0, orConflict(err, "已有一份申请在审核")
		}
		pid := db.NewID()
		err = tx.Exec("insert into deposit_plan (id, deposit, kind, parts, guarantor, bond, words, state, asked_by, at) values (?, ?, ?, ?, ?, ?, ?, 'asked', ?, ?)",
			pid, d.ID, string(p.Kind), string(parts), p.Guarantor, int64(p.Bond), p.Words, by.Name, db.At(tx.Now()))
		if err != nil {
			return 0, wrap("write plan", err)
		}
		return pid, record(tx, by, "deposit.plan", d.ID, p)
	})
}

func orConflict(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return fault.Conflict(format, args...)
}

// party is a deposit with its organisation or whoever handles it, who may ask for something.
func (x *Deposits) party(tx *db.Tx, by staff.Actor, id db.ID) (Deposit, error) {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return d, err
	}
	own, err := owns(tx, by)
	for _, o := range own {
		if o == d.Org {
			return d, err
		}
	}
	if err == nil {
		err = handles(by, &d)
	}
	return d, err
}

// fits refuses a plan that the rule does not allow.
func (x *Deposits) fits(tx *db.Tx, d *Deposit, p *Plan) error {
	r, err := x.RuleOf(tx, d)
	if err != nil {
		return err
	}
	switch p.Kind {
	case Parts:
		return r.Agreeable(d.Short(), place.Today(tx), p.Parts)
	case Surety:
		org, err := register.OrganisationOf(tx, p.Guarantor)
		if err != nil {
			return fault.Invalid("guarantor", "请选择担保机构")
		}
		list, err := x.o.People.Known(tx, fact.Organisation(org.ID), r.Surety.Guarantor.When.Facts(), fact.AsOf{})
		if err != nil {
			return err
		}
		known := map[string]string{}
		for name, k := range list {
			known[name] = k.Value
		}
		facts, err := r.Reads(known)
		if err != nil {
			return err
		}
		return r.Guaranteed(d.Due, p.Bond, facts)
	}
	return fault.Invalid("kind", "请选择分期或担保")
}

// JudgePlan agrees to a plan or declines it, by whoever assesses.
func (x *Deposits) JudgePlan(tx *db.Tx, by staff.Actor, id, plan db.ID, agree bool, words string) error {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := handles(by, &d); err != nil {
		return err
	}
	list, err := db.Select(tx, scanPlan, "select id, deposit, kind, parts, guarantor, bond, words, state, answer, asked_by, judged_by, at from deposit_plan where id = ? and deposit = ?", plan, d.ID)
	if err != nil || len(list) == 0 || list[0].State != "asked" {
		return orConflict(err, "没有这份待审核的申请")
	}
	p := list[0]
	if words = strings.TrimSpace(words); words == "" {
		return fault.Invalid("words", "请写明审核意见")
	}
	state := map[bool]string{true: "agreed", false: "declined"}[agree]
	if err := tx.ExecOne("update deposit_plan set state = ?, answer = ?, judged_by = ? where id = ? and state = 'asked'", state, words, by.Name, p.ID); err != nil {
		return err
	}
	if agree {
		if err := x.stands(tx, &d, &p); err != nil {
			return err
		}
	}
	return record(tx, by, "deposit.plan."+state, d.ID, map[string]any{"plan": p.ID, "words": words})
}

// stands lets an agreed plan hold. It is held to the rule once more: something may have been paid meanwhile.
func (x *Deposits) stands(tx *db.Tx, d *Deposit, p *Plan) error {
	if err := x.fits(tx, d, p); err != nil {
		return err
	}
	if p.Kind == Surety {
		org, err := register.OrganisationOf(tx, p.Guarantor)
		if err != nil {
			return err
		}
		return d.change(tx, "way = ?, bond = ?, guarantor = ?", string(Surety), int64(p.Bond), org.Name)
	}
	parts, err := json.Marshal(p.Parts)
	if err != nil {
		return err
	}
	return d.change(tx, "way = ?, parts = ?, pay_by = ?", string(Parts), string(parts), p.Parts[len(p.Parts)-1].Due.String())
}
