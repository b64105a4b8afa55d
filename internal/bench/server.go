package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"

	"linli/internal/db"
)

// A server is a PostgreSQL server on which databases come and go.
type server struct{ address *url.URL }

// newServer returns nil for SQLite.
func newServer(ctx context.Context, name string) (*server, error) {
	if name == "" || name == "sqlite" {
		return nil, nil
	}
	u, err := url.Parse(name)
	if err != nil {
		return nil, fmt.Errorf("read address of the server: %w", err)
	}
	s := &server{u}
	return s, s.do(ctx, "select 1")
}

func (s *server) do(ctx context.Context, sql string) error {
	c, err := pgx.Connect(ctx, s.address.String())
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, sql)
	return errors.Join(err, c.Close(ctx))
}

// create makes a database and returns its address and what removes it.
func (s *server) create(ctx context.Context, name string) (address string, drop func() error, err error) {
	name = "linli_bench_" + name + "_" + db.NewID().String()
	if err := s.do(ctx, "create database "+name+" encoding 'UTF8' template template0"); err != nil {
		return "", nil, fmt.Errorf("make database: %w", err)
	}
	u := *s.address
	u.Path = "/" + name
	return u.String(), func() error { return s.do(context.WithoutCancel(ctx), "drop database "+name+" with (force)") }, nil
}
