package api

import (
	"context"
	"net/http"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
)

// A FlowLine is a flow in the list.
type FlowLine struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Document string `json:"document"`
	Channel  string `json:"channel"`
}

// A Flow is what may happen to a case of one channel.
type Flow struct {
	FlowLine
	States []State   `json:"states"`
	Steps  []StepDef `json:"steps"`
	Facts  []Fact    `json:"facts"`
	Clocks []Clock   `json:"clocks"`
	Basis  []string  `json:"basis"`
	Form   *Form     `json:"form,omitempty"`
}

// A State is where a case may stand.
type State struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Open bool   `json:"open" doc:"还有人要办"`
}

// A StepDef says who may take a step, from where, and what it needs.
type StepDef struct {
	Verb   string   `json:"verb"`
	Name   string   `json:"name"`
	From   []string `json:"from" doc:"空：任何状态"`
	To     string   `json:"to,omitempty" doc:"空：状态不变；<：回到等待之前"`
	By     []string `json:"by"`
	Needs  []string `json:"needs" doc:"words unit units leader clause outcome term case flow grade"`
	Sets   []string `json:"sets"`
	Never  []string `json:"never" doc:"做过其中之一的人不能做这一步"`
	Forbid string   `json:"forbid,omitempty" doc:"文件不允许这一步的理由"`
	Basis  []string `json:"basis"`
}

// A Fact is what a step may record.
type Fact struct {
	Name    string   `json:"name"`
	Label   string   `json:"label"`
	Kind    string   `json:"kind" enum:"choice,number,bool,text"`
	Options []Option `json:"options"`
	Hint    string   `json:"hint,omitempty"`
	Basis   []string `json:"basis"`
}

// An Option is one value of a choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// A Clock is a term that runs between steps.
type Clock struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	When   string   `json:"when,omitempty"`
	From   string   `json:"from"`
	Until  []string `json:"until"`
	Target string   `json:"target,omitempty"`
	Limit  string   `json:"limit,omitempty"`
	Basis  []string `json:"basis"`
}

// A Form is what is asked when a case is registered.
type Form struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Fields []Field `json:"fields"`
}

// A Field is one question.
type Field struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Kind      string   `json:"kind"`
	Required  bool     `json:"required"`
	Options   []Option `json:"options"`
	Max       int      `json:"max,omitempty"`
	Pattern   string   `json:"pattern,omitempty"`
	Hint      string   `json:"hint,omitempty"`
	Sensitive string   `json:"sensitive,omitempty"`
	When      string   `json:"when,omitempty" doc:"只有条件成立才问"`
	Basis     string   `json:"basis,omitempty"`
}

type flowInput struct {
	Flow string `path:"flow" maxLength:"100"`
}

func (a *API) registerFlows() {
	add(a, operation{method: http.MethodGet, path: "/flows", id: "listFlows", tag: "流程", title: "现行的受理渠道", scope: anyone}, a.flows)
	add(a, operation{method: http.MethodGet, path: "/flows/{flow}", id: "getFlow", tag: "流程", title: "一个渠道的状态、步骤、时限和表单", scope: anyone}, a.flow)
}

func (a *API) flows(ctx context.Context, _ *struct{}) (*out[List[FlowLine]], error) {
	var list []*flow.Flow
	err := a.read(ctx, func(tx *db.Tx) error { list = a.Cases.Flows(tx.Now()); return nil })
	if err != nil {
		return nil, err
	}
	return all(each(list, flowLine)), nil
}

func (a *API) flow(ctx context.Context, in *flowInput) (*out[Flow], error) {
	var f *flow.Flow
	var asked *form.Form
	err := a.read(ctx, func(tx *db.Tx) error {
		for _, x := range a.Cases.Flows(tx.Now()) {
			if x.ID == in.Flow {
				f, asked = x, a.Cases.Form(x.ID, tx.Now())
				return nil
			}
		}
		return fault.NotFound("没有“%s”这个渠道", in.Flow)
	})
	if err != nil {
		return nil, err
	}
	return &out[Flow]{flowOf(f, asked)}, nil
}

func flowLine(f *flow.Flow) FlowLine { return FlowLine{f.ID, f.Name, f.Document, f.Channel} }

func flowOf(f *flow.Flow, asked *form.Form) Flow {
	x := Flow{FlowLine: flowLine(f), Basis: cites(f.Basis), Steps: each(f.Steps(), stepDef), Facts: each(f.Facts, factOf),
		Clocks: each(f.Clocks, clockDef), States: each(f.States, func(s flow.StateDef) State { return State{string(s.ID), s.Name, s.Open} })}
	if asked != nil {
		x.Form = &Form{asked.ID, asked.Title, each(asked.Fields, fieldOf)}
	}
	return x
}

func stepDef(s *flow.Step) StepDef {
	return StepDef{Verb: string(s.Verb), Name: s.Name, From: texts(s.From), To: string(s.To), By: texts(s.By), Needs: listed(s.Needs),
		Sets: listed(s.Sets), Never: texts(s.Never), Forbid: s.Forbid, Basis: cites(s.Basis)}
}

func factOf(f flow.Fact) Fact {
	return Fact{f.Name, f.Label, f.Kind, each(f.Options, func(o flow.Option) Option { return Option{o.Value, o.Label} }), f.Hint, cites(f.Basis)}
}

func clockDef(c flow.Clock) Clock {
	x := Clock{ID: c.ID, Name: c.Name, From: string(c.From), Until: texts(c.Until), Target: c.Target.String(), Limit: c.Limit.String(),
		Basis: cites(c.Basis)}
	if c.When != nil {
		x.When = c.When.Source
	}
	return x
}

func fieldOf(f form.Field) Field {
	return Field{f.Name, f.Label, f.Kind, f.Required, each(f.Options, func(o form.Option) Option { return Option{o.Value, o.Label} }),
		f.Max, f.Pattern, f.Hint, f.Sensitive, f.When, f.Basis}
}

func cites(list []law.Clause) []string { return each(list, law.Clause.String) }

func texts[T ~string](list []T) []string { return each(list, func(v T) string { return string(v) }) }
