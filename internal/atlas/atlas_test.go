package atlas_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"linli/internal/atlas"
	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/test/town"
)

// A chart is the town's atlas, with the cases that were put on it.
type chart struct {
	*town.Town
	t     *testing.T
	r     *rand.Rand
	a     *atlas.Atlas
	cases []db.ID
	keys  int
}

func each(t *testing.T, test func(c *chart)) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		test(&chart{Town: w, t: t, r: rand.New(rand.NewPCG(4, 1)), a: atlas.New(w.DB, town.City)})
	})
}

var (
	communities = []string{town.Willow, town.Lotus, town.Pine, town.Ferry, town.Orchards}
	kinds       = []string{"event-01-10", "event-01-02", "event-02-01", "part-02-01"}
)

func (c *chart) key() string { c.keys++; return fmt.Sprint("key", c.keys) }

// point is somewhere in a square of ten kilometres.
func (c *chart) point() geo.Point {
	return geo.Point{Lon: 111.1 + c.r.Float64()/10, Lat: 34.7 + c.r.Float64()/10}
}

func (c *chart) register(kind, community string, p *geo.Point) db.ID {
	in := casework.Intake{Key: c.key(), Flow: "mailbox", Title: "路面破损", Kind: kind, Place: community,
		Fields: map[string]string{"sender": "许甲", "subject": "路面破损", "content": "路面破损多处，请派人修补。"}, Sets: map[string]any{"weight": "ordinary", "digest": "路面"}}
	if p != nil {
		in.Where = &casework.Position{Point: *p}
	}
	var r casework.Receipt
	desk := c.Actor(c.t, "desk")
	c.Write(c.t, func(tx *db.Tx) (err error) { r, err = c.Cases.Register(tx, desk, in); return err })
	return r.Case
}

// step takes a step if it is possible.
func (c *chart) step(login string, id db.ID, a flow.Act) error {
	by := c.Actor(c.t, login)
	return c.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := c.Cases.Do(tx, by, id, casework.Act{Act: a, Key: c.key()})
		return err
	})
}

// live lets time and work go on at random.
func (c *chart) live(steps int) {
	for range steps {
		c.Clock.Advance(time.Duration(c.r.IntN(9)) * time.Hour)
		if len(c.cases) < 5 || c.r.IntN(3) == 0 {
			p := c.point()
			c.cases = append(c.cases, c.register(kinds[c.r.IntN(len(kinds))], communities[c.r.IntN(len(communities))], &p))
			continue
		}
		id := c.cases[c.r.IntN(len(c.cases))]
		login, act := "desk", flow.Act{Verb: flow.Accept}
		switch c.r.IntN(6) {
		case 0:
			login, act = "dispatcher", flow.Act{Verb: flow.Dispatch, To: []string{town.Water, town.Roads}[c.r.IntN(2)]}
		case 1:
			login, act = "water", flow.Act{Verb: flow.Reply, Words: "已修好。"}
		case 2:
			login, act = "verifier", flow.Act{Verb: flow.Verify}
		case 3:
			act = flow.Act{Verb: flow.Close, Outcome: "solved"}
		case 4:
			act = flow.Act{Verb: flow.Note, Words: "位置更正", Where: &flow.Position{Point: c.point()}}
		}
		if err := c.step(login, id, act); fault.KindOf(err) == fault.KindInternal && err != nil {
			c.t.Fatal(err)
		}
	}
	if _, err := audit.SequenceAll(context.Background(), c.DB); err != nil {
		c.t.Fatal(err)
	}
}

// A row is what the tables say of a case.
type row struct {
	id            db.ID
	point         geo.Point
	kind, path    string
	at            db.Time
	open, late    bool
	met           int
	yellow        string
	limit         db.Time
	desk, lead    string
	yellowed, red bool
}

func (c *chart) rows() (list []row) {
	c.Read(c.t, func(tx *db.Tx) (err error) {
		list, err = db.Select(tx, func(r *db.Rows) (o row, err error) {
			var lon, lat int64
			err = r.Scan(&o.id, &lon, &lat, &o.kind, &o.path, &o.at, &o.open, &o.late, &o.met, &o.yellow, &o.limit, &o.desk, &o.lead)
			o.point = geo.Of(lon, lat)
			o.red = o.open && (o.late || o.met == -1 && o.yellow < "9999" && !o.limit.IsZero() && !tx.Now().Before(o.limit.Time))
			o.yellowed = o.open && !o.red && o.met == -1 && o.yellow <= db.At(tx.Now()).Text()
			return o, err
		}, `select case_id, lon, lat, kind, path, at, open, late, met, yellow_at, limit_at, desk, lead from fact_case_position`)
		return err
	})
	return list
}

func (o *row) fits(by staff.Actor, q atlas.Question) bool {
	s := by.Scope()
	seen := slices.ContainsFunc(s.Places, func(p string) bool { return place.Within(o.path, p) }) || slices.Contains(s.Units, o.desk) || slices.Contains(s.Units, o.lead)
	return seen && place.Within(o.path, q.Area) && (q.Open == "all" || o.open == (q.Open != "closed")) &&
		(q.Group == "" || casework.GroupOf(o.kind) == q.Group) && (q.Mark == "" || q.Mark == "yellow" && o.yellowed || q.Mark == "red" && o.red) &&
		(q.Box == nil || o.point.Lon >= q.Box.Low.Lon && o.point.Lon <= q.Box.High.Lon && o.point.Lat >= q.Box.Low.Lat && o.point.Lat <= q.Box.High.Lat) &&
		(q.From.IsZero() || !o.at.Before(q.From)) && (q.To.IsZero() || o.at.Before(q.To))
}

// The map says what the tables say, of every filter, for whoever asks, while work goes on; and shows nothing that a record refuses.
func TestThePictureIsWhatTheTablesSay(t *testing.T) {
	each(t, func(c *chart) {
		began := c.Clock.Now()
		pick := func(list ...string) string { return list[c.r.IntN(len(list))] }
		for range 6 {
			c.live(25)
			rows := c.rows()
			for range 12 {
				login := pick("supervisor", "supervisor", "street", "water", "verifier-east", "admin")
				by := c.Actor(c.t, login)
				q := atlas.Question{Area: pick("", "4112/", "4112/411291/", "4112/411291/411291001/"), Zoom: 8 + c.r.IntN(12), Open: pick("", "open", "closed", "all", "all"),
					Group: pick("", "", "event-01", "part-02"), Mark: pick("", "", "", "yellow", "red"), Fine: c.r.IntN(2) == 0}
				if c.r.IntN(3) == 0 {
					low, high := c.point(), c.point()
					q.Box = &atlas.Box{Low: geo.Point{Lon: min(low.Lon, high.Lon), Lat: min(low.Lat, high.Lat)}, High: geo.Point{Lon: max(low.Lon, high.Lon), Lat: max(low.Lat, high.Lat)}}
				}
				if c.r.IntN(3) == 0 {
					q.From = began.Add(time.Duration(c.r.IntN(200)) * time.Hour).Truncate(time.Second)
					q.To = q.From.Add(time.Duration(c.r.IntN(300)) * time.Hour)
				}
				c.compare(by, q, rows)
			}
		}
	})
}

func (c *chart) compare(by staff.Actor, q atlas.Question, rows []row) {
	c.t.Helper()
	p, err := c.a.Ask(context.Background(), by, q, c.Clock.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	var want atlas.Sum
	for _, o := range rows {
		if !o.fits(by, q) {
			continue
		}
		want.Cases++
		if o.red {
			want.Red++
		} else if o.yellowed {
			want.Yellow++
		}
	}
	if p.Total != want {
		c.t.Fatalf("%s asks %+v and is told %+v, the tables say %+v", by.Login, q, p.Total, want)
	}
	var spots, areas, days int
	for _, s := range p.Spots {
		spots += s.Cases
		if s.Case.IsZero() != (s.Cases != 1) {
			c.t.Fatalf("spot %+v", s)
		}
		if s.Case != 0 {
			c.Read(c.t, func(tx *db.Tx) error {
				where, err := c.Cases.Where(tx, by, s.Case)
				if err != nil || where == nil || geo.Distance(where.Point, s.Point) > 1.5 {
					c.t.Errorf("%s sees %+v on the map, and the record says %+v, %v", by.Login, s, where, err)
				}
				return nil
			})
		}
	}
	for _, s := range p.Areas {
		areas += s.Cases
	}
	for _, s := range p.Days {
		days += s.Cases
	}
	if spots != want.Cases || areas != want.Cases || days != want.Cases {
		c.t.Fatalf("of %d cases %d are in spots, %d in areas, %d in days", want.Cases, spots, areas, days)
	}
}

// Another process changes what this one has read; a box and a move of places are followed.
func TestTheAtlasFollowsTheLog(t *testing.T) {
	each(t, func(c *chart) {
		at := geo.Point{Lon: 111.15, Lat: 34.75}
		id := c.register("event-01-10", town.Willow, &at)
		by := c.Actor(c.t, "supervisor")
		ask := func(q atlas.Question) *atlas.Picture {
			c.t.Helper()
			if _, err := audit.SequenceAll(context.Background(), c.DB); err != nil {
				c.t.Fatal(err)
			}
			p, err := c.a.Ask(context.Background(), by, q, c.Clock.Now())
			if err != nil {
				c.t.Fatal(err)
			}
			return p
		}
		box := &atlas.Box{Low: geo.Point{Lon: 111.14, Lat: 34.74}, High: geo.Point{Lon: 111.16, Lat: 34.76}}
		if p := ask(atlas.Question{Box: box, Zoom: 15}); len(p.Spots) != 1 || p.Spots[0].Case != id || len(p.Kinds) != 1 || p.Kinds[0].Key != "event-01" {
			c.t.Fatalf("picture %+v", p)
		}
		if err := c.step("desk", id, flow.Act{Verb: flow.Accept, Where: &flow.Position{Point: geo.Point{Lon: 111.3, Lat: 34.75}}}); err != nil {
			c.t.Fatal(err)
		}
		if p := ask(atlas.Question{Box: box, Zoom: 15}); len(p.Spots) != 0 || p.Total.Cases != 0 {
			c.t.Fatalf("after the position was put right: %+v", p)
		}
		if p := ask(atlas.Question{Area: "4112/"}); len(p.Areas) != 1 || p.Areas[0].Key != town.East {
			c.t.Fatalf("areas %+v", p.Areas)
		}
		c.Write(c.t, func(tx *db.Tx) error {
			_, err := c.Cases.FollowPlace(tx, "4112/411291/411291001/411291001001/", town.Ferry, "4112/411292/411292001/411292001001/", 10)
			return err
		})
		if p := ask(atlas.Question{Area: "4112/"}); len(p.Areas) != 1 || p.Areas[0].Key != town.West {
			c.t.Fatalf("areas after the case followed its place: %+v", p.Areas)
		}
		if _, err := c.a.Ask(context.Background(), by, atlas.Question{Zoom: 23}, c.Clock.Now()); fault.KindOf(err) != fault.KindInvalid {
			c.t.Errorf("zoom 23: %v", err)
		}
	})
}
