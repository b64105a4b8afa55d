package audit

import (
	"errors"
	"fmt"

	"linli/internal/db"
)

// A State is how far the log of a city has come.
type State struct {
	Size    int64 // entries that have their position
	Pending int64 // entries committed and not yet sequenced
	Last    Signed
}

// Signed is a checkpoint: at that size of the log it was signed. The zero Signed stands for none.
type Signed struct {
	Size int64
	At   db.Time
	Note string // the signed text itself
}

// StateOf says how far a city's log has come.
func StateOf(tx *db.Tx, city string) (s State, err error) {
	if s.Size, err = Size(tx, city); err != nil {
		return s, err
	}
	if err := tx.QueryRow(`select count(*) from audit_entry where city = ? and position < 0`, city).Scan(&s.Pending); err != nil {
		return s, fmt.Errorf("pending entries: %w", err)
	}
	list, err := Checkpoints(tx, city, 1)
	if err == nil && len(list) > 0 {
		s.Last = list[0]
	}
	return s, err
}

// Entries returns up to limit sequenced entries of a city, the latest first: those below the position before, or all of
// them when before is 0.
func Entries(tx *db.Tx, city string, before int64, limit int) ([]Entry, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from audit_entry
		where city = ? and position >= 0 and (position < ? or ? = 0) order by position desc limit ?`, city, before, before, limit)
	if err != nil {
		return nil, fmt.Errorf("entries of the log: %w", err)
	}
	return list, nil
}

// Following returns up to limit sequenced entries of a city from a position on, in order. Positions follow one another without a gap and are given after
// the commit, so that whoever goes on from the last one he saw misses nothing, whichever process wrote it.
func Following(tx *db.Tx, city string, from int64, limit int) ([]Entry, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from audit_entry where city = ? and position >= ? and position >= 0 order by position limit ?`, city, max(from, 0), limit)
	if err != nil {
		return nil, fmt.Errorf("entries since %d: %w", from, err)
	}
	return list, nil
}

// Size is how many entries of a city have their position: the next one gets that number.
func Size(tx *db.Tx, city string) (n int64, err error) {
	err = tx.QueryRow(`select size from audit_log where city = ?`, city).Scan(&n)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return 0, fmt.Errorf("size of the log: %w", err)
	}
	return n, nil
}

// Checkpoints returns up to limit signed checkpoints of a city, the latest first. They are given as they stand: whether a
// signature holds is for Verify to say.
func Checkpoints(tx *db.Tx, city string, limit int) ([]Signed, error) {
	list, err := db.Select(tx, func(r *db.Rows) (s Signed, err error) { return s, r.Scan(&s.Size, &s.At, &s.Note) },
		`select size, at, note from audit_checkpoint where city = ? order by size desc limit ?`, city, limit)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	return list, nil
}

// Since returns the subjects of the entries of a city from a position on, in their order, and of those that have no position yet,
// each once; and the position from which to ask the next time, when what had none is told again. With more than limit entries it
// returns more as true and no subjects: whoever follows the log starts afresh. An entry that is not committed yet gets a later position
// than all that are, so nothing is missed.
func Since(tx *db.Tx, city string, from int64, limit int) (subjects []string, next int64, more bool, err error) {
	if next, err = Size(tx, city); err != nil {
		return nil, 0, false, err
	}
	if next-from > int64(limit) {
		return nil, next, true, nil
	}
	subjects, err = db.Select(tx, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) },
		`select subject from (select subject, position as first, id from audit_entry where city = ? and position >= 0 and position >= ?
			union all select subject, 9223372036854775807, id from audit_entry where city = ? and position < 0) as entries
		group by subject order by min(first), min(id)`, city, from, city)
	if err != nil {
		return nil, 0, false, fmt.Errorf("entries since %d: %w", from, err)
	}
	return subjects, next, false, nil
}
