package rule

import (
	"fmt"
	"strings"
	"testing"

	"linli/internal/civil"
)

// town is the vocabulary of the tests in this package.
func town(t testing.TB) *Env {
	t.Helper()
	env, err := NewEnv(map[string]Type{
		"a": YesNo, "b": YesNo, "c": YesNo, "d": YesNo,
		"n": Whole, "m": Whole, "rate": Number, "income": Yuan, "allowance": YuanPer(Month),
		"birth": Date, "on": Date, "name": Text, "weight": Choice("ordinary", "important"),
		"tags": ListOf(Text), "channels": ListOf(Choice("letter", "visit")), "params.ceiling": Yuan,
	}, Function{Name: "twice", Args: []Type{Whole}, Result: Whole, Do: func(args []any) (any, error) { return 2 * args[0].(int64), nil }})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestRefusedAtLoad(t *testing.T) {
	env := town(t)
	for _, c := range []struct{ src, want string }{
		{``, "rules/x.yaml:7:11: 缺少表达式"},
		{`income > allowance`, "rules/x.yaml:7:18: “>”不能用于 （元，元/月）；周期不同"},
		{`income + allowance > yuan(3)`, "“+”不能用于 （元，元/月）"},
		{`income == allowance`, "“==”不能用于"},
		{`rate * 2 > 1.0`, "rules/x.yaml:7:16: “*”不能用于 （小数，整数）；整数请写成小数，如 2.0"},
		{`income * 2 > income`, "整数请写成小数"},
		{`rate > income`, "金额请写成 yuan"},
		{`birth > "2012-11-01"`, `日期请写成 date("2012-11-01")`},
		{`weight == "urgent"`, "rules/x.yaml:7:21: “weight”没有“urgent”这个选项，可选：ordinary、important"},
		{`weight in ["ordinary", "urgent"]`, "没有“urgent”这个选项"},
		{`"phone" in channels`, "没有“phone”这个选项"},
		{`wieght == "ordinary"`, "是否应为“weight”"},
		{`unheard_of`, "没有名为“unheard_of”的事实或函数"},
		{`params.cieling > income`, "是否应为“params.ceiling”"},
		{`date("2026-02-30") > on`, "2026-02-30"},
		{`date(name) > on`, "必须直接写出"},
		{`number(name) > 1.0`, "必须直接写出"},
		{`1.5e3 > rate`, "“1.5e3”不是小数"},
		{`n / 2 > m`, "丢掉余数"},
		{`twice(2.0) > 1`, "不能用于"},
		{`dyn(a) == 1`, "不能使用类型"},
		{`{"x": 1}["x"] == 1`, "不能使用类型"},
		{`timestamp("2012-01-01T00:00:00Z") > timestamp("2011-01-01T00:00:00Z")`, "不能使用类型"},
		{`tags.exists(a, a == "x")`, "循环变量“a”与事实同名"},
		{`tags.exists(x, tags.exists(y, tags.exists(z, x + y == z)))`, "计算量"},
		{`name.matches("(")`, "rules/x.yaml:7:24"},
		{`name.matches(name)`, "必须直接写出"},
		{`a &&`, "没有写完"},
		{`a b`, "“b”附近"},
		{"a &&\n  rate > 2", "rules/x.yaml:8:18: "},
		{strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100), "rules/x.yaml:7:"},
		{strings.Repeat("a || ", 2000) + "a", "rules/x.yaml:7:"},
	} {
		_, err := env.Compile(c.src, At{"rules/x.yaml", 7, 11})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s\n got %v\nwant %s", c.src, err, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	env := town(t)
	facts := Facts{"n": 7, "rate": MustDecimal("0.15"), "income": Fen(123_45), "allowance": Money{Int(100), Month},
		"birth": "1950-02-28", "on": civil.MustDate("2012-11-01"), "name": "王二", "weight": "ordinary", "tags": []string{"低保", "残疾"},
		"params.ceiling": Fen(200_00), "a": true}
	for src, want := range map[string]any{
		`rate * 3.0`:                         MustDecimal("0.45"),
		`0.1 + 0.2 == 0.3`:                   true,
		`.5 + -.25`:                          MustDecimal("0.25"),
		`number(n) / 2.0`:                    MustDecimal("3.5"),
		`income + yuan(1.55)`:                Fen(125_00),
		`total(allowance, n)`:                Fen(700_00),
		`allowance * rate`:                   Money{Int(15), Month},
		`income / params.ceiling`:            MustDecimal("0.61725"),
		`round(income * rate, 2)`:            Money{Yuan: MustDecimal("18.52")},
		`amount(allowance)`:                  Int(100),
		`min(income, params.ceiling)`:        Fen(123_45),
		`max(birth, on)`:                     civil.MustDate("2012-11-01"),
		`age(birth, on)`:                     int64(62),
		`on - date("2012-10-01")`:            int64(31),
		`plus_months(date("2012-01-31"), 1)`: civil.MustDate("2012-02-29"),
		`plus_years(birth, 60)`:              civil.MustDate("2010-02-28"),
		`year(on) * 100 + month(on)`:         int64(201211),
		`a ? "甲" : name`:                     "甲",
		`tags.filter(x, x != "低保")`:          []string{"残疾"},
		`"低保" in tags && size(tags) == 2`:    true,
		`name.size()`:                        int64(2),
		`twice(n) % 4`:                       int64(2),
		`-rate`:                              MustDecimal("-0.15"),
		`weight in ["important"]`:            false,
	} {
		p, err := env.Compile(src, At{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		got, needs, err := p.Value(facts)
		if err != nil || len(needs) > 0 || !same(got, want) {
			t.Errorf("%s = %v, needs %v, %v; want %v", src, got, needs, err, want)
		}
	}
}

func same(a, b any) bool {
	if l, ok := a.([]string); ok {
		m, ok := b.([]string)
		return ok && strings.Join(l, "\x00") == strings.Join(m, "\x00")
	}
	return a == b
}

func TestWrongFactsAreErrorsNotAnswers(t *testing.T) {
	env := town(t)
	for src, facts := range map[string]Facts{
		`n > 3`:                        {"n": "7"},
		`weight == "ordinary"`:         {"weight": "urgent"},
		`income > yuan(3)`:             {"income": Money{Int(3), Month}},
		`on > birth`:                   {"on": "2012-02-30", "birth": "2012-01-01"},
		`name != ""`:                   {"name": strings.Repeat("字", MaxText+1)},
		`"x" in tags`:                  {"tags": make([]string, MaxList+1)},
		`"y" in tags`:                  {"tags": []string{strings.Repeat("字", MaxItem+1)}},
		`rate / number(n) > 1.0`:       {"rate": 1, "n": 0},
		`rate * rate * rate > 1.0`:     {"rate": MustDecimal("0.123456789")},
		`n * n > 3`:                    {"n": int64(1) << 40},
		`plus_days(on, n) > on`:        {"on": "9999-12-31", "n": 1},
		`round(rate, n) > 0.0`:         {"rate": MustDecimal("0.5"), "n": -1},
		`tags.exists(x, twice(n) > 3)`: {"tags": []int64{1}, "n": 3},
	} {
		p, err := env.Condition(src, At{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if ans := p.Ask(facts); ans.Err == nil || ans.Value != Needs || len(ans.Needs) > 0 {
			t.Errorf("%s with %.80v = %v, needs %v, error %v; want an error", src, facts, ans.Value, ans.Needs, ans.Err)
		}
		if _, err := p.Decide(facts); err == nil || p.Holds(facts) {
			t.Errorf("%s with %.80v: the fast path found no error", src, facts)
		}
	}
}

func TestFactsAnExpressionUses(t *testing.T) {
	p, err := town(t).Compile(`tags.exists(x, x == name) ? income > params.ceiling : a && income > yuan(1)`, At{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.Facts(), " "); got != "tags name income params.ceiling a" {
		t.Fatalf("facts = %s", got)
	}
}

func TestFactNames(t *testing.T) {
	for _, name := range []string{"", "clock-starts", "Weight", "低保", "a.", "in", "1a"} {
		if _, err := NewEnv(map[string]Type{name: YesNo}); err == nil {
			t.Errorf("fact name %q was accepted", name)
		}
	}
	if _, err := town(t).With(map[string]Type{"a": Whole}); err == nil {
		t.Error("a fact was declared twice")
	}
}

func TestTypeNames(t *testing.T) {
	for _, s := range []string{"yes-no", "text", "whole", "number", "date", "yuan", "yuan/day", "yuan/month", "yuan/quarter", "yuan/year", "list of text", "list of yuan/month"} {
		typ, err := ParseType(s)
		if err != nil || typ.String() != s || typ.Words() == "" {
			t.Errorf("ParseType(%q) = %v, %v", s, typ, err)
		}
	}
	for _, s := range []string{"", "float", "list of", "list of list of text", "yuan/week"} {
		if typ, err := ParseType(s); err == nil {
			t.Errorf("ParseType(%q) = %v, want an error", s, typ)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`a && !b || n > 3`, `rate * 0.8 > 1.0`, `tags.exists(x, x == "低保")`, `date("2012-11-01") <= on`, `a ? n : m`,
		`"\u4e00" + name`, `1.`, `--1`, `[1, 2.0]`, `a ? (`, `total(allowance, 3) / income`, "a\n&& b", `x.map(y, y)`, `'''`} {
		f.Add(s)
	}
	env := town(f)
	f.Fuzz(func(t *testing.T, src string) {
		p, err := env.Compile(src, At{"f", 1, 1})
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Fatalf("%q was refused without a word", src)
			}
			return
		}
		one, needs, err := p.Value(Facts{})
		two, again, err2 := p.Value(Facts{})
		if fmt.Sprint(one, needs, err) != fmt.Sprint(two, again, err2) {
			t.Fatalf("%q gave %v %v %v, then %v %v %v", src, one, needs, err, two, again, err2)
		}
	})
}
