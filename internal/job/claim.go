package job

import (
	"fmt"
	"strings"
	"time"

	"linli/internal/db"
)

// claim takes up to limit due jobs of the given kinds for one lease.
func claim(tx *db.Tx, kinds []string, limit int, lease time.Duration) ([]Job, error) {
	if len(kinds) == 0 || limit <= 0 {
		return nil, nil
	}
	lock := ""
	if tx.Engine() == db.PostgreSQL { // SQLite has one writer and needs no row locks
		lock = " for update of job skip locked"
	}
	now := db.At(tx.Now())
	args := []any{now}
	for _, k := range kinds {
		args = append(args, k)
	}
	args = append(args, limit, db.NewID(), db.At(tx.Now().Add(lease)))
	jobs, err := db.Select(tx, scan, `with due as materialized (
			select id as due_id from job
			where state = 'waiting' and run_at <= ? and kind in (?`+strings.Repeat(", ?", len(kinds)-1)+`)
				and (unique_key = '' or not exists (select 1 from job r
					where r.kind = job.kind and r.unique_key = job.unique_key and r.state = 'running' and r.unique_key <> ''))
			order by run_at, id limit ?`+lock+`)
		update job set state = 'running', attempts = attempts + 1, lease = ?, lease_until = ?
		from due where job.id = due.due_id
		returning `+columns, args...)
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return jobs, nil
}

const (
	// again puts a job back to wait, unless one with its key already does: then that one will do its work.
	again = `state = case when unique_key <> '' and exists (select 1 from job w where w.kind = job.kind
			and w.unique_key = job.unique_key and w.state = 'waiting') then 'cancelled' else 'waiting' end,
		lease = 0, lease_until = ''`
	held = `id = ? and state = 'running' and lease = ?`
)

// expire ends leases that ran out: the jobs wait again, or fail when their attempts are used up. It returns those failed.
func expire(tx *db.Tx) ([]Job, error) {
	const lost = "运行中断：进程停止或超过了租用时间"
	now := db.At(tx.Now())
	failed, err := db.Select(tx, scan, `update job set state = 'failed', lease = 0, lease_until = '', finished_at = ?, last_error = ?
		where state = 'running' and lease_until <= ? and attempts >= max_attempts returning `+columns, now, lost, now)
	if err != nil {
		return nil, fmt.Errorf("fail lost jobs: %w", err)
	}
	if err := tx.Exec(`update job set `+again+`, run_at = ?, last_error = ?
		where state = 'running' and lease_until <= ?`, now, lost, now); err != nil {
		return nil, fmt.Errorf("take up lost jobs: %w", err)
	}
	return failed, nil
}

// finish notes success. It is guarded: a runner that lost the lease gets a conflict and its transaction fails.
func finish(tx *db.Tx, j Job) error {
	return tx.ExecOne(`update job set state = 'done', lease = 0, lease_until = '', last_error = '', finished_at = ?
		where `+held, db.At(tx.Now()), j.ID, j.lease)
}

// giveUp notes the final failure and reports whether the lease was still held.
func giveUp(tx *db.Tx, j Job, why string) (bool, error) {
	n, err := tx.ExecCount(`update job set state = 'failed', lease = 0, lease_until = '', last_error = ?, finished_at = ?
		where `+held, why, db.At(tx.Now()), j.ID, j.lease)
	return n == 1, err
}

// postpone notes a failure that will be tried again.
func postpone(tx *db.Tx, j Job, why string, pause time.Duration) error {
	_, err := tx.ExecCount(`update job set `+again+`, last_error = ?, run_at = ? where `+held,
		why, db.At(tx.Now().Add(pause)), j.ID, j.lease)
	return err
}

// release gives back a job that a stopping runner did not finish; the attempt does not count.
func release(tx *db.Tx, j Job) error {
	_, err := tx.ExecCount(`update job set `+again+`, attempts = attempts - 1, run_at = ? where `+held,
		db.At(tx.Now()), j.ID, j.lease)
	return err
}
