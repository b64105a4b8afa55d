package pack

import (
	"testing"

	"pgregory.net/rapid"

	"linli/internal/rule"
	"linli/internal/rule/column"
)

var formulaFacts = map[string]rule.Type{"a": rule.YesNo, "b": rule.YesNo, "n": rule.Whole, "income": rule.Yuan, "level": rule.Choice("1", "2", "3")}

var formulaValues = map[string][]any{"a": {true, false, nil}, "b": {true, false, nil}, "n": {int64(0), int64(3), int64(70), int64(1) << 62, nil},
	"income": {rule.Fen(0), rule.Fen(12345), rule.Money{Yuan: rule.MustDecimal("0.005")}, nil}, "level": {"1", "3", nil}}

// drawFormula draws a formula of every part there is.
func drawFormula(t *rapid.T, env, sums *rule.Env) *Formula {
	program := func(env *rule.Env, list ...string) *rule.Program {
		p, err := env.Compile(rapid.SampledFrom(list).Draw(t, "expression"), rule.At{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	when := func(env *rule.Env, more ...string) *rule.Program {
		if rapid.Bool().Draw(t, "always") {
			return nil
		}
		return program(env, append(more, "a", "b || n > 3", `int(level) <= 2`, "income < yuan(100)", "income / number(n) < yuan(50)", "n + 1 > 3")...)
	}
	amounts := []string{"yuan(100)", "income", "income / 3.0", "yuan(n)", "yuan(50) - income", `level == "1" ? yuan(80) : yuan(40)`, "income / number(n)", "yuan(0)"}
	f := &Formula{Per: rule.Once, Round: Rounding{Places: rapid.IntRange(0, 2).Draw(t, "places"), Way: rapid.SampledFrom([]string{"half", "up", "down"}).Draw(t, "way")}}
	for range rapid.IntRange(0, 3).Draw(t, "conditions") {
		if w := when(env); w != nil {
			f.When = append(f.When, FormulaCondition{When: w})
		}
	}
	for range rapid.IntRange(1, 3).Draw(t, "rows") {
		f.Rows = append(f.Rows, FormulaStep{When: when(env), Is: program(env, amounts...)})
	}
	for range rapid.IntRange(0, 2).Draw(t, "adjustments") {
		f.Adjust = append(f.Adjust, FormulaStep{When: when(sums, "sum > yuan(60)"), Is: program(sums, "sum * 0.8", "sum + yuan(10)", "sum / 7.0", "a ? sum : sum - income")})
	}
	for _, bound := range []**FormulaStep{&f.Floor, &f.Cap} {
		if rapid.Bool().Draw(t, "bound") {
			*bound = &FormulaStep{When: when(env), Is: program(env, amounts...)}
		}
	}
	return f
}

// What a formula gives in columns is what Ask gives: due or not, how much, open, or not to be computed.
func TestFormulaInColumns(t *testing.T) {
	env, err := rule.NewEnv(formulaFacts)
	if err != nil {
		t.Fatal(err)
	}
	sums, err := env.With(map[string]rule.Type{sumName: rule.Yuan})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := drawFormula(t, env, sums)
		tab, rows := column.NewTable(), make([]rule.Facts, 6)
		tab.Grow(len(rows))
		for i := range rows {
			rows[i] = rule.Facts{}
			for _, name := range []string{"a", "b", "n", "income", "level"} {
				v := rapid.SampledFrom(formulaValues[name]).Draw(t, name)
				rows[i][name] = v
				tab.Column(name, formulaFacts[name]).Set(i, v)
			}
		}
		plan := column.NewPlan(tab)
		ask := plan.Term(f.Term(), f.Facts(), f.Due)
		w := plan.Worker()
		w.Run(0)
		for i, facts := range rows {
			want := f.Ask(facts)
			got, known, err := w.Value(ask, i)
			sum, _ := got.(rule.Money)
			if (err != nil) != (want.Err != nil) || err == nil && known != (want.Value != rule.Needs) || sum != want.Sum {
				t.Fatalf("%v: columns say %v, %v, %v; Ask says %v %v, needs %v, %v\n%+v", facts, got, known, err, want.Value, want.Sum, want.Needs, want.Err, want.Steps)
			}
		}
	})
}
