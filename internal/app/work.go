package app

import (
	"context"
	"sync"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/duty"
	"linli/internal/fixture"
	"linli/internal/grid"
	"linli/internal/indicator"
	"linli/internal/proposal"
	"linli/internal/round"
	"linli/internal/serviceorder"
)

// lapseEvery is how often running clocks are looked at.
const lapseEvery = time.Minute

// Work does everything the program does by itself until ctx ends: jobs, the audit log's sequence and checkpoints, and
// the clocks that run out. It returns when all of it has come to rest.
func (a *App) Work(ctx context.Context) {
	ctx = db.Behind(ctx) // nobody waits for it as somebody waits for a page
	if err := a.Begin(ctx); err != nil && ctx.Err() == nil {
		a.Log.Error("begin recurring work", "error", err)
	}
	var all sync.WaitGroup
	all.Go(func() { a.Jobs.Run(ctx) })
	all.Go(func() { audit.Keep(ctx, a.DB, a.Seal, audit.Rhythm{}, a.Log) })
	all.Go(func() { a.watchClocks(ctx) })
	all.Wait()
}

// Begin enqueues the recurring jobs; those that wait already are not doubled. Work does it; whoever runs jobs by hand does it first.
func (a *App) Begin(ctx context.Context) error {
	return a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := duty.Start(tx); err != nil {
			return err
		}
		if err := indicator.Start(tx); err != nil {
			return err
		}
		if err := deposit.Start(tx); err != nil {
			return err
		}
		if err := proposal.Begin(tx); err != nil {
			return err
		}
		if err := grid.Start(tx); err != nil {
			return err
		}
		if err := round.Start(tx); err != nil {
			return err
		}
		if err := serviceorder.Start(tx); err != nil {
			return err
		}
		if err := a.nameFixtures(tx); err != nil {
			return err
		}
		if err := fixture.Follow(tx); err != nil {
			return err
		}
		return startDaily(tx)
	})
}

func (a *App) watchClocks(ctx context.Context) {
	beat := time.NewTicker(lapseEvery)
	defer beat.Stop()
	for {
		if _, err := a.LapseDue(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("lapse clocks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
	}
}

// LapseDue notes in the history of every case whose term has passed that it has, and returns how many it noted.
func (a *App) LapseDue(ctx context.Context) (int, error) {
	n := 0
	for {
		var ids []db.ID
		err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { ids, err = a.Cases.Lapsing(tx, 200); return err })
		if err != nil || len(ids) == 0 {
			return n, err
		}
		before := n
		for _, id := range ids {
			var done bool
			err := a.DB.Write(ctx, func(tx *db.Tx) (err error) { done, err = a.Cases.Lapse(tx, id); return err })
			if err != nil {
				return n, err
			}
			if done {
				n++
			}
		}
		if n == before { // the rest is somebody else's doing just now
			return n, nil
		}
	}
}
