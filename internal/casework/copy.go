package casework

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/place"
)

// A Copy (办件副本) says in what a copy differs from the case it is made of.
type Copy struct {
	Number string
	Title  string
	Body   string
	Place  place.Place
	Desk   string
	Lead   string
	At     time.Time // of its registration; every other instant moves with it
	Name   string    // of the reporter
	Kind   string    // "" for that of the case
	Where  *Position // nil: none
}

// Copies writes copies of a case in few statements, for measuring at a size that steps would take a day to reach. A copy has the rows
// that the steps would have left (record, parts, queue, reporter, index) but only the first step of the history and no entry in
// the audit log, and nobody is told. No page and no interface offers it.
func (c *Cases) Copies(tx *db.Tx, of db.ID, list []Copy) error {
	k, err := load(tx, of)
	if err != nil {
		return err
	}
	f, err := c.flowOf(k)
	if err != nil {
		return err
	}
	steps, err := history(tx, of)
	if err != nil {
		return err
	}
	m := many{tx: tx, sums: map[tallyKey]counts{}}
	for _, v := range list {
		if err := m.add(f, k, &steps[0], v); err != nil {
			return fmt.Errorf("copy case %s: %w", of, err)
		}
	}
	return m.flush()
}

// many gathers rows for statements of many rows.
type many struct {
	tx    *db.Tx
	rows  [len(manyTables)][]any
	count [len(manyTables)]int
	sums  map[tallyKey]counts
}

type tallyKey struct{ month, path string }

var manyTables = [...]struct{ into, marks string }{
	{`case_record (id, number, document, pack_version, flow, first_flow, channel, kind, weight, title, body, fields, place, path, spot,
		desk, lead, state, open, situation, version, month, registered_at, accepted_at, routed_at, replied_at, closed_at, last_step_at,
		yellow_at, target_at, limit_at, replied, met, met_target, late, returns, reworks, outcome, grade, located, opened_at, verified_at,
		extensions, raised_as, raised_by, sent_by, checked_by)`, marks(47)},
	{`case_step (` + stepColumns + `)`, marks(15)},
	{`case_unit (unit, case_id, part)`, marks(3)},
	{`case_queue (scope, yellow_at, case_id)`, marks(3)},
	{`case_reporter (id, case_id, came_by, person, name, phone, address, channel, number, code, at)`, marks(11)},
	{`case_position (` + positionColumns + `)`, marks(11)},
}

func marks(n int) string { return "(" + db.Marks(n) + ")" }

func (m *many) put(table int, values ...any) {
	m.rows[table] = append(m.rows[table], values...)
	m.count[table]++
}

// manyRows keeps a statement below the number of placeholders that PostgreSQL takes.
const manyRows = 400

func (m *many) flush() error {
	for t := range manyTables {
		width := 0
		if m.count[t] > 0 {
			width = len(m.rows[t]) / m.count[t]
		}
		for rows := m.rows[t]; len(rows) > 0; {
			n := min(manyRows, len(rows)/width)
			sql := "insert into " + manyTables[t].into + " values " + strings.TrimSuffix(strings.Repeat(manyTables[t].marks+",", n), ",")
			if err := m.tx.Exec(sql, rows[:n*width]...); err != nil {
				return err
			}
			rows = rows[n*width:]
		}
	}
	for k, n := range m.sums {
		if err := m.tx.Exec(tallySQL, append([]any{k.month, areaOf(k.path), k.path}, n.args()...)...); err != nil {
			return err
		}
	}
	return nil
}

func (m *many) add(f *flow.Flow, of *Case, first *Step, v Copy) error {
	k := *of
	k.ID, k.Number, k.Title, k.Body, k.Place, k.Path = copyID(v.At), v.Number, v.Title, v.Body, v.Place.Code, v.Place.Path
	if v.Kind != "" {
		k.Kind = v.Kind
	}
	by := v.At.Sub(of.Registered)
	k.Situation = moved(of.Situation, by)
	if k.Situation.Desk = v.Desk; k.Situation.Lead != "" {
		k.Situation.Lead = v.Lead
	}
	for _, at := range []*time.Time{&k.Registered, &k.Accepted, &k.Routed, &k.Replied, &k.Closed, &k.LastStep, &k.Opened, &k.Verified} {
		*at = shifted(*at, by)
	}
	p := project(f, &k.Situation, m.tx.Now())
	if p.located = flag(v.Where != nil); v.Where != nil {
		m.put(5, k.pinned(v.Where, 0, p.open)...)
	}
	if err := m.record(&k, p); err != nil {
		return err
	}
	data, err := json.Marshal(first.Act)
	if err != nil {
		return err
	}
	m.put(1, k.ID, 1, string(first.Verb), db.At(k.Registered), first.Actor, first.Name, v.Desk, first.Roles, first.Words, "", first.Basis,
		string(first.From), string(first.To), string(data), "")
	units := k.Situation.Units()
	for _, u := range units {
		part := "desk"
		if u == k.Situation.Lead {
			part = "lead"
		}
		m.put(2, u, k.ID, part)
	}
	if p.open == 1 {
		for _, key := range k.keys(units, nil) {
			m.put(3, key, p.yellow, k.ID)
		}
	}
	m.put(4, copyID(v.At), k.ID, k.ID, db.ID(0), v.Name, form.MaskPhone("13800000000"), "", k.Channel, k.Number, "", db.At(k.Registered))
	return k.index(m.tx, units)
}

// copyID is an ID as it would have been made at that instant: lists and searches go by the time that stands in IDs.
func copyID(at time.Time) db.ID { return db.FirstID(at) + db.ID(rand.Int64N(1<<20)) }

func (m *many) record(k *Case, p projection) error {
	fields, err := json.Marshal(k.Fields)
	if err != nil {
		return err
	}
	situation, err := json.Marshal(&k.Situation)
	if err != nil {
		return err
	}
	s := &k.Situation
	if p.open == 0 && k.ID%3 == 0 {
		p.grade = int(k.ID/3)%5 + 1
	}
	key := tallyKey{months(k.Registered), k.Path}
	m.sums[key] = m.sums[key].plus(p.counts(), 1)
	m.put(0, k.ID, k.Number, k.Document, k.Pack, k.Flow, k.firstFlow, k.Channel, k.Kind, k.Weight, k.Title, k.Body, string(fields), k.Place,
		k.Path, k.Spot, s.Desk, s.Lead, string(s.State), p.open, string(situation), k.Version,
		months(k.Registered), db.At(k.Registered), db.At(k.Accepted), db.At(k.Routed), db.At(k.Replied),
		db.At(k.Closed), db.At(k.LastStep), p.yellow, p.target, p.limit, p.replied, p.met, p.metTarget, p.late, p.returns, p.reworks,
		s.Outcome, p.grade, p.located, db.At(k.Opened), db.At(k.Verified), p.extensions, string(k.RaisedAs), k.RaisedBy, k.SentBy, k.CheckedBy)
	return nil
}

func shifted(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(by)
}

// moved is a situation as it would be had everything happened later or earlier.
func moved(s flow.Situation, by time.Duration) flow.Situation {
	s.Since, s.At = shifted(s.Since, by), shifted(s.At, by)
	running := make([]flow.Running, len(s.Running))
	for i, r := range s.Running {
		r.Start, r.Target, r.Limit = shifted(r.Start, by), shifted(r.Target, by), shifted(r.Limit, by)
		r.Yellow, r.Stopped = shifted(r.Yellow, by), shifted(r.Stopped, by)
		running[i] = r
	}
	s.Running = running
	stays := make([]flow.Stay, len(s.Stays))
	for i, x := range s.Stays {
		stays[i] = flow.Stay{State: x.State, From: shifted(x.From, by), To: shifted(x.To, by)}
	}
	s.Stays = stays
	firsts := make(map[flow.Verb]time.Time, len(s.First))
	for v, at := range s.First {
		firsts[v] = shifted(at, by)
	}
	s.First = firsts
	return s
}
