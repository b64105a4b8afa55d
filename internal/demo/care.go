package demo

import (
	"context"
	"fmt"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
)

// carers are who works with services at home: the desk of a provider and its worker, another provider, and two of the county's civil affairs.
var carers = []Account{
	{Login: "yanglao", Role: "养老服务机构", Try: "居家养老服务机构：答复派单、安排上门人员、登记服务人员和床位，看结算"},
	{Login: "huli", Role: "服务人员", Try: "上门护理员（手机）：今天的订单，到达、记录、离开"},
	{Login: "minzheng", Role: "区民政", Try: "区民政：确定服务机构，做结算单，另一人复核"},
	{Login: "minzheng2", Role: "区民政复核", Try: "区民政复核：看结算单的每一单，复核或退回"},
	{Login: "laoren", Role: "居家老人", Try: "居家老人：本月还剩多少、谁要来、三步订服务、确认和评价、紧急呼叫"},
}

// caring are the two invented providers; the first has the accounts.
var caring = []struct{ unit, name, licence, phone string }{
	{"care-first", "夕阳红居家养老服务中心（演示）", "YLMF-2025-00001", "19900000021"},
	{"care-second", "邻里帮居家养老服务站（演示）", "YLMF-2025-00002", "19900000022"},
}

const civilAffairs = "civil-411202"

// care settles two providers and lets four elders of the shown community live with a plan: what was served, what is to come, an emergency answered. It happens once.
func (b *build) care(ctx context.Context) error {
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := staff.UnitOf(tx, civilAffairs)
		if fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		_, communities := b.shown()
		if len(communities) == 0 {
			return nil
		}
		x := serviceorder.New(serviceorder.Options{Packs: b.o.Packs, Cases: b.cases, People: b.o.People, Law: civil.CivilCode()})
		county := b.tree.Path(counties[0].code)
		tx.Replay(b.now.AddDate(0, 0, -50))
		if err := b.hireCarers(tx); err != nil {
			return err
		}
		elders, err := b.elders(tx, communities[0])
		if err != nil {
			return err
		}
		if len(x.Schemes(tx, county)) == 0 {
			return nil // the city has not adopted the document
		}
		providers, err := b.admitProviders(tx, x, county)
		if err != nil {
			return err
		}
		return b.careStories(tx, x, elders, providers)
	})
}

// hireCarers opens the units and accounts.
func (b *build) hireCarers(tx *db.Tx) error {
	gov := governmentOf(counties[0].code)
	units := []staff.Unit{{Code: civilAffairs, Name: "湖滨区民政部门（演示）", Kind: "department", Place: counties[0].code, Parent: gov}}
	for _, c := range caring {
		units = append(units, staff.Unit{Code: c.unit, Name: c.name, Kind: "provider", Place: counties[0].code, Offices: []string{"care-station"}})
	}
	for _, u := range units {
		if err := staff.PutUnit(tx, founder, u); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		login, name, unit string
		role              staff.Role
	}{{"yanglao", "机构值班", caring[0].unit, staff.Carer}, {"huli", "护理员甲", caring[0].unit, staff.Carer}, {"huli2", "护理员乙", caring[1].unit, staff.Carer},
		{"minzheng", "民政经办", civilAffairs, staff.Supervisor}, {"minzheng2", "民政复核", civilAffairs, staff.Supervisor}} {
		a, err := staff.Create(tx, founder, staff.Account{Login: c.login, Name: c.name, Unit: c.unit}, b.password)
		if err != nil {
			return err
		}
		where, of := "", c.unit
		if c.role == staff.Supervisor {
			where, of = counties[0].code, ""
		}
		if err := staff.Allow(tx, founder, a.ID, c.role, where, of); err != nil {
			return err
		}
		if b.office[c.login], err = loginOf(tx, c.login); err != nil { // his messages are read like everybody's
			return err
		}
	}
	return nil
}

// admitProviders registers the providers and lets them serve the county.
func (b *build) admitProviders(tx *db.Tx, x *serviceorder.Orders, county string) (ids []db.ID, err error) {
	by, err := loginOf(tx, "minzheng")
	if err != nil {
		return nil, err
	}
	today := place.Today(tx)
	for i, c := range caring {
		o, err := register.PutOrganisation(tx, register.Organisation{Name: c.name, Place: counties[0].code, Kind: "social", Registration: "registered", Source: "demo"})
		if err != nil {
			return nil, err
		}
		if err := x.Admit(tx, by, serviceorder.Provider{Organisation: o.ID, Unit: c.unit, Path: county, Item: "care-nonprofit", Licence: c.licence, From: today.AddDays(-300), Until: today.AddDays(1500), Phone: c.phone, Bank: "演示银行", Account: fmt.Sprintf("9900000000%02d", i+1)}); err != nil {
			return nil, err
		}
		people := map[string]string{"yanglao": serviceorder.Desk, "huli": serviceorder.Worker}
		if i == 1 {
			people = map[string]string{"huli2": serviceorder.Desk}
		}
		for login, part := range people {
			a, err := staff.AccountByLogin(tx, login)
			if err != nil {
				return nil, err
			}
			if err := x.Join(tx, by, o.ID, a.ID, part); err != nil {
				return nil, err
			}
		}
		ids = append(ids, o.ID)
	}
	return ids, nil
}

// elders are the resident with an account, when he lives in the county, and invented elders of the community.
func (b *build) elders(tx *db.Tx, community place.Place) (ids []db.ID, err error) {
	r := b.rand("elders")
	for i := range 4 {
		p, _, err := b.o.People.FindOrCreate(tx, register.Newcomer{Name: personName(r), Phone: fmt.Sprintf("1990001%04d", 100+i), Born: civil.Date{Year: 1938 + 4*i, Month: 3, Day: 5 + i},
			Place: community.Code, Address: b.tree.FullName(community.Code, 1) + fmt.Sprintf("%d号楼%d01室", 2+i, 1+i), Source: "demo"})
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.ID)
	}
	a, err := staff.Create(tx, founder, staff.Account{Login: "laoren", Name: "演示老人", Person: ids[0]}, b.password)
	if err != nil {
		return nil, err
	}
	return ids, staff.Allow(tx, founder, a.ID, staff.Resident, "", "")
}

// frail and weak are two assessments: much help is needed, and some.
var (
	frail = map[string]string{"eat": "help", "bath": "help", "dress": "help", "toilet": "help", "move": "help", "mind": "yes", "phone": "no", "housework": "no"}
	weak  = map[string]string{"eat": "self", "bath": "help", "dress": "self", "toilet": "self", "move": "self", "mind": "yes", "phone": "yes", "housework": "no"}
)

// A tending is one order of a story: of which elder, what, so many days before the present, and how far it went.
type tending struct {
	elder      int
	kind       string
	units      int
	days, hour int
	until      string // "served", "confirmed", "accepted", "offered"
	late, far  bool
}

// careStories assesses and plans, and lets orders be served over the last weeks.
func (b *build) careStories(tx *db.Tx, x *serviceorder.Orders, elders, providers []db.ID) error {
	worker, err := loginOf(tx, "community")
	if err != nil {
		return err
	}
	homes := make([]geo.Point, len(elders))
	for i, id := range elders {
		p, err := register.PersonOf(tx, id)
		if err != nil {
			return err
		}
		if at, ok := b.tree.Get(p.Place); ok && at.Lon != 0 {
			homes[i] = geo.Of(at.Lon+int64(400*i), at.Lat+int64(300*i))
		}
		needs := frail
		if i%2 == 1 {
			needs = weak
		}
		if _, err := x.Assess(tx, worker, fmt.Sprint("demo-need-", i), id, needs); err != nil {
			return err
		}
		if i == 3 { // assessed, without a plan
			continue
		}
		units := map[string]int{"daily": 12, "housekeeping": 6, "comfort": 2, "leisure": 4}
		if _, err := x.Plan(tx, worker, fmt.Sprint("demo-plan-", i), serviceorder.Draft{Person: id, Units: units, Home: homes[i], Cannot: i == 2}); err != nil {
			return err
		}
	}
	list := []tending{{0, "daily", 2, 40, 9, "confirmed", false, false}, {0, "housekeeping", 2, 34, 14, "confirmed", true, false}, {1, "daily", 3, 33, 9, "confirmed", false, false}, {2, "daily", 2, 31, 10, "confirmed", false, true},
		{0, "comfort", 1, 12, 15, "confirmed", false, false}, {1, "housekeeping", 2, 9, 9, "confirmed", false, false}, {2, "daily", 2, 1, 9, "served", false, false}, {0, "daily", 2, 1, 15, "served", false, false},
		{1, "daily", 2, 0, 0, "accepted", false, false}, {0, "housekeeping", 2, -2, 9, "accepted", false, false}, {1, "leisure", 2, -1, 14, "offered", false, false}}
	for i, s := range list {
		if err := b.tend(tx, x, fmt.Sprint("demo-care-", i), s, elders, providers[0], homes); err != nil {
			return fmt.Errorf("care story %d: %w", i, err)
		}
	}
	return b.settleCare(tx, x, providers)
}

// tend lets one order happen.
func (b *build) tend(tx *db.Tx, x *serviceorder.Orders, key string, s tending, elders []db.ID, provider db.ID, homes []geo.Point) error {
	by := map[string]staff.Actor{}
	for _, login := range []string{"community", "yanglao", "huli"} {
		a, err := loginOf(tx, login)
		if err != nil {
			return err
		}
		by[login] = a
	}
	wanted := civil.DateOf(b.now, civil.Shanghai).AddDays(-s.days).In(civil.Shanghai).Add(time.Duration(s.hour) * time.Hour)
	asked := wanted.Add(-20 * time.Hour)
	if s.days <= 0 { // still to come
		asked = b.now.Add(-2 * time.Hour)
		if s.days == 0 {
			wanted = b.now.Add(time.Hour)
		}
	}
	if asked.After(b.now) || wanted.Before(asked) {
		return nil
	}
	tx.Replay(asked)
	o, err := x.Ask(tx, by["community"], key, serviceorder.Wish{Person: elders[s.elder], Kind: s.kind, Units: s.units, Wanted: wanted, Words: "请按门铃，稍等老人开门。", Provider: provider})
	if err != nil || s.until == "offered" {
		return err
	}
	if _, err := x.Accept(tx, by["yanglao"], key+"-accept", o.ID, by["huli"].Account); err != nil || s.until == "accepted" {
		return err
	}
	at, where := wanted.Add(5*time.Minute), homes[s.elder]
	if s.late {
		at = wanted.Add(45 * time.Minute)
	}
	if s.far && !where.IsZero() {
		where.Lat += 0.006
	}
	end := at.Add(time.Duration(s.units) * time.Hour)
	if end.After(b.now) {
		return nil
	}
	tx.Replay(at)
	if _, err := x.Arrive(tx, by["huli"], key+"-arrive", o.ID, serviceorder.Check{Where: where, Accuracy: 25}); err != nil {
		return err
	}
	tx.Replay(end)
	record := map[string]string{"daily": "助浴、换衣，陪老人在楼下走了一圈。", "housekeeping": "做饭、洗衣、拖地。", "comfort": "陪聊，读报。"}[s.kind]
	if _, err := x.Leave(tx, by["huli"], key+"-leave", o.ID, serviceorder.Report{Check: serviceorder.Check{Where: homes[s.elder], Accuracy: 25}, Units: s.units, Record: record}); err != nil || s.until == "served" {
		return err
	}
	return b.confirmCare(tx, x, key, o.ID, end, by["community"], s.elder)
}

// confirmCare lets a service be confirmed: by the elder with an account and by the community for the one who cannot; the others are asked by phone when their term is over.
func (b *build) confirmCare(tx *db.Tx, x *serviceorder.Orders, key string, id db.ID, end time.Time, community staff.Actor, elder int) error {
	switch elder {
	case 0:
		own, err := loginOf(tx, "laoren")
		if err != nil {
			return err
		}
		tx.Replay(end.Add(time.Hour))
		if _, err := x.Confirm(tx, own, key+"-confirm", id, ""); err != nil {
			return err
		}
		_, err = x.Rate(tx, own, key+"-rate", id, 5, "护理员很细心。")
		return err
	case 1:
		tx.Replay(end.AddDate(0, 0, 5))
		if tx.Now().After(b.now) {
			return nil
		}
		if _, err := x.Sweep(tx); err != nil {
			return err
		}
	default:
		tx.Replay(end.Add(3 * time.Hour))
	}
	_, err := x.Confirm(tx, community, key+"-confirm", id, "打电话问过，老人说来过，做得好。")
	return err
}

// settleCare settles the month before with four eyes.
func (b *build) settleCare(tx *db.Tx, x *serviceorder.Orders, providers []db.ID) error {
	tx.Replay(b.now)
	maker, err := loginOf(tx, "minzheng")
	if err != nil {
		return err
	}
	checker, err := loginOf(tx, "minzheng2")
	if err != nil {
		return err
	}
	due, err := x.ToSettle(tx, maker)
	if err != nil {
		return err
	}
	month := civil.DateOf(b.now, civil.Shanghai).String()[:7]
	for i, d := range due {
		if d.Month >= month {
			continue
		}
		s, err := x.Settle(tx, maker, fmt.Sprint("demo-settle-", i), d.Provider, d.Month, d.Path)
		if err != nil {
			return err
		}
		if i == 0 {
			if _, err := x.Check(tx, checker, fmt.Sprint("demo-check-", i), s.ID, true, ""); err != nil {
				return err
			}
		}
	}
	for i := range 6 { // a care home's beds, for the operating subsidy
		first := civil.Date{Year: b.now.Year(), Month: b.now.Month(), Day: 1}.AddMonths(-1 - i)
		if err := x.PutBeds(tx, maker, serviceorder.BedMonth{Organisation: providers[0], Month: first.String()[:7], Beds: 20, BedDays: 20*28 - 30*i}); err != nil {
			return err
		}
	}
	return nil
}
