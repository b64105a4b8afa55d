package payment

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// lineView is a line with the entries in which its money is.
type lineView struct {
	payrun.Trace
	booked, settled ledger.Entry
}

// line follows one yuan: from the bank to the clause.
func (p *Pages) line(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var v lineView
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if v.Trace, err = p.Runs.Trace(tx, by, ui.ID(r)); err != nil {
			return err
		}
		if !v.Booked.IsZero() {
			if v.booked, err = ledger.EntryOf(tx, v.Booked); err != nil {
				return err
			}
		}
		if v.Bank != nil {
			v.settled, err = ledger.EntryOf(tx, v.Bank.Entry)
		}
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment/trace", ui.T(ctx, "%s 的 %s", v.Name, v.Fen.Words()), ui.T(ctx, "从银行一行到依据条款，每一步都能点开。"), ui.Link{Text: ui.T(ctx, "一元钱"), Href: "/payment/trace"},
		ui.Link{Text: v.Of.Name, Href: runHref(v.Of.ID)})
	parts := []templ.Component{part.Block(ui.T(ctx, "一、银行"), ui.Facts(v.bank(ctx))), part.Block(ui.T(ctx, "二、账簿"), ui.Facts(v.entries(ctx))),
		part.Block(ui.T(ctx, "三、发放明细"), ui.Facts(v.slip(ctx))), part.Block(ui.T(ctx, "四、由谁承担"), ui.Rows(v.bearers(ctx))), part.Block(ui.T(ctx, "五、为什么"), ui.Facts(p.basis(ctx, &v)))}
	if len(v.Others)+len(v.Claims) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "前后和追回"), ui.Rows(v.others(ctx))))
	}
	parts = append(parts, p.lineForms(ctx, by, &v)...)
	return p.render(w, r, pg, parts...)
}

func (v *lineView) bank(ctx context.Context) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "户名"), Text: v.Name}, {Name: ui.T(ctx, "开户行"), Text: v.Slip.Bank}, {Name: ui.T(ctx, "账号"), Text: payrun.MaskAccount(v.Account)},
		{Name: ui.T(ctx, "送银行的金额"), Text: v.Net().Words()}, {Name: ui.T(ctx, "流水号"), Text: v.ID.String()}}
	if v.Bank == nil {
		return append(list, ui.Pair{Name: ui.T(ctx, "银行结果"), Text: ui.T(ctx, "还没有")})
	}
	words := ui.T(ctx, "已发")
	if !v.Bank.Paid {
		words = ui.T(ctx, "退回：%s", v.Bank.Why)
	}
	return append(list, ui.Pair{Name: ui.T(ctx, "银行结果"), Text: words}, ui.Pair{Name: ui.T(ctx, "银行流水"), Text: v.Bank.Serial}, ui.Pair{Name: ui.T(ctx, "回盘文件"), Text: v.Bank.File.Name})
}

func (v *lineView) entries(ctx context.Context) []ui.Pair {
	show := func(name string, e *ledger.Entry) ui.Pair {
		if e.ID.IsZero() {
			return ui.Pair{Name: name, Text: ui.T(ctx, "还没有")}
		}
		return ui.Pair{Name: name, Text: e.Number() + "　" + e.Words, Href: entryHref(e.ID)}
	}
	return []ui.Pair{show(ui.T(ctx, "列支"), &v.booked), show(ui.T(ctx, "银行结果入账"), &v.settled)}
}

func (v *lineView) slip(ctx context.Context) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "批次"), Text: v.Of.Name, Href: runHref(v.Of.ID)}, {Name: ui.T(ctx, "期间"), Text: v.Period}, {Name: ui.T(ctx, "金额"), Text: v.Fen.Words()},
		{Name: ui.T(ctx, "状态"), Text: ui.T(ctx, states[v.State])}}
	if v.Why != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "说明"), Text: v.Why})
	}
	if v.Withheld > 0 {
		list = append(list, ui.Pair{Name: ui.T(ctx, "扣回"), Text: v.Withheld.Words()})
	}
	if v.Mended != nil {
		list = append(list, ui.Pair{Name: ui.T(ctx, "更正后的账号"), Text: v.Mended.Name + "　" + payrun.MaskAccount(v.Mended.Account) + "　" + v.Mended.By})
	}
	return list
}

func (v *lineView) bearers(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "由谁承担"), Cols: []ui.Col{{Name: ui.T(ctx, "资金"), Main: true}, {Name: ui.T(ctx, "承担方")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "扣回"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "没有找到承担的资金"), "")}
	for _, b := range v.Bearers {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: b.Name, Href: fundHref(b.ID)}, {Text: payer(ctx, b.Payer)}, {Text: b.Fen.Words()}, {Text: b.Back.Words()}}})
	}
	return t
}

// basis is what the line rests on: the sentence, the clause, the version of its document, and the decision.
func (p *Pages) basis(ctx context.Context, v *lineView) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "理由"), Text: v.Words}, {Name: ui.T(ctx, "依据"), Body: p.cite(v.Clause)}}
	if v.Pack != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "规则版本"), Text: v.Pack})
	}
	what := v.Slip.Source
	for _, o := range p.Runs.Offers() {
		if o.Name == v.Slip.Source {
			what = o.Title
		}
	}
	return append(list, ui.Pair{Name: ui.T(ctx, "发放来源"), Text: what + "　" + v.Ref.String(), Href: v.Href})
}

func (v *lineView) others(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "前后和追回"), Cols: []ui.Col{{Name: ui.T(ctx, "是什么"), Main: true}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "状态")}}}
	for i := range v.Others {
		s := &v.Others[i]
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, "同一期在另一批次"), Href: lineHref(s.ID)}, {Text: s.Fen.Words()}, {Text: ui.T(ctx, states[s.State])}}})
	}
	for _, c := range v.Claims {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, "追回：%s", c.Words), Href: claimHref(c.ID)}, {Text: c.Fen.Words()}, {Text: ui.T(ctx, claimStages[c.Stage])}}})
	}
	return t
}

// lineForms are what may be done about a line.
func (p *Pages) lineForms(ctx context.Context, by staff.Actor, v *lineView) []templ.Component {
	if !by.Has(staff.Finance, v.Path, "") {
		return nil
	}
	switch v.State {
	case payrun.Held, payrun.Returned:
		return []templ.Component{confirm(ui.T(ctx, "更正收款账号"), part.Post(lineHref(v.ID), []ui.Button{{Text: ui.T(ctx, "保存，下一批次按它发"), Kind: ui.Primary}}, ui.AskAll([]ui.Field{
			{Name: "name", Label: ui.T(ctx, "户名"), Value: v.Name, Required: true, Max: 60}, {Name: "bank", Label: ui.T(ctx, "开户行"), Value: v.Slip.Bank, Max: 60},
			{Name: "account", Label: ui.T(ctx, "账号"), Required: true, Max: 30}})))}
	case payrun.Paid:
		return []templ.Component{confirm(ui.T(ctx, "多发了，要追回"), part.Post(lineHref(v.ID)+"/claim", []ui.Button{{Text: ui.T(ctx, "提出追回"), Kind: ui.Primary}}, ui.AskAll([]ui.Field{
			{Name: "fen", Label: ui.T(ctx, "追回多少元"), Value: strings.ReplaceAll(v.Fen.String(), ",", ""), Required: true, Short: true},
			{Name: "words", Label: ui.T(ctx, "为什么多发了"), Required: true, Max: 200},
			{Name: "months", Label: ui.T(ctx, "分几个月"), Kind: "number", Value: "1", Short: true, Hint: ui.T(ctx, "1 是一次")},
			{Name: "keep", Label: ui.T(ctx, "以后每期至少留给本人百分之几"), Kind: "number", Value: "70", Short: true, Hint: ui.T(ctx, "文件没有规定，默认 70；可以改")}})))}
	}
	return nil
}

func (p *Pages) mend(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	m := payrun.Mend{Name: strings.TrimSpace(v.Get("name")), Bank: strings.TrimSpace(v.Get("bank")), Account: strings.ReplaceAll(v.Get("account"), " ", "")}
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error { return p.Runs.Mend(tx, by, ui.ID(r), m) })
	return ui.Done(w, r, err, lineHref(ui.ID(r)), ui.T(r.Context(), "账号已更正"))
}

// plan divides an amount among so many months, the first of them the present one.
func plan(fen money.Fen, months int, from civil.Date) (list []payrun.Instalment, err error) {
	parts := make([]ledger.Part, months)
	for i := range parts {
		parts[i].Weight = 1
	}
	shares, err := ledger.Split(fen, parts)
	for i, s := range shares {
		if s.Fen > 0 {
			list = append(list, payrun.Instalment{Day: from.AddMonths(i), Fen: s.Fen})
		}
	}
	return list, err
}

func (p *Pages) claimLine(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	fen, err := amount(v, "fen")
	if err != nil {
		return err
	}
	months, _ := strconv.Atoi(v.Get("months"))
	keep, err := strconv.Atoi(v.Get("keep"))
	if err != nil || keep < 0 || keep > 100 {
		return fault.Invalid("keep", "请填写 0 到 100 的整数")
	}
	if months < 1 || months > 60 {
		return fault.Invalid("months", "请填写 1 到 60 个月")
	}
	var id db.ID
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		s, err := p.Runs.Slip(tx, by, ui.ID(r))
		if err != nil {
			return err
		}
		if !by.Has(staff.Finance, s.Path, "") {
			return fault.Forbidden("追回由资金经办岗提出")
		}
		m := payrun.Claiming{Key: ui.FormKey(r), Line: s.Key, Fen: fen, Words: v.Get("words"), Keep: keep * 100}
		if months > 1 {
			if m.Plan, err = plan(fen, months, civil.DateOf(tx.Now(), civil.Shanghai)); err != nil {
				return err
			}
		}
		id, err = p.Runs.Claim(tx, by, m)
		return err
	})
	return ui.Done(w, r, err, claimHref(id), ui.T(r.Context(), "已提出追回"))
}

// find looks for a line by what a bank statement says.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	var list []payrun.Slip
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { list, err = p.Runs.Find(tx, by, q); return err })
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment/trace", ui.T(ctx, "一元钱"), ui.T(ctx, "银行对账单上的一行，是哪一条明细、哪一笔账、由谁承担、依据哪一款。"))
	parts := []templ.Component{search("/payment/trace", ui.T(ctx, "流水号或银行流水"), q, ui.T(ctx, "银行文件里的流水号，或银行自己的流水号"))}
	if q != "" {
		t := ui.Table{Caption: ui.T(ctx, "找到的明细"), Cols: []ui.Col{{Name: ui.T(ctx, "收款人"), Main: true}, {Name: ui.T(ctx, "期间")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "状态")}},
			Empty: ui.Empty(ui.T(ctx, "没有找到"), ui.T(ctx, "请核对号码；也可以在批次的明细里按姓名找。"))}
		for i := range list {
			s := &list[i]
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: s.Name, Href: lineHref(s.ID)}, {Text: s.Period}, {Text: s.Fen.Words()}, {Text: ui.T(ctx, states[s.State])}}})
		}
		parts = append(parts, ui.Rows(t))
	}
	return p.render(w, r, pg, parts...)
}
