package match_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/match"
)

// persons is a spec as a pack would have it: every kind of condition is in it.
func persons() match.Spec {
	is := func(s string) match.Cond { return match.Cond{Is: s} }
	all := func(list ...match.Cond) match.Cond { return match.Cond{All: list} }
	not := func(c match.Cond) match.Cond { return match.Cond{Not: &c} }
	return match.Spec{
		ID: "persons", Of: "person",
		Fields: []match.Field{
			{Name: "id", Label: "身份证号", Kind: "code", Sealed: true}, {Name: "name", Label: "姓名", Kind: "name"},
			{Name: "born", Label: "出生日期", Kind: "date"}, {Name: "phone", Label: "电话", Kind: "code", Sealed: true},
			{Name: "place", Label: "区划", Kind: "code"}, {Name: "address", Label: "住址", Kind: "address"},
		},
		Block: [][]string{{"id.exact"}, {"phone.exact"}, {"name.sound", "born.day"}, {"born.year", "place.first-9", "address.numbers"}, {"born.day", "place.first-9"}},
		Rules: []match.Rule{
			{Verdict: match.Same, Says: "身份证号相同", When: is("id exact")},
			{Verdict: match.Different, Says: "各有身份证号", When: not(is("id exact"))},
			{Verdict: match.Same, Says: "同名同日同电话", When: all(is("name variant"), is("born exact"), is("phone exact"))},
			{Verdict: match.Likely, Says: "同音同日，住址或电话相近", When: all(is("name sound"), is("born exact"),
				match.Cond{Any: []match.Cond{is("address near"), is("phone exact"), is("address missing-either")}})},
			{Verdict: match.Likely, Says: "同街道同日，姓名只差一字", When: all(is("name swapped one-off"), is("born exact"), is("place first-9"))},
			{Verdict: match.Likely, Says: "分数够", When: all(is("place first-9"), match.Cond{Reach: 4, Points: []match.Point{
				{When: is("address near"), Add: 2}, {When: is("name variant"), Add: 1}, {When: is("born swapped"), Add: 2}}})},
		},
	}
}

func matcher(t interface{ Fatal(args ...any) }) *match.Matcher {
	m, err := match.New(persons())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDecide(t *testing.T) {
	m := matcher(t)
	base := match.Record{"name": "赵小满", "born": "1961-03-08", "place": "411202001001", "address": "和平路18号院3号楼2单元501", "phone": "13900000001"}
	with := func(change ...string) match.Record {
		r := match.Record{}
		for k, v := range base {
			r[k] = v
		}
		for i := 0; i < len(change); i += 2 {
			r[change[i]] = change[i+1]
		}
		return r
	}
	cases := []struct {
		name   string
		a, b   match.Record
		want   match.Answer
		reason string
	}{
		{"one id", with("id", "A"), with("id", "A", "name", "钱某"), match.Same, "身份证号相同"},
		{"two ids, all else equal", with("id", "A"), with("id", "B"), match.Different, "身份证号不同"},
		{"one has no id", with("id", "A"), base, match.Same, "电话相同"},
		{"traditional", with("name", "趙小滿"), base, match.Same, "姓名相同（写法或字形不同）"},
		{"one of two phones", with("phone", "13900000001\n13900000002"), with("phone", "13900000002"), match.Same, "电话相同"},
		{"sound, written-out address", with("name", "赵晓满", "address", "湖滨区前进街道和平路十八号院三栋2单元501室", "phone", ""), base, match.Likely, "姓名读音相同"},
		{"same name and day alone", with("address", "", "phone", ""), with("address", "崤山路9号", "phone", "13900000009"), match.Likely, "住址有一方没有填"},
		{"same name and day, other street and phone", with("address", "崤山路9号", "phone", "13900000009", "place", "411202002001"), base, match.Different, ""},
		{"twins", with("name", "赵小圆"), base, match.Likely, "姓名只差一个字"},
		{"order", with("name", "赵满小"), base, match.Likely, "姓名用字相同、顺序不同"},
		{"day and month exchanged", with("born", "1961-08-03", "phone", ""), base, match.Likely, "出生日期月日颠倒后相同"},
		{"nothing in common", with("name", "钱多", "born", "1990-01-01", "phone", ""), base, match.Different, ""},
		{"nothing known", match.Record{}, base, match.Different, ""},
	}
	for _, c := range cases {
		for range 2 {
			v := m.Decide(m.Read(c.a), m.Read(c.b))
			if v.Answer != c.want || !strings.Contains(said(v), c.reason) {
				t.Errorf("%s: %s, %q, want %s, %q", c.name, v.Answer, said(v), c.want, c.reason)
			}
			c.a, c.b = c.b, c.a
		}
	}
}

func said(v match.Verdict) string {
	var b strings.Builder
	for _, r := range v.Reasons {
		b.WriteString(r.String() + "；")
	}
	return b.String()
}

func TestReasonsKeepSealedValues(t *testing.T) {
	m := matcher(t)
	e := m.Read(match.Record{"id": "990000196103081234", "name": "赵小满", "phone": "13900000001", "born": "1961-03-08"})
	if text := said(m.Decide(e, e)); strings.Contains(text, "9900") || strings.Contains(text, "139") {
		t.Errorf("the reason tells a value: %s", text)
	}
}

func TestNewRefuses(t *testing.T) {
	change := func(f func(s *match.Spec)) match.Spec {
		s := persons()
		f(&s)
		return s
	}
	when := func(c match.Cond) match.Spec {
		return change(func(s *match.Spec) { s.Rules[0].When = c })
	}
	cases := map[string]match.Spec{
		"没有“shape”这种类型":    change(func(s *match.Spec) { s.Fields[0].Kind = "shape" }),
		"写了两次":             change(func(s *match.Spec) { s.Fields[1].Name = "id" }),
		"不能以“sound”分组":     change(func(s *match.Spec) { s.Block[0] = []string{"id.sound"} }),
		"block 里没有比对项":     change(func(s *match.Spec) { s.Block[0] = []string{"age.exact"} }),
		"有一组是空的":           change(func(s *match.Spec) { s.Block[0] = nil }),
		"verdict 应为":       change(func(s *match.Spec) { s.Rules[0].Verdict = "maybe" }),
		"没有比对项 age":        when(match.Cond{Is: "age exact"}),
		"没有“sound”这种程度":    when(match.Cond{Is: "id sound"}),
		"没有写明到什么程度":        when(match.Cond{Is: "id"}),
		"之一":               when(match.Cond{}),
		"reach 应在":         when(match.Cond{Points: []match.Point{{When: match.Cond{Is: "id exact"}, Add: 1}}, Reach: 2}),
		"批量比对会漏掉":          when(match.Cond{Is: "name exact"}),
		"姓名 one-off 没有分组键": when(match.Cond{All: []match.Cond{{Is: "name one-off"}, {Is: "born exact"}}}),
		"年相同不等于日相同":        when(match.Cond{All: []match.Cond{{Is: "name sound"}, {Is: "born swapped"}}}),
		"前六位相同不等于前九位相同":    when(match.Cond{All: []match.Cond{{Is: "born exact"}, {Is: "place first-6"}}}),
		"any 的一支没有分组键":     when(match.Cond{Any: []match.Cond{{Is: "id exact"}, {Is: "name exact"}}}),
		"points 的一种没有分组键":  when(match.Cond{Points: []match.Point{{When: match.Cond{Is: "id exact"}, Add: 1}, {When: match.Cond{Is: "name exact"}, Add: 1}}, Reach: 1}),
	}
	for want, spec := range cases {
		_, err := match.New(spec)
		if strings.Contains(want, "没有分组键") || strings.Contains(want, "不等于") {
			want = "批量比对会漏掉"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// invented draws records of a small town, so that many are alike.
func invented() *rapid.Generator[match.Record] {
	some := func(list ...string) *rapid.Generator[string] { return rapid.SampledFrom(append(list, "")) }
	return rapid.Custom(func(t *rapid.T) match.Record {
		draw := func(name string, list ...string) string { return some(list...).Draw(t, name) }
		return match.Record{
			"id":      draw("id", "A", "B", "C"),
			"name":    draw("name", "赵小满", "趙小滿", "赵晓满", "赵满小", "赵小圆", "赵 小满", "钱多", "赵满"),
			"born":    draw("born", "1961-03-08", "1961-08-03", "1990-01-01", "19610308"),
			"phone":   draw("phone", "1", "2", "1\n2", "3"),
			"place":   draw("place", "411202001001", "411202001002", "411202002001", "411202"),
			"address": draw("address", "和平路18号院3号楼2单元501", "和平路18-3-2-501", "和平路十八号院3栋2单元501室", "和平路18号院3号楼", "前进街道和平路18-3-2-502", "和平路", "湖滨区和平路"),
		}
	})
}

// TestBlockedIsComplete: among records that share a key one finds exactly what comparing all with all would find.
func TestBlockedIsComplete(t *testing.T) {
	m := matcher(t)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(invented(), 2, 30).Draw(t, "records")
		x := match.NewIndex[int](m)
		entries := make([]*match.Entry, len(list))
		for i, r := range list {
			entries[i] = m.Read(r)
			found := map[int]match.Answer{}
			for _, f := range x.Find(entries[i]) {
				found[f.Thing] = f.Verdict.Answer
			}
			for j := range i {
				v := m.Decide(entries[i], entries[j])
				if v.Answer != match.Different && found[j] != v.Answer || v.Answer == match.Different && found[j] != "" {
					t.Fatalf("%v and %v: all with all says %s (%s), the index %q", r, list[j], v.Answer, v.Says, found[j])
				}
			}
			x.Add(entries[i], i)
		}
	})
}

func TestSymmetric(t *testing.T) {
	m := matcher(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := m.Read(invented().Draw(t, "a")), m.Read(invented().Draw(t, "b"))
		x, y := m.Decide(a, b), m.Decide(b, a)
		if x.Answer != y.Answer || x.Rule != y.Rule || said(x) != said(y) {
			t.Fatalf("%s (%s) one way, %s (%s) the other", x.Answer, said(x), y.Answer, said(y))
		}
	})
}

func TestKeysWithout(t *testing.T) {
	m := matcher(t)
	rapid.Check(t, func(t *rapid.T) {
		r := invented().Draw(t, "record")
		got := m.KeysWithout(m.Read(r), "id", "phone")
		delete(r, "id")
		delete(r, "phone")
		if want := m.Read(r).Keys(); !slices.Equal(got, want) {
			t.Fatalf("%v without number and telephone has the keys %v, not %v", r, want, got)
		}
	})
}

func TestKeysAreStable(t *testing.T) {
	keys := matcher(t).Read(match.Record{"id": "A"}).Keys()
	if len(keys) != 1 || keys[0] != -3350381149801949992 {
		t.Errorf("keys %v: keys are stored, so they must not change from one program to the next", keys)
	}
}
