package db

import (
	"bytes"
	"errors"
	"fmt"

	lib "modernc.org/sqlite/lib"
)

type sqliteStmt struct {
	handle uintptr // 0 for a text without a statement
	params int
}

// do runs a statement without arguments.
func (c *sqliteConn) do(text string) error {
	_, err := c.exec(text, nil)
	return err
}

// exec runs a statement and returns the number of rows it changed. Nothing interrupts it: half a write helps nobody.
func (c *sqliteConn) exec(text string, args []any) (int64, error) {
	s, err := c.begin(text, args)
	if err != nil || s.handle == 0 {
		return 0, err
	}
	rc := int32(lib.SQLITE_ROW)
	for rc == lib.SQLITE_ROW {
		rc = lib.Xsqlite3_step(c.tls, s.handle)
	}
	if rc != lib.SQLITE_DONE {
		err := c.fail(rc)
		c.end(s)
		return 0, err
	}
	changed := lib.Xsqlite3_changes(c.tls, c.db)
	c.end(s)
	return int64(changed), nil
}

// query runs a statement as far as its first row.
func (c *sqliteConn) query(text string, args []any) (*sqliteCursor, error) {
	s, err := c.begin(text, args)
	if err != nil {
		return nil, err
	}
	if s.handle == 0 {
		return nil, errors.New("query without a statement")
	}
	rc := lib.Xsqlite3_step(c.tls, s.handle)
	if rc != lib.SQLITE_ROW && rc != lib.SQLITE_DONE {
		err := c.fail(rc)
		c.end(s)
		return nil, err
	}
	return &sqliteCursor{conn: c, stmt: s, width: int(lib.Xsqlite3_column_count(c.tls, s.handle)), first: true, more: rc == lib.SQLITE_ROW}, nil
}

// begin prepares a statement and binds its arguments.
func (c *sqliteConn) begin(text string, args []any) (*sqliteStmt, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if len(args) != s.params {
		return nil, fmt.Errorf("statement with %d placeholders has %d arguments", s.params, len(args))
	}
	for i, a := range args {
		if err := c.bind(s, int32(i+1), a); err != nil {
			c.end(s)
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return s, nil
}

// end makes a statement ready for its next use. The library keeps the addresses of its arguments, which the next binding replaces
// before anything reads them.
func (c *sqliteConn) end(s *sqliteStmt) {
	lib.Xsqlite3_reset(c.tls, s.handle) // repeats the error of the step
	c.tidy()
}

// bind gives the library one argument.
func (c *sqliteConn) bind(s *sqliteStmt, at int32, arg any) error {
	switch v := arg.(type) {
	case int64:
		return c.check(lib.Xsqlite3_bind_int64(c.tls, s.handle, at, v))
	case int:
		return c.check(lib.Xsqlite3_bind_int64(c.tls, s.handle, at, int64(v)))
	case ID:
		return c.check(lib.Xsqlite3_bind_int64(c.tls, s.handle, at, int64(v)))
	case string:
		if err := storable(v); err != nil {
			return err
		}
		p, err := c.room(len(v) + 1) // one more, for the address of an empty text would be that of NULL
		if err != nil {
			return err
		}
		copy(memory(p, len(v)), v)
		return c.check(lib.Xsqlite3_bind_text(c.tls, s.handle, at, p, int32(len(v)), 0))
	case []byte:
		p, err := c.room(len(v) + 1)
		if err != nil {
			return err
		}
		copy(memory(p, len(v)), v)
		return c.check(lib.Xsqlite3_bind_blob(c.tls, s.handle, at, p, int32(len(v)), 0))
	case nil:
		return c.check(lib.Xsqlite3_bind_null(c.tls, s.handle, at))
	}
	v, err := bind(arg)
	if err != nil {
		return err
	}
	return c.bind(s, at, v)
}

// sqliteCursor implements cursor.
type sqliteCursor struct {
	conn        *sqliteConn
	stmt        *sqliteStmt
	width       int
	first, more bool // more says what the first step found
}

func (c *sqliteCursor) next() (bool, error) {
	if c.first {
		c.first = false
		return c.more, nil
	}
	switch rc := lib.Xsqlite3_step(c.conn.tls, c.stmt.handle); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, sqliteFault(c.conn.fail(rc))
	}
}

func (c *sqliteCursor) columns() int { return c.width }

func (c *sqliteCursor) close() error {
	c.conn.end(c.stmt)
	return nil
}

// scan copies a column. What is asked most is copied without a value in between.
func (c *sqliteCursor) scan(i int, dest any) error {
	switch kind := lib.Xsqlite3_column_type(c.conn.tls, c.stmt.handle, int32(i)); kind {
	case lib.SQLITE_INTEGER:
		n := lib.Xsqlite3_column_int64(c.conn.tls, c.stmt.handle, int32(i))
		switch d := dest.(type) {
		case *int64:
			*d = n
		case *int:
			*d = int(n)
		case *ID:
			*d = ID(n)
		case *bool:
			*d = n != 0
		default:
			return assign(dest, n)
		}
		return nil
	case lib.SQLITE_TEXT:
		text := string(c.bytes(i))
		if d, ok := dest.(*string); ok {
			*d = text
			return nil
		}
		return assign(dest, text)
	case lib.SQLITE_BLOB:
		return assign(dest, bytes.Clone(c.bytes(i)))
	case lib.SQLITE_FLOAT:
		return assign(dest, lib.Xsqlite3_column_double(c.conn.tls, c.stmt.handle, int32(i)))
	default:
		return assign(dest, nil)
	}
}

// bytes is a text or blob where the library keeps it until the next step.
func (c *sqliteCursor) bytes(i int) []byte {
	p := lib.Xsqlite3_column_blob(c.conn.tls, c.stmt.handle, int32(i)) // of a text its UTF-8
	n := lib.Xsqlite3_column_bytes(c.conn.tls, c.stmt.handle, int32(i))
	if p == 0 || n == 0 {
		return nil
	}
	return memory(p, int(n))
}
