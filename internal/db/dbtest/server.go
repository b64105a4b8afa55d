//go:build unix

package dbtest

import (
	"net/url"
	"os"
	"testing"
)

// A Server is a PostgreSQL server of one test, which the test may stop and start.
type Server struct {
	URL     string // of its database postgres
	t       testing.TB
	install *install
	running bool
}

// NewServer starts a server of its own for the test and removes it at the end; it skips the test when PostgreSQL is not
// installed on this machine.
func NewServer(t testing.TB) *Server {
	t.Helper()
	bin, err := programs()
	if err != nil {
		if os.Getenv("LINLI_REQUIRE_POSTGRES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	owner, err := serverOwner()
	if err != nil {
		t.Skip(err)
	}
	// not t.TempDir: its parents are closed to the server's user, and a socket's path must be short
	dir, err := os.MkdirTemp("", "linli-pg")
	if err != nil {
		t.Fatal(err)
	}
	if owner != nil {
		if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{URL: "postgres://linli@/postgres?host=" + url.QueryEscape(dir), t: t, install: &install{bin, dir, owner}}
	t.Cleanup(func() {
		if s.running {
			s.Stop("immediate")
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.Start()
	return s
}

// Start starts the server with the data it had and returns when it answers.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.install.start(s.URL); err != nil {
		s.t.Fatal(err)
	}
	s.running = true
}

// Stop stops the server: "fast" lets it tell its clients, "immediate" is like a crash.
func (s *Server) Stop(mode string) {
	s.t.Helper()
	s.running = false
	if err := s.install.stop(mode); err != nil {
		s.t.Fatal(err)
	}
}
