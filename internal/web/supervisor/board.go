package supervisor

import (
	"net/http"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/pack"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A board is what a supervisor has to act on now, one tab at a time.
type board struct {
	*view
	Page  ui.Page
	Tab   string
	Tabs  []ui.Link
	Says  string
	Lines []row
	Next  string
	Total int64 // negative: not counted
	Ask   *part.Ask
	Of    *part.Folder // the case that Ask is about
}

// A row is a case with why it is on the board and what can be done from here.
type row struct {
	casework.Line
	Why   string
	Verbs []flow.Verb
}

// The tabs that are no kind of watch.
const (
	urgent   = "urgent"
	pending  = "pending"
	ordered  = "ordered"
	rowsShow = 50
)

// board shows what is urgent, what waits for a decision, what is supervised and what watches flag.
func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	b := &board{Tab: r.URL.Query().Get("tab"), Total: -1}
	if b.Tab == "" {
		b.Tab = urgent
	}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if b.view, err = p.look(tx, r); err != nil {
			return err
		}
		if err := p.fill(tx, r, b); err != nil {
			return err
		}
		if err := p.tabs(tx, b); err != nil {
			return err
		}
		return p.openForm(tx, r, b)
	})
	if err != nil {
		return err
	}
	b.Page = page(r.Context(), "/supervisor/board", ui.T(r.Context(), "督办台"), "")
	b.Page.Wide = true
	return ui.Render(w, r, boardPage(b))
}

// fill loads the rows of the tab.
func (p *Pages) fill(tx *db.Tx, r *http.Request, b *board) error {
	switch b.Tab {
	case urgent:
		return p.fillUrgent(tx, r, b)
	case pending:
		return p.fillPending(tx, r, b)
	case ordered:
		return p.fillOrdered(tx, r, b)
	}
	return p.fillFlagged(tx, b)
}

// press are the steps by which a supervisor presses.
var press = []flow.Verb{flow.Urge, flow.Supervise}

func (p *Pages) fillUrgent(tx *db.Tx, r *http.Request, b *board) error {
	b.Says = ui.T(b.ctx, "目标期限已到或最长期限已用八成的（黄牌），和已过最长期限的（红牌），最急的在前。")
	lines, next, err := p.Town.Cases.Queue(tx, b.by, casework.Query{Area: b.codeCovered(), After: r.URL.Query().Get("after"), Limit: rowsShow})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if m := part.LineMark(l, b.now); m == ui.Red || m == ui.Yellow {
			b.Lines = append(b.Lines, row{Line: l, Verbs: press})
		}
	}
	if next != "" && len(lines) > 0 && !lines[len(lines)-1].Yellow.After(b.now) && !lines[len(lines)-1].Yellow.IsZero() {
		b.Next = b.href("/supervisor/board", "period", "", "after", next)
	}
	return nil
}

// codeCovered is the code of the area when the reader sees all of it, for the queue; "" asks for all that he sees.
func (v *view) codeCovered() string {
	if v.covers() {
		return v.code
	}
	return ""
}

func (p *Pages) fillPending(tx *db.Tx, r *http.Request, b *board) error {
	n, err := p.Figures.Named("extensions")
	if err != nil {
		return err
	}
	from, err := after(r, "after")
	if err != nil {
		return err
	}
	b.Says = ui.T(b.ctx, "承办单位申请延期、等待决定的办件。批准或不准都会告知承办单位。")
	ask := n.In(b.area)
	ask.After = from
	lines, last, err := p.Figures.Cases(tx, b.by, ask)
	if err != nil {
		return err
	}
	b.Next = next(r, "after", last)
	for _, l := range lines {
		k, err := p.Town.Cases.Get(tx, b.by, l.ID)
		if err != nil {
			return err
		}
		if x := k.Situation.Pending; x != nil {
			b.Lines = append(b.Lines, row{l, ui.T(b.ctx, "%s申请延长%s：%s", ui.Brief(b.ctx, x.At, b.now), term(x.Term), x.Why), []flow.Verb{flow.Grant, flow.Deny}})
		}
	}
	return nil
}

func (p *Pages) fillOrdered(tx *db.Tx, r *http.Request, b *board) error {
	n, err := p.Figures.Named("supervised")
	if err != nil {
		return err
	}
	from, err := after(r, "after")
	if err != nil {
		return err
	}
	b.Says = ui.T(b.ctx, "督办过、尚未办结的办件，和督办令的期限。")
	lines, last, err := p.Figures.Cases(tx, b.by, indicator.List{Where: n.Where, Open: true, Area: b.area, After: from})
	if err != nil {
		return err
	}
	b.Next = next(r, "after", last)
	for _, l := range lines {
		k, err := p.Town.Cases.Get(tx, b.by, l.ID)
		if err != nil {
			return err
		}
		b.Lines = append(b.Lines, row{l, b.orders(k.Situation.Orders), press})
	}
	return nil
}

// orders says how the supervision orders of a case stand.
func (v *view) orders(list []flow.Order) string {
	open, late := 0, 0
	var due time.Time
	for _, o := range list {
		if !o.Done.IsZero() {
			continue
		}
		open++
		if !o.Due.IsZero() && !v.now.Before(o.Due) {
			late++
		}
		if !o.Due.IsZero() && (due.IsZero() || o.Due.Before(due)) {
			due = o.Due
		}
	}
	switch {
	case open == 0:
		return ui.T(v.ctx, "督办令已答复")
	case late > 0:
		return ui.T(v.ctx, "%d 道督办令未答复，其中 %d 道逾期", open, late)
	case due.IsZero():
		return ui.T(v.ctx, "%d 道督办令未答复", open)
	}
	return ui.T(v.ctx, "%d 道督办令未答复，最早 %s 到期", open, ui.Brief(v.ctx, due, v.now))
}

// fillFlagged loads what the watches of one kind flag.
func (p *Pages) fillFlagged(tx *db.Tx, b *board) error {
	b.Total = 0
	for _, w := range p.Figures.Watches(b.today()) {
		if w.Kind != b.Tab {
			continue
		}
		n, _, err := p.Figures.CountFlagged(tx, b.by, w, b.area)
		if err != nil {
			return err
		}
		b.Total += n
		lines, _, err := p.Figures.Flagged(tx, b.by, w, b.area, 0)
		if err != nil {
			return err
		}
		why := p.Figures.Why(w, b.today())
		for _, l := range lines {
			if i := slices.IndexFunc(b.Lines, func(x row) bool { return x.ID == l.ID }); i >= 0 {
				b.Lines[i].Why += "；" + w.Name
				continue
			}
			b.Lines = append(b.Lines, row{l, w.Name + "：" + why, press})
		}
	}
	for _, k := range pack.WatchKinds {
		if k.Value == b.Tab {
			b.Says = ui.T(b.ctx, "监测项查出的“%s”办件，最早的在前。", ui.T(b.ctx, k.Label))
		}
	}
	return nil
}

// tabs counts what each tab holds.
func (p *Pages) tabs(tx *db.Tx, b *board) error {
	add := func(id, name string, n int64) {
		b.Tabs = append(b.Tabs, ui.Link{Text: name, Href: b.href("/supervisor/board", "period", "", "tab", id), Count: int(n), Current: id == b.Tab})
	}
	now := 0
	if b.covers() {
		var err error
		if _, now, err = p.Town.Cases.Count(tx, b.by, "p:"+b.code); err != nil {
			return err
		}
	}
	add(urgent, ui.T(b.ctx, "红牌和黄牌"), int64(now))
	asked, err := p.countNamed(tx, b.view, "extensions")
	if err != nil {
		return err
	}
	add(pending, ui.T(b.ctx, "延期待批"), asked)
	n, err := p.countNamed(tx, b.view, "supervised")
	if err != nil {
		return err
	}
	add(ordered, ui.T(b.ctx, "督办中"), n)
	counts := map[string]int64{}
	used := map[string]bool{}
	for _, w := range p.Figures.Watches(b.today()) {
		n, _, err := p.Figures.CountFlagged(tx, b.by, w, b.area)
		if err != nil {
			return err
		}
		counts[w.Kind] += n
		used[w.Kind] = true
	}
	for _, k := range pack.WatchKinds {
		if used[k.Value] {
			add(k.Value, ui.T(b.ctx, k.Label), counts[k.Value])
		}
	}
	return nil
}

// here is the address of the tab, to come back to.
func (b *board) here() string { return b.href("/supervisor/board", "period", "", "tab", b.Tab) }

// openForm loads the form of the step that was chosen for one case.
func (p *Pages) openForm(tx *db.Tx, r *http.Request, b *board) (err error) {
	q := r.URL.Query()
	id, bad := db.ParseID(q.Get("case"))
	if bad != nil || q.Get("do") == "" {
		return nil
	}
	if b.Of, err = p.Town.Open(tx, session.Actor(r), id); err != nil {
		return err
	}
	b.Ask, err = p.Town.Ask(tx, b.Of, part.Typed{Verb: flow.Verb(q.Get("do")), Back: b.here()}, ui.Errors{})
	return err
}
