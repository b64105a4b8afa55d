package exchange

import (
	"slices"
	"strings"

	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/pack/strict"
	"linli/internal/register"
)

// kind is what a row is.
func (m PersonMap) kind() lexicon.Kind {
	if m.Of == "" {
		return lexicon.Person
	}
	return m.Of
}

// A PersonMap (人员表对照) says which column of a table of persons holds what; with Of, of households, dwellings or organisations.
type PersonMap struct {
	Of      lexicon.Kind                 `yaml:"of" json:"of,omitempty"` // what a row is; "" for a person
	Source  string                       `yaml:"source" json:"source"`   // whose table it is; what it tells is told by this source
	Sheet   string                       `yaml:"sheet" json:"sheet"`     // of a workbook; "" for the first
	Heading int                          `yaml:"heading" json:"heading"` // line of the heading; 0 for the first line
	Columns map[string]string            `yaml:"columns" json:"columns"` // heading by field
	Values  map[string]map[string]string `yaml:"values" json:"values"`   // by field: what a cell may say, and the value it stands for
	Place   string                       `yaml:"place" json:"place"`     // code of the place of rows that name none
}

// Fields that are no words of the lexicon.
const (
	colIDNumber = "id_number"
	colPhone    = "phone"
	colHead     = "head_id"
	colOwner    = "owner_id"
	colCode     = "code"
)

// A PersonField (人员表栏目) is something a column may hold.
type PersonField struct {
	Name  string
	Label string
	Words *lexicon.Word // nil for what is kept under seal
}

// PersonFields returns what columns may hold: numbers and telephones, and the words for persons.
func PersonFields(words *lexicon.Lexicon) []PersonField {
	out := []PersonField{{Name: lexicon.Name, Label: "姓名"}, {Name: colIDNumber, Label: "身份证号"}, {Name: colPhone, Label: "联系电话"}}
	for _, w := range words.Words(lexicon.Person) {
		if w.Name == lexicon.Name {
			out[0].Words = w
			continue
		}
		out = append(out, PersonField{w.Name, w.Label, w})
	}
	return out
}

// Importable are the kinds of thing of which a row may be.
func Importable() []lexicon.Kind {
	return []lexicon.Kind{lexicon.Person, lexicon.Household, lexicon.Dwelling, lexicon.Organisation}
}

// FieldsOf returns what columns of a table of a kind may hold; nil for a kind that is not imported.
func FieldsOf(words *lexicon.Lexicon, of lexicon.Kind) []PersonField {
	var out []PersonField
	switch of {
	case "", lexicon.Person:
		return PersonFields(words)
	case lexicon.Household:
		out = []PersonField{{Name: colHead, Label: "户主身份证号"}}
	case lexicon.Dwelling:
		out = []PersonField{{Name: register.Building, Label: "楼栋"}, {Name: register.UnitOf, Label: "单元"}, {Name: register.Room, Label: "房间"}, {Name: colOwner, Label: "产权人身份证号"}}
	case lexicon.Organisation:
		out = []PersonField{{Name: colCode, Label: "统一社会信用代码"}, {Name: colHead, Label: "负责人身份证号"}}
	default:
		return nil
	}
	for _, w := range words.Words(of) {
		out = append(out, PersonField{w.Name, w.Label, w})
	}
	return out
}

// needed is the field without which a row of a kind is nothing.
func needed(of lexicon.Kind) string {
	switch of {
	case lexicon.Household:
		return lexicon.Address
	case lexicon.Dwelling:
		return register.Building
	}
	return lexicon.Name
}

func labelOf(fields []PersonField, name string) string {
	if i := slices.IndexFunc(fields, func(f PersonField) bool { return f.Name == name }); i >= 0 {
		return fields[i].Label
	}
	return name
}

// headings are what columns are called besides the label of the field.
var headings = map[string][]string{
	lexicon.Name: {"名字", "人员姓名", "居民姓名"}, colIDNumber: {"公民身份号码", "身份证", "证件号码", "身份证号码", "公民身份证号"},
	colPhone: {"电话", "手机", "手机号", "手机号码", "联系方式", "电话号码"}, lexicon.Born: {"出生", "生日", "出生年月日"},
	lexicon.Place: {"区划", "社区", "村", "村（社区）", "所在社区", "区划代码", "居住社区"}, lexicon.Address: {"住址", "地址", "现住址", "现居住地址", "详细地址", "居住地"},
	"ethnicity": {"族别"}, "education": {"学历"}, "marital_status": {"婚姻"}, "employer": {"单位", "服务处所"}, "registered_address": {"户籍地址", "户口所在地"},
	lexicon.Residence: {"居住类型", "人员类型"}, register.Building: {"楼号", "楼栋号", "幢号"}, register.UnitOf: {"单元号"}, register.Room: {"房号", "室号", "门牌"},
	colCode: {"信用代码", "组织机构代码"}, "number": {"户编号"}, colHead: {"户主证件号码", "户主公民身份号码"},
}

// SuggestColumns finds for each field the column that is called like it: letter by letter first, then as far as spaces, brackets and
// stars let it.
func SuggestColumns(fields []PersonField, heading []string) map[string]string {
	out := map[string]string{}
	taken := map[string]bool{}
	for _, plain := range []func(string) string{func(s string) string { return s }, plainHeading} {
		for _, f := range fields {
			if out[f.Name] != "" {
				continue
			}
			names := append([]string{f.Label}, headings[f.Name]...)
			at := slices.IndexFunc(heading, func(h string) bool {
				return h != "" && !taken[h] && slices.ContainsFunc(names, func(n string) bool { return plain(n) == plain(h) })
			})
			if at >= 0 {
				out[f.Name], taken[heading[at]] = heading[at], true
			}
		}
	}
	return out
}

func plainHeading(s string) string {
	for _, mark := range []string{"（", "("} {
		if head, _, ok := strings.Cut(s, mark); ok && head != "" {
			s = head
		}
	}
	return match.Fold(s)
}

// ReadPersonMap reads a map file. The error lists every problem with its line.
func ReadPersonMap(name string, text []byte, words *lexicon.Lexicon) (PersonMap, error) {
	var m PersonMap
	doc, problems := strict.Parse(name, text)
	if doc != nil {
		problems = append(problems, doc.Decode(&m)...)
		for field := range m.Columns {
			if !knownField(words, m.Of, field) {
				problems.Addf(doc.At("columns."+field), "没有“%s”这一栏", field)
			}
		}
	}
	return m, problems.Err()
}

func knownField(words *lexicon.Lexicon, of lexicon.Kind, name string) bool {
	return slices.ContainsFunc(FieldsOf(words, of), func(f PersonField) bool { return f.Name == name })
}

// columns finds the columns of a heading. Returns invalid naming what is missing, twice there or not known.
func (m PersonMap) columns(heading []string, words *lexicon.Lexicon) (map[string]int, error) {
	fields := FieldsOf(words, m.Of)
	if fields == nil {
		return nil, fault.Invalid("map", "不能导入“%s”这一类登记", string(m.Of))
	}
	at := map[string]int{}
	for field, name := range m.Columns {
		if name == "" {
			continue
		}
		if !knownField(words, m.Of, field) {
			return nil, fault.Invalid("map", "没有“%s”这一栏", field)
		}
		i := slices.Index(heading, name)
		if i < 0 {
			return nil, fault.Invalid("map", "表头里没有“%s”这一列；现有的列：%s", name, strings.Join(heading, "、"))
		}
		if slices.Contains(heading[i+1:], name) {
			return nil, fault.Invalid("map", "表头里有两列都叫“%s”，请改名后再导入", name)
		}
		at[field] = i
	}
	if _, ok := at[needed(m.Of)]; !ok {
		return nil, fault.Invalid("map", "请指定哪一列是%s；现有的列：%s", labelOf(fields, needed(m.Of)), strings.Join(heading, "、"))
	}
	return at, nil
}

// Settle completes a map for a table: columns that the map does not name are found by their heading when it names none at all.
func (m PersonMap) Settle(heading []string, words *lexicon.Lexicon) PersonMap {
	if len(m.Columns) == 0 {
		m.Columns = SuggestColumns(FieldsOf(words, m.Of), heading)
	}
	return m
}
