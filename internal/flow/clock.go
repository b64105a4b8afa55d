package flow

import (
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/rule"
)

// yellowPercent is the part of the legal term after which a case without a target turns yellow 黄牌.
const yellowPercent = 80

// tick brings the clocks of n up to date after the act: some start, some stop, some stand still or move.
func (f *Flow) tick(l civil.Law, n *Situation, a *Act, e *Effect) error {
	if a.Verb == Reopen { // a new round: what counted before is history
		n.First = map[Verb]time.Time{Register: a.At, Accept: a.At, Reopen: a.At}
		n.Running = nil
	}
	facts := f.facts4(n, a.At)
	for i := range f.Clocks {
		if err := f.tickOne(l, n, &f.Clocks[i], a, e, facts); err != nil {
			return err
		}
	}
	if !f.Open(n.State) {
		stopOrders(n, a.At)
	}
	return nil
}

func (f *Flow) tickOne(l civil.Law, n *Situation, c *Clock, a *Act, e *Effect, facts map[string]any) error {
	at := slices.IndexFunc(n.Running, func(r Running) bool { return r.ID == c.ID })
	if c.When != nil && c.When.Ask(facts).Value != rule.Yes {
		if at >= 0 {
			n.Running = slices.Delete(n.Running, at, at+1)
		}
		return nil
	}
	start, begun := n.First[c.From]
	if !begun {
		return nil
	}
	if target, limit := f.terms(c, n); target.IsZero() && limit.IsZero() {
		return nil // the fact that holds its term is not known yet
	}
	fresh := at < 0
	if fresh {
		n.Running = append(n.Running, Running{ID: c.ID, Start: start})
		at = len(n.Running) - 1
		e.Started = append(e.Started, c.ID)
		e.Touched = append(e.Touched, "clock."+c.ID)
	}
	r := &n.Running[at]
	if a.Verb == Rework && slices.Contains(c.Until, Reply) {
		r.Stopped = time.Time{} // the first deadline goes on
	}
	if !r.Stopped.IsZero() {
		return nil
	}
	wasPaused := r.Paused
	r.Paused = slices.Contains(c.PausesIn, n.State)
	if fresh || c.hangsOn(a.Sets) || a.Verb == Grant || a.Verb == Rework || (wasPaused && !r.Paused) {
		if err := f.set(l, n, c, r); err != nil {
			return err
		}
	}
	if slices.Contains(c.Until, a.Verb) || !f.Open(n.State) {
		r.Stopped, r.Paused = a.At, false
		e.stop(c, r)
	}
	return nil
}

func (e *Effect) stop(c *Clock, r *Running) {
	e.Stopped = append(e.Stopped, c.ID)
	e.Touched = append(e.Touched, "clock."+c.ID)
	if e.Met == nil {
		e.Met = map[string]bool{}
	}
	e.Met[c.ID] = r.Met()
}

// Met reports whether a stopped clock stopped within its legal ceiling (its target where there is no ceiling).
func (r *Running) Met() bool {
	end := r.Limit
	if end.IsZero() {
		end = r.Target
	}
	return !r.Stopped.IsZero() && (end.IsZero() || r.Stopped.Before(end))
}

// Late reports whether a clock that still runs, or one that stopped, went past its end at the given instant.
func (s *Situation) Late(at time.Time) bool {
	return slices.ContainsFunc(s.Running, func(r Running) bool {
		end := r.Limit
		if end.IsZero() {
			end = r.Target
		}
		if end.IsZero() || r.Paused {
			return false
		}
		if r.Stopped.IsZero() {
			return !at.Before(end)
		}
		return !r.Met()
	})
}

// set computes the ends of a clock from its start, the pauses so far and the extensions granted, without explaining them.
func (f *Flow) set(l civil.Law, n *Situation, c *Clock, r *Running) error {
	r.Target, r.Limit, r.Yellow = time.Time{}, time.Time{}, time.Time{}
	if len(r.More) > 0 {
		return f.setExtended(l, n, c, r)
	}
	pauses := n.pauses(c.PausesIn)
	target, limit := f.terms(c, n)
	var err error
	if !target.IsZero() {
		if r.Target, err = l.Due(r.Start, target, pauses); err != nil {
			return fault.Internal(err, "无法计算期限")
		}
	}
	if !limit.IsZero() {
		if r.Limit, err = l.Due(r.Start, limit, pauses); err != nil {
			return fault.Internal(err, "无法计算期限")
		}
	}
	mark(l, limit, r, pauses)
	return nil
}

// terms are the target and the limit of a clock in a case: the clock's own, or what a fact says.
func (f *Flow) terms(c *Clock, s *Situation) (target, limit civil.Term) {
	is := func(own civil.Term, fact string) civil.Term {
		if fact == "" {
			return f.days(own)
		}
		text, _ := s.Facts[fact].(string)
		if text == "" {
			text, _ = f.facts[fact].Default.(string)
		}
		t, err := civil.ParseTerm(text)
		if err != nil {
			return civil.Term{}
		}
		return f.days(t)
	}
	return is(c.Target, c.TargetIn), is(c.Limit, c.LimitIn)
}

// hangsOn reports whether an act that sets these facts may change the clock's terms.
func (c *Clock) hangsOn(sets map[string]any) bool {
	_, target := sets[c.TargetIn]
	_, limit := sets[c.LimitIn]
	return target || limit
}

func (f *Flow) setExtended(l civil.Law, n *Situation, c *Clock, r *Running) error {
	ends, err := f.ends(l, n, c, r)
	if err != nil {
		return err
	}
	if ends.Target != nil {
		r.Target = ends.Target.Due
	}
	if ends.Limit != nil {
		r.Limit = ends.Limit.Due
	}
	_, limit := f.terms(c, n)
	mark(l, limit, r, n.pauses(c.PausesIn))
	return nil
}

// mark finds the instant at which a clock turns yellow, and whether its days rest on a calendar not yet published.
func mark(l civil.Law, limit civil.Term, r *Running, pauses []civil.Pause) {
	end := r.Limit
	r.Yellow = r.Target
	if r.Yellow.IsZero() && !r.Limit.IsZero() {
		r.Yellow = l.Share(r.Start, r.Limit, limit.Unit, pauses, yellowPercent)
	}
	if end.IsZero() {
		end = r.Target
	}
	r.Rough = !end.IsZero() && !l.Calendar.Day(civil.DateOf(end.Add(-time.Second), civil.Shanghai)).Known
}

// Ends (期限说明) are the two ends of a clock with the steps that explain them.
type Ends struct {
	Clock  *Clock
	Target *civil.Deadline
	Limit  *civil.Deadline
}

// Explain recomputes the ends of every clock of the situation, each with the steps by which its day was found.
func (f *Flow) Explain(l civil.Law, s *Situation) ([]Ends, error) {
	var list []Ends
	for i := range s.Running {
		r := &s.Running[i]
		k := slices.IndexFunc(f.Clocks, func(c Clock) bool { return c.ID == r.ID })
		if k < 0 {
			continue
		}
		e, err := f.ends(l, s, &f.Clocks[k], r)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// ends finds both ends of a clock with their explanation. An extension moves the target, never past the ceiling; a
// clock without a target has its ceiling moved, never further than the flow's cap.
func (f *Flow) ends(l civil.Law, s *Situation, c *Clock, r *Running) (Ends, error) {
	e := Ends{Clock: c}
	pauses := s.pauses(c.PausesIn)
	more := make([]civil.Term, len(r.More))
	for i, m := range r.More {
		t, err := civil.ParseTerm(m)
		if err != nil {
			return e, fault.Internal(err, "延期期限损坏")
		}
		more[i] = t
	}
	target, limit := f.terms(c, s)
	if !limit.IsZero() {
		by, most := more, f.days(f.Extend.Cap)
		if !target.IsZero() {
			by, most = nil, civil.Term{}
		}
		d, err := l.Extended(r.Start, limit, by, most, pauses)
		if err != nil {
			return e, fault.Internal(err, "无法计算期限")
		}
		e.Limit = &d
	}
	if !target.IsZero() {
		d, err := l.Extended(r.Start, target, more, civil.Term{}, pauses)
		if err != nil {
			return e, fault.Internal(err, "无法计算期限")
		}
		e.Target = &d
	}
	return e, nil
}

// within says whether the extensions granted stay within what is allowed.
func (e *Ends) within() error {
	past := e.Limit != nil && e.Limit.Capped
	if e.Target != nil && e.Limit != nil && !e.Limit.Stopped && !e.Target.Stopped {
		past = past || e.Target.Due.After(e.Limit.Due)
	}
	if past {
		return errPastCap
	}
	return nil
}

// errPastCap says that an extension would go past what is allowed.
var errPastCap = fault.Invalid("term", "延期后将超过最长期限，请缩短延期")

// grant moves every clock that an extension may move.
func (f *Flow) grant(l civil.Law, n *Situation, a *Act) error {
	term := n.Pending.Term
	if a.Term != "" {
		term = a.Term // the approver may allow less, or more within the cap
	}
	moved := false
	for i := range n.Running {
		r := &n.Running[i]
		k := slices.IndexFunc(f.Clocks, func(c Clock) bool { return c.ID == r.ID })
		if k < 0 || f.Clocks[k].Fixed || !r.Stopped.IsZero() {
			continue
		}
		r.More = append(r.More, term)
		e, err := f.ends(l, n, &f.Clocks[k], r)
		if err != nil {
			return err
		}
		if err := e.within(); err != nil {
			return err
		}
		moved = true
	}
	if !moved {
		return fault.Conflict("没有可以延长的期限")
	}
	n.Pending = nil
	n.Extensions++
	return nil
}

// days turns a term in bare days into working days where the flow says so.
func (f *Flow) days(t civil.Term) civil.Term {
	if f.WorkingDays && t.Unit == civil.Day {
		t.Unit = civil.WorkDay
	}
	return t
}

func stopOrders(n *Situation, at time.Time) {
	for i := range n.Orders {
		if n.Orders[i].Done.IsZero() {
			n.Orders[i].Done = at
		}
	}
}
