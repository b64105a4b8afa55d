package job

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the table of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A State is where a job stands.
type State string

// The states. Done, Failed and Cancelled are final unless somebody retries the job by hand.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed" // attempts used up, or an error that no retry can mend
	Cancelled State = "cancelled"
)

// A Job (后台任务) is one piece of work to be done later.
type Job struct {
	ID          db.ID
	Kind        string
	Key         string          // unique key, "" for none
	Args        json.RawMessage // what the handler needs to know
	State       State
	RunAt       db.Time // not before
	Attempts    int     // begun so far, the running one included
	MaxAttempts int
	LastError   string
	Done, Total int64 // progress, in whatever the handler counts
	Note        string
	CreatedAt   db.Time
	FinishedAt  db.Time // zero until a final state

	lease db.ID     // of the present run
	until time.Time // end of the lease, when it began before the run; zero otherwise
}

// Decode reads the arguments into v.
func (j Job) Decode(v any) error {
	if err := json.Unmarshal(j.Args, v); err != nil {
		return Permanent(fmt.Errorf("read arguments of %s job %s: %w", j.Kind, j.ID, err))
	}
	return nil
}

// Last reports whether no automatic attempt follows the present one.
func (j Job) Last() bool { return j.Attempts >= j.MaxAttempts }

const defaultAttempts = 12

// An Option changes how a job is enqueued.
type Option func(*Job)

// At lets the job run no earlier than t.
func At(t time.Time) Option { return func(j *Job) { j.RunAt = db.At(t) } }

// After lets the job run no earlier than d after the transaction's now.
func After(d time.Duration) Option {
	return func(j *Job) { j.RunAt = db.At(j.RunAt.Add(d)) }
}

// Unique coalesces jobs of one kind and key: see the package comment. When one already waits, it takes the new arguments
// and the earlier of the two times.
func Unique(key string) Option { return func(j *Job) { j.Key = key } }

// Attempts sets how often the job is tried before it fails; the default is 12, which with the default pauses is about
// four hours.
func Attempts(n int) Option { return func(j *Job) { j.MaxAttempts = max(1, n) } }

// Enqueue adds a job to the caller's transaction and returns its id: the id of the waiting one when a unique key
// coalesces them. args is written as JSON.
func Enqueue(tx *db.Tx, kind string, args any, options ...Option) (db.ID, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return 0, fault.Internal(fmt.Errorf("arguments of %s job: %w", kind, err), "后台任务的参数无法保存")
	}
	j := Job{ID: db.NewID(), Kind: kind, RunAt: db.At(tx.Now()), MaxAttempts: defaultAttempts}
	for _, o := range options {
		o(&j)
	}
	j.Args, j.State, j.CreatedAt = raw, Waiting, db.At(tx.Now())
	due := !j.RunAt.After(tx.Now())
	var r *Runner
	if due && j.Key == "" {
		if r = bells.runner(tx, kind); r != nil {
			r.promise(&j)
		}
	}
	if err := insert(tx, &j, string(raw)); err != nil {
		return 0, fmt.Errorf("enqueue %s job: %w", kind, err)
	}
	switch {
	case r != nil:
		tx.AfterCommit(func() { r.hand(j) })
	case due:
		tx.AfterCommit(bells.ring)
	}
	return j.ID, nil
}

const insertSQL = `insert into job (id, kind, unique_key, args, state, run_at, attempts, max_attempts, lease, lease_until, created_at)
	values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func insert(tx *db.Tx, j *Job, args string) error {
	values := []any{j.ID, j.Kind, j.Key, args, string(j.State), j.RunAt, j.Attempts, j.MaxAttempts, j.lease, db.At(j.until), j.CreatedAt}
	if j.Key == "" {
		return tx.Exec(insertSQL, values...)
	}
	return tx.QueryRow(insertSQL+` on conflict (kind, unique_key) where state = 'waiting' and unique_key <> ''
		do update set args = excluded.args,
			run_at = case when excluded.run_at < job.run_at then excluded.run_at else job.run_at end
		returning id`, values...).Scan(&j.ID)
}
