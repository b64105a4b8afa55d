package duty

import (
	"embed"

	"linli/internal/civil"
	"linli/internal/pack"
)

// Migrations creates the table of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

const (
	ahead  = 30  // days before its last day that a task arises whose day falls within its period
	remind = 3   // days before its last day that the unit is reminded
	reach  = 400 // days back that a sweep looks, so that a city which begins to use a pack is not buried in old tasks
)

// Duties raises and keeps the tasks of one city. It is safe for concurrent use.
type Duties struct {
	law   civil.Law
	packs func() *pack.Index
}

// Options says whose duties they are.
type Options struct {
	Law   civil.Law          // how days count where a document does not vary it
	Packs func() *pack.Index // the packs in force now; asked anew for each sweep
}

// New returns the duties of a city.
func New(o Options) *Duties { return &Duties{law: o.Law, packs: o.Packs} }
