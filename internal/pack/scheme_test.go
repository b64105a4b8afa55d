package pack_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/pack"
)

// schemes is the small pack with needs and services at home.
func schemes() map[string]string {
	m := rounds()
	m["a/clauses.yaml"] += "- { id: \"4\", at: 四, gist: 上门服务, runs: [scheme/home, scheme/home#kind.wash, scheme/home#level.A] }\n"
	m["a/params.yaml"] += "dear:\n  kind: whole\n  label: 单价\n  is: 25\n  basis: \"4\"\n"
	m["a/schemes/home.yaml"] = `scheme: home
name: 上门服务
needs: shop
levels:
  - { grade: A, name: 轻, month: "0", basis: 4 }
  - { grade: B, name: 中, month: "200.50", basis: 4 }
  - { grade: C, name: 重, month: "400", basis: 4 }
kinds:
  - { kind: wash, name: 助浴, says: 洗澡, per: hour, price: $dear, most: 8, longest: 4, basis: 4 }
  - { kind: help, name: 救援, says: 马上到, per: time, price: "50", urgent: yes, basis: 4 }
quota: { carries: yes, basis: 4 }
offer: { within: 4h, basis: 4 }
confirm: { within: 3d, basis: 4 }
call-back: { within: 3wd, basis: 4 }
visit: { far: 300, early: 60, late: 30, short: 75, basis: 4 }
shares: { of: [{ payer: city, percent: 20 }, { payer: county, percent: 80 }], basis: 4 }
licence: { basis: 4 }
opens: f1
basis: 4
`
	return m
}

// A scheme says what a grade of need gives, what a service costs, and what fits.
func TestSchemesAreRead(t *testing.T) {
	ix := mustLoad(t, schemes(), "")
	on := civil.MustDate("2026-03-10")
	var s *pack.Scheme
	for _, p := range ix.Packs() {
		if x := p.On(on).Scheme("home"); x != nil {
			s = x
		}
	}
	if s == nil || s.Level("B").Month != 20050 || s.Level("D") != nil || s.Kind("wash").Longest != 4 || s.Kind("wash").UnitWords() != "小时" || !s.Allows("anything") {
		t.Fatalf("%+v", s)
	}
	if f, err := s.Kind("wash").Costs(3); err != nil || f != 7500 {
		t.Errorf("three hours cost %v, %v", f, err)
	}
	for _, c := range []struct {
		metres, minutes int
		want            string
	}{{300, 30, ""}, {301, -61, "far early"}, {-1, 31, "no-position late"}} {
		if got := strings.Join(s.Arriving(c.metres, c.minutes), " "); got != c.want {
			t.Errorf("%d m, %d min: %q, want %q", c.metres, c.minutes, got, c.want)
		}
	}
	if s.TooShort(75) || !s.TooShort(74) {
		t.Error("three quarters are enough and no less")
	}
}

// What is left is never below zero, never more than the quota with what was spared, and nothing spared counts unless the scheme carries it.
func TestWhatIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := pack.SchemeUse{Quota: rapid.Int64Range(0, 1e6).Draw(t, "quota"), Used: rapid.Int64Range(0, 2e6).Draw(t, "used"), Spare: rapid.Int64Range(-1e6, 1e6).Draw(t, "spare")}
		plain, carried := u.Left(false), u.Left(true)
		if plain < 0 || plain > u.Quota || carried < plain || carried > u.Quota+max(u.Spare, 0) || u.Used <= u.Quota && plain != u.Quota-u.Used {
			t.Fatalf("%+v: %d, carried %d", u, plain, carried)
		}
	})
}

// What a scheme cannot mean is refused where it stands.
func TestSchemesAreChecked(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"needs: shop", "needs: shops", "没有检查表 shops"},
		{"grade: B, name: 中", "grade: E, name: 中", "没有等级 E"},
		{"  - { grade: C, name: 重, month: \"400\", basis: 4 }\n", "", "没有写等级 C 的额度"},
		{"month: \"400\"", "month: \"-1\"", "应为不小于零的元数"},
		{"kind: help, name: 救援", "kind: wash, name: 救援", "服务种类 wash 重复"},
		{"per: hour", "per: day", "per 只能是 hour 或 time"},
		{"opens: f1", "", "紧急服务须写明引出的流程"},
		{"opens: f1", "opens: f7", "没有流程 f7"},
		{"carries: yes", "carries: maybe", "应为 yes 或 no"},
		{"within: 4h", "within: soon", "soon"},
		{"percent: 80", "percent: 70", "应为 100%"},
		{"licence: { basis", "licence: { items: [shop-licence], basis", "没有事项 shop-licence"},
		{"far: 300", "far: 1", "10"},
	} {
		m := schemes()
		was := m["a/schemes/home.yaml"]
		m["a/schemes/home.yaml"] = strings.Replace(was, c.from, c.to, 1)
		if m["a/schemes/home.yaml"] == was {
			t.Fatalf("%q is not there", c.from)
		}
		if _, err := pack.Load(files(m), pack.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s: %v", c.from, c.to, err)
		}
	}
}
