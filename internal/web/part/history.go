package part

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/web/ui"
)

// turning are the steps that a reader looks for first.
var turning = map[flow.Verb]bool{flow.Register: true, flow.Accept: true, flow.Dispatch: true, flow.Reply: true, flow.Close: true,
	flow.Refuse: true, flow.Instruct: true, flow.Reopen: true}

// history shows every step, the newest first.
func (f *Folder) history(ctx context.Context) []ui.Step {
	list := make([]ui.Step, 0, len(f.View.Steps))
	for _, s := range slices.Backward(f.View.Steps) {
		list = append(list, f.step(ctx, s))
	}
	return list
}

func (f *Folder) step(ctx context.Context, s casework.Step) ui.Step {
	out := ui.Step{At: s.At, What: f.what(ctx, s), Who: s.Name, Unit: f.town.Unit(s.Unit), Words: s.Words,
		Facts: f.particulars(ctx, s), Files: f.filesOf(s.Files), Key: turning[s.Verb]}
	if s.Verb == flow.Register { // what came in stands at the head of the page
		out.Files = nil
		if s.Words == f.Case.Title {
			out.Words = ""
		}
	}
	if out.Who == "" {
		out.Who = ui.T(ctx, "平台")
	}
	out.Clause = s.Clause
	if out.Clause.IsZero() {
		first, _, _ := strings.Cut(s.Basis, ",")
		if c, err := law.Parse(first); err == nil {
			out.Clause = c
		}
	}
	out.Gist = f.town.Gist(out.Clause)
	switch s.Verb {
	case flow.Lapse:
		out.Mark = ui.Red
	case flow.Ask:
		out.Mark = ui.Paused
	}
	return out
}

// what names a step with whom it went to.
func (f *Folder) what(ctx context.Context, s casework.Step) string {
	name := VerbName(ctx, f.Flow, s.Verb)
	switch {
	case s.Act.To != "":
		return name + " → " + f.town.Unit(s.Act.To)
	case s.Act.Leader != "":
		return name + " → " + f.names[s.Act.Leader]
	case s.Verb == flow.Convert:
		return name + " → " + f.town.FlowName(s.Act.Flow, s.At)
	}
	return name
}

// particulars lists what a step said besides its words.
func (f *Folder) particulars(ctx context.Context, s casework.Step) []ui.Pair {
	var list []ui.Pair
	add := func(name, text string) {
		if text != "" {
			list = append(list, ui.Pair{Name: name, Text: text})
		}
	}
	a := s.Act
	units := make([]string, len(a.With))
	for i, u := range a.With {
		units[i] = f.town.Unit(u)
	}
	add(ui.T(ctx, "协办"), strings.Join(units, "、"))
	add(ui.T(ctx, "期限"), termWords(a.Term))
	add(ui.T(ctx, "结果"), OutcomeName(ctx, a.Outcome))
	if a.Grade > 0 {
		add(ui.T(ctx, "评价"), GradeName(ctx, a.Grade))
	}
	for _, l := range f.Links {
		if a.Case == l.ID.String() {
			list = append(list, ui.Pair{Name: ui.T(ctx, "另一办件"), Text: l.Number + " " + l.Title, Href: CaseHref(l.ID)})
		}
	}
	for _, d := range f.Flow.Facts {
		if v, said := a.Sets[d.Name]; said {
			add(ui.T(ctx, d.Label), factText(ctx, &d, v))
		}
	}
	if s.From != s.To && s.To != "" && s.Verb != flow.Register {
		add(ui.T(ctx, "状态"), StateName(ctx, f.Flow, s.To))
	}
	return list
}

// filesOf lists attachments by their hashes, comma-separated.
func (f *Folder) filesOf(hashes string) []ui.File {
	var list []ui.File
	for h := range strings.SplitSeq(hashes, ",") {
		if l, ok := f.files[h]; ok {
			list = append(list, ui.File{Name: l.Name, Href: FileHref(f.Case.ID, h), Size: l.Size, Type: l.Type})
		}
	}
	return list
}

// FactText writes a fact of a flow as people read it; "" for one that the flow lacks or nobody set.
func FactText(ctx context.Context, f *flow.Flow, name string, v any) string {
	if f == nil || f.Fact(name) == nil {
		return ""
	}
	return factText(ctx, f.Fact(name), v)
}

// factText writes what a fact was set to.
func factText(ctx context.Context, d *flow.Fact, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return ui.T(ctx, "是")
		}
		return ui.T(ctx, "否")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return strconv.Itoa(v)
	case string:
		if d.Kind == "term" {
			return termWords(v)
		}
		for _, o := range d.Options {
			if o.Value == v {
				return ui.T(ctx, o.Label)
			}
		}
		return v
	}
	return ""
}

func termWords(term string) string {
	t, err := civil.ParseTerm(term)
	if err != nil {
		return ""
	}
	return t.Words()
}

// OutcomeName is how a case ended, in words.
func OutcomeName(ctx context.Context, value string) string {
	for _, o := range slices.Concat(flow.Outcomes, flow.Decisions) {
		if o.Value == value {
			return ui.T(ctx, o.Label)
		}
	}
	return ""
}

// grades are the words for 1 to 5.
var grades = [...]string{1: ui.N("很不满意"), 2: ui.N("不满意"), 3: ui.N("基本满意"), 4: ui.N("满意"), 5: ui.N("非常满意")}

// GradeName is what a grade from 1 to 5 is called.
func GradeName(ctx context.Context, grade int) string {
	if grade < 1 || grade >= len(grades) {
		return ""
	}
	return ui.T(ctx, grades[grade])
}
