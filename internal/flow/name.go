package flow

// A State (状态) is where a case stands between two steps.
type State string

// The states of the standard flow. A pack may add states of its own.
const (
	Registered State = "registered" // 已登记: written down, not yet taken on
	Accepted   State = "accepted"   // 已受理: taken on, nobody works on it yet
	Presented  State = "presented"  // 呈批中: before a leader
	Instructed State = "instructed" // 已批示: instructed, to be sent out
	Dispatched State = "dispatched" // 承办中: a lead unit works on it
	Returned   State = "returned"   // 已退回: the unit gave it back
	Waiting    State = "waiting"    // 待补正: material is owed by the reporter
	Replied    State = "replied"    // 已答复: answered, not yet verified
	Verified   State = "verified"   // 已核实: found to be as the answer says
	Closed     State = "closed"     // 已办结
	Refused    State = "refused"    // 不予受理
	Merged     State = "merged"     // 已并案: goes on in another case
	Archived   State = "archived"   // 已归档
)

// A Verb (动作) is one kind of step.
type Verb string

// The verbs of the standard flow.
const (
	Register   Verb = "register"   // 登记
	Classify   Verb = "classify"   // 分类
	Accept     Verb = "accept"     // 受理
	Refuse     Verb = "refuse"     // 不予受理
	Ask        Verb = "ask"        // 要求补正
	Supply     Verb = "supply"     // 补交材料
	Present    Verb = "present"    // 呈批
	Raise      Verb = "raise"      // 转呈上级
	Instruct   Verb = "instruct"   // 批示
	Dispatch   Verb = "dispatch"   // 转办
	Return     Verb = "return"     // 退回
	Reassign   Verb = "reassign"   // 改派
	Join       Verb = "join"       // 增派协办
	Contribute Verb = "contribute" // 协办反馈
	Whistle    Verb = "whistle"    // 吹哨, in flows with a Call
	Arrive     Verb = "arrive"     // 报到, in flows with a Call
	Opine      Verb = "opine"      // 出具意见, in flows with an Approval
	Reply      Verb = "reply"      // 答复
	Explain    Verb = "explain"    // 说明情况
	Extend     Verb = "extend"     // 申请延期
	Grant      Verb = "grant"      // 批准延期
	Deny       Verb = "deny"       // 不准延期
	Urge       Verb = "urge"       // 催办
	Supervise  Verb = "supervise"  // 督办
	Report     Verb = "report"     // 报告
	Verify     Verb = "verify"     // 核查
	Rework     Verb = "rework"     // 返工
	Close      Verb = "close"      // 办结
	CallBack   Verb = "callback"   // 回访
	Rate       Verb = "rate"       // 评价
	Archive    Verb = "archive"    // 归档
	Merge      Verb = "merge"      // 并案
	Link       Verb = "link"       // 关联
	Convert    Verb = "convert"    // 转渠道
	Appeal     Verb = "appeal"     // 申诉
	Reopen     Verb = "reopen"     // 重新办理
	Note       Verb = "note"       // 备注
	Lapse      Verb = "lapse"      // 逾期
)

// A Role (角色) is what somebody is to one case, not what his badge says: the lead of this case, the leader it lies before.
type Role string

// The roles that the engine knows.
const (
	Desk       Role = "desk"       // 登记受理岗
	Dispatcher Role = "dispatcher" // 派遣员
	Lead       Role = "lead"       // 主办单位
	Helper     Role = "helper"     // 协办单位
	Leader     Role = "leader"     // 呈批对象
	Verifier   Role = "verifier"   // 核查员
	Supervisor Role = "supervisor" // 督查
	Patrol     Role = "patrol"     // 网格员: walks the grid that the case lies in
	Reporter   Role = "reporter"   // 群众
	Sender     Role = "sender"     // 发起单位: the unit of government that brought the case
	System     Role = "system"     // 平台自动
)

// Roles lists every role with its Chinese name, in the order a page shows them.
var Roles = []struct {
	Role Role
	Name string
}{
	{Reporter, "群众"}, {Patrol, "网格员"}, {Sender, "发起单位"}, {Desk, "登记受理岗"}, {Dispatcher, "派遣员"}, {Lead, "主办单位"}, {Helper, "协办单位"},
	{Leader, "呈批领导"}, {Verifier, "核查员"}, {Supervisor, "督查"}, {System, "平台"},
}

// Moves reports whether a step of this kind takes the matter itself on. What others say about it does not, nor that its time is
// up: a case that is only urged and late is still one that nobody works on.
func (v Verb) Moves() bool {
	switch v {
	case Lapse, Urge, Supervise, Link:
		return false
	}
	return true
}
