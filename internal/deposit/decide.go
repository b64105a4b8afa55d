package deposit

import (
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/staff"
)

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
