package register

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// An areaPage is a place that may become one with others or several.
type areaPage struct {
	Page      ui.Page
	Place     place.Place
	Kind      string // "", merge or split
	May       bool
	Siblings  []place.Place // that it may become one with
	Children  []place.Place
	Buildings []register.Thing
	Follow    ui.Table
	Changes   ui.Table
	Fields    []ui.Field
	Tried     bool // Follow is what the change that was asked for would do
	Sent      url.Values
}

// partsMost is into how many a place is divided on one page.
const partsMost = 4

// buildingsMost is how many buildings are allotted one by one; the rest goes to the first part.
const buildingsMost = 100

var errTried = errors.New("the change was only tried")

func areaHref(code string) string { return "/register/areas/" + url.PathEscape(code) }

// area shows what is registered at a place and what it was.
func (p *Pages) area(w http.ResponseWriter, r *http.Request) error {
	var v *areaPage
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { v, err = p.readArea(tx, r); return err })
	if err != nil {
		return err
	}
	return ui.Render(w, r, areaView(v))
}

func (p *Pages) readArea(tx *db.Tx, r *http.Request) (*areaPage, error) {
	ctx, by := r.Context(), session.Actor(r)
	v := &areaPage{Kind: r.PathValue("change"), May: by.HasAny(staff.Admin), Sent: r.Form}
	if v.Sent == nil {
		v.Sent = url.Values{}
	}
	var err error
	if v.Place, err = place.Get(tx, r.PathValue("code")); err != nil {
		return nil, err
	}
	if v.Kind != "" && v.Kind != "merge" && v.Kind != "split" {
		return nil, fault.NotFound("没有这种区划变更")
	}
	if !v.May && !by.Has(staff.Supervisor, v.Place.Path, "") {
		return nil, fault.Forbidden("这个区划不在您负责的区域内")
	}
	if v.Children, err = place.Children(tx, v.Place.Code, place.Today(tx)); err != nil {
		return nil, err
	}
	if v.Place.Parent != "" {
		if v.Siblings, err = place.Children(tx, v.Place.Parent, place.Today(tx)); err != nil {
			return nil, err
		}
		v.Siblings = slices.DeleteFunc(v.Siblings, func(x place.Place) bool { return x.Code == v.Place.Code })
	}
	if v.Kind == "split" && len(v.Children) == 0 {
		v.Buildings, err = register.Things(tx, lexicon.Dwelling, register.Query{Places: []string{v.Place.Path}, Limit: buildingsMost})
		if err != nil {
			return nil, err
		}
	}
	if err := p.follow(tx, ctx, v, v.Place); err != nil {
		return nil, err
	}
	changes, err := place.Changes(tx, v.Place.Code)
	if err != nil {
		return nil, err
	}
	v.Changes = areaChanges(ctx, changes)
	v.Page = ui.Page{Title: v.title(ctx), Lead: ui.T(ctx, "居民、户、房屋、组织、设施和办件跟着区划走；旧代码永远查得到"), Person: part.PersonOf(by), Wide: true,
		Nav: p.Town.NavOf(ctx, part.PersonOf(by), "/admin/places"), Trail: []ui.Link{{Text: v.Place.Name, Href: areaHref(v.Place.Code)}}}
	if by.HasAny(staff.Admin) {
		v.Page.Trail = append([]ui.Link{{Text: ui.T(ctx, "区划"), Href: "/admin/places/" + url.PathEscape(v.Place.Code)}}, v.Page.Trail...)
	}
	switch v.Kind {
	case "merge":
		v.Fields = v.mergeFields(ctx, tx)
	case "split":
		v.Fields = v.splitFields(ctx, tx)
	}
	return v, nil
}

func (v *areaPage) title(ctx context.Context) string {
	switch v.Kind {
	case "merge":
		return ui.T(ctx, "%s：与别的区划合并", v.Place.Name)
	case "split":
		return ui.T(ctx, "%s：拆分", v.Place.Name)
	}
	return ui.T(ctx, "%s：登记与沿革", v.Place.Name)
}

// follow counts what belongs to places.
func (p *Pages) follow(tx *db.Tx, ctx context.Context, v *areaPage, places ...place.Place) error {
	v.Follow = ui.Table{Caption: ui.T(ctx, "登记与办件"), Cols: []ui.Col{{Name: ui.T(ctx, "区划"), Main: true}, {Name: ui.T(ctx, "人员"), Num: true}, {Name: ui.T(ctx, "户"), Num: true},
		{Name: ui.T(ctx, "房屋"), Num: true}, {Name: ui.T(ctx, "组织"), Num: true}, {Name: ui.T(ctx, "设施"), Num: true}, {Name: ui.T(ctx, "办件"), Num: true}}}
	for _, x := range places {
		c, err := register.CensusBelow(tx, x.Path)
		if err != nil {
			return err
		}
		cases, err := p.Town.Cases.CountBelow(tx, x.Path)
		if err != nil {
			return err
		}
		row := ui.TableRow{ID: x.Code, Cells: []ui.Cell{{Text: x.Name, Note: x.Code}}}
		for _, n := range []int{c.Persons, c.Households, c.Dwellings, c.Organisations, c.Facilities, cases} {
			row.Cells = append(row.Cells, ui.Cell{Text: ui.Count(n)})
		}
		v.Follow.Rows = append(v.Follow.Rows, row)
	}
	return nil
}

var areaChangeNames = map[string]string{"add": ui.N("设立"), "rename": ui.N("更名"), "move": ui.N("改隶"), "merge": ui.N("合并"), "split": ui.N("拆分"), "dissolve": ui.N("撤销"), "outline": ui.N("边界")}

func areaChanges(ctx context.Context, list []place.Logged) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "沿革"), Cols: []ui.Col{{Name: ui.T(ctx, "变更"), Main: true}, {Name: ui.T(ctx, "生效")}, {Name: ui.T(ctx, "内容")}, {Name: ui.T(ctx, "依据")}},
		Empty: ui.Empty(ui.T(ctx, "没有变更记录"), ui.T(ctx, "合并、拆分和更名以后，这里写明从哪天起、依据什么。"))}
	for _, c := range list {
		t.Rows = append(t.Rows, ui.TableRow{ID: c.ID.String(), Cells: []ui.Cell{{Text: ui.T(ctx, areaChangeNames[c.Kind])}, {Text: c.On.String()}, {Text: c.Detail}, {Text: c.Basis}}})
	}
	return t
}

// sent is what a field says: what was sent, or what it begins with.
func (v *areaPage) sent(name, before string) string {
	if v.Sent.Has(name) {
		return v.Sent.Get(name)
	}
	return before
}

func (v *areaPage) changeFields(ctx context.Context, tx *db.Tx) []ui.Field {
	return []ui.Field{
		{Name: "on", Label: ui.T(ctx, "生效日期"), Kind: "date", Value: v.sent("on", place.Today(tx).String()), Required: true, Hint: ui.T(ctx, "不晚于今天")},
		{Name: "basis", Label: ui.T(ctx, "批准文件"), Value: v.sent("basis", ""), Required: true, Max: 120},
	}
}

func (v *areaPage) mergeFields(ctx context.Context, tx *db.Tx) []ui.Field {
	with := ui.Field{Name: "codes", Label: ui.T(ctx, "与哪些区划合并"), Kind: "choices", Required: true, Values: v.Sent["codes"]}
	for _, x := range v.Siblings {
		with.Options = append(with.Options, ui.Option{Value: x.Code, Text: x.Name})
	}
	return append([]ui.Field{with,
		{Name: "code", Label: ui.T(ctx, "合并后的代码"), Value: v.sent("code", v.Place.Code), Required: true, Max: 32, Hint: ui.T(ctx, "写一个没有用过的；沿用其中一个的代码时，名称也是它的")},
		{Name: "name", Label: ui.T(ctx, "合并后的名称"), Value: v.sent("name", v.Place.Name), Required: true, Max: 60}}, v.changeFields(ctx, tx)...)
}

func (v *areaPage) splitFields(ctx context.Context, tx *db.Tx) []ui.Field {
	var list []ui.Field
	options := []ui.Option{}
	for i := 1; i <= partsMost; i++ {
		code, name := fmt.Sprintf("code-%d", i), fmt.Sprintf("name-%d", i)
		list = append(list, ui.Field{Name: code, Label: ui.T(ctx, "第 %d 部分的代码", i), Value: v.sent(code, ""), Required: i <= 2, Max: 32},
			ui.Field{Name: name, Label: ui.T(ctx, "第 %d 部分的名称", i), Value: v.sent(name, ""), Required: i <= 2, Max: 60})
		options = append(options, ui.Option{Value: fmt.Sprint(i), Text: ui.T(ctx, "第 %d 部分", i)})
	}
	for _, x := range v.Children {
		list = append(list, ui.Field{Name: "child-" + x.Code, Label: x.Name, Kind: "select", Value: v.sent("child-"+x.Code, "1"), Options: options})
	}
	for _, x := range v.Buildings {
		list = append(list, ui.Field{Name: "building-" + x.ID.String(), Label: x.Name, Kind: "select", Value: v.sent("building-"+x.ID.String(), "1"), Options: options})
	}
	return append(list, v.changeFields(ctx, tx)...)
}

// change is what was asked for.
func (v *areaPage) change() (c place.Change, err error) {
	c.Basis = strings.TrimSpace(v.Sent.Get("basis"))
	if c.On, err = civil.ParseDate(v.Sent.Get("on")); err != nil {
		return c, fault.Invalid("on", "日期应写成 2026-10-09 这样")
	}
	if c.Basis == "" {
		return c, fault.Invalid("basis", "请写明批准文件的文号")
	}
	return c, nil
}

// changeArea changes the place, and returns what it became.
func (p *Pages) changeArea(tx *db.Tx, by staff.Actor, v *areaPage) ([]string, error) {
	c, err := v.change()
	if err != nil {
		return nil, err
	}
	if v.Kind == "merge" {
		into := place.New{Code: strings.TrimSpace(v.Sent.Get("code")), Name: strings.TrimSpace(v.Sent.Get("name")), Level: v.Place.Level, Parent: v.Place.Parent}
		if len(v.Sent["codes"]) == 0 {
			return nil, fault.Invalid("codes", "请选择与哪些区划合并")
		}
		return []string{into.Code}, p.Events.MergeAreas(tx, by, c, append([]string{v.Place.Code}, v.Sent["codes"]...), into)
	}
	parts := map[string]string{}
	var list []place.New
	var codes []string
	for i := 1; i <= partsMost; i++ {
		n := place.New{Code: strings.TrimSpace(v.Sent.Get(fmt.Sprintf("code-%d", i))), Name: strings.TrimSpace(v.Sent.Get(fmt.Sprintf("name-%d", i))), Level: v.Place.Level, Parent: v.Place.Parent}
		if n.Code == "" && n.Name == "" {
			continue
		}
		parts[fmt.Sprint(i)] = n.Code
		list, codes = append(list, n), append(codes, n.Code)
	}
	children, allot := map[string]string{}, map[db.ID]string{}
	for _, x := range v.Children {
		if children[x.Code] = parts[v.Sent.Get("child-"+x.Code)]; children[x.Code] == "" {
			return nil, fault.Invalid("child-"+x.Code, "请选择它归入哪一部分")
		}
	}
	for _, x := range v.Buildings {
		name := "building-" + x.ID.String()
		if to := parts[v.Sent.Get(name)]; to == "" {
			return nil, fault.Invalid(name, "请选择它归入哪一部分")
		} else if v.Sent.Get(name) != "1" {
			allot[x.ID] = to
		}
	}
	return codes, p.Events.SplitArea(tx, by, c, v.Place.Code, list, children, allot)
}

// doArea does the change, counts what it makes, and takes it back; confirmed, it stays.
func (p *Pages) doArea(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	if r.PostForm.Has("confirmed") {
		to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
			v, err := p.readArea(tx, r)
			if err != nil {
				return "", err
			}
			codes, err := p.changeArea(tx, by, v)
			if err != nil {
				return "", err
			}
			p.Town.Places.Follow(tx)
			return areaHref(codes[0]), nil
		})
		if err == nil || fault.KindOf(err) != fault.KindInvalid {
			return ui.Done(w, r, err, to, ui.T(r.Context(), "已登记，居民和登记已跟着走，办件随后跟上"))
		}
		return p.againArea(w, r, err)
	}
	var v *areaPage
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if v, err = p.readArea(tx, r); err != nil {
			return err
		}
		if err := p.tryArea(tx, r, v); err != nil {
			return err
		}
		return errTried
	})
	if !errors.Is(err, errTried) {
		if fault.KindOf(err) != fault.KindInvalid {
			return err
		}
		return p.againArea(w, r, err)
	}
	return ui.Render(w, r, areaView(v))
}

func (p *Pages) tryArea(tx *db.Tx, r *http.Request, v *areaPage) error {
	cases := map[string]int{}
	for _, code := range append([]string{v.Place.Code}, v.Sent["codes"]...) {
		x, err := place.Get(tx, code)
		if err != nil {
			return err
		}
		if cases[""], err = p.Town.Cases.CountBelow(tx, x.Path); err != nil {
			return err
		}
		cases["all"] += cases[""]
	}
	codes, err := p.changeArea(tx, session.Actor(r), v)
	if err != nil {
		return err
	}
	var now []place.Place
	for _, code := range codes {
		x, err := place.Get(tx, code)
		if err != nil {
			return err
		}
		now = append(now, x)
	}
	if err := p.follow(tx, r.Context(), v, now...); err != nil {
		return err
	}
	v.Tried = true
	for i := range v.Follow.Rows { // cases follow by a job, so their number is that of before
		text := ""
		if len(codes) == 1 {
			text = ui.Count(cases["all"])
		} else if i == 0 {
			text = ui.T(r.Context(), "共 %s", ui.Count(cases["all"]))
		}
		v.Follow.Rows[i].Cells[6] = ui.Cell{Text: text}
	}
	return nil
}

// againArea shows the form with what is wrong.
func (p *Pages) againArea(w http.ResponseWriter, r *http.Request, wrong error) error {
	var v *areaPage
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { v, err = p.readArea(tx, r); return err })
	if err != nil {
		return err
	}
	v.Page.Errors = ui.FieldErrors(r.Context(), wrong)
	v.Fields = v.Page.Errors.On(v.Fields)
	return ui.Render(part.Answering(w, wrong), r, areaView(v))
}

// hidden is what was sent, to be sent again when it is confirmed.
func (v *areaPage) hidden() []ui.Pair {
	var list []ui.Pair
	for name, values := range v.Sent {
		if name == "key" || name == "csrf" || name == "confirmed" {
			continue
		}
		for _, value := range values {
			list = append(list, ui.Pair{Name: name, Text: value})
		}
	}
	slices.SortFunc(list, func(a, b ui.Pair) int { return strings.Compare(a.Name+a.Text, b.Name+b.Text) })
	return list
}
