package resident

import (
	"context"

	"linli/internal/web/ui"
)

// nav are the main pages of residents; at is where we are.
func nav(ctx context.Context, at string) []ui.Link {
	links := []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/"}, {Text: ui.T(ctx, "我要反映"), Href: "/submit"},
		{Text: ui.T(ctx, "查进度"), Href: "/track"}, {Text: ui.T(ctx, "办事指南"), Href: "/help"}, {Text: ui.T(ctx, "我的"), Href: "/my"}}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

func page(ctx context.Context, at, title, lead string) ui.Page {
	return ui.Page{Person: ui.Resident, Title: title, Lead: lead, Nav: nav(ctx, at)}
}

func titled(p ui.Page, wrong ui.Errors) ui.Page {
	p.Errors = wrong
	return p
}

func bare(p ui.Page) ui.Page {
	p.NoHead = true
	return p
}

func below(p ui.Page, links ...ui.Link) ui.Page {
	p.Trail = links
	return p
}
