package session

import (
	"context"
	"errors"
	"net/http"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
)

// grace is how long the former secret of a renewed login stays good.
const grace = 30 * time.Second

// A Login (登录) is a browser in which somebody has logged in.
type Login struct {
	ID      db.ID
	Account db.ID
	Created db.Time
	Seen    db.Time // to a minute
	Ends    db.Time // at the latest
	Agent   string  // what the browser says it is
	Address string
}

// Login checks the password and gives the browser a new secret; one that it had is over. The account says whether the
// password must be changed. Returns what staff.Login returns.
func (s *Sessions) Login(w http.ResponseWriter, r *http.Request, login, password string) (staff.Account, error) {
	a, err := staff.Login(r.Context(), s.db, login, password)
	if err != nil {
		return a, err
	}
	return a, s.begin(w, r, a)
}

// ChangePassword lets the actor of the request change his password: the old one is asked for again, all his logins end,
// and this browser gets a new one.
func (s *Sessions) ChangePassword(w http.ResponseWriter, r *http.Request, old, next string) error {
	by := Actor(r)
	if by.IsZero() || Of(r.Context()).Token {
		return errAnonymous
	}
	if old == next {
		return fault.Invalid("password", "新密码不能和旧密码一样")
	}
	if _, err := staff.Login(r.Context(), s.db, by.Login, old); err != nil {
		return err
	}
	p, err := staff.NewPassword(r.Context(), by.Login, next)
	if err != nil {
		return err
	}
	var a staff.Account
	err = s.db.Write(r.Context(), func(tx *db.Tx) (err error) {
		if err := staff.SetPassword(tx, by, by.Account, p, false); err != nil {
			return err
		}
		if err := tx.Exec("delete from session_login where account = ?", by.Account); err != nil {
			return err
		}
		a, err = staff.AccountOf(tx, by.Account)
		return err
	})
	if err != nil {
		return wrap("change password", err)
	}
	return s.begin(w, r, a)
}

// begin stores a new login for the account and sets the cookie.
func (s *Sessions) begin(w http.ResponseWriter, r *http.Request, a staff.Account) error {
	secret := newSecret()
	hash := hashOf(secret)
	former, _ := s.cookie(r)
	err := s.db.Write(r.Context(), func(tx *db.Tx) error {
		if former != nil {
			n, err := tx.ExecCount("delete from session_login where hash = ?", former)
			if err != nil {
				return err
			}
			if n > 0 {
				if err := staff.Raise(tx); err != nil {
					return err
				}
			}
		}
		now := tx.Now()
		id := db.NewID()
		err := tx.Exec(`insert into session_login (id, hash, old_hash, account, epoch, created_at, seen_at, ends_at, agent, address)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, hash[:], []byte{}, a.ID, a.Epoch, db.At(now), db.At(now), db.At(now.Add(s.o.Absolute)), short(r.UserAgent()), address(r))
		if err != nil {
			return err
		}
		return record(tx, a.ID.String(), "login", "login:"+id.String())
	})
	if err != nil {
		return wrap("begin login", err)
	}
	s.setCookie(w, r, secret, s.o.Absolute)
	return nil
}

func (s *Sessions) cookie(r *http.Request) (hash []byte, ok bool) {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil || c.Value == "" {
		return nil, false
	}
	h := hashOf(c.Value)
	return h[:], true
}

// Logout ends the login of the request and takes the cookie away. Without a login it does nothing.
func (s *Sessions) Logout(w http.ResponseWriter, r *http.Request) error {
	hash, ok := s.cookie(r)
	if !ok {
		return nil
	}
	err := s.db.Write(r.Context(), func(tx *db.Tx) error {
		n, err := tx.ExecCount("delete from session_login where hash = ? or old_hash = ?", hash, hash)
		if err != nil || n == 0 {
			return err
		}
		return staff.Raise(tx)
	})
	if err != nil {
		return wrap("log out", err)
	}
	s.setCookie(w, r, "", 0)
	return nil
}

// Logins returns the logins of an account that have not ended, the latest first.
func (s *Sessions) Logins(tx *db.Tx, account db.ID) ([]Login, error) {
	now := tx.Now()
	list, err := db.Select(tx, func(r *db.Rows) (l Login, err error) {
		err = r.Scan(&l.ID, &l.Account, &l.Created, &l.Seen, &l.Ends, &l.Agent, &l.Address)
		return l, err
	}, `select id, account, created_at, seen_at, ends_at, agent, address from session_login
		where account = ? and ends_at > ? and seen_at > ? order by id desc`, account, db.At(now), db.At(now.Add(-s.o.Idle)))
	return list, wrap("list logins", err)
}

// Revoke ends one login of the account, or all of them with the zero id, from the next request on.
func (s *Sessions) Revoke(tx *db.Tx, by staff.Actor, account, id db.ID) error {
	n, err := tx.ExecCount("delete from session_login where account = ? and (id = ? or cast(? as bigint) = 0)", account, id, id)
	if err != nil {
		return wrap("revoke login", err)
	}
	if n == 0 && !id.IsZero() {
		return fault.NotFound("没有这个登录，可能已经退出")
	}
	if err := staff.Raise(tx); err != nil {
		return err
	}
	return record(tx, by.AuditName(), "revoke-login", "account:"+account.String())
}

// Sweep forgets logins and tokens that have ended, some thousand at a time, and returns how many; call again until 0.
func (s *Sessions) Sweep(tx *db.Tx) (int64, error) {
	now := db.At(tx.Now())
	logins, err := tx.ExecCount(`delete from session_login where id in (select id from session_login where ends_at <= ? order by ends_at limit 5000)`, now)
	if err != nil {
		return 0, wrap("sweep logins", err)
	}
	tokens, err := tx.ExecCount(`delete from session_token where id in (select id from session_token where ends_at <= ? limit 5000)`, now)
	return logins + tokens, wrap("sweep tokens", err)
}

// loginRow is a row of session_login as far as renewing goes.
type loginRow struct {
	id    db.ID
	epoch int64 // which the account has now
}

// readLogin reads the login of a secret, or of one that was renewed a moment ago. A loginRow means: to be renewed.
func (s *Sessions) readLogin(tx *db.Tx, hash secretHash) (*entry, *loginRow, error) {
	var id, account db.ID
	var epoch int64
	var created, seen, ends db.Time
	var current bool
	now := tx.Now()
	err := tx.QueryRow(`select id, account, epoch, created_at, seen_at, ends_at, case when hash = ? then 1 else 0 end
		from session_login where hash = ? or (old_hash = ? and old_until > ?)`,
		hash[:], hash[:], hash[:], db.At(now)).Scan(&id, &account, &epoch, &created, &seen, &ends, &current)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil, unknown("登录已失效，请重新登录")
	}
	if err != nil {
		return nil, nil, wrap("read login", err)
	}
	if !now.Before(ends.Time) || now.Sub(seen.Time) >= s.o.Idle {
		return nil, nil, unknown("登录已过期，请重新登录")
	}
	a, actor, version, err := readActor(tx, account, staff.ViaPage)
	if err != nil {
		return nil, nil, err
	}
	if created.Before(a.PasswordAt.Time) {
		return nil, nil, unknown("密码已修改，请重新登录")
	}
	e := &entry{version: version, actor: actor, current: Current{ID: id, MustChange: a.MustChange}, ends: ends.Time, seen: seen.Time}
	if current && epoch != a.Epoch {
		return e, &loginRow{id, a.Epoch}, nil
	}
	if !current {
		e.ends = earlier(e.ends, now) // good for this request; the next asks again
	}
	return e, nil, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// renew replaces the secret of a login, unless another request just did, and returns the new one or "".
func (s *Sessions) renew(ctx context.Context, l loginRow, hash secretHash) (string, error) {
	secret := newSecret()
	next := hashOf(secret)
	var n int64
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.ExecCount("update session_login set hash = ?, old_hash = ?, old_until = ?, epoch = ? where id = ? and hash = ?",
			next[:], hash[:], db.At(tx.Now().Add(grace)), l.epoch, l.id, hash[:])
		return err
	})
	if err != nil {
		return "", wrap("renew login", err)
	}
	if n == 0 {
		return "", nil
	}
	return secret, nil
}

// readActor loads account and actor with the version of the staff in the same snapshot.
func readActor(tx *db.Tx, account db.ID, via string) (staff.Account, staff.Actor, staff.Version, error) {
	version, err := staff.CurrentVersion(tx)
	if err != nil {
		return staff.Account{}, staff.Actor{}, version, err
	}
	a, err := staff.AccountOf(tx, account)
	if err != nil {
		return a, staff.Actor{}, version, err
	}
	actor, err := a.Actor(tx, via)
	return a, actor, version, err
}

func record(tx *db.Tx, actor, verb, subject string) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: actor, Verb: verb, Subject: subject})
}
