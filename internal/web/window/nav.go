package window

import (
	"context"
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// nav is the way around the desks, as far as the roles of whoever reads go.
func nav(ctx context.Context, at string) []ui.Link {
	by := session.From(ctx)
	var links []ui.Link
	add := func(may bool, text, href, key string) {
		if may {
			links = append(links, ui.Link{Text: text, Href: href, Key: key, Current: href == at})
		}
	}
	add(by.HasAny(desks...), ui.T(ctx, "工作台"), "/window", "")
	add(by.HasAny(staff.Desk), ui.T(ctx, "登记"), "/window/new", "alt+n")
	add(by.HasAny(staff.Desk), ui.T(ctx, "办事"), "/window/services", "")
	add(by.HasAny(desks...), ui.T(ctx, "队列"), "/window/queue", "alt+q")
	add(by.HasAny(staff.Dispatcher), ui.T(ctx, "转办"), "/window/dispatch", "alt+d")
	add(by.HasAny(staff.Verifier), ui.T(ctx, "核查"), "/window/verify", "alt+v")
	add(by.HasAny(desks...), ui.T(ctx, "态势图"), "/centre/map", "alt+m")
	add(true, ui.T(ctx, "查找"), "/window/find", "")
	add(true, ui.T(ctx, "登记簿"), "/window/books", "alt+b")
	add(by.Unit != "", ui.T(ctx, "定期任务"), "/supervisor/duties", "")
	add(by.HasAny(staff.Desk), ui.T(ctx, "待遇"), "/benefits", "")
	add(by.HasAny(staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Auditor), ui.T(ctx, "人房企事登记"), "/register", "")
	add(by.HasAny(staff.Desk), ui.T(ctx, "登记表"), "/transfer", "")
	add(by.HasAny(staff.Desk) && by.HasAny(staff.Handler), ui.T(ctx, "缴存"), "/deposits", "") // a bureau that takes in and decides itself
	return links
}

// myFlows are the channels that the actor's unit takes in; all of them when it is the desk of none.
func (p *Pages) myFlows(tx *db.Tx, by staff.Actor, now time.Time) ([]*flow.Flow, error) {
	all := p.Town.Cases.Flows(now)
	if by.Unit == "" {
		return all, nil
	}
	unit, err := staff.UnitOf(tx, by.Unit)
	if err != nil {
		return nil, err
	}
	var mine []*flow.Flow
	for _, f := range all {
		if slices.ContainsFunc(f.Offices[flow.Desk], func(office string) bool { return slices.Contains(unit.Offices, office) }) {
			mine = append(mine, f)
		}
	}
	if len(mine) == 0 {
		return all, nil
	}
	return mine, nil
}
