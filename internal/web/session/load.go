package session

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
)

// Current is the login or token by which a request came.
type Current struct {
	ID         db.ID
	MustChange bool     // the password has to be changed before anything else
	Token      bool     // a bearer token, not a login
	Scopes     []string // of a token
}

type contextKey struct{}

// carried is what Load puts into the context of a request.
type carried struct {
	actor   staff.Actor
	current Current
	refused error // why a bearer token was not accepted
}

// Actor returns who makes the request; the zero Actor when nobody is logged in.
func Actor(r *http.Request) staff.Actor { return From(r.Context()) }

// From is Actor for a context.
func From(ctx context.Context) staff.Actor { return carriedBy(ctx).actor }

// Of returns the login or token of the request.
func Of(ctx context.Context) Current { return carriedBy(ctx).current }

// Allows reports whether the request may do what the scope names: a login may do whatever its account may, a token only
// what its scopes name, or everything with the scope "all".
func Allows(ctx context.Context, scope string) bool {
	c := carriedBy(ctx)
	if c.actor.IsZero() {
		return false
	}
	if !c.current.Token {
		return true
	}
	for _, s := range c.current.Scopes {
		if s == scope || s == AllScopes {
			return true
		}
	}
	return false
}

// With returns a context in which the actor makes the request, for work that comes by no request.
func With(ctx context.Context, a staff.Actor) context.Context {
	return context.WithValue(ctx, contextKey{}, carried{actor: a})
}

func carriedBy(ctx context.Context) carried {
	c, _ := ctx.Value(contextKey{}).(carried)
	return c
}

// errUnknown is inside what find returns for a secret that is no longer, or never was, anybody's.
var errUnknown = errors.New("unknown or expired secret")

// Load finds out who makes the request and passes it on, with nobody when there is no valid credential; RequireRole refuses
// those. A cookie that is no longer good is taken away. Without the database the request is denied as unavailable.
func (s *Sessions) Load(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, token := bearer(r)
		if !token {
			cookie, err := r.Cookie(s.cookieName(r))
			if err != nil || cookie.Value == "" {
				next.ServeHTTP(w, r)
				return
			}
			secret = cookie.Value
		}
		var c carried
		e, renewed, err := s.find(r.Context(), secret, token)
		switch {
		case err == nil:
			c = carried{actor: e.actor, current: e.current}
			if renewed.secret != "" {
				s.setCookie(w, r, renewed.secret, renewed.left)
			}
		case errors.Is(err, errUnknown) || errors.Is(err, staff.ErrDisabled):
			if token {
				c.refused = err
			} else {
				s.setCookie(w, r, "", 0)
			}
		default:
			s.o.Deny(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, c)))
	})
}

func bearer(r *http.Request) (secret string, ok bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), strings.EqualFold(scheme, "Bearer")
}

// renewal is the new secret of a login and the time it has left; "" when it was not renewed.
type renewal struct {
	secret string
	left   time.Duration
}

// find returns the entry of a secret as of a moment after the call.
func (s *Sessions) find(ctx context.Context, secret string, token bool) (e *entry, renewed renewal, err error) {
	version, now, err := s.gate.ask(ctx)
	if err != nil {
		return nil, renewal{}, wrap("ask for version of staff", err)
	}
	hash := hashOf(secret)
	s.mu.RLock()
	e = s.kept[hash]
	s.mu.RUnlock()
	if e == nil || e.current.Token != token || e.version != version || s.over(e, now) {
		if e, renewed.secret, err = s.reload(ctx, hash, token); err != nil {
			s.forget(hash)
			return nil, renewal{}, err
		}
		renewed.left = e.ends.Sub(now)
	}
	s.touch(ctx, e, now)
	return e, renewed, nil
}

// over reports whether the entry ran out. Another process may have seen a later use, so the database has the last word.
func (s *Sessions) over(e *entry, now time.Time) bool {
	return !now.Before(e.ends) || !e.current.Token && now.Sub(e.lastSeen()) >= s.o.Idle
}

// reload reads the entry afresh, and renews a login whose account may do something else than when its secret was made.
func (s *Sessions) reload(ctx context.Context, hash secretHash, token bool) (*entry, string, error) {
	var e *entry
	var stale *loginRow
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if token {
			e, err = s.readToken(tx, hash)
			return err
		}
		e, stale, err = s.readLogin(tx, hash)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	renewed := ""
	if stale != nil {
		if renewed, err = s.renew(ctx, *stale, hash); err != nil {
			return nil, "", err
		}
		if renewed != "" {
			s.keep(hashOf(renewed), e)
		}
		return e, renewed, nil // the former secret is soon over, so it is not kept
	}
	s.keep(hash, e)
	return e, "", nil
}

const keptLimit = 20000

func (s *Sessions) keep(hash secretHash, e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= keptLimit {
		clear(s.kept)
	}
	s.kept[hash] = e
}

func (s *Sessions) forget(hash secretHash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, hash)
}

// How often the last use is written down.
const (
	loginTouch = time.Minute
	tokenTouch = time.Hour
)

// touch notes the last use, coarsely. That it cannot be written is no reason to refuse the request.
func (s *Sessions) touch(ctx context.Context, e *entry, now time.Time) {
	every, statement := min(loginTouch, s.o.Idle/10), "update session_login set seen_at = ? where id = ? and seen_at < ?"
	if e.current.Token {
		every, statement = tokenTouch, "update session_token set seen_at = ? where id = ? and seen_at < ?"
	}
	if !e.due(now, every) {
		return
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		return tx.Exec(statement, db.At(now), e.current.ID, db.At(now))
	})
	if err != nil {
		slog.WarnContext(ctx, "last use of a login was not noted", "error", err)
	}
}

// unknown is what a bad cookie and a bad token are alike to the outside.
func unknown(format string, args ...any) error {
	return &fault.Error{Kind: fault.KindForbidden, Format: format, Args: args, Err: errUnknown}
}
