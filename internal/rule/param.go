package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/law"
)

// A Param (参数) is a value that the law, or a city, sets and changes: dated, with the clause of each change.
type Param struct {
	Name   string  `yaml:"param"` // expressions call it params.<name>
	Title  string  `yaml:"title"`
	Type   string  `yaml:"type"` // as ParseType reads; taken from the first value when absent
	Values []Dated `yaml:"values"`

	typ      Type
	settings []Setting // by From
}

// Dated is one value as written in a pack.
type Dated struct {
	From  string `yaml:"from"`  // first day; may be absent in a single value: always
	Until string `yaml:"until"` // last day; absent: until the next value
	Is    string `yaml:"is"`
	Basis string `yaml:"basis"` // the clause that sets it, or
	Gap   string `yaml:"gap"`   // the clause that is silent: the value is our default, and a city may change it
}

// A Setting (取值) is one value of a parameter, read and checked.
type Setting struct {
	Value       any
	From, Until civil.Date // inclusive; the zero Date leaves the side open
	Clause      law.Clause
	Default     bool // the clause is silent; the value is ours
}

// paramPrefix is what expressions write before a parameter's name.
const paramPrefix = "params."

// Prepare reads the values. It refuses a value without a clause, of another type than the others, and periods that
// overlap. The error is a Problems.
func (p *Param) Prepare(src Source) error {
	var ps Problems
	p.typ, p.settings = Type{}, nil
	if !factName.MatchString(p.Name) {
		ps.Addf(src.Place("param"), "参数名“%s”只能用英文字母、数字和下划线，以小写字母开头", p.Name)
	}
	if p.Type != "" {
		var err error
		p.typ, err = ParseType(p.Type)
		ps.Add(src.Place("type"), err)
	}
	if len(p.Values) == 0 {
		ps.Addf(src.Place("values"), "参数“%s”没有取值", p.Name)
	}
	order := make([]int, 0, len(p.Values))
	for i, v := range p.Values {
		s := p.read(&ps, src, v, i)
		p.settings, order = append(p.settings, s), append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return p.settings[a].From.Compare(p.settings[b].From) })
	for k := 1; k < len(order); k++ {
		a, b := p.settings[order[k-1]], p.settings[order[k]]
		if a.From == b.From || !a.Until.IsZero() && !a.Until.Before(b.From) {
			ps.Addf(src.Place("values", order[k], "from"), "参数“%s”的取值期间重叠：%s 起的与 %s 起的", p.Name, cmp.Or(a.From.String(), "始终"), cmp.Or(b.From.String(), "始终"))
		}
	}
	slices.SortStableFunc(p.settings, func(a, b Setting) int { return a.From.Compare(b.From) })
	return ps.Err()
}

func (p *Param) read(ps *Problems, src Source, v Dated, i int) (s Setting) {
	at := func(key string) At { return src.Place("values", i, key) }
	var err error
	if p.typ.IsZero() && p.Type == "" {
		p.typ = inferType(v.Is)
	}
	if !p.typ.IsZero() {
		s.Value, err = ParseValue(p.typ, v.Is)
		ps.Add(at("is"), err)
	}
	if v.From == "" && len(p.Values) > 1 {
		ps.Addf(at("from"), "参数“%s”有多个取值，每个都要写明起始日期（from）", p.Name)
	}
	for _, d := range []struct {
		key, text string
		to        *civil.Date
	}{{"from", v.From, &s.From}, {"until", v.Until, &s.Until}} {
		if d.text != "" {
			*d.to, err = civil.ParseDate(d.text)
			ps.Add(at(d.key), err)
		}
	}
	if !s.Until.IsZero() && s.Until.Before(s.From) {
		ps.Addf(at("until"), "截止日期 %s 早于起始日期 %s", s.Until, s.From)
	}
	if v.Basis != "" && v.Gap != "" {
		ps.Addf(at("gap"), "basis 与 gap 只能取其一")
	}
	s.Default = v.Gap != ""
	s.Clause, err = src.Clause(cmp.Or(v.Basis, v.Gap))
	ps.Add(at("basis"), err)
	return s
}

// ValueType returns the type of the values.
func (p *Param) ValueType() Type { return p.typ }

// Settings returns the values in order of time.
func (p *Param) Settings() []Setting { return slices.Clone(p.settings) }

// On returns the value in force on a day; ok is false when there is none.
func (p *Param) On(day civil.Date) (s Setting, ok bool) {
	for i := len(p.settings) - 1; i >= 0; i-- {
		s := p.settings[i]
		if !day.Before(s.From) {
			return s, s.Until.IsZero() || !day.After(s.Until)
		}
	}
	return Setting{}, false
}

// ParamTypes returns what NewEnv must declare so that expressions may use the parameters.
func ParamTypes(params []*Param) map[string]Type {
	m := make(map[string]Type, len(params))
	for _, p := range params {
		m[paramPrefix+p.Name] = p.typ
	}
	return m
}

// Bind adds to facts the parameters' values on a day. A parameter that has none on that day stays unknown, so that an
// answer that depends on it says so.
func Bind(facts Facts, params []*Param, day civil.Date) {
	for _, p := range params {
		if s, ok := p.On(day); ok {
			facts[paramPrefix+p.Name] = s.Value
		}
	}
}

// ParamName returns the parameter that a fact name stands for.
func ParamName(fact string) (name string, ok bool) { return strings.CutPrefix(fact, paramPrefix) }

// inferType tells the type from the spelling: "100 yuan" is money, "3" whole, "0.8" and "80%" numbers,
// "2012-11-01" a date, "yes" and "true" yes-no; anything else is text.
func inferType(s string) Type {
	if m, err := ParseMoney(s); err == nil {
		return YuanPer(m.Per)
	}
	if d, err := ParseDecimal(s); err == nil {
		if d.IsWhole() && !strings.ContainsAny(s, ".%") {
			return Whole
		}
		return Number
	}
	for _, t := range []Type{Date, YesNo} {
		if _, err := ParseValue(t, s); err == nil {
			return t
		}
	}
	return Text
}

// ParseValue reads a value of the type as packs and examples write it.
func ParseValue(t Type, s string) (any, error) {
	switch t.kind {
	case kindYesNo:
		switch s {
		case "yes", "true", "是":
			return true, nil
		case "no", "false", "否":
			return false, nil
		}
		return nil, fmt.Errorf("“%s”应为 yes 或 no", s)
	case kindText:
		if s == "" || t.options != nil && !slices.Contains(t.options, s) {
			return nil, fmt.Errorf("“%s”不在可选之列", s)
		}
		return s, nil
	case kindWhole:
		d, err := ParseDecimal(s)
		n, ok := d.Int64()
		if err != nil || !ok {
			return nil, fmt.Errorf("“%s”不是整数", s)
		}
		return n, nil
	case kindNumber:
		return anyOf(ParseDecimal(s))
	case kindMoney:
		m, err := ParseMoney(s)
		if err == nil && m.Per != t.per {
			err = fmt.Errorf("“%s”应以%s计", s, t.Words())
		}
		return anyOf(m, err)
	case kindDate:
		return anyOf(civil.ParseDate(s))
	}
	return nil, errors.New("参数不能是" + t.Words())
}

func anyOf[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}
