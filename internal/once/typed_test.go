package once_test

import (
	"errors"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/once"
)

type receipt struct {
	Number string
	Floor  int
}

// A repeated request gets the same result as a value; with another request the key is a conflict; what fails is not kept.
func TestForReplaysAValue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		worked := 0
		ask := func(request any, fail error) (r receipt, err error) {
			err = d.Write(t.Context(), func(tx *db.Tx) (err error) {
				r, err = once.For(tx, "clerk", "k", request, func() (receipt, error) {
					worked++
					return receipt{"A001", worked}, fail
				})
				return err
			})
			return r, err
		}
		failed := errors.New("full")
		if _, err := ask("take", failed); !errors.Is(err, failed) {
			t.Fatalf("a failure became %v", err)
		}
		first, err := ask("take", nil)
		if err != nil || first != (receipt{"A001", 2}) {
			t.Fatalf("first %+v, %v", first, err)
		}
		if again, err := ask("take", nil); err != nil || again != first || worked != 2 {
			t.Errorf("again %+v after %d times, %v", again, worked, err)
		}
		if _, err := ask("skip", nil); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("another request with the key: %v", err)
		}
	}, once.Migrations)
}
