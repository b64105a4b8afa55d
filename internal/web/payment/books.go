package payment

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// classes are what classes of accounts are called, in words that the catalogue knows.
var classes = map[ledger.Class]string{ledger.Asset: ui.N("资产"), ledger.Liability: ui.N("负债"), ledger.Income: ui.N("收入"), ledger.Expense: ui.N("支出"), ledger.Equity: ui.N("净资产")}

func accountHref(code string) string { return "/payment/books/accounts/" + code }

// books is the trial balance of a time, with the months.
func (p *Pages) books(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	from, to := r.URL.Query().Get("from"), r.URL.Query().Get("to")
	var list []ledger.Balance
	var months []ledger.Month
	var now string
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		path, ok := ledger.Sight(by)
		if !ok {
			return fault.Forbidden("您无权查看账簿")
		}
		now = place.Today(tx).String()[:7]
		if from == "" {
			from = now[:4] + "-01"
		}
		if to == "" {
			to = now
		}
		var err error
		if list, err = ledger.Trial(tx, path, from, to); err != nil {
			return err
		}
		months, err = ledger.Months(tx)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment/books", ui.T(ctx, "账簿"), ui.T(ctx, "试算平衡：所有科目的期末合计应为零。借方为正，贷方为负。"))
	ask := filter("/payment/books", []ui.Field{{Name: "from", Label: ui.T(ctx, "从哪个月"), Value: from, Short: true}, {Name: "to", Label: ui.T(ctx, "到哪个月"), Value: to, Short: true}})
	parts := []templ.Component{ask, trialNotice(ctx, list), ui.Rows(trialTable(ctx, list)), part.Block(ui.T(ctx, "月份"), monthParts(ctx, by, months, now)...)}
	return p.render(w, r, pg, parts...)
}

func trialNotice(ctx context.Context, list []ledger.Balance) templ.Component {
	var sum money.Fen
	for _, b := range list {
		sum += b.Closing
	}
	if sum != 0 {
		return notice(ui.Bad, ui.T(ctx, "不平，相差 %s", sum.Words()), []string{ui.T(ctx, "请管理员运行 linli verify。")})
	}
	return notice(ui.Good, ui.T(ctx, "平"), []string{ui.T(ctx, "%s 个科目，期末合计 0.00元", ui.Count(len(list)))})
}

func trialTable(ctx context.Context, list []ledger.Balance) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "试算平衡"), Cols: []ui.Col{{Name: ui.T(ctx, "科目"), Main: true}, {Name: ui.T(ctx, "类别")}, {Name: ui.T(ctx, "期初"), Num: true}, {Name: ui.T(ctx, "借方"), Num: true}, {Name: ui.T(ctx, "贷方"), Num: true},
		{Name: ui.T(ctx, "期末"), Num: true}}, Empty: ui.Empty(ui.T(ctx, "账上还没有分录"), "")}
	for _, b := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: b.Name, Href: accountHref(b.Code), Note: b.Code}, {Text: ui.T(ctx, classes[b.Class])}, {Text: b.Opening.Words()}, {Text: b.Debit.Words()}, {Text: b.Credit.Words()}, {Text: b.Closing.Words()}}})
	}
	return t
}

// monthParts lists the months, and lets who may close one.
func monthParts(ctx context.Context, by staff.Actor, months []ledger.Month, now string) []templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "月份"), Cols: []ui.Col{{Name: ui.T(ctx, "月份"), Main: true}, {Name: ui.T(ctx, "分录"), Num: true}, {Name: ui.T(ctx, "结账")}}, Empty: ui.Empty(ui.T(ctx, "账上还没有分录"), "")}
	open := ""
	for _, m := range months {
		words := ui.T(ctx, "未结账")
		if m.Closed {
			words = m.ClosedBy + "，" + ui.DateTime(ctx, m.ClosedAt.Time)
		} else if m.Month < now {
			open = m.Month
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: m.Month}, {Text: ui.Count(m.Entries)}, {Text: words}}})
	}
	parts := []templ.Component{ui.Rows(t)}
	if open != "" && by.HasAny(staff.Treasurer) {
		parts = append(parts, confirm(ui.T(ctx, "结账"), part.Post("/payment/books/close", []ui.Button{{Text: ui.T(ctx, "结账，以后不能再改"), Kind: ui.Danger}},
			ui.AskAll([]ui.Field{{Name: "month", Label: ui.T(ctx, "结到哪个月"), Value: open, Required: true, Short: true, Hint: ui.T(ctx, "以后的补记进入第一个未结账的月份，并写明")}}))))
	}
	return parts
}

func (p *Pages) closeMonth(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error { return ledger.Close(tx, by, strings.TrimSpace(v.Get("month"))) })
	return ui.Done(w, r, err, "/payment/books", ui.T(r.Context(), "已结账"))
}

// account lists the entries of one account.
func (p *Pages) account(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	code := r.PathValue("role") + "/" + r.PathValue("id")
	before, _ := db.ParseID(r.URL.Query().Get("before"))
	var a ledger.Account
	var list []ledger.Entry
	var sum money.Fen
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if a, err = ledger.AccountOf(tx, code); err != nil {
			return err
		}
		if !ledger.Sees(by, a.Path) {
			return fault.NotFound("没有科目 %s", code)
		}
		if sum, err = ledger.BalanceOf(tx, code, ""); err != nil {
			return err
		}
		list, err = ledger.EntriesOf(tx, code, before, pageSize)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment/books", a.Name, ui.T(ctx, "%s，现在 %s", ui.T(ctx, classes[a.Class]), sum.Words()), ui.Link{Text: ui.T(ctx, "账簿"), Href: "/payment/books"})
	t := ui.Table{Caption: ui.T(ctx, "分录"), Cols: []ui.Col{{Name: ui.T(ctx, "号"), Main: true}, {Name: ui.T(ctx, "日期")}, {Name: ui.T(ctx, "摘要")}, {Name: ui.T(ctx, "经手")}}, Empty: ui.Empty(ui.T(ctx, "没有分录"), "")}
	for _, e := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: e.Number(), Href: entryHref(e.ID)}, {Text: day(ctx, e.Day)}, {Text: e.Words}, {Text: e.By}}})
	}
	parts := []templ.Component{ui.Rows(t)}
	if len(list) == pageSize {
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "更早的"), Href: accountHref(code) + "?before=" + list[pageSize-1].ID.String()}}))
	}
	return p.render(w, r, pg, parts...)
}

// entry shows one entry with its lines and what it is about.
func (p *Pages) entry(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var e ledger.Entry
	accounts := map[string]ledger.Account{}
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if e, err = ledger.EntryOf(tx, ui.ID(r)); err != nil {
			return err
		}
		for _, l := range e.Lines {
			a, err := ledger.AccountOf(tx, l.Account)
			if err != nil {
				return err
			}
			if !ledger.Sees(by, a.Path) {
				return fault.NotFound("没有这一笔分录")
			}
			accounts[l.Account] = a
		}
		return nil
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment/books", ui.T(ctx, "分录 %s", e.Number()), e.Words, ui.Link{Text: ui.T(ctx, "账簿"), Href: "/payment/books"})
	t := ui.Table{Caption: ui.T(ctx, "分录行"), Cols: []ui.Col{{Name: ui.T(ctx, "科目"), Main: true}, {Name: ui.T(ctx, "借方"), Num: true}, {Name: ui.T(ctx, "贷方"), Num: true}}}
	for _, l := range e.Lines {
		row := []ui.Cell{{Text: accounts[l.Account].Name, Href: accountHref(l.Account)}, {}, {}}
		if l.Fen > 0 {
			row[1].Text = l.Fen.Words()
		} else {
			row[2].Text = (-l.Fen).Words()
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: row})
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "日期"), Text: day(ctx, e.Day)}, {Name: ui.T(ctx, "记入"), Text: e.Month}, {Name: ui.T(ctx, "依据"), Body: p.cite(e.Clause)}, {Name: ui.T(ctx, "经手"), Text: e.By + "，" + ui.DateTime(ctx, e.At.Time)}}
	switch e.Ref.Kind {
	case "payrun":
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "来由"), Text: ui.T(ctx, "发放批次"), Href: runHref(e.Ref.ID)})
	case "claim":
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "来由"), Text: ui.T(ctx, "追回"), Href: claimHref(e.Ref.ID)})
	case "fund":
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "来由"), Text: ui.T(ctx, "资金"), Href: fundHref(e.Ref.ID)})
	}
	if !e.Reverses.IsZero() {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "冲正"), Text: ui.T(ctx, "冲正了哪一笔"), Href: entryHref(e.Reverses)})
	}
	parts := []templ.Component{ui.Facts(facts), ui.Rows(t)}
	if e.Ref.Kind == "fund" && e.Reverses.IsZero() && by.HasAny(staff.Treasurer) { // what runs and claims post is undone by them
		parts = append(parts, confirm(ui.T(ctx, "记错了，冲正"), part.Post(entryHref(e.ID)+"/reverse", []ui.Button{{Text: ui.T(ctx, "冲正"), Kind: ui.Danger}},
			ui.AskAll([]ui.Field{{Name: "why", Label: ui.T(ctx, "为什么"), Required: true, Max: 200}}))))
	}
	return p.render(w, r, pg, parts...)
}

func (p *Pages) reverse(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	var back ledger.Entry
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		e, err := ledger.EntryOf(tx, ui.ID(r))
		if err != nil {
			return err
		}
		if e.Ref.Kind != "fund" {
			return fault.Invalid("entry", "批次和追回的分录由它们自己冲正")
		}
		f, err := ledger.FundOf(tx, e.Ref.ID)
		if err != nil {
			return err
		}
		if err := ledger.Heads(by, f.Path); err != nil {
			return err
		}
		back, err = ledger.Reverse(tx, by, e.ID, v.Get("why"))
		return err
	})
	return ui.Done(w, r, err, entryHref(back.ID), ui.T(r.Context(), "已冲正"))
}
