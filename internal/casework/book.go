package casework

import (
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
		where first_flow in (`+inList(len(first))+`) and month >= ? and month <= ? and registered_at >= ? and registered_at < ? and id > ? and (`+where+`)
		order by id limit ?`, append(args, s.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("register book: %w", err)
	}
	return c.inscribe(tx, cases)
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
		or = append(or, `exists (select 1 from case_unit u where u.case_id = c.id and u.unit in (`+inList(len(scope.Units))+`))`)
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
		where case_id in (`+inList(len(ids))+`) and verb in (?, ?, ?, ?) order by case_id, seq`, slices.Concat(ids, verbs)...)
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
	}, `select came_by, name, phone, address from case_reporter where came_by in (`+inList(len(ids))+`) order by at desc, id desc`, ids...)
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
