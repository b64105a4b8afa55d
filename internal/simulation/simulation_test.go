package simulation_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/population"
	"linli/internal/register"
	"linli/internal/simulation"
	"linli/internal/staff"
)

const params = `sum:
  kind: money
  label: 每人每月
  is: 100 yuan/month
  basis: "1"
age:
  kind: whole
  label: 几岁起
  is: 80
  basis: "1"
`

const benefits = `- benefit: old
  name: 高龄津贴
  says: 高龄老人，每月发给
  of: person
  pays: month
  when:
    - { says: 年满, when: age >= $age, basis: "1" }
    - { says: 未享受低保, when: 'relief == "none"', basis: "1" }
  amount: { says: 每人每月, is: $sum, basis: "1" }
  begins: next
  shares: [{ payer: city, part: 2 }, { payer: county, part: 8 }]
  basis: "1"
- benefit: large
  name: 一次性补贴
  says: 九十岁
  of: person
  pays: once
  when: [{ says: 年满九十, when: age >= 90, basis: "1" }]
  amount: { says: 一次, is: yuan(1000), basis: "1" }
  yields: [old]
  basis: "1"
`

func document(t *testing.T) *pack.Index {
	t.Helper()
	ix, err := pack.Load(fstest.MapFS{
		"a/document.yaml":   {Data: []byte("document: d1\nnumber: 甲〔2026〕1号\ntitle: 试行办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
		"a/clauses.yaml":    {Data: []byte("- { id: \"1\", at: 一, gist: 待遇, runs: [benefit/old, benefit/large] }\n")},
		"a/offices.yaml":    {Data: []byte("offices:\n  - { id: desk, name: 窗口, serves: [desk], basis: \"1\" }\n")},
		"a/params.yaml":     {Data: []byte(params)},
		"a/benefits/b.yaml": {Data: []byte(benefits)},
	}, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

type town struct {
	*testing.T
	d   *db.DB
	ix  *pack.Index
	pop *population.Population
}

var leader = staff.Actor{Account: 7, Login: "leader", Grants: []staff.Grant{{Role: staff.Leader, Place: "4112/"}}}

// each makes sixty residents of two counties, two years apart; of every tenth nobody told whether he is on relief.
func each(top *testing.T, test func(*town)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(top, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		r, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		x := &town{T: t, d: d, ix: document(t), pop: population.New(d, r, "4112")}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for _, p := range []place.New{{Code: "4112", Name: "甲市", Level: "市"}, {Code: "411202", Name: "乙区", Level: "县", Parent: "4112"}, {Code: "411203", Name: "丙区", Level: "县", Parent: "4112"}} {
				if err := place.Add(tx, place.Change{}, p); err != nil {
					return err
				}
			}
			var list []register.Newcomer
			for i := range 60 { // on the day of the town 0, 2, 4 … 118 years old
				list = append(list, register.Newcomer{Name: fmt.Sprint("王", i), Sex: form.Male, Born: civil.MustDate("2026-01-01").AddMonths(-24 * i), Place: []string{"411202", "411203"}[i%2]})
			}
			ids, err := r.AddMany(tx, list)
			for i, id := range ids {
				if i%10 == 0 || err != nil {
					continue
				}
				_, err = r.Tell(tx, fact.Fact{Subject: fact.Person(id), Name: "relief", Value: "none", Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}})
			}
			return err
		})
		test(x)
	}, audit.Migrations, place.Migrations, fact.Migrations, register.Migrations, simulation.Migrations)
}

func (x *town) draft(name, value string) simulation.Draft {
	x.Helper()
	text, err := simulation.SetParam(params, name, value)
	if err != nil {
		x.Fatal(err)
	}
	return simulation.Draft{Document: "d1", Title: "提高", Files: map[string]string{"params.yaml": text}}
}

func (x *town) run(d simulation.Draft, o simulation.Options) *simulation.Result {
	x.Helper()
	base := x.ix.Pack("d1", "")
	p, err := d.Read(base)
	if err != nil {
		x.Fatal(err)
	}
	r, err := simulation.Run(x.Context(), x.pop, x.ix, base, p, o)
	if err != nil {
		x.Fatal(err)
	}
	return r
}

// Twenty of sixty are eighty or older, two of them of unknown relief; from ninety on fifteen, who would get a thousand but for the allowance.
func TestARaisedAmount(t *testing.T) {
	each(t, func(x *town) {
		r := x.run(x.draft("sum", "120 yuan/month"), simulation.Options{})
		old := r.Benefits[0]
		if old.People != 18 || old.After != 18 || old.Cost != 18*1200_00 || old.Would != 18*1440_00 || old.Needs != 2 || old.Needy != 2 {
			x.Errorf("the allowance %+v", old)
		}
		if large := r.Benefits[1]; large.People != 1 || large.Cost != 1000_00 || large.Would != 1000_00 {
			x.Errorf("who may have both is paid both: %+v", large)
		}
		if r.Winners != (simulation.Gain{People: 18, Fen: 18 * 240_00}) || r.Losers.People != 0 || r.Asked != 60 {
			x.Errorf("winners %+v, losers %+v of %d", r.Winners, r.Losers, r.Asked)
		}
		if len(r.Payers) != 3 || r.Payers[0].Key != "city" || r.Payers[0].Would != 18*288_00 || r.Payers[1].Would != 18*1152_00 || r.Payers[2].Would != 1000_00 {
			x.Errorf("payers %+v", r.Payers)
		}
		for what, sides := range map[string][]simulation.Side{"areas": r.Areas, "groups": r.Groups, "months": r.Months, "payers": r.Payers} {
			var cost, would money.Fen
			for _, s := range sides {
				cost, would = cost+s.Cost, would+s.Would
			}
			if cost != old.Cost+1000_00 || would != old.Would+1000_00 {
				x.Errorf("%s come to %d and %d", what, cost, would)
			}
		}
		if len(r.Areas) != 2 || len(r.Months) != 12 || r.Months[0].Name != "2026-11" || r.Months[1].Cost != 18*100_00+1000_00 {
			x.Errorf("areas %+v, months %+v", r.Areas, r.Months)
		}
		if len(r.Open) != 1 || r.Open[0].Fact != "relief" || r.Open[0].Name != "社会救助类别" {
			x.Errorf("open for want of %+v", r.Open)
		}
	})
}

func TestFewerAreEntitled(t *testing.T) {
	each(t, func(x *town) {
		r := x.run(x.draft("age", "90"), simulation.Options{})
		if r.Losers.People != 4 || r.Winners.People != 0 || len(r.Examples) != 4 || r.Examples[0].Would != 0 || r.Examples[0].Was != 100_00 {
			x.Errorf("losers %+v, %+v", r.Losers, r.Examples)
		}
		dbtest.Read(x, x.d, func(tx *db.Tx) error {
			seen, err := simulation.Examples(tx, leader, r)
			if err != nil || len(seen) != 0 {
				x.Errorf("a leader sees %d persons, %v", len(seen), err)
			}
			desk := staff.Actor{Account: 8, Login: "desk", Grants: []staff.Grant{{Role: staff.Desk, Place: "4112/411202/"}}}
			seen, err = simulation.Examples(tx, desk, r)
			if err != nil || len(seen) == 0 || len(seen) == 4 || seen[0].Name == "" {
				x.Errorf("a desk of one county sees %+v, %v", seen, err)
			}
			return nil
		})
		if half := x.run(x.draft("age", "90"), simulation.Options{Each: 2}); half.Asked != 30 || half.Benefits[0].People%2 != 0 {
			x.Errorf("every second: %+v", half.Benefits[0])
		}
		if part := x.run(x.draft("age", "90"), simulation.Options{Area: "4112/411202/"}); part.Asked != 30 || len(part.Areas) != 1 {
			x.Errorf("one county: %d, %+v", part.Asked, part.Areas)
		}
	})
}

func TestDraftsAreCheckedAndKeptApart(t *testing.T) {
	each(t, func(x *town) {
		base := x.ix.Pack("d1", "")
		save := func(by staff.Actor, d simulation.Draft) (kept simulation.Draft, err error) {
			err = x.d.Write(x.Context(), func(tx *db.Tx) (err error) { kept, err = simulation.Save(tx, by, base, d); return err })
			return kept, err
		}
		wrong := simulation.Draft{Title: "错", Files: map[string]string{"benefits/b.yaml": strings.Replace(benefits, "age >= $age", "agee >= $age", 1)}}
		if _, err := save(leader, wrong); fault.KindOf(err) != fault.KindInvalid || !strings.Contains(err.Error(), "agee") {
			x.Errorf("a mistake is kept: %v", err)
		}
		if _, err := save(leader, simulation.Draft{Title: "同", Files: map[string]string{"params.yaml": params}}); fault.KindOf(err) != fault.KindInvalid {
			x.Errorf("no difference is kept: %v", err)
		}
		if _, err := save(staff.Actor{Login: "grid", Grants: []staff.Grant{{Role: staff.Grid}}}, x.draft("sum", "120 yuan/month")); fault.KindOf(err) != fault.KindForbidden {
			x.Errorf("a grid worker drafts: %v", err)
		}
		kept, err := save(leader, x.draft("sum", "120 yuan/month"))
		if err != nil {
			x.Fatal(err)
		}
		r := x.run(kept, simulation.Options{})
		dbtest.Write(x, x.d, func(tx *db.Tx) error { return simulation.Keep(tx, leader, kept.ID, r) })
		dbtest.Read(x, x.d, func(tx *db.Tx) error {
			d, err := simulation.Find(tx, leader, kept.ID)
			if err != nil || d.Result == nil || d.Result.Winners != r.Winners || len(d.Files) != 1 {
				x.Errorf("found %+v, %v", d, err)
			}
			list, err := simulation.List(tx, leader)
			if err != nil || len(list) != 1 {
				x.Errorf("%d drafts, %v", len(list), err)
			}
			return nil
		})
		if x.ix.Pack("d1", "") != base || len(x.ix.Versions("d1")) != 1 {
			x.Error("the draft got into the index")
		}
	})
}

func TestSetParam(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"sum", "120 yuan/month", `is: "120 yuan/month"`}, {"age", "75", "is: 75"}, {"none", "1", ""}, {"sum", "1\n2", ""},
	} {
		got, err := simulation.SetParam(params, c.name, c.value)
		if (err == nil) != (c.want != "") || err == nil && (!strings.Contains(got, c.want) || strings.Count(got, "\n") != strings.Count(params, "\n")) {
			t.Errorf("%s to %q: %v\n%s", c.name, c.value, err, got)
		}
	}
}
