package rule

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"linli/internal/civil"
)

// folded names the functions that are computed when the expression is loaded if their arguments are constants, so
// that date("2026-02-30") is refused in the pack and costs nothing at run time.
var folded = map[string]bool{"number": true, "date": true, "yuan": true,
	"yuan_per_day": true, "yuan_per_month": true, "yuan_per_quarter": true, "yuan_per_year": true}

// library declares the operators and functions of doc.go.
func library() []cel.EnvOption {
	opts := append(operatorOverloads(), numberFunctions()...)
	opts = append(opts, dateFunctions()...)
	for _, p := range periods {
		opts = append(opts, moneyFunctions(p)...)
	}
	return opts
}

// operatorOverloads says which pairs of types each operator takes. Nothing here pairs a number with a whole, or
// amounts of two periods: that is what makes them load errors.
func operatorOverloads() []cel.EnvOption {
	overload := func(op string, result *cel.Type, args ...*cel.Type) cel.EnvOption {
		id := op
		for _, a := range args {
			id += "_" + a.String()
		}
		return cel.Function(op, cel.Overload(id, args, result))
	}
	n := celNumber
	opts := []cel.EnvOption{overload(operators.Subtract, cel.IntType, celDate, celDate)}
	for _, op := range []string{operators.Add, operators.Subtract, operators.Multiply, operators.Divide} {
		opts = append(opts, overload(op, n, n, n))
	}
	ordered := []*cel.Type{n, celDate}
	for _, p := range periods {
		m := celMoney[p]
		ordered = append(ordered, m)
		opts = append(opts, overload(operators.Add, m, m, m), overload(operators.Subtract, m, m, m),
			overload(operators.Multiply, m, m, n), overload(operators.Multiply, m, n, m),
			overload(operators.Divide, m, m, n), overload(operators.Divide, n, m, m),
			overload(operators.Negate, m, m))
	}
	opts = append(opts, overload(operators.Negate, n, n))
	for _, t := range ordered {
		for _, op := range []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals} {
			opts = append(opts, overload(op, cel.BoolType, t, t))
		}
	}
	return opts
}

func unary(name string, result, arg *cel.Type, do func(ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_"+arg.String(), []*cel.Type{arg}, result, cel.UnaryBinding(do)))
}

func binary(name string, result, a, b *cel.Type, do func(a, b ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_"+a.String()+"_"+b.String(), []*cel.Type{a, b}, result, cel.BinaryBinding(do)))
}

func number(d Decimal, err error) ref.Val {
	if err != nil {
		return types.WrapErr(err)
	}
	return numberVal{d}
}

func numberFunctions() []cel.EnvOption {
	opts := []cel.EnvOption{
		unary("number", celNumber, cel.StringType, func(s ref.Val) ref.Val { return number(ParseDecimal(string(s.(types.String)))) }),
		unary("number", celNumber, cel.IntType, func(n ref.Val) ref.Val { return numberVal{Int(int64(n.(types.Int)))} }),
	}
	opts = append(opts, rounding("round", Decimal.Round)...)
	opts = append(opts, rounding("floor", func(d Decimal, n int) (Decimal, error) { return d.Floor(n), nil })...)
	opts = append(opts, rounding("ceil", func(d Decimal, n int) (Decimal, error) { return d.Ceil(n), nil })...)
	for _, t := range []*cel.Type{cel.IntType, celNumber, celDate} {
		opts = append(opts, extremes(t)...)
	}
	return opts
}

var errPlaces = errors.New("小数位数应在 0 到 18 之间")

// rounding declares name(number, places) and the same for each kind of money.
func rounding(name string, do func(Decimal, int) (Decimal, error)) []cel.EnvOption {
	places := func(v ref.Val) (int, error) {
		n := int64(v.(types.Int))
		if n < 0 || n >= maxDigits {
			return 0, errPlaces
		}
		return int(n), nil
	}
	opts := []cel.EnvOption{binary(name, celNumber, celNumber, cel.IntType, func(a, b ref.Val) ref.Val {
		n, err := places(b)
		if err != nil {
			return types.WrapErr(err)
		}
		return number(do(a.(numberVal).d, n))
	})}
	for _, p := range periods {
		opts = append(opts, binary(name, celMoney[p], celMoney[p], cel.IntType, func(a, b ref.Val) ref.Val {
			n, err := places(b)
			if err != nil {
				return types.WrapErr(err)
			}
			d, err := do(a.(moneyVal).m.Yuan, n)
			return money(Money{d, p}, err)
		}))
	}
	return opts
}

// extremes declares min and max of two values of t.
func extremes(t *cel.Type) []cel.EnvOption {
	pick := func(want types.Int) func(a, b ref.Val) ref.Val {
		return func(a, b ref.Val) ref.Val {
			if a.(interface{ Compare(ref.Val) ref.Val }).Compare(b) == want {
				return a
			}
			return b
		}
	}
	return []cel.EnvOption{binary("min", t, t, t, pick(-1)), binary("max", t, t, t, pick(1))}
}

func moneyFunctions(p Period) []cel.EnvOption {
	m, name := celMoney[p], "yuan"
	if p != Once {
		name += "_per_" + string(p)
	}
	opts := append(extremes(m),
		unary(name, m, celNumber, func(v ref.Val) ref.Val { return moneyVal{Money{v.(numberVal).d, p}} }),
		unary(name, m, cel.IntType, func(v ref.Val) ref.Val { return moneyVal{Money{Int(int64(v.(types.Int))), p}} }),
		unary("amount", celNumber, m, func(v ref.Val) ref.Val { return numberVal{v.(moneyVal).m.Yuan} }))
	if p == Once {
		return opts
	}
	return append(opts, binary("total", celMoney[Once], m, cel.IntType, func(v, n ref.Val) ref.Val {
		return money(v.(moneyVal).m.Total(int64(n.(types.Int))))
	}))
}

func dateFunctions() []cel.EnvOption {
	part := func(name string, of func(civil.Date) int) cel.EnvOption {
		return unary(name, cel.IntType, celDate, func(v ref.Val) ref.Val { return types.Int(of(v.(dateVal).d)) })
	}
	return []cel.EnvOption{
		unary("date", celDate, cel.StringType, func(s ref.Val) ref.Val {
			d, err := civil.ParseDate(string(s.(types.String)))
			if err != nil {
				return types.WrapErr(err)
			}
			return dateVal{d}
		}),
		part("year", func(d civil.Date) int { return d.Year }),
		part("month", func(d civil.Date) int { return int(d.Month) }),
		part("day", func(d civil.Date) int { return d.Day }),
		shift("plus_days", 1, civil.Date.AddDays),
		shift("plus_months", 1, civil.Date.AddMonths),
		shift("plus_years", 12, civil.Date.AddMonths),
		binary("age", cel.IntType, celDate, celDate, func(birth, on ref.Val) ref.Val {
			return types.Int(Age(birth.(dateVal).d, on.(dateVal).d))
		}),
	}
}

const maxShift = 4_000_000 // days in more than ten thousand years

// shift declares a function that moves a date by n×unit days or months.
func shift(name string, unit int, by func(civil.Date, int) civil.Date) cel.EnvOption {
	return binary(name, celDate, celDate, cel.IntType, func(v, n ref.Val) ref.Val {
		count := int64(n.(types.Int))
		if count > maxShift || count < -maxShift {
			return types.WrapErr(fmt.Errorf("%s：%d 太大", name, count))
		}
		d := by(v.(dateVal).d, int(count)*unit)
		if d.Year < 1 || d.Year > 9999 {
			return types.WrapErr(fmt.Errorf("%s：结果超出公元 1 年至 9999 年", name))
		}
		return dateVal{d}
	})
}

// Age returns the completed years (周岁) from birth to on. The birthday itself completes a year; who was born on 29
// February completes one on 1 March of a common year. It is negative before birth.
func Age(birth, on civil.Date) int {
	n := on.Year - birth.Year
	if on.Month < birth.Month || on.Month == birth.Month && on.Day < birth.Day {
		n--
	}
	return n
}
