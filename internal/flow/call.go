package flow

import (
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/law"
)

// A Call (吹哨报到) lets whoever answers for a case call other units to the spot: each owes its arrival within a term, and helps
// from then on. The lead stays the one that answers.
type Call struct {
	Term  civil.Term
	Basis []law.Clause
}

// callSteps are the verbs that a flow with a Call has besides the standard ones.
var callSteps = []Step{
	{Verb: Whistle, Name: "吹哨", From: []State{Dispatched}, By: []Role{Lead, Dispatcher}, Needs: []string{NeedUnits, NeedWords}, Inform: []Role{Helper}},
	{Verb: Arrive, Name: "报到", From: []State{Dispatched}, By: []Role{Helper}, Inform: []Role{Lead}},
}

// callFacts are the facts that the platform keeps of cases in such a flow.
var callFacts = []Fact{{Name: "absent", Label: "未按时报到的单位数", Kind: "number"}}

func (b *builder) call() {
	c := b.spec.Call
	if c == nil {
		return
	}
	k := &Call{Term: b.term("call.term", c.Term), Basis: b.cites("call.basis", c.Basis)}
	if k.Term.IsZero() || len(k.Basis) == 0 {
		b.bad("call", "吹哨报到须有 term 和 basis")
	}
	b.flow.Call = k
}

// whistle calls helpers: those who help already and have not come are called anew.
func (f *Flow) whistle(l civil.Law, n *Situation, a *Act) error {
	if slices.Contains(a.With, n.Lead) {
		return fault.Invalid("units", "主办单位不能同时为协办单位")
	}
	end, err := l.Due(a.At, f.days(f.Call.Term), nil)
	if err != nil {
		return fault.Internal(err, "无法计算期限")
	}
	if err := branch(l, n, a); err != nil {
		return err
	}
	for i := range n.Branches {
		b := &n.Branches[i]
		if slices.Contains(a.With, b.Unit) && b.Done.IsZero() && b.Arrived.IsZero() {
			b.Arrive = end
		}
	}
	return nil
}

// awaited finds the branch of a unit that is called and has not come; -1 for none.
func (s *Situation) awaited(unit string) int {
	return slices.IndexFunc(s.Branches, func(b Branch) bool { return b.Unit == unit && b.awaited() })
}

func (b *Branch) awaited() bool { return !b.Arrive.IsZero() && b.Arrived.IsZero() && b.Done.IsZero() }

// Absent counts the units that were called and have not come in time.
func (s *Situation) Absent(at time.Time) int {
	n := 0
	for i := range s.Branches {
		if b := &s.Branches[i]; b.awaited() && !at.Before(b.Arrive) {
			n++
		}
	}
	return n
}

// LateNext is the next instant after another at which a unit that was called and has not come is late; zero when there is none.
func (s *Situation) LateNext(after time.Time) time.Time {
	var next time.Time
	for i := range s.Branches {
		if b := &s.Branches[i]; b.awaited() && b.Arrive.After(after) && (next.IsZero() || b.Arrive.Before(next)) {
			next = b.Arrive
		}
	}
	return next
}

// calledBy is the first instant at which a called unit that has not come is late; zero when none is awaited.
func (s *Situation) calledBy() time.Time {
	var first time.Time
	for i := range s.Branches {
		if b := &s.Branches[i]; b.awaited() && (first.IsZero() || b.Arrive.Before(first)) {
			first = b.Arrive
		}
	}
	return first
}
