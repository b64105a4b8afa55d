package casework

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// An Act (办理动作) is a step somebody asks for. Of flow.Act the caller gives what the verb needs; who acts, when, for
// which unit and in which roles is found here.
type Act struct {
	flow.Act
	Key     string   // idempotency key
	Version int64    // the version the actor was looking at; 0: any
	Files   []string // blob hashes

	receipt db.ID // of the reporter who acts by his receipt; zero for everybody else
}

// A Done (办理结果) is what came of a step.
type Done struct {
	Case    db.ID      `json:"case"`
	Seq     int        `json:"seq"`
	State   flow.State `json:"state"`
	Version int64      `json:"version"`

	Replayed bool `json:"-"` // the answer to an earlier request with the same key
}

// Do takes one step. It is refused, with the reason, when the flow does not allow it; it is a conflict when the case
// has moved on since the actor looked.
func (c *Cases) Do(tx *db.Tx, by staff.Actor, id db.ID, a Act) (Done, error) {
	return c.doOnce(tx, onceActor(by), id, a, func() (*Case, []flow.Role, error) {
		k, err := visible(tx, by, id)
		if err != nil {
			return nil, nil, err
		}
		roles, err := c.roles(tx, by, k)
		return k, roles, err
	}, by)
}

func (c *Cases) doOnce(tx *db.Tx, actor string, id db.ID, a Act, find func() (*Case, []flow.Role, error), by staff.Actor) (Done, error) {
	hash, err := requestHash(struct {
		ID  db.ID
		Act Act
	}{id, a})
	if err != nil {
		return Done{}, err
	}
	foresee(tx, id, &a)
	var d Done
	stored, replayed, err := once.Do(tx, actor, a.Key, hash, func() ([]byte, error) {
		k, roles, err := find()
		if err != nil {
			return nil, err
		}
		if d, err = c.step(tx, by, k, roles, a); err != nil {
			return nil, err
		}
		return json.Marshal(d)
	})
	if err == nil && replayed {
		err = json.Unmarshal(stored, &d)
		d.Replayed = true
	}
	if err != nil {
		return Done{}, fmt.Errorf("%s case %s: %w", a.Verb, id, err)
	}
	return d, nil
}

// step applies the act to a loaded case and writes what changed.
func (c *Cases) step(tx *db.Tx, by staff.Actor, k *Case, roles []flow.Role, a Act) (Done, error) {
	if a.Version != 0 && a.Version != k.Version {
		return Done{}, overtaken(tx, k)
	}
	if a.Verb == flow.Urge && slices.Contains(roles, flow.Reporter) {
		if err := c.mayUrge(tx, k.ID); err != nil {
			return Done{}, err
		}
	}
	if n := len([]rune(a.Words)); n > maxWords {
		return Done{}, fault.Invalid("words", "说明不能超过 %d 字", maxWords)
	}
	if err := a.Where.Check(); err != nil {
		return Done{}, err
	}
	if err := c.vouched(tx, k, &a); err != nil {
		return Done{}, err
	}
	f, err := c.flowOf(k)
	if err != nil {
		return Done{}, err
	}
	at := tx.Now()
	if at.Before(k.Situation.At) { // the machine's clock was set back: a history is told in its order
		at = k.Situation.At
	}
	a.Act.At, a.Act.Actor, a.Act.Unit, a.Act.As = at, actorID(by), by.Unit, roles
	if !a.receipt.IsZero() {
		a.Act.Actor = receiptActor(a.receipt)
	}
	before := *k
	if err := c.resolve(tx, by, k, &a); err != nil {
		return Done{}, err
	}
	if err := c.ruled(tx, f, k, &a); err != nil {
		return Done{}, err
	}
	if err := allot(tx, f, k, &a); err != nil {
		return Done{}, err
	}
	next, effect, to, err := c.apply(f, k, a)
	if err != nil {
		return Done{}, err
	}
	k.Situation, k.Version, k.where = next, k.Version+1, a.Where
	if a.Verb.Moves() {
		k.LastStep = at
	}
	k.stamp(a.Act)
	if effect.To == flow.Refused && effect.From != flow.Refused {
		k.Closed = at
	}
	if w, isText := next.Facts["weight"].(string); isText {
		k.Weight = w
	}
	k.Flow, k.Channel = next.Flow, next.Channel
	h, err := c.hearers(tx, k, a.Act, effect)
	if err != nil {
		return Done{}, err
	}
	if err := c.save(tx, to, &before, k); err != nil {
		return Done{}, err
	}
	if err := c.beside(tx, by, k, a); err != nil {
		return Done{}, err
	}
	if err := c.record(tx, by, k, a.Act, effect, a.Files, h); err != nil {
		return Done{}, err
	}
	if err := c.follow(tx, to, k, a.Verb); err != nil {
		return Done{}, err
	}
	return Done{Case: k.ID, Seq: next.Steps, State: next.State, Version: k.Version}, nil
}

// apply runs the engine; a conversion hands the case to another flow, which is returned.
func (c *Cases) apply(f *flow.Flow, k *Case, a Act) (flow.Situation, flow.Effect, *flow.Flow, error) {
	if a.Verb == flow.Convert && a.Flow != "" {
		to := c.flowNamed(k, a.Flow)
		if to == nil {
			return k.Situation, flow.Effect{}, nil, fault.Invalid("flow", "没有“%s”这个渠道", a.Flow)
		}
		s, e, err := f.Convert(c.lawOf(k), k.Situation, a.Act, to)
		return s, e, to, err
	}
	s, e, err := f.Apply(c.lawOf(k), k.Situation, a.Act)
	return s, e, f, err
}

// overtaken says who was first and what he did.
func overtaken(tx *db.Tx, k *Case) error {
	steps, err := db.Select(tx, scanStep, `select `+stepColumns+` from case_step where case_id = ? order by seq desc limit 1`, k.ID)
	if err != nil || len(steps) == 0 {
		return fault.Conflict("本件已被他人先行办理，请刷新后再试")
	}
	s := steps[0]
	return fault.Conflict("本件已由%s于%s办理“%s”，请刷新后再试", s.Name, s.At.In(civil.Shanghai).Format("1月2日 15:04"), verbName(s.Verb))
}

// stamp keeps the first or last instants that figures are made of, and who did what they judge.
func (k *Case) stamp(a flow.Act) {
	at := a.At
	if a.Standard != "" && k.Opened.IsZero() {
		k.Opened = at
	}
	switch a.Verb {
	case flow.Accept:
		if k.Accepted.IsZero() {
			k.Accepted = at
		}
	case flow.Dispatch, flow.Present:
		if k.Routed.IsZero() {
			k.Routed = at
		}
		k.SentBy = a.Actor
	case flow.Reassign:
		k.SentBy = a.Actor
	case flow.Verify:
		k.Verified, k.CheckedBy = at, a.Actor
	case flow.Rework:
		k.CheckedBy = a.Actor
	case flow.Reply:
		k.Replied = at
	case flow.Close:
		k.Closed = at
	case flow.Reopen:
		k.Closed = time.Time{}
	}
}

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
	k.row = p
	return q.write(tx, k)
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

// record writes the history row, its digest to the audit log, and the messages to whoever is to know.
func (c *Cases) record(tx *db.Tx, by staff.Actor, k *Case, a flow.Act, e flow.Effect, files []string, h hearers) error {
	basis := make([]string, len(e.Basis))
	for i, b := range e.Basis {
		basis[i] = b.String()
	}
	roles := make([]string, len(a.As))
	for i, r := range a.As {
		roles[i] = string(r)
	}
	s := Step{Case: k.ID, Seq: k.Situation.Steps, Verb: a.Verb, At: a.At, Actor: by.Account, Name: by.Name, Unit: a.Unit,
		Roles: strings.Join(roles, ","), Words: a.Words, Clause: a.Clause, Basis: strings.Join(basis, ","),
		From: e.From, To: e.To, Act: a, Files: strings.Join(files, ",")}
	digest, err := s.insert(tx)
	if err != nil {
		return err
	}
	err = audit.Record(tx, audit.Entry{City: c.city, Actor: actorID(by), Verb: string(a.Verb),
		Subject: fmt.Sprintf("case:%s/%d", k.ID, s.Seq), Digest: digest})
	if err != nil {
		return err
	}
	return c.tell(tx, k, a, e, h)
}
