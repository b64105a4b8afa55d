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

// Lapsing lists up to limit open cases whose clock has run out, or which await a unit that was called and is late, and whose history does not say so yet.
func (c *Cases) Lapsing(tx *db.Tx, limit int) ([]db.ID, error) {
	now := db.At(tx.Now())
	return db.Select(tx, scanID, `select id from (
		select id from case_record where open = 1 and late = 0 and met = -1 and limit_at > '' and limit_at <= ? and yellow_at < ?
		union all
		select id from case_record where open = 1 and late = 0 and met = -1 and limit_at = '' and target_at > '' and target_at <= ? and yellow_at < ?
		union
		select w.case_id from case_call w join case_record r on r.id = w.case_id where w.at <= ? and r.open = 1) n
		limit ?`, now, noYellow, now, noYellow, now, limit)
}

// Lapse writes into a case's history that its term has passed, or that a called unit did not come in time, so that the duties which follow from lateness arise on
// the day and not at the next step somebody takes. It reports whether it did: not for a case that is no longer late.
func (c *Cases) Lapse(tx *db.Tx, id db.ID) (bool, error) {
	k, err := load(tx, id)
	if err != nil {
		return false, err
	}
	var called int
	if err := tx.QueryRow(`select count(*) from case_call where case_id = ? and at <= ?`, id, db.At(tx.Now())).Scan(&called); err != nil {
		return false, fmt.Errorf("look for called units: %w", err)
	}
	words := ""
	if absent := k.Situation.Absent(tx.Now()); called > 0 && absent > 0 { // and the history does not say so yet
		words = fmt.Sprintf("%d 个单位到时没有报到", absent)
	} else if !k.Situation.Late(tx.Now()) {
		return false, nil
	}
	_, err = c.step(tx, staff.Job("期限巡查"), k, []flow.Role{flow.System}, Act{Act: flow.Act{Verb: flow.Lapse, Words: words}})
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
