package match

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Key (比对分组键) is a digest under which records meet. Equal keys mean only that two records are worth comparing.
type Key int64

// Keys returns the keys of an entry: one for each block whose parts it all has, more where a part has several values.
func (e *Entry) Keys() []Key { return e.keys }

// KeysWithout returns the keys of an entry in which none of the fields takes part: those of the same record without them.
func (m *Matcher) KeysWithout(e *Entry, fields ...string) []Key {
	var out []Key
	for i, k := range e.keys {
		if !slices.ContainsFunc(m.block[e.blocks[i]], func(p keyPart) bool { return slices.Contains(fields, m.spec.Fields[p.field].Name) }) {
			out = append(out, k)
		}
	}
	return out
}

// maxKeys bounds the keys that one block gives one record.
const maxKeys = maxValues * maxValues * maxValues

func (m *Matcher) keysOf(e *Entry) (keys []Key, blocks []int) {
	for i, parts := range m.block {
		sums := []uint64{mix(offset, byte(i+1))}
		for _, p := range parts {
			var next []uint64
			for j := range e.values[p.field] {
				text := part(m.spec.Fields[p.field].Kind, p.name, &e.values[p.field][j])
				for _, s := range sums {
					if text != "" && len(next) < maxKeys {
						next = append(next, mixText(s, text))
					}
				}
			}
			sums = next
		}
		for _, s := range sums {
			keys, blocks = append(keys, Key(s)), append(blocks, i) // a digest: any bits will do
		}
	}
	return keys, blocks
}

// FNV-1a, because keys are stored and must be the same in every run.
const (
	offset uint64 = 14695981039346656037
	prime  uint64 = 1099511628211
)

func mix(h uint64, b byte) uint64 { return (h ^ uint64(b)) * prime }

func mixText(h uint64, s string) uint64 {
	for i := range len(s) {
		h = mix(h, s[i])
	}
	return mix(h, 0xff)
}

// An Index (比对索引) finds entries that share a key. It is not safe for concurrent use.
type Index[T any] struct {
	m      *Matcher
	at     map[Key][]int
	things []T
	list   []*Entry
}

// NewIndex returns an empty index.
func NewIndex[T any](m *Matcher) *Index[T] { return &Index[T]{m: m, at: map[Key][]int{}} }

// Add takes an entry in.
func (x *Index[T]) Add(e *Entry, thing T) {
	for _, k := range e.keys {
		x.at[k] = append(x.at[k], len(x.list))
	}
	x.list, x.things = append(x.list, e), append(x.things, thing)
}

// A Found is an entry of an index that is the same as another or likely so.
type Found[T any] struct {
	Thing   T
	Verdict Verdict
}

// Find returns what is the same or likely so, in the order in which it was added.
func (x *Index[T]) Find(e *Entry) []Found[T] {
	var out []Found[T]
	seen := map[int]bool{}
	for _, k := range e.keys {
		for _, i := range x.at[k] {
			seen[i] = true
		}
	}
	for i := range x.list {
		if len(seen) == 0 {
			break
		}
		if !seen[i] {
			continue
		}
		delete(seen, i)
		if v := x.m.Decide(e, x.list[i]); v.Answer != Different {
			out = append(out, Found[T]{x.things[i], v})
		}
	}
	return out
}

// facts are equalities that a condition is sure of, as "field.part".
type facts map[string]bool

// meets reports nil when every way in which the condition can hold makes the two records share a key.
func (m *Matcher) meets(n *node) error {
	ways, err := m.ways(n)
	if err != nil {
		return err
	}
	for _, way := range ways {
		if !m.blocked(way) {
			return fmt.Errorf("两条记录符合条件而没有相同的分组键，批量比对会漏掉它们；请在 block 里加一组，或在条件里加上分组的项（已能确定相同的是：%s）", strings.Join(sortedNames(way), "、"))
		}
	}
	return nil
}

func (m *Matcher) blocked(way facts) bool {
	for _, parts := range m.block {
		all := true
		for _, p := range parts {
			all = all && m.sure(way, p)
		}
		if all {
			return true
		}
	}
	return false
}

// sure reports whether a way makes a part equal. The same first nine characters have the same first six.
func (m *Matcher) sure(way facts, p keyPart) bool {
	name := m.spec.Fields[p.field].Name
	if way[name+"."+p.name] {
		return true
	}
	measure, n, ok := cutMeasure(p.name)
	if !ok || measure != "first" {
		return false
	}
	for f := range way {
		if rest, ok := strings.CutPrefix(f, name+".first-"); ok {
			if _, longer, ok := cutMeasure("first-" + rest); ok && longer >= n {
				return true
			}
		}
	}
	return false
}

var errTooMany = errors.New("条件的组合太多，请拆成几条")

// ways returns the ways in which a condition can hold, each with what is equal then.
func (m *Matcher) ways(n *node) ([]facts, error) {
	switch n.op {
	case opIs:
		return m.leafWays(n), nil
	case opMissing, opNot:
		return []facts{{}}, nil
	case opAny:
		var out []facts
		for i := range n.list {
			w, err := m.ways(&n.list[i])
			if err != nil {
				return nil, err
			}
			out = append(out, w...)
		}
		return out, bounded(out)
	case opAll:
		return m.together(n.list)
	}
	var out []facts
	for chosen := range 1 << len(n.list) {
		var list []node
		sum := 0
		for i := range n.list {
			if chosen&(1<<i) != 0 {
				list, sum = append(list, n.list[i]), sum+n.add[i]
			}
		}
		if sum < n.reach {
			continue
		}
		w, err := m.together(list)
		if err != nil {
			return nil, err
		}
		out = append(out, w...)
	}
	return out, bounded(out)
}

func bounded(list []facts) error {
	if len(list) > 4096 {
		return errTooMany
	}
	return nil
}

func (m *Matcher) together(list []node) ([]facts, error) {
	out := []facts{{}}
	for i := range list {
		w, err := m.ways(&list[i])
		if err != nil {
			return nil, err
		}
		var next []facts
		for _, a := range out {
			for _, b := range w {
				both := maps.Clone(a)
				maps.Copy(both, b)
				next = append(next, both)
			}
		}
		if out = next; bounded(out) != nil {
			return nil, errTooMany
		}
	}
	return out, nil
}

// leafWays has one way for each degree that is asked for.
func (m *Matcher) leafWays(n *node) []facts {
	f := m.spec.Fields[n.field]
	k := kinds[f.Kind]
	var out []facts
	for _, d := range k.degrees {
		if n.want&d == 0 {
			continue
		}
		way := facts{}
		for name, at := range k.parts {
			if (d|k.implies[d])&at != 0 {
				way[f.Name+"."+name] = true
			}
		}
		if d == exact && k.measure == "first" {
			way[f.Name+".first-9999"] = true
		}
		out = append(out, way)
	}
	if n.first > 0 {
		out = append(out, facts{fmt.Sprintf("%s.first-%d", f.Name, n.first): true})
	}
	if n.days > 0 {
		out = append(out, facts{})
	}
	return out
}
