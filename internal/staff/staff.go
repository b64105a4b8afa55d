package staff

import (
	"embed"
	"encoding/json"
	"fmt"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/place"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Version changes whenever an Actor loaded before may be out of date: after a change of accounts, grants or units, and
// of places, whose paths an Actor carries.
type Version struct{ Staff, Place int64 }

// CurrentVersion is one query.
func CurrentVersion(tx *db.Tx) (v Version, err error) {
	err = tx.QueryRow("select version, "+place.VersionSQL+" from staff_state where id = 1").Scan(&v.Staff, &v.Place)
	return v, wrap("read version of staff", err)
}

// Raise makes every Actor in memory out of date, in this process and in others, once tx is committed.
func Raise(tx *db.Tx) error {
	return wrap("raise version of staff", tx.Exec("update staff_state set version = version + 1 where id = 1"))
}

// record writes a deed of administration to the audit log and raises the version.
func record(tx *db.Tx, by Actor, verb, subject string, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return wrap("record "+verb, err)
	}
	e := audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: subject, Detail: text}
	if err := audit.Record(tx, e); err != nil {
		return err
	}
	return Raise(tx)
}

// AuditName is how the audit log names an actor: the id of the account, or the name of a job or command.
func (a Actor) AuditName() string {
	if a.Account.IsZero() {
		return a.Login
	}
	return a.Account.String()
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
