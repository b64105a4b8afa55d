package demo_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"linli/internal/benefit"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/demo"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/fixture"
	"linli/internal/flow"
	"linli/internal/grid"
	"linli/internal/hall"
	"linli/internal/ledger"
	"linli/internal/pack/packtest"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/service"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/packs"
	"linli/test/town"
)

// A site is an empty place to build on.
type site struct {
	d      *db.DB
	people *register.Register
	packs  *catalog.Catalog
}

func newSite(t *testing.T, d *db.DB) site {
	t.Helper()
	people, err := register.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(context.Background(), d, catalog.Source{FS: packs.Files, Shelf: packtest.Shelf})
	if err != nil {
		t.Fatal(err)
	}
	return site{d, people, c}
}

func sqlite(t *testing.T) site {
	t.Helper()
	return newSite(t, dbtest.SQLite(t, append(town.Migrations(), duty.Migrations, hall.Migrations, table.Migrations, grid.Migrations, fixture.Migrations, round.Migrations, ledger.Migrations, payrun.Migrations, service.Migrations, benefit.Migrations, serviceorder.Migrations, demo.Migrations)...))
}

// small is a city that is soon built.
func (s site) small() demo.Options {
	return demo.Options{DB: s.d, Packs: s.packs.Index, People: s.people, Scale: 80, Cases: 60, Now: dbtest.Day}
}

func build(t *testing.T, o demo.Options) demo.Summary {
	t.Helper()
	s, err := demo.Build(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s site) cases() *casework.Cases {
	return casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: s.packs.Index, People: s.people})
}

func (s site) actor(t *testing.T, login string) (a staff.Actor) {
	t.Helper()
	dbtest.Read(t, s.d, func(tx *db.Tx) error {
		account, err := staff.AccountByLogin(tx, login)
		if err == nil {
			a, err = account.Actor(tx, staff.ViaPage)
		}
		return err
	})
	return a
}

func TestTheCityIsWhole(t *testing.T) {
	migrations := append(town.Migrations(), duty.Migrations, hall.Migrations, table.Migrations, grid.Migrations, fixture.Migrations, round.Migrations, ledger.Migrations, payrun.Migrations, service.Migrations, benefit.Migrations, serviceorder.Migrations, demo.Migrations)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		got := build(t, s.small())
		if got.Places != 1527 || got.Residents != 80 || got.Units < 100 || got.Accounts < 40 || got.Cases < 140 || got.Added != got.Steps {
			t.Errorf("%+v", got)
		}
		for _, state := range []flow.State{flow.Registered, flow.Accepted, flow.Presented, flow.Instructed, flow.Dispatched, flow.Returned,
			flow.Waiting, flow.Replied, flow.Verified, flow.Closed, flow.Refused, flow.Archived, "emergency"} {
			if got.States[state] == 0 {
				t.Errorf("no case is %s", state)
			}
		}
		everybodyHasWork(t, s)
		historiesReplay(t, s)
		everyListedAccountOpens(t, s)
		againAddsNothing(t, s, got)
	}, migrations...)
}

// everybodyHasWork looks at the first page of each listed person.
func everybodyHasWork(t *testing.T, s site) {
	t.Helper()
	cases := s.cases()
	states := map[string][]flow.State{"desk": {flow.Registered}, "dispatcher": {flow.Accepted, flow.Returned}, "verifier": {flow.Replied},
		"leader-deputy": {flow.Presented}, "water": {flow.Dispatched}, "housing": {flow.Dispatched}, "yingji": {"emergency"}, "resident": nil,
		"duty": nil, "xinfang": nil, "supervisor": nil, "section": nil}
	marks := map[flow.Mark]int{}
	for login, want := range states {
		by := s.actor(t, login)
		dbtest.Read(t, s.d, func(tx *db.Tx) error {
			lines, _, err := cases.Queue(tx, by, casework.Query{States: want, Limit: 200})
			if err == nil && len(lines) == 0 {
				t.Errorf("%s has nothing to do", login)
			}
			for _, l := range lines {
				k, err := cases.Get(tx, by, l.ID)
				if err != nil {
					return err
				}
				marks[k.Situation.Mark(dbtest.Day)]++
			}
			return err
		})
	}
	if marks[flow.Green] == 0 || marks[flow.Yellow] == 0 || marks[flow.Red] == 0 || marks[flow.OnHold] == 0 {
		t.Errorf("marks %v", marks)
	}
}

// historiesReplay checks that each case is what its history leads to.
func historiesReplay(t *testing.T, s site) {
	t.Helper()
	cases, by := s.cases(), s.actor(t, "auditor")
	dbtest.Read(t, s.d, func(tx *db.Tx) error {
		ids, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) }, "select id from fact_case")
		if err != nil {
			return err
		}
		for _, id := range ids {
			v, err := cases.View(tx, by, id)
			if err != nil {
				return err
			}
			replayed, err := cases.Replay(v.Case, v.Steps)
			if err != nil {
				return err
			}
			a, _ := json.Marshal(replayed)
			b, _ := json.Marshal(v.Case.Situation)
			if string(a) != string(b) {
				t.Errorf("case %s:\n%s\n%s", v.Case.Number, a, b)
			}
			for i, step := range v.Steps {
				if step.At.After(dbtest.Day) || i > 0 && step.At.Before(v.Steps[i-1].At) {
					t.Errorf("case %s: step %d at %s", v.Case.Number, i, step.At)
				}
			}
		}
		return nil
	})
}

// againAddsNothing builds once more, with other wishes.
func againAddsNothing(t *testing.T, s site, first demo.Summary) {
	t.Helper()
	o := s.small()
	o.Seed, o.Scale = 7, 90 // the city keeps its own
	second := build(t, o)
	if second.Added != 0 {
		t.Errorf("%d steps added", second.Added)
	}
	second.Added = first.Added
	if !reflect.DeepEqual(first, second) {
		t.Errorf("%+v\n%+v", first, second)
	}
}

// A building that is stopped, as by kill -9 between two transactions, goes on to the same city; another seed gives another.
func TestGoesOnWhereItWasStopped(t *testing.T) {
	first, s, other := sqlite(t), sqlite(t), sqlite(t)
	whole := build(t, first.small())
	o := other.small()
	o.Seed = 2
	build(t, o)
	if reflect.DeepEqual(first.titles(t), other.titles(t)) {
		t.Error("another seed gave the same city")
	}
	for stop := 1; ; stop++ {
		ctx, cancel := context.WithCancel(context.Background())
		o, calls := s.small(), 0
		o.Progress = func(string, int, int) {
			if calls++; calls > 1+2*stop {
				cancel()
			}
		}
		got, err := demo.Build(ctx, o)
		cancel()
		if err == nil {
			got.Added, whole.Added = 0, 0
			if stop < 3 || !reflect.DeepEqual(got, whole) || !reflect.DeepEqual(s.titles(t), first.titles(t)) {
				t.Errorf("after %d stops\n%+v\n%+v", stop-1, got, whole)
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

// titles are the numbers, states and titles of all cases.
func (s site) titles(t *testing.T) (list []string) {
	t.Helper()
	dbtest.Read(t, s.d, func(tx *db.Tx) (err error) {
		list, err = db.Select(tx, func(r *db.Rows) (string, error) {
			var number, state, title string
			err := r.Scan(&number, &state, &title)
			return number + state + title, err
		}, "select number, state, title from fact_case order by number")
		return err
	})
	return list
}

func TestRefusesACityThatIsThere(t *testing.T) {
	s := sqlite(t)
	dbtest.Write(t, s.d, func(tx *db.Tx) error {
		return place.Add(tx, place.Change{}, place.New{Code: "5104", Name: "某市", Level: "市"})
	})
	if _, err := demo.Build(context.Background(), s.small()); !errors.Is(err, demo.ErrNotEmpty) || fault.KindOf(err) != fault.KindConflict {
		t.Errorf("%v", err)
	}
	o := sqlite(t).small()
	o.Scale = demo.MaxScale + 1
	if _, err := demo.Build(context.Background(), o); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("scale out of bounds: %v", err)
	}
}

func everyListedAccountOpens(t *testing.T, s site) {
	t.Helper()
	if len(demo.Accounts()) < 12 {
		t.Errorf("only %d accounts are listed", len(demo.Accounts()))
	}
	there := 0
	for _, a := range demo.Accounts() {
		var err error
		dbtest.Read(t, s.d, func(tx *db.Tx) error { _, err = staff.AccountByLogin(tx, a.Login); return nil })
		if fault.KindOf(err) == fault.KindNotFound && err != nil {
			continue // works by a document of another city, which this one has not adopted
		}
		there++
		if by := s.actor(t, a.Login); len(by.Roles()) == 0 || a.Try == "" {
			t.Errorf("%+v may do nothing", a)
		}
	}
	if there < 20 {
		t.Errorf("only %d of the listed accounts are there", there)
	}
	if _, err := staff.Login(context.Background(), s.d, "desk", demo.Password); err != nil {
		t.Error(err)
	}
}
