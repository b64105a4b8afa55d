package filter

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// A Resolve returns the value of a parameter that a condition names as $name.
type Resolve func(name string) (value string, ok bool)

// An Also returns the further values that a value of a text column stands for, such as the items that a flow handles.
type Also func(column, value string) []string

// Read checks a condition from a pack against a view. Problems are placed where they stand in the file.
func Read(view *View, v strict.Value, param Resolve, also Also) (Cond, rule.Problems) {
	r := reader{view: view, param: param, also: also}
	c := r.all(v)
	return c, r.ps
}

type reader struct {
	view  *View
	param Resolve
	also  Also
	ps    rule.Problems
}

func (r *reader) all(v strict.Value) Cond {
	var c Cond
	if v.IsZero() {
		return c
	}
	if v.Kind != strict.Mapping {
		r.ps.Addf(v.At, "条件应写成“列: 值”")
		return c
	}
	for _, p := range v.Pairs {
		if p.Key == "any" {
			c.all = append(c.all, r.alternatives(p.Value))
			continue
		}
		col, ok := r.view.Column(p.Key)
		if !ok {
			r.ps.Addf(p.At, "%s 没有“%s”这一列", r.view.Name, p.Key)
			continue
		}
		if part, ok := r.one(col, p.Value); ok {
			c.all = append(c.all, part)
		}
	}
	return c
}

func (r *reader) alternatives(v strict.Value) part {
	p := part{op: opAny}
	if v.Kind != strict.List || len(v.Items) < 2 {
		r.ps.Addf(v.At, "any 应为两个以上条件的列表")
		return p
	}
	for _, item := range v.Items {
		p.any = append(p.any, r.all(item))
	}
	return p
}

func (r *reader) one(col Column, v strict.Value) (part, bool) {
	p := part{column: col}
	if v.Kind != strict.Mapping {
		return p, r.values(&p, v)
	}
	if len(v.Pairs) == 0 {
		r.ps.Addf(v.At, "条件没有内容")
		return p, false
	}
	for _, pair := range v.Pairs {
		if !r.compare(&p, pair, len(v.Pairs)) {
			return p, false
		}
	}
	return p, true
}

// compare reads { at-least: 2 }, { not: [a] }, { set: yes } or { idle: 5wd }.
func (r *reader) compare(p *part, pair strict.Pair, n int) bool {
	v := r.resolve(pair.Value)
	switch key := pair.Key; {
	case key == "not" && n == 1:
		p.op = opNotIn
		return r.values(p, v)
	case key == "set" && n == 1 && p.column.Type == Instant && v.Kind == strict.YesNo:
		p.op = opUnset
		if v.Yes() {
			p.op = opSet
		}
		return true
	case key == "idle" && n == 1 && p.column.Type == Instant:
		t, err := civil.ParseTerm(v.String())
		if err != nil {
			r.ps.Addf(v.At, "%s", err)
		}
		p.op, p.term = opIdle, t
		return err == nil
	case (key == "at-least" || key == "at-most") && p.column.Type == Whole:
		return r.bound(p, key, v)
	}
	r.ps.Addf(pair.At, "“%s”不能这样用于 %s（%s）", pair.Key, p.column.Name, p.column.Label)
	return false
}

func (r *reader) bound(p *part, key string, v strict.Value) bool {
	n, ok := v.Whole()
	if !ok {
		r.ps.Addf(v.At, "应为整数")
		return false
	}
	p.op = opRange
	if key == "at-least" {
		p.least = &n
	} else {
		p.most = &n
	}
	if p.least != nil && p.most != nil && *p.least > *p.most {
		r.ps.Addf(v.At, "at-least 大于 at-most，没有符合的行")
		return false
	}
	return true
}

var verdicts = map[string]int64{"on-time": 1, "late": 0, "undecided": -1}

// values reads one value or a list of them, each of the column's type.
func (r *reader) values(p *part, v strict.Value) bool {
	items := []strict.Value{v}
	if v.Kind == strict.List {
		items = v.Items
	}
	if len(items) == 0 {
		r.ps.Addf(v.At, "列表是空的")
		return false
	}
	good := true
	for _, item := range items {
		good = r.single(p, r.resolve(item)) && good
	}
	return good
}

func (r *reader) single(p *part, v strict.Value) bool {
	if v.Kind == strict.List || v.Kind == strict.Mapping {
		r.ps.Addf(v.At, "应为单个值")
		return false
	}
	switch p.column.Type {
	case Text:
		p.texts = append(p.texts, v.Text)
		if r.also != nil {
			p.also = append(p.also, r.also(p.column.Name, v.Text)...)
		}
		return true
	case Flag:
		if v.Kind == strict.YesNo {
			p.numbers = append(p.numbers, map[bool]int64{true: 1}[v.Yes()])
			return true
		}
		r.ps.Addf(v.At, "%s（%s）应为 yes 或 no", p.column.Name, p.column.Label)
	case Verdict:
		if n, ok := verdicts[v.Text]; ok {
			p.numbers = append(p.numbers, n)
			return true
		}
		r.ps.Addf(v.At, "%s（%s）应为 on-time、late 或 undecided", p.column.Name, p.column.Label)
	case Whole:
		if n, ok := v.Whole(); ok {
			p.numbers = append(p.numbers, n)
			return true
		}
		r.ps.Addf(v.At, "%s（%s）应为整数", p.column.Name, p.column.Label)
	case Instant:
		r.ps.Addf(v.At, "%s（%s）只能用 set 或 idle", p.column.Name, p.column.Label)
	}
	return false
}

// resolve replaces $name by the parameter's value.
func (r *reader) resolve(v strict.Value) strict.Value {
	name, isParam := strings.CutPrefix(v.Text, "$")
	if !isParam || v.Kind != strict.Text {
		return v
	}
	text, ok := "", false
	if r.param != nil {
		text, ok = r.param(name)
	}
	if !ok {
		r.ps.Addf(v.At, "没有参数 %s", name)
		return v
	}
	v.Text = text
	switch {
	case slices.Contains([]string{"yes", "no"}, text):
		v.Kind = strict.YesNo
	case whole(text):
		v.Kind = strict.Number
	}
	return v
}

func whole(s string) bool {
	_, ok := strict.Value{Kind: strict.Number, Text: s}.Whole()
	return ok
}
