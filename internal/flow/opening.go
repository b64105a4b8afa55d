package flow

import (
	"slices"
	"time"

	"linli/internal/law"
	"linli/internal/rule"
)

// An Opening (引出办件) is the case of another flow that a step opens: a bad rating opens a rectification.
type Opening struct {
	On    Verb
	Flow  string // flow of the new case
	Of    []Opener
	When  *Condition // nil: always
	Title string     // of the new case; may hold {number} and {title}
	Quiet bool       // whoever had a part in the first case is not told which one it was
	To    Role       // whose unit of the first case the new one is about, as its lead: lead or desk; "" for nobody
	Basis []law.Clause
}

// An Opener (引出来源) is what an opening listens to from the other side: a flow by its id, or AnyApproval.
type Opener string

// AnyApproval stands for every flow that has an Approval: every service item.
const AnyApproval Opener = "items"

func (b *builder) openings() {
	for i, s := range b.spec.Opens {
		path := "opens." + itoa(i)
		if s.Flow == "" || len(s.Of) > 0 {
			b.bad(path, "opens 须写明 flow，不写 of")
		}
		b.flow.Opens = append(b.flow.Opens, b.opening(path, s))
	}
	for i, s := range b.spec.OpenedBy {
		path := "opened-by." + itoa(i)
		if s.Flow != "" || len(s.Of) == 0 {
			b.bad(path, "opened-by 须写明 of（流程编号，或 items），不写 flow")
		}
		o := b.opening(path, s)
		o.Flow = b.flow.ID
		b.flow.OpenedBy = append(b.flow.OpenedBy, o)
	}
}

func (b *builder) opening(path string, s OpenSpec) Opening {
	o := Opening{On: s.On, Flow: s.Flow, Title: s.Title, Quiet: s.Quiet, To: s.To, Basis: b.cites(path+".basis", s.Basis)}
	for _, id := range s.Of {
		o.Of = append(o.Of, Opener(id))
	}
	if s.When != "" {
		o.When = b.condition(path+".when", s.When)
	}
	if s.On == "" || s.Title == "" || len(o.Basis) == 0 {
		b.bad(path, "引出办件须有 on、title 和 basis")
	}
	if s.To != "" && s.To != Lead && s.To != Desk {
		b.bad(path+".to", "to 只能是 lead 或 desk")
	}
	return o
}

// Opened returns what a step that was just done opens, s being the situation after it: what the flow itself says.
func (f *Flow) Opened(s *Situation, v Verb, at time.Time) []Opening {
	var list []Opening
	for _, o := range f.Opens {
		if o.On == v && o.holds(f, s, at) {
			list = append(list, o)
		}
	}
	return list
}

// Hears returns what f says that it is opened by, when a step of another flow has just been done.
func (f *Flow) Hears(of *Flow, s *Situation, v Verb, at time.Time) []Opening {
	var list []Opening
	for _, o := range f.OpenedBy {
		heard := slices.Contains(o.Of, Opener(of.ID)) || of.Approval != nil && slices.Contains(o.Of, AnyApproval)
		if o.On == v && of.ID != f.ID && heard && o.holds(of, s, at) {
			list = append(list, o)
		}
	}
	return list
}

func (o *Opening) holds(f *Flow, s *Situation, at time.Time) bool {
	return o.When == nil || o.When.Ask(f.facts4(s, at)).Value == rule.Yes
}
