package part

import (
	"context"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// A Town is what fragments need of the city: where things are kept, and what they are called.
type Town struct {
	DB     *db.DB
	Cases  *casework.Cases
	Packs  func() *pack.Index
	Places *place.Index
	Units  *staff.Directory
	Files  *blob.Store
	People *register.Register

	navs map[ui.Person]Nav
}

// A Nav makes the navigation of one kind of person's pages for whoever reads (session.From); at is the present page.
type Nav func(ctx context.Context, at string) []ui.Link

// AddNav tells how the people of one kind find their way, so that the pages which several kinds share lead back to theirs.
// It is for wiring, before anything is served.
func (t *Town) AddNav(p ui.Person, n Nav) {
	if t.navs == nil {
		t.navs = map[ui.Person]Nav{}
	}
	t.navs[p] = n
}

// NavOf is the navigation of one kind of person, nil before anybody told it.
func (t *Town) NavOf(ctx context.Context, p ui.Person, at string) []ui.Link {
	if n := t.navs[p]; n != nil {
		return n(ctx, at)
	}
	return nil
}

// Place writes where a place is, without the city: "湖滨区前进街道示例社区".
func (t *Town) Place(code string) string {
	if code == "" {
		return ""
	}
	return t.Places.Tree().FullName(code, 1)
}

// Unit is the name of a unit, "" for none.
func (t *Town) Unit(code string) string {
	if code == "" {
		return ""
	}
	return t.Units.Name(code)
}

// Flow finds a flow by its id as it is on a day, or nil.
func (t *Town) Flow(id string, on time.Time) *flow.Flow {
	if e := t.Packs().Flow(id, civil.DateOf(on, civil.Shanghai)); e != nil {
		return e.Flow(id)
	}
	return nil
}

// flowOf finds the flow of a case in the version with which the case began; the standard one when no pack has it.
func (t *Town) flowOf(k *casework.Case) *flow.Flow {
	if p := t.Packs().Pack(k.Document, k.Pack); p != nil {
		if f := p.On(civil.DateOf(k.Registered, civil.Shanghai)).Flow(k.Flow); f != nil {
			return f
		}
	}
	return standard
}

// FlowName is what a channel is called, e.g. "群众来信".
func (t *Town) FlowName(id string, on time.Time) string {
	if f := t.Flow(id, on); f != nil {
		return f.Name
	}
	return id
}

// standard has the names of states and verbs that no document changed.
var standard = flow.Standard()

// StateName is what a state of a flow is called; f may be nil.
func StateName(ctx context.Context, f *flow.Flow, s flow.State) string {
	for _, f := range []*flow.Flow{f, standard} {
		if f == nil {
			continue
		}
		if d := f.State(s); d != nil {
			return ui.T(ctx, d.Name)
		}
	}
	return string(s)
}

// VerbName is what a step of a flow is called; f may be nil.
func VerbName(ctx context.Context, f *flow.Flow, v flow.Verb) string {
	for _, f := range []*flow.Flow{f, standard} {
		if f == nil {
			continue
		}
		if st := f.Step(v); st != nil {
			return ui.T(ctx, st.Name)
		}
	}
	return string(v)
}

// Gist writes a clause as its place in the document and what it says in short; the citation when no pack has it.
func (t *Town) Gist(c law.Clause) string {
	if c.IsZero() {
		return ""
	}
	k := t.Packs().Clause(c)
	if k == nil || k.Restricted {
		return c.String()
	}
	return k.At + " " + k.Gist
}

// PersonOf is the kind of person as whom somebody in office sees a case: that of his first role.
func PersonOf(by staff.Actor) ui.Person {
	if by.HasAny(staff.Community) { // whatever else he does, he works for a community
		return ui.Community
	}
	for _, r := range by.Roles() {
		if p := areas[r]; p != "" {
			return p
		}
	}
	return ui.Resident
}

var areas = map[staff.Role]ui.Person{
	staff.Desk: ui.Window, staff.Dispatcher: ui.Window, staff.Verifier: ui.Window, staff.Handler: ui.Department,
	staff.Grid: ui.Grid, staff.Carer: ui.Homecare, staff.Finance: ui.Payment, staff.Treasurer: ui.Payment, staff.Leader: ui.Supervisor, staff.Supervisor: ui.Supervisor, staff.Admin: ui.Admin, staff.Auditor: ui.Supervisor,
}
