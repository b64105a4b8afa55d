package db_test

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// proxy stands between a pool and its server and can fail as networks do.
type proxy struct {
	url      string
	listener net.Listener
	network  string // of the server
	address  string

	replyCut, silent atomic.Bool
	turns            atomic.Int64 // how often the client spoke after the server had spoken

	mu    sync.Mutex
	conns map[net.Conn]bool
	work  sync.WaitGroup
}

func newProxy(t *testing.T, upstream string) *proxy {
	t.Helper()
	cfg, err := pgx.ParseConfig(upstream)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{conns: map[net.Conn]bool{}}
	p.network, p.address = pgconn.NetworkAddress(cfg.Host, cfg.Port)
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host = p.listener.Addr().String()
	q := u.Query()
	q.Del("host")
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	p.url = u.String()
	p.work.Go(p.accept)
	t.Cleanup(func() {
		p.listener.Close()
		p.cut()
		p.work.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.address)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[server] = true, true
		p.mu.Unlock()
		var clientSpoke atomic.Bool
		p.work.Go(func() { p.copy(server, client, &clientSpoke, true) })
		p.work.Go(func() { p.copy(client, server, &clientSpoke, false) })
	}
}

func (p *proxy) copy(to, from net.Conn, clientSpoke *atomic.Bool, fromClient bool) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if clientSpoke.Swap(fromClient) != fromClient && fromClient {
				p.turns.Add(1)
			}
			if !fromClient && p.replyCut.Swap(false) {
				return
			}
			if p.silent.Load() {
				continue
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// cut breaks every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
		delete(p.conns, c)
	}
}

// cutAtNextReply lets the client's next words reach the server and swallows the answer with the connection.
func (p *proxy) cutAtNextReply() { p.replyCut.Store(true) }

// deaf makes the proxy swallow everything.
func (p *proxy) deaf() { p.silent.Store(true) }

func (p *proxy) trips() int64 { return p.turns.Load() }
