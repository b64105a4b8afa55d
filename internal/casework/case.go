package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
)

// A Case (办件) is one matter somebody raised, with everything that happened to it since.
type Case struct {
	ID       db.ID
	Number   string // as the receipt and the register book show it
	Document string // the pack that governs it
	Pack     string // that pack's version when the case began
	Flow     string
	Channel  string
	Kind     string // class of the matter, "" when nobody said
	Weight   string
	Title    string
	Body     string
	Fields   map[string]any // what the form asked, cleaned; nothing personal
	Place    string         // code
	Path     string         // ancestors and the place itself, "4112/411202/…/"
	Spot     string         // where exactly, in words
	Main     db.ID          // the case it was merged into

	Situation flow.Situation
	Version   int64 // grows by one with every step

	Registered time.Time
	Accepted   time.Time // zero: not yet
	Routed     time.Time // first sent out or presented
	Replied    time.Time // last reply
	Closed     time.Time
	LastStep   time.Time // last that took the matter on (flow.Verb.Moves)
	Opened     time.Time // first step that applied a standard (立案); zero: none did
	Verified   time.Time // last time that somebody confirmed the work

	RaisedAs  flow.Role // in which part it was brought
	RaisedBy  string    // account that registered it, "" for a reporter
	SentBy    string    // account that last sent it out
	CheckedBy string    // account that last confirmed the work or had it done again

	firstFlow string
	where     *Position  // told by the step that is being taken
	row       projection // as stored, as far as columns tells, to write only what changed
}

// State is where the case stands.
func (c *Case) State() flow.State { return c.Situation.State }

// columns is the select list that scan reads.
const columns = `id, number, document, pack_version, flow, first_flow, channel, kind, weight, title, body, fields, place, path, spot,
	main, situation, version, registered_at, accepted_at, routed_at, replied_at, closed_at, last_step_at, opened_at, verified_at,
	raised_as, raised_by, sent_by, checked_by, yellow_at,
	state, lead, target_at, limit_at, open, replied, met, late, returns, reworks, grade, appealed, pending, located`

func scan(r interface{ Scan(...any) error }) (*Case, error) {
	var c Case
	var fields, situation string
	var at [8]db.Time
	err := r.Scan(&c.ID, &c.Number, &c.Document, &c.Pack, &c.Flow, &c.firstFlow, &c.Channel, &c.Kind, &c.Weight, &c.Title, &c.Body,
		&fields, &c.Place, &c.Path, &c.Spot, &c.Main, &situation, &c.Version,
		&at[0], &at[1], &at[2], &at[3], &at[4], &at[5], &at[6], &at[7], (*string)(&c.RaisedAs), &c.RaisedBy, &c.SentBy, &c.CheckedBy, &c.row.yellow,
		(*string)(&c.row.state), &c.row.lead, &c.row.target, &c.row.limit, &c.row.open, &c.row.replied, &c.row.met, &c.row.late,
		&c.row.returns, &c.row.reworks, &c.row.grade, &c.row.appealed, &c.row.pending, &c.row.located)
	if err != nil {
		return nil, err
	}
	c.Registered, c.Accepted, c.Routed = at[0].Time, at[1].Time, at[2].Time
	c.Replied, c.Closed, c.LastStep = at[3].Time, at[4].Time, at[5].Time
	c.Opened, c.Verified = at[6].Time, at[7].Time
	if c.Situation, err = situations.decode(situation); err != nil {
		return nil, fault.Internal(err, "办件 %s 的数据损坏", c.Number)
	}
	if err := json.Unmarshal([]byte(fields), &c.Fields); err != nil {
		return nil, fault.Internal(err, "办件 %s 的数据损坏", c.Number)
	}
	return &c, nil
}

const loadSQL = `select ` + columns + ` from case_record where id = ?`

// load reads a case without asking who may see it.
func load(tx *db.Tx, id db.ID) (*Case, error) {
	c, err := scan(tx.QueryRow(loadSQL, id))
	if errors.Is(err, db.ErrNoRows) {
		return nil, fault.NotFound("没有这个办件，或您无权查看")
	}
	if err != nil {
		return nil, fmt.Errorf("load case %s: %w", id, err)
	}
	return c, nil
}

// projection is what the columns of case_record say of a Situation: kept beside it so that queues, figures and
// duties can be asked in SQL.
type projection struct {
	state                                    flow.State
	lead                                     string
	yellow                                   string
	target, limit                            db.Time
	open, met, metTarget, late, replied      int
	returns, reassigns, reworks, urges       int
	supervisions, reopens, joint, instructed int
	reportedBack, appealed, pending          int
	extensions                               int
	grade                                    int // of the reporter, which no Situation tells
	located                                  int // there is a position, which no Situation tells
}

// noYellow sorts after every instant: nothing runs, or the clock stands still.
const noYellow = "9999-12-31T23:59:59.999Z"

func project(f *flow.Flow, s *flow.Situation, now time.Time) projection {
	p := projection{
		state: s.State, lead: s.Lead, yellow: noYellow, met: -1, metTarget: -1,
		open: flag(f.Open(s.State)), late: flag(s.Late(now)), replied: flag(s.Count[flow.Reply] > 0),
		returns: s.Count[flow.Return], reassigns: s.Count[flow.Reassign], reworks: s.Count[flow.Rework],
		urges: s.Count[flow.Urge], supervisions: s.Count[flow.Supervise], reopens: s.Count[flow.Reopen],
		extensions: s.Count[flow.Grant],
		joint:      flag(len(s.Branches) > 0), instructed: flag(s.Count[flow.Instruct] > 0),
		reportedBack: flag(s.Count[flow.Report] > 0), appealed: flag(s.Appeal), pending: flag(s.Pending != nil),
	}
	if y := s.Yellow(); !y.IsZero() {
		p.yellow = db.At(y).Text()
	}
	r := mainClock(f, s)
	if r == nil {
		return p
	}
	p.target, p.limit = db.At(r.Target), db.At(r.Limit)
	if !r.Stopped.IsZero() {
		p.met = flag(r.Met())
		p.metTarget = flag(r.Target.IsZero() || r.Stopped.Before(r.Target))
		if p.yellow == noYellow { // answered, not yet closed: keeps its place in the queue
			p.yellow = db.At(r.Yellow).Text()
		}
	}
	return p
}

// moved sets the indexed columns in which a projection differs from the stored one.
func (p *projection) moved(stored *projection) (sql string, args []any) {
	set := func(differs bool, column string, value any) {
		if differs {
			sql, args = sql+", "+column+" = ?", append(args, value)
		}
	}
	set(p.state != stored.state, "state", string(p.state))
	set(p.lead != stored.lead, "lead", p.lead)
	set(p.open != stored.open, "open", p.open)
	set(p.yellow != stored.yellow, "yellow_at", p.yellow)
	set(p.target.Text() != stored.target.Text(), "target_at", p.target)
	set(p.limit.Text() != stored.limit.Text(), "limit_at", p.limit)
	set(p.replied != stored.replied, "replied", p.replied)
	set(p.met != stored.met, "met", p.met)
	set(p.late != stored.late, "late", p.late)
	set(p.returns != stored.returns, "returns", p.returns)
	set(p.reworks != stored.reworks, "reworks", p.reworks)
	set(p.appealed != stored.appealed, "appealed", p.appealed)
	set(p.pending != stored.pending, "pending", p.pending)
	set(p.located != stored.located, "located", p.located)
	return sql, args
}

// mainClock is the clock that figures and lists speak of: the first that ends with the reply, else the first of all.
func mainClock(f *flow.Flow, s *flow.Situation) *flow.Running {
	for i := range s.Running {
		for _, c := range f.Clocks {
			if c.ID == s.Running[i].ID && slices.Contains(c.Until, flow.Reply) {
				return &s.Running[i]
			}
		}
	}
	if len(s.Running) > 0 {
		return &s.Running[0]
	}
	return nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
