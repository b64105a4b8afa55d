package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
)

// An Inscription (登记簿行) is a case as a register book shows it: with who wrote it down, who raised it, and the last
// instruction, reply and report.
type Inscription struct {
	*Case
	Recorder    string   // who registered it
	From        Reporter // the first of them
	Leader      string   // who instructed last
	Instruction string
	Reply       string
	Report      string
}

// A Span (登记簿期间) asks for the cases that came in by some flows in a period, the oldest first.
type Span struct {
	Flows    []string  // those by which they first came
	From, To time.Time // To exclusive, at most 370 days later
	After    db.ID     // cursor: the last case of the page before
	Limit    int       // 1 to 500; 0: 100
}

// spanMost bounds the period of one question, in days.
const spanMost = 370

// Book lists the cases of a register book that the actor sees, open and closed. Returns invalid for a period that is
// empty or too long.
func (c *Cases) Book(tx *db.Tx, by staff.Actor, s Span) ([]Inscription, error) {
	days := civil.DateOf(s.To, civil.Shanghai).Sub(civil.DateOf(s.From, civil.Shanghai))
	if !s.From.Before(s.To) || days > spanMost {
		return nil, fault.Invalid("to", "期间应在一年以内，截止日期不早于开始日期")
	}
	if s.Limit <= 0 || s.Limit > 500 {
		s.Limit = 100
	}
	where, args := scopeSQL(by)
	if where == "" || len(s.Flows) == 0 {
		return nil, nil
	}
	first := make([]any, len(s.Flows))
	for i, f := range s.Flows {
		first[i] = f
	}
	args = slices.Concat(first, []any{months(s.From), months(s.To.Add(-1)), db.At(s.From), db.At(s.To), s.After}, args)
	cases, err := db.Select(tx, func(r *db.Rows) (*Case, error) { return scan(r) }, `select `+columns+` from case_record c
		where first_flow in (`+db.Marks(len(first))+`) and month >= ? and month <= ? and registered_at >= ? and registered_at < ? and id > ? and (`+where+`)
		order by id limit ?`, append(args, s.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("register book: %w", err)
	}
	return c.inscribe(tx, cases)
}

// Taken says when each of some cases last took each of some steps. It asks no permission: the caller has read the cases.
func (c *Cases) Taken(tx *db.Tx, cases []Inscription, verbs []flow.Verb) (map[db.ID]map[flow.Verb]db.Time, error) {
	found := map[db.ID]map[flow.Verb]db.Time{}
	if len(cases) == 0 || len(verbs) == 0 {
		return found, nil
	}
	var args []any
	for _, n := range cases {
		args = append(args, n.ID)
		found[n.ID] = map[flow.Verb]db.Time{}
	}
	for _, v := range verbs {
		args = append(args, string(v))
	}
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		var id db.ID
		var verb flow.Verb
		var at db.Time
		err = r.Scan(&id, (*string)(&verb), &at)
		found[id][verb] = at
		return none, err
	}, `select case_id, verb, max(at) from case_step where case_id in (`+db.Marks(len(cases))+`) and verb in (`+db.Marks(len(verbs))+`) group by case_id, verb`, args...)
	if err != nil {
		return nil, fmt.Errorf("steps taken: %w", err)
	}
	return found, nil
}

// A Disclosed (公示件) is a case that everybody may read of, and since when.
type Disclosed struct {
	Inscription
	At db.Time
}

// Disclosed lists the cases of some flows that stand in a book for everybody: open ones that have taken a step and not yet the one that ends it, "" for none. The
// latest come first.
func (c *Cases) Disclosed(tx *db.Tx, flows []string, from, until flow.Verb, limit int) ([]Disclosed, error) {
	if len(flows) == 0 {
		return nil, nil
	}
	args := []any{string(from)}
	for _, f := range flows {
		args = append(args, f)
	}
	since := map[db.ID]db.Time{}
	var cases []*Case
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		var at db.Time
		var id db.ID
		err = r.Scan(&id, &at)
		since[id] = at
		return none, err
	}, `select c.id, max(s.at) from case_record c join case_step s on s.case_id = c.id and s.verb = ?
		where c.first_flow in (`+db.Marks(len(flows))+`) and c.open = 1 and not exists (select 1 from case_step u where u.case_id = c.id and u.verb = ? and u.seq > s.seq)
		group by c.id order by 2 desc limit ?`, append(args, string(until), limit)...)
	if err != nil || len(since) == 0 {
		return nil, err
	}
	ids := make([]any, 0, len(since))
	for id := range since {
		ids = append(ids, id)
	}
	if cases, err = db.Select(tx, func(r *db.Rows) (*Case, error) { return scan(r) }, `select `+columns+` from case_record c where id in (`+db.Marks(len(ids))+`)`, ids...); err != nil {
		return nil, fmt.Errorf("disclosed cases: %w", err)
	}
	rows, err := c.inscribe(tx, cases)
	if err != nil {
		return nil, err
	}
	list := make([]Disclosed, len(rows))
	for i, n := range rows {
		list[i] = Disclosed{n, since[n.ID]}
	}
	slices.SortFunc(list, func(a, b Disclosed) int { return cmp.Or(b.At.Compare(a.At.Time), cmp.Compare(b.ID, a.ID)) })
	return list, nil
}

func months(t time.Time) string { return civil.DateOf(t, civil.Shanghai).String()[:7] }

// scopeSQL is the actor's scope as a condition on case_record, "" when he sees nothing.
func scopeSQL(by staff.Actor) (string, []any) {
	scope := by.Scope()
	var or []string
	var args []any
	for _, path := range scope.Places {
		from, end := place.Range(path)
		or = append(or, `path >= ? and path < ?`, `exists (select 1 from case_unit u where u.case_id = c.id and u.path >= ? and u.path < ?)`)
		args = append(args, from, end, from, end)
	}
	if len(scope.Units) > 0 {
		or = append(or, `exists (select 1 from case_unit u where u.case_id = c.id and u.unit in (`+db.Marks(len(scope.Units))+`))`)
		for _, u := range scope.Units {
			args = append(args, u)
		}
	}
	return strings.Join(or, " or "), args
}

// inscribe adds to the cases what their histories and reporters say, in two queries.
func (c *Cases) inscribe(tx *db.Tx, cases []*Case) ([]Inscription, error) {
	if len(cases) == 0 {
		return nil, nil
	}
	list, at, ids := make([]Inscription, len(cases)), map[db.ID]*Inscription{}, make([]any, len(cases))
	for i, k := range cases {
		list[i].Case, at[k.ID], ids[i] = k, &list[i], k.ID
	}
	verbs := []any{string(flow.Register), string(flow.Instruct), string(flow.Reply), string(flow.Report)}
	rows, err := tx.Query(`select case_id, verb, actor_name, words from case_step
		where case_id in (`+db.Marks(len(ids))+`) and verb in (?, ?, ?, ?) order by case_id, seq`, slices.Concat(ids, verbs)...)
	if err != nil {
		return nil, fmt.Errorf("register book: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id db.ID
		var verb, name, words string
		if err := rows.Scan(&id, &verb, &name, &words); err != nil {
			return nil, fmt.Errorf("register book: %w", err)
		}
		at[id].tell(flow.Verb(verb), name, words)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("register book: %w", err)
	}
	return list, c.inscribeReporters(tx, at, ids)
}

func (n *Inscription) tell(v flow.Verb, name, words string) {
	switch v {
	case flow.Register:
		n.Recorder = name
	case flow.Instruct:
		n.Leader, n.Instruction = name, words
	case flow.Reply:
		n.Reply = words
	case flow.Report:
		n.Report = words
	}
}

// inscribeReporters names the first reporter of each case. Books mask what their columns say is personal.
func (c *Cases) inscribeReporters(tx *db.Tx, at map[db.ID]*Inscription, ids []any) error {
	found, err := db.Select(tx, func(r *db.Rows) (rep Reporter, err error) {
		return rep, r.Scan(&rep.CameBy, &rep.Name, &rep.Phone, &rep.Address)
	}, `select came_by, name, phone, address from case_reporter where came_by in (`+db.Marks(len(ids))+`) order by at desc, id desc`, ids...)
	for _, rep := range found {
		at[rep.CameBy].From = rep
	}
	if err != nil {
		return fmt.Errorf("register book: %w", err)
	}
	return nil
}

// DayNumber is which of the day's cases of its flow a case was, counted from 1: the number that is called at a desk.
func (c *Cases) DayNumber(tx *db.Tx, k *Case) (int, error) {
	day := civil.DateOf(k.Registered, civil.Shanghai)
	var n int
	err := tx.QueryRow(`select count(*) from case_record where month = ? and first_flow = ? and registered_at >= ? and id <= ?`,
		day.String()[:7], k.firstFlow, db.At(day.In(civil.Shanghai)), k.ID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("number of the day: %w", err)
	}
	return n, nil
}
