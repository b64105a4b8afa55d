package command

import (
	"net/http"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/proposal"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A proposalsPage is what was reported again and again, to be decided.
type proposalsPage struct {
	*view
	Page    ui.Page
	State   proposal.State
	Tabs    []ui.Link
	List    []proposed
	Flows   []ui.Option
	Rule    proposal.Rule
	Decides bool
}

// A proposed thing with the reports that the reader sees.
type proposed struct {
	proposal.Proposal
	What    string
	Members []casework.Line
}

// membersMost is how many reports stand below a proposal.
const membersMost = 10

func (p *Pages) proposals(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m := &proposalsPage{State: proposal.State(r.URL.Query().Get("state"))}
	if m.State == "" {
		m.State = proposal.Waiting
	}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		v := &view{ctx: ctx, p: p, by: session.Actor(r), now: tx.Now(), query: r.URL.Query()}
		m.view, m.List, m.Rule = v, nil, p.Proposals.Rule(tx.Now())
		list, err := p.Proposals.List(tx, v.by, m.State)
		if err != nil {
			return err
		}
		for _, o := range list {
			lines, err := p.Proposals.Members(tx, v.by, o)
			if err != nil {
				return err
			}
			m.List = append(m.List, proposed{o, v.groupName(o.Group), lines[:min(len(lines), membersMost)]})
		}
		return nil
	})
	if err != nil {
		return err
	}
	m.dress(p)
	return ui.Render(w, r, proposalsView(m))
}

func (m *proposalsPage) dress(p *Pages) {
	ctx := m.ctx
	who, nav := p.navigation(ctx)
	m.Page = ui.Page{Person: who, Nav: nav, Title: ui.T(ctx, "主动治理"), Trail: []ui.Link{{Text: ui.T(ctx, "态势图"), Href: "/centre/map"}},
		Lead: ui.T(ctx, "%d 天内同一处、同一类反映 %d 次以上，由人决定：立一件专门治理，或者写明理由和期限暂不治理。", m.Rule.Days, m.Rule.Reports)}
	for _, t := range []struct {
		state proposal.State
		text  string
	}{{proposal.Waiting, ui.T(ctx, "待决定")}, {proposal.Started, ui.T(ctx, "已立件治理")}, {proposal.Dismissed, ui.T(ctx, "暂不治理")}} {
		m.Tabs = append(m.Tabs, ui.Link{Text: t.text, Href: "/centre/proposals?state=" + string(t.state), Current: t.state == m.State})
	}
	for _, f := range p.Town.Cases.Flows(m.now) {
		if !f.Internal() {
			m.Flows = append(m.Flows, ui.Option{Value: f.ID, Text: ui.T(ctx, f.Name)})
		}
	}
}

// title says what it is and how often.
func (m *proposalsPage) title(o *proposed) string {
	return ui.T(m.ctx, "%s：%s，%d 次", m.p.Town.Place(o.Place()), o.What, o.Reports)
}

// spot leads to the map around it.
func (m *proposalsPage) spot(o *proposed) string {
	return "/centre/map?open=all&area=" + o.Place()
}

func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	var c casework.Receipt
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		c, err = p.Proposals.Start(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), proposal.Start{Flow: r.PostForm.Get("flow"), Words: r.PostForm.Get("words")})
		return err
	})
	return ui.Done(w, r, err, "/centre/proposals", ui.T(r.Context(), "已立件 %s，有关反映都关联到它", c.Number))
}

func (p *Pages) dismiss(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	until, err := civil.ParseDate(r.PostForm.Get("until"))
	if err != nil {
		return fault.Invalid("until", "请写明到哪一天为止，最长一年")
	}
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		return p.Proposals.Dismiss(tx, session.Actor(r), ui.ID(r), r.PostForm.Get("words"), until)
	})
	return ui.Done(w, r, err, "/centre/proposals", ui.T(r.Context(), "已记下，到期前不再提出"))
}
