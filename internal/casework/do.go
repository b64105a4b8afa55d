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

// DoBySystem takes a step as the program itself, for a domain above this one that knows it has happened: a worker who has arrived. Only what a flow leaves to the
// platform may be done so.
func (c *Cases) DoBySystem(tx *db.Tx, name string, id db.ID, a Act) (Done, error) {
	by := staff.Job(name)
	return c.doOnce(tx, onceActor(by), id, a, func() (*Case, []flow.Role, error) {
		k, err := load(tx, id)
		return k, []flow.Role{flow.System}, err
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
