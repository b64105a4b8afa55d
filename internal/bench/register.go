package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"time"

	"linli/internal/app"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/demo"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/lexicon"
	people "linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/register"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// RegisterOptions say how Register measures.
type RegisterOptions struct {
	DB       string // as CasesOptions
	Data     string // folder to keep the filled city in, or to find it; "" for one that goes with the run
	Persons  int
	Rounds   int // how often each question is asked; 0: 300
	Progress func(string)
}

// A RegisterReport is what Register found.
type RegisterReport struct {
	DB      string   `json:"db"`
	Persons int      `json:"persons"`
	Filled  float64  `json:"fill_s,omitempty"` // seconds that filling took, when this run filled
	Answers []Answer `json:"answers"`
	AsOf    float64  `json:"as_of_ratio"` // p50 of a question as of an earlier day over p50 of the same for today
}

// Register fills a city with residents in their households and dwellings, and measures how soon a clerk finds and sees one of them.
func Register(ctx context.Context, o RegisterOptions) (r RegisterReport, err error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Rounds <= 0 {
		o.Rounds = 300
	}
	b := &bout{}
	defer func() { err = errors.Join(err, b.end()) }()
	keep := o.Data != ""
	if !keep {
		if o.Data, err = os.MkdirTemp("", "linli-bench-"); err != nil {
			return r, err
		}
		b.ends = append(b.ends, func() error { return os.RemoveAll(o.Data) })
	}
	s, err := newServer(ctx, o.DB)
	if err != nil {
		return r, err
	}
	url := ""
	if s != nil {
		var drop func() error
		if url, drop, err = s.create(ctx, "register"); err != nil {
			return r, err
		}
		b.ends = append(b.ends, drop)
	}
	a, err := app.Open(ctx, options(app.Options{Data: o.Data, DB: url, Quiet: true}))
	if err != nil {
		return r, err
	}
	begin := time.Now()
	_, err = demo.Build(ctx, demo.Options{DB: a.DB, Packs: a.Catalog.Index, People: a.People, Scale: o.Persons, Cases: 400, Progress: func(what string, done, total int) {
		o.Progress(fmt.Sprintf("%s %d / %d", what, done, total))
	}})
	if err != nil {
		return r, errors.Join(fmt.Errorf("fill: %w", err), a.Close())
	}
	if err := a.Close(); err != nil { // what the program knows of places is read when it opens
		return r, err
	}
	if a, err = app.Open(ctx, options(app.Options{Data: o.Data, DB: url, Quiet: true})); err != nil {
		return r, err
	}
	r = RegisterReport{DB: string(a.DB.Engine()), Persons: o.Persons, Filled: round(time.Since(begin).Seconds())}
	c := &counter{App: a, o: o, rand: rand.New(rand.NewPCG(5, 6))}
	return r, errors.Join(c.all(ctx, &r), a.Close())
}

// counter is the clerk who asks.
type counter struct {
	*app.App
	o       RegisterOptions
	rand    *rand.Rand
	streets []string // paths
	sample  []people.Person
	numbers []string // ID numbers of the sample
	forty   []string // fields of a form
	pages   http.Handler
}

func (c *counter) clerk(path string) staff.Actor {
	return staff.Actor{Account: 1, Login: "bench", Via: staff.ViaPage, Grants: []staff.Grant{{Role: staff.Desk, Place: path}}}
}

// all draws a sample, gives it some history, and asks.
func (c *counter) all(ctx context.Context, r *RegisterReport) error {
	for _, p := range c.Places.Tree().Subtree("") {
		if len(p.Code) == 9 {
			c.streets = append(c.streets, p.Path)
		}
	}
	for _, w := range lexicon.Standard().Words(lexicon.Person)[:34] {
		c.forty = append(c.forty, w.Name)
	}
	c.forty = append(c.forty, "id_number", "phone", "household.number", "household.address", "dwelling.address", "dwelling.place")
	if err := c.draw(ctx); err != nil {
		return err
	}
	mux := http.NewServeMux()
	register.Routes(mux, &register.Pages{Town: c.Town(), Sessions: c.Sessions, Events: &event.Events{Register: c.People},
		Classes: &class.Classes{Register: c.People, Packs: c.Catalog.Index}})
	c.pages = ui.Read(ui.Site{}, mux)
	earlier := fact.AsOf{Valid: civil.DateOf(time.Now(), civil.Shanghai).AddDays(-1), Known: db.At(time.Now())}
	var today, past Answer
	for _, q := range []struct {
		question string
		fn       func(i int) (int, error)
		keep     *Answer
	}{
		{"look-up by ID number", c.byNumber(ctx), nil},
		{"two-character name within a street", c.byName(ctx), nil},
		{"page of a person", c.page(ctx), nil},
		{"prefill of a form with 40 fields", c.prefill(ctx), nil},
		{"facts of a person, today", c.facts(ctx, fact.AsOf{}), &today},
		{"facts of a person, as of an earlier day", c.facts(ctx, earlier), &past},
	} {
		c.o.Progress(q.question)
		answer, err := c.ask(q.fn)
		if err != nil {
			return fmt.Errorf("%s: %w", q.question, err)
		}
		answer.Question, answer.Actor = q.question, "clerk"
		r.Answers = append(r.Answers, answer)
		if q.keep != nil {
			*q.keep = answer
		}
	}
	if today.P50 > 0 {
		r.AsOf = round(past.P50 / today.P50)
	}
	return nil
}

// draw takes residents of all streets and tells a dozen things of each, some of them twice.
func (c *counter) draw(ctx context.Context) error {
	const wanted = 400
	err := c.DB.Read(ctx, func(tx *db.Tx) error {
		for i := 0; len(c.sample) < wanted && i < 20*wanted; i++ {
			list, err := people.FindByName(tx, people.Query{Places: []string{c.street()}, Words: c.name(), Limit: 3})
			if err != nil {
				return err
			}
			for _, p := range list {
				number, err := c.People.Reach(tx, p.ID, people.IDNumber)
				if err != nil {
					return err
				}
				c.sample, c.numbers = append(c.sample, p), append(c.numbers, number)
			}
		}
		return nil
	})
	if err != nil || len(c.sample) == 0 {
		return errors.Join(err, errors.New("too few residents to ask about"))
	}
	told := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "bench"}}
	for from := 0; from < len(c.sample); from += 50 {
		err := c.DB.Write(ctx, func(tx *db.Tx) error {
			for _, p := range c.sample[from:min(from+50, len(c.sample))] {
				for i, x := range [][2]string{{"education", "junior"}, {"education", "senior"}, {"ethnicity", "汉族"}, {"employment", "employed"}, {"employment", "retired"},
					{"marital_status", "married"}, {"political", "masses"}, {"pension", "resident"}, {"medical", "resident"}, {"housing", "own"}, {"occupation", "木工"}, {"occupation", "瓦工"}} {
					f := fact.Fact{Subject: fact.Person(p.ID), Name: x[0], Value: x[1], From: civil.MustDate("2015-01-01").AddDays(100 * i), Telling: told}
					if _, err := c.People.Tell(tx, f); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) street() string { return c.streets[c.rand.IntN(len(c.streets))] }

// name is two characters with which residents of a demonstration city are called.
func (c *counter) name() string {
	family, given := []rune("王李张刘陈杨赵黄周吴"), []rune("伟芳娜敏静丽强磊军洋")
	return string(family[c.rand.IntN(len(family))]) + string(given[c.rand.IntN(len(given))])
}

func (c *counter) ask(fn func(i int) (int, error)) (a Answer, err error) {
	var took []time.Duration
	for i := range c.o.Rounds + 10 { // the first ten warm up
		begin := time.Now()
		rows, err := fn(c.rand.IntN(len(c.sample)))
		if err != nil {
			return a, err
		}
		if i >= 10 {
			took = append(took, time.Since(begin))
		}
		a.Rows = max(a.Rows, rows)
	}
	slices.Sort(took)
	a.P50, a.P95, a.P99 = ms(part(took, 50)), ms(part(took, 95)), ms(part(took, 99))
	return a, nil
}

func (c *counter) byNumber(ctx context.Context) func(int) (int, error) {
	return func(i int) (n int, err error) {
		err = c.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := c.People.Find(tx, people.IDNumber, c.numbers[i])
			n = len(list)
			return err
		})
		if n != 1 && err == nil {
			err = fmt.Errorf("%d persons have one number", n)
		}
		return n, err
	}
}

func (c *counter) byName(ctx context.Context) func(int) (int, error) {
	return func(int) (n int, err error) {
		street, name := c.street(), c.name()
		err = c.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := people.FindByName(tx, people.Query{Places: []string{street}, Within: street, Words: name, Limit: 30})
			n = len(list)
			return err
		})
		return n, err
	}
}

// page draws the whole page of a person: facts, relations, classes, cases, events.
func (c *counter) page(ctx context.Context) func(int) (int, error) {
	city := c.Places.Tree().Children("")[0].Path
	return func(i int) (int, error) {
		r := httptest.NewRequestWithContext(session.With(ctx, c.clerk(city)), http.MethodGet, "/register/persons/"+c.sample[i].ID.String(), nil)
		w := httptest.NewRecorder()
		c.pages.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return 0, fmt.Errorf("status %d", w.Code)
		}
		return 1, nil
	}
}

func (c *counter) prefill(ctx context.Context) func(int) (int, error) {
	return func(i int) (n int, err error) {
		err = c.DB.Read(ctx, func(tx *db.Tx) error {
			known, err := c.People.Known(tx, fact.Person(c.sample[i].ID), c.forty, fact.AsOf{})
			n = len(known)
			return err
		})
		return n, err
	}
}

func (c *counter) facts(ctx context.Context, at fact.AsOf) func(int) (int, error) {
	return func(i int) (n int, err error) {
		err = c.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := people.Facts(tx, fact.Person(c.sample[i].ID), at)
			n = len(list)
			return err
		})
		return n, err
	}
}
