package community

import (
	"context"
	"net/http"

	"linli/internal/admission"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves communities.
type Pages struct {
	Town       *part.Town
	Sessions   *session.Sessions
	Admissions *admission.Admissions
	Tables     *table.Tables
}

// Roles are who enters the pages of communities.
var Roles = admission.Readers

// clerks are who works in a hall.
var clerks = []staff.Role{staff.Community, staff.Desk, staff.Handler}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	office := p.Sessions.RequireRole(Roles...)
	clerk := p.Sessions.RequireRole(clerks...)
	mine := p.Sessions.RequireRole()
	all := func(h http.Handler) http.Handler { return h }
	p.Town.AddNav(ui.Community, nav)
	for _, x := range []struct {
		who     func(http.Handler) http.Handler
		pattern string
		f       func(http.ResponseWriter, *http.Request) error
	}{
		{office, "GET /community", p.home},
		{office, "GET /community/load", p.load},
		{office, "GET /community/load/csv", p.loadFile},
		{office, "GET /community/load/{unit}", p.unitLoad},
		{office, "GET /community/admissions", p.admissions},
		{office, "GET /community/admissions/new", p.newAdmission},
		{office, "POST /community/admissions", p.propose},
		{office, "GET /community/tables", p.tables},
		{office, "GET /community/tables/{id}", p.sheet},
		{office, "POST /community/tables/{id}", p.answer},
		{office, "GET /community/tables/{id}/file", p.workbook},
		{office, "GET /community/demands", p.demands},
		{office, "GET /community/demands/new", p.newDemand},
		{office, "POST /community/demands", p.ask},
		{office, "GET /community/demands/{id}", p.demand},
		{office, "POST /community/templates", p.upload},
		{office, "GET /community/templates/{id}", p.template},
		{office, "POST /community/templates/{id}", p.bind},

		{all, "GET /hall", p.halls},
		{all, "GET /hall/at/{id}", p.hall},
		{all, "GET /hall/at/{id}/screen", p.screen},
		{all, "GET /hall/at/{id}/live", p.live},
		{clerk, "GET /hall/at/{id}/kiosk", p.kiosk},
		{clerk, "POST /hall/at/{id}/kiosk", p.take},
		{clerk, "GET /hall/at/{id}/counter", p.counter},
		{clerk, "POST /hall/at/{id}/call", p.call},
		{clerk, "POST /hall/tickets/{id}", p.move},
		{clerk, "GET /hall/manage", p.manage},
		{clerk, "GET /hall/edit", p.edit},
		{clerk, "POST /hall/edit", p.put},
		{mine, "POST /hall/at/{id}/appointments", p.book},
		{mine, "GET /hall/appointments", p.appointments},
		{mine, "POST /hall/appointments/{id}", p.appointment},
		{mine, "POST /hall/at/{id}/bookings", p.reserve},
		{mine, "GET /hall/bookings", p.bookings},
		{mine, "GET /hall/bookings/{id}", p.booking},
		{mine, "POST /hall/bookings/{id}", p.decide},
		{mine, "GET /hall/visits", p.visits},
		{mine, "POST /hall/visits", p.askVisit},
		{mine, "POST /hall/visits/{id}", p.visit},
	} {
		mux.Handle(x.pattern, x.who(ui.Handler(x.f)))
	}
}

// nav is the navigation of these pages, as far as the reader may enter them; at is the address of the present one.
func nav(ctx context.Context, at string) []ui.Link {
	by := session.From(ctx)
	var links []ui.Link
	if by.HasAny(Roles...) {
		links = append(links, ui.Link{Text: ui.T(ctx, "社区工作"), Href: "/community", Key: "alt+h"},
			ui.Link{Text: ui.T(ctx, "报表"), Href: "/community/tables", Key: "alt+t"},
			ui.Link{Text: ui.T(ctx, "准入"), Href: "/community/admissions"},
			ui.Link{Text: ui.T(ctx, "负担"), Href: "/community/load"},
			ui.Link{Text: ui.T(ctx, "要报表"), Href: "/community/demands"},
			ui.Link{Text: ui.T(ctx, "巡查检查"), Href: "/inspection"})
	}
	if by.HasAny(clerks...) {
		links = append(links, ui.Link{Text: ui.T(ctx, "服务设施"), Href: "/hall/manage"})
	}
	links = append(links, ui.Link{Text: ui.T(ctx, "上门服务"), Href: "/hall/visits"})
	if by.HasAny(Roles...) {
		links = append(links, ui.Link{Text: ui.T(ctx, "网格"), Href: "/grids"}, ui.Link{Text: ui.T(ctx, "部件"), Href: "/fixtures"})
	}
	if by.HasAny(staff.Community) {
		links = append(links, ui.Link{Text: ui.T(ctx, "待遇"), Href: "/benefits"}, ui.Link{Text: ui.T(ctx, "居家养老"), Href: "/homecare"}, ui.Link{Text: ui.T(ctx, "人房企事登记"), Href: "/register"}, ui.Link{Text: ui.T(ctx, "登记表"), Href: "/transfer"})
	}
	return current(links, at)
}

// visitorNav is that of residents and visitors.
func visitorNav(ctx context.Context, at string) []ui.Link {
	return current([]ui.Link{
		{Text: ui.T(ctx, "首页"), Href: "/"},
		{Text: ui.T(ctx, "服务设施"), Href: "/hall"},
		{Text: ui.T(ctx, "我的预约"), Href: "/hall/appointments"},
		{Text: ui.T(ctx, "场地预约"), Href: "/hall/bookings"},
		{Text: ui.T(ctx, "上门服务"), Href: "/hall/visits"},
	}, at)
}

func current(links []ui.Link, at string) []ui.Link {
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

// page is the frame: that of communities for people in office, that of residents for everybody else.
func page(ctx context.Context, at, title, lead string) ui.Page {
	switch by := session.From(ctx); {
	case by.HasAny(Roles...):
		return ui.Page{Person: ui.Community, Title: title, Lead: lead, Nav: nav(ctx, at)}
	case by.HasAny(staff.Desk): // may not enter the start page of communities
		return ui.Page{Person: ui.Window, Title: title, Lead: lead, Nav: nav(ctx, at)}
	}
	return ui.Page{Person: ui.Resident, Title: title, Lead: lead, Nav: visitorNav(ctx, at)}
}
