package demo

import (
	"context"
	"fmt"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
)

// countyEdu is the education office of the first county; schools are in its first street.
const countyEdu = "edu-411202"

var schools = []staff.Unit{
	{Code: "school-willow", Name: "柳荫小学（演示）", Offices: []string{"school", "campus"}},
	{Code: "school-stone", Name: "青石中学（演示）", Offices: []string{"school", "campus"}},
	{Code: "school-drop", Name: "小水滴幼儿园（演示）", Offices: []string{"school", "kindergarten"}},
}

// teachers are who works at the first school and in the education office.
var teachers = []Account{
	{Login: "school", Role: "学校", Try: "学校：预案备案、应急疏散演练，欠着的一步步补上；本校的责任任务"},
	{Login: "hubin-edu", Role: "区教育部门", Try: "区教育部门：准予备案，观摩演练，督促整改"},
}

// schools settles some schools with the office above them, and what stands there at present: a plan that is filed, a drill whose
// improvements are owed and one that is prepared. It happens once.
func (b *build) schools(ctx context.Context) error {
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := staff.UnitOf(tx, countyEdu)
		if fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		_, communities := b.shown()
		if len(communities) == 0 {
			return nil
		}
		tx.Replay(b.now)
		gov, err := staff.UnitOf(tx, governmentOf(counties[0].code))
		if err != nil {
			return err
		}
		gov.Offices = append(gov.Offices, "county-emergency")
		units := []staff.Unit{gov, {Code: countyEdu, Name: "湖滨区教育部门（演示）", Kind: "department", Place: counties[0].code, Parent: gov.Code, Offices: []string{"county-edu"}}}
		for i, s := range schools {
			s.Kind, s.Place, s.Parent = "school", communities[i%len(communities)].Code, countyEdu
			units = append(units, s)
		}
		for _, u := range units {
			if err := staff.PutUnit(tx, founder, u); err != nil {
				return err
			}
		}
		if err := b.teach(tx); err != nil {
			return err
		}
		return b.drills(tx, communities[0].Code)
	})
}

// teach opens the accounts.
func (b *build) teach(tx *db.Tx) error {
	for _, t := range teachers {
		unit, where, roles := schools[0].Code, "", []staff.Role{staff.Desk}
		if t.Login != "school" {
			unit, where, roles = countyEdu, counties[0].code, []staff.Role{staff.Verifier, staff.Supervisor}
		}
		a, err := staff.Create(tx, founder, staff.Account{Login: t.Login, Name: t.Role, Unit: unit}, b.password)
		if err != nil {
			return err
		}
		for _, r := range roles {
			of := unit
			if where != "" {
				of = ""
			}
			if err := staff.Allow(tx, founder, a.ID, r, where, of); err != nil {
				return err
			}
		}
		if b.office[t.Login], err = loginOf(tx, t.Login); err != nil { // his messages are read like everybody's
			return err
		}
	}
	return nil
}

// A lesson is one step of a school's story: whose, so many days before the present, and what.
type lesson struct {
	who  string
	days int
	act  flow.Act
}

// drills tells what the first school did in the last two months.
func (b *build) drills(tx *db.Tx, place string) error {
	school, above := "school", "hubin-edu"
	told := map[string]any{"procedure": true, "signal": true, "route": true, "order": true, "site": true, "minutes": true, "selfaid": true}
	plan := map[string]string{"subject": "柳荫小学应急疏散预案", "school": "campus", "way": "full", "changes": "首次编制", "scope": "全体师生", "principles": "统一指挥、分工负责，反应迅速、安全有序",
		"organisation": "领导小组，办公室和四个组", "duties": "各组职责见分工表", "preparation": "制度、岗位、检查、宣传", "warning": "广播和哨声", "trigger": "校园内外出事或接到预警，由校长启动",
		"evacuation": "分楼层、分班、错时下楼，到操场点名", "procedures": "earthquake\nfire\nflood\nintrusion\ntraffic\ncollapse\ngathering", "aftermath": "善后工作组负责", "reporting": "一小时内报教育部门", "place": place}
	drill := func(name, season string) map[string]string {
		return map[string]string{"subject": name, "kind": "fire", "season": season, "kindergarten": "no", "largest": "600", "night": "no", "unannounced": "no",
			"content": "一至六年级全体师生六百人", "planned": civil.DateOf(b.now, civil.Shanghai).AddDays(-20).String(), "signals": "连续短哨", "routes": "东西两梯到操场", "measures": "分楼层依次下楼", "support": "校医、保安到位",
			"handling": "有人摔倒，立即停止", "place": place}
	}
	prepared := []lesson{{school, 27, flow.Act{Verb: "guide", Words: "消防救援站两人到校，调整了西梯的次序。"}}, {school, 27, flow.Act{Verb: "organise", Words: "校长任总指挥，四组分工到人。"}},
		{school, 26, flow.Act{Verb: "invite", Words: "家长委员会来三人。"}}, {school, 25, flow.Act{Verb: "train", Words: "各班讲过并走过一遍。", Sets: told}},
		{school, 25, flow.Act{Verb: "crowd", Words: "楼梯口各站一人，错时下楼。"}}, {school, 24, flow.Act{Verb: "finalise", Words: "定稿。"}},
		{school, 20, flow.Act{Verb: "hold", Words: "全校六百人三分十秒到操场。", Sets: map[string]any{"commander": true, "accident": false}}},
		{above, 20, flow.Act{Verb: "observe", Words: "西梯有一段拥挤，请整改。"}},
		{school, 18, flow.Act{Verb: flow.Reply, Words: "西梯慢二十秒，四年级走错一个口。", Sets: map[string]any{"problems": 2}}}}
	for i, s := range []struct {
		flow   string
		fields map[string]string
		days   int
		steps  []lesson
	}{
		{"evacuation-plan", plan, 45, []lesson{{school, 45, flow.Act{Verb: flow.Reply, Words: "请备案。"}}, {above, 43, flow.Act{Verb: flow.Verify}}, {school, 43, flow.Act{Verb: flow.Close, Outcome: "solved"}}}},
		{"drill", drill("柳荫小学消防疏散演练", "autumn"), 28, prepared},
		{"drill", drill("柳荫小学大课间疏散演练", "extra"), 3, []lesson{{school, 2, flow.Act{Verb: "organise", Words: "值周教师负责。"}}}},
	} {
		if err := b.lessons(tx, fmt.Sprintf("demo-school-%d", i), s.flow, s.fields, s.days, s.steps); err != nil {
			return fmt.Errorf("school, %s: %w", s.flow, err)
		}
	}
	return nil
}

func (b *build) lessons(tx *db.Tx, key, of string, fields map[string]string, days int, steps []lesson) error {
	by, err := loginOf(tx, "school")
	if err != nil {
		return err
	}
	tx.Replay(b.now.AddDate(0, 0, -days))
	r, err := b.cases.Register(tx, by, casework.Intake{Key: key, Flow: of, Fields: fields})
	if err != nil {
		return err
	}
	for i, s := range steps {
		if by, err = loginOf(tx, s.who); err != nil {
			return err
		}
		tx.Replay(b.now.AddDate(0, 0, -s.days).Add(time.Duration(i+1) * time.Minute))
		if _, err := b.cases.Do(tx, by, r.Case, casework.Act{Act: s.act, Key: fmt.Sprintf("%s-%d", key, i)}); err != nil {
			return fmt.Errorf("%s: %w", s.act.Verb, err)
		}
	}
	tx.Replay(b.now)
	return nil
}
