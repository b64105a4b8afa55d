package indicator

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/staff"
)

const (
	kind  = "indicator.watch"
	every = time.Hour
	batch = 1000 // cases that one sweep tells of for each watch; the rest is told by the next
)

// Register lets the runner sweep once after each start of the program and then every hour. Watches look at every open case, so they look at a snapshot of d:
// in a transaction that writes, everybody else would wait for them.
func (x *Indicators) Register(r *job.Runner, d *db.DB) {
	r.HandleOutside(kind, func(ctx context.Context, _ *job.Task) (job.Settle, error) {
		var list []news
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { list, err = x.look(tx); return err }); err != nil {
			return nil, err
		}
		return func(tx *db.Tx) error {
			if _, err := x.note(tx, list); err != nil {
				return err
			}
			return next(tx)
		}, nil
	})
	r.OnFailed(kind, func(tx *db.Tx, _ job.Job) error { return next(tx) })
}

// Start enqueues the first sweep. It may be called at every start: sweeps that wait are one.
func Start(tx *db.Tx) error {
	_, err := job.Enqueue(tx, kind, nil, job.Unique("hourly"))
	return err
}

func next(tx *db.Tx) error {
	_, err := job.Enqueue(tx, kind, nil, job.Unique("hourly"), job.After(every))
	return err
}

// A flagged case is one of which a unit has not been told yet.
type flagged struct {
	id                       db.ID
	number, flow, desk, lead string
	path                     string
}

// Sweep asks every watch and tells, in one message for each unit and watch, of the cases that it flags newly. A case that is
// no longer flagged is forgotten, so that it is told of again when it comes back. It returns how many cases were new.
func (x *Indicators) Sweep(tx *db.Tx) (int, error) {
	list, err := x.look(tx)
	if err != nil {
		return 0, err
	}
	return x.note(tx, list)
}

// news is what changed of a watch: the cases that it no longer flags, and those that it flags newly.
type news struct {
	watch Watch
	gone  []db.ID
	fresh []flagged
}

// look asks every watch.
func (x *Indicators) look(tx *db.Tx) (list []news, err error) {
	for _, w := range x.Watches(today(tx)) {
		n, err := ask(tx, w)
		if err != nil {
			return nil, fmt.Errorf("sweep watch %s: %w", w.Ref(), err)
		}
		if len(n.gone)+len(n.fresh) > 0 {
			list = append(list, n)
		}
	}
	return list, nil
}

// ask compares what a watch flags with what it flagged.
func ask(tx *db.Tx, w Watch) (n news, err error) {
	n.watch = w
	b, err := w.Where.At(w.law, tx.Now())
	if err != nil {
		return n, err
	}
	words, args := b.SQL()
	n.gone, err = db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		"select case_id from indicator_flag where watch = ? and case_id not in (select id from "+w.View.Name+" where "+onlyOpen+" and "+words+")",
		append([]any{w.Ref()}, args...)...)
	if err != nil {
		return n, err
	}
	n.fresh, err = db.Select(tx, func(r *db.Rows) (f flagged, err error) {
		return f, r.Scan(&f.id, &f.number, &f.flow, &f.desk, &f.lead, &f.path)
	}, "select id, number, flow, desk, lead, path from "+w.View.Name+" where "+onlyOpen+" and "+words+
		" and id not in (select case_id from indicator_flag where watch = ?) order by id limit ?", append(args, w.Ref(), batch)...)
	return n, err
}

// note brings the flags up to date and tells of the cases that are new.
func (x *Indicators) note(tx *db.Tx, list []news) (told int, err error) {
	for _, n := range list {
		for _, id := range n.gone {
			if err := tx.Exec("delete from indicator_flag where watch = ? and case_id = ?", n.watch.Ref(), id); err != nil {
				return told, err
			}
		}
		for _, f := range n.fresh {
			err := tx.Exec("insert into indicator_flag (watch, case_id, since) values (?, ?, ?) on conflict (watch, case_id) do nothing", n.watch.Ref(), f.id, db.At(tx.Now()))
			if err != nil {
				return told, err
			}
		}
		told += len(n.fresh)
		if err := x.tell(tx, n.watch, n.fresh, today(tx)); err != nil {
			return told, fmt.Errorf("tell of watch %s: %w", n.watch.Ref(), err)
		}
	}
	return told, nil
}

// named bounds how many numbers a message lists.
const named = 5

func (x *Indicators) tell(tx *db.Tx, w Watch, fresh []flagged, on civil.Date) error {
	to := map[string][]string{} // numbers by unit
	over := map[string][]string{}
	for _, f := range fresh {
		units := map[string]bool{}
		if slices.Contains(w.Tell, flow.Lead) {
			units[f.lead] = true
		}
		if slices.Contains(w.Tell, flow.Desk) {
			units[f.desk] = true
		}
		if slices.Contains(w.Tell, flow.Supervisor) {
			at := f.flow + " " + f.path
			if _, known := over[at]; !known {
				list, err := x.supervisors(tx, f, on)
				if err != nil {
					return err
				}
				over[at] = list
			}
			for _, u := range over[at] {
				units[u] = true
			}
		}
		for u := range units {
			if u != "" {
				to[u] = append(to[u], f.number)
			}
		}
	}
	for _, unit := range slices.SortedFunc(maps.Keys(to), cmp.Compare) {
		numbers := to[unit]
		text := w.Says + "办件：" + strings.Join(numbers[:min(named, len(numbers))], "、")
		if len(numbers) > named {
			text += " 等"
		}
		err := notify.Send(tx, notify.Message{To: notify.Unit(unit), Subject: fmt.Sprintf("%s：%d 件", w.Name, len(numbers)), Text: text,
			Link: "/supervisor/watches/" + w.Ref()})
		if err != nil {
			return err
		}
	}
	return nil
}

// supervisors are the units that supervise a case's channel.
func (x *Indicators) supervisors(tx *db.Tx, f flagged, on civil.Date) ([]string, error) {
	e := x.packs().Flow(f.flow, on)
	if e == nil {
		return nil, nil
	}
	var list []string
	for _, office := range e.Flow(f.flow).Offices[flow.Supervisor] {
		units, err := staff.UnitsFilling(tx, office, f.path)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			list = append(list, u.Code)
		}
	}
	return list, nil
}
