package session

import (
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"linli/internal/db"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Options say how long logins last and what happens to those who have none.
type Options struct {
	Idle       time.Duration // a login ends after this long without a request; 0 means 30 min
	Absolute   time.Duration // and in any case after this long; 0 means 12 h
	TLSInFront bool          // a proxy in front speaks TLS, so cookies are Secure although requests arrive without
	LoginPage  string        // where RequireRole sends a browser that is not logged in; "" refuses it like any other
	// Deny answers a request that is refused; nil writes the sentence as plain text.
	Deny func(w http.ResponseWriter, r *http.Request, err error)
}

// Sessions looks after logins and tokens. It is safe for concurrent use.
type Sessions struct {
	db   *db.DB
	o    Options
	gate gate
	mu   sync.RWMutex
	kept map[secretHash]*entry
}

// New returns the sessions in d.
func New(d *db.DB, o Options) *Sessions {
	if o.Idle <= 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Absolute <= 0 {
		o.Absolute = 12 * time.Hour
	}
	if o.Deny == nil {
		o.Deny = denyPlain
	}
	return &Sessions{db: d, o: o, gate: gate{db: d}, kept: map[secretHash]*entry{}}
}

type secretHash [sha256.Size]byte

func hashOf(secret string) secretHash { return sha256.Sum256([]byte(secret)) }

// newSecret returns 32 random bytes as 43 characters.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Sessions) cookieName(r *http.Request) string {
	if s.secure(r) {
		return "__Host-linli"
	}
	return "linli"
}

func (s *Sessions) secure(r *http.Request) bool { return r.TLS != nil || s.o.TLSInFront }

func (s *Sessions) setCookie(w http.ResponseWriter, r *http.Request, secret string, age time.Duration) {
	seconds := int(age / time.Second)
	if secret == "" {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(r), Value: secret, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode})
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// short cuts what a client says of itself to what a list needs.
func short(s string) string {
	const limit = 200
	var out []rune
	for _, c := range s {
		if c >= ' ' && c != '\uFFFD' && len(out) < limit {
			out = append(out, c)
		}
	}
	return string(out)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// entry is what is known of one secret, as of a version of the staff.
type entry struct {
	version staff.Version
	actor   staff.Actor
	current Current
	ends    time.Time

	mu   sync.Mutex
	seen time.Time
}

func (e *entry) lastSeen() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seen
}

// due moves the last use to now when it is older than every, and says so.
func (e *entry) due(now time.Time, every time.Duration) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.seen) < every {
		return false
	}
	e.seen = now
	return true
}
