package strict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"linli/internal/rule"
)

// A Kind says what a Value is.
type Kind int

// The kinds of Value. YesNo is an unquoted yes, no, true or false: whoever wants text takes it as text.
const (
	Text Kind = iota
	YesNo
	Number
	List
	Mapping
)

// A Value (值) is a part of a file whose meaning somebody else decides, with its place.
type Value struct {
	Kind  Kind
	At    rule.At
	Text  string // the scalar as written
	Items []Value
	Pairs []Pair // in the order of the file
}

// A Pair is one entry of a Mapping.
type Pair struct {
	Key   string
	At    rule.At
	Value Value
}

// IsZero reports whether nothing was given.
func (v Value) IsZero() bool { return v.At == rule.At{} }

// Yes reports whether a YesNo says yes.
func (v Value) Yes() bool { return v.Text == "yes" || v.Text == "true" }

// Whole returns the value of a whole number.
func (v Value) Whole() (int64, bool) {
	if v.Kind != Number {
		return 0, false
	}
	n, err := strconv.ParseInt(v.Text, 10, 64)
	return n, err == nil
}

// Words returns a scalar as text and a list of scalars as texts; ok is false for anything else.
func (v Value) Words() (list []string, ok bool) {
	switch v.Kind {
	case Mapping:
		return nil, false
	case List:
		for _, item := range v.Items {
			if item.Kind == List || item.Kind == Mapping {
				return nil, false
			}
			list = append(list, item.Text)
		}
		return list, true
	}
	return []string{v.Text}, true
}

// Get returns the value under a key of a Mapping; the zero Value when there is none.
func (v Value) Get(key string) Value {
	for _, p := range v.Pairs {
		if p.Key == key {
			return p.Value
		}
	}
	return Value{}
}

// Plain returns the value as string, bool, int, []any or map[string]any. A decimal stays text: nothing here is a float.
func (v Value) Plain() any {
	switch v.Kind {
	case YesNo:
		return v.Yes()
	case Number:
		if n, ok := v.Whole(); ok {
			return int(n)
		}
	case List:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = item.Plain()
		}
		return list
	case Mapping:
		m := make(map[string]any, len(v.Pairs))
		for _, p := range v.Pairs {
			m[p.Key] = p.Value.Plain()
		}
		return m
	}
	return v.Text
}

// String returns a short form for messages.
func (v Value) String() string {
	if words, ok := v.Words(); ok {
		if v.Kind == List {
			return fmt.Sprint(words)
		}
		return words[0]
	}
	return "{…}"
}

// Text returns the decoded value that stands at a place in one line, keys in order, so that two versions of a file can be
// compared whatever their layout and comments; "" when nothing was decoded there.
func (d *Doc) Text(at rule.At) string {
	n := d.node[at]
	if n == nil {
		return ""
	}
	var b strings.Builder
	d.tree(n, 0).write(&b)
	return b.String()
}

func (v Value) write(b *strings.Builder) {
	switch v.Kind {
	case List:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			item.write(b)
		}
		b.WriteByte(']')
	case Mapping:
		pairs := slices.Clone(v.Pairs)
		slices.SortStableFunc(pairs, func(a, b Pair) int { return strings.Compare(a.Key, b.Key) })
		b.WriteByte('{')
		for i, p := range pairs {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(p.Key + ": ")
			p.Value.write(b)
		}
		b.WriteByte('}')
	default:
		b.WriteString(v.Text)
	}
}

func (d *Doc) tree(n *yaml.Node, depth int) Value {
	v := Value{At: d.place(n)}
	if depth > MaxDepth {
		return v // reported by vet
	}
	switch n.Kind {
	case yaml.ScalarNode:
		v.Text = n.Value
		if _, ok := yesNo(n); ok {
			v.Kind = YesNo
		} else if tag := n.ShortTag(); tag == "!!int" || tag == "!!float" {
			v.Kind = Number
		}
	case yaml.SequenceNode:
		v.Kind = List
		for _, c := range n.Content {
			v.Items = append(v.Items, d.tree(c, depth+1))
		}
	case yaml.MappingNode:
		v.Kind = Mapping
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			v.Pairs = append(v.Pairs, Pair{k.Value, d.place(k), d.tree(n.Content[i+1], depth+1)})
		}
	}
	return v
}
