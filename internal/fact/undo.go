package fact

import (
	"linli/internal/db"
	"linli/internal/fault"
)

// Undo takes back all that a deed told and tells again what it had ended, as one deed of t. The earlier tellings keep their rows.
// Returns notfound when nothing of the deed stands, and conflict when something of it was replaced since: that comes first.
func Undo(tx *db.Tx, deed db.ID, t Telling) (undone int, err error) {
	if err := t.settle(); err != nil {
		return 0, err
	}
	if deed.IsZero() || deed == t.Deed {
		return 0, fault.Invalid("deed", "没有可以撤销的登记")
	}
	facts, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where deed = ? order by id", deed)
	if err != nil {
		return 0, wrap("read deed", err)
	}
	relations, err := db.Select(tx, scanRelation, "select "+relationColumns+" from relation where deed = ? order by id", deed)
	if err != nil {
		return 0, wrap("read deed", err)
	}
	for _, f := range facts {
		if f.EndedBy == deed {
			continue
		}
		if !f.Superseded.IsZero() {
			return 0, laterStands()
		}
		if err := Retract(tx, f, t); err != nil {
			return 0, err
		}
	}
	for _, r := range relations {
		if r.EndedBy == deed {
			continue
		}
		if !r.Superseded.IsZero() {
			return 0, laterStands()
		}
		if err := end(tx, "relation", r.ID, t.Deed); err != nil {
			return 0, err
		}
	}
	again, err := restore(tx, deed, t)
	if err == nil && len(facts)+len(relations)+again == 0 {
		err = fault.NotFound("没有可以撤销的登记")
	}
	return len(facts) + len(relations) + again, err
}

func laterStands() error {
	return fault.Conflict("此后又登记了别的变动，请先撤销后面的变动")
}

// restore tells again what a deed had ended.
func restore(tx *db.Tx, deed db.ID, t Telling) (int, error) {
	facts, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where ended_by = ? and ended_by <> 0 order by id", deed)
	if err != nil {
		return 0, wrap("read what was ended", err)
	}
	relations, err := db.Select(tx, scanRelation, "select "+relationColumns+" from relation where ended_by = ? and ended_by <> 0 order by id", deed)
	if err != nil {
		return 0, wrap("read what was ended", err)
	}
	n := 0
	for _, f := range facts {
		if f.Deed == deed { // told and ended within the deed
			continue
		}
		n++
		if err := again(tx, f, t); err != nil {
			return n, err
		}
	}
	for _, r := range relations {
		if r.Deed == deed {
			continue
		}
		n++
		if err := tellAgain(tx, r, t); err != nil {
			return n, err
		}
	}
	return n, nil
}
