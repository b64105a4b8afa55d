package once_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/once"
)

func do(t *testing.T, d *db.DB, actor, key, request string, work func() ([]byte, error)) (string, bool, error) {
	t.Helper()
	var result []byte
	var replayed bool
	err := d.Write(context.Background(), func(tx *db.Tx) (err error) {
		result, replayed, err = once.Do(tx, actor, key, []byte(request), work)
		return err
	})
	return string(result), replayed, err
}

func answer(s string) func() ([]byte, error) { return func() ([]byte, error) { return []byte(s), nil } }

func TestSecondCallReplays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if got, replayed, err := do(t, d, "a", "k", "req", answer("one")); err != nil || replayed || got != "one" {
			t.Fatalf("first call gave %q, %v, %v", got, replayed, err)
		}
		never := func() ([]byte, error) { t.Error("the work ran again"); return nil, nil }
		if got, replayed, err := do(t, d, "a", "k", "req", never); err != nil || !replayed || got != "one" {
			t.Fatalf("second call gave %q, %v, %v", got, replayed, err)
		}
		if got, replayed, err := do(t, d, "b", "k", "req", answer("two")); err != nil || replayed || got != "two" {
			t.Fatalf("another actor with the same key gave %q, %v, %v", got, replayed, err)
		}
		if _, _, err := do(t, d, "a", "k", "other", never); fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("the key with another request gave %v, want a conflict", err)
		}
		for _, key := range []string{"", fmt.Sprintf("%0*d", once.MaxKey+1, 1)} {
			if _, _, err := do(t, d, "a", key, "req", never); fault.KindOf(err) != fault.KindInvalid {
				t.Fatalf("key of %d bytes gave %v, want invalid", len(key), err)
			}
		}
	}, once.Migrations)
}

func TestErrorsAreNotKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		broken := errors.New("broken")
		fails := func() ([]byte, error) { return nil, broken }
		if _, _, err := do(t, d, "a", "k", "req", fails); !errors.Is(err, broken) {
			t.Fatalf("error is %v", err)
		}
		// A caller that commits in spite of the error must not leave the key either.
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			if _, _, err := once.Do(tx, "a", "k", []byte("req"), fails); !errors.Is(err, broken) {
				t.Errorf("error is %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, replayed, err := do(t, d, "a", "k", "req", answer("fine")); err != nil || replayed || got != "fine" {
			t.Fatalf("after the failure: %q, %v, %v", got, replayed, err)
		}
	}, once.Migrations)
}

func TestCopiesTogetherWorkOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		fresh := 0
		for i := range 8 {
			wg.Go(func() {
				got, replayed, err := do(t, d, "a", "k", "req", answer(fmt.Sprint("by ", i)))
				mu.Lock()
				defer mu.Unlock()
				if err != nil || got == "" {
					t.Errorf("copy %d: %q, %v", i, got, err)
				}
				if !replayed {
					fresh++
				}
			})
		}
		wg.Wait()
		if fresh != 1 {
			t.Fatalf("the work counted %d times, want once", fresh)
		}
	}, once.Migrations)
}

func TestSweepForgets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, _, err := do(t, d, "a", "k", "req", answer("one")); err != nil {
			t.Fatal(err)
		}
		sweep := func(age time.Duration) (n int64) {
			err := d.Write(context.Background(), func(tx *db.Tx) (err error) { n, err = once.Sweep(tx, age); return err })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := sweep(time.Hour); n != 0 {
			t.Fatalf("a fresh key was swept (%d)", n)
		}
		if n := sweep(-time.Hour); n != 1 {
			t.Fatalf("swept %d keys, want 1", n)
		}
		if got, replayed, err := do(t, d, "a", "k", "other", answer("new")); err != nil || replayed || got != "new" {
			t.Fatalf("a forgotten key gave %q, %v, %v", got, replayed, err)
		}
	}, once.Migrations)
}
