package casework

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
)

// Lapsing lists up to limit open cases whose clock has run out and whose history does not say so yet.
func (c *Cases) Lapsing(tx *db.Tx, limit int) ([]db.ID, error) {
	now := db.At(tx.Now())
	return db.Select(tx, scanID, `select id from (
		select id from case_record where open = 1 and late = 0 and met = -1 and limit_at > '' and limit_at <= ? and yellow_at < ?
		union all
		select id from case_record where open = 1 and late = 0 and met = -1 and limit_at = '' and target_at > '' and target_at <= ? and yellow_at < ?) n
		limit ?`, now, noYellow, now, noYellow, limit)
}

// Lapse writes into a case's history that its term has passed, so that the duties which follow from lateness arise on
// the day and not at the next step somebody takes. It reports whether it did: not for a case that is no longer late.
func (c *Cases) Lapse(tx *db.Tx, id db.ID) (bool, error) {
	k, err := load(tx, id)
	if err != nil {
		return false, err
	}
	if !k.Situation.Late(tx.Now()) {
		return false, nil
	}
	_, err = c.step(tx, staff.Job("期限巡查"), k, []flow.Role{flow.System}, Act{Act: flow.Act{Verb: flow.Lapse}})
	if err != nil && fault.KindOf(err) == fault.KindConflict {
		return false, nil // closed or merged meanwhile
	}
	return err == nil, err
}

// Witness recomputes the digests that the audit log keeps of steps.
func (c *Cases) Witness() audit.Witness {
	return audit.Witness{Prefix: "case", Digest: func(tx *db.Tx, e audit.Entry) ([32]byte, error) {
		id, seq, err := parseSubject(e.Subject)
		if err != nil {
			return [32]byte{}, err
		}
		var data string
		var s Step
		row, err := db.Select(tx, func(r *db.Rows) (Step, error) { return scanStepData(r, &data) },
			`select `+stepColumns+` from case_step where case_id = ? and seq = ?`, id, seq)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return [32]byte{}, err
		}
		if len(row) == 0 {
			return [32]byte{}, fault.NotFound("办件 %s 的第 %d 步不在库中", id, seq)
		}
		s = row[0]
		return s.digest(data), nil
	}}
}

func parseSubject(s string) (db.ID, int, error) {
	text, seq, ok := strings.Cut(strings.TrimPrefix(s, "case:"), "/")
	id, err := db.ParseID(text)
	n, err2 := strconv.Atoi(seq)
	if !ok || err != nil || err2 != nil {
		return 0, 0, fmt.Errorf("audit subject %q is no step of a case", s)
	}
	return id, n, nil
}
