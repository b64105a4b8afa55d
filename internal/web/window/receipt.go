package window

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A receiptPage is what the reporter takes home, and what the clerk may do next.
type receiptPage struct {
	Page      ui.Page
	Receipt   casework.Receipt
	Case      *casework.Case
	Main      *casework.Case // the case it was merged into, nil for none
	DayNumber int
	By        staff.Actor
	Now       time.Time
	Sheet     ui.Receipt
	Town      *part.Town
}

// clockTime is the database's time for what is decided before the transaction that writes.
type clockTime struct{ at time.Time }

func (p *Pages) now(r *http.Request) (clockTime, error) {
	var c clockTime
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { c.at = tx.Now(); return nil })
	return c, err
}

func (c clockTime) flow(p *Pages, id string) *flow.Flow { return p.Town.Flow(id, c.at) }

func (v *receiptPage) dress(r *http.Request) {
	ctx := r.Context()
	v.Page = ui.Page{Title: ui.T(ctx, "已登记 %s", v.Receipt.Number), NoHead: true, Person: ui.Window, Nav: nav(ctx, "/window/new")}
	v.Sheet = ui.Receipt{Title: ui.T(ctx, "登记回执"), Number: v.Receipt.Number, Code: v.Receipt.Code, At: v.Receipt.At,
		Track: origin(r) + "/track?number=" + v.Receipt.Number, Issuer: v.Town.Unit(v.Case.Situation.Desk), Facts: v.facts(ctx),
		Notes: []string{ui.T(ctx, "凭编号和查询码，可以在网上、电话或窗口查询办理进度，不需要账号。"),
			ui.T(ctx, "查询码只有您知道，请妥善保管，不要告诉他人。")}}
}

func (v *receiptPage) facts(ctx context.Context) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "事项"), Text: v.Receipt.Title}, {Name: ui.T(ctx, "地点"), Text: v.Town.Place(v.Case.Place)},
		{Name: ui.T(ctx, "渠道"), Text: ui.T(ctx, v.Town.FlowName(v.Case.Flow, v.Now))}}
	if v.Case.Channel == "visit" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "今日排队号"), Text: strconv.Itoa(v.DayNumber)})
	}
	if !v.Receipt.Due.IsZero() {
		list = append(list, ui.Pair{Name: ui.T(ctx, "最迟答复"), Text: ui.Until(ctx, v.Receipt.Due)})
	}
	if v.Main != nil {
		list = append(list, ui.Pair{Name: ui.T(ctx, "并入"), Text: ui.T(ctx, "与 %s 为同一事项，一并办理", v.Main.Number)})
	}
	return append(list, ui.Pair{Name: ui.T(ctx, "登记人"), Text: v.By.Name})
}

// origin is the address of this site as the reader reached it.
func origin(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
