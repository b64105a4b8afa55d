package centre

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/fixture"
	"linli/internal/place"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// fixtureHref is the address of a fixture for people in office; publicHref is that on its label.
func fixtureHref(id db.ID) string   { return "/fixtures/" + id.String() }
func publicHref(code string) string { return "/f/" + url.PathEscape(code) }
func markOf(s fixture.State) (m ui.Mark) {
	return map[fixture.State]ui.Mark{fixture.Damaged: ui.Yellow, fixture.Missing: ui.Red}[s]
}

// asked is what the address asks of the register of fixtures.
func (p *Pages) asked(r *http.Request) (fixture.Query, place.Place) {
	q := r.URL.Query()
	at := p.start(session.Actor(r), q.Get("place"))
	return fixture.Query{Path: at.Path, Class: q.Get("class"), State: fixture.State(q.Get("state")), Unit: q.Get("unit"), Words: q.Get("q"), After: q.Get("after"), Limit: shown}, at
}

// fixtures lists fixtures by class, state, unit, place and words.
func (p *Pages) fixtures(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	ask, at := p.asked(r)
	var list fixture.Page
	var classes []fixture.Class
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if classes, err = fixture.Classes(tx); err != nil {
			return err
		}
		list, err = fixture.List(tx, by, ask)
		return err
	})
	if err != nil {
		return err
	}
	q := r.URL.Query()
	q.Del("after")
	pager := ui.Pager{Shown: len(list.List), Total: -1}
	if list.Next != "" {
		next, _ := url.ParseQuery(q.Encode())
		next.Set("after", list.Next)
		pager.Next = "/fixtures?" + next.Encode()
	}
	buttons := []ui.Button{{Text: ui.T(ctx, "打印标签"), Href: "/fixtures/labels?" + q.Encode()}, {Text: ui.T(ctx, "导出"), Href: "/fixtures/file?" + q.Encode()}}
	if fixture.Registers(by, at.Path) {
		buttons = append(buttons, ui.Button{Text: ui.T(ctx, "导入部件表"), Href: "/fixtures/import"})
	}
	pg := p.page(ctx, "/fixtures", ui.T(ctx, "%s的部件", at.Name), ui.T(ctx, "井盖、路灯、座椅、行道树：谁的、在哪里、好不好。"))
	return ui.Render(w, r, pageOf(pg, ui.Filter("/fixtures", filters(ctx, at, ask, classes)), links(buttons), ui.Rows(p.fixtureTable(ctx, list.List, classes)), ui.Pages(pager)))
}

func filters(ctx context.Context, at place.Place, ask fixture.Query, classes []fixture.Class) []ui.Field {
	class := ui.Field{Name: "class", Label: ui.T(ctx, "类别"), Kind: "select", Value: ask.Class, Options: []ui.Option{{Text: ui.T(ctx, "全部类别")}}}
	for _, c := range classes {
		class.Options = append(class.Options, ui.Option{Value: c.Code, Text: c.Name})
	}
	state := ui.Field{Name: "state", Label: ui.T(ctx, "状态"), Kind: "select", Value: string(ask.State), Options: []ui.Option{{Text: ui.T(ctx, "全部状态")}}}
	for _, s := range fixture.States() {
		state.Options = append(state.Options, ui.Option{Value: string(s), Text: ui.T(ctx, s.Words())})
	}
	return []ui.Field{{Name: "q", Label: ui.T(ctx, "编码或位置"), Kind: "search", Value: ask.Words}, class, state, {Name: "place", Kind: "hidden", Value: at.Code}}
}

func (p *Pages) fixtureTable(ctx context.Context, list []fixture.Fixture, classes []fixture.Class) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "部件"), Cols: []ui.Col{{Name: ui.T(ctx, "部件"), Main: true}, {Name: ui.T(ctx, "位置")}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "权属单位")}, {Name: ui.T(ctx, "养护单位")}},
		Empty: ui.Empty(ui.T(ctx, "没有这样的部件"), ui.T(ctx, "换一个条件，或导入部件表。"))}
	for _, f := range list {
		t.Rows = append(t.Rows, ui.TableRow{ID: f.ID.String(), Mark: markOf(f.State), Cells: []ui.Cell{{Text: fixture.ClassName(classes, f.Class), Href: fixtureHref(f.ID), Note: f.Code},
			{Text: f.Spot, Note: p.Town.Place(f.Place())}, {Text: ui.T(ctx, f.State.Words())}, {Text: f.Owner}, {Text: f.Upkeep}}})
	}
	return t
}

// exportFixtures writes what is asked for as a table that can be imported again.
func (p *Pages) exportFixtures(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	ask, _ := p.asked(r)
	ask.Limit, ask.After = 1000, ""
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="fixtures.csv"`)
	out, err := sheet.NewCSV(w)
	if err != nil {
		return err
	}
	head := make([]string, len(fixture.Columns))
	for i, c := range fixture.Columns {
		head[i] = fixture.Heading(c)
	}
	if err := out.Row(head); err != nil {
		return err
	}
	for first := true; first || ask.After != ""; first = false {
		var page fixture.Page
		var classes []fixture.Class
		err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if classes, err = fixture.Classes(tx); err != nil {
				return err
			}
			page, err = fixture.List(tx, by, ask)
			return err
		})
		if err != nil {
			return err
		}
		for _, f := range page.List {
			if err := out.Row(f.Row(classes)); err != nil {
				return err
			}
		}
		ask.After = page.Next
	}
	return out.Close()
}

// A label is what is stuck on a fixture.
type label struct{ Code, Class, Address string }

// origin is the address of this site as the reader called it.
func origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// labelsMost is how many labels one sheet prints.
const labelsMost = 120

// labels is a sheet of labels for what is asked for.
func (p *Pages) labels(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	ask, at := p.asked(r)
	ask.Limit = labelsMost
	var list []label
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		classes, err := fixture.Classes(tx)
		if err != nil {
			return err
		}
		page, err := fixture.List(tx, by, ask)
		for _, f := range page.List {
			list = append(list, label{f.Code, fixture.ClassName(classes, f.Class), origin(r) + publicHref(f.Code)})
		}
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/fixtures", ui.T(ctx, "部件标签"), ui.T(ctx, "%s，共 %d 张，一次最多 %d 张", at.Name, len(list), labelsMost), ui.Link{Text: ui.T(ctx, "部件"), Href: "/fixtures?place=" + url.QueryEscape(at.Code)})
	return ui.Render(w, r, labelSheet(pg, list))
}

// fixture is one fixture with its history, photos and cases.
func (p *Pages) fixture(w http.ResponseWriter, r *http.Request) error {
	return p.showFixture(w, r, nil)
}

func (p *Pages) showFixture(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var v fixtureView
	if err := p.Town.DB.Read(ctx, func(tx *db.Tx) error { return p.readFixture(tx, by, ui.ID(r), &v) }); err != nil {
		return err
	}
	f := v.f
	pg := p.page(ctx, "/fixtures", fixture.ClassName(v.classes, f.Class)+" "+f.Code, p.Town.Place(f.Place()), ui.Link{Text: ui.T(ctx, "部件"), Href: "/fixtures?place=" + url.QueryEscape(f.Place())})
	form := func(wrong ui.Errors) templ.Component {
		pg.Errors = wrong
		var parts []templ.Component
		if k := fault.KindOf(cause); cause != nil && k == fault.KindConflict {
			parts = append(parts, notice(ui.Warn, ui.T(ctx, "没有改成"), ui.Words(ctx, cause)))
		}
		parts = append(parts, ui.Facts(v.facts(ctx, p)), links([]ui.Button{{Text: ui.T(ctx, "居民看到的页面"), Href: publicHref(f.Code), Kind: ui.Quiet},
			{Text: ui.T(ctx, "打印标签"), Href: "/fixtures/labels?q=" + url.QueryEscape(f.Code) + "&place=" + url.QueryEscape(place.Codes(f.Path)[0])}}))
		if next := f.State.Next(); f.Reports(by) && len(next) > 0 {
			parts = append(parts, part.Block(ui.T(ctx, "现在怎样"), formOf(fixtureHref(f.ID)+"/state", wrong.On(v.stateFields(ctx, next, r)), ui.Button{Text: ui.T(ctx, "记下"), Kind: ui.Primary})))
		}
		parts = append(parts, part.Block(ui.T(ctx, "照片"), v.photoParts(ctx, f.Reports(by), wrong)...))
		parts = append(parts, part.Block(ui.T(ctx, "办件"), p.casesOf(ctx, v)), part.Block(ui.T(ctx, "经过"), ui.Rows(v.history(ctx))))
		return pageOf(pg, parts...)
	}
	if cause != nil && fault.KindOf(cause) == fault.KindInvalid {
		return ui.Again(w, r, cause, form)
	}
	if cause != nil {
		w.WriteHeader(ui.Status(cause))
	}
	return ui.Render(w, r, form(ui.Errors{}))
}

// setState says how a fixture is from now on.
func (p *Pages) setState(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	version := 0
	for _, c := range r.PostFormValue("version") {
		version = version*10 + int(c-'0')
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := fixture.SetState(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), version, fixture.State(r.PostFormValue("state")), r.PostFormValue("words"))
		return err
	})
	if k := fault.KindOf(err); err != nil && (k == fault.KindInvalid || k == fault.KindConflict) {
		return p.showFixture(w, r, err)
	}
	return ui.Done(w, r, err, fixtureHref(ui.ID(r)), ui.T(r.Context(), "已记下"))
}

// mayImport reports whether somebody brings tables in.
func mayImport(by staff.Actor) bool { return by.HasAny(staff.Supervisor, staff.Admin) }
