package window

import (
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A dispatchPage is the work that waits to be sent out, with the first of it, or the chosen one, open.
type dispatchPage struct {
	Page   ui.Page
	Tabs   []ui.Link
	Open   *part.Folder // the case in hand, nil when there is none
	Ask    *part.Ask
	List   part.List
	Town   *part.Town
	WhyNot string // the case cannot be sent out yet
}

// unsent are the states in which a case waits to be sent out.
var unsent = []flow.State{flow.Returned, flow.Instructed, flow.Accepted}

// dispatch shows the case most urgently to be sent out with the form that sends it; when it is sent the next one comes.
func (p *Pages) dispatch(w http.ResponseWriter, r *http.Request) error {
	by, ctx := session.Actor(r), r.Context()
	v := dispatchPage{Town: p.Town}
	state := flow.State(r.URL.Query().Get("state"))
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		if err := p.unsent(tx, by, state, &v); err != nil {
			return err
		}
		return p.openNext(tx, by, r.URL.Query().Get("case"), &v)
	})
	if err != nil {
		return err
	}
	v.Page = ui.Page{Title: ui.T(ctx, "转办"), Lead: ui.T(ctx, "一次一件：看清、选定单位、转出，下一件自己出来。"), Person: ui.Window,
		Nav: nav(ctx, "/window/dispatch"), Wide: true}
	v.List.Caption = ui.T(ctx, "等待转出的办件")
	return ui.Render(w, r, dispatchView(v))
}

// unsent lists what waits, and counts it by state.
func (p *Pages) unsent(tx *db.Tx, by staff.Actor, state flow.State, v *dispatchPage) error {
	ctx := tx.Ctx()
	flows, err := p.myFlows(tx, by, tx.Now())
	if err != nil {
		return err
	}
	all := 0
	for _, s := range unsent {
		lines, _, err := p.Town.Cases.Queue(tx, by, casework.Query{States: []flow.State{s}, Limit: pageSize})
		if err != nil {
			return err
		}
		lines = ofFlows(lines, flows)
		all += len(lines)
		if state == "" || state == s {
			v.List.Lines = append(v.List.Lines, lines...)
		}
		v.Tabs = append(v.Tabs, ui.Link{Text: stackName(ctx, s), Href: "/window/dispatch?state=" + string(s), Count: len(lines), Current: state == s})
	}
	v.Tabs = append([]ui.Link{{Text: ui.T(ctx, "全部"), Href: "/window/dispatch", Count: all, Current: state == ""}}, v.Tabs...)
	v.List.Now = tx.Now()
	return nil
}

// openNext opens the case asked for, or the first of the list, with the form that sends it out.
func (p *Pages) openNext(tx *db.Tx, by staff.Actor, asked string, v *dispatchPage) error {
	var id db.ID
	if len(v.List.Lines) > 0 {
		id = v.List.Lines[0].ID
	}
	if chosen, err := db.ParseID(asked); err == nil {
		id = chosen
	}
	if id.IsZero() {
		return nil
	}
	var err error
	if v.Open, err = p.Town.Open(tx, by, id); err != nil {
		return err
	}
	v.WhyNot = p.Town.WhyNot(tx.Ctx(), by, v.Open.Case, flow.Dispatch, flow.Dispatcher)
	for _, verb := range []flow.Verb{flow.Dispatch, flow.Reassign, flow.Present, flow.Classify} {
		if v.Ask, err = p.Town.Ask(tx, v.Open, part.NewTyped(verb, "/window/dispatch"), ui.Errors{}); err != nil || v.Ask != nil {
			return err
		}
	}
	return nil
}
