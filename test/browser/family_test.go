package browser

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

const (
	head     = "990000198803074026" // of 何乙, who settles with her husband and child
	police   = "police-riverrow"
	schools  = "education"
	decided  = "2026-09-09"
	newHome  = "柳荫社区五号楼201"
	theChild = "何小满"
)

// offices are the authorities behind the window: a police station and an education bureau, and what the housing bureau is to the document.
func offices(tx *db.Tx) error {
	for _, u := range []staff.Unit{
		{Code: police, Name: "沿河派出所", Kind: "police-station", Place: town.Riverrow, Offices: []string{"police-station"}},
		{Code: schools, Name: "邻水市教育局", Kind: "department", Place: town.City, Offices: []string{"competent", "edu"}},
		{Code: town.Housing, Name: "邻水市住建局", Kind: "department", Place: town.City, Offices: []string{"competent", "housing"}},
	} {
		if err := town.Open(tx, u); err != nil {
			return err
		}
	}
	for _, a := range []staff.Account{{Login: "police", Name: "马警官", Unit: police}, {Login: "school", Name: "方教育", Unit: schools}} {
		if err := town.Hire(tx, a, staff.Grant{Role: staff.Handler, Unit: a.Unit}); err != nil {
			return err
		}
	}
	return nil
}

// familyOfThree rents a home in the community and is registered elsewhere; the registers know all of that.
func familyOfThree(tx *db.Tx, people *register.Register) error {
	if err := offices(tx); err != nil {
		return err
	}
	a, err := staff.AccountByLogin(tx, "desk")
	if err != nil {
		return err
	}
	desk, err := a.Actor(tx, staff.ViaPage)
	if err != nil {
		return err
	}
	var ids []db.ID
	for _, n := range []register.Newcomer{
		{Name: "何乙", Phone: "19900000002", IDNumber: head, Place: town.Ferry},
		{Name: "林丙", Sex: form.Male, Born: civil.MustDate("1987-01-20"), Place: town.Ferry},
		{Name: theChild, Sex: form.Female, Born: civil.MustDate("2019-04-02"), Place: town.Ferry},
	} {
		p, _, err := people.FindOrCreate(tx, n)
		if err != nil {
			return err
		}
		ids = append(ids, p.ID)
	}
	return homeOf(tx, &event.Events{Register: people}, desk, ids)
}

func homeOf(tx *db.Tx, e *event.Events, desk staff.Actor, ids []db.ID) error {
	since := civil.MustDate("2026-03-01")
	home, err := e.NewDwelling(tx, desk, register.Dwelling{Level: register.Building, Name: newHome, Place: town.Willow, Address: newHome, Source: "town"})
	if err != nil {
		return err
	}
	if _, err := e.MoveIn(tx, desk, event.Move{Persons: ids, Dwelling: home.ID, On: since}); err != nil {
		return err
	}
	for _, r := range []fact.Relation{
		{Name: lexicon.SpouseOf, From: fact.Person(ids[0]), To: fact.Person(ids[1])},
		{Name: lexicon.ParentOf, From: fact.Person(ids[0]), To: fact.Person(ids[2])},
		{Name: lexicon.Rents, From: fact.Person(ids[0]), To: fact.Dwelling(home.ID)},
	} {
		r.Since = since
		if err := e.Relate(tx, desk, r, "租赁合同、户口簿"); err != nil {
			return err
		}
	}
	_, err = e.Tell(tx, desk, fact.Person(ids[0]), "housing", "rent", since, "租赁合同")
	return err
}

// A family of three settles with one visit and one form: what is known is not typed; three authorities work at once, each signing from
// its own account; the registers change on the day of the decision; the child's school is offered next.
func TestAFamilySettles(t *testing.T) {
	eachIn(t, setting{adopts: []string{"lp15-17"}, settle: familyOfThree}, func(t *testing.T, c *city) {
		s := &story{T: t, city: c, office: c.tab(t, desktop)}
		s.settleAtTheWindow()
		s.speak()
		s.decide()
		s.registered()
		s.schoolIsNext()
		s.office.end()
	})
}

// known are the fields of the page that are filled in, or are known under seal, with where that comes from.
func (b *tab) known(label, value, source string) {
	b.Helper()
	f := fmt.Sprintf("field(%q)", label)
	if got := eval[string](b, f+".value"); got != value {
		b.Errorf("%s is filled in with %q, want %q", label, got, value)
	}
	hint := eval[string](b, fmt.Sprintf("document.getElementById(%s.id + '-hint')?.innerText || ''", f))
	if !strings.Contains(hint, "已掌握") || !strings.Contains(hint, source) {
		b.Errorf("%s says %q of where that comes from, want %q", label, hint, source)
	}
}

// fit says that the page of this moment is fit for everybody.
func (b *tab) fit() {
	b.Helper()
	s := &sweep{tab: b}
	s.accessible(b.at(), "as it is shown")
	s.wide(b.at(), "as it is shown")
}

// settleAtTheWindow: one visit, at the window of the community; only what nobody knows is said.
func (s *story) settleAtTheWindow() {
	b := s.sit("hall")
	b.open("/window/services")
	b.press("查找办事人")
	b.fill("身份证号或手机号", head)
	b.click("调取登记信息")
	b.see("正在为何乙办理")
	b.click("城镇落户（有住所）")
	for label, is := range map[string][2]string{
		"申请人": {"何乙", "人口登记"}, "公民身份号码": {"", "人口登记"}, "联系电话": {"", "人口登记"}, "出生日期": {"1988-03-07", "工作人员登记"},
		"落户地址": {newHome, "工作人员登记"}, "随迁配偶": {"林丙", "市长办公室"}, "随迁子女": {theChild, "市长办公室"}, "子女出生日期": {"2019-04-02", "市长办公室"},
	} {
		b.known(label, is[0], is[1])
	}
	b.see("居住地住址证明", "已掌握，不用交")
	b.fit()
	b.picture("service-family")
	b.pick("落户在哪一类地方", "市中心城区")
	b.tick("户别", "家庭户")
	b.tick("户口现在哪里", "省内其他地方")
	b.click("提交申请")
	b.see("受理回执", "城镇落户")
	s.number = eval[string](b, `document.querySelectorAll(".receipt-numbers dd")[0].innerText.trim()`)
	b.click("打开申请卷")
	s.address = pathOf(b.at())
	b.see("各单位意见", "邻水市住建局：正在办理", "邻水市教育局：正在办理", theChild+"（工作人员登记")
	b.fit()
}

// speak: the authorities work at once, each from its own account; neither waits for the other.
func (s *story) speak() {
	s.wait(time.Hour)
	file := s.address
	for _, who := range []string{"school", "housing"} {
		b := s.sit(who)
		b.click("协办的")
		b.click("城镇落户")
		s.address = pathOf(b.at())
		b.see("联合办理", "沿河派出所")
		s.take("出具意见", func(b *tab) {
			b.tick("意见", "同意")
			b.fill("说明", "已核对。")
		})
		b.fit()
		s.wait(time.Hour)
	}
	s.address = file
}

// decide: the police station answers once for all, two days later.
func (s *story) decide() {
	file := s.address
	s.city.clock.Set(civil.MustDate(decided).In(civil.Shanghai).Add(10 * time.Hour))
	b := s.sit("police")
	b.click("城镇落户")
	s.address = pathOf(b.at())
	s.take("作出决定", func(b *tab) {
		b.tick("意见", "同意")
		b.fill("答复内容", "准予落户。")
	})
	s.city.work(s.T)
	s.address = file
}

// registered: the register says of each of the three that he is registered at the home from the day of the decision, by this case.
func (s *story) registered() {
	b := s.sit("hall")
	for _, name := range []string{"何乙", "林丙", theChild} {
		b.open("/register?q=" + url.QueryEscape(name))
		b.click(name)
		row := eval[string](b, `words([...document.querySelectorAll("main tr")].find((r) => words(r).startsWith("户籍地址")) || document.createElement("tr"))`)
		for _, want := range []string{newHome, decided, s.number} {
			if !strings.Contains(row, want) {
				b.Errorf("the register says of %s %q, want %s", name, row, want)
			}
		}
		b.see("户籍常住")
		b.open(pathOf(b.at()) + "?valid=2026-09-08") // the day before
		b.lacks("户籍地址")
	}
	b.picture("person-settled")
}

// schoolIsNext: the file offers the child's school, which asks only for what nobody has said.
func (s *story) schoolIsNext() {
	b := s.office
	b.open(s.address)
	b.see("居民户口簿", "HKB-2026-000001", "可以接着办")
	b.fit()
	b.picture("service-settled")
	b.click("为随迁子女申请入学")
	b.see("为何乙办理")
	for label, is := range map[string][2]string{"孩子姓名": {theChild, s.number}, "孩子出生日期": {"2019-04-02", s.number}, "申请人": {"何乙", "人口登记"}} {
		b.known(label, is[0], is[1])
	}
	b.see("居住证明", "已掌握，不用交", "HKB-2026-000001")
	b.fit()
	b.tick("", "在本市居住")
	b.tick("学段", "小学")
	b.click("提交申请")
	b.see("受理回执", "随迁子女入学")
}
