package flow

import (
	"fmt"
	"slices"
)

func (b *builder) states() {
	f := b.flow
	f.States = slices.Clone(standardStates)
	for i, s := range b.spec.States {
		if s.ID == "" || s.Name == "" {
			b.bad(fmt.Sprintf("states.%d", i), "状态须有 id 和 name")
		}
		f.States = append(f.States, StateDef(s))
	}
	f.states = map[State]*StateDef{}
	for i := range f.States {
		if f.states[f.States[i].ID] != nil {
			b.bad("states", "状态 %s 重复", f.States[i].ID)
		}
		f.states[f.States[i].ID] = &f.States[i]
	}
}

func (b *builder) steps() {
	f := b.flow
	f.steps = map[Verb]*Step{}
	for i := range standardSteps {
		s := standardSteps[i] // a copy
		if !s.Verb.Moves() && len(s.From) > 0 {
			s.From = slices.Concat(s.From, b.ownLive())
		}
		f.steps[s.Verb] = &s
		f.order = append(f.order, s.Verb)
	}
	if b.spec.Approval != nil {
		for i := range approvalSteps {
			s := approvalSteps[i]
			if f.steps[s.Verb] == nil {
				f.order = append(f.order, s.Verb)
			}
			f.steps[s.Verb] = &s
		}
	}
	if b.spec.Call != nil {
		for i := range callSteps {
			s := callSteps[i]
			f.steps[s.Verb] = &s
			f.order = append(f.order, s.Verb)
		}
	}
	var added []Verb
	for v := range b.spec.Steps {
		if f.steps[v] == nil {
			added = append(added, v)
			f.steps[v] = &Step{Verb: v}
		}
	}
	slices.Sort(added)
	f.order = append(f.order, added...)
	for v, s := range b.spec.Steps {
		b.overlay(f.steps[v], s, slices.Contains(added, v))
	}
	b.own()
}

// taken are the verbs of a desk to which others bring something. A flow whose desk does all of it itself has none of them, unless its
// pack speaks of one.
var taken = []Verb{Accept, Refuse, Ask, Convert}

func (b *builder) own() {
	if !b.spec.Own {
		return
	}
	if len(b.flow.Basis) == 0 {
		b.bad("own", "own 须有流程的依据条款（basis）")
		return
	}
	for _, v := range taken {
		if _, spoken := b.spec.Steps[v]; !spoken {
			st := b.flow.steps[v]
			st.Forbid, st.Basis = "这是本单位自己办的事", b.flow.Basis
		}
	}
}

// ownLive are the open states that the pack adds: whoever waits there may be urged and supervised, and the time there may run out.
func (b *builder) ownLive() []State {
	var list []State
	for _, s := range b.spec.States {
		if s.Open {
			list = append(list, s.ID)
		}
	}
	return list
}

// overlay lays what a pack says over a step; lists of needs, bars and the like grow, who and whence are replaced.
func (b *builder) overlay(st *Step, s StepSpec, added bool) {
	path := "steps." + string(st.Verb)
	if added && (s.Name == "" || len(s.By) == 0) {
		b.bad(path, "新增的步骤须有 name 和 by")
	}
	st.Basis = b.cites(path+".basis", s.Basis)
	if len(st.Basis) == 0 {
		b.bad(path, "步骤须载明依据条款（basis）")
	}
	if s.Name != "" {
		st.Name = s.Name
	}
	if len(s.From) > 0 {
		st.From = s.From
	}
	if s.To != "" {
		st.To = s.To
	}
	if len(s.By) > 0 {
		st.By = s.By
	}
	if s.When != "" {
		st.When = b.condition(path+".when", s.When)
	}
	b.only(path, st, s.Only)
	st.Most = max(st.Most, s.Most)
	st.Forbid = s.Forbid
	st.Needs = joined(st.Needs, s.Needs)
	st.Sets = joined(st.Sets, s.Sets)
	st.Never = joined(st.Never, s.Never)
	st.Apart = joined(st.Apart, s.Apart)
	st.Pays = joined(st.Pays, s.Pays)
	st.Bars = joined(st.Bars, s.Bars)
	st.Inform = joined(st.Inform, s.Inform)
	b.wait(path, st, s.Waits)
	if s.Agrees != "" {
		st.Agrees = b.condition(path+".agrees", s.Agrees)
	}
	st.Owes = slices.Clone(st.Owes)
	for i, d := range s.Owes {
		p := fmt.Sprintf("%s.owes.%d", path, i)
		debt := Debt{ID: d.ID, Name: d.Name, To: d.To, Basis: b.cites(p+".basis", d.Basis)}
		st.Owes = slices.DeleteFunc(st.Owes, func(x Debt) bool { return x.ID == d.ID })
		st.Owes = append(st.Owes, debt)
	}
	b.known(path, st)
}

func (b *builder) known(path string, st *Step) {
	for _, r := range slices.Concat(st.By, st.Inform) {
		b.role(path+".by", r)
	}
	for _, s := range append(slices.Clone(st.From), st.To) {
		if s != "" && s != Back && b.flow.states[s] == nil {
			b.bad(path, "没有状态 %s", s)
		}
	}
	for _, name := range st.Sets {
		d := b.flow.facts[name]
		if d == nil || slices.ContainsFunc(slices.Concat(standardFacts, callFacts), func(s Fact) bool { return s.Name == name }) {
			b.bad(path+".sets", "没有可填写的事实 %s", name)
		}
	}
	for _, v := range slices.Concat(st.Never, st.Apart) {
		if b.flow.steps[v] == nil {
			b.bad(path+".never", "没有步骤 %s", v)
		}
	}
	for _, n := range st.Needs {
		if !slices.Contains([]string{NeedWords, NeedUnit, NeedUnits, NeedLeader, NeedClause, NeedOutcome, NeedTerm, NeedCase, NeedFlow, NeedGrade, NeedVerdict, NeedStandard, NeedPosition, NeedPlaces}, n) {
			b.bad(path+".needs", "没有输入项 %s", n)
		}
	}
}

// joined returns base with the missing of more added; base is never written to.
func joined[T comparable](base, more []T) []T {
	out := slices.Clip(base)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// reach refuses a flow with a state nobody can come to.
func (b *builder) reach() {
	seen := map[State]bool{}
	for _, st := range b.flow.steps {
		if st.Forbid == "" {
			seen[st.To] = true
		}
	}
	for i, s := range b.spec.States {
		if !seen[s.ID] {
			b.bad(fmt.Sprintf("states.%d", i), "没有步骤进入状态 %s", s.ID)
		}
	}
}
