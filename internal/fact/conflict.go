package fact

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
)

// The states of conflicts and corrections.
const (
	Open     = "open"
	Kept     = "kept"  // what stood goes on standing
	Taken    = "taken" // the other telling stands now
	Asked    = "asked"
	Approved = "approved"
	Rejected = "rejected"
)

// A Conflict (登记冲突) is a telling that disagrees with what stands, and waits for somebody to settle it.
type Conflict struct {
	ID       db.ID
	Subject  Subject
	Name     string
	Standing db.ID // the fact that stood when it came in
	Value    string
	From, To civil.Date
	Telling
	Recorded db.Time
	State    string // Open, Kept or Taken
	Settler  string
	Settled  db.Time
	Reason   string
}

const conflictColumns = `id, subject, subject_kind, name, standing, value, valid_from, valid_to, source_kind, source, certainty, by_actor, basis,
	path, recorded_at, state, settled_by, settled_at, reason`

func scanConflict(r *db.Rows) (c Conflict, err error) {
	err = r.Scan(&c.ID, &c.Subject.ID, (*string)(&c.Subject.Kind), &c.Name, &c.Standing, &c.Value, &c.From, &c.To, (*string)(&c.Source.Kind), &c.Source.Name,
		(*string)(&c.Certainty), &c.By, &c.Basis, &c.Path, &c.Recorded, &c.State, &c.Settler, &c.Settled, &c.Reason)
	return c, err
}

// dispute puts a telling in the queue, unless the same source says the same there already.
func dispute(tx *db.Tx, old, f Fact) (db.ID, error) {
	open, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		`select id from statement_conflict where subject = ? and name = ? and state = ? and value = ? and valid_from = ? and valid_to = ?
		and source_kind = ? and source = ? limit 1`, f.Subject.ID, f.Name, Open, f.Value, f.From, f.To, string(f.Source.Kind), f.Source.Name)
	if err != nil {
		return 0, wrap("find conflict", err)
	}
	if len(open) > 0 {
		return open[0], nil
	}
	id := db.NewID()
	return id, wrap("add conflict", tx.Exec("insert into statement_conflict ("+conflictColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '')",
		id, f.Subject.ID, string(f.Subject.Kind), f.Name, old.ID, f.Value, f.From, f.To, string(f.Source.Kind), f.Source.Name, string(f.Certainty), f.By, f.Basis,
		f.Path, db.At(tx.Now()), Open))
}

// A Queue says which waiting conflicts or corrections are wanted.
type Queue struct {
	Places []string // path prefixes; none: nothing
	After  db.ID    // the last one of the page before; they come in the order of arrival
	Limit  int
}

// where returns the condition by places, false when nothing is visible.
func (q Queue) where() (string, []any, bool) {
	var parts []string
	var args []any
	for _, p := range q.Places {
		from, end := place.Range(p)
		parts, args = append(parts, "path >= ? and path < ?"), append(args, from, end)
	}
	return "(" + strings.Join(parts, " or ") + ")", args, len(parts) > 0
}

// Conflicts returns those that wait at these places, in the order of arrival.
func Conflicts(tx *db.Tx, q Queue) ([]Conflict, error) {
	cond, args, some := q.where()
	if !some {
		return nil, nil
	}
	list, err := db.Select(tx, scanConflict, "select "+conflictColumns+" from statement_conflict where state = ? and "+cond+" and id > ? order by id limit ?",
		append(append([]any{Open}, args...), q.After, q.Limit)...)
	return list, wrap("list conflicts", err)
}

// ConflictsOf returns all conflicts about a subject, settled ones too, the latest first.
func ConflictsOf(tx *db.Tx, s Subject) ([]Conflict, error) {
	list, err := db.Select(tx, scanConflict, "select "+conflictColumns+" from statement_conflict where subject = ? order by id desc", s.ID)
	return list, wrap("list conflicts", err)
}

// ConflictOf returns one conflict. Returns notfound.
func ConflictOf(tx *db.Tx, id db.ID) (Conflict, error) {
	list, err := db.Select(tx, scanConflict, "select "+conflictColumns+" from statement_conflict where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这条登记冲突")
	}
	if err != nil {
		return Conflict{}, wrap("read conflict", err)
	}
	return list[0], nil
}

// Settle decides a conflict with a reason: take says that the telling which waited is right. It is written in the audit log. Returns the fact
// that then stands; invalid without a reason, conflict when it was settled meanwhile.
func Settle(tx *db.Tx, by string, id db.ID, take bool, reason string) (Fact, error) {
	c, err := ConflictOf(tx, id)
	if err != nil {
		return Fact{}, err
	}
	if reason, err = sentence(reason); err != nil {
		return Fact{}, err
	}
	state := Kept
	if take {
		state = Taken
	}
	n, err := tx.ExecCount("update statement_conflict set state = ?, settled_by = ?, settled_at = ?, reason = ? where id = ? and state = ?",
		state, by, db.At(tx.Now()), reason, id, Open)
	if err != nil {
		return Fact{}, wrap("settle conflict", err)
	}
	if n == 0 {
		return Fact{}, fault.Conflict("这条登记冲突已有人处理，请刷新后再看")
	}
	f, err := ByID(tx, c.Standing)
	if take {
		t := c.Telling
		t.Deed, t.Certainty = 0, Confirmed
		out, err2 := Change(tx, Fact{Subject: c.Subject, Name: c.Name, Value: c.Value, From: c.From, To: c.To, Telling: t})
		f, err = out.Fact, err2
	}
	if err != nil {
		return Fact{}, err
	}
	return f, record(tx, by, "settle-conflict", c.Subject, map[string]string{"name": c.Name, "state": state, "reason": reason})
}

const (
	minReason = 4
	maxReason = 200
)

// sentence checks a reason. Returns invalid.
func sentence(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason {
		return "", fault.Invalid("reason", "请写明理由，%d 到 %d 字", minReason, maxReason)
	}
	return reason, nil
}

// record writes a deed about a subject in the audit log, without the values: they are in the tellings.
func record(tx *db.Tx, by, verb string, s Subject, detail map[string]string) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return fault.Internal(err, "系统内部错误")
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return wrap("record", audit.Record(tx, audit.Entry{City: city, Actor: by, Verb: verb, Subject: s.String(), Detail: b}))
}
