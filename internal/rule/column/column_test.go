package column_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/rule"
	"linli/internal/rule/column"
)

var types = map[string]rule.Type{
	"a": rule.YesNo, "b": rule.YesNo, "n": rule.Whole, "m": rule.Whole, "rate": rule.Number, "share": rule.Number,
	"income": rule.Yuan, "rent": rule.Yuan, "allowance": rule.YuanPer(rule.Month), "birth": rule.Date, "on": rule.Date, "today": rule.Date,
	"name": rule.Text, "nick": rule.Text, "weight": rule.Choice("ordinary", "important"), "tags": rule.ListOf(rule.Choice("x", "y", "z")),
	"nowhere": rule.Whole, "fixed": rule.Yuan,
}

func town(t testing.TB) *rule.Env {
	t.Helper()
	env, err := rule.NewEnv(types, rule.Function{Name: "twice", Args: []rule.Type{rule.Whole}, Result: rule.Whole,
		Do: func(args []any) (any, error) { return 2 * args[0].(int64), nil }})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// values are drawn for each fact; nil is unknown. Some do not fit a column, some overflow, some are of a wrong kind.
var values = map[string][]any{
	"a": {false, true, nil}, "b": {false, true, nil},
	"n": {int64(0), int64(1), int64(-1), int64(7), 60, int64(1) << 62, int64(-1) << 63, nil}, "m": {0, 1, 2, 3, -5, int64(1) << 40, nil},
	"rate":  {rule.MustDecimal("0.8"), rule.MustDecimal("0.12345"), rule.Int(0), rule.Int(3), rule.MustDecimal("-2.5"), rule.MustDecimal("999999999999999999"), nil},
	"share": {rule.MustDecimal("0.0001"), rule.Int(7), rule.MustDecimal("0.3333333333333333333"), nil}, "income": {rule.Fen(0), rule.Fen(10050), rule.Fen(-3), rule.Money{Yuan: rule.MustDecimal("0.125")}, rule.Fen(1 << 62), nil},
	"rent": {rule.Fen(99999), rule.Fen(33), rule.Fen(10050), nil}, "allowance": {rule.Money{Yuan: rule.Int(100), Per: rule.Month}, rule.Money{Yuan: rule.MustDecimal("60.5"), Per: rule.Month}, rule.Fen(3), nil},
	"birth": {date("1950-03-01"), date("2000-02-29"), date("2026-12-31"), date("0001-01-01"), civil.Date{}, nil}, "on": {date("2026-02-28"), date("2012-11-01"), date("9999-12-31"), nil},
	"name": {"甲", "乙", "x", "", nil}, "nick": {"甲", "丙", nil}, "weight": {"ordinary", "important", "unheard", nil},
	"tags": {[]string{}, []string{"x"}, []string{"x", "y"}, []string{"z"}, []string{"q"}, nil},
}

func date(s string) civil.Date { return civil.MustDate(s) }

// table draws so many rows, and says what is known in each.
func table(t *rapid.T, rows int) (*column.Table, []rule.Facts) {
	tab := column.NewTable()
	tab.Grow(rows)
	facts := make([]rule.Facts, rows)
	for i := range facts {
		facts[i] = rule.Facts{"today": date("2026-11-28"), "fixed": rule.Fen(4200)}
	}
	tab.Column("today", rule.Date).Fix(date("2026-11-28"))
	tab.Column("fixed", rule.Yuan).Fix(rule.Fen(4200))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list, c := values[name], tab.Column(name, types[name])
		for i := range facts {
			for range rapid.IntRange(1, 2).Draw(t, "times") { // a cell may be written again
				v := rapid.SampledFrom(list).Draw(t, name)
				c.Set(i, v)
				facts[i][name] = v
			}
		}
	}
	return tab, facts
}

type draw struct{ *rapid.T }

func (d draw) of(list ...string) string { return rapid.SampledFrom(list).Draw(d.T, "part") }

func (d draw) yesNo(depth int) string {
	if depth == 0 {
		return d.of("a", "b", "true", "false", "n > 3", "n == m", `weight == "ordinary"`, `"x" in tags`, "tags.exists(e, e == name)", `name == nick`, `name.startsWith("甲")`,
			"income >= fixed", "twice(m) > 2", "nowhere > 3", `weight in ["important"]`, "size(tags) > 1", "age(birth, today) >= 60", "tags.exists(e, e == \"y\")")
	}
	x := d.of("&&", "||", "!", "?:", "==", "cmp", "cmp", "in", "choice")
	switch x {
	case "&&", "||":
		s := "(" + d.yesNo(depth-1)
		for range rapid.IntRange(1, 3).Draw(d.T, "more") {
			s += " " + x + " " + d.yesNo(depth-1)
		}
		return s + ")"
	case "!":
		return "!(" + d.yesNo(depth-1) + ")"
	case "?:":
		return "(" + d.yesNo(depth-1) + " ? " + d.yesNo(depth-1) + " : " + d.yesNo(depth-1) + ")"
	case "==":
		return "((" + d.yesNo(depth-1) + ") " + d.of("==", "!=") + " (" + d.yesNo(depth-1) + "))"
	case "in":
		return "(" + d.whole(depth-1) + " in [0, 1, -5, 60])"
	case "choice":
		return "(" + d.text(depth-1) + d.of(" == ", " != ") + d.text(depth-1) + ")"
	}
	op := d.of(" < ", " <= ", " > ", " >= ", " == ", " != ")
	switch d.of("whole", "number", "money", "date") {
	case "whole":
		return "(" + d.whole(depth-1) + op + d.whole(depth-1) + ")"
	case "number":
		return "(" + d.number(depth-1) + op + d.number(depth-1) + ")"
	case "money":
		return "(" + d.money(depth-1) + op + d.money(depth-1) + ")"
	}
	return "(" + d.date(depth-1) + op + d.date(depth-1) + ")"
}

func (d draw) text(depth int) string {
	if depth <= 0 {
		return d.of("name", "nick", `"甲"`, `"丁"`)
	}
	return "(" + d.yesNo(depth-1) + " ? " + d.text(depth-1) + " : " + d.text(depth-1) + ")"
}

func (d draw) whole(depth int) string {
	if depth <= 0 {
		return d.of("n", "m", "0", "3", "-1", "9223372036854775807", "nowhere", "size(tags)", "year(birth)", "month(on)", "day(birth)")
	}
	sub := func() string { return d.whole(depth - 1) }
	switch d.of("+", "%", "neg", "?:", "min", "age", "days", "fn") {
	case "+":
		return "(" + sub() + d.of(" + ", " - ", " * ") + sub() + ")"
	case "%":
		return "(" + sub() + " % " + sub() + ")"
	case "neg":
		return "(-(" + sub() + "))"
	case "?:":
		return "(" + d.yesNo(depth-1) + " ? " + sub() + " : " + sub() + ")"
	case "min":
		return d.of("min", "max") + "(" + sub() + ", " + sub() + ")"
	case "age":
		return "age(" + d.date(depth-1) + ", " + d.date(depth-1) + ")"
	case "days":
		return "(" + d.date(depth-1) + " - " + d.date(depth-1) + ")"
	}
	return d.of("year", "month", "day") + "(" + d.date(depth-1) + ")"
}

func (d draw) date(depth int) string {
	if depth <= 0 {
		return d.of("birth", "on", "today", `date("2026-02-28")`)
	}
	switch d.of("days", "months", "years", "?:", "min") {
	case "days":
		return "plus_days(" + d.date(depth-1) + ", " + d.whole(0) + ")"
	case "months":
		return "plus_months(" + d.date(depth-1) + ", " + d.whole(0) + ")"
	case "years":
		return "plus_years(" + d.date(depth-1) + ", " + d.whole(0) + ")"
	case "min":
		return d.of("min", "max") + "(" + d.date(depth-1) + ", " + d.date(depth-1) + ")"
	}
	return "(" + d.yesNo(depth-1) + " ? " + d.date(depth-1) + " : " + d.date(depth-1) + ")"
}

func (d draw) number(depth int) string {
	if depth <= 0 {
		return d.of("rate", "share", "0.8", "0.0", "2.5", "-1.25", "0.00000001")
	}
	sub := func() string { return d.number(depth - 1) }
	switch d.of("op", "neg", "?:", "min", "round", "whole", "amount", "ratio") {
	case "op":
		return "(" + sub() + d.of(" + ", " - ", " * ", " / ") + sub() + ")"
	case "neg":
		return "(-(" + sub() + "))"
	case "?:":
		return "(" + d.yesNo(depth-1) + " ? " + sub() + " : " + sub() + ")"
	case "min":
		return d.of("min", "max") + "(" + sub() + ", " + sub() + ")"
	case "round":
		return d.of("round", "floor", "ceil") + "(" + sub() + ", " + d.of("0", "1", "2", "5", "m") + ")"
	case "whole":
		return "number(" + d.whole(depth-1) + ")"
	case "amount":
		return "amount(" + d.money(depth-1) + ")"
	}
	return "(" + d.money(depth-1) + " / " + d.money(depth-1) + ")"
}

func (d draw) money(depth int) string {
	if depth <= 0 {
		return d.of("income", "rent", "fixed", "yuan(100)", "yuan(0.01)", "yuan(n)")
	}
	sub := func() string { return d.money(depth - 1) }
	switch d.of("+", "*", "/", "?:", "min", "round", "total", "yuan") {
	case "+":
		return "(" + sub() + d.of(" + ", " - ") + sub() + ")"
	case "*":
		return "(" + sub() + " * " + d.number(depth-1) + ")"
	case "/":
		return "(" + sub() + " / " + d.number(depth-1) + ")"
	case "?:":
		return "(" + d.yesNo(depth-1) + " ? " + sub() + " : " + sub() + ")"
	case "min":
		return d.of("min", "max") + "(" + sub() + ", " + sub() + ")"
	case "round":
		return d.of("round", "floor", "ceil") + "(" + sub() + ", " + d.of("0", "1", "2") + ")"
	case "total":
		return "total(allowance, " + d.whole(0) + ")"
	}
	return "yuan(" + d.number(depth-1) + ")"
}

func (d draw) any(depth int) string {
	switch d.of("yesNo", "yesNo", "yesNo", "whole", "number", "money", "date", "text") {
	case "whole":
		return d.whole(depth)
	case "number":
		return d.number(depth)
	case "money":
		return d.money(depth)
	case "date":
		return d.date(depth)
	case "text":
		return d.text(depth)
	}
	return d.yesNo(depth)
}

// Whatever is asked about whatever is known, the columns answer as the program does: the same verdict, value, unknown or failure.
func same(t *rapid.T, env *rule.Env) {
	rows := rapid.IntRange(1, 8).Draw(t, "rows")
	tab, facts := table(t, rows)
	plan := column.NewPlan(tab)
	var progs []*rule.Program
	var asks []column.Ask
	for range rapid.IntRange(1, 3).Draw(t, "expressions") {
		src := draw{t}.any(rapid.IntRange(0, 3).Draw(t, "depth"))
		p, err := env.Compile(src, rule.At{})
		if err != nil {
			continue // "m" where the places must be written, what costs too much
		}
		progs, asks = append(progs, p), append(asks, plan.Program(p))
	}
	w := plan.Worker()
	for range 2 { // nothing is left of the first time
		if n := w.Run(0); n != rows {
			t.Fatalf("%d of %d rows", n, rows)
		}
		for i, p := range progs {
			for row := range rows {
				agree(t, w, asks[i], row, p, facts[row])
			}
		}
	}
}

func agree(t interface{ Fatalf(string, ...any) }, w *column.Worker, a column.Ask, row int, p *rule.Program, facts rule.Facts) {
	want, needs, err := p.Value(facts)
	got, known, gotErr := w.Value(a, row)
	if (err != nil) != (gotErr != nil) || err == nil && (known != (len(needs) == 0) || !reflect.DeepEqual(got, want)) {
		t.Fatalf("%s with %v = %v, known %v, %v; the program says %v, needs %v, %v", p.Source(), facts, got, known, gotErr, want, needs, err)
	}
	if p.Type().Equal(rule.YesNo) {
		want, err := p.Decide(facts)
		if got, gotErr := w.Verdict(a, row); got != want || (err != nil) != (gotErr != nil) {
			t.Fatalf("%s with %v = %v, %v; the program says %v, %v", p.Source(), facts, got, gotErr, want, err)
		}
	}
}

func TestColumnsAnswerAsTheProgramDoes(t *testing.T) {
	env := town(t)
	rapid.Check(t, func(t *rapid.T) { same(t, env) })
}

func FuzzColumns(f *testing.F) {
	env := town(f)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { same(t, env) }))
}

// What packs usually write has steps for all of it; what has none is asked only of rows that are left open.
func TestWhatIsLaidOut(t *testing.T) {
	env := town(t)
	tab, asked := column.NewTable(), 0
	tab.Grow(3000)
	for name, typ := range types {
		tab.Column(name, typ)
	}
	for row := range 3000 {
		tab.Column("n", rule.Whole).Set(row, row)
	}
	for _, c := range []struct {
		src  string
		slow int
	}{
		{`age(birth, today) >= 60 && weight == "ordinary" && income <= fixed`, 0},
		{`a ? round(income / 3.0, 2) : yuan(0)`, 0},
		{`"x" in tags && name.startsWith("甲")`, 0},
		{`n < 10 && twice(n) > 3`, 1},
		{`round(min(income, rent) * 0.8, 2)`, 0},
		{`plus_months(birth, 720) <= today`, 0},
	} {
		p, err := env.Compile(c.src, rule.At{})
		if err != nil {
			t.Fatal(err)
		}
		plan := column.NewPlan(tab)
		plan.Program(p)
		if _, slow := plan.Steps(); slow != c.slow {
			t.Errorf("%s: %d slow steps, want %d", c.src, slow, c.slow)
		}
	}
	counting, err := rule.NewEnv(types, rule.Function{Name: "twice", Args: []rule.Type{rule.Whole}, Result: rule.Whole,
		Do: func(args []any) (any, error) { asked++; return 2 * args[0].(int64), nil }})
	if err != nil {
		t.Fatal(err)
	}
	p, err := counting.Compile(`twice(n) > 3 && n < 10`, rule.At{})
	if err != nil {
		t.Fatal(err)
	}
	plan := column.NewPlan(tab)
	ask, yes := plan.Program(p), 0
	w := plan.Worker()
	for from := 0; from < tab.Len(); from += column.Rows {
		n := w.Run(from)
		for row := range n {
			if w.Yes(ask).Has(row) {
				yes++
			}
		}
	}
	if yes != 8 || asked != 10 {
		t.Errorf("%d rows hold, and the function was asked %d times", yes, asked)
	}
}

// With the one fact of a part unknown, the part may still be decided or fail.
func TestWhatIsUnknownMayStillFail(t *testing.T) {
	env := town(t)
	tab := column.NewTable()
	tab.Grow(1)
	tab.Column("tags", types["tags"])
	for _, src := range []string{`yuan(100) / 0.0 * number(size(tags)) > yuan(1)`, `(size(tags) > 1 || true) == true`, `size(tags) > 1`} {
		p, err := env.Compile(src, rule.At{})
		if err != nil {
			t.Fatal(err)
		}
		plan := column.NewPlan(tab)
		ask := plan.Program(p)
		w := plan.Worker()
		w.Run(0)
		agree(t, w, ask, 0, p, rule.Facts{})
	}
}

func BenchmarkColumns(b *testing.B) {
	env := town(b)
	tab := column.NewTable()
	const rows = 1 << 17
	tab.Grow(rows)
	tab.Column("today", rule.Date).Fix(date("2026-11-28"))
	for name, list := range values {
		c := tab.Column(name, types[name])
		for row := range rows {
			if v := list[row*7%len(list)%2]; row%11 > 0 {
				c.Set(row, v)
			}
		}
	}
	for _, src := range []string{`weight == "ordinary"`, `age(birth, today) >= 60 && weight == "ordinary" && income <= rent && n > 3`, `a ? min(income, rent) * 0.8 : yuan(0)`,
		`round(income / 3.0, 2) > yuan(5)`, `"x" in tags`} {
		p, err := env.Compile(src, rule.At{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(src, func(b *testing.B) {
			b.ReportAllocs()
			plan := column.NewPlan(tab)
			plan.Program(p)
			w := plan.Worker()
			for b.Loop() {
				for from := 0; from < rows; from += column.Rows {
					w.Run(from)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
