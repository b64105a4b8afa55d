package demo

import (
	"fmt"
	"strconv"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/register"
)

// begin brings the matter in and reports whether the story goes on.
func (p *pen) begin(who register.Newcomer, fields map[string]string, sets map[string]any) bool {
	title := p.scene.say(p.r, p.tale.title)
	body := pick(p.r, greet) + p.scene.say(p.r, p.tale.body)
	if p.r.IntN(3) == 0 {
		body += pick(p.r, details)
	}
	body += pick(p.r, wishes)
	in := &casework.Intake{Flow: p.f.ID, Title: title, Body: body, Kind: p.m.kind, Fields: fields, Place: p.scene.place,
		Spot: p.scene.spot(p.r), Where: p.b.pin(p.scene, p.story), Sets: sets, From: casework.Reporter{Name: who.Name, Phone: who.Phone, Address: who.Address}}
	by := p.desk
	if p.turn.flow == "mailbox" {
		by = reporter
	}
	on := p.take(by, flow.Act{Verb: flow.Register, Sets: sets}, -1)
	if p.err == nil {
		p.ops[0].intake, p.ops[0].login = in, p.login
	}
	return on
}

// mailbox is a message to the mayor: the citizen writes, the office sorts.
func (p *pen) mailbox(who register.Newcomer) {
	p.desk = "desk"
	weight := "ordinary"
	if p.turn.important {
		weight = "important"
	}
	if !p.begin(who, nil, nil) {
		return
	}
	p.wait(2)
	digest := p.scene.spot(p.r) + "反映" + p.m.kind + "问题"
	if !p.do(p.desk, flow.Act{Verb: flow.Classify, Sets: map[string]any{"weight": weight, "category": p.m.kind, "digest": digest}}) {
		return
	}
	if !p.accept() {
		return
	}
	if p.turn.important && !p.instructed("leader-deputy", "vice-mayor") {
		return
	}
	if !p.sendOut() || !p.handle() {
		return
	}
	if p.turn.important {
		if p.owed("handled") && !p.do(p.lead(), flow.Act{Verb: "feedback", Words: p.said(p.tale.reply)}) {
			return
		}
		p.wait(3)
		if !p.do(p.desk, flow.Act{Verb: flow.Reply, Words: p.said(p.tale.reply) + pick(p.r, thanks)}) {
			return
		}
	} else if !p.reply(nil) {
		return
	}
	p.finish()
}

// hotline is a call: answered at once, at any hour.
func (p *pen) hotline(who register.Newcomer) {
	p.desk = "duty"
	way := "direct"
	switch {
	case p.turn.important:
		way = "leader"
	case p.turn.letter:
		way = "letter"
	}
	line := "12345"
	if p.r.IntN(8) == 0 {
		line = "2822092"
	}
	if !p.begin(who, map[string]string{"line": line}, map[string]any{"way": way}) {
		return
	}
	if p.turn.letter {
		p.byLetter()
		return
	}
	if !p.accept() {
		return
	}
	if p.turn.important && !p.instructed("leader-deputy") {
		return
	}
	if !p.sendOut() || !p.handle() {
		return
	}
	if p.owed("feedback") && !p.do(p.lead(), flow.Act{Verb: "feedback", Words: p.said(p.tale.reply)}) {
		return
	}
	if p.reply(map[string]any{"finding": p.finding()}) {
		p.finish()
	}
}

// byLetter asks for the matter in writing and goes on as a letter.
func (p *pen) byLetter() {
	if !p.do(p.desk, flow.Act{Verb: flow.Ask, Words: "您反映的情况较为复杂，请把经过和有关材料书面寄送或送至值班室。"}) {
		return
	}
	p.pass(60)
	if !p.do(reporter, flow.Act{Verb: flow.Supply, Words: "书面材料已送到，请查收。"}) {
		return
	}
	p.wait(2)
	if !p.do(p.desk, flow.Act{Verb: flow.Convert, Flow: "letter", Words: "材料已收到，转为来信办理"}) {
		return
	}
	p.desk = "desk"
	p.wait(2)
	if p.do(p.desk, flow.Act{Verb: flow.Classify, Sets: map[string]any{"route": "direct"}}) && p.accept() && p.sendOut() && p.handle() && p.reply(nil) {
		p.finish()
	}
}

// letter is paper, entered by the office.
func (p *pen) letter(who register.Newcomer) {
	p.desk = "desk"
	p.at = p.b.almanac.open(p.at)
	route := "direct"
	if p.turn.important {
		route = "leader"
	}
	fields := map[string]string{"received": civil.DateOf(p.at, civil.Shanghai).String()}
	if !p.begin(who, fields, map[string]any{"route": route}) {
		return
	}
	if p.turn.refuse {
		p.wait(6)
		p.do(p.desk, flow.Act{Verb: flow.Refuse, Clause: law.MustParse("sm12-69#1.2b"),
			Words: "来信反映的纠纷已由人民法院受理，应当通过诉讼解决，不属于转办范围，请依法向受理法院反映。"})
		return
	}
	if !p.accept() {
		return
	}
	if p.turn.important && !p.instructed("leader-deputy", "liaison") {
		return
	}
	if p.sendOut() && p.handle() && p.reply(nil) {
		p.finish()
	}
}

// visit is people who came, alone or many.
func (p *pen) visit(who register.Newcomer) {
	p.desk = "xinfang"
	p.at = p.b.almanac.open(p.at)
	heads := max(1, p.turn.heads)
	sets := map[string]any{"visitors": heads}
	if p.turn.malignant {
		sets["malignant"] = true
	}
	if p.turn.direct {
		sets["direct"] = true
	}
	if !p.begin(who, map[string]string{"headcount": strconv.Itoa(heads)}, sets) {
		return
	}
	if p.owed("report-collective") {
		p.wait(0.5)
		if !p.do(p.desk, flow.Act{Verb: "report-city", Words: fmt.Sprintf("%d 人集体上访，反映%s问题，现场秩序平稳，已安排接谈。", heads, p.m.kind)}) {
			return
		}
	}
	if !p.accept() {
		return
	}
	if p.turn.plan && !p.emergency() {
		return
	}
	if !p.turn.plan && (!p.sendOut() || !p.handle()) {
		return
	}
	if p.turn.direct && !p.hear() {
		return
	}
	if p.reply(map[string]any{"finding": p.finding()}) {
		p.finish()
	}
}

// hear is what the section does when the city's government deals with a visit itself: listen, and report upwards.
func (p *pen) hear() bool {
	p.wait(4)
	if p.owed("hear") && !p.do(p.lead(), flow.Act{Verb: "receive", Words: "听取来访群众代表意见并作记录：" + p.m.kind + "问题，要求明确解决时限。"}) {
		return false
	}
	if p.owed("report-up") && !p.present(p.lead(), "leader-deputy", "liaison", "vice-mayor") {
		return false
	}
	p.wait(10)
	return true
}

// emergency is a visit for which a leader ordered the plan to be started.
func (p *pen) emergency() bool {
	p.wait(0.3)
	if !p.present(p.desk, "leader-deputy") {
		return false
	}
	p.wait(0.3)
	if !p.do(p.desk, flow.Act{Verb: flow.Dispatch, To: emergency}) {
		return false
	}
	p.wait(0.5)
	if !p.do("yingji", flow.Act{Verb: "start-plan", Words: "按市领导指示启动应急预案，协调公安、属地政府到场疏导。"}) {
		return false
	}
	p.wait(1)
	if !p.do("yingji", flow.Act{Verb: "plan-step", Words: "现场设立接谈点，选出五名代表，其余人员有序等候。"}) {
		return false
	}
	p.wait(3)
	return p.do("yingji", flow.Act{Verb: "end-plan", Words: "群众已全部返回，应急处置结束，转入正常办理。"})
}
