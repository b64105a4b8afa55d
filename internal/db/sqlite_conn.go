package db

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// statementLimit bounds the prepared statements of one connection. When it is reached they are all dropped: the texts in
// steady use are few and come back at once, the rest were built for one search.
const statementLimit = 400

// sqliteConn is one connection, used by one goroutine at a time, so that the library takes no lock of its own. It calls the
// library itself: the driver for database/sql makes names and types of columns, and copies of all texts, afresh for every
// statement, which for small statements costs more than SQLite does.
type sqliteConn struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]*sqliteStmt
	mem   block   // for the arguments of the statement at hand
	full  []block // before mem was made larger
	out   uintptr // memory for what the library makes: a handle, and the end of a text
}

// sqliteError is what the library says went wrong.
type sqliteError struct {
	code int // extended
	text string
}

func (e *sqliteError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }
func (e *sqliteError) Code() int     { return e.code }

// ofdLocks keeps a stray open and close of the file by other code in this process from dropping SQLite's locks.
var ofdLocks = sync.OnceFunc(func() {
	_, _ = sqlite.OFDLocking(true) // where there are none, the classical locks do
})

// openConn opens the file and runs the pragmas.
func openConn(path string, pragmas ...string) (*sqliteConn, error) {
	ofdLocks()
	c := &sqliteConn{tls: libc.NewTLS(), stmts: map[string]*sqliteStmt{}}
	if c.out = libc.Xcalloc(c.tls, 2, 8); c.out == 0 {
		return nil, outOfMemory
	}
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	rc := lib.Xsqlite3_open_v2(c.tls, name, c.out, lib.SQLITE_OPEN_READWRITE|lib.SQLITE_OPEN_CREATE|lib.SQLITE_OPEN_NOMUTEX, 0)
	libc.Xfree(c.tls, name)
	c.db = *word(c.out)
	if rc != lib.SQLITE_OK {
		return nil, errors.Join(c.fail(rc), c.close())
	}
	lib.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	// a misspelt column in double quotes is an error, not a text
	for _, op := range []int32{lib.SQLITE_DBCONFIG_DQS_DDL, lib.SQLITE_DBCONFIG_DQS_DML} {
		if err := c.configure(op, 0); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	for _, p := range pragmas {
		if err := c.do("pragma " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("pragma %s: %w", p, err), c.close())
		}
	}
	return c, nil
}

// configure switches an option of the connection.
func (c *sqliteConn) configure(op, value int32) error {
	return c.check(lib.Xsqlite3_db_config(c.tls, c.db, op, libc.VaList(c.out, value, uintptr(0))))
}

func (c *sqliteConn) close() error {
	c.forget()
	rc := lib.Xsqlite3_close_v2(c.tls, c.db)
	c.db = 0
	err := c.check(rc)
	for _, b := range append(c.full, c.mem) {
		libc.Xfree(c.tls, b.at)
	}
	libc.Xfree(c.tls, c.out)
	c.tls.Close()
	return err
}

func (c *sqliteConn) forget() {
	for text, s := range c.stmts {
		lib.Xsqlite3_finalize(c.tls, s.handle)
		delete(c.stmts, text)
	}
}

func (c *sqliteConn) check(rc int32) error {
	if rc == lib.SQLITE_OK {
		return nil
	}
	return c.fail(rc)
}

// fail makes an error of a result, with the library's own words for it.
func (c *sqliteConn) fail(rc int32) error {
	text := libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))
	if c.db == 0 {
		return &sqliteError{int(rc), text}
	}
	if more := libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db)); more != text {
		text += ": " + more
	}
	return &sqliteError{int(rc), text}
}

// prepare returns the kept statement of a text.
func (c *sqliteConn) prepare(text string) (*sqliteStmt, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= statementLimit {
		c.forget()
	}
	sql, err := libc.CString(steady(text))
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, sql)
	rc := lib.Xsqlite3_prepare_v3(c.tls, c.db, sql, -1, lib.SQLITE_PREPARE_PERSISTENT, c.out, c.out+8)
	if rc != lib.SQLITE_OK {
		return nil, c.fail(rc)
	}
	s := &sqliteStmt{handle: *word(c.out)}
	if rest := strings.TrimSpace(libc.GoString(*word(c.out + 8))); rest != "" {
		lib.Xsqlite3_finalize(c.tls, s.handle)
		return nil, fmt.Errorf("one statement at a time, and not also %q", short(rest))
	}
	s.params = int(lib.Xsqlite3_bind_parameter_count(c.tls, s.handle))
	c.stmts[text] = s
	return s, nil
}

// steady keeps the plan of a statement from depending on the number that LIMIT is bound to: SQLite would parse the statement
// again whenever the number is bound, which costs more than most statements take.
func steady(text string) string { return strings.ReplaceAll(text, "limit ?", "limit (? + 0)") }

// A block is memory of the library, which may not be shown Go's own.
type block struct {
	at         uintptr
	size, used int
}

// Of a connection's blocks one of this size stays, whatever a large argument needed.
const blockSize = 64 << 10

// room finds memory for n bytes until the statement ends.
func (c *sqliteConn) room(n int) (uintptr, error) {
	if c.mem.used+n > c.mem.size {
		size := max(blockSize, n)
		at := libc.Xmalloc(c.tls, types.Size_t(size))
		if at == 0 {
			return 0, outOfMemory
		}
		if c.mem.at != 0 {
			c.full = append(c.full, c.mem)
		}
		c.mem = block{at: at, size: size}
	}
	at := c.mem.at + uintptr(c.mem.used)
	c.mem.used += n
	return at, nil
}

// tidy takes the room back.
func (c *sqliteConn) tidy() {
	c.mem.used = 0
	for len(c.full) > 0 {
		libc.Xfree(c.tls, c.mem.at)
		c.mem, c.full = c.full[len(c.full)-1], c.full[:len(c.full)-1]
		c.mem.used = 0
	}
	if c.mem.size > blockSize {
		libc.Xfree(c.tls, c.mem.at)
		c.mem = block{}
	}
}

var outOfMemory = &sqliteError{lib.SQLITE_NOMEM, "out of memory"}

// word and memory are what lies at an address of the library's.
func word(at uintptr) *uintptr        { return *(**uintptr)(unsafe.Pointer(&at)) }
func memory(at uintptr, n int) []byte { return unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), n) }
