package rule

import (
	"errors"
	"fmt"
	"strings"
)

// A Period (周期) says what an amount of money is paid for. Once is a plain amount.
type Period string

// The periods. Amounts of different periods are different types: they cannot be added or compared.
const (
	Once    Period = ""
	Day     Period = "day"
	Month   Period = "month"
	Quarter Period = "quarter"
	Year    Period = "year"
)

var periodWords = map[Period]string{Once: "元", Day: "元/日", Month: "元/月", Quarter: "元/季", Year: "元/年"}

// periods in the order the library declares them.
var periods = []Period{Once, Day, Month, Quarter, Year}

// Words returns the unit in Chinese: "元", "元/月".
func (p Period) Words() string { return periodWords[p] }

// Money (金额) is an exact amount in yuan, plain or per period. The zero Money is 0 yuan.
type Money struct {
	Yuan Decimal
	Per  Period
}

// Fen returns n fen (hundredths of a yuan) as Money.
func Fen(n int64) Money { return Money{Yuan: decimalOf(n, 2)} }

// Fen returns the amount in fen; it refuses to round.
func (m Money) Fen() (int64, error) {
	d, err := m.Yuan.Mul(Int(100))
	if err != nil {
		return 0, err
	}
	n, ok := d.Int64()
	if !ok {
		return 0, fmt.Errorf("%s 不足一分的部分须先取整", m)
	}
	return n, nil
}

// ParseMoney reads "100 yuan", "100元", "4.5 yuan/month", "100元/月" and "100元每月".
func ParseMoney(s string) (Money, error) {
	i := strings.IndexFunc(s, func(r rune) bool { return r != '-' && r != '.' && (r < '0' || r > '9') })
	if i <= 0 {
		return Money{}, fmt.Errorf("“%s”不是金额，应写作 100 yuan 或 100 yuan/month", s)
	}
	unit := strings.ReplaceAll(strings.TrimSpace(s[i:]), "每", "/")
	name, per, ok := strings.Cut(unit, "/")
	if name != "yuan" && name != "元" || ok && per == "" {
		return Money{}, fmt.Errorf("“%s”不是金额，应写作 100 yuan 或 100 yuan/month", s)
	}
	p, known := periodOf(per)
	if !known {
		return Money{}, fmt.Errorf("“%s”的周期“%s”应为 day、month、quarter 或 year", s, per)
	}
	d, err := ParseDecimal(s[:i])
	if err != nil {
		return Money{}, err
	}
	return Money{d, p}, nil
}

func periodOf(s string) (Period, bool) {
	for p, words := range periodWords {
		if s == string(p) || s == strings.TrimPrefix(strings.TrimPrefix(words, "元"), "/") {
			return p, true
		}
	}
	return Once, false
}

// String returns the amount with its unit in Chinese: "100元/月".
func (m Money) String() string { return m.Yuan.String() + m.Per.Words() }

var errPeriods = errors.New("周期不同的金额不能相加减或比较")

// Add returns m+n exactly; the periods must agree.
func (m Money) Add(n Money) (Money, error) {
	if m.Per != n.Per {
		return Money{}, fmt.Errorf("%s 与 %s：%w", m, n, errPeriods)
	}
	d, err := m.Yuan.Add(n.Yuan)
	return Money{d, m.Per}, err
}

// Total returns what n periods come to, in yuan: 100 yuan/month × 3 = 300 yuan.
func (m Money) Total(n int64) (Money, error) {
	d, err := m.Yuan.Mul(Int(n))
	return Money{Yuan: d}, err
}

// MarshalText writes "100 yuan/month".
func (m Money) MarshalText() ([]byte, error) {
	s := m.Yuan.String() + " yuan"
	if m.Per != Once {
		s += "/" + string(m.Per)
	}
	return []byte(s), nil
}

// UnmarshalText reads what ParseMoney reads.
func (m *Money) UnmarshalText(b []byte) error {
	v, err := ParseMoney(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}
