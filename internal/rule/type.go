package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

type kind int

const (
	kindNone kind = iota
	kindYesNo
	kindText
	kindWhole
	kindNumber
	kindMoney
	kindDate
	kindList
)

// A Type (类型) says what a fact or an expression is. The zero Type is none.
type Type struct {
	kind    kind
	per     Period
	options []string
	elem    *Type
}

// The plain types. As Go values: bool, string, int64, Decimal, Money, civil.Date.
var (
	YesNo  = Type{kind: kindYesNo}
	Text   = Type{kind: kindText}
	Whole  = Type{kind: kindWhole}
	Number = Type{kind: kindNumber}
	Yuan   = Type{kind: kindMoney}
	Date   = Type{kind: kindDate}
)

// YuanPer is money per period; YuanPer(Once) is Yuan.
func YuanPer(p Period) Type { return Type{kind: kindMoney, per: p} }

// Choice is text that is one of the options; comparing it with any other text does not load.
func Choice(options ...string) Type { return Type{kind: kindText, options: options} }

// ListOf is a list; as a Go value a slice ([]string for text).
func ListOf(elem Type) Type { return Type{kind: kindList, elem: &elem} }

// ParseType reads the names packs use: "yes-no", "text", "whole", "number", "date", "yuan", "yuan/month" and
// "list of <type>".
func ParseType(s string) (Type, error) {
	if rest, ok := strings.CutPrefix(s, "list of "); ok {
		elem, err := ParseType(rest)
		if err != nil {
			return Type{}, err
		}
		if elem.kind == kindList {
			return Type{}, fmt.Errorf("类型“%s”：不能是列表的列表", s)
		}
		return ListOf(elem), nil
	}
	for _, t := range []Type{YesNo, Text, Whole, Number, Date} {
		if s == t.String() {
			return t, nil
		}
	}
	for _, p := range periods {
		if t := YuanPer(p); s == t.String() {
			return t, nil
		}
	}
	return Type{}, fmt.Errorf("没有类型“%s”，可用：yes-no、text、whole、number、date、yuan、yuan/month、list of …", s)
}

var kindNames = map[kind]string{kindYesNo: "yes-no", kindText: "text", kindWhole: "whole", kindNumber: "number", kindDate: "date"}

// String returns the name ParseType reads.
func (t Type) String() string {
	switch t.kind {
	case kindMoney:
		if t.per == Once {
			return "yuan"
		}
		return "yuan/" + string(t.per)
	case kindList:
		return "list of " + t.elem.String()
	}
	return kindNames[t.kind]
}

var kindWords = map[kind]string{kindYesNo: "是否", kindText: "文字", kindWhole: "整数", kindNumber: "小数", kindDate: "日期"}

// Words returns the name a Chinese reader knows: "整数", "元/月", "文字的列表".
func (t Type) Words() string {
	switch t.kind {
	case kindMoney:
		return t.per.Words()
	case kindList:
		return t.elem.Words() + "的列表"
	}
	return kindWords[t.kind]
}

// Equal reports whether two types are the same; choices compare by their options.
func (t Type) Equal(u Type) bool {
	if t.kind == kindList && u.kind == kindList {
		return t.elem.Equal(*u.elem)
	}
	return t.kind == u.kind && t.per == u.per && slices.Equal(t.options, u.options)
}

// IsZero reports whether t is no type.
func (t Type) IsZero() bool { return t.kind == kindNone }

// Per returns the period of an amount of money; false for what is none.
func (t Type) Per() (Period, bool) { return t.per, t.kind == kindMoney }

// Allows reports whether a text is one of the options of a choice, or of a list of choices; any text is of what has none.
func (t Type) Allows(text string) bool {
	if t.kind == kindList {
		return t.elem.Allows(text)
	}
	return t.options == nil || slices.Contains(t.options, text)
}

// same ignores options: an expression may give a choice where text is wanted.
func (t Type) same(u Type) bool {
	if t.kind == kindList && u.kind == kindList {
		return t.elem.same(*u.elem)
	}
	return t.kind == u.kind && t.per == u.per
}

func (t Type) cel() *cel.Type {
	switch t.kind {
	case kindYesNo:
		return cel.BoolType
	case kindText:
		return cel.StringType
	case kindWhole:
		return cel.IntType
	case kindNumber:
		return celNumber
	case kindMoney:
		return celMoney[t.per]
	case kindDate:
		return celDate
	case kindList:
		return cel.ListType(t.elem.cel())
	}
	return cel.DynType
}

// typeOf is the inverse of cel; ok is false for CEL types that packs must not use (floating point, maps, …).
func typeOf(c *cel.Type) (t Type, ok bool) {
	if c.Kind() == cel.ListKind {
		elem, ok := typeOf(c.Parameters()[0])
		return ListOf(elem), ok
	}
	for _, t := range scalarTypes() {
		if t.cel().IsExactType(c) {
			return t, true
		}
	}
	return Type{}, false
}

func scalarTypes() []Type {
	list := []Type{YesNo, Text, Whole, Number, Date}
	for _, p := range periods {
		list = append(list, YuanPer(p))
	}
	return list
}
