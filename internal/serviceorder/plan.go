package serviceorder

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/money"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Need (需求评估) is what somebody was found to need, with the answers that say so.
type Need struct {
	ID      db.ID             `json:"id"`
	Person  db.ID             `json:"person"`
	Scheme  string            `json:"scheme"`
	Answers map[string]string `json:"answers"`
	Percent int               `json:"percent"`
	Grade   string            `json:"grade"`
	By      string            `json:"by"`
	On      civil.Date        `json:"on"`
}

// Assess writes down what somebody needs by the check list of the scheme. Returns invalid with every item without a fit answer, and forbidden.
func (x *Orders) Assess(tx *db.Tx, by staff.Actor, key string, person db.ID, answers map[string]string) (Need, error) {
	p, err := register.PersonOf(tx, person)
	if err != nil {
		return Need{}, err
	}
	if err := p.Alive("person"); err != nil {
		return Need{}, err
	}
	if !Keeps(by, p.Path) {
		return Need{}, fault.Forbidden("只有当地的社区工作者可以评估")
	}
	s, err := x.SchemeAt(tx, p.Path)
	if err != nil {
		return Need{}, err
	}
	return onceFor(tx, by, key, []any{person, answers}, func() (Need, error) {
		n := Need{ID: db.NewID(), Person: person, Scheme: s.ID, Answers: map[string]string{}, By: by.Name, On: place.Today(tx)}
		for k, v := range answers {
			n.Answers[k] = strings.TrimSpace(v)
		}
		result, err := s.Of.On(n.On).Checklist(s.List).Judge(n.Answers)
		if err != nil {
			return n, err
		}
		n.Percent, n.Grade = result.Percent, result.Grade
		if n.Grade == "" {
			return n, fault.Invalid("answers", "没有一项适用，得不出等级")
		}
		text, err := json.Marshal(n.Answers)
		if err != nil {
			return n, err
		}
		err = tx.Exec(`insert into order_need (id, person, document, scheme, pack_version, answers, percent, grade, path, by_account, by_name, on_day, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			n.ID, n.Person, s.Of.Document.ID, n.Scheme, s.Of.Version, string(text), n.Percent, n.Grade, p.Path, by.Account, by.Name, n.On, db.At(tx.Now()))
		if err != nil {
			return n, wrap("keep assessment", err)
		}
		return n, record(tx, by, "order.assess", "need:"+n.ID.String(), n)
	})
}

// needOf returns the latest assessment of a person, with false when there is none.
func needOf(tx *db.Tx, person db.ID, scheme string) (n Need, known bool, err error) {
	list, err := db.Select(tx, func(r *db.Rows) (n Need, err error) {
		var text string
		if err = r.Scan(&n.ID, &n.Person, &n.Scheme, &text, &n.Percent, &n.Grade, &n.By, &n.On); err == nil {
			err = json.Unmarshal([]byte(text), &n.Answers)
		}
		return n, err
	}, `select id, person, scheme, answers, percent, grade, by_name, on_day from order_need where person = ? and scheme = ? order by id desc limit 1`, person, scheme)
	if err != nil || len(list) == 0 {
		return n, false, wrap("load assessment", err)
	}
	return list[0], true, nil
}

// NeedOf returns the latest assessment of a person for who keeps his plan, with false when there is none.
func (x *Orders) NeedOf(tx *db.Tx, by staff.Actor, person db.ID) (n Need, known bool, err error) {
	p, err := register.PersonOf(tx, person)
	if err != nil {
		return n, false, err
	}
	if !Keeps(by, p.Path) {
		return n, false, fault.NotFound("没有这位居民，或不由您照看")
	}
	s, err := x.SchemeAt(tx, p.Path)
	if err != nil {
		return n, false, err
	}
	return needOf(tx, person, s.ID)
}

// A Plan (服务计划) is what somebody gets at home: which services, how many of each a month, and how much public money pays.
type Plan struct {
	ID       db.ID          `json:"id"`
	Person   db.ID          `json:"person"`
	Name     string         `json:"name"`
	Document string         `json:"document"`
	Scheme   string         `json:"scheme"`
	Pack     string         `json:"pack"`
	Need     db.ID          `json:"need"`
	Grade    string         `json:"grade"`
	Fen      money.Fen      `json:"fen"` // a month
	Place    string         `json:"place"`
	Path     string         `json:"path"`
	Address  string         `json:"address"`
	Home     geo.Point      `json:"home"`
	Cannot   bool           `json:"cannot"` // he cannot confirm himself: the community's worker does
	From     civil.Date     `json:"from"`
	To       civil.Date     `json:"to"` // last day; zero: until it is ended
	State    string         `json:"state"`
	Why      string         `json:"why"`
	By       string         `json:"by"`
	Units    map[string]int `json:"units"` // by kind, a month
	At       db.Time        `json:"at"`
}

// States of a plan.
const (
	PlanActive = "active"
	PlanEnded  = "ended"
)

const planColumns = `id, person, name, document, scheme, pack_version, need, grade, fen, place, path, address, lon, lat, cannot, from_day, to_day, state, why, made_name, at`

func scanPlan(r *db.Rows) (p Plan, err error) {
	var lon, lat int64
	var to string
	err = r.Scan(&p.ID, &p.Person, &p.Name, &p.Document, &p.Scheme, &p.Pack, &p.Need, &p.Grade, (*int64)(&p.Fen), &p.Place, &p.Path, &p.Address, &lon, &lat, &p.Cannot, &p.From, &to, &p.State,
		&p.Why, &p.By, &p.At)
	p.Home = geo.Of(lon, lat)
	if err == nil && to != "" {
		p.To, err = civil.ParseDate(to)
	}
	return p, err
}

// plansBy loads plans with their parts.
func plansBy(tx *db.Tx, where string, args ...any) ([]Plan, error) {
	list, err := db.Select(tx, scanPlan, `select `+planColumns+` from order_plan where `+where, args...)
	if err != nil {
		return nil, wrap("load plans", err)
	}
	for i := range list {
		list[i].Units = map[string]int{}
		parts, err := db.Select(tx, func(r *db.Rows) (p struct {
			kind  string
			units int
		}, err error) {
			return p, r.Scan(&p.kind, &p.units)
		}, `select kind, units from order_part where plan = ?`, list[i].ID)
		if err != nil {
			return nil, wrap("load parts of plan", err)
		}
		for _, p := range parts {
			list[i].Units[p.kind] = p.units
		}
	}
	return list, nil
}

// A Draft (计划草案) is what a plan is made of.
type Draft struct {
	Person  db.ID
	Units   map[string]int // by kind, a month
	Cannot  bool
	Address string     // "" takes that of the register
	Home    geo.Point  // zero: not known
	From    civil.Date // zero: today
}

// Plan makes somebody's plan from his latest assessment, in place of the one before. The money is that of his grade; a service may be left out and none may be more
// than the scheme allows. Returns invalid, forbidden, and a refusal without an assessment.
func (x *Orders) Plan(tx *db.Tx, by staff.Actor, key string, d Draft) (Plan, error) {
	return onceFor(tx, by, key, d, func() (Plan, error) {
		p, err := register.PersonOf(tx, d.Person)
		if err != nil {
			return Plan{}, err
		}
		if err := p.Alive("person"); err != nil {
			return Plan{}, err
		}
		if !Keeps(by, p.Path) {
			return Plan{}, fault.Forbidden("只有当地的社区工作者可以定服务计划")
		}
		s, err := x.SchemeAt(tx, p.Path)
		if err != nil {
			return Plan{}, err
		}
		need, known, err := needOf(tx, d.Person, s.ID)
		if err != nil {
			return Plan{}, err
		}
		if !known {
			return Plan{}, fault.Refused(s.QuotaBasis[0], "还没有评估，先评估再定计划")
		}
		if err := d.check(tx, s.Scheme); err != nil {
			return Plan{}, err
		}
		q := Plan{ID: db.NewID(), Person: d.Person, Name: p.Name, Document: s.Of.Document.ID, Scheme: s.ID, Pack: s.Of.Version, Need: need.ID, Grade: need.Grade, Fen: s.Level(need.Grade).Month,
			Place: p.Place, Path: p.Path, Address: d.Address, Home: d.Home, Cannot: d.Cannot, From: d.From, State: PlanActive, By: by.Name, Units: d.Units, At: db.At(tx.Now())}
		if q.Address == "" {
			q.Address = p.Address
		}
		if _, err := tx.ExecCount(`update order_plan set state = 'ended', to_day = ?, why = '另定了新计划', version = version + 1 where person = ? and scheme = ? and state = 'active'`,
			q.From.AddDays(-1), q.Person, q.Scheme); err != nil {
			return q, wrap("end plan", err)
		}
		return q, q.insert(tx, by)
	})
}

func (d *Draft) check(tx *db.Tx, s *pack.Scheme) error {
	var wrong []fault.FieldError
	d.Address = strings.TrimSpace(d.Address)
	today := place.Today(tx)
	if d.From.IsZero() {
		d.From = today
	}
	if d.From.Before(today) || d.From.Sub(today) > 60 {
		wrong = append(wrong, fault.FieldError{Field: "from", Format: "计划从今天或今后六十天内的一天开始"})
	}
	if utf8.RuneCountInString(d.Address) > 200 {
		wrong = append(wrong, fault.FieldError{Field: "address", Format: "住址不超过 200 字"})
	}
	if !d.Home.IsZero() && !d.Home.Valid() {
		wrong = append(wrong, fault.FieldError{Field: "home", Format: "位置不对：经度在 -180 到 180 之间，纬度在 -90 到 90 之间"})
	}
	for kind, n := range d.Units {
		k := s.Kind(kind)
		switch {
		case k == nil || k.Urgent && n > 0:
			wrong = append(wrong, fault.FieldError{Field: "units." + kind, Format: "计划里没有这种服务；紧急救援不用写进计划"})
		case n < 0 || n > 300 || k.Most > 0 && n > k.Most:
			wrong = append(wrong, fault.FieldError{Field: "units." + kind, Format: "%s每月最多 %d", Args: []any{k.Name, max(k.Most, 300)}})
		}
	}
	return fault.Fields(wrong)
}

func (p *Plan) insert(tx *db.Tx, by staff.Actor) error {
	lon, lat := p.Home.Millionths()
	err := tx.Exec(`insert into order_plan (`+planColumns+`, made_by, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', ?, ?, ?, 1)`,
		p.ID, p.Person, p.Name, p.Document, p.Scheme, p.Pack, p.Need, p.Grade, int64(p.Fen), p.Place, p.Path, p.Address, lon, lat, flag(p.Cannot), p.From, p.State, by.Name, p.At, by.Account)
	if err != nil {
		return wrap("make plan", err)
	}
	for _, kind := range slices.Sorted(maps.Keys(p.Units)) {
		if n := p.Units[kind]; n > 0 {
			if err := tx.Exec(`insert into order_part (plan, kind, units) values (?, ?, ?)`, p.ID, kind, n); err != nil {
				return wrap("make plan", err)
			}
		}
	}
	if err := notify.Send(tx, notify.Message{To: notify.Person(p.Person), Subject: "居家养老服务计划", Text: fmt.Sprintf("从%s起，每月额度 %s。", p.From.Words(), p.Fen.Words()), Link: "/homecare"}); err != nil {
		return err
	}
	return record(tx, by, "order.plan", "plan:"+p.ID.String(), p)
}

// EndPlan ends a plan with a reason; open orders of later days are cancelled with it.
func (x *Orders) EndPlan(tx *db.Tx, by staff.Actor, id db.ID, why string) error {
	list, err := plansBy(tx, "id = ?", id)
	if err != nil || len(list) == 0 {
		return or(err, fault.NotFound("没有这个服务计划"))
	}
	p, why := list[0], strings.TrimSpace(why)
	switch {
	case !Keeps(by, p.Path):
		return fault.NotFound("没有这个服务计划")
	case p.State != PlanActive:
		return fault.Conflict("计划已经结束")
	case why == "" || utf8.RuneCountInString(why) > 200:
		return fault.Invalid("why", "请写明为什么结束，不超过 200 字")
	}
	err = tx.ExecOne(`update order_plan set state = 'ended', to_day = ?, why = ?, version = version + 1 where id = ? and state = 'active'`, place.Today(tx), why, id)
	if err != nil {
		return wrap("end plan", err)
	}
	open, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.plan = ? and o.state in ('asked', 'offered', 'accepted')`, id)
	if err != nil {
		return wrap("look for open orders", err)
	}
	for i := range open {
		if err := cancel(tx, by, &open[i], "计划已结束："+why); err != nil {
			return err
		}
	}
	return record(tx, by, "order.end-plan", "plan:"+id.String(), why)
}

// PlanOf returns the plan that somebody has today, with false when there is none. Whoever may order for him may see it, and who watches there.
func (x *Orders) PlanOf(tx *db.Tx, by staff.Actor, person db.ID) (Plan, bool, error) {
	p, err := register.PersonOf(tx, person)
	if err != nil {
		return Plan{}, false, err
	}
	if !Watches(by, p.Path) {
		if _, err := asWhat(tx, by, person, p.Path); err != nil {
			return Plan{}, false, err
		}
	}
	list, err := plansBy(tx, "person = ? and state = 'active' order by id desc", person)
	if err != nil || len(list) == 0 {
		return Plan{}, false, err
	}
	return list[0], true, nil
}

// Plans lists the active plans where an actor watches, by name.
func (x *Orders) Plans(tx *db.Tx, by staff.Actor, limit int) ([]Plan, error) {
	var cond []string
	var args []any
	for _, p := range watched(by) {
		from, end := place.Range(p)
		cond, args = append(cond, "path >= ? and path < ?"), append(args, from, end)
	}
	if len(cond) == 0 {
		return nil, nil
	}
	return plansBy(tx, "state = 'active' and ("+strings.Join(cond, " or ")+") order by name, id limit ?", append(args, limit)...)
}
