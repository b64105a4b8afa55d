package register

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A waiting is one conflict or correction of a queue.
type waiting struct {
	ID     db.ID
	About  string
	Href   string
	Item   string
	Was    string
	Says   string
	Source string
	Why    string
	Mine   bool // asked by the reader, who may not decide
}

// A queuePage is what waits for the reader.
type queuePage struct {
	Page  ui.Page
	List  []waiting
	Pager ui.Pager
	For   string // conflicts or corrections
	Wrong ui.Errors
	At    db.ID // the one that was answered wrongly
}

func after(r *http.Request) db.ID {
	id, _ := db.ParseID(r.URL.Query().Get("after"))
	return id
}

func (p *Pages) conflicts(w http.ResponseWriter, r *http.Request) error {
	v, err := p.conflictPage(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, queueView(v))
}

func (p *Pages) conflictPage(r *http.Request) (*queuePage, error) {
	by, ctx := session.Actor(r), r.Context()
	v := &queuePage{For: "conflicts", Page: p.page(ctx, ui.T(ctx, "登记冲突"), "/register/conflicts")}
	v.Page.Lead = ui.T(ctx, "两个来源说法不同，现有的先保留，等人核对后决定")
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := fact.Conflicts(tx, fact.Queue{Places: register.Sight(by, register.ForChecking), After: after(r), Limit: pageSize})
		for _, c := range list {
			x := waiting{ID: c.ID, Href: href(c.Subject), Item: label(ctx, p.Town.People.Words(), c.Subject.Kind, c.Name),
				Says: shown(ctx, p.Town.People.Words(), c.Subject.Kind, c.Name, c.Value), Source: sourceText(ctx, c.Telling, p.Town), Why: basisNote(ctx, c.Telling)}
			if x.About, err = register.Name(tx, c.Subject); err != nil {
				return err
			}
			old, err := fact.ByID(tx, c.Standing)
			if err != nil {
				return err
			}
			x.Was = shown(ctx, p.Town.People.Words(), c.Subject.Kind, c.Name, old.Value) + "（" + sourceText(ctx, old.Telling, p.Town) + "）"
			v.List = append(v.List, x)
		}
		return err
	})
	v.pager("/register/conflicts")
	return v, err
}

func (v *queuePage) pager(at string) {
	v.Pager = ui.Pager{Shown: len(v.List), Total: -1}
	if n := len(v.List); n == pageSize {
		v.Pager.Next = at + "?after=" + v.List[n-1].ID.String()
	}
}

func (p *Pages) settle(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	id := ui.ID(r)
	to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		c, err := fact.ConflictOf(tx, id)
		if err != nil {
			return "", err
		}
		if err := register.See(tx, by, c.Subject, register.ForChecking); err != nil {
			return "", err
		}
		return href(c.Subject), register.SettleConflict(tx, by.AuditName(), id, r.PostForm.Get("do") == "take", r.PostForm.Get("reason"))
	})
	return p.answered(w, r, err, to, ui.T(r.Context(), "已处理"), p.conflictPage)
}

// answered ends the form of a queue: what is wrong with a reason is shown where it was asked.
func (p *Pages) answered(w http.ResponseWriter, r *http.Request, err error, to, said string, page func(*http.Request) (*queuePage, error)) error {
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
			v, failed := page(r)
			if failed != nil {
				v = &queuePage{Page: p.page(r.Context(), ui.T(r.Context(), "登记冲突"), "")}
			}
			v.Wrong, v.At = wrong, ui.ID(r)
			return queueView(v)
		})
	}
	return ui.Done(w, r, err, to, said)
}

func (p *Pages) corrections(w http.ResponseWriter, r *http.Request) error {
	v, err := p.correctionPage(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, queueView(v))
}

func (p *Pages) correctionPage(r *http.Request) (*queuePage, error) {
	by, ctx := session.Actor(r), r.Context()
	v := &queuePage{For: "corrections", Page: p.page(ctx, ui.T(ctx, "更正申请"), "/register/corrections")}
	v.Page.Lead = ui.T(ctx, "申请的人和审批的人不能是同一个")
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := fact.Corrections(tx, fact.Queue{Places: register.Sight(by, register.ForChecking), After: after(r), Limit: pageSize})
		for _, c := range list {
			x := waiting{ID: c.ID, Href: href(c.Subject), Item: label(ctx, p.Town.People.Words(), c.Subject.Kind, c.Name), Was: shown(ctx, p.Town.People.Words(), c.Subject.Kind, c.Name, c.Was),
				Says: shown(ctx, p.Town.People.Words(), c.Subject.Kind, c.Name, c.Value), Why: c.Reason, Source: ui.DateTime(ctx, c.AskedAt.Time), Mine: c.AskedBy == by.AuditName()}
			if x.About, err = register.Name(tx, c.Subject); err != nil {
				return err
			}
			v.List = append(v.List, x)
		}
		return err
	})
	v.pager("/register/corrections")
	return v, err
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	id := ui.ID(r)
	to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		c, err := fact.CorrectionOf(tx, id)
		if err != nil {
			return "", err
		}
		if err := register.See(tx, by, c.Subject, register.ForChecking); err != nil {
			return "", err
		}
		return href(c.Subject), register.DecideCorrection(tx, by.AuditName(), id, r.PostForm.Get("do") == "take", r.PostForm.Get("reason"))
	})
	return p.answered(w, r, err, to, ui.T(r.Context(), "已审批"), p.correctionPage)
}

// A floatPage is the notices about floating population, from one end and in one state.
type floatPage struct {
	Page    ui.Page
	Side    event.Side
	State   string
	Tabs    []ui.Link
	List    []notice
	Month   string
	Areas   []ui.Option
	Answers []ui.Option
	Pager   ui.Pager
}

// A notice is one of them as a page shows it.
type notice struct {
	event.Floating
	Name  string
	Where string
	From  string
}

// tabs are the queues in the order of the work.
var tabs = []struct {
	side  event.Side
	state string
	name  string
}{
	{event.Here, event.Collected, ui.N("待核实")}, {event.Here, event.Verified, ui.N("待汇总")}, {event.Here, event.Counted, ui.N("待通报户籍地")},
	{event.Here, event.Shared, ui.N("等户籍地反馈")}, {event.Home, event.Shared, ui.N("待我方反馈")}, {event.Here, event.Closed, ui.N("已反馈")},
}

func (p *Pages) floating(w http.ResponseWriter, r *http.Request) error {
	q, ctx, by := r.URL.Query(), r.Context(), session.Actor(r)
	v := &floatPage{Side: event.Side(q.Get("side")), State: q.Get("state"), Page: p.page(ctx, ui.T(ctx, "流动人口"), "/register/floating")}
	if v.Side != event.Home {
		v.Side = event.Here
	}
	if event.StateWords(v.State) == "" {
		v.State = event.Collected
	}
	v.Page.Lead = ui.T(ctx, "现居住地采集、核实、汇总、通报，户籍地反馈")
	for _, t := range tabs {
		v.Tabs = append(v.Tabs, ui.Link{Text: ui.T(ctx, t.name), Href: "/register/floating?side=" + string(t.side) + "&state=" + t.state, Current: t.side == v.Side && t.state == v.State})
	}
	for _, o := range event.Answers() {
		v.Answers = append(v.Answers, ui.Option{Value: o.Value, Text: ui.T(ctx, o.Words())})
	}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		v.Month = place.Today(tx).String()[:7]
		list, err := event.Waiting(tx, by, v.Side, v.State, after(r), pageSize)
		if err != nil {
			return err
		}
		var ids []db.ID
		for _, f := range list {
			ids = append(ids, f.Person)
		}
		persons, err := register.Persons(tx, ids)
		for _, f := range list {
			n := notice{Floating: f, Name: persons[f.Person].Name, Where: p.Town.Place(f.Place), From: f.Home}
			if f.HomePath != "" {
				n.From = p.Town.Place(f.Home)
			}
			v.List = append(v.List, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	v.Areas = p.streets(by, register.ForService)
	v.Pager = ui.Pager{Shown: len(v.List), Total: -1}
	if n := len(v.List); n == pageSize {
		v.Pager.Next = "/register/floating?side=" + string(v.Side) + "&state=" + v.State + "&after=" + v.List[n-1].ID.String()
	}
	return ui.Render(w, r, floatView(v))
}

func (p *Pages) aggregate(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		at, err := place.Get(tx, r.PostForm.Get("area"))
		if err != nil {
			return "", err
		}
		n, err := p.Events.Aggregate(tx, by, at.Path, r.PostForm.Get("month"))
		return ui.Count(n), err
	})
	return ui.Done(w, r, err, "/register/floating?state="+event.Counted, ui.T(r.Context(), "汇总 %s 人", to))
}

// moveOn takes one step with a notice.
func (p *Pages) moveOn(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	id := ui.ID(r)
	to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		switch r.PathValue("step") {
		case "verify":
			return "/register/floating?state=" + event.Collected, p.Events.Verify(tx, by, id)
		case "share":
			return "/register/floating?state=" + event.Counted, p.Events.Share(tx, by, id)
		case "answer":
			facts := map[string]string{"registered_address": r.PostForm.Get("registered_address")}
			return "/register/floating?side=home&state=" + event.Shared, p.Events.Feed(tx, by, id, event.Feedback{Answer: r.PostForm.Get("answer"), Note: r.PostForm.Get("note"), Facts: facts})
		}
		return "", fault.NotFound("没有这一步")
	})
	return ui.Done(w, r, err, to, ui.T(r.Context(), "已办理"))
}

// A listPage is dwellings, organisations or facilities of a place.
type listPage struct {
	Page   ui.Page
	Kind   string
	Place  string
	Words  string
	Places []ui.Option
	Rows   ui.Table
	Pager  ui.Pager
}

// list shows what is registered at a place, besides persons.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	q, ctx, by := r.URL.Query(), r.Context(), session.Actor(r)
	v := &listPage{Kind: q.Get("kind"), Place: q.Get("place"), Words: q.Get("q"), Page: p.page(ctx, ui.T(ctx, "房屋、组织、设施"), "/register/list")}
	if folders[v.Kind] == "" || v.Kind == "persons" {
		v.Kind = "dwellings"
	}
	v.Places = p.streets(by, purpose(r))
	v.Rows = ui.Table{Caption: ui.T(ctx, folders[v.Kind].Words()), Cols: []ui.Col{{Name: ui.T(ctx, "名称"), Main: true}, {Name: ui.T(ctx, "区划")}},
		Empty: ui.Empty(ui.T(ctx, "没有查到"), ui.T(ctx, "选一个街道再查，或者登记新的。"))}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		within := ""
		if v.Place != "" {
			at, err := register.StandingPlace(tx, "place", v.Place)
			if err != nil {
				return err
			}
			within = at.Path
		}
		list, err := register.Things(tx, folders[v.Kind], register.Query{Places: register.Sight(by, purpose(r)), Within: within, Words: v.Words, After: after(r), Limit: pageSize})
		v.Pager = ui.Pager{Shown: len(list), Total: -1}
		if n := len(list); n == pageSize {
			v.Pager.Next = listHref(v, list[n-1].ID)
		}
		for _, x := range list {
			v.Rows.Rows = append(v.Rows.Rows, ui.TableRow{Cells: []ui.Cell{{Text: x.Name, Href: href(fact.Subject{Kind: folders[v.Kind], ID: x.ID})}, {Text: p.Town.Place(x.Place)}}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, listView(v))
}

// listHref is the page that goes on after an entry.
func listHref(v *listPage, after db.ID) string {
	q := url.Values{"kind": {v.Kind}, "after": {after.String()}}
	if v.Place != "" {
		q.Set("place", v.Place)
	}
	if v.Words != "" {
		q.Set("q", v.Words)
	}
	return "/register/list?" + q.Encode()
}

// kindOptions are the kinds a list shows.
func kindOptions(say func(string) string) []ui.Option {
	var out []ui.Option
	for _, folder := range []string{"dwellings", "households", "organisations", "facilities"} {
		out = append(out, ui.Option{Value: folder, Text: say(folders[folder].Words())})
	}
	return out
}
