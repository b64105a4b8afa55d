package browser

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/civil"
	"linli/internal/db/dbtest"
	"linli/internal/demo"
	"linli/internal/pack/packtest"
	"linli/internal/web/account"
)

// tourDay is the present of the demonstration city of the pictures: a working day after the end of a quarter.
var tourDay = time.Date(2026, 10, 13, 10, 0, 0, 0, civil.Shanghai)

// The pictures of those whose page is made of many cases are taken in the demonstration city.
func TestPicturesOfTheDemonstrationCity(t *testing.T) {
	if pictures() == "" {
		t.Skip("LINLI_PICTURES is not set")
	}
	needChrome(t)
	t.Run("sqlite", func(t *testing.T) {
		c := demonstration(t)
		b := c.tab(t, desktop)
		visit := func(login, path, sees, name string) {
			b.leave()
			b.login(login)
			b.open(path)
			b.see(sees)
			b.picture(name)
		}
		visit("supervisor", "/supervisor", "最早的逾期件", "supervisor-desktop")
		visit("supervisor", "/supervisor/board", "督办台", "board-desktop")
		visit("leader-deputy", "/leader", "待我批示", "leader-desktop")
		visit("admin", "/admin/packs/sm12-69", "条款落实", "coverage-desktop")
		b.end()
		p := c.tab(t, phone)
		p.open("/care?on=1&back=/")
		p.see("您要办什么事")
		p.picture("resident-care-phone")
		p.end()
	})
}

// demonstration builds and serves a small demonstration city, the same one every time.
func demonstration(t *testing.T) *city {
	t.Helper()
	clock := dbtest.NewClock()
	clock.Set(tourDay)
	o := app.Options{Shelf: packtest.Shelf, Data: t.TempDir(), DB: "sqlite", Now: clock.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Build(t.Context(), demo.Options{DB: a.DB, Packs: a.Catalog.Index, People: a.People, Scale: 600}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	var offered []account.Demo
	for _, x := range demo.Accounts() {
		offered = append(offered, account.Demo{Login: x.Login, Password: demo.Password, Name: x.Role, Try: x.Try})
	}
	c := open(t, o, clock, demo.Password, offered...)
	c.work(t)
	return c
}
