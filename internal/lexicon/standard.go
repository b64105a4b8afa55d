package lexicon

import (
	"fmt"
	"strings"
	"sync"

	"linli/internal/form"
	"linli/internal/rule"
)

// The words that events and projections speak of.
const (
	Name          = "name"
	Sex           = "sex"
	Born          = "born"
	Place         = "place"
	Address       = "address"
	Died          = "died"
	MaritalStatus = "marital_status"
	Residence     = "residence"
	HomePlace     = "registered_place"
)

var standard = sync.OnceValue(func() *Lexicon {
	var words []Word
	for of, list := range standardWords {
		for _, w := range list {
			w.Of = Kind(of)
			words = append(words, w)
		}
	}
	l, err := (&Lexicon{}).With(rule.Source{}, words...)
	if err != nil {
		panic(fmt.Sprintf("standard words of the registers: %v", err)) // a constant of this package
	}
	return l
})

// Standard returns the words that every city has.
func Standard() *Lexicon { return standard() }

// options reads "value=label value=label".
func options(s string) (out []form.Option) {
	for _, part := range strings.Fields(s) {
		value, label, _ := strings.Cut(part, "=")
		out = append(out, form.Option{Value: value, Label: label})
	}
	return out
}

func text1(name, label string) Word { return Word{Name: name, Label: label, Kind: "text"} }
func yes(name, label string) Word   { return Word{Name: name, Label: label, Kind: "bool"} }
func day(name, label string) Word   { return Word{Name: name, Label: label, Kind: "date"} }
func choice(name, label, list string) Word {
	return Word{Name: name, Label: label, Kind: "choice", Options: options(list)}
}
func number(name, label, kind string) Word {
	return Word{Name: name, Label: label, Kind: kind, Least: "0"}
}
func lasting(w Word) Word { w.Lasting = true; return w }
func hidden(w Word) Word  { w.Sensitive = "hidden"; return w }
func masked(w Word) Word  { w.Sensitive = "masked"; return w }

var standardWords = map[string][]Word{
	string(Person): {
		{Name: Name, Label: "姓名", Kind: "person-name"},
		{Name: "former_name", Label: "曾用名", Kind: "person-name"},
		lasting(choice(Sex, "性别", "male=男 female=女")),
		lasting(day(Born, "出生日期")),
		lasting(text1("birth_place", "出生地")),
		lasting(text1("native_place", "籍贯")),
		lasting(text1("ethnicity", "民族")),
		{Name: Place, Label: "居住区划", Kind: "place"},
		text1(Address, "居住地址"),
		choice(MaritalStatus, "婚姻状况", "single=未婚 married=已婚 divorced=离异 widowed=丧偶"),
		choice("education", "文化程度", "none=未上学 primary=小学 junior=初中 senior=高中或中专 college=大专 bachelor=本科 graduate=研究生"),
		text1("school", "就读学校"),
		text1("grade", "年级"),
		choice("employment", "就业状态", "employed=在业 flexible=灵活就业 unemployed=失业 student=在校 retired=退休 none=不在劳动年龄或无劳动能力"),
		text1("occupation", "职业"),
		text1("employer", "工作单位"),
		text1("skill", "职业技能"),
		choice("political", "政治面貌", "member=中共党员 probationary=预备党员 youth=共青团员 party=民主党派 masses=群众"),
		hidden(text1("religion", "宗教信仰")),
		choice("military", "兵役情况", "none=未服兵役 serving=现役 veteran=退役"),
		hidden(choice("health", "健康状况", "good=健康 weak=体弱 chronic=慢性病 serious=大病")),
		hidden(choice("disability", "残疾类别", "none=无 sight=视力 hearing=听力 speech=言语 limb=肢体 mind=智力 mental=精神 several=多重")),
		hidden(choice("disability_level", "残疾等级", "1=一级 2=二级 3=三级 4=四级")),
		hidden(choice("self_care", "自理能力", "full=自理 part=半自理 none=不能自理")),
		hidden(choice("relief", "社会救助类别", "none=无 minimum=低保 marginal=低保边缘 destitute=特困供养 temporary=临时救助")),
		hidden(choice("special_care", "优抚类别", "none=无 disabled=伤残军人 martyr=烈士遗属 fallen=因公牺牲遗属 sick=病故遗属 veteran=复员军人 other=其他")),
		hidden(number("income_month", "个人月收入", "money")),
		yes("alone", "独自居住"),
		number("children", "子女人数", "whole"),
		choice("pension", "养老保险", "none=未参保 employee=职工养老 resident=居民养老"),
		choice("medical", "医疗保险", "none=未参保 employee=职工医保 resident=居民医保 other=其他"),
		choice(Residence, "人口类型", "registered=户籍常住 away=人户分离 floating=流动 out=外出 overseas=境外"),
		text1(HomePlace, "户籍地区划"),
		text1("registered_address", "户籍详细地址"),
		choice("household_kind", "户别", "family=家庭户 collective=集体户"),
		masked(choice("former_household", "原户口性质", "rural=农业户口 urban=非农业户口")),
		choice("stay_reason", "居住事由", "work=务工 trade=经商 study=求学 join=投靠 visit=探亲 other=其他"),
		day("stay_since", "来本地日期"),
		day("stay_until", "拟离开日期"),
		choice("housing", "居住方式", "own=自有住房 rent=租赁 public=公租房 dormitory=单位宿舍 relatives=寄住亲友 other=其他"),
		masked(text1("permit_number", "居住证号")),
		day("permit_until", "居住证有效期至"),
		text1("language", "常用语言"),
		{Name: "emergency_name", Label: "紧急联系人", Kind: "person-name"},
		masked(Word{Name: "emergency_phone", Label: "紧急联系电话", Kind: "phone"}),
		day(Died, "死亡日期"),
		hidden(text1("death_cause", "死亡原因")),
	},
	string(Household): {
		choice("kind", "户别", "family=家庭户 collective=集体户"),
		text1("number", "户号"),
		{Name: Place, Label: "区划", Kind: "place"},
		text1(Address, "住址"),
		number("size", "登记人数", "whole"),
		hidden(number("income_year", "家庭年收入", "money")),
		number("land", "承包地亩数", "number"),
		yes("composite", "复合户"),
		text1("note", "备注"),
	},
	string(Dwelling): {
		{Name: Place, Label: "区划", Kind: "place"},
		text1(Address, "地址"),
		choice("use", "用途", "home=住宅 shop=商铺 office=办公 mixed=商住 dormitory=宿舍 other=其他"),
		number("area", "建筑面积（平方米）", "number"),
		number("rooms", "房间数", "whole"),
		number("floors", "层数", "whole"),
		choice("structure", "结构", "brick=砖混 concrete=钢混 steel=钢结构 wood=木结构 earth=土木"),
		number("built", "建成年份", "whole"),
		yes("lift", "有电梯"),
		choice("title", "产权性质", "private=私有 public=公有 collective=集体 affordable=保障房 unknown=不明"),
		masked(text1("title_number", "不动产权证号")),
		choice("state", "居住状态", "lived=自住 rented=出租 vacant=空置 shop=经营"),
		text1("property_firm", "物业"),
		choice("danger", "安全鉴定", "a=A级 b=B级 c=C级 d=D级"),
	},
	string(Organisation): {
		{Name: Name, Label: "名称", Kind: "text"},
		choice("kind", "类别", "enterprise=企业 shop=个体工商户 unit=机关事业单位 social=社会组织 resident=居民组织 party=党组织"),
		choice("registration", "登记方式", "registered=登记 filed=备案 none=未登记"),
		{Name: Place, Label: "区划", Kind: "place"},
		text1(Address, "地址"),
		text1("legal_person", "法定代表人或负责人"),
		{Name: "phone", Label: "联系电话", Kind: "phone"},
		day("opened", "成立日期"),
		day("closed", "注销日期"),
		text1("industry", "行业"),
		{Name: "scope", Label: "业务范围", Kind: "text", Max: 500},
		number("employees", "从业人数", "whole"),
		number("members", "成员人数", "whole"),
		number("capital", "开办资金", "money"),
		text1("supervisor", "业务主管单位"),
		day("licence_until", "证照有效期至"),
	},
	string(Facility): {
		{Name: Name, Label: "名称", Kind: "text"},
		choice("kind", "类别", "service=社区服务中心 office=办公用房 culture=文体活动 care=养老服务 health=卫生服务 school=教育 canteen=助餐 square=广场公园 shelter=应急避难 other=其他"),
		{Name: Place, Label: "区划", Kind: "place"},
		text1(Address, "地址"),
		number("area", "建筑面积（平方米）", "number"),
		choice("title", "产权归属", "community=社区 street=街道 government=政府部门 unit=驻区单位 developer=开发单位 private=私有 unclear=未明确"),
		choice("land", "用地状况", "granted=划拨 leased=出让 rented=租用 collective=集体用地 temporary=临时 unclear=未明确"),
		text1("hours", "开放时间"),
		yes("shareable", "可以共享"),
		number("seats", "可容纳人数", "whole"),
		choice("state", "使用状态", "open=开放 closed=停用 building=在建 planned=规划"),
		{Name: "phone", Label: "联系电话", Kind: "phone"},
		text1("keeper", "管理人"),
	},
}
