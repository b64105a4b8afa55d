package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"linli/internal/fault"

	lib "modernc.org/sqlite/lib"
)

// Pragmas of every connection. LIKE is made to tell case, as PostgreSQL does and as an index needs.
var (
	commonPragmas = []string{"busy_timeout=5000", "foreign_keys=on", "case_sensitive_like=on", "temp_store=memory"}
	writePragmas  = append(commonPragmas[:len(commonPragmas):len(commonPragmas)],
		"journal_mode=wal", "synchronous=full", "cache_size=-16000", "journal_size_limit=67108864",
		// 16 MB: a page written many times in the meantime goes into the file once
		"wal_autocheckpoint=4000")
	readPragmas = append(commonPragmas[:len(commonPragmas):len(commonPragmas)],
		"query_only=on", "cache_size=-8000", "mmap_size=67108864")
)

// sqliteEngine is one writer and a few readers on one file.
type sqliteEngine struct {
	path    string
	writer  *writer
	readers chan *sqliteConn // nil entries stand for connections not opened yet
	closing chan struct{}
	once    sync.Once
	closed  error
}

func openSQLite(path string, o Options) (*sqliteEngine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := checkPlace(path); err != nil {
		return nil, err
	}
	conn, err := openConn(path, writePragmas...)
	if err != nil {
		return nil, sqliteOpenFault(path, err)
	}
	// reading the catalogue and taking the write lock once shows a foreign, damaged or protected file now, not at the first case
	for _, probe := range []string{"select count(*) from sqlite_master", "begin immediate", "rollback"} {
		if err := conn.do(probe); err != nil {
			return nil, errors.Join(sqliteOpenFault(path, err), conn.close())
		}
	}
	e := &sqliteEngine{path: path, closing: make(chan struct{})}
	n := o.MaxConns
	if n <= 0 {
		n = 4
	}
	e.readers = make(chan *sqliteConn, n)
	for range n {
		e.readers <- nil
	}
	e.writer = startWriter(conn, e.closing, !o.NoGroupCommits)
	return e, nil
}

func checkPlace(path string) error {
	dir := filepath.Dir(path)
	if st, err := os.Stat(dir); err != nil {
		return fault.Unavailable(err, "数据目录 %s 不存在或无法访问", dir)
	} else if !st.IsDir() {
		return fault.Unavailable(fmt.Errorf("%s is not a folder", dir), "%s 不是目录", dir)
	}
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return fault.Unavailable(fmt.Errorf("%s is a folder", path), "数据库文件 %s 是一个目录", path)
	}
	return nil
}

func (e *sqliteEngine) write(ctx context.Context, now func() time.Time, fn func(*Tx) error) error {
	return e.writer.do(ctx, now, fn)
}

func (e *sqliteEngine) read(ctx context.Context, now func() time.Time, one bool, fn func(*Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	var conn *sqliteConn
	select {
	case conn = <-e.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closing:
		return closed()
	}
	defer func() { e.readers <- conn }()
	if conn == nil {
		if conn, err = openConn(e.path, readPragmas...); err != nil {
			return sqliteOpenFault(e.path, err)
		}
	}
	if one {
		tx := newTx(ctx, now, SQLite, &sqliteSession{conn: conn}, false)
		tx.one = true
		defer tx.end() // also when the closure ends its goroutine
		return tx.run(fn)
	}
	if err := conn.do("begin"); err != nil {
		return sqliteFault(err)
	}
	tx := newTx(ctx, now, SQLite, &sqliteSession{conn: conn}, false)
	// also when the closure ends its goroutine
	defer func() {
		tx.end()
		if end := conn.do("rollback"); err == nil {
			err = sqliteFault(end)
		}
	}()
	return tx.run(fn)
}

func (e *sqliteEngine) stats() Stats {
	return Stats{Writes: e.writer.writes.Load(), Commits: e.writer.commits.Load(), Retries: e.writer.retries.Load()}
}

func (e *sqliteEngine) close() error {
	e.once.Do(func() {
		close(e.closing)
		<-e.writer.stopped
		var errs []error
		for range cap(e.readers) {
			if conn := <-e.readers; conn != nil {
				errs = append(errs, conn.close())
			}
		}
		// the writer goes last, so that its closing folds the log into the file
		e.closed = errors.Join(append(errs, e.writer.conn.close())...)
	})
	return e.closed
}

// sqliteSession implements session inside a transaction of a connection.
type sqliteSession struct {
	conn  *sqliteConn
	wrote bool // a statement ran that may have written
	last  []lastStatement
}

// lastStatement waits for the end of the group.
type lastStatement struct {
	text string
	args []any
}

// lastLimit bounds the memory of a long import; beyond it the statements run early.
const lastLimit = 500

func (s *sqliteSession) execLast(text string, args []any) error {
	for i, a := range args { // what is wrong with one must not come to light in the commit of all
		if _, err := bind(a); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	s.wrote = true
	s.last = append(s.last, lastStatement{text, args})
	if len(s.last) < lastLimit {
		return nil
	}
	return s.finish()
}

// finish runs what was left for the end.
func (s *sqliteSession) finish() error {
	for _, st := range s.last {
		if _, err := s.conn.exec(st.text, st.args); err != nil {
			return fmt.Errorf("%s: %w", short(st.text), sqliteFault(err))
		}
	}
	s.last = s.last[:0]
	return nil
}

func (s *sqliteSession) exec(text string, args []any, one bool) error {
	s.wrote = true
	n, err := s.conn.exec(text, args)
	if err == nil && one && n != 1 {
		return notOne()
	}
	return sqliteFault(err)
}

func (s *sqliteSession) count(text string, args []any) (int64, error) {
	s.wrote = true
	n, err := s.conn.exec(text, args)
	return n, sqliteFault(err)
}

// foresee does nothing: there is no way to save.
func (s *sqliteSession) foresee(string, []any) {}

func (s *sqliteSession) query(text string, args []any) (cursor, error) {
	s.wrote = s.wrote || !strings.HasPrefix(text, "select ")
	c, err := s.conn.query(text, args)
	if err != nil {
		return nil, sqliteFault(err)
	}
	return c, nil
}

// coded is an error of SQLite: our own, and the driver's while a schema is brought up to date.
type coded interface {
	error
	Code() int
}

// sqliteFault gives an error of SQLite its kind. nil stays nil.
func sqliteFault(err error) error {
	var e coded
	if err == nil || fault.As(err) != nil {
		return err
	}
	if !errors.As(err, &e) {
		return internal(err)
	}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return unique(err)
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		return full(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return busy(err)
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_NOMEM:
		return fault.Unavailable(err, "数据库文件读写失败，这次没有保存，请联系管理员")
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fault.Unavailable(err, "数据库文件已损坏，请联系管理员用备份恢复")
	}
	return internal(err)
}

// sqliteCause returns the fault behind an error that made SQLite give up a whole transaction, or nil.
func sqliteCause(err error) error {
	var e coded
	if !errors.As(err, &e) {
		return nil
	}
	return sqliteFault(e)
}

// sqliteOpenFault says what is wrong with a file that does not open.
func sqliteOpenFault(path string, err error) error {
	var e coded
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_NOTADB:
		return fault.Unavailable(err, "文件 %s 不是数据库，请检查路径", path)
	case lib.SQLITE_CORRUPT:
		return fault.Unavailable(err, "数据库文件 %s 已损坏，请用备份恢复", path)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return fault.Unavailable(err, "数据库文件 %s 不可写，请检查文件和所在目录的权限", path)
	case lib.SQLITE_FULL:
		return fault.Unavailable(err, "数据目录 %s 的磁盘空间不足", filepath.Dir(path))
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.Unavailable(err, "数据库文件 %s 正被另一个程序占用", path)
	}
	return fault.Unavailable(err, "数据库文件 %s 无法打开", path)
}
