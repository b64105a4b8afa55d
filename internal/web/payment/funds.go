package payment

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func (p *Pages) funds(w http.ResponseWriter, r *http.Request) error {
	return p.showFunds(w, r, url.Values{}, nil)
}

// showFunds lists funds with how they stand this year, and asks for a new one.
func (p *Pages) showFunds(w http.ResponseWriter, r *http.Request, v url.Values, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var list []ledger.Standing
	var today civil.Date
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		today = place.Today(tx)
		path, ok := ledger.Sight(by)
		if !ok {
			return fault.Forbidden("您无权查看资金")
		}
		funds, err := ledger.FundsBelow(tx, path)
		for _, f := range funds {
			s, err := ledger.StandingOf(tx, f, today.Year, today)
			if err != nil {
				return err
			}
			list = append(list, s)
		}
		return err
	})
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := p.page(ctx, "/payment/funds", ui.T(ctx, "资金和预算"), ui.T(ctx, "%d 年。余下 = 预算 − 占用 − 支出，都由分录算出。", today.Year))
	pg.Errors = wrong
	t := ui.Table{Caption: ui.T(ctx, "资金和预算"), Cols: []ui.Col{{Name: ui.T(ctx, "资金"), Main: true}, {Name: ui.T(ctx, "承担方")}, {Name: ui.T(ctx, "预算"), Num: true}, {Name: ui.T(ctx, "占用"), Num: true},
		{Name: ui.T(ctx, "支出"), Num: true}, {Name: ui.T(ctx, "余下"), Num: true}, {Name: ui.T(ctx, "银行存款"), Num: true}}, Empty: ui.Empty(ui.T(ctx, "还没有资金"), ui.T(ctx, "由资金复核岗设立。"))}
	for _, s := range list {
		mark := ui.Mark("")
		if s.Left <= 0 {
			mark = ui.Red
		}
		t.Rows = append(t.Rows, ui.TableRow{Mark: mark, Cells: []ui.Cell{{Text: s.Name, Href: fundHref(s.ID), Note: p.Town.Places.Tree().Name(s.Place)}, {Text: payer(ctx, s.Payer)}, {Text: s.Budget.Words()}, {Text: s.Pledged.Words()},
			{Text: s.Spent.Words()}, {Text: s.Left.Words()}, {Text: s.Cash.Words()}}})
	}
	parts := []templ.Component{ui.Rows(t)}
	if by.HasAny(staff.Treasurer) {
		fields := wrong.On([]ui.Field{{Name: "name", Label: ui.T(ctx, "资金名称"), Value: v.Get("name"), Required: true, Max: 60}, {Name: "payer", Label: ui.T(ctx, "承担方"), Kind: "select", Options: payerOptions(ctx), Value: v.Get("payer"), Required: true},
			{Name: "code", Label: ui.T(ctx, "用途编码"), Value: v.Get("code"), Required: true, Max: 60, Hint: ui.T(ctx, "与政策包里写的资金一致")}, {Name: "place", Label: ui.T(ctx, "区划"), Kind: "select", Options: p.areas(by), Value: v.Get("place"), Required: true}})
		parts = append(parts, confirm(ui.T(ctx, "设立一笔资金"), part.Post("/payment/funds", []ui.Button{{Text: ui.T(ctx, "设立"), Kind: ui.Primary}}, ui.AskAll(fields))))
	}
	if cause != nil {
		w = part.Answering(w, cause)
	}
	return p.render(w, r, pg, parts...)
}

func payerOptions(ctx context.Context) (list []ui.Option) {
	for _, name := range []string{"city", "county", "town", "village", "province", "state"} {
		list = append(list, ui.Option{Value: name, Text: payer(ctx, name)})
	}
	return list
}

func (p *Pages) putFund(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	var f ledger.Fund
	err = p.write(r, func(tx *db.Tx, by staff.Actor) (err error) {
		f, err = ledger.PutFund(tx, by, ledger.Fund{Payer: v.Get("payer"), Code: v.Get("code"), Place: v.Get("place"), Name: v.Get("name")})
		return err
	})
	if fault.KindOf(err) == fault.KindInvalid {
		return p.showFunds(w, r, v, err)
	}
	return ui.Done(w, r, err, fundHref(f.ID), ui.T(r.Context(), "资金已设立，请填写预算"))
}

func (p *Pages) fund(w http.ResponseWriter, r *http.Request) error {
	return p.showFund(w, r, url.Values{}, nil)
}

// showFund is one fund: how it stands, how its budget came about, its accounts.
func (p *Pages) showFund(w http.ResponseWriter, r *http.Request, v url.Values, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var s ledger.Standing
	var list []ledger.Amendment
	var today civil.Date
	year, _ := strconv.Atoi(r.URL.Query().Get("year"))
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		today = place.Today(tx)
		if year == 0 {
			year = today.Year
		}
		f, err := ledger.FundOf(tx, ui.ID(r))
		if err != nil {
			return err
		}
		if !ledger.Sees(by, f.Path) {
			return fault.NotFound("没有这笔资金")
		}
		if s, err = ledger.StandingOf(tx, f, year, today); err != nil {
			return err
		}
		list, err = ledger.Amendments(tx, f.ID, year)
		return err
	})
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := p.page(ctx, "/payment/funds", s.Name, ui.T(ctx, "%s，%s，%d 年", payer(ctx, s.Payer), p.Town.Places.Tree().Name(s.Place), year), ui.Link{Text: ui.T(ctx, "资金和预算"), Href: "/payment/funds"})
	pg.Errors = wrong
	books := func(role ledger.Role) string { return "/payment/books/accounts/" + s.Account(role) }
	stands := ui.Facts([]ui.Pair{{Name: ui.T(ctx, "预算"), Text: s.Budget.Words()}, {Name: ui.T(ctx, "占用"), Text: s.Pledged.Words(), Href: books(ledger.Pledge)}, {Name: ui.T(ctx, "支出"), Text: s.Spent.Words(), Href: books(ledger.Spent)},
		{Name: ui.T(ctx, "余下"), Text: s.Left.Words()}, {Name: ui.T(ctx, "银行存款"), Text: s.Cash.Words(), Href: books(ledger.Bank)}, {Name: ui.T(ctx, "应付未付"), Text: s.Owing.Words(), Href: books(ledger.Owing)},
		{Name: ui.T(ctx, "应追回"), Text: s.Claims.Words(), Href: books(ledger.Claims)}})
	t := ui.Table{Caption: ui.T(ctx, "预算怎样来的"), Cols: []ui.Col{{Name: ui.T(ctx, "自哪一天"), Main: true}, {Name: ui.T(ctx, "增减"), Num: true}, {Name: ui.T(ctx, "文号或理由")}, {Name: ui.T(ctx, "谁")}},
		Empty: ui.Empty(ui.T(ctx, "这一年还没有预算"), ui.T(ctx, "没有预算的资金，发放时暂缓。"))}
	for _, m := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: day(ctx, m.Day)}, {Text: m.Fen.Words()}, {Text: m.Words}, {Text: m.By}}})
	}
	parts := []templ.Component{stands, part.Block(ui.T(ctx, "预算怎样来的"), ui.Rows(t))}
	if ledger.Heads(by, s.Path) == nil {
		on := today.String()
		fields := wrong.On([]ui.Field{{Name: "year", Label: ui.T(ctx, "年度"), Kind: "number", Value: or(v.Get("year"), strconv.Itoa(year)), Required: true, Short: true}, {Name: "fen", Label: ui.T(ctx, "增减多少元"), Value: v.Get("fen"), Required: true, Short: true,
			Hint: ui.T(ctx, "调减写负数")}, {Name: "day", Label: ui.T(ctx, "自哪一天"), Kind: "date", Value: or(v.Get("day"), on), Required: true}, {Name: "words", Label: ui.T(ctx, "文号或理由"), Value: v.Get("words"), Required: true, Max: 200}})
		parts = append(parts, confirm(ui.T(ctx, "调整预算"), part.Post(fundHref(s.ID)+"/budget", []ui.Button{{Text: ui.T(ctx, "调整"), Kind: ui.Primary}}, ui.AskAll(fields))),
			confirm(ui.T(ctx, "登记拨入"), part.Post(fundHref(s.ID)+"/received", []ui.Button{{Text: ui.T(ctx, "登记"), Kind: ui.Primary}}, ui.AskAll([]ui.Field{
				{Name: "fen", Label: ui.T(ctx, "拨入多少元"), Required: true, Short: true, In: "received"}, {Name: "day", Label: ui.T(ctx, "到账日期"), Kind: "date", Value: on, Required: true, In: "received"},
				{Name: "words", Label: ui.T(ctx, "凭证"), Required: true, Max: 200, In: "received"}}))))
	}
	if cause != nil {
		w = part.Answering(w, cause)
	}
	return p.render(w, r, pg, parts...)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (p *Pages) amend(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	m := ledger.Amendment{Words: v.Get("words")}
	m.Year, _ = strconv.Atoi(strings.TrimSpace(v.Get("year")))
	m.Day, _ = civil.ParseDate(v.Get("day"))
	if m.Fen, err = amount(v, "fen"); err == nil {
		err = p.write(r, func(tx *db.Tx, by staff.Actor) error { return ledger.Amend(tx, by, ui.FormKey(r), ui.ID(r), m) })
	}
	if fault.KindOf(err) == fault.KindInvalid {
		return p.showFund(w, r, v, err)
	}
	return ui.Done(w, r, err, fundHref(ui.ID(r)), ui.T(r.Context(), "预算已调整"))
}

func (p *Pages) receive(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	on, _ := civil.ParseDate(v.Get("day"))
	fen, err := amount(v, "fen")
	if err == nil {
		err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
			_, err := ledger.Receive(tx, by, by.AuditName()+"/"+ui.FormKey(r), ui.ID(r), on, fen, v.Get("words"))
			return err
		})
	}
	return ui.Done(w, r, err, fundHref(ui.ID(r)), ui.T(r.Context(), "已登记拨入"))
}
