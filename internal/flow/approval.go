package flow

import (
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/rule"
)

// An Approval (并联审批) says who decides and which offices have a say before: all at once, each with its own term, in an
// order only where one is named. The lead answers once, when all have.
type Approval struct {
	Lead  string // office that decides
	Parts []ApprovalPart
	Basis []law.Clause
}

// An ApprovalPart (审批环节) is what one office has a say in.
type ApprovalPart struct {
	Office string
	Name   string
	Term   civil.Term
	After  []string // offices that must have agreed before this one begins
	When   *Condition
	Shared bool // only in cases whose registration names it
	Basis  []law.Clause
}

// A Share (分办) names the unit that takes a part, and the number of the document that stands for its verdict when it is reused.
type Share struct {
	Office string `json:"office"`
	Unit   string `json:"unit,omitempty"`
	Reused string `json:"reused,omitempty"`
}

// Verdicts of an office on its part, and of the lead on the whole.
const (
	Agree    = "agree"    // 同意
	Disagree = "disagree" // 不同意
	Moot     = "moot"     // 不再需要: an office before it did not agree
)

// Verdicts (审批意见) lists what an office may say.
var Verdicts = []Option{{Agree, "同意"}, {Disagree, "不同意"}}

// Outcomes of a case that is decided.
const (
	Granted  = "granted"
	Declined = "declined"
)

// Decisions (审批结果) names the outcomes of a case that is decided, besides Outcomes.
var Decisions = []Option{{Granted, "准予"}, {Declined, "不予许可"}}

// approvalSteps take the place of the standard ones in a flow with an Approval, before the pack has its say.
var approvalSteps = []Step{
	{Verb: Ask, Name: "要求补正", From: []State{Registered, Accepted, Dispatched}, To: Waiting, By: []Role{Desk, Lead, Helper}, Needs: []string{NeedWords}, Inform: []Role{Reporter}},
	{Verb: Opine, Name: "出具意见", From: []State{Dispatched}, By: []Role{Helper}, Needs: []string{NeedVerdict}, Inform: []Role{Lead, Helper}},
	{Verb: Reply, Name: "作出决定", From: []State{Dispatched}, To: Replied, By: []Role{Lead}, Needs: []string{NeedWords, NeedVerdict}, Inform: []Role{Reporter, Desk}},
	{Verb: Close, Name: "送达办结", From: []State{Replied, Verified}, To: Closed, By: []Role{Desk, Lead, System}, Bars: []string{"report-back"}, Inform: []Role{Reporter}},
}

func (b *builder) approval() {
	s := b.spec.Approval
	if s == nil {
		return
	}
	a := &Approval{Lead: s.Lead, Basis: b.cites("approval.basis", s.Basis)}
	if s.Lead == "" || len(a.Basis) == 0 {
		b.bad("approval", "并联审批须有 lead 和 basis")
	}
	for i, p := range s.Parts {
		path := "approval.parts." + itoa(i)
		part := ApprovalPart{Office: p.Office, Name: p.Name, Term: b.term(path+".term", p.Term), After: p.After, Shared: p.Shared, Basis: b.cites(path+".basis", p.Basis)}
		if p.Office == "" || p.Name == "" || part.Term.IsZero() || len(part.Basis) == 0 {
			b.bad(path, "审批环节须有 office、name、term 和 basis")
		}
		if p.Office == s.Lead || a.part(p.Office) != nil {
			b.bad(path+".office", "机构 %s 已有环节", p.Office)
		}
		for _, before := range p.After {
			if a.part(before) == nil {
				b.bad(path+".after", "先办的机构 %s 须写在前面", before)
			}
		}
		if p.When != "" {
			part.When = b.condition(path+".when", p.When)
		}
		a.Parts = append(a.Parts, part)
	}
	b.flow.Approval = a
}

func (a *Approval) part(office string) *ApprovalPart {
	if i := slices.IndexFunc(a.Parts, func(p ApprovalPart) bool { return p.Office == office }); i >= 0 {
		return &a.Parts[i]
	}
	return nil
}

// share keeps, at registration, which of the parts that not every case has this one has.
func (f *Flow) share(n *Situation, a *Act) error {
	for _, s := range a.Shares {
		if f.Approval == nil || f.Approval.part(s.Office) == nil {
			return fault.Invalid("shares", "本流程没有机构 %s 的审批环节", s.Office)
		}
		n.Parts = append(n.Parts, s.Office)
	}
	return nil
}

// begin opens a branch for each part when the case is sent out: those that wait for nobody begin at once.
func (f *Flow) begin(l civil.Law, n *Situation, a *Act) error {
	if f.Approval == nil {
		return nil
	}
	facts := f.facts4(n, a.At)
	for _, p := range f.Approval.Parts {
		in := !p.Shared || slices.Contains(n.Parts, p.Office)
		had := slices.ContainsFunc(n.Branches, func(b Branch) bool { return b.Office == p.Office })
		if had || !in || p.When != nil && p.When.Ask(facts).Value != rule.Yes {
			continue
		}
		b := Branch{Office: p.Office, Unit: p.Office}
		for _, s := range a.Shares {
			if s.Office != p.Office {
				continue
			}
			if s.Unit != "" {
				b.Unit = s.Unit
			}
			if s.Reused != "" {
				b.Reused, b.Verdict, b.Since, b.Done = s.Reused, Agree, a.At, a.At
			}
		}
		n.Branches = append(n.Branches, b)
	}
	return f.proceed(l, n, a.At)
}

// proceed starts every branch whose predecessors have agreed, and drops those whose predecessors never will.
func (f *Flow) proceed(l civil.Law, n *Situation, at time.Time) error {
	for i := range n.Branches {
		b := &n.Branches[i]
		if b.Office == "" || !b.Since.IsZero() || !b.Done.IsZero() {
			continue
		}
		p := f.Approval.part(b.Office)
		if p == nil {
			continue
		}
		wait := false
		for _, before := range p.After {
			k := slices.IndexFunc(n.Branches, func(x Branch) bool { return x.Office == before })
			switch {
			case k < 0: // not part of this case
			case n.Branches[k].Verdict == Disagree || n.Branches[k].Verdict == Moot:
				b.Verdict, b.Done = Moot, at
			case n.Branches[k].Done.IsZero():
				wait = true
			}
		}
		if wait || !b.Done.IsZero() {
			continue
		}
		end, err := l.Deadline(at, f.days(p.Term), nil)
		if err != nil {
			return fault.Internal(err, "无法计算期限")
		}
		b.Since, b.Due = at, end.Due
	}
	return nil
}

// turn finds the branch on which the unit may give its verdict now, or why there is none.
func (f *Flow) turn(s *Situation, a *Act) (int, error) {
	mine := func(b Branch) bool {
		return b.Office != "" && b.Unit == a.Unit && b.Done.IsZero() && (len(a.Shares) == 0 || a.Shares[0].Office == b.Office)
	}
	i := slices.IndexFunc(s.Branches, func(b Branch) bool { return mine(b) && !b.Since.IsZero() })
	if i >= 0 {
		return i, nil
	}
	if k := slices.IndexFunc(s.Branches, mine); k >= 0 {
		return -1, fault.Refused(f.Approval.part(s.Branches[k].Office).Basis[0], "须待前一环节同意后再出具意见")
	}
	return -1, fault.Conflict("本单位没有待出具的意见")
}

// opine keeps the verdict of the office whose turn it is.
func (f *Flow) opine(l civil.Law, n *Situation, a *Act) error {
	i, err := f.turn(n, a)
	if err != nil {
		return err
	}
	b := &n.Branches[i]
	b.Verdict, b.Words, b.Clause, b.Done = a.Verdict, a.Words, a.Clause, a.At
	return f.proceed(l, n, a.At)
}

// decide keeps the one answer of the lead. A negative verdict of any office leads to refusal, with its clause.
func (f *Flow) decide(n *Situation, a *Act) error {
	if f.Approval == nil {
		return nil
	}
	i := slices.IndexFunc(n.Branches, func(b Branch) bool { return b.Verdict == Disagree })
	switch {
	case a.Verdict == Agree && i >= 0:
		c := n.Branches[i].Clause
		if c.IsZero() {
			c = f.Approval.part(n.Branches[i].Office).Basis[0]
		}
		return fault.Refused(c, "%s不同意，不能准予", f.Approval.part(n.Branches[i].Office).Name)
	case a.Verdict == Disagree && a.Clause.IsZero() && (i < 0 || n.Branches[i].Clause.IsZero()):
		return fault.Invalid("clause", "不予许可须载明依据条款")
	}
	n.Outcome = Declined
	if a.Verdict == Agree {
		n.Outcome = Granted
	}
	return nil
}
