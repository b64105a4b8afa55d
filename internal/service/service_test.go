package service_test

import (
	"context"
	"fmt"
	"os"
	"slices"
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
	"linli/internal/law"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/service"
	"linli/internal/staff"
)

const tables = "level,code,name,parent\n2,4112,三门峡市,\n3,411202,湖滨区,4112\n4,411202001,湖滨街道,411202\n5,411202001001,市场社区,411202001\n"

var password = sync.OnceValues(func() (staff.Password, error) {
	return staff.NewPassword(context.Background(), "", "三门峡的冬天有白天鹅")
})

// A hall is a city with the items of the test pack: a police station, a housing and an education office, a clerk, a resident.
type hall struct {
	t      *testing.T
	d      *db.DB
	window *service.Window
	clock  *dbtest.Clock
	who    map[string]staff.Actor
	person db.ID // 张三, who owns his home
	home   db.ID
	keys   int
}

func each(t *testing.T, test func(t *testing.T, h *hall)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(time.Date(2026, 10, 12, 9, 0, 0, 0, civil.Shanghai))
		h := &hall{t: t, d: d, clock: clock, who: map[string]staff.Actor{}}
		h.found()
		test(t, h)
	}, audit.Migrations, job.Migrations, search.Migrations, once.Migrations, place.Migrations, fact.Migrations, register.Migrations, staff.Migrations,
		catalog.Migrations, notify.Migrations, picture.Migrations, casework.Migrations, service.Migrations)
}

func (h *hall) found() {
	t := h.t
	table, err := place.Parse(strings.NewReader(tables))
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, h.d, func(tx *db.Tx) error { _, err := place.Import(tx, place.Change{}, table, place.Chinese); return err })
	c, err := catalog.Open(t.Context(), h.d, catalog.Source{FS: os.DirFS("../pack/proof/testdata/items"), Shelf: packtest.Shelf})
	if err != nil {
		t.Fatal(err)
	}
	people, err := register.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cases := casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: c.Index, People: people})
	h.window = &service.Window{Cases: cases, Packs: c.Index, People: people}
	dbtest.Write(t, h.d, func(tx *db.Tx) error {
		p, _, err := people.FindOrCreate(tx, register.Newcomer{Name: "张三", Phone: "19900000001", Born: civil.MustDate("1960-05-01"), Place: "411202001001", Address: "桥头1号楼101", Source: "test"})
		if err != nil {
			return err
		}
		h.person, h.home = p.ID, db.NewID()
		told := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "不动产登记"}, By: "test"}
		for name, value := range map[string]string{"tenure": "own", "birth-record": "B99"} {
			if _, err := fact.Put(tx, fact.Fact{Subject: fact.Person(h.person), Name: name, Value: value, Telling: told}); err != nil {
				return err
			}
		}
		if _, err := fact.Put(tx, fact.Fact{Subject: fact.Dwelling(h.home), Name: "address", Value: "桥头1号楼101", Telling: told}); err != nil {
			return err
		}
		for _, name := range []string{"lives-at", "owns"} {
			if _, err := fact.Relate(tx, fact.Relation{Name: name, From: fact.Person(h.person), To: fact.Dwelling(h.home), Telling: told}); err != nil {
				return err
			}
		}
		return h.staff(tx)
	})
}

func (h *hall) staff(tx *db.Tx) error {
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	pw, err := password()
	if err != nil {
		return err
	}
	for _, s := range []struct {
		login, office string
		role          staff.Role
		place         string
	}{{"clerk", "police", staff.Desk, "4112"}, {"officer", "police", staff.Handler, ""}, {"housing", "housing", staff.Handler, ""},
		{"school", "education", staff.Handler, ""}, {"ratings", "ratings", staff.Desk, "4112"}} {
		unit := "u-" + s.office
		if err := staff.PutUnit(tx, root, staff.Unit{Code: unit, Name: unit, Place: "4112", Offices: []string{s.office}}); err != nil {
			return err
		}
		a, err := staff.Create(tx, root, staff.Account{Login: s.login, Name: s.login, Unit: unit}, pw)
		if err != nil {
			return err
		}
		if err := staff.Allow(tx, root, a.ID, s.role, s.place, unit); err != nil {
			return err
		}
		if h.who[s.login], err = staff.ActorOf(tx, a.ID, staff.ViaPage); err != nil {
			return err
		}
	}
	return nil
}

func (h *hall) key() string { h.keys++; return fmt.Sprintf("k%d", h.keys) }

// family is 张三 who settles with his child; of all the form asks he says only what nobody knows.
func (h *hall) family() service.Application {
	return service.Application{Key: h.key(), Item: "settle", Person: h.person, Place: "411202001001", Channel: "window",
		Says: map[string]string{"child": "张小", "child_born": "2018-05-04"}, Materials: map[string]string{"photo": service.Owed}}
}

func (h *hall) apply(who string, a service.Application) (r casework.Receipt, err error) {
	err = h.d.Write(h.t.Context(), func(tx *db.Tx) (err error) { r, err = h.window.Apply(tx, h.who[who], a); return err })
	return r, err
}

func (h *hall) do(who string, id db.ID, a flow.Act) {
	h.t.Helper()
	dbtest.Write(h.t, h.d, func(tx *db.Tx) error {
		_, err := h.window.Cases.Do(tx, h.who[who], id, casework.Act{Act: a, Key: h.key()})
		return err
	})
}

func (h *hall) filing(id db.ID) (f *service.Filing) {
	h.t.Helper()
	dbtest.Read(h.t, h.d, func(tx *db.Tx) (err error) { f, err = h.window.Of(tx, h.who["clerk"], id); return err })
	return f
}

// settled takes an application through every office to a favourable decision and records what follows.
func (h *hall) settled(id db.ID) {
	h.t.Helper()
	dbtest.Write(h.t, h.d, func(tx *db.Tx) error { _, err := h.window.Take(tx, h.who["clerk"], id, h.key()); return err })
	h.do("housing", id, flow.Act{Verb: flow.Opine, Verdict: flow.Agree})
	h.do("school", id, flow.Act{Verb: flow.Opine, Verdict: flow.Agree})
	h.clock.Set(time.Date(2026, 10, 14, 10, 0, 0, 0, civil.Shanghai))
	h.do("officer", id, flow.Act{Verb: flow.Reply, Verdict: flow.Agree, Words: "准予落户"})
	for range 2 { // a job may run twice
		dbtest.Write(h.t, h.d, func(tx *db.Tx) error { return h.window.Record(tx, id) })
	}
}

func TestAnItemIsFoundByWhatPeopleSay(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		for words, want := range map[string]string{"落户": "settle", "我要迁户口": "settle", "上学": "school-place", "租房备案": "lease-record", "孩子报名": "school-place"} {
			found := h.window.Find(words, civil.MustDate("2026-10-12"))
			if len(found) == 0 || found[0].Item.ID != want {
				t.Errorf("%s finds %v, want %s", words, found, want)
			}
		}
		if found := h.window.Find("天气", civil.MustDate("2026-10-12")); len(found) > 0 {
			t.Errorf("the weather is no item: %v", found)
		}
	})
}

// A family settles with one visit and one form: nothing is typed that is known, the register changes on the decision day with
// the case as basis, and the child's school item is offered with what was said before.
func TestAFamilySettlesWithOneForm(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		r, err := h.apply("clerk", h.family())
		if err != nil {
			t.Fatal(err)
		}
		f := h.filing(r.Case)
		if f.Filled["applicant"] != "张三" || f.Filled["address"] != "桥头1号楼101" || f.Sources["address"] == "" || f.Sources["child"] != "" || !f.Green {
			t.Errorf("filled %v from %v, green %v", f.Filled, f.Sources, f.Green)
		}
		for _, m := range f.Materials {
			want := map[string]string{"home": service.Had, "birth": service.Had, "photo": service.Owed}[m.Material.ID]
			if m.State != want || (want == service.Owed) != (!m.Due.IsZero()) {
				t.Errorf("%s is %s until %v, want %s", m.Material.ID, m.State, m.Due, want)
			}
		}
		h.settled(r.Case)
		f = h.filing(r.Case)
		if f.Result == nil || f.Result.Number != "HK-2026-000001" || f.Missing != "" {
			t.Fatalf("document %+v, missing %q", f.Result, f.Missing)
		}
		if next := f.Next(civil.MustDate("2026-10-14")); len(next) != 1 || next[0].Item != "school-place" {
			t.Errorf("next: %+v", next)
		}
		h.registersChanged(r)
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			o, err := h.window.Offer("school-place", civil.MustDate("2026-10-14"))
			if err != nil {
				return err
			}
			g, err := h.window.Guide(tx, h.who["clerk"], o, h.person, nil)
			if err != nil || g.Prefill["pupil"].Value != "张小" || len(g.Bring) != 0 {
				t.Errorf("the school item asks again: %+v, %v", g, err)
			}
			return err
		})
	})
}

// What the registers know of somebody's family and keep of him under seal is filled in; what he says himself goes before it; and of two
// children none is guessed.
func TestTheFamilyAndWhatIsSealedAreKnown(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		child := func(name, born string) {
			dbtest.Write(t, h.d, func(tx *db.Tx) error {
				p, _, err := h.window.People.FindOrCreate(tx, register.Newcomer{Name: name, Born: civil.MustDate(born), Place: "411202001001", Source: "test"})
				if err != nil {
					return err
				}
				_, err = fact.Relate(tx, fact.Relation{Name: "parent-of", From: fact.Person(h.person), To: fact.Person(p.ID), Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "u-police"}, By: "test"}})
				return err
			})
		}
		child("张小", "2018-05-04")
		a := h.family()
		a.Says = map[string]string{"phone": "", "child": "张小", "address": "桥头1号楼101"} // as a page sends what it had filled in
		r, err := h.apply("clerk", a)
		if err != nil {
			t.Fatal(err)
		}
		f := h.filing(r.Case)
		for field, want := range map[string][2]string{"phone": {"199****0001", "人口登记"}, "child": {"张小", "工作人员登记（u-police）"},
			"child_born": {"2018-05-04", "工作人员登记（u-police）"}, "address": {"桥头1号楼101", "工作人员登记（不动产登记）"}} {
			if f.Filled[field] != want[0] || f.Sources[field] != want[1] {
				t.Errorf("%s is %q from %q, want %v", field, f.Filled[field], f.Sources[field], want)
			}
		}
		a = h.family()
		a.Says["phone"] = "19900000009"
		if r, err = h.apply("clerk", a); err != nil {
			t.Fatal(err)
		}
		if f = h.filing(r.Case); f.Filled["phone"] != "199****0009" || f.Sources["phone"] != "" {
			t.Errorf("another telephone is %q from %q", f.Filled["phone"], f.Sources["phone"])
		}
		child("张二", "2020-05-04")
		a = h.family()
		a.Says = nil
		if _, err = h.apply("clerk", a); err == nil || fault.As(err).Fields[0].Field != "child" {
			t.Errorf("of two children one was taken: %v", err)
		}
	})
}

func (h *hall) registersChanged(r casework.Receipt) {
	h.t.Helper()
	dbtest.Read(h.t, h.d, func(tx *db.Tx) error {
		list, err := fact.Relations(tx, fact.Person(h.person), fact.AsOf{Valid: civil.MustDate("2026-10-14")}, "registered-at")
		if err != nil || len(list) != 1 || list[0].To != fact.Dwelling(h.home) || list[0].Since != civil.MustDate("2026-10-14") || list[0].Basis != r.Number {
			h.t.Errorf("registered at %+v, %v", list, err)
		}
		before, err := fact.Relations(tx, fact.Person(h.person), fact.AsOf{Valid: civil.MustDate("2026-10-13")}, "registered-at")
		if err != nil || len(before) != 0 {
			h.t.Errorf("registered before the decision day: %+v, %v", before, err)
		}
		all, err := fact.Relations(tx, fact.Person(h.person), fact.AsOf{}, "cares-for")
		if err != nil || len(all) != 1 {
			h.t.Fatalf("the child is not in the register: %+v, %v", all, err)
		}
		f, ok, err := fact.One(tx, all[0].To, "schooling", fact.AsOf{})
		if err != nil || !ok || f.Value != "wanted" {
			h.t.Errorf("the child's schooling: %+v, %v, %v", f, ok, err)
		}
		return nil
	})
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		bad := func(want string, change func(*service.Application)) {
			t.Helper()
			a := h.family()
			change(&a)
			_, err := h.apply("clerk", a)
			e := fault.As(err)
			fields := ""
			if e != nil {
				for _, f := range e.Fields {
					fields += f.Field + " "
				}
				fields += e.Field + e.Clause.String()
			}
			if err == nil || !strings.Contains(fields, want) {
				t.Errorf("got %v (%s), want %s", err, fields, want)
			}
		}
		bad("material.photo", func(a *service.Application) { a.Materials = nil })
		bad("authority", func(a *service.Application) { a.Proxy = "李四" })
		bad("channel", func(a *service.Application) { a.Channel = "phone" })
		bad("t1#1", func(a *service.Application) { a.Says["home"] = "none" })
		bad("child_born", func(a *service.Application) { delete(a.Says, "child_born") })
		bad("rents", func(a *service.Application) { a.Says["home"] = "rent" })
		a := h.family()
		a.Person, a.Name, a.Phone, a.Says = 0, "王五", "19900000005", map[string]string{"applicant": "王五", "home": "own", "child": "", "address": "别处", "born": "1990-01-01"}
		a.Materials = map[string]string{"home": service.Owed, "photo": service.Given}
		if _, err := h.apply("clerk", a); err == nil || !strings.Contains(fmt.Sprint(fault.As(err).Fields), "不能后补") {
			t.Errorf("a proof that may not follow was owed: %v", err)
		}
	})
}

func TestProxySignersDraftsAndOwedMaterials(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		a := h.family()
		a.Proxy, a.Authority, a.Signers = "李四", "委托书原件", []string{"张妻"}
		r, err := h.apply("clerk", a)
		if err != nil {
			t.Fatal(err)
		}
		f := h.filing(r.Case)
		if f.Proxy != "李四" || f.Authority == "" || len(f.Signers) != 1 {
			t.Fatalf("proxy %q by %q, signers %v", f.Proxy, f.Authority, f.Signers)
		}
		err = h.d.Write(t.Context(), func(tx *db.Tx) error { _, err := h.window.Take(tx, h.who["clerk"], r.Case, h.key()); return err })
		if fault.KindOf(err) != fault.KindConflict {
			t.Errorf("taken without the signature: %v", err)
		}
		dbtest.Write(t, h.d, func(tx *db.Tx) error { _, _, err := service.Sign(tx, strings.ToLower(f.Signers[0].Code)); return err })
		dbtest.Write(t, h.d, func(tx *db.Tx) error { return h.window.Bring(tx, h.who["clerk"], r.Case, "photo") })
		h.settled(r.Case)
		var code string
		dbtest.Write(t, h.d, func(tx *db.Tx) (err error) {
			code, err = h.window.Save(tx, h.who["clerk"], service.Draft{Item: "settle", Person: h.person, Says: map[string]string{"child": "张小"}})
			return err
		})
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			d, err := h.window.Resume(tx, h.who["clerk"], code)
			if err != nil || d.Says["child"] != "张小" || d.Item != "settle" {
				t.Errorf("draft %+v, %v", d, err)
			}
			if _, err := h.window.Resume(tx, staff.Actor{Via: "receipt"}, code); err == nil {
				t.Errorf("somebody else opens a draft with a person's data")
			}
			if _, err := h.window.Mine(tx, h.who["officer"], h.person); fault.KindOf(err) != fault.KindForbidden {
				t.Errorf("a handler looks at a person's applications: %v", err)
			}
			return nil
		})
	})
}

// Whoever may not see a person in the register does not see him at the window either: a desk of another street.
func TestADeskServesThoseOfItsArea(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		away := h.who["clerk"]
		away.Grants = []staff.Grant{{Role: staff.Desk, Place: "4112/411203/"}}
		settle, err := h.window.Offer("settle", civil.MustDate("2026-10-12"))
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, h.d, func(tx *db.Tx) error {
			id, err := h.window.Look(tx, away, "19900000001")
			if fault.KindOf(err) != fault.KindForbidden || id != h.person {
				t.Errorf("the look of another street: %v, %v", id, err)
			}
			if _, err := h.window.Guide(tx, away, settle, h.person, nil); fault.KindOf(err) != fault.KindForbidden {
				t.Errorf("its guide: %v", err)
			}
			if _, err := h.window.Mine(tx, away, h.person); fault.KindOf(err) != fault.KindForbidden {
				t.Errorf("its list of applications: %v", err)
			}
			if _, err := service.NameOf(tx, away, h.person); fault.KindOf(err) != fault.KindForbidden {
				t.Errorf("its name: %v", err)
			}
			id, err = h.window.Look(tx, h.who["clerk"], "19900000001")
			if err != nil || id != h.person {
				t.Errorf("the look of his own: %v, %v", id, err)
			}
			return nil
		})
	})
}

// What another unit has decided already is not asked of it again.
func TestAnEarlierDocumentStandsForAPart(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		r, err := h.apply("clerk", h.family())
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, h.d, func(tx *db.Tx) error {
			return tx.Exec(`insert into service_result (case_id, item, person, document, number, issued_on, valid_until) values (?, 'lease-record', ?, '租赁备案证明', 'ZL-2026-000009', '2026-01-01', '2027-01-01')`, db.NewID(), h.person)
		})
		dbtest.Write(t, h.d, func(tx *db.Tx) error { _, err := h.window.Take(tx, h.who["clerk"], r.Case, h.key()); return err })
		b := h.filing(r.Case).Case.Situation.Branches
		i := slices.IndexFunc(b, func(b flow.Branch) bool { return b.Office == "housing" })
		if i < 0 || b[i].Reused != "ZL-2026-000009" {
			t.Errorf("parts: %+v", b)
		}
	})
}

// A refusal changes nothing in the registers and gives no document.
func TestARefusalRecordsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		r, err := h.apply("clerk", h.family())
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, h.d, func(tx *db.Tx) error { _, err := h.window.Take(tx, h.who["clerk"], r.Case, h.key()); return err })
		h.do("housing", r.Case, flow.Act{Verb: flow.Opine, Verdict: flow.Disagree, Words: "不是合法住所", Clause: law.MustParse("t1#1")})
		h.do("officer", r.Case, flow.Act{Verb: flow.Reply, Verdict: flow.Disagree, Words: "不予许可"})
		dbtest.Write(t, h.d, func(tx *db.Tx) error { return h.window.Record(tx, r.Case) })
		f := h.filing(r.Case)
		if f.Result != nil || !f.Recorded.IsZero() {
			t.Errorf("recorded %v, document %+v", f.Recorded, f.Result)
		}
	})
}
