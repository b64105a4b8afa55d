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
	err = tx.QueryRow(`select size from audit_log where city = ?`, city).Scan(&s.Size)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return s, fmt.Errorf("size of the log: %w", err)
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
