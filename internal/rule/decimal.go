package rule

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"

	"github.com/govalues/decimal"
)

// A Decimal (小数) is an exact decimal number of at most 19 significant digits. Trailing zeros are dropped, so
// equal numbers are identical values: == and map keys work. The zero Decimal is 0.
type Decimal struct{ d decimal.Decimal }

// maxDigits is the number of significant digits a Decimal keeps.
const maxDigits = decimal.MaxScale

var errInexact = errors.New("结果超出 19 位有效数字，无法精确表示")

// ParseDecimal reads "12", "-0.05" or "80%". It refuses exponents, white space and anything that would not be
// kept exactly.
func ParseDecimal(s string) (Decimal, error) {
	body, percent := strings.CutSuffix(s, "%")
	digits := strings.TrimPrefix(body, "-")
	whole, frac, point := strings.Cut(digits, ".")
	if !allDigits(whole) || point && !allDigits(frac) {
		return Decimal{}, fmt.Errorf("“%s”不是小数", s)
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > maxDigits {
		return Decimal{}, fmt.Errorf("“%s”：%w", s, errInexact)
	}
	d, err := decimal.ParseExact(body, len(frac))
	if err != nil {
		return Decimal{}, fmt.Errorf("“%s”：%w", s, errInexact)
	}
	if percent {
		return canonical(d).Mul(decimalOf(1, 2))
	}
	return canonical(d), nil
}

// MustDecimal is ParseDecimal for constants in code; it panics on a malformed number.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Int returns n as a Decimal.
func Int(n int64) Decimal { return decimalOf(n, 0) }

func decimalOf(n int64, scale int) Decimal { return canonical(decimal.MustNew(n, scale)) }

func canonical(d decimal.Decimal) Decimal {
	if d.IsZero() {
		return Decimal{}
	}
	return Decimal{d.Trim(0)}
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String returns the shortest spelling: "0.5", "-12", "0".
func (a Decimal) String() string { return a.d.String() }

// Cmp returns -1, 0 or 1.
func (a Decimal) Cmp(b Decimal) int { return a.d.Cmp(b.d) }

// Sign returns -1, 0 or 1.
func (a Decimal) Sign() int { return a.d.Sign() }

// IsWhole reports whether nothing stands after the decimal point.
func (a Decimal) IsWhole() bool { return a.d.Scale() == 0 }

// Neg returns -a.
func (a Decimal) Neg() Decimal { return canonical(a.d.Neg()) }

// Add returns a+b exactly, or an error when 19 digits do not hold it.
func (a Decimal) Add(b Decimal) (Decimal, error) {
	d, err := a.d.AddExact(b.d, max(a.d.Scale(), b.d.Scale()))
	if err != nil {
		return Decimal{}, fmt.Errorf("%v + %v：%w", a, b, errInexact)
	}
	return canonical(d), nil
}

// Sub returns a-b exactly, or an error when 19 digits do not hold it.
func (a Decimal) Sub(b Decimal) (Decimal, error) { return a.Add(b.Neg()) }

// Mul returns a×b exactly, or an error when 19 digits do not hold it.
func (a Decimal) Mul(b Decimal) (Decimal, error) {
	scale := a.d.Scale() + b.d.Scale()
	if scale <= maxDigits {
		if d, err := a.d.MulExact(b.d, scale); err == nil {
			return canonical(d), nil
		}
	}
	return Decimal{}, fmt.Errorf("%v × %v：%w", a, b, errInexact)
}

// Quo returns a÷b. It is the one operation that rounds: to 19 significant digits, half to even.
func (a Decimal) Quo(b Decimal) (Decimal, error) {
	if b.d.IsZero() {
		return Decimal{}, fmt.Errorf("%v ÷ 0：除数为零", a)
	}
	d, err := a.d.Quo(b.d)
	if err != nil {
		return Decimal{}, fmt.Errorf("%v ÷ %v：%w", a, b, errInexact)
	}
	return canonical(d), nil
}

// Round rounds to the given number of decimal places, half away from zero (四舍五入).
func (a Decimal) Round(places int) (Decimal, error) {
	if places < 0 || places >= a.d.Scale() {
		if places < 0 {
			return Decimal{}, fmt.Errorf("小数位数 %d 不能为负", places)
		}
		return a, nil
	}
	cut := a.d.Trunc(places)
	rest, err := a.d.SubExact(cut, a.d.Scale())
	if err != nil {
		return Decimal{}, fmt.Errorf("round %v: %w", a, err)
	}
	if rest.CmpAbs(decimal.MustNew(5, places+1)) < 0 {
		return canonical(cut), nil
	}
	step := decimal.MustNew(int64(a.Sign()), places)
	return canonical(cut).Add(Decimal{step})
}

// Floor and Ceil round to the given number of places, down and up.
func (a Decimal) Floor(places int) Decimal { return canonical(a.d.Floor(places)) }

// Ceil rounds up to the given number of places.
func (a Decimal) Ceil(places int) Decimal { return canonical(a.d.Ceil(places)) }

// Int64 returns the number when it is whole and fits.
func (a Decimal) Int64() (int64, bool) {
	if !a.IsWhole() {
		return 0, false
	}
	n, _, ok := a.d.Int64(0)
	return n, ok
}

// Places returns how many digits stand after the decimal point.
func (a Decimal) Places() int { return a.d.Scale() }

// Scaled returns the number times 10 to the given places, when that is whole and fits.
func (a Decimal) Scaled(places int) (int64, bool) {
	if a.d.Scale() > places || places > maxDigits {
		return 0, false
	}
	coef := a.d.Coef()
	for range places - a.d.Scale() {
		hi, lo := bits.Mul64(coef, 10)
		if hi > 0 {
			return 0, false
		}
		coef = lo
	}
	if coef > math.MaxInt64 {
		return 0, false
	}
	if a.d.Sign() < 0 {
		return -int64(coef), true
	}
	return int64(coef), true
}

// Unscaled returns n divided by 10 to the given places, which must be between 0 and 18.
func Unscaled(n int64, places int) Decimal { return decimalOf(n, places) }

// MarshalText writes the shortest spelling.
func (a Decimal) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what ParseDecimal reads.
func (a *Decimal) UnmarshalText(b []byte) error {
	d, err := ParseDecimal(string(b))
	if err != nil {
		return err
	}
	*a = d
	return nil
}
