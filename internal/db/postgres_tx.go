package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"linli/internal/fault"
)

// pgSession implements session. Statements without results wait in queue; BEGIN travels with the first of them and
// COMMIT, when nothing needs to be looked at before it, with the last.
type pgSession struct {
	engine *postgresEngine
	ctx    context.Context
	write  bool
	one    bool          // a single select, without BEGIN
	conn   *pgxpool.Conn // nil until the first flush
	begun  bool
	queue  []pgStatement
	ahead  []*foreseen // queries that will follow, and their answers once they were sent
	retry  bool        // the error at hand left nothing behind and may pass
}

type pgStatement struct {
	sql  string
	args []any
	one  bool // exactly one row, or conflict
	safe bool // sql is the guarded text: the server itself refuses
}

const (
	beginWrite = "begin isolation level read committed read write"
	beginRead  = "begin isolation level repeatable read read only"
)

// queueLimit bounds the memory of a long import; beyond it the queue is sent early.
const queueLimit = 500

func (s *pgSession) statement(sql string, args []any, one bool) (pgStatement, error) {
	text := s.engine.texts.get(sql)
	st := pgStatement{sql: text.sql, args: make([]any, len(args)), one: one}
	if one && text.guard != "" {
		st.sql, st.safe = text.guard, true
	}
	for i, a := range args {
		v, err := bind(a)
		if err != nil {
			return st, fmt.Errorf("argument %d: %w", i+1, err)
		}
		st.args[i] = v
	}
	return st, nil
}

func (s *pgSession) exec(sql string, args []any, one bool) error {
	st, err := s.statement(sql, args, one)
	if err != nil {
		return err
	}
	s.queue = append(s.queue, st)
	s.written()
	if len(s.queue) >= queueLimit {
		return s.flush()
	}
	return nil
}

func (s *pgSession) execLast(sql string, args []any) error { return s.exec(sql, args, false) }

func (s *pgSession) count(sql string, args []any) (int64, error) {
	st, err := s.statement(sql, args, false)
	if err != nil {
		return 0, err
	}
	s.written()
	br, err := s.send(st)
	if err != nil {
		return 0, err
	}
	tag, err := br.Exec()
	return tag.RowsAffected(), s.fault(first(err, br.Close()))
}

func (s *pgSession) query(sql string, args []any) (cursor, error) {
	st, err := s.statement(sql, args, false)
	if err != nil {
		return nil, err
	}
	if f := s.foreknown(st); f != nil {
		return &keptCursor{session: s, foreseen: f, at: -1}, nil
	}
	if !strings.HasPrefix(sql, "select ") {
		s.written()
	}
	br, err := s.send(append(s.unasked(), st)...)
	if err != nil {
		return nil, err
	}
	if err := s.keep(br); err != nil {
		return nil, s.fault(first(err, br.Close()))
	}
	rows, err := br.Query()
	if err != nil {
		return nil, s.fault(first(err, br.Close()))
	}
	return &pgCursor{session: s, rows: rows, batch: br}, nil
}

// flush sends the queue and checks what came of it.
func (s *pgSession) flush() error {
	if len(s.queue) == 0 {
		return nil
	}
	br, err := s.send()
	if err != nil {
		return err
	}
	return s.fault(br.Close())
}

// send sends BEGIN if it is due, the queue, and last, and reads all results but that of last.
func (s *pgSession) send(last ...pgStatement) (pgx.BatchResults, error) {
	if err := s.acquire(); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	if !s.begun && !s.one {
		s.begun = true
		if s.write {
			batch.Queue(beginWrite)
		} else {
			batch.Queue(beginRead)
		}
	}
	begins := batch.Len()
	queue := s.queue
	s.queue = s.queue[:0]
	for _, st := range queue {
		batch.Queue(st.sql, st.args...)
	}
	for _, st := range last {
		batch.Queue(st.sql, st.args...)
	}
	// A write that has begun is not cut off half-way, and cutting off a read would cost the connection; the server's
	// statement timeout bounds both.
	br := s.conn.SendBatch(context.WithoutCancel(s.ctx), batch)
	for range begins {
		if _, err := br.Exec(); err != nil {
			return nil, s.fault(first(err, br.Close()))
		}
	}
	for _, st := range queue {
		if err := s.settle(br, st); err != nil {
			br.Close()
			return nil, err
		}
	}
	return br, nil
}

// settle reads the result of one queued statement.
func (s *pgSession) settle(br pgx.BatchResults, st pgStatement) error {
	tag, err := br.Exec()
	var e *pgconn.PgError
	switch {
	case st.safe && errors.As(err, &e) && e.Code == codeDivision:
		return notOne()
	case err != nil:
		return fmt.Errorf("%s: %w", short(st.sql), s.fault(err))
	case st.one && !st.safe && tag.RowsAffected() != 1:
		return notOne()
	}
	return nil
}

// acquire takes a connection, waiting neither for ever nor after the caller has gone.
func (s *pgSession) acquire() error {
	if s.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, acquireTimeout)
	defer cancel()
	conn, err := s.engine.pool.Acquire(ctx)
	switch {
	case err == nil:
		s.conn = conn
		return nil
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return busy(err)
	}
	return away(err)
}

// commit ends the transaction. A closure that ran no statement costs nothing.
func (s *pgSession) commit() error {
	if s.write && s.mustLook() {
		if err := s.flush(); err != nil {
			return err
		}
	}
	if !s.begun && len(s.queue) == 0 {
		return nil
	}
	br, err := s.send(pgStatement{sql: "commit"})
	if err != nil {
		return s.unknown(err)
	}
	tag, err := br.Exec()
	if err = first(err, br.Close()); err != nil {
		return s.unknown(s.fault(err))
	}
	if tag.String() != "COMMIT" {
		return internal(fmt.Errorf("commit answered %s", tag))
	}
	s.begun = false
	return nil
}

// mustLook reports whether a queued statement can only be judged by its result, before the commit.
func (s *pgSession) mustLook() bool {
	for _, st := range s.queue {
		if st.one && !st.safe {
			return true
		}
	}
	return false
}

// unknown corrects the fault of a batch that held the commit: when the connection broke, and not because the server
// said no, nobody can tell whether it was committed, and running the closure again could do it twice.
func (s *pgSession) unknown(err error) error {
	var e *pgconn.PgError
	if !s.write || s.conn == nil || !s.conn.Conn().IsClosed() || pgconn.SafeToRetry(err) {
		return err
	}
	if errors.As(err, &e) && e.Code == codeAdminShutdown {
		return err
	}
	s.retry = false
	return fault.Unavailable(err, messageOutcomeOpen)
}

// fault gives an error its kind and notes whether another attempt may help.
func (s *pgSession) fault(err error) error {
	if err == nil {
		return nil
	}
	var e *pgconn.PgError
	s.retry = retryable(err)
	if !errors.As(err, &e) && s.conn != nil && s.conn.Conn().IsClosed() {
		s.retry = true // the connection broke; unknown looks whether a commit was under way
		return away(err)
	}
	return postgresFault(err)
}

// first returns the earlier of two errors: the later one of a batch repeats it.
func first(err, later error) error {
	if err != nil {
		return err
	}
	return later
}

// release rolls back what was not committed and gives the connection back.
func (s *pgSession) release() {
	if s.conn == nil {
		return
	}
	if s.begun && !s.conn.Conn().IsClosed() {
		// when this fails the pool sees the open transaction and drops the connection
		_, _ = s.conn.Exec(context.WithoutCancel(s.ctx), "rollback")
	}
	s.conn.Release()
	s.conn = nil
}

// pgCursor implements cursor.
type pgCursor struct {
	session *pgSession
	rows    pgx.Rows
	batch   pgx.BatchResults
}

func (c *pgCursor) next() (bool, error) {
	if c.rows.Next() {
		return true, nil
	}
	return false, c.session.fault(c.rows.Err())
}

func (c *pgCursor) columns() int { return len(c.rows.FieldDescriptions()) }

func (c *pgCursor) scan(i int, dest any) error {
	v, err := decode(c.session.conn.Conn().TypeMap(), c.rows.FieldDescriptions()[i], c.rows.RawValues()[i])
	if err != nil {
		return err
	}
	return assign(dest, v)
}

func (c *pgCursor) close() error {
	c.rows.Close()
	return c.session.fault(first(c.rows.Err(), c.batch.Close()))
}
