package audit

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"linli/internal/db"
)

// sequenceBatch bounds the entries that get their positions in one transaction.
const sequenceBatch = 2000

// Sequence gives every committed entry of a city that has none its position and grows the tree, and returns how many there
// were. It may run in several processes at once. Entries of one batch are ordered by id.
func Sequence(ctx context.Context, d *db.DB, city string) (int, error) {
	total := 0
	for {
		n, err := sequence(ctx, d, city)
		total += n
		if err != nil {
			return total, fmt.Errorf("sequence audit log of %s: %w", city, err)
		}
		if n < sequenceBatch {
			return total, nil
		}
	}
}

func sequence(ctx context.Context, d *db.DB, city string) (n int, err error) {
	var pending int64
	err = d.Read(ctx, func(tx *db.Tx) error { // an idle log costs no write
		return tx.QueryRow(`select count(*) from (select 1 from audit_entry where city = ? and position < 0 limit 1) p`, city).Scan(&pending)
	})
	if err != nil || pending == 0 {
		return 0, err
	}
	err = d.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = grow(tx, city)
		return err
	})
	return n, err
}

// grow sequences one batch.
func grow(tx *db.Tx, city string) (int, error) {
	size, _, err := head(tx, city, true)
	if err != nil {
		return 0, err
	}
	t, err := openTree(tx, city, size)
	if err != nil {
		return 0, err
	}
	batch, err := db.Select(tx, scan, `with pending as materialized (
			select id as pending_id, row_number() over (order by id) - 1 as k
			from audit_entry where city = ? and position < 0 order by id limit ?)
		update audit_entry set position = ? + pending.k from pending where audit_entry.id = pending.pending_id
		returning `+columns, city, sequenceBatch, size)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	slices.SortFunc(batch, func(a, b Entry) int { return int(a.Position - b.Position) })
	for _, e := range batch {
		if e.Position != t.size {
			return 0, fmt.Errorf("position %d follows %d", e.Position, t.size-1)
		}
		t.append(e.leaf(), func(level int, n int64, hashes []tlog.Hash) {
			err = firstError(err, writeTile(tx, city, level, n, hashes))
		})
	}
	for level, hashes := range t.open {
		if len(hashes) > 0 {
			err = firstError(err, writeTile(tx, city, level, t.size>>(tileHeight*(level+1)), hashes))
		}
	}
	if err != nil {
		return 0, err
	}
	root, err := t.root()
	if err != nil {
		return 0, err
	}
	return len(batch), tx.ExecOne(`update audit_log set size = ?, root = ? where city = ? and size = ?`, t.size, root[:], city, size)
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// head returns size and root of a city's log; with lock it makes other sequencers wait, and begins a new log.
func head(tx *db.Tx, city string, lock bool) (size int64, root tlog.Hash, err error) {
	suffix := ""
	if lock {
		err := tx.Exec(`insert into audit_log (city, size, root) values (?, 0, ?) on conflict (city) do nothing`, city, []byte{})
		if err != nil {
			return 0, root, err
		}
		if tx.Engine() == db.PostgreSQL { // SQLite has one writer
			suffix = ` for update`
		}
	}
	var raw []byte
	err = tx.QueryRow(`select size, root from audit_log where city = ?`+suffix, city).Scan(&size, &raw)
	if err == db.ErrNoRows {
		return 0, root, nil
	}
	copy(root[:], raw)
	return size, root, err
}

// SequenceAll sequences the logs of all cities and returns how many entries got their positions.
func SequenceAll(ctx context.Context, d *db.DB) (int, error) {
	var cities []string
	err := d.Read(ctx, func(tx *db.Tx) (err error) { cities, err = Cities(tx); return err })
	total := 0
	for _, city := range cities {
		if err != nil {
			break
		}
		var n int
		n, err = Sequence(ctx, d, city)
		total += n
	}
	return total, err
}
