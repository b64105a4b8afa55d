package casework

import (
	"fmt"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/register"
	"linli/internal/staff"
)

// An Own (本人办件) is a case as its reporter finds it in his list: with the receipt that he was given, which a merged
// case keeps.
type Own struct {
	Line
	Receipt  string // number of his receipt
	Reported db.Time
}

// Own lists what the person of an actor has reported by any channel, closed cases included, the latest first, up to
// limit (1 to 200; 0: 50) reported before the given instant (zero: from the first). Somebody without a person has none.
func (c *Cases) Own(tx *db.Tx, by staff.Actor, before time.Time, limit int) ([]Own, error) {
	if by.Person.IsZero() {
		return nil, nil
	}
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	until := "9"
	if !before.IsZero() {
		until = db.At(before).Text()
	}
	his, args, err := register.Among(tx, "person", by.Person)
	if err != nil {
		return nil, fmt.Errorf("own cases: %w", err)
	}
	list, err := db.Select(tx, func(rows *db.Rows) (o Own, err error) {
		return o, rows.Scan(&o.ID, &o.Receipt, &o.Reported)
	}, `select case_id, number, at from case_reporter where `+his+` and at < ? order by at desc, id desc limit ?`,
		append(args, until, limit)...)
	if err != nil {
		return nil, fmt.Errorf("own cases: %w", err)
	}
	ids := make([]db.ID, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	lines, err := c.lines(tx, ids)
	if err != nil {
		return nil, fmt.Errorf("own cases: %w", err)
	}
	for i := range list {
		if at := slices.IndexFunc(lines, func(l Line) bool { return l.ID == list[i].ID }); at >= 0 {
			list[i].Line = lines[at]
		}
	}
	return list, nil
}

// SameAs keeps what a reporter says: that his case and an earlier one, named by its number, are one matter. The desk sees
// both and decides whether to merge; the reporter learns nothing of the other case by it.
func (c *Cases) SameAs(tx *db.Tx, id db.ID, number string) error {
	others, err := db.Select(tx, scanID, `select id from case_record where number = ?`, number)
	if err != nil {
		return fmt.Errorf("find like case: %w", err)
	}
	if len(others) == 0 || others[0] == id {
		return nil
	}
	return linked(tx, id, others[0], "反映人认为是同一件事")
}

// UrgedToday reports whether a reporter has urged the case on the day of the transaction in Shanghai.
func (c *Cases) UrgedToday(tx *db.Tx, id db.ID) (bool, error) {
	midnight := civil.DateOf(tx.Now(), civil.Shanghai).In(civil.Shanghai)
	var n int
	err := tx.QueryRow(`select count(*) from case_step where case_id = ? and verb = ? and roles = ? and at >= ?`,
		id, string(flow.Urge), string(flow.Reporter), db.At(midnight)).Scan(&n)
	return n > 0, err
}

// MayUrge refuses, as a conflict, what would be a reporter's second urging of a day: those who work on the case have been
// told. Every way to urge comes through here.
func (c *Cases) mayUrge(tx *db.Tx, id db.ID) error {
	urged, err := c.UrgedToday(tx, id)
	if err != nil {
		return fmt.Errorf("urged today: %w", err)
	}
	if urged {
		return fault.Conflict("今天已经催办过一次，承办单位已收到，明天可以再催")
	}
	return nil
}
