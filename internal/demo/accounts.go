package demo

import (
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
)

// Password opens every account of the demonstration city. It exists nowhere else.
const Password = "linli-demo-2026"

// An Account (演示账号) is one to log in with, and what to look at then.
type Account struct {
	Login string
	Role  string // in Chinese
	Try   string
}

// person is somebody in office, or a resident.
type person struct {
	login, unit, post string
	role              staff.Role
	try               string     // for the list of accounts; "" is not listed
	also              staff.Role // another role at the same places; "" for none
}

// people in office besides one handler for each department and county.
var inOffice = []person{
	{"desk", mayors, "", staff.Desk, "登记来信、办理市长信箱：受理、分类、转办、呈批", ""},
	{"duty", dutyRoom, "", staff.Desk, "接听 12345，一分钟内登记；看来电人以前的办件和相似办件", ""},
	{"xinfang", petitions, "", staff.Desk, "登记来访，报告大型集体上访", ""},
	{"dispatcher", mayors, "", staff.Dispatcher, "待转办和退回的办件，承办单位建议及理由", ""},
	{"verifier", cityOffice, "", staff.Verifier, "核查已答复的办件，返工", ""},
	{"leader-deputy", cityOffice, "office-deputy", staff.Leader, "办公室分管领导：批示或转呈上级", ""},
	{"liaison", cityOffice, "liaison-secretary", staff.Leader, "联系工作的副秘书长：来访逐级汇报", ""},
	{"vice-mayor", cityOffice, "vice-mayor", staff.Leader, "分管副市长：批示，查看办理结果报告", ""},
	{"mayor", cityOffice, "mayor", staff.Leader, "市长：全市概况，批示", ""},
	{"supervisor", cityOffice, "", staff.Supervisor, "什么晚了、为什么、在谁手里；督办，批准延期，季度通报", ""},
	{"auditor", cityOffice, "", staff.Auditor, "查看全部办件和操作日志", ""},
	{"admin", "", "", staff.Admin, "政策包条款覆盖、账号、区划、日历、后台任务", ""},
	{"caiwu", "civil", "", staff.Finance, "资金经办：建发放批次、核对、送银行、导入回盘、追回", ""},
	{"fuhe", "civil", "", staff.Treasurer, "资金复核：复核别人经手的批次、资金和预算、账簿、结账、核销", ""},
	{"section", section, "", staff.Handler, "专业科室：听取来访群众意见，逐级汇报", ""},
	{"yingji", emergency, "", staff.Handler, "市应急办：按指示启动应急预案", ""},
	{"jiandu", watching, "", staff.Desk, "监督中心：网格上报的受理、立案（选标准、定位置）、核查、结案、评价；不派遣", staff.Verifier},
	{"zhihui", commanding, "", staff.Dispatcher, "指挥中心：把立案的派给责任单位，吹哨报到，无人认领的报请上级；不核查、不结案", ""},
}

// tried are the handlers that the list shows; the other departments' logins are their codes.
var tried = map[string]string{
	"water":   "承办单位：按法定风险排序的待办，答复、退回、延期、协办",
	"housing": "较慢的承办单位：有黄牌和红牌",
}

// staffing lists everybody in office.
func staffing() []person {
	list := append([]person(nil), inOffice...)
	for _, d := range departments {
		list = append(list, person{login: d.code, unit: d.code, role: staff.Handler, try: tried[d.code]})
	}
	for _, c := range counties {
		list = append(list, person{login: c.login, unit: governmentOf(c.code), role: staff.Handler})
	}
	return list
}

// residents with an account, by login: the first entries of the register.
var citizens = []person{
	{login: "resident", role: staff.Resident, try: "居民：提交诉求、查看进度、补充材料、评价、申诉"},
	{login: "neighbor", role: staff.Resident},
}

// Accounts lists what to log in with, in the order of a case's way.
func Accounts() []Account {
	var list []Account
	for _, p := range append(append([]person(nil), citizens...), staffing()...) {
		if p.try != "" {
			list = append(list, Account{Login: p.login, Role: p.role.Words(), Try: p.try})
		}
	}
	for _, n := range neighbours {
		list = append(list, Account{Login: n.login, Role: n.name, Try: n.try})
	}
	list = append(list, depositors...)
	return append(append(append(list, walkers...), teachers...), carers...)
}

// settleAccounts creates the accounts, in the order of their logins' list, with names from the generator.
func settleAccounts(tx *db.Tx, b *build, persons []db.ID) error {
	r := b.rand("accounts")
	for _, p := range staffing() {
		a := staff.Account{Login: p.login, Name: personName(r), Unit: p.unit, Post: p.post}
		if err := b.open(tx, a, p); err != nil {
			return err
		}
	}
	for i, p := range citizens {
		a := staff.Account{Login: p.login, Name: b.resident(i).Name, Person: persons[i]}
		if err := b.open(tx, a, p); err != nil {
			return err
		}
	}
	return nil
}

func (b *build) open(tx *db.Tx, a staff.Account, p person) error {
	made, err := staff.Create(tx, founder, a, b.password)
	if err != nil {
		return err
	}
	var where, unit string
	switch p.role {
	case staff.Handler:
		unit = p.unit
	case staff.Admin, staff.Resident:
	default:
		where = city
	}
	if err := staff.Allow(tx, founder, made.ID, p.role, where, unit); err != nil || p.also == "" {
		return err
	}
	return staff.Allow(tx, founder, made.ID, p.also, where, unit)
}

// divisions is the change under which the tree is imported.
var divisions = place.Change{Basis: "国家统计局统计用区划代码（演示）", By: founder.Login}
