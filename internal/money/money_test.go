package money

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Fen{
		"0": 0, "100": 10000, "0.5": 50, "0.05": 5, "-0.05": -5, "1234.50": 123450, "1,234.50": 123450, "1,234,567": 123456700, "007": 700, "-0": 0,
		"92233720368547758.07": math.MaxInt64, "-92233720368547758.08": math.MinInt64,
	} {
		if got, err := Parse(in); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v, want %d", in, int64(got), err, want)
		}
	}
	for _, bad := range []string{"", "-", ".5", "5.", "1.234", "1e3", "+1", "--1", " 1", "1 ", "1元", "12,34", "1,2345", ",123", "1234,567", "1,234.5,0", "0x10",
		"１００", "1_000", "NaN", "92233720368547758.08", "-92233720368547758.09"} {
		if got, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", bad, got)
		}
	}
}

func TestWords(t *testing.T) {
	for f, want := range map[Fen]string{
		0: "0.00元", 5: "0.05元", -5: "-0.05元", 99999: "999.99元", 100000: "1,000.00元", -12345678: "-123,456.78元", 123456789: "1,234,567.89元", -10000: "-100.00元",
		math.MinInt64: "-92,233,720,368,547,758.08元",
	} {
		if got := f.Words(); got != want {
			t.Errorf("%d: %s, want %s", int64(f), got, want)
		}
	}
}

// Reading, writing and reckoning agree with arbitrary precision.
func TestExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Fen(rapid.Int64().Draw(t, "a")), Fen(rapid.Int64().Draw(t, "b"))
		if back, err := Parse(a.String()); err != nil || back != a {
			t.Fatalf("%v reads back as %v, %v", a, back, err)
		}
		if back, err := Parse(a.Words()[:len(a.Words())-len("元")]); err != nil || back != a {
			t.Fatalf("%s reads back as %v, %v", a.Words(), back, err)
		}
		sum, err := a.Add(b)
		compare(t, sum, err, new(big.Int).Add(big.NewInt(int64(a)), big.NewInt(int64(b))))
		n := rapid.Int64().Draw(t, "n")
		product, err := a.Times(n)
		compare(t, product, err, new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(n)))
	})
}

func compare(t *rapid.T, got Fen, err error, want *big.Int) {
	switch {
	case !want.IsInt64():
		if !errors.Is(err, ErrOverflow) {
			t.Fatalf("%v does not fit: %v, %v", want, got, err)
		}
	case err != nil || int64(got) != want.Int64():
		t.Fatalf("%v, %v, want %v", got, err, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "1,234.50", "-0.05", "12,34", "1e3", "5.", "92233720368547758.08"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s)
		if err != nil {
			return
		}
		if back, err := Parse(a.String()); err != nil || back != a {
			t.Errorf("%q reads as %v and back as %v, %v", s, a, back, err)
		}
	})
}
