package staff

import (
	"context"
	"errors"
	"math"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
)

// After this many failures in a row the account is locked, for a minute, then two, four … up to an hour.
const (
	freeFailures = 5
	firstLock    = time.Minute
	longestLock  = time.Hour
)

// ErrLogin is inside the forbidden fault for a wrong login or password. It does not say which of the two.
var ErrLogin = errors.New("wrong login or password")

// Login checks a password and returns the account. Each attempt is counted in a transaction of its own before the password
// is looked at, and the count goes back to zero only when it was right; many attempts at once therefore gain nothing. An
// unknown login takes as long as a wrong password. Returns forbidden, around ErrLogin for a wrong password, around
// ErrDisabled for a right one; while the account is locked, forbidden without looking.
func Login(ctx context.Context, d *db.DB, login, plain string) (Account, error) {
	var a Account
	var p Password
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		a, p, err = attempt(tx, login)
		return err
	})
	if err != nil {
		return Account{}, wrap("log in", err)
	}
	ok, err := p.Matches(ctx, plain)
	if err != nil {
		return Account{}, wrap("log in", err)
	}
	if !ok {
		return Account{}, &fault.Error{Kind: fault.KindForbidden, Format: "登录名或密码不对", Err: ErrLogin}
	}
	if a.Disabled {
		return Account{}, &fault.Error{Kind: fault.KindForbidden, Format: "账号 %s 已停用", Args: []any{a.Login}, Err: ErrDisabled}
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		// the password may have been changed while this one was being checked
		return tx.ExecOne("update staff_account set failed = 0, locked_until = '' where id = ? and password = ? and disabled = 0", a.ID, string(p))
	})
	if err != nil {
		return Account{}, wrap("log in", err)
	}
	a.Failed, a.Locked = 0, db.Time{}
	return a, nil
}

// attempt counts an attempt. The Password of an unknown login matches nothing.
func attempt(tx *db.Tx, login string) (Account, Password, error) {
	a, err := AccountByLogin(tx, login)
	if fault.KindOf(err) == fault.KindNotFound {
		return Account{}, "", nil
	}
	if err != nil {
		return Account{}, "", err
	}
	var failed int
	var p string
	// the row stays locked until the commit, so that attempts at once are counted one after the other
	err = tx.QueryRow(`update staff_account set failed = failed + 1 where id = ? and locked_until <= ? returning failed, password`,
		a.ID, db.At(tx.Now())).Scan(&failed, &p)
	if errors.Is(err, db.ErrNoRows) {
		wait := max(time.Second, a.Locked.Sub(tx.Now()))
		return a, "", fault.Forbidden("尝试次数过多，请在 %d 分钟后再试", int(math.Ceil(wait.Minutes())))
	}
	if err != nil {
		return a, "", err
	}
	err = tx.ExecOne("update staff_account set locked_until = ? where id = ?", db.At(lockUntil(tx.Now(), failed)), a.ID)
	return a, Password(p), err
}

// lockUntil returns the end of the lock after this many failures, the zero time for none.
func lockUntil(now time.Time, failed int) time.Time {
	over := failed - freeFailures
	if over < 0 {
		return time.Time{}
	}
	return now.Add(min(firstLock<<min(over, 10), longestLock))
}
