package filter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
)

// A Cond (条件) is a checked condition over one view. The zero Cond holds for every row.
type Cond struct {
	all []part
}

// op is how a part compares.
type op int

const (
	opIn    op = iota // the value is one of texts or numbers
	opNotIn           // it is none of them
	opRange           // from least to most
	opSet             // an instant is there
	opUnset           // it is not
	opIdle            // a term begun at the instant has ended
	opAny             // one of the alternatives holds
)

type part struct {
	column  Column
	op      op
	texts   []string
	also    []string // what texts stand for besides themselves
	numbers []int64
	least   *int64
	most    *int64
	term    civil.Term
	any     []Cond
}

// IsZero reports whether the condition says nothing.
func (c Cond) IsZero() bool { return len(c.all) == 0 }

// And returns the condition that both hold.
func (c Cond) And(d Cond) Cond { return Cond{slices.Concat(c.all, d.all)} }

// Columns returns the columns that the condition reads, without repetition, in the order of their first use.
func (c Cond) Columns() []string {
	var list []string
	for _, p := range c.all {
		names := []string{p.column.Name}
		if p.op == opAny {
			names = nil
			for _, alt := range p.any {
				names = append(names, alt.Columns()...)
			}
		}
		for _, n := range names {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	}
	return list
}

// Timeless reports whether the condition says the same of a row at every instant.
func (c Cond) Timeless() bool {
	return !slices.ContainsFunc(c.all, func(p part) bool {
		return p.op == opIdle || slices.ContainsFunc(p.any, func(alt Cond) bool { return !alt.Timeless() })
	})
}

// Bound is the condition at an instant: its idle terms are turned into instants.
type Bound struct {
	cond Cond
	cut  map[civil.Term]string
}

// At binds the condition to now, under a law that says how terms count.
func (c Cond) At(l civil.Law, now time.Time) (Bound, error) {
	b := Bound{cond: c, cut: map[civil.Term]string{}}
	return b, c.bind(&b, l, now)
}

func (c Cond) bind(b *Bound, l civil.Law, now time.Time) error {
	for _, p := range c.all {
		for _, alt := range p.any {
			if err := alt.bind(b, l, now); err != nil {
				return err
			}
		}
		if p.op != opIdle {
			continue
		}
		if _, done := b.cut[p.term]; done {
			continue
		}
		t, err := Cutoff(l, p.term, now)
		if err != nil {
			return fmt.Errorf("bind %s: %w", p.column.Name, err)
		}
		b.cut[p.term] = Stamp(t)
	}
	return nil
}

// Stamp returns the text in which the database stores an instant.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// Match reports whether the row meets the condition.
func (b Bound) Match(r Row) bool { return b.match(b.cond, r) }

func (b Bound) match(c Cond, r Row) bool {
	return !slices.ContainsFunc(c.all, func(p part) bool { return !b.holds(p, r) })
}

func (b Bound) holds(p part, r Row) bool {
	switch p.op {
	case opAny:
		return slices.ContainsFunc(p.any, func(alt Cond) bool { return b.match(alt, r) })
	case opIn, opNotIn:
		var in bool
		if p.column.Type == Text {
			in = slices.Contains(p.texts, r.text(p.column.Name)) || slices.Contains(p.also, r.text(p.column.Name))
		} else {
			in = slices.Contains(p.numbers, r.whole(p.column))
		}
		return in == (p.op == opIn)
	case opRange:
		n := r.whole(p.column)
		return (p.least == nil || n >= *p.least) && (p.most == nil || n <= *p.most)
	case opSet:
		return r.text(p.column.Name) != ""
	case opUnset:
		return r.text(p.column.Name) == ""
	case opIdle:
		at := r.text(p.column.Name)
		return at != "" && at <= b.cut[p.term]
	}
	return false
}

// SQL returns the condition as text in parentheses with ? for each argument; the zero condition is "(1=1)".
func (b Bound) SQL() (text string, args []any) { return b.sql(b.cond) }

func (b Bound) sql(c Cond) (string, []any) {
	if c.IsZero() {
		return "(1=1)", nil
	}
	var args []any
	words := make([]string, len(c.all))
	for i, p := range c.all {
		w, a := b.one(p)
		words[i], args = w, append(args, a...)
	}
	return "(" + strings.Join(words, " and ") + ")", args
}

func (b Bound) one(p part) (string, []any) {
	name := p.column.Name
	switch p.op {
	case opAny:
		return b.oneOf(p)
	case opIn, opNotIn:
		if p.column.Type == Flag && len(p.numbers) == 1 && p.op == opIn { // written with its value, which a partial index needs to see
			return fmt.Sprintf("%s = %d", name, p.numbers[0]), nil
		}
		word := " in ("
		if p.op == opNotIn {
			word = " not in ("
		}
		var args []any
		for _, t := range slices.Concat(p.texts, p.also) {
			args = append(args, t)
		}
		for _, n := range p.numbers {
			args = append(args, n)
		}
		return name + word + strings.Repeat("?, ", len(args)-1) + "?)", args
	case opRange:
		return between(name, p)
	case opSet:
		return name + " <> ''", nil
	case opUnset:
		return name + " = ''", nil
	}
	return "(" + name + " <> '' and " + name + " <= ?)", []any{b.cut[p.term]}
}

func (b Bound) oneOf(p part) (string, []any) {
	var args []any
	words := make([]string, len(p.any))
	for i, alt := range p.any {
		w, a := b.sql(alt)
		words[i], args = w, append(args, a...)
	}
	return "(" + strings.Join(words, " or ") + ")", args
}

func between(name string, p part) (string, []any) {
	switch {
	case p.least == nil:
		return name + " <= ?", []any{*p.most}
	case p.most == nil:
		return name + " >= ?", []any{*p.least}
	}
	return name + " between ? and ?", []any{*p.least, *p.most}
}
