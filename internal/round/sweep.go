package round

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// sweepKind is the kind of the job that makes plans and tells what was missed.
const sweepKind = "round.sweep"

// Register lets the runner sweep: once after each start of the program, then soon after each midnight in Shanghai, one plan a transaction.
func (x *Rounds) Register(r *job.Runner, d *db.DB) {
	r.HandleOutside(sweepKind, func(ctx context.Context, t *job.Task) (job.Settle, error) {
		_, err := x.Sweep(ctx, d, func(done, total int) error { return t.Progress(ctx, int64(done), int64(total), "") })
		return next, err
	})
	r.OnFailed(sweepKind, func(tx *db.Tx, _ job.Job) error { return next(tx) })
}

// Start enqueues the first sweep. It may be called at every start: sweeps that wait are one.
func Start(tx *db.Tx) error {
	_, err := job.Enqueue(tx, sweepKind, nil, job.Unique("daily"))
	return err
}

func next(tx *db.Tx) error {
	midnight := civil.DateOf(tx.Now(), civil.Shanghai).AddDays(1).In(civil.Shanghai)
	_, err := job.Enqueue(tx, sweepKind, nil, job.Unique("daily"), job.At(midnight.Add(2*time.Minute)))
	return err
}

// A Sweep (巡查安排) is what looking after rounds did.
type Sweep struct{ Made, Added, Missed, Ended int }

// Sweep makes the plans of the periods that have begun, adds cases that newly owe a re-check, and tells what was missed, all as of today.
func (x *Rounds) Sweep(ctx context.Context, d *db.DB, progress func(done, total int) error) (s Sweep, err error) {
	var owed []owing
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { owed, err = x.owed(tx); return err }); err != nil {
		return s, fmt.Errorf("look for rounds: %w", err)
	}
	for i, o := range owed {
		var made bool
		var added int
		err := d.Write(ctx, func(tx *db.Tx) (err error) { made, added, err = x.make(tx, o); return err })
		if err != nil {
			return s, fmt.Errorf("plan %s at %s: %w", o.round, o.place, err)
		}
		if s.Added += added; made {
			s.Made++
		}
		if i%50 == 49 {
			if err := progress(i+1, len(owed)); err != nil {
				return s, err
			}
		}
	}
	err = d.Write(ctx, func(tx *db.Tx) (err error) { s.Missed, s.Ended, err = x.lapse(tx); return err })
	return s, err
}

// owing is a plan that a round asks for now.
type owing struct {
	document, round  string
	unit, place      string
	path             string
	period           civil.Period
	campaign, exists bool
}

func (o owing) origin() string {
	return strings.Join([]string{o.document, o.round, o.unit, o.place, o.period.From.String()}, "/")
}

// owed lists the plans that rounds ask for today: those not made yet, and those of cases to which more may come.
func (x *Rounds) owed(tx *db.Tx) (list []owing, err error) {
	today := place.Today(tx)
	for _, p := range x.packs().Packs() {
		for _, area := range p.Areas() {
			if !area.On(today) {
				continue
			}
			path, err := areaPath(tx, area.Place)
			if err != nil || path == "" {
				if err != nil {
					return nil, err
				}
				continue
			}
			for _, r := range p.On(today).Rounds {
				period, holds := r.Period(today)
				if !holds {
					continue
				}
				o := owing{document: p.Document.ID, round: r.ID, period: period, campaign: r.Every.IsZero()}
				more, err := o.spread(tx, r, path)
				if err != nil {
					return nil, err
				}
				list = append(list, more...)
			}
		}
	}
	return list, nil
}

// spread names the units or grids that go a round below a path, and leaves out those whose plan is made and gets no more points.
func (o owing) spread(tx *db.Tx, r *pack.Round, path string) (list []owing, err error) {
	var who []owing
	if r.Who == pack.ByGrid {
		grids, err := staff.PlacesOf(tx, staff.Grid, path)
		if err != nil {
			return nil, err
		}
		for _, g := range grids {
			n := o
			n.place, n.path = g.Code, g.Path
			who = append(who, n)
		}
	} else {
		units, err := staff.UnitsBelow(tx, r.Who, path)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			paths, err := place.Paths(tx, u.Place)
			if err != nil {
				return nil, err
			}
			n := o
			if n.unit, n.place, n.path = u.Code, u.Place, paths[u.Place]; n.path != "" {
				who = append(who, n)
			}
		}
	}
	made := map[string]bool{}
	known, err := db.Select(tx, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) },
		`select origin from round_plan where document = ? and round = ? and from_day = ?`, o.document, o.round, o.period.From)
	if err != nil {
		return nil, wrap("look for plans", err)
	}
	for _, origin := range known {
		made[origin] = true
	}
	for _, n := range who {
		if n.exists = made[n.origin()]; !n.exists || len(r.Subjects.States) > 0 {
			list = append(list, n)
		}
	}
	return list, nil
}

// areaPath is the path of the place where a document holds: of the city when the place is the city or what it lies in, "" when it lies elsewhere.
func areaPath(tx *db.Tx, code string) (string, error) {
	city, err := place.City(tx)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(city, code) {
		code = city
	}
	paths, err := place.Paths(tx, code)
	return paths[code], err
}

// make writes one plan that is owed, or adds to it what it newly has to visit.
func (x *Rounds) make(tx *db.Tx, o owing) (made bool, added int, err error) {
	p := x.packs().Pack(o.document, "")
	e := p.On(place.Today(tx))
	r := e.Round(o.round)
	if r == nil { // the packs changed meanwhile
		return false, 0, nil
	}
	if o.exists {
		added, err = x.add(tx, o, r)
		return false, added, err
	}
	n := Plan{Document: o.document, Round: r.ID, Pack: p.Version, Name: r.Name, Unit: o.unit, Place: o.place, Path: o.path, From: o.period.From, To: o.period.To,
		Campaign: o.campaign}
	if n.Watch, err = watcher(tx, r, o.path); err != nil {
		return false, 0, err
	}
	made, err = x.write(tx, staff.Job("round"), &n, p.On(n.From), r, o.origin())
	if err != nil || !made || n.Points == 0 {
		return made, 0, err
	}
	return made, 0, tell(tx, &n, "新的巡查", fmt.Sprintf("%s：%d 个点位，请于%s前走完。", n.Name, n.Points, n.To.Words()))
}

// add adds the cases that newly owe a re-check to a plan.
func (x *Rounds) add(tx *db.Tx, o owing, r *pack.Round) (int, error) {
	plans, err := db.Select(tx, scanPlan, `select `+planColumns+` from round_plan where origin = ?`, o.origin())
	if err != nil || len(plans) == 0 {
		return 0, wrap("load plan", err)
	}
	p := plans[0]
	all, err := x.subjects(tx, r, p.Path)
	if err != nil {
		return 0, err
	}
	points, err := pointsOf(tx, p.ID)
	if err != nil {
		return 0, err
	}
	there := map[string]bool{}
	for _, at := range points {
		there[at.Subject] = true
	}
	var fresh []target
	for _, t := range all {
		if !there[t.id] {
			fresh = append(fresh, t)
		}
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	if err := addTasks(tx, &p, r, fresh, len(points)); err != nil {
		return 0, err
	}
	err = tx.ExecOne(`update round_plan set points = points + ? where id = ?`, len(fresh), p.ID)
	if err != nil {
		return 0, wrap("add points", err)
	}
	return len(fresh), tell(tx, &p, "待复查", fmt.Sprintf("%s：新增 %d 件。", p.Name, len(fresh)))
}

// lapse marks tasks whose day is over, ends plans, and tells each unit that watches once what was missed.
func (x *Rounds) lapse(tx *db.Tx) (missed, ended int, err error) {
	today := place.Today(tx)
	late, err := db.Select(tx, scanTask, `select `+taskColumns+` from round_task t join round_plan p on p.id = t.plan where t.state = 'open' and t.due < ? order by t.plan, t.id`, today)
	if err != nil {
		return 0, 0, wrap("look for missed tasks", err)
	}
	left := map[db.ID]int{}
	for _, t := range late {
		if err := tx.ExecOne(`update round_task set state = 'missed' where id = ? and state = 'open'`, t.ID); err != nil {
			return 0, 0, wrap("mark missed task", err)
		}
		left[t.Plan] += t.Count - t.Visited
		if err := tx.ExecOne(`update round_plan set missed = missed + ? where id = ?`, t.Count-t.Visited, t.Plan); err != nil {
			return 0, 0, wrap("mark missed task", err)
		}
	}
	for _, t := range late {
		if left[t.Plan] == 0 {
			continue
		}
		p, err := planOf(tx, t.Plan)
		if err != nil {
			return 0, 0, err
		}
		if err := tell(tx, &p, "巡查逾期", fmt.Sprintf("%s：%d 个点位到期没有走到。", p.Name, left[t.Plan])); err != nil {
			return 0, 0, err
		}
		delete(left, t.Plan)
	}
	n, err := tx.ExecCount(`update round_plan set ended = 1 where ended = 0 and to_day < ?`, today)
	return len(late), int(n), wrap("end plans", err)
}

// tell sends a message to who goes and, unless it is the same unit, to who watches. Where a round names nobody who watches, the unit that serves the place does.
func tell(tx *db.Tx, p *Plan, what, text string) error {
	to := []string{p.Unit, p.Watch}
	if p.Unit == "" && p.Watch == "" {
		u, err := serving(tx, p.Path)
		if err != nil {
			return err
		}
		to[1] = u
	}
	if to[0] == to[1] {
		to = to[:1]
	}
	for _, u := range to {
		if u == "" {
			continue
		}
		err := notify.Send(tx, notify.Message{To: notify.Unit(u), Subject: what + "：" + p.Name, Text: text, Link: "/inspection/plans/" + p.ID.String()})
		if err != nil {
			return err
		}
	}
	return nil
}

// serving is the unit that serves the nearest place of a path, "" when none does.
func serving(tx *db.Tx, path string) (string, error) {
	codes := place.Codes(path)
	units, err := staff.Units(tx)
	if err != nil {
		return "", err
	}
	for i := len(codes) - 1; i >= 0; i-- {
		for _, u := range units {
			if u.Place == codes[i] && !u.Closed {
				return u.Code, nil
			}
		}
	}
	return "", nil
}
