package event_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// town is two streets of one city, one community in each, with a building of two rooms.
type town struct {
	t      *testing.T
	d      *db.DB
	clock  *dbtest.Clock
	e      *event.Events
	clerk  staff.Actor // of the first street
	second staff.Actor // another clerk there
	away   staff.Actor // of the second street
	admin  staff.Actor
	rooms  []register.Dwelling
	n      int
}

const (
	comm1, path1 = "411202001001", "4112/411202/411202001/411202001001/"
	comm2, path2 = "411202002001", "4112/411202/411202002/411202002001/"
)

func each(t *testing.T, test func(x *town)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		r, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		actor := func(login, path string, role staff.Role) staff.Actor {
			return staff.Actor{Account: db.NewID(), Login: login, Unit: login, Grants: []staff.Grant{{Role: role, Place: path}}}
		}
		x := &town{t: t, d: d, clock: clock, e: &event.Events{Register: r}, clerk: actor("clerk", "4112/411202/411202001/", staff.Desk),
			second: actor("second", "4112/411202/411202001/", staff.Desk), away: actor("away", "4112/411202/411202002/", staff.Desk),
			admin: staff.Actor{Account: db.NewID(), Login: "admin", Grants: []staff.Grant{{Role: staff.Admin}}}}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			c := place.Change{On: civil.MustDate("2020-01-01"), By: "test"}
			for _, n := range []place.New{{Code: "4112", Name: "甲市", Level: "市"}, {Code: "411202", Name: "乙区", Level: "县", Parent: "4112"},
				{Code: "411202001", Name: "东街道", Level: "乡", Parent: "411202"}, {Code: "411202002", Name: "西街道", Level: "乡", Parent: "411202"},
				{Code: comm1, Name: "东一社区", Level: "村", Parent: "411202001"}, {Code: "411202001002", Name: "东二社区", Level: "村", Parent: "411202001"},
				{Code: comm1 + "001", Name: "一网格", Level: "网格", Parent: comm1}, {Code: comm2, Name: "西一社区", Level: "村", Parent: "411202002"}} {
				if err := place.Add(tx, c, n); err != nil {
					return err
				}
			}
			building, err := register.AddDwelling(tx, register.Dwelling{Level: register.Building, Name: "3号楼", Place: comm1})
			for _, room := range []string{"101室", "102室"} {
				if err == nil {
					var d register.Dwelling
					d, err = register.AddDwelling(tx, register.Dwelling{Level: register.Room, Name: room, Parent: building.ID})
					x.rooms = append(x.rooms, d)
				}
			}
			return err
		})
		test(x)
	}, audit.Migrations, job.Migrations, place.Migrations, fact.Migrations, register.Migrations, staff.Migrations, event.Migrations)
}

func (x *town) write(fn func(tx *db.Tx) error) {
	x.t.Helper()
	x.clock.Advance(time.Minute)
	dbtest.Write(x.t, x.d, fn)
}

// fails runs fn and wants a fault of the kind that says all the words.
func (x *town) fails(kind fault.Kind, fn func(tx *db.Tx) error, words ...string) {
	x.t.Helper()
	x.clock.Advance(time.Minute)
	err := x.d.Write(context.Background(), fn)
	if err == nil || fault.KindOf(err) != kind {
		x.t.Errorf("got %v, want %v", err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(fault.As(err).Message(), w) {
			x.t.Errorf("%q does not say %q", fault.As(err).Message(), w)
		}
	}
}

// somebody adds a person who lives at the first community.
func (x *town) somebody(name string, sex form.Sex, born string) (id db.ID) {
	x.t.Helper()
	x.n++
	x.write(func(tx *db.Tx) error {
		p, _, err := x.e.Register.FindOrCreate(tx, register.Newcomer{Name: name, Sex: sex, Born: civil.MustDate(born), Place: comm1,
			Phone: fmt.Sprintf("1990000%04d", x.n), Source: "window"})
		id = p.ID
		return err
	})
	return id
}

func day(s string) civil.Date { return civil.MustDate(s) }

// family is father, mother and their household in the first room.
func (x *town) family() (father, mother db.ID, h db.ID) {
	x.t.Helper()
	father, mother = x.somebody("王强", form.Male, "1990-05-01"), x.somebody("李梅", form.Female, "1992-03-08")
	x.write(func(tx *db.Tx) error {
		_, err := x.e.Marriage(tx, x.clerk, father, mother, day("2018-06-01"), "")
		return err
	})
	x.write(func(tx *db.Tx) error {
		_, err := x.e.MoveIn(tx, x.clerk, event.Move{Persons: []db.ID{father, mother}, Dwelling: x.rooms[0].ID, Registered: true, On: day("2018-07-01")})
		if err != nil {
			return err
		}
		list, err := fact.Relations(tx, fact.Person(father), fact.AsOf{}, lexicon.Heads)
		if len(list) == 1 {
			h = list[0].To.ID
		}
		return err
	})
	if h.IsZero() {
		x.t.Fatal("the first of a new household does not head it")
	}
	return father, mother, h
}

func (x *town) value(s fact.Subject, name string) (v string) {
	x.t.Helper()
	dbtest.Read(x.t, x.d, func(tx *db.Tx) error {
		f, _, err := fact.One(tx, s, name, fact.AsOf{})
		v = f.Value
		return err
	})
	return v
}

func TestALifeInOneHousehold(t *testing.T) {
	each(t, func(x *town) {
		father, mother, h := x.family()
		born := func(name string, confirmed bool) (id, deed db.ID, err error) {
			x.clock.Advance(time.Minute)
			err = x.d.Write(context.Background(), func(tx *db.Tx) error {
				p, e, err := x.e.Birth(tx, x.clerk, event.Birth{Name: name, Sex: form.Female, Born: day("2026-09-01"), Mother: mother, Father: father, Household: h, Confirmed: confirmed})
				id, deed = p.ID, e
				return err
			})
			return id, deed, err
		}
		elder, _, err := born("王一", false)
		if err != nil {
			t.Fatal(err)
		}
		twin, deed, err := born("王二", false)
		if err != nil || twin == elder {
			t.Fatalf("a twin: %v", err)
		}
		if _, _, err := born("王一", false); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("the same birth told twice: %v", err)
		}
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			members, err := event.Members(tx, h, fact.AsOf{})
			p, err2 := register.PersonOf(tx, twin)
			if len(members) != 4 || p.Path != path1 || p.HomePath != path1 || p.Address != x.rooms[0].Address || err2 != nil {
				t.Errorf("%d members, the twin is %+v, %v", len(members), p, err2)
			}
			before, err3 := event.Members(tx, h, fact.AsOf{Valid: day("2026-08-31")})
			if len(before) != 2 || err3 != nil {
				t.Errorf("the day before there were %d members", len(before))
			}
			return err
		})
		// heads: a child beside adults, a stranger, then the mother
		stranger := x.somebody("赵六", form.Male, "1970-01-01")
		head := func(id db.ID) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := x.e.ChangeHead(tx, x.clerk, h, id, day("2026-10-01"), ""); return err }
		}
		x.fails(fault.KindInvalid, head(elder), "王一", "18")
		x.fails(fault.KindInvalid, head(stranger), "成员")
		x.write(head(mother))
		// death of the father: the widow, the head stays, he can do nothing more
		x.fails(fault.KindInvalid, func(tx *db.Tx) error {
			_, err := x.e.Death(tx, x.clerk, event.Death{Person: father, On: day("2027-01-01")})
			return err
		}, "还没有到")
		x.write(func(tx *db.Tx) error {
			_, err := x.e.Death(tx, x.clerk, event.Death{Person: father, On: day("2026-10-05")})
			return err
		})
		if got := x.value(fact.Person(mother), lexicon.MaritalStatus); got != "widowed" {
			t.Errorf("the widow is %q", got)
		}
		x.fails(fault.KindInvalid, func(tx *db.Tx) error {
			_, err := x.e.Death(tx, x.clerk, event.Death{Person: father, On: day("2026-10-06")})
			return err
		}, "2026-10-05")
		x.fails(fault.KindInvalid, func(tx *db.Tx) error {
			_, err := x.e.MoveIn(tx, x.clerk, event.Move{Persons: []db.ID{father}, Dwelling: x.rooms[1].ID})
			return err
		}, "死亡")
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			p, err := register.PersonOf(tx, father)
			if p.Alive("applicant") == nil || p.Died != day("2026-10-05") {
				t.Errorf("the dead man is %+v", p)
			}
			return err
		})
		// the twin's birth is taken back: nobody's child, in no list
		x.fails(fault.KindInvalid, func(tx *db.Tx) error { return x.e.Undo(tx, x.clerk, deed, "错") })
		x.fails(fault.KindForbidden, func(tx *db.Tx) error { return x.e.Undo(tx, x.away, deed, "登记错了户") })
		x.write(func(tx *db.Tx) error { return x.e.Undo(tx, x.clerk, deed, "登记错了户") })
		x.fails(fault.KindConflict, func(tx *db.Tx) error { return x.e.Undo(tx, x.clerk, deed, "登记错了户") })
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			list, err := fact.Relations(tx, fact.Person(twin), fact.AsOf{})
			p, _ := register.PersonOf(tx, twin)
			if len(list) != 0 || p.Path != "" {
				t.Errorf("after the undoing: %d relations, path %q", len(list), p.Path)
			}
			return err
		})
	})
}

func TestMarriagesAreOneAtATime(t *testing.T) {
	each(t, func(x *town) {
		father, mother, _ := x.family()
		other, young := x.somebody("孙丽", form.Female, "1995-01-01"), x.somebody("周明", form.Male, "2006-01-01")
		wed := func(a, b db.ID, on string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := x.e.Marriage(tx, x.clerk, a, b, day(on), ""); return err }
		}
		x.fails(fault.KindConflict, wed(father, other, "2026-10-01"), "王强", "2018-06-01")
		x.fails(fault.KindConflict, wed(other, mother, "2026-10-01"), "李梅")
		x.fails(fault.KindRefused, wed(young, other, "2026-10-01"), "周明", "20")
		x.fails(fault.KindInvalid, wed(other, other, "2026-10-01"))
		x.fails(fault.KindForbidden, func(tx *db.Tx) error {
			_, err := x.e.Marriage(tx, x.away, father, other, day("2026-10-01"), "")
			return err
		})
		x.write(func(tx *db.Tx) error { _, err := x.e.Divorce(tx, x.clerk, mother, day("2026-09-01"), ""); return err })
		if a, b := x.value(fact.Person(father), lexicon.MaritalStatus), x.value(fact.Person(mother), lexicon.MaritalStatus); a != "divorced" || b != "divorced" {
			t.Errorf("they are %q and %q", a, b)
		}
		x.fails(fault.KindInvalid, func(tx *db.Tx) error { _, err := x.e.Divorce(tx, x.clerk, mother, day("2026-10-01"), ""); return err })
		x.write(wed(father, other, "2026-10-01"))
	})
}

func TestHouseholdsDivideAndJoin(t *testing.T) {
	each(t, func(x *town) {
		father, mother, h := x.family()
		son := x.somebody("王刚", form.Male, "2000-01-01")
		x.write(func(tx *db.Tx) error {
			_, err := x.e.MoveIn(tx, x.clerk, event.Move{Persons: []db.ID{son}, Dwelling: x.rooms[0].ID, Household: h, Registered: true, On: day("2020-01-01")})
			return err
		})
		split := func(head db.ID, members ...db.ID) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, _, err := x.e.Split(tx, x.clerk, event.Division{Household: h, Members: members, Head: head, Dwelling: x.rooms[1].ID, On: day("2026-10-01")})
				return err
			}
		}
		x.fails(fault.KindInvalid, split(father, father), "户主")
		x.fails(fault.KindInvalid, split(son, son, mother, father), "至少留一人")
		x.fails(fault.KindInvalid, split(mother, son), "成员")
		var made register.Household
		var deed db.ID
		x.write(func(tx *db.Tx) (err error) {
			made, deed, err = x.e.Split(tx, x.clerk, event.Division{Household: h, Members: []db.ID{son}, Head: son, Dwelling: x.rooms[1].ID, On: day("2026-10-01")})
			return err
		})
		members := func(h db.ID) (n int) {
			dbtest.Read(t, x.d, func(tx *db.Tx) error { list, err := event.Members(tx, h, fact.AsOf{}); n = len(list); return err })
			return n
		}
		if members(h) != 2 || members(made.ID) != 1 {
			t.Errorf("after the split %d and %d", members(h), members(made.ID))
		}
		x.write(func(tx *db.Tx) error { return x.e.Undo(tx, x.clerk, deed, "本人撤回分户申请") })
		if members(h) != 3 || members(made.ID) != 0 {
			t.Errorf("after the undoing %d and %d", members(h), members(made.ID))
		}
		x.write(func(tx *db.Tx) (err error) {
			made, _, err = x.e.Split(tx, x.clerk, event.Division{Household: h, Members: []db.ID{son}, Head: son, On: day("2026-10-02")})
			return err
		})
		x.write(func(tx *db.Tx) error { _, err := x.e.Join(tx, x.clerk, made.ID, h, day("2026-10-03"), ""); return err })
		if members(h) != 3 || members(made.ID) != 0 {
			t.Errorf("after they joined %d and %d", members(h), members(made.ID))
		}
		x.fails(fault.KindInvalid, func(tx *db.Tx) error { _, err := x.e.Join(tx, x.clerk, made.ID, h, day("2026-10-04"), ""); return err }, "注销")
	})
}

func TestFloatingPopulationGoesThereAndBack(t *testing.T) {
	each(t, func(x *town) {
		var f event.Floating
		arrive := func(tx *db.Tx) error {
			made, err := x.e.Arrive(tx, x.away, event.Newcomer{Newcomer: register.Newcomer{Name: "陈来", Sex: form.Male, Born: day("1988-08-08"), Phone: "19900009999", Place: comm2, Address: "西一社区5号"},
				Home: comm1, HomeAt: "东一社区9号", Reason: "work"})
			if err == nil {
				f = made
			}
			return err
		}
		x.write(arrive)
		x.fails(fault.KindConflict, arrive)
		x.fails(fault.KindForbidden, func(tx *db.Tx) error {
			_, err := x.e.Arrive(tx, x.clerk, event.Newcomer{Newcomer: register.Newcomer{Name: "陈某", Place: comm2}, Home: comm1})
			return err
		})
		waits := func(by staff.Actor, side event.Side, state string) (n int) {
			dbtest.Read(t, x.d, func(tx *db.Tx) error {
				list, err := event.Waiting(tx, by, side, state, 0, 10)
				n = len(list)
				return err
			})
			return n
		}
		pending := func(by staff.Actor, wantHere, wantHome int) {
			t.Helper()
			dbtest.Read(t, x.d, func(tx *db.Tx) error {
				here, home, err := event.Pending(tx, by)
				if here != wantHere || home != wantHome {
					t.Errorf("%s has %d here and %d to answer, want %d and %d", by.Login, here, home, wantHere, wantHome)
				}
				return err
			})
		}
		pending(x.away, 1, 0)
		pending(x.clerk, 0, 0)
		if waits(x.away, event.Here, event.Collected) != 1 || waits(x.clerk, event.Here, event.Collected) != 0 {
			t.Error("it waits in the wrong queue")
		}
		x.fails(fault.KindConflict, func(tx *db.Tx) error { return x.e.Share(tx, x.away, f.ID) })
		x.fails(fault.KindForbidden, func(tx *db.Tx) error { return x.e.Verify(tx, x.clerk, f.ID) })
		x.write(func(tx *db.Tx) error { return x.e.Verify(tx, x.away, f.ID) })
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			got, _, err := fact.One(tx, fact.Person(f.Person), "registered_address", fact.AsOf{})
			if got.Certainty != fact.Confirmed || got.Value != "东一社区9号" {
				t.Errorf("verified, it is %+v", got)
			}
			return err
		})
		x.write(func(tx *db.Tx) error {
			n, err := x.e.Aggregate(tx, x.away, "4112/411202/411202002/", "2026-10")
			if n != 1 {
				t.Errorf("%d counted", n)
			}
			return err
		})
		x.write(func(tx *db.Tx) error { return x.e.Share(tx, x.away, f.ID) })
		pending(x.away, 0, 0)
		pending(x.clerk, 0, 1)
		if waits(x.clerk, event.Home, event.Shared) != 1 || waits(x.away, event.Home, event.Shared) != 0 {
			t.Error("the home is not told")
		}
		x.fails(fault.KindForbidden, func(tx *db.Tx) error { return x.e.Feed(tx, x.away, f.ID, event.Feedback{Answer: "confirmed"}) })
		x.fails(fault.KindInvalid, func(tx *db.Tx) error { return x.e.Feed(tx, x.clerk, f.ID, event.Feedback{Answer: "differs"}) })
		x.write(func(tx *db.Tx) error {
			return x.e.Feed(tx, x.clerk, f.ID, event.Feedback{Answer: "differs", Note: "门牌不同", Facts: map[string]string{"registered_address": "东一社区8号", "ethnicity": "汉族"}})
		})
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			list, err := fact.Conflicts(tx, fact.Queue{Places: []string{"4112/411202/411202002/"}, Limit: 5})
			if len(list) != 1 || list[0].Value != "东一社区8号" {
				t.Errorf("what differs waits as %+v", list)
			}
			return err
		})
		if x.value(fact.Person(f.Person), "ethnicity") != "汉族" {
			t.Error("what only the home knew is not known")
		}
		// the person may be seen from both ends, and from nowhere else
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			for _, by := range []staff.Actor{x.clerk, x.away} {
				if err := register.See(tx, by, fact.Person(f.Person), register.ForService); err != nil {
					t.Errorf("%s: %v", by.Login, err)
				}
			}
			return nil
		})
		x.write(func(tx *db.Tx) error {
			_, err := x.e.Depart(tx, x.away, f.Person, day("2026-10-08"), "丙市")
			return err
		})
	})
}

func TestAreasMergeAndSplit(t *testing.T) {
	each(t, func(x *town) {
		father, _, h := x.family()
		merge := func(tx *db.Tx) error {
			return x.e.MergeAreas(tx, x.admin, place.Change{Basis: "甲政〔2026〕1号"}, []string{comm1, "411202001002"}, place.New{Code: "411202001002", Name: "东二社区"})
		}
		x.fails(fault.KindForbidden, func(tx *db.Tx) error {
			return x.e.MergeAreas(tx, x.clerk, place.Change{}, []string{comm1}, place.New{Code: "411202001002"})
		})
		var below db.ID // of a grid below the community
		x.write(func(tx *db.Tx) error {
			ids, err := x.e.Register.AddMany(tx, []register.Newcomer{{Name: "吴网", Place: comm1 + "001"}})
			below = ids[0]
			return err
		})
		x.write(merge)
		const merged = "4112/411202/411202001/411202001002/"
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			p, err := register.PersonOf(tx, father)
			house, err2 := register.HouseholdOf(tx, h)
			if p.Path != merged || p.HomePath != merged || house.Path != merged || err2 != nil {
				t.Errorf("the resident is at %q, registered at %q, his household at %q", p.Path, p.HomePath, house.Path)
			}
			grid, err5 := register.PersonOf(tx, below)
			if grid.Path != merged+comm1+"001/" || grid.Place != comm1+"001" || err5 != nil {
				t.Errorf("below the community somebody is at %q", grid.Path)
			}
			old, _, err3 := fact.One(tx, fact.Person(father), lexicon.Place, fact.AsOf{})
			now, err4 := place.Resolve(tx, old.Value, place.Today(tx))
			if old.Value != comm1 || len(now) != 1 || now[0].Code != "411202001002" || err3 != nil || err4 != nil {
				t.Errorf("the former code %q resolves to %+v", old.Value, now)
			}
			return err
		})
		// whoever names the former community hears what it became
		x.fails(fault.KindInvalid, func(tx *db.Tx) error {
			_, err := register.AddDwelling(tx, register.Dwelling{Level: register.Building, Name: "9号楼", Place: comm1})
			return err
		}, "东一社区", "东二社区")
		x.fails(fault.KindInvalid, func(tx *db.Tx) error {
			_, err := x.e.Arrive(tx, x.clerk, event.Newcomer{Newcomer: register.Newcomer{Name: "陈某", Place: "411299999"}, Home: "x"})
			return err
		}, "411299999")
		// a later telling does not lead back to what is gone
		x.write(func(tx *db.Tx) error {
			_, err := x.e.Register.Tell(tx, fact.Fact{Subject: fact.Person(father), Name: "occupation", Value: "木工", Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}})
			return err
		})
		building := x.rooms[0].Parent
		x.clock.Advance(24 * time.Hour)
		x.write(func(tx *db.Tx) error {
			return x.e.SplitArea(tx, x.admin, place.Change{Basis: "甲政〔2026〕2号"}, "411202001002",
				[]place.New{{Code: "411202001002", Name: "东二社区"}, {Code: "411202001003", Name: "东三社区"}}, map[string]string{comm1 + "001": "411202001002"}, map[db.ID]string{building: "411202001003"})
		})
		dbtest.Read(t, x.d, func(tx *db.Tx) error {
			p, err := register.PersonOf(tx, father)
			room, err2 := register.DwellingOf(tx, x.rooms[0].ID)
			if p.Place != "411202001003" || room.Place != "411202001003" || err2 != nil {
				t.Errorf("after the split he is at %q, his room at %q", p.Place, room.Place)
			}
			return err
		})
	})
}
