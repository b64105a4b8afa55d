package deposit

import (
	"net/http"
	"net/url"
	"strings"

	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// maxForm bounds a form, in bytes.
const maxForm = 1 << 18

// act does what one of the forms of a deposit asks.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	v, id, key := r.PostForm, ui.ID(r), ui.FormKey(r)
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error { return p.do(tx, by, key, id, v) })
	return ui.Done(w, r, err, href(id), ui.T(r.Context(), "已办理"))
}

func (p *Pages) do(tx *db.Tx, by staff.Actor, key string, id db.ID, v url.Values) error {
	x, agree, words := p.Deposits, v.Get("agree") == "yes", v.Get("words")
	payout, _ := db.ParseID(v.Get("payout")) // none is told as a payout that is not there
	switch verb := v.Get("do"); verb {
	case "decide":
		return x.Decide(tx, by, key, id, agree, words)
	case "deliver":
		day, err := date(v, "day")
		if err != nil {
			return err
		}
		return x.Deliver(tx, by, id, day)
	case "punish":
		_, err := x.Punish(tx, by, key, id)
		return err
	case "pay":
		fen, err := amount(v, "fen")
		if err != nil {
			return err
		}
		day, err := date(v, "day")
		if err != nil {
			return err
		}
		return x.Pay(tx, by, key, id, fen, day, words)
	case "credit":
		day, err := date(v, "day")
		if err != nil {
			return err
		}
		_, err = x.Credit(tx, by, id, day)
		return err
	case "judge-plan":
		plan, _ := db.ParseID(v.Get("plan"))
		return x.JudgePlan(tx, by, id, plan, agree, words)
	case "take-up":
		return x.TakeUp(tx, by, key, id, payout, agree, words)
	case "judge":
		return x.Judge(tx, by, key, id, payout, agree, words)
	case "release":
		return x.Release(tx, by, key, id, payout)
	case "plan-parts", "plan-surety":
		return p.plan(tx, by, key, id, v)
	case "ask-drawn", "ask-refund", "ask-difference":
		return p.ask(tx, by, key, id, v, strings.TrimPrefix(verb, "ask-"))
	}
	return fault.Invalid("do", "请选择要办的事")
}

// plan asks to pay otherwise than at once.
func (p *Pages) plan(tx *db.Tx, by staff.Actor, key string, id db.ID, v url.Values) error {
	plan := deposit.Plan{Kind: deposit.Parts, Words: v.Get("words")}
	if v.Get("do") == "plan-surety" {
		org, err := register.OrganisationByCode(tx, v.Get("guarantor"))
		if err != nil {
			return fault.Invalid("guarantor", "没有这个担保机构的登记")
		}
		plan.Kind, plan.Guarantor = deposit.Surety, org.ID
		if plan.Bond, err = amount(v, "bond"); err != nil {
			return err
		}
	}
	for n := '1'; n <= '6' && plan.Kind == deposit.Parts; n++ {
		fen, err := amount(v, "fen"+string(n))
		if err != nil {
			return err
		}
		if fen == 0 {
			continue
		}
		due, err := date(v, "due"+string(n))
		if err != nil {
			return err
		}
		plan.Parts = append(plan.Parts, pack.DepositPart{Due: due, Fen: fen})
	}
	_, err := p.Deposits.AskPlan(tx, by, key, id, plan)
	return err
}

// ask asks for money to go out.
func (p *Pages) ask(tx *db.Tx, by staff.Actor, key string, id db.ID, v url.Values, kind string) error {
	out := deposit.Payout{Kind: kind, Reason: v.Get("reason"), Words: v.Get("words"), Holder: v.Get("holder"), Bank: v.Get("bank"), Account: v.Get("account")}
	var err error
	if kind == "difference" {
		if out.Fen, err = amount(v, "fen"); err != nil {
			return err
		}
	}
	if kind == "drawn" {
		if out.Own, err = amount(v, "own"); err != nil {
			return err
		}
		out.Costs = map[string]money.Fen{}
		for name := range v {
			cost, is := strings.CutPrefix(name, "cost-")
			if !is {
				continue
			}
			if out.Costs[cost], err = amount(v, name); err != nil {
				return err
			}
			if out.Fen, err = out.Fen.Add(out.Costs[cost]); err != nil {
				return fault.Invalid(name, "%s", err)
			}
		}
		out.Fen -= out.Own
	}
	_, err = p.Deposits.Ask(tx, by, key, id, out)
	return err
}
