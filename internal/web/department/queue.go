package department

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A sieve is one tab of the queue.
type sieve struct {
	id, name string
	holds    func(l casework.Line, unit string, now time.Time) bool
}

// sieves are the tabs in their order; the first shows what this unit has to do.
var sieves = []sieve{
	{"todo", ui.N("要办的"), func(l casework.Line, unit string, _ time.Time) bool {
		return l.State == flow.Dispatched && l.Lead == unit
	}},
	{"late", ui.N("已超期"), func(l casework.Line, unit string, now time.Time) bool { return part.LineMark(l, now) == ui.Red }},
	{"soon", ui.N("将到期"), func(l casework.Line, unit string, now time.Time) bool { return part.LineMark(l, now) == ui.Yellow }},
	{"help", ui.N("协办的"), func(l casework.Line, unit string, _ time.Time) bool {
		return l.State == flow.Dispatched && l.Lead != unit
	}},
	{"wait", ui.N("待补正"), func(l casework.Line, _ string, _ time.Time) bool { return l.State == flow.Waiting }},
	{"sent", ui.N("已答复待核查"), func(l casework.Line, _ string, _ time.Time) bool {
		return l.State == flow.Replied || l.State == flow.Verified
	}},
	{"all", ui.N("全部在办"), func(casework.Line, string, time.Time) bool { return true }},
}

// queuePage is the unit's work as one page shows it.
type queuePage struct {
	Unit, UnitName string
	Tab            string
	Tabs           []ui.Link
	Stats          []ui.Stat
	Lines          []casework.Line
	Now            time.Time
}

func (p *Pages) queue(w http.ResponseWriter, r *http.Request) error {
	page, err := p.load(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showQueue(p.Town, page))
}

func (p *Pages) load(r *http.Request) (*queuePage, error) {
	by := session.Actor(r)
	page := &queuePage{Unit: unit(by, r.URL.Query().Get("unit"))}
	page.UnitName = p.Town.Unit(page.Unit)
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		page.Lines, err = p.Town.Cases.Desk(tx, by, page.Unit)
		return err
	})
	if err != nil {
		return nil, err
	}
	page.sift(r.Context(), r.URL.Query().Get("tab"))
	return page, nil
}

// sift counts every tab over the whole queue and keeps the lines of the chosen one.
func (q *queuePage) sift(ctx context.Context, tab string) {
	all := q.Lines
	chosen := sieves[0]
	for _, s := range sieves {
		if s.id == tab {
			chosen = s
		}
	}
	q.Tab, q.Lines = chosen.id, nil
	for _, s := range sieves {
		n := 0
		for _, l := range all {
			if !s.holds(l, q.Unit, q.Now) {
				continue
			}
			n++
			if s.id == chosen.id {
				q.Lines = append(q.Lines, l)
			}
		}
		href := "/department?" + url.Values{"tab": {s.id}, "unit": {q.Unit}}.Encode()
		q.Tabs = append(q.Tabs, ui.Link{Text: ui.T(ctx, s.name), Href: href, Count: n, Current: s.id == chosen.id})
		if s.id == "todo" || s.id == "late" || s.id == "soon" || s.id == "help" {
			q.Stats = append(q.Stats, ui.Stat{Name: ui.T(ctx, s.name), Value: ui.Count(n), Unit: ui.T(ctx, "件"), Href: href, Mark: markOf(s.id, n)})
		}
	}
}

func markOf(id string, n int) ui.Mark {
	switch {
	case n > 0 && id == "late":
		return ui.Red
	case n > 0 && id == "soon":
		return ui.Yellow
	}
	return ""
}
