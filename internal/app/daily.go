package app

import (
	"context"
	"fmt"
	"linli/internal/benefit"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/field"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
)

// daily is the kind of the job that tidies up.
const daily = "app.daily"

// How long what nobody needs any more is kept.
const (
	keepKeys       = 7 * 24 * time.Hour  // idempotency keys: nobody repeats a request later
	keepJobs       = 60 * 24 * time.Hour // jobs that are done; failed ones stay
	keepTables     = 30 * 24 * time.Hour // tables sent to be imported, after they were; what was imported stays
	keepDeliveries = 90 * 24 * time.Hour // deliveries that arrived; failed ones stay
)

// tidy forgets logins, tokens, idempotency keys, jobs, tables and deliveries whose time is over, and files that belong to
// nothing; then it waits for the night.
func (a *App) tidy(ctx context.Context, t *job.Task) (job.Settle, error) {
	for what, sweep := range map[string]func(tx *db.Tx) (int64, error){
		"logins":     a.Sessions.Sweep,
		"devices":    field.SweepDevices,
		"keys":       func(tx *db.Tx) (int64, error) { return once.Sweep(tx, keepKeys) },
		"jobs":       func(tx *db.Tx) (int64, error) { return job.Purge(tx, keepJobs) },
		"tables":     func(tx *db.Tx) (int64, error) { return exchange.SweepTables(tx, keepTables) },
		"deliveries": func(tx *db.Tx) (int64, error) { return notify.Purge(tx, keepDeliveries) },
	} {
		for n := int64(1); n > 0; {
			err := a.DB.Write(ctx, func(tx *db.Tx) (err error) { n, err = sweep(tx); return err })
			if err != nil {
				return nil, fmt.Errorf("tidy %s: %w", what, err)
			}
		}
		if err := t.Progress(ctx, 0, 0, ""); err != nil {
			return nil, err
		}
	}
	if err := a.DB.Write(ctx, benefit.Ask); err != nil {
		return nil, fmt.Errorf("ask about benefits: %w", err)
	}
	if _, err := a.Blobs.Sweep(ctx, a.DB, a.now()); err != nil {
		return nil, fmt.Errorf("tidy attachments: %w", err)
	}
	return nextNight, nil
}

// startDaily enqueues the first round. It may be called at every start: rounds that wait are one.
func startDaily(tx *db.Tx) error {
	_, err := job.Enqueue(tx, daily, nil, job.Unique("daily"))
	return err
}

// nextNight enqueues the next round, an hour at which few are at work.
func nextNight(tx *db.Tx) error {
	night := civil.DateOf(tx.Now(), civil.Shanghai).AddDays(1).In(civil.Shanghai).Add(3 * time.Hour)
	_, err := job.Enqueue(tx, daily, nil, job.Unique("daily"), job.At(night))
	return err
}
