package window

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A stack is the cases of one desk that wait in one state.
type stack struct {
	State flow.State
	Name  string
	Note  string
	Roles []staff.Role // to whom it matters
}

// stacks are in the order of the work.
var stacks = []stack{
	{flow.Registered, ui.N("待受理"), ui.N("登记了，还没有受理"), []staff.Role{staff.Desk, staff.Dispatcher}},
	{flow.Accepted, ui.N("待转办"), ui.N("受理了，还没有转出或呈批"), []staff.Role{staff.Desk, staff.Dispatcher}},
	{flow.Instructed, ui.N("批示待转"), ui.N("领导已批示，要及时转出"), []staff.Role{staff.Desk, staff.Dispatcher}},
	{flow.Returned, ui.N("已退回"), ui.N("承办单位退回，要改派"), []staff.Role{staff.Desk, staff.Dispatcher}},
	{flow.Presented, ui.N("呈批中"), ui.N("等领导批示"), []staff.Role{staff.Desk, staff.Dispatcher}},
	{flow.Waiting, ui.N("待补正"), ui.N("等群众补材料，期限停着"), []staff.Role{staff.Desk}},
	{flow.Dispatched, ui.N("承办中"), ui.N("承办单位在办"), []staff.Role{staff.Desk, staff.Dispatcher}},
	{flow.Replied, ui.N("待核查"), ui.N("已答复，要有人核实"), []staff.Role{staff.Desk, staff.Verifier}},
	{flow.Verified, ui.N("待办结"), ui.N("核实了，可以办结"), []staff.Role{staff.Desk, staff.Dispatcher, staff.Verifier}},
	{appealed, ui.N("申诉待复"), ui.N("办结后反映人不服，要重新办理或说明情况"), []staff.Role{staff.Desk}},
}

// appealed stands among the states for settled cases whose reporter waits for an answer to his appeal.
const appealed flow.State = "appealed"

// A tile is a stack as it stands now.
type tile struct {
	stack
	Count  int
	More   bool // there are more than were counted
	Red    int
	Yellow int
	Oldest time.Time
}

// countedMost is how many cases of a state are looked through for a tile.
const countedMost = 200

// A desk is the home page.
type desk struct {
	Page   ui.Page
	Tiles  []tile
	Flows  []*flow.Flow
	Urgent []casework.Line
	List   part.List
	Town   *part.Town
	May    bool // register
}

func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	by, d := session.Actor(r), desk{Town: p.Town}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if d.Flows, err = p.myFlows(tx, by, tx.Now()); err != nil {
			return err
		}
		for _, s := range stacksOf(by) {
			t, lines, err := p.count(tx, by, s, d.Flows)
			if err != nil {
				return err
			}
			d.Tiles = append(d.Tiles, t)
			d.Urgent = append(d.Urgent, urgent(lines, tx.Now())...)
		}
		d.List.Now = tx.Now()
		return nil
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	slices.SortFunc(d.Urgent, func(a, b casework.Line) int { return a.Yellow.Compare(b.Yellow.Time) })
	d.List.Lines, d.List.Caption = d.Urgent[:min(10, len(d.Urgent))], ui.T(ctx, "最急的办件")
	d.May = by.HasAny(staff.Desk)
	d.Page = ui.Page{Title: ui.T(ctx, "工作台"), Lead: strings.TrimSpace(p.Town.Unit(by.Unit) + " " + by.Name), Person: ui.Window, Nav: nav(ctx, "/window")}
	return ui.Render(w, r, homePage(d))
}

// stacksOf are the stacks that matter to the actor.
func stacksOf(by staff.Actor) []stack {
	var list []stack
	for _, s := range stacks {
		if by.HasAny(s.Roles...) {
			list = append(list, s)
		}
	}
	return list
}

// count looks through a state's queue, as far as a tile tells.
func (p *Pages) count(tx *db.Tx, by staff.Actor, s stack, flows []*flow.Flow) (tile, []casework.Line, error) {
	lines, next, err := p.pile(tx, by, casework.Query{States: []flow.State{s.State}, Limit: countedMost})
	if err != nil {
		return tile{}, nil, err
	}
	lines = ofFlows(lines, flows)
	t := tile{stack: s, Count: len(lines), More: next != ""}
	for _, l := range lines {
		if t.Oldest.IsZero() || l.Registered.Before(t.Oldest) {
			t.Oldest = l.Registered.Time
		}
		if s.State == appealed { // its clock has stopped
			continue
		}
		switch part.LineMark(l, tx.Now()) {
		case ui.Red:
			t.Red++
		case ui.Yellow:
			t.Yellow++
		}
	}
	if s.State == appealed {
		lines = nil
	}
	return t, lines, nil
}

// pile lists the cases of a stack: a part of the queue, or the appeals that wait.
func (p *Pages) pile(tx *db.Tx, by staff.Actor, q casework.Query) ([]casework.Line, string, error) {
	if !slices.Contains(q.States, appealed) {
		return p.Town.Cases.Queue(tx, by, q)
	}
	lines, err := p.Town.Cases.Appeals(tx, by, 0, q.Limit)
	if q.Flow != "" {
		lines = slices.DeleteFunc(lines, func(l casework.Line) bool { return l.Flow != q.Flow })
	}
	return lines, "", err
}

// ofFlows keeps the cases of some channels.
func ofFlows(lines []casework.Line, flows []*flow.Flow) []casework.Line {
	return slices.DeleteFunc(lines, func(l casework.Line) bool {
		return !slices.ContainsFunc(flows, func(f *flow.Flow) bool { return f.ID == l.Flow })
	})
}

// urgent keeps the cases whose card is yellow or red.
func urgent(lines []casework.Line, now time.Time) []casework.Line {
	var list []casework.Line
	for _, l := range lines {
		if m := part.LineMark(l, now); m == ui.Red || m == ui.Yellow {
			list = append(list, l)
		}
	}
	return list
}

// href leads to the stack's queue; the dispatcher's and the verifier's have pages of their own.
func (t tile) href() string { return "/window/queue?state=" + string(t.State) }

func (t tile) stat(ctx context.Context, now time.Time) ui.Stat {
	s := ui.Stat{Name: ui.T(ctx, t.Name), Value: ui.Count(t.Count), Unit: ui.T(ctx, "件"), Href: t.href(), Note: ui.T(ctx, t.Note)}
	if t.More {
		s.Value += "+"
	}
	switch {
	case t.Red > 0:
		s.Mark = ui.Red
		s.Note = ui.T(ctx, "红牌 %d 件", t.Red)
	case t.Yellow > 0:
		s.Mark = ui.Yellow
		s.Note = ui.T(ctx, "黄牌 %d 件", t.Yellow)
	}
	if t.Count > 0 {
		s.Note += ui.T(ctx, "；最早 %s登记", ui.Ago(ctx, t.Oldest, now))
	}
	return s
}

func (d desk) stats(ctx context.Context) []ui.Stat {
	list := make([]ui.Stat, len(d.Tiles))
	for i, t := range d.Tiles {
		list[i] = t.stat(ctx, d.List.Now)
	}
	return list
}

// registrations are the links that begin one, the desk's own channels.
func (d desk) registrations(ctx context.Context) []ui.Link {
	list := make([]ui.Link, len(d.Flows))
	for i, f := range d.Flows {
		list[i] = ui.Link{Text: ui.T(ctx, "登记%s", ui.T(ctx, f.Name)), Href: "/window/new?flow=" + f.ID, Note: notes[f.Channel]}
		if note := notes[f.Channel]; note != "" {
			list[i].Note = ui.T(ctx, note)
		}
	}
	return list
}

// notes say what a clerk has before him, by channel.
var notes = map[string]string{
	"letter": ui.N("收到纸质来信，扫描后登记"), "visit": ui.N("当面接待，登记后给回执和排队号"),
	"hotline": ui.N("接电话时登记，先填来电号码"), "mayors-mailbox": ui.N("网上来信，补登和代填"),
}

// stackName is what a state is called among the tiles.
func stackName(ctx context.Context, state flow.State) string {
	for _, s := range stacks {
		if s.State == state {
			return ui.T(ctx, s.Name)
		}
	}
	return part.StateName(ctx, nil, state)
}
