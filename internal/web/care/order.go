package care

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A view is an order as one reader sees it, with what he may do.
type view struct {
	o       serviceorder.Order
	steps   []serviceorder.Step
	now     time.Time
	mine    bool // the reader is whoever is served, or family
	self    bool
	keeps   bool // works for the community, or takes calls
	desk    bool // works at the desk of the provider
	goes    bool // may arrive and leave
	members []serviceorder.Member
	others  []serviceorder.Provider // to whom it may be given
	cannot  bool
}

func (p *Pages) viewOf(tx *db.Tx, by staff.Actor, id db.ID) (v view, err error) {
	if v.o, err = p.Orders.Get(tx, by, id); err != nil {
		return v, err
	}
	if v.steps, err = p.Orders.Steps(tx, by, id); err != nil {
		return v, err
	}
	v.now, v.keeps = tx.Now(), serviceorder.Keeps(by, v.o.Path)
	if v.self, v.mine, err = serviceorder.Own(tx, by, v.o.Person); err != nil {
		return v, err
	}
	if x, desk, err := p.Orders.ProviderOf(tx, by); err == nil && x.Organisation == v.o.Provider {
		v.desk, v.goes = desk, true
		if desk {
			if v.members, err = serviceorder.Members(tx, x.Organisation); err != nil {
				return v, err
			}
		}
	}
	if v.keeps {
		if v.others, err = p.Orders.Candidates(tx, &v.o); err != nil {
			return v, err
		}
		plan, known, err := p.Orders.PlanOf(tx, by, v.o.Person)
		if err != nil {
			return v, err
		}
		v.cannot = known && plan.Cannot
	}
	return v, nil
}

// order shows one order, its history and what the reader may do about it now.
func (p *Pages) order(w http.ResponseWriter, r *http.Request) error {
	var v view
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { v, err = p.viewOf(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	return ui.Render(w, r, p.orderPage(r.Context(), &v, ui.Errors{}))
}

func (p *Pages) orderPage(ctx context.Context, v *view, wrong ui.Errors) templ.Component {
	o := &v.o
	pg := p.page(ctx, ui.T(ctx, "%s · %s", p.kindName(o), o.Name), ui.T(ctx, o.State.Words()))
	pg.Errors = wrong
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "居家养老服务"), Href: "/homecare"}}
	var parts []templ.Component
	if o.Urgent && o.State.Open() {
		parts = append(parts, warning(ui.Bad, ui.T(ctx, "紧急呼叫，请立即上门"), part.Says(o.Name+"，"+o.Address)))
	}
	parts = append(parts, p.actions(ctx, v)...)
	parts = append(parts, ui.Facts(p.facts(ctx, v)), part.Block(ui.T(ctx, "经过"), ui.Timeline(p.timeline(ctx, v))))
	return pageOf(pg, p.tabs(ctx, ""), parts...)
}

func (p *Pages) facts(ctx context.Context, v *view) []ui.Pair {
	o := &v.o
	pays := ui.T(ctx, "每月额度")
	switch {
	case o.Pays == serviceorder.SelfPays:
		pays = ui.T(ctx, "自费")
	case o.Urgent:
		pays = ui.T(ctx, "不占额度")
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "编号"), Text: o.Number}, {Name: ui.T(ctx, "服务"), Text: p.kindName(o) + " " + p.amount(ctx, o, o.Units)}, {Name: ui.T(ctx, "约定时间"), Text: ui.DateTime(ctx, o.Wanted.Time)},
		{Name: ui.T(ctx, "住址"), Text: o.Address}, {Name: ui.T(ctx, "费用"), Text: ui.T(ctx, "%s，%s", o.Fen.Words(), pays)}, {Name: ui.T(ctx, "下单"), Text: ui.T(ctx, "%s（%s）", o.AskedName, asWords(ctx, o.AskedAs))}}
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, ui.Pair{Name: name, Text: text})
		}
	}
	add(ui.T(ctx, "要注意什么"), o.Words)
	add(ui.T(ctx, "服务机构"), o.ProviderName)
	add(ui.T(ctx, "上门人员"), o.WorkerName)
	if !o.Due.IsZero() {
		add(ui.T(ctx, "最迟"), ui.T(ctx, "%s，%s", ui.DateTime(ctx, o.Due.Time), ui.Left(ctx, o.Due.Time, v.now)))
	}
	if !o.ArrivedAt.IsZero() {
		add(ui.T(ctx, "到达"), ui.DateTime(ctx, o.ArrivedAt.Time)+metresWords(ctx, o.ArriveMetres))
	}
	if !o.LeftAt.IsZero() {
		add(ui.T(ctx, "离开"), ui.DateTime(ctx, o.LeftAt.Time)+metresWords(ctx, o.LeaveMetres))
		add(ui.T(ctx, "实际服务"), p.amount(ctx, o, o.ServedUnits))
	}
	add(ui.T(ctx, "标记"), markWords(ctx, o.Marks))
	add(ui.T(ctx, "服务记录"), o.Record)
	if o.ConfirmedBy != "" {
		add(ui.T(ctx, "确认"), ui.T(ctx, "%s（%s）", o.ConfirmedBy, asWords(ctx, o.ConfirmedAs)))
	}
	if o.Rating > 0 {
		add(ui.T(ctx, "评价"), ui.T(ctx, "%d 分", o.Rating)+" "+o.RatingWords)
	}
	if !o.Case.IsZero() && !v.mine {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "呼叫办件"), Text: ui.T(ctx, "打开"), Href: part.CaseHref(o.Case)})
	}
	add(ui.T(ctx, "办件没有立"), o.Trouble)
	return facts
}

func asWords(ctx context.Context, as string) string {
	return map[string]string{serviceorder.AsSelf: ui.T(ctx, "本人"), serviceorder.AsFamily: ui.T(ctx, "家人"), serviceorder.AsCommunity: ui.T(ctx, "社区或接线员")}[as]
}

func metresWords(ctx context.Context, m int) string {
	if m < 0 {
		return ui.T(ctx, "，没有位置")
	}
	return ui.T(ctx, "，离住处 %d 米", m)
}

func (p *Pages) timeline(ctx context.Context, v *view) (steps []ui.Step) {
	for _, s := range v.steps {
		words := s.Words
		if v.mine && (s.Verb == "decline" || s.Verb == "silent") { // why a provider declined is for those who watch
			words = ""
		}
		steps = append(steps, ui.Step{At: s.At.Time, What: ui.T(ctx, serviceorder.StepWords(s.Verb)), Who: s.By, Words: words, Key: s.Verb == "leave" || s.Verb == "confirm" || s.Verb == "settle"})
	}
	return steps
}

// actions are the forms for what the reader may do now.
func (p *Pages) actions(ctx context.Context, v *view) (parts []templ.Component) {
	o := &v.o
	to := "/homecare/orders/" + o.ID.String()
	do := func(verb, text string, kind ui.ButtonKind) []ui.Button {
		return []ui.Button{{Text: text, Kind: kind, Name: "do", Value: verb}}
	}
	words := func(name, label, in string) ui.Field {
		return ui.Field{Name: name, Label: label, Kind: "longtext", Required: true, Max: 500, Rows: 3, In: in}
	}
	switch o.State {
	case serviceorder.Offered:
		if v.desk {
			parts = append(parts, part.Post(to, do("accept", ui.T(ctx, "接单"), ui.Primary), askAll([]ui.Field{p.workerField(ctx, v, false)})),
				ask(ui.T(ctx, "不接"), part.Post(to, do("decline", ui.T(ctx, "不接这一单"), ui.Danger), askAll([]ui.Field{words("why", ui.T(ctx, "为什么不接"), "decline")}))))
		}
	case serviceorder.Accepted:
		if v.desk {
			parts = append(parts, part.Post(to, do("send", ui.T(ctx, "安排上门人员"), ui.Plain), askAll([]ui.Field{p.workerField(ctx, v, true)})))
		}
		if v.goes {
			parts = append(parts, whereForm(to, do("arrive", ui.T(ctx, "我到了"), ui.Primary)))
		}
	case serviceorder.Arrived:
		if v.goes {
			parts = append(parts, p.leaveForm(ctx, v, to))
		}
	}
	parts = append(parts, p.answers(ctx, v, to)...)
	if v.keeps && (o.State == serviceorder.Asked || o.State == serviceorder.Offered || o.State == serviceorder.Accepted) {
		parts = append(parts, ask(ui.T(ctx, "改派"), part.Post(to, do("assign", ui.T(ctx, "派给这家机构"), ui.Plain), askAll([]ui.Field{p.providerField(ctx, v), words("why", ui.T(ctx, "为什么改派"), "assign")}))))
	}
	if (v.mine || v.keeps) && (o.State == serviceorder.Asked || o.State == serviceorder.Offered || o.State == serviceorder.Accepted) {
		parts = append(parts, ask(ui.T(ctx, "取消订单"), part.Post(to, do("cancel", ui.T(ctx, "确定取消"), ui.Danger), askAll([]ui.Field{{Name: "why", Label: ui.T(ctx, "为什么取消"), Max: 200, In: "cancel"}}))))
	}
	return parts
}

// answers are the forms of whoever was served, or of the community's worker for him.
func (p *Pages) answers(ctx context.Context, v *view, to string) (parts []templ.Component) {
	o := &v.o
	asked := o.State == serviceorder.Served || o.State == serviceorder.CallBack || o.State == serviceorder.Disputed
	said := ui.Field{Name: "words", Label: ui.T(ctx, "怎样问到的，老人怎样说"), Kind: "longtext", Required: true, Max: 500, Rows: 3, In: "confirm"}
	switch {
	case asked && v.self:
		parts = append(parts, part.Post(to, []ui.Button{{Text: ui.T(ctx, "是这样，确认"), Kind: ui.Primary, Name: "do", Value: "confirm"}}, part.Says(ui.T(ctx, "机构说：%s 共 %s。", o.Record, p.amount(ctx, o, o.ServedUnits)))))
	case asked && v.keeps && !v.goes && (o.State != serviceorder.Served || v.cannot || o.Urgent):
		parts = append(parts, part.Post(to, []ui.Button{{Text: ui.T(ctx, "问过了，确认"), Kind: ui.Primary, Name: "do", Value: "confirm"}}, askAll([]ui.Field{said})))
	}
	if (v.mine || v.keeps) && (o.State == serviceorder.Served || o.State == serviceorder.CallBack) {
		parts = append(parts, ask(ui.T(ctx, "不是这样"), part.Post(to, []ui.Button{{Text: ui.T(ctx, "提出异议"), Kind: ui.Danger, Name: "do", Value: "dispute"}},
			askAll([]ui.Field{{Name: "words", Label: ui.T(ctx, "哪里不对"), Kind: "longtext", Required: true, Max: 500, Rows: 3, In: "dispute"}}))))
	}
	if v.keeps && (o.State == serviceorder.CallBack || o.State == serviceorder.Disputed) {
		parts = append(parts, ask(ui.T(ctx, "查实没有服务"), part.Post(to, []ui.Button{{Text: ui.T(ctx, "不计费"), Kind: ui.Danger, Name: "do", Value: "void"}},
			askAll([]ui.Field{{Name: "words", Label: ui.T(ctx, "怎样查实的"), Kind: "longtext", Required: true, Max: 500, Rows: 3, In: "void"}}))))
	}
	rates := (o.State == serviceorder.Confirmed || o.State == serviceorder.Settled) && o.Rating == 0 && (v.mine || v.keeps && o.ConfirmedAs == serviceorder.AsCommunity)
	if rates {
		var grades []ui.Option
		for n, text := range []string{ui.T(ctx, "很满意"), ui.T(ctx, "满意"), ui.T(ctx, "一般"), ui.T(ctx, "不满意"), ui.T(ctx, "很不满意")} {
			grades = append(grades, ui.Option{Value: strconv.Itoa(5 - n), Text: text})
		}
		parts = append(parts, part.Block(ui.T(ctx, "评价"), part.Post(to, []ui.Button{{Text: ui.T(ctx, "提交评价"), Kind: ui.Plain, Name: "do", Value: "rate"}},
			askAll([]ui.Field{{Name: "rating", Label: ui.T(ctx, "服务怎么样"), Kind: "choice", Options: grades, Required: true}, {Name: "words", Label: ui.T(ctx, "想说的话"), Max: 500, In: "rate"}}))))
	}
	return parts
}

func (p *Pages) workerField(ctx context.Context, v *view, required bool) ui.Field {
	f := ui.Field{Name: "worker", Label: ui.T(ctx, "谁上门"), Kind: "choice", Required: required, Value: v.o.Worker.String()}
	for _, m := range v.members {
		f.Options = append(f.Options, ui.Option{Value: m.Account.String(), Text: m.Name})
	}
	return f
}

func (p *Pages) providerField(ctx context.Context, v *view) ui.Field {
	f := ui.Field{Name: "provider", Label: ui.T(ctx, "派给哪家机构"), Kind: "choice", Hint: ui.T(ctx, "只列今天证照有效、没有拒绝过这一单的；不选由平台派给手头最少的"), In: "assign"}
	for _, x := range v.others {
		if x.Organisation != v.o.Provider {
			f.Options = append(f.Options, ui.Option{Value: x.Organisation.String(), Text: x.Name})
		}
	}
	return f
}

func (p *Pages) leaveForm(ctx context.Context, v *view, to string) templ.Component {
	o := &v.o
	var list []ui.Option
	for n := 1; n <= o.Units; n++ {
		list = append(list, ui.Option{Value: strconv.Itoa(n), Text: p.amount(ctx, o, n)})
	}
	return whereForm(to, []ui.Button{{Text: ui.T(ctx, "做完了，离开"), Kind: ui.Primary, Name: "do", Value: "leave"}}, askAll([]ui.Field{
		{Name: "units", Label: ui.T(ctx, "实际做了多少"), Kind: "choice", Options: list, Value: strconv.Itoa(o.Units), Required: true},
		{Name: "record", Label: ui.T(ctx, "做了什么"), Kind: "longtext", Required: true, Max: 1000, Rows: 3}}))
}

// act takes the step that the button says.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	id, key := ui.ID(r), ui.FormKey(r)
	verb, why, words := r.PostFormValue("do"), r.PostFormValue("why"), r.PostFormValue("words")
	worker, _ := db.ParseID(r.PostFormValue("worker"))
	provider, _ := db.ParseID(r.PostFormValue("provider"))
	n, _ := strconv.Atoi(r.PostFormValue("units"))
	rating, _ := strconv.Atoi(r.PostFormValue("rating"))
	x := p.Orders
	err := p.write(r, func(tx *db.Tx, by staff.Actor) (err error) {
		switch verb {
		case "accept":
			_, err = x.Accept(tx, by, key, id, worker)
		case "decline":
			_, err = x.Decline(tx, by, key, id, why)
		case "send":
			_, err = x.Send(tx, by, key, id, worker)
		case "assign":
			_, err = x.Assign(tx, by, key, id, provider, why)
		case "arrive":
			_, err = x.Arrive(tx, by, key, id, checkOf(r))
		case "leave":
			_, err = x.Leave(tx, by, key, id, serviceorder.Report{Check: checkOf(r), Units: n, Record: r.PostFormValue("record")})
		case "confirm":
			_, err = x.Confirm(tx, by, key, id, words)
		case "dispute":
			_, err = x.Dispute(tx, by, key, id, words)
		case "void":
			_, err = x.Void(tx, by, key, id, words)
		case "rate":
			_, err = x.Rate(tx, by, key, id, rating, words)
		case "cancel":
			_, err = x.Cancel(tx, by, key, id, why)
		default:
			err = fault.Invalid("do", "没有这个操作")
		}
		return err
	})
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		var v view
		if failed := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { v, err = p.viewOf(tx, by, id); return err }); failed != nil {
			return failed
		}
		return ui.Again(w, r, err, func(e ui.Errors) templ.Component { return p.orderPage(r.Context(), &v, e) })
	}
	to := "/homecare/orders/" + id.String()
	if verb == "decline" {
		to = "/homecare/desk"
	}
	return ui.Done(w, r, err, to)
}

// checkOf reads where the telephone said it was; what is no position is none.
func checkOf(r *http.Request) (c serviceorder.Check) {
	lon, err := strconv.ParseFloat(r.PostFormValue("lon"), 64)
	lat, bad := strconv.ParseFloat(r.PostFormValue("lat"), 64)
	if err == nil && bad == nil && !math.IsNaN(lon) && !math.IsNaN(lat) {
		c.Where = geo.Point{Lon: lon, Lat: lat}
	}
	if a, err := strconv.ParseFloat(r.PostFormValue("accuracy"), 64); err == nil && a > 0 && a < 5000 {
		c.Accuracy = a
	}
	return c
}
