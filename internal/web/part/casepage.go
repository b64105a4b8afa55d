package part

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A casePage is one case with the form of one step open, or none.
type casePage struct {
	*Folder
	Ask       *Ask
	Refusal   string          // why the step that was tried could not be taken
	Clause    ui.Pair         // on which clause that rests
	Meanwhile []casework.Step // what others did since
	Kept      string          // words typed for a step that is no longer possible
	Opened    flow.Verb
	Person    ui.Person
	Back      string
	Reveal    ui.Errors
	Shown     *revealed
}

// Show is the case page: GET /cases/{id}, with ?do=verb the form of a step, with ?back= where to go after it.
func (t *Town) Show(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := Typed{Verb: flow.Verb(q.Get("do")), values: q}
	if back := q.Get("back"); back != "" {
		in.Back = ui.Back(back)
	}
	var p *casePage
	err := t.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		by := session.Actor(r)
		if use, bad := db.ParseID(q.Get("use")); bad == nil {
			words, err := t.lastReply(tx, by, use)
			if err != nil {
				return err
			}
			in.values["words"] = []string{words}
		}
		p, err = t.casePage(tx, by, ui.ID(r), in, nil)
		return err
	})
	if err != nil {
		return err
	}
	if ui.Partial(r) {
		return ui.Render(w, r, actPart(p))
	}
	return ui.Render(w, r, showCase(p))
}

func (t *Town) casePage(tx *db.Tx, by staff.Actor, id db.ID, in Typed, cause error) (*casePage, error) {
	f, err := t.Open(tx, by, id)
	if err != nil {
		return nil, err
	}
	p := &casePage{Folder: f, Opened: in.Verb, Person: PersonOf(by), Back: in.Back}
	ctx := tx.Ctx()
	if cause != nil {
		p.Refusal = ui.Words(ctx, cause)
		if e := fault.As(cause); !e.Clause.IsZero() {
			p.Clause = ui.Pair{Name: ui.T(ctx, "依据"), Body: ClauseLink(e.Clause, t.Gist(e.Clause))}
		}
	}
	if fault.KindOf(cause) == fault.KindConflict && cause != nil {
		p.Meanwhile = since(f, in.Version)
		in.Version = 0 // what he now sees is what he acts on
	}
	if in.Verb == "" {
		return p, nil
	}
	p.Ask, err = t.Ask(tx, f, in, ui.FieldErrors(ctx, cause))
	if p.Ask == nil {
		p.Kept = in.Of("words")
	}
	return p, err
}

// natural is what usually comes next in a state, the likeliest first.
var natural = map[flow.State][]flow.Verb{
	flow.Registered: {flow.Accept}, flow.Accepted: {"open", flow.Dispatch, flow.Present, flow.Reply, flow.Classify},
	"opened": {flow.Dispatch}, flow.Presented: {flow.Instruct}, flow.Instructed: {flow.Dispatch, flow.Reply}, flow.Dispatched: {flow.Reply, flow.Contribute, "feedback"},
	flow.Returned: {flow.Dispatch, flow.Reassign}, flow.Waiting: {flow.Supply}, flow.Replied: {flow.Verify, flow.Rework},
	flow.Verified: {flow.Close, flow.Report}, flow.Closed: {"evaluate", flow.CallBack, flow.Archive}, flow.Refused: {flow.Archive},
}

// aside are steps that are always at hand and rarely the next.
var aside = []flow.Verb{flow.Note, flow.Link, flow.Urge, flow.Supervise, flow.Convert, flow.Merge, flow.Reopen, flow.Appeal}

// A choice is one step in the bar.
type choice struct {
	Step  *flow.Step
	First bool
	Key   string
}

// choices orders the steps the reader may take: the natural next one first, rare ones apart.
func (p *casePage) choices() (near, far []choice) {
	next := natural[p.Case.State()]
	order := func(o casework.Option) int {
		if i := slices.Index(next, o.Step.Verb); i >= 0 {
			return i
		}
		return len(next)
	}
	list := slices.Clone(p.Options)
	slices.SortStableFunc(list, func(a, b casework.Option) int { return order(a) - order(b) })
	for _, o := range list {
		c := choice{Step: o.Step, First: len(near) == 0 && slices.Contains(next, o.Step.Verb)}
		if slices.Contains(aside, o.Step.Verb) {
			far = append(far, c)
			continue
		}
		if len(near) < 9 {
			c.Key = "alt+" + strconv.Itoa(len(near)+1)
		}
		near = append(near, c)
	}
	return near, far
}

// href opens the form of a step on the case page.
func (p *casePage) href(v flow.Verb) string {
	to := CaseHref(p.Case.ID) + "?do=" + string(v)
	if p.Back != "" {
		to += "&back=" + escape(p.Back)
	}
	return to + "#do"
}

// oneClick reports whether a step asks nothing at all, so that its button takes it.
func (p *casePage) oneClick(st *flow.Step) bool {
	return st.Verb == flow.Accept && len(st.Needs) == 0 && len(st.Sets) == 0
}

func (p *casePage) page(ctx context.Context) ui.Page {
	lead := p.Case.Number + " · " + ui.T(ctx, p.Flow.Name)
	if p.Document != "" {
		lead += " · " + p.Document
	}
	page := ui.Page{Title: p.Case.Title, Lead: lead, Person: p.Person, Trail: []ui.Link{{Text: p.Person.Name(ctx), Href: p.Person.Home()}}}
	if nav := p.town.navs[p.Person]; nav != nil {
		page.Nav, page.Trail = nav(ctx, ""), nil
	}
	if p.Ask != nil {
		page.Errors = p.Ask.Errors
	}
	return page
}

func (c choice) kind(opened flow.Verb) ui.ButtonKind {
	if c.First && opened == "" {
		return ui.Primary
	}
	return ui.Plain
}

// filers are the roles that may read the file of an application.
var filers = []staff.Role{staff.Desk, staff.Dispatcher, staff.Handler, staff.Supervisor, staff.Leader}

// ofItem reports whether the case is an application for an item, whose file the reader may open.
func (p *casePage) ofItem() bool {
	pk := p.town.Packs().Pack(p.Case.Document, p.Case.Pack)
	return pk != nil && p.By.HasAny(filers...) && pk.On(civil.DateOf(p.Case.Registered, civil.Shanghai)).Item(p.Case.Flow) != nil
}

func version(v int64) string { return strconv.FormatInt(v, 10) }

// nameOf is what a reporter is called, who may have given no name.
func nameOf(ctx context.Context, r casework.Reporter) string {
	if r.Name == "" {
		return ui.T(ctx, "未留姓名")
	}
	return r.Name
}

// matter lists where exactly, and the answers of the form.
func (f *Folder) matter(ctx context.Context) []ui.Pair {
	var list []ui.Pair
	if f.Case.Spot != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "具体位置"), Text: f.Case.Spot})
	}
	return append(list, f.Fields...)
}
