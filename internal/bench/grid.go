package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"time"

	"linli/internal/atlas"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/indicator"
	"linli/internal/place"
	"linli/internal/staff"
)

// GridOptions say how Grid measures.
type GridOptions struct {
	DB       string // as CasesOptions
	Data     string // folder to keep the filled city in, or to find it; "" for one that goes with the run
	Events   int    // cases with a position
	Rounds   int    // how often each question is asked; 0: 300
	Workers  int    // that report at once; 0: 100
	Seconds  int    // for which they report; 0: 10
	Queue    int    // reports of three days without a network; 0: 200
	Progress func(string)
}

// A GridReport is what Grid found.
type GridReport struct {
	DB       string   `json:"db"`
	Events   int      `json:"events"`
	Grids    int      `json:"grids"` // smallest places with an outline
	Answers  []Answer `json:"answers"`
	Fixtures int      `json:"fixtures"`
	Located  float64  `json:"locate_us"` // position to place, mean
	Loaded   float64  `json:"atlas_load_ms"`
	Memory   float64  `json:"atlas_mb"`
	Month    float64  `json:"month_ms"` // evaluation of a month for all areas, nothing kept yet
	Cases    int64    `json:"month_cases"`
	Reports  Reports  `json:"reports"`
	Offline  Offline  `json:"offline"`
}

// Grid measures what a city with unit grids asks: where a position lies, what is near it, what a map shows, how a month is evaluated, and how
// reports of telephones are accepted.
func Grid(ctx context.Context, o GridOptions) (r GridReport, err error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	for _, d := range []struct {
		v     *int
		value int
	}{{&o.Rounds, 300}, {&o.Workers, 100}, {&o.Seconds, 10}, {&o.Queue, 200}} {
		if *d.v <= 0 {
			*d.v = d.value
		}
	}
	b := &bout{}
	defer func() { err = errors.Join(err, b.end()) }()
	q := QueuesOptions{DB: o.DB, Data: o.Data, Cases: o.Events, Rounds: o.Rounds, Progress: o.Progress, keep: o.Data != "", spots: true}
	if !q.keep {
		if q.Data, err = os.MkdirTemp("", "linli-bench-"); err != nil {
			return r, err
		}
		b.ends = append(b.ends, func() error { return os.RemoveAll(q.Data) })
	}
	a, f, err := fill(ctx, q, b)
	if err != nil {
		return r, fmt.Errorf("fill: %w", err)
	}
	r = GridReport{DB: string(a.DB.Engine()), Events: f.Cases}
	g := &ground{asking: &asking{App: a, o: q, rand: rand.New(rand.NewPCG(5, 6))}, o: o, r: &r}
	for _, step := range []struct {
		says string
		do   func(context.Context) error
	}{{"定位", g.locate}, {"部件", g.things}, {"就近", g.near}, {"地图", g.picture}, {"评价", g.evaluate}, {"上报", g.field}} {
		o.Progress(step.says)
		if err := step.do(ctx); err != nil {
			return r, errors.Join(fmt.Errorf("measure %s: %w", step.says, err), a.Close())
		}
	}
	return r, a.Close()
}

// ground is a filled city with grids, while it is measured.
type ground struct {
	*asking
	o     GridOptions
	r     *GridReport
	grids []place.Place // the smallest places
	by    staff.Actor   // sees the whole city
	top   string
}

// spot is a position in a place, near its middle.
func spot(r *rand.Rand, p place.Place) geo.Point {
	return geo.Point{Lon: float64(p.Lon)/1e6 + (r.Float64()-0.5)/500, Lat: float64(p.Lat)/1e6 + (r.Float64()-0.5)/500}
}

// locate finds the place of many positions.
func (g *ground) locate(ctx context.Context) error {
	tree := g.Places.Tree()
	g.top = tree.Children("")[0].Path
	g.by = staff.Actor{Account: 1, Login: "bench", Via: staff.ViaAPI, Grants: []staff.Grant{{Role: staff.Supervisor, Place: g.top}}}
	for _, p := range tree.Subtree("") {
		if len(tree.Children(p.Code)) == 0 {
			g.grids = append(g.grids, p)
		}
	}
	g.r.Grids = len(g.grids)
	if _, _, err := g.Places.Locate(ctx, 111.2, 34.8); err != nil { // reads the outlines
		return err
	}
	const n = 50_000
	at := make([]geo.Point, n)
	for i := range at {
		at[i] = spot(g.rand, g.grids[g.rand.IntN(len(g.grids))])
	}
	begin, found := time.Now(), 0
	for _, p := range at {
		_, ok, err := g.Places.Locate(ctx, p.Lon, p.Lat)
		if err != nil {
			return err
		}
		if ok {
			found++
		}
	}
	g.r.Located = round(float64(time.Since(begin).Microseconds()) / n)
	if found < n/2 {
		return fmt.Errorf("only %d of %d positions lie in a place", found, n)
	}
	return nil
}

// kinds are the classes of the copies: eleven groups of seventeen.
func kindOf(i int) string { return fmt.Sprintf("event-%02d-%02d", i%11+1, i%17+1) }

// note measures one question.
func (g *ground) note(question string, rounds int, fn func() (int, error)) error {
	var took []time.Duration
	a := Answer{Question: question}
	for i := range rounds + 5 {
		begin := time.Now()
		rows, err := fn()
		if err != nil {
			return fmt.Errorf("%s: %w", question, err)
		}
		if i >= 5 {
			took = append(took, time.Since(begin))
		}
		a.Rows = max(a.Rows, rows)
	}
	slices.Sort(took)
	a.P50, a.P95, a.P99 = ms(part(took, 50)), ms(part(took, 95)), ms(part(took, 99))
	g.r.Answers = append(g.r.Answers, a)
	return nil
}

// fixturesWanted is how many fixtures there are to be.
const fixturesWanted = 300_000

// things registers fixtures unless they are there, and finds those near a point.
func (g *ground) things(ctx context.Context) error {
	wanted := min(fixturesWanted, g.o.Events)
	class := func(i int) string { return fmt.Sprintf("part-01-%02d", i%40+1) }
	err := g.DB.Write(ctx, func(tx *db.Tx) error {
		var list []fixture.Class
		for i := range 40 {
			list = append(list, fixture.Class{Code: class(i), Group: "公用设施", Name: fmt.Sprint("部件", i+1)})
		}
		return fixture.PutClasses(tx, root, list)
	})
	if err != nil {
		return err
	}
	var there int
	if err := g.DB.Read(ctx, func(tx *db.Tx) (err error) { there, err = fixture.Total(tx); return err }); err != nil {
		return err
	}
	const portion = 2000
	for n := there; n < wanted; n += portion {
		g.o.Progress(fmt.Sprintf("部件 %d / %d", n, wanted))
		list := make([]fixture.Fixture, 0, portion)
		for i := n; i < min(n+portion, wanted); i++ {
			list = append(list, fixture.Fixture{Class: class(i), Where: spot(g.rand, g.grids[g.rand.IntN(len(g.grids))]), State: fixture.InUse})
		}
		if err := g.DB.Write(ctx, func(tx *db.Tx) error { return g.Fixtures.AddMany(tx, root, slices.Clone(list)) }); err != nil {
			return err
		}
	}
	g.r.Fixtures = max(there, wanted)
	return g.note("fixtures of a class within 200 m", g.o.Rounds, func() (n int, err error) {
		at, of := spot(g.rand, g.grids[g.rand.IntN(len(g.grids))]), class(g.rand.IntN(40))
		err = g.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := fixture.Near(tx, of, at, 200, 20)
			n = len(list)
			return err
		})
		return n, err
	})
}

func (g *ground) near(ctx context.Context) error {
	return g.note("likely duplicates", g.o.Rounds, func() (n int, err error) {
		at, kind := spot(g.rand, g.grids[g.rand.IntN(len(g.grids))]), kindOf(g.rand.IntN(1000))
		err = g.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := g.Cases.Near(tx, g.by, kind, at)
			n = len(list)
			return err
		})
		return n, err
	})
}

// picture asks what the map shows, as wide as the city and as near as a street, of any filter.
func (g *ground) picture(ctx context.Context) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begin := time.Now()
	if err := g.Atlas.Refresh(ctx); err != nil {
		return err
	}
	g.r.Loaded = ms(time.Since(begin))
	runtime.GC()
	runtime.ReadMemStats(&after)
	g.r.Memory = round(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / (1 << 20))
	now := time.Now()
	for _, v := range []struct {
		name string
		ask  func() atlas.Question
	}{
		{"map of the city, open", func() atlas.Question { return atlas.Question{Area: g.top, Zoom: 9} }},
		{"map of the city, all, heat", func() atlas.Question { return atlas.Question{Area: g.top, Zoom: 9, Open: "all", Fine: true} }},
		{"map of a street, all", func() atlas.Question {
			p := spot(g.rand, g.grids[g.rand.IntN(len(g.grids))])
			return atlas.Question{Area: g.top, Zoom: 15, Open: "all", Box: &atlas.Box{Low: geo.Point{Lon: p.Lon - 0.02, Lat: p.Lat - 0.015}, High: geo.Point{Lon: p.Lon + 0.02, Lat: p.Lat + 0.015}}}
		}},
		{"map of a month", func() atlas.Question {
			return atlas.Question{Area: g.top, Zoom: 11, Open: "all", From: now.AddDate(0, -3, 0), To: now.AddDate(0, -2, 0)}
		}},
	} {
		err := g.note(v.name, min(g.o.Rounds, 100), func() (int, error) {
			p, err := g.Atlas.Ask(ctx, g.by, v.ask(), now)
			if err != nil {
				return 0, err
			}
			return len(p.Spots), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluate asks a month's figures of all areas, and again after each of some steps.
func (g *ground) evaluate(ctx context.Context) error {
	today := civil.DateOf(time.Now(), civil.Shanghai)
	first := civil.Date{Year: today.Year, Month: today.Month, Day: 1}.AddMonths(-1)
	q := indicator.Question{Period: civil.Period{From: first, To: first.MonthEnd()}, Area: g.top, By: indicator.ByArea}
	var defs []indicator.Definition
	for _, d := range g.Figures.List(today) {
		if d.Document == indicator.Standard {
			defs = append(defs, d)
		}
	}
	ask := func() (err error) {
		return g.DB.Read(ctx, func(tx *db.Tx) error {
			answers, err := g.Live.Ask(tx, g.by, q, defs...)
			if err == nil {
				g.r.Cases = answers[0].Total.All
			}
			return err
		})
	}
	begin := time.Now()
	if err := ask(); err != nil {
		return err
	}
	g.r.Month = ms(time.Since(begin))
	var open []db.ID
	err := g.DB.Read(ctx, func(tx *db.Tx) (err error) {
		open, err = db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
			"select id from fact_case where month = ? and open = 1 limit 60", first.String()[:7])
		return err
	})
	if err != nil || len(open) == 0 {
		return errors.Join(err, fmt.Errorf("%d open cases in %s", len(open), first))
	}
	var took []time.Duration
	for i := range min(g.o.Rounds, 50) {
		err := g.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := g.Cases.Do(tx, g.by, open[i%len(open)], casework.Act{Key: fmt.Sprint("bench-", time.Now().UnixNano()),
				Act: flow.Act{Verb: flow.Supervise, Words: "请抓紧办理。"}})
			return err
		})
		if err != nil {
			return err
		}
		begin := time.Now()
		if err := ask(); err != nil {
			return err
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	g.r.Answers = append(g.r.Answers, Answer{Question: "month evaluated again after one step", Rows: len(defs), P50: ms(part(took, 50)), P95: ms(part(took, 95)), P99: ms(part(took, 99))})
	return nil
}
