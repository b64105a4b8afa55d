package inspection

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// pageSize bounds a page of plans and findings.
const pageSize = 50

func period(ctx context.Context, from, to civil.Date) string {
	if from == to {
		return day(ctx, from)
	}
	return ui.T(ctx, "%s 至 %s", day(ctx, from), day(ctx, to))
}

func (p *Pages) plans(w http.ResponseWriter, r *http.Request) error {
	return p.listPlans(w, r, "/inspection/plans", round.Search{Round: r.URL.Query().Get("round")})
}

func (p *Pages) campaigns(w http.ResponseWriter, r *http.Request) error {
	return p.listPlans(w, r, "/inspection/campaigns", round.Search{Campaign: true})
}

func (p *Pages) listPlans(w http.ResponseWriter, r *http.Request, at string, q round.Search) error {
	ctx := r.Context()
	q.After, _ = db.ParseID(r.URL.Query().Get("after"))
	q.Limit = pageSize
	var list []round.Plan
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { list, err = p.Rounds.List(tx, by, q); return err })
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "巡查计划"), ui.T(ctx, "按文件规定的周期自动安排；点开看路线、任务和进度。"))
	if q.Campaign {
		pg = p.page(ctx, ui.T(ctx, "专项行动"), ui.T(ctx, "有起止日期的专项检查，可以手工安排。"))
	}
	t := ui.Table{Caption: pg.Title, Cols: []ui.Col{{Name: ui.T(ctx, "计划"), Main: true}, {Name: ui.T(ctx, "谁去")}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "期间")},
		{Name: ui.T(ctx, "已走到"), Num: true}, {Name: ui.T(ctx, "逾期"), Num: true}}, Empty: ui.Empty(ui.T(ctx, "没有计划"), "")}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: x.Name, Href: planHref(x.ID)}, {Text: p.who(ctx, x.Unit)}, {Text: p.Town.Place(x.Place)},
			{Text: period(ctx, x.From, x.To)}, {Text: share(ctx, x.Visited, x.Points)}, {Text: ui.Count(x.Missed)}}})
	}
	parts := []templ.Component{part.Ways([]ui.Button{{Text: ui.T(ctx, "安排专项行动"), Href: "/inspection/plans/new", Kind: ui.Primary}}), ui.Rows(t)}
	if len(list) == pageSize {
		next := url.Values{"after": {list[pageSize-1].ID.String()}}
		if q.Round != "" {
			next.Set("round", q.Round)
		}
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "更早的"), Href: at + "?" + next.Encode()}}))
	}
	return p.render(w, r, pg, at, parts...)
}

func planHref(id db.ID) string { return "/inspection/plans/" + id.String() }

func (p *Pages) newPlan(w http.ResponseWriter, r *http.Request) error {
	return p.askPlan(w, r, r.URL.Query(), nil)
}

// askPlan asks for a special campaign.
func (p *Pages) askPlan(w http.ResponseWriter, r *http.Request, v url.Values, cause error) error {
	ctx := r.Context()
	wrong := ui.FieldErrors(ctx, cause)
	var kinds []round.Kind
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		city, err := place.City(tx)
		if err == nil {
			kinds = p.Rounds.In(city+"/", place.Today(tx))
		}
		return err
	})
	if err != nil {
		return err
	}
	var options []ui.Option
	for _, k := range kinds {
		options = append(options, ui.Option{Value: k.ID, Text: k.Name})
	}
	fields := wrong.On([]ui.Field{{Name: "round", Label: ui.T(ctx, "按哪一种巡查"), Kind: "select", Options: options, Value: v.Get("round"), Required: true,
		Hint: ui.T(ctx, "检查表、对象和发现问题后的办理都照这一种。")},
		{Name: "name", Label: ui.T(ctx, "行动名称"), Value: v.Get("name"), Max: 60, Hint: ui.T(ctx, "不填就用巡查的名称。")}})
	unit := p.Town.UnitField("unit", ui.T(ctx, "由哪个单位去"), "")
	unit.Value, unit.Hint = v.Get("unit"), ui.T(ctx, "网格员的巡查不用填。")
	more := wrong.On([]ui.Field{unit, {Name: "from", Label: ui.T(ctx, "开始日期"), Kind: "date", Value: v.Get("from"), Required: true},
		{Name: "to", Label: ui.T(ctx, "结束日期"), Kind: "date", Value: v.Get("to"), Required: true}})
	pick := p.Town.Pick(v, "place", "")
	pick.Label, pick.Error = ui.T(ctx, "区域"), wrong.Of("place")
	pg := p.page(ctx, ui.T(ctx, "安排专项行动"), ui.T(ctx, "有起止日期，区域里的对象都成为点位，自动排出路线。"))
	pg.Errors = wrong
	form := part.Post("/inspection/plans", []ui.Button{{Text: ui.T(ctx, "安排"), Kind: ui.Primary}, {Text: ui.T(ctx, "取消"), Kind: ui.Quiet, Href: "/inspection/campaigns"}},
		ui.AskAll(fields), part.PlacePicker(pick), ui.AskAll(more))
	if cause != nil {
		w = part.Answering(w, cause)
	}
	return p.render(w, r, pg, "/inspection/campaigns", form)
}

func (p *Pages) make(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	v := r.PostForm
	m := round.Making{Key: ui.FormKey(r), Round: v.Get("round"), Name: v.Get("name")}
	m.From, _ = civil.ParseDate(v.Get("from"))
	m.To, _ = civil.ParseDate(v.Get("to"))
	if u := v.Get("unit"); u != "" {
		found, err := p.Town.FindUnit(u)
		if err != nil {
			return p.askPlan(w, r, v, fault.Invalid("unit", "没有单位 %s", u))
		}
		m.Unit = found.Code
	}
	pick := p.Town.Pick(v, "place", "")
	if code, err := pick.Code(); err == nil {
		m.Place = code
	}
	var made round.Plan
	err := p.write(r, func(tx *db.Tx, by staff.Actor) (err error) { made, err = p.Rounds.Make(tx, by, m); return err })
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return p.askPlan(w, r, v, err)
	}
	return ui.Done(w, r, err, planHref(made.ID), ui.T(r.Context(), "已安排：%d 个点位", made.Points))
}

// planView is what the page of a plan shows.
type planView struct {
	plan   round.Plan
	tasks  []round.Task
	points []round.Point
	found  []round.Finding
	draw   round.Draw
	staff  []staff.Account
}

func (p *Pages) view(tx *db.Tx, by staff.Actor, id db.ID) (v planView, err error) {
	if v.plan, err = p.Rounds.Get(tx, by, id); err != nil {
		return v, err
	}
	if v.tasks, err = p.Rounds.TasksOf(tx, by, id); err != nil {
		return v, err
	}
	if v.points, err = p.Rounds.PointsOf(tx, by, id); err != nil {
		return v, err
	}
	if v.found, err = p.Rounds.Findings(tx, by, round.Found{Plan: id, Limit: 100}); err != nil {
		return v, err
	}
	if v.plan.Seed != "" {
		if v.draw, err = p.Rounds.DrawOf(tx, by, id); err != nil {
			return v, err
		}
	}
	if v.plan.Leads(by) {
		v.staff, err = p.Rounds.Goers(tx, by, id)
	}
	return v, err
}

func (p *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var v planView
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { v, err = p.view(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	x := v.plan
	pg := p.page(ctx, x.Name, period(ctx, x.From, x.To))
	pg.Trail = append(pg.Trail, ui.Link{Text: ui.T(ctx, "计划"), Href: "/inspection/plans"})
	facts := []ui.Pair{{Name: ui.T(ctx, "谁去"), Text: p.who(ctx, x.Unit)}, {Name: ui.T(ctx, "地点"), Text: p.Town.Place(x.Place)},
		{Name: ui.T(ctx, "已走到"), Text: share(ctx, x.Visited, x.Points)}, {Name: ui.T(ctx, "逾期没有走到"), Text: ui.Count(x.Missed)},
		{Name: ui.T(ctx, "安排人"), Text: x.By}, {Name: ui.T(ctx, "依据"), Body: p.basis(&x)}}
	if x.Watch != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "督促单位"), Text: p.Town.Unit(x.Watch)})
	}
	if x.Seed != "" {
		words := ui.T(ctx, "与登记的不一致")
		if v.draw.Holds {
			words = ui.T(ctx, "重新抽取，结果相同")
		}
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "抽取"), Text: ui.T(ctx, "从 %d 件办结件中抽 %d 件；%s", x.Closed, len(v.draw.Drawn), words)},
			ui.Pair{Name: ui.T(ctx, "种子"), Text: x.Seed})
	}
	doing := []ui.Button{{Text: ui.T(ctx, "打印检查表"), Href: planHref(x.ID) + "/sheet"}}
	if x.Leads(by) {
		doing = append(doing, ui.Button{Text: ui.T(ctx, "调整路线"), Href: planHref(x.ID) + "/route"})
	}
	parts := []templ.Component{ui.Facts(facts), part.Ways(doing), part.Block(ui.T(ctx, "路线"), ui.Rows(p.pointTable(ctx, v.points)))}
	parts = append(parts, part.Block(ui.T(ctx, "任务"), p.taskForms(ctx, by, &v)...), part.Block(ui.T(ctx, "发现的问题"), ui.Rows(p.findingTable(ctx, v.found))))
	return p.render(w, r, pg, "/inspection/plans", parts...)
}

// basis cites what a plan rests on.
func (p *Pages) basis(x *round.Plan) templ.Component {
	if of := p.Town.Packs().Pack(x.Document, x.Pack); of != nil {
		if k := of.On(x.From).Round(x.Round); k != nil {
			return part.ClauseLink(k.Basis[0], p.Town.Gist(k.Basis[0]))
		}
	}
	return part.Says(x.Document)
}

func (p *Pages) pointTable(ctx context.Context, list []round.Point) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "路线"), Cols: []ui.Col{{Name: ui.T(ctx, "顺序"), Num: true}, {Name: ui.T(ctx, "点位"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "走访")}},
		Empty: ui.Empty(ui.T(ctx, "没有点位"), ui.T(ctx, "这个范围里没有登记的对象。"))}
	for _, at := range list {
		visit := ui.Cell{Text: ui.T(ctx, "还没有走到，登记走访"), Href: "/inspection/points/" + at.ID.String()}
		if at.Done {
			visit = ui.Cell{Text: ui.T(ctx, "已走到"), Href: visitHref(at.Visit)}
		}
		name := ui.Cell{Text: at.Name, Note: keyWords(ctx, at.Key)}
		if at.Kind == "case" {
			if id, err := db.ParseID(at.Subject); err == nil {
				name.Href = part.CaseHref(id)
			}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: strconv.Itoa(at.Seq())}, name, {Text: p.Town.Place(at.Place)}, visit}})
	}
	return t
}

var taskStates = map[string]string{round.StateOpen: ui.N("待走"), round.StateMissed: ui.N("逾期"), round.StateDone: ui.N("已走完")}

// taskForms lists the tasks of a plan; who plans may give each to somebody for a day.
func (p *Pages) taskForms(ctx context.Context, by staff.Actor, v *planView) (parts []templ.Component) {
	t := ui.Table{Caption: ui.T(ctx, "任务"), Cols: []ui.Col{{Name: ui.T(ctx, "最后一天"), Main: true}, {Name: ui.T(ctx, "谁去")}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "已走到"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "没有任务"), "")}
	var open []ui.Option
	for _, x := range v.tasks {
		who := cmp.Or(x.Who, ui.T(ctx, "%s（都可以）", p.who(ctx, v.plan.Unit)))
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: day(ctx, x.Due)}, {Text: who}, {Text: ui.T(ctx, taskStates[x.State])}, {Text: share(ctx, x.Visited, x.Count)}}})
		if x.State != round.StateDone {
			open = append(open, ui.Option{Value: x.ID.String(), Text: ui.T(ctx, "%s：%d 个点位", day(ctx, x.Due), x.Count)})
		}
	}
	parts = append(parts, ui.Rows(t))
	if !v.plan.Leads(by) || len(open) == 0 {
		return parts
	}
	who := []ui.Option{{Value: "0", Text: ui.T(ctx, "都可以")}}
	for _, a := range v.staff {
		who = append(who, ui.Option{Value: a.ID.String(), Text: a.Name})
	}
	form := part.Post("/inspection/tasks/"+v.plan.ID.String(), []ui.Button{{Text: ui.T(ctx, "交给他"), Kind: ui.Primary}}, ui.AskAll([]ui.Field{
		{Name: "task", Label: ui.T(ctx, "任务"), Kind: "select", Options: open, Value: open[0].Value, Required: true},
		{Name: "worker", Label: ui.T(ctx, "由谁去"), Kind: "select", Options: who, Value: "0", Required: true},
		{Name: "due", Label: ui.T(ctx, "最后一天"), Kind: "date", Value: v.plan.To.String(), Required: true}}))
	return append(parts, confirm(ui.T(ctx, "把任务交给某个人"), form))
}

// assign gives a task to a worker; {id} is the plan to go back to.
func (p *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	task, _ := db.ParseID(r.PostFormValue("task"))
	worker := db.ID(0)
	if text := r.PostFormValue("worker"); text != "0" && text != "" {
		var err error
		if worker, err = db.ParseID(text); err != nil {
			return fault.Invalid("worker", "请选择承担这个巡查的人员")
		}
	}
	due, err := civil.ParseDate(r.PostFormValue("due"))
	if err != nil {
		return fault.Invalid("due", "请填写日期")
	}
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error { return p.Rounds.Assign(tx, by, task, worker, due) })
	return ui.Done(w, r, err, planHref(ui.ID(r)), ui.T(r.Context(), "已交办"))
}

// route asks for another order of the points.
func (p *Pages) route(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var x round.Plan
	var points []round.Point
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if x, err = p.Rounds.Get(tx, by, ui.ID(r)); err == nil {
			points, err = p.Rounds.PointsOf(tx, by, x.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	var fields []ui.Field
	for _, at := range points {
		fields = append(fields, ui.Field{Name: at.ID.String(), Label: at.Name, Kind: "number", Value: strconv.Itoa(at.Seq()), Short: true})
	}
	pg := p.page(ctx, ui.T(ctx, "调整路线"), ui.T(ctx, "写上先后的号码；自动排的路线是每次去最近的下一个。"))
	pg.Trail = append(pg.Trail, ui.Link{Text: x.Name, Href: planHref(x.ID)})
	return p.render(w, r, pg, "/inspection/plans", part.Post(planHref(x.ID)+"/route", []ui.Button{{Text: ui.T(ctx, "保存"), Kind: ui.Primary}, {Text: ui.T(ctx, "取消"), Kind: ui.Quiet,
		Href: planHref(x.ID)}}, ui.AskAll(fields)))
}

func (p *Pages) arrange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	type turn struct {
		id db.ID
		n  int
	}
	var turns []turn
	for name, v := range r.PostForm {
		if id, err := db.ParseID(name); err == nil && name != "key" {
			n, _ := strconv.Atoi(v[0])
			turns = append(turns, turn{id, n})
		}
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.id, b.id)) })
	order := make([]db.ID, len(turns))
	for i, t := range turns {
		order[i] = t.id
	}
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error { return p.Rounds.Arrange(tx, by, ui.ID(r), order) })
	return ui.Done(w, r, err, planHref(ui.ID(r)), ui.T(r.Context(), "路线已保存"))
}

// sheet is the check list of a plan on paper, with its points.
func (p *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var x round.Plan
	var points []round.Point
	var now db.Time
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		now = db.At(tx.Now())
		if x, err = p.Rounds.Get(tx, by, ui.ID(r)); err == nil {
			points, err = p.Rounds.PointsOf(tx, by, x.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	rows := ui.Table{Caption: ui.T(ctx, "检查项"), Cols: []ui.Col{{Name: ui.T(ctx, "方面")}, {Name: ui.T(ctx, "检查项"), Main: true}, {Name: ui.T(ctx, "分值"), Num: true}, {Name: ui.T(ctx, "结果")}}}
	if l := p.list(&x); l != nil {
		for _, i := range l.Items {
			says := i.Says
			if i.Veto {
				says += ui.T(ctx, "（一票否决）")
			}
			rows.Rows = append(rows.Rows, ui.TableRow{Cells: ui.Cells(i.Group, says, strconv.Itoa(i.Points), "")})
		}
	}
	at := ui.Table{Caption: ui.T(ctx, "点位"), Cols: []ui.Col{{Name: ui.T(ctx, "顺序"), Num: true}, {Name: ui.T(ctx, "点位"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "时间和签名")}}}
	for _, q := range points {
		at.Rows = append(at.Rows, ui.TableRow{Cells: ui.Cells(strconv.Itoa(q.Seq()), q.Name, p.Town.Place(q.Place), "")})
	}
	pg := ui.Page{Title: x.Name, NoHead: true, Person: part.PersonOf(by), Trail: []ui.Link{{Text: x.Name, Href: planHref(x.ID)}}}
	return ui.Render(w, r, sheet(pg, planHref(x.ID), ui.Sheet{Title: x.Name, Number: period(ctx, x.From, x.To), Issuer: p.who(ctx, x.Unit), At: now.Time}, rows, at))
}

// list is the check list that a plan goes by, nil for none.
func (p *Pages) list(x *round.Plan) *pack.Checklist {
	of := p.Town.Packs().Pack(x.Document, x.Pack)
	if of == nil {
		return nil
	}
	e := of.On(x.From)
	if k := e.Round(x.Round); k != nil {
		return e.Checklist(k.List)
	}
	return nil
}
