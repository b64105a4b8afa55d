package duty

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Sweep (任务巡查) is what one round of looking after tasks did.
type Sweep struct {
	Raised, Reminded, Late int
}

// Sweep raises the tasks that have become due to be worked on, reminds of those near their end and marks those past it,
// all as of the transaction's day.
func (d *Duties) Sweep(tx *db.Tx) (Sweep, error) {
	var s Sweep
	var err error
	if s.Raised, err = d.raiseAll(tx); err != nil {
		return s, fmt.Errorf("raise tasks: %w", err)
	}
	if s.Late, err = d.lapse(tx); err != nil {
		return s, fmt.Errorf("mark late tasks: %w", err)
	}
	if s.Reminded, err = d.remindAll(tx); err != nil {
		return s, fmt.Errorf("remind of tasks: %w", err)
	}
	return s, nil
}

func (d *Duties) raiseAll(tx *db.Tx) (n int, err error) {
	began, err := workBegan(tx)
	if errors.Is(err, errNoWork) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	today := place.Today(tx)
	for _, p := range d.packs().Packs() {
		for _, area := range p.Areas() {
			if !area.On(today) {
				continue
			}
			path, err := pathOf(tx, area.Place)
			if err != nil {
				return n, err
			}
			if path == "" {
				continue
			}
			first := later(later(began, area.From), today.AddDays(-reach))
			more, err := d.raiseIn(tx, p, path, first, today)
			if err != nil {
				return n, err
			}
			n += more
		}
	}
	return n, nil
}

// raiseIn raises what a pack's document asks of one of the places where it holds.
func (d *Duties) raiseIn(tx *db.Tx, p *pack.Pack, path string, first, today civil.Date) (n int, err error) {
	for _, duty := range p.On(today).Duties {
		more, err := d.raise(tx, p, duty, path, first, today)
		if err != nil {
			return n, fmt.Errorf("%s: %w", duty.ID, err)
		}
		n += more
	}
	return n, nil
}

var errNoWork = errors.New("no case yet")

// workBegan is the first day of the month of the city's first case: nothing is owed about the time before.
func workBegan(tx *db.Tx) (civil.Date, error) {
	var month string
	if err := tx.QueryRow(`select coalesce(min(month), '') from fact_case`).Scan(&month); err != nil {
		return civil.Date{}, err
	}
	if month == "" {
		return civil.Date{}, errNoWork
	}
	return civil.ParseDate(month + "-01")
}

// pathOf is the path of the place where a document holds: of the city when the place is the city or what it lies in, "" when
// it lies elsewhere.
func pathOf(tx *db.Tx, code string) (string, error) {
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

func later(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// raise writes down every occurrence about a period that ended on first or later and that can be worked on today.
func (d *Duties) raise(tx *db.Tx, p *pack.Pack, duty *pack.Duty, path string, first, today civil.Date) (n int, err error) {
	filling := staff.UnitsFilling
	if duty.Each {
		filling = staff.UnitsWithin
	}
	units, err := filling(tx, duty.Who, path)
	if err != nil || len(units) == 0 {
		return 0, err
	}
	l := p.Law(d.law)
	for after := first.AddDays(-1); ; {
		period, last, due, err := duty.Next(l, after)
		if err != nil {
			return n, err
		}
		if last.IsZero() {
			return n, nil
		}
		_, after = duty.Every.Next(after)
		opens := period.To.AddDays(1)
		if last.Before(opens) {
			opens = last.AddDays(-ahead)
		}
		if today.Before(opens) {
			return n, nil
		}
		if period.To.Before(first) {
			continue
		}
		for _, u := range units {
			t := Task{ID: db.NewID(), Document: p.Document.ID, Duty: duty.ID, Pack: p.Version, Name: duty.Name, Does: duty.Does, Makes: duty.Makes,
				Basis: duty.Basis, Unit: u.Code, Path: path, Period: period, Last: last, Due: db.At(due), State: Open, Raised: db.At(tx.Now())}
			fresh, err := t.insert(tx)
			if err != nil {
				return n, err
			}
			n += fresh
		}
	}
}

// insert writes the task and tells its unit; it does neither when the task is there already.
func (t *Task) insert(tx *db.Tx) (int, error) {
	basis := make([]string, len(t.Basis))
	for i, c := range t.Basis {
		basis[i] = c.String()
	}
	n, err := tx.ExecCount(`insert into duty_task (id, document, duty, pack_version, name, does, makes, basis, unit, path, period_from, period_to,
		last_day, due_at, state, raised_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (document, duty, unit, period_from) do nothing`,
		t.ID, t.Document, t.Duty, t.Pack, t.Name, t.Does, t.Makes, strings.Join(basis, ","), t.Unit, t.Path, t.Period.From, t.Period.To,
		t.Last, t.Due, string(t.State), t.Raised)
	if err != nil || n == 0 || !t.Due.After(tx.Now()) { // a task that is late at once is told as late
		return int(n), err
	}
	return int(n), t.tell(tx, "新任务", fmt.Sprintf("%s%s请于%s前完成。", pack.PeriodWords(t.Period), t.Does, t.Last.Words()))
}

func (t *Task) tell(tx *db.Tx, what, text string) error {
	return notify.Send(tx, notify.Message{To: notify.Unit(t.Unit), Subject: what + "：" + t.Name, Text: text, Link: "/supervisor/duties"})
}

// lapse marks what was not done in time and tells the unit once.
func (d *Duties) lapse(tx *db.Tx) (int, error) {
	due, err := db.Select(tx, scan, `select `+columns+` from duty_task where state = 'open' and due_at <= ? order by due_at, id`, db.At(tx.Now()))
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		if err := tx.ExecOne(`update duty_task set state = 'late', was_late = 1 where id = ? and state = 'open'`, t.ID); err != nil {
			return 0, err
		}
		if err := t.tell(tx, "任务逾期", fmt.Sprintf("%s应于%s前完成，尚未完成。", t.Does, t.Last.Words())); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// remindAll tells the unit of a task that ends within a few days, once, and not on the day it was told of the task.
func (d *Duties) remindAll(tx *db.Tx) (int, error) {
	now := tx.Now()
	near, err := db.Select(tx, scan, `select `+columns+` from duty_task where state = 'open' and due_at > ? and due_at <= ?
		and reminded_at = '' and raised_at <= ? order by due_at, id`,
		db.At(now), db.At(now.AddDate(0, 0, remind)), db.At(now.Add(-24*time.Hour)))
	if err != nil {
		return 0, err
	}
	for _, t := range near {
		if err := tx.ExecOne(`update duty_task set reminded_at = ? where id = ? and reminded_at = ''`, db.At(now), t.ID); err != nil {
			return 0, err
		}
		if err := t.tell(tx, "任务将到期", fmt.Sprintf("%s请于%s前完成。", t.Does, t.Last.Words())); err != nil {
			return 0, err
		}
	}
	return len(near), nil
}
