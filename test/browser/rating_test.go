package browser

import (
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

// raters are who is there to see to a rating: the community's centre, whose service is rated, and the city's service centre, which is not.
func raters(tx *db.Tx, _ *register.Register) error {
	for _, u := range []staff.Unit{
		{Code: town.WillowCommittee, Name: "柳荫社区居委会", Kind: "community", Place: town.Willow, Parent: town.RiverrowOffice, Offices: []string{"community-committee", "community-center"}},
		{Code: "service-centre", Name: "邻水市政务服务中心", Kind: "office", Place: town.City, Offices: []string{"service-center"}},
	} {
		if err := town.Open(tx, u); err != nil {
			return err
		}
	}
	return town.Hire(tx, staff.Account{Login: "centre", Name: "鲁政务", Unit: "service-centre"}, staff.Grant{Role: staff.Desk, Place: town.City}, staff.Grant{Role: staff.Dispatcher, Place: town.City})
}

// A resident rates a finished service badly. A case of its own is opened with fifteen working days; the unit puts it right, is called back
// about, and the case is closed. Whoever was rated never learns by whom.
func TestABadRatingIsPutRight(t *testing.T) {
	eachIn(t, setting{adopts: []string{"pz15-10"}, settle: raters}, func(t *testing.T, c *city) {
		s := &story{T: t, city: c, office: c.tab(t, desktop)}
		s.borrow()
		s.grant()
		s.rateBadly()
		s.rectify()
		s.callBack()
		s.office.end()
	})
}

// borrow: at home, on a telephone, a resident asks for the community's room.
func (s *story) borrow() {
	b := s.city.tab(s.T, phone)
	b.login("resident")
	b.open("/services")
	b.fill("要办什么事", "借场地")
	b.click("查找")
	b.click("借用社区场地")
	b.fit()
	b.fill("要办的事", "借活动室开读书会")
	b.click("提交申请")
	b.see("受理回执")
	b.fit()
	s.number = eval[string](b, `document.querySelectorAll(".receipt-numbers dd")[0].innerText.trim()`)
	b.end()
}

// grant: the community takes it in, decides, and closes it.
func (s *story) grant() {
	s.wait(time.Hour)
	b := s.sit("hall")
	b.open("/window/find?q=" + s.number)
	b.click("借用社区场地")
	s.address = pathOf(b.at())
	b.click("申请卷")
	b.see("申请内容", "借活动室开读书会")
	b.fit()
	b.click("受理并送各单位")
	b.see("已受理并送各单位办理")
	s.sit("willow")
	s.take("作出决定", func(b *tab) {
		b.tick("意见", "同意")
		b.fill("答复内容", "已安排周六下午。")
	})
	s.wait(time.Hour)
	s.sit("hall")
	s.take("送达办结", nil)
}

// rateBadly: the room was locked.
func (s *story) rateBadly() {
	b := s.city.tab(s.T, phone)
	b.login("resident")
	b.open("/services/mine")
	b.fit()
	b.click("看进度")
	b.fit()
	b.tick("", "不满意")
	b.fill("想说的话", "到了门锁着，没人开门。")
	b.click("提交评价")
	b.lacks("提交评价")
	b.end()
	s.city.work(s.T)
}

// rectify: the service centre finds the new case and sends it to the unit it is about, which does not learn which service that was.
func (s *story) rectify() {
	rated := s.address
	b := s.sit("centre")
	b.open("/window/queue")
	b.click("一次服务被评为差评")
	s.address = pathOf(b.at())
	b.see("被评的服务", "借用社区场地", s.number, "2026年9月28日") // fifteen working days
	b.fit()
	b.picture("rating-desk")
	b.click("受理")
	s.take("转办", func(b *tab) { b.tick("建议的主办单位", "柳荫社区居委会") })
	s.wait(24 * time.Hour)
	b = s.sit("willow")
	b.open("/department")
	b.see("一次服务被评为差评")
	b.open(s.address)
	s.unnamed()
	b.fit()
	b.picture("rating-rated")
	s.take("答复", func(b *tab) {
		b.fill("答复内容", "已向值班人员讲明，钥匙由两人保管，活动前一天核对。")
	})
	b.open(rated) // his own work, as far as he may see it
	for _, word := range []string{"评价", "不满意", "门锁着"} {
		b.lacks(word)
	}
}

// unnamed says that the page of this moment tells nothing of who rated, and of which service.
func (s *story) unnamed() {
	for _, word := range []string{"许甲", "许*", "199****0001", s.number, "被评的服务", "门锁着"} {
		s.office.lacks(word)
	}
}

// callBack: verified by somebody apart, called back by the centre, closed.
func (s *story) callBack() {
	s.wait(time.Hour)
	b := s.sit("verifier")
	b.open(s.address)
	s.take("核查", func(b *tab) { b.fill("核查情况", "已到现场看过。") })
	s.city.clock.Set(civil.MustDate("2026-09-10").In(civil.Shanghai).Add(10 * time.Hour))
	b = s.sit("centre")
	b.open(s.address)
	b.see("未了义务", "回访评价人")
	s.take("回访评价人", func(b *tab) {
		b.fill("回访情况", "已打电话，表示满意。")
		b.tick("评价", "满意")
	})
	s.take("办结", func(b *tab) { b.tick("办理结果", "已解决") })
	b.see("已办结")
	b.fit()
	b = s.sit("willow")
	b.open(s.address)
	b.see("已办结")
	s.unnamed()
}
