// Package indicatortest makes a small invented city for the tests of packages that count cases: two counties with streets
// and communities, the offices that the packs name, and people in office. It owns no table and is never in the program.
package indicatortest

import (
	"io/fs"
	"testing"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duty"
	"linli/internal/fact"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/staff"
	"linli/packs"
)

// Migrations are those of everything below the counting packages.
var Migrations = []fs.FS{audit.Migrations, job.Migrations, search.Migrations, once.Migrations, place.Migrations, fact.Migrations, register.Migrations,
	staff.Migrations, catalog.Migrations, notify.Migrations, picture.Migrations, casework.Migrations, duty.Migrations}

// Paths of the places of the city.
const (
	Top      = "4112/"
	East     = "4112/411202/"
	West     = "4112/411221/"
	EastMain = "4112/411202/411202001/"
)

// Communities are the codes of the leaves, those of East first.
var Communities = []string{"411202001001", "411202001002", "411202002001", "411221001001", "411221001002"}

// A City is an open invented city.
type City struct {
	DB     *db.DB
	Packs  *pack.Index
	Cases  *casework.Cases
	People *register.Register

	Desk       staff.Actor // registers and sends out, for the whole city
	Supervisor staff.Actor // of the whole city, in the unit that fills city-office
	County     staff.Actor // supervisor of East only
	Handler    staff.Actor // of the unit "housing"
	Verifier   staff.Actor
	Leader     staff.Actor // deputy head of the office
	Mayor      staff.Actor
	Nobody     staff.Actor // a resident
}

var units = []staff.Unit{
	{Code: "office", Name: "市政府办公室", Kind: "office", Place: "4112", Offices: []string{"city-office"}},
	{Code: "mayors", Name: "市长办公室", Kind: "office", Place: "4112", Parent: "office", Offices: []string{"mayors-section", "duty-room", "petition-bureau"}},
	{Code: "housing", Name: "市住房局", Kind: "department", Place: "4112", Offices: []string{"competent"}},
	{Code: "roads", Name: "市道路局", Kind: "department", Place: "4112", Offices: []string{"competent"}},
	{Code: "east-gov", Name: "东城区政府", Kind: "county-government", Place: "411202", Offices: []string{"competent"}},
}

// Open makes the city in a database that has the Migrations.
func Open(t testing.TB, d *db.DB) *City {
	t.Helper()
	only, err := fs.Sub(packs.Files, "sanmenxia/sm12-69") // what is counted here is what this one document orders
	if err != nil {
		t.Fatal(err)
	}
	ix, err := pack.Load(only, pack.Options{Shelf: packtest.Shelf})
	if err != nil {
		t.Fatal(err)
	}
	people, err := register.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &City{DB: d, Packs: ix, People: people}
	c.Cases = casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: c.Index, People: people})
	dbtest.Write(t, d, func(tx *db.Tx) error { return c.places(tx) })
	dbtest.Write(t, d, func(tx *db.Tx) error { return c.staff(tx) })
	return c
}

// Index returns the packs.
func (c *City) Index() *pack.Index { return c.Packs }

func (c *City) places(tx *db.Tx) error {
	list := []place.New{{Code: "4112", Name: "示例市", Level: "市"},
		{Code: "411202", Name: "东城区", Level: "县", Parent: "4112"}, {Code: "411221", Name: "西山县", Level: "县", Parent: "4112"},
		{Code: "411202001", Name: "前进街道", Level: "乡", Parent: "411202"}, {Code: "411202002", Name: "河堤街道", Level: "乡", Parent: "411202"},
		{Code: "411221001", Name: "西山镇", Level: "乡", Parent: "411221"},
		{Code: "411202001001", Name: "前进社区", Level: "村", Parent: "411202001"}, {Code: "411202001002", Name: "文化社区", Level: "村", Parent: "411202001"},
		{Code: "411202002001", Name: "河堤社区", Level: "村", Parent: "411202002"},
		{Code: "411221001001", Name: "山前村", Level: "村", Parent: "411221001"}, {Code: "411221001002", Name: "山后村", Level: "村", Parent: "411221001"}}
	for _, n := range list {
		if err := place.Add(tx, place.Change{On: civil.MustDate("2010-01-01"), Basis: "测试"}, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *City) staff(tx *db.Tx) error {
	root := staff.Actor{Login: "command:test", Name: "测试", Via: staff.ViaCommand}
	for _, u := range units {
		if err := staff.PutUnit(tx, root, u); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		to                             *staff.Actor
		login, name, post, unit, place string
		roles                          []staff.Role
	}{
		{&c.Desk, "desk", "登记员", "", "mayors", "4112", []staff.Role{staff.Desk, staff.Dispatcher}},
		{&c.Supervisor, "supervisor", "督查员", "", "office", "4112", []staff.Role{staff.Supervisor}},
		{&c.County, "county", "区督查员", "", "east-gov", "411202", []staff.Role{staff.Supervisor}},
		{&c.Handler, "handler", "承办人", "", "housing", "", []staff.Role{staff.Handler}},
		{&c.Verifier, "verifier", "核查员", "", "office", "4112", []staff.Role{staff.Verifier}},
		{&c.Leader, "leader", "王主任", "office-deputy", "office", "4112", []staff.Role{staff.Leader}},
		{&c.Mayor, "mayor", "李市长", "mayor", "office", "4112", []staff.Role{staff.Leader}},
		{&c.Nobody, "resident", "居民", "", "", "", []staff.Role{staff.Resident}},
	} {
		a, err := staff.Create(tx, root, staff.Account{Login: p.login, Name: p.name, Post: p.post, Unit: p.unit}, "unusable")
		if err != nil {
			return err
		}
		for _, r := range p.roles {
			unit := ""
			if r == staff.Handler {
				unit = p.unit
			}
			if err := staff.Allow(tx, root, a.ID, r, p.place, unit); err != nil {
				return err
			}
		}
		if *p.to, err = staff.ActorOf(tx, a.ID, staff.ViaPage); err != nil {
			return err
		}
	}
	return nil
}
