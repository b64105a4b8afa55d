package resident

import (
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linli/internal/fault"
)

// How often one address may do a thing: that many at once, then one for each spell. An office or a school shares one
// address, so the bounds stop machines, not people.
var (
	sendings = allowance{burst: 20, every: time.Minute}
	uploads  = allowance{burst: 60, every: 5 * time.Second}
	lookups  = allowance{burst: 15, every: 10 * time.Second}
)

type allowance struct {
	burst int
	every time.Duration
}

// limits keep count per address.
type limits struct{ send, upload, look *limiter }

func newLimits(now func() time.Time) limits {
	return limits{send: newLimiter(now, sendings), upload: newLimiter(now, uploads), look: newLimiter(now, lookups)}
}

// A limiter bounds how often each address does one thing.
type limiter struct {
	now  func() time.Time
	is   allowance
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

// addressesMost bounds the memory of a limiter; at the bound those that could go on at once are forgotten.
const addressesMost = 20_000

func newLimiter(now func() time.Time, a allowance) *limiter {
	return &limiter{now: now, is: a, seen: map[string]*rate.Limiter{}}
}

// take uses up one turn of an address, and otherwise returns a fault that says how long to wait. The fault names no field:
// the page that was sent is shown again as it was.
func (l *limiter) take(address string) error {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.seen[address]
	if one == nil {
		if len(l.seen) >= addressesMost {
			l.forget(now)
		}
		one = rate.NewLimiter(rate.Every(l.is.every), l.is.burst)
		l.seen[address] = one
	}
	if one.AllowN(now, 1) {
		return nil
	}
	wait := time.Duration((1 - one.TokensAt(now)) * float64(l.is.every))
	return &fault.Error{Kind: fault.KindInvalid, Format: "从您的网络来的请求太多，请等 %d 秒再试。填好的内容还在。",
		Args: []any{int(math.Ceil(wait.Seconds()))}, Err: errTooMany}
}

func (l *limiter) forget(now time.Time) {
	for address, one := range l.seen {
		if one.TokensAt(now) >= float64(l.is.burst) {
			delete(l.seen, address)
		}
	}
	if len(l.seen) >= addressesMost {
		clear(l.seen) // a flood from everywhere: counting begins anew rather than memory growing
	}
}

// address is whose turn a request takes: that of the connection, of an IPv6 address the network of one subscriber.
func (p *Pages) address(r *http.Request) string {
	text := r.RemoteAddr
	if p.From != nil {
		text = p.From(r)
	}
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Unmap().Is4() {
		return text
	}
	net, err := ip.Prefix(64)
	if err != nil {
		return text
	}
	return net.String()
}

// tooMany answers with the status for too many requests whatever page is shown.
type tooMany struct {
	http.ResponseWriter
	wait int // seconds
}

// WriteHeader says 429 and when to come back.
func (t tooMany) WriteHeader(int) {
	t.Header().Set("Retry-After", strconv.Itoa(t.wait))
	t.ResponseWriter.WriteHeader(http.StatusTooManyRequests)
}
