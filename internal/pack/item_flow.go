package pack

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
)

// TermClock is the clock of an item's flow that measures its term.
const TermClock = "term"

// ItemChannel is the channel of an item whose base flow names none.
const ItemChannel = "service"

// itemFlow makes the flow of an item: its base, with the item's term as first clock and its offices as approval.
func (r *reading) itemFlow(p part[itemSpec], i *Item, on civil.Date) *flow.Flow {
	spec := flow.Spec{Channel: ItemChannel}
	if k := slices.IndexFunc(r.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == i.Base }); k >= 0 && i.Base != "" {
		spec = r.parts.flows[k].spec
	}
	if slices.ContainsFunc(r.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == i.ID }) {
		r.bad(p.at("item"), "已有流程 %s，事项不能同名", i.ID)
		return nil
	}
	spec.Flow, spec.Name, spec.Form = i.ID, i.Name, i.Form
	if len(spec.Basis) == 0 {
		spec.Basis = clauseTexts(i.Basis)
	}
	spec.Offices = i.offices(spec.Offices)
	spec.Clocks = slices.Insert(slices.DeleteFunc(slices.Clone(spec.Clocks), func(c flow.ClockSpec) bool { return c.ID == TermClock }), 0,
		flow.ClockSpec{ID: TermClock, Name: "办理时限", From: string(i.Term.From), Until: flow.List{string(flow.Reply)},
			Target: i.Term.Promised.String(), Limit: i.Term.Legal.String(), Basis: clauseTexts(i.Term.Basis)})
	spec.Approval = i.approval()
	f, problems := flow.Build(spec, flow.Origin{Document: r.pack.Document.ID, Param: r.param(on)})
	for _, q := range problems {
		r.bad(p.at("item"), "事项的流程：%s：%s", q.Path, q.Message)
	}
	if f != nil {
		f.Base = i.Base
	}
	return f
}

func (i *Item) offices(base map[flow.Role]flow.List) map[flow.Role]flow.List {
	out := map[flow.Role]flow.List{}
	for role, list := range base {
		out[role] = list
	}
	if len(i.Desk) > 0 {
		out[flow.Desk] = i.Desk
	} else if len(out[flow.Desk]) == 0 {
		out[flow.Desk] = flow.List{i.Decides}
	}
	out[flow.Lead] = flow.List{i.Decides}
	var joint flow.List
	for _, j := range i.Joint {
		joint = append(joint, j.Office)
	}
	if len(joint) > 0 {
		out[flow.Helper] = joint
	}
	return out
}

func (i *Item) approval() *flow.ApprovalSpec {
	a := &flow.ApprovalSpec{Lead: i.Decides, Basis: clauseTexts(i.Basis)}
	for _, j := range i.Joint {
		a.Parts = append(a.Parts, flow.ApprovalPartSpec{Office: j.Office, Name: j.Does, Term: j.Term.String(), After: j.After,
			Shared: j.when != nil, Basis: clauseTexts(j.Basis)})
	}
	return a
}

func clauseTexts(list []law.Clause) flow.List {
	out := make(flow.List, len(list))
	for i, c := range list {
		out[i] = c.String()
	}
	return out
}
