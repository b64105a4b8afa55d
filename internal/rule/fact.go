package rule

import (
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"linli/internal/civil"
)

// Facts are what is known, by name. A name that is absent, nil or a zero civil.Date is unknown. Values are bool
// (yes-no), string (text), int or int64 (whole), Decimal, int or string (number), Money, civil.Date or
// "2006-01-02" (date), and slices of these. A Facts is only read; one may serve many programs at once.
type Facts map[string]any

// Limits on facts, so that the worst cost of an expression is known when it is loaded.
const (
	MaxText = 20_000 // characters in a text
	MaxItem = 200    // characters in a text that is an element of a list
	MaxList = 200    // elements in a list
)

// toCEL converts a fact to the type it was declared with. It returns nil for an unknown value and a CEL error for
// a value of the wrong type.
func toCEL(name string, t Type, v any) ref.Val {
	var out ref.Val
	var err error
	switch t.kind {
	case kindYesNo:
		if b, ok := v.(bool); ok {
			return types.Bool(b)
		}
	case kindText:
		if s, ok := v.(string); ok {
			return textToCEL(name, t, s)
		}
	case kindWhole:
		if n, ok := wholeOf(v); ok {
			return types.Int(n)
		}
	case kindNumber:
		out, err = numberToCEL(v)
	case kindMoney:
		if m, ok := v.(Money); ok && m.Per == t.per {
			return moneyVal{m}
		}
	case kindDate:
		out, err = dateToCEL(v)
	case kindList:
		return listToCEL(name, t, v)
	}
	switch {
	case err != nil:
		return types.NewErr("%s：%w", name, err)
	case out != nil:
		return out
	case v == nil || v == any(civil.Date{}):
		return nil
	}
	return types.NewErr("%s 应为%s，得到 %T", name, t.Words(), v)
}

func textToCEL(name string, t Type, s string) ref.Val {
	if len(s) > MaxText && utf8.RuneCountInString(s) > MaxText {
		return types.NewErr("%s 超过 %d 字", name, MaxText)
	}
	if t.options == nil {
		return types.String(s)
	}
	for _, o := range t.options {
		if s == o {
			return types.String(s)
		}
	}
	return types.NewErr("%s 的值“%s”不在可选之列", name, s)
}

func wholeOf(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case Decimal:
		return n.Int64()
	}
	return 0, false
}

func numberToCEL(v any) (ref.Val, error) {
	switch n := v.(type) {
	case Decimal:
		return numberVal{n}, nil
	case string:
		d, err := ParseDecimal(n)
		return numberVal{d}, err
	}
	if n, ok := wholeOf(v); ok {
		return numberVal{Int(n)}, nil
	}
	return nil, nil
}

func dateToCEL(v any) (ref.Val, error) {
	switch d := v.(type) {
	case civil.Date:
		if !d.IsZero() {
			return dateVal{d}, nil
		}
	case string:
		day, err := civil.ParseDate(d)
		return dateVal{day}, err
	}
	return nil, nil
}

func listToCEL(name string, t Type, v any) ref.Val {
	switch l := v.(type) {
	case nil:
		return nil
	case []string:
		return elements(name, *t.elem, l)
	case []int64:
		return elements(name, *t.elem, l)
	case []Decimal:
		return elements(name, *t.elem, l)
	case []Money:
		return elements(name, *t.elem, l)
	case []civil.Date:
		return elements(name, *t.elem, l)
	case []any:
		return elements(name, *t.elem, l)
	}
	return types.NewErr("%s 应为%s，得到 %T", name, t.Words(), v)
}

func elements[E any](name string, elem Type, list []E) ref.Val {
	if len(list) > MaxList {
		return types.NewErr("%s 超过 %d 项", name, MaxList)
	}
	vals := make([]ref.Val, len(list))
	for i, e := range list {
		v := toCEL(name, elem, any(e))
		if v == nil {
			return nil // an unknown element leaves the whole list unknown
		}
		if types.IsError(v) {
			return v
		}
		if s, ok := v.(types.String); ok && utf8.RuneCountInString(string(s)) > MaxItem {
			return types.NewErr("%s 中有一项超过 %d 字", name, MaxItem)
		}
		vals[i] = v
	}
	return types.NewRefValList(types.DefaultTypeAdapter, vals)
}
