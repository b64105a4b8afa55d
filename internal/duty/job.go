package duty

import (
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/job"
)

const kind = "duty.sweep"

// Register lets the runner sweep: once after each start of the program, then soon after each midnight in Shanghai.
func (d *Duties) Register(r *job.Runner) {
	r.Handle(kind, func(tx *db.Tx, _ job.Job) error {
		if _, err := d.Sweep(tx); err != nil {
			return err
		}
		return next(tx)
	})
	r.OnFailed(kind, func(tx *db.Tx, _ job.Job) error { return next(tx) })
}

// Start enqueues the first sweep. It may be called at every start: sweeps that wait are one.
func Start(tx *db.Tx) error {
	_, err := job.Enqueue(tx, kind, nil, job.Unique("daily"))
	return err
}

func next(tx *db.Tx) error {
	midnight := civil.DateOf(tx.Now(), civil.Shanghai).AddDays(1).In(civil.Shanghai)
	_, err := job.Enqueue(tx, kind, nil, job.Unique("daily"), job.At(midnight.Add(time.Minute)))
	return err
}
