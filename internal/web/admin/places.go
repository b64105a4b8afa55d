package admin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// placePage is one place: where it lies, what is below it, what became of it.
type placePage struct {
	place.Place
	Above   []place.Place
	Below   []place.Place
	Units   []staff.Unit // that serve it
	Changes []place.Logged
	Now     time.Time
	MayAct  bool

	Typed url.Values
	Wrong ui.Errors
	Open  string // rename or add
}

// placesFound bounds what a search for places shows.
const placesFound = 60

// places shows the top of the tree, or the places that a word finds.
func (p *Pages) places(w http.ResponseWriter, r *http.Request) error {
	tree, words := p.Town.Places.Tree(), strings.TrimSpace(r.URL.Query().Get("q"))
	if words != "" {
		return ui.Render(w, r, showPlaces(p, words, tree.Find(words, placesFound)))
	}
	tops := tree.Children("")
	if len(tops) == 1 {
		http.Redirect(w, r, placeHref(tops[0].Code), http.StatusSeeOther)
		return nil
	}
	return ui.Render(w, r, showPlaces(p, "", tops))
}

func placeHref(code string) string { return "/admin/places/" + url.PathEscape(code) }

func (p *Pages) place(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readPlace(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showPlace(p, page))
}

func (p *Pages) readPlace(r *http.Request) (*placePage, error) {
	page, code := &placePage{MayAct: p.mayAct(r.Context()), Typed: url.Values{}}, r.PathValue("code")
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Place, err = place.Get(tx, code); err != nil {
			return err
		}
		if page.Above, err = place.Ancestors(tx, code); err != nil {
			return err
		}
		if page.Below, err = place.Children(tx, code, place.Today(tx)); err != nil {
			return err
		}
		page.Changes, err = place.Changes(tx, code)
		return err
	})
	for _, u := range p.Town.Units.Units() {
		if u.Place == code && !u.Closed {
			page.Units = append(page.Units, u)
		}
	}
	return page, err
}

func (k *placePage) facts(ctx context.Context) []ui.Pair {
	until := ui.T(ctx, "现行")
	if k.Gone() {
		until = ui.T(ctx, "已于 %s 撤并", k.ValidTo.String())
	}
	from := ui.T(ctx, "早于本系统的记录")
	if !k.ValidFrom.IsZero() {
		from = k.ValidFrom.String()
	}
	return []ui.Pair{{Name: ui.T(ctx, "代码"), Text: k.Code}, {Name: ui.T(ctx, "层级"), Text: k.Level}, {Name: ui.T(ctx, "设立"), Text: from}, {Name: ui.T(ctx, "状态"), Text: until}}
}

func (k *placePage) trail(ctx context.Context) []ui.Link {
	list := []ui.Link{{Text: ui.T(ctx, "区划"), Href: "/admin/places"}}
	for _, a := range k.Above {
		list = append(list, ui.Link{Text: a.Name, Href: placeHref(a.Code)})
	}
	return list
}

func (p *Pages) placeTable(ctx context.Context, list []place.Place) ui.Table {
	tree := p.Town.Places.Tree()
	t := ui.Table{Caption: ui.T(ctx, "区划"), Cols: []ui.Col{{Name: ui.T(ctx, "名称"), Main: true}, {Name: ui.T(ctx, "代码")}, {Name: ui.T(ctx, "层级")}, {Name: ui.T(ctx, "直接下级"), Num: true}},
		Empty: none(ui.T(ctx, "没有区划"))}
	for _, k := range list {
		t.Rows = append(t.Rows, ui.TableRow{ID: k.Code, Cells: []ui.Cell{{Text: k.Name, Href: placeHref(k.Code)}, {Text: k.Code}, {Text: k.Level}, {Text: ui.Count(len(tree.Children(k.Code)))}}})
	}
	return t
}

// changeKinds say what kind of change an entry of a place's log is.
var changeKinds = map[string]string{"add": ui.N("设立"), "rename": ui.N("更名"), "move": ui.N("改隶"), "merge": ui.N("合并"), "split": ui.N("拆分"),
	"dissolve": ui.N("撤销"), "outline": ui.N("边界")}

func placeChanges(ctx context.Context, list []place.Logged, now time.Time) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "沿革"), Cols: []ui.Col{{Name: ui.T(ctx, "变更"), Main: true}, {Name: ui.T(ctx, "生效")}, {Name: ui.T(ctx, "内容")}, {Name: ui.T(ctx, "依据")}, {Name: ui.T(ctx, "登记")}},
		Empty: none(ui.T(ctx, "没有变更记录"))}
	for _, c := range list {
		t.Rows = append(t.Rows, ui.TableRow{ID: c.ID.String(), Cells: []ui.Cell{{Text: ui.T(ctx, changeKinds[c.Kind])}, {Text: c.On.String()}, {Text: c.Detail}, {Text: c.Basis},
			{Text: c.By, Note: ui.Brief(ctx, c.At.Time, now)}}})
	}
	return t
}

// of is the value of a field in the form that was sent, or what it is before anything was.
func (k *placePage) of(form, name, before string) string {
	if k.Open == form {
		return k.Typed.Get(name)
	}
	return before
}

// renameFields and addFields ask for names; their fields differ, for both forms stand on one page.
func (k *placePage) renameFields(ctx context.Context) []ui.Field {
	return k.Wrong.On(append([]ui.Field{{Name: "rename-name", Label: ui.T(ctx, "新名称"), Value: k.of("rename", "rename-name", k.Name), Required: true, Max: 60}}, k.changeFields(ctx, "rename")...))
}

func (k *placePage) addFields(ctx context.Context) []ui.Field {
	level := ""
	if len(k.Below) > 0 {
		level = k.Below[0].Level
	}
	return k.Wrong.On(append([]ui.Field{
		{Name: "add-code", Label: ui.T(ctx, "代码"), Value: k.of("add", "add-code", ""), Required: true, Max: 32, Hint: ui.T(ctx, "用过的代码不能再用")},
		{Name: "add-name", Label: ui.T(ctx, "名称"), Value: k.of("add", "add-name", ""), Required: true, Max: 60},
		{Name: "add-level", Label: ui.T(ctx, "层级"), Value: k.of("add", "add-level", level), Required: true, Max: 20, Hint: ui.T(ctx, "如 县、乡、村、网格")},
	}, k.changeFields(ctx, "add")...))
}

func (k *placePage) changeFields(ctx context.Context, form string) []ui.Field {
	today := civil.DateOf(k.Now, civil.Shanghai).String()
	return []ui.Field{
		{Name: form + "-on", Label: ui.T(ctx, "生效日期"), Kind: "date", Value: k.of(form, form+"-on", today), Required: true, Hint: ui.T(ctx, "不晚于今天")},
		{Name: form + "-basis", Label: ui.T(ctx, "批准文件"), Value: k.of(form, form+"-basis", ""), Required: true, Max: 120},
	}
}

func (p *Pages) renamePlace(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimSpace(r.PostForm.Get("rename-name"))
	return p.changePlace(w, r, "rename", func(tx *db.Tx, c place.Change) (string, any, error) {
		code := r.PathValue("code")
		return code, struct{ Name, On, Basis string }{name, c.On.String(), c.Basis}, place.Rename(tx, c, code, name)
	})
}

func (p *Pages) addPlace(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	n := place.New{Code: strings.TrimSpace(form.Get("add-code")), Name: strings.TrimSpace(form.Get("add-name")), Level: strings.TrimSpace(form.Get("add-level")), Parent: r.PathValue("code")}
	return p.changePlace(w, r, "add", func(tx *db.Tx, c place.Change) (string, any, error) {
		return n.Code, struct{ Name, Level, Parent, On, Basis string }{n.Name, n.Level, n.Parent, c.On.String(), c.Basis}, place.Add(tx, c, n)
	})
}

// changePlace makes one change of places and writes it to the log: the package of places has its own, and stands below it.
func (p *Pages) changePlace(w http.ResponseWriter, r *http.Request, form string, change func(tx *db.Tx, c place.Change) (code string, detail any, err error)) error {
	by := session.Actor(r)
	c, err := changeIn(r.PostForm, form, by.Login)
	if err == nil {
		err = p.do(r, func(tx *db.Tx, by staff.Actor) error {
			code, detail, err := change(tx, c)
			if err != nil {
				return err
			}
			p.Town.Places.Follow(tx)
			return record(tx, by.AuditName(), form+"-place", "place:"+code, detail)
		})
	}
	if err == nil {
		return ui.Done(w, r, nil, placeHref(r.PathValue("code")), ui.T(r.Context(), "已登记，从生效之日起使用"))
	}
	if fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	page, failed := p.readPlace(r)
	if failed != nil {
		return failed
	}
	for _, field := range []string{"code", "name", "level", "on"} {
		err = onField(err, field, form+"-"+field)
	}
	return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
		page.Wrong, page.Open, page.Typed = wrong, form, r.PostForm
		return showPlace(p, page)
	})
}

// changeIn reads from which day and on what basis a change holds.
func changeIn(form url.Values, name, login string) (place.Change, error) {
	c := place.Change{Basis: strings.TrimSpace(form.Get(name + "-basis")), By: login}
	var err error
	if c.On, err = civil.ParseDate(form.Get(name + "-on")); err != nil {
		return c, fault.Invalid("on", "日期应写成 2026-10-09 这样")
	}
	if c.Basis == "" {
		return c, fault.Invalid(name+"-basis", "请写明批准文件的文号")
	}
	return c, nil
}
