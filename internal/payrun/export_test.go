package payrun

import "linli/internal/db"

// ReckonIn and PostIn do one chunk in a transaction of the caller, for tests in which the program dies before the commit.
func (x *Runs) ReckonIn(tx *db.Tx, id db.ID) (Run, bool, error) { return x.reckon(tx, id) }
func (x *Runs) PostIn(tx *db.Tx, id db.ID) (Run, bool, error)   { return x.post(tx, id) }

// SetChunk makes chunks small, so that a small run has many, and returns what puts them back.
func SetChunk(n int) func() {
	was := chunk
	chunk = n
	return func() { chunk = was }
}
