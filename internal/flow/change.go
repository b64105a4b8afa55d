package flow

import (
	"maps"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/rule"
)

// change carries out the act on n, which is already a copy. Clocks follow in tick.
func (f *Flow) change(l civil.Law, n *Situation, st *Step, a *Act) error {
	if a.Verb == Register {
		n.Flow, n.Channel, n.Desk = f.ID, f.Channel, a.Unit
		if slices.Contains(a.As, Sender) { // then To is the desk that it is sent to
			n.Sender, n.Desk = a.Unit, a.To
		}
		n.Walked = f.Patrolled()
		n.First, n.Count = map[Verb]time.Time{}, map[Verb]int{}
		if err := f.share(n, a); err != nil {
			return err
		}
	}
	if len(a.Sets) > 0 {
		if n.Facts == nil {
			n.Facts = map[string]any{}
		}
		maps.Copy(n.Facts, a.Sets)
	}
	n.Located = n.Located || a.Where != nil
	for _, path := range a.Also {
		if !slices.Contains(n.Also, path) {
			n.Also = append(n.Also, path)
		}
	}
	if err := f.effect(l, n, a); err != nil {
		return err
	}
	if st.To == Refused {
		n.Outcome = "refused"
	}
	f.debts(n, st, a)
	f.move(n, st, a)
	if _, seen := n.First[a.Verb]; !seen {
		n.First[a.Verb] = a.At
	}
	n.Count[a.Verb]++
	n.Steps++
	n.At = a.At
	if d := (Doer{a.Actor, a.Unit, a.Verb}); a.Actor != "" && !slices.Contains(n.Doers, d) {
		n.Doers = append(n.Doers, d)
	}
	return nil
}

// effect is what a verb does besides moving the case.
func (f *Flow) effect(l civil.Law, n *Situation, a *Act) error {
	switch a.Verb {
	case Dispatch, Reassign:
		n.Lead = a.To
		n.Branches = slices.DeleteFunc(n.Branches, func(b Branch) bool { return b.Unit == a.To && b.Done.IsZero() })
		if err := branch(l, n, a); err != nil {
			return err
		}
		return f.begin(l, n, a)
	case Whistle:
		if f.Call != nil {
			return f.whistle(l, n, a)
		}
	case Arrive:
		if i := n.awaited(a.Unit); f.Call != nil && i >= 0 {
			n.Branches[i].Arrived = a.At
		}
	case Opine:
		return f.opine(l, n, a)
	case Reply:
		return f.decide(n, a)
	case Join:
		if slices.Contains(a.With, n.Lead) {
			return fault.Invalid("units", "主办单位不能同时为协办单位")
		}
		return branch(l, n, a)
	case Contribute:
		i := slices.IndexFunc(n.Branches, func(b Branch) bool { return b.Unit == a.Unit && b.Done.IsZero() })
		if i < 0 {
			return fault.Conflict("本单位没有待反馈的协办事项")
		}
		if n.Branches[i].awaited() { // who tells what he did has come
			n.Branches[i].Arrived = a.At
		}
		n.Branches[i].Done = a.At
	case Return:
		n.Lead, n.Branches = "", unfinishedDropped(n.Branches)
	case Present, Raise:
		return f.climb(n, a)
	case Extend:
		n.Pending = &Request{By: a.Actor, At: a.At, Term: a.Term, Why: a.Words}
	case Grant:
		return f.grant(l, n, a)
	case Deny:
		n.Pending = nil
	case Supervise:
		return order(l, n, a)
	case Close:
		if a.Outcome != "" || f.Approval == nil {
			n.Outcome = a.Outcome
		}
		n.Appeal = false
	case CallBack, Rate:
		n.Grade = a.Grade
	case Merge:
		n.Main = a.Case
	case Convert:
		n.Facts, n.Lead, n.Branches = maps.Clone(a.Sets), "", nil
	case Appeal:
		n.Appeal = true
	case Explain:
		n.Appeal = false
	case Reopen:
		n.Outcome, n.Appeal, n.Lead, n.Branches, n.Grade = "", false, "", nil, 0
	}
	return nil
}

// climb puts the case before a leader, as the ladder of posts allows.
func (f *Flow) climb(n *Situation, a *Act) error {
	if a.Verb == Raise && a.Leader == n.Leader {
		return fault.Invalid("leader", "请选择另一位领导")
	}
	if len(f.Ladder) > 0 {
		to, from := slices.Index(f.Ladder, a.Post), -1
		if a.Verb == Raise {
			from = slices.Index(f.Ladder, n.Post)
		}
		switch {
		case to < 0:
			return fault.Invalid("leader", "本流程不向该职务呈批")
		case to <= from:
			return fault.Invalid("leader", "只能转呈更高一级的领导")
		case f.Stepwise && to > from+1:
			return fault.Invalid("leader", "请逐级呈报，不能越级")
		}
	}
	n.Leader, n.Post = a.Leader, a.Post
	return nil
}

func branch(l civil.Law, n *Situation, a *Act) error {
	for _, u := range a.With {
		if n.Helps(u) {
			continue
		}
		b := Branch{Unit: u, Since: a.At}
		if a.Term != "" {
			d, err := due(l, a)
			if err != nil {
				return err
			}
			b.Due = d
		}
		n.Branches = append(n.Branches, b)
	}
	return nil
}

func unfinishedDropped(list []Branch) []Branch {
	return slices.DeleteFunc(list, func(b Branch) bool { return b.Done.IsZero() })
}

func order(l civil.Law, n *Situation, a *Act) error {
	o := Order{ID: orderID(len(n.Orders) + 1), At: a.At, By: a.Actor}
	if a.Term != "" {
		d, err := due(l, a)
		if err != nil {
			return err
		}
		o.Due = d
	}
	n.Orders = append(n.Orders, o)
	return nil
}

func due(l civil.Law, a *Act) (time.Time, error) {
	t, err := civil.ParseTerm(a.Term)
	if err != nil {
		return time.Time{}, fault.Invalid("term", "期限写法不对，例如 5wd（工作日）、10d（日）")
	}
	d, err := l.Deadline(a.At, t, nil)
	if err != nil {
		return time.Time{}, fault.Internal(err, "无法计算期限")
	}
	return d.Due, nil
}

// debts settles what the step pays and adds what it makes somebody owe.
func (f *Flow) debts(n *Situation, st *Step, a *Act) {
	n.Owed = slices.DeleteFunc(n.Owed, func(o Owed) bool {
		return slices.Contains(st.Pays, o.ID) ||
			slices.ContainsFunc(f.Dues, func(d Due) bool { return d.ID == o.ID && slices.Contains(d.Paid, st.Verb) })
	})
	for _, d := range st.Owes {
		o := Owed{ID: d.ID, Name: d.Name, Since: a.At, Basis: d.Basis}
		if d.To == Leader {
			o.To = a.Actor
		}
		if !slices.ContainsFunc(n.Owed, func(x Owed) bool { return x.ID == o.ID && x.To == o.To }) {
			n.Owed = append(n.Owed, o)
		}
	}
}

// arise adds the dues whose condition has come to hold; each arises once in a round, or as often as it follows its condition.
func (f *Flow) arise(l civil.Law, n *Situation, a *Act, e *Effect) error {
	if a.Verb == Reopen {
		n.Arisen = nil
	}
	for i := range f.Dues {
		d := &f.Dues[i]
		holds := d.When.Ask(f.facts4(n, a.At)).Value == rule.Yes
		if d.Follows && !holds {
			fallAway(n, d.ID)
		}
		if slices.Contains(n.Arisen, d.ID) || !holds {
			continue
		}
		n.Arisen = append(n.Arisen, d.ID)
		e.Touched = append(e.Touched, "due."+d.ID)
		if slices.Contains(d.Paid, a.Verb) {
			continue // the very step that raised it settles it
		}
		o := Owed{ID: d.ID, Name: d.Name, Since: a.At, Basis: d.Basis}
		if !d.Term.IsZero() {
			end, err := l.Deadline(a.At, f.days(d.Term), nil)
			if err != nil {
				return fault.Internal(err, "无法计算期限")
			}
			o.Due = end.Due
		}
		n.Owed = append(n.Owed, o)
	}
	return nil
}

// fallAway takes a due that follows its condition out of the case, so that it may arise again.
func fallAway(n *Situation, id string) {
	n.Arisen = slices.DeleteFunc(n.Arisen, func(x string) bool { return x == id })
	n.Owed = slices.DeleteFunc(n.Owed, func(o Owed) bool { return o.ID == id })
}

// move puts the case into its next state and keeps the stay.
func (f *Flow) move(n *Situation, st *Step, a *Act) {
	to := st.To
	switch to {
	case "":
		return
	case Back:
		to, n.Back = n.Back, ""
	case Waiting:
		n.Back = n.State
	}
	if to == n.State {
		return
	}
	if k := len(n.Stays); k > 0 && n.Stays[k-1].To.IsZero() {
		n.Stays[k-1].To = a.At
	}
	n.State, n.Since = to, a.At
	n.Stays = append(n.Stays, Stay{State: to, From: a.At})
	if to != Presented {
		n.Leader, n.Post = "", ""
	}
}
