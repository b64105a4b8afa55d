package session

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
)

// AllScopes lets a token do whatever its account may.
const AllScopes = "all"

// longestToken is how far ahead a token may end.
const longestToken = 366 * 24 * time.Hour

// A Token (令牌) is what a program logs in with, on behalf of an account.
type Token struct {
	ID      db.ID
	Account db.ID
	Name    string // what it is for
	Prefix  string // its first characters
	Scopes  []string
	Created db.Time
	Ends    db.Time
	Seen    db.Time // to an hour
}

// NewToken makes a token for the account. The plain text is returned this once. Returns invalid without a name or scopes, or
// for an end that is past or more than a year ahead.
func NewToken(tx *db.Tx, by staff.Actor, account db.ID, name string, scopes []string, ends time.Time) (plain string, t Token, err error) {
	now := tx.Now()
	scopeWords := strings.Join(scopes, " ")
	switch {
	case name == "" || strings.TrimSpace(name) != name || utf8.RuneCountInString(name) > 80:
		return "", t, fault.Invalid("name", "请写明令牌的用途，不超过 80 字")
	case len(scopes) == 0 || len(strings.Fields(scopeWords)) != len(scopes):
		return "", t, fault.Invalid("scopes", "请至少选择一项权限")
	case !ends.After(now) || ends.After(now.Add(longestToken)):
		return "", t, fault.Invalid("ends", "令牌的有效期最长一年")
	}
	if _, err := staff.AccountOf(tx, account); err != nil {
		return "", t, err
	}
	plain = "linli_" + newSecret()
	t = Token{ID: db.NewID(), Account: account, Name: name, Prefix: plain[:12], Scopes: scopes, Created: db.At(now), Ends: db.At(ends)}
	hash := hashOf(plain)
	err = tx.Exec(`insert into session_token (id, hash, prefix, account, name, scopes, created_at, ends_at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, hash[:], t.Prefix, account, name, scopeWords, t.Created, t.Ends)
	if err != nil {
		return "", t, wrap("store token", err)
	}
	return plain, t, record(tx, by.AuditName(), "new-token", "account:"+account.String())
}

// Tokens returns the tokens of an account, the latest first.
func Tokens(tx *db.Tx, account db.ID) ([]Token, error) {
	list, err := db.Select(tx, func(r *db.Rows) (t Token, err error) {
		var scopes string
		err = r.Scan(&t.ID, &t.Account, &t.Name, &t.Prefix, &scopes, &t.Created, &t.Ends, &t.Seen)
		t.Scopes = strings.Fields(scopes)
		return t, err
	}, "select id, account, name, prefix, scopes, created_at, ends_at, seen_at from session_token where account = ? order by id desc", account)
	return list, wrap("list tokens", err)
}

// RevokeToken ends a token of the account from the next request on. Returns notfound.
func RevokeToken(tx *db.Tx, by staff.Actor, account, id db.ID) error {
	n, err := tx.ExecCount("delete from session_token where id = ? and account = ?", id, account)
	if err != nil {
		return wrap("revoke token", err)
	}
	if n == 0 {
		return fault.NotFound("没有这个令牌")
	}
	if err := staff.Raise(tx); err != nil {
		return err
	}
	return record(tx, by.AuditName(), "revoke-token", "account:"+account.String())
}

func (s *Sessions) readToken(tx *db.Tx, hash secretHash) (*entry, error) {
	var id, account db.ID
	var scopes string
	var ends, seen db.Time
	err := tx.QueryRow("select id, account, scopes, ends_at, seen_at from session_token where hash = ?", hash[:]).
		Scan(&id, &account, &scopes, &ends, &seen)
	if errors.Is(err, db.ErrNoRows) {
		return nil, unknown("令牌无效")
	}
	if err != nil {
		return nil, wrap("read token", err)
	}
	if !tx.Now().Before(ends.Time) {
		return nil, unknown("令牌已于 %s 到期", ends.Text())
	}
	_, actor, version, err := readActor(tx, account, staff.ViaAPI)
	if err != nil {
		return nil, err
	}
	return &entry{version: version, actor: actor, current: Current{ID: id, Token: true, Scopes: strings.Fields(scopes)},
		ends: ends.Time, seen: seen.Time}, nil
}
