package audit_test

import (
	"testing"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/db/dbtest"
)

func TestTheLogIsReadFromItsEnd(t *testing.T) {
	each(t, func(l log) {
		l.record(0, 5)
		l.sequence(5)
		signed, err := audit.Checkpoint(l.t.Context(), l.d, l.seal, city)
		if err != nil {
			l.t.Fatal(err)
		}
		l.record(5, 2)
		dbtest.Read(l.t, l.d, func(tx *db.Tx) error {
			s, err := audit.StateOf(tx, city)
			if err != nil {
				return err
			}
			if s.Size != 5 || s.Pending != 2 || s.Last.Size != 5 || s.Last.Note != signed || s.Last.At.IsZero() {
				l.t.Errorf("state %+v", s)
			}
			if none, err := audit.StateOf(tx, "nowhere"); err != nil || none != (audit.State{}) {
				l.t.Errorf("an empty log: %+v, %v", none, err)
			}
			var got []int64
			for before := int64(0); ; {
				page, err := audit.Entries(tx, city, before, 2)
				if err != nil {
					return err
				}
				for _, e := range page {
					got = append(got, e.Position)
				}
				if len(page) < 2 {
					break
				}
				before = page[len(page)-1].Position
			}
			if len(got) != 5 || got[0] != 4 || got[4] != 0 {
				l.t.Errorf("positions %v", got)
			}
			return nil
		})
	})
}
