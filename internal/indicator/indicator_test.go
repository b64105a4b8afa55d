package indicator_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/indicator/indicatortest"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/pack/filter"
	"linli/internal/place"
	"linli/internal/staff"
)

var now = civil.MustDate("2026-07-15").In(civil.Shanghai).Add(10 * time.Hour)

// desk is a city with invented cases and what counts them.
type desk struct {
	*indicatortest.City
	t    *testing.T
	x    *indicator.Indicators
	rows []filter.Row // the same cases as the database has
}

func each(t *testing.T, cases int, test func(o *desk)) {
	clock := dbtest.NewClock()
	clock.Set(now)
	migrations := append(slices.Clone(indicatortest.Migrations), indicator.Migrations)
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		c := indicatortest.Open(t, d)
		o := &desk{City: c, t: t, x: indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: c.Index})}
		r := rand.New(rand.NewPCG(1, 2))
		dbtest.Write(t, d, func(tx *db.Tx) error {
			o.rows = nil
			for range cases {
				if err := o.put(tx, o.invent(r)); err != nil {
					return err
				}
			}
			return nil
		})
		test(o)
	}, migrations...)
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// invent makes a row of fact_case that could be.
func (o *desk) invent(r *rand.Rand) filter.Row {
	community := pick(r, indicatortest.Communities...)
	county := map[bool]string{true: indicatortest.East, false: indicatortest.West}[community < "411221"]
	path := county + community[:9] + "/" + community + "/"
	if r.IntN(12) == 0 {
		path, community = county, place.Codes(county)[1] // registered at the county itself
	}
	at := now.Add(-time.Duration(r.IntN(150*24)) * time.Hour)
	stamp := func(t time.Time) string { return filter.Stamp(t) }
	row := filter.Row{"id": int64(db.NewID()), "document": "sm12-69", "flow": pick(r, "mailbox", "letter", "visit"), "weight": pick(r, "ordinary", "important", ""),
		"place": community, "path": path, "desk": "mayors", "lead": pick(r, "housing", "roads", "east-gov", ""),
		"state": pick(r, "registered", "dispatched", "closed", "closed", "merged"), "registered_at": stamp(at), "month": civil.DateOf(at, civil.Shanghai).String()[:7],
		"met": int64(r.IntN(3) - 1), "met_target": int64(r.IntN(3) - 1), "late": int64(r.IntN(5) / 4), "returns": int64(r.IntN(4)),
		"reworks": int64(r.IntN(2)), "grade": int64(r.IntN(6)), "replied": int64(r.IntN(2)), "last_step_at": stamp(at.Add(time.Hour))}
	row["number"], row["channel"] = fmt.Sprint("N", row["id"]), row["flow"]
	row["open"] = map[bool]int64{true: 1}[row["state"] == "registered" || row["state"] == "dispatched"]
	if row["state"] == "closed" {
		row["closed_at"] = stamp(at.Add(48 * time.Hour))
	}
	if row["state"] != "registered" {
		row["routed_at"] = stamp(at.Add(30 * time.Minute))
	}
	return row
}

func (o *desk) put(tx *db.Tx, row filter.Row) error {
	o.rows = append(o.rows, row)
	text := func(name string) string { s, _ := row[name].(string); return s }
	situation, err := json.Marshal(flow.Situation{Flow: text("flow"), State: flow.State(text("state")), Desk: text("desk"), Lead: text("lead")})
	if err != nil {
		return err
	}
	return tx.Exec(`insert into case_record (id, number, document, pack_version, flow, first_flow, channel, weight, title, place, path, desk, lead,
		state, open, situation, version, month, registered_at, routed_at, closed_at, last_step_at, yellow_at, replied, met, met_target, late, returns,
		reworks, grade) values (?, ?, 'sm12-69', '', ?, ?, ?, ?, '事项', ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?)`,
		row["id"], text("number"), text("flow"), text("flow"), text("flow"), text("weight"), text("place"), text("path"), text("desk"), text("lead"),
		text("state"), row["open"], string(situation), text("month"), text("registered_at"), text("routed_at"), text("closed_at"), text("last_step_at"),
		row["replied"], row["met"], row["met_target"], row["late"], row["returns"], row["reworks"], row["grade"])
}

func (o *desk) ask(by staff.Actor, q indicator.Question, defs ...indicator.Definition) (list []indicator.Answer) {
	o.t.Helper()
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) (err error) { list, err = o.x.Ask(tx, by, q, defs...); return err })
	return list
}

// inSight is the permission as the record's own check says it.
func inSight(by staff.Actor, r filter.Row) bool {
	text := func(name string) string { return r[name].(string) }
	return by.Scope().Sees(append(staff.PlaceKeys(text("path")), staff.UnitKey(text("desk")), staff.UnitKey(text("lead"))))
}

var quarter = civil.Period{From: civil.MustDate("2026-04-01"), To: civil.MustDate("2026-06-30")}
var odd = civil.Period{From: civil.MustDate("2026-05-11"), To: civil.MustDate("2026-07-03")}

// SQL and Go say the same of every definition, for whole months and odd days, for whoever asks, grouped and not.
func TestSQLAgreesWithGo(t *testing.T) {
	each(t, 600, func(o *desk) {
		defs := o.x.List(quarter.To)
		if len(defs) < 10 {
			t.Fatalf("only %d definitions", len(defs))
		}
		for _, by := range []staff.Actor{o.Supervisor, o.County, o.Handler} {
			for _, p := range []civil.Period{quarter, odd, {}} {
				for _, group := range []string{"", "lead", "flow"} {
					answers := o.ask(by, indicator.Question{Period: p, By: group}, defs...)
					for i, a := range answers {
						compare(t, o, by, p, group, defs[i], a)
					}
				}
			}
		}
	})
}

func compare(t *testing.T, o *desk, by staff.Actor, p civil.Period, group string, d indicator.Definition, a indicator.Answer) {
	t.Helper()
	var rows []filter.Row
	for _, r := range o.rows {
		if inSight(by, r) {
			rows = append(rows, r)
		}
	}
	q := pack.Question{}
	if p != (civil.Period{}) {
		q.From, q.To = p.From.In(civil.Shanghai), p.To.AddDays(1).In(civil.Shanghai)
	}
	if group != "" {
		q.By = []string{group}
	}
	want, err := d.Count(civil.CivilCode(), now, q, rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range want {
		key := ""
		if group != "" {
			key = f.Key[0]
		}
		if got := a.Of(key); got.Numerator != f.Numerator || got.Denominator != f.Denominator {
			t.Errorf("%s for %s over %v by %q, %q: SQL %d/%d, Go %d/%d", d.Ref(), by.Name, p, group, key, got.Numerator, got.Denominator, f.Numerator, f.Denominator)
		}
	}
}

// Every figure opens to as many cases as it says, each of which the actor can open; the groups add up to the whole.
func TestDrillDown(t *testing.T) {
	each(t, 400, func(o *desk) {
		d, err := o.x.Find("sm12-69", "mailbox-on-time", quarter.To)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []staff.Actor{o.Supervisor, o.County, o.Handler} {
			for _, q := range []indicator.Question{{Period: quarter}, {Period: quarter, By: "lead"}, {Period: odd, By: indicator.ByArea, Area: indicatortest.Top},
				{Period: quarter, By: indicator.ByArea, Area: indicatortest.East}, {Period: quarter, Unit: "housing", By: "month"}} {
				a := o.ask(by, q, d)[0]
				total := o.ask(by, indicator.Question{Period: q.Period, Area: q.Area, Unit: q.Unit}, d)[0].Total
				if a.Total.All != total.All || a.Total.Numerator != total.Numerator || a.Total.Denominator != total.Denominator {
					t.Errorf("%s %+v: groups add up to %+v, the whole is %+v", by.Name, q, a.Total, total)
				}
				for _, f := range a.Figures {
					for part, want := range map[indicator.Part]int64{indicator.All: f.All, indicator.Base: f.Denominator, indicator.Hit: f.Numerator,
						indicator.Miss: f.Denominator - f.Numerator} {
						o.opens(by, d, q, part, f.Key, want)
					}
				}
			}
		}
	})
}

// opens walks the pages behind a figure.
func (o *desk) opens(by staff.Actor, d indicator.Definition, q indicator.Question, part indicator.Part, key string, want int64) {
	o.t.Helper()
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) error {
		ids, err := o.x.IDs(tx, by, d, q, part, key)
		if err != nil {
			return err
		}
		if int64(len(ids)) != want {
			o.t.Errorf("%s %+v %s %q: %d ids, the figure says %d", by.Name, q, part, key, len(ids), want)
		}
		var paged []db.ID
		for before := db.ID(0); ; {
			rows, next, err := o.x.Rows(tx, by, d, q, part, key, before)
			if err != nil {
				return err
			}
			for _, l := range rows {
				paged = append(paged, l.ID)
			}
			if before = next; next.IsZero() {
				break
			}
		}
		slices.Sort(paged)
		if !slices.Equal(paged, ids) {
			o.t.Errorf("%s %+v %s %q: pages hold %d cases, ids %d", by.Name, q, part, key, len(paged), len(ids))
		}
		for _, id := range ids[:min(len(ids), 3)] {
			if _, err := o.Cases.Get(tx, by, id); err != nil {
				o.t.Errorf("%s is listed case %s and may not open it: %v", by.Name, id, err)
			}
		}
		return nil
	})
}

// Nobody counts beyond what he may see.
func TestPermission(t *testing.T) {
	each(t, 50, func(o *desk) {
		d := o.x.List(quarter.To)[0]
		for name, c := range map[string]struct {
			by   staff.Actor
			area string
		}{"resident": {o.Nobody, ""}, "county beyond its border": {o.County, indicatortest.West}} {
			err := o.DB.Read(t.Context(), func(tx *db.Tx) error {
				_, err := o.x.Ask(tx, c.by, indicator.Question{Area: c.area}, d)
				return err
			})
			if fault.KindOf(err) != fault.KindForbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		whole := o.ask(o.County, indicator.Question{Area: indicatortest.Top}, d)[0].Total
		own := o.ask(o.County, indicator.Question{Area: indicatortest.East}, d)[0].Total
		if whole != own || own.All == 0 {
			t.Errorf("the county asks the city and gets %+v, its own is %+v", whole, own)
		}
		err := o.DB.Read(t.Context(), func(tx *db.Tx) error {
			_, err := o.x.Ask(tx, o.Supervisor, indicator.Question{By: "id; drop table case_record"}, d)
			return err
		})
		if fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("a grouping that is no column: %v", err)
		}
	})
}

// A watch flags what its Go reading flags, within the actor's sight, and tells of each case once.
func TestWatches(t *testing.T) {
	each(t, 500, func(o *desk) {
		on := civil.DateOf(now, civil.Shanghai)
		flags := 0
		for _, w := range o.x.Watches(on) {
			for _, by := range []staff.Actor{o.Supervisor, o.County, o.Handler} {
				var want []db.ID
				for _, r := range o.rows {
					hit, err := w.Flags(civil.CivilCode(), now, r)
					if err != nil {
						t.Fatal(err)
					}
					if hit && inSight(by, r) {
						want = append(want, db.ID(r["id"].(int64)))
					}
				}
				slices.Sort(want)
				flags += len(want)
				dbtest.Read(t, o.DB, func(tx *db.Tx) error {
					got, err := o.x.FlaggedIDs(tx, by, w, "")
					if err != nil {
						return err
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s for %s: SQL flags %d, Go %d", w.Ref(), by.Name, len(got), len(want))
					}
					n, _, err := o.x.CountFlagged(tx, by, w, "")
					if n != int64(len(want)) {
						t.Errorf("%s for %s: counts %d, flags %d", w.Ref(), by.Name, n, len(want))
					}
					return err
				})
			}
			if o.x.Why(w, on) == "" {
				t.Errorf("%s does not say why", w.Ref())
			}
		}
		if flags == 0 {
			t.Fatal("nothing is flagged: the test shows nothing")
		}
		o.told(t)
	})
}

func (o *desk) told(t *testing.T) {
	sweep := func() (n int) {
		dbtest.Write(t, o.DB, func(tx *db.Tx) (err error) { n, err = o.x.Sweep(tx); return err })
		return n
	}
	inbox := func() (list []notify.Message) {
		dbtest.Read(t, o.DB, func(tx *db.Tx) (err error) {
			list, err = notify.Inbox(tx, []string{notify.Unit("mayors"), notify.Unit("housing"), notify.Unit("office")}, notify.Page{})
			return err
		})
		return list
	}
	if n := sweep(); n == 0 || len(inbox()) == 0 {
		t.Fatalf("first sweep: %d new, %d messages", n, len(inbox()))
	}
	before := len(inbox())
	if n := sweep(); n != 0 || len(inbox()) != before {
		t.Errorf("second sweep: %d new, %d messages more", n, len(inbox())-before)
	}
}

// The Wilson band against published values (Newcombe 1998, table I: 81/263 and 0/20).
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		low, high   float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		r := indicator.Figure{Numerator: c.part, Denominator: c.whole}.Rate()
		if math.Abs(r.Low-c.low) > 0.0001 || math.Abs(r.High-c.high) > 0.0001 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.part, c.whole, r.Low, r.High, c.low, c.high)
		}
	}
	if r := (indicator.Figure{}).Rate(); !math.IsNaN(r.Share()) || !r.Small() {
		t.Errorf("of nothing: %+v", r)
	}
}

// Small samples stand behind, without a place; equal rates share one; lower can be better.
func TestRanking(t *testing.T) {
	a := indicator.Answer{Definition: indicator.Definition{Indicator: &pack.Indicator{Percent: true, Better: "higher"}}, Figures: []indicator.Figure{
		{Key: "few", Numerator: 29, Denominator: 29}, {Key: "good", Numerator: 90, Denominator: 100}, {Key: "same", Numerator: 45, Denominator: 50},
		{Key: "poor", Numerator: 10, Denominator: 40}, {Key: "none"}}}
	got := ""
	for _, r := range a.Ranking() {
		got += fmt.Sprintf("%s %d; ", r.Key, r.At)
	}
	if want := "good 1; same 1; poor 3; few 0; none 0; "; got != want {
		t.Errorf("higher: %s, want %s", got, want)
	}
	a.Definition.Indicator = &pack.Indicator{Percent: true, Better: "lower", Fewest: 60}
	got = ""
	for _, r := range a.Ranking() {
		got += fmt.Sprintf("%s %d; ", r.Key, r.At)
	}
	if want := "good 1; few 0; none 0; poor 0; same 0; "; got != want {
		t.Errorf("lower, at least 60: %s, want %s", got, want)
	}
}

// Who is rated sees the figure and never from whom: a figure of ratings does not open to cases of his own unit, and a list of them has no grade.
func TestRatersStayUnknown(t *testing.T) {
	each(t, 400, func(o *desk) {
		d, err := o.x.Find(indicator.Standard, "satisfied", quarter.To)
		if err != nil {
			t.Fatal(err)
		}
		by, q := o.Handler, indicator.Question{Period: quarter}
		mine := func(l casework.Line) bool { return l.Lead == by.Unit || l.Desk == by.Unit }
		graded, figure := 0, o.ask(by, q, d)[0].Total
		for _, part := range []indicator.Part{indicator.All, indicator.Base, indicator.Hit, indicator.Miss} {
			for _, l := range o.all(by, d, q, part) {
				if l.Grade > 0 && mine(l) || part != indicator.All && mine(l) {
					t.Errorf("%s shows case %s of the unit itself, graded %d", part, l.ID, l.Grade)
				}
			}
		}
		for _, l := range o.all(o.Supervisor, d, q, indicator.Base) {
			if l.Grade > 0 && l.Lead == by.Unit {
				graded++
			}
		}
		if figure.Denominator == 0 || graded == 0 {
			t.Fatalf("nobody rated the unit: %+v, %d cases", figure, graded)
		}
	})
}

// all reads every page behind a figure.
func (o *desk) all(by staff.Actor, d indicator.Definition, q indicator.Question, part indicator.Part) (list []casework.Line) {
	o.t.Helper()
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) error {
		for before := db.ID(0); ; {
			rows, next, err := o.x.Rows(tx, by, d, q, part, "", before)
			list = append(list, rows...)
			if before = next; err != nil || next.IsZero() {
				return err
			}
		}
	})
	return list
}
