package staff

import (
	"slices"

	"linli/internal/db"
)

// How an Actor reached us, for the log.
const (
	ViaPage    = "page"
	ViaAPI     = "api"
	ViaCommand = "command"
	ViaJob     = "job"
)

// An Actor (经办人) is who acts: an argument of every write. It is a copy of what the account was allowed when it was
// loaded; web/session loads it afresh after every change of accounts, grants, units or places.
type Actor struct {
	Account db.ID // zero for Job
	Login   string
	Name    string
	Post    string // 职务 as packs name it, e.g. "office-deputy"; "" for none
	Unit    string // code of the unit the account belongs to; "" for residents
	Grants  []Grant
	Person  db.ID  // the resident's entry in the register; zero for most staff
	Via     string // ViaPage, ViaAPI, ViaCommand or ViaJob
}

// Job is the program itself acting at its own time, e.g. a clock that ran out. It has no grants and sees no list.
func Job(name string) Actor { return Actor{Login: "job:" + name, Name: name, Via: ViaJob} }

// IsZero reports that nobody is logged in.
func (a Actor) IsZero() bool { return a.Account.IsZero() && a.Login == "" }

// Has reports whether a grant of this role reaches a thing at placePath in the hands of unit. An empty placePath or unit
// leaves that bound unasked: Has(Verifier, "", "") asks whether the actor verifies anywhere at all.
func (a Actor) Has(role Role, placePath, unit string) bool {
	for _, g := range a.Grants {
		if g.Role == role && g.covers(placePath, unit) {
			return true
		}
	}
	return false
}

// HasAny reports whether the actor has one of these roles anywhere.
func (a Actor) HasAny(roles ...Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(roles, g.Role) })
}

// Roles returns the actor's roles, each once, in the order of the flow.
func (a Actor) Roles() []Role {
	return slices.DeleteFunc(Roles(), func(r Role) bool { return !a.HasAny(r) })
}

// Scope is what the actor may see. A grant bound to a unit shows that unit's cases, also when it names a place besides;
// otherwise a grant bound to a place shows the subtree, to a grid worker only the cases there in which grid workers have a part. Admins, community workers and who handles money see no case by that role (a community's
// unit sees what it has a part in), residents their own.
func (a Actor) Scope() Scope {
	s := Scope{Account: a.Account, Person: a.Person}
	for _, g := range a.Grants {
		switch {
		case g.Role == Grid:
			s.Grids = append(s.Grids, g.Place)
		case g.Role == Admin || g.Role == Resident || g.Role == Community || g.Role == Carer || g.Role == Finance || g.Role == Treasurer:
		case g.Unit != "":
			s.Units = append(s.Units, g.Unit)
		case g.Place != "" && g.Role != Handler:
			s.Places = append(s.Places, g.Place)
		}
	}
	s.tidy()
	return s
}
