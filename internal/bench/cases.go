package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"linli/internal/app"
)

// CasesOptions say how Cases measures.
type CasesOptions struct {
	DB       string // "sqlite", or the address of a PostgreSQL server on which databases may be made
	Clients  int    // 0: 8
	Seconds  int    // that each side is driven; 0: 10
	Progress func(string)
}

// A CasesReport is what Cases found.
type CasesReport struct {
	Linli   Rate    `json:"linli"`
	Floor   Rate    `json:"floor"`
	Ratio   float64 `json:"ratio"` // of cases a second
	DB      string  `json:"db"`
	Clients int     `json:"clients"`
	Seconds int     `json:"seconds"`
	Load    Load    `json:"load"`
	Single  *Rate   `json:"single_commits,omitempty"` // Linli with one commit for every step; SQLite only
	Grouped float64 `json:"grouped_ratio,omitempty"`
}

// turn is how long one side is driven before the other.
const turn = time.Second

// Cases measures durable cases a second.
func Cases(ctx context.Context, o CasesOptions) (r CasesReport, err error) {
	if o.Clients <= 0 {
		o.Clients = 8
	}
	if o.Seconds <= 0 {
		o.Seconds = 10
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	r = CasesReport{DB: "sqlite", Clients: o.Clients, Seconds: o.Seconds}
	o.Progress("数一数每一步写多少行")
	if r.Load, err = count(ctx, o.Clients); err != nil {
		return r, fmt.Errorf("count rows: %w", err)
	}
	b := &bout{o: o}
	defer func() { err = errors.Join(err, b.end()) }()
	if err := b.begin(ctx, r.Load); err != nil {
		return r, err
	}
	if err := b.run(ctx); err != nil {
		return r, err
	}
	r.Linli, r.Floor = b.sides[0].rate(), b.sides[1].rate()
	r.Ratio = round(r.Linli.Cases / r.Floor.Cases)
	if b.postgres {
		r.DB = "postgres"
	}
	if len(b.sides) > 2 {
		single := b.sides[2].rate()
		r.Single, r.Grouped = &single, round(r.Linli.Cases/single.Cases)
	}
	return r, nil
}

// A bout is the sides of one run.
type bout struct {
	o        CasesOptions
	postgres bool
	sides    []*side
	ends     []func() error
}

func (b *bout) begin(ctx context.Context, l Load) error {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return err
	}
	b.ends = append(b.ends, func() error { return os.RemoveAll(dir) })
	s, err := newServer(ctx, b.o.DB)
	if err != nil {
		return err
	}
	b.postgres = s != nil
	if err := b.city(ctx, "linli", app.Options{Data: filepath.Join(dir, "linli")}, s); err != nil {
		return err
	}
	var f *floor
	if b.postgres {
		var url string
		if url, err = b.database(ctx, s, "floor"); err == nil {
			f, err = postgresFloor(ctx, url, l)
		}
	} else {
		f, err = sqliteFloor(ctx, dir, l)
	}
	if err != nil {
		return fmt.Errorf("open the floor: %w", err)
	}
	b.ends = append(b.ends, f.stop)
	crews := make([]crew, b.o.Clients)
	b.sides = append(b.sides, newSide("floor", f.url, letters("floor", crews, []string{"411202001001"}, b.o.Clients)))
	if b.postgres {
		return nil
	}
	return b.city(ctx, "single", app.Options{Data: filepath.Join(dir, "single"), NoGroupCommits: true}, nil)
}

func (b *bout) database(ctx context.Context, s *server, name string) (string, error) {
	url, drop, err := s.create(ctx, name)
	if err == nil {
		b.ends = append(b.ends, drop)
	}
	return url, err
}

func (b *bout) city(ctx context.Context, name string, o app.Options, s *server) (err error) {
	b.o.Progress("建一座城市：" + name)
	if s != nil {
		if o.DB, err = b.database(ctx, s, name); err != nil {
			return err
		}
	}
	c, err := found(ctx, o, b.o.Clients)
	if err != nil {
		return err
	}
	if err := c.serve(ctx); err != nil {
		return errors.Join(err, c.stop())
	}
	b.ends = append(b.ends, c.stop)
	b.sides = append(b.sides, newSide(name, c.url, c.letters(name, b.o.Clients)))
	return nil
}

// run drives the sides by turns; the first turn of each only warms up.
func (b *bout) run(ctx context.Context) error {
	for n := range b.o.Seconds + 1 {
		b.o.Progress(fmt.Sprintf("第 %d / %d 秒", n, b.o.Seconds))
		for _, s := range b.sides {
			if err := s.drive(ctx, turn, n > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bout) end() error {
	var errs []error
	for i := len(b.ends) - 1; i >= 0; i-- {
		errs = append(errs, b.ends[i]())
	}
	return errors.Join(errs...)
}

// letters begins a letter for each client, each from another place.
func letters(name string, crews []crew, places []string, clients int) []*letter {
	list := make([]*letter, clients)
	for i := range list {
		list[i] = &letter{crew: &crews[i], key: fmt.Sprintf("%s-%d", name, i), place: places[i*len(places)/clients]}
	}
	return list
}

func (c *city) letters(name string, clients int) []*letter {
	var places []string
	for _, p := range c.Places.Tree().Subtree("") {
		if len(p.Code) == 12 {
			places = append(places, p.Code)
		}
	}
	return letters(name, c.crews, places, clients)
}
