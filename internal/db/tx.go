package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/fault"
)

// A Tx is one transaction, for the closure it was given to and for no longer. It is not safe for concurrent use.
type Tx struct {
	ctx   context.Context
	now   time.Time
	began time.Time
	on    session
	kind  Engine
	home  *DB // of a Write
	write bool
	one   bool  // of a single select
	asked bool  // that select has run
	err   error // of the first statement that failed; it ends the transaction
	rows  *Rows // the open one
	after []func()
	over  bool
}

// session is one transaction as its engine runs it. Errors are faults already.
type session interface {
	// exec runs or queues a statement without results; one asks for exactly one changed row.
	exec(sql string, args []any, one bool) error
	count(sql string, args []any) (int64, error)
	execLast(sql string, args []any) error
	query(sql string, args []any) (cursor, error)
	foresee(sql string, args []any)
}

// cursor steps through the rows of one query.
type cursor interface {
	next() (bool, error)
	columns() int
	scan(i int, dest any) error // as assign does
	close() error
}

var errTxOver = errors.New("transaction is over")

func newTx(ctx context.Context, now func() time.Time, kind Engine, on session, write bool) *Tx {
	began := now().UTC().Truncate(time.Millisecond)
	return &Tx{ctx: ctx, now: began, began: began, kind: kind, on: on, write: write}
}

// Now is the instant of this transaction: UTC, to the millisecond, the same at every call unless Replay moves it.
func (tx *Tx) Now() time.Time { return tx.now }

// Replay moves Now to a past instant for what follows in this transaction, so that a history brought in from elsewhere is written with
// the instants at which it happened. An instant later than that at which the transaction began is taken as that one. Only imports and
// the demonstration city call it: whoever acts today acts now.
func (tx *Tx) Replay(at time.Time) {
	if at.After(tx.began) {
		at = tx.began
	}
	tx.now = at.UTC().Truncate(time.Millisecond)
}

// Engine says which database this is.
func (tx *Tx) Engine() Engine { return tx.kind }

// Of reports whether this is a Write of d.
func (tx *Tx) Of(d *DB) bool { return tx.home == d }

// Ctx is the context of the Write or Read. A Write called with it is refused.
func (tx *Tx) Ctx() context.Context {
	if !tx.write {
		return tx.ctx
	}
	return context.WithValue(tx.ctx, nestedKey{}, true)
}

type nestedKey struct{}

func refuseNested(ctx context.Context) error {
	if ctx.Value(nestedKey{}) != nil {
		return internal(errors.New("a Write inside a Write would wait for itself"))
	}
	return nil
}

// AfterCommit keeps fn until the transaction is durably committed and then runs it once, on the goroutine that called
// Write. It does not run when the transaction fails.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// change is ready for a statement without results, which a single select is not.
func (tx *Tx) change(sql string) error {
	if err := tx.ready(); err != nil {
		return err
	}
	if tx.one {
		return tx.failed(internal(errOne), sql)
	}
	return nil
}

// Exec runs a statement. On PostgreSQL it may be queued, and its error comes with a later statement or with Write.
func (tx *Tx) Exec(sql string, args ...any) error {
	if err := tx.change(sql); err != nil {
		return err
	}
	return tx.failed(tx.on.exec(sql, args, false), sql)
}

// ExecOne runs a guarded statement: it changes exactly one row, or the transaction ends with a conflict.
// On PostgreSQL it may be queued like Exec; in any case it is checked before the commit.
func (tx *Tx) ExecOne(sql string, args ...any) error {
	if err := tx.change(sql); err != nil {
		return err
	}
	return tx.failed(tx.on.exec(sql, args, true), sql)
}

// ExecLast is Exec for a statement that nobody in this transaction waits for: it may run as late as just before the commit, with those
// of other writes. Of several the order is kept.
func (tx *Tx) ExecLast(sql string, args ...any) error {
	if err := tx.change(sql); err != nil {
		return err
	}
	return tx.failed(tx.on.execLast(sql, args), sql)
}

// ExecCount runs a statement and returns the number of rows it changed.
func (tx *Tx) ExecCount(sql string, args ...any) (int64, error) {
	if err := tx.change(sql); err != nil {
		return 0, err
	}
	n, err := tx.on.count(sql, args)
	return n, tx.failed(err, sql)
}

var errOne = errors.New("ReadOne is for one plain select")

// Query runs a query. The caller reads the rows to the end or closes them before the next statement.
func (tx *Tx) Query(sql string, args ...any) (*Rows, error) {
	if err := tx.ready(); err != nil {
		return nil, err
	}
	if tx.one && (tx.asked || !strings.HasPrefix(sql, "select ")) {
		return nil, tx.failed(internal(errOne), sql)
	}
	tx.asked = true
	c, err := tx.on.query(sql, args)
	if err != nil {
		return nil, tx.failed(err, sql)
	}
	tx.rows = &Rows{tx: tx, cursor: c, sql: sql}
	return tx.rows, nil
}

// Foresee tells that a query with just this text and these arguments will follow. On PostgreSQL it travels with the next one, and is
// answered from what came back unless the transaction has written since. No answer is another for it.
func (tx *Tx) Foresee(sql string, args ...any) {
	if tx.ready() == nil && !tx.one {
		tx.on.foresee(sql, args)
	}
}

// QueryRow runs a query for one row; its Scan reports the error of the query, or ErrNoRows. Further rows are ignored.
func (tx *Tx) QueryRow(sql string, args ...any) Row {
	rows, err := tx.Query(sql, args...)
	return Row{rows, err}
}

func (tx *Tx) ready() error {
	switch {
	case tx.over:
		return internal(errTxOver)
	case tx.err != nil:
		return tx.err
	case tx.rows != nil:
		return tx.failed(internal(fmt.Errorf("rows of %q are still open", tx.rows.sql)), "statement")
	case !tx.write:
		if err := tx.ctx.Err(); err != nil {
			return tx.failed(err, "statement")
		}
	}
	return nil
}

// failed remembers the first error of a statement and gives it the words of the statement.
func (tx *Tx) failed(err error, sql string) error {
	if err == nil {
		return nil
	}
	if fault.As(err) == nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		err = internal(err)
	}
	err = fmt.Errorf("%s: %w", short(sql), err)
	if tx.err == nil {
		tx.err = err
	}
	return err
}

// short is as much of a statement as a log line needs.
func short(sql string) string {
	if len(sql) > 120 {
		return sql[:120] + "…"
	}
	return sql
}

// run calls the closure, closes what it left open, and returns the error that decides the transaction.
func (tx *Tx) run(fn func(*Tx) error) error {
	err := guardPanic(func() error { return fn(tx) })
	tx.end()
	if err == nil {
		err = tx.err
	}
	return err
}

// end closes what the closure left open and makes the Tx useless to whoever kept it.
func (tx *Tx) end() {
	if tx.rows != nil {
		tx.rows.Close()
	}
	tx.over = true
}

// Rows are the rows of one query, read one after the other.
type Rows struct {
	tx     *Tx
	cursor cursor
	sql    string
	err    error
	done   bool
}

// Next steps to the next row; false at the end or after an error, and then the rows are closed.
func (r *Rows) Next() bool {
	if r.done {
		return false
	}
	more, err := r.cursor.next()
	if err != nil {
		r.err = r.tx.failed(err, r.sql)
	}
	if !more || err != nil {
		r.Close()
		return false
	}
	return true
}

// Scan copies the columns of the current row into dest: *int, *int64, *bool, *string, *[]byte, *float64, *ID, *Time or a
// sql.Scanner. NULL gives the zero value.
func (r *Rows) Scan(dest ...any) error {
	if r.done {
		return internal(errors.New("scan without a row"))
	}
	if n := r.cursor.columns(); n != len(dest) {
		return internal(fmt.Errorf("%s: scan of %d columns into %d places", r.sql, n, len(dest)))
	}
	for i, d := range dest {
		if err := r.cursor.scan(i, d); err != nil {
			return internal(fmt.Errorf("%s: column %d: %w", r.sql, i+1, err))
		}
	}
	return nil
}

// Err is the error that ended Next, if any.
func (r *Rows) Err() error { return r.err }

// Close ends the rows; it may be called again.
func (r *Rows) Close() error {
	if r.done {
		return r.err
	}
	r.done = true
	r.tx.rows = nil
	if err := r.cursor.close(); err != nil && r.err == nil {
		r.err = r.tx.failed(err, r.sql)
	}
	return r.err
}

// A Row is the first row of a query.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the row into dest as Rows.Scan does. Returns ErrNoRows when there is none.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// Select runs a query and collects its rows, each made by scan.
func Select[T any](tx *Tx, scan func(rows *Rows) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
