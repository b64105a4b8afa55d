package demo

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/admission"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/table"
)

// A neighbour is somebody who works in the street whose communities the city shows, with what he may do there.
type neighbour struct {
	login, name, post, try string
	street                 bool // works for the street, or for its first community
	office                 bool // works for the county's government
	roles                  []staff.Role
}

var neighbours = []neighbour{
	{"community", "社区工作者", "", "社区工作者：任务、自动填好的报表、负担、场地和上门服务", false, false, []staff.Role{staff.Handler, staff.Community}},
	{"hall", "大厅窗口", "", "社区大厅：叫号、取号、预约到场", false, false, []staff.Role{staff.Desk}},
	{"street", "街道干部", "", "街道：准入申请、要报表、各社区负担", true, false, []staff.Role{staff.Handler, staff.Supervisor}},
	{"admitting", "准入审核", "", "区里审核向社区下派的任务", false, true, []staff.Role{staff.Desk, staff.Dispatcher}},
}

// centres are the facilities that each shown community has: the six centres, and a room for all.
var centres = []hall.Hall{
	{Kind: "public-service", Name: "公共服务中心", Opens: "1-7 08:30-18:00", Services: "居住证\n高龄津贴\n社会救助\n证明开具", Counters: 3, Capacity: 4, Area: 420, Seats: 30},
	{Kind: "elderly", Name: "养老服务中心", Opens: "1-7 08:00-18:00", Services: "日间照料\n助餐", Area: 260, Seats: 40},
	{Kind: "youth", Name: "青少年活动中心", Opens: "1-5 15:00-20:00; 6,7 09:00-20:00", Area: 180, Seats: 50, Shared: true},
	{Kind: "training", Name: "市民培训中心", Opens: "1-7 09:00-21:00", Area: 150, Seats: 60, Shared: true},
	{Kind: "aid", Name: "爱心援助中心", Opens: "1-5 09:00-17:00", Area: 60},
	{Kind: "volunteer", Name: "志愿者工作中心", Opens: "1-7 09:00-18:00", Area: 80, Seats: 20},
	{Kind: "platform", Name: "信息平台工作站", Opens: "1-7 08:30-18:00", Area: 20},
	{Kind: "room", Name: "居民会议室", Opens: "1-7 08:00-21:00", Area: 90, Seats: 45, Shared: true},
}

// neighbourhood settles one street with its communities, facilities and people, and what stands there at present: a queue, an
// admitted task and one that waits. It happens once.
func (b *build) neighbourhood(ctx context.Context) error {
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := hall.List(tx, "", 1)
		if err != nil || len(there) > 0 {
			return err
		}
		tx.Replay(b.now)
		street, list := b.shown()
		if len(list) == 0 {
			return nil
		}
		for _, p := range list {
			if err := staff.PutUnit(tx, founder, staff.Unit{Code: committeeOf(p.Code), Name: committeeName(p.Name), Kind: "community", Place: p.Code,
				Parent: "street-" + street.Code, Offices: []string{"community-committee"}}); err != nil {
				return err
			}
			for _, h := range centres {
				h.Name, h.Place, h.Unit, h.Slot, h.Most = short(p.Name)+h.Name, p.Code, committeeOf(p.Code), 30, 3
				if _, err := hall.Put(tx, founder, h); err != nil {
					return err
				}
			}
		}
		if err := b.moveIn(tx, street, list[0]); err != nil {
			return err
		}
		if err := b.queue(tx, list[0]); err != nil {
			return err
		}
		return b.burdens(tx, street, list)
	})
}

func committeeOf(community string) string { return "committee-" + community }

// shown is the first street of the first county with at least two communities, and up to six of these.
func (b *build) shown() (place.Place, []place.Place) {
	for _, s := range b.tree.Children(counties[0].code) {
		if list := b.tree.Children(s.Code); len(list) > 1 {
			return s, list[:min(len(list), 6)]
		}
	}
	return place.Place{}, nil
}

// moveIn opens the accounts, and lets the county's government admit.
func (b *build) moveIn(tx *db.Tx, street, community place.Place) error {
	gov, err := staff.UnitOf(tx, governmentOf(counties[0].code))
	if err != nil {
		return err
	}
	gov.Offices = append(gov.Offices, "community-office")
	if err := staff.PutUnit(tx, founder, gov); err != nil {
		return err
	}
	for _, n := range neighbours {
		unit, where := committeeOf(community.Code), community.Code
		switch {
		case n.street:
			unit, where = "street-"+street.Code, street.Code
		case n.office:
			unit, where = gov.Code, counties[0].code
		}
		a, err := staff.Create(tx, founder, staff.Account{Login: n.login, Name: n.name, Unit: unit, Post: n.post}, b.password)
		if err != nil {
			return err
		}
		for _, r := range n.roles {
			at, of := where, ""
			if r == staff.Handler {
				at, of = "", unit
			}
			if err := staff.Allow(tx, founder, a.ID, r, at, of); err != nil {
				return err
			}
		}
	}
	return nil
}

func loginOf(tx *db.Tx, login string) (staff.Actor, error) {
	a, err := staff.AccountByLogin(tx, login)
	if err != nil {
		return staff.Actor{}, err
	}
	return a.Actor(tx, staff.ViaPage)
}

// queue lets some people wait in the first hall, when it is open.
func (b *build) queue(tx *db.Tx, community place.Place) error {
	clerk, err := loginOf(tx, "hall")
	if err != nil {
		return err
	}
	list, err := hall.List(tx, community.Path, 20)
	if err != nil {
		return err
	}
	for _, h := range list {
		if h.Counters == 0 || !h.Hours().Open(tx.Now()) {
			continue
		}
		for i, class := range []string{"ordinary", "ordinary", "elder", "ordinary", "disabled", "ordinary"} {
			if _, err := hall.Take(tx, clerk, fmt.Sprint("demo-ticket-", h.ID, i), h.ID, class, ""); err != nil {
				return err
			}
		}
		if _, err := hall.Call(tx, clerk, fmt.Sprint("demo-call-", h.ID), h.ID, 1); err != nil {
			return err
		}
	}
	return nil
}

// burdens brings tasks of the street through admission: one is admitted and sent to all shown communities, one waits.
func (b *build) burdens(tx *db.Tx, street place.Place, list []place.Place) error {
	if len(admission.New(b.cases, b.o.Packs).Rules(civil.DateOf(b.now, civil.Shanghai))) == 0 {
		return nil // the city has not adopted the document
	}
	sender, err := loginOf(tx, "street")
	if err != nil {
		return err
	}
	office, err := loginOf(tx, "admitting")
	if err != nil {
		return err
	}
	var committees []string
	for _, p := range list {
		committees = append(committees, committeeOf(p.Code))
	}
	until := civil.DateOf(b.now, civil.Shanghai).AddDays(120).String()
	for i, task := range []string{"独居老人安全排查", "反诈宣传入户"} {
		r, err := b.cases.Register(tx, sender, casework.Intake{Key: fmt.Sprint("demo-task-", i), Flow: "task-admission", Place: street.Code, Sets: map[string]any{"class": "entrust"},
			From: casework.Reporter{Name: sender.Name}, Fields: map[string]string{"task": task, "way": "入户走访，登记情况，发现问题当日上报。", "rights": "社区协助走访；街道负责处置和培训。",
				"place": street.Code, "hours": "16", "staff_hours": "6", "cost": "4000", "funds": "3200", "tables": "社区工作月报", "until": until}})
		if err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		for k, s := range []struct {
			by  staff.Actor
			act flow.Act
		}{{office, flow.Act{Verb: flow.Accept}}, {office, flow.Act{Verb: "admit"}}, {sender, flow.Act{Verb: flow.Dispatch, To: sender.Unit, With: committees, Words: "请各社区协助。"}}} {
			if _, err := b.cases.Do(tx, s.by, r.Case, casework.Act{Key: fmt.Sprint("demo-task-step-", k), Act: s.act}); err != nil {
				return err
			}
		}
		if err := b.demand(tx, sender, r.Number, committees); err != nil {
			return err
		}
	}
	return nil
}

// demand lets the street ask for last month's table, which fills itself but for what nobody knows.
func (b *build) demand(tx *db.Tx, sender staff.Actor, number string, committees []string) error {
	today := civil.DateOf(b.now, civil.Shanghai)
	last := civil.Date{Year: today.Year, Month: today.Month, Day: 1}.AddDays(-1)
	x := table.New(table.Options{Packs: b.o.Packs, Figures: indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: b.o.Packs}),
		Admissions: admission.New(b.cases, b.o.Packs)})
	_, err := x.Demand(tx, sender, "demo-demand", table.Wish{Template: "pz15-10.community-month", Why: "汇总上月社区工作情况", Number: number, Units: committees,
		Period: civil.Period{From: civil.Date{Year: last.Year, Month: last.Month, Day: 1}, To: last}, Until: today.AddDays(10)})
	return err
}

// committeeName is what the committee of a place is called: the table of divisions already names some places by it.
func committeeName(place string) string {
	if strings.HasSuffix(place, "委员会") {
		return place
	}
	return place + "居委会"
}
