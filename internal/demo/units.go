package demo

import (
	"strings"

	"linli/internal/db"
	"linli/internal/pack/rulebook"
	"linli/internal/place"
	"linli/internal/staff"
)

// city is the code of 三门峡 in the tree.
const city = "4112"

// Codes of the units that the document names.
const (
	cityOffice = "city-office"
	mayors     = "mayors-section"
	dutyRoom   = "duty-room"
	petitions  = "petition-bureau"
	emergency  = "emergency-office"
	section    = "section-2"
	watching   = "supervision-centre" // accepts, opens, checks and closes what the grids report
	commanding = "command-centre"     // sends it out: never the same people
)

var offices = []staff.Unit{
	{Code: cityOffice, Name: "市政府办公室", Offices: []string{"city-office"}},
	{Code: mayors, Name: "市政府办公室市长办公室", Parent: cityOffice, Offices: []string{"mayors-section"}},
	{Code: dutyRoom, Name: "市政府值班室", Parent: cityOffice, Offices: []string{"duty-room"}},
	{Code: "section-1", Name: "市政府办公室综合科", Parent: cityOffice, Offices: []string{"sections"}},
	{Code: section, Name: "市政府办公室城建科", Parent: cityOffice, Offices: []string{"sections"}},
	{Code: "section-3", Name: "市政府办公室农业科", Parent: cityOffice, Offices: []string{"sections"}},
	{Code: petitions, Name: "市信访局", Offices: []string{"petition-bureau"}},
	{Code: emergency, Name: "市应急办", Offices: []string{"emergency-office"}},
	{Code: "legal", Name: "市司法局", Offices: []string{"legal", "rule-office"}},
	{Code: "service-centre", Name: "市行政服务中心", Offices: []string{"service-centre"}},
	{Code: watching, Name: "市监督中心", Offices: []string{"supervision-centre"}},
	{Code: commanding, Name: "市指挥中心", Offices: []string{"command-centre"}},
	{Code: "reform", Name: "市发展和改革委员会", Offices: []string{"dev-reform"}},
}

// A department is a unit that handles matters, with how it works: speed 1 is usual, 2 takes twice as long.
type department struct {
	code, name string
	speed      float64
}

var departments = []department{
	{"water", "市水务局", 0.9}, {"heating", "市供热服务中心", 1.3}, {"urban", "市城市管理局", 0.8}, {"housing", "市住房和城乡建设局", 1.6},
	{"env", "市生态环境局", 1.0}, {"transport", "市交通运输局", 0.9}, {"edu", "市教育局", 0.9}, {"hrss", "市人力资源和社会保障局", 1.2},
	{"police", "市公安局", 0.7}, {"nature", "市自然资源和规划局", 2.2}, {"health", "市卫生健康委员会", 1.0}, {"medical", "市医疗保障局", 0.8},
	{"civil", "市民政局", 0.9}, {"market", "市市场监督管理局", 0.8}, {"agri", "市农业农村局", 1.4}, {"power", "市供电公司", 0.6},
	{"culture", "市文化广电和旅游局", 1.0}, {"veterans", "市退役军人事务局", 1.0}, {"rescue", "市应急管理局", 0.8}, {"fire", "市消防救援支队", 0.6},
	{"forestry", "市林业局", 1.1}, {"tax", "市税务局", 0.7}, {"fund", "市住房公积金管理中心", 0.7}, {"telecom", "市通信发展管理办公室", 1.0},
	{"disabled", "市残疾人联合会", 0.9},
}

// fills says which offices, besides the one that bears its own code, a department fills in the documents that name them.
var fills = map[string][]string{
	"police":  {"hukou-office", "float-office"},
	"agri":    {"exchange", "resettlement"},
	"civil":   {"registry", "rescue-station", "public-home"},
	"nature":  {"planning", "land"},
	"rescue":  {"quake"},
	"health":  {"ageing", "hospitals", "community-health"},
	"medical": {"insurance-agency"},
}

// A county is one of the seven, with the login of its handler and its share of matters in percent.
type county struct {
	code, login string
	share       int
}

var counties = []county{{"411202", "hubin", 30}, {"411203", "shanzhou", 14}, {"411221", "mianchi", 13}, {"411224", "lushi", 10},
	{"411271", "kaifaqu", 5}, {"411281", "yima", 8}, {"411282", "lingbao", 20}}

// founder is who builds the city.
var founder = staff.Actor{Login: "command:demo", Name: "linli demo", Via: staff.ViaCommand}

func settleUnits(tx *db.Tx, tree *place.Tree) error {
	list := make([]staff.Unit, 0, 128)
	for _, u := range offices {
		u.Kind, u.Place = "office", city
		list = append(list, u)
	}
	for _, d := range departments {
		list = append(list, staff.Unit{Code: d.code, Name: d.name, Kind: "department", Place: city, Offices: append([]string{"competent", d.code, "professional-department", rulebook.OfficeID(d.name)}, fills[d.code]...)})
	}
	for _, c := range tree.Children(city) {
		name := c.Name + "人民政府"
		if strings.HasSuffix(c.Name, "开发区") {
			name = strings.TrimPrefix(c.Name, "河南") + "管理委员会"
		}
		list = append(list, staff.Unit{Code: governmentOf(c.Code), Name: name, Kind: "county-government", Place: c.Code, Offices: []string{"competent", "county-government"}})
		for _, s := range tree.Children(c.Code) {
			list = append(list, staff.Unit{Code: "street-" + s.Code, Name: streetOffice(s.Name), Kind: "street", Place: s.Code, Parent: governmentOf(c.Code), Offices: []string{"street", "committee", "community-centre", "care-station"}},
				staff.Unit{Code: "police-" + s.Code, Name: s.Name + "派出所", Kind: "police-station", Place: s.Code, Parent: "police", Offices: []string{"police-station"}})
		}
	}
	for _, u := range list {
		if err := staff.PutUnit(tx, founder, u); err != nil {
			return err
		}
	}
	return nil
}

func governmentOf(county string) string { return "gov-" + county }

func streetOffice(name string) string {
	switch {
	case strings.HasSuffix(name, "街道"):
		return name + "办事处"
	case strings.HasSuffix(name, "镇"), strings.HasSuffix(name, "乡"):
		return name + "人民政府"
	}
	return name + "管理办公室"
}
