package fact

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
)

// A Correction (更正申请) is a request to hold something else of a subject, which another person approves or rejects.
type Correction struct {
	ID       db.ID
	Subject  Subject
	Name     string
	Standing db.ID  // the fact it would replace; zero when nothing was known
	Was      string // its value then
	Value    string
	From, To civil.Date
	Reason   string
	Path     string // of the place whose people decide
	AskedBy  string
	AskedAt  db.Time
	State    string // Asked, Approved or Rejected
	Decider  string
	Decided  db.Time
	Answer   string
}

const correctionColumns = `id, subject, subject_kind, name, standing, was, value, valid_from, valid_to, reason, path, asked_by, asked_at,
	state, decided_by, decided_at, answer`

func scanCorrection(r *db.Rows) (c Correction, err error) {
	err = r.Scan(&c.ID, &c.Subject.ID, (*string)(&c.Subject.Kind), &c.Name, &c.Standing, &c.Was, &c.Value, &c.From, &c.To, &c.Reason, &c.Path, &c.AskedBy, &c.AskedAt,
		&c.State, &c.Decider, &c.Decided, &c.Answer)
	return c, err
}

// AskCorrection asks for another value. Returns invalid without a reason or a change, and conflict when somebody has asked to correct the
// same: the sentence says since when, and to what.
func AskCorrection(tx *db.Tx, c Correction) (Correction, error) {
	var err error
	if c.Reason, err = sentence(c.Reason); err != nil {
		return c, err
	}
	if c.Value == "" {
		return c, fault.Invalid(c.Name, "请填写更正后的内容")
	}
	if err := touch(tx, c.Subject); err != nil {
		return c, err
	}
	waiting, err := db.Select(tx, scanCorrection, "select "+correctionColumns+" from statement_correction where subject = ? and name = ? and state = ?",
		c.Subject.ID, c.Name, Asked)
	if err != nil {
		return c, wrap("find correction", err)
	}
	if len(waiting) > 0 {
		w := waiting[0]
		return c, fault.Conflict("这一项已有人于 %s 申请更正为“%s”，理由是“%s”，正等待审批；请先等那条有结果",
			civil.DateOf(w.AskedAt.Time, civil.Shanghai).String(), w.Value, w.Reason)
	}
	day := c.From
	if day.IsZero() {
		day = place.Today(tx)
	}
	old, known, err := One(tx, c.Subject, c.Name, AsOf{Valid: day})
	if err != nil {
		return c, err
	}
	if known {
		if old.Value == c.Value {
			return c, fault.Invalid(c.Name, "与现在登记的内容相同，没有需要更正的")
		}
		c.Standing, c.Was = old.ID, old.Value
		if c.From.IsZero() && c.To.IsZero() { // wrong all along: the whole telling is replaced
			c.From, c.To = old.From, old.To
		}
	}
	c.ID, c.AskedAt, c.State = db.NewID(), db.At(tx.Now()), Asked
	err = tx.Exec("insert into statement_correction ("+correctionColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '')",
		c.ID, c.Subject.ID, string(c.Subject.Kind), c.Name, c.Standing, c.Was, c.Value, c.From, c.To, c.Reason, c.Path, c.AskedBy, c.AskedAt, c.State)
	if err != nil {
		return c, wrap("ask correction", err)
	}
	return c, record(tx, c.AskedBy, "ask-correction", c.Subject, map[string]string{"name": c.Name, "reason": c.Reason})
}

// Decide approves or rejects a correction. Who asked may not decide. An approved one becomes a new fact, unless what it was to replace has
// changed meanwhile: that is a conflict which says by what. Returns invalid for a rejection without a reason.
func Decide(tx *db.Tx, by string, id db.ID, approve bool, answer string) (Fact, error) {
	c, err := CorrectionOf(tx, id)
	if err != nil {
		return Fact{}, err
	}
	if c.AskedBy == by {
		return Fact{}, fault.Forbidden("自己申请的更正须由别人审批")
	}
	if !approve {
		if answer, err = sentence(answer); err != nil {
			return Fact{}, err
		}
	}
	if err := touch(tx, c.Subject); err != nil {
		return Fact{}, err
	}
	state := Rejected
	if approve {
		state = Approved
		if err := unmoved(tx, c); err != nil {
			return Fact{}, err
		}
	}
	n, err := tx.ExecCount("update statement_correction set state = ?, decided_by = ?, decided_at = ?, answer = ? where id = ? and state = ?",
		state, by, db.At(tx.Now()), answer, id, Asked)
	if err != nil {
		return Fact{}, wrap("decide correction", err)
	}
	if n == 0 {
		return Fact{}, fault.Conflict("这条更正申请已有人审批，请刷新后再看")
	}
	var f Fact
	if approve {
		out, err := Change(tx, Fact{Subject: c.Subject, Name: c.Name, Value: c.Value, From: c.From, To: c.To,
			Telling: Telling{Source: Source{ByClerk, "更正"}, By: c.AskedBy, Basis: "更正申请 " + c.ID.String()}})
		if err != nil {
			return f, err
		}
		f = out.Fact
	}
	return f, record(tx, by, "decide-correction", c.Subject, map[string]string{"name": c.Name, "state": state, "answer": answer})
}

// unmoved reports a conflict when what a correction was to replace stands no longer.
func unmoved(tx *db.Tx, c Correction) error {
	if c.Standing.IsZero() {
		return nil
	}
	old, err := ByID(tx, c.Standing)
	if err != nil || old.Superseded.IsZero() {
		return err
	}
	day := civil.DateOf(old.Superseded.Time, civil.Shanghai).String()
	now, known, err := One(tx, c.Subject, c.Name, AsOf{Valid: old.From})
	if err != nil {
		return err
	}
	if !known {
		return fault.Conflict("申请之后，原来的登记已于 %s 撤销，请核对后重新申请或不予批准", day)
	}
	return fault.Conflict("申请之后，这一项已于 %s 改为“%s”，来源是%s，请核对后重新申请或不予批准", day, now.Value, now.Source.Kind.Words())
}

// CorrectionOf returns one correction. Returns notfound.
func CorrectionOf(tx *db.Tx, id db.ID) (Correction, error) {
	list, err := db.Select(tx, scanCorrection, "select "+correctionColumns+" from statement_correction where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这条更正申请")
	}
	if err != nil {
		return Correction{}, wrap("read correction", err)
	}
	return list[0], nil
}

// Corrections returns those that wait at these places, in the order of arrival.
func Corrections(tx *db.Tx, q Queue) ([]Correction, error) {
	cond, args, some := q.where()
	if !some {
		return nil, nil
	}
	list, err := db.Select(tx, scanCorrection, "select "+correctionColumns+" from statement_correction where state = ? and "+cond+" and id > ? order by id limit ?",
		append(append([]any{Asked}, args...), q.After, q.Limit)...)
	return list, wrap("list corrections", err)
}

// CorrectionsOf returns all corrections of a subject, the latest first.
func CorrectionsOf(tx *db.Tx, s Subject) ([]Correction, error) {
	list, err := db.Select(tx, scanCorrection, "select "+correctionColumns+" from statement_correction where subject = ? order by id desc", s.ID)
	return list, wrap("list corrections", err)
}

// FollowPath lets what waits at or below a place wait at another, after a change of places.
func FollowPath(tx *db.Tx, former, path string) error {
	from, end := place.Range(former)
	for _, table := range []string{"statement_conflict", "statement_correction"} {
		if err := tx.Exec("update "+table+" set path = ? || substr(path, ?) where path >= ? and path < ?", path, len(former)+1, from, end); err != nil {
			return wrap("follow place", err)
		}
	}
	return nil
}
