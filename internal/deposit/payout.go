package deposit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Payout (缴存支付) is what is asked to go out of a deposit: a drawing after an accident, the difference after an assessment, or all at the end.
type Payout struct {
	ID                    db.ID
	Deposit               db.ID
	Case                  db.ID
	Kind                  string // drawn, difference or refund
	Reason                string // of a refund, as the rule names it
	Words                 string // the accident, or the certificate of the department concerned
	Costs                 map[string]money.Fen
	Own                   money.Fen // already paid by the organisation itself
	Fen                   money.Fen
	Holder, Bank, Account string
	State                 string // asked, open, approved, released, paid or declined
	Why                   string
	Asked                 string
	At                    db.Time
}

// What returns in Chinese what the payout is.
func (p *Payout) What() string { return (&Move{Kind: p.Kind}).What() }

// Stage returns in Chinese where the payout stands.
func (p *Payout) Stage() string {
	return map[string]string{"asked": "待安监部门审核", "open": "待财政部门批准", "approved": "已批准，待专户放款", "released": "已放款，待银行支付", "paid": "已支付", "declined": "不同意"}[p.State]
}

const payoutColumns = "id, deposit, case_id, kind, reason, words, costs, own, fen, holder, bank, account, state, why, asked_by, at"

func scanPayout(r *db.Rows) (p Payout, err error) {
	var costs string
	if err = r.Scan(&p.ID, &p.Deposit, &p.Case, &p.Kind, &p.Reason, &p.Words, &costs, (*int64)(&p.Own), (*int64)(&p.Fen), &p.Holder, &p.Bank, &p.Account, &p.State, &p.Why, &p.Asked, &p.At); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(costs), &p.Costs)
}

func payouts(tx *db.Tx, where string, args ...any) ([]Payout, error) {
	list, err := db.Select(tx, scanPayout, "select "+payoutColumns+" from deposit_payout where "+where+" order by id", args...)
	return list, wrap("list payouts", err)
}

// Payouts lists what was asked to go out of a deposit, the oldest first.
func (x *Deposits) Payouts(tx *db.Tx, d *Deposit) ([]Payout, error) {
	return payouts(tx, "deposit = ?", d.ID)
}

// Ask asks for money to go out. Returns invalid with the field, and refused with the clause.
func (x *Deposits) Ask(tx *db.Tx, by staff.Actor, key string, id db.ID, p Payout) (db.ID, error) {
	return once.For(tx, by.AuditName(), key, []any{"deposit.ask", id, p}, func() (db.ID, error) {
		d, err := x.party(tx, by, id)
		if err != nil {
			return 0, err
		}
		r, err := x.RuleOf(tx, &d)
		if err != nil {
			return 0, err
		}
		if d.State != Standing {
			return 0, fault.Conflict("“%s”的缴存%s", d.Name, d.State.Words())
		}
		p.Words, p.Holder, p.Bank, p.Account = strings.TrimSpace(p.Words), strings.TrimSpace(p.Holder), strings.TrimSpace(p.Bank), strings.TrimSpace(p.Account)
		if err := p.check(r); err != nil {
			return 0, err
		}
		open, err := payouts(tx, "deposit = ? and state in ('asked', 'open')", d.ID)
		if err != nil {
			return 0, err
		}
		left := d.Kept()
		for _, o := range open {
			left -= o.Fen
		}
		switch {
		case p.Kind == "refund" && len(open) > 0:
			return 0, fault.Conflict("还有在办的动用或退还，办完再清算")
		case p.Kind == "refund":
			p.Fen = d.Kept()
		case p.Kind == "difference" && p.Fen > d.Excess():
			return 0, fault.Refused(r.Review.Basis[0], "多存的只有 %s", d.Excess().Words())
		}
		if p.Fen <= 0 || p.Fen > left {
			return 0, fault.Refused(r.Draw.Basis[0], "账上可用的只有 %s", max(0, left).Words())
		}
		sets := "told = told"
		if p.Kind == "refund" {
			sets = "state = 'leaving'"
		}
		if err := d.change(tx, sets); err != nil {
			return 0, err
		}
		return x.asked(tx, by, &d, p)
	})
}

func (x *Deposits) asked(tx *db.Tx, by staff.Actor, d *Deposit, p Payout) (db.ID, error) {
	costs, err := json.Marshal(p.Costs)
	if err != nil {
		return 0, err
	}
	p.ID = db.NewID()
	err = tx.Exec("insert into deposit_payout (id, deposit, kind, reason, words, costs, own, fen, holder, bank, account, state, asked_by, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'asked', ?, ?)",
		p.ID, d.ID, p.Kind, p.Reason, p.Words, string(costs), int64(p.Own), int64(p.Fen), p.Holder, p.Bank, p.Account, by.Name, db.At(tx.Now()))
	if err != nil {
		return 0, wrap("write payout", err)
	}
	p.Account = payrun.MaskAccount(p.Account)
	return p.ID, record(tx, by, "deposit.ask", d.ID, p)
}

// check refuses what the rule does not let go out.
func (p *Payout) check(r *pack.Deposit) error {
	switch {
	case p.Holder == "" || p.Bank == "" || p.Account == "":
		return fault.Invalid("account", "请填写收款户名、开户银行和账号")
	case p.Words == "":
		return fault.Invalid("words", "请写明缘由；动用的写事故经过，退出的写有关部门的证明")
	}
	switch p.Kind {
	case "drawn":
		var sum money.Fen
		for id, fen := range p.Costs {
			if !slices.ContainsFunc(r.Draw.Costs, func(c pack.DepositCost) bool { return c.ID == id }) {
				return fault.Refused(r.Draw.Costs[0].Basis[0], "不能用于 %s：只用于%s和%s", id, r.Draw.Costs[0].Name, r.Draw.Costs[len(r.Draw.Costs)-1].Name)
			}
			if fen < 0 {
				return fault.Invalid(id, "费用不能是负数")
			}
			var err error
			if sum, err = sum.Add(fen); err != nil {
				return fault.Invalid(id, "%s", err)
			}
		}
		if r.Draw.OwnFirst && p.Own <= 0 {
			return fault.Refused(r.Draw.Basis[min(1, len(r.Draw.Basis)-1)], "原则上先由企业自行支付，请写明已经自行支付多少")
		}
		if p.Fen != sum-p.Own || p.Fen <= 0 {
			return fault.Invalid("fen", "动用的金额应是费用 %s 减去已自行支付的 %s", sum.Words(), p.Own.Words())
		}
	case "refund":
		if !slices.ContainsFunc(r.Exit.Reasons, func(o pack.Option) bool { return o.Value == p.Reason }) {
			return fault.Refused(r.Exit.Basis[0], "只有依法关闭、破产、转产等情形可以退出")
		}
	case "difference":
		if p.Fen <= 0 {
			return fault.Invalid("fen", "请填写要退还的差额")
		}
	default:
		return fault.Invalid("kind", "请选择动用、退还差额或退出")
	}
	return nil
}

// TakeUp is the opinion of whoever assesses on a payout: it opens the case, says it there, and sends it to the treasury of the same level. A payout that is
// not agreed to ends here.
func (x *Deposits) TakeUp(tx *db.Tx, by staff.Actor, key string, id, payout db.ID, agree bool, words string) error {
	d, p, err := x.payout(tx, by, id, payout, "asked")
	if err != nil {
		return err
	}
	if err := handles(by, &d); err != nil {
		return err
	}
	if words = strings.TrimSpace(words); words == "" {
		return fault.Invalid("words", "请写明审核意见")
	}
	if !agree {
		return x.declined(tx, by, &d, &p, words)
	}
	r, err := x.RuleOf(tx, &d)
	if err != nil {
		return err
	}
	flowID, fields := r.Cases.Exit, map[string]string{"enterprise": d.Name, "certificate": p.Words, "reason": p.Reason}
	if p.Kind == "difference" {
		fields["reason"] = "refund"
	}
	if p.Kind == "drawn" {
		flowID, fields = r.Cases.Draw, map[string]string{"enterprise": d.Name, "accident": p.Words, "own": p.Own.String()}
		for _, c := range r.Draw.Costs {
			fields[c.ID] = p.Costs[c.ID].String()
		}
	}
	c, err := x.open(tx, by, key, &d, flowID, fmt.Sprintf("%s：%s %s", d.Name, p.What(), p.Fen.Words()), d.Finance, fields)
	if err != nil {
		return err
	}
	if err := tx.ExecOne("update deposit_payout set state = 'open', case_id = ? where id = ? and state = 'asked'", c, p.ID); err != nil {
		return err
	}
	if err := record(tx, by, "deposit.takeup", d.ID, map[string]any{"payout": p.ID, "case": c}); err != nil {
		return err
	}
	return x.judge(tx, by, key+"/opine", &d, c, flow.Opine, true, words)
}

func (x *Deposits) payout(tx *db.Tx, by staff.Actor, id, payout db.ID, state string) (Deposit, Payout, error) {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return d, Payout{}, err
	}
	list, err := payouts(tx, "id = ? and deposit = ?", payout, d.ID)
	if err != nil {
		return d, Payout{}, err
	}
	if len(list) == 0 {
		return d, Payout{}, fault.NotFound("没有这笔支付")
	}
	if list[0].State != state {
		return d, list[0], fault.Conflict("这笔支付现在是“%s”", list[0].Stage())
	}
	return d, list[0], nil
}

func (x *Deposits) declined(tx *db.Tx, by staff.Actor, d *Deposit, p *Payout, why string) error {
	if err := tx.ExecOne("update deposit_payout set state = 'declined', why = ? where id = ? and state = ?", why, p.ID, p.State); err != nil {
		return err
	}
	if d.State == Leaving {
		if err := d.change(tx, "state = ?", string(Standing)); err != nil {
			return err
		}
	}
	return record(tx, by, "deposit.declined", d.ID, map[string]any{"payout": p.ID, "why": why})
}

// Judge is the decision of the treasury of the same level, by a step of the case.
func (x *Deposits) Judge(tx *db.Tx, by staff.Actor, key string, id, payout db.ID, agree bool, words string) error {
	d, p, err := x.payout(tx, by, id, payout, "open")
	if err != nil {
		return err
	}
	if by.Unit != d.Finance {
		return fault.Forbidden("由同级财政部门批准")
	}
	if by.Unit == d.Unit {
		r, err := x.RuleOf(tx, &d)
		if err != nil {
			return err
		}
		return fault.Refused(r.Draw.Basis[0], "安监部门和财政部门须是两个单位")
	}
	return x.judge(tx, by, key, &d, p.Case, flow.Reply, agree, words)
}

// approved takes what was agreed to out of the deposit: from now on it is owed to whom it goes, and paid once the account's keeper releases it.
func (x *Deposits) approved(tx *db.Tx, by staff.Actor, p *Payout, granted bool) error {
	d, err := load(tx, p.Deposit)
	if err != nil {
		return err
	}
	if !granted {
		return x.declined(tx, by, &d, p, "财政部门不同意")
	}
	r, err := x.RuleOf(tx, &d)
	if err != nil {
		return err
	}
	today, clause := place.Today(tx), r.Draw.Basis[0]
	switch p.Kind {
	case "refund":
		if _, err := x.credit(tx, by, &d, today); err != nil {
			return err
		}
		p.Fen, clause = d.Kept(), r.Exit.Basis[0]
	case "difference":
		clause = r.Review.Basis[0]
	}
	m := Move{Kind: p.Kind, Day: today, Principal: -min(p.Fen, d.Principal), Words: p.What() + "：" + p.Words}
	m.Interest = -p.Fen - m.Principal
	sets := "told = told"
	switch p.Kind {
	case "drawn":
		sets = "drawn = 1"
	case "refund":
		sets = "state = 'left', ended = cast(id as text)"
	}
	if err := d.change(tx, sets); err != nil {
		return err
	}
	if err := d.move(tx, by, "payout/"+p.ID.String(), m, clause, ledger.Drawn); err != nil {
		return err
	}
	if err := tx.ExecOne("update deposit_payout set state = 'approved', fen = ? where id = ? and state = 'open'", int64(p.Fen), p.ID); err != nil {
		return err
	}
	return record(tx, by, "deposit.approved", d.ID, map[string]any{"payout": p.ID, "fen": p.Fen})
}

// Release lets the fund pay exactly what was approved, by whoever heads the fund: its budget grows by that and by nothing else.
func (x *Deposits) Release(tx *db.Tx, by staff.Actor, key string, id, payout db.ID) error {
	d, p, err := x.payout(tx, by, id, payout, "approved")
	if err != nil {
		return err
	}
	r, err := x.RuleOf(tx, &d)
	if err != nil {
		return err
	}
	today := place.Today(tx)
	m := ledger.Amendment{Year: today.Year, Day: today, Fen: p.Fen, Words: d.Name + " " + p.What(), Clause: r.Draw.Basis[0]}
	if err := ledger.Amend(tx, by, key, d.Fund, m); err != nil {
		return err
	}
	if err := tx.ExecOne("update deposit_payout set state = 'released' where id = ? and state = 'approved'", p.ID); err != nil {
		return err
	}
	return record(tx, by, "deposit.release", d.ID, map[string]any{"payout": p.ID, "fen": p.Fen})
}

// Source is the name under which deposits offer what is to be paid.
const Source = "deposit"

// Offer lets runs pay what was released.
func (x *Deposits) Offer() payrun.Offer {
	return payrun.Offer{Name: Source, Title: "缴存支付", Due: x.due, Told: x.told, Href: func(ref db.ID) string { return "/deposits/" + ref.String() }}
}

func (x *Deposits) due(tx *db.Tx, w payrun.Want, after string, limit int) (list []payrun.Line, next string, err error) {
	from := db.ID(0)
	if after != "" {
		if from, err = db.ParseID(after); err != nil {
			return nil, "", err
		}
	}
	outs, err := payouts(tx, "state = 'released' and id > ? and id in (select id from deposit_payout where state = 'released' and id > ? order by id limit "+fmt.Sprint(limit)+")", from, from)
	if err != nil {
		return nil, "", err
	}
	for _, p := range outs {
		next = p.ID.String()
		d, err := load(tx, p.Deposit)
		if err != nil {
			return nil, "", err
		}
		r, err := x.RuleOf(tx, &d)
		if err != nil {
			return nil, "", err
		}
		if !place.Within(d.KeeperPath, w.Path) || w.Benefit != "" && w.Benefit != d.Rule {
			continue
		}
		list = append(list, payrun.Line{Key: "deposit/" + p.ID.String(), Benefit: d.Rule, Ref: d.ID, Payee: fact.Organisation(d.Org), Name: p.Holder, Bank: p.Bank, Account: p.Account,
			Path: d.KeeperPath, Fen: p.Fen, Shares: []ledger.Share{{Payer: d.KeeperLevel, Fund: r.Fund, Fen: p.Fen}}, Clause: r.Draw.Basis[0], Pack: d.Pack, Words: d.Name + " " + p.What()})
	}
	if len(outs) < limit {
		next = ""
	}
	return list, next, nil
}

// told hears what the bank did.
func (x *Deposits) told(tx *db.Tx, news []payrun.News) error {
	for _, n := range news {
		id, err := db.ParseID(strings.TrimPrefix(n.Key, "deposit/"))
		if err != nil {
			return fmt.Errorf("news of %s: %w", n.Key, err)
		}
		if n.State == payrun.Paid {
			err = tx.Exec("update deposit_payout set state = 'paid', why = '' where id = ? and state = 'released'", id)
		} else {
			err = tx.Exec("update deposit_payout set why = ? where id = ? and state = 'released'", n.State.Words()+"："+n.Why, id)
		}
		if err != nil {
			return wrap("note news", err)
		}
	}
	return nil
}
