package casework

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Cases is the casework of one city. It is safe for concurrent use.
type Cases struct {
	city   string
	law    civil.Law
	packs  func() *pack.Index
	people *register.Register
	sms    bool

	hooks notify.Publisher
}

// Options says whose casework it is.
type Options struct {
	City   string             // code of the city, which names its audit log
	Law    civil.Law          // how days and hours count
	Packs  func() *pack.Index // the packs in force now; asked anew for each act
	People *register.Register // who keeps persons and their secrets
	SMS    bool               // reporters with a mobile number hear of the main steps by text message
}

// New returns the casework of a city.
func New(o Options) *Cases {
	return &Cases{city: o.City, law: o.Law, packs: o.Packs, people: o.People, sms: o.SMS}
}

// Bound is a number by which the platform goes in this city at an instant, as its documents say or its own default does (pack.KnownBounds).
func (c *Cases) Bound(id string, at time.Time) int {
	return c.packs().Bound(id, c.city, civil.DateOf(at, civil.Shanghai))
}

// Law is how days and hours count here.
func (c *Cases) Law() civil.Law { return c.law }

// edition is the pack edition that a flow has on a day, for a case that begins then.
func (c *Cases) edition(flowID string, at time.Time) *pack.Edition {
	return c.packs().Flow(flowID, civil.DateOf(at, civil.Shanghai))
}

// flowNamed finds another flow in the pack version that a case began with.
func (c *Cases) flowNamed(k *Case, id string) *flow.Flow {
	p := c.packs().Pack(k.Document, k.Pack)
	if p == nil {
		return nil
	}
	return p.On(civil.DateOf(k.Registered, civil.Shanghai)).Flow(id)
}

// flowOf finds the flow of a case as it was when the case began.
func (c *Cases) flowOf(k *Case) (*flow.Flow, error) {
	if f := c.flowNamed(k, k.Flow); f != nil {
		return f, nil
	}
	return nil, fault.Internal(nil, "办件 %s 所依据的政策包版本不在库中", k.Number)
}

// lawOf is how days count for a case: the Civil Code, as its document varies it.
func (c *Cases) lawOf(k *Case) civil.Law {
	if p := c.packs().Pack(k.Document, k.Pack); p != nil {
		return p.Law(c.law)
	}
	return c.law
}

// Form returns the form that registers a case of a flow at an instant, or nil when the flow asks nothing of its own.
func (c *Cases) Form(flowID string, at time.Time) *form.Form {
	e := c.edition(flowID, at)
	if e == nil {
		return nil
	}
	return e.Form(e.Flow(flowID).Form)
}

// Clause finds a clause by its citation, for those who ask why; nil when no pack has it.
func (c *Cases) Clause(l law.Clause) *pack.Clause { return c.packs().Clause(l) }

// Flows returns the flows that take in cases at an instant, in the order of their packs: not those that only the platform
// begins, nor those that items begin.
func (c *Cases) Flows(at time.Time) []*flow.Flow {
	var list []*flow.Flow
	day := civil.DateOf(at, civil.Shanghai)
	for _, p := range c.packs().Packs() {
		e := p.On(day)
		for _, f := range e.Flows {
			by := f.Step(flow.Register).By
			if !e.IsBase(f.ID) && (slices.Contains(by, flow.Desk) || slices.Contains(by, flow.Reporter)) {
				list = append(list, f)
			}
		}
	}
	return list
}

// deskFor finds the unit that keeps a new case: the clerk's own when it fills the flow's desk, else the unit that does.
func (c *Cases) deskFor(tx *db.Tx, f *flow.Flow, by staff.Actor, path string) (string, error) {
	offices := f.Offices[flow.Desk]
	if len(offices) == 0 {
		return by.Unit, nil
	}
	var first string
	for _, o := range offices {
		units, err := staff.UnitsFilling(tx, o, path)
		if err != nil {
			return "", err
		}
		for _, u := range units {
			if u.Code == by.Unit {
				return u.Code, nil
			}
			if first == "" {
				first = u.Code
			}
		}
	}
	if first == "" && by.Unit != "" { // nobody serves the place itself: who serves a place within it keeps what he brings
		own, err := staff.UnitOf(tx, by.Unit)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(offices, func(o string) bool { return slices.Contains(own.Offices, o) }) {
			first = own.Code
		}
	}
	return first, nil
}

// actorID is how an actor is named in histories and the audit log.
func actorID(by staff.Actor) string {
	if by.Account.IsZero() {
		return by.Via
	}
	return by.Account.String()
}

// onceActor separates the idempotency keys of different people.
func onceActor(by staff.Actor) string {
	if by.Account.IsZero() {
		return "public"
	}
	return by.Account.String()
}

func requestHash(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(b)
	return h[:], nil
}

// standard names verbs for messages about any flow.
var standard = flow.Standard()

func verbName(v flow.Verb) string {
	if st := standard.Step(v); st != nil {
		return st.Name
	}
	return string(v)
}
