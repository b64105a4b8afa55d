package care

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves everybody who has to do with services at home.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Orders   *serviceorder.Orders
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	anybody := p.Sessions.RequireRole()
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /homecare":                     p.home,
		"GET /homecare/me":                  p.me,
		"GET /homecare/order":               p.wish,
		"POST /homecare/orders":             p.send,
		"GET /homecare/rescue":              p.rescue,
		"POST /homecare/rescue":             p.call,
		"GET /homecare/orders":              p.orders,
		"GET /homecare/orders/{id}":         p.order,
		"POST /homecare/orders/{id}":        p.act,
		"GET /homecare/today":               p.today,
		"GET /homecare/desk":                p.desk,
		"POST /homecare/members":            p.join,
		"POST /homecare/beds":               p.beds,
		"GET /homecare/watch":               p.watch,
		"GET /homecare/persons/{id}":        p.person,
		"POST /homecare/persons/{id}/need":  p.assess,
		"POST /homecare/persons/{id}/plan":  p.plan,
		"POST /homecare/plans/{id}":         p.endPlan,
		"GET /homecare/settlements":         p.settlements,
		"POST /homecare/settlements":        p.settle,
		"GET /homecare/settlements/{id}":    p.settlement,
		"POST /homecare/settlements/{id}":   p.check,
		"GET /homecare/providers":           p.providers,
		"POST /homecare/providers":          p.admit,
		"POST /homecare/providers/{id}":     p.suspend,
		"GET /homecare/providers/{id}/beds": p.bedsOf,
	} {
		mux.Handle(pattern, anybody(ui.Handler(f)))
	}
}

// home leads everybody to his own page.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	to := "/homecare/me"
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		if _, desk, err := p.Orders.ProviderOf(tx, by); err == nil {
			to = "/homecare/today"
			if desk {
				to = "/homecare/desk"
			}
		} else if by.Person.IsZero() || serviceorder.Watches(by, "") {
			to = "/homecare/watch"
		}
		return nil
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// page is the frame: that of the reader's own pages.
func (p *Pages) page(ctx context.Context, title, lead string) ui.Page {
	person := part.PersonOf(session.From(ctx))
	nav := p.Town.NavOf(ctx, person, "/homecare")
	switch person {
	case ui.Resident:
		nav = []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/"}, {Text: ui.T(ctx, "我的"), Href: "/my"}, {Text: ui.T(ctx, "居家养老"), Href: "/homecare/me", Current: true}}
	case ui.Homecare:
		nav = []ui.Link{{Text: ui.T(ctx, "居家养老"), Href: "/homecare", Current: true}}
	}
	return ui.Page{Person: person, Title: title, Lead: lead, Nav: nav}
}

// tabs lead between the pages that a reader may enter; at is the present one.
func (p *Pages) tabs(ctx context.Context, at string) []ui.Link {
	by := session.From(ctx)
	var links []ui.Link
	_ = p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		_, desk, err := p.Orders.ProviderOf(tx, by)
		switch {
		case err == nil && desk:
			links = append(links, ui.Link{Text: ui.T(ctx, "机构工作台"), Href: "/homecare/desk"}, ui.Link{Text: ui.T(ctx, "我要上门的"), Href: "/homecare/today"},
				ui.Link{Text: ui.T(ctx, "订单"), Href: "/homecare/orders"}, ui.Link{Text: ui.T(ctx, "结算"), Href: "/homecare/settlements"})
		case err == nil:
			links = append(links, ui.Link{Text: ui.T(ctx, "我要上门的"), Href: "/homecare/today"}, ui.Link{Text: ui.T(ctx, "订单"), Href: "/homecare/orders"})
		}
		return nil
	})
	if len(links) == 0 && by.HasAny(staff.Community, staff.Desk, staff.Supervisor, staff.Auditor) {
		links = append(links, ui.Link{Text: ui.T(ctx, "照看"), Href: "/homecare/watch"}, ui.Link{Text: ui.T(ctx, "订单"), Href: "/homecare/orders"})
		if by.HasAny(staff.Supervisor, staff.Auditor) {
			links = append(links, ui.Link{Text: ui.T(ctx, "结算"), Href: "/homecare/settlements"})
		}
		links = append(links, ui.Link{Text: ui.T(ctx, "服务机构"), Href: "/homecare/providers"})
	}
	if len(links) == 0 && !by.Person.IsZero() {
		links = append(links, ui.Link{Text: ui.T(ctx, "我的服务"), Href: "/homecare/me"}, ui.Link{Text: ui.T(ctx, "订单"), Href: "/homecare/orders"})
	}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, pg ui.Page, at string, parts ...templ.Component) error {
	return ui.Render(w, r, pageOf(pg, p.tabs(r.Context(), at), parts...))
}

func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

func (p *Pages) write(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

// kindName is what a service of an order is called.
func (p *Pages) kindName(o *serviceorder.Order) string {
	if k := p.kindOf(o); k != nil {
		return k.Name
	}
	return o.Kind
}

func (p *Pages) kindOf(o *serviceorder.Order) *pack.SchemeKind {
	s, err := p.Orders.SchemeOf(o)
	if err != nil {
		return nil
	}
	return s.Kind(o.Kind)
}

// amount is so many units of an order, as people read it.
func (p *Pages) amount(ctx context.Context, o *serviceorder.Order, n int) string {
	if k := p.kindOf(o); k != nil {
		return units(ctx, k, n)
	}
	return ui.Count(n)
}

func units(ctx context.Context, k *pack.SchemeKind, n int) string {
	if k.Per == "hour" {
		return ui.T(ctx, "%d 小时", n)
	}
	return ui.T(ctx, "%d 次", n)
}

// markWords are what does not fit a visit, in words.
func markWords(ctx context.Context, marks []string) string {
	words := map[string]string{pack.MarkFarOff: ui.T(ctx, "不在住处"), pack.MarkEarly: ui.T(ctx, "早到"), pack.MarkLate: ui.T(ctx, "晚到"), pack.MarkShort: ui.T(ctx, "时间不足"), pack.MarkNoSpot: ui.T(ctx, "没有位置")}
	out := ""
	for _, m := range slices.Compact(slices.Clone(marks)) {
		if out != "" {
			out += ui.T(ctx, "、")
		}
		out += words[m]
	}
	return out
}
