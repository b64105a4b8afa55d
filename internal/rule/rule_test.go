package rule

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"linli/internal/civil"
)

// source places paths as "all/0/when" in the File field, so that tests can see which place was meant.
var source = Source{Document: "town-1", At: func(path ...any) At {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = fmt.Sprint(p)
	}
	return At{File: strings.Join(parts, "/"), Line: 1, Col: 1}
}}

const allowanceYAML = `
rule: carer-allowance
title: 照护补贴
of: person
all:
  - { say: 年满六十周岁, when: "age(birth, on) >= 60", basis: 3.10 }
  - { when: "income <= params.ceiling", basis: 4 }
any:
  - { when: a, basis: "other-2#1.2b" }
  - { when: '"低保" in tags', basis: 5 }
amount: allowance * 0.5
basis: 6.1
`

func decode[T any](t testing.TB, text string) *T {
	t.Helper()
	v := new(T)
	if err := yaml.Load([]byte(text), v); err != nil {
		t.Fatal(err)
	}
	return v
}

func prepared(t testing.TB, text string) *Rule {
	t.Helper()
	r := decode[Rule](t, text)
	if err := r.Prepare(town(t), source); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRuleAnswersWithClauses(t *testing.T) {
	r := prepared(t, allowanceYAML)
	facts := Facts{"birth": "1950-03-01", "on": "2012-11-01", "income": Fen(500_00), "params.ceiling": Fen(600_00), "tags": []string{"低保"},
		"allowance": Money{Int(101), Month}}
	ans := r.Ask(facts)
	if ans.Value != Yes || ans.Result != (Money{MustDecimal("50.5"), Month}) || ans.Err != nil || !r.Holds(facts) {
		t.Fatalf("answer %+v", ans)
	}
	var got []string
	for _, l := range ans.Trace {
		got = append(got, fmt.Sprintf("%s %v %s", l.Text, l.Result, l.Clause))
	}
	want := "年满六十周岁 yes town-1#3.10|income <= params.ceiling yes town-1#4|a needs other-2#1.2b|\"低保\" in tags yes town-1#5"
	if strings.Join(got, "|") != want {
		t.Fatalf("trace %s", strings.Join(got, "|"))
	}
	if s := fmt.Sprint(r.Facts(), r.Clauses(), r.Type().Words()); s != "[a allowance birth income on params.ceiling tags] [town-1#3.10 town-1#4 other-2#1.2b town-1#5 town-1#6.1]元/月" {
		t.Fatal(s)
	}
}

func TestRuleNeedsOrRefuses(t *testing.T) {
	r := prepared(t, allowanceYAML)
	for _, c := range []struct {
		facts Facts
		want  string
	}{
		{Facts{}, "needs [a allowance birth income on params.ceiling tags]"},
		{Facts{"birth": "1980-01-01", "on": "2012-11-01"}, "no []"},
		{Facts{"a": false, "tags": []string{}}, "no []"},
		{Facts{"birth": "1950-03-01", "on": "2012-11-01", "a": true}, "needs [allowance income params.ceiling]"},
		{Facts{"birth": "1950-03-01", "on": "2012-11-01", "a": true, "income": Fen(1), "params.ceiling": Fen(1)}, "needs [allowance]"},
	} {
		ans := r.Ask(c.facts)
		if got := fmt.Sprint(ans.Value, ans.Needs); got != c.want || ans.Err != nil {
			t.Errorf("%v = %v %v, %v; want %s", c.facts, ans.Value, ans.Needs, ans.Err, c.want)
		}
	}
	if ans := new(Rule).Ask(Facts{}); ans.Err == nil || new(Rule).Holds(Facts{}) {
		t.Error("a rule that was not prepared gave an answer")
	}
}

func TestTableTakesTheFirstRow(t *testing.T) {
	r := prepared(t, `
rule: grade
table:
  - { when: n >= 90, is: '"甲"', basis: 1 }
  - { when: a, is: '"乙"', basis: 2 }
  - { when: b, is: '"乙"', basis: 3 }
  - { is: '"丙"', basis: 4 }
`)
	for _, c := range []struct {
		facts Facts
		want  string
	}{
		{Facts{"n": 95, "a": true, "b": true}, "yes 甲 1 []"},
		{Facts{"n": 95}, "yes 甲 1 []"},
		{Facts{"n": 1, "a": true}, "yes 乙 2 []"},
		{Facts{"n": 1, "a": false, "b": false}, "yes 丙 4 []"},
		{Facts{"n": 1, "b": true}, "yes 乙 3 []"}, // whether a or b, it is 乙
		{Facts{"n": 1}, "needs <nil> 0 [a b]"},
		{Facts{"a": true}, "needs <nil> 0 [n]"},
	} {
		ans := r.Ask(c.facts)
		if got := fmt.Sprint(ans.Value, " ", ans.Result, " ", ans.Row, " ", ans.Needs); got != c.want || ans.Err != nil {
			t.Errorf("%v = %s, %v; want %s", c.facts, got, ans.Err, c.want)
		}
		if v, needs, err := r.Value(c.facts); fmt.Sprint(v, needs, err) != fmt.Sprint(ans.Result, ans.Needs, ans.Err) {
			t.Errorf("%v: Value says %v %v %v", c.facts, v, needs, err)
		}
	}
	open := prepared(t, `{rule: open, table: [{when: a, is: n, basis: 1}, {when: b, is: m, basis: 2}]}`)
	if ans := open.Ask(Facts{"a": false, "b": false}); ans.Value != No || ans.Result != nil {
		t.Errorf("no row matches, but %+v", ans)
	}
	if ans := open.Ask(Facts{"a": false, "b": true}); fmt.Sprint(ans.Value, ans.Needs) != "needs [m]" {
		t.Errorf("the value is not known, but %+v", ans)
	}
}

// What a table gives holds under every completion of the facts that can be computed.
func TestTableIsSound(t *testing.T) {
	env := town(t)
	rapid.Check(t, func(t *rapid.T) {
		r := &Rule{ID: "x", Basis: "1"}
		for i := range rapid.IntRange(1, 4).Draw(t, "rows") {
			r.Table = append(r.Table, Row{When: formula(t, 1), Is: rapid.SampledFrom([]string{"1", "2", "n"}).Draw(t, fmt.Sprint("is ", i))})
		}
		if rapid.Bool().Draw(t, "otherwise") {
			r.Table = append(r.Table, Row{Is: "2"})
		}
		if err := r.Prepare(env, source); err != nil {
			t.Fatal(err)
		}
		facts := partial(t)
		ans := r.Ask(facts)
		completions(facts, func(full Facts) {
			whole := r.Ask(full)
			if whole.Err == nil && ans.Value != Needs && (whole.Value != ans.Value || whole.Result != ans.Result) {
				t.Fatalf("answered %v %v, but %v makes it %v %v (%v)", ans.Value, ans.Result, full, whole.Value, whole.Result, whole.Err)
			}
		})
	})
}

func TestRuleProblemsNameTheirPlace(t *testing.T) {
	r := decode[Rule](t, `
all: [{when: n > 3}, {when: n, basis: 1}, {when: nn > 3, basis: "a b"}]
table: [{is: n, basis: 1}, {when: a, is: rate, basis: 1}]
amount: n
`)
	err := r.Prepare(town(t), source)
	if err == nil {
		t.Fatal("a broken rule was accepted")
	}
	for _, want := range []string{
		"rule:1:1: 规则没有编号",
		"all/0/basis:1:1: 缺少依据条款",
		"all/1/when:1:1: 此处应为是否，表达式给出整数",
		"all/2/when:1:1: 没有名为“nn”的事实或函数",
		"all/2/basis:1:1: 依据条款",
		"table/0/when:1:1: 缺少表达式",
		"table/1/is:1:1: 此处应为整数，表达式给出小数",
		"amount:1:1: amount 与 table 只能取其一",
		"basis:1:1: 缺少依据条款",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s\nin:\n%v", want, err)
		}
	}
	if r.Holds(Facts{"n": 9}) {
		t.Error("a broken rule holds")
	}
}

func TestParamOnADate(t *testing.T) {
	p := decode[Param](t, `
param: ceiling
values:
  - { from: "2014-01-01", is: 700 yuan, basis: other-2#3 }
  - { from: "2012-11-01", until: "2013-06-30", is: 600.5 yuan, gap: 3.3 }
`)
	if err := p.Prepare(source); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2012-10-31": "", "2012-11-01": "600.5元 town-1#3.3 true", "2013-06-30": "600.5元 town-1#3.3 true",
		"2013-07-01": "", "2014-01-01": "700元 other-2#3 false", "2026-01-01": "700元 other-2#3 false"} {
		got := ""
		if s, ok := p.On(civil.MustDate(day)); ok {
			got = fmt.Sprint(s.Value, " ", s.Clause, " ", s.Default)
		}
		if got != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
	env, err := NewEnv(ParamTypes([]*Param{p}))
	if err != nil {
		t.Fatal(err)
	}
	prog, err := env.Compile(`params.ceiling * 2.0`, At{})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2014-05-01": "1400元 []", "2013-07-01": "<nil> [params.ceiling]"} {
		facts := Facts{}
		Bind(facts, []*Param{p}, civil.MustDate(day))
		v, needs, err := prog.Value(facts)
		if got := fmt.Sprint(v, " ", needs); got != want || err != nil {
			t.Errorf("on %s: %s, %v; want %s", day, got, err, want)
		}
	}
}

func TestParamTypes(t *testing.T) {
	for is, want := range map[string]string{"100 yuan": "yuan", "100 yuan/month": "yuan/month", "3": "whole", "3.0": "number", "80%": "number",
		"2012-11-01": "date", "yes": "yes-no", "register": "text", "3d": "text"} {
		p := &Param{Name: "x", Values: []Dated{{Is: is, Basis: "1"}}}
		if err := p.Prepare(source); err != nil || p.ValueType().String() != want {
			t.Errorf("%q is %v, %v; want %s", is, p.ValueType(), err, want)
		}
	}
}

func TestParamRefused(t *testing.T) {
	for name, c := range map[string]struct {
		p    Param
		want string
	}{
		"same day":       {Param{Values: []Dated{{From: "2012-11-01", Is: "1", Basis: "1"}, {From: "2012-11-01", Is: "2", Basis: "1"}}}, "values/1/from:1:1: 参数“x”的取值期间重叠"},
		"until too late": {Param{Values: []Dated{{From: "2014-01-01", Is: "2", Basis: "1"}, {From: "2012-11-01", Until: "2014-01-01", Is: "1", Basis: "1"}}}, "values/0/from:1:1: 参数“x”的取值期间重叠"},
		"undated":        {Param{Values: []Dated{{Is: "1", Basis: "1"}, {From: "2012-11-01", Is: "2", Basis: "1"}}}, "每个都要写明起始日期"},
		"no clause":      {Param{Values: []Dated{{Is: "1"}}}, "缺少依据条款"},
		"both":           {Param{Values: []Dated{{Is: "1", Basis: "1", Gap: "2"}}}, "只能取其一"},
		"mixed":          {Param{Values: []Dated{{From: "2012-11-01", Is: "1 yuan", Basis: "1"}, {From: "2013-11-01", Is: "2 yuan/month", Basis: "1"}}}, "应以元计"},
		"no such day":    {Param{Values: []Dated{{From: "2013-02-29", Is: "1", Basis: "1"}}}, "values/0/from:1:1: "},
		"backwards":      {Param{Values: []Dated{{From: "2013-02-28", Until: "2013-02-27", Is: "1", Basis: "1"}}}, "早于起始日期"},
		"bad type":       {Param{Type: "float", Values: []Dated{{Is: "1", Basis: "1"}}}, "没有类型“float”"},
		"list":           {Param{Type: "list of text", Values: []Dated{{Is: "1", Basis: "1"}}}, "参数不能是文字的列表"},
		"empty":          {Param{}, "没有取值"},
	} {
		c.p.Name = "x"
		if err := c.p.Prepare(source); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
