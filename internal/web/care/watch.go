package care

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// watch is what a community has to see to: emergencies first, then orders nobody takes, call backs, disputes, and who was assessed and has no plan.
func (p *Pages) watch(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var urgent, nobody, back, disputed []serviceorder.Order
	var plans []serviceorder.Plan
	var needing, found []ui.TableRow
	var now time.Time
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if !serviceorder.Watches(by, "") {
			return fault.Forbidden("这一页给社区工作者、接线员和主管部门看")
		}
		now = tx.Now()
		for _, l := range []struct {
			to *[]serviceorder.Order
			q  serviceorder.Search
		}{{&urgent, serviceorder.Search{Urgent: true, States: []serviceorder.State{serviceorder.Asked, serviceorder.Accepted, serviceorder.Arrived}}}, {&nobody, serviceorder.Search{States: []serviceorder.State{serviceorder.Asked}}},
			{&back, serviceorder.Search{States: []serviceorder.State{serviceorder.CallBack}}}, {&disputed, serviceorder.Search{States: []serviceorder.State{serviceorder.Disputed}}}} {
			if *l.to, err = p.Orders.List(tx, by, l.q); err != nil {
				return err
			}
		}
		if plans, err = p.Orders.Plans(tx, by, 200); err != nil {
			return err
		}
		if needing, err = p.needRows(ctx, tx, by); err != nil {
			return err
		}
		found, err = p.foundRows(ctx, tx, by, q)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "照看居家老人"), ui.T(ctx, "紧急呼叫、没有机构接的、要回访的、还没有计划的。"))
	pg.Wide = true
	parts := []templ.Component{ui.Stats([]ui.Stat{{Name: ui.T(ctx, "紧急呼叫"), Value: ui.Count(len(urgent))}, {Name: ui.T(ctx, "没有机构接"), Value: ui.Count(len(nobody))}, {Name: ui.T(ctx, "要回访"), Value: ui.Count(len(back) + len(disputed))},
		{Name: ui.T(ctx, "有计划的老人"), Value: ui.Count(len(plans))}})}
	for _, s := range []struct {
		title string
		list  []serviceorder.Order
	}{{ui.T(ctx, "紧急呼叫"), urgent}, {ui.T(ctx, "没有机构接"), nobody}, {ui.T(ctx, "要回访：没有人确认，不算同意"), back}, {ui.T(ctx, "老人有异议"), disputed}} {
		if len(s.list) > 0 {
			parts = append(parts, part.Block(s.title, ui.Rows(p.orderTable(ctx, s.title, "", s.list, now))))
		}
	}
	parts = append(parts, p.findSection(ctx, q, found))
	if len(needing) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "评估过还没有计划"), ui.Rows(ui.Table{Caption: ui.T(ctx, "评估过还没有计划"), Cols: []ui.Col{{Name: ui.T(ctx, "老人"), Main: true}, {Name: ui.T(ctx, "等级")}, {Name: ui.T(ctx, "评估")}}, Rows: needing})))
	}
	parts = append(parts, part.Block(ui.T(ctx, "服务计划"), ui.Rows(p.planTable(ctx, plans))))
	return p.render(w, r, pg, "/homecare/watch", parts...)
}

func (p *Pages) findSection(ctx context.Context, q string, found []ui.TableRow) templ.Component {
	parts := []templ.Component{ui.SearchBox("/homecare/watch", "q", ui.T(ctx, "老人姓名"), q, ui.T(ctx, "至少两个字"))}
	if q != "" {
		parts = append(parts, ui.Rows(ui.Table{Caption: ui.T(ctx, "找到的人"), Cols: []ui.Col{{Name: ui.T(ctx, "姓名"), Main: true}, {Name: ui.T(ctx, "出生日期")}, {Name: ui.T(ctx, "住址")}}, Rows: found, Empty: ui.Empty(ui.T(ctx, "没有找到，请核对姓名"), "")}))
	}
	return part.Block(ui.T(ctx, "评估和定计划"), parts...)
}

func (p *Pages) needRows(ctx context.Context, tx *db.Tx, by staff.Actor) (rows []ui.TableRow, err error) {
	list, err := p.Orders.Needing(tx, by, 100)
	for _, n := range list {
		name, err := n.Name(tx)
		if err != nil {
			return nil, err
		}
		rows = append(rows, ui.TableRow{Cells: []ui.Cell{{Text: name, Href: "/homecare/persons/" + n.Person.String()}, {Text: n.Grade, Note: ui.T(ctx, "%d 分", n.Percent)}, {Text: n.On.Words(), Note: n.By}}})
	}
	return rows, err
}

func (p *Pages) foundRows(ctx context.Context, tx *db.Tx, by staff.Actor, q string) (rows []ui.TableRow, err error) {
	if q == "" {
		return nil, nil
	}
	list, err := register.FindByName(tx, register.Query{Places: register.Sight(by, register.ForService), Words: q, Limit: 20})
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return nil, nil
	}
	for _, x := range list {
		born := ""
		if !x.Born.IsZero() {
			born = x.Born.Words()
		}
		rows = append(rows, ui.TableRow{Cells: []ui.Cell{{Text: x.Name, Href: "/homecare/persons/" + x.ID.String()}, {Text: born}, {Text: x.Address}}})
	}
	return rows, err
}

func (p *Pages) planTable(ctx context.Context, list []serviceorder.Plan) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "服务计划"), Cols: []ui.Col{{Name: ui.T(ctx, "老人"), Main: true}, {Name: ui.T(ctx, "等级")}, {Name: ui.T(ctx, "每月额度"), Num: true}, {Name: ui.T(ctx, "从哪天起")}, {Name: ui.T(ctx, "谁确认")}},
		Empty: ui.Empty(ui.T(ctx, "还没有服务计划"), ui.T(ctx, "找到老人，评估以后定计划。"))}
	for _, x := range list {
		who := ui.T(ctx, "本人")
		if x.Cannot {
			who = ui.T(ctx, "社区代为确认")
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: x.Name, Href: "/homecare/persons/" + x.Person.String(), Note: x.Address}, {Text: x.Grade}, {Text: x.Fen.Words()}, {Text: x.From.Words()}, {Text: who}}})
	}
	return t
}

// A dossier is what a community's worker sees of one person.
type dossier struct {
	person register.Person
	scheme pack.Held
	list   *pack.Checklist
	need   serviceorder.Need
	found  bool
	plan   serviceorder.Plan
	known  bool
	left   serviceorder.Balance
	orders []serviceorder.Order
	now    time.Time
}

func (p *Pages) dossierOf(tx *db.Tx, by staff.Actor, id db.ID) (d dossier, err error) {
	if d.person, err = register.PersonOf(tx, id); err != nil {
		return d, err
	}
	if !serviceorder.Keeps(by, d.person.Path) {
		return d, fault.NotFound("没有这位居民，或不由您照看")
	}
	if d.scheme, err = p.Orders.SchemeAt(tx, d.person.Path); err != nil {
		return d, err
	}
	d.now, d.list = tx.Now(), d.scheme.Of.On(place.Today(tx)).Checklist(d.scheme.List)
	if d.need, d.found, err = p.Orders.NeedOf(tx, by, id); err != nil {
		return d, err
	}
	if d.plan, d.known, err = p.Orders.PlanOf(tx, by, id); err != nil {
		return d, err
	}
	if d.known {
		if d.left, err = p.Orders.Left(tx, &d.plan, place.Today(tx).String()[:7]); err != nil {
			return d, err
		}
	}
	d.orders, err = p.Orders.List(tx, by, serviceorder.Search{Person: id, Last: true, Limit: 20})
	return d, err
}

// person is where a community's worker assesses somebody and makes his plan.
func (p *Pages) person(w http.ResponseWriter, r *http.Request) error {
	var d dossier
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { d, err = p.dossierOf(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	return ui.Render(w, r, p.personPage(r.Context(), &d, nil, ui.Errors{}))
}

func (p *Pages) personPage(ctx context.Context, d *dossier, v url.Values, wrong ui.Errors) templ.Component {
	pg := p.page(ctx, d.person.Name, d.person.Address)
	pg.Errors = wrong
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "照看居家老人"), Href: "/homecare/watch"}}
	to := "/homecare/persons/" + d.person.ID.String()
	q := "?person=" + d.person.ID.String()
	parts := []templ.Component{part.Ways([]ui.Button{{Text: ui.T(ctx, "代订服务"), Href: "/homecare/order" + q, Kind: ui.Plain}, {Text: ui.T(ctx, "代按紧急呼叫"), Href: "/homecare/rescue" + q, Kind: ui.Danger}})}
	if d.known {
		parts = append(parts, p.planSection(ctx, &home{known: true, plan: d.plan, left: d.left}), ask(ui.T(ctx, "结束计划"), part.Post("/homecare/plans/"+d.plan.ID.String(), []ui.Button{{Text: ui.T(ctx, "结束计划"), Kind: ui.Danger}},
			askAll([]ui.Field{hidden("person", d.person.ID.String()), {Name: "why", Label: ui.T(ctx, "为什么结束"), Required: true, Max: 200}}))))
	}
	if d.found {
		parts = append(parts, part.Block(ui.T(ctx, "定计划"), part.Says(ui.T(ctx, "%s由%s评估：%s，%d 分，每月额度 %s。", d.need.On.Words(), d.need.By, p.gradeName(d), d.need.Percent, p.monthOf(d))),
			part.Post(to+"/plan", []ui.Button{{Text: ui.T(ctx, "定计划"), Kind: ui.Primary}}, askAll(wrong.On(p.planFields(ctx, d, v))))))
	}
	var fields []ui.Field
	for i := range d.list.Items {
		fields = append(fields, itemField(ctx, &d.list.Items[i], v))
	}
	assess := part.Post(to+"/need", []ui.Button{{Text: ui.T(ctx, "保存评估"), Kind: ui.Primary}}, askAll(wrong.On(fields)))
	if d.found {
		assess = ask(ui.T(ctx, "重新评估"), assess)
	}
	parts = append(parts, part.Block(d.list.Name, assess), part.Block(ui.T(ctx, "订单"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "订单"), ui.T(ctx, "没有订单"), d.orders, d.now))))
	return pageOf(pg, p.tabs(ctx, ""), parts...)
}

func (p *Pages) gradeName(d *dossier) string {
	if l := d.scheme.Level(d.need.Grade); l != nil {
		return d.need.Grade + " " + l.Name
	}
	return d.need.Grade
}

func (p *Pages) monthOf(d *dossier) string {
	if l := d.scheme.Level(d.need.Grade); l != nil {
		return l.Month.Words()
	}
	return ""
}

func (p *Pages) planFields(ctx context.Context, d *dossier, v url.Values) (fields []ui.Field) {
	for i := range d.scheme.Kinds {
		k := &d.scheme.Kinds[i]
		if k.Urgent {
			continue
		}
		value := v.Get("units." + k.ID)
		if value == "" && d.known && d.plan.Units[k.ID] > 0 {
			value = strconv.Itoa(d.plan.Units[k.ID])
		}
		fields = append(fields, ui.Field{Name: "units." + k.ID, Label: ui.T(ctx, "%s（每月几%s）", k.Name, ui.T(ctx, k.UnitWords())), Kind: "number", Value: value, Short: true, Hint: ui.T(ctx, "一%s %s", ui.T(ctx, k.UnitWords()), k.Price.Words())})
	}
	cannot := ""
	if d.known && d.plan.Cannot {
		cannot = "1"
	}
	return append(fields, ui.Field{Name: "cannot", Label: ui.T(ctx, "本人不能确认，由社区上门或打电话问过后代为确认"), Kind: "bool", Value: or(v.Get("cannot"), cannot)},
		ui.Field{Name: "home", Label: ui.T(ctx, "住处的位置（经度,纬度）"), Value: or(v.Get("home"), homeWords(d)), Hint: ui.T(ctx, "用来核对上门人员是不是到了；不填就不核对距离"), Short: true})
}

func homeWords(d *dossier) string {
	if d.known && !d.plan.Home.IsZero() {
		return d.plan.Home.String()
	}
	return ""
}

// itemField asks one item of the check list of needs.
func itemField(ctx context.Context, i *pack.CheckItem, v url.Values) ui.Field {
	name := "answers." + i.ID
	f := ui.Field{Name: name, Label: i.Says, Value: v.Get(name), Required: true, Kind: "choice"}
	if i.Group != "" {
		f.Label = i.Group + " · " + i.Says
	}
	switch i.Kind {
	case "yes-no":
		f.Options = []ui.Option{{Value: "yes", Text: ui.T(ctx, "是")}, {Value: "no", Text: ui.T(ctx, "否")}}
	case "choice":
		for _, o := range i.Options {
			f.Options = append(f.Options, ui.Option{Value: o.Value, Text: o.Label})
		}
	default:
		f.Kind = "number"
	}
	return f
}

// again shows the person's page with what is wrong.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, err error, done string) error {
	to := "/homecare/persons/" + ui.ID(r).String()
	if err == nil || fault.KindOf(err) != fault.KindInvalid {
		return ui.Done(w, r, err, to, done)
	}
	var d dossier
	if failed := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { d, err = p.dossierOf(tx, by, ui.ID(r)); return err }); failed != nil {
		return failed
	}
	return ui.Again(w, r, err, func(e ui.Errors) templ.Component { return p.personPage(r.Context(), &d, r.PostForm, e) })
}

func (p *Pages) assess(w http.ResponseWriter, r *http.Request) error {
	key := ui.FormKey(r)
	answers := map[string]string{}
	for name, v := range r.PostForm {
		if id, is := strings.CutPrefix(name, "answers."); is && len(v) > 0 {
			answers[id] = v[0]
		}
	}
	var n serviceorder.Need
	err := p.write(r, func(tx *db.Tx, by staff.Actor) (err error) {
		n, err = p.Orders.Assess(tx, by, key, ui.ID(r), answers)
		return err
	})
	return p.again(w, r, err, ui.T(r.Context(), "已评估：%s 级，%d 分", n.Grade, n.Percent))
}

func (p *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	key := ui.FormKey(r)
	d := serviceorder.Draft{Person: ui.ID(r), Units: map[string]int{}, Cannot: r.PostFormValue("cannot") != ""}
	var bad error
	for name, v := range r.PostForm {
		if kind, is := strings.CutPrefix(name, "units."); is && len(v) > 0 && strings.TrimSpace(v[0]) != "" {
			n, err := strconv.Atoi(strings.TrimSpace(v[0]))
			if err != nil {
				bad = fault.Invalid(name, "请填写整数")
			}
			d.Units[kind] = n
		}
	}
	if at := strings.TrimSpace(r.PostFormValue("home")); at != "" {
		lon, lat, _ := strings.Cut(at, ",")
		x, err := strconv.ParseFloat(strings.TrimSpace(lon), 64)
		y, err2 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
		if err != nil || err2 != nil {
			bad = fault.Invalid("home", "位置写成“经度,纬度”，如 111.2,34.8")
		}
		d.Home = geo.Point{Lon: x, Lat: y}
	}
	err := bad
	if err == nil {
		err = p.write(r, func(tx *db.Tx, by staff.Actor) error { _, err := p.Orders.Plan(tx, by, key, d); return err })
	}
	return p.again(w, r, err, ui.T(r.Context(), "已定计划，老人会收到消息"))
}

func (p *Pages) endPlan(w http.ResponseWriter, r *http.Request) error {
	person, _ := db.ParseID(r.PostFormValue("person"))
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		return p.Orders.EndPlan(tx, by, ui.ID(r), r.PostFormValue("why"))
	})
	return ui.Done(w, r, err, "/homecare/persons/"+person.String())
}
