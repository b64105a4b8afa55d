package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

func TestADeadlockIsRunAgain(t *testing.T) {
	d := dbtest.Postgres(t, steps)
	dbtest.Write(t, d, func(tx *db.Tx) error { return errors.Join(insertThing(tx, 1, "a", 0), insertThing(tx, 2, "b", 0)) })
	var both sync.WaitGroup // each has locked its first row
	both.Add(2)
	cross := func(first, second db.ID) error {
		runs, hooks := 0, 0
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			runs++
			tx.AfterCommit(func() { hooks++ })
			if _, err := tx.ExecCount("update thing set n = n + 1 where id = ?", first); err != nil {
				return err
			}
			if runs == 1 {
				both.Done()
				both.Wait()
			}
			_, err := tx.ExecCount("update thing set n = n + 1 where id = ?", second)
			return err
		})
		if err == nil && hooks != 1 {
			t.Errorf("%d hooks ran in %d runs, want 1", hooks, runs)
		}
		return err
	}
	var group sync.WaitGroup
	group.Go(func() {
		if err := cross(1, 2); err != nil {
			t.Error(err)
		}
	})
	if err := cross(2, 1); err != nil {
		t.Error(err)
	}
	group.Wait()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		var sum int
		err := tx.QueryRow("select sum(n) from thing").Scan(&sum)
		if sum != 4 {
			t.Errorf("the counters add up to %d, want 4", sum)
		}
		return err
	})
	if d.Stats().Retries == 0 {
		t.Error("no closure was run again; there was no deadlock to test")
	}
}

func TestALostConnectionBeforeTheCommitIsRunAgain(t *testing.T) {
	p := newProxy(t, dbtest.PostgresURL(t, steps))
	d := openAt(t, p.url)
	defer d.Close()
	runs := 0
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		runs++
		if _, err := tx.ExecCount("insert into thing (id, name) values (1, 'a')"); err != nil {
			return err
		}
		if runs == 1 {
			p.cut()
		}
		_, err := tx.ExecCount("insert into thing (id, name) values (2, 'b')")
		return err
	})
	if err != nil || runs != 2 {
		t.Fatalf("after %d runs the error is %v, want 2 and none", runs, err)
	}
	wantCount(t, d, 2)
}

func TestALostConnectionAtTheCommitIsReportedAsUnknown(t *testing.T) {
	p := newProxy(t, dbtest.PostgresURL(t, steps))
	d := openAt(t, p.url)
	defer d.Close()
	// one commit first, so that every statement is prepared and the last message is the commit itself
	dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) })
	runs := 0
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		runs++
		if _, err := tx.ExecCount("update thing set n = 1 where id = 1"); err != nil {
			return err
		}
		p.cutAtNextReply()
		return insertThing(tx, 2, "b", 0)
	})
	if runs != 1 || fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(fault.As(err).Message(), "结果未知") {
		t.Fatalf("after %d runs the error is %v, want one run and an unknown outcome", runs, err)
	}
	wantCount(t, d, 2) // it was committed, which nobody could have known
}

func TestTerminatedConnectionsAreReplaced(t *testing.T) {
	d := dbtest.Postgres(t, steps)
	dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) })
	runs := 0
	dbtest.Write(t, d, func(tx *db.Tx) error {
		runs++
		if runs == 1 {
			// ends this very connection, as an administrator would
			_, err := tx.ExecCount("select pg_terminate_backend(pg_backend_pid())")
			return err
		}
		return insertThing(tx, 2, "b", 0)
	})
	wantCount(t, d, 2)
}

func TestPostgresGoneAndBack(t *testing.T) {
	s := dbtest.NewServer(t)
	d := openAt(t, s.URL)
	defer d.Close()
	if err := d.Migrate(t.Context(), merged(t, steps)); err != nil {
		t.Fatal(err)
	}
	id := db.ID(1)
	for _, mode := range []string{"fast", "immediate"} {
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, id, "own", 0) })
		s.Stop(mode)
		for _, err := range []error{
			d.Write(t.Context(), func(tx *db.Tx) error { return insertThing(tx, 99, "lost", 0) }),
			d.Read(t.Context(), func(tx *db.Tx) error { var n int; return tx.QueryRow("select count(*) from thing").Scan(&n) }),
		} {
			if fault.KindOf(err) != fault.KindUnavailable {
				t.Errorf("%s: error is %v while the server is away, want unavailable", mode, err)
			}
		}
		if _, err := db.Open(t.Context(), db.Options{URL: s.URL}); fault.KindOf(err) != fault.KindUnavailable {
			t.Errorf("%s: Open gives %v, want unavailable", mode, err)
		}
		s.Start()
		// the first answer after the return may still say that it was away; a client that tries again gets through
		eventually(t, func() error {
			return d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow("select 1").Scan(new(int)) })
		})
		wantCount(t, d, int(id))
		id++
	}
}

func eventually(t *testing.T, fn func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		err := fn()
		if err == nil {
			return
		}
		if fault.KindOf(err) != fault.KindUnavailable || ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

func TestASlowStatementIsCutOff(t *testing.T) {
	d := dbtest.OpenPostgres(t, db.Options{StatementTimeout: 50 * time.Millisecond}, steps)
	err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow("select 1 from pg_sleep(30)").Scan(new(int)) })
	if fault.KindOf(err) != fault.KindUnavailable {
		t.Errorf("error is %v, want unavailable", err)
	}
}

func TestAServerThatDoesNotSpeakIsNotWaitedForForEver(t *testing.T) {
	p := newProxy(t, dbtest.PostgresURL(t))
	p.deaf()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := db.Open(ctx, db.Options{URL: p.url}); err == nil {
		t.Fatal("a server that never answers was opened")
	}
}

// A step of guarded updates and inserts is one round trip.
func TestAStepIsOneRoundTrip(t *testing.T) {
	p := newProxy(t, dbtest.PostgresURL(t, steps))
	d := openAt(t, p.url)
	defer d.Close()
	dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) })
	dbtest.Write(t, d, func(tx *db.Tx) error { return step(tx, 1) }) // prepares
	before := p.trips()
	dbtest.Write(t, d, func(tx *db.Tx) error { return step(tx, 1) })
	if n := p.trips() - before; n != 1 {
		t.Errorf("a step took %d round trips, want 1", n)
	}
}

func TestForeseenAnswersAreThoseOfTheQuery(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const names = `select n, name from thing where n > ? order by n`
		list := func(tx *db.Tx, above int) string {
			rows, err := db.Select(tx, func(r *db.Rows) (s string, err error) {
				var n int
				err = r.Scan(&n, &s)
				return fmt.Sprint(n, s), err
			}, names, above)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(rows, " ")
		}
		put := func(tx *db.Tx, n int, s string) {
			if err := tx.Exec(`insert into thing (id, n, name) values (?, ?, ?)`, n, n, s); err != nil {
				t.Fatal(err)
			}
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			put(tx, 1, "a")
			put(tx, 2, "")
			tx.Foresee(names, 0)
			tx.Foresee(names, 1)
			tx.Foresee(names, 2)
			var n int
			if err := tx.QueryRow(`select count(*) from thing`).Scan(&n); err != nil || n != 2 {
				t.Fatal(n, err)
			}
			if got := list(tx, 0); got != "1a 2" {
				t.Fatalf("foreseen: %q", got)
			}
			if got := list(tx, 2); got != "" {
				t.Fatalf("foreseen nothing: %q", got)
			}
			put(tx, 3, "c")
			if got := list(tx, 1); got != "2 3c" {
				t.Fatalf("after a write the answer is that of before: %q", got)
			}
			tx.Foresee(names, 2) // and asked itself first
			if got := list(tx, 2); got != "3c" {
				t.Fatalf("asked at once: %q", got)
			}
			return nil
		})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.Foresee(`select nothing from nowhere`)
			return tx.QueryRow(`select count(*) from thing`).Scan(new(int))
		})
		if (err != nil) != (d.Engine() == db.PostgreSQL) {
			t.Fatalf("a foreseen query that is wrong: %v", err)
		}
	}, steps)
}
