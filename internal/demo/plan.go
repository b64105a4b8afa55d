package demo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/place"
)

// years is how long the city has been at work.
const years = 2

// plan writes every story of the city, and returns what happens in the order in which it does.
func (b *build) plan() ([]op, error) {
	var all []op
	story := 0
	r := b.rand("stories")
	for _, at := range b.arrivals(r) {
		p, err := b.write(story, b.chance(r), b.matter(r, at), at, b.who(r))
		if err != nil {
			return nil, err
		}
		story++
		all = append(all, p.ops...)
		if r.IntN(100) >= 5 {
			continue
		}
		again, err := b.duplicate(story, p)
		if err != nil {
			return nil, err
		}
		if len(again) > 0 {
			story++
			all = append(all, again...)
		}
	}
	for i, l := range b.present() {
		p, err := b.settle(story, l, b.whoOf(l, i))
		if err != nil {
			return nil, err
		}
		story++
		all = append(all, p.ops...)
	}
	all = append(all, b.duties()...)
	slices.SortFunc(all, func(x, y op) int {
		return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.story, y.story), cmp.Compare(x.step, y.step))
	})
	return all, nil
}

// digest tells one plan from another.
func digest(ops []op) string {
	h := sha256.New()
	for _, o := range ops {
		fmt.Fprintf(h, "%d %d %d %s %s\n", o.story, o.step, o.at.UnixMilli(), o.by, o.act.Verb)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// arrivals are the instants at which matters come in: more in the second year than in the first, fewer on days off, most in
// the morning.
func (b *build) arrivals(r *rand.Rand) []time.Time {
	first := civil.DateOf(b.now, civil.Shanghai).AddMonths(-12 * years)
	days := civil.DateOf(b.now, civil.Shanghai).Sub(first)
	list := make([]time.Time, 0, b.o.Cases)
	for len(list) < b.o.Cases {
		n := r.IntN(days + 1)
		d := first.AddDays(n)
		if r.Float64() > 0.6+0.4*float64(n)/float64(days) {
			continue
		}
		if !b.calendar.Working(d) && r.IntN(100) < 45 {
			continue
		}
		hour := 8 + int(3.2*r.ExpFloat64())
		if r.IntN(100) < 45 {
			hour = 15 + int(2*r.NormFloat64())
		}
		at := d.In(civil.Shanghai).Add(time.Duration((max(0, hour)%24)*3600+r.IntN(3600)) * time.Second)
		if at.Before(b.now) {
			list = append(list, at)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return list
}

// matter picks what it is about, as the season has it.
func (b *build) matter(r *rand.Rand, at time.Time) *matter {
	month := fmt.Sprintf("|%d|", at.In(civil.Shanghai).Month())
	weight := func(m *matter) int {
		if strings.Contains(m.months, month) {
			return m.often * 4
		}
		return m.often
	}
	total := 0
	for i := range matters {
		total += weight(&matters[i])
	}
	n := r.IntN(total)
	for i := range matters {
		if n -= weight(&matters[i]); n < 0 {
			return &matters[i]
		}
	}
	return &matters[0]
}

// chance deals what sets a story apart.
func (b *build) chance(r *rand.Rand) turn {
	in := func(percent int) bool { return r.IntN(100) < percent }
	t := turn{wrong: in(7), joint: in(8), extend: in(4), ask: in(4), rework: in(6), urge: in(6), supervise: in(3), appeal: in(3),
		county: in(38), slow: 1}
	switch n := r.IntN(100); {
	case n < 55:
		t.flow, t.important, t.letter = "hotline", in(7), in(3)
		t.letter = t.letter && !t.important
	case n < 80:
		t.flow, t.important = "mailbox", in(12)
	case n < 90:
		t.flow, t.important, t.refuse = "letter", in(30), in(6)
	default:
		t.flow, t.heads, t.direct = "visit", 1+int(2.5*r.ExpFloat64()), in(10)
		if in(3) {
			t.heads = 50 + r.IntN(120)
		}
		t.malignant, t.plan = in(1), t.heads >= 50 && in(25)
	}
	t.county, t.appeal = t.county && !t.direct, t.appeal && !t.direct
	switch n := r.IntN(100); {
	case n < 6:
		t.finding = "not-now"
	case n < 11:
		t.finding = "not-policy"
	}
	if in(4) {
		t.slow = 3
	}
	return t
}

// home picks a place to live in: counties by their share, then any community of theirs.
func (b *build) home(r *rand.Rand) place.Place {
	return pick(r, b.communities[b.county(r)])
}

func (b *build) county(r *rand.Rand) string {
	n := r.IntN(100)
	for _, c := range counties {
		if n -= c.share; n < 0 {
			return c.code
		}
	}
	return counties[0].code
}

// where picks a place for a matter and how it goes there.
func (b *build) where(r *rand.Rand, m *matter) (scene, tale) {
	county := b.county(r)
	for i := 1; ; i++ {
		if i%30 == 0 { // a county may have no towns, or no villages
			county = b.county(r)
		}
		p := pick(r, b.communities[county])
		s := newScene(r, p.Code, short(p.Name))
		if t := pick(r, m.tales); s.fits(t) {
			return s, t
		}
	}
}

// who is a resident, some of them often.
func (b *build) who(r *rand.Rand) int {
	if r.IntN(8) == 0 {
		return 2 + r.IntN(min(40, b.o.Scale-2))
	}
	return 2 + r.IntN(b.o.Scale-2)
}

// write writes one story.
func (b *build) write(story int, t turn, m *matter, at time.Time, resident int) (*pen, error) {
	r := rand.New(rand.NewPCG(uint64(b.o.Seed), uint64(story)+1))
	p := &pen{b: b, r: r, turn: t, m: m, at: at, story: story, f: b.flow(t.flow, at), law: b.law(t.flow)}
	if p.f == nil {
		return nil, fmt.Errorf("no flow %q on %s", t.flow, at.Format(time.DateOnly))
	}
	p.scene, p.tale = b.where(r, m)
	if resident < len(citizens) {
		p.login = citizens[resident].login
	}
	who := b.resident(resident)
	switch t.flow {
	case "mailbox":
		p.mailbox(who)
	case "hotline":
		p.hotline(who)
	case "letter":
		p.letter(who)
	case "visit":
		p.visit(who)
	}
	if p.err == nil && p.s.State != "" {
		p.at = b.now
		p.lapse()
	}
	return p, p.err
}

// duplicate is another call about the matter of an open story, merged into it by the desk.
func (b *build) duplicate(story int, of *pen) ([]op, error) {
	if len(of.ops) < 4 {
		return nil, nil
	}
	first, last := of.ops[0].at, of.ops[len(of.ops)-1].at
	if last.Sub(first) < 24*time.Hour {
		return nil, nil
	}
	at := first.Add(time.Duration(2+of.r.IntN(10)) * time.Hour)
	p := &pen{b: b, r: of.r, turn: turn{flow: "hotline"}, m: of.m, tale: of.tale, scene: of.scene, at: at, story: story, f: b.flow("hotline", at), law: b.law("hotline"), desk: "duty"}
	if !p.begin(b.resident(b.who(of.r)), map[string]string{"line": "12345"}, map[string]any{"way": "direct"}) {
		return p.ops, p.err
	}
	p.at = p.at.Add(20 * time.Minute)
	if p.at.After(b.now) || !of.openAt(p.at) {
		return nil, nil
	}
	p.take(p.desk, flow.Act{Verb: flow.Merge, Case: "1", Words: "与已登记的办件反映同一问题，并案办理。"}, of.story)
	return p.ops, p.err
}

// openAt reports whether the story's case is open at an instant.
func (p *pen) openAt(at time.Time) bool {
	for _, s := range p.s.Stays {
		if !p.f.Open(s.State) && !s.From.After(at) {
			return false
		}
	}
	return true
}

// What happens besides the cases: the program raises duties after midnight, the supervisor sees to them, and everybody has read his
// messages up to some days ago.
const (
	dutySweep  flow.Verb = "(sweep duties)"
	dutyFinish flow.Verb = "(finish duties)"
	readAll    flow.Verb = "(read messages)"
)

// duties are the recurring tasks: raised on the first of each month, done within two weeks, once late. The messages come with them.
func (b *build) duties() []op {
	var list []op
	today := civil.DateOf(b.now, civil.Shanghai)
	first := today.AddMonths(-12*years + 1)
	first.Day = 1
	add := func(at time.Time, by string, v flow.Verb) {
		if at.Before(b.now) {
			list = append(list, op{story: -1, step: len(list), at: at, by: by, act: flow.Act{Verb: v}, other: -1})
		}
	}
	for i, d := 0, first; !d.After(today); i, d = i+1, d.AddMonths(1) {
		add(d.In(civil.Shanghai).Add(time.Minute), platform, dutySweep)
		days := time.Duration(5)
		if i == 9 {
			days = 14 // past its term, for once
		}
		done := b.almanac.add(d.In(civil.Shanghai), days*day+3*hour)
		add(done.Add(-time.Minute), platform, dutySweep)
		add(done, "supervisor", dutyFinish)
	}
	add(b.almanac.sub(b.now, 4*day), platform, readAll)
	return list
}
