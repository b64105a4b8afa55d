package window

import (
	"context"
	"net/http"
	"net/url"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A queuePage is the open cases of the desk in one state.
type queuePage struct {
	Page   ui.Page
	Tabs   []ui.Link
	Fields []ui.Field
	List   part.List
	Pager  ui.Pager
	Town   *part.Town
	State  flow.State
}

// pageSize is how many cases a page lists.
const pageSize = 50

// queuePulls bounds how many pages of the queue are read to fill one page of a desk's own channels.
const queuePulls = 6

func (p *Pages) queue(w http.ResponseWriter, r *http.Request) error {
	q, by := r.URL.Query(), session.Actor(r)
	v := queuePage{Town: p.Town, State: flow.State(q.Get("state"))}
	var flows []*flow.Flow
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if flows, err = p.myFlows(tx, by, tx.Now()); err != nil {
			return err
		}
		ask := casework.Query{Flow: q.Get("flow"), After: q.Get("after"), Limit: pageSize}
		if v.State != "" {
			ask.States = []flow.State{v.State}
		}
		v.List.Now = tx.Now()
		v.List.Lines, ask.After, err = p.pull(tx, by, ask, flows)
		v.Pager = ui.Pager{Shown: len(v.List.Lines), Total: -1}
		if ask.After != "" {
			v.Pager.Next = queueHref(v.State, ask.Flow, ask.After)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.dress(r.Context(), &v, by, q, flows)
	return ui.Render(w, r, queueView(v))
}

// pull reads the queue until there is a page of the desk's own channels, or no more.
func (p *Pages) pull(tx *db.Tx, by staff.Actor, ask casework.Query, flows []*flow.Flow) (lines []casework.Line, next string, err error) {
	for range queuePulls {
		page, after, err := p.pile(tx, by, ask)
		if err != nil {
			return nil, "", err
		}
		ask.After = after
		if ask.Flow == "" {
			page = ofFlows(page, flows)
		}
		lines = append(lines, page...)
		if after == "" || len(lines) >= pageSize/2 {
			break
		}
	}
	return lines, ask.After, nil
}

func (p *Pages) dress(ctx context.Context, v *queuePage, by staff.Actor, q url.Values, flows []*flow.Flow) {
	chosen := q.Get("flow")
	v.Page = ui.Page{Title: ui.T(ctx, "队列"), Lead: ui.T(ctx, "先到期的在前，照这个次序办就不会误期。"), Person: ui.Window,
		Nav: nav(ctx, "/window/queue"), Wide: true}
	v.List.Caption = ui.T(ctx, "在办办件")
	v.List.Empty = ui.Empty(ui.T(ctx, "这里没有办件"), ui.T(ctx, "换一个状态或渠道看看。"))
	v.Tabs = []ui.Link{{Text: ui.T(ctx, "全部在办"), Href: queueHref("", chosen, ""), Current: v.State == ""}}
	for _, s := range stacksOf(by) {
		v.Tabs = append(v.Tabs, ui.Link{Text: ui.T(ctx, s.Name), Href: queueHref(s.State, chosen, ""), Current: v.State == s.State})
	}
	f := ui.Field{Name: "flow", Label: ui.T(ctx, "渠道"), Kind: "select", Value: chosen}
	for _, c := range flows {
		f.Options = append(f.Options, ui.Option{Value: c.ID, Text: ui.T(ctx, c.Name)})
	}
	v.Fields = []ui.Field{{Name: "state", Kind: "hidden", Value: string(v.State)}, f}
}

func queueHref(s flow.State, flowID, after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": string(s), "flow": flowID, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/window/queue"
	}
	return "/window/queue?" + q.Encode()
}
