package rule

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	good := map[string]string{"0": "0", "-0": "0", "-0.00": "0", "1.50": "1.5", "007": "7", "80%": "0.8", "-12.5%": "-0.125",
		"9999999999999999999": "9999999999999999999", "0.0000000000000000001": "0.0000000000000000001"}
	for in, want := range good {
		if d, err := ParseDecimal(in); err != nil || d.String() != want {
			t.Errorf("ParseDecimal(%q) = %v, %v; want %s", in, d, err, want)
		}
	}
	for _, in := range []string{"", "-", ".5", "5.", "1e3", "+1", " 1", "0x10", "１", "1,000", "%", "NaN",
		"10000000000000000000", "0.00000000000000000001", "1.00000000000000000001"} {
		if d, err := ParseDecimal(in); err == nil {
			t.Errorf("ParseDecimal(%q) = %v, want an error", in, d)
		}
	}
}

func TestRoundHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   string
	}{{"2.345", 2, "2.35"}, {"2.344999", 2, "2.34"}, {"-2.345", 2, "-2.35"}, {"0.5", 0, "1"}, {"1.5", 0, "2"}, {"2.5", 0, "3"}, {"0.4", 0, "0"}, {"-0.4", 0, "0"}, {"7", 3, "7"}, {"9.995", 2, "10"}} {
		got, err := MustDecimal(c.in).Round(c.places)
		if err != nil || got != MustDecimal(c.want) {
			t.Errorf("round(%s, %d) = %v, %v; want %s", c.in, c.places, got, err, c.want)
		}
	}
}

func TestMoneyInFenNeverRounds(t *testing.T) {
	m, err := ParseMoney("12.34 yuan")
	if n, err2 := m.Fen(); err != nil || err2 != nil || n != 1234 || Fen(1234) != m {
		t.Fatalf("12.34 yuan = %d fen, %v, %v", n, err, err2)
	}
	if n, err := (Money{Yuan: MustDecimal("0.005")}).Fen(); err == nil {
		t.Fatalf("half a fen became %d fen", n)
	}
	for in, want := range map[string]string{"100 yuan/month": "100元/月", "100元每月": "100元/月", "4.50元/年": "4.5元/年", "-3 yuan": "-3元"} {
		if m, err := ParseMoney(in); err != nil || m.String() != want {
			t.Errorf("ParseMoney(%q) = %v, %v", in, m, err)
		}
	}
	for _, in := range []string{"100", "yuan", "100 yuan/", "100 dollars", "100 yuan/week", ""} {
		if m, err := ParseMoney(in); err == nil {
			t.Errorf("ParseMoney(%q) = %v, want an error", in, m)
		}
	}
}

func drawDecimal(t *rapid.T, name string) Decimal {
	return decimalOf(rapid.Int64Range(-1e9, 1e9).Draw(t, name), rapid.IntRange(0, 6).Draw(t, name+" scale"))
}

func rat(d Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		panic("not a rational: " + d.String())
	}
	return r
}

// Every operation that succeeds agrees with rational arithmetic, and equal numbers are identical values.
func TestDecimalIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDecimal(t, "a"), drawDecimal(t, "b")
		sum, err := a.Add(b)
		if err != nil || rat(sum).Cmp(new(big.Rat).Add(rat(a), rat(b))) != 0 {
			t.Fatalf("%v + %v = %v, %v", a, b, sum, err)
		}
		if back, err := sum.Sub(b); err != nil || back != a {
			t.Fatalf("(%v + %v) - %v = %v, %v", a, b, b, back, err)
		}
		product, err := a.Mul(b)
		if err == nil && rat(product).Cmp(new(big.Rat).Mul(rat(a), rat(b))) != 0 {
			t.Fatalf("%v × %v = %v", a, b, product)
		}
		if swapped, err2 := b.Mul(a); (err == nil) != (err2 == nil) || swapped != product {
			t.Fatalf("multiplication of %v and %v depends on the order", a, b)
		}
		if a.Cmp(b) != rat(a).Cmp(rat(b)) || (a == b) != (a.Cmp(b) == 0) {
			t.Fatalf("%v and %v compare wrongly", a, b)
		}
		if again, err := ParseDecimal(a.String()); err != nil || again != a {
			t.Fatalf("%v reads back as %v, %v", a, again, err)
		}
	})
}

// Rounding is within half a unit of the last place kept, and ties go away from zero.
func TestRoundIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, places := drawDecimal(t, "a"), rapid.IntRange(0, 6).Draw(t, "places")
		r, err := a.Round(places)
		if err != nil {
			t.Fatal(err)
		}
		diff := new(big.Rat).Sub(rat(r), rat(a))
		half := rat(decimalOf(5, places+1))
		switch diff.Abs(diff).Cmp(half) {
		case 1:
			t.Fatalf("round(%v, %d) = %v is too far", a, places, r)
		case 0:
			if new(big.Rat).Abs(rat(r)).Cmp(new(big.Rat).Abs(rat(a))) < 0 {
				t.Fatalf("round(%v, %d) = %v: a tie went towards zero", a, places, r)
			}
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-1.50", "80%", "1e9", "9999999999999999999", "--1", "1.", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDecimal(s)
		if err != nil {
			return
		}
		if again, err := ParseDecimal(d.String()); err != nil || again != d {
			t.Fatalf("%q read as %v, which reads as %v, %v", s, d, again, err)
		}
	})
}
