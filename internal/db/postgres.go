package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"linli/internal/fault"
)

// Limits that keep anything from waiting for ever.
const (
	connectTimeout   = 5 * time.Second
	acquireTimeout   = 10 * time.Second // for a free connection of the pool
	statementTimeout = 30 * time.Second
	lockTimeout      = 10 * time.Second
	idleTxTimeout    = 60 * time.Second
	attempts         = 6 // of a closure after failures that cannot have committed
)

// postgresEngine is a pool of connections to one server.
type postgresEngine struct {
	pool   *pgxpool.Pool
	config *pgx.ConnConfig // for migrations
	texts  pgTexts

	writes, retries atomic.Int64
}

func openPostgres(ctx context.Context, o Options) (*postgresEngine, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fault.Unavailable(err, "PostgreSQL 连接地址不对")
	}
	timeout := o.StatementTimeout
	if timeout <= 0 {
		timeout = statementTimeout
	}
	c := cfg.ConnConfig
	c.ConnectTimeout = connectTimeout
	// a peer that vanished without a word is noticed within about half a minute
	c.DialFunc = (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 4}}).DialContext
	for name, value := range map[string]string{
		"application_name":                    "linli",
		"timezone":                            "UTC",
		"statement_timeout":                   millis(timeout),
		"lock_timeout":                        millis(lockTimeout),
		"idle_in_transaction_session_timeout": millis(idleTxTimeout),
	} {
		if _, set := c.RuntimeParams[name]; !set { // what the URL says goes first
			c.RuntimeParams[name] = value
		}
	}
	c.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = int32(o.MaxConns)
	}
	e := &postgresEngine{config: c.Copy()}
	if e.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, away(err)
	}
	if err := e.check(ctx); err != nil {
		e.pool.Close()
		return nil, err
	}
	return e, nil
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// check proves that the server answers and speaks UTF-8.
func (e *postgresEngine) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	var encoding string
	if err := e.pool.QueryRow(ctx, "show server_encoding").Scan(&encoding); err != nil {
		return fault.Unavailable(err, "PostgreSQL %s 无法连接", e.config.Host)
	}
	if !strings.EqualFold(encoding, "UTF8") {
		return fault.Unavailable(fmt.Errorf("server_encoding is %s", encoding), "PostgreSQL 数据库的编码是 %s，须为 UTF8", encoding)
	}
	return nil
}

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

func (e *postgresEngine) write(ctx context.Context, now func() time.Time, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		tx, again, err := e.attempt(ctx, now, fn, writing)
		if err == nil {
			e.writes.Add(1)
			for _, hook := range tx.after {
				hook()
			}
			return nil
		}
		if !again || try == attempts || pause(ctx, try) != nil {
			return err
		}
		e.retries.Add(1)
	}
}

func (e *postgresEngine) stats() Stats {
	n := e.writes.Load()
	return Stats{Writes: n, Commits: n, Retries: e.retries.Load()}
}

func (e *postgresEngine) read(ctx context.Context, now func() time.Time, one bool, fn func(*Tx) error) error {
	kind := reading
	if one {
		kind = readingOne
	}
	for try := 1; ; try++ {
		_, again, err := e.attempt(ctx, now, fn, kind)
		if err == nil || !again || try == attempts || pause(ctx, try) != nil {
			return err
		}
	}
}

// What an attempt is for.
const (
	reading = iota
	readingOne
	writing
)

// attempt runs the closure once; again says that nothing was committed and another attempt may succeed.
func (e *postgresEngine) attempt(ctx context.Context, now func() time.Time, fn func(*Tx) error, kind int) (_ *Tx, again bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	s := &pgSession{engine: e, ctx: ctx, write: kind == writing, one: kind == readingOne}
	defer s.release() // also when the closure ends its goroutine
	tx := newTx(ctx, now, PostgreSQL, s, s.write)
	tx.one = s.one
	err = tx.run(fn)
	if err == nil {
		err = s.commit()
	}
	return tx, err != nil && s.retry, err
}

// pause waits a random little, longer at each try, so that two rivals do not meet again.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(1+rand.IntN(5<<try)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SQLSTATE codes that need an answer of their own.
const (
	codeUnique         = "23505"
	codeDivision       = "22012"
	codeSerialization  = "40001"
	codeDeadlock       = "40P01"
	codeStalePlan      = "0A000"
	codeAdminShutdown  = "57P01"
	codeQueryCanceled  = "57014"
	codeLockTimeout    = "55P03"
	codeDiskFull       = "53100"
	classConnection    = "08"
	classResources     = "53"
	classIntervention  = "57"
	messageStalePlan   = "cached plan must not change result type"
	messageOutcomeOpen = "提交时与数据库的连接中断，结果未知；请用同一请求编号重试"
)

// retryable reports an error after which the whole transaction is surely gone and worth another attempt. An
// administrator's shutdown is one: the server says so before it would have reported a commit.
func retryable(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case codeSerialization, codeDeadlock, codeAdminShutdown:
		return true
	case codeStalePlan:
		return strings.Contains(e.Message, messageStalePlan)
	}
	return false
}

// postgresFault gives an error of pgx its kind. nil stays nil.
func postgresFault(err error) error {
	var e *pgconn.PgError
	if err == nil || fault.As(err) != nil {
		return err
	}
	if !errors.As(err, &e) {
		return internal(err)
	}
	switch e.Code {
	case codeUnique:
		return unique(err)
	case codeSerialization, codeDeadlock, codeLockTimeout, codeQueryCanceled:
		return busy(err)
	case codeDiskFull:
		return full(err)
	}
	switch e.Code[:2] {
	case classConnection, classResources, classIntervention:
		return away(err)
	}
	return internal(err)
}
