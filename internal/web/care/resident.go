package care

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// whom tells for whom a resident looks: himself, or the one of his family who is asked for.
func whom(r *http.Request, by staff.Actor) db.ID {
	if id, err := db.ParseID(r.FormValue("person")); err == nil {
		return id
	}
	return by.Person
}

// A home is what somebody who is served finds on his page.
type home struct {
	person  db.ID
	name    string
	phone   string // to call in an emergency
	known   bool
	held    bool // a scheme is in force where he lives
	plan    serviceorder.Plan
	left    serviceorder.Balance
	confirm []serviceorder.Order
	coming  []serviceorder.Order
	past    []serviceorder.Order
	family  []ui.Link
	now     time.Time
}

// me is the plan of the reader, or of one of his family: what is left this month, who comes when, what is to be confirmed.
func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var h home
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		h, err = p.homeOf(ctx, tx, by, whom(r, by))
		return err
	})
	if err != nil {
		return err
	}
	lead := ui.T(ctx, "订服务、看谁什么时候来、确认和评价。")
	pg := p.page(ctx, ui.T(ctx, "%s的居家养老服务", h.name), lead)
	q := "?person=" + h.person.String()
	if !h.held {
		return p.render(w, r, pg, "/homecare/me", ui.Empty(ui.T(ctx, "您住的地方还没有施行居家养老服务的文件"), ui.T(ctx, "有急事请拨打 120，其他事情可以提交诉求。")))
	}
	parts := []templ.Component{part.Ways([]ui.Button{{Text: ui.T(ctx, "订服务"), Href: "/homecare/order" + q, Kind: ui.Primary}, {Text: ui.T(ctx, "紧急呼叫"), Href: "/homecare/rescue" + q, Kind: ui.Danger}})}
	if len(h.confirm) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "请您确认"), part.Says(ui.T(ctx, "没有确认的不算您同意，也不会结算；到期会有社区的人打电话问。")),
			ui.Rows(p.orderTable(ctx, ui.T(ctx, "请您确认"), "", h.confirm, h.now))))
	}
	parts = append(parts, part.Block(ui.T(ctx, "谁要来"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "谁要来"), ui.T(ctx, "近期没有约好的服务"), h.coming, h.now))), p.planSection(ctx, &h))
	if len(h.past) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "以前的服务"), ui.Rows(p.orderTable(ctx, ui.T(ctx, "以前的服务"), "", h.past, h.now))))
	}
	if len(h.family) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "家人"), ui.Tiles(h.family)))
	}
	return p.render(w, r, pg, "/homecare/me", parts...)
}

func (p *Pages) homeOf(ctx context.Context, tx *db.Tx, by staff.Actor, person db.ID) (h home, err error) {
	if person.IsZero() {
		return h, fault.NotFound("请用居民账号登录，或从“照看”里选一位老人")
	}
	h.person, h.now = person, tx.Now()
	if h.plan, h.known, err = p.Orders.PlanOf(tx, by, person); err != nil {
		return h, err
	}
	if h.name, err = register.Name(tx, fact.Person(person)); err != nil {
		return h, err
	}
	who, err := register.PersonOf(tx, person)
	if err != nil {
		return h, err
	}
	h.held = len(p.Orders.Schemes(tx, who.Path)) > 0
	if h.known {
		if h.left, err = p.Orders.Left(tx, &h.plan, place.Today(tx).String()[:7]); err != nil {
			return h, err
		}
	}
	list, err := p.Orders.List(tx, by, serviceorder.Search{Person: person, Last: true, Limit: 60})
	if err != nil {
		return h, err
	}
	for _, o := range list {
		switch {
		case o.State == serviceorder.Served || o.State == serviceorder.CallBack:
			h.confirm = append(h.confirm, o)
		case o.State.Open():
			h.coming = append(h.coming, o)
		case len(h.past) < 10:
			h.past = append(h.past, o)
		}
	}
	slices.SortFunc(h.coming, func(a, b serviceorder.Order) int { return a.Wanted.Compare(b.Wanted.Time) })
	ids, err := serviceorder.Family(tx, by.Person)
	for _, id := range ids {
		name, err := register.Name(tx, fact.Person(id))
		if err != nil {
			return h, err
		}
		h.family = append(h.family, ui.Link{Text: name, Href: "/homecare/me?person=" + id.String(), Note: ui.T(ctx, "替家人看计划、订服务")})
	}
	return h, err
}

// planSection says what the plan holds and what is left this month.
func (p *Pages) planSection(ctx context.Context, h *home) templ.Component {
	if !h.known {
		return part.Block(ui.T(ctx, "服务计划"), part.Says(ui.T(ctx, "还没有服务计划。请联系社区评估，评估以后按等级有每月额度；没有计划也可以自费订，紧急呼叫随时可用。")))
	}
	stats := []ui.Stat{{Name: ui.T(ctx, "本月还可以用"), Value: h.left.Left.Words()}, {Name: ui.T(ctx, "每月额度"), Value: h.left.Quota.Words()}, {Name: ui.T(ctx, "本月已用"), Value: h.left.Used.Words(), Note: ui.T(ctx, "含已订的")}}
	t := ui.Table{Caption: ui.T(ctx, "本月各项服务"), Cols: []ui.Col{{Name: ui.T(ctx, "服务"), Main: true}, {Name: ui.T(ctx, "每月"), Num: true}, {Name: ui.T(ctx, "本月已订"), Num: true}, {Name: ui.T(ctx, "还可以订"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "计划里没有列服务"), "")}
	for _, k := range h.left.Kinds {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: k.Kind.Name, Note: k.Kind.Says}, {Text: units(ctx, k.Kind, k.Units)}, {Text: units(ctx, k.Kind, k.Used)}, {Text: units(ctx, k.Kind, k.Left)}}})
	}
	return part.Block(ui.T(ctx, "服务计划"), ui.Stats(stats), ui.Rows(t), part.Says(ui.T(ctx, "从%s起，由%s定。没有用完的额度下个月不累计，文件另有规定的除外。", h.plan.From.Words(), h.plan.By)))
}

// wish asks for a service in three short steps: which, when and how much, and whether it is right so.
func (p *Pages) wish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := r.URL.Query()
	var h home
	var s pack.Held
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if h, err = p.homeOf(ctx, tx, by, whom(r, by)); err != nil {
			return err
		}
		person, err := register.PersonOf(tx, h.person)
		if err != nil {
			return err
		}
		s, err = p.Orders.SchemeAt(tx, person.Path)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, p.wishPage(ctx, &h, s, v, ui.Errors{}))
}

func (p *Pages) wishPage(ctx context.Context, h *home, s pack.Held, v url.Values, wrong ui.Errors) templ.Component {
	pg := p.page(ctx, ui.T(ctx, "给%s订服务", h.name), "")
	pg.Errors = wrong
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "居家养老服务"), Href: "/homecare/me?person=" + h.person.String()}}
	names := []string{ui.T(ctx, "哪种服务"), ui.T(ctx, "什么时候、多少"), ui.T(ctx, "核对")}
	k := s.Kind(v.Get("kind"))
	switch {
	case k == nil || k.Urgent:
		return pageOf(pg, nil, ui.StepsBar(0, names), ui.Tiles(p.kindTiles(ctx, h, s)))
	case v.Get("on") == "" || wrong.Any():
		return pageOf(pg, nil, ui.StepsBar(1, names), p.whenForm(ctx, h, k, v))
	}
	return pageOf(pg, nil, ui.StepsBar(2, names), p.sureForm(ctx, h, k, v))
}

func (p *Pages) kindTiles(ctx context.Context, h *home, s pack.Held) (links []ui.Link) {
	for i := range s.Kinds {
		k := &s.Kinds[i]
		if k.Urgent {
			links = append(links, ui.Link{Text: k.Name, Note: k.Says, Href: "/homecare/rescue?person=" + h.person.String()})
			continue
		}
		note := ui.T(ctx, "%s。%s一%s。计划里没有，可以自费", k.Says, k.Price.Words(), ui.T(ctx, k.UnitWords()))
		for _, b := range h.left.Kinds {
			if b.Kind.ID == k.ID {
				note = ui.T(ctx, "%s。本月还可以订 %s", k.Says, units(ctx, k, b.Left))
			}
		}
		links = append(links, ui.Link{Text: k.Name, Note: note, Href: "/homecare/order?" + url.Values{"person": {h.person.String()}, "kind": {k.ID}}.Encode()})
	}
	return links
}

func (p *Pages) whenForm(ctx context.Context, h *home, k *pack.SchemeKind, v url.Values) templ.Component {
	tomorrow := civil.DateOf(h.now, civil.Shanghai).AddDays(1).String()
	pays := []ui.Option{{Value: serviceorder.PublicPays, Text: ui.T(ctx, "用每月额度")}, {Value: serviceorder.SelfPays, Text: ui.T(ctx, "自费")}}
	fields := []ui.Field{hidden("person", h.person.String()), hidden("kind", k.ID),
		{Name: "on", Label: ui.T(ctx, "哪一天"), Kind: "date", Value: or(v.Get("on"), tomorrow), Required: true, Short: true},
		{Name: "at", Label: ui.T(ctx, "几点"), Kind: "choice", Value: or(v.Get("at"), "09:00"), Options: hours(), Required: true, Short: true}}
	if k.Per == "hour" {
		var list []ui.Option
		for n := 1; n <= k.Longest; n++ {
			list = append(list, ui.Option{Value: strconv.Itoa(n), Text: units(ctx, k, n)})
		}
		fields = append(fields, ui.Field{Name: "units", Label: ui.T(ctx, "几小时"), Kind: "choice", Value: or(v.Get("units"), "2"), Options: list, Required: true, Short: true})
	}
	fields = append(fields, ui.Field{Name: "pays", Label: ui.T(ctx, "谁付"), Kind: "choice", Value: or(v.Get("pays"), serviceorder.PublicPays), Options: pays, Required: true},
		ui.Field{Name: "words", Label: ui.T(ctx, "要注意什么"), Kind: "longtext", Value: v.Get("words"), Max: 500, Rows: 3})
	return getForm("/homecare/order", ui.T(ctx, "下一步"), fields)
}

func (p *Pages) sureForm(ctx context.Context, h *home, k *pack.SchemeKind, v url.Values) templ.Component {
	n, _ := strconv.Atoi(or(v.Get("units"), "1"))
	cost, _ := k.Costs(n)
	who := ui.T(ctx, "从每月额度里付")
	if v.Get("pays") == serviceorder.SelfPays {
		who = ui.T(ctx, "自费，直接付给机构")
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "老人"), Text: h.name}, {Name: ui.T(ctx, "服务"), Text: k.Name + " " + units(ctx, k, n)}, {Name: ui.T(ctx, "时间"), Text: v.Get("on") + " " + v.Get("at")},
		{Name: ui.T(ctx, "费用"), Text: ui.T(ctx, "%s，%s", cost.Words(), who)}}
	if v.Get("words") != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "要注意什么"), Text: v.Get("words")})
	}
	var fields []ui.Field
	for _, name := range []string{"person", "kind", "on", "at", "units", "pays", "words"} {
		fields = append(fields, hidden(name, v.Get(name)))
	}
	back := v
	return together(ui.Facts(facts), part.Post("/homecare/orders", []ui.Button{{Text: ui.T(ctx, "提交订单"), Kind: ui.Primary},
		{Text: ui.T(ctx, "回去改"), Href: "/homecare/order?" + url.Values{"person": back["person"], "kind": back["kind"]}.Encode(), Kind: ui.Quiet}}, askAll(fields)))
}

// send places the order.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := r.PostForm
	if v == nil {
		if err := r.ParseForm(); err != nil {
			return fault.Invalid("form", "表单不对")
		}
		v = r.PostForm
	}
	var o serviceorder.Order
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		wish, err := wishOf(v, whom(r, by))
		if err == nil {
			o, err = p.Orders.Ask(tx, by, ui.FormKey(r), wish)
		}
		return err
	})
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.wishAgain(w, r, v, err)
	}
	return ui.Done(w, r, err, "/homecare/orders/"+o.ID.String(), ui.T(ctx, "已下单，编号 %s", o.Number))
}

// wishAgain shows the second step again with what is wrong.
func (p *Pages) wishAgain(w http.ResponseWriter, r *http.Request, v url.Values, err error) error {
	ctx := r.Context()
	var h home
	var s pack.Held
	failed := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if h, err = p.homeOf(ctx, tx, by, whom(r, by)); err != nil {
			return err
		}
		person, err := register.PersonOf(tx, h.person)
		if err != nil {
			return err
		}
		s, err = p.Orders.SchemeAt(tx, person.Path)
		return err
	})
	if failed != nil {
		return failed
	}
	return ui.Again(w, r, err, func(e ui.Errors) templ.Component { return p.wishPage(ctx, &h, s, v, e) })
}

func wishOf(v url.Values, person db.ID) (serviceorder.Wish, error) {
	w := serviceorder.Wish{Person: person, Kind: v.Get("kind"), Words: v.Get("words"), Pays: v.Get("pays")}
	w.Units, _ = strconv.Atoi(or(v.Get("units"), "1"))
	at, err := time.ParseInLocation("2006-01-02 15:04", v.Get("on")+" "+v.Get("at"), civil.Shanghai)
	if err != nil {
		return w, fault.Invalid("on", "请选择哪一天几点")
	}
	w.Wanted = at.UTC()
	return w, nil
}

// rescue asks once more before everybody near is called, and says which number to call.
func (p *Pages) rescue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var h home
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if h, err = p.homeOf(ctx, tx, by, whom(r, by)); err != nil {
			return err
		}
		person, err := register.PersonOf(tx, h.person)
		if err != nil {
			return err
		}
		list, err := p.Orders.Providers(tx, person.Path)
		for _, x := range list {
			if x.Phone != "" && x.Suspended == "" && h.phone == "" {
				h.phone = x.Phone
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "紧急呼叫"), ui.T(ctx, "按下以后，服务机构、社区和家人马上收到；有生命危险请同时拨打 120。"))
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "居家养老服务"), Href: "/homecare/me?person=" + h.person.String()}}
	calls := []ui.Button{{Text: ui.T(ctx, "拨打 120"), Href: "tel:120", Kind: ui.Plain}}
	if h.phone != "" {
		calls = append(calls, ui.Button{Text: ui.T(ctx, "拨打服务机构 %s", h.phone), Href: "tel:" + h.phone, Kind: ui.Plain})
	}
	return ui.Render(w, r, pageOf(pg, nil, part.Post("/homecare/rescue", []ui.Button{{Text: ui.T(ctx, "确定呼叫"), Kind: ui.Danger}, {Text: ui.T(ctx, "按错了，返回"), Href: "/homecare/me?person=" + h.person.String(), Kind: ui.Quiet}},
		askAll([]ui.Field{hidden("person", h.person.String()), {Name: "words", Label: ui.T(ctx, "发生了什么"), Hint: ui.T(ctx, "说不了就不用填，直接按确定"), Max: 200}})), part.Block(ui.T(ctx, "打电话"), part.Ways(calls))))
}

// call sends an emergency.
func (p *Pages) call(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var o serviceorder.Order
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		person := whom(r, by)
		x, err := register.PersonOf(tx, person)
		if err != nil {
			return err
		}
		s, err := p.Orders.SchemeAt(tx, x.Path)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(s.Kinds, func(k pack.SchemeKind) bool { return k.Urgent })
		if i < 0 {
			return fault.NotFound("这里没有紧急救援服务，请拨打 120")
		}
		o, err = p.Orders.Ask(tx, by, ui.FormKey(r), serviceorder.Wish{Person: person, Kind: s.Kinds[i].ID, Units: 1, Words: r.PostFormValue("words")})
		return err
	})
	said := ui.T(ctx, "已呼叫，服务机构、社区和家人都收到了")
	if o.Provider.IsZero() {
		said = ui.T(ctx, "已通知社区和家人；现在没有可以马上到的机构，请同时拨打 120")
	}
	return ui.Done(w, r, err, "/homecare/orders/"+o.ID.String(), said)
}

func hidden(name, value string) ui.Field {
	return ui.Field{Name: name, Kind: "hidden", Value: value, NoLabel: true}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// hours are the times at which a service may begin.
func hours() (list []ui.Option) {
	for h := 7; h <= 20; h++ {
		for _, m := range []string{"00", "30"} {
			at := strconv.Itoa(h)
			if h < 10 {
				at = "0" + at
			}
			list = append(list, ui.Option{Value: at + ":" + m, Text: at + ":" + m})
		}
	}
	return list
}
