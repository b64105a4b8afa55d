package browser

import (
	"testing"

	"linli/internal/db"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

// atFerry lets somebody keep the registers of the village that the newcomer comes from.
func atFerry(tx *db.Tx, _ *register.Register) error {
	return town.Hire(tx, staff.Account{Login: "ferry", Name: "陶渡口"}, staff.Grant{Role: staff.Community, Place: town.Ferry})
}

// A community worker registers a newcomer at the door, on a telephone; it is verified, counted and shared; the village he comes from is
// told on its start page and answers; who asked reads the answer.
func TestANewcomersHomeAnswers(t *testing.T) {
	eachIn(t, setting{adopts: []string{"pz10-25", "pz15-10"}, settle: atFerry}, func(t *testing.T, c *city) {
		b := c.tab(t, phone)
		b.login("willow")
		b.collect()
		b.shareWithHome()
		b.leave()
		b.login("ferry")
		b.answerAsHome()
		b.leave()
		b.login("willow")
		b.open("/register/floating?state=closed")
		b.see("秦来", "户籍地反馈", "有出入，以户籍地登记为准", "户口在渡口村六组")
		b.fit()
		b.picture("newcomer-answered-phone")
		b.click("秦来")
		b.see("流动", "已反馈", "渡口村六组12号")
		b.fit()
		b.end()
	})
}

// collect: from the start page of the community to the form, where the home is written by its name.
func (b *tab) collect() {
	b.open("/community")
	b.see("流动人口待办")
	b.click("人房企事登记")
	b.click("新来的流动人口")
	b.fit()
	b.fill("姓名", "秦来")
	b.fill("身份证号", "990000199001014034")
	b.fill("电话", "19900000077")
	b.pick("社区（村）", "柳荫社区")
	b.fill("居住地址", "柳荫社区三号楼402")
	b.fill("户籍地", "渡口村")
	b.fill("户籍详细地址", "渡口村五组")
	b.day("来本地日期", "2026-09-03")
	b.picture("newcomer-phone")
	b.click("登记")
	b.see("已登记", "秦来", "待核实")
	b.fit()
}

// shareWithHome: verified, counted into the month, shared; each step is the first thing of its page.
func (b *tab) shareWithHome() {
	b.open("/community")
	b.click("流动人口待办")
	b.see("秦来", "渡口村")
	b.fit()
	b.click("核实无误")
	b.open("/register/floating?state=verified")
	b.see("秦来")
	b.pick("汇总哪个区域", "柳荫社区")
	b.click("汇总")
	b.see("汇总 1 人", "秦来")
	b.click("通报户籍地")
	b.open("/register/floating?state=shared")
	b.see("秦来")
	b.lacks("反馈结果") // that is the home's to say
}

// answerAsHome: told on the start page; the answer corrects the address.
func (b *tab) answerAsHome() {
	b.open("/community")
	b.see("外出人员待我方反馈")
	b.fit()
	b.click("外出人员待我方反馈")
	b.see("秦来", "柳荫社区")
	b.press("反馈")
	b.fit()
	b.pick("反馈结果", "有出入，以户籍地登记为准")
	b.fill("户籍登记的地址", "渡口村六组12号")
	b.fill("说明", "户口在渡口村六组。")
	b.picture("newcomer-home-phone")
	b.click("提交反馈")
	b.see("已办理")
	b.lacks("秦来")
}
