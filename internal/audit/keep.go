package audit

import (
	"context"
	"log/slog"
	"time"

	"linli/internal/db"
)

// Rhythm says how often Keep works; zero fields take the defaults named.
type Rhythm struct {
	Sequence   time.Duration // 300 ms
	Checkpoint time.Duration // 15 min
}

// Keep sequences all logs and signs checkpoints until ctx ends, then does both once more, within five seconds.
// Errors are logged and the work tried again at the next beat.
func Keep(ctx context.Context, d *db.DB, s *Seal, every Rhythm, log *slog.Logger) {
	if every.Sequence <= 0 {
		every.Sequence = 300 * time.Millisecond
	}
	if every.Checkpoint <= 0 {
		every.Checkpoint = 15 * time.Minute
	}
	sequence, checkpoint := time.NewTicker(every.Sequence), time.NewTicker(every.Checkpoint)
	defer sequence.Stop()
	defer checkpoint.Stop()
	complain := func(err error) {
		if err != nil && ctx.Err() == nil {
			log.Error("audit log", "error", err)
		}
	}
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := CheckpointAll(last, d, s); err != nil {
				log.Error("audit log at the stop", "error", err)
			}
			return
		case <-sequence.C:
			_, err := SequenceAll(ctx, d)
			complain(err)
		case <-checkpoint.C:
			complain(CheckpointAll(ctx, d, s))
		}
	}
}

// CheckpointAll sequences and signs the logs of all cities.
func CheckpointAll(ctx context.Context, d *db.DB, s *Seal) error {
	if _, err := SequenceAll(ctx, d); err != nil {
		return err
	}
	var cities []string
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { cities, err = Cities(tx); return err }); err != nil {
		return err
	}
	for _, city := range cities {
		if _, err := Checkpoint(ctx, d, s, city); err != nil {
			return err
		}
	}
	return nil
}
