package demo

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/form"
)

// Numbers pass every check of a form and belong to nobody: no two are alike, and there is no province 99.
func TestNumbersBelongToNobody(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	seen := map[string]bool{}
	for i := range 5000 {
		n := i * 239 // up to the largest scale
		id := identity(r, n, 1936+i%80)
		if _, _, err := form.IDNumber(id); err != nil || id[:2] != "99" || seen[id] {
			t.Fatalf("identity %d: %s, %v", n, id, err)
		}
		p := phone(n)
		if len(p) != 11 || !strings.HasPrefix(p, "1990") || seen[p] {
			t.Fatalf("telephone %d: %s", n, p)
		}
		seen[id], seen[p] = true, true
	}
}

func TestShort(t *testing.T) {
	for name, want := range map[string]string{"红花窝村委会": "红花窝村", "钱庄村民委员会": "钱庄村", "泉脑村村民委员会": "泉脑村", "湖滨社区居委会": "湖滨社区",
		"千秋社区居民委员会": "千秋社区", "城东产业园类似居委会社区": "城东产业园类似居委会社区"} {
		if got := short(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Every matter can happen, and its words leave no gap unfilled.
func TestTalesAreComplete(t *testing.T) {
	units := map[string]bool{}
	for _, d := range departments {
		units[d.code] = true
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, m := range matters {
		if !units[m.unit] || m.help != "" && !units[m.help] || m.often < 1 {
			t.Errorf("%s: %+v", m.kind, m)
		}
		for _, x := range m.tales {
			town, village := newScene(r, "", "湖滨社区"), newScene(r, "", "泉脑村")
			if !town.fits(x) && !village.fits(x) {
				t.Errorf("%s can happen nowhere", x.title)
			}
			for _, s := range []string{x.title, x.body, x.reply} {
				if said := town.say(r, s); s == "" || strings.ContainsAny(said, "{}") {
					t.Errorf("%q says %q", s, said)
				}
			}
		}
	}
}

func TestAlmanac(t *testing.T) {
	a := newAlmanac(civil.Standard(), civil.OfficeHours(), civil.MustDate("2026-09-01"), civil.MustDate("2026-11-01"))
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, civil.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		from, to string
		work     time.Duration
	}{
		{"2026-09-29 09:00", "2026-09-29 11:00", 2 * time.Hour},
		{"2026-09-29 11:00", "2026-09-29 15:00", 2 * time.Hour},
		{"2026-09-30 16:00", "2026-10-08 09:00", 3 * time.Hour}, // over the holiday
		{"2026-09-30 17:00", "2026-10-08 08:30", 90 * time.Minute},
	} {
		if got := a.add(at(c.from), c.work); !got.Equal(at(c.to)) {
			t.Errorf("%s and %v: %s, want %s", c.from, c.work, got.In(civil.Shanghai), c.to)
		}
		if got := a.sub(at(c.to), c.work); !got.Equal(at(c.from)) {
			t.Errorf("%s less %v: %s, want %s", c.to, c.work, got.In(civil.Shanghai), c.from)
		}
	}
	if got := a.open(at("2026-10-03 12:00")); !got.Equal(at("2026-10-08 08:00")) {
		t.Errorf("opens at %s", got.In(civil.Shanghai))
	}
}
