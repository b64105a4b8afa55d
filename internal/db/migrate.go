package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"linli/internal/fault"
	"linli/internal/schema"
)

const versionTable = "schema_version"

// migrationLock is the key of the advisory lock under which one process at a time migrates a PostgreSQL database.
const migrationLock = 0x6c696e6c69 // "linli"

// migrate works inside one immediate transaction of its own connection: the schema changes as a whole or not at
// all, and another process waits at the write lock.
func (e *sqliteEngine) migrate(ctx context.Context, set schema.Set) error {
	conn, err := lend(ctx, e.path)
	if err != nil {
		return sqliteOpenFault(e.path, err)
	}
	defer conn.Conn.Close()
	if err := conn.do("begin immediate"); err != nil {
		return sqliteFault(err)
	}
	pool := sql.OpenDB(conn)
	pool.SetMaxOpenConns(1)
	err = upgrade(ctx, pool, goose.DialectSQLite3, set, SQLite, nil)
	if closing := pool.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = conn.do("rollback") // the connection closes anyway
		return sqliteFault(err)
	}
	return sqliteFault(conn.do("commit"))
}

func (e *postgresEngine) migrate(ctx context.Context, set schema.Set) error {
	cfg := e.config.Copy()
	cfg.RuntimeParams["statement_timeout"] = "0" // building an index may take its time
	cfg.RuntimeParams["lock_timeout"] = "0"
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(1)
	err := upgrade(ctx, pool, goose.DialectPostgres, set, PostgreSQL, Translate, goose.WithSessionLocker(advisoryLock{}))
	if closing := pool.Close(); err == nil {
		err = closing
	}
	return postgresFault(err)
}

// upgrade lets goose apply what is missing.
func upgrade(ctx context.Context, pool *sql.DB, dialect goose.Dialect, set schema.Set, kind Engine,
	translate func(string) string, more ...goose.ProviderOption) error {
	list := set.For(string(kind))
	if len(list) == 0 {
		return nil
	}
	options := append(more, goose.WithTableName(versionTable), goose.WithAllowOutofOrder(true),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	p, err := goose.NewProvider(dialect, pool, set.Files(string(kind), translate), options...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		var partial *goose.PartialError
		if errors.As(err, &partial) && partial.Failed != nil {
			return fmt.Errorf("%s: %w", partial.Failed.Source.Path, partial.Err)
		}
		return err
	}
	return refuseNewer(ctx, pool, list)
}

// refuseNewer reports a migration in the database which this program does not have.
func refuseNewer(ctx context.Context, pool *sql.DB, list []schema.Migration) error {
	known := map[int64]bool{0: true}
	for _, m := range list {
		known[m.Version] = true
	}
	rows, err := pool.QueryContext(ctx, "select version_id from "+versionTable+" where is_applied order by version_id desc")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return err
		}
		if !known[v] {
			return fault.Unavailable(fmt.Errorf("migration %05d is applied but unknown", v),
				"数据库的结构（%05d）比本程序新，请升级程序后再启动", v)
		}
	}
	return rows.Err()
}

// advisoryLock implements goose's lock.SessionLocker by waiting at the server instead of polling it.
type advisoryLock struct{}

func (advisoryLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "select pg_advisory_lock($1)", int64(migrationLock))
	return err
}

func (advisoryLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "select pg_advisory_unlock($1)", int64(migrationLock))
	return err
}

// lentConn lends a connection that is already in a transaction to database/sql, which goose needs. A transaction begun
// there is a savepoint here, and closing it there leaves it open here.
type lentConn struct{ driver.Conn }

// lend opens a connection of the driver, for database/sql knows no other.
func lend(ctx context.Context, path string) (lentConn, error) {
	ofdLocks()
	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?_dqs=0")
	if err != nil {
		return lentConn{}, err
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return lentConn{}, err
	}
	l := lentConn{conn}
	for _, p := range append(writePragmas[:len(writePragmas):len(writePragmas)], "busy_timeout=60000") {
		if err := l.do("pragma " + p); err != nil {
			return l, errors.Join(err, conn.Close())
		}
	}
	return l, nil
}

func (l lentConn) do(text string) error {
	run, ok := l.Conn.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("sqlite driver: %T cannot exec", l.Conn)
	}
	_, err := run.ExecContext(context.Background(), text, nil)
	return err
}

func (l lentConn) Connect(context.Context) (driver.Conn, error) { return l, nil }
func (l lentConn) Driver() driver.Driver                        { return nil }
func (l lentConn) Close() error                                 { return nil }
func (l lentConn) Begin() (driver.Tx, error)                    { return l, l.do("savepoint migration") }
func (l lentConn) Commit() error                                { return l.do("release migration") }
func (l lentConn) Rollback() error {
	return errors.Join(l.do("rollback to migration"), l.do("release migration"))
}

// CheckNamedValue lets goose's time pass as the text that schema_version keeps.
func (l lentConn) CheckNamedValue(v *driver.NamedValue) error {
	if t, ok := v.Value.(time.Time); ok {
		v.Value = At(t).Text()
		return nil
	}
	return driver.ErrSkip
}
