package browser

import (
	"fmt"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/test/town"
)

// An errand is a step that somebody takes with a case.
type errand struct {
	login string
	act   flow.Act
}

var (
	ordinary  = map[string]any{"weight": "ordinary", "category": "供水", "digest": "停水"}
	important = map[string]any{"weight": "important", "category": "道路", "digest": "塌陷"}
	taken     = errand{"desk", flow.Act{Verb: flow.Accept}}
	toWater   = errand{"dispatcher", flow.Act{Verb: flow.Dispatch, To: town.Water, Words: "请尽快办理。"}}
	answered  = errand{"water", flow.Act{Verb: flow.Reply, Words: "已修好，恢复供水。"}}
	verified  = errand{"verifier", flow.Act{Verb: flow.Verify, Words: "电话核实。"}}
	closed    = errand{"desk", flow.Act{Verb: flow.Close, Outcome: "solved"}}
)

// letters are cases of the mailbox, each left where a page has something to show of it.
func (c *city) letters(t *testing.T) []struct {
	title string
	sets  map[string]any
	steps []errand
} {
	deputy := c.actor(t, "deputy").Account.String()
	return []struct {
		title string
		sets  map[string]any
		steps []errand
	}{
		{"柳荫社区一号院停水", nil, nil},
		{"柳荫社区二号院停水", ordinary, nil},
		{"荷塘社区水压低", ordinary, []errand{taken}},
		{"松岗社区水管漏水", ordinary, []errand{taken, toWater, {"supervisor", flow.Act{Verb: flow.Supervise, Words: "请于三日内办结。", Term: "3wd"}}}},
		{"坡头街道路面塌陷", important, []errand{taken, {"desk", flow.Act{Verb: flow.Present, Leader: deputy, Words: "请批示。"}}}},
		{"沿河街道护栏损坏", important, []errand{taken, {"desk", flow.Act{Verb: flow.Present, Leader: deputy}},
			{"deputy", flow.Act{Verb: flow.Instruct, Words: "请公路局立即修复。"}}}},
		{"荷塘社区井盖缺失", ordinary, []errand{taken, toWater, {"water", flow.Act{Verb: flow.Return, Words: "井盖属住建部门管理。"}}}},
		{"荷塘社区下水道堵塞", ordinary, []errand{taken, {"dispatcher", flow.Act{Verb: flow.Dispatch, To: town.Housing, With: []string{town.Water}}}}},
		{"渡口村河堤垃圾", ordinary, []errand{taken, {"desk", flow.Act{Verb: flow.Ask, Words: "请补充照片和具体位置。"}}}},
		{"松岗社区夜间施工", ordinary, []errand{taken, toWater, {"water", flow.Act{Verb: flow.Extend, Words: "需要更换主管道。", Term: "3d"}}}},
		{"柳荫社区水表不准", ordinary, []errand{taken, toWater, answered}},
		{"柳荫社区水质发黄", ordinary, []errand{taken, toWater, answered, verified}},
		{"柳荫社区管道维修", ordinary, []errand{taken, toWater, answered, verified, closed}},
		{"柳荫社区水泵噪声", ordinary, []errand{taken, toWater, answered, verified, closed, {"resident", flow.Act{Verb: flow.Rate, Grade: 4, Words: "办得快。"}}}},
	}
}

// live lets a month of the town pass: letters, calls, visits, terms that run out, a quarter that ends.
func (c *city) live(t *testing.T) {
	t.Helper()
	for i, l := range c.letters(t) {
		id := c.register(t, "resident", casework.Intake{Key: fmt.Sprint("letter", i), Flow: "mailbox", Title: l.title, Body: l.title + "，已有两天，请派人看看。",
			Place: []string{town.Willow, town.Lotus, town.Pine, town.Ferry}[i%4], Spot: "三单元门口", From: casework.Reporter{Name: "许甲", Phone: "19900000001"}})
		if l.sets != nil {
			c.take(t, id, errand{"desk", flow.Act{Verb: flow.Classify, Sets: l.sets}})
		}
		for _, e := range l.steps {
			c.take(t, id, e)
		}
		c.clock.Advance(20 * time.Hour)
		c.work(t)
	}
	c.others(t)
	c.clock.Set(time.Date(2026, 10, 9, 9, 0, 0, 0, civil.Shanghai))
	c.work(t)
}

// others come by the channels beside the mailbox.
func (c *city) others(t *testing.T) {
	call := c.register(t, "duty", casework.Intake{Key: "call", Flow: "hotline", Body: "渡口村路灯不亮，晚上看不见路。", Place: town.Ferry,
		From:   casework.Reporter{Name: "何乙", Phone: "19900000002", Address: "西山县双桥镇渡口村二组"},
		Fields: map[string]string{"line": "12345"}, Sets: map[string]any{"way": "direct"}})
	c.take(t, call, errand{"duty", flow.Act{Verb: flow.Accept}})
	c.take(t, call, errand{"duty", flow.Act{Verb: flow.Dispatch, To: town.Roads}})
	c.register(t, "desk", casework.Intake{Key: "paper", Flow: "letter", Title: "反映村道损坏", Body: "果园村村道多处损坏。", Place: town.Orchards,
		From: casework.Reporter{Name: "何乙"}, Fields: map[string]string{"received": "2026-09-18"}, Sets: map[string]any{"route": "direct"}})
	c.register(t, "xinfang", casework.Intake{Key: "visit", Flow: "visit", Title: "反映拆迁补偿", Body: "对补偿标准有疑问，希望说明。", Place: town.Pine,
		From: casework.Reporter{Name: "何乙", Phone: "19900000002"}, Fields: map[string]string{"headcount": "2"}, Sets: map[string]any{"visitors": 2}})
}

func (c *city) actor(t *testing.T, login string) (by staff.Actor) {
	t.Helper()
	dbtest.Read(t, c.DB, func(tx *db.Tx) error {
		a, err := staff.AccountByLogin(tx, login)
		if err != nil {
			return err
		}
		by, err = a.Actor(tx, staff.ViaPage)
		return err
	})
	return by
}

func (c *city) register(t *testing.T, login string, in casework.Intake) (id db.ID) {
	t.Helper()
	by := c.actor(t, login)
	dbtest.Write(t, c.DB, func(tx *db.Tx) error {
		r, err := c.Cases.Register(tx, by, in)
		id = r.Case
		return err
	})
	return id
}

func (c *city) take(t *testing.T, id db.ID, e errand) {
	t.Helper()
	by := c.actor(t, e.login)
	dbtest.Write(t, c.DB, func(tx *db.Tx) error {
		_, err := c.Cases.Do(tx, by, id, casework.Act{Act: e.act, Key: fmt.Sprint(id, e.act.Verb)})
		return err
	})
}
