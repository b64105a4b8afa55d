package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// A Param (参数) is a value that a pack names instead of writing it where it is used: because it changes over time, or
// because the document leaves it open.
type Param struct {
	Name    string
	Label   string
	Kind    string // term, whole, number, money, choice, yes-no, text, date or every
	Options []Option
	Values  []Dated      // ascending by From; the first begins with the zero date unless the pack says otherwise
	Basis   []law.Clause // the clause that states the value
	Gap     []law.Clause // or the clause that leaves it open: then the value is our default, which the city may change
	Why     string       // why this default
	Local   bool         // the city has set it
	Place   rule.At
}

// An Option is one value of a choice.
type Option struct {
	Value string
	Label string
}

// A Dated value holds from a day on.
type Dated struct {
	From civil.Date
	Is   string
	Why  string
}

// Default reports whether the value is our reading of a gap that the city has not filled.
func (p *Param) Default() bool { return len(p.Gap) > 0 && !p.Local }

// On returns the value on a day; ok is false before the first value begins.
func (p *Param) On(day civil.Date) (value string, ok bool) {
	for _, v := range p.Values {
		if v.From.IsZero() || v.From.Compare(day) <= 0 {
			value, ok = v.Is, true
		}
	}
	return value, ok
}

// Words returns the value on a day as people read it.
func (p *Param) Words(day civil.Date) string {
	v, _ := p.On(day)
	for _, o := range p.Options {
		if o.Value == v {
			return o.Label
		}
	}
	if p.Kind == "yes-no" {
		return map[string]string{"yes": "是", "no": "否"}[v]
	}
	if t, err := civil.ParseTerm(v); err == nil && p.Kind == "term" {
		return t.Words()
	}
	if e, err := civil.ParseEvery(v); err == nil && p.Kind == "every" {
		return e.Words()
	}
	if m, err := rule.ParseMoney(v); err == nil && p.Kind == "money" {
		return m.String()
	}
	return v
}

// literal returns a value as expressions write it.
func (p *Param) literal(v string) string {
	switch p.Kind {
	case "yes-no":
		return map[string]string{"yes": "true", "no": "false"}[v]
	case "money":
		if m, err := rule.ParseMoney(v); err == nil {
			name := "yuan"
			if m.Per != rule.Once {
				name += "_per_" + string(m.Per)
			}
			return name + "(" + decimalLiteral(m.Yuan) + ")"
		}
	case "number":
		if d, err := rule.ParseDecimal(v); err == nil {
			return decimalLiteral(d)
		}
	}
	return v
}

// decimalLiteral writes a number so that expressions take it as one, not as a whole.
func decimalLiteral(d rule.Decimal) string {
	if s := d.String(); strings.Contains(s, ".") {
		return s
	}
	return d.String() + ".0"
}

// params reads params.yaml: a mapping from name to parameter, kept in the order of the file.
func (r *reading) params(doc *strict.Doc) {
	specs := map[string]paramSpec{}
	r.add(doc.Decode(&specs))
	for name, s := range specs {
		at := doc.At(name)
		p := &Param{Name: name, Label: s.Label, Kind: s.Kind, Why: s.Why, Place: at,
			Basis: r.cites(at, s.Basis), Gap: r.cites(at, s.Gap)}
		for _, o := range s.Options {
			p.Options = append(p.Options, Option(o))
		}
		switch {
		case name == adopted:
			r.bad(at, "%s 用来写明采用的文件，参数不能叫这个名字", name)
		case (len(s.Basis) == 0) == (len(s.Gap) == 0):
			r.bad(at, "参数 %s 须写明依据（basis）或文件未规定之处（gap），二者只居其一", name)
		case len(s.Gap) > 0 && (!s.Default || s.Why == ""):
			r.bad(at, "参数 %s 的值是文件未规定而自定的：须标明 default: yes 并说明 why", name)
		case len(s.Basis) > 0 && s.Default:
			r.bad(at, "参数 %s 有依据条款，不能标为 default", name)
		}
		if (s.Kind == "choice") != (len(s.Options) > 1) {
			r.bad(at, "参数 %s：choice 须有两个以上 options，其他种类不能有", name)
		}
		if !s.Is.IsZero() {
			s.Values = append(s.Values, datedSpec{Is: s.Is})
		}
		p.Values = r.dated(p, at, s.Values)
		if len(p.Values) == 0 || !s.Is.IsZero() && len(s.Values) > 1 {
			r.bad(at, "参数 %s 须有 is 或 values，二者只居其一", name)
		}
		r.pack.Params = append(r.pack.Params, p)
	}
	slices.SortFunc(r.pack.Params, func(a, b *Param) int { return cmp.Compare(a.Place.Line, b.Place.Line) })
}

// dated checks the values of a parameter and that no two begin on one day.
func (r *reading) dated(p *Param, at rule.At, specs []datedSpec) []Dated {
	var list []Dated
	for _, s := range specs {
		text := s.Is.Text
		if s.Is.Kind == strict.YesNo {
			text = map[bool]string{true: "yes", false: "no"}[s.Is.Yes()]
		}
		if why := p.check(s.Is, text); why != "" {
			r.bad(s.Is.At, "参数 %s：%s", p.Name, why)
		}
		if n := len(list); n > 0 && list[n-1].From.Compare(s.From) >= 0 {
			r.bad(at, "参数 %s 的日期须依次递增，不能重叠", p.Name)
		}
		list = append(list, Dated{From: s.From, Is: text, Why: s.Why})
	}
	return list
}

// check reports in words why a value does not suit the parameter's kind, "" when it does.
func (p *Param) check(v strict.Value, text string) string {
	if v.Kind == strict.List || v.Kind == strict.Mapping {
		return "应为单个值"
	}
	var err error
	switch p.Kind {
	case "term":
		_, err = civil.ParseTerm(text)
	case "date":
		_, err = civil.ParseDate(text)
	case "every":
		_, err = civil.ParseEvery(text)
	case "whole":
		n, bad := strconv.Atoi(text)
		if v.Kind != strict.Number || bad != nil || n < 0 {
			return "应为不小于零的整数"
		}
	case "money":
		_, err = rule.ParseMoney(text)
	case "number":
		_, err = rule.ParseDecimal(text)
	case "yes-no":
		if v.Kind != strict.YesNo {
			return "应为 yes 或 no"
		}
	case "choice":
		if !slices.ContainsFunc(p.Options, func(o Option) bool { return o.Value == text }) {
			return "“" + text + "”不在 options 之列"
		}
	case "text":
		if text == "" {
			return "不能为空"
		}
	default:
		return "kind 只能是 term、whole、number、money、choice、yes-no、text、date、every，不能是 " + p.Kind
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// override lays what the city has set over the parameters. Only gaps may be filled: what a document states is not the
// city's to change here.
func (r *reading) override(v strict.Value) {
	if v.IsZero() {
		return
	}
	if v.Kind != strict.Mapping {
		r.bad(v.At, "应写成“参数: 值”")
		return
	}
	for _, pair := range v.Pairs {
		p := r.pack.Param(pair.Key)
		switch {
		case pair.Key == adopted:
			r.adopt(pair.Value)
			continue
		case p == nil:
			r.bad(pair.At, "%s 没有参数 %s", r.pack.Document.ID, pair.Key)
			continue
		case len(p.Gap) == 0:
			r.bad(pair.At, "参数 %s 由文件 %s 条规定，不能自行设定", pair.Key, ids(p.Basis))
			continue
		}
		p.Values, p.Local = r.dated(p, pair.At, r.localValues(pair.Value)), true
	}
}

func (r *reading) localValues(v strict.Value) []datedSpec {
	if v.Kind != strict.List {
		return []datedSpec{{Is: v}}
	}
	var list []datedSpec
	for i, item := range v.Items {
		d := datedSpec{Is: item.Get("is"), Why: item.Get("why").Text}
		if from := item.Get("from"); !from.IsZero() || i > 0 {
			var err error
			if d.From, err = civil.ParseDate(from.Text); err != nil {
				r.bad(item.At, "%s", err)
			}
		}
		if d.Is.IsZero() {
			r.bad(item.At, "缺少“is”")
		}
		list = append(list, d)
	}
	return list
}

// With returns the pack as it would be if the city set these parameters, by name: what an example of a gap, or a draft, is tried with. The error is
// a rule.Problems; what a document itself states cannot be set.
func (p *Pack) With(settings map[string]string) (*Pack, error) {
	var b strings.Builder
	for name, v := range settings {
		q := p.Param(name)
		if q == nil || q.Kind != "whole" && q.Kind != "yes-no" {
			v = strconv.Quote(v)
		}
		fmt.Fprintf(&b, "%s: %s\n", name, v)
	}
	doc, ps := strict.Parse(localFile, []byte(b.String()))
	var local strict.Value
	if doc != nil {
		ps = append(ps, doc.Decode(&local)...)
	}
	if len(ps) > 0 {
		return nil, ps
	}
	files := p.Files()
	delete(files, localFile)
	out, ps := readPack(p.Dir, files, func(string) strict.Value { return local }, true)
	if len(ps) > 0 {
		return nil, ps
	}
	return out, nil
}

// ids lists the clause numbers, for messages.
func ids(list []law.Clause) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.ID
	}
	return strings.Join(out, "、")
}

// localFile is where a pack keeps what the city has set for it.
const localFile = "local.yaml"

// local writes what the city has set, as override reads it; empty when it has set nothing.
func (p *Pack) local() []byte {
	var b strings.Builder
	if p.Adopted != nil {
		b.WriteString(p.Adopted.text())
	}
	for _, q := range p.Params {
		if !q.Local {
			continue
		}
		fmt.Fprintf(&b, "%s:\n", q.Name)
		for _, v := range q.Values {
			is := v.Is
			if q.Kind != "whole" && q.Kind != "yes-no" {
				is = strconv.Quote(is)
			}
			from := ""
			if !v.From.IsZero() {
				from = "from: " + strconv.Quote(v.From.String()) + ", "
			}
			fmt.Fprintf(&b, "  - { %sis: %s, why: %s }\n", from, is, strconv.Quote(v.Why))
		}
	}
	return []byte(b.String())
}
