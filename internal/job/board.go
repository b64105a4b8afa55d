package job

import (
	"errors"
	"fmt"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
)

const columns = `id, kind, unique_key, args, state, run_at, attempts, max_attempts, last_error, done, total, note,
	created_at, finished_at, lease`

func scan(rows *db.Rows) (j Job, err error) {
	var state, args string
	err = rows.Scan(&j.ID, &j.Kind, &j.Key, &args, &state, &j.RunAt, &j.Attempts, &j.MaxAttempts, &j.LastError,
		&j.Done, &j.Total, &j.Note, &j.CreatedAt, &j.FinishedAt, &j.lease)
	j.State, j.Args = State(state), []byte(args)
	return j, err
}

// A Filter chooses jobs to look at; zero fields choose all.
type Filter struct {
	State  State
	Kind   string
	Before db.ID // only ids below this one, for the next page
	Limit  int   // 0 means 50
}

// List returns jobs, newest first.
func List(tx *db.Tx, f Filter) ([]Job, error) {
	where, args := "1 = 1", []any{}
	if f.State != "" {
		where, args = where+" and state = ?", append(args, string(f.State))
	}
	if f.Kind != "" {
		where, args = where+" and kind = ?", append(args, f.Kind)
	}
	if f.Before != 0 {
		where, args = where+" and id < ?", append(args, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	list, err := db.Select(tx, scan, `select `+columns+` from job where `+where+` order by id desc limit ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return list, nil
}

// Get returns one job. Returns a notfound fault when it does not exist, or was purged.
func Get(tx *db.Tx, id db.ID) (Job, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from job where id = ?`, id)
	if err != nil {
		return Job{}, fmt.Errorf("get job: %w", err)
	}
	if len(list) == 0 {
		return Job{}, fault.NotFound("后台任务 %s 不存在", id)
	}
	return list[0], nil
}

// Counts returns the number of jobs by kind and state.
func Counts(tx *db.Tx) (map[string]map[State]int64, error) {
	rows, err := tx.Query(`select kind, state, count(*) from job group by kind, state`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	counts := map[string]map[State]int64{}
	for rows.Next() {
		var kind, state string
		var n int64
		if err := rows.Scan(&kind, &state, &n); err != nil {
			return nil, err
		}
		if counts[kind] == nil {
			counts[kind] = map[State]int64{}
		}
		counts[kind][State(state)] = n
	}
	return counts, rows.Err()
}

// Retry lets a failed or cancelled job begin anew, at once and with all its attempts. A waiting job runs at once.
// Returns a conflict for a job that runs or is done, or when another with its unique key already waits.
func Retry(tx *db.Tx, id db.ID) error {
	n, err := tx.ExecCount(`update job set state = 'waiting', run_at = ?, finished_at = '',
			attempts = case when state = 'waiting' then attempts else 0 end
		where id = ? and state in ('waiting', 'failed', 'cancelled')
			and (state = 'waiting' or unique_key = '' or not exists (select 1 from job w
				where w.kind = job.kind and w.unique_key = job.unique_key and w.state = 'waiting'))`, db.At(tx.Now()), id)
	if err != nil {
		return fmt.Errorf("retry job: %w", err)
	}
	if n == 1 {
		tx.AfterCommit(bells.ring)
		return nil
	}
	j, err := Get(tx, id)
	if err != nil {
		return err
	}
	if j.State == Running || j.State == Done {
		return fault.Conflict("后台任务 %s 正在运行或已经完成，不能重试", id)
	}
	return fault.Conflict("同一事项已有一个后台任务在等待，不必重试 %s", id)
}

// Cancel ends a waiting job. Returns a conflict for a job that already runs or has ended.
func Cancel(tx *db.Tx, id db.ID) error {
	n, err := tx.ExecCount(`update job set state = 'cancelled', finished_at = ? where id = ? and state = 'waiting'`, db.At(tx.Now()), id)
	if err != nil {
		return fmt.Errorf("cancel job: %w", err)
	}
	if n == 0 {
		if _, err := Get(tx, id); err != nil {
			return err
		}
		return fault.Conflict("后台任务 %s 已经开始或已经结束，不能取消", id)
	}
	return nil
}

const purgeBatch = 5000

// Purge deletes done and cancelled jobs that ended longer ago than the given age, some thousand at a time, and returns
// how many; call again until it returns 0. Failed jobs stay.
func Purge(tx *db.Tx, olderThan time.Duration) (int64, error) {
	n, err := tx.ExecCount(`delete from job where id in (select id from job
		where state in ('done', 'cancelled') and finished_at < ? order by id limit ?)`, db.At(tx.Now().Add(-olderThan)), purgeBatch)
	if err != nil {
		return 0, fmt.Errorf("purge jobs: %w", err)
	}
	return n, nil
}

// due returns when the next waiting job may run (zero: none waits) and whether a lease has run out.
func due(tx *db.Tx) (next db.Time, expired bool, err error) {
	var lease db.Time
	err = tx.QueryRow(`select (select min(run_at) from job where state = 'waiting'),
		(select min(lease_until) from job where state = 'running')`).Scan(&next, &lease)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return next, false, fmt.Errorf("look for due jobs: %w", err)
	}
	return next, !lease.IsZero() && !lease.After(tx.Now()), nil
}
