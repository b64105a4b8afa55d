package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"linli/internal/db"
	"linli/internal/notify"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// deliveriesShown is how many deliveries stand on one page.
const deliveriesShown = 50

var deliveryStates = []struct{ state, name string }{{notify.Waiting, ui.N("待发送")}, {notify.Delivered, ui.N("已送达")}, {notify.Failed, ui.N("失败")}}

func deliveryState(state string) string {
	for _, s := range deliveryStates {
		if s.state == state {
			return s.name
		}
	}
	return state
}

var channelNames = map[string]string{notify.Webhook: ui.N("推送"), notify.Phone: ui.N("短信")}

type deliveriesPage struct {
	Filter notify.Filter
	List   []notify.Delivery
	Pager  ui.Pager
	Now    time.Time
	MayAct bool
}

func (p *Pages) deliveries(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := &deliveriesPage{MayAct: p.mayAct(r.Context()), Pager: ui.Pager{Total: -1}}
	page.Filter = notify.Filter{Channel: q.Get("channel"), State: q.Get("state"), Hook: cursor(q.Get("hook")), Before: cursor(q.Get("before")), Limit: deliveriesShown + 1}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		page.List, err = notify.Deliveries(tx, page.Filter)
		return err
	})
	if err != nil {
		return err
	}
	if len(page.List) > deliveriesShown {
		page.List = page.List[:deliveriesShown]
		q.Set("before", page.List[deliveriesShown-1].ID.String())
		page.Pager.Next = "/admin/deliveries?" + q.Encode()
	}
	page.Pager.Shown = len(page.List)
	return ui.Render(w, r, showDeliveries(page))
}

func deliveryHref(id db.ID) string { return "/admin/deliveries/" + id.String() }

func (d *deliveriesPage) filter(ctx context.Context) []ui.Field {
	var states, channels []ui.Option
	for _, s := range deliveryStates {
		states = append(states, ui.Option{Value: s.state, Text: ui.T(ctx, s.name)})
	}
	for _, c := range []string{notify.Webhook, notify.Phone} {
		channels = append(channels, ui.Option{Value: c, Text: ui.T(ctx, channelNames[c])})
	}
	return []ui.Field{{Name: "channel", Label: ui.T(ctx, "渠道"), Kind: "select", Value: d.Filter.Channel, Options: channels},
		{Name: "state", Label: ui.T(ctx, "状态"), Kind: "select", Value: d.Filter.State, Options: states}}
}

func (d *deliveriesPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "发送记录"), Cols: []ui.Col{{Name: ui.T(ctx, "事件"), Main: true}, {Name: ui.T(ctx, "渠道")}, {Name: ui.T(ctx, "发往")}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "提出")}},
		Empty: ui.Empty(ui.T(ctx, "没有发送记录"), ui.T(ctx, "推送和短信发出后在这里查，失败的可以重发。"))}
	if d.MayAct {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "操作")})
	}
	for _, x := range d.List {
		row := ui.TableRow{ID: x.ID.String(), Cells: []ui.Cell{{Text: x.Event, Href: deliveryHref(x.ID)}, {Text: ui.T(ctx, channelNames[x.Channel])}, {Text: x.MaskedTarget()},
			{Text: ui.T(ctx, deliveryState(x.State))}, {Text: ui.Brief(ctx, x.CreatedAt.Time, d.Now)}}}
		if x.State == notify.Failed {
			row.Mark = ui.Red
		}
		if d.MayAct {
			row.Cells = append(row.Cells, ui.Cell{Body: resendButton(x)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// deliveryPage is one delivery with its attempts. What was said in a text message is the receiver's own and not shown.
type deliveryPage struct {
	notify.Delivery
	Attempts []notify.Attempt
	Now      time.Time
	MayAct   bool
}

func (p *Pages) delivery(w http.ResponseWriter, r *http.Request) error {
	page := &deliveryPage{MayAct: p.mayAct(r.Context())}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Delivery, err = notify.DeliveryOf(tx, ui.ID(r)); err != nil {
			return err
		}
		page.Attempts, err = notify.Attempts(tx, page.ID)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, showDelivery(page))
}

func (d *deliveryPage) facts(ctx context.Context) []ui.Pair {
	return []ui.Pair{{Name: ui.T(ctx, "渠道"), Text: ui.T(ctx, channelNames[d.Channel])}, {Name: ui.T(ctx, "发往"), Text: d.MaskedTarget()},
		{Name: ui.T(ctx, "状态"), Text: ui.T(ctx, deliveryState(d.State))}, {Name: ui.T(ctx, "提出"), Text: ui.DateTime(ctx, d.CreatedAt.Time)},
		{Name: ui.T(ctx, "送达"), Text: ui.DateTime(ctx, d.DoneAt.Time)}, {Name: ui.T(ctx, "对方的编号"), Text: d.Ref}}
}

func (d *deliveryPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "各次发送"), Cols: []ui.Col{{Name: ui.T(ctx, "时间"), Main: true}, {Name: ui.T(ctx, "用时"), Num: true}, {Name: ui.T(ctx, "应答码"), Num: true}, {Name: ui.T(ctx, "结果")}},
		Empty: ui.Empty(ui.T(ctx, "还没有发送过"), "")}
	for _, a := range d.Attempts {
		code := ""
		if a.Status > 0 {
			code = strconv.Itoa(a.Status)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.Brief(ctx, a.At.Time, d.Now)}, {Text: ui.T(ctx, "%d 毫秒", a.Took.Milliseconds())}, {Text: code}, {Text: a.Note}}})
	}
	return t
}

func (p *Pages) resend(w http.ResponseWriter, r *http.Request) error {
	id := ui.ID(r)
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		if err := notify.Resend(tx, id); err != nil {
			return err
		}
		return record(tx, by.AuditName(), "resend", "delivery:"+id.String(), nil)
	})
	return ui.Done(w, r, err, deliveryHref(id), ui.T(r.Context(), "已重新排队"))
}
