package db_test

import (
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
)

func TestSizeGrowsWithTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		size := func() (n int64) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { n, err = tx.Size(); return err })
			return n
		}
		before := size()
		dbtest.Write(t, d, func(tx *db.Tx) error { return tx.Exec("create table filler (id BIGINT NOT NULL, text TEXT NOT NULL)") })
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for i := range 500 {
				if err := tx.Exec("insert into filler values (?, ?)", i, strings.Repeat("邻", 300)); err != nil {
					return err
				}
			}
			return nil
		})
		if after := size(); before <= 0 || after <= before {
			t.Errorf("%d bytes before, %d after", before, after)
		}
	})
}
