package casework

import (
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/register"
	"linli/internal/staff"
)

// keys are the names under which a case is seen: "p:" for its place and each ancestor (and for those of the places that its
// helpers serve, see parts), "g:" likewise where those who walk the grids have a part in it, "u:" for each unit that has or
// had a part, "r:" for each reporter's person, "a:" for the leader it lies before and those owed a report. The queue and the search index are written with them, and Sees asks the
// same keys of one record, so that no list is wider than its records.
func (c *Case) keys(units []string, persons []db.ID) []string {
	list := c.placeKeys()
	for _, u := range units {
		list = append(list, staff.UnitKey(u))
	}
	for _, p := range persons {
		list = append(list, staff.PersonKey(p))
	}
	if c.Situation.Leader != "" {
		list = append(list, "a:"+c.Situation.Leader)
	}
	for _, o := range c.Situation.Owed {
		if k := "a:" + o.To; o.To != "" && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}

// placeKeys are those of the keys of a case that tell where it is: at its place, and at others that it concerns.
func (c *Case) placeKeys() []string {
	var list []string
	for _, path := range append([]string{c.Path}, c.Situation.Also...) {
		keys := staff.PlaceKeys(path)
		if c.Situation.Walked {
			keys = append(keys, staff.GridKeys(path)...)
		}
		for _, k := range keys {
			if !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
	}
	return list
}

// sees is the one permission: do the keys of a case and those of an actor meet?
func sees(by staff.Actor, keys []string) bool {
	return by.Scope().Sees(keys) || slices.Contains(keys, own(by))
}

// seen are the keys under which an actor finds cases in the queue.
func seen(by staff.Actor) []string { return append(by.Scope().Keys(), own(by)) }

func own(by staff.Actor) string { return "a:" + by.Account.String() }

// visible loads a case for an actor. A case he may not see is not found: its existence is not told either.
func visible(tx *db.Tx, by staff.Actor, id db.ID) (*Case, error) {
	c, err := load(tx, id)
	if err != nil {
		return nil, err
	}
	if sees(by, c.keys(c.Situation.Units(), nil)) {
		return c, nil
	}
	list, err := parts(tx, id)
	if err != nil {
		return nil, err
	}
	past, helped := partLabels(list)
	mine, err := reported(tx, by, id)
	if err != nil {
		return nil, err
	}
	if mine || sees(by, append(c.keys(past, nil), helped...)) || c.Situation.Did(by.Account.String(), flow.Instruct) {
		return c, nil
	}
	return nil, notHere()
}

// reported reports whether a case is one that an actor brought, under any entry that the register has of him.
func reported(tx *db.Tx, by staff.Actor, id db.ID) (bool, error) {
	if by.Person.IsZero() {
		return false, nil
	}
	his, args, err := register.Among(tx, "person", by.Person)
	if err != nil {
		return false, err
	}
	list, err := db.Select(tx, scanID, `select person from case_reporter where case_id = ? and `+his+` limit 1`, append([]any{id}, args...)...)
	return len(list) > 0, err
}

// seenAs are the keys of seen, and those of the entries that were merged into the actor's own, or his into another.
func seenAs(tx *db.Tx, by staff.Actor) ([]string, error) {
	keys := seen(by)
	entries, err := register.Entries(tx, by.Person)
	for _, id := range entries {
		if k := staff.PersonKey(id); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys, err
}

// A part is a unit that has or had one in a case, and the path of the place that a helper serves.
type part struct{ unit, path string }

const partsSQL = `select unit, path from case_unit where case_id = ?`

func parts(tx *db.Tx, id db.ID) ([]part, error) {
	return db.Select(tx, func(r *db.Rows) (p part, err error) { return p, r.Scan(&p.unit, &p.path) }, partsSQL, id)
}

// partLabels returns the units of parts, and the keys of the places that helpers serve.
func partLabels(list []part) (units, helped []string) {
	for _, p := range list {
		units = append(units, p.unit)
		helped = append(helped, staff.PlaceKeys(p.path)...)
	}
	return units, helped
}

const personsSQL = `select person from case_reporter where case_id = ? and person <> 0`

// persons returns the reporters of a case who are in the register, each once, in order.
func persons(tx *db.Tx, id db.ID) ([]db.ID, error) {
	list, err := db.Select(tx, scanID, personsSQL, id)
	slices.Sort(list)
	return slices.Compact(list), err
}

// foresee tells the database what a step is going to ask, to travel with its first question.
func foresee(tx *db.Tx, id db.ID, a *Act) {
	tx.Foresee(loadSQL, id)
	if toReporter[a.Verb] {
		tx.Foresee(personsSQL, id)
	}
	if a.To != "" {
		staff.ForeseeUnit(tx, a.To)
		tx.Foresee(partsSQL, id)
	}
}

func scanID(rows *db.Rows) (id db.ID, err error) { return id, rows.Scan(&id) }

// queued brings the queue rows of a case to what they should be. Only what differs is written.
func queued(tx *db.Tx, c *Case, before []string, beforeYellow string, after []string, yellow string) error {
	if yellow != beforeYellow {
		if len(before) > 0 {
			if err := tx.Exec(`delete from case_queue where case_id = ?`, c.ID); err != nil {
				return err
			}
		}
		return enqueueAll(tx, after, yellow, c.ID)
	}
	for _, k := range before {
		if !slices.Contains(after, k) {
			err := tx.Exec(`delete from case_queue where scope = ? and yellow_at = ? and case_id = ?`, k, yellow, c.ID)
			if err != nil {
				return err
			}
		}
	}
	return enqueueAll(tx, slices.DeleteFunc(slices.Clone(after), func(k string) bool { return slices.Contains(before, k) }), yellow, c.ID)
}

func enqueue(tx *db.Tx, scope, yellow string, id db.ID) error {
	return enqueueAll(tx, []string{scope}, yellow, id)
}

// enqueueAll adds a case to the queues of all scopes in one statement.
func enqueueAll(tx *db.Tx, scopes []string, yellow string, id db.ID) error {
	if len(scopes) == 0 {
		return nil
	}
	args := make([]any, 0, 3*len(scopes))
	for _, k := range scopes {
		args = append(args, k, yellow, id)
	}
	return tx.Exec(`insert into case_queue (scope, yellow_at, case_id) values (?, ?, ?)`+strings.Repeat(", (?, ?, ?)", len(scopes)-1), args...)
}
