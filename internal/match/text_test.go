package match_test

import (
	"testing"
	"unicode/utf8"

	"linli/internal/match"
)

// one compares two values of one field by every degree of its kind and returns those that hold.
func one(t *testing.T, kind, a, b string, degrees ...string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, d := range degrees {
		m, err := match.New(match.Spec{ID: "x", Fields: []match.Field{{Name: "a", Label: "甲", Kind: kind}, {Name: "k", Label: "键", Kind: "code"}},
			Block: [][]string{{"k.exact"}},
			Rules: []match.Rule{{Verdict: match.Same, When: match.Cond{All: []match.Cond{{Is: "k exact"}, {Is: "a " + d}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		out[d] = m.Decide(m.Read(match.Record{"a": a, "k": "1"}), m.Read(match.Record{"a": b, "k": "1"})).Answer == match.Same
	}
	return out
}

func TestNames(t *testing.T) {
	cases := []struct{ a, b, closest string }{
		{"欧阳小雪", "欧阳小雪", "exact"},
		{"欧阳小雪", "歐陽 小雪", "variant"},
		{"买买提·吐尔逊", "买买提•吐尔逊", "variant"},
		{"李喆", "李哲", "variant"},
		{"ＡＢＣ", "abc", "variant"},
		{"张章", "章张", "sound"},
		{"王玮", "王伟", "sound"},
		{"仇小雨", "邱小雨", "sound"},
		{"吕小雨", "鲁小雨", "one-off"},
		{"孙国强", "孙强国", "swapped"},
		{"周明明", "周明", "one-off"},
		{"周小明", "周大明", "one-off"},
		{"周明", "吴明", ""},
		{"周明", "周芳", ""},
		{"周小明", "吴大明", ""},
	}
	ladder := []string{"exact", "variant", "sound", "swapped", "one-off"}
	for _, c := range cases {
		got, closest := one(t, "name", c.a, c.b, ladder...), ""
		for _, d := range ladder {
			if got[d] {
				closest = d
				break
			}
		}
		if closest != c.closest {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, closest, c.closest)
		}
	}
}

func TestAddresses(t *testing.T) {
	cases := []struct{ a, b, closest string }{
		{"一号院", "1号院", "normal"},
		{"河南省三门峡市湖滨区前进街道崤山路18号院3号楼2单元501室", "崤山路18号院3栋2单元501", "normal"},
		{"崤山路十八号院三号楼二单元五〇一", "崤山路18-3-2-501", "normal"},
		{"崤山路一百零三号", "崤山路103号", "normal"},
		{"第3号楼A座12层", "3号楼A座十二层", "normal"},
		{"康乐小区3号楼2单元501", "崤山路康乐小区3号楼2单元501", "near"},
		{"康乐小区3号楼2单元501", "康乐小区3号楼2单元502", "building"},
		{"康乐小区3号楼2单元501", "康乐小区3号楼2单元", "building"},
		{"康乐小区3号楼2单元501", "康乐小区4号楼2单元501", ""},
		{"康乐小区3号", "平安小区3号", ""},
		{"新区路8号", "路8号", ""},
		{"县前街5号", "前街5号", "near"},
		{"城区街道办事处光明路5号", "光明路5号", "normal"},
		{"０５号", "5号", "normal"},
		{"张村镇李家村", "李家村", "normal"},
		{"李家村", "王家村", ""},
	}
	ladder := []string{"exact", "normal", "near", "building"}
	for _, c := range cases {
		got, closest := one(t, "address", c.a, c.b, ladder...), ""
		for _, d := range ladder {
			if got[d] {
				closest = d
				break
			}
		}
		if closest != c.closest {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, closest, c.closest)
		}
	}
}

func TestDatesAndOrganisations(t *testing.T) {
	for _, c := range []struct {
		kind, a, b, degree string
		want               bool
	}{
		{"date", "2020-01-31", "2020-02-02", "within-2", true},
		{"date", "2020-01-31", "2020-02-03", "within-2", false},
		{"date", "2020-03-04", "2020-04-03", "swapped", true},
		{"date", "2020-03-04", "2021-04-03", "swapped", false},
		{"date", "2020-02-30", "2020-02-30", "exact", false},
		{"code", "411202001001", "411202001", "first-9", true},
		{"code", "411202", "411202", "first-9", false},
		{"organisation", "三门峡市康乐家政服务有限公司", "康乐家政服务有限责任公司", "core", true},
		{"organisation", "康乐家政服务部", "平安家政服务部", "core", false},
		{"organisation", "康乐家政服务部", "康乐家政服务", "one-off", true},
		{"text", "三楼 会议室", "三楼会议室", "variant", true},
	} {
		if got := one(t, c.kind, c.a, c.b, c.degree)[c.degree]; got != c.want {
			t.Errorf("%s and %s are %s: %v", c.a, c.b, c.degree, got)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"趙小滿", "买买提·吐尔逊", "ＡＢＣ", "ß", "ŉ", "\xff", "〇", "𠮶"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := match.Fold(s)
		if twice := match.Fold(once); twice != once {
			t.Errorf("%q folds to %q and then to %q", s, once, twice)
		}
		if sound := match.Sound(once); !utf8.ValidString(sound) {
			t.Errorf("%q sounds like %q", s, sound)
		}
	})
}

// FuzzDecide: no text makes the comparison panic, and a record that has something is the same as itself.
func FuzzDecide(f *testing.F) {
	f.Add("趙小滿", "和平路十八号院3栋", "1961-03-08")
	f.Add("", "百千十号", "0000-00-00")
	f.Add("\xff", "A座-#/~", "9999-12-31")
	f.Fuzz(func(t *testing.T, name, address, born string) {
		m := matcher(t)
		e := m.Read(match.Record{"name": name, "address": address, "born": born, "phone": "1"})
		other := m.Read(match.Record{"name": address, "address": name, "born": born, "phone": "1"})
		if x, y := m.Decide(e, other), m.Decide(other, e); x.Answer != y.Answer {
			t.Errorf("%s one way, %s the other", x.Answer, y.Answer)
		}
		m.Decide(e, e)
	})
}

func BenchmarkRead(b *testing.B) {
	m := matcher(b)
	r := match.Record{"id": "A", "name": "赵小满", "born": "1961-03-08", "place": "411202001001", "address": "前进街道和平路18号院3号楼2单元501", "phone": "13900000001"}
	for b.Loop() {
		m.Read(r)
	}
}

func BenchmarkDecide(b *testing.B) {
	m := matcher(b)
	x := m.Read(match.Record{"name": "赵小满", "born": "1961-03-08", "place": "411202001001", "address": "和平路18号院3号楼2单元501"})
	y := m.Read(match.Record{"name": "赵小圆", "born": "1961-03-08", "place": "411202001001", "address": "和平路18号院3号楼2单元502"})
	for b.Loop() {
		m.Decide(x, y)
	}
}
