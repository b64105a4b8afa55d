package flow

import (
	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/rule"
)

// wait reads what a step waits for.
func (b *builder) wait(path string, st *Step, s *WaitSpec) {
	if s == nil {
		return
	}
	w := &Wait{Since: s.Since, Term: b.term(path+".waits.term", s.Term), Verdict: s.Verdict, Basis: b.cites(path+".waits.basis", s.Basis)}
	if len(w.Basis) == 0 {
		w.Basis = st.Basis
	}
	if _, known := b.spec.Steps[s.Since]; !known && b.flow.steps[s.Since] == nil || s.Since == st.Verb {
		b.bad(path+".waits.since", "没有可等的步骤 %s", s.Since)
	}
	if w.Term.IsZero() {
		b.bad(path+".waits.term", "须写明等多久")
	}
	if s.Verdict != "" && s.Verdict != Agree && s.Verdict != Disagree {
		b.bad(path+".waits.verdict", "verdict 只能是 agree 或 disagree")
	}
	st.Waits = w
}

// waited refuses a step whose wait has not run out yet, counted from the first time that the other step was done, and a verdict to agree
// without what it takes.
func (f *Flow) waited(l civil.Law, s *Situation, st *Step, a *Act) error {
	if st.Agrees != nil && a.Verdict == Agree {
		if ans := st.Agrees.Ask(f.facts4(s, a.At)); ans.Value != rule.Yes {
			return fault.Refused(st.Basis[0], "不符合“%s”为同意的条件", st.Name)
		}
	}
	w := st.Waits
	if w == nil || w.Verdict != "" && w.Verdict != a.Verdict {
		return nil
	}
	since := s.First[w.Since]
	if since.IsZero() {
		return fault.Conflict("请先“%s”，期满后再“%s”", f.verbName(w.Since), st.Name)
	}
	end, err := l.Deadline(since, f.days(w.Term), nil)
	if err != nil {
		return fault.Internal(err, "无法计算期限")
	}
	if a.At.Before(end.Due) {
		return fault.Refused(w.Basis[0], "“%s”的%s还没有满，到%s为止；期满以后才能“%s”",
			f.verbName(w.Since), w.Term.Words(), end.LastDay.Words(), st.Name)
	}
	return nil
}
