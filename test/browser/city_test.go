package browser

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/pack/packtest"
	"linli/internal/register"
	"linli/internal/web/account"
	"linli/internal/web/ui"
	"linli/test/town"
)

// begin is when the town is founded: a Monday in the third quarter.
var begin = time.Date(2026, 9, 7, 9, 0, 0, 0, civil.Shanghai)

// A city is the town of the tests, served by the whole program.
type city struct {
	*app.App
	clock    *dbtest.Clock
	url      string
	password string // of every account
}

// A setting is what a story needs besides the town: documents of other cities that it adopts, and who else is there.
type setting struct {
	adopts []string
	settle func(tx *db.Tx, people *register.Register) error
	packs  fs.FS // nil: those of the program
}

// each runs a test in a fresh city on each engine, both at once.
func each(t *testing.T, test func(t *testing.T, c *city)) {
	eachIn(t, setting{adopts: []string{"pz15-10"}}, test)
}

// eachIn is each in a setting.
func eachIn(t *testing.T, in setting, test func(t *testing.T, c *city)) {
	needChrome(t)
	for engine, address := range map[string]func(testing.TB) string{
		"sqlite":   func(testing.TB) string { return "sqlite" },
		"postgres": func(t testing.TB) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, foundIn(t, address(t), in))
		})
	}
}

// found settles the town in an empty database and serves it.
func found(t *testing.T, address string) *city {
	t.Helper()
	return foundIn(t, address, setting{adopts: []string{"pz15-10"}})
}

func foundIn(t *testing.T, address string, in setting) *city {
	t.Helper()
	clock := dbtest.NewClock()
	clock.Set(begin)
	o := app.Options{Shelf: packtest.Shelf, Data: t.TempDir(), DB: address, Now: clock.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Packs: in.packs}
	adopt(t, o.Data, in.adopts...)
	settle(t, o, in.settle)
	return open(t, o, clock, town.Password)
}

// open serves the city that was settled. Those offered are the accounts of a demonstration city.
func open(t *testing.T, o app.Options, clock *dbtest.Clock, password string, offered ...account.Demo) *city {
	t.Helper()
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(a.Handler(ui.Site{City: a.CityName(), Hotline: "12345"}, offered...))
	t.Cleanup(func() {
		s.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &city{App: a, clock: clock, url: s.URL, password: password}
}

// settle opens the city once for its tables and keys; what an App reads at its opening is there at the second.
func settle(t *testing.T, o app.Options, more func(tx *db.Tx, people *register.Register) error) {
	t.Helper()
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, a.DB, func(tx *db.Tx) error {
		if _, err := town.Settle(tx, a.People); err != nil || more == nil {
			return err
		}
		return more(tx, a.People)
	})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// work does what the program does by itself, as far as it is due.
func (c *city) work(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := c.LapseDue(ctx); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := c.Jobs.RunDue(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}
