package casework_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/staff"
	"linli/packs"
)

// tables is a small division of land that sm12-69 applies to.
const tables = "level,code,name,parent\n2,4112,三门峡市,\n3,411202,湖滨区,4112\n4,411202001,湖滨街道,411202\n5,411202001001,市场社区,411202001\n" +
	"3,411203,陕州区,4112\n4,411203001,大营镇,411203\n5,411203001001,温塘村,411203001\n"

// office is the staff of the test town: login → role, place or unit, post.
var office = []struct {
	login string
	unit  string
	role  staff.Role
	place string
	at    string // unit of the grant
	post  string
}{
	{"desk", "sm-mayor", staff.Desk, "4112", "sm-mayor", ""},
	{"duty", "sm-duty", staff.Desk, "4112", "sm-duty", ""},
	{"dispatcher", "sm-mayor", staff.Dispatcher, "4112", "", ""},
	{"water", "sm-water", staff.Handler, "", "sm-water", ""},
	{"water2", "sm-water", staff.Handler, "", "sm-water", ""},
	{"roads", "sm-roads", staff.Handler, "", "sm-roads", ""},
	{"verifier", "sm-office", staff.Verifier, "4112", "", ""},
	{"supervisor", "sm-office", staff.Supervisor, "4112", "", ""},
	{"deputy", "sm-office", staff.Leader, "4112", "", "office-deputy"},
	{"mayor", "sm-office", staff.Leader, "4112", "", "vice-mayor"},
	{"hubin", "sm-office", staff.Supervisor, "411202", "", ""},
}

var hashed = sync.OnceValues(func() (staff.Password, error) {
	return staff.NewPassword(context.Background(), "", "三门峡的冬天有白天鹅")
})

// A town is a database with places, units, accounts and packs, and its casework.
type town struct {
	t     testing.TB
	d     *db.DB
	cases *casework.Cases
	clock *dbtest.Clock
	who   map[string]staff.Actor
	keys  int
	src   fs.FS // packs in force
}

// each runs a test in a fresh town on both engines.
func each(t *testing.T, test func(t *testing.T, w *town)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		test(t, found(t, d, clock))
	}, audit.Migrations, job.Migrations, search.Migrations, once.Migrations, place.Migrations, fact.Migrations, register.Migrations, staff.Migrations,
		catalog.Migrations, notify.Migrations, picture.Migrations, casework.Migrations)
}

func found(t testing.TB, d *db.DB, clock *dbtest.Clock) *town {
	t.Helper()
	clock.Set(at("2026-10-12 09:00"))
	w := &town{t: t, d: d, clock: clock, who: map[string]staff.Actor{}, src: packs.Files}
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	password, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	table, err := place.Parse(strings.NewReader(tables))
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, d, func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return err
		}
		for _, u := range []staff.Unit{
			{Code: "sm-office", Name: "市政府办公室", Place: "4112", Offices: []string{"city-office"}},
			{Code: "sm-mayor", Name: "市长办公室", Place: "4112", Offices: []string{"mayors-section"}},
			{Code: "sm-duty", Name: "市政府值班室", Place: "4112", Offices: []string{"duty-room"}},
			{Code: "sm-water", Name: "市水利局", Place: "4112", Offices: []string{"competent"}},
			{Code: "sm-roads", Name: "市城管局", Place: "4112", Offices: []string{"competent"}},
		} {
			if err := staff.PutUnit(tx, root, u); err != nil {
				return err
			}
		}
		for _, o := range office {
			a, err := staff.Create(tx, root, staff.Account{Login: o.login, Name: o.login, Unit: o.unit, Post: o.post}, password)
			if err != nil {
				return err
			}
			if err := staff.Allow(tx, root, a.ID, o.role, o.place, o.at); err != nil {
				return err
			}
			if w.who[o.login], err = staff.ActorOf(tx, a.ID, staff.ViaPage); err != nil {
				return err
			}
		}
		return nil
	})
	w.openCases()
	return w
}

func (w *town) openCases() {
	w.t.Helper()
	c, err := catalog.Open(w.t.Context(), w.d, catalog.Source{FS: w.src, Shelf: packtest.Shelf})
	if err != nil {
		w.t.Fatal(err)
	}
	people, err := register.Open(w.t.TempDir())
	if err != nil {
		w.t.Fatal(err)
	}
	w.cases = casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: c.Index, People: people, SMS: true})
}

// at gives an instant in +08:00.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, civil.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// letter is a mailbox message as a resident sends it.
func letter(subject string) casework.Intake {
	return casework.Intake{Flow: "mailbox", Place: "411202001001", Fields: map[string]string{
		"sender": "王小明", "phone": "19900000001", "subject": subject, "content": "小区门口的自来水管漏水三天，请派人维修。"}}
}

func (w *town) key() string {
	w.keys++
	return fmt.Sprintf("key-%d", w.keys)
}

// register registers an intake and stops the test when that fails.
func (w *town) register(who string, in casework.Intake) casework.Receipt {
	w.t.Helper()
	if in.Key == "" {
		in.Key = w.key()
	}
	var r casework.Receipt
	dbtest.Write(w.t, w.d, func(tx *db.Tx) (err error) {
		r, err = w.cases.Register(tx, w.who[who], in)
		return err
	})
	return r
}

// try takes a step and returns its error.
func (w *town) try(who string, id db.ID, a casework.Act) (casework.Done, error) {
	if a.Key == "" {
		a.Key = w.key()
	}
	var d casework.Done
	err := w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		d, err = w.cases.Do(tx, w.who[who], id, a)
		return err
	})
	return d, err
}

// do takes a step and stops the test when it is refused.
func (w *town) do(who string, id db.ID, v flow.Verb, more ...func(*casework.Act)) casework.Done {
	w.t.Helper()
	d, err := w.try(who, id, act(v, more...))
	if err != nil {
		w.t.Fatalf("%s by %s: %v", v, who, err)
	}
	return d
}

// refused expects a fault of a kind.
func (w *town) refused(who string, id db.ID, kind fault.Kind, v flow.Verb, more ...func(*casework.Act)) *fault.Error {
	w.t.Helper()
	_, err := w.try(who, id, act(v, more...))
	if err == nil || fault.KindOf(err) != kind {
		w.t.Fatalf("%s by %s gave %v, want a fault of kind %s", v, who, err, kind)
	}
	return fault.As(err)
}

func act(v flow.Verb, more ...func(*casework.Act)) casework.Act {
	a := casework.Act{Act: flow.Act{Verb: v}}
	for _, m := range more {
		m(&a)
	}
	return a
}

func words(s string) func(*casework.Act)   { return func(a *casework.Act) { a.Words = s } }
func to(unit string) func(*casework.Act)   { return func(a *casework.Act) { a.To = unit } }
func with(u ...string) func(*casework.Act) { return func(a *casework.Act) { a.With = u } }
func outcome(s string) func(*casework.Act) { return func(a *casework.Act) { a.Outcome = s } }
func sets(m map[string]any) func(*casework.Act) {
	return func(a *casework.Act) { a.Sets = m }
}

func (w *town) get(who string, id db.ID) (k *casework.Case, err error) {
	err = w.d.Read(context.Background(), func(tx *db.Tx) (err error) { k, err = w.cases.Get(tx, w.who[who], id); return err })
	return k, err
}

// ordinary registers an ordinary letter, classifies and accepts it.
func (w *town) ordinary(subject string) casework.Receipt {
	w.t.Helper()
	r := w.register("desk", letter(subject))
	w.do("desk", r.Case, flow.Classify, sets(map[string]any{"weight": "ordinary", "category": "供水", "digest": "水管漏水"}))
	w.do("desk", r.Case, flow.Accept)
	return r
}
