package duty

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/place"
	"linli/internal/staff"
)

// A State (任务状态) is where a task stands.
type State string

// The states. A task that was late before it was done is Done with WasLate.
const (
	Open State = "open"
	Late State = "late"
	Done State = "done"
)

// A Task (责任任务) is one occurrence of a duty that one unit owes.
type Task struct {
	ID       db.ID
	Document string
	Duty     string // id in the pack
	Pack     string // version of the pack that set it
	Name     string
	Does     string // what is to be done, in words
	Makes    string // id of the notice it results in; "" for none
	Basis    []law.Clause
	Unit     string // code
	Path     string // of the place the unit serves
	Period   civil.Period
	Last     civil.Date // last day for doing it
	Due      db.Time    // exclusive
	State    State
	WasLate  bool
	Raised   db.Time
	DoneAt   db.Time // zero until done
	DoneBy   db.ID
	DoneName string
	Evidence string // path of a page of ours that shows it; "" none
	Words    string // what was said on completion
}

const columns = `id, document, duty, pack_version, name, does, makes, basis, unit, path, period_from, period_to, last_day, due_at,
	state, was_late, raised_at, done_at, done_by, done_name, evidence, words`

func scan(r *db.Rows) (t Task, err error) {
	var basis string
	err = r.Scan(&t.ID, &t.Document, &t.Duty, &t.Pack, &t.Name, &t.Does, &t.Makes, &basis, &t.Unit, &t.Path, &t.Period.From, &t.Period.To,
		&t.Last, &t.Due, (*string)(&t.State), &t.WasLate, &t.Raised, &t.DoneAt, &t.DoneBy, &t.DoneName, &t.Evidence, &t.Words)
	if err != nil {
		return t, err
	}
	for c := range strings.SplitSeq(basis, ",") {
		clause, err := law.Parse(c)
		if err != nil {
			return t, fmt.Errorf("basis of task %s: %w", t.ID, err)
		}
		t.Basis = append(t.Basis, clause)
	}
	return t, nil
}

// seenBy reports whether the actor sees the task: his unit owes it, or he watches over the place of that unit.
func (t *Task) seenBy(by staff.Actor) bool {
	return by.Unit != "" && by.Unit == t.Unit || watches(by, t)
}

// watches reports whether the actor supervises, leads or audits where the unit is.
func watches(by staff.Actor, t *Task) bool {
	return slices.ContainsFunc([]staff.Role{staff.Supervisor, staff.Leader, staff.Auditor},
		func(r staff.Role) bool { return by.Has(r, t.Path, t.Unit) })
}

// mayFinish reports whether the actor may say that the task is done: an officer of the unit, or who supervises it.
func (t *Task) mayFinish(by staff.Actor) bool {
	own := by.Unit == t.Unit && by.HasAny(staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Supervisor, staff.Leader)
	return own || by.Has(staff.Supervisor, t.Path, t.Unit)
}

// Get returns a task that the actor sees. A task he may not see is not found.
func (d *Duties) Get(tx *db.Tx, by staff.Actor, id db.ID) (Task, error) {
	t, err := get(tx, id)
	if err == nil && !t.seenBy(by) {
		return Task{}, missing()
	}
	return t, err
}

func get(tx *db.Tx, id db.ID) (Task, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from duty_task where id = ?`, id)
	if err != nil {
		return Task{}, fmt.Errorf("load task: %w", err)
	}
	if len(list) == 0 {
		return Task{}, missing()
	}
	return list[0], nil
}

func missing() error { return fault.NotFound("没有这项任务，或您无权查看") }

// Find returns the task of a unit about a period that begins on a day; a notfound fault when none arose.
func (d *Duties) Find(tx *db.Tx, document, duty, unit string, from civil.Date) (Task, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from duty_task where document = ? and duty = ? and unit = ? and period_from = ?`,
		document, duty, unit, from)
	if err == nil && len(list) == 0 {
		err = missing()
	}
	if err != nil {
		return Task{}, err
	}
	return list[0], nil
}

// List returns the tasks that the actor sees: those not done first, the most urgent before, then the latest done.
func (d *Duties) List(tx *db.Tx, by staff.Actor, limit int) ([]Task, error) {
	if limit <= 0 || limit > 500 {
		limit = 200
	}
	where, args := sight(by)
	if where == "" {
		return nil, nil
	}
	sql := `select * from (select ` + columns + ` from duty_task where state <> 'done' and ` + where + ` order by due_at, id limit ?) o
		union all select * from (select ` + columns + ` from duty_task where state = 'done' and ` + where + ` order by due_at desc, id desc limit ?) d`
	args = append(args, limit)
	list, err := db.Select(tx, scan, sql, append(args, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	slices.SortStableFunc(list, func(a, b Task) int {
		switch {
		case (a.State == Done) != (b.State == Done):
			return map[bool]int{true: 1, false: -1}[a.State == Done]
		case a.State == Done:
			return b.Due.Compare(a.Due.Time)
		}
		return a.Due.Compare(b.Due.Time)
	})
	return list, nil
}

// sight is seenBy as SQL; "" when nothing can be seen.
func sight(by staff.Actor) (string, []any) {
	var ways []string
	var args []any
	if by.Unit != "" {
		ways, args = append(ways, "unit = ?"), append(args, by.Unit)
	}
	for _, g := range by.Grants {
		if g.Role != staff.Supervisor && g.Role != staff.Leader && g.Role != staff.Auditor {
			continue
		}
		way := "1 = 1"
		if g.Place != "" {
			from, end := place.Range(g.Place)
			way, args = "path >= ? and path < ?", append(args, from, end)
		}
		if g.Unit != "" {
			way, args = way+" and unit = ?", append(args, g.Unit)
		}
		ways = append(ways, "("+way+")")
	}
	if len(ways) == 0 {
		return "", nil
	}
	return "(" + strings.Join(ways, " or ") + ")", args
}
