package pack

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/flow"
	"linli/internal/form"
)

func (r *reading) book(p part[bookSpec]) *Book {
	s := p.spec
	b := &Book{ID: s.Book, Name: s.Name, Flow: s.Flow, Flows: append([]string{s.Flow}, r.handled("flow", s.Flow)...), Basis: r.element(p.at(""), "book/"+s.Book, s.Name, s.Basis)}
	f, ok := r.booked(s.Flow)
	if !ok {
		r.bad(p.at("flow"), "没有流程或事项 %s", s.Flow)
	}
	for k, c := range s.Columns {
		if ok && !r.source(f, c.From) {
			r.bad(p.at(fmt.Sprintf("columns.%d.from", k)), "没有来源 %s", c.From)
		}
		b.Columns = append(b.Columns, BookColumn(c))
	}
	if ok && s.Public != nil {
		r.disclosure(p, b, f)
	}
	return b
}

// kept are what no book for everybody shows of a case: what people in office wrote for each other, and who wrote it.
var kept = []string{"case.body", "case.leader", "case.instruction", "case.recorder", "case.report"}

// disclosure reads from when on everybody may read a book, and refuses columns that are not everybody's.
func (r *reading) disclosure(p part[bookSpec], b *Book, f flow.Spec) {
	s := p.spec.Public
	b.Public = &Disclosure{From: s.From, Until: s.Until, Says: s.Says, Basis: r.element(p.at("public"), "book/"+b.ID+"#public", b.Name+"公示", s.Basis)}
	for _, v := range []flow.Verb{s.From, s.Until} {
		if _, has := f.Steps[v]; v != "" && !has && flow.Standard().Step(v) == nil {
			r.bad(p.at("public"), "流程 %s 没有步骤 %s", f.Flow, v)
		}
	}
	k := slices.IndexFunc(r.parts.forms, func(p part[formSpec]) bool { return p.spec.Form == f.Form })
	for i, c := range b.Columns {
		personal := k >= 0 && slices.ContainsFunc(r.parts.forms[k].spec.Fields, func(d form.Field) bool { return "form."+d.Name == c.From && d.Sensitive != "" })
		if c.Sensitive != "" || personal || slices.Contains(kept, c.From) {
			r.bad(p.at(fmt.Sprintf("columns.%d.from", i)), "公示的登记簿不能有 %s：涉及个人或内部意见", c.From)
		}
	}
}

// booked finds the flow whose cases a book shows. An item is a flow too: that of its own form, with the facts of its base.
func (r *reading) booked(id string) (flow.Spec, bool) {
	named := func(id string) (flow.Spec, bool) {
		i := slices.IndexFunc(r.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == id })
		if i < 0 {
			return flow.Spec{}, false
		}
		return r.parts.flows[i].spec, true
	}
	if f, ok := named(id); ok {
		return f, true
	}
	i := slices.IndexFunc(r.parts.items, func(p part[itemSpec]) bool { return p.spec.Item == id })
	if i < 0 {
		return flow.Spec{}, false
	}
	f, _ := named(r.parts.items[i].spec.Flow)
	f.Flow, f.Form = id, r.parts.items[i].spec.Form
	return f, true
}

// source reports whether a book column can take its text from there.
func (r *reading) source(f flow.Spec, from string) bool {
	kind, name, _ := strings.Cut(from, ".")
	switch kind {
	case "case":
		return slices.ContainsFunc(BookSources, func(o Option) bool { return o.Value == from })
	case "fact":
		return slices.ContainsFunc(f.Facts, func(d flow.FactSpec) bool { return d.Name == name })
	case "form":
		k := slices.IndexFunc(r.parts.forms, func(p part[formSpec]) bool { return p.spec.Form == f.Form })
		return k >= 0 && slices.ContainsFunc(r.parts.forms[k].spec.Fields, func(d form.Field) bool { return d.Name == name })
	}
	return false
}
