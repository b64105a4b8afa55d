package dbtest

import (
	"strings"
	"testing"

	"linli/internal/db"
)

// Plan says how the engine would answer a query, a line for each part. Fill the tables first: PostgreSQL reads a small one whole, whatever its indexes are.
func Plan(t testing.TB, d *db.DB, sql string, args ...any) string {
	t.Helper()
	if d.Engine() == db.PostgreSQL {
		Write(t, d, func(tx *db.Tx) error { return tx.Exec("analyze") })
	}
	var lines []string
	Read(t, d, func(tx *db.Tx) (err error) {
		if tx.Engine() == db.PostgreSQL {
			lines, err = db.Select(tx, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) }, "explain "+sql, args...)
			return err
		}
		lines, err = db.Select(tx, func(r *db.Rows) (s string, err error) {
			var id, parent, unused int64
			return s, r.Scan(&id, &parent, &unused, &s)
		}, "explain query plan "+sql, args...)
		return err
	})
	return strings.Join(lines, "\n")
}

// ReadsWhole reports whether a plan reads a whole table somewhere.
func ReadsWhole(plan string) bool {
	for line := range strings.Lines(plan) {
		if strings.Contains(line, "Seq Scan on ") || strings.HasPrefix(line, "SCAN ") {
			return true
		}
	}
	return false
}
