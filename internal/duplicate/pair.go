package duplicate

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/match"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A State says how far a pair is.
type State string

// The states.
const (
	Open      State = "open"
	Merged    State = "merged"
	Different State = "different"
)

// A Pair (疑似重复) is two entries that are likely of one person.
type Pair struct {
	ID      db.ID
	Older   db.ID
	Newer   db.ID
	Path    string // of the place of the newer
	Rule    int
	Says    string
	Reasons []match.Reason
	Source  string // where it was found: a file, a window
	Found   db.Time
	State   State
	By      string
	Decided db.Time
	Why     string
}

// Note puts two entries into the queue. A pair that is known already stays as it is. It reports whether it was new.
func Note(tx *db.Tx, a, b db.ID, v match.Verdict, path, source string) (bool, error) {
	if a > b {
		a, b = b, a
	}
	reasons, err := json.Marshal(v.Reasons)
	if err != nil {
		return false, err
	}
	n, err := tx.ExecCount(`insert into duplicate_pair (id, older, newer, path, rule, says, reasons, source, found_at, state)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (older, newer) do nothing`,
		db.NewID(), a, b, path, v.Rule, v.Says, string(reasons), source, db.At(tx.Now()), string(Open))
	return n > 0, wrap("note pair", err)
}

const columns = "id, older, newer, path, rule, says, reasons, source, found_at, state, decided_by, decided_at, why"

func scan(rows *db.Rows) (p Pair, err error) {
	var reasons string
	err = rows.Scan(&p.ID, &p.Older, &p.Newer, &p.Path, &p.Rule, &p.Says, &reasons, &p.Source, &p.Found, (*string)(&p.State), &p.By, &p.Decided, &p.Why)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(reasons), &p.Reasons)
}

// Registrars are the roles that keep the registers of a place.
var Registrars = []staff.Role{staff.Desk, staff.Community}

// Registers reports whether somebody keeps the registers at a place.
func Registers(by staff.Actor, path string) bool {
	return slices.ContainsFunc(Registrars, func(r staff.Role) bool { return by.Has(r, path, "") })
}

// may reports whether somebody may see and decide pairs at a place: who registers there, and, to see, who audits there.
func may(by staff.Actor, path string, decide bool) bool {
	return Registers(by, path) || !decide && by.Has(staff.Auditor, path, "")
}

// Queue returns the open pairs that somebody may see, the newest first, before an id; zero begins at the newest.
func Queue(tx *db.Tx, by staff.Actor, before db.ID, limit int) ([]Pair, error) {
	cond, args := reach(by)
	if cond == "" {
		return nil, nil
	}
	if before.IsZero() {
		before = 1<<63 - 1
	}
	list, err := db.Select(tx, scan, "select "+columns+" from duplicate_pair where state = ? and id < ? and ("+cond+") order by id desc limit ?",
		append(append([]any{string(Open), before}, args...), limit)...)
	return list, wrap("list pairs", err)
}

// Count returns how many open pairs somebody may see.
func Count(tx *db.Tx, by staff.Actor) (n int, err error) {
	cond, args := reach(by)
	if cond == "" {
		return 0, nil
	}
	err = tx.QueryRow("select count(*) from duplicate_pair where state = ? and ("+cond+")", append([]any{string(Open)}, args...)...).Scan(&n)
	return n, wrap("count pairs", err)
}

// reach is may as a condition on path.
func reach(by staff.Actor) (cond string, args []any) {
	for _, g := range by.Grants {
		if !slices.Contains(Registrars, g.Role) && g.Role != staff.Auditor {
			continue
		}
		if cond != "" {
			cond += " or "
		}
		cond += "path like ?"
		args = append(args, g.Place+"%")
	}
	return cond, args
}

// Get returns one pair. Returns notfound also for one that by may not see.
func Get(tx *db.Tx, by staff.Actor, id db.ID) (Pair, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from duplicate_pair where id = ?", id)
	if err == nil && (len(list) == 0 || !may(by, list[0].Path, false)) {
		err = fault.NotFound("没有这一对疑似重复的登记")
	}
	if err != nil {
		return Pair{}, wrap("read pair", err)
	}
	return list[0], nil
}

// Of returns the open pairs that a person is in.
func Of(tx *db.Tx, person db.ID) ([]Pair, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from duplicate_pair where (older = ? or newer = ?) and state = ? order by id", person, person, string(Open))
	return list, wrap("list pairs of person", err)
}

// Check looks for entries of the same person as one that was just added, and puts those that are likely so into the queue. It returns them
// all, the sure ones first.
func Check(tx *db.Tx, people *register.Register, d *register.Draft, path, source string) ([]register.PersonLikeness, error) {
	found, err := people.Alike(tx, []*register.Draft{d})
	if err != nil {
		return nil, err
	}
	for _, f := range found[0] {
		if _, err := Note(tx, f.Person.ID, d.ID, f.Verdict, path, source); err != nil {
			return nil, err
		}
	}
	return found[0], nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
