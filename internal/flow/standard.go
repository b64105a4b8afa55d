package flow

// standardStates are the states every flow has.
var standardStates = []StateDef{
	{Registered, "已登记", true},
	{Accepted, "已受理", true},
	{Presented, "呈批中", true},
	{Instructed, "已批示", true},
	{Dispatched, "承办中", true},
	{Returned, "已退回", true},
	{Waiting, "待补正", true},
	{Replied, "已答复", true},
	{Verified, "已核实", true},
	{Closed, "已办结", false},
	{Refused, "不予受理", false},
	{Merged, "已并案", false},
	{Archived, "已归档", false},
}

var (
	unrouted = []State{Registered, Accepted}
	beforeIt = []State{Accepted, Instructed, Returned}
	working  = []State{Accepted, Presented, Instructed, Dispatched, Returned, Replied}
	live     = []State{Registered, Accepted, Presented, Instructed, Dispatched, Returned, Waiting, Replied, Verified}
)

// handlers are the verbs of those who worked on a case or sent it out: none of them may verify it.
var handlers = []Verb{Dispatch, Reassign, Join, Reply, Contribute}

// standardSteps are the verbs every flow has without a word in its pack. Register is the only way in.
var standardSteps = []Step{
	{Verb: Register, Name: "登记", From: []State{""}, To: Registered, By: []Role{Desk, Reporter, System}},
	{Verb: Classify, Name: "分类", From: live, By: []Role{Desk, Dispatcher}},
	{Verb: Accept, Name: "受理", From: []State{Registered}, To: Accepted, By: []Role{Desk, Dispatcher}, Inform: []Role{Reporter}},
	{Verb: Refuse, Name: "不予受理", From: unrouted, To: Refused, By: []Role{Desk, Dispatcher}, Needs: []string{NeedWords, NeedClause}, Inform: []Role{Reporter}},
	{Verb: Ask, Name: "要求补正", From: []State{Registered, Accepted, Dispatched}, To: Waiting, By: []Role{Desk, Lead}, Needs: []string{NeedWords}, Inform: []Role{Reporter}},
	{Verb: Supply, Name: "补交材料", From: []State{Waiting}, To: Back, By: []Role{Reporter, Desk}},
	{Verb: Present, Name: "呈批", From: []State{Accepted, Returned, Dispatched, Instructed}, To: Presented, By: []Role{Desk, Dispatcher}, Needs: []string{NeedLeader}},
	{Verb: Raise, Name: "转呈上级", From: []State{Presented}, By: []Role{Leader, Desk}, Needs: []string{NeedLeader}},
	{Verb: Instruct, Name: "批示", From: []State{Presented}, To: Instructed, By: []Role{Leader}, Needs: []string{NeedWords},
		Owes: []Debt{{ID: "report-back", Name: "向批示领导报告办理结果", To: Leader}}, Inform: []Role{Desk}},
	{Verb: Dispatch, Name: "转办", From: beforeIt, To: Dispatched, By: []Role{Dispatcher, Desk}, Needs: []string{NeedUnit}, Inform: []Role{Lead, Helper}},
	{Verb: Return, Name: "退回", From: []State{Dispatched}, To: Returned, By: []Role{Lead}, Needs: []string{NeedWords}, Inform: []Role{Desk}},
	{Verb: Reassign, Name: "改派", From: []State{Dispatched, Returned}, To: Dispatched, By: []Role{Dispatcher, Desk}, Needs: []string{NeedUnit, NeedWords}, Inform: []Role{Lead}},
	{Verb: Join, Name: "增派协办", From: []State{Dispatched}, By: []Role{Dispatcher, Desk, Lead}, Needs: []string{NeedUnits}, Inform: []Role{Helper}},
	{Verb: Contribute, Name: "协办反馈", From: []State{Dispatched}, By: []Role{Helper}, Needs: []string{NeedWords}, Inform: []Role{Lead}},
	{Verb: Reply, Name: "答复", From: []State{Accepted, Instructed, Dispatched}, To: Replied, By: []Role{Lead, Desk}, Needs: []string{NeedWords}, Inform: []Role{Reporter}},
	{Verb: Explain, Name: "说明情况", From: []State{Dispatched, Accepted, Instructed, Closed, Archived, Refused}, By: []Role{Lead, Desk}, Needs: []string{NeedWords}, Inform: []Role{Reporter}},
	{Verb: Extend, Name: "申请延期", From: []State{Dispatched}, By: []Role{Lead}, Needs: []string{NeedWords, NeedTerm}, Inform: []Role{Supervisor}},
	{Verb: Grant, Name: "批准延期", From: working, By: []Role{Supervisor}, Never: []Verb{Extend}, Inform: []Role{Lead, Reporter}},
	{Verb: Deny, Name: "不准延期", From: working, By: []Role{Supervisor}, Never: []Verb{Extend}, Needs: []string{NeedWords}, Inform: []Role{Lead}},
	{Verb: Urge, Name: "催办", From: live, By: []Role{Desk, Dispatcher, Supervisor, Reporter}, Inform: []Role{Lead, Helper}},
	{Verb: Supervise, Name: "督办", From: live, By: []Role{Supervisor, Desk}, Needs: []string{NeedWords}, Inform: []Role{Lead}},
	{Verb: Report, Name: "报告", From: append([]State{Closed, Refused}, live...), By: []Role{Desk, Lead}, Needs: []string{NeedWords}, Pays: []string{"report-back"}, Inform: []Role{Leader}},
	{Verb: Verify, Name: "核查", From: []State{Replied}, To: Verified, By: []Role{Verifier}, Never: handlers},
	{Verb: Rework, Name: "返工", From: []State{Replied}, To: Dispatched, By: []Role{Verifier}, Never: handlers, Needs: []string{NeedWords}, Inform: []Role{Lead}},
	{Verb: Close, Name: "办结", From: []State{Verified}, To: Closed, By: []Role{Desk, Dispatcher, Verifier}, Needs: []string{NeedOutcome}, Bars: []string{"report-back"}, Inform: []Role{Reporter}},
	{Verb: CallBack, Name: "回访", From: []State{Closed, Verified}, By: []Role{Desk, Verifier}, Needs: []string{NeedGrade}},
	{Verb: Rate, Name: "评价", From: []State{Closed}, By: []Role{Reporter}, Needs: []string{NeedGrade}, Most: 1},
	{Verb: Archive, Name: "归档", From: []State{Closed, Refused, Merged}, To: Archived, By: []Role{Desk, System}},
	{Verb: Merge, Name: "并案", From: []State{Registered, Accepted, Returned}, To: Merged, By: []Role{Desk, Dispatcher}, Needs: []string{NeedCase}, Inform: []Role{Reporter}},
	{Verb: Link, Name: "关联", By: []Role{Desk, Dispatcher, Lead, Supervisor}, Needs: []string{NeedCase}},
	{Verb: Convert, Name: "转渠道", From: unrouted, To: Registered, By: []Role{Desk}, Needs: []string{NeedFlow}},
	{Verb: Appeal, Name: "申诉", From: []State{Closed, Archived, Refused}, By: []Role{Reporter, Desk}, Needs: []string{NeedWords}, Inform: []Role{Desk}},
	{Verb: Reopen, Name: "重新办理", From: []State{Closed, Archived, Refused}, To: Accepted, By: []Role{Desk, Supervisor}, Needs: []string{NeedWords}, Inform: []Role{Reporter}},
	{Verb: Note, Name: "备注", By: []Role{Desk, Dispatcher, Lead, Helper, Leader, Verifier, Supervisor, Patrol}, Needs: []string{NeedWords}},
	{Verb: Lapse, Name: "逾期", From: live, By: []Role{System}, Inform: []Role{Lead, Supervisor}},
}

// Outcomes (办理结果) are the ways in which a case may end.
var Outcomes = []Option{
	{"solved", "已解决"},
	{"explained", "已解释说明"},
	{"unresolved-explained", "暂难解决，已沟通"},
	{"not-policy", "不符合政策，已说明"},
	{"withdrawn", "群众撤回"},
}

// standardFacts are the facts the platform itself keeps of every case, for use in conditions. Steps of a pack cannot set them.
var standardFacts = []Fact{
	{Name: "channel", Label: "渠道", Kind: "text"},
	{Name: "state", Label: "状态", Kind: "text"},
	{Name: "instructed", Label: "已有批示", Kind: "bool"},
	{Name: "joint", Label: "联合办理", Kind: "bool"},
	{Name: "returns", Label: "退回次数", Kind: "number"},
	{Name: "reworks", Label: "返工次数", Kind: "number"},
	{Name: "urges", Label: "催办次数", Kind: "number"},
	{Name: "late", Label: "已超过期限", Kind: "bool"},
	{Name: "outcome", Label: "办理结果", Kind: "text"},
	{Name: "grade", Label: "评价等级", Kind: "number"},
}
