package filter

import (
	"sort"
	"time"

	"linli/internal/civil"
)

// Cutoff returns the latest instant (in whole milliseconds) from which the term has ended by now: whatever stood still
// since then or earlier has stood still for the whole term. It looks for it by halving, because a term that begins
// later never ends earlier.
func Cutoff(l civil.Law, t civil.Term, now time.Time) (time.Time, error) {
	var wrong error
	ended := func(from time.Time) bool {
		due, err := l.Due(from, t, nil)
		if err != nil {
			wrong = err
			return true
		}
		return !due.After(now)
	}
	now = now.Truncate(time.Millisecond)
	back := 24 * time.Hour
	for !ended(now.Add(-back)) {
		back *= 2
	}
	if wrong != nil {
		return time.Time{}, wrong
	}
	// The first millisecond after now-back from which the term has not ended; the one before is the answer.
	ms := sort.Search(int(back/time.Millisecond), func(i int) bool {
		return !ended(now.Add(-back + time.Duration(i)*time.Millisecond))
	})
	return now.Add(-back + time.Duration(ms-1)*time.Millisecond), wrong
}
