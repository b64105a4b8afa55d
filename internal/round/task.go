package round

import (
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// The states of a task.
const (
	StateOpen   = "open"   // 待巡查
	StateMissed = "missed" // 逾期未巡查; it can still be done while the plan runs
	StateDone   = "done"   // 已巡查
)

// A Task (巡查任务) is the points that one worker goes to by a day.
type Task struct {
	ID      db.ID      `json:"id"`
	Plan    db.ID      `json:"plan"`
	Name    string     `json:"name"`
	Worker  db.ID      `json:"worker"` // account; zero: whoever works for the unit or the grid
	Who     string     `json:"who"`
	Starts  civil.Date `json:"starts"`
	Due     civil.Date `json:"due"` // last day
	State   string     `json:"state"`
	Count   int        `json:"count"`
	Visited int        `json:"visited"`
	Points  []Point    `json:"points"`
}

// A Point (点位) is one place to go to: a subject of the plan, in the order of the route.
type Point struct {
	ID      db.ID   `json:"id"`
	Kind    string  `json:"kind"`
	Subject string  `json:"subject"`
	Name    string  `json:"name"`
	Place   string  `json:"place"` // code
	Lon     float64 `json:"lon"`   // both 0: not known
	Lat     float64 `json:"lat"`
	Key     bool    `json:"key"`
	List    *List   `json:"list,omitempty"` // nil: words only
	Visit   db.ID   `json:"visit"`          // the first one; zero: not visited
	Done    bool    `json:"done"`

	task db.ID
	path string
	seq  int
}

// Seq is the place of the point in the route, from 1.
func (p Point) Seq() int { return p.seq }

// Task is the task that the point belongs to.
func (p Point) Task() db.ID { return p.task }

// A List (检查表内容) is a check list as a telephone shows it.
type List struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Items []Item `json:"items"`
}

// An Item (检查表内容项) is one thing to be looked at.
type Item struct {
	ID      string   `json:"id"`
	Group   string   `json:"group,omitempty"`
	Says    string   `json:"says"`
	Kind    string   `json:"kind"` // yes-no, number, choice or photo
	Options []Choice `json:"options,omitempty"`
	Points  int      `json:"points"`
	Veto    bool     `json:"veto,omitempty"`
}

// A Choice (检查表选项) is one answer of a choice.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// listOf is a check list for telephones; nil for none.
func listOf(l *pack.Checklist) *List {
	if l == nil {
		return nil
	}
	out := &List{ID: l.ID, Name: l.Name}
	for _, i := range l.Items {
		item := Item{ID: i.ID, Group: i.Group, Says: i.Says, Kind: i.Kind, Points: i.Points, Veto: i.Veto}
		for _, o := range i.Options {
			item.Options = append(item.Options, Choice{o.Value, o.Label})
		}
		out.Items = append(out.Items, item)
	}
	return out
}

const taskColumns = `t.id, t.plan, p.name, t.worker, t.worker_name, t.starts, t.due, t.state, t.points, t.visited`

func scanTask(r *db.Rows) (t Task, err error) {
	return t, r.Scan(&t.ID, &t.Plan, &t.Name, &t.Worker, &t.Who, &t.Starts, &t.Due, &t.State, &t.Count, &t.Visited)
}

// going is the condition of tasks that an actor has to do; "" when there are none.
func going(by staff.Actor) (string, []any) {
	if by.Account.IsZero() {
		return "", nil
	}
	ways, args := []string{"t.worker = ?"}, []any{by.Account}
	for _, g := range by.Grants {
		switch {
		case g.Role == staff.Handler && g.Unit != "":
			ways, args = append(ways, "t.worker = 0 and t.unit = ?"), append(args, g.Unit)
		case g.Role == staff.Grid && g.Place != "":
			from, end := place.Range(g.Place)
			ways, args = append(ways, "t.worker = 0 and t.unit = '' and t.path >= ? and t.path < ?"), append(args, from, end)
		}
	}
	return "(" + strings.Join(ways, " or ") + ")", args
}

// Today lists what an actor has to visit now, the most urgent before: tasks that have begun, whose plan is not over and that are not done, with
// their points in the order of the route and the check list of each.
func (x *Rounds) Today(tx *db.Tx, by staff.Actor) ([]Task, error) {
	where, args := going(by)
	if where == "" {
		return nil, nil
	}
	today := place.Today(tx)
	list, err := db.Select(tx, scanTask, `select `+taskColumns+` from round_task t join round_plan p on p.id = t.plan
		where t.state <> 'done' and t.starts <= ? and p.to_day >= ? and `+where+` order by t.due, t.id limit 50`, append([]any{today, today}, args...)...)
	if err != nil {
		return nil, wrap("list tasks of today", err)
	}
	return list, x.fill(tx, by, list)
}

// fill adds their points to tasks.
func (x *Rounds) fill(tx *db.Tx, by staff.Actor, list []Task) error {
	lists := map[db.ID]*List{}
	for i := range list {
		t := &list[i]
		if _, known := lists[t.Plan]; !known {
			p, err := planOf(tx, t.Plan)
			if err != nil {
				return err
			}
			e, r, err := x.rule(&p)
			if err != nil {
				return err
			}
			lists[t.Plan] = listOf(e.Checklist(r.List))
		}
		points, err := db.Select(tx, scanPoint, `select `+pointColumns+` from round_point where task = ? order by seq`, t.ID)
		if err != nil {
			return wrap("list points", err)
		}
		if err := named(tx, points, func(path string) bool {
			return by.Has(staff.Grid, path, "") || t.Worker == by.Account || seesPersons(by, path)
		}); err != nil {
			return err
		}
		for j := range points {
			points[j].List = lists[t.Plan]
		}
		t.Points = points
	}
	return nil
}

const pointColumns = `id, kind, subject, name, place, path, lon, lat, is_key, visit, task, seq`

func scanPoint(r *db.Rows) (p Point, err error) {
	var lon, lat int64
	err = r.Scan(&p.ID, &p.Kind, &p.Subject, &p.Name, &p.Place, &p.path, &lon, &lat, &p.Key, &p.Visit, &p.task, &p.seq)
	at := geo.Of(lon, lat)
	p.Lon, p.Lat, p.Done = at.Lon, at.Lat, !p.Visit.IsZero()
	return p, err
}

func pointsOf(tx *db.Tx, plan db.ID) ([]Point, error) {
	list, err := db.Select(tx, scanPoint, `select `+pointColumns+` from round_point where plan = ? order by seq`, plan)
	return list, wrap("list points", err)
}

// PointsOf lists the points of a plan that the actor sees, in the order of the route.
func (x *Rounds) PointsOf(tx *db.Tx, by staff.Actor, plan db.ID) ([]Point, error) {
	if _, err := x.Get(tx, by, plan); err != nil {
		return nil, err
	}
	list, err := pointsOf(tx, plan)
	if err != nil {
		return nil, err
	}
	return list, named(tx, list, func(path string) bool { return by.Has(staff.Grid, path, "") || seesPersons(by, path) })
}

// TasksOf lists the tasks of a plan that the actor sees, without their points.
func (x *Rounds) TasksOf(tx *db.Tx, by staff.Actor, plan db.ID) ([]Task, error) {
	if _, err := x.Get(tx, by, plan); err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scanTask, `select `+taskColumns+` from round_task t join round_plan p on p.id = t.plan where t.plan = ? order by t.due, t.id`, plan)
	return list, wrap("list tasks", err)
}

// seesPersons reports whether an actor may see the names of those who are visited at a path.
func seesPersons(by staff.Actor, path string) bool {
	for _, p := range register.Sight(by, register.ForVisit) {
		if place.Within(path, p) {
			return true
		}
	}
	return false
}

// named gives points that are persons their names, shown in full to who may see them.
func named(tx *db.Tx, points []Point, may func(path string) bool) error {
	var ids []db.ID
	for _, p := range points {
		if id, err := db.ParseID(p.Subject); p.Kind == "person" && err == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	people, err := register.Persons(tx, ids)
	if err != nil {
		return err
	}
	for i := range points {
		p := &points[i]
		if id, err := db.ParseID(p.Subject); p.Kind == "person" && err == nil {
			p.Name = shortened(people[id].Name, may(p.path))
		}
	}
	return nil
}

// shortened is a name in full, or its first character for who may not see it.
func shortened(name string, whole bool) string {
	for _, r := range name {
		if !whole {
			return string(r) + "某"
		}
	}
	return name
}

// A Call (走访对象) is a person whom an actor has to visit, as a telephone shows it.
type Call struct {
	ID      db.ID   `json:"id"` // of the point
	Name    string  `json:"name"`
	Address string  `json:"address"`
	Why     string  `json:"why"`
	Last    db.Time `json:"last"` // last visited; zero: never
}

// Calls lists the persons whom an actor has to visit now.
func (x *Rounds) Calls(tx *db.Tx, by staff.Actor) ([]Call, error) {
	tasks, err := x.Today(tx, by)
	if err != nil {
		return nil, err
	}
	var list []Call
	for _, t := range tasks {
		for _, p := range t.Points {
			if p.Kind != "person" || p.Done {
				continue
			}
			s, err := subjectOf(tx, p.Kind, p.Subject)
			if err != nil {
				return nil, err
			}
			list = append(list, Call{ID: p.ID, Name: p.Name, Address: addressOf(tx, p.Subject), Why: t.Name, Last: s.LastAt})
		}
	}
	return list, nil
}

// addressOf is where a person lives as the register has it, "" when it has none.
func addressOf(tx *db.Tx, person string) string {
	id, err := db.ParseID(person)
	if err != nil {
		return ""
	}
	p, err := register.PersonOf(tx, id)
	if err != nil {
		return ""
	}
	at, err := place.Get(tx, p.Place)
	if err != nil {
		return p.Address
	}
	return at.Name + p.Address
}

// Assign gives a task to a worker and a day; the zero worker takes it back for all. Returns forbidden, and invalid for somebody who does not go this round.
func (x *Rounds) Assign(tx *db.Tx, by staff.Actor, task, worker db.ID, due civil.Date) error {
	t, p, err := x.task(tx, by, task)
	if err != nil {
		return err
	}
	name := ""
	switch {
	case !p.Leads(by):
		return mayNotPlan()
	case t.State == StateDone:
		return fault.Conflict("这项任务已经完成")
	case due.Before(p.From) || due.After(p.To):
		return fault.Invalid("due", "日期应在计划期间之内：%s 至 %s", p.From.Words(), p.To.Words())
	case !worker.IsZero():
		who, err := staff.ActorOf(tx, worker, staff.ViaPage)
		if err != nil || !p.goes(who, 0) {
			return fault.Invalid("worker", "请选择承担这个巡查的人员")
		}
		name = who.Name
	}
	err = tx.ExecOne(`update round_task set worker = ?, worker_name = ?, due = ?, starts = case when starts > ? then ? else starts end,
		state = case when state = 'missed' and ? >= ? then 'open' else state end where id = ? and state <> 'done'`,
		worker, name, due, due, due, due, place.Today(tx), task)
	if err != nil {
		return wrap("assign task", err)
	}
	return record(tx, by, "round.assign", task, map[string]any{"worker": worker, "due": due})
}

func (x *Rounds) task(tx *db.Tx, by staff.Actor, id db.ID) (Task, Plan, error) {
	list, err := db.Select(tx, scanTask, `select `+taskColumns+` from round_task t join round_plan p on p.id = t.plan where t.id = ?`, id)
	if err != nil {
		return Task{}, Plan{}, wrap("load task", err)
	}
	missing := fault.NotFound("没有这项巡查任务，或您无权查看")
	if len(list) == 0 {
		return Task{}, Plan{}, missing
	}
	p, err := planOf(tx, list[0].Plan)
	if err == nil && !p.Sees(by) && !p.goes(by, list[0].Worker) {
		err = missing
	}
	return list[0], p, err
}

// PointOf returns a point with its plan, for who sees the plan or goes there. Returns notfound.
func (x *Rounds) PointOf(tx *db.Tx, by staff.Actor, id db.ID) (Point, Plan, error) {
	at, t, p, err := x.point(tx, id)
	if err != nil {
		return at, p, err
	}
	if !p.Sees(by) && !p.goes(by, t.Worker) {
		return Point{}, Plan{}, missingPoint()
	}
	one := []Point{at}
	err = named(tx, one, func(path string) bool { return p.goes(by, t.Worker) || seesPersons(by, path) })
	return one[0], p, err
}

// Goers lists who may be given a task of a plan: who works for its unit, or in its grid. Returns forbidden for who does not plan it.
func (x *Rounds) Goers(tx *db.Tx, by staff.Actor, plan db.ID) ([]staff.Account, error) {
	p, err := x.Get(tx, by, plan)
	if err != nil {
		return nil, err
	}
	if !p.Leads(by) {
		return nil, mayNotPlan()
	}
	if p.Unit == "" {
		return staff.HoldersOf(tx, staff.Grid, p.Place)
	}
	all, err := staff.Accounts(tx, p.Unit, "", 200)
	var list []staff.Account
	for _, a := range all {
		who, err := a.Actor(tx, staff.ViaPage)
		if err != nil {
			return nil, err
		}
		if !a.Disabled && p.goes(who, 0) {
			list = append(list, a)
		}
	}
	return list, err
}
