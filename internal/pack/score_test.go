package pack_test

import (
	"testing"

	"pgregory.net/rapid"

	"linli/internal/pack"
)

func rate(better string) *pack.Indicator {
	return &pack.Indicator{Percent: true, Better: better, Fewest: 30}
}

func TestPointsOfAScore(t *testing.T) {
	s := &pack.Score{Empty: pack.EmptyScales,
		Parts: []pack.ScorePart{{Indicator: rate("higher"), Weight: 60}, {Indicator: rate("lower"), Weight: 40}},
		Minus: []pack.ScoreMinus{{Indicator: &pack.Indicator{}, Points: 2, Most: 5}}}
	full := *s
	full.Empty = pack.EmptyFull
	for _, c := range []struct {
		name    string
		s       *pack.Score
		figures []pack.Figure
		want    string
		small   bool
	}{
		{"both", s, []pack.Figure{{Numerator: 75, Denominator: 100}, {Numerator: 25, Denominator: 100}, {}}, "75.00", false},
		{"points off", s, []pack.Figure{{Numerator: 75, Denominator: 100}, {Numerator: 25, Denominator: 100}, {Numerator: 2}}, "71.00", false},
		{"points off at most", s, []pack.Figure{{Numerator: 75, Denominator: 100}, {Numerator: 25, Denominator: 100}, {Numerator: 9}}, "70.00", false},
		{"thirds are rounded by part", s, []pack.Figure{{Numerator: 100, Denominator: 300}, {Numerator: 200, Denominator: 300}, {}}, "33.33", false},
		{"the other rate shares the weight", s, []pack.Figure{{Numerator: 9, Denominator: 90}, {}, {}}, "10.00", false},
		{"nothing due counts in full", &full, []pack.Figure{{Numerator: 9, Denominator: 90}, {}, {}}, "46.00", false},
		{"few cases", s, []pack.Figure{{Numerator: 29, Denominator: 29}, {Numerator: 0, Denominator: 30}, {}}, "100.00", true},
		{"nothing at all", s, []pack.Figure{{}, {}, {Numerator: 3}}, "—", false},
		{"not below nothing", s, []pack.Figure{{Numerator: 0, Denominator: 40}, {Numerator: 40, Denominator: 40}, {Numerator: 3}}, "0.00", false},
	} {
		if p := c.s.Judge(c.figures); p.String() != c.want || p.Small != c.small {
			t.Errorf("%s: %s, small %v; want %s, %v", c.name, p, p.Small, c.want, c.small)
		}
	}
}

// Points lie between 0 and 100, are the sum of what is shown, and do not fall when a rate gets better.
func TestPointsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(1, 99).Draw(t, "weight")
		s := &pack.Score{Empty: rapid.SampledFrom([]string{pack.EmptyScales, pack.EmptyFull}).Draw(t, "empty"),
			Parts: []pack.ScorePart{{Indicator: rate("higher"), Weight: w}, {Indicator: rate("lower"), Weight: 100 - w}},
			Minus: []pack.ScoreMinus{{Indicator: &pack.Indicator{}, Points: rapid.IntRange(0, 5).Draw(t, "points")}}}
		figure := func(name string) pack.Figure {
			d := rapid.Int64Range(0, 1_000_000).Draw(t, name)
			return pack.Figure{Numerator: rapid.Int64Range(0, d).Draw(t, name+" of"), Denominator: d}
		}
		f := []pack.Figure{figure("a"), figure("b"), {Numerator: rapid.Int64Range(0, 9).Draw(t, "off")}}
		p := s.Judge(f)
		sum := p.Parts[0] + p.Parts[1] - p.Minus[0]
		if p.Whole && p.Hundredths != max(0, sum) || p.Hundredths > 100_01 {
			t.Fatalf("%d points of parts %v less %v", p.Hundredths, p.Parts, p.Minus)
		}
		if f[0].Numerator < f[0].Denominator {
			f[0].Numerator++
			if q := s.Judge(f); q.Hundredths < p.Hundredths {
				t.Fatalf("one more met: %s after %s", q, p)
			}
		}
	})
}
