package job

import (
	"errors"
	"time"
)

// Pauses says how long to wait between attempts: First after the first failure, then twice as long each time, up to Cap,
// each shortened by a random part of up to half so that a crowd of failures does not come back at once.
type Pauses struct {
	First, Cap time.Duration
	Random     func() float64 // in [0, 1)
}

// After returns the pause after the given number of failed attempts.
func (p Pauses) After(attempts int) time.Duration {
	pause := p.First
	for i := 1; i < attempts && pause < p.Cap; i++ {
		pause *= 2
	}
	pause = min(pause, p.Cap)
	return pause - time.Duration(p.Random()*float64(pause)/2)
}

type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// Permanent marks an error that no retry can mend: the job fails at once.
func Permanent(err error) error { return permanentError{err} }

type laterError struct {
	error
	pause time.Duration
}

func (e laterError) Unwrap() error { return e.error }

// RetryAfter marks an error whose cause named the pause to keep, as HTTP's Retry-After does.
func RetryAfter(err error, pause time.Duration) error { return laterError{err, pause} }

// verdict says what follows an error: fail for good, or the pause before the next attempt.
func (r *Runner) verdict(j Job, err error) (fail bool, pause time.Duration) {
	if errors.As(err, &permanentError{}) || j.Last() {
		return true, 0
	}
	pause = r.o.Pauses.After(j.Attempts)
	var later laterError
	if errors.As(err, &later) {
		pause = max(0, min(later.pause, 24*time.Hour))
	}
	return false, pause
}
