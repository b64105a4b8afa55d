package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

// What follows runs on both engines and must come out the same; values and SQL are in portable_test.go.

func TestUniqueViolationIsAConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "well", 0) })
		for _, id := range []db.ID{1, 2} { // the primary key, then the unique name
			err := d.Write(t.Context(), func(tx *db.Tx) error { return insertThing(tx, id, "well", 0) })
			if fault.KindOf(err) != fault.KindConflict || !db.IsUnique(err) || db.IsStale(err) {
				t.Errorf("id %d: error is %v, want a unique conflict", id, err)
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Exec("insert into thing_step (id, thing) values (1, 77)")
		})
		if fault.KindOf(err) != fault.KindInternal || db.IsUnique(err) {
			t.Errorf("a violated foreign key is %v, want an internal fault", err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec("insert into thing (id, name) values (3, null)") })
		if fault.KindOf(err) != fault.KindInternal {
			t.Errorf("a NULL in a NOT NULL column is %v, want an internal fault", err)
		}
	}, steps)
}

func TestAFailedStatementEndsTheTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "well", 0) })
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := insertThing(tx, 2, "road", 0); err != nil {
				return err
			}
			_, first := tx.ExecCount("insert into thing (id, name) values (3, 'well')")
			if !db.IsUnique(first) {
				t.Errorf("error is %v, want a unique conflict", first)
			}
			if err := insertThing(tx, 4, "lamp", 0); !errors.Is(err, first) {
				t.Errorf("the statement after it gives %v, want the same error", err)
			}
			return nil // swallowed, to no avail
		})
		if !db.IsUnique(err) {
			t.Errorf("Write returned %v, want the unique conflict", err)
		}
		wantCount(t, d, 1)
	}, steps)
}

func TestExecOneChangesExactlyOneRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return errors.Join(insertThing(tx, 1, "a", 1), insertThing(tx, 2, "b", 1), insertThing(tx, 5, "c", 5))
		})
		for name, c := range map[string]struct {
			sql string
			ok  bool
		}{
			"one":            {"update thing set at = 'x' where id = 1", true},
			"none":           {"update thing set at = 'x' where id = 3", false},
			"two":            {"update thing set at = 'x' where n = 1", false},
			"none in a CTE":  {"with w as (select 3 as id) update thing set at = 'x' where id in (select id from w)", false},
			"one in a CTE":   {"with w as (select 1 as id) update thing set at = 'x' where id in (select id from w)", true},
			"skipped insert": {"insert into thing (id, name) values (9, 'a') on conflict do nothing", false},
			"delete":         {"delete from thing where id = 5", true},
			"delete again":   {"delete from thing where id = 22", false},
		} {
			t.Run(name, func(t *testing.T) {
				id := db.NewID()
				rollback := errors.New("roll back")
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					if err := insertThing(tx, id, "own", 0); err != nil {
						return err
					}
					if err := tx.ExecOne(c.sql); err != nil {
						return err
					}
					var n int
					if err := tx.QueryRow("select count(*) from thing").Scan(&n); err != nil {
						return err
					}
					return rollback
				})
				if c.ok != errors.Is(err, rollback) || c.ok == db.IsStale(err) {
					t.Errorf("error before the commit is %v, want conflict: %v", err, !c.ok)
				}
				err = d.Write(t.Context(), func(tx *db.Tx) error {
					return errors.Join(insertThing(tx, id, "own", 0), tx.ExecOne(c.sql))
				})
				if c.ok != (err == nil) || c.ok == db.IsStale(err) || (!c.ok && fault.KindOf(err) != fault.KindConflict) {
					t.Errorf("error at the commit is %v, want conflict: %v", err, !c.ok)
				}
				dbtest.Read(t, d, func(tx *db.Tx) error {
					var there bool
					err := tx.QueryRow("select exists (select 1 from thing where id = ?)", id).Scan(&there)
					if there != c.ok {
						t.Errorf("the row written beside the guard is there: %v, want %v", there, c.ok)
					}
					return err
				})
			})
		}
	}, steps)
}

func TestExecCountAndNoRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := errors.Join(insertThing(tx, 1, "a", 0), insertThing(tx, 2, "b", 0)); err != nil {
				return err
			}
			n, err := tx.ExecCount("update thing set n = n + ?", 1)
			if err == nil && n != 2 {
				t.Errorf("ExecCount gives %d, want 2", n)
			}
			return err
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			var n int
			if err := tx.QueryRow("select n from thing where id = 9").Scan(&n); err != db.ErrNoRows {
				t.Errorf("error is %v, want ErrNoRows", err)
			}
			// and the transaction lives on
			return tx.QueryRow("select count(*) from thing").Scan(&n)
		})
	}, steps)
}

func TestOneOpenRowsAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return errors.Join(insertThing(tx, 1, "a", 0), insertThing(tx, 2, "b", 0))
		})
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			rows, err := tx.Query("select id from thing")
			if err != nil {
				return err
			}
			rows.Next()
			var n int
			return tx.QueryRow("select 1").Scan(&n)
		})
		if fault.KindOf(err) != fault.KindInternal || !strings.Contains(err.Error(), "still open") {
			t.Errorf("error is %v, want one that says which rows are still open", err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			rows, err := tx.Query("select id from thing order by id")
			if err != nil {
				return err
			}
			if !rows.Next() {
				t.Error("no row")
			}
			if err := errors.Join(rows.Close(), rows.Close()); err != nil {
				return err
			}
			if rows.Next() {
				t.Error("a closed Rows went on")
			}
			if err := insertThing(tx, 3, "c", 0); err != nil {
				return err
			}
			_, err = tx.Query("select id from thing") // left open: the end of the transaction closes it
			return err
		})
		wantCount(t, d, 3)
	}, steps)
}

func TestAClosureThatFailsLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine := fault.NotFound("没有这件事")
		hooks := 0
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { hooks++ })
			return errors.Join(insertThing(tx, 1, "a", 0), mine)
		})
		if !errors.Is(err, mine) {
			t.Errorf("error is %v, want the closure's", err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { hooks++ })
			if err := insertThing(tx, 1, "a", 0); err != nil {
				return err
			}
			panic("stove")
		})
		if fault.KindOf(err) != fault.KindInternal || !strings.Contains(err.Error(), "stove") || strings.Contains(fault.As(err).Message(), "stove") {
			t.Errorf("error is %v, want an internal fault with the panic in its cause alone", err)
		}
		wantCount(t, d, 0)
		if hooks != 0 {
			t.Errorf("%d hooks ran after a roll-back", hooks)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			tx.AfterCommit(func() { hooks++; wantCount(t, d, 1) })
			return insertThing(tx, 1, "a", 0)
		})
		if hooks != 1 {
			t.Errorf("%d hooks ran after the commit, want 1", hooks)
		}
	}, steps)
}

func TestReadSeesOneStateAndCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Read(t, d, func(tx *db.Tx) error {
			count := func() (n int, err error) { return n, tx.QueryRow("select count(*) from thing").Scan(&n) }
			before, err := count()
			if err != nil {
				return err
			}
			dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) })
			after, err := count()
			if before != after {
				t.Errorf("the snapshot moved from %d to %d", before, after)
			}
			return err
		})
		wantCount(t, d, 1)
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecCount("delete from thing")
			return err
		})
		if fault.KindOf(err) != fault.KindInternal {
			t.Errorf("a write inside a Read gives %v, want an internal fault", err)
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Exec("delete from thing") }); err == nil {
			t.Error("a queued write inside a Read was not refused")
		}
		wantCount(t, d, 1)
	}, steps)
}

func TestContextIsHonouredBeforeAndNotDuring(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := insertThing(tx, 1, "a", 0); err != nil {
				return err
			}
			var n int
			if err := tx.QueryRow("select count(*) from thing").Scan(&n); err != nil {
				return err
			}
			cancel()
			return insertThing(tx, 2, "b", 0)
		})
		if err != nil {
			t.Errorf("a write cancelled half-way gives %v, want it to finish", err)
		}
		wantCount(t, d, 2)
		never := func(*db.Tx) error { t.Error("the closure ran though its context was over"); return nil }
		if err := d.Write(ctx, never); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
		if err := d.Read(ctx, never); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
	}, steps)
}

func TestNowStandsStillAndFollowsTheClockBack(t *testing.T) {
	clock := dbtest.NewClock()
	clock.Set(dbtest.Day.Add(987_654_321 * time.Nanosecond))
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		start := clock.Now()
		dbtest.Write(t, d, func(tx *db.Tx) error {
			clock.Advance(time.Hour)
			if want := start.Truncate(time.Millisecond); !tx.Now().Equal(want) || tx.Now().Location() != time.UTC {
				t.Errorf("Now is %v, want %v", tx.Now(), want)
			}
			return nil
		})
		clock.Set(start.Add(-24 * time.Hour))
		var first, second db.ID
		dbtest.Write(t, d, func(tx *db.Tx) error {
			first = db.NewID()
			if !tx.Now().Before(start) {
				t.Errorf("Now is %v after the clock was set back to %v", tx.Now(), clock.Now())
			}
			second = db.NewID()
			return nil
		})
		if second <= first {
			t.Errorf("ids fall from %v to %v", first, second)
		}
	}, steps)
}

func TestMisuseOfATransactionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		dbtest.Write(t, d, func(tx *db.Tx) error {
			kept = tx
			if err := d.Write(tx.Ctx(), func(*db.Tx) error { return nil }); fault.KindOf(err) != fault.KindInternal {
				t.Errorf("a Write inside a Write gives %v, want an internal fault", err)
			}
			return nil
		})
		if err := insertThing(kept, 1, "late", 0); fault.KindOf(err) != fault.KindInternal {
			t.Errorf("a statement after the end gives %v, want an internal fault", err)
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { var a, b int; return tx.QueryRow("select 1").Scan(&a, &b) }); err == nil {
			t.Error("a scan of one column into two places was accepted")
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { var a int; return tx.QueryRow("select 'x'").Scan(&a) }); err == nil {
			t.Error("a scan of a text into an int was accepted")
		}
	}, steps)
}

func TestAClosureThatEndsItsGoroutineHurtsNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var group sync.WaitGroup
		group.Go(func() {
			_ = d.Write(context.Background(), func(tx *db.Tx) error {
				if err := insertThing(tx, 1, "a", 0); err != nil {
					return err
				}
				exitGoroutine()
				return nil
			})
		})
		group.Wait()
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 2, "b", 0) })
		wantCount(t, d, 1)
		_ = func() (err error) {
			var group sync.WaitGroup
			group.Go(func() { _ = d.Read(context.Background(), func(*db.Tx) error { exitGoroutine(); return nil }) })
			group.Wait()
			return nil
		}()
		wantCount(t, d, 1)
	}, steps)
}

func TestGuardedStepsAddUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) })
		const writers, each = 6, 40
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range each {
					if err := d.Write(t.Context(), func(tx *db.Tx) error { return step(tx, 1) }); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		dbtest.Read(t, d, func(tx *db.Tx) error {
			var n, rows int
			err := errors.Join(tx.QueryRow("select n from thing").Scan(&n), tx.QueryRow("select count(*) from thing_step").Scan(&rows))
			if n != writers*each || rows != 4*writers*each {
				t.Errorf("counter %d and %d rows, want %d and %d", n, rows, writers*each, 4*writers*each)
			}
			return err
		})
		if s := d.Stats(); s.Writes != writers*each+1 {
			t.Errorf("stats count %d writes, want %d", s.Writes, writers*each+1)
		}
	}, steps)
}

func wantCount(t *testing.T, d *db.DB, want int) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		var n int
		err := tx.QueryRow("select count(*) from thing").Scan(&n)
		if err == nil && n != want {
			t.Errorf("%d things, want %d", n, want)
		}
		return err
	})
}

func TestReadOneIsForOnePlainSelect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "one", 0) })
		const count = `select count(*) from thing`
		var n int
		ask := func(tx *db.Tx) error { return tx.QueryRow(count).Scan(&n) }
		if err := d.ReadOne(t.Context(), ask); err != nil || n != 1 {
			t.Fatalf("%d things, %v", n, err)
		}
		for name, fn := range map[string]func(tx *db.Tx) error{
			"two":    func(tx *db.Tx) error { return errors.Join(ask(tx), ask(tx)) },
			"insert": func(tx *db.Tx) error { return insertThing(tx, 2, "two", 0) },
			"returning": func(tx *db.Tx) error {
				return tx.QueryRow(`insert into thing (id, name) values (3, 'three') returning 1`).Scan(&n)
			},
		} {
			if err := d.ReadOne(t.Context(), fn); fault.KindOf(err) != fault.KindInternal {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := d.Read(t.Context(), ask); err != nil || n != 1 {
			t.Fatalf("afterwards %d things, %v", n, err)
		}
	}, steps)
}
