package exchange

import (
	"slices"
	"strings"
	"time"

	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/pack/strict"
)

// A Mapping (列对照) says which column of a table holds what. Each entry of Columns may name several headings; the first that the table
// has is used.
type Mapping struct {
	Source  string              `yaml:"source"`  // whose numbers these are; the same number of another source is another case
	Columns map[string][]string `yaml:"columns"` // by role, see roles
	Fields  map[string]string   `yaml:"fields"`  // fields of the flow's form: a text, or $title, $body, $reporter, $day; nil: by kind
	Facts   map[string]string   `yaml:"facts"`   // facts set on registration, likewise; nil: those of the mailbox
	Times   []string            `yaml:"times"`   // how instants are written, as Go layouts of 2006-01-02 15:04:05
}

// The roles a column may have. Number, title and at are needed; of a table without numbers, the words tell rows apart.
const (
	colNumber   = "number"
	colReporter = "reporter"
	colTitle    = "title"
	colAt       = "at"
	colBody     = "body"
	colLikes    = "likes"
	colDislikes = "dislikes"
	colReply    = "reply"
	colReplied  = "replied-at"
	colPlace    = "place" // code or name of a place
	colUnit     = "unit"  // code or name of the unit that replied
)

var roles = []string{colNumber, colReporter, colTitle, colAt, colBody, colLikes, colDislikes, colReply, colReplied, colPlace, colUnit}

// DefaultMapping is for the headings that public message boards use.
func DefaultMapping() Mapping {
	return Mapping{
		Source: "appeals",
		Columns: map[string][]string{
			colNumber: {"留言编号", "编号"}, colReporter: {"留言用户", "用户"}, colTitle: {"留言主题", "主题", "标题"},
			colAt: {"留言时间", "时间"}, colBody: {"留言详情", "内容"}, colLikes: {"点赞数"}, colDislikes: {"反对数"},
			colReply: {"答复意见"}, colReplied: {"答复时间"}, colPlace: {"区划"}, colUnit: {"答复单位"},
		},
		Times: []string{"2006-01-02 15:04:05", "2006/1/2 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04", "2006-01-02T15:04:05", time.RFC3339, "2006-01-02", "2006/1/2"},
	}
}

// ReadMapping lays a map file over the default one: an entry it has replaces the default's. The error lists every problem with its line.
func ReadMapping(name string, text []byte) (Mapping, error) {
	m := DefaultMapping()
	var own Mapping
	doc, ps := strict.Parse(name, text)
	if doc != nil {
		ps = append(ps, doc.Decode(&own)...)
	}
	for role := range own.Columns {
		if !slices.Contains(roles, role) && doc != nil {
			ps.Addf(doc.At("columns."+role), "没有“%s”这一项；可用的有：%s", role, strings.Join(roles, " "))
		}
	}
	if err := ps.Err(); err != nil {
		return m, err
	}
	if own.Source != "" {
		m.Source = own.Source
	}
	if own.Fields != nil {
		m.Fields = own.Fields
	}
	if own.Facts != nil {
		m.Facts = own.Facts
	}
	if own.Times != nil {
		m.Times = own.Times
	}
	for role, names := range own.Columns {
		m.Columns[role] = names
	}
	return m, nil
}

// mailboxFacts are what the mayor's mailbox wants to know of a message before it is sent out.
var mailboxFacts = map[string]string{"weight": "ordinary", "digest": "$title"}

// suit completes the mapping for a flow: fields of its form by their kind where the map names none. Returns invalid for a field or fact
// that the flow does not have, and for a field it must have and nothing here tells.
func (m Mapping) suit(f *flow.Flow, asked *form.Form) (Mapping, error) {
	takes := f.Step(flow.Register).Sets
	if m.Facts == nil {
		m.Facts = map[string]string{}
		for name, from := range mailboxFacts {
			if slices.Contains(takes, name) {
				m.Facts[name] = from
			}
		}
	}
	for name := range m.Facts {
		if !slices.Contains(takes, name) {
			return m, fault.Invalid("map", "流程“%s”登记时没有事实 %s", f.Name, name)
		}
	}
	return m.suitForm(f, asked)
}

func (m Mapping) suitForm(f *flow.Flow, asked *form.Form) (Mapping, error) {
	given := m.Fields != nil
	if !given {
		m.Fields = map[string]string{}
	}
	for name := range m.Fields {
		if asked == nil || !slices.ContainsFunc(asked.Fields, func(x form.Field) bool { return x.Name == name }) {
			return m, fault.Invalid("map", "流程“%s”的表单没有 %s 这一项", f.Name, name)
		}
	}
	if asked == nil || given {
		return m, nil
	}
	ofKind := map[string]string{"text": "$title", "longtext": "$body", "person-name": "网民", "date": "$day"}
	for _, x := range asked.Fields {
		if !x.Required {
			continue
		}
		from, ok := ofKind[x.Kind]
		if !ok {
			return m, fault.Invalid("map", "流程“%s”的表单要填“%s”（%s），请在对照文件的 fields 里写明", f.Name, x.Label, x.Name)
		}
		m.Fields[x.Name] = from
	}
	return m, nil
}

// columns finds the columns of a heading. Returns invalid naming every column that is missing.
func (m Mapping) columns(heading []string) (map[string]int, error) {
	at := map[string]int{}
	for role, names := range m.Columns {
		for _, n := range names {
			if i := slices.Index(heading, n); i >= 0 {
				at[role] = i
				break
			}
		}
	}
	var missing []string
	for _, role := range []string{colTitle, colAt} {
		if _, ok := at[role]; !ok {
			missing = append(missing, strings.Join(m.Columns[role], "/"))
		}
	}
	_, reply := at[colReply]
	_, replied := at[colReplied]
	if reply != replied {
		missing = append(missing, strings.Join(m.Columns[colReply], "/")+" 与 "+strings.Join(m.Columns[colReplied], "/")+"（须同时有）")
	}
	if len(missing) > 0 {
		return nil, fault.Invalid("file", "表头里缺少 %s；现有的列：%s。列名不同时请用 --map 给出对照", strings.Join(missing, "、"), strings.Join(heading, "、"))
	}
	return at, nil
}
