package flow

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/rule"
)

// Apply tries an act and returns the Situation after it. The situation given is not changed. The error is a fault:
// forbidden when the actor's role or his earlier part stands against it, refused (with the clause) when the document
// does, conflict when the case is no longer where the act needs it, invalid when an input is missing.
func (f *Flow) Apply(l civil.Law, s Situation, a Act) (Situation, Effect, error) {
	st := f.steps[a.Verb]
	if st == nil {
		return s, Effect{}, fault.Invalid("verb", "没有“%s”这个动作", string(a.Verb))
	}
	if err := f.allowed(&s, st, &a); err != nil {
		return s, Effect{}, err
	}
	if err := f.waited(l, &s, st, &a); err != nil {
		return s, Effect{}, err
	}
	if err := f.complete(&s, st, &a); err != nil {
		return s, Effect{}, err
	}
	n := s.Clone()
	if err := f.change(l, &n, st, &a); err != nil {
		return s, Effect{}, err
	}
	e := Effect{Step: st, From: s.State, To: n.State, Basis: slices.Concat(st.Basis, a.Cites), Inform: st.Inform}
	e.Touched = append(e.Touched, "step."+string(st.Verb))
	for name := range a.Sets {
		e.Touched = append(e.Touched, "fact."+name)
	}
	if err := f.tick(l, &n, &a, &e); err != nil {
		return s, Effect{}, err
	}
	if err := f.arise(l, &n, &a, &e); err != nil {
		return s, Effect{}, err
	}
	return n, e, nil
}

// Allowed reports why an actor may not do a verb now, or nil. Inputs are not looked at: a page asks this to know which
// buttons to show, and Apply asks the same.
func (f *Flow) Allowed(s *Situation, v Verb, actor, unit string, as []Role) error {
	st := f.steps[v]
	if st == nil {
		return fault.Invalid("verb", "没有“%s”这个动作", string(v))
	}
	return f.allowed(s, st, &Act{Verb: v, Actor: actor, Unit: unit, As: as})
}

func (f *Flow) allowed(s *Situation, st *Step, a *Act) error {
	if st.Forbid != "" {
		return fault.Refused(st.Basis[0], "“%s”在本流程中不适用：%s", st.Name, st.Forbid)
	}
	if !f.fits(s.State, st) {
		return fault.Conflict("办件现为“%s”，不能“%s”", f.stateName(s.State), st.Name)
	}
	if !slices.ContainsFunc(a.As, func(r Role) bool { return slices.Contains(st.By, r) }) {
		return fault.Forbidden("“%s”应由%s办理", st.Name, roleNames(st.By))
	}
	if err := f.only(s, st, a); err != nil {
		return err
	}
	for _, v := range st.Never {
		if s.Did(a.Actor, v) {
			return fault.Forbidden("您办理过本件的“%s”，不能再“%s”，请由其他人员办理", f.verbName(v), st.Name)
		}
	}
	for _, v := range st.Apart {
		if s.Worked(a.Unit, v) {
			return fault.Forbidden("本单位办理过本件的“%s”，不能再“%s”，请由另一个单位办理", f.verbName(v), st.Name)
		}
	}
	if (a.Verb == Verify || a.Verb == Rework) && a.Unit != "" && (a.Unit == s.Lead || s.worked(a.Unit)) {
		return fault.Forbidden("承办单位不能核查自己办理的事项")
	}
	if st.Most > 0 && s.Count[a.Verb] >= st.Most {
		return fault.Conflict("“%s”只能办理 %d 次", st.Name, st.Most)
	}
	if st.Waits != nil && st.Waits.Verdict == "" && s.First[st.Waits.Since].IsZero() {
		return fault.Conflict("请先“%s”，期满后再“%s”", f.verbName(st.Waits.Since), st.Name)
	}
	if err := f.owes(s, st); err != nil {
		return err
	}
	if st.When != nil {
		ans := st.When.Ask(f.facts4(s, a.At))
		if ans.Value == rule.No {
			return fault.Refused(st.Basis[0], "不符合“%s”的条件", st.Name)
		}
		if ans.Value == rule.Needs {
			return fault.Invalid(ans.Needs[0], "请先确定“%s”，再“%s”", f.factLabel(ans.Needs[0]), st.Name)
		}
	}
	return f.special(s, a)
}

// special holds the guards that every flow has and no document could lift.
func (f *Flow) special(s *Situation, a *Act) error {
	switch a.Verb {
	case Reply:
		if slices.Contains(a.As, Lead) && !slices.Contains(a.As, Desk) && s.Lead != a.Unit {
			return fault.Forbidden("只有主办单位可以答复")
		}
		for _, b := range s.Branches {
			if b.Done.IsZero() && b.Office != "" {
				return fault.Conflict("“%s”尚未出具意见，不能决定", f.Approval.part(b.Office).Name)
			}
			if b.Done.IsZero() {
				return fault.Conflict("协办单位 %s 尚未反馈，不能答复", b.Unit)
			}
		}
	case Arrive:
		if f.Call != nil && s.awaited(a.Unit) < 0 {
			return fault.Conflict("本单位没有待报到的事项")
		}
	case Opine:
		_, err := f.turn(s, a)
		return err
	case Explain:
		if !f.Open(s.State) && !s.Appeal {
			return fault.Conflict("没有待答复的申诉")
		}
	case Lapse:
		if !s.Late(a.At) && s.Absent(a.At) == 0 {
			return fault.Conflict("办件尚未逾期")
		}
	case Extend:
		if s.Pending != nil {
			return fault.Conflict("已有延期申请待审批")
		}
		if s.Extensions >= f.Extend.Most {
			if len(f.Extend.Basis) > 0 {
				return fault.Refused(f.Extend.Basis[0], "本流程最多延期 %d 次", f.Extend.Most)
			}
			return fault.Conflict("本流程最多延期 %d 次", f.Extend.Most)
		}
	case Grant, Deny:
		if s.Pending == nil {
			return fault.Conflict("没有待审批的延期申请")
		}
	case Reopen:
		if s.Main != "" {
			return fault.Conflict("本件已并入其他办件，请在主件上申诉")
		}
	}
	return nil
}

func (f *Flow) fits(now State, st *Step) bool {
	if len(st.From) == 0 {
		return now != ""
	}
	return slices.Contains(st.From, now)
}

func (f *Flow) owes(s *Situation, st *Step) error {
	bars := st.Bars
	for _, d := range f.Dues {
		if slices.Contains(d.Bars, st.Verb) {
			bars = append(slices.Clip(bars), d.ID)
		}
	}
	for _, bar := range bars {
		i := slices.IndexFunc(s.Owed, func(o Owed) bool { return o.ID == bar })
		if i < 0 {
			continue
		}
		o := s.Owed[i]
		if len(o.Basis) > 0 {
			return fault.Refused(o.Basis[0], "尚未%s，不能“%s”", o.Name, st.Name)
		}
		return fault.Conflict("尚未%s，不能“%s”", o.Name, st.Name)
	}
	return nil
}

// complete checks that the act brings what its step needs, and nothing it may not set.
func (f *Flow) complete(s *Situation, st *Step, a *Act) error {
	var wrong []fault.FieldError
	miss := func(field, sentence string) {
		wrong = append(wrong, fault.FieldError{Field: field, Format: sentence})
	}
	for _, n := range st.Needs {
		switch {
		case n == NeedWords && a.Words == "":
			miss("words", "请填写说明")
		case n == NeedUnit && a.To == "":
			miss("unit", "请选择主办单位")
		case n == NeedUnits && len(a.With) == 0:
			miss("units", "请选择协办单位")
		case n == NeedLeader && a.Leader == "":
			miss("leader", "请选择呈批领导")
		case n == NeedClause && a.Clause.IsZero():
			miss("clause", "不予受理须载明依据条款")
		case n == NeedOutcome && !slices.ContainsFunc(Outcomes, func(o Option) bool { return o.Value == a.Outcome }):
			miss("outcome", "请选择办理结果")
		case n == NeedTerm && a.Term == "":
			miss("term", "请填写期限")
		case n == NeedCase && a.Case == "":
			miss("case", "请选择另一办件")
		case n == NeedFlow && a.Flow == "":
			miss("flow", "请选择转入的渠道")
		case n == NeedStandard && a.Standard == "":
			miss("standard", "请选择立案标准")
		case n == NeedPosition && a.Where == nil && a.Spot == "" && !s.Located:
			miss("where", "请在地图上标明位置，或用文字写明")
		case n == NeedPlaces && len(a.Also) == 0:
			miss("places", "请选择涉及的其他网格")
		case n == NeedVerdict && a.Verdict != Agree && a.Verdict != Disagree:
			miss("verdict", "请选择同意或不同意")
		case n == NeedVerdict && a.Verb == Opine && a.Verdict == Disagree && a.Clause.IsZero():
			miss("clause", "不同意须载明依据条款")
		case n == NeedVerdict && a.Verdict == Disagree && a.Words == "":
			miss("words", "不同意须说明理由")
		case n == NeedGrade && (a.Grade < 1 || a.Grade > 5):
			miss("grade", "请选择一至五级评价")
		}
	}
	if a.Standard != "" && !slices.Contains(st.Needs, NeedStandard) {
		miss("standard", "本步骤不能填写此项")
	}
	if len(a.Also) > 0 && !slices.Contains(st.Needs, NeedPlaces) {
		miss("places", "本步骤不能填写此项")
	}
	if a.Term != "" {
		if _, err := civil.ParseTerm(a.Term); err != nil {
			miss("term", "期限写法不对，例如 5wd（工作日）、10d（日）")
		}
	}
	if slices.Contains(a.With, a.To) && a.To != "" {
		miss("units", "主办单位不能同时为协办单位")
	}
	for name, v := range a.Sets {
		if msg := f.settable(st, name, v); msg != "" {
			miss(name, msg)
		}
	}
	return fault.Fields(wrong)
}

func (f *Flow) settable(st *Step, name string, v any) string {
	d := f.facts[name]
	if d == nil || !slices.Contains(st.Sets, name) {
		return "本步骤不能填写此项"
	}
	switch d.Kind {
	case "choice":
		s, ok := v.(string)
		if !ok || !slices.ContainsFunc(d.Options, func(o Option) bool { return o.Value == s }) {
			return "请从所列选项中选择"
		}
	case "bool":
		if _, ok := v.(bool); !ok {
			return "请选择是或否"
		}
	case "number":
		switch n := v.(type) {
		case int:
			if n < 0 {
				return "请填写不小于零的整数"
			}
		case float64: // as JSON brings it
			if n != float64(int(n)) || n < 0 {
				return "请填写不小于零的整数"
			}
		default:
			return "请填写不小于零的整数"
		}
	case "term":
		text, _ := v.(string)
		if _, err := civil.ParseTerm(text); err != nil {
			return "期限写法不对，例如 4wh（工作小时）、2wd（工作日）、2h（小时）"
		}
	default:
		if _, ok := v.(string); !ok {
			return "请填写文字"
		}
	}
	return ""
}

// facts4 is what conditions see at an instant: the facts set so far, laid over the declared defaults, and the standard ones.
func (f *Flow) facts4(s *Situation, at time.Time) map[string]any {
	m := make(map[string]any, len(s.Facts)+len(standardFacts)+len(f.Facts))
	for _, d := range f.Facts {
		if d.Default != nil {
			m[d.Name] = d.Default
		}
	}
	maps.Copy(m, s.Facts)
	for k, v := range m {
		if n, ok := v.(float64); ok {
			m[k] = int(n)
		}
	}
	m["channel"] = s.Channel
	m["state"] = string(s.State)
	m["instructed"] = s.Count[Instruct] > 0
	m["joint"] = len(s.Branches) > 0
	m["returns"] = s.Count[Return]
	m["reworks"] = s.Count[Rework]
	m["urges"] = s.Count[Urge]
	m["outcome"] = s.Outcome
	if s.Grade > 0 {
		m["grade"] = s.Grade
	}
	m["late"] = s.Late(at)
	if f.Call != nil {
		m["absent"] = s.Absent(at)
	}
	return m
}

func (f *Flow) stateName(s State) string {
	if d := f.states[s]; d != nil {
		return d.Name
	}
	return "尚未登记"
}

func (f *Flow) verbName(v Verb) string {
	if st := f.steps[v]; st != nil {
		return st.Name
	}
	return string(v)
}

func (f *Flow) factLabel(name string) string {
	if d := f.facts[name]; d != nil {
		return d.Label
	}
	return name
}

func roleNames(by []Role) string {
	out := ""
	for _, r := range Roles {
		if slices.Contains(by, r.Role) {
			if out != "" {
				out += "、"
			}
			out += r.Name
		}
	}
	return out
}

// worked reports whether the unit had a branch in the case, finished or not.
func (s *Situation) worked(unit string) bool {
	return slices.ContainsFunc(s.Branches, func(b Branch) bool { return b.Unit == unit })
}

func orderID(n int) string { return "supervise-" + strconv.Itoa(n) }
