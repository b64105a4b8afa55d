package population_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/population"
	"linli/internal/register"
)

// town is invented persons in dwellings and households, to whom things happen.
type town struct {
	*testing.T
	d          *db.DB
	clock      *dbtest.Clock
	r          *register.Register
	rand       *rand.Rand
	persons    []db.ID
	dwellings  []db.ID
	households []db.ID
	pop        *population.Population
	classes    *class.Classes
}

var asked = map[lexicon.Kind][]string{
	lexicon.Person:    {"disability", "relief", lexicon.MaritalStatus, lexicon.Sex, lexicon.Born, lexicon.Name, lexicon.Died, "employment"},
	lexicon.Household: {"kind", lexicon.Address},
}

func each(t *testing.T, test func(*town)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		r, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		ix := new(pack.Index)
		x := &town{T: t, d: d, clock: clock, r: r, rand: rand.New(rand.NewPCG(7, 8)), pop: population.New(d, r, "4112"), classes: &class.Classes{Register: r, Packs: func() *pack.Index { return ix }}}
		for kind, names := range asked {
			x.pop.Want(kind, names...)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, place.Change{}, place.New{Code: "4112", Name: "甲市", Level: "市"}); err != nil {
				return err
			}
			for i := range 6 {
				w, err := register.AddDwelling(tx, register.Dwelling{Level: register.Building, Name: fmt.Sprint(i, "号"), Place: "4112"})
				if err != nil {
					return err
				}
				h, err := register.AddHousehold(tx, register.Household{Kind: register.Family, Place: "4112"})
				if err != nil {
					return err
				}
				x.dwellings, x.households = append(x.dwellings, w.ID), append(x.households, h.ID)
			}
			return x.arrive(tx, 25)
		})
		test(x)
	}, audit.Migrations, place.Migrations, fact.Migrations, register.Migrations)
}

func (x *town) arrive(tx *db.Tx, n int) error {
	var list []register.Newcomer
	for range n {
		m := register.Newcomer{Name: "王" + string([]rune("甲乙丙丁")[x.rand.IntN(4)]), Sex: form.Male, Place: "4112", Source: "demo"}
		if x.rand.IntN(5) > 0 {
			m.Born = civil.MustDate("1930-02-27").AddDays(x.rand.IntN(35000))
		}
		if x.rand.IntN(2) == 0 {
			m.Home = "4112"
		}
		list = append(list, m)
	}
	ids, err := x.r.AddMany(tx, list)
	x.persons = append(x.persons, ids...)
	return err
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// happen tells, relates or ends something, as likely as not of two who have to do with each other.
func (x *town) happen(tx *db.Tx) error {
	told := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}
	who := fact.Person(pick(x.rand, x.persons))
	var err error
	switch x.rand.IntN(8) {
	case 0:
		name := pick(x.rand, []string{"disability", "relief", lexicon.MaritalStatus, "employment", lexicon.Died, lexicon.Born})
		value := map[string][]string{"disability": {"none", "mental"}, "relief": {"minimum", "none"}, lexicon.MaritalStatus: {"married", "single"}, "employment": {"retired"},
			lexicon.Died: {"2026-09-01"}, lexicon.Born: {"1951-03-04", "2000-02-29"}}[name]
		_, err = x.r.Change(tx, fact.Fact{Subject: who, Name: name, Value: pick(x.rand, value), Telling: told})
	case 1:
		return x.arrive(tx, 1)
	case 2:
		list, err := fact.Relations(tx, who, fact.AsOf{})
		if err != nil || len(list) == 0 {
			return err
		}
		return fact.End(tx, pick(x.rand, list), place.Today(tx), told)
	default:
		r := fact.Relation{Name: pick(x.rand, []string{lexicon.LivesAt, lexicon.LivesAt, lexicon.RegisteredAt, lexicon.ParentOf, lexicon.ParentOf, lexicon.SpouseOf, lexicon.CaresFor, lexicon.MemberOf}),
			From: who, To: fact.Person(pick(x.rand, x.persons)), Telling: told}
		switch r.Name {
		case lexicon.LivesAt, lexicon.RegisteredAt:
			r.To = fact.Dwelling(pick(x.rand, x.dwellings))
		case lexicon.MemberOf:
			r.To = fact.Household(pick(x.rand, x.households))
		}
		_, err = fact.Relate(tx, r)
	}
	if k := fault.KindOf(err); k == fault.KindConflict || k == fault.KindInvalid { // he has a spouse, or is himself
		return nil
	}
	return err
}

// agree compares every row with what classes are asked about, and rows that were not said to have changed with what they were.
func (x *town) agree(before map[population.Row]string, since int64) (map[population.Row]string, int64) {
	x.Helper()
	after := map[population.Row]string{}
	if err := x.pop.Ask(x.Context(), func(c *population.City) error {
		for _, s := range x.subjects() {
			roll := c.Of(s.Kind)
			row, known := roll.Row(s.ID)
			if !known {
				x.Fatalf("%s has no row", s)
			}
			names := append([]string{pack.Today}, asked[s.Kind]...)
			for _, w := range pack.Derived[s.Kind] {
				names = append(names, w.Name)
			}
			got := roll.Facts(row, names)
			after[population.Row{Kind: s.Kind, Row: row}] = fmt.Sprint(got)
			dbtest.Read(x, x.d, func(tx *db.Tx) error {
				want, err := x.classes.Facts(tx, s)
				for _, n := range names {
					w := want[n]
					if i, isInt := w.(int); isInt {
						w = int64(i)
					}
					if !reflect.DeepEqual(got[n], w) {
						x.Errorf("%s: %s is %v in columns, %v in the register", s, n, got[n], w)
					}
				}
				return err
			})
		}
		return nil
	}); err != nil {
		x.Fatal(err)
	}
	changed, next, all := x.pop.Changes(since)
	said := map[population.Row]bool{}
	for _, r := range changed {
		said[r] = true
	}
	for r, was := range before {
		if !all && !said[r] && after[r] != was {
			x.Errorf("%v changed from %s to %s, and nobody was told", r, was, after[r])
		}
	}
	return after, next
}

func (x *town) subjects() (list []fact.Subject) {
	for _, id := range x.persons {
		list = append(list, fact.Person(id))
	}
	for _, id := range x.households {
		list = append(list, fact.Household(id))
	}
	return list
}

// Whatever happens, the columns say what the registers say, and tell who changed; read afresh they say the same.
func TestColumnsSayWhatTheRegistersSay(t *testing.T) {
	each(t, func(x *town) {
		for range 60 {
			dbtest.Write(t, x.d, x.happen)
		}
		before, next := x.agree(nil, 0)
		for round := range 25 {
			if round == 12 { // a birthday for some
				x.clock.Advance(24 * time.Hour)
			}
			for range 3 {
				dbtest.Write(t, x.d, x.happen)
			}
			before, next = x.agree(before, next)
			if x.Failed() {
				t.Fatalf("in round %d", round)
			}
		}
		x.pop = population.New(x.d, x.r, "4112")
		for kind, names := range asked {
			x.pop.Want(kind, names...)
		}
		x.agree(nil, 0)
	})
}

// One telling changes him and those about him, and nobody else; what is told twice at once is read once.
func TestChangesNameTheCircle(t *testing.T) {
	each(t, func(x *town) {
		tell := func(tx *db.Tx) error {
			_, err := x.r.Change(tx, fact.Fact{Subject: fact.Person(x.persons[3]), Name: "relief", Value: "minimum", Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}})
			return err
		}
		dbtest.Write(t, x.d, func(tx *db.Tx) error {
			for _, i := range []int{3, 4} {
				_, err := fact.Relate(tx, fact.Relation{Name: lexicon.LivesAt, From: fact.Person(x.persons[i]), To: fact.Dwelling(x.dwellings[0]), Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err := x.pop.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, next, _ := x.pop.Changes(0)
		dbtest.Write(t, x.d, tell)
		for range 2 {
			if err := x.pop.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			rows, now, all := x.pop.Changes(next)
			if len(rows) != 2 || all || now != next+2 {
				t.Errorf("%d rows changed, %v, from %d to %d", len(rows), all, next, now)
			}
		}
	})
}
