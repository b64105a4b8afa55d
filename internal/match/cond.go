package match

import (
	"fmt"
	"strings"
)

// answer3 is what a condition says of two records of which something may be missing.
type answer3 int8

const (
	no answer3 = iota
	unknown
	yes
)

// node is a compiled condition.
type node struct {
	op    op
	field int     // of is and missing
	want  degrees // of is
	first int     // of is: the first so many characters, 0 for no such measure
	days  int     // of is: within so many days, 0 likewise
	both  bool    // of missing
	list  []node  // of all, any, not, points
	add   []int   // of points
	reach int
}

type op int8

const (
	opIs op = iota
	opMissing
	opAll
	opAny
	opNot
	opPoints
)

// compile reads a condition. where says what of the spec it is, for the error.
func (m *Matcher) compile(c *Cond, where string) (node, error) {
	given := 0
	for _, ok := range []bool{c.Is != "", c.All != nil, c.Any != nil, c.Not != nil, c.Points != nil} {
		if ok {
			given++
		}
	}
	if given != 1 {
		return node{}, fmt.Errorf("%s：条件应为“比对项 程度”、all、any、not、points 之一", where)
	}
	switch {
	case c.Is != "":
		return m.leaf(c.Is, where)
	case c.Not != nil:
		list, err := m.compileList([]Cond{*c.Not}, where)
		return node{op: opNot, list: list}, err
	case c.Any != nil:
		list, err := m.compileList(c.Any, where)
		return node{op: opAny, list: list}, err
	case c.All != nil:
		list, err := m.compileList(c.All, where)
		return node{op: opAll, list: list}, err
	}
	if len(c.Points) > maxPoints {
		return node{}, fmt.Errorf("%s：points 最多 %d 项", where, maxPoints)
	}
	n := node{op: opPoints, reach: c.Reach}
	sum := 0
	for _, p := range c.Points {
		part, err := m.compile(&p.When, where)
		if err != nil {
			return n, err
		}
		if p.Add <= 0 {
			return n, fmt.Errorf("%s：分值应大于 0", where)
		}
		sum += p.Add
		n.list, n.add = append(n.list, part), append(n.add, p.Add)
	}
	if c.Reach <= 0 || c.Reach > sum {
		return n, fmt.Errorf("%s：reach 应在 1 到总分 %d 之间", where, sum)
	}
	return n, nil
}

// maxPoints bounds the sums that New has to look at.
const maxPoints = 10

func (m *Matcher) compileList(list []Cond, where string) ([]node, error) {
	out := make([]node, 0, len(list))
	for i := range list {
		n, err := m.compile(&list[i], where)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s：条件是空的", where)
	}
	return out, nil
}

// leaf reads "FIELD DEGREE …".
func (m *Matcher) leaf(text, where string) (node, error) {
	words := strings.Fields(text)
	at, ok := m.index[words[0]]
	if !ok {
		return node{}, fmt.Errorf("%s：没有比对项 %s", where, words[0])
	}
	n := node{op: opIs, field: at}
	k := kinds[m.spec.Fields[at].Kind]
	for _, w := range words[1:] {
		d, known := k.degrees[w]
		measure, count, measured := cutMeasure(w)
		switch {
		case known:
			n.want |= d
		case measured && measure == k.measure && measure == "within":
			n.days = max(n.days, count)
		case measured && measure == k.measure:
			if n.first == 0 || count < n.first {
				n.first = count
			}
		case (w == "missing-either" || w == "missing-both") && len(words) == 2:
			return node{op: opMissing, field: at, both: w == "missing-both"}, nil
		default:
			return n, fmt.Errorf("%s：%s（%s）没有“%s”这种程度", where, words[0], m.spec.Fields[at].Kind, w)
		}
	}
	if n.want == 0 && n.days == 0 && n.first == 0 {
		return n, fmt.Errorf("%s：%s 没有写明到什么程度", where, words[0])
	}
	return n, nil
}

// ask evaluates a condition over a pair.
func (p *pair) ask(n *node) answer3 {
	switch n.op {
	case opIs:
		return p.is(n)
	case opMissing:
		a, b := len(p.a.values[n.field]) == 0, len(p.b.values[n.field]) == 0
		if n.both && a && b || !n.both && (a || b) {
			return yes
		}
		return no
	case opNot:
		return yes - p.ask(&n.list[0])
	case opAll:
		least := yes
		for i := range n.list {
			if least = min(least, p.ask(&n.list[i])); least == no {
				break
			}
		}
		return least
	case opAny:
		most := no
		for i := range n.list {
			if most = max(most, p.ask(&n.list[i])); most == yes {
				break
			}
		}
		return most
	}
	sure, perhaps := 0, 0
	for i := range n.list {
		switch p.ask(&n.list[i]) {
		case yes:
			sure += n.add[i]
		case unknown:
			perhaps += n.add[i]
		}
	}
	switch {
	case sure >= n.reach:
		return yes
	case sure+perhaps >= n.reach:
		return unknown
	}
	return no
}

func (p *pair) is(n *node) answer3 {
	d, known := p.degrees(n.field)
	switch {
	case !known:
		return unknown
	case d&n.want != 0 || n.days > 0 && p.measured(n.field, n.days) || n.first > 0 && p.measured(n.field, n.first):
		return yes
	}
	return no
}
