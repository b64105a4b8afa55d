package rule

import (
	"errors"
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"linli/internal/civil"
)

// The opaque CEL types. The traits let the standard operators reach the methods below; which pairs of types an
// operator takes is decided by the overloads in library.go alone.
const arithmetic = traits.AdderType | traits.SubtractorType | traits.MultiplierType | traits.DividerType |
	traits.NegatorType | traits.ComparerType

var (
	celNumber = types.NewOpaqueType("number").WithTraits(arithmetic)
	celDate   = types.NewOpaqueType("date").WithTraits(traits.ComparerType | traits.SubtractorType)
	celMoney  = moneyTypes()
)

func moneyTypes() map[Period]*types.Type {
	m := make(map[Period]*types.Type, len(periods))
	for _, p := range periods {
		m[p] = types.NewOpaqueType(YuanPer(p).String()).WithTraits(arithmetic)
	}
	return m
}

var errNative = errors.New("rule values do not convert to other Go types")

// numberVal is a Decimal inside CEL.
type numberVal struct{ d Decimal }

func (v numberVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }
func (v numberVal) ConvertToType(t ref.Type) ref.Val          { return convert(v, t, celNumber) }
func (v numberVal) Type() ref.Type                            { return celNumber }
func (v numberVal) Value() any                                { return v.d }

func (v numberVal) Equal(o ref.Val) ref.Val {
	w, ok := o.(numberVal)
	return types.Bool(ok && v.d == w.d)
}

func (v numberVal) Compare(o ref.Val) ref.Val {
	if w, ok := o.(numberVal); ok {
		return types.Int(v.d.Cmp(w.d))
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func (v numberVal) Add(o ref.Val) ref.Val      { return v.with(o, Decimal.Add) }
func (v numberVal) Subtract(o ref.Val) ref.Val { return v.with(o, Decimal.Sub) }
func (v numberVal) Divide(o ref.Val) ref.Val   { return v.with(o, Decimal.Quo) }
func (v numberVal) Negate() ref.Val            { return numberVal{v.d.Neg()} }

func (v numberVal) Multiply(o ref.Val) ref.Val {
	if m, ok := o.(moneyVal); ok {
		return m.Multiply(v)
	}
	return v.with(o, Decimal.Mul)
}

func (v numberVal) with(o ref.Val, op func(a, b Decimal) (Decimal, error)) ref.Val {
	w, ok := o.(numberVal)
	if !ok {
		return types.MaybeNoSuchOverloadErr(o)
	}
	d, err := op(v.d, w.d)
	if err != nil {
		return types.WrapErr(err)
	}
	return numberVal{d}
}

// moneyVal is Money inside CEL.
type moneyVal struct{ m Money }

func (v moneyVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }
func (v moneyVal) ConvertToType(t ref.Type) ref.Val          { return convert(v, t, celMoney[v.m.Per]) }
func (v moneyVal) Type() ref.Type                            { return celMoney[v.m.Per] }
func (v moneyVal) Value() any                                { return v.m }

func (v moneyVal) Equal(o ref.Val) ref.Val {
	w, ok := o.(moneyVal)
	return types.Bool(ok && v.m == w.m)
}

func (v moneyVal) Compare(o ref.Val) ref.Val {
	if w, ok := o.(moneyVal); ok && v.m.Per == w.m.Per {
		return types.Int(v.m.Yuan.Cmp(w.m.Yuan))
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func (v moneyVal) Add(o ref.Val) ref.Val {
	if w, ok := o.(moneyVal); ok {
		return money(v.m.Add(w.m))
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func (v moneyVal) Subtract(o ref.Val) ref.Val {
	if w, ok := o.(moneyVal); ok {
		return v.Add(w.Negate())
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func (v moneyVal) Multiply(o ref.Val) ref.Val {
	if w, ok := o.(numberVal); ok {
		d, err := v.m.Yuan.Mul(w.d)
		return money(Money{d, v.m.Per}, err)
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func (v moneyVal) Divide(o ref.Val) ref.Val {
	switch w := o.(type) {
	case numberVal:
		d, err := v.m.Yuan.Quo(w.d)
		return money(Money{d, v.m.Per}, err)
	case moneyVal:
		return numberVal{v.m.Yuan}.Divide(numberVal{w.m.Yuan})
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func (v moneyVal) Negate() ref.Val { return moneyVal{Money{v.m.Yuan.Neg(), v.m.Per}} }

func money(m Money, err error) ref.Val {
	if err != nil {
		return types.WrapErr(err)
	}
	return moneyVal{m}
}

// dateVal is a civil.Date inside CEL.
type dateVal struct{ d civil.Date }

func (v dateVal) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }
func (v dateVal) ConvertToType(t ref.Type) ref.Val          { return convert(v, t, celDate) }
func (v dateVal) Type() ref.Type                            { return celDate }
func (v dateVal) Value() any                                { return v.d }

func (v dateVal) Equal(o ref.Val) ref.Val {
	w, ok := o.(dateVal)
	return types.Bool(ok && v.d == w.d)
}

func (v dateVal) Compare(o ref.Val) ref.Val {
	if w, ok := o.(dateVal); ok {
		return types.Int(v.d.Compare(w.d))
	}
	return types.MaybeNoSuchOverloadErr(o)
}

// Subtract gives the number of days.
func (v dateVal) Subtract(o ref.Val) ref.Val {
	if w, ok := o.(dateVal); ok {
		return types.Int(v.d.Sub(w.d))
	}
	return types.MaybeNoSuchOverloadErr(o)
}

func convert(v ref.Val, to ref.Type, own *types.Type) ref.Val {
	switch to.TypeName() {
	case own.TypeName():
		return v
	case types.TypeType.TypeName():
		return own
	}
	return types.NewErr("cannot convert %s to %s", own.TypeName(), to.TypeName())
}

// fromCEL returns the Go value of a result.
func fromCEL(v ref.Val) (any, error) {
	switch v := v.(type) {
	case types.Bool:
		return bool(v), nil
	case types.String:
		return string(v), nil
	case types.Int:
		return int64(v), nil
	case numberVal:
		return v.d, nil
	case moneyVal:
		return v.m, nil
	case dateVal:
		return v.d, nil
	case traits.Lister:
		return listFromCEL(v)
	}
	return nil, fmt.Errorf("unexpected result %T", v)
}

func listFromCEL(l traits.Lister) (any, error) {
	var all []any
	var texts []string
	for it := l.Iterator(); it.HasNext() == types.True; {
		v, err := fromCEL(it.Next())
		if err != nil {
			return nil, err
		}
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
		all = append(all, v)
	}
	if len(texts) == len(all) {
		return texts, nil
	}
	return all, nil
}
