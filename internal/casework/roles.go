package casework

import (
	"slices"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
)

// roles finds what an actor is to a case: the desk that keeps it, the lead unit that works on it, the leader it lies
// before. A role in office counts only where its grant reaches the place and the unit of the case.
func (c *Cases) roles(tx *db.Tx, by staff.Actor, k *Case) ([]flow.Role, error) {
	s := &k.Situation
	var list []flow.Role
	add := func(r flow.Role, is bool) {
		if is {
			list = append(list, r)
		}
	}
	add(flow.Sender, s.Sender != "" && by.Has(staff.Handler, "", s.Sender))
	add(flow.Desk, by.Has(staff.Desk, k.Path, s.Desk))
	add(flow.Dispatcher, by.Has(staff.Dispatcher, k.Path, ""))
	add(flow.Lead, s.Lead != "" && by.Has(staff.Handler, "", s.Lead))
	add(flow.Helper, s.Helps(by.Unit) && by.Has(staff.Handler, "", by.Unit))
	add(flow.Leader, by.Has(staff.Leader, "", "") && s.Leader == by.Account.String())
	add(flow.Verifier, by.Has(staff.Verifier, k.Path, ""))
	add(flow.Supervisor, by.Has(staff.Supervisor, k.Path, ""))
	add(flow.Patrol, s.Walked && walks(by, k.Path, s.Also))
	add(flow.System, by.Via == staff.ViaJob && by.Account.IsZero())
	if !by.Person.IsZero() {
		mine, err := reported(tx, by, k.ID)
		if err != nil {
			return nil, err
		}
		add(flow.Reporter, mine)
	}
	f, err := c.flowOf(k)
	if err != nil {
		return nil, err
	}
	return bound(tx, f, by, k.Path, list)
}

// walks reports whether an actor walks the grid of a case, or one of the others that it concerns.
func walks(by staff.Actor, path string, also []string) bool {
	return by.Has(staff.Grid, path, "") || slices.ContainsFunc(also, func(p string) bool { return by.Has(staff.Grid, p, "") })
}

// bound leaves out the roles that a flow keeps for the units that fill their offices, where the actor is of none of these.
func bound(tx *db.Tx, f *flow.Flow, by staff.Actor, path string, list []flow.Role) ([]flow.Role, error) {
	var kept []flow.Role
	for _, r := range list {
		if slices.Contains(f.Bound, r) {
			fills, err := fillsOne(tx, f.Offices[r], by.Unit, path)
			if err != nil {
				return nil, err
			}
			if !fills {
				continue
			}
		}
		kept = append(kept, r)
	}
	return kept, nil
}

// fillsOne reports whether a unit fills one of the offices for a place.
func fillsOne(tx *db.Tx, offices []string, unit, path string) (bool, error) {
	for _, office := range offices {
		units, err := staff.UnitsFilling(tx, office, path)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(units, func(u staff.Unit) bool { return u.Code == unit }) {
			return true, nil
		}
	}
	return false, nil
}

// intakeRoles are the roles in which somebody registers a case that does not exist yet. Who works for a unit brings for it
// what a flow lets units bring, who walks the grid what a flow lets those bring.
func (c *Cases) intakeRoles(tx *db.Tx, f *flow.Flow, by staff.Actor, path string) ([]flow.Role, error) {
	who := f.Step(flow.Register).By
	switch {
	case slices.Contains(who, flow.Sender) && by.Unit != "" && by.Has(staff.Handler, "", by.Unit):
		return []flow.Role{flow.Sender}, nil
	case slices.Contains(who, flow.Patrol) && by.Has(staff.Grid, path, ""):
		return []flow.Role{flow.Patrol}, nil
	case by.Has(staff.Desk, path, ""):
		if roles, err := bound(tx, f, by, path, []flow.Role{flow.Desk}); err != nil || len(roles) > 0 {
			return roles, err
		}
	case by.Via == staff.ViaJob && by.Account.IsZero():
		return []flow.Role{flow.System}, nil
	}
	return []flow.Role{flow.Reporter}, nil
}

// An Option (可办动作) is a step an actor may take now.
type Option struct {
	Step *flow.Step
	Why  string // not empty: shown but not possible, and why
}

// A View (办件详情) is a case as one actor sees it.
type View struct {
	Case    *Case
	Flow    *flow.Flow
	Roles   []flow.Role
	Steps   []Step
	Ends    []flow.Ends // clocks with the explanation of their days
	Options []Option    // in the order of the flow
}

// View loads a case with its history, its explained clocks and what the actor may do.
func (c *Cases) View(tx *db.Tx, by staff.Actor, id db.ID) (*View, error) {
	k, err := visible(tx, by, id)
	if err != nil {
		return nil, err
	}
	f, err := c.flowOf(k)
	if err != nil {
		return nil, err
	}
	v := &View{Case: k, Flow: f}
	if v.Roles, err = c.roles(tx, by, k); err != nil {
		return nil, err
	}
	if v.Steps, err = history(tx, id); err != nil {
		return nil, err
	}
	v.Steps = unrated(by, k, f, v.Steps)
	if v.Ends, err = f.Explain(c.lawOf(k), &k.Situation); err != nil {
		return nil, err
	}
	for _, st := range f.Steps() {
		if f.Allowed(&k.Situation, st.Verb, actorID(by), by.Unit, v.Roles) == nil {
			v.Options = append(v.Options, Option{Step: st})
		}
	}
	return v, nil
}

// Get loads a case for an actor.
func (c *Cases) Get(tx *db.Tx, by staff.Actor, id db.ID) (*Case, error) { return visible(tx, by, id) }

// Numbered loads the case of a number for an actor.
func (c *Cases) Numbered(tx *db.Tx, by staff.Actor, number string) (*Case, error) {
	ids, err := db.Select(tx, scanID, `select id from case_record where number = ?`, number)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, notHere()
	}
	return visible(tx, by, ids[0])
}

// History lists the steps of a case for an actor who sees it.
func (c *Cases) History(tx *db.Tx, by staff.Actor, id db.ID) ([]Step, error) {
	k, err := visible(tx, by, id)
	if err != nil {
		return nil, err
	}
	f, err := c.flowOf(k)
	if err != nil {
		return nil, err
	}
	steps, err := history(tx, id)
	return unrated(by, k, f, steps), err
}

// isRated reports whether an actor belongs to those whom the reporter rates: the units that worked on the case, and in an
// item also the window. They learn what people think of them from figures, never from whom; nor does who supervises others,
// of the work of his own unit.
func isRated(by staff.Actor, k *Case, f *flow.Flow) bool {
	s := &k.Situation
	if by.Unit == "" {
		return false
	}
	return by.Unit == s.Lead || slices.ContainsFunc(s.Branches, func(b flow.Branch) bool { return b.Unit == by.Unit }) ||
		f.Approval != nil && by.Unit == s.Desk
}

// unrated leaves the ratings out of a history for those who were rated.
func unrated(by staff.Actor, k *Case, f *flow.Flow, steps []Step) []Step {
	if !isRated(by, k, f) {
		return steps
	}
	return slices.DeleteFunc(steps, func(s Step) bool { return s.Verb == flow.Rate })
}

// ungraded takes the grade out of lines for those who were rated, by isRated itself. Only a line that may be theirs is loaded.
func (c *Cases) ungraded(tx *db.Tx, by staff.Actor, list []Line) error {
	for i := range list {
		l := &list[i]
		if l.Grade == 0 || by.Unit == "" || l.Lead != by.Unit && l.Desk != by.Unit && !l.Joint {
			continue
		}
		k, err := load(tx, l.ID)
		if err != nil {
			return err
		}
		f, err := c.flowOf(k)
		if err != nil {
			return err
		}
		if isRated(by, k, f) {
			l.Grade = 0
		}
	}
	return nil
}

// linesFor reads list rows by id as an actor may see them.
func (c *Cases) linesFor(tx *db.Tx, by staff.Actor, ids []db.ID) ([]Line, error) {
	list, err := c.lines(tx, ids)
	if err != nil {
		return nil, err
	}
	return list, c.ungraded(tx, by, list)
}

// Stored loads a case for the platform's own work, without asking who may see it.
func (c *Cases) Stored(tx *db.Tx, id db.ID) (*Case, error) { return load(tx, id) }
