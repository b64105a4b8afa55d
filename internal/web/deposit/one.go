package deposit

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// one is a deposit with everything that its page shows.
type one struct {
	deposit.Deposit
	rule        *pack.Deposit
	assessments []deposit.Assessment
	moves       []deposit.Move
	plans       []deposit.Plan
	outs        []deposit.Payout
	years       []deposit.Year
	today       civil.Date
}

func (p *Pages) load(r *http.Request) (o one, err error) {
	err = p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		o.today = place.Today(tx)
		if o.Deposit, err = p.Deposits.Get(tx, by, ui.ID(r)); err != nil {
			return err
		}
		d := &o.Deposit
		if o.rule, err = p.Deposits.RuleOf(tx, d); err != nil {
			return err
		}
		if o.assessments, err = p.Deposits.Assessments(tx, d); err != nil {
			return err
		}
		if o.moves, err = p.Deposits.Moves(tx, d); err != nil {
			return err
		}
		if o.plans, err = p.Deposits.Plans(tx, d); err != nil {
			return err
		}
		if o.outs, err = p.Deposits.Payouts(tx, d); err != nil {
			return err
		}
		o.years, err = p.Deposits.Years(tx, d)
		return err
	})
	return o, err
}

// show is the page of one deposit.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	o, err := p.load(r)
	if err != nil {
		return err
	}
	pg := p.page(ctx, o.Name, o.rule.Name)
	facts := []ui.Pair{{Name: ui.T(ctx, "状态"), Text: ui.T(ctx, o.State.Words())}, {Name: ui.T(ctx, "应存"), Text: o.Due.Words()}, {Name: ui.T(ctx, "账上"), Text: ui.T(ctx, "本金 %s，利息 %s", o.Principal.Words(), o.Interest.Words())},
		{Name: ui.T(ctx, "还应存"), Text: o.Short().Words()}, {Name: ui.T(ctx, "最后一天"), Text: day(ctx, o.PayBy)}, {Name: ui.T(ctx, "怎样存"), Text: ui.T(ctx, o.Way.Words())},
		{Name: ui.T(ctx, "谁核定"), Text: p.Town.Unit(o.Unit)}, {Name: ui.T(ctx, "同级财政部门"), Text: p.Town.Unit(o.Finance)}}
	if o.Way == deposit.Surety {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "担保机构"), Text: o.Guarantor}, ui.Pair{Name: ui.T(ctx, "保证金"), Text: o.Bond.Words()})
	}
	if late := o.Late(o.today); late > 0 {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "逾期"), Text: late.Words()})
	}
	parts := append([]templ.Component{ui.Facts(facts)}, p.todo(ctx, by, &o)...)
	if len(o.assessments) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "为什么是这个数"), ui.Rows(p.steps(ctx, o.assessments[0].Steps)), part.Ways([]ui.Button{{Text: ui.T(ctx, "核定通知"), Href: href(o.ID) + "/notice"}})))
	}
	return ui.Render(w, r, pageOf(pg, append(parts, p.records(ctx, &o)...)...))
}

// records are what happened so far.
func (p *Pages) records(ctx context.Context, o *one) (parts []templ.Component) {
	if len(o.Parts) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "分期"), Cols: []ui.Col{{Name: ui.T(ctx, "最后一天"), Main: true}, {Name: ui.T(ctx, "金额"), Num: true}}}
		for _, i := range o.Parts {
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: day(ctx, i.Due)}, {Text: i.Fen.Words()}}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "分期"), ui.Rows(t)))
	}
	if len(o.plans) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "分期或担保的申请"), Cols: []ui.Col{{Name: ui.T(ctx, "怎样存"), Main: true}, {Name: ui.T(ctx, "缘由")}, {Name: ui.T(ctx, "意见")}}}
		for _, x := range o.plans {
			answer := map[string]string{"asked": ui.T(ctx, "等待审核"), "agreed": ui.T(ctx, "同意"), "declined": ui.T(ctx, "不同意")}[x.State]
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, x.Kind.Words())}, {Text: x.Words}, {Text: answer, Note: x.Answer}}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "分期或担保的申请"), ui.Rows(t)))
	}
	if len(o.outs) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "动用和退还"), Cols: []ui.Col{{Name: ui.T(ctx, "事由"), Main: true}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "办件")}}}
		for _, x := range o.outs {
			c := ui.Cell{}
			if !x.Case.IsZero() {
				c = ui.Cell{Text: ui.T(ctx, "看办件"), Href: "/cases/" + x.Case.String()}
			}
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, x.What()), Note: x.Words}, {Text: x.Fen.Words()}, {Text: ui.T(ctx, x.Stage()), Note: x.Why}, c}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "动用和退还"), ui.Rows(t)))
	}
	t := ui.Table{Caption: ui.T(ctx, "对账单"), Cols: []ui.Col{{Name: ui.T(ctx, "日期"), Main: true}, {Name: ui.T(ctx, "事由")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "余额"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "还没有进出"), "")}
	var kept money.Fen
	for _, m := range o.moves {
		kept += m.Principal + m.Interest
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: day(ctx, m.Day)}, {Text: ui.T(ctx, m.What()), Note: m.Words}, {Text: (m.Principal + m.Interest).Words()}, {Text: kept.Words()}}})
	}
	parts = append(parts, part.Block(ui.T(ctx, "对账单"), ui.Rows(t)))
	if len(o.years) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "年末结转"), Cols: []ui.Col{{Name: ui.T(ctx, "年度"), Main: true}, {Name: ui.T(ctx, "结转"), Num: true}, {Name: ui.T(ctx, "动用过")}}}
		for _, y := range o.years {
			drawn := ui.T(ctx, "否")
			if y.Drawn {
				drawn = ui.T(ctx, "是")
			}
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, "%d 年", y.Year)}, {Text: (y.Principal + y.Interest).Words()}, {Text: drawn}}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "年末结转"), ui.Rows(t)))
	}
	return parts
}

// todo are the forms of what the reader may do now.
func (p *Pages) todo(ctx context.Context, by staff.Actor, o *one) (parts []templ.Component) {
	safety, party := by.Unit != "" && by.Unit == o.Unit, by.HasAny(staff.Resident)
	keeper := by.Has(staff.Finance, o.KeeperPath, "") || by.Has(staff.Treasurer, o.KeeperPath, "")
	do := func(title, verb, button string, fields ...ui.Field) {
		for i := range fields {
			fields[i].In = verb
		}
		parts = append(parts, part.Block(title, formOf(href(o.ID), []ui.Button{{Text: button, Kind: ui.Primary, Name: "do", Value: verb}}, fields)))
	}
	words := ui.Field{Name: "words", Label: ui.T(ctx, "意见"), Required: true, Max: 200}
	agree := ui.Field{Name: "agree", Label: ui.T(ctx, "是否同意"), Kind: "select", Options: []ui.Option{{Value: "yes", Text: ui.T(ctx, "同意")}, {Value: "no", Text: ui.T(ctx, "不同意")}}, Value: "yes", Required: true}
	on := ui.Field{Name: "day", Label: ui.T(ctx, "日期"), Kind: "date", Value: o.today.String(), Required: true}
	sum := ui.Field{Name: "fen", Label: ui.T(ctx, "金额（元）"), Required: true, Short: true}
	if safety {
		if slices.ContainsFunc(o.assessments, func(a deposit.Assessment) bool { return a.State == "proposed" }) {
			do(ui.T(ctx, "核定"), "decide", ui.T(ctx, "作出决定"), agree, words)
		} else if o.State == deposit.Standing && o.Drawn {
			parts = append(parts, part.Block(ui.T(ctx, "重新核定"), formOf("/deposits/assess", []ui.Button{{Text: ui.T(ctx, "立件核定"), Kind: ui.Primary}}, []ui.Field{{Name: "org", Kind: "hidden", Value: o.Org.String()}, {Name: "rule", Kind: "hidden", Value: o.Rule}})))
		}
		if slices.ContainsFunc(o.assessments, func(a deposit.Assessment) bool { return a.State == "decided" && a.Delivered == "" }) {
			do(ui.T(ctx, "送达核定通知"), "deliver", ui.T(ctx, "已送达"), on)
		}
		if o.Late(o.today) > 0 {
			do(ui.T(ctx, "逾期或少存"), "punish", ui.T(ctx, "立件查处"))
		}
	}
	for _, x := range o.plans {
		if safety && x.State == "asked" {
			do(ui.T(ctx, "审核：%s，%s", ui.T(ctx, x.Kind.Words()), x.Words), "judge-plan", ui.T(ctx, "作出决定"), ui.Field{Name: "plan", Kind: "hidden", Value: x.ID.String()}, agree, words)
		}
	}
	for _, x := range o.outs {
		id := ui.Field{Name: "payout", Kind: "hidden", Value: x.ID.String()}
		title := ui.T(ctx, "%s %s：%s", ui.T(ctx, x.What()), x.Fen.Words(), x.Words)
		switch {
		case safety && x.State == "asked":
			do(title, "take-up", ui.T(ctx, "出具意见"), id, agree, words)
		case by.Unit == o.Finance && x.State == "open":
			do(title, "judge", ui.T(ctx, "作出决定"), id, agree, words)
		case x.State == "approved" && ledger.Heads(by, o.KeeperPath) == nil:
			do(title, "release", ui.T(ctx, "专户放款"), id)
		}
	}
	if keeper && o.Short() > 0 {
		sum.Value = o.Short().String()
		do(ui.T(ctx, "银行收到存入"), "pay", ui.T(ctx, "入账"), sum, on, ui.Field{Name: "words", Label: ui.T(ctx, "银行回单号"), Required: true, Max: 100})
	}
	if keeper && o.Principal > 0 {
		parts = append(parts, confirm(ui.T(ctx, "计息"), formOf(href(o.ID), []ui.Button{{Text: ui.T(ctx, "计息入账"), Name: "do", Value: "credit"}}, []ui.Field{{Name: "day", In: "credit", Label: ui.T(ctx, "计到哪一天"), Kind: "date", Value: o.today.String(), Required: true}})))
	}
	if (party || safety) && o.State == deposit.Standing {
		parts = append(parts, p.asks(ctx, o)...)
	}
	return parts
}

// asks are what the enterprise may ask for, or whoever handles it on its behalf.
func (p *Pages) asks(ctx context.Context, o *one) (parts []templ.Component) {
	ask := func(title, verb string, fields ...ui.Field) {
		for i := range fields {
			fields[i].In = verb
		}
		parts = append(parts, confirm(title, formOf(href(o.ID), []ui.Button{{Text: ui.T(ctx, "提出申请"), Kind: ui.Primary, Name: "do", Value: verb}}, fields)))
	}
	payee := []ui.Field{{Name: "holder", Label: ui.T(ctx, "收款户名"), Value: o.Name, Required: true, Max: 100}, {Name: "bank", Label: ui.T(ctx, "开户银行"), Required: true, Max: 100}, {Name: "account", Label: ui.T(ctx, "收款账号"), Required: true, Max: 40}}
	if o.Short() > 0 && o.Way == deposit.Whole {
		why := ui.Field{Name: "words", Label: ui.T(ctx, "为什么不能一次存足"), Kind: "longtext", Required: true}
		fields := []ui.Field{why}
		for i := range 6 {
			n := string(rune('1' + i))
			fields = append(fields, ui.Field{Name: "due" + n, Label: ui.T(ctx, "第 %d 期日期", i+1), Kind: "date", Required: i < 2}, ui.Field{Name: "fen" + n, Label: ui.T(ctx, "第 %d 期金额（元）", i+1), Short: true, Required: i < 2})
		}
		ask(ui.T(ctx, "申请分期"), "plan-parts", fields...)
		ask(ui.T(ctx, "申请担保"), "plan-surety", why, ui.Field{Name: "guarantor", Label: ui.T(ctx, "担保机构的统一社会信用代码"), Required: true}, ui.Field{Name: "bond", Label: ui.T(ctx, "保证金（元）"), Required: true, Short: true})
	}
	if o.Kept() > 0 {
		fields := []ui.Field{{Name: "words", Label: ui.T(ctx, "事故经过和费用"), Kind: "longtext", Required: true}}
		for _, c := range o.rule.Draw.Costs {
			fields = append(fields, ui.Field{Name: "cost-" + c.ID, Label: ui.T(ctx, "%s（元）", c.Name), Short: true})
		}
		fields = append(fields, ui.Field{Name: "own", Label: ui.T(ctx, "企业已先行支付（元）"), Short: true, Required: o.rule.Draw.OwnFirst})
		ask(ui.T(ctx, "申请动用"), "ask-drawn", append(fields, payee...)...)
		var reasons []ui.Option
		for _, x := range o.rule.Exit.Reasons {
			reasons = append(reasons, ui.Option{Value: x.Value, Text: x.Label})
		}
		ask(ui.T(ctx, "申请退出清算"), "ask-refund", append([]ui.Field{{Name: "reason", Label: ui.T(ctx, "缘由"), Kind: "select", Options: reasons, Value: reasons[0].Value, Required: true},
			{Name: "words", Label: ui.T(ctx, "有关部门的书面证明（部门和文号）"), Required: true, Max: 200}}, payee...)...)
	}
	if o.Excess() > 0 {
		ask(ui.T(ctx, "申请退还多存的差额"), "ask-difference", append([]ui.Field{{Name: "words", Label: ui.T(ctx, "缘由"), Required: true, Max: 200}, {Name: "fen", Label: ui.T(ctx, "金额（元）"), Value: o.Excess().String(), Required: true, Short: true}}, payee...)...)
	}
	return parts
}

// notice is the decision on paper.
func (p *Pages) notice(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o, err := p.load(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(o.assessments, func(a deposit.Assessment) bool { return a.State == "decided" })
	if i < 0 {
		return fault.NotFound("还没有作出核定")
	}
	a := o.assessments[i]
	number := ""
	if pk := p.Town.Packs().Pack(o.rule.Basis[0].Document, a.Pack); pk != nil {
		number = pk.Document.Number
	}
	s := ui.Sheet{Title: ui.T(ctx, "%s核定通知", o.rule.Name), Number: number, Issuer: p.Town.Unit(o.Unit), To: o.Name, At: a.At.Time}
	facts := []ui.Pair{{Name: ui.T(ctx, "应存"), Text: a.Sum.Words()}, {Name: ui.T(ctx, "为什么核定"), Text: ui.T(ctx, a.Words())}, {Name: ui.T(ctx, "送达日期"), Text: a.Delivered}, {Name: ui.T(ctx, "最后一天"), Text: a.PayBy}}
	words := ui.T(ctx, "本金和利息属于企业。资金一时困难的，可以书面申请分期或者担保；不服的，可以申请复核。")
	return ui.Render(w, r, notice(p.page(ctx, s.Title, ""), href(o.ID), s, facts, p.steps(ctx, a.Steps), words))
}
