package money

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Fen (分) is an amount of money in hundredths of a yuan; it may be negative.
type Fen int64

// ErrOverflow means that a sum does not fit into an int64 of fen, about 92,000,000 billion yuan.
var ErrOverflow = errors.New("金额超出可表示的范围")

// Parse reads yuan: "1234.50", "1234.5", "1,234.50", "-0.05". At most two decimals; commas, where there are any, after every three digits; no
// sign but a leading minus, no white space, no unit.
func Parse(s string) (Fen, error) {
	bad := fmt.Errorf("金额 %q 应以元为单位，最多两位小数，如 1234.50", s)
	unsigned, negative := strings.CutPrefix(s, "-")
	whole, cents, hasCents := strings.Cut(unsigned, ".")
	digits, ok := ungroup(whole)
	if !ok || !isDigits(digits) || hasCents && (!isDigits(cents) || len(cents) > 2) {
		return 0, bad
	}
	digits += (cents + "00")[:2]
	if negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("金额 %q：%w", s, ErrOverflow)
	}
	return Fen(n), nil
}

// ungroup takes the commas out of "1,234,567" and reports whether they stood where they should.
func ungroup(s string) (string, bool) {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if len(groups) > 1 && (i == 0 && (len(g) == 0 || len(g) > 3) || i > 0 && len(g) != 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// String returns the amount in yuan with two decimals, "1234.50"; Parse reads it back.
func (f Fen) String() string {
	sign, n := "", uint64(f)
	if f < 0 {
		sign, n = "-", -uint64(f)
	}
	return sign + strconv.FormatUint(n/100, 10) + "." + strconv.Itoa(int(n%100 + 100))[1:]
}

// Words returns the amount as a page shows it, "1,234.50元".
func (f Fen) Words() string {
	s := f.String()
	first := 0
	if f < 0 {
		first = 1
	}
	for i := strings.IndexByte(s, '.') - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s + "元"
}

// Add returns f + g, or ErrOverflow.
func (f Fen) Add(g Fen) (Fen, error) {
	if g > 0 && f > math.MaxInt64-g || g < 0 && f < math.MinInt64-g {
		return 0, ErrOverflow
	}
	return f + g, nil
}

// Times returns f × n, or ErrOverflow: twelve months of an allowance.
func (f Fen) Times(n int64) (Fen, error) {
	product := int64(f) * n
	if n != 0 && (product/n != int64(f) || n == -1 && int64(f) == math.MinInt64) {
		return 0, ErrOverflow
	}
	return Fen(product), nil
}
