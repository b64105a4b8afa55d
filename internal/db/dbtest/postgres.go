package dbtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"linli/internal/db"
	"linli/internal/schema"
)

// server finds or starts the server once per process.
var server = sync.OnceValues(func() (string, error) {
	u := os.Getenv("LINLI_TEST_POSTGRES")
	if u == "" {
		return startShared()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return u, sweep(ctx, u, hour())
})

func hour() int64 { return time.Now().Unix() / 3600 }

// templates holds the names of those which this process has seen complete.
var templates sync.Map

// PostgresURL gives the URL of an empty database with the migrations applied, which belongs to the test until it ends;
// it skips the test when there is no server.
func PostgresURL(t testing.TB, migrations ...fs.FS) string {
	t.Helper()
	base, err := server()
	if err != nil {
		if os.Getenv("LINLI_REQUIRE_POSTGRES") == "1" {
			t.Fatalf("PostgreSQL is required: %v", err)
		}
		t.Skipf("no PostgreSQL for this test: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	template := "template0"
	if len(migrations) > 0 {
		if template, err = templateFor(ctx, base, merge(t, migrations)); err != nil {
			t.Fatal(err)
		}
	}
	c, ok := takeSpare(template)
	if !ok {
		if c, err = create(ctx, base, template); err != nil {
			t.Fatalf("create database: %v", err)
		}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if recycle(ctx, base, c) == nil {
			keepSpare(template, c)
			return
		}
		if err := drop(ctx, base, c.name); err != nil {
			t.Errorf("drop database %s: %v", c.name, err)
		}
	})
	return withDatabase(base, c.name)
}

func create(ctx context.Context, base, template string) (copied, error) {
	c := copied{name: fmt.Sprintf("linli_t%d_%08x", hour(), rand.Uint32())}
	err := admin(ctx, base, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "create database "+c.name+" template "+template)
		return err
	})
	if err == nil && template != "template0" {
		c.shape = firstShape(ctx, base, c.name)
	}
	return c, err
}

func drop(ctx context.Context, base, name string) error {
	return admin(ctx, base, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "drop database if exists "+name+" with (force)")
		return err
	})
}

// templateFor makes the database to copy from, once for all processes on the server. Its name is a hash of the
// migrations, so another version of them makes another template. It is complete when nobody may connect to it.
func templateFor(ctx context.Context, base string, set schema.Set) (string, error) {
	h := sha256.New()
	for _, m := range set.For(schema.Postgres) {
		fmt.Fprintf(h, "%s\n%s\n", m.Name, db.Translate(m.SQL))
	}
	name := fmt.Sprintf("linli_template_%x", h.Sum(nil)[:8])
	if _, ok := templates.Load(name); ok {
		return name, nil
	}
	err := admin(ctx, base, func(c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "select pg_advisory_lock(hashtext($1))", name); err != nil {
			return err
		}
		var complete bool
		err := c.QueryRow(ctx, "select not datallowconn from pg_database where datname = $1", name).Scan(&complete)
		if err == nil && complete {
			return nil
		}
		for _, sql := range []string{"drop database if exists " + name + " with (force)",
			"create database " + name + " template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"} {
			if _, err := c.Exec(ctx, sql); err != nil {
				return err
			}
		}
		if err := migrateAt(ctx, withDatabase(base, name), set); err != nil {
			return err
		}
		_, err = c.Exec(ctx, "alter database "+name+" allow_connections false")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("template %s: %w", name, err)
	}
	templates.Store(name, true)
	return name, nil
}

func migrateAt(ctx context.Context, at string, set schema.Set) error {
	d, err := db.Open(ctx, db.Options{URL: at, MaxConns: 2})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Migrate(ctx, set)
}

func admin(ctx context.Context, base string, fn func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	return fn(c)
}

func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return base
	}
	u.Path = "/" + name
	return u.String()
}
