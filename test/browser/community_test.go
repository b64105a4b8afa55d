package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/hall"
	"linli/test/town"
)

// adopt lets the town work with documents that are another city's.
func adopt(t *testing.T, data string, documents ...string) {
	t.Helper()
	text := ""
	for _, d := range documents {
		text += d + `: { adopted: { place: "4112", from: "2026-01-01", why: 测试用 } }` + "\n"
	}
	if err := os.WriteFile(filepath.Join(data, "local.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// centre opens a community's centre with counters, slots and a shared room.
func (c *city) centre(t *testing.T) (id db.ID) {
	t.Helper()
	dbtest.Write(t, c.DB, func(tx *db.Tx) (err error) {
		id, err = hall.Put(tx, c.actor(t, "willow"), hall.Hall{Kind: "public-service", Name: "柳荫社区公共服务中心", Place: town.Willow, Unit: town.WillowCommittee,
			Opens: "1-7 08:30-18:00", Services: "居住证\n高龄津贴", Counters: 2, Capacity: 3, Slot: 30, Most: 3, Shared: true, Seats: 40, Area: 420})
		return err
	})
	return id
}

// A street sends a table that was not admitted and is refused; it applies, is admitted, and the table fills itself.
func TestATableThatWasNotAdmittedIsRefused(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		b := c.tab(t, desktop)
		b.login("street")
		demand := func(number string, status int64) {
			b.open("/community/demands/new?template=pz15-10.community-month")
			b.fill("准入编号", number)
			b.fill("为什么要", "汇总八月情况")
			b.tick("哪些社区", "柳荫社区居委会")
			b.answered(status, "下发")
		}
		demand("", 422)
		b.see("按规定不能下发", "没有经过")
		b.console() // tells of the refusal, too
		b.open("/community/tables")
		b.see("没有报表")
		r := c.admit(t)
		demand(r.Number, 200)
		b.see("报表已下发", "柳荫社区居委会", "还要填 2 栏")
		b.leave()
		b.login("willow")
		b.open("/community")
		b.see("社区工作月报", "还要填 2 栏", "独居老人排查")
		b.click("社区工作月报")
		b.see("平台已有", "柳荫社区")
		b.fill("专职工作人员数", "7")
		b.fill("本月居民会议次数", "2")
		b.click("填好了")
		b.see("报表已填好")
		b.leave()
		b.login("street")
		demand(r.Number, 200)
		b.see("报表已下发", "已填好")
		b.open("/community/load")
		b.see("柳荫社区居委会", "随任务来 4", "缺 8.5")
		b.end()
	})
}

// admit brings the street's task through admission, for which cases_test has no story of its own.
func (c *city) admit(t *testing.T) casework.Receipt {
	t.Helper()
	var r casework.Receipt
	dbtest.Write(t, c.DB, func(tx *db.Tx) (err error) {
		r, err = c.Cases.Register(tx, c.actor(t, "street"), casework.Intake{Key: "task", Flow: "task-admission", Place: town.Riverrow, Sets: map[string]any{"class": "entrust"},
			From: casework.Reporter{Name: "沿河街道办事处"}, Fields: map[string]string{"task": "独居老人排查", "way": "入户登记", "rights": "社区协助，街道处置", "place": town.Riverrow,
				"hours": "12.5", "staff_hours": "4", "cost": "3000", "funds": "3000", "tables": "社区工作月报", "until": "2026-12-31"}})
		return err
	})
	c.take(t, r.Case, errand{"admitting", flow.Act{Verb: flow.Accept}})
	c.take(t, r.Case, errand{"admitting", flow.Act{Verb: "admit"}})
	c.take(t, r.Case, errand{"street", flow.Act{Verb: flow.Dispatch, To: town.RiverrowOffice, With: []string{town.WillowCommittee, town.LotusCommittee}}})
	return r
}

// An old man takes his number after two others and is called first; the screen in the waiting room follows by itself.
func TestANumberIsCalledWithPriority(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		at := "/hall/at/" + c.centre(t).String()
		screen := c.tab(t, desktop)
		screen.open(at + "/screen")
		screen.see("现在没有叫号")
		b := c.tab(t, desktop)
		b.login("hall")
		for _, class := range []string{"普通", "普通", "老年人"} {
			b.open(at + "/kiosk")
			b.click(class)
			b.see("您的号是")
		}
		b.open(at + "/counter?at=1")
		b.see("A001", "A002", "E003")
		b.click("叫下一个")
		b.see("正在办理 E003")
		screen.see("E003", "1 号窗口") // told by the server, not loaded again
		b.click("过号")
		b.see("E003 回来了")
		b.click("叫下一个")
		b.see("正在办理 A001")
		b.click("办毕")
		screen.see("过号", "E003")
		b.end()
		screen.end()
	})
}

// A resident books the room, the community approves it, and nobody else gets it at that time.
func TestAFacilityIsBooked(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		at := "/hall/at/" + c.centre(t).String()
		day := begin.In(civil.Shanghai).AddDate(0, 0, 1).Format("2006-01-02")
		b := c.tab(t, phone)
		reserve := func(status int64) {
			b.open(at)
			b.set("开始", day+"T14:00")
			b.set("结束", day+"T16:00")
			b.fill("用途", "居民读书会")
			b.fill("人数", "20")
			b.answered(status, "预约场地")
		}
		b.login("resident")
		b.open("/hall")
		b.see("柳荫社区公共服务中心")
		reserve(200)
		b.see("场地预约已提交", "待批准")
		b.leave()
		b.login("neighbour")
		reserve(409)
		b.see("没有约成", "这段时间已有预约")
		b.console() // tells of the refusal, too
		b.leave()
		b.login("willow")
		b.open("/hall/bookings")
		b.see("等您批准")
		b.click(fmt.Sprintf("%s 14:00", begin.In(civil.Shanghai).Add(24*time.Hour).Format("2006年1月2日")))
		b.click("批准")
		b.see("已批准", "居民读书会")
		b.end()
	})
}

// answered presses a button whose page comes with a status.
func (b *tab) answered(status int64, text string) {
	b.Helper()
	b.turn("click "+text, status, chromedp.Click(on("press", text), chromedp.NodeVisible))
}

// set gives a field of dates and times its value, which is not typed in every browser alike.
func (b *tab) set(label, value string) {
	b.Helper()
	b.do("set "+label, chromedp.WaitReady(on("field", label)))
	eval[bool](b, fmt.Sprintf("(field(%q).value = %q) !== ''", label, value))
}
