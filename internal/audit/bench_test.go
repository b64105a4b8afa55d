package audit_test

import (
	"context"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/db/dbtest"
)

// BenchmarkLog records 50,000 entries, sequences them and verifies the log; run it with -benchtime 1x. It reports
// microseconds an entry for each of the three.
func BenchmarkLog(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchLog(b, dbtest.SQLite(b, audit.Migrations)) })
	b.Run("postgres", func(b *testing.B) { benchLog(b, dbtest.Postgres(b, audit.Migrations)) })
}

func benchLog(b *testing.B, d *db.DB) {
	const entries, batch = 50_000, 1000
	seal, err := audit.OpenSeal(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	lap := func(name string) {
		b.ReportMetric(float64(time.Since(began).Microseconds())/entries, name+"-µs")
		began = time.Now()
	}
	for range b.N {
		for range entries / batch {
			dbtest.Write(b, d, func(tx *db.Tx) error {
				for range batch {
					if err := audit.Record(tx, audit.Entry{City: city, Actor: "张", Verb: "accept", Subject: "case:1", Digest: audit.Sum{1}}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		lap("record")
		if n, err := audit.SequenceAll(context.Background(), d); err != nil || n != entries {
			b.Fatalf("sequenced %d, %v", n, err)
		}
		lap("sequence")
		if r, err := audit.Verify(context.Background(), d, city, audit.Check{Seal: seal}); err != nil || !r.OK() {
			b.Fatalf("%+v, %v", r, err)
		}
		lap("verify")
	}
}
