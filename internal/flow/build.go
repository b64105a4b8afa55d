package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Problem is something wrong with a Spec, at a path like "steps.dispatch.when" that the loader turns into a line.
// An expression knows more exactly where it went wrong: then At is set.
type Problem struct {
	Path    string
	Message string
	At      rule.At
}

// An Origin tells Build where a Spec comes from.
type Origin struct {
	Document string
	Param    func(name string) (value string, ok bool) // values of $name; nil: none
	At       func(path string) rule.At                 // position of a path in the pack file; nil: unknown
}

// Build lays a Spec over the standard flow and checks the whole. The Flow is nil when there are problems.
func Build(spec Spec, o Origin) (*Flow, []Problem) {
	b := &builder{origin: o, spec: &spec}
	f := &Flow{ID: spec.Flow, Name: spec.Name, Document: o.Document, Channel: spec.Channel, About: spec.About, Form: spec.Form,
		Basis: b.cites("basis", spec.Basis), Offices: map[Role][]string{}}
	f.Number = b.text("number", spec.Number)
	b.flow = f
	for r, ids := range spec.Offices {
		b.role("offices."+string(r), r)
		f.Offices[r] = ids
	}
	if spec.Flow == "" {
		b.bad("flow", "流程须有编号（flow）")
	}
	b.days()
	b.states()
	b.facts()
	b.env()
	b.steps()
	b.clocks()
	b.extension()
	b.dues()
	b.ladder()
	b.approval()
	b.openings()
	b.reach()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return f, nil
}

// Standard returns the standard flow with nothing added, for tests and for showing what every flow has.
func Standard() *Flow {
	f, problems := Build(Spec{Flow: "standard", Name: "通用流程", Channel: "any"}, Origin{})
	if len(problems) > 0 {
		panic(fmt.Sprint("flow: standard flow does not build: ", problems))
	}
	return f
}

type builder struct {
	origin   Origin
	spec     *Spec
	flow     *Flow
	rules    *rule.Env
	problems []Problem
}

func (b *builder) bad(path, format string, args ...any) {
	b.problems = append(b.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// text resolves $param.
func (b *builder) text(path, s string) string {
	name, isParam := strings.CutPrefix(s, "$")
	if !isParam {
		return s
	}
	if b.origin.Param != nil {
		if v, ok := b.origin.Param(name); ok {
			return v
		}
	}
	b.bad(path, "没有参数 %s", name)
	return ""
}

func (b *builder) cites(path string, list List) []law.Clause {
	out := make([]law.Clause, 0, len(list))
	for _, s := range list {
		if !strings.Contains(s, "#") {
			s = b.origin.Document + "#" + s
		}
		c, err := law.Parse(s)
		if err != nil {
			b.bad(path, "条款写法不对：%s", s)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (b *builder) term(path, s string) civil.Term {
	s = b.text(path, s)
	if s == "" {
		return civil.Term{}
	}
	t, err := civil.ParseTerm(s)
	if err != nil {
		b.bad(path, "期限写法不对：%s", s)
	}
	return t
}

func (b *builder) role(path string, r Role) {
	for _, known := range Roles {
		if known.Role == r {
			return
		}
	}
	b.bad(path, "没有角色 %s", r)
}

func (b *builder) days() {
	switch v := b.text("days", b.spec.Days); v {
	case "", "calendar":
	case "working":
		b.flow.WorkingDays = true
	default:
		b.bad("days", "days 只能是 calendar 或 working，不能是 %s", v)
	}
}

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

func (b *builder) facts() {
	f := b.flow
	f.facts = map[string]*Fact{}
	for i, s := range b.spec.Facts {
		path := fmt.Sprintf("facts.%d", i)
		d := Fact{Name: s.Name, Label: s.Label, Kind: s.Kind, Default: s.Default,
			Hint: b.text(path+".hint", s.Hint), Basis: b.cites(path+".basis", s.Basis)}
		for _, o := range s.Options {
			d.Options = append(d.Options, Option(o))
		}
		if text, isText := s.Default.(string); isText {
			d.Default = b.text(path+".default", text)
			if d.Kind == "number" {
				n, err := strconv.Atoi(d.Default.(string))
				if err != nil {
					b.bad(path+".default", "应为整数")
				}
				d.Default = n
			}
		}
		switch {
		case s.Name == "" || s.Label == "":
			b.bad(path, "事实须有 name 和 label")
		case !slices.Contains([]string{"choice", "number", "bool", "text"}, s.Kind):
			b.bad(path+".kind", "kind 只能是 choice、number、bool、text")
		case s.Kind == "choice" && len(s.Options) < 2:
			b.bad(path+".options", "选项至少两个")
		}
		f.Facts = append(f.Facts, d)
	}
	for i := range f.Facts {
		f.facts[f.Facts[i].Name] = &f.Facts[i]
	}
	for i := range standardFacts {
		if f.facts[standardFacts[i].Name] != nil {
			b.bad("facts", "事实 %s 由平台提供，不能另设", standardFacts[i].Name)
		}
		f.facts[standardFacts[i].Name] = &standardFacts[i]
	}
}

func (b *builder) steps() {
	f := b.flow
	f.steps = map[Verb]*Step{}
	for i := range standardSteps {
		s := standardSteps[i] // a copy
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
	st.Pays = joined(st.Pays, s.Pays)
	st.Bars = joined(st.Bars, s.Bars)
	st.Inform = joined(st.Inform, s.Inform)
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
		if d == nil || slices.ContainsFunc(standardFacts, func(s Fact) bool { return s.Name == name }) {
			b.bad(path+".sets", "没有可填写的事实 %s", name)
		}
	}
	for _, v := range st.Never {
		if b.flow.steps[v] == nil {
			b.bad(path+".never", "没有步骤 %s", v)
		}
	}
	for _, n := range st.Needs {
		if !slices.Contains([]string{NeedWords, NeedUnit, NeedUnits, NeedLeader, NeedClause, NeedOutcome, NeedTerm, NeedCase, NeedFlow, NeedGrade, NeedVerdict}, n) {
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

func (b *builder) clocks() {
	for i, c := range b.spec.Clocks {
		path := fmt.Sprintf("clocks.%d", i)
		k := Clock{ID: c.ID, Name: c.Name, From: Verb(b.text(path+".from", c.From)), Fixed: c.Fixed,
			Target: b.term(path+".target", c.Target), Limit: b.term(path+".limit", c.Limit), Basis: b.cites(path+".basis", c.Basis)}
		if c.PausesIn == nil {
			k.PausesIn = []State{Waiting}
		}
		for _, s := range c.PausesIn {
			if s := State(b.text(path+".pauses-in", string(s))); s != "none" {
				k.PausesIn = append(k.PausesIn, s)
			}
		}
		for _, u := range c.Until {
			k.Until = append(k.Until, Verb(u))
		}
		if c.When != "" {
			k.When = b.condition(path+".when", c.When)
		}
		b.clock(path, &k)
		b.flow.Clocks = append(b.flow.Clocks, k)
	}
}

func (b *builder) clock(path string, k *Clock) {
	switch {
	case k.ID == "" || k.Name == "":
		b.bad(path, "时限须有 id 和 name")
	case slices.ContainsFunc(b.flow.Clocks, func(c Clock) bool { return c.ID == k.ID }):
		b.bad(path+".id", "时限 %s 重复", k.ID)
	case len(k.Basis) == 0:
		b.bad(path, "时限须载明依据条款（basis）")
	case k.Target.IsZero() && k.Limit.IsZero():
		b.bad(path, "时限须有 target 或 limit")
	case len(k.Until) == 0:
		b.bad(path, "时限须写明止于哪一步（until）")
	}
	for _, v := range append([]Verb{k.From}, k.Until...) {
		if b.flow.steps[v] == nil {
			b.bad(path, "没有步骤 %s", v)
		}
	}
	for _, s := range k.PausesIn {
		if b.flow.states[s] == nil {
			b.bad(path+".pauses-in", "没有状态 %s", s)
		}
	}
}

func (b *builder) extension() {
	e := b.spec.Extension
	if e == nil {
		b.flow.Extend = Extension{Most: 1}
		return
	}
	n, err := strconv.Atoi(b.text("extension.most", e.Most))
	if err != nil || n < 0 {
		b.bad("extension.most", "应为不小于零的整数")
	}
	b.flow.Extend = Extension{Most: n, Cap: b.term("extension.cap", e.Cap), Basis: b.cites("extension.basis", e.Basis)}
}

func (b *builder) dues() {
	for i, d := range b.spec.Dues {
		path := fmt.Sprintf("dues.%d", i)
		due := Due{Debt: Debt{ID: d.ID, Name: d.Name, To: d.To, Basis: b.cites(path+".basis", d.Basis)},
			Paid: d.Paid, Bars: d.Bars, Term: b.term(path+".term", d.Term)}
		if d.ID == "" || d.Name == "" || d.When == "" || len(d.Paid) == 0 || len(due.Basis) == 0 {
			b.bad(path, "应办义务须有 id、name、when、paid-by 和 basis")
			continue
		}
		due.When = b.condition(path+".when", d.When)
		for _, v := range slices.Concat(d.Paid, d.Bars) {
			if b.flow.steps[v] == nil {
				b.bad(path, "没有步骤 %s", v)
			}
		}
		b.flow.Dues = append(b.flow.Dues, due)
	}
}

func (b *builder) ladder() {
	l := b.spec.Ladder
	if l == nil {
		return
	}
	b.flow.Ladder = l.Posts
	switch v := b.text("ladder.stepwise", l.Stepwise); v {
	case "", "no":
	case "yes":
		b.flow.Stepwise = true
	default:
		b.bad("ladder.stepwise", "只能是 yes 或 no，不能是 %s", v)
	}
	if len(l.Posts) == 0 || len(b.cites("ladder.basis", l.Basis)) == 0 {
		b.bad("ladder", "呈批层级须有 posts 和 basis")
	}
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

func itoa(i int) string { return strconv.Itoa(i) }
