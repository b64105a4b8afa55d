package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"linli/internal/rule"
)

// Prepare checks the form and compiles its conditions. outer are facts besides the form's own that conditions may
// use; Check must then be given them. The error is a rule.Problems with everything wrong in the form.
func (f *Form) Prepare(src rule.Source, outer map[string]rule.Type) error {
	p := &preparation{src: src}
	if f.ID == "" {
		p.addf(src.Place("form"), "表单没有编号")
	}
	if len(f.Fields) == 0 {
		p.addf(src.Place("fields"), "表单没有栏目")
	}
	env, err := rule.NewEnv(outer)
	p.problems.Add(src.Place(), err)
	seen := make(map[string]bool)
	for i := range f.Fields {
		field := &f.Fields[i]
		p.field, p.path = field, []any{"fields", i}
		if seen[field.Name] {
			p.at("name", "栏目名“%s”重复", field.Name)
			continue
		}
		seen[field.Name] = true
		p.check(env)
		if t := field.FactType(); env != nil && !t.IsZero() {
			next, err := env.With(map[string]rule.Type{field.Name: t})
			if err != nil {
				p.at("name", "%s", err)
				continue
			}
			env = next
		}
	}
	f.env, f.ready = env, len(p.problems) == 0
	return p.problems.Err()
}

type preparation struct {
	src      rule.Source
	field    *Field
	path     []any
	problems rule.Problems
}

func (p *preparation) addf(at rule.At, format string, args ...any) {
	p.problems.Addf(at, format, args...)
}

func (p *preparation) place(key string) rule.At {
	return p.src.Place(append(slices.Clone(p.path), key)...)
}

func (p *preparation) at(key, format string, args ...any) { p.addf(p.place(key), format, args...) }

// check examines p.field; env knows the fields before it.
func (p *preparation) check(env *rule.Env) {
	f := p.field
	if f.Label == "" {
		p.at("label", "栏目“%s”没有名称（label）", f.Name)
	}
	if f.kind = kinds[f.Kind]; f.kind == nil {
		p.at("kind", "没有栏目种类“%s”，可用：%s", f.Kind, strings.Join(Kinds(), " "))
		return
	}
	p.options()
	p.limits()
	if f.Pattern != "" {
		p.pattern()
	}
	if !slices.Contains([]string{"", "masked", "hidden"}, f.Sensitive) {
		p.at("sensitive", "sensitive 应为 masked 或 hidden")
	}
	if f.Basis != "" {
		var err error
		f.clause, err = p.src.Clause(f.Basis)
		p.problems.Add(p.place("basis"), err)
	}
	if f.When != "" && env != nil {
		var err error
		f.when, err = env.Condition(f.When, p.place("when"))
		p.problems.Add(p.place("when"), err)
	}
}

func (p *preparation) options() {
	f := p.field
	if f.kind.options != (len(f.Options) > 0) {
		if f.kind.options {
			p.at("options", "栏目“%s”没有选项", f.Name)
		} else {
			p.at("options", "种类 %s 不能有选项", f.Kind)
		}
	}
	seen := make(map[string]bool)
	for _, o := range f.Options {
		if o.Value == "" || strings.ContainsAny(o.Value, "\n\r") || len([]rune(o.Value)) > rule.MaxItem {
			p.at("options", "选项“%s”的值为空、含换行或过长", o.Value)
		}
		if seen[o.Value] {
			p.at("options", "选项“%s”重复", o.Value)
		}
		seen[o.Value] = true
	}
}

func (p *preparation) limits() {
	f := p.field
	top := f.kind.max
	if f.Kind == "choices" {
		top = len(f.Options)
	}
	switch {
	case f.Max < 0 || f.Min < 0:
		p.at("max", "max 与 min 不能为负")
	case (f.Max > 0 || f.Min > 0) && !f.kind.counted:
		p.at("max", "种类 %s 没有长度，不能写 max 或 min", f.Kind)
	case f.Max > top:
		p.at("max", "max 最大为 %d", top)
	case f.Max > 0 && f.Min > f.Max || f.Min > top:
		p.at("min", "min 大于 max")
	}
	for _, b := range []struct {
		key, text string
		to        *any
	}{{"least", f.Least, &f.least}, {"most", f.Most, &f.most}} {
		if b.text == "" {
			continue
		}
		if f.kind.compare == nil {
			p.at(b.key, "种类 %s 没有大小，不能写 least 或 most", f.Kind)
			continue
		}
		v, bad := f.kind.read(f, b.text)
		if bad != nil {
			p.at(b.key, "“%s”：%s", b.text, bad.message())
			continue
		}
		*b.to = v
	}
	if f.least != nil && f.most != nil && f.kind.compare(f.least, f.most) > 0 {
		p.at("least", "least 大于 most")
	}
}

func (p *preparation) pattern() {
	f := p.field
	if f.kind.fact.String() != rule.Text.String() || f.kind.options {
		p.at("pattern", "种类 %s 不能写 pattern", f.Kind)
		return
	}
	re, err := regexp.Compile(`\A(?:` + f.Pattern + `)\z`)
	if err != nil {
		p.at("pattern", "正则表达式有误：%s", fmt.Sprint(err))
		return
	}
	if f.Hint == "" {
		p.at("pattern", "写了 pattern 的栏目要有 hint，好让人知道该怎么填")
	}
	f.pattern = re
}
