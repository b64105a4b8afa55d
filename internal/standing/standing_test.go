package standing_test

import (
	"fmt"
	"testing"
	"testing/fstest"
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
	"linli/internal/rule"
	"linli/internal/standing"
)

func document(t *testing.T, old string, more ...string) *pack.Index {
	t.Helper()
	runs, benefits := "benefit/old", `- benefit: old
  name: 高龄津贴
  says: 八十周岁以上，每月发给
  of: person
  pays: month
  when:
    - { says: 年满八十, when: age >= 80, basis: "1" }
    - { says: 健在, when: "!deceased", basis: "1" }
    - { says: 未享受低保, when: 'relief == "none"', basis: "1" }
  amount: { says: 每人每月, is: "`+old+`", basis: "1" }
  begins: next
  basis: "1"
`
	for _, m := range more {
		runs, benefits = runs+", benefit/large", benefits+m
	}
	ix, err := pack.Load(fstest.MapFS{
		"a/document.yaml":   {Data: []byte("document: d1\nnumber: 甲〔2026〕1号\ntitle: 试行办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
		"a/clauses.yaml":    {Data: []byte("- { id: \"1\", at: 一, gist: 待遇, runs: [" + runs + "] }\n")},
		"a/offices.yaml":    {Data: []byte("offices:\n  - { id: desk, name: 窗口, serves: [desk], basis: \"1\" }\n")},
		"a/benefits/b.yaml": {Data: []byte(benefits)},
	}, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

const large = `- benefit: large
  name: 多人户补贴
  says: 两人以上的户
  of: household
  pays: year
  when: [{ says: 两人以上, when: members >= 2, basis: "1" }]
  amount: { says: 每人, is: yuan_per_year(10) * number(members), basis: "1" }
  begins: this
  basis: "1"
`

type town struct {
	*testing.T
	d       *db.DB
	clock   *dbtest.Clock
	r       *register.Register
	ix      *pack.Index
	pop     *population.Population
	answers *standing.Answers
	persons []db.ID
	house   register.Household
}

func each(top *testing.T, test func(*town)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(top, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		r, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		x := &town{T: t, d: d, clock: clock, r: r, ix: document(t, "yuan_per_month(60)", large), pop: population.New(d, r, "4112")}
		x.answers = standing.New(d, x.pop, func() *pack.Index { return x.ix })
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, place.Change{}, place.New{Code: "4112", Name: "甲市", Level: "市"}); err != nil {
				return err
			}
			var list []register.Newcomer
			for i := range 30 {
				list = append(list, register.Newcomer{Name: fmt.Sprint("王", i), Sex: form.Male, Born: civil.MustDate("1946-10-10").AddDays(200 * (i - 15)), Place: "4112"})
			}
			if x.persons, err = r.AddMany(tx, list); err != nil {
				return err
			}
			x.house, err = register.AddHousehold(tx, register.Household{Kind: register.Family, Place: "4112"})
			return err
		})
		for _, id := range x.persons {
			x.tell(id, "relief", "none")
		}
		test(x)
	}, audit.Migrations, place.Migrations, fact.Migrations, register.Migrations, standing.Migrations)
}

var told = fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}

func (x *town) tell(id db.ID, name, value string) {
	x.Helper()
	dbtest.Write(x, x.d, func(tx *db.Tx) error {
		_, err := x.r.Change(tx, fact.Fact{Subject: fact.Person(id), Name: name, Value: value, Telling: told})
		return err
	})
}

func (x *town) join(id db.ID) {
	x.Helper()
	dbtest.Write(x, x.d, func(tx *db.Tx) error {
		_, err := fact.Relate(tx, fact.Relation{Name: lexicon.MemberOf, From: fact.Person(id), To: fact.Household(x.house.ID), Telling: told})
		return err
	})
}

func (x *town) decided(r standing.Report, err error) standing.Report {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
	return r
}

// stand is what stands of somebody, as benefit, value and fen.
func (x *town) stand(s fact.Subject) (out []string) {
	x.Helper()
	dbtest.Read(x, x.d, func(tx *db.Tx) error {
		list, err := standing.Of(tx, s)
		for _, a := range list {
			if a.Superseded.IsZero() {
				out = append(out, fmt.Sprintf("%s %s %d", a.Benefit, a.Value, a.Fen))
			}
		}
		return err
	})
	return out
}

// What stands is what asking each by itself gives, whoever decides it and however it came to be; an answer that is the same is not written again.
func (x *town) right() {
	x.Helper()
	classes := &class.Classes{Register: x.r, Packs: func() *pack.Index { return x.ix }}
	for _, s := range append([]fact.Subject{fact.Household(x.house.ID)}, subjects(x.persons)...) {
		var want []string
		for _, b := range x.ix.Benefits("4112/", civil.DateOf(x.clock.Now(), civil.Shanghai)) {
			if b.Of != s.Kind {
				continue
			}
			dbtest.Read(x, x.d, func(tx *db.Tx) error {
				facts, err := classes.Facts(tx, s)
				if a := b.Ask(facts); a.Value == rule.Yes {
					fen, _ := a.Fen()
					want = append(want, fmt.Sprintf("%s due %d", b.Ref(), fen))
				}
				return err
			})
		}
		var got []string
		for _, g := range x.stand(s) {
			var ref, value string
			var fen int64
			if _, err := fmt.Sscan(g, &ref, &value, &fen); err != nil {
				x.Fatal(err)
			}
			if value == string(standing.Due) {
				got = append(got, g)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			x.Errorf("%s: stands %v, want %v", s, got, want)
		}
	}
}

func subjects(ids []db.ID) (list []fact.Subject) {
	for _, id := range ids {
		list = append(list, fact.Person(id))
	}
	return list
}

func TestAnswersStandUntilTheyAreOthers(t *testing.T) {
	each(t, func(x *town) {
		t := x.T
		ctx := t.Context()
		r := x.decided(x.answers.All(ctx))
		if r.Asked != 31 || r.Due != 15 || r.Changed != 15 || r.Failed != 0 {
			t.Errorf("the first time %+v", r)
		}
		x.right()
		if r := x.decided(x.answers.All(ctx)); r.Changed != 0 || r.Due != 15 {
			t.Errorf("once more %+v", r)
		}
		x.tell(x.persons[2], "relief", "minimum")
		x.join(x.persons[3])
		x.join(x.persons[4])
		if r := x.decided(x.answers.Changed(ctx)); r.Changed != 2 || r.Asked != 4 {
			t.Errorf("after three tellings %+v", r)
		}
		x.right()
		if got := x.stand(fact.Person(x.persons[2])); fmt.Sprint(got) != "[d1:old none 0]" {
			t.Errorf("who lost it has %v", got)
		}
		x.clock.Advance(24 * time.Hour) // the birthday of the sixteenth
		if r := x.decided(x.answers.Changed(ctx)); r.Changed != 1 {
			t.Errorf("on a birthday %+v", r)
		}
		x.right()
		other := standing.New(x.d, population.New(x.d, x.r, "4112"), func() *pack.Index { return x.ix })
		if r := x.decided(other.All(ctx)); r.Changed != 0 {
			t.Errorf("another process writes %+v", r)
		}
	})
}

func TestAnotherRuleChangesAnswers(t *testing.T) {
	each(t, func(x *town) {
		t := x.T
		ctx := t.Context()
		x.join(x.persons[3])
		x.join(x.persons[4])
		if r := x.decided(x.answers.Changed(ctx)); r.Changed != 16 {
			t.Errorf("the first time %+v", r)
		}
		before := x.ix
		var was []standing.Answer
		dbtest.Read(t, x.d, func(tx *db.Tx) (err error) { was, err = standing.After(tx, 0, 100); return err })
		x.ix = document(t, "yuan_per_month(80)")
		if r := x.decided(x.answers.Changed(ctx)); r.Changed != 15 {
			t.Errorf("another amount changes %+v", r)
		}
		x.right()
		if got := x.stand(fact.Household(x.house.ID)); fmt.Sprint(got) != "[d1:large none 0]" {
			t.Errorf("of a benefit that is no more stands %v", got)
		}
		why, err := standing.Explain(before, was[0])
		if err != nil || why.Value != rule.Yes || why.Sum.String() != "60元/月" || len(why.Steps) != 4 {
			t.Errorf("%+v is explained as %+v, %v", was[0], why, err)
		}
		if _, err := standing.Explain(x.ix, was[0]); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a version nobody knows explains: %v", err)
		}
	})
}

// Whoever decides beside another does not write twice.
func TestTwoWhoDecideWriteOnce(t *testing.T) {
	each(t, func(x *town) {
		t := x.T
		ctx := t.Context()
		other := standing.New(x.d, population.New(x.d, x.r, "4112"), func() *pack.Index { return x.ix })
		x.decided(other.All(ctx))
		x.decided(x.answers.All(ctx))
		x.tell(x.persons[1], "relief", "minimum")
		x.decided(x.answers.Changed(ctx))
		x.tell(x.persons[1], "relief", "none")
		if _, err := other.Changed(ctx); err == nil { // it saw nothing of the first change
			x.right()
		}
		x.decided(other.Changed(ctx))
		x.decided(x.answers.All(ctx))
		x.right()
	})
}
