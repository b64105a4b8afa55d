package staff

import (
	"slices"

	"linli/internal/fault"
)

// A Role (角色) is what a person does in the flow of cases. What each may do to a case is casework's to say; which
// records each may see is Scope's.
type Role string

// The roles. Those who send work out and those who confirm it done are different people: a document's flow says so.
const (
	Desk       Role = "desk"       // 登记人员: registers from any channel
	Dispatcher Role = "dispatcher" // 派遣员: sends work to units
	Handler    Role = "handler"    // 承办人: does the work of a unit
	Verifier   Role = "verifier"   // 核查员: confirms that it is done
	Leader     Role = "leader"     // 领导: instructs and approves
	Supervisor Role = "supervisor" // 督查: urges, watches clocks, publishes bulletins
	Community  Role = "community"  // 社区工作者: keeps tables, facilities and visits of a community
	Grid       Role = "grid"       // 网格员: watches grids, reports what he finds there, checks on site; see package grid
	Carer      Role = "carer"      // 服务人员: works for a provider of services at home; sees its orders and no case; see package serviceorder
	Finance    Role = "finance"    // 资金经办: makes pay runs, sends them to the bank, takes in what came back
	Treasurer  Role = "treasurer"  // 资金复核: approves what somebody else made, keeps funds, budgets and months
	Admin      Role = "admin"      // 管理员: accounts, units, places, packs; sees no case by this role
	Auditor    Role = "auditor"    // 审计: reads everything within the place, changes nothing
	Resident   Role = "resident"   // 居民: sees what he or she reported
)

var roleNames = map[Role]string{
	Desk: "登记人员", Dispatcher: "派遣员", Handler: "承办人", Verifier: "核查员", Leader: "领导",
	Supervisor: "督查", Community: "社区工作者", Grid: "网格员", Carer: "服务人员", Finance: "资金经办", Treasurer: "资金复核", Admin: "管理员", Auditor: "审计", Resident: "居民",
}

// Roles returns all roles in the order of the flow.
func Roles() []Role {
	return []Role{Desk, Dispatcher, Handler, Verifier, Leader, Supervisor, Community, Grid, Carer, Finance, Treasurer, Admin, Auditor, Resident}
}

// Known reports whether r is one of Roles.
func (r Role) Known() bool { return roleNames[r] != "" }

// Words returns the role in Chinese, or the role itself when it is not known.
func (r Role) Words() string {
	if w := roleNames[r]; w != "" {
		return w
	}
	return string(r)
}

// A Grant (授权) is a role within bounds. With Place it reaches the subtree below that path, with Unit only the parts
// which that unit has in a case; with both it needs both. Bound to neither, which only an admin and a resident may be,
// it has no bounds.
type Grant struct {
	Role  Role
	Place string // path of the place with its trailing slash, "4112/411202/"; "" for none
	Unit  string // code of the unit; "" for any
}

// covers reports whether the grant reaches a thing at placePath in the hands of unit. An empty argument leaves that bound
// unasked.
func (g Grant) covers(placePath, unit string) bool {
	return (g.Place == "" || placePath == "" || within(placePath, g.Place)) && (g.Unit == "" || unit == "" || g.Unit == unit)
}

// check refuses a grant that could not mean anything: a handler without a unit would see nothing, a dispatcher without
// any bound would see everything.
func (g Grant) check() error {
	switch {
	case !g.Role.Known():
		return fault.Invalid("role", "没有 %s 这个角色", string(g.Role))
	case g.Role == Resident && (g.Place != "" || g.Unit != ""):
		return fault.Invalid("role", "居民角色不绑定区划或单位")
	case g.Role == Grid && (g.Place == "" || g.Unit != ""):
		return fault.Invalid("place", "网格员必须绑定网格或社区，不绑定单位")
	case g.Role == Carer && (g.Unit == "" || g.Place != ""):
		return fault.Invalid("unit", "服务人员必须绑定机构，不绑定区划")
	case g.Role == Handler && g.Unit == "":
		return fault.Invalid("unit", "承办人必须绑定单位")
	case g.Place == "" && g.Unit == "" && !slices.Contains([]Role{Admin, Resident}, g.Role):
		return fault.Invalid("place", "%s必须绑定区划或单位", g.Role.Words())
	}
	return nil
}

// within reports whether path lies in the subtree of prefix or is its root. Both end in a slash.
func within(path, prefix string) bool {
	return len(path) >= len(prefix) && path[:len(prefix)] == prefix
}
