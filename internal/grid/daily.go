package grid

import (
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/place"
	"linli/internal/staff"
)

const daily = "grid.daily"

// Register lets the runner bring grants in line with posts and forget positions: once after each start of the program, then soon after each midnight in
// Shanghai. days says for how many days positions are kept at an instant.
func Register(r *job.Runner, days func(at time.Time) int) {
	r.Handle(daily, func(tx *db.Tx, _ job.Job) error {
		if err := Settle(tx); err != nil {
			return err
		}
		if _, err := Forget(tx, time.Duration(days(tx.Now()))*24*time.Hour); err != nil {
			return err
		}
		return next(tx)
	})
	r.OnFailed(daily, func(tx *db.Tx, _ job.Job) error { return next(tx) })
}

// Start enqueues the first round. It may be called at every start: rounds that wait are one.
func Start(tx *db.Tx) error {
	_, err := job.Enqueue(tx, daily, nil, job.Unique("daily"))
	return err
}

func next(tx *db.Tx) error {
	midnight := civil.DateOf(tx.Now(), civil.Shanghai).AddDays(1).In(civil.Shanghai)
	_, err := job.Enqueue(tx, daily, nil, job.Unique("daily"), job.At(midnight.Add(2*time.Minute)))
	return err
}

// Settle gives the grants of posts that have begun, takes those of posts that are over, ends the posts in grids that stand no more on the day these
// ended, and follows grids that moved in the tree. Doing it twice does what doing it once does.
func Settle(tx *db.Tx) error {
	by, today := staff.Job("grid"), place.Today(tx)
	posts, err := db.Select(tx, scan, "select "+columns+" from grid_post where valid_to = '' or valid_to > ? or granted = 1 order by id", today)
	if err != nil {
		return wrap("settle posts", err)
	}
	for i := range posts {
		p := &posts[i]
		where, err := place.Get(tx, p.Grid)
		if err != nil {
			return err
		}
		if where.Gone() && (p.To.IsZero() || p.To.After(where.ValidTo)) {
			p.To = where.ValidTo
			if p.To.Before(p.From) {
				p.To = p.From
			}
			err := tx.ExecOne("update grid_post set valid_to = ?, end_why = '网格撤销', end_by = ?, end_at = ? where id = ?", p.To, by.AuditName(), db.At(tx.Now()), p.ID)
			if err != nil {
				return wrap("end post", err)
			}
		}
		if where.Path != p.Path {
			if err := tx.ExecOne("update grid_post set path = ? where id = ?", where.Path, p.ID); err != nil {
				return wrap("follow grid", err)
			}
		}
		if err := grant(tx, by, p); err != nil {
			return err
		}
	}
	return nil
}
