package pack

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/rule"
)

// form prepares a form and enters it with each field that names a clause.
func (r *reading) form(p part[formSpec], on civil.Date) *form.Form {
	s := p.spec
	f := &form.Form{ID: s.Form, Title: s.Title, Fields: slices.Clone(s.Fields)}
	for i := range f.Fields {
		d := &f.Fields[i]
		d.Hint = r.resolve(p.at(fmt.Sprintf("fields.%d.hint", i)), d.Hint, on)
		d.When = r.expand(p.at(fmt.Sprintf("fields.%d.when", i)), d.When, on)
	}
	err := f.Prepare(rule.Source{Document: r.pack.Document.ID, At: func(path ...any) rule.At {
		words := make([]string, len(path))
		for i, w := range path {
			words[i] = fmt.Sprint(w)
		}
		return p.at(strings.Join(words, "."))
	}}, nil)
	r.ps.Add(p.at(""), err)
	r.element(p.at(""), "form/"+s.Form, s.Title, s.Basis)
	for i, d := range f.Fields {
		r.sourceAt(p.at(fmt.Sprintf("fields.%d.from", i)), d.From)
		if d.Basis != "" {
			r.enter(Element{ID: "form/" + s.Form + "#" + d.Name, Name: d.Label, Basis: []law.Clause{d.Clause()}, Place: p.at(fmt.Sprintf("fields.%d", i))})
		}
	}
	if err != nil {
		return nil
	}
	return f
}

func (r *reading) flow(p part[flow.Spec], on civil.Date) *flow.Flow {
	f, problems := flow.Build(p.spec, flow.Origin{Document: r.pack.Document.ID, Param: r.param(on), At: p.at})
	for _, q := range problems {
		at := p.at(q.Path)
		if q.At.Line > 0 {
			at = q.At
		}
		r.bad(at, "%s", q.Message)
	}
	if f == nil {
		return nil
	}
	id := "flow/" + f.ID
	enter := func(path, sub, name string, basis []law.Clause) {
		full := id
		if sub != "" {
			full += "#" + sub
		}
		r.enter(Element{ID: full, Name: name, Basis: basis, Place: p.at(path)})
	}
	enter("", "", f.Name, f.Basis)
	for v, s := range p.spec.Steps {
		path := "steps." + string(v)
		enter(path, "step."+string(v), f.Step(v).Name, f.Step(v).Basis)
		for i, o := range s.Owes {
			at := fmt.Sprintf("%s.owes.%d", path, i)
			enter(at, "owes."+o.ID, o.Name, r.cites(p.at(at), o.Basis))
		}
	}
	for i, c := range f.Clocks {
		enter(fmt.Sprintf("clocks.%d", i), "clock."+c.ID, c.Name, c.Basis)
	}
	for i, d := range f.Dues {
		enter(fmt.Sprintf("dues.%d", i), "due."+d.ID, d.Name, d.Basis)
	}
	for i, d := range f.Facts {
		enter(fmt.Sprintf("facts.%d", i), "fact."+d.Name, d.Label, d.Basis)
	}
	if s := p.spec.Ladder; s != nil {
		enter("ladder", "ladder", "呈批层级", r.cites(p.at("ladder.basis"), s.Basis))
		r.ladder(p, f)
	}
	if f.Approval != nil {
		enter("approval", "approval", "审批", f.Approval.Basis)
		for i, part := range f.Approval.Parts {
			enter(fmt.Sprintf("approval.parts.%d", i), "part."+part.Office, part.Name, part.Basis)
		}
	}
	if f.Call != nil {
		enter("call", "call", "吹哨报到", f.Call.Basis)
	}
	for i, o := range f.Opens {
		enter(fmt.Sprintf("opens.%d", i), "opens."+o.Flow, o.Title, o.Basis)
	}
	for i, o := range f.OpenedBy {
		enter(fmt.Sprintf("opened-by.%d", i), fmt.Sprintf("opened-by.%d", i+1), o.Title, o.Basis)
	}
	if p.spec.Extension != nil {
		enter("extension", "extension", "延期规则", f.Extend.Basis)
	}
	r.flowOffices(p)
	return f
}

func (r *reading) ladder(p part[flow.Spec], f *flow.Flow) {
	rank := -1
	for i, id := range f.Ladder {
		at := p.at(fmt.Sprintf("ladder.posts.%d", i))
		switch post := r.pack.Post(id); {
		case post == nil:
			r.bad(at, "没有职务 %s", id)
		case post.Rank <= rank:
			r.bad(at, "呈批层级须由低到高")
		default:
			rank = post.Rank
		}
	}
}

func (r *reading) flowOffices(p part[flow.Spec]) {
	for role, list := range p.spec.Offices {
		for _, id := range list {
			if r.pack.Office(id) == nil {
				r.bad(p.at("offices."+string(role)), "没有机构 %s", id)
			}
		}
	}
	if a := p.spec.Approval; a != nil {
		named := []string{a.Lead}
		for _, part := range a.Parts {
			named = append(named, part.Office)
		}
		for _, id := range named {
			if r.pack.Office(id) == nil {
				r.bad(p.at("approval"), "没有机构 %s", id)
			}
		}
	}
	if p.spec.Form != "" && !slices.ContainsFunc(r.parts.forms, func(f part[formSpec]) bool { return f.spec.Form == p.spec.Form }) {
		r.bad(p.at("form"), "没有表单 %s", p.spec.Form)
	}
}
