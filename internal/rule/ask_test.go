package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestThreeAnswers(t *testing.T) {
	env := town(t)
	for _, c := range []struct {
		src   string
		facts Facts
		want  Verdict
		needs string
	}{
		{`a && b`, Facts{"a": false}, No, ""},
		{`b && a`, Facts{"a": false}, No, ""},
		{`a || b`, Facts{"b": true}, Yes, ""},
		{`a && b`, Facts{"a": true}, Needs, "b"},
		{`(a && false) || b`, Facts{}, Needs, "b"},
		{`!a`, Facts{}, Needs, "a"},
		{`!(a && b)`, Facts{"b": false}, Yes, ""},
		{`a ? b : c`, Facts{"a": true}, Needs, "b"},
		{`a ? b : c`, Facts{}, Needs, "a b c"},
		{`a ? b : c`, Facts{"b": true, "c": true}, Yes, ""},
		{`(a ? n : m) > 3`, Facts{"a": false, "n": 9}, Needs, "m"},
		{`(a ? n : m) > 3`, Facts{"a": true, "n": 9}, Yes, ""},
		{`(a ? n : m) > 3`, Facts{"n": 9, "m": 9}, Needs, "a"},
		{`n + m > 3`, Facts{}, Needs, "m n"},
		{`n + m > 3`, Facts{"n": 1}, Needs, "m"},
		{`tags.exists(x, x == name)`, Facts{"tags": []string{}}, No, ""},
		{`tags.exists(x, x == name) || a`, Facts{"tags": []string{"x"}, "a": true}, Yes, ""},
		{`tags.exists(x, x == name)`, Facts{"tags": []string{"x"}}, Needs, "name"},
		{`tags.exists(x, x == "x" || a)`, Facts{"tags": []string{"x"}}, Yes, ""},
		{`a && n > 3`, Facts{"a": nil, "n": 1}, No, ""},
		{`"x" in tags`, Facts{"tags": []any{"x", nil}}, Needs, "tags"},
		// Sound, not complete: doc.go says so.
		{`a || !a`, Facts{}, Needs, "a"},
		// What cannot be computed does not matter once another part decides.
		{`a || rate / number(n) > 1.0`, Facts{"a": true, "rate": 1, "n": 0}, Yes, ""},
		{`a || rate / number(n) > 1.0`, Facts{"rate": 1, "n": 0}, Needs, "a"},
	} {
		p, err := env.Condition(c.src, At{})
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		ans := p.Ask(c.facts)
		if ans.Err != nil || ans.Value != c.want || strings.Join(ans.Needs, " ") != c.needs {
			t.Errorf("%s with %v = %v, needs %v, %v; want %v, %s", c.src, c.facts, ans.Value, ans.Needs, ans.Err, c.want, c.needs)
		}
		if fast, err := p.Decide(c.facts); err != nil || fast != c.want || p.Holds(c.facts) != (c.want == Yes) {
			t.Errorf("%s with %v: the fast path says %v, %v", c.src, c.facts, fast, err)
		}
	}
}

func TestTraceListsEveryPart(t *testing.T) {
	p, err := town(t).Condition(`n >= 60 && (a || rate * 0.5 > 1.0) && !b`, At{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range p.Ask(Facts{"n": 61, "rate": MustDecimal("1.5"), "b": true}).Trace {
		got = append(got, fmt.Sprintf("%d %s %v %v", l.Depth, l.Text, l.Result, l.Facts))
	}
	want := []string{
		"0 n >= 60 && (a || rate * 0.5 > 1.0) && !b no [n a rate b]",
		"1 n >= 60 yes [n]",
		"1 a || rate * 0.5 > 1.0 needs [a rate]",
		"2 a needs [a]",
		"2 rate * 0.5 > 1.0 no [rate]",
		"1 !b no [b]",
		"2 b yes [b]",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("trace:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// formula draws an expression over four yes-no facts and two small wholes.
func formula(t *rapid.T, depth int) string {
	pick := rapid.IntRange(0, 8).Draw(t, "shape")
	sub := func() string { return formula(t, depth-1) }
	switch {
	case depth == 0 || pick < 2:
		return rapid.SampledFrom([]string{"a", "b", "c", "d", "true", "false", "n > 0", "n + m == 2", "m in [0, 2]",
			"(a ? n : m) > 1", "[n, m].exists(x, x == 1 || b)", "twice(n) > m", "n % m == 0"}).Draw(t, "leaf")
	case pick < 4:
		return "(" + sub() + " && " + sub() + ")"
	case pick < 6:
		return "(" + sub() + " || " + sub() + ")"
	case pick == 6:
		return "!(" + sub() + ")"
	case pick == 7:
		return "(" + sub() + " ? " + sub() + " : " + sub() + ")"
	}
	return "((" + sub() + ") == (" + sub() + "))"
}

var domain = map[string][]any{"a": {false, true}, "b": {false, true}, "c": {false, true}, "d": {false, true}, "n": {0, 1, 2}, "m": {0, 1, 2}}

// partial draws facts, leaving some out.
func partial(t *rapid.T) Facts {
	facts := Facts{}
	for _, name := range []string{"a", "b", "c", "d", "n", "m"} {
		if rapid.Bool().Draw(t, name+" known") {
			facts[name] = rapid.SampledFrom(domain[name]).Draw(t, name)
		}
	}
	return facts
}

// completions calls do with every way to fill in the missing facts.
func completions(facts Facts, do func(Facts)) {
	for _, name := range []string{"a", "b", "c", "d", "n", "m"} {
		if _, ok := facts[name]; ok {
			continue
		}
		for _, v := range domain[name] {
			facts[name] = v
			completions(facts, do)
		}
		delete(facts, name)
		return
	}
	do(facts)
}

// An answer holds under every completion that can be computed; a fact that is not needed cannot change it; the fast path agrees.
func TestAnswersAreSound(t *testing.T) {
	env := town(t)
	rapid.Check(t, func(t *rapid.T) {
		src, facts := formula(t, 3), partial(t)
		p, err := env.Condition(src, At{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		ans := p.Ask(facts)
		if fast, err := p.Decide(facts); (err == nil) != (ans.Err == nil) || fast != ans.Value {
			t.Fatalf("%s with %v: Ask says %v (%v), Decide %v (%v)", src, facts, ans.Value, ans.Err, fast, err)
		}
		if ans.Value == Needs && ans.Err == nil && len(ans.Needs) == 0 {
			t.Fatalf("%s with %v needs something but does not say what", src, facts)
		}
		for _, name := range ans.Needs {
			if _, known := facts[name]; known {
				t.Fatalf("%s with %v asks for %s, which is known", src, facts, name)
			}
		}
		seen := map[string]Verdict{}
		completions(facts, func(full Facts) {
			v, err := p.Decide(full)
			if err != nil || ans.Err != nil {
				return
			}
			if ans.Value != Needs && v != ans.Value {
				t.Fatalf("%s was answered %v, but %v makes it %v", src, ans.Value, full, v)
			}
			key := ""
			for _, name := range ans.Needs {
				key += fmt.Sprint(full[name], " ")
			}
			if before, ok := seen[key]; ok && before != v {
				t.Fatalf("%s with %v needs %v, but another fact changes it", src, full, ans.Needs)
			}
			seen[key] = v
		})
	})
}

// For formulas that mention each fact once, the answer is exact: yes iff every completion gives yes, and a fact is
// needed iff it can change the outcome.
func TestReadOnceFormulasAreExact(t *testing.T) {
	env := town(t)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.Permutation([]string{"a", "!b", "c", "!d"}).Draw(t, "facts")
		for len(parts) > 1 {
			i := rapid.IntRange(0, len(parts)-2).Draw(t, "join")
			op := rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "op")
			joined := rapid.SampledFrom([]string{"", "!"}).Draw(t, "sign") + "(" + parts[i] + op + parts[i+1] + ")"
			parts = slices.Replace(parts, i, i+2, joined)
		}
		src, facts := parts[0], partial(t)
		known := maps.Clone(facts)
		facts["n"], facts["m"] = 0, 0
		p, err := env.Condition(src, At{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		ans, seen, matters := p.Ask(facts), map[Verdict]bool{}, map[string]bool{}
		completions(facts, func(full Facts) {
			v, _ := p.Decide(full)
			seen[v] = true
			for _, name := range []string{"a", "b", "c", "d"} {
				flipped := Facts{"a": full["a"], "b": full["b"], "c": full["c"], "d": full["d"], name: !full[name].(bool)}
				if w, _ := p.Decide(flipped); w != v && ans.Value == Needs {
					matters[name] = matters[name] || known[name] == nil
				}
			}
		})
		if want := len(seen) == 2; (ans.Value == Needs) != want {
			t.Fatalf("%s with %v = %v, completions give %v", src, facts, ans.Value, seen)
		}
		for _, name := range []string{"a", "b", "c", "d"} {
			if slices.Contains(ans.Needs, name) != matters[name] {
				t.Fatalf("%s with %v needs %v, but what matters is %v", src, facts, ans.Needs, matters)
			}
		}
	})
}

func TestOneProgramServesManyAtOnce(t *testing.T) {
	p, err := town(t).Condition(`tags.exists(x, x == name) && n > 3`, At{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			facts := Facts{"tags": []string{"x", fmt.Sprint(i)}, "name": fmt.Sprint(i), "n": i}
			for range 200 {
				if p.Holds(facts) != (i > 3) || (p.Ask(facts).Value == Yes) != (i > 3) {
					t.Errorf("wrong answer for %d", i)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkHolds(b *testing.B) {
	env := town(b)
	facts := Facts{"weight": "ordinary", "rate": MustDecimal("0.9"), "n": int64(5), "birth": "1950-01-01", "on": "2012-11-01"}
	for _, src := range []string{`weight == "ordinary"`, `weight == "ordinary" && rate > 0.8`, `age(birth, on) >= 60 && n > 3`} {
		p, err := env.Condition(src, At{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(src, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !p.Holds(facts) {
					b.Fatal("does not hold")
				}
			}
		})
		b.Run("ask "+src, func(b *testing.B) {
			for b.Loop() {
				if p.Ask(facts).Value != Yes {
					b.Fatal("not yes")
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	env := town(b)
	for b.Loop() {
		if _, err := env.Condition(`weight == "ordinary" && rate > 0.8 || a`, At{}); err != nil {
			b.Fatal(err)
		}
	}
}
