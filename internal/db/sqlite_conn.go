package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// statementLimit bounds the prepared statements of one connection. When it is reached they are all dropped: the texts in
// steady use are few and come back at once, the rest were built for one search.
const statementLimit = 400

// sqliteConn is one connection, used by one goroutine at a time through the driver's own interfaces: database/sql
// would cost more than SQLite itself for small statements.
type sqliteConn struct {
	conn  driver.Conn
	stmts map[string]*sqliteStmt
	args  []driver.NamedValue // reused by every statement
}

type sqliteStmt struct {
	driver.Stmt
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
}

// ofdLocks keeps a stray open and close of the file by other code in this process from dropping SQLite's locks.
var ofdLocks = sync.OnceFunc(func() {
	_, _ = sqlite.OFDLocking(true) // where there are none, the classical locks do
})

// openConn opens the file and runs the pragmas.
func openConn(path string, pragmas ...string) (*sqliteConn, error) {
	ofdLocks()
	// _dqs=0: a misspelt column in double quotes is an error, not a text
	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?_dqs=0")
	if err != nil {
		return nil, err
	}
	conn, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	c := &sqliteConn{conn: conn, stmts: map[string]*sqliteStmt{}}
	for _, p := range pragmas {
		if err := c.do("pragma " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("pragma %s: %w", p, err), c.close())
		}
	}
	return c, nil
}

func (c *sqliteConn) close() error {
	c.forget()
	return c.conn.Close()
}

func (c *sqliteConn) forget() {
	for text, s := range c.stmts {
		s.Close()
		delete(c.stmts, text)
	}
}

// prepare returns the kept statement of a text.
func (c *sqliteConn) prepare(text string) (*sqliteStmt, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= statementLimit {
		c.forget()
	}
	st, err := c.conn.Prepare(steady(text))
	if err != nil {
		return nil, err
	}
	s := &sqliteStmt{Stmt: st}
	var canExec, canQuery bool
	s.exec, canExec = st.(driver.StmtExecContext)
	s.query, canQuery = st.(driver.StmtQueryContext)
	if !canExec || !canQuery {
		return nil, errors.Join(fmt.Errorf("sqlite driver: %T cannot exec or query", st), st.Close())
	}
	c.stmts[text] = s
	return s, nil
}

// steady keeps the plan of a statement from depending on the number that LIMIT is bound to: SQLite would parse the statement
// again whenever the number is bound, which costs more than most statements take.
func steady(text string) string { return strings.ReplaceAll(text, "limit ?", "limit (? + 0)") }

// do runs a statement without arguments.
func (c *sqliteConn) do(text string) error {
	_, err := c.exec(text, nil)
	return err
}

// exec runs a statement and returns the number of rows it changed.
func (c *sqliteConn) exec(text string, args []any) (int64, error) {
	s, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	if err := c.bind(args); err != nil {
		return 0, err
	}
	// The background context: a cancellation must not interrupt half a write, and the driver would start a goroutine
	// for each statement to watch it.
	res, err := s.exec.ExecContext(context.Background(), c.args)
	if err != nil {
		return 0, err
	}
	if res == nil {
		return 0, nil
	}
	return res.RowsAffected()
}

func (c *sqliteConn) bind(args []any) error {
	c.args = c.args[:0]
	for i, a := range args {
		v, err := bind(a)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return nil
}

func (c *sqliteConn) query(text string, args []any) (*sqliteCursor, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if err := c.bind(args); err != nil {
		return nil, err
	}
	rows, err := s.query.QueryContext(context.Background(), c.args)
	if err != nil {
		return nil, err
	}
	return &sqliteCursor{rows: rows, row: make([]driver.Value, len(rows.Columns()))}, nil
}

// sqliteCursor implements cursor.
type sqliteCursor struct {
	rows driver.Rows
	row  []driver.Value
}

func (c *sqliteCursor) next() (bool, error) {
	switch err := c.rows.Next(c.row); err {
	case nil:
		return true, nil
	case io.EOF:
		return false, nil
	default:
		return false, sqliteFault(err)
	}
}

func (c *sqliteCursor) columns() int                      { return len(c.row) }
func (c *sqliteCursor) value(i int) (driver.Value, error) { return c.row[i], nil }
func (c *sqliteCursor) close() error                      { return sqliteFault(c.rows.Close()) }
