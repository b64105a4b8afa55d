package pack_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/pack"
)

// rounds is the small pack with a check list and two rounds.
func rounds() map[string]string {
	m := small()
	m["a/clauses.yaml"] += "- { id: \"3\", at: 三, gist: 巡查, runs: [round/visit, round/visit#quota, checklist/shop#exit] }\n"
	m["a/params.yaml"] += "owed:\n  kind: whole\n  label: 家数\n  is: 5\n  basis: \"3\"\n"
	m["a/checklists/shop.yaml"] = `checklist: shop
name: 门店检查表
basis: 3
items:
  - { item: exit, group: 环, says: 安全出口畅通, kind: yes-no, points: 40, veto: yes, basis: 3 }
  - { item: count, group: 机, says: 灭火器具数, kind: number, points: 30, least: 2, basis: 3 }
  - { item: order, group: 人, says: 值守, kind: choice, points: 30, basis: 3,
      options: [{ value: good, label: 好, points: 30 }, { value: fair, label: 一般, points: 15 }, { value: bad, label: 差, fails: yes }] }
  - { item: seen, says: 现场照片, kind: photo, minor: yes, basis: 3 }
grades:
  - { grade: A, least: 90, basis: 3 }
  - { grade: B, least: 60, basis: 3 }
  - { grade: C, least: 0, basis: 3 }
`
	m["a/rounds/visit.yaml"] = `- round: visit
  name: 走访门店
  who: desk
  subjects: { kind: organisation, of: [shop], key-grades: [C] }
  every: month
  quota: { per: person, counts: subjects, key: $owed, ordinary: 10, basis: 3 }
  coverage: { percent: 100, basis: 3 }
  list: shop
  opens: { flow: f1, fields: { what: =says }, basis: 3 }
  basis: 3
- round: look-again
  name: 抽查
  who: grid
  subjects: { kind: case, of: [f1] }
  campaign: { from: "2026-03-01", to: "2026-04-14", basis: 3 }
  recheck: { percent: 10, basis: 3 }
  basis: 3
`
	return m
}

// A round says what it visits, how much is owed and when; a check list adds up what was found.
func TestRoundsAreRead(t *testing.T) {
	on := civil.MustDate("2026-03-10")
	p, r := mustLoad(t, rounds(), "").Round("visit", on)
	if p == nil || r.Quota != (pack.Quota{Per: "person", Counts: "subjects", Key: 5, Ordinary: 10}) || r.Far != pack.FarAway || r.Coverage != 100 {
		t.Fatalf("%+v", r)
	}
	if period, ok := r.Period(on); !ok || period.From.String() != "2026-03-01" || period.To.String() != "2026-03-31" {
		t.Errorf("period %v", period)
	}
	again := p.On(on).Round("look-again")
	for day, in := range map[string]bool{"2026-02-28": false, "2026-03-01": true, "2026-04-14": true, "2026-04-15": false} {
		if _, ok := again.Period(civil.MustDate(day)); ok != in {
			t.Errorf("campaign on %s: %v", day, ok)
		}
	}
	for n, want := range map[int]int{0: 0, 1: 1, 10: 1, 11: 2, 100: 10} {
		if got := again.Drawn(n); got != want {
			t.Errorf("of %d drawn %d, want %d", n, got, want)
		}
	}
	l := p.On(on).Checklist("shop")
	for _, c := range []struct {
		answers map[string]string
		percent int
		grade   string
		fails   []string
	}{
		{map[string]string{"exit": "yes", "count": "2", "order": "good", "seen": "x"}, 100, "A", nil},
		{map[string]string{"exit": "yes", "count": "1.5", "order": "fair", "seen": "na"}, 55, "C", []string{"count"}},
		{map[string]string{"exit": "no", "count": "9", "order": "good", "seen": "x"}, 60, "C", []string{"exit"}},
		{map[string]string{"exit": "na", "count": "9", "order": "bad", "seen": "x"}, 50, "C", []string{"order"}},
		{map[string]string{"exit": "yes", "count": "na", "order": "fair", "seen": "x"}, 78, "B", nil},
		{map[string]string{"exit": "na", "count": "na", "order": "na", "seen": "na"}, 0, "", nil},
	} {
		got, err := l.Judge(c.answers)
		if err != nil || got.Percent != c.percent || got.Grade != c.grade || !slices.Equal(got.Failed, c.fails) {
			t.Errorf("%v: %+v, %v", c.answers, got, err)
		}
	}
	_, err := l.Judge(map[string]string{"exit": "maybe", "count": "two", "order": "best"})
	if f := fault.As(err); f.Kind != fault.KindInvalid || len(f.Fields) != 4 || f.Fields[0].Field != "answers.exit" {
		t.Errorf("bad answers: %v", err)
	}
}

// What a round or a check list cannot mean is refused where it stands.
func TestRoundsAreChecked(t *testing.T) {
	for _, c := range []struct{ file, from, to, want string }{
		{"rounds/visit", "who: desk", "who: nobody", "没有机构 nobody"},
		{"rounds/visit", "kind: organisation", "kind: shop", "kind 只能是 place"},
		{"rounds/visit", "key-grades: [C]", "key-grades: [E]", "没有等级 E"},
		{"rounds/visit", "every: month", "every: quarter+10d", "巡查周期应为"},
		{"rounds/visit", "every: month", "every: month\n  campaign: { from: \"2026-03-01\", to: \"2026-03-02\", basis: 3 }", "二者只居其一"},
		{"rounds/visit", "list: shop", "list: shops", "没有检查表 shops"},
		{"rounds/visit", "flow: f1, fields", "flow: f2, fields", "流程 f2 不存在"},
		{"rounds/visit", "what: =says", "what: =tells", "没有来源 =tells"},
		{"rounds/visit", "per: person", "per: head", "定额应写明 per"},
		{"rounds/visit", "percent: 100", "percent: 101", "应为 1 到 100 的整数"},
		{"rounds/visit", "  recheck: { percent: 10, basis: 3 }\n", "", "须写明抽查比例"},
		{"rounds/visit", "of: [f1] }", "of: [f9] }", "复查的流程 f9 不存在"},
		{"rounds/visit", "to: \"2026-04-14\"", "to: \"2026-02-14\"", "结束早于开始"},
		{"checklists/shop", "kind: number", "kind: count", "kind 只能是 yes-no"},
		{"checklists/shop", "points: 30, basis: 3,", "points: 20, basis: 3,", "与检查项的分值 20 不符"},
		{"checklists/shop", "grade: B, least: 60", "grade: B, least: 95", "应从高到低写"},
		{"checklists/shop", "grade: C, least: 0", "grade: C, least: 10", "最后一级的下限应为 0"},
		{"checklists/shop", "item: count", "item: exit", "检查项 exit 重复"},
		{"checklists/shop", "least: 2,", "least: 2, most: 1,", "least 大于 most"},
	} {
		m := maps.Clone(rounds())
		name := "a/" + c.file + ".yaml"
		if !strings.Contains(m[name], c.from) {
			t.Fatalf("%s has no %q", name, c.from)
		}
		m[name] = strings.Replace(m[name], c.from, c.to, 1)
		if _, err := pack.Load(files(m), pack.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s: %v", c.from, c.to, err)
		}
	}
}

// However visits are named twice, shuffled or go to one subject, none counts twice, and none on both sides.
func TestNoVisitCountsTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := pack.Quota{Per: "person", Counts: rapid.SampledFrom([]string{"visits", "subjects"}).Draw(t, "counts"),
			Total: rapid.IntRange(0, 6).Draw(t, "total"), Key: rapid.IntRange(0, 4).Draw(t, "key"), Ordinary: rapid.IntRange(0, 4).Draw(t, "ordinary")}
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pack.Counted {
			return pack.Counted{Visit: rapid.StringMatching("[a-h]").Draw(t, "visit"), Subject: rapid.StringMatching("[s-w]").Draw(t, "subject"), Key: rapid.Bool().Draw(t, "is key")}
		}), 0, 30).Draw(t, "visits")
		visits, subjects := map[string]bool{}, map[string]bool{}
		for _, v := range list {
			visits[v.Visit], subjects[v.Subject] = true, true
		}
		most := len(visits)
		if q.Counts == "subjects" {
			most = min(most, len(subjects))
		}
		f := q.Fulfil(list)
		if f.Key+f.Ordinary != f.Total || f.Total > most {
			t.Fatalf("%d visits to %d subjects count as %+v", len(visits), len(subjects), f)
		}
		if f.Met && most < q.Owed() {
			t.Fatalf("%+v is met by %d", q, most)
		}
		if again := q.Fulfil(append(slices.Clone(list), list...)); again != f {
			t.Fatalf("told twice: %+v, once %+v", again, f)
		}
	})
}
