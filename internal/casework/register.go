package casework

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/search"
	"linli/internal/staff"
)

// Limits on what a person may write.
const (
	MaxTitle = 100    // characters
	MaxBody  = 10_000 // characters
	maxWords = 10_000
)

// An Intake (来件) is what somebody brings, by whatever channel, before it is a case. Fields holds the form as it was
// filled in; the common parts beside it may be left empty where the form has a field for them, and the other way round.
type Intake struct {
	Key    string // idempotency key
	Flow   string
	Title  string
	Body   string
	Kind   string
	Fields map[string]string // what the flow's form asks, as typed
	Place  string            // code
	Spot   string
	Sets   map[string]any // facts known at once
	From   Reporter
	Where  *Position `json:",omitempty"` // where it was seen; nil: only the place is known
	Thing  db.ID     `json:",omitempty"` // the fixture it is about, as package fixture numbers them; 0: none
	Files  []string  // blob hashes
	Shares []string  `json:",omitempty"` // offices with a part of the approval, of those that not every case has
	At     time.Time // when it came in, for replayed and paper intake; zero: now
}

// A Receipt (回执) is what the reporter is given: with number and code the case can be followed without an account.
type Receipt struct {
	Case    db.ID     `json:"case"`
	Number  string    `json:"number"`
	Code    string    `json:"code"`
	At      time.Time `json:"at"`
	Title   string    `json:"title"`
	Due     time.Time `json:"due,omitzero"`    // legal ceiling known at registration, exclusive
	Target  time.Time `json:"target,omitzero"` // target term, exclusive
	Version int64     `json:"version"`

	Replayed bool `json:"-"` // the answer to an earlier request with the same key
}

// Register writes a case down and gives the receipt. The form of the flow is checked and every field that is wrong is
// reported at once.
func (c *Cases) Register(tx *db.Tx, by staff.Actor, in Intake) (Receipt, error) {
	hash, err := requestHash(in)
	if err != nil {
		return Receipt{}, err
	}
	if e := c.edition(in.Flow, tx.Now()); e != nil {
		c.foreseeIntake(tx, by, e.Flow(in.Flow), &in)
	}
	var r Receipt
	stored, replayed, err := once.Do(tx, onceActor(by), in.Key, hash, func() ([]byte, error) {
		var err error
		if r, err = c.register(tx, by, in); err != nil {
			return nil, err
		}
		return json.Marshal(r)
	})
	if err == nil && replayed {
		err = json.Unmarshal(stored, &r)
		r.Replayed = true
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("register case: %w", err)
	}
	return r, nil
}

func (c *Cases) register(tx *db.Tx, by staff.Actor, in Intake) (Receipt, error) {
	in.Fields, in.Sets = maps.Clone(in.Fields), maps.Clone(in.Sets) // the transaction may run again
	at := tx.Now()
	if !in.At.IsZero() && in.At.Before(at) {
		at = in.At.UTC().Truncate(time.Millisecond)
	}
	e := c.edition(in.Flow, at)
	if e == nil {
		return Receipt{}, fault.Invalid("flow", "没有“%s”这个渠道", in.Flow)
	}
	f := e.Flow(in.Flow)
	if err := in.Where.Check(); err != nil {
		return Receipt{}, err
	}
	fields, wrong := in.check(e.Form(f.Form))
	where, more, err := whereOf(tx, in.Place)
	if err != nil {
		return Receipt{}, err
	}
	if wrong = append(wrong, more...); len(wrong) > 0 {
		return Receipt{}, fault.Fields(wrong)
	}
	desk, err := c.deskFor(tx, f, by, where.Path)
	if err != nil {
		return Receipt{}, err
	}
	k := &Case{ID: db.NewID(), Document: f.Document, Pack: e.Pack.Version, Flow: f.ID, firstFlow: f.ID, Channel: f.Channel, Kind: in.Kind,
		Title: in.Title, Body: in.Body, Fields: fields, Place: where.Code, Path: where.Path, Spot: in.Spot,
		Registered: at, LastStep: at, Version: 1}
	in.tellFacts(f, fields)
	act := flow.Act{Verb: flow.Register, At: at, Actor: by.Account.String(), Unit: desk, Sets: in.Sets, Words: in.Title, Where: in.Where}
	if act.As, err = c.intakeRoles(tx, f, by, where.Path); err != nil {
		return Receipt{}, err
	}
	if k.RaisedAs = act.As[0]; k.RaisedAs != flow.Reporter && !by.Account.IsZero() {
		k.RaisedBy = by.Account.String()
	}
	if slices.Contains(act.As, flow.Sender) {
		act.Unit, act.To = by.Unit, desk
	}
	for _, office := range in.Shares {
		act.Shares = append(act.Shares, flow.Share{Office: office})
	}
	next, effect, err := f.Apply(e.Pack.Law(c.law), flow.Situation{}, act)
	if err != nil {
		return Receipt{}, err
	}
	k.Situation = next
	if w, isText := next.Facts["weight"].(string); isText {
		k.Weight = w
	}
	person, err := c.person(tx, by, &in.From)
	if err != nil {
		return Receipt{}, err
	}
	if k.Number, err = c.number(tx, f, at); err != nil {
		return Receipt{}, err
	}
	return c.open(tx, by, f, k, act, effect, in, person)
}

// foreseeIntake tells the database what registering is going to ask, to travel with its first question.
func (c *Cases) foreseeIntake(tx *db.Tx, by staff.Actor, f *flow.Flow, in *Intake) {
	if in.Place != "" {
		place.Foresee(tx, in.Place)
	}
	if offices := f.Offices[flow.Desk]; len(offices) > 0 {
		staff.ForeseeFilling(tx, offices[0])
	}
	if by.Person.IsZero() && in.From.Person.IsZero() {
		c.people.Foresee(tx, newcomer(&in.From))
	}
}

// open writes a new case with its first step, reporter, queue rows and search text.
func (c *Cases) open(tx *db.Tx, by staff.Actor, f *flow.Flow, k *Case, act flow.Act, e flow.Effect, in Intake, person db.ID) (Receipt, error) {
	p := project(f, &k.Situation, tx.Now())
	p.located = flag(in.Where != nil)
	if err := k.insert(tx, p); err != nil {
		return Receipt{}, err
	}
	if err := tallied(tx, k, counts{}, p.counts()); err != nil {
		return Receipt{}, err
	}
	if in.Where != nil {
		if err := k.pin(tx, in.Where, in.Thing, p.open); err != nil {
			return Receipt{}, err
		}
	}
	code := newCode()
	if err := k.addReporter(tx, person, in.From, code); err != nil {
		return Receipt{}, err
	}
	var persons []db.ID
	if !person.IsZero() {
		persons = []db.ID{person}
	}
	units := k.Situation.Units()
	newly, err := k.joining(tx, nil, units)
	if err != nil {
		return Receipt{}, err
	}
	h, err := c.hearers(tx, k, act, e)
	if err != nil {
		return Receipt{}, err
	}
	if err := k.involve(tx, newly); err != nil {
		return Receipt{}, err
	}
	if err := queued(tx, k, nil, "", k.keys(units, persons), p.yellow); err != nil {
		return Receipt{}, err
	}
	if err := k.index(tx, units); err != nil {
		return Receipt{}, err
	}
	if err := c.record(tx, by, k, act, e, in.Files, h); err != nil {
		return Receipt{}, err
	}
	r := Receipt{Case: k.ID, Number: k.Number, Code: code, At: k.Registered, Title: k.Title, Version: k.Version}
	if c := mainClock(f, &k.Situation); c != nil {
		r.Due, r.Target = c.Limit, c.Target
	}
	return r, nil
}

// index makes the case found by its words, by everybody in an area around it and in the units that have or had a part in it.
func (k *Case) index(tx *db.Tx, units []string, helped ...string) error {
	labels := append(k.placeKeys(), helped...)
	for _, u := range units {
		labels = append(labels, staff.UnitKey(u))
	}
	return search.Put(tx, "case", k.ID, k.Number+" "+k.Title+" "+k.Body+" "+k.Spot, labels)
}

func (k *Case) insert(tx *db.Tx, p projection) error {
	fields, err := json.Marshal(k.Fields)
	if err != nil {
		return err
	}
	situation, err := situations.encode(&k.Situation)
	if err != nil {
		return err
	}
	s := &k.Situation
	return tx.Exec(`insert into case_record (id, number, document, pack_version, flow, first_flow, channel, kind, weight, title, body,
		fields, place, path, spot, desk, lead, state, open, situation, version, month, registered_at, last_step_at, yellow_at,
		target_at, limit_at, located, raised_as, raised_by) values `+marks(30),
		k.ID, k.Number, k.Document, k.Pack, k.Flow, k.firstFlow, k.Channel, k.Kind, k.Weight, k.Title, k.Body,
		string(fields), k.Place, k.Path, k.Spot, s.Desk, s.Lead, string(s.State), p.open, situation, k.Version,
		months(k.Registered), db.At(k.Registered), db.At(k.LastStep), p.yellow, p.target, p.limit, p.located, string(k.RaisedAs), k.RaisedBy)
}

// number gives the next number of the flow's pattern: {year}, {seq:n} padded to n digits.
func (c *Cases) number(tx *db.Tx, f *flow.Flow, at time.Time) (string, error) {
	pattern := f.Number
	if pattern == "" {
		pattern = "LL-{year}-{seq:6}"
	}
	year := civil.DateOf(at, civil.Shanghai).Year
	var seq int64
	err := tx.QueryRow(`insert into case_counter (pattern, year, last) values (?, ?, 1)
		on conflict (pattern, year) do update set last = case_counter.last + 1 returning last`, pattern, year).Scan(&seq)
	if err != nil {
		return "", fmt.Errorf("next number: %w", err)
	}
	return FillNumber(pattern, year, seq), nil
}

// FillNumber fills a numbering pattern: {year}, {seq:n} padded to n digits.
func FillNumber(pattern string, year int, seq int64) string {
	out := strings.ReplaceAll(pattern, "{year}", strconv.Itoa(year))
	before, rest, ok := strings.Cut(out, "{seq:")
	if !ok {
		return out + strconv.FormatInt(seq, 10)
	}
	digits, after, _ := strings.Cut(rest, "}")
	n, _ := strconv.Atoi(digits)
	return fmt.Sprintf("%s%0*d%s", before, n, seq, after)
}

// newCode is the secret half of a receipt: eight characters without look-alikes, 40 bits.
func newCode() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	var b [8]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b[:])
}
