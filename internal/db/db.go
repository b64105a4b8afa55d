package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/schema"
)

// An Engine is one of the two databases Linli runs on.
type Engine string

// The engines.
const (
	SQLite     Engine = schema.SQLite
	PostgreSQL Engine = schema.Postgres
)

// Options say which database to open and how.
type Options struct {
	// URL is "sqlite:/path/linli.db" or "postgres://user@host/name?…".
	URL string
	// Now is the clock of transactions; nil means the machine's.
	Now func() time.Time
	// NoGroupCommits makes SQLite commit each closure by itself, for comparison.
	NoGroupCommits bool
	// MaxConns bounds the connections to PostgreSQL and the readers of SQLite; 0 means 16 and 4.
	MaxConns int
	// StatementTimeout bounds one statement on PostgreSQL; 0 means 30 s.
	StatementTimeout time.Duration
}

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	now    func() time.Time
	engine engine
	kind   Engine
}

// engine is what SQLite and PostgreSQL each do in their own way.
type engine interface {
	write(ctx context.Context, now func() time.Time, fn func(*Tx) error) error
	read(ctx context.Context, now func() time.Time, one bool, fn func(*Tx) error) error
	migrate(ctx context.Context, set schema.Set) error
	stats() Stats
	close() error
}

// Open opens the database and proves that it answers. A missing SQLite file is created, a missing folder is not.
// Returns an unavailable fault that says what to do about a file that is no database, is damaged or cannot be written,
// and about a server that does not answer.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{now: o.Now}
	if d.now == nil {
		d.now = time.Now
	}
	var err error
	switch scheme, rest, _ := strings.Cut(o.URL, ":"); scheme {
	case "sqlite":
		d.kind = SQLite
		d.engine, err = openSQLite(rest, o)
	case "postgres", "postgresql":
		d.kind = PostgreSQL
		d.engine, err = openPostgres(ctx, o)
	default:
		return nil, fmt.Errorf("open database: want a url of sqlite or postgres, not one that begins with %q", scheme)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return d, nil
}

// Now is the instant that a transaction begun now would have.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

// Engine says which database this is.
func (d *DB) Engine() Engine { return d.kind }

// Close waits for the writes that have begun, refuses the others as unavailable, and closes the database.
func (d *DB) Close() error { return d.engine.close() }

// Migrate brings the schema up to set, in order of the numbers, applying also those that were skipped earlier.
// Two processes may call it at once: one works, the other waits. Returns an unavailable fault when the database has a
// migration that set does not know, for then a newer program has been here.
func (d *DB) Migrate(ctx context.Context, set schema.Set) error {
	if err := d.engine.migrate(ctx, set); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}

// Write runs fn in a read-write transaction and returns nil only once it is committed and durable. fn may run more than
// once. ctx is honoured until fn begins, not after. Functions given to AfterCommit run before Write returns.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if err := refuseNested(ctx); err != nil {
		return err
	}
	return d.engine.write(ctx, d.now, func(tx *Tx) error {
		tx.home = d
		return fn(tx)
	})
}

// Behind returns a context whose Writes let those go first that somebody waits for. On SQLite, where writes stand in one line, they get their turn when
// nobody is before them, and now and then in between, so that they go on under any load; PostgreSQL has no line.
func Behind(ctx context.Context) context.Context { return context.WithValue(ctx, behindKey{}, true) }

type behindKey struct{}

// Read runs fn on a snapshot: every query sees the same committed state, and statements that write are refused.
// ctx is looked at before each statement.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	return d.engine.read(ctx, d.now, false, fn)
}

// ReadOne is Read for a closure that runs one plain select and no more: it needs no transaction around it, which on PostgreSQL
// saves two of three round trips. Any other statement is refused.
func (d *DB) ReadOne(ctx context.Context, fn func(tx *Tx) error) error {
	return d.engine.read(ctx, d.now, true, fn)
}

// Stats count what a database has done since it was opened, for the metrics page and for tests.
type Stats struct {
	Writes  int64 // closures committed
	Commits int64 // commits they took; fewer than Writes when SQLite groups them
	Retries int64 // closures run again: on PostgreSQL after a failure that may pass, on SQLite because another of the group failed
}

// Stats returns the counts so far.
func (d *DB) Stats() Stats { return d.engine.stats() }
