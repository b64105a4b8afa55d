package db_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
)

// BenchmarkWrite measures a durable step of one guarded update and four inserts, sent by 8 goroutines. Run with
// -benchtime 3s; "tx/s" is what to read.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name string
		open func(b *testing.B) *db.DB
	}{
		{"sqlite/grouped", func(b *testing.B) *db.DB { return dbtest.OpenSQLite(b, db.Options{}, steps) }},
		{"sqlite/single", func(b *testing.B) *db.DB {
			return dbtest.OpenSQLite(b, db.Options{NoGroupCommits: true}, steps)
		}},
		{"postgres", func(b *testing.B) *db.DB { return dbtest.OpenPostgres(b, db.Options{MaxConns: 8}, steps) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := c.open(b)
			id := db.NewID()
			dbtest.Write(b, d, func(tx *db.Tx) error { return insertThing(tx, id, "first", 0) })
			b.ResetTimer()
			writers(b, d, 8)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
			s := d.Stats()
			b.ReportMetric(float64(s.Writes)/float64(s.Commits), "tx/commit")
		})
	}
}

func writers(b *testing.B, d *db.DB, n int) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			id := db.NewID()
			if err := d.Write(context.Background(), func(tx *db.Tx) error { return insertThing(tx, id, "own", 0) }); err != nil {
				b.Error(err)
				return
			}
			for left.Add(-1) >= 0 {
				if err := d.Write(context.Background(), func(tx *db.Tx) error { return step(tx, id) }); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

func step(tx *db.Tx, id db.ID) error {
	for range 4 {
		if err := tx.Exec("insert into thing_step (id, thing, words, at) values (?, ?, ?, ?)",
			db.NewID(), id, "已受理，转交县住建局办理", db.At(tx.Now())); err != nil {
			return err
		}
	}
	return tx.ExecOne("update thing set n = n + 1 where id = ?", id)
}
