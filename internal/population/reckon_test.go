package population_test

import (
	"sync"
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/population"
	"linli/internal/rule"
)

// formula is one amount under conditions, over the words of the registers and what follows from them.
func formula(t testing.TB, of lexicon.Kind, amount string, when ...string) *pack.Formula {
	t.Helper()
	words := lexicon.Standard().Types(of)
	for _, w := range pack.Derived[of] {
		words[w.Name] = map[string]rule.Type{"whole": rule.Whole, "bool": rule.YesNo, "date": rule.Date}[w.Kind]
	}
	env, err := rule.NewEnv(words)
	if err != nil {
		t.Fatal(err)
	}
	f := &pack.Formula{Of: of, Per: rule.Month, Round: pack.Rounding{Places: 2, Way: "half"}}
	for _, src := range when {
		p, err := env.Condition(src, rule.At{})
		if err != nil {
			t.Fatal(err)
		}
		f.When = append(f.When, pack.FormulaCondition{When: p})
	}
	is, err := env.CompileTo(rule.YuanPer(rule.Month), amount, rule.At{})
	if err != nil {
		t.Fatal(err)
	}
	f.Rows = []pack.FormulaStep{{Is: is}}
	return f
}

// Everybody and some are answered as the formula answers one by one, after whatever happened, and nothing is due at places that a question does not cover.
func TestReckonerAnswersAsTheFormulaDoes(t *testing.T) {
	each(t, func(x *town) {
		questions := []population.Question{
			{Formula: formula(t, lexicon.Person, "yuan_per_month(100)", `relief == "minimum"`, "!deceased", "registered_here")},
			{Formula: formula(t, lexicon.Household, "yuan_per_month(50) * number(members)", "oldest >= 60", "members > 0")},
			{Formula: formula(t, lexicon.Person, "age >= 80 ? yuan_per_month(60) : yuan_per_month(30)", "age >= 60 || born < date(\"1930-01-01\")", "housemates == 0 || relief == \"none\"")},
			{Formula: formula(t, lexicon.Person, "yuan_per_month(1)"), Covers: func(path string) bool { return path == "4111/" }},
		}
		r := x.pop.Reckoner(questions)
		seen := 0
		check := func(p *population.Portion, at int) {
			for i, q := range p.Numbers {
				f := questions[q].Formula
				facts, err := rule.Facts(nil), error(nil)
				dbtest.Read(t, x.d, func(tx *db.Tx) error {
					facts, err = x.classes.Facts(tx, fact.Subject{Kind: f.Of, ID: p.Roll.ID(p.From + at)})
					return err
				})
				a := f.Ask(facts)
				want := map[rule.Verdict]int64{rule.Needs: population.Open}[a.Value]
				if a.Value == rule.Yes {
					want, _ = a.Fen()
				}
				if q == 3 {
					want = 0
				}
				if seen++; p.Due[i][at] != want {
					t.Errorf("question %d of %v: %d, want %d", q, facts, p.Due[i][at], want)
				}
			}
		}
		for range 3 {
			for range 12 {
				dbtest.Write(t, x.d, x.happen)
			}
			var mu sync.Mutex
			if err := x.pop.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			err := r.Everybody(t.Context(), func(p *population.Portion) error {
				mu.Lock()
				defer mu.Unlock()
				for at := range p.N {
					check(p, at)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		everybody := seen
		dbtest.Write(t, x.d, func(tx *db.Tx) error {
			_, err := x.r.Change(tx, fact.Fact{Subject: fact.Person(x.persons[0]), Name: "relief", Value: "minimum", From: civil.MustDate("2026-10-01"), Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}})
			return err
		})
		if err := x.pop.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := r.Some(t.Context(), []population.Row{{Kind: lexicon.Person, Row: 0}, {Kind: lexicon.Household, Row: 2}, {Kind: lexicon.Person, Row: 9999}}, func(p *population.Portion, at int) error {
			check(p, at)
			return nil
		})
		if err != nil || seen != everybody+4 {
			t.Errorf("%d questions of some, %v", seen-everybody, err)
		}
	})
}
