package benefit

import (
	"context"
	"fmt"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/job"
	"linli/internal/standing"
)

// JobFollow is the kind of job that asks the rules about everybody whose facts have changed, and notes what they find.
const JobFollow = "benefit.follow"

// followAtOnce is how many subjects are reviewed in one transaction.
const followAtOnce = 50

// Follow has the rules decide again about those of whom the registers say something else, and reviews each whose answer is new, from where the
// last round ended. Returns how many subjects were reviewed and how many findings are new.
func (x *Benefits) Follow(ctx context.Context, d *db.DB, answers *standing.Answers, progress func(done int64) error) (reviewed, found int, err error) {
	if _, err := answers.Changed(ctx); err != nil {
		return 0, 0, fmt.Errorf("decide again: %w", err)
	}
	for {
		n, f, more := 0, 0, false
		err := d.Write(ctx, func(tx *db.Tx) (err error) { n, f, more, err = x.followSome(tx); return err })
		if err != nil {
			return reviewed, found, err
		}
		reviewed, found = reviewed+n, found+f
		if progress != nil {
			if err := progress(int64(reviewed)); err != nil {
				return reviewed, found, err
			}
		}
		if !more {
			return reviewed, found, nil
		}
	}
}

// followSome reviews the subjects of the next answers and moves the mark.
func (x *Benefits) followSome(tx *db.Tx) (reviewed, found int, more bool, err error) {
	var seen db.ID
	if err := tx.Exec(`insert into benefit_follow (city, seen) values (?, 0) on conflict (city) do nothing`, x.City); err != nil {
		return 0, 0, false, fmt.Errorf("mark: %w", err)
	}
	if err := tx.QueryRow(`select seen from benefit_follow where city = ?`, x.City).Scan(&seen); err != nil {
		return 0, 0, false, fmt.Errorf("mark: %w", err)
	}
	list, err := standing.After(tx, seen, followAtOnce)
	if err != nil || len(list) == 0 {
		return 0, 0, false, err
	}
	done := map[fact.Subject]bool{}
	for _, a := range list {
		if done[a.Subject] {
			continue
		}
		done[a.Subject] = true
		n, err := x.Review(tx, a.Subject)
		if err != nil {
			return reviewed, found, false, fmt.Errorf("review %s: %w", a.Subject, err)
		}
		reviewed, found = reviewed+1, found+n
	}
	last := list[len(list)-1].ID
	return reviewed, found, len(list) == followAtOnce, tx.ExecOne(`update benefit_follow set seen = ? where city = ? and seen = ?`, last, x.City, seen)
}

// Register lets a runner follow the registers. Each round asks for the next one when it likes; rounds that wait are one.
func (x *Benefits) Register(r *job.Runner, d *db.DB, answers *standing.Answers) {
	r.HandleOutside(JobFollow, func(ctx context.Context, t *job.Task) (job.Settle, error) {
		_, _, err := x.Follow(ctx, d, answers, func(done int64) error { return t.Progress(ctx, done, 0, "") })
		return nil, err
	})
}

// Ask asks for a round as soon as possible.
func Ask(tx *db.Tx) error {
	_, err := job.Enqueue(tx, JobFollow, nil, job.Unique("follow"))
	return err
}
