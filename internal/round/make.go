package round

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Making (新计划) asks for a plan by hand: a special campaign, or a round out of turn.
type Making struct {
	Key   string
	Round string // id of the round in force that it goes by
	Name  string // "" that of the round
	Place string // code of the area
	Unit  string // whose people go; "" where the round is for grids
	From  civil.Date
	To    civil.Date
}

// Make writes a plan of somebody who may. Returns invalid with every field that is wrong, and forbidden.
func (x *Rounds) Make(tx *db.Tx, by staff.Actor, m Making) (Plan, error) {
	return once.For(tx, by.AuditName(), m.Key, []any{"round.make", m.Round, m.Name, m.Place, m.Unit, m.From, m.To}, func() (Plan, error) {
		of, r := x.packs().Round(m.Round, place.Today(tx))
		var wrong []fault.FieldError
		miss := func(field, format string, args ...any) {
			wrong = append(wrong, fault.FieldError{Field: field, Format: format, Args: args})
		}
		if r == nil {
			return Plan{}, fault.Invalid("round", "请选择巡查种类")
		}
		m.Name = strings.TrimSpace(m.Name)
		if utf8.RuneCountInString(m.Name) > 60 {
			miss("name", "名称不能超过 60 字")
		}
		paths, err := place.Paths(tx, m.Place)
		if err != nil {
			return Plan{}, err
		}
		if paths[m.Place] == "" {
			miss("place", "请选择巡查的区域")
		}
		switch {
		case r.Who == pack.ByGrid:
			m.Unit = ""
		case m.Unit == "":
			miss("unit", "请选择由哪个单位巡查")
		}
		if m.To.Before(m.From) || m.From.IsZero() || m.To.Sub(m.From) > 370 {
			miss("to", "请填写起止日期，结束不早于开始，不超过一年")
		} else if m.To.Before(place.Today(tx)) {
			miss("to", "结束日期已经过去")
		}
		if len(wrong) > 0 {
			return Plan{}, fault.Fields(wrong)
		}
		p := Plan{Document: of.Document.ID, Round: r.ID, Pack: of.Version, Name: r.Name, Unit: m.Unit, Place: m.Place, Path: paths[m.Place], From: m.From, To: m.To,
			Campaign: true}
		if m.Name != "" {
			p.Name = m.Name
		}
		if p.Watch, err = watcher(tx, r, p.Path); err != nil {
			return p, err
		}
		if !mayPlan(by, p.Path, p.Unit, p.Watch) {
			return p, mayNotPlan()
		}
		p.ID = db.NewID()
		_, err = x.write(tx, by, &p, of.On(p.From), r, "hand:"+p.ID.String())
		return p, err
	})
}

// watcher is the unit that plans a round and hears what was missed; "" where the round names none.
func watcher(tx *db.Tx, r *pack.Round, path string) (string, error) {
	if r.Watch == "" {
		return "", nil
	}
	list, err := staff.UnitsFilling(tx, r.Watch, path)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Code, nil
}

// write stores a plan with its points and tasks; ok is false when one of the same origin is there.
func (x *Rounds) write(tx *db.Tx, by staff.Actor, p *Plan, e *pack.Edition, r *pack.Round, origin string) (ok bool, err error) {
	if p.ID.IsZero() {
		p.ID = db.NewID()
	}
	p.By, p.At = by.Name, db.At(tx.Now())
	list, err := x.drawnOrListed(tx, p, r)
	if err != nil {
		return false, err
	}
	list = route(list)
	p.Points = len(list)
	n, err := tx.ExecCount(`insert into round_plan (id, origin, document, round, pack_version, name, unit, watch, place, path, from_day, to_day, campaign,
		seed, population, points, made_by, made_name, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (origin) do nothing`,
		p.ID, origin, p.Document, p.Round, p.Pack, p.Name, p.Unit, p.Watch, p.Place, p.Path, p.From, p.To, flag(p.Campaign), p.Seed, p.Closed, p.Points,
		by.Account, p.By, p.At)
	if err != nil || n == 0 {
		return false, wrap("write plan", err)
	}
	if err := addTasks(tx, p, r, list, 0); err != nil {
		return false, err
	}
	return true, record(tx, by, "round.plan", p.ID, p)
}

// drawnOrListed lists what a plan visits; of closed cases those drawn.
func (x *Rounds) drawnOrListed(tx *db.Tx, p *Plan, r *pack.Round) ([]target, error) {
	if r.Subjects.Kind != "case" || len(r.Subjects.States) > 0 {
		return x.subjects(tx, r, p.Path)
	}
	before := civil.Period{From: p.From.AddDays(p.From.Sub(p.To) - 1), To: p.From.AddDays(-1)} // as long as the plan, right before it
	if !r.Every.IsZero() && !p.Campaign {
		before, _ = r.Period(p.From.AddDays(-1))
	}
	closed, err := closedIn(tx, r.Subjects.Of, p.Path, before)
	if err != nil {
		return nil, wrap("list closed cases", err)
	}
	var seed [16]byte
	rand.Read(seed[:])
	p.Seed, p.Closed = hex.EncodeToString(seed[:]), len(closed)
	return draw(tx, p, r, closed)
}

// addTasks divides points among days: per working day of the period that is left, or all into one task.
func addTasks(tx *db.Tx, p *Plan, r *pack.Round, list []target, seq int) error {
	per := r.PerDay
	if per == 0 || p.From == p.To {
		per = max(1, len(list))
	}
	day := p.From
	if today := place.Today(tx); today.After(day) && !today.After(p.To) {
		day = today
	}
	for part := range slices.Chunk(list, per) {
		t := Task{ID: db.NewID(), Plan: p.ID, Starts: day, Due: p.To, State: StateOpen, Count: len(part)}
		if r.PerDay > 0 {
			day = workday(day, p.To)
			t.Starts, t.Due = day, day
			day = day.AddDays(1)
			if day.After(p.To) { // more points than days: the last days take more
				day = p.To
			}
		}
		err := tx.Exec(`insert into round_task (id, plan, unit, path, starts, due, state, points) values (?, ?, ?, ?, ?, ?, ?, ?)`,
			t.ID, p.ID, p.Unit, p.Path, t.Starts, t.Due, t.State, t.Count)
		if err != nil {
			return wrap("write task", err)
		}
		for _, at := range part {
			seq++
			err := tx.Exec(`insert into round_point (id, plan, task, seq, kind, subject, name, place, path, lon, lat, is_key) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				db.NewID(), p.ID, t.ID, seq, at.kind, at.id, at.name, at.place, at.path, at.lon, at.lat, flag(at.key))
			if err != nil {
				return wrap("write point", err)
			}
		}
	}
	return nil
}

// workday is the first working day from a day on, within the period; the day itself where none is left.
func workday(day, last civil.Date) civil.Date {
	if civil.Standard().Working(day) {
		return day
	}
	if next := civil.Standard().NextWorking(day); !next.After(last) {
		return next
	}
	return day
}
