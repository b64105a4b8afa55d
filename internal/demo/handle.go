package demo

import (
	"slices"

	"linli/internal/flow"
)

// accept takes the case on, after asking for material where the story says so.
func (p *pen) accept() bool {
	if p.turn.ask {
		if !p.do(p.desk, flow.Act{Verb: flow.Ask, Words: "请补充具体地点、有关票据或照片，便于核实。"}) {
			return false
		}
		p.pass(40)
		if !p.do(reporter, flow.Act{Verb: flow.Supply, Words: "地点在" + p.scene.spot(p.r) + "，照片已补充。"}) {
			return false
		}
	}
	if p.turn.flow != "hotline" {
		p.wait(1.5)
	}
	return p.do(p.desk, flow.Act{Verb: flow.Accept})
}

// instructed puts the case before leaders, each passing it on, until the last one instructs.
func (p *pen) instructed(ladder ...string) bool {
	p.wait(2)
	return p.present(p.desk, ladder...)
}

func (p *pen) present(by string, ladder ...string) bool {
	if !p.do(by, flow.Act{Verb: flow.Present, Leader: p.b.id(ladder[0]), Words: "请领导阅示。"}) {
		return false
	}
	for i, leader := range ladder[1:] {
		p.wait(3)
		if !p.do(ladder[i], flow.Act{Verb: flow.Raise, Leader: p.b.id(leader), Words: "拟请" + p.m.kind + "主管部门办理，呈上级领导批示。"}) {
			return false
		}
	}
	p.wait(4)
	a := flow.Act{Verb: flow.Instruct, Words: p.said("请有关单位认真核实，依法依规尽快解决，并将结果报我。", "同意。请明确专人办理，做好群众解释工作。", "此事关系群众切身利益，请抓紧研究落实。")}
	if p.turn.plan {
		a.Sets, a.Words = map[string]any{"plan_ordered": true}, "立即启动应急预案，依法妥善处置，确保秩序稳定。"
	}
	return p.do(ladder[len(ladder)-1], a)
}

// home is the unit that the matter belongs to.
func (p *pen) home() string {
	switch {
	case p.turn.direct:
		return section
	case p.turn.county:
		return governmentOf(p.scene.place[:6])
	}
	return p.m.unit
}

// lead is the login of the lead unit's handler.
func (p *pen) lead() string { return p.b.handler[p.s.Lead] }

// sendOut dispatches the case; a wrong address comes back first.
func (p *pen) sendOut() bool {
	by := p.desk
	if p.turn.flow == "mailbox" || p.turn.flow == "letter" {
		by = "dispatcher"
	}
	p.wait(1.5)
	to := p.home()
	if !p.turn.wrong {
		return p.do(by, flow.Act{Verb: flow.Dispatch, To: to, With: p.helpers(to)})
	}
	wrong := to
	for wrong == to {
		wrong = pick(p.r, departments).code
	}
	if !p.do(by, flow.Act{Verb: flow.Dispatch, To: wrong}) {
		return false
	}
	p.wait(5)
	if !p.do(p.b.handler[wrong], flow.Act{Verb: flow.Return, Words: p.said("经核实，该事项不属于我单位职责，建议转主管部门办理。", "反映地点不在我单位管理范围，退回请重新转办。")}) {
		return false
	}
	p.wait(2)
	return p.do(by, flow.Act{Verb: flow.Reassign, To: to, With: p.helpers(to), Words: "按职责分工改派。"})
}

func (p *pen) helpers(lead string) []string {
	if !p.turn.joint {
		return nil
	}
	help := p.m.help
	if help == "" || help == lead {
		help = governmentOf(p.scene.place[:6])
	}
	if help == lead {
		return nil
	}
	return []string{help}
}

// handle is the work of the lead unit before it can answer.
func (p *pen) handle() bool {
	hours := p.b.pace(p.s.Lead)
	if p.turn.flow == "letter" || p.turn.important || p.turn.flow == "visit" {
		hours *= 4
	}
	for _, b := range slices.Clone(p.s.Branches) {
		p.wait(hours / 2)
		if !p.do(p.b.handler[b.Unit], flow.Act{Verb: flow.Contribute, Words: "已派人现场核实，涉及我单位的部分已处理完毕，情况反馈主办单位。"}) {
			return false
		}
	}
	if p.turn.extend {
		p.wait(2)
		p.may(p.lead(), flow.Act{Verb: flow.Extend, Term: "3d", Words: p.said("需要等候配件到货，申请延期。", "现场情况复杂，需会同有关单位踏勘，申请延期。")})
		if p.s.Pending != nil {
			p.wait(3)
			p.may("supervisor", flow.Act{Verb: flow.Grant, Words: "同意延期，请抓紧办理。"})
			if p.s.Pending != nil {
				p.may("supervisor", flow.Act{Verb: flow.Deny, Words: "理由不充分，请在期限内办结。"})
			}
		}
	}
	p.wait(hours)
	p.pressed()
	return !p.over && p.err == nil
}

// pressed is what happens to a case that takes long.
func (p *pen) pressed() {
	if p.turn.urge {
		p.may(p.desk, flow.Act{Verb: flow.Urge, Words: "请尽快办理并答复。"})
		p.wait(4)
	}
	if p.turn.supervise {
		p.may("supervisor", flow.Act{Verb: flow.Supervise, Term: "3wd", Words: "该件办理缓慢，现予督办，请限期办结并说明原因。"})
		p.wait(6)
	}
}

func (p *pen) finding() string {
	if p.turn.finding != "" {
		return p.turn.finding
	}
	return "settled"
}

func (p *pen) reply(sets map[string]any) bool {
	return p.do(p.lead(), flow.Act{Verb: flow.Reply, Words: p.said(p.tale.reply) + pick(p.r, thanks), Sets: sets})
}

// finish is everything after the answer: verification, what is still owed, the end, and what the citizen says to it.
func (p *pen) finish() {
	p.wait(5)
	if p.turn.rework {
		if !p.do("verifier", flow.Act{Verb: flow.Rework, Words: p.said("回访群众反映问题没有解决，请重新办理。", "答复没有说明具体时间和责任人，请补充办理。")}) {
			return
		}
		p.wait(p.b.pace(p.s.Lead))
		by := p.lead()
		if p.turn.flow == "mailbox" && p.turn.important {
			by = p.desk
		}
		p.again()
		if !p.do(by, flow.Act{Verb: flow.Reply, Words: "已重新办理：" + p.said(p.tale.reply)}) {
			return
		}
		p.wait(5)
	}
	if !p.do("verifier", flow.Act{Verb: flow.Verify, Words: p.said("已电话回访，群众确认问题解决。", "已查看现场照片，与答复一致。", "")}) {
		return
	}
	p.wait(3)
	if !p.settle() || !p.do(p.desk, flow.Act{Verb: flow.Close, Outcome: p.outcome()}) {
		return
	}
	p.after()
}

// again pays what a reply owes a second time.
func (p *pen) again() {
	if p.owed("handled") || p.owed("feedback") {
		p.do(p.lead(), flow.Act{Verb: "feedback", Words: p.said(p.tale.reply)})
	}
}

// settle pays every debt that stands between the case and its end.
func (p *pen) settle() bool {
	pays := []struct {
		id, by string
		act    flow.Act
	}{
		{"feedback", p.lead(), flow.Act{Verb: "feedback", Words: p.said(p.tale.reply)}},
		{"contact", p.lead(), flow.Act{Verb: flow.Explain, Words: "已与来电人沟通，说明未能按时办结的原因和下一步安排。"}},
		{"talk", p.lead(), flow.Act{Verb: flow.Explain, Words: "已当面说明一时难以解决的原因，群众表示理解。"}},
		{"explain-policy", p.lead(), flow.Act{Verb: flow.Explain, Words: "已说明现行政策规定，群众表示理解。"}},
		{"measures", p.lead(), flow.Act{Verb: "measures", Words: "改进措施：明确专人负责，缩短内部流转时间，同类事项定期排查。"}},
		{"report-collective", p.desk, flow.Act{Verb: "report-city", Words: "集体上访事项重新办理，已再次报告市政府。"}},
		{"report-back", p.desk, flow.Act{Verb: flow.Report, Words: "按批示要求办理完毕，结果已答复群众，特此报告。"}},
	}
	for _, d := range pays {
		if p.owed(d.id) && !p.do(d.by, d.act) {
			return false
		}
	}
	return true
}

func (p *pen) outcome() string {
	switch p.finding() {
	case "not-now":
		return "unresolved-explained"
	case "not-policy":
		return "not-policy"
	}
	if p.r.IntN(5) == 0 {
		return "explained"
	}
	return "solved"
}

// after is what follows the end: a rating, a call back, an appeal that opens the case again, the archive.
func (p *pen) after() {
	if p.turn.appeal {
		p.pass(50)
		if !p.do(reporter, flow.Act{Verb: flow.Appeal, Words: "没过几天又出现同样的问题，请再看一看。"}) {
			return
		}
		p.wait(4)
		if !p.do(p.desk, flow.Act{Verb: flow.Reopen, Words: "申诉属实，重新办理。"}) {
			return
		}
		p.wait(2)
		p.may("dispatcher", flow.Act{Verb: flow.Dispatch, To: p.home()})
		if p.s.State != flow.Dispatched {
			return
		}
		p.wait(p.b.pace(p.s.Lead))
		p.turn.appeal, p.turn.rework, p.turn.important = false, false, false
		p.again()
		p.may(p.lead(), flow.Act{Verb: flow.Reply, Words: "已再次办理：" + p.said(p.tale.reply)})
		if p.s.State == flow.Replied {
			p.finish()
		}
		return
	}
	if p.r.IntN(100) < 38 {
		p.pass(30)
		p.may(reporter, flow.Act{Verb: flow.Rate, Grade: p.grade(), Words: p.said("", "", "办得很快，谢谢。", "态度很好。", "希望不要再反复。")})
	}
	if p.r.IntN(100) < 12 {
		p.wait(10)
		p.may("verifier", flow.Act{Verb: flow.CallBack, Grade: p.grade(), Words: "电话回访"})
	}
	if p.turn.flow == "letter" {
		p.wait(24)
		p.may(p.desk, flow.Act{Verb: flow.Archive})
	}
}

func (p *pen) grade() int {
	switch n := p.r.IntN(100); {
	case p.finding() != "settled" && n < 50, n < 6:
		return 1 + p.r.IntN(2)
	case n < 18:
		return 3
	case n < 45:
		return 4
	}
	return 5
}
