package care

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// orderTable lists orders; emergencies say so.
func (p *Pages) orderTable(ctx context.Context, caption, empty string, list []serviceorder.Order, now time.Time) ui.Table {
	t := ui.Table{Caption: caption, Cols: []ui.Col{{Name: ui.T(ctx, "服务"), Main: true}, {Name: ui.T(ctx, "老人")}, {Name: ui.T(ctx, "约定时间")}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "机构和人员")}}, Empty: ui.Empty(empty, "")}
	for i := range list {
		o := &list[i]
		what := ui.Cell{Text: p.kindName(o) + " " + p.amount(ctx, o, o.Units), Href: "/homecare/orders/" + o.ID.String(), Note: o.Number}
		state := ui.Cell{Text: ui.T(ctx, o.State.Words()), Note: markWords(ctx, o.Marks)}
		if !o.Due.IsZero() && state.Note == "" {
			state.Note = ui.Left(ctx, o.Due.Time, now)
		}
		row := ui.TableRow{Cells: []ui.Cell{what, {Text: o.Name, Note: o.Address}, {Text: ui.DateTime(ctx, o.Wanted.Time)}, state, {Text: o.ProviderName, Note: o.WorkerName}}}
		if o.Urgent && o.State.Open() {
			row.Mark = ui.Red
			row.Cells[3].Text = ui.T(ctx, "紧急 · %s", ui.T(ctx, o.State.Words()))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// orders lists all orders that the reader sees, the latest first.
func (p *Pages) orders(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := serviceorder.Search{Last: true, Limit: 100, Month: r.URL.Query().Get("month"), Marked: r.URL.Query().Get("marked") != ""}
	if s := r.URL.Query().Get("state"); s != "" {
		q.States = []serviceorder.State{serviceorder.State(s)}
	}
	var list []serviceorder.Order
	var now time.Time
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		now = tx.Now()
		list, err = p.Orders.List(tx, by, q)
		return err
	})
	if err != nil {
		return err
	}
	states := []ui.Option{}
	for _, s := range serviceorder.States {
		states = append(states, ui.Option{Value: string(s), Text: ui.T(ctx, s.Words())})
	}
	marked := []ui.Option{{Value: "1", Text: ui.T(ctx, "只看有标记的")}}
	pg := p.page(ctx, ui.T(ctx, "服务订单"), ui.T(ctx, "看得到的全部订单，最近的在前；最多一百单，更早的按月份找。"))
	pg.Wide = true
	return p.render(w, r, pg, "/homecare/orders", ui.Filter("/homecare/orders", []ui.Field{
		{Name: "month", Label: ui.T(ctx, "月份"), Value: q.Month, Hint: ui.T(ctx, "如 2026-11"), Short: true},
		{Name: "state", Label: ui.T(ctx, "状态"), Kind: "choice", Value: r.URL.Query().Get("state"), Options: states},
		{Name: "marked", Label: ui.T(ctx, "标记"), Kind: "choice", Value: r.URL.Query().Get("marked"), Options: marked}}),
		ui.Rows(p.orderTable(ctx, ui.T(ctx, "服务订单"), ui.T(ctx, "没有订单"), list, now)))
}
