package app

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/notice"
)

// Verify proves of every city's log that nothing was altered: entries, tree, checkpoints, and that the rows which the
// entries speak of still give the digests they gave then.
func (a *App) Verify(ctx context.Context, progress func(done, total int64)) ([]audit.Report, error) {
	if _, err := audit.SequenceAll(ctx, a.DB); err != nil {
		return nil, fmt.Errorf("sequence the log: %w", err)
	}
	var cities []string
	if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { cities, err = audit.Cities(tx); return err }); err != nil {
		return nil, err
	}
	var reports []audit.Report
	for _, city := range cities {
		r, err := audit.Verify(ctx, a.DB, city, audit.Check{Seal: a.Seal, Witnesses: []audit.Witness{a.Cases.Witness(), notice.Witness()}, Progress: progress})
		if err != nil {
			return reports, fmt.Errorf("verify %s: %w", city, err)
		}
		reports = append(reports, r)
	}
	return reports, nil
}
