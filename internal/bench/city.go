package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/api"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A crew is the accounts that carry a letter from its arrival to its end, each by its token.
type crew struct {
	unit                             string // that does the work
	desk, dispatcher, lead, verifier string
}

// A city is one that serves, with a crew for each client.
type city struct {
	*app.App
	url   string
	crews []crew
	stop  func() error
}

// unlimited lets the clients ask as often as they can.
var unlimited = api.Limits{Token: 1e9, Burst: 1e9, Address: 1e9, Guests: 1e9}

func options(o app.Options) app.Options {
	o.Limits = unlimited
	o.Log = slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return o
}

// found opens a city in an empty database and gives it places, units and accounts for so many clients.
func found(ctx context.Context, o app.Options, clients int) (*city, error) {
	a, err := app.Open(ctx, options(o))
	if err != nil {
		return nil, err
	}
	c := &city{App: a, stop: a.Close}
	if err = c.settle(ctx, clients); err == nil {
		err = a.Close()
	}
	if err != nil {
		return nil, err
	}
	// Opened again, the city finds its places and units.
	if c.App, err = app.Open(ctx, options(o)); err != nil {
		return nil, err
	}
	c.stop = c.Close
	return c, nil
}

// root founds the city.
var root = staff.Actor{Login: "bench", Via: staff.ViaCommand}

// password is of every account: nobody logs in with it, and the database goes when the run ends.
const password = "只为测量而设-谁也不用它登录"

func (c *city) settle(ctx context.Context, clients int) error {
	table, err := place.Sanmenxia()
	if err != nil {
		return err
	}
	hash, err := staff.NewPassword(ctx, "bench", password)
	if err != nil {
		return err
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return fmt.Errorf("import places: %w", err)
		}
		top, err := place.City(tx)
		if err != nil {
			return err
		}
		if err := offices(tx, top); err != nil {
			return err
		}
		c.crews = nil
		for i := range clients {
			w, err := hire(tx, top, i, hash)
			if err != nil {
				return err
			}
			c.crews = append(c.crews, w)
		}
		return nil
	})
}

func offices(tx *db.Tx, top string) error {
	for _, u := range []staff.Unit{
		{Code: "office", Name: "市政府办公室", Place: top, Offices: []string{"city-office"}},
		{Code: "mayor", Name: "市长办公室", Place: top, Offices: []string{"mayors-section"}},
		{Code: "supervision", Name: "市监督中心", Place: top, Offices: []string{"supervision-centre"}},
	} {
		if err := staff.PutUnit(tx, root, u); err != nil {
			return err
		}
	}
	return nil
}

// hire makes the accounts of one client and the unit that does its work.
func hire(tx *db.Tx, top string, i int, hash staff.Password) (crew, error) {
	w := crew{unit: fmt.Sprintf("dept-%02d", i)}
	err := staff.PutUnit(tx, root, staff.Unit{Code: w.unit, Name: fmt.Sprintf("市第%d局", i+1), Place: top, Offices: []string{"competent"}})
	if err != nil {
		return w, err
	}
	for _, o := range []struct {
		token           *string
		name, unit      string
		role            staff.Role
		place, unitOnly string
	}{
		{&w.desk, "desk", "mayor", staff.Desk, top, "mayor"},
		{&w.dispatcher, "dispatcher", "mayor", staff.Dispatcher, top, ""},
		{&w.lead, "lead", w.unit, staff.Handler, "", w.unit},
		{&w.verifier, "verifier", "office", staff.Verifier, top, ""},
	} {
		a, err := staff.Create(tx, root, staff.Account{Login: fmt.Sprintf("%s%02d", o.name, i), Name: o.name, Unit: o.unit}, hash)
		if err != nil {
			return w, err
		}
		if err := staff.Allow(tx, root, a.ID, o.role, o.place, o.unitOnly); err != nil {
			return w, err
		}
		*o.token, _, err = session.NewToken(tx, root, a.ID, "测量", []string{session.AllScopes}, tx.Now().Add(24*time.Hour))
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

// serve answers on the loopback until stop is called.
func (c *city) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan string, 1), make(chan error, 1)
	var handler http.Handler = c.Handler(ui.Site{City: c.CityName()})
	go func() { ended <- c.Serve(ctx, "127.0.0.1:0", handler, func(url string) { ready <- url }) }()
	c.stop = func() error {
		cancel()
		err := <-ended
		if closed := c.Close(); err == nil {
			err = closed
		}
		return err
	}
	select {
	case c.url = <-ready:
		return nil
	case err := <-ended:
		cancel()
		return err
	}
}
