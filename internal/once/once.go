package once

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the table of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// MaxKey is the longest key accepted, in bytes.
const MaxKey = 200

// sweepBatch bounds the rows one Sweep deletes, so that it never holds the writer for long.
const sweepBatch = 5000

// Do runs work once for (actorKey, key) and returns its result; a later call returns the stored result with replayed
// true and does not run work. requestHash tells whether it is the same request.
//
// Returns an invalid fault for a missing or overlong key, a conflict when the key was used for another request, and
// whatever error work returns, in which case nothing is stored and the caller's transaction is expected to fail.
func Do(tx *db.Tx, actorKey, key string, requestHash []byte, work func() ([]byte, error)) (result []byte, replayed bool, err error) {
	if err := checkKey(key); err != nil {
		return nil, false, err
	}
	if err := hold(tx, actorKey, key); err != nil {
		return nil, false, err
	}
	result, replayed, err = stored(tx, actorKey, key, requestHash)
	if err != nil || replayed {
		return result, replayed, err
	}
	if result, err = work(); err != nil {
		return nil, false, err
	}
	err = tx.Exec(`insert into once_key (actor, key, request, result, at) values (?, ?, ?, ?, ?)`,
		actorKey, key, requestHash, result, db.At(tx.Now()))
	if err != nil {
		return nil, false, fmt.Errorf("store result of idempotency key: %w", err)
	}
	return result, false, nil
}

// hold lets a copy that arrives together with the first request wait for its end before it looks for the answer, and so before
// it has done anything. SQLite has one writer, who is alone anyhow. Two keys with the same hash merely wait for each other.
func hold(tx *db.Tx, actorKey, key string) error {
	if tx.Engine() != db.PostgreSQL {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(actorKey + "\x00" + key))
	if err := tx.Exec(`select pg_advisory_xact_lock(?)`, int64(h.Sum64())); err != nil {
		return fmt.Errorf("hold idempotency key: %w", err)
	}
	return nil
}

func checkKey(key string) error {
	if key == "" {
		return fault.Invalid("Idempotency-Key", "缺少幂等键：每次提交都要带上自己的编号，重试时用同一个编号")
	}
	if len(key) > MaxKey {
		return fault.Invalid("Idempotency-Key", "幂等键不能超过 %d 个字节", MaxKey)
	}
	return nil
}

// stored returns the answer kept for the key; found says whether there is one.
func stored(tx *db.Tx, actorKey, key string, requestHash []byte) (result []byte, found bool, err error) {
	var request []byte
	err = tx.QueryRow(`select request, result from once_key where actor = ? and key = ?`, actorKey, key).Scan(&request, &result)
	if errors.Is(err, db.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read idempotency key: %w", err)
	}
	if !bytes.Equal(request, requestHash) {
		return nil, false, fault.Conflict("幂等键 %s 已经用于另一个内容不同的请求，请换一个新的编号", key)
	}
	return result, true, nil
}

// Sweep forgets keys older than the given age, some thousand at a time, and returns how many; call again until it
// returns 0.
func Sweep(tx *db.Tx, olderThan time.Duration) (int64, error) {
	n, err := tx.ExecCount(`delete from once_key where (actor, key) in
		(select actor, key from once_key where at < ? order by at limit ?)`, db.At(tx.Now().Add(-olderThan)), sweepBatch)
	if err != nil {
		return 0, fmt.Errorf("sweep idempotency keys: %w", err)
	}
	return n, nil
}
