package round

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Plan (巡查计划) is a round for a unit or a grid and a period: the points, in the order of the route, and the tasks that cover them.
type Plan struct {
	ID       db.ID      `json:"id"`
	Document string     `json:"document"`
	Round    string     `json:"round"`
	Pack     string     `json:"-"` // version
	Name     string     `json:"name"`
	Unit     string     `json:"unit"`  // whose people go; "" the workers of the grid
	Watch    string     `json:"watch"` // unit that plans and hears what was missed; "" none
	Place    string     `json:"place"` // code
	Path     string     `json:"-"`
	From     civil.Date `json:"from"`
	To       civil.Date `json:"to"`
	Campaign bool       `json:"campaign"`
	Seed     string     `json:"seed,omitempty"` // of a draw of closed cases
	Closed   int        `json:"closed"`         // cases it was drawn from
	Ended    bool       `json:"ended"`
	Points   int        `json:"points"`
	Visited  int        `json:"visited"` // points
	Missed   int        `json:"missed"`  // points not visited when their task was due
	By       string     `json:"by"`
	At       db.Time    `json:"at"`
}

const planColumns = `id, document, round, pack_version, name, unit, watch, place, path, from_day, to_day, campaign, seed, population, ended, points, visited, missed, made_name, made_at`

func scanPlan(r *db.Rows) (p Plan, err error) {
	return p, r.Scan(&p.ID, &p.Document, &p.Round, &p.Pack, &p.Name, &p.Unit, &p.Watch, &p.Place, &p.Path, &p.From, &p.To, &p.Campaign, &p.Seed, &p.Closed,
		&p.Ended, &p.Points, &p.Visited, &p.Missed, &p.By, &p.At)
}

// watching are the roles that see, within their places, what is planned and found there.
var watching = []staff.Role{staff.Supervisor, staff.Leader, staff.Auditor, staff.Community, staff.Desk, staff.Verifier, staff.Dispatcher, staff.Grid}

// Readers are the roles that have to do with rounds.
var Readers = append([]staff.Role{staff.Handler}, watching...)

// sight is what an actor sees of rounds: what lies below these paths, and what these units go or watch.
func sight(by staff.Actor) (paths, units []string) {
	for _, g := range by.Grants {
		switch {
		case g.Unit != "" && (g.Role == staff.Handler || slices.Contains(watching, g.Role)):
			units = append(units, g.Unit)
		case g.Place != "" && slices.Contains(watching, g.Role):
			paths = append(paths, g.Place)
		}
	}
	return paths, units
}

// Sees reports whether an actor sees a plan and what was found by it.
func (p *Plan) Sees(by staff.Actor) bool {
	paths, units := sight(by)
	return slices.ContainsFunc(paths, func(q string) bool { return place.Within(p.Path, q) }) ||
		slices.ContainsFunc(units, func(u string) bool { return u == p.Unit || u == p.Watch })
}

// seen is Sees as a condition over path, unit and watch; "" when nothing is seen.
func seen(by staff.Actor) (string, []any) {
	paths, units := sight(by)
	var ways []string
	var args []any
	for _, p := range paths {
		from, end := place.Range(p)
		ways, args = append(ways, "path >= ? and path < ?"), append(args, from, end)
	}
	for _, u := range units {
		ways, args = append(ways, "unit = ? or watch = ?"), append(args, u, u)
	}
	if len(ways) == 0 {
		return "", nil
	}
	return "(" + strings.Join(ways, " or ") + ")", args
}

// Leads reports whether an actor plans: changes the route, gives tasks to workers, marks key subjects and enters visits for others.
func (p *Plan) Leads(by staff.Actor) bool { return mayPlan(by, p.Path, p.Unit, p.Watch) }

// mayPlan reports whether an actor plans rounds at a path for a unit, "" for a grid.
func mayPlan(by staff.Actor, path, unit, watch string) bool {
	switch {
	case by.Via == staff.ViaJob && by.Account.IsZero(), by.Has(staff.Supervisor, path, ""), watch != "" && by.Has(staff.Desk, "", watch) && by.Unit == watch:
		return true
	case unit == "":
		return by.Has(staff.Community, path, "")
	}
	return by.Has(staff.Handler, "", unit)
}

// goes reports whether an actor is one of those who go the round.
func (p *Plan) goes(by staff.Actor, worker db.ID) bool {
	if !worker.IsZero() {
		return by.Account == worker
	}
	if p.Unit != "" {
		return by.Has(staff.Handler, "", p.Unit)
	}
	return by.Has(staff.Grid, p.Path, "")
}

// Get returns a plan that the actor sees. Returns notfound.
func (x *Rounds) Get(tx *db.Tx, by staff.Actor, id db.ID) (Plan, error) {
	p, err := planOf(tx, id)
	if err == nil && !p.Sees(by) {
		err = missingPlan()
	}
	return p, err
}

func planOf(tx *db.Tx, id db.ID) (Plan, error) {
	list, err := db.Select(tx, scanPlan, `select `+planColumns+` from round_plan where id = ?`, id)
	if err == nil && len(list) == 0 {
		err = missingPlan()
	}
	if err != nil {
		return Plan{}, wrap("load plan", err)
	}
	return list[0], nil
}

func missingPlan() error { return fault.NotFound("没有这个巡查计划，或您无权查看") }

// A Search (计划条件) asks for plans.
type Search struct {
	Campaign bool // only special campaigns
	Running  bool // only those whose days are not over
	Round    string
	After    db.ID // cursor: the last plan of the page before
	Limit    int   // 1 to 200; 0: 50
}

// List returns the plans that the actor sees, the newest first.
func (x *Rounds) List(tx *db.Tx, by staff.Actor, q Search) ([]Plan, error) {
	where, args := seen(by)
	if where == "" {
		return nil, nil
	}
	if q.Campaign {
		where += " and campaign = 1"
	}
	if q.Running {
		where, args = where+" and to_day >= ?", append(args, place.Today(tx))
	}
	if q.Round != "" {
		where, args = where+" and round = ?", append(args, q.Round)
	}
	if !q.After.IsZero() {
		where, args = where+" and id < ?", append(args, q.After)
	}
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	list, err := db.Select(tx, scanPlan, `select `+planColumns+` from round_plan where `+where+` order by id desc limit ?`, append(args, q.Limit)...)
	return list, wrap("list plans", err)
}
