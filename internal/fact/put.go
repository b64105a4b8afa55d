package fact

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
)

// An Outcome says what became of a telling.
type Outcome struct {
	Fact     Fact  // what holds now
	Conflict db.ID // the telling disagrees and waits; zero otherwise
	Same     bool  // it was known already, and nothing was written
}

const maxValue = 5_000

// Put tells that something holds from f.From until f.To. What the same source told before, what is less sure, and what was merely
// stated gives way for those days. A confirmed fact of another source stays, and the telling waits as a conflict. Returns invalid.
func Put(tx *db.Tx, f Fact) (Outcome, error) { return put(tx, f, false) }

// Change tells that from f.From on something is otherwise than it was, as an event does: a marriage, a move. Whatever stood gives way.
// Returns invalid.
func Change(tx *db.Tx, f Fact) (Outcome, error) { return put(tx, f, true) }

func put(tx *db.Tx, f Fact, event bool) (Outcome, error) {
	if err := f.settle(); err != nil {
		return Outcome{}, err
	}
	if err := touch(tx, f.Subject); err != nil {
		return Outcome{}, err
	}
	standing, err := standingOf(tx, f)
	if err != nil {
		return Outcome{}, err
	}
	if same, ok := told(standing, f); ok {
		return Outcome{Fact: same, Same: true}, nil
	}
	if !event {
		for _, old := range standing {
			if old.resists(f) {
				id, err := dispute(tx, old, f)
				return Outcome{Fact: old, Conflict: id}, err
			}
		}
	}
	for _, old := range standing {
		if err := giveWay(tx, old, f); err != nil {
			return Outcome{}, err
		}
	}
	f.ID, f.Recorded, f.Superseded = db.NewID(), db.At(tx.Now()), db.Time{}
	return Outcome{Fact: f}, wrap("tell fact", tx.Exec("insert into statement ("+factColumns+") values "+factMarks, f.args()...))
}

// settle checks and fills in. Returns invalid.
func (f *Fact) settle() error {
	if f.Subject.ID.IsZero() || f.Name == "" {
		return fault.Invalid("subject", "登记信息须说明是谁的哪一项")
	}
	f.Value = strings.TrimSpace(f.Value)
	if n := utf8.RuneCountInString(f.Value); n == 0 || n > maxValue {
		return fault.Invalid(f.Name, "登记信息不能为空，不超过 %d 字", maxValue)
	}
	if !f.To.IsZero() && !f.From.Before(f.To) {
		return fault.Invalid(f.Name, "开始日期须早于结束日期")
	}
	return f.Telling.settle()
}

// touch makes writers of one subject wait for each other.
func touch(tx *db.Tx, s Subject) error {
	return wrap("touch subject", tx.Exec(`insert into statement_subject (subject, subject_kind, version) values (?, ?, 1)
		on conflict (subject) do update set version = statement_subject.version + 1`, s.ID, string(s.Kind)))
}

// standingOf returns what we hold of the same name for some of the same days.
func standingOf(tx *db.Tx, f Fact) ([]Fact, error) {
	list, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where subject = ? and name = ? and superseded_at = '' order by valid_from, id",
		f.Subject.ID, f.Name)
	if err != nil {
		return nil, wrap("read what stands", err)
	}
	var out []Fact
	for _, old := range list {
		if overlaps(old.From, old.To, f.From, f.To) {
			out = append(out, old)
		}
	}
	return out, nil
}

// told returns the fact that says all that f says, no less surely.
func told(standing []Fact, f Fact) (Fact, bool) {
	for _, old := range standing {
		if old.Value == f.Value && old.Certainty.rank() >= f.Certainty.rank() && !f.From.Before(old.From) &&
			(old.To.IsZero() || !f.To.IsZero() && !old.To.Before(f.To)) {
			return old, true
		}
	}
	return Fact{}, false
}

// resists reports whether what stands stays when f is told.
func (old Fact) resists(f Fact) bool {
	return old.Value != f.Value && old.Certainty == Confirmed && old.Source != f.Source
}

// giveWay ends what we hold, and tells again what of its days f does not speak of.
func giveWay(tx *db.Tx, old, f Fact) error {
	if err := end(tx, "statement", old.ID, f.Deed); err != nil {
		return err
	}
	if old.From.Before(f.From) {
		left := old
		left.To = f.From
		if err := again(tx, left, f.Telling); err != nil {
			return err
		}
	}
	if !f.To.IsZero() && (old.To.IsZero() || f.To.Before(old.To)) {
		right := old
		right.From = f.To
		return again(tx, right, f.Telling)
	}
	return nil
}

// again tells the rest of a fact with its own source, in the deed that shortened it.
func again(tx *db.Tx, f Fact, by Telling) error {
	f.ID, f.Recorded, f.Superseded, f.Deed, f.EndedBy = db.NewID(), db.At(tx.Now()), db.Time{}, by.Deed, 0
	return wrap("tell the rest", tx.Exec("insert into statement ("+factColumns+") values "+factMarks, f.args()...))
}

func end(tx *db.Tx, table string, id, deed db.ID) error {
	return wrap("end telling", tx.ExecOne("update "+table+" set superseded_at = ?, ended_by = ? where id = ? and superseded_at = ''",
		db.At(tx.Now()), deed, id))
}

// AddMany tells facts of subjects about whom nothing was told before, in few statements, for imports. Nothing is compared. Facts that follow
// each other and come from the same telling, for the same days, cost least.
func AddMany(tx *db.Tx, list []Fact) error {
	const batch = 500 // SQLite journals the pages of each statement, so a few large ones cost less
	for i := range list {
		if err := list[i].settle(); err != nil {
			return err
		}
	}
	for len(list) > 0 {
		n := 1
		for n < min(batch, len(list)) && alikeBut(list[0], list[n]) {
			n++
		}
		if err := addAlike(tx, list[:n]); err != nil {
			return wrap("tell facts", err)
		}
		list = list[n:]
	}
	return nil
}

// alikeBut reports whether two facts differ in subject, name and value only.
func alikeBut(a, b Fact) bool {
	a.ID, a.Subject.ID, a.Name, a.Value, a.Path = b.ID, b.Subject.ID, b.Name, b.Value, b.Path
	return a == b
}

// addAlike binds what the facts share once.
func addAlike(tx *db.Tx, list []Fact) error {
	f := list[0]
	args := make([]any, 0, 12+4*len(list))
	args = append(args, string(f.Subject.Kind), f.From, f.To, db.At(tx.Now()), "", string(f.Source.Kind), f.Source.Name, string(f.Certainty), f.By, f.Basis, f.Deed, 0)
	for _, f := range list {
		args = append(args, db.NewID(), f.Subject.ID, f.Name, f.Value)
	}
	const row = "(cast(? as bigint), cast(? as bigint), cast(? as text), cast(? as text)), "
	return tx.Exec(`insert into statement (subject_kind, valid_from, valid_to, recorded_at, superseded_at, source_kind, source, certainty, by_actor, basis, deed, ended_by,
		id, subject, name, value) select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, cast(? as bigint), cast(? as bigint), column1, column2, column3, column4 from (values `+
		strings.TrimSuffix(strings.Repeat(row, len(list)), ", ")+") facts", args...)
}

// Begin tells what somebody else has kept of a subject since f.Recorded, so that its history begins there. It does nothing when anything was
// told under that name before.
func Begin(tx *db.Tx, f Fact) error {
	if err := f.settle(); err != nil {
		return err
	}
	if err := touch(tx, f.Subject); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow("select count(*) from statement where subject = ? and name = ?", f.Subject.ID, f.Name).Scan(&n); err != nil || n > 0 {
		return wrap("begin history", err)
	}
	f.ID = db.NewID()
	return wrap("begin history", tx.Exec("insert into statement ("+factColumns+") values "+factMarks, f.args()...))
}

// Names returns the names under which anything was ever told of a subject.
func Names(tx *db.Tx, s Subject) ([]string, error) {
	list, err := db.Select(tx, func(r *db.Rows) (name string, err error) { return name, r.Scan(&name) }, "select distinct name from statement where subject = ?", s.ID)
	return list, wrap("read names", err)
}

// NamesOfMany is Names of several subjects, by subject.
func NamesOfMany(tx *db.Tx, ids []db.ID) (map[db.ID][]string, error) {
	out := make(map[db.ID][]string, len(ids))
	for chunk := range slices.Chunk(ids, 400) {
		args := make([]any, len(chunk))
		for i, id := range chunk {
			args[i] = id
		}
		rows, err := tx.Query("select distinct subject, name from statement where subject in ("+db.Marks(len(chunk))+")", args...)
		if err != nil {
			return nil, wrap("read names", err)
		}
		for rows.Next() {
			var id db.ID
			var name string
			if err := rows.Scan(&id, &name); err != nil {
				return nil, wrap("read names", errors.Join(err, rows.Close()))
			}
			out[id] = append(out[id], name)
		}
		if err := rows.Close(); err != nil {
			return nil, wrap("read names", err)
		}
	}
	return out, nil
}

// Retract takes one telling back without another in its place, and does not bring back what it had replaced, as Undo does. Returns conflict
// when it no longer stands.
func Retract(tx *db.Tx, f Fact, t Telling) error {
	if err := t.settle(); err != nil {
		return err
	}
	if err := touch(tx, f.Subject); err != nil {
		return err
	}
	return end(tx, "statement", f.ID, t.Deed)
}
