package benefit

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
)

// mostNeeds is how many unknown facts a finding may wait for: who is known so little of is nobody's task.
const mostNeeds = 2

// Review asks the rules about a subject and notes where they differ from what is decided: who may be entitled, what should change, and what
// no longer differs. Returns how many findings are new. It decides nothing.
func (x *Benefits) Review(tx *db.Tx, s fact.Subject) (found int, err error) {
	path, err := register.PathOf(tx, s)
	if err != nil {
		return 0, err
	}
	today := place.Today(tx)
	known, err := x.Classes.Facts(tx, s)
	if err != nil {
		return 0, err
	}
	standing, err := of(tx, s)
	if err != nil {
		return 0, err
	}
	r := reviewing{Benefits: x, tx: tx, s: s, path: path, today: today, known: known, standing: standing}
	for _, b := range x.Packs().Benefits(path, today) {
		if b.Of != s.Kind {
			continue
		}
		r.here = append(r.here, b.Ref())
		if err := r.benefit(b); err != nil {
			return r.found, fmt.Errorf("review %s: %w", b.ID, err)
		}
	}
	return r.found, r.elsewhere()
}

// reviewing is one review while it is done.
type reviewing struct {
	*Benefits
	tx       *db.Tx
	s        fact.Subject
	path     string
	today    civil.Date
	known    rule.Facts
	standing []Entitlement
	here     []string
	found    int
}

// benefit compares one benefit with what is decided.
func (r *reviewing) benefit(b *pack.Benefit) error {
	e := r.entitlement(b)
	if e == nil && (!b.Finds || r.had(b)) {
		return nil
	}
	event := ""
	if e != nil {
		event = e.Event
	}
	answer, why := ask(b, r.versionOf(b.Ref()), r.today, r.known)
	if answer.Err != nil {
		return answer.Err
	}
	r.yield(b, &answer, &why)
	kind := r.differs(b, e, &answer)
	if kind == "" {
		return r.clear(b.Ref(), event)
	}
	f := finding(b, r.s, r.path, kind, &answer, why, 0)
	f.Event = event
	if e != nil {
		f.Entitlement, f.Path, f.Unit = e.ID, e.Path, e.Unit
	}
	var err error
	if f.Effective, err = r.since(b, kind, &answer); err != nil {
		return err
	}
	return r.keep(f)
}

func (r *reviewing) keep(f Finding) error {
	fresh, err := r.find(r.tx, f)
	if fresh {
		r.found++
	}
	return err
}

// clear takes away a finding that no longer holds.
func (r *reviewing) clear(benefit, event string) error {
	open, _, err := openFinding(r.tx, benefit, r.s, event)
	if err != nil || open == nil || open.State == Filed {
		return err
	}
	return r.gone(r.tx, open)
}

// entitlement is the one that goes on, nil when none does.
func (r *reviewing) entitlement(b *pack.Benefit) *Entitlement {
	for i := range r.standing {
		if e := &r.standing[i]; e.Benefit == b.Ref() && (e.State == Active || e.State == Suspended) {
			return e
		}
	}
	return nil
}

// had reports whether a single payment for this occasion was granted already.
func (r *reviewing) had(b *pack.Benefit) bool {
	occasion := b.Occasion(r.known)
	return b.Per == rule.Once && slices.ContainsFunc(r.standing, func(e Entitlement) bool { return e.Benefit == b.Ref() && e.Event == occasion })
}

// yield turns a yes into a no while another benefit, to which this one gives way, is received.
func (r *reviewing) yield(b *pack.Benefit, a *pack.Reckoned, why *Reason) {
	if a.Value != rule.Yes {
		return
	}
	document := b.Basis[0].Document
	got := receives(r.standing)
	for _, y := range b.Yields {
		if !got[document+":"+y] {
			continue
		}
		name := y
		if other := r.Packs().Benefit(document+":"+y, "", r.today); other != nil {
			name = other.Name
		}
		a.Value = rule.No
		a.Steps = append(a.Steps, pack.ReckonedStep{Part: yieldsPart, Says: "已享受“" + name + "”，不重复享受", Result: rule.No.Words(), Basis: b.Basis[:1]})
		why.Steps, why.Clause = a.Steps, b.Basis[0].String()
		return
	}
}

// differs says what a finding asks for, "" when rules and decisions agree.
func (r *reviewing) differs(b *pack.Benefit, e *Entitlement, a *pack.Reckoned) Kind {
	paused := b.Suspended(r.known) != nil
	fen, _ := a.Fen()
	switch {
	case e == nil && a.Value == rule.Yes && !paused:
		return Grant
	case e == nil && a.Value == rule.Needs && len(a.Needs) <= mostNeeds && r.promising(a):
		return Check
	case e == nil:
		return ""
	case a.Value == rule.Needs:
		return Check
	case a.Value == rule.No:
		return Stop
	case paused && e.State == Active:
		return Suspend
	case !paused && e.State == Suspended:
		return Resume
	case e.State == Active && money.Fen(fen) != e.Fen:
		return Change
	}
	return ""
}

// promising reports whether more of the conditions hold than are open, so that it is worth finding out.
func (r *reviewing) promising(a *pack.Reckoned) bool {
	yes, open := 0, 0
	for _, s := range a.Steps {
		switch s.Result {
		case rule.Yes.Words():
			yes++
		case rule.Needs.Words():
			open++
		}
	}
	return yes > open+1
}

// since is the day on which what an answer rests on came about: the latest day from which one of its facts holds, or on which the rule
// changed; today where nobody knows.
func (r *reviewing) since(b *pack.Benefit, kind Kind, a *pack.Reckoned) (civil.Date, error) {
	if kind == Grant || kind == Check {
		return r.today, nil
	}
	names := r.reasons(b, kind, a)
	var day civil.Date
	for _, name := range names {
		when, err := r.told(name)
		if err != nil {
			return day, err
		}
		if when.After(day) {
			day = when
		}
	}
	if kind == Change {
		document := b.Basis[0].Document
		if p := r.Packs().Pack(document, ""); p != nil && p.On(r.today).From.After(day) {
			day = p.On(r.today).From
		}
	}
	if day.IsZero() || day.After(r.today) {
		return r.today, nil
	}
	return day, nil
}

// reasons are the facts on which a difference rests.
func (r *reviewing) reasons(b *pack.Benefit, kind Kind, a *pack.Reckoned) []string {
	switch kind {
	case Stop:
		var names []string
		for i, c := range b.When {
			if i < len(a.Steps) && a.Steps[i].Result == rule.No.Words() {
				names = append(names, c.When.Facts()...)
			}
		}
		return names
	case Suspend:
		return b.Suspended(r.known).When.Facts()
	case Resume:
		var names []string
		for _, c := range b.Suspend {
			names = append(names, c.When.Facts()...)
		}
		return names
	}
	return b.Formula.Facts()
}

// told is the day from which a fact of the subject holds; of those that follow from others, the day of what they follow from.
func (r *reviewing) told(name string) (civil.Date, error) {
	switch name {
	case "deceased":
		if r.s.Kind != lexicon.Person {
			return civil.Date{}, nil
		}
		p, err := register.PersonOf(r.tx, r.s.ID)
		return p.Died, err
	case "registered_here":
		name = lexicon.HomePlace
	}
	f, ok, err := fact.One(r.tx, r.s, name, fact.AsOf{})
	if err != nil || !ok {
		return civil.Date{}, err
	}
	return f.From, nil
}

// elsewhere looks at entitlements by documents that do not hold where the subject is now.
func (r *reviewing) elsewhere() error {
	for i := range r.standing {
		e := &r.standing[i]
		if e.State != Active && e.State != Suspended || slices.Contains(r.here, e.Benefit) {
			continue
		}
		b, err := r.Of(e.Benefit, e.Pack, r.today)
		if err != nil {
			return err
		}
		a, why := ask(b, e.Pack, r.today, r.known)
		a.Value = rule.No
		a.Steps = append(a.Steps, pack.ReckonedStep{Part: placePart, Says: "现在的住地不属于本文件适用的地方", Result: rule.No.Words(), Basis: b.Basis[:1]})
		why.Steps, why.Clause = a.Steps, b.Basis[0].String()
		f := finding(b, r.s, e.Path, Stop, &a, why, 0)
		f.Event, f.Entitlement, f.Unit, f.Effective = e.Event, e.ID, e.Unit, r.today
		if err := r.keep(f); err != nil {
			return err
		}
	}
	return nil
}
