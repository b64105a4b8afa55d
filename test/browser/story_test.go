package browser

import (
	"fmt"
	"testing"
	"time"

	"linli/internal/civil"
)

const (
	matter  = "柳荫社区一号院夜里停水"
	details = "从周三起每天夜里停水，白天水压也低，老人打水不方便，盼望尽快修好。"
)

// A story is one matter on its way, told by the windows of the people who see to it.
type story struct {
	*testing.T
	city    *city
	office  *tab   // one desktop, at which everybody in office sits down in turn
	number  string // of the resident's case
	code    string
	address string // of its page
}

// The whole way of one matter, as people walk it: from a resident's telephone to the bulletin of the quarter.
func TestOneMatterFromTelephoneToBulletin(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		s := &story{T: t, city: c, office: c.tab(t, desktop)}
		s.submit()
		s.mergeCall()
		s.accept()
		s.sendAndReturn()
		s.sendJointly()
		s.replyTwice()
		s.closeCase()
		s.rate()
		s.bulletin()
	})
}

// wait lets time pass, in which the program does its own work.
func (s *story) wait(d time.Duration) {
	s.Helper()
	s.city.clock.Advance(d)
	s.city.work(s.T)
}

// sit lets another person sit down at the desktop in office.
func (s *story) sit(login string) *tab {
	s.Helper()
	s.office.leave()
	s.office.login(login)
	return s.office
}

// take takes a step on the case's page: fill fills its form.
func (s *story) take(step string, fill func(b *tab)) {
	s.Helper()
	b := s.office
	b.open(s.address)
	b.press(step)
	b.see("确认" + step)
	if fill != nil {
		fill(b)
	}
	b.click("确认" + step)
	b.see("办理经过")
}

// submit: a resident without an account writes three short steps on a telephone and keeps number and code.
func (s *story) submit() {
	b := s.city.tab(s.T, phone)
	b.open("/")
	b.picture("resident-home-phone")
	b.click("写信给市长信箱")
	b.fill("标题", matter)
	b.fill("内容", details)
	b.click("下一步")
	b.pick("县", "东城区")
	b.pick("乡", "沿河街道")
	b.pick("村", "柳荫社区")
	b.fill("具体位置", "一号院三单元")
	b.click("下一步")
	b.see("请再看一遍", matter)
	b.fill("您的姓名", "许甲")
	b.fill("联系电话", "19900000001")
	b.click("提交")
	b.see("已经收到")
	b.picture("resident-receipt-phone")
	s.number = eval[string](b, `document.querySelectorAll(".receipt-numbers dd")[0].innerText.trim()`)
	s.code = eval[string](b, `document.querySelectorAll(".receipt-numbers dd")[1].innerText.trim()`)
	b.end()
}

// mergeCall: a neighbour telephones about the same; the desk sees the likely case while typing, and merges.
func (s *story) mergeCall() {
	s.wait(time.Hour)
	b := s.sit("duty")
	b.open("/window/new?flow=hotline")
	b.fill("电话号码", "19900000002")
	b.fill("来电人姓名", "何乙")
	b.fill("工作单位或住址", "柳荫社区一号院")
	b.tick("来电线路", "市长热线 12345")
	b.fill("反映的主要问题", matter)
	b.fill("事项发生地", "柳荫社区")
	b.tick("处理方式", "政策明确")
	b.see("可能已有人反映过", s.number)
	b.picture("desk-registration")
	b.tick("", matter)
	b.click("登记")
	b.see("并", s.number)
}

// accept: the mailbox desk finds the letter, says how weighty it is, and accepts it.
func (s *story) accept() {
	b := s.sit("desk")
	b.open("/window/find?q=" + s.number)
	b.click(matter)
	s.address = b.at()
	b.see("许甲", "何乙") // both reporters
	s.take("分类", func(b *tab) {
		b.tick("轻重", "一般信件")
		b.fill("内容摘录", "夜间停水")
	})
	b.click("受理")
	b.see("已受理")
}

// sendAndReturn: the dispatcher sends it to the water bureau, which sends it back with its reason.
func (s *story) sendAndReturn() {
	s.wait(time.Hour)
	b := s.sit("dispatcher")
	b.open("/window/dispatch")
	b.see(matter)
	b.fill("主办单位", "邻水市水务局")
	b.click("确认转办")
	s.wait(time.Hour)
	b = s.sit("water")
	b.see("待办事项", matter)
	s.take("退回", func(b *tab) {
		b.fill("退回理由", "停水点在二次供水设施之后，由住建部门主管。")
	})
	b.see("已退回")
}

// sendJointly: sent again to the housing bureau, the water bureau helping; the helper contributes.
func (s *story) sendJointly() {
	s.wait(time.Hour)
	b := s.sit("dispatcher")
	b.open("/window/dispatch")
	b.see(matter, "二次供水设施")
	b.fill("主办单位", "邻水市住建局")
	b.fill("协办单位", "邻水市水务局")
	b.picture("dispatcher-desktop")
	b.click("确认转办")
	s.wait(24 * time.Hour)
	s.sit("water")
	s.take("协办反馈", func(b *tab) { b.fill("协办意见", "市政管网压力正常，已派员协助检修。") })
}

// replyTwice: the lead replies, the verifier finds it wanting, the lead replies again; the first day stays.
func (s *story) replyTwice() {
	b := s.sit("housing")
	b.see(matter)
	b.picture("department-desktop")
	first := s.due()
	s.take("回复", func(b *tab) { b.fill("答复内容", "已安排维修单位处理。") })
	s.wait(time.Hour)
	b = s.sit("verifier")
	b.open("/window/verify")
	b.see(matter)
	s.take("返工", func(b *tab) { b.fill("返工要求", "没有写明何时修好，请补充后再答复。") })
	if again := s.due(); again != first {
		s.Errorf("rework moved the day: %q, before %q", again, first)
	}
	s.wait(time.Hour)
	s.sit("housing")
	s.take("回复", func(b *tab) {
		b.fill("答复内容", "已更换水泵，当晚恢复供水，一周内每日回访。")
	})
}

// due is the day that the case's page promises.
func (s *story) due() string {
	s.Helper()
	s.office.open(s.address)
	return eval[string](s.office, `[...document.querySelectorAll(".clock time, .clocks time")].map((x) => x.dateTime).join()`)
}

// closeCase: verified by somebody who had no hand in it, then closed by the desk.
func (s *story) closeCase() {
	s.wait(time.Hour)
	s.sit("verifier")
	s.take("核查", func(b *tab) { b.fill("核查情况", "已致电核实，恢复供水。") })
	s.sit("desk")
	s.take("办结", func(b *tab) { b.tick("办理结果", "已解决") })
	s.office.see("已办结")
	s.office.picture("case-desktop")
}

// rate: the resident follows it with number and code, and rates it once.
func (s *story) rate() {
	b := s.city.tab(s.T, phone)
	b.open("/track")
	b.fill("办件编号", s.number)
	b.fill("查询码", s.code)
	b.click("查进度")
	b.see("已办结", "已更换水泵")
	b.picture("resident-track-phone")
	b.tick("", "满意")
	b.click("提交评价")
	b.see("评价")
	b.lacks("提交评价")
	b.end()
}

// bulletin: after the quarter the supervisor is reminded, makes its bulletin, opens a figure down to the very case, and signs.
func (s *story) bulletin() {
	s.city.clock.Set(time.Date(2026, 10, 9, 9, 0, 0, 0, civil.Shanghai))
	s.city.work(s.T)
	b := s.sit("supervisor")
	b.click("定期任务")
	b.see("市长信箱办理情况季度通报")
	b.click("去生成通报")
	b.pick("通报和期间", "2026年第三季度“市长信箱”")
	b.click("生成草稿")
	b.see("草稿已生成", "总体情况", "收到信件", "邻水市住建局") // the lead answers for it, not the helper
	sheet := b.at()
	s.figure(sheet, "收到信件", "1")
	s.figure(sheet, "最长期限内回复率", "100.0%")
	b.open(sheet)
	b.press("签发")
	b.fill("文号", "邻水政办通〔2026〕1号")
	b.click("确认签发")
	b.see("已签发", "邻水政办通〔2026〕1号", "朱督查")
	b.picture("bulletin-desktop")
	b.click("复算数字")
	b.see("复算一致")
	b.open("/supervisor/duties")
	b.see("由朱督查完成", "签发邻水政办通〔2026〕1号")
}

// figure opens a number of the sheet: the row says so many, and what it opens to is the case of this story and no other.
func (s *story) figure(sheet, row, number string) {
	s.Helper()
	b := s.office
	b.open(sheet)
	if got := eval[string](b, fmt.Sprintf("words(figure(%q))", row)); got != number {
		s.Errorf("%s is %q, want %q", row, got, number)
	}
	b.openFigure(row)
	b.see(matter, s.number)
	if n := eval[int](b, `document.querySelectorAll("main tbody tr").length`); n != 1 {
		s.Errorf("%s opens to %d cases, want the one", row, n)
	}
	b.click(matter)
	b.see(matter, "已更换水泵", "许*") // to whom it is only a figure, nobody is named
	if got := pathOf(b.at()); got != pathOf(s.address) {
		s.Errorf("%s opens to %s, want %s", row, got, s.address)
	}
}
