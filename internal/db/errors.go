package db

import (
	"errors"
	"fmt"
	"runtime/debug"

	"linli/internal/fault"
)

// ErrNoRows is what QueryRow(…).Scan returns when the query gave no row.
var ErrNoRows = errors.New("no rows")

// errClosed is the cause of a fault from a database that was closed.
var errClosed = errors.New("database is closed")

// uniqueError marks a violated unique index or primary key.
type uniqueError struct{ err error }

func (e *uniqueError) Error() string { return e.err.Error() }
func (e *uniqueError) Unwrap() error { return e.err }

// IsUnique reports whether err comes from a violated unique index or primary key.
func IsUnique(err error) bool {
	var u *uniqueError
	return errors.As(err, &u)
}

func unique(err error) error {
	return &fault.Error{Kind: fault.KindConflict, Format: "同样的记录已经存在", Err: &uniqueError{err}}
}

// errNotOne is the cause of the conflict which ExecOne reports.
var errNotOne = errors.New("guarded statement did not change exactly one row")

func notOne() error {
	return &fault.Error{Kind: fault.KindConflict, Format: "已被他人先行办理，请刷新后再试", Err: errNotOne}
}

// IsStale reports whether err comes from an ExecOne that did not find its row as expected.
func IsStale(err error) bool { return errors.Is(err, errNotOne) }

func closed() error { return fault.Unavailable(errClosed, "系统正在停止") }

func away(err error) error {
	return fault.Unavailable(err, "数据库暂时不可用，请稍后再试")
}

func full(err error) error {
	return fault.Unavailable(err, "磁盘空间不足，这次没有保存，请联系管理员")
}

func busy(err error) error { return fault.Unavailable(err, "系统繁忙，请稍后再试") }

func internal(err error) error { return fault.Internal(err, "系统内部错误") }

// guardPanic runs fn and turns a panic into an internal fault that carries the stack.
func guardPanic(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = internal(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return fn()
}
