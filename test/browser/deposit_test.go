package browser

import (
	"testing"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

// mineCode is the credit code of an invented mine.
const mineCode = "99990000MK00000A1F"

// mining settles a mine with its head, the bureau that assesses what it deposits and the treasury that keeps it.
func mining(tx *db.Tx, people *register.Register) error {
	for _, u := range []staff.Unit{{Code: "safety", Name: "邻水市安监局", Kind: "department", Place: town.City, Offices: []string{"deposit-safety"}},
		{Code: "treasury", Name: "邻水市财政局", Kind: "department", Place: town.City, Offices: []string{"deposit-finance"}}} {
		if err := town.Open(tx, u); err != nil {
			return err
		}
	}
	o, err := register.PutOrganisation(tx, register.Organisation{Code: mineCode, Name: "青石煤矿", Place: town.Ferry, Kind: "enterprise"})
	if err != nil {
		return err
	}
	told := fact.Telling{Source: fact.Source{Kind: fact.ByImport, Name: "试"}, By: "town"}
	for name, value := range map[string]string{"safety_trade": "coal", "mine_capacity": "12", "safety_class": "B", "affiliation": "city"} {
		if _, err := people.Change(tx, fact.Fact{Subject: fact.Organisation(o.ID), Name: name, Value: value, Telling: told}); err != nil {
			return err
		}
	}
	p, _, err := people.FindOrCreate(tx, register.Newcomer{Name: "石矿长", Place: town.Ferry, Source: "town"})
	if err != nil {
		return err
	}
	if _, err := fact.Relate(tx, fact.Relation{Name: lexicon.Heads, From: fact.Person(p.ID), To: fact.Organisation(o.ID), Telling: told}); err != nil {
		return err
	}
	if err := town.Hire(tx, staff.Account{Login: "kuangshan", Name: "石矿长", Person: p.ID}, staff.Grant{Role: staff.Resident}); err != nil {
		return err
	}
	if err := town.Hire(tx, staff.Account{Login: "anjian", Name: "安监", Unit: "safety"}, staff.Grant{Role: staff.Handler, Unit: "safety"}, staff.Grant{Role: staff.Desk, Place: town.City}); err != nil {
		return err
	}
	if err := town.Hire(tx, staff.Account{Login: "caizheng", Name: "财政", Unit: "treasury"}, staff.Grant{Role: staff.Handler, Unit: "treasury"}, staff.Grant{Role: staff.Treasurer, Place: town.City}); err != nil {
		return err
	}
	a, err := staff.AccountByLogin(tx, "caizheng")
	if err != nil {
		return err
	}
	head, err := a.Actor(tx, staff.ViaPage)
	if err != nil {
		return err
	}
	_, err = ledger.PutFund(tx, head, ledger.Fund{Payer: "city", Code: "risk-deposit", Place: town.City, Name: "风险抵押金专户"})
	return err
}

// A mine's deposit is assessed with the sum shown step by step, paid in two parts, drawn upon after an accident with the consent of two bureaus, and topped up.
func TestAMineDepositsAndDraws(t *testing.T) {
	eachIn(t, setting{adopts: []string{"pz10-52"}, settle: mining}, func(t *testing.T, c *city) {
		s := &story{T: t, city: c, office: c.tab(t, desktop)}
		b := s.sit("anjian")
		b.open("/deposits")
		b.fill("统一社会信用代码", mineCode)
		b.press("筛选")
		b.see("2,750,000.00元", "B类上浮", "九万吨以上到十五万吨")
		b.fit()
		b.click("立件核定")
		b.see("核定中")
		s.address = b.at()
		s.says("作出决定", "按登记的情况核定。")
		b.see("送达核定通知")
		b.click("已送达")
		b.see("2026年10月")
		b.fit()

		b = s.sit("kuangshan")
		b.open(s.address)
		b.press("申请分期")
		b.fill("为什么不能一次存足", "井下改造占用资金")
		b.date("第 1 期日期", "2026-09-10")
		b.fill("第 1 期金额（元）", "1400000")
		b.date("第 2 期日期", "2026-12-10")
		b.fill("第 2 期金额（元）", "1350000")
		b.press("提出申请")
		b.see("分期或担保的申请")

		s.sit("anjian").open(s.address)
		s.says("作出决定", "同意分两期")
		s.office.see("2026年12月10日")
		for _, sum := range []string{"1400000", "1350000"} {
			s.paysIn(sum)
		}

		b = s.sit("kuangshan")
		b.open(s.address)
		b.press("申请动用")
		b.fill("事故经过和费用", "顶板冒落，两人受伤")
		b.fill("抢险、救灾直接发生的费用（元）", "600000")
		b.fill("善后处理直接发生的费用（元）", "400000")
		b.fill("企业已先行支付（元）", "200000")
		b.fill("开户银行", "某银行")
		b.fill("收款账号", "990000000001")
		b.press("提出申请")
		b.see("待安监部门审核")
		b.fit()

		s.sit("anjian").open(s.address)
		s.says("出具意见", "费用属实")
		s.office.see("待财政部门批准")
		s.sit("caizheng").open(s.address)
		s.says("作出决定", "批准动用")
		s.office.see("已批准，待专户放款")
		s.office.click("专户放款")
		s.office.see("已放款，待银行支付", "本金 1,950,000.00元")

		b = s.sit("anjian")
		b.open("/deposits")
		b.see("动用过")
		b.fit()
		b.open(s.address + "/notice")
		b.see("首次核定")
		b.fit()
		b.open(s.address)
		b.click("立件核定")
		b.see("作出决定")
		s.says("作出决定", "动用以后重新核定")
		b.see("送达核定通知")
		b.click("已送达")
		b.see("800,000.00元")
		s.paysIn("800000")
		s.office.see("本金 2,750,000.00元")
		s.office.lacks("银行收到存入")
		s.office.end()
	})
}

// says gives an opinion on the page of this moment.
func (s *story) says(button, words string) {
	s.Helper()
	s.office.fill("意见", words)
	s.office.click(button)
}

// paysIn notes at the treasury what the bank took in.
func (s *story) paysIn(sum string) {
	s.Helper()
	b := s.sit("caizheng")
	b.open(s.address)
	b.fill("金额（元）", sum)
	b.fill("银行回单号", "回单 "+sum)
	b.click("入账")
	b.see("回单 " + sum)
}

// date sets a field of a date, which takes no typed text.
func (b *tab) date(label, day string) {
	b.Helper()
	eval[bool](b, "(f => { f.value = '"+day+"'; return true })(field('"+label+"'))")
}
