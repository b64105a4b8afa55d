package casework

import (
	"linli/internal/db"
	"linli/internal/register"
	"linli/internal/staff"
)

// person finds the reporter in the register, or enters him. Somebody logged in as a resident is himself; somebody of
// whom only a name is known stays a name on the case.
func (c *Cases) person(tx *db.Tx, by staff.Actor, r *Reporter) (db.ID, error) {
	if !by.Person.IsZero() && by.HasAny(staff.Resident) {
		return register.Kept(tx, by.Person)
	}
	if !r.Person.IsZero() && by.HasAny(staff.Desk) { // found in the register by the desk that takes it in
		return r.Person, nil
	}
	if r.Phone == "" && r.IDNo == "" {
		return 0, nil
	}
	p, _, err := c.people.FindOrCreate(tx, newcomer(r))
	return p.ID, err
}

func newcomer(r *Reporter) register.Newcomer {
	return register.Newcomer{Name: r.Name, Phone: r.Phone, IDNumber: r.IDNo, Source: "case"}
}

// Caller lists the earlier cases of whoever has this telephone number, newest first, as far as the actor sees them.
func (c *Cases) Caller(tx *db.Tx, by staff.Actor, phone string, limit int) ([]Line, error) {
	people, err := c.people.Find(tx, register.Phone, phone)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	var args []any
	for _, p := range people {
		entries, err := register.Entries(tx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, id := range entries {
			args = append(args, id)
		}
	}
	ids, err := db.Select(tx, scanID, `select case_id from case_reporter where person in (`+db.Marks(len(args))+`)
		group by case_id order by max(at) desc limit ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return c.linesFor(tx, by, c.those(tx, by, ids))
}

// those keeps the ids of cases the actor sees.
func (c *Cases) those(tx *db.Tx, by staff.Actor, ids []db.ID) []db.ID {
	var kept []db.ID
	for _, id := range ids {
		if _, err := visible(tx, by, id); err == nil {
			kept = append(kept, id)
		}
	}
	return kept
}

// CameBy returns the person who first reported a case; zero when only a name is known.
func (c *Cases) CameBy(tx *db.Tx, id db.ID) (db.ID, error) {
	list, err := db.Select(tx, scanID, `select person from case_reporter where came_by = ? order by at limit 1`, id)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

// OfPerson lists the cases that a person of the register reported, newest first, as far as the actor sees them.
func (c *Cases) OfPerson(tx *db.Tx, by staff.Actor, person db.ID, limit int) ([]Line, error) {
	his, args, err := register.Among(tx, "person", person)
	if err != nil {
		return nil, err
	}
	ids, err := db.Select(tx, scanID, `select case_id from case_reporter where `+his+` group by case_id order by max(at) desc limit ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return c.linesFor(tx, by, c.those(tx, by, ids))
}
