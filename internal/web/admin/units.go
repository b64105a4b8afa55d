package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// unitsShown is how many units stand on one page.
const unitsShown = 50

type unitsPage struct {
	List   []staff.Unit
	Filter []ui.Field
	Pager  ui.Pager
	MayAct bool
}

// units lists the units by code; a code after which to go on is the cursor.
func (p *Pages) units(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	words, after := strings.Fields(q.Get("q")), q.Get("after")
	page := &unitsPage{MayAct: p.mayAct(ctx), Filter: []ui.Field{{Name: "q", Label: ui.T(ctx, "名称、代码或地点"), Value: q.Get("q")}}}
	total := 0
	for _, u := range p.Town.Units.Units() {
		text := u.Code + " " + u.Name + " " + p.Town.Place(u.Place)
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		total++
		if u.Code > after && len(page.List) <= unitsShown {
			page.List = append(page.List, u)
		}
	}
	page.Pager.Total = int64(total)
	if len(page.List) > unitsShown {
		page.List = page.List[:unitsShown]
		q.Set("after", page.List[unitsShown-1].Code)
		page.Pager.Next = "/admin/units?" + q.Encode()
	}
	page.Pager.Shown = len(page.List)
	return ui.Render(w, r, showUnits(p, page))
}

func unitHref(code string) string { return "/admin/units/" + url.PathEscape(code) }

func (p *Pages) unitTable(ctx context.Context, list []staff.Unit) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "单位"), Cols: []ui.Col{{Name: ui.T(ctx, "单位"), Main: true}, {Name: ui.T(ctx, "服务的区划")}, {Name: ui.T(ctx, "上级单位")},
		{Name: ui.T(ctx, "文件中的机构")}, {Name: ui.T(ctx, "状态")}}, Empty: ui.Empty(ui.T(ctx, "没有这样的单位"), ui.T(ctx, "换一个词，或清除筛选。"))}
	for _, u := range list {
		state := ui.T(ctx, "在办公")
		if u.Closed {
			state = ui.T(ctx, "已撤销")
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: u.Code, Cells: []ui.Cell{{Text: u.Name, Href: unitHref(u.Code), Note: u.Code}, {Text: p.Town.Places.Tree().FullName(u.Place, 0)},
			{Text: p.Town.Unit(u.Parent)}, {Text: p.officeNames(u.Offices)}, {Text: state}}})
	}
	return t
}

// offices are those that packs name, each once.
func (p *Pages) offices() []ui.Option {
	var list []ui.Option
	seen := map[string]bool{}
	for _, k := range p.Town.Packs().Packs() {
		for _, o := range k.Offices {
			if !seen[o.ID] {
				seen[o.ID] = true
				list = append(list, ui.Option{Value: o.ID, Text: o.Name, Note: k.Document.Number})
			}
		}
	}
	return list
}

func (p *Pages) officeNames(ids []string) string {
	var names []string
	for _, o := range p.offices() {
		if slices.Contains(ids, o.Value) {
			names = append(names, o.Text)
		}
	}
	return strings.Join(names, "、")
}

// unitPage is one unit with what it does, or the form of a new one.
type unitPage struct {
	staff.Unit
	Fresh   bool
	Place   part.Pick
	Fields  []ui.Field
	Entries []audit.Entry
	Names   map[string]string
	Now     time.Time
	MayAct  bool
	Wrong   ui.Errors
}

func (p *Pages) newUnit(w http.ResponseWriter, r *http.Request) error {
	page := &unitPage{Fresh: true, MayAct: p.mayAct(r.Context())}
	p.askUnit(r.Context(), page, url.Values{})
	return ui.Render(w, r, showUnit(p, page))
}

func (p *Pages) unit(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readUnit(r, nil)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showUnit(p, page))
}

// readUnit reads a unit; typed is the form as it was sent, nil to ask with what the unit is now.
func (p *Pages) readUnit(r *http.Request, typed url.Values) (*unitPage, error) {
	page := &unitPage{MayAct: p.mayAct(r.Context())}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Unit, err = staff.UnitOf(tx, r.PathValue("code")); err != nil {
			return err
		}
		if page.Entries, err = latest(tx, "unit:"+page.Code); err != nil {
			return err
		}
		page.Names, err = actorNames(tx, page.Entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	if typed == nil {
		u := page.Unit
		typed = url.Values{"name": {u.Name}, "kind": {u.Kind}, "parent": {p.Town.Unit(u.Parent)}, "offices": u.Offices}
		p.putPlace(typed, u.Place)
		if u.Closed {
			typed.Set("closed", "1")
		}
	}
	p.askUnit(r.Context(), page, typed)
	return page, nil
}

// unitKinds are the kinds of units that are offered; packs may use words of their own, which stay.
var unitKinds = []ui.Option{{Value: "office", Text: ui.N("办公机构")}, {Value: "department", Text: ui.N("部门")}, {Value: "county-government", Text: ui.N("县级政府")},
	{Value: "street", Text: ui.N("街道或乡镇")}, {Value: "community", Text: ui.N("社区或村")}, {Value: "enterprise", Text: ui.N("公用企业")}}

func (p *Pages) askUnit(ctx context.Context, page *unitPage, typed url.Values) {
	var kinds []ui.Option
	known := false
	for _, k := range unitKinds {
		kinds = append(kinds, ui.Option{Value: k.Value, Text: ui.T(ctx, k.Text)})
		known = known || k.Value == typed.Get("kind")
	}
	if kind := typed.Get("kind"); kind != "" && !known {
		kinds = append(kinds, ui.Option{Value: kind, Text: kind})
	}
	parent := p.Town.UnitField("parent", ui.T(ctx, "上级单位"), "")
	parent.Value = typed.Get("parent")
	if page.Fresh {
		page.Fields = []ui.Field{{Name: "code", Label: ui.T(ctx, "代码"), Value: typed.Get("code"), Required: true, Max: 40, Hint: ui.T(ctx, "字母、数字、短横、点和下划线；建立后不再改")}}
	}
	page.Fields = append(page.Fields, ui.Field{Name: "name", Label: ui.T(ctx, "名称"), Value: typed.Get("name"), Required: true, Max: 80},
		ui.Field{Name: "kind", Label: ui.T(ctx, "类别"), Kind: "select", Value: typed.Get("kind"), Options: kinds, Required: true}, parent,
		ui.Field{Name: "offices", Label: ui.T(ctx, "充当文件中的哪些机构"), Kind: "choices", Values: typed["offices"], Options: p.offices()})
	if !page.Fresh {
		page.Fields = append(page.Fields, ui.Field{Name: "closed", Label: ui.T(ctx, "已撤销，不再承办新事项"), Kind: "bool", Value: typed.Get("closed")})
	}
	page.Fields = page.Wrong.On(append(page.Fields, p.cityField(ctx, typed)))
	page.Place = p.Town.Pick(typed, "place", "")
	page.Place.Label, page.Place.Error = ui.T(ctx, "服务的区划"), page.Wrong.Of("place")
}

// unitIn reads the form of a unit.
func (p *Pages) unitIn(form url.Values, code string) (u staff.Unit, err error) {
	u = staff.Unit{Code: code, Name: strings.TrimSpace(form.Get("name")), Kind: form.Get("kind"), Offices: form["offices"], Closed: form.Get("closed") != ""}
	if u.Kind == "" {
		return u, fault.Invalid("kind", "请选择单位的类别")
	}
	if u.Place, err = p.placeCode(form); err != nil {
		return u, err
	}
	if u.Parent, err = p.unitCode(form.Get("parent")); err != nil {
		return u, onField(err, "unit", "parent")
	}
	return u, nil
}

func (p *Pages) addUnit(w http.ResponseWriter, r *http.Request) error {
	code := strings.TrimSpace(r.PostForm.Get("code"))
	return p.putUnit(w, r, code, &unitPage{Fresh: true, MayAct: true})
}

func (p *Pages) changeUnit(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readUnit(r, r.PostForm)
	if err != nil {
		return err
	}
	return p.putUnit(w, r, page.Code, page)
}

func (p *Pages) putUnit(w http.ResponseWriter, r *http.Request, code string, page *unitPage) error {
	form := r.PostForm
	if form.Get("pick") != "" {
		p.askAgain(r.Context(), page, form)
		return ui.Render(w, r, showUnit(p, page))
	}
	u, err := p.unitIn(form, code)
	if err == nil {
		err = p.do(r, func(tx *db.Tx, by staff.Actor) error {
			if _, err := staff.UnitOf(tx, code); page.Fresh && err == nil {
				return fault.Invalid("code", "单位代码 %s 已经用过", code)
			}
			p.Town.Units.Follow(tx)
			return staff.PutUnit(tx, by, u)
		})
	}
	if err != nil {
		return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
			page.Wrong = wrong
			p.askAgain(r.Context(), page, form)
			return showUnit(p, page)
		})
	}
	return ui.Done(w, r, nil, unitHref(code), ui.T(r.Context(), "已保存"))
}

func (p *Pages) askAgain(ctx context.Context, page *unitPage, form url.Values) {
	page.Fields = nil
	p.askUnit(ctx, page, form)
}

func oneUnit(u staff.Unit) []staff.Unit { return []staff.Unit{u} }

func unitHead(ctx context.Context, u *unitPage) ui.Page {
	page := ui.Page{Title: u.Name, Lead: u.Code, Person: ui.Admin, Nav: nav(ctx, "/admin/units"), Errors: u.Wrong,
		Trail: []ui.Link{{Text: ui.T(ctx, "单位名录"), Href: "/admin/units"}}}
	if u.Fresh {
		page.Title, page.Lead = ui.T(ctx, "增加单位"), ""
	}
	return page
}
