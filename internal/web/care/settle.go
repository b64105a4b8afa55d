package care

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// settlements lists what may be settled and what was.
func (p *Pages) settlements(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var due []serviceorder.Due
	var list []serviceorder.Settlement
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if due, err = p.Orders.ToSettle(tx, by); err != nil {
			return err
		}
		list, err = p.Orders.Settlements(tx, by, r.URL.Query().Get("month"), 100)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "服务结算"), ui.T(ctx, "只结算已确认的订单，一单一次；做结算单的和复核的是两个人。"))
	pg.Wide = true
	var parts []templ.Component
	if session.From(ctx).HasAny(staff.Supervisor) {
		t := ui.Table{Caption: ui.T(ctx, "待结算"), Cols: []ui.Col{{Name: ui.T(ctx, "机构"), Main: true}, {Name: ui.T(ctx, "月份")}, {Name: ui.T(ctx, "地区")}, {Name: ui.T(ctx, "订单"), Num: true}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "办理")}},
			Empty: ui.Empty(ui.T(ctx, "没有已确认、还没有结算的订单"), "")}
		for _, d := range due {
			form := part.Post("/homecare/settlements", []ui.Button{{Text: ui.T(ctx, "做结算单"), Kind: ui.Plain}}, askAll([]ui.Field{hidden("provider", d.Provider.String()), hidden("month", d.Month), hidden("path", d.Path)}))
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: d.Name}, {Text: d.Month}, {Text: p.area(d.Path)}, {Text: ui.Count(d.Orders)}, {Text: d.Fen.Words()}, {Body: form}}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "待结算"), ui.Rows(t)))
	}
	t := ui.Table{Caption: ui.T(ctx, "结算单"), Cols: []ui.Col{{Name: ui.T(ctx, "机构"), Main: true}, {Name: ui.T(ctx, "月份")}, {Name: ui.T(ctx, "地区")}, {Name: ui.T(ctx, "订单"), Num: true}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "状态")}},
		Empty: ui.Empty(ui.T(ctx, "还没有结算单"), "")}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: s.Name, Href: "/homecare/settlements/" + s.ID.String()}, {Text: s.Month}, {Text: p.area(s.Path)}, {Text: ui.Count(s.Orders)}, {Text: s.Fen.Words()},
			{Text: ui.T(ctx, serviceorder.SettlementWords(s.State)), Note: s.Why}}})
	}
	return p.render(w, r, pg, "/homecare/settlements", append(parts, part.Block(ui.T(ctx, "结算单"), ui.Rows(t)))...)
}

// area is what the place of a path is called.
func (p *Pages) area(path string) string {
	codes := place.Codes(path)
	if len(codes) == 0 {
		return ""
	}
	return p.Town.Places.Tree().Name(codes[len(codes)-1])
}

func (p *Pages) settle(w http.ResponseWriter, r *http.Request) error {
	provider, _ := db.ParseID(r.PostFormValue("provider"))
	var s serviceorder.Settlement
	err := p.write(r, func(tx *db.Tx, by staff.Actor) (err error) {
		s, err = p.Orders.Settle(tx, by, ui.FormKey(r), provider, r.PostFormValue("month"), r.PostFormValue("path"))
		return err
	})
	return ui.Done(w, r, err, "/homecare/settlements/"+s.ID.String(), ui.T(r.Context(), "已做结算单，等另一人复核"))
}

// settlement is the sheet of a settlement: what is owed, by whom, for which orders, and why.
func (p *Pages) settlement(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var s serviceorder.Settlement
	var list []serviceorder.Order
	var now time.Time
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		now = tx.Now()
		if s, err = p.Orders.SettlementOf(tx, by, ui.ID(r)); err != nil {
			return err
		}
		list, err = p.Orders.OrdersOf(tx, by, s.ID)
		return err
	})
	if err != nil {
		return err
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "机构"), Text: s.Name}, {Name: ui.T(ctx, "月份"), Text: s.Month}, {Name: ui.T(ctx, "地区"), Text: p.area(s.Path)}, {Name: ui.T(ctx, "状态"), Text: ui.T(ctx, serviceorder.SettlementWords(s.State))},
		{Name: ui.T(ctx, "合计"), Text: ui.T(ctx, "%d 单，%s", s.Orders, s.Fen.Words())}}
	for _, x := range s.Shares {
		facts = append(facts, ui.Pair{Name: payerWords(ctx, x.Payer), Text: x.Fen.Words()})
	}
	facts = append(facts, ui.Pair{Name: ui.T(ctx, "依据"), Body: part.ClauseLink(s.Clause, p.Town.Gist(s.Clause))}, ui.Pair{Name: ui.T(ctx, "经办"), Text: s.MadeName})
	if s.Checked != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "复核"), Text: s.Checked + " " + s.Why})
	}
	pg := p.page(ctx, ui.T(ctx, "%s %s 结算单", s.Month, s.Name), "")
	pg.Wide = true
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "服务结算"), Href: "/homecare/settlements"}}
	parts := []templ.Component{ui.Facts(facts)}
	by := session.From(ctx)
	if s.State == serviceorder.Made && by.Has(staff.Supervisor, s.Path, "") {
		to := "/homecare/settlements/" + s.ID.String()
		if by.Account == s.MadeBy {
			parts = append(parts, warning(ui.Info, ui.T(ctx, "等另一人复核"), part.Says(ui.T(ctx, "自己做的结算单要由另一个人复核。"))))
		} else {
			parts = append(parts, part.Post(to, []ui.Button{{Text: ui.T(ctx, "复核无误"), Kind: ui.Primary, Name: "right", Value: "1"}}), ask(ui.T(ctx, "退回"), part.Post(to, []ui.Button{{Text: ui.T(ctx, "退回"), Kind: ui.Danger}},
				askAll([]ui.Field{{Name: "why", Label: ui.T(ctx, "为什么退回"), Required: true, Max: 200}}))))
		}
	}
	parts = append(parts, part.Block(ui.T(ctx, "订单"), ui.Rows(p.settledTable(ctx, list, now))), ui.PrintButton())
	return p.render(w, r, pg, "/homecare/settlements", parts...)
}

func payerWords(ctx context.Context, payer string) string {
	switch payer {
	case "city":
		return ui.T(ctx, "市级承担")
	case "county":
		return ui.T(ctx, "县级承担")
	}
	return payer
}

func (p *Pages) settledTable(ctx context.Context, list []serviceorder.Order, _ time.Time) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "订单"), Cols: []ui.Col{{Name: ui.T(ctx, "编号"), Main: true}, {Name: ui.T(ctx, "服务")}, {Name: ui.T(ctx, "时间")}, {Name: ui.T(ctx, "确认")}, {Name: ui.T(ctx, "标记")}, {Name: ui.T(ctx, "金额"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "退回以后，订单回到待结算"), "")}
	for i := range list {
		o := &list[i]
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: o.Number, Href: "/homecare/orders/" + o.ID.String()}, {Text: p.kindName(o) + " " + p.amount(ctx, o, o.ServedUnits)}, {Text: ui.DateTime(ctx, o.Wanted.Time)},
			{Text: asWords(ctx, o.ConfirmedAs)}, {Text: markWords(ctx, o.Marks)}, {Text: o.Fen.Words()}}})
	}
	return t
}

func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		_, err := p.Orders.Check(tx, by, ui.FormKey(r), ui.ID(r), r.PostFormValue("right") != "", r.PostFormValue("why"))
		return err
	})
	return ui.Done(w, r, err, "/homecare/settlements/"+ui.ID(r).String())
}

// providers lists who may serve, and lets who supervises admit another.
func (p *Pages) providers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := session.From(ctx)
	var list []serviceorder.Provider
	var today civil.Date
	var scheme pack.Held
	var units []staff.Unit
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		today = place.Today(tx)
		for _, path := range by.Scope().Places {
			some, err := p.Orders.Providers(tx, path)
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		for _, g := range by.Grants {
			if g.Role == staff.Community && g.Place != "" {
				some, err := p.Orders.Providers(tx, g.Place)
				if err != nil {
					return err
				}
				list = append(list, some...)
			}
			if g.Role == staff.Supervisor && g.Place != "" && scheme.Scheme == nil {
				scheme, _ = p.Orders.SchemeAt(tx, g.Place)
			}
		}
		all, err := staff.Units(tx)
		for _, u := range all {
			if u.Kind == "provider" {
				units = append(units, u)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "服务机构"), Cols: []ui.Col{{Name: ui.T(ctx, "机构"), Main: true}, {Name: ui.T(ctx, "服务地区")}, {Name: ui.T(ctx, "证照")}, {Name: ui.T(ctx, "电话")}, {Name: ui.T(ctx, "状态")}}, Empty: ui.Empty(ui.T(ctx, "还没有确定服务机构"), "")}
	seen := map[db.ID]bool{}
	for i := range list {
		x := &list[i]
		if seen[x.Organisation] {
			continue
		}
		seen[x.Organisation] = true
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: x.Name}, {Text: p.area(x.Path)}, {Text: x.Licence, Note: validWords(ctx, x)}, {Text: x.Phone}, p.standing(ctx, x, today)}})
	}
	pg := p.page(ctx, ui.T(ctx, "服务机构"), ui.T(ctx, "证照有效的登记机构才能接单；许可、登记由政务服务中心和登记机关办。"))
	pg.Wide = true
	parts := []templ.Component{ui.Rows(t)}
	if by.HasAny(staff.Supervisor) && scheme.Scheme != nil {
		parts = append(parts, part.Block(ui.T(ctx, "确定服务机构"), ask(ui.T(ctx, "确定一家机构"), p.admitForm(ctx, scheme, units))))
	}
	return p.render(w, r, pg, "/homecare/providers", parts...)
}

func validWords(ctx context.Context, x *serviceorder.Provider) string {
	if x.Until.IsZero() {
		return ui.T(ctx, "%s起", x.From.Words())
	}
	return ui.T(ctx, "%s 至 %s", x.From.Words(), x.Until.Words())
}

func (p *Pages) standing(ctx context.Context, x *serviceorder.Provider, today civil.Date) ui.Cell {
	switch {
	case !x.Valid(today):
		return ui.Cell{Text: ui.T(ctx, "证照不在有效期")}
	case x.Suspended != "":
		return ui.Cell{Text: ui.T(ctx, "暂停接单"), Note: x.Suspended}
	}
	c := ui.Cell{Text: ui.T(ctx, "可以接单")}
	if session.From(ctx).HasAny(staff.Supervisor) {
		c.Body = ask(ui.T(ctx, "可以接单 · 暂停"), part.Post("/homecare/providers/"+x.Organisation.String(), []ui.Button{{Text: ui.T(ctx, "暂停接单"), Kind: ui.Danger}},
			askAll([]ui.Field{{Name: "why", Label: ui.T(ctx, "为什么暂停"), Required: true, Max: 200, In: x.Organisation.String()}})))
	}
	return c
}

func (p *Pages) admitForm(ctx context.Context, s pack.Held, units []staff.Unit) templ.Component {
	unit := ui.Field{Name: "unit", Label: ui.T(ctx, "人员所在的单位"), Kind: "choice", Required: true}
	for _, u := range units {
		unit.Options = append(unit.Options, ui.Option{Value: u.Code, Text: u.Name})
	}
	item := ui.Field{Name: "item", Label: ui.T(ctx, "哪种证照"), Kind: "choice", Required: true}
	for _, id := range s.Providers {
		if i := s.Of.On(civil.Date{Year: 9999, Month: 12, Day: 31}).Item(id); i != nil {
			item.Options = append(item.Options, ui.Option{Value: id, Text: i.Name})
		}
	}
	return part.Post("/homecare/providers", []ui.Button{{Text: ui.T(ctx, "确定"), Kind: ui.Primary}}, askAll([]ui.Field{
		{Name: "name", Label: ui.T(ctx, "机构名称"), Hint: ui.T(ctx, "登记里的全称"), Required: true, Max: 100}, unit, item,
		{Name: "licence", Label: ui.T(ctx, "证照编号"), Required: true, Max: 60}, {Name: "from", Label: ui.T(ctx, "从哪天起有效"), Kind: "date", Required: true, Short: true},
		{Name: "until", Label: ui.T(ctx, "到哪天为止"), Kind: "date", Short: true}, {Name: "phone", Label: ui.T(ctx, "值班电话"), Kind: "phone", Required: true, Short: true},
		{Name: "bank", Label: ui.T(ctx, "开户行"), Hint: ui.T(ctx, "没有账号的，结算单做得出、款发不出"), Max: 60}, {Name: "account", Label: ui.T(ctx, "收款账号"), Max: 32}}))
}

// admit lets an organisation of the reader's county or city provide services there.
func (p *Pages) admit(w http.ResponseWriter, r *http.Request) error {
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		x := serviceorder.Provider{Unit: r.PostFormValue("unit"), Item: r.PostFormValue("item"), Licence: r.PostFormValue("licence"), Phone: r.PostFormValue("phone"),
			Bank: r.PostFormValue("bank"), Account: r.PostFormValue("account")}
		for _, g := range by.Grants {
			if g.Role == staff.Supervisor && g.Place != "" {
				x.Path = g.Place
			}
		}
		codes := place.Codes(x.Path)
		if len(codes) > 0 {
			o, err := register.FindOrganisation(tx, "", r.PostFormValue("name"), codes[len(codes)-1])
			if err != nil {
				return err
			}
			x.Organisation = o.ID
		}
		x.From, _ = civil.ParseDate(r.PostFormValue("from"))
		x.Until, _ = civil.ParseDate(r.PostFormValue("until"))
		return p.Orders.Admit(tx, by, x)
	})
	return ui.Done(w, r, err, "/homecare/providers")
}

func (p *Pages) suspend(w http.ResponseWriter, r *http.Request) error {
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		return p.Orders.Suspend(tx, by, ui.ID(r), r.PostFormValue("why"))
	})
	return ui.Done(w, r, err, "/homecare/providers")
}
