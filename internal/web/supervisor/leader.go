package supervisor

import (
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A tray is what lies before a leader.
type tray struct {
	*view
	Page  ui.Page
	Tabs  []ui.Link
	Items []item
	Open  *part.Folder // the case that is open for a decision
	Ask   *part.Ask
	Bound bool
}

// An item is a case before the leader, or one he instructed.
type item struct {
	Case   *casework.Case
	Line   casework.Line
	Digest string // what it is about, in the desk's words where there are some
	From   string // who presented it and with which words
	Owed   string // who owes the report, and since when
	Late   bool
}

// trayMost bounds how many cases one page looks through.
const trayMost = 200

// leader shows the cases that were presented to the reader, with what they are about, and one of them open for his decision.
func (p *Pages) leader(w http.ResponseWriter, r *http.Request) error {
	t := &tray{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if t.view, err = p.look(tx, r); err != nil {
			return err
		}
		lines, next, err := p.Town.Cases.Queue(tx, t.by, casework.Query{States: []flow.State{flow.Presented}, Limit: trayMost})
		if err != nil {
			return err
		}
		t.Bound = next != ""
		for _, l := range lines {
			k, err := p.Town.Cases.Get(tx, t.by, l.ID)
			if err != nil {
				return err
			}
			if k.Situation.Leader == t.by.Account.String() {
				t.Items = append(t.Items, item{Case: k, Line: l, Digest: digest(k)})
			}
		}
		return p.decide(tx, r, t)
	})
	if err != nil {
		return err
	}
	t.frame(r, "/leader", ui.T(r.Context(), "待我批示"))
	return ui.Render(w, r, trayPage(t))
}

// decide opens the case asked for, or the first, with the form of an instruction or of raising it to the next post.
func (p *Pages) decide(tx *db.Tx, r *http.Request, t *tray) error {
	if len(t.Items) == 0 {
		return nil
	}
	open := &t.Items[0]
	for i := range t.Items {
		if t.Items[i].Case.ID.String() == r.URL.Query().Get("case") {
			open = &t.Items[i]
		}
	}
	verb := flow.Verb(r.URL.Query().Get("do"))
	if verb != flow.Raise {
		verb = flow.Instruct
	}
	var err error
	if t.Open, err = p.Town.Open(tx, t.by, open.Case.ID); err != nil {
		return err
	}
	for _, s := range t.Open.View.Steps {
		if s.Verb == flow.Present || s.Verb == flow.Raise {
			open.From = ui.T(t.ctx, "%s %s呈批：%s", ui.Brief(t.ctx, s.At, t.now), s.Name, s.Words)
		}
	}
	t.Ask, err = p.Town.Ask(tx, t.Open, part.Typed{Verb: verb, Back: "/leader"}, ui.Errors{})
	return err
}

// digest is what a case is about: the desk's digest where there is one, else the beginning of its words.
func digest(k *casework.Case) string {
	if s, isText := k.Situation.Facts["digest"].(string); isText && s != "" {
		return s
	}
	body := []rune(k.Body)
	if len(body) > 160 {
		return string(body[:160]) + "…"
	}
	return string(body)
}

func (t *tray) frame(r *http.Request, at, title string) {
	t.Page = page(r.Context(), "/leader", title, "")
	t.Tabs = []ui.Link{{Text: ui.T(t.ctx, "待我批示"), Href: "/leader"}, {Text: ui.T(t.ctx, "我批示的"), Href: "/leader/owed"}, {Text: ui.T(t.ctx, "分管范围逾期"), Href: "/leader/late"}}
	for i := range t.Tabs {
		t.Tabs[i].Current = t.Tabs[i].Href == at
	}
}

// owed shows the cases the reader instructed whose report he still waits for, and from whom.
func (p *Pages) owed(w http.ResponseWriter, r *http.Request) error {
	t := &tray{}
	n, err := p.Figures.Named("instructed")
	if err != nil {
		return err
	}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if t.view, err = p.look(tx, r); err != nil {
			return err
		}
		t.Items = nil
		ask := indicator.List{Where: n.Where, Open: true}
		for seen := 0; seen < 5*trayMost; {
			lines, next, err := p.Figures.Cases(tx, t.by, ask)
			if err != nil {
				return err
			}
			for _, l := range lines {
				if err := p.owedBy(tx, t, l); err != nil {
					return err
				}
			}
			if seen, ask.After = seen+len(lines), next; next.IsZero() {
				return nil
			}
		}
		t.Bound = true
		return nil
	})
	if err != nil {
		return err
	}
	t.frame(r, "/leader/owed", ui.T(r.Context(), "我批示的"))
	return ui.Render(w, r, owedPage(t))
}

// owedBy adds a case when it owes the reader something.
func (p *Pages) owedBy(tx *db.Tx, t *tray, l casework.Line) error {
	k, err := p.Town.Cases.Get(tx, t.by, l.ID)
	if err != nil {
		return err
	}
	for _, o := range k.Situation.Owed {
		if o.To != t.by.Account.String() {
			continue
		}
		unit := k.Situation.Lead
		if unit == "" {
			unit = k.Situation.Desk
		}
		x := item{Case: k, Line: l, Owed: ui.T(t.ctx, "%s欠：%s，%s起", p.Town.Unit(unit), o.Name, ui.Brief(t.ctx, o.Since, t.now)), Late: passed(o.Due, t.now)}
		t.Items = append(t.Items, x)
	}
	return nil
}

func passed(due, now time.Time) bool { return !due.IsZero() && !now.Before(due) }

// lateInField shows the overdue cases in the places of the reader.
func (p *Pages) lateInField(w http.ResponseWriter, r *http.Request) error {
	n, err := p.Figures.Named("late")
	if err != nil {
		return err
	}
	from, err := after(r, "after")
	if err != nil {
		return err
	}
	t, l := &tray{}, &listing{Why: n.Says, Here: r.URL.RequestURI(), Total: -1}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if l.view, err = p.look(tx, r); err != nil {
			return err
		}
		var last db.ID
		l.Lines, last, err = p.Figures.Cases(tx, l.by, indicator.List{Where: n.Where, Open: true, Area: l.area, After: from})
		l.Next = next(r, "after", last)
		return err
	})
	if err != nil {
		return err
	}
	t.view = l.view
	t.frame(r, "/leader/late", ui.T(r.Context(), "分管范围逾期"))
	return ui.Render(w, r, fieldPage(t, l))
}
