package serviceorder

import (
	"fmt"
	"time"

	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/staff"
)

const sweepKind = "serviceorder.sweep"

// Pace of the sweep.
const (
	portion  = 100
	interval = time.Minute
	warnDays = 30 // before a licence ends
)

// Register lets the runner look every minute for answers that are overdue.
func (x *Orders) Register(r *job.Runner) {
	r.Handle(sweepKind, func(tx *db.Tx, _ job.Job) error {
		more, err := x.Sweep(tx)
		if err != nil {
			return err
		}
		return again(tx, more)
	})
	r.OnFailed(sweepKind, func(tx *db.Tx, _ job.Job) error { return again(tx, false) })
}

// Start enqueues the first sweep. It may be called at every start: sweeps that wait are one.
func Start(tx *db.Tx) error { return again(tx, true) }

func again(tx *db.Tx, now bool) error {
	options := []job.Option{job.Unique("minute")}
	if !now {
		options = append(options, job.After(interval))
	}
	_, err := job.Enqueue(tx, sweepKind, nil, options...)
	return err
}

// Sweep sends on what a provider did not answer, turns what nobody confirmed into call backs, tells once of call backs that are overdue, and of licences that end
// soon. Sweeping twice does what sweeping once does.
func (x *Orders) Sweep(tx *db.Tx) (more bool, err error) {
	late, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.due_at <> '' and o.due_at <= ? and o.state in ('offered', 'served', 'call-back', 'disputed')
		order by o.due_at, o.id limit ?`, db.At(tx.Now()), portion)
	if err != nil {
		return false, wrap("look for overdue orders", err)
	}
	by := staff.Job("serviceorder")
	by.Name = "平台"
	for i := range late {
		if err := x.lapse(tx, by, &late[i]); err != nil {
			return false, wrap("lapse order "+late[i].Number, err)
		}
	}
	return len(late) == portion, x.warn(tx)
}

func (x *Orders) lapse(tx *db.Tx, by staff.Actor, o *Order) error {
	s, err := x.SchemeOf(o)
	if err != nil {
		return err
	}
	switch o.State {
	case Offered:
		if err := step(tx, by, o, "silent", "", Offered, "due_at = ''"); err != nil {
			return err
		}
		return x.offer(tx, by, o, s, 0)
	case Served:
		due, err := x.due(tx, s, s.Back)
		if err != nil {
			return err
		}
		if err := step(tx, by, o, "lapse", "没有人确认，不算同意", CallBack, "due_at = ?", due); err != nil {
			return err
		}
		return tellGuard(tx, o, "请回访老人", o.Number+"，"+o.Name+"没有确认这次服务，请打电话或上门问。")
	}
	// A call back that is overdue stays one; whoever keeps it is told once more, and so is who is above.
	if err := step(tx, by, o, "late", "回访逾期", o.State, "due_at = ''"); err != nil {
		return err
	}
	return tellGuard(tx, o, "回访逾期", o.Number+"，"+o.Name+"还没有回访。")
}

// warn tells providers once whose licence ends soon.
func (x *Orders) warn(tx *db.Tx) error {
	today := place.Today(tx)
	soon, err := db.Select(tx, scanProvider, `select `+providerColumns+` from order_provider where valid_until <> '' and valid_until <= ? and valid_until >= ? and told_until <> valid_until`,
		today.AddDays(warnDays), today)
	if err != nil {
		return wrap("look for licences that end", err)
	}
	for _, p := range soon {
		if err := tx.ExecOne(`update order_provider set told_until = valid_until where organisation = ?`, p.Organisation); err != nil {
			return wrap("warn provider", err)
		}
		text := fmt.Sprintf("证照 %s 到%s为止，过期不能接单，请换发。", p.Licence, p.Until.Words())
		if err := notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "证照快要到期", Text: text, Link: "/homecare/desk"}); err != nil {
			return err
		}
	}
	return nil
}
