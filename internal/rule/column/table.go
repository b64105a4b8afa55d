package column

import (
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/rule"
)

// Rows is how many rows are asked at once.
const Rows = 1024

const words = Rows / 64

// A Table (事实表) holds facts by column and row. It is not safe for concurrent writing.
type Table struct {
	n     int
	cols  map[string]*Column
	order []*Column
	texts interner
	lists interner
	all   [][]string // the lists by their number
}

// A Column (事实列) is one fact of every row.
type Column struct {
	name    string
	typ     rule.Type
	table   *Table
	shape   shape
	places  int         // of numbers and money: what is kept is the value times 10 to that
	narrow  []int32     // until a value does not fit
	wide    []int64     // from then on
	yes     []uint64    // of yes-no
	known   []uint64    // a bit for each row
	strange map[int]any // values that do not fit, as they were told
	fixed   bool        // one value for all rows
	value   any         // of a fixed one
}

// shape is how values of a type are held.
type shape int

const (
	shapeNone shape = iota // not in columns: lists of anything but text
	shapeYesNo
	shapeWhole
	shapeScaled // numbers and money
	shapeDate   // year, month and day in one number, in order
	shapeText   // its number among the texts
	shapeList   // its number among the lists
	shapeFree   // Decimals, of results only
)

// Places kept of money and of numbers. A value with more is kept beside its column.
const (
	moneyPlaces  = 2
	numberPlaces = 4
)

func shapeOf(t rule.Type) (shape, int) {
	switch s := t.String(); {
	case t.Equal(rule.YesNo):
		return shapeYesNo, 0
	case t.Equal(rule.Whole):
		return shapeWhole, 0
	case t.Equal(rule.Number):
		return shapeScaled, numberPlaces
	case t.Equal(rule.Date):
		return shapeDate, 0
	case s == "text":
		return shapeText, 0
	case s == "list of text":
		return shapeList, 0
	case strings.HasPrefix(s, "yuan"):
		return shapeScaled, moneyPlaces
	}
	return shapeNone, 0
}

// NewTable returns a table without columns and rows.
func NewTable() *Table {
	return &Table{cols: map[string]*Column{}}
}

// Len returns the number of rows.
func (t *Table) Len() int { return t.n }

// Grow makes the table at least n rows long; new rows know nothing.
func (t *Table) Grow(n int) {
	if n <= t.n {
		return
	}
	t.n = n
	for _, c := range t.order {
		c.grow(n)
	}
}

// Column returns the column of a fact, which it adds when there is none.
func (t *Table) Column(name string, typ rule.Type) *Column {
	if c := t.cols[name]; c != nil {
		return c
	}
	c := &Column{name: name, typ: typ, table: t}
	c.shape, c.places = shapeOf(typ)
	t.cols[name] = c
	t.order = append(t.order, c)
	c.grow(t.n)
	return c
}

// Columns returns the columns in the order in which they were added.
func (t *Table) Columns() []*Column { return t.order }

// Facts returns what is known of a row, of the facts named.
func (t *Table) Facts(row int, names []string) rule.Facts {
	out := make(rule.Facts, len(names))
	for _, name := range names {
		if c := t.cols[name]; c != nil {
			if v := c.Get(row); v != nil {
				out[name] = v
			}
		}
	}
	return out
}

// Text returns the number of a text.
func (t *Table) Text(s string) int64 { return int64(t.texts.of(s)) }

// Bytes is about how much memory the table takes.
func (t *Table) Bytes() int64 {
	var n int64
	for _, c := range t.order {
		n += int64(len(c.narrow)*4 + len(c.wide)*8 + len(c.yes)*8 + len(c.known)*8 + len(c.strange)*64)
	}
	return n + t.texts.bytes + t.lists.bytes
}

// An interner gives texts small numbers.
type interner struct {
	numbers map[string]int32
	texts   []string
	bytes   int64
}

func (in *interner) of(s string) int32 {
	n, known := in.numbers[s]
	if !known {
		if in.numbers == nil {
			in.numbers = map[string]int32{}
		}
		s = strings.Clone(s)
		n = int32(len(in.texts))
		in.numbers[s], in.texts = n, append(in.texts, s)
		in.bytes += int64(len(s)) + 48
	}
	return n
}

func (t *Table) listOf(list []string) int32 {
	n := t.lists.of(strings.Join(list, "\x00") + "\x00")
	if int(n) == len(t.all) {
		t.all = append(t.all, append([]string{}, list...))
	}
	return n
}

// Name returns the name of the fact.
func (c *Column) Name() string { return c.name }

// Type returns the type of the fact.
func (c *Column) Type() rule.Type { return c.typ }

func (c *Column) grow(n int) {
	padded := (n + Rows - 1) / Rows * Rows
	if c.fixed || len(c.known)*64 >= padded {
		return
	}
	c.known = longer(c.known, padded/64)
	switch {
	case c.shape == shapeYesNo:
		c.yes = longer(c.yes, padded/64)
	case c.wide != nil:
		c.wide = longer(c.wide, padded)
	case c.shape != shapeNone:
		c.narrow = longer(c.narrow, padded)
	}
}

// longer keeps a quarter in reserve for those that come one by one.
func longer[T any](list []T, n int) []T {
	if n <= cap(list) {
		return list[:n]
	}
	out := make([]T, n, n+len(list)/4)
	copy(out, list)
	return out
}

// Fix gives every row one value; nil is unknown. Plans made before must be made again.
func (c *Column) Fix(v any) {
	c.fixed, c.value = true, v
	c.narrow, c.wide, c.yes, c.known, c.strange = nil, nil, nil, nil, nil
}

// Set writes one cell. The value is what rule.Facts takes; nil is unknown.
func (c *Column) Set(row int, v any) {
	delete(c.strange, row)
	if v == nil || v == any(civil.Date{}) {
		c.Unset(row)
		return
	}
	if c.shape == shapeYesNo {
		if b, isBool := v.(bool); isBool {
			c.SetYes(row, b)
			return
		}
	} else if n, fits := c.number(v); fits {
		c.SetNumber(row, n)
		return
	}
	c.Unset(row)
	if c.strange == nil {
		c.strange = map[int]any{}
	}
	c.strange[row] = v
}

// Unset makes a cell unknown.
func (c *Column) Unset(row int) {
	c.known[row/64] &^= 1 << (row % 64)
	switch {
	case c.yes != nil:
		c.yes[row/64] &^= 1 << (row % 64)
	case c.wide != nil:
		c.wide[row] = 0
	case c.narrow != nil:
		c.narrow[row] = 0
	}
	delete(c.strange, row)
}

// SetYes writes a cell of a yes-no column.
func (c *Column) SetYes(row int, b bool) {
	bit := uint64(1) << (row % 64)
	c.known[row/64] |= bit
	c.yes[row/64] &^= bit
	if b {
		c.yes[row/64] |= bit
	}
}

// SetNumber writes what a cell of any other column holds: a whole, a day as Pack has it, the number of a text.
func (c *Column) SetNumber(row int, n int64) {
	c.known[row/64] |= 1 << (row % 64)
	if c.wide == nil && int64(int32(n)) == n {
		c.narrow[row] = int32(n)
		return
	}
	if c.wide == nil {
		c.wide = make([]int64, len(c.narrow), cap(c.narrow))
		for i, v := range c.narrow {
			c.wide[i] = int64(v)
		}
		c.narrow = nil
	}
	c.wide[row] = n
}

// Get returns the value of a cell as rule.Facts has it, nil when it is unknown.
func (c *Column) Get(row int) any {
	if c.fixed {
		return c.value
	}
	if v, odd := c.strange[row]; odd {
		return v
	}
	if c.known[row/64]>>(row%64)&1 == 0 {
		return nil
	}
	if c.shape == shapeYesNo {
		return c.yes[row/64]>>(row%64)&1 == 1
	}
	n := int64(0)
	if c.wide != nil {
		n = c.wide[row]
	} else {
		n = int64(c.narrow[row])
	}
	return c.table.value(c.typ, c.shape, c.places, n)
}

// number is how a value is held; fits is false when it cannot be.
func (c *Column) number(v any) (n int64, fits bool) {
	switch c.shape {
	case shapeWhole:
		switch v := v.(type) {
		case int:
			return int64(v), true
		case int64:
			return v, true
		}
	case shapeScaled:
		switch v := v.(type) {
		case rule.Decimal:
			if c.typ.Equal(rule.Number) {
				return v.Scaled(c.places)
			}
		case rule.Money:
			if c.typ.Equal(rule.YuanPer(v.Per)) {
				return v.Yuan.Scaled(c.places)
			}
		}
	case shapeDate:
		if d, isDate := v.(civil.Date); isDate {
			return Pack(d), true
		}
	case shapeText:
		if s, isText := v.(string); isText && c.allowed(s) {
			return int64(c.table.texts.of(s)), true
		}
	case shapeList:
		if l, isList := v.([]string); isList && len(l) <= rule.MaxList && c.allowed(l...) {
			return int64(c.table.listOf(l)), true
		}
	}
	return 0, false
}

// allowed reports whether texts are among the options and short enough; the program says what is wrong with others.
func (c *Column) allowed(list ...string) bool {
	for _, s := range list {
		if len(s) > rule.MaxItem || !c.typ.Allows(s) {
			return false
		}
	}
	return true
}

// value is what a number in a column or a result stands for.
func (t *Table) value(typ rule.Type, s shape, places int, n int64) any {
	switch s {
	case shapeWhole:
		return n
	case shapeScaled:
		d := rule.Unscaled(n, places)
		if per, isMoney := typ.Per(); isMoney {
			return rule.Money{Yuan: d, Per: per}
		}
		return d
	case shapeDate:
		return Unpack(n)
	case shapeText:
		return t.texts.texts[n]
	case shapeList:
		return t.all[n]
	}
	return nil
}

// Pack writes a day as one number that stands in the order of days.
func Pack(d civil.Date) int64 { return int64(d.Year)<<9 | int64(d.Month)<<5 | int64(d.Day) }

// Unpack reads what Pack wrote.
func Unpack(n int64) civil.Date {
	return civil.Date{Year: int(n >> 9), Month: time.Month(n >> 5 & 15), Day: int(n & 31)}
}
