package proof

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/pack/strict"
)

// story is one case example while it is told.
type story struct {
	*Result
	law  civil.Law
	ed   *pack.Edition
	flow *flow.Flow
	now  flow.Situation
	path string
}

func tryCase(r *Result, l civil.Law) {
	x := r.Example.Case
	if len(x.Steps) == 0 {
		r.bad("case.steps", "至少要有一步")
		return
	}
	first := r.instant("case.steps.0.at", x.Steps[0].At)
	s := &story{Result: r, law: l, ed: r.edition(civil.DateOf(first, civil.Shanghai))}
	if s.flow = s.ed.Flow(x.Flow); s.flow == nil {
		r.bad("case.flow", "没有流程 %s", x.Flow)
		return
	}
	before := time.Time{}
	for i := range x.Steps {
		s.path = "case.steps." + itoa(i)
		at := r.instant(s.path+".at", x.Steps[i].At)
		if at.Before(before) {
			r.bad(s.path+".at", "时间早于上一步")
		}
		before = at
		s.step(&x.Steps[i], at)
		if !r.Passed() {
			return // what follows would only repeat the first difference
		}
	}
}

func (s *story) step(x *pack.StepExample, at time.Time) {
	var effect flow.Effect
	var err error
	if x.Does != "" {
		s.touch("flow/" + s.flow.ID)
		s.begun()
		effect, err = s.act(x, at)
		s.touched(x.Does, effect, err)
	}
	want := x.Expect
	if want == nil {
		want = &pack.Expect{}
	}
	if s.judge(want, err) {
		s.expect(want, effect, at)
	}
}

func (s *story) act(x *pack.StepExample, at time.Time) (flow.Effect, error) {
	a := flow.Act{Verb: x.Does, At: at, Words: x.Words, To: x.To, With: x.With, Leader: x.Leader, Post: x.Post, Term: x.Term,
		Outcome: x.Outcome, Case: x.Case, Flow: x.Flow, Grade: x.Grade, Verdict: x.Verdict, Standard: x.Row, Spot: x.Spot, Also: x.Also}
	for _, c := range x.Cites {
		a.Cites = append(a.Cites, s.clause(c))
	}
	a.Shares = shares(x)
	s.actor(x, &a)
	if x.Clause != "" {
		a.Clause = s.clause(x.Clause)
	}
	for name, v := range x.Sets {
		if a.Sets == nil {
			a.Sets = map[string]any{}
		}
		a.Sets[name] = v.Plain()
		if d := s.flow.Fact(name); d != nil && d.Kind != "bool" && v.Kind == strict.YesNo {
			a.Sets[name] = v.Text
		}
	}
	if x.Form != nil {
		s.form(x.Form)
	}
	if x.Does == flow.Convert {
		return s.convert(a)
	}
	n, e, err := s.flow.Apply(s.law, s.now, a)
	if err == nil {
		s.now = n
	}
	return e, err
}

func (s *story) convert(a flow.Act) (flow.Effect, error) {
	to := s.ed.Flow(a.Flow)
	if to == nil {
		return flow.Effect{}, fault.Invalid("flow", "没有流程 %s", a.Flow)
	}
	n, e, err := s.flow.Convert(s.law, s.now, a, to)
	if err == nil {
		s.touch("flow/" + to.ID)
		s.now, s.flow = n, to
	}
	return e, err
}

// actor fills in who acts: by role, in the office that serves it, or by office, in the roles that it serves in this flow.
func (s *story) actor(x *pack.StepExample, a *flow.Act) {
	switch {
	case x.By != "":
		a.As = []flow.Role{x.By}
		a.Unit = s.unit(x.By)
	case x.Office != "":
		if s.Pack.Office(x.Office) == nil {
			s.bad(s.path+".office", "没有机构 %s", x.Office)
		}
		a.Unit = x.Office
		for role, offices := range s.flow.Offices {
			if slices.Contains(offices, x.Office) {
				a.As = append(a.As, role)
			}
		}
		if x.Office == s.now.Lead {
			a.As = append(a.As, flow.Lead)
		}
	default:
		s.bad(s.path, "须写明由谁办理：by（角色）或 office（机构）")
	}
	a.Actor = cmp.Or(x.Who, string(x.By), x.Office)
	if x.By == flow.Leader && x.Who == "" {
		a.Actor = s.now.Leader
	}
	if x.Office != "" && x.By != "" {
		a.Unit = x.Office
	}
	if x.Does == flow.Register && x.By == flow.Sender { // brought to the desk of the flow
		a.To = cmp.Or(x.To, s.unit(flow.Desk))
	}
}

func (s *story) unit(role flow.Role) string {
	switch role {
	case flow.Sender:
		if s.now.Sender != "" {
			return s.now.Sender
		}
	case flow.Lead:
		return s.now.Lead
	case flow.Helper:
		for _, b := range s.now.Branches {
			if b.Done.IsZero() && (b.Office == "" || !b.Since.IsZero()) {
				return b.Unit
			}
		}
	}
	if list := s.flow.Offices[role]; len(list) > 0 {
		return list[0]
	}
	return ""
}

func (s *story) clause(id string) law.Clause {
	if !strings.Contains(id, "#") {
		id = s.Pack.Document.ID + "#" + id
	}
	c, err := law.Parse(id)
	if err != nil {
		s.bad(s.path+".clause", "条款写法不对：%s", id)
	}
	return c
}

func (s *story) form(values map[string]string) {
	f := s.ed.Form(s.flow.Form)
	if f == nil {
		s.bad(s.path+".form", "流程 %s 没有登记表单", s.flow.ID)
		return
	}
	s.touch("form/" + f.ID)
	_, errs := f.Check(values)
	for _, e := range errs {
		s.bad(s.path+".form", "%s：%s", e.Field, e.Message())
	}
	for name := range values {
		s.touch("form/" + f.ID + "#" + name)
	}
}

// touched notes which elements of the flow the step exercised, also one that was refused.
func (s *story) touched(v flow.Verb, e flow.Effect, err error) {
	id := "flow/" + s.flow.ID + "#"
	s.touch(id + "step." + string(v))
	for _, t := range e.Touched {
		s.touch(id + t)
	}
	s.sharedOut(v, e)
	switch v {
	case flow.Whistle, flow.Arrive:
		s.touch(id + "call")
	case flow.Present, flow.Raise:
		if len(s.flow.Ladder) > 0 {
			s.touch(id + "ladder")
		}
	case flow.Extend, flow.Grant:
		s.touch(id + "extension")
	}
	for _, o := range s.now.Owed {
		if !slices.Contains(s.now.Arisen, o.ID) {
			s.touch(id + "owes." + o.ID)
		}
		if f := fault.As(err); f != nil && slices.Contains(o.Basis, f.Clause) {
			s.touch(id + "due." + o.ID)
		}
	}
}

// judge compares the fault with what was expected; it reports whether the step went through as it should.
func (s *story) judge(want *pack.Expect, err error) bool {
	f := fault.As(err)
	switch {
	case err != nil && f == nil:
		s.bad(s.path, "%s", err)
		return false
	case want.Refused == "" && want.Fault == "":
		if err != nil {
			s.bad(s.path, "未能办理：%s", err)
		}
		return err == nil
	case err == nil:
		s.bad(s.path+".expect", "本步应被拒绝，却办成了")
		return false
	}
	if want.Refused != "" {
		s.same(s.path+".expect.refused", "拒绝的依据", s.clause(want.Refused).String(), f.Clause.String())
	}
	if want.Fault != "" {
		s.same(s.path+".expect.fault", "拒绝的种类", want.Fault, f.Kind.String())
	}
	if !strings.Contains(f.Error(), want.Because) {
		s.bad(s.path+".expect.because", "拒绝的理由“%s”中没有“%s”", f.Error(), want.Because)
	}
	return true
}

func (s *story) expect(want *pack.Expect, e flow.Effect, at time.Time) {
	path := s.path + ".expect"
	for _, c := range []struct{ key, what, want, got string }{
		{"state", "状态", string(want.State), string(s.now.State)}, {"flow", "流程", want.Flow, s.now.Flow},
		{"lead", "主办单位", want.Lead, s.now.Lead}, {"post", "呈批职务", want.Post, s.now.Post},
		{"mark", "标志", string(want.Mark), string(s.now.Mark(at))}, {"outcome", "办理结果", want.Outcome, s.now.Outcome},
	} {
		if c.want != "" {
			s.same(path+"."+c.key, c.what, c.want, c.got)
		}
	}
	for id, c := range want.Clocks {
		s.clock(path+".clocks."+id, id, c)
	}
	s.owed(path, want)
	s.parts(path, want, at, e)
	for _, role := range want.Informs {
		if !slices.Contains(e.Inform, role) {
			s.bad(path+".informs", "应告知 %s", role)
		}
	}
	for _, id := range want.Basis {
		if !slices.Contains(e.Basis, s.clause(id)) {
			s.bad(path+".basis", "本步的依据 %v 中没有 %s", e.Basis, id)
		}
	}
}

func (s *story) owed(path string, want *pack.Expect) {
	var ids []string
	for _, o := range s.now.Owed {
		ids = append(ids, o.ID)
		if day, asked := want.OwedBy[o.ID]; asked {
			s.end(path+".owed-by."+o.ID, "应办期限", day, o.Due)
		}
	}
	for id := range want.OwedBy {
		if !slices.Contains(ids, id) {
			s.bad(path+".owed-by", "没有应办的 %s", id)
		}
	}
	if len(want.Owes) > 0 || want.Settled {
		expected := slices.Sorted(slices.Values(want.Owes))
		slices.Sort(ids)
		s.same(path, "应办义务", strings.Join(expected, "、"), strings.Join(ids, "、"))
	}
}

func (s *story) clock(path, id string, want pack.ClockExpect) {
	i := slices.IndexFunc(s.now.Running, func(r flow.Running) bool { return r.ID == id })
	if i < 0 {
		if want.Met != "none" {
			s.bad(path, "时限 %s 没有开始", id)
		}
		return
	}
	r := s.now.Running[i]
	s.end(path+".target", "目标期限", want.Target, r.Target)
	s.end(path+".limit", "最长期限", want.Limit, r.Limit)
	got := "running"
	switch {
	case !r.Stopped.IsZero() && r.Met():
		got = "on-time"
	case !r.Stopped.IsZero():
		got = "late"
	case r.Paused:
		got = "paused"
	}
	if want.Met != "" {
		s.same(path+".met", "计时", want.Met, got)
	}
}

// end compares an exclusive end with a day (the term ends with it) or an instant; "" is not looked at, "none" means no end.
func (s *story) end(path, what, want string, got time.Time) {
	switch {
	case want == "":
	case got.IsZero():
		s.same(path, what, want, "none")
	case len(want) == len("2026-03-02"):
		s.same(path, what, want, civil.DateOf(got.Add(-time.Nanosecond), civil.Shanghai).String())
		if t := got.In(civil.Shanghai); t.Hour() != 0 || t.Minute() != 0 {
			s.bad(path, "%s止于 %s，不是当日 24:00", what, t.Format("2006-01-02 15:04"))
		}
	default:
		s.same(path, what, want, got.In(civil.Shanghai).Format("2006-01-02 15:04"))
	}
}
