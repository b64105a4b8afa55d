package casework

import (
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
)

// save writes the case, guarded by its version, and what hangs on it. Of the columns with an index it names only those that
// differ: a database that is told to set one takes the row out of every index of that column and puts it back. It asks before it writes.
func (c *Cases) save(tx *db.Tx, f *flow.Flow, before, k *Case) error {
	p := project(f, &k.Situation, tx.Now())
	p.grade, p.located = before.row.grade, before.row.located
	if k.where != nil {
		p.located = 1
	}
	was, is := before.Situation.Units(), k.Situation.Units()
	q, err := c.queueing(tx, f, before, k, p.yellow)
	if err != nil {
		return err
	}
	newly, err := k.joining(tx, was, is)
	if err != nil {
		return err
	}
	var past []part
	if len(newly) > 0 {
		if past, err = parts(tx, k.ID); err != nil {
			return err
		}
	}
	wider := len(k.Situation.Also) > len(before.Situation.Also)
	situation, err := situations.encode(&k.Situation)
	if err != nil {
		return err
	}
	s := &k.Situation
	args := []any{k.Flow, k.Weight, s.Desk, situation, k.Version, db.At(k.Accepted), db.At(k.Routed), db.At(k.Replied), db.At(k.Closed),
		db.At(k.LastStep), db.At(k.Opened), db.At(k.Verified), k.SentBy, k.CheckedBy, p.extensions, p.metTarget, p.reassigns, p.urges, p.supervisions, p.reopens, p.joint, p.instructed, p.reportedBack,
		s.Outcome, k.Main}
	moved, more := p.moved(&before.row)
	if k.Kind != before.Kind {
		moved, more = moved+", kind = ?", append(more, k.Kind)
	}
	if k.Spot != before.Spot {
		moved, more = moved+", spot = ?", append(more, k.Spot)
	}
	if k.Channel != before.Channel {
		moved, more = moved+", channel = ?", append(more, k.Channel)
	}
	err = tx.ExecOne(`update case_record set flow = ?, weight = ?, desk = ?, situation = ?, version = ?, accepted_at = ?, routed_at = ?,
		replied_at = ?, closed_at = ?, last_step_at = ?, opened_at = ?, verified_at = ?, sent_by = ?, checked_by = ?, extensions = ?, met_target = ?, reassigns = ?, urges = ?, supervisions = ?, reopens = ?, joint = ?,
		instructed = ?, reported_back = ?, outcome = ?, main = ?`+moved+` where id = ? and version = ?`,
		append(append(args, more...), k.ID, before.Version)...)
	if err != nil {
		return err
	}
	if err := k.involve(tx, newly); err != nil {
		return err
	}
	if wider {
		if past, err = parts(tx, k.ID); err != nil {
			return err
		}
	}
	if err := k.reindex(tx, newly, past, wider); err != nil {
		return err
	}
	if err := tallied(tx, k, before.row.counts(), p.counts()); err != nil {
		return err
	}
	if err := k.keepPosition(tx, before, p); err != nil {
		return err
	}
	if err := k.keepCall(tx, before); err != nil {
		return err
	}
	k.row = p
	return q.write(tx, k)
}

// keepCall lets what is known of units that were called to the spot follow a step.
func (k *Case) keepCall(tx *db.Tx, before *Case) error {
	never := time.Time{}
	is := k.Situation.LateNext(tx.Now())
	switch {
	case before.Situation.LateNext(never).IsZero() && k.Situation.LateNext(never).IsZero():
		return nil
	case is.IsZero():
		return tx.Exec(`delete from case_call where case_id = ?`, k.ID)
	}
	return tx.Exec(`insert into case_call (case_id, at) values (?, ?) on conflict (case_id) do update set at = excluded.at`, k.ID, db.At(is))
}

// queueing is what happens to the queue rows of a case.
type queueing struct {
	gone              bool // the case is no longer open
	was, is           []string
	wasYellow, yellow string
}

// queueing finds what the queue rows should be. Reporters' rows stay as they are while the case is open and its yellow instant is the
// same: they are found by case_id.
func (c *Cases) queueing(tx *db.Tx, f *flow.Flow, before, k *Case, yellow string) (q queueing, err error) {
	wasOpen, isOpen := f.Open(before.State()), f.Open(k.State())
	q = queueing{gone: wasOpen && !isOpen, wasYellow: before.row.yellow, yellow: yellow}
	if !isOpen {
		return q, nil
	}
	if wasOpen {
		q.was = before.keys(before.Situation.Units(), nil)
	}
	q.is = k.keys(k.Situation.Units(), nil)
	if wasOpen && yellow == before.row.yellow {
		return q, nil
	}
	list, err := persons(tx, k.ID)
	for _, p := range list {
		q.is = append(q.is, staff.PersonKey(p))
	}
	return q, err
}

func (q *queueing) write(tx *db.Tx, k *Case) error {
	if q.gone {
		return tx.Exec(`delete from case_queue where case_id = ?`, k.ID)
	}
	return queued(tx, k, q.was, q.wasYellow, q.is, q.yellow)
}

// A joined unit is one that newly has a part.
type joined struct{ unit, part, path string }

// joining finds the units that newly have a part, and of helpers where they serve.
func (k *Case) joining(tx *db.Tx, was, is []string) (list []joined, err error) {
	for _, u := range is {
		if slices.Contains(was, u) {
			continue
		}
		j := joined{unit: u, part: "helper"}
		switch u {
		case k.Situation.Lead:
			j.part = "lead"
		case k.Situation.Sender:
			j.part = "sender"
		case k.Situation.Desk:
			j.part = "desk"
		default:
			if j.path, err = servedBy(tx, u); err != nil {
				return nil, err
			}
		}
		list = append(list, j)
	}
	return list, nil
}

// involve remembers units that newly have a part.
func (k *Case) involve(tx *db.Tx, list []joined) error {
	for _, j := range list {
		err := tx.Exec(`insert into case_unit (unit, case_id, part, path) values (?, ?, ?, ?)
			on conflict (unit, case_id) do update set part = excluded.part, path = excluded.path`, j.unit, k.ID, j.part, j.path)
		if err != nil {
			return err
		}
	}
	return nil
}

// reindex lets units that newly have a part, and whoever sees places that it newly concerns, find the case by its words. Those that
// had one go on finding it.
func (k *Case) reindex(tx *db.Tx, list []joined, past []part, wider bool) error {
	if len(list) == 0 && !wider {
		return nil
	}
	for _, j := range list {
		past = slices.DeleteFunc(past, func(p part) bool { return p.unit == j.unit })
		past = append(past, part{j.unit, j.path})
	}
	units, helped := partLabels(past)
	return k.index(tx, units, helped...)
}

// servedBy is the path of the place that a unit serves, "" when it serves none.
func servedBy(tx *db.Tx, unit string) (string, error) {
	u, err := staff.UnitOf(tx, unit)
	if err != nil || u.Place == "" {
		return "", err
	}
	paths, err := place.Paths(tx, u.Place)
	return paths[u.Place], err
}
