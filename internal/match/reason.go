package match

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// A Reason (比对理由) is one thing that was found, as a sentence of the catalogue with its arguments; labels of fields are arguments, and all arguments are texts, so that a reason can be kept.
type Reason struct {
	Format string
	Args   []any
}

// String returns the reason in Chinese.
func (r Reason) String() string { return fmt.Sprintf(r.Format, r.Args...) }

// N marks a sentence for the catalogue.
func N(format string) string { return format }

// degreeWords say a degree, the closest first.
var degreeWords = []struct {
	degree degrees
	kind   string // "" for any
	format string
}{
	{exact, "", N("%s相同")},
	{variant, "", N("%s相同（写法或字形不同）")},
	{normal, "", N("%s相同（写法不同）")},
	{core, "", N("%s去掉地名和组织形式后相同")},
	{near, "", N("%s门牌相同、名称相近")},
	{sound, "", N("%s读音相同")},
	{swapped, "date", N("%s月日颠倒后相同")},
	{swapped, "", N("%s用字相同、顺序不同")},
	{oneOff, "", N("%s只差一个字")},
	{building, "", N("%s在同一栋楼")},
	{year, "", N("%s同年")},
}

// reasons tells the leaves that made a condition hold.
func (p *pair) reasons(n *node) []Reason {
	var out []Reason
	label := p.m.spec.Fields[n.field].Label
	switch n.op {
	case opIs:
		if p.is(n) == yes {
			out = append(out, p.alikeness(n))
		}
	case opMissing:
		if p.ask(n) == yes {
			out = append(out, Reason{N("%s有一方没有填"), []any{label}})
		}
	case opNot:
		out = p.differences(&n.list[0])
	default:
		for i := range n.list {
			if p.ask(&n.list[i]) == yes {
				out = append(out, p.reasons(&n.list[i])...)
			}
		}
	}
	return out
}

// differences tells why a negation holds.
func (p *pair) differences(n *node) []Reason {
	if n.op == opIs {
		return []Reason{{N("%s不同"), []any{p.m.spec.Fields[n.field].Label}}}
	}
	var out []Reason
	for i := range n.list {
		if p.ask(&n.list[i]) == no {
			out = append(out, p.differences(&n.list[i])...)
		}
	}
	return out
}

func (p *pair) alikeness(n *node) Reason {
	f := p.m.spec.Fields[n.field]
	d, _ := p.degrees(n.field)
	for _, w := range degreeWords {
		if d&w.degree != 0 && (w.kind == "" || w.kind == f.Kind) && (d&n.want&w.degree != 0 || w.degree < closest(d&n.want)) {
			return Reason{w.format, []any{f.Label}}
		}
	}
	if n.days > 0 {
		return Reason{N("%s相差不超过 %s 天"), []any{f.Label, strconv.Itoa(n.days)}}
	}
	return Reason{N("%s前 %s 位相同"), []any{f.Label, strconv.Itoa(n.first)}}
}

// closest returns the closest degree of a set: the one with the lowest bit.
func closest(d degrees) degrees { return d & -d }

func sortedNames(f facts) []string { return slices.Sorted(maps.Keys(f)) }
