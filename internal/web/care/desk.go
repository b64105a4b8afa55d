package care

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// today is what a worker has to do: on a phone, one card an order.
func (p *Pages) today(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var list, done []serviceorder.Order
	var now time.Time
	var name string
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		x, _, err := p.Orders.ProviderOf(tx, by)
		if err != nil {
			return err
		}
		now, name = tx.Now(), x.Name
		if list, err = p.Orders.Today(tx, by); err != nil {
			return err
		}
		done, err = p.Orders.List(tx, by, serviceorder.Search{Mine: true, From: place.Today(tx).In(civil.Shanghai), States: []serviceorder.State{serviceorder.Served, serviceorder.Confirmed, serviceorder.CallBack, serviceorder.Disputed}})
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "今天上门"), name)
	return p.render(w, r, pg, "/homecare/today", ui.Rows(p.orderTable(ctx, ui.T(ctx, "今天上门"), ui.T(ctx, "今天没有要上门的"), list, now)),
		part.Block(ui.T(ctx, "今天做完的"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "今天做完的"), ui.T(ctx, "还没有"), done, now))))
}

// desk is a provider's desk: emergencies, what has to be answered, who goes where, its people and its licence.
func (p *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var x serviceorder.Provider
	var urgent, offered, coming, waiting []serviceorder.Order
	var members []serviceorder.Member
	var people []staff.Account
	var now time.Time
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		now = tx.Now()
		if x, _, err = p.Orders.ProviderOf(tx, by); err != nil {
			return err
		}
		for _, l := range []struct {
			to *[]serviceorder.Order
			q  serviceorder.Search
		}{{&urgent, serviceorder.Search{Urgent: true, States: []serviceorder.State{serviceorder.Accepted, serviceorder.Arrived}}}, {&offered, serviceorder.Search{States: []serviceorder.State{serviceorder.Offered}}},
			{&coming, serviceorder.Search{States: []serviceorder.State{serviceorder.Accepted, serviceorder.Arrived}}}, {&waiting, serviceorder.Search{States: []serviceorder.State{serviceorder.Served, serviceorder.CallBack, serviceorder.Disputed}}}} {
			if *l.to, err = p.Orders.List(tx, by, l.q); err != nil {
				return err
			}
		}
		if members, err = serviceorder.Members(tx, x.Organisation); err != nil {
			return err
		}
		people, err = staff.Accounts(tx, x.Unit, "", 100)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, x.Name, ui.T(ctx, "答复派单、安排上门人员；证照 %s。", x.Licence))
	pg.Wide = true
	var parts []templ.Component
	if x.Suspended != "" {
		parts = append(parts, warning(ui.Warn, ui.T(ctx, "已暂停接单"), part.Says(x.Suspended)))
	}
	if len(urgent) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "紧急呼叫"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "紧急呼叫"), "", urgent, now))))
	}
	parts = append(parts, part.Block(ui.T(ctx, "等您答复"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "等您答复"), ui.T(ctx, "没有要答复的派单"), offered, now))),
		part.Block(ui.T(ctx, "要上门的"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "要上门的"), ui.T(ctx, "没有要上门的"), coming, now))),
		part.Block(ui.T(ctx, "等老人确认"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "等老人确认"), ui.T(ctx, "没有"), waiting, now))), p.memberSection(ctx, &x, members, people),
		part.Block(ui.T(ctx, "床位"), part.Ways([]ui.Button{{Text: ui.T(ctx, "填每月床位"), Href: "/homecare/providers/" + x.Organisation.String() + "/beds"}})))
	return p.render(w, r, pg, "/homecare/desk", parts...)
}

func partWords(ctx context.Context, part string) string {
	if part == serviceorder.Desk {
		return ui.T(ctx, "管理员")
	}
	return ui.T(ctx, "上门人员")
}

func (p *Pages) memberSection(ctx context.Context, x *serviceorder.Provider, members []serviceorder.Member, people []staff.Account) templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "服务人员"), Cols: []ui.Col{{Name: ui.T(ctx, "姓名"), Main: true}, {Name: ui.T(ctx, "岗位")}}, Empty: ui.Empty(ui.T(ctx, "没有登记服务人员"), "")}
	for _, m := range members {
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(m.Name, partWords(ctx, m.Part))})
	}
	who := ui.Field{Name: "account", Label: ui.T(ctx, "本单位的账号"), Kind: "choice", Required: true}
	for _, a := range people {
		who.Options = append(who.Options, ui.Option{Value: a.ID.String(), Text: a.Name + " " + a.Login})
	}
	as := ui.Field{Name: "part", Label: ui.T(ctx, "岗位"), Kind: "choice", Required: true, Options: []ui.Option{{Value: serviceorder.Worker, Text: ui.T(ctx, "上门人员")}, {Value: serviceorder.Desk, Text: ui.T(ctx, "管理员")}}}
	return part.Block(ui.T(ctx, "服务人员"), ui.Rows(t), ask(ui.T(ctx, "登记服务人员"), part.Post("/homecare/members", []ui.Button{{Text: ui.T(ctx, "登记"), Kind: ui.Plain}},
		askAll([]ui.Field{hidden("provider", x.Organisation.String()), who, as}))))
}

// join lets somebody of the unit work for the provider.
func (p *Pages) join(w http.ResponseWriter, r *http.Request) error {
	provider, _ := db.ParseID(r.PostFormValue("provider"))
	account, _ := db.ParseID(r.PostFormValue("account"))
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		return p.Orders.Join(tx, by, provider, account, r.PostFormValue("part"))
	})
	return ui.Done(w, r, err, "/homecare/desk")
}

// bedsOf shows the beds of a home by month, and asks for another month.
func (p *Pages) bedsOf(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id := ui.ID(r)
	year := r.URL.Query().Get("year")
	var list []serviceorder.BedMonth
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if year == "" {
			year = place.Today(tx).String()[:4]
		}
		list, err = p.Orders.BedsOf(tx, by, id, year)
		return err
	})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "%s年的床位", year), Cols: []ui.Col{{Name: ui.T(ctx, "月份"), Main: true}, {Name: ui.T(ctx, "床位"), Num: true}, {Name: ui.T(ctx, "住满的床日"), Num: true}, {Name: ui.T(ctx, "填报人")}},
		Empty: ui.Empty(ui.T(ctx, "这一年还没有填"), "")}
	for _, b := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(b.Month, ui.Count(b.Beds), ui.Count(b.BedDays), b.By)})
	}
	pg := p.page(ctx, ui.T(ctx, "床位"), ui.T(ctx, "运营补贴按实际占用的床位算；一张床住一天是一个床日。"))
	return p.render(w, r, pg, "", ui.Rows(t), part.Block(ui.T(ctx, "填一个月"), part.Post("/homecare/beds", []ui.Button{{Text: ui.T(ctx, "保存"), Kind: ui.Primary}}, askAll([]ui.Field{hidden("organisation", id.String()),
		{Name: "month", Label: ui.T(ctx, "月份"), Hint: ui.T(ctx, "如 2026-11"), Required: true, Short: true}, {Name: "beds", Label: ui.T(ctx, "床位"), Kind: "number", Required: true, Short: true},
		{Name: "bed_days", Label: ui.T(ctx, "住满的床日"), Kind: "number", Required: true, Short: true}}))))
}

func (p *Pages) beds(w http.ResponseWriter, r *http.Request) error {
	b := serviceorder.BedMonth{Month: r.PostFormValue("month")}
	b.Organisation, _ = db.ParseID(r.PostFormValue("organisation"))
	b.Beds, _ = strconv.Atoi(r.PostFormValue("beds"))
	b.BedDays, _ = strconv.Atoi(r.PostFormValue("bed_days"))
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error { return p.Orders.PutBeds(tx, by, b) })
	return ui.Done(w, r, err, "/homecare/providers/"+b.Organisation.String()+"/beds")
}
