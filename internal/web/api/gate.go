package api

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A scope is what a token must be good for.
type scope string

const (
	anyone scope = ""      // no token
	read   scope = "read"  // looks
	write  scope = "write" // acts on cases and messages
	admin  scope = "admin" // accounts, tokens, hooks, jobs; the account must be an administrator's too
)

// Limits say how many requests one token, or one address without a token, may send. Zero fields take the defaults; a negative
// rate means no limit.
type Limits struct {
	Token   rate.Limit // requests a second: 100
	Burst   int        // at once: 400
	Address rate.Limit // without a token: 5
	Guests  int        // at once, without a token: 30
}

func (l Limits) orDefault() Limits {
	if l.Token == 0 {
		l.Token, l.Burst = 100, 400
	}
	if l.Address == 0 {
		l.Address, l.Guests = 5, 30
	}
	return l
}

// A gate counts requests by who sends them.
type gate struct {
	limits Limits
	mu     sync.Mutex
	kept   map[string]*counter
}

type counter struct {
	*rate.Limiter
	seen time.Time
}

// keep is how many senders are remembered before those at rest are forgotten.
const keep = 10_000

func newGate(l Limits) *gate { return &gate{limits: l.orDefault(), kept: map[string]*counter{}} }

// pass lets a request through when its sender is known, may do what the scope names, and does not come too often.
func (g *gate) pass(a *API, o operation) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(c)
		err := g.allow(r)
		if err == nil && (o.scope != anyone || r.Header.Get("Authorization") != "") {
			err = may(r, o) // a token that is no longer good is refused also where none is needed
		}
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		next(c)
	}
}

// officials are the roles of those who see a case from within.
var officials = []staff.Role{staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Leader, staff.Supervisor, staff.Admin, staff.Auditor}

// may asks for a login or a token that is good for the operation.
func may(r *http.Request, o operation) error {
	s := o.scope
	var roles []staff.Role
	switch {
	case s == admin:
		roles = []staff.Role{staff.Admin}
	case len(o.roles) > 0:
		roles = o.roles
	case o.official:
		roles = officials
	}
	if err := session.Require(r, roles...); err != nil {
		return err
	}
	if session.Of(r.Context()).MustChange {
		return fault.Forbidden("请先登录页面修改初始密码")
	}
	if s != anyone && !session.Allows(r.Context(), string(s)) && !(s == read && session.Allows(r.Context(), string(write))) {
		return fault.Forbidden("这个令牌没有 %s 作用域", string(s))
	}
	return nil
}

func (g *gate) allow(r *http.Request) error {
	who, limit, burst := "", g.limits.Address, g.limits.Guests
	if current := session.Of(r.Context()); !current.ID.IsZero() {
		who, limit, burst = current.ID.String(), g.limits.Token, g.limits.Burst
	}
	if limit < 0 {
		return nil
	}
	if who == "" {
		who = address(r)
	}
	now := time.Now()
	wait := g.of(who, limit, burst, now).ReserveN(now, 1)
	if d := wait.DelayFrom(now); d > 0 {
		wait.CancelAt(now)
		return &tooMany{after: d}
	}
	return nil
}

func (g *gate) of(who string, limit rate.Limit, burst int, now time.Time) *counter {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.kept[who]
	if c == nil {
		if len(g.kept) >= keep {
			g.forget(now)
		}
		c = &counter{Limiter: rate.NewLimiter(limit, burst)}
		g.kept[who] = c
	}
	c.seen = now
	return c
}

// forget drops those whose count is full again, for whom a new counter says the same.
func (g *gate) forget(now time.Time) {
	for who, c := range g.kept {
		if c.TokensAt(now) >= float64(c.Burst()) {
			delete(g.kept, who)
		}
	}
}

// tooMany says when to come back.
type tooMany struct{ after time.Duration }

func (t *tooMany) Error() string { return "too many requests, again after " + t.after.String() }

func (t *tooMany) seconds() string { return strconv.Itoa(int(math.Ceil(t.after.Seconds()))) }

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
