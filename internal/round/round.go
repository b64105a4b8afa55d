package round

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Rounds are the rounds and inspections of one city. It is safe for concurrent use.
type Rounds struct {
	packs   func() *pack.Index
	cases   *casework.Cases
	classes *class.Classes
}

// Options says whose rounds they are.
type Options struct {
	Packs   func() *pack.Index // the packs in force now
	Cases   *casework.Cases    // what findings open, and what is re-checked
	Classes *class.Classes     // which persons are visited
}

// New returns the rounds of a city.
func New(o Options) *Rounds { return &Rounds{packs: o.Packs, cases: o.Cases, classes: o.Classes} }

// rule returns what a plan goes by: the round and its pack, as they were when the plan was made.
func (x *Rounds) rule(p *Plan) (*pack.Edition, *pack.Round, error) {
	of := x.packs().Pack(p.Document, p.Pack)
	if of != nil {
		e := of.On(p.From)
		if r := e.Round(p.Round); r != nil {
			return e, r, nil
		}
	}
	return nil, nil, fault.Internal(nil, "巡查计划“%s”所依据的政策包版本不在库中", p.Name)
}

// In lists the rounds that hold at a place on a day, with the documents they stand in.
func (x *Rounds) In(path string, on civil.Date) (list []Kind) {
	for _, p := range x.packs().At(path, on) {
		for _, r := range p.On(on).Rounds {
			list = append(list, Kind{r, p})
		}
	}
	return list
}

// A Kind (巡查种类) is a round of a pack that holds somewhere.
type Kind struct {
	*pack.Round
	Of *pack.Pack
}

// record writes a deed to the audit log, what it is about by its digest.
func record(tx *db.Tx, by staff.Actor, verb string, id db.ID, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "round:" + id.String(), Digest: sha256.Sum256(text)})
}

// noted is record with the detail in the log itself, for what must be provable from the log alone.
func noted(tx *db.Tx, by staff.Actor, verb string, id db.ID, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "round:" + id.String(), Detail: text})
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// basis is the clause that a refusal about a plan rests on.
func basis(r *pack.Round) law.Clause { return r.Basis[0] }
