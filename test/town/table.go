package town

import (
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Codes of places.
const (
	City     = "4112"
	East     = "411291" // a county: 东城区
	West     = "411292" // another: 西山县
	Riverrow = "411291001"
	Hilltop  = "411291002"
	Bridge   = "411292001"

	Willow   = "411291001001" // communities, in the order of their streets
	Lotus    = "411291001002"
	Pine     = "411291002001"
	Ferry    = "411292001001"
	Orchards = "411292001002"
)

var places = []place.New{
	{Code: City, Name: "邻水市", Level: "市"},
	{Code: East, Name: "东城区", Level: "县", Parent: City},
	{Code: West, Name: "西山县", Level: "县", Parent: City},
	{Code: Riverrow, Name: "沿河街道", Level: "乡", Parent: East},
	{Code: Hilltop, Name: "坡头街道", Level: "乡", Parent: East},
	{Code: Bridge, Name: "双桥镇", Level: "乡", Parent: West},
	{Code: Willow, Name: "柳荫社区", Level: "村", Parent: Riverrow},
	{Code: Lotus, Name: "荷塘社区", Level: "村", Parent: Riverrow},
	{Code: Pine, Name: "松岗社区", Level: "村", Parent: Hilltop},
	{Code: Ferry, Name: "渡口村", Level: "村", Parent: Bridge},
	{Code: Orchards, Name: "果园村", Level: "村", Parent: Bridge},
}

// Codes of units.
const (
	Office    = "city-office"
	Mayors    = "mayors-section"
	DutyRoom  = "duty-room"
	Petitions = "petition-bureau"
	Section   = "section-1"
	Emergency = "emergency-office"
	Water     = "water"
	Housing   = "housing"
	Roads     = "roads"
	EastGov   = "gov-east"

	RiverrowOffice  = "street-riverrow"
	WillowCommittee = "committee-willow"
	LotusCommittee  = "committee-lotus"
	PineCommittee   = "committee-pine"
)

var units = []staff.Unit{
	{Code: Office, Name: "邻水市人民政府办公室", Kind: "office", Place: City, Offices: []string{"city-office"}},
	{Code: Mayors, Name: "市长办公室", Kind: "office", Place: City, Parent: Office, Offices: []string{"mayors-section"}},
	{Code: DutyRoom, Name: "市政府值班室", Kind: "office", Place: City, Parent: Office, Offices: []string{"duty-room"}},
	{Code: Section, Name: "市政府办公室综合一科", Kind: "office", Place: City, Parent: Office, Offices: []string{"sections"}},
	{Code: Petitions, Name: "邻水市信访局", Kind: "office", Place: City, Offices: []string{"petition-bureau"}},
	{Code: Emergency, Name: "邻水市应急办", Kind: "office", Place: City, Offices: []string{"emergency-office"}},
	{Code: Water, Name: "邻水市水务局", Kind: "department", Place: City, Offices: []string{"competent"}},
	{Code: Housing, Name: "邻水市住建局", Kind: "department", Place: City, Offices: []string{"competent"}},
	{Code: Roads, Name: "邻水市公路局", Kind: "department", Place: City, Offices: []string{"competent"}},
	{Code: EastGov, Name: "东城区人民政府", Kind: "county-government", Place: East, Offices: []string{"competent", "community-office"}},
	{Code: RiverrowOffice, Name: "沿河街道办事处", Kind: "street", Place: Riverrow, Parent: EastGov, Offices: []string{"sending-unit"}},
	{Code: WillowCommittee, Name: "柳荫社区居委会", Kind: "community", Place: Willow, Parent: RiverrowOffice, Offices: []string{"community-committee"}},
	{Code: LotusCommittee, Name: "荷塘社区居委会", Kind: "community", Place: Lotus, Parent: RiverrowOffice, Offices: []string{"community-committee"}},
	{Code: PineCommittee, Name: "松岗社区居委会", Kind: "community", Place: Pine, Parent: EastGov, Offices: []string{"community-committee"}},
}

// An account of the town, with what it may do.
type account struct {
	staff.Account
	grants   []staff.Grant // Place is a code
	resident int           // 1 for the first of residents; 0: works here
}

// Password opens every account of the town.
const Password = "town-of-tests-1"

// passwordHash is argon2id of Password at a cost that no real account has, to be quick.
const passwordHash = "$argon2id$v=19$m=64,t=1,p=1$YS10b3duLWZvci10ZXN0cw$xD1xRGCg+awAgEvfln0C2c+FHvyVxS6fKqUwOtKNi6E"

func at(place string, roles ...staff.Role) (list []staff.Grant) {
	for _, r := range roles {
		list = append(list, staff.Grant{Role: r, Place: place})
	}
	return list
}

func of(unit string) []staff.Grant { return []staff.Grant{{Role: staff.Handler, Unit: unit}} }

func person(login, name, unit, post string, grants []staff.Grant) account {
	return account{Account: staff.Account{Login: login, Name: name, Unit: unit, Post: post}, grants: grants}
}

func neighbour(login, name string, resident int) account {
	return account{Account: staff.Account{Login: login, Name: name}, resident: resident, grants: []staff.Grant{{Role: staff.Resident}}}
}

// accounts are the people in office, each with one part, and two residents. The logins say what they do.
var accounts = []account{
	person("desk", "钱登记", Mayors, "", at(City, staff.Desk)),             // letters and mailbox
	person("duty", "孙值班", DutyRoom, "", at(City, staff.Desk)),           // hotline
	person("xinfang", "李接待", Petitions, "", at(City, staff.Desk)),       // visits
	person("dispatcher", "周派遣", Mayors, "", at(City, staff.Dispatcher)), // sends out
	person("water", "吴水务", Water, "", of(Water)),
	person("housing", "郑住建", Housing, "", of(Housing)),
	person("roads", "王公路", Roads, "", of(Roads)),
	person("section", "冯科室", Section, "", of(Section)),
	person("east", "陈东城", EastGov, "", of(EastGov)),
	person("admitting", "韩准入", EastGov, "", at(East, staff.Desk, staff.Dispatcher)), // what is sent down to communities
	person("county-head", "杨区长", EastGov, "county-head", at(East, staff.Leader)),
	person("street", "朱街道", RiverrowOffice, "", append(of(RiverrowOffice), at(Riverrow, staff.Supervisor)...)),
	person("willow", "秦柳荫", WillowCommittee, "", append(of(WillowCommittee), at(Willow, staff.Community)...)),
	person("lotus", "尤荷塘", LotusCommittee, "", append(of(LotusCommittee), at(Lotus, staff.Community)...)),
	person("walker", "施网格", RiverrowOffice, "", at(Willow, staff.Grid)), // walks a community and reports what he finds
	person("hall", "何大厅", WillowCommittee, "", at(Willow, staff.Desk)),  // the counter of a community's centre
	person("verifier", "褚核查", Office, "", at(City, staff.Verifier)),
	person("verifier-east", "卫核查", Office, "", at(East, staff.Verifier)),
	person("deputy", "蒋副主任", Office, "office-deputy", at(City, staff.Leader)),
	person("liaison", "沈副秘书长", Office, "liaison-secretary", at(City, staff.Leader)),
	person("vice-mayor", "韩副市长", Office, "vice-mayor", at(City, staff.Leader)),
	person("mayor", "杨市长", Office, "mayor", at(City, staff.Leader)),
	person("supervisor", "朱督查", Office, "", at(City, staff.Supervisor)),
	person("auditor", "秦审计", "", "", at(City, staff.Auditor)),
	person("purse", "水资金", Office, "", at(City, staff.Finance)),
	person("treasurer", "窦复核", Office, "", at(City, staff.Treasurer)),
	person("carer", "章护理", WillowCommittee, "", []staff.Grant{{Role: staff.Carer, Unit: WillowCommittee}}),
	person("admin", "尤管理", Office, "", []staff.Grant{{Role: staff.Admin}}),
	neighbour("resident", "许甲", 1),
	neighbour("neighbour", "何乙", 2),
}

// residents have telephone numbers that no operator gives out, and no identity numbers.
var residents = []register.Newcomer{
	{Name: "许甲", Phone: "19900000001", Place: Willow, Address: "东城区沿河街道柳荫社区一号院", Source: "town"},
	{Name: "何乙", Phone: "19900000002", Place: Ferry, Address: "西山县双桥镇渡口村二组", Source: "town"},
}

// by is who founded the town.
var by = staff.Actor{Login: "command:town", Name: "测试", Via: staff.ViaCommand}
