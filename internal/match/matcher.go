package match

import (
	"fmt"
	"strings"
)

// A Matcher (比对器) is a Spec that was checked and made ready. It is safe for concurrent use.
type Matcher struct {
	spec  Spec
	index map[string]int
	block [][]keyPart
	rules []node
}

// keyPart is one part of a key.
type keyPart struct {
	field int
	name  string
}

// A Record (比对记录) is what is known of one thing, by the names of the spec's fields; several values stand on lines of their own.
type Record map[string]string

// An Entry (待比对条目) is a Record that was read once, to be compared with many.
type Entry struct {
	values [][]value
	keys   []Key
	blocks []int // by key
}

// New checks a spec and makes it ready. The error says everything that is wrong with it.
func New(spec Spec) (*Matcher, error) {
	m := &Matcher{spec: spec, index: map[string]int{}}
	if len(spec.Fields) > maxFields {
		return nil, fmt.Errorf("比对规则 %s：比对项不能多于 %d 个", spec.ID, maxFields)
	}
	for i, f := range spec.Fields {
		if kinds[f.Kind] == nil {
			return nil, fmt.Errorf("比对规则 %s：比对项 %s 没有“%s”这种类型", spec.ID, f.Name, f.Kind)
		}
		if _, twice := m.index[f.Name]; twice {
			return nil, fmt.Errorf("比对规则 %s：比对项 %s 写了两次", spec.ID, f.Name)
		}
		m.index[f.Name] = i
	}
	for _, parts := range spec.Block {
		list, err := m.keyParts(parts)
		if err != nil {
			return nil, err
		}
		m.block = append(m.block, list)
	}
	for i := range spec.Rules {
		if err := m.addRule(&spec.Rules[i], i); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Matcher) addRule(r *Rule, i int) error {
	where := fmt.Sprintf("比对规则 %s 第 %d 条", m.spec.ID, i+1)
	if r.Verdict != Same && r.Verdict != Likely && r.Verdict != Different {
		return fmt.Errorf("%s：verdict 应为 same、likely 或 different", where)
	}
	n, err := m.compile(&r.When, where)
	if err != nil {
		return err
	}
	if r.Verdict != Different {
		if err := m.meets(&n); err != nil {
			return fmt.Errorf("%s：%w", where, err)
		}
	}
	m.rules = append(m.rules, n)
	return nil
}

func (m *Matcher) keyParts(parts []string) ([]keyPart, error) {
	var list []keyPart
	for _, p := range parts {
		field, name, _ := strings.Cut(p, ".")
		at, ok := m.index[field]
		if !ok {
			return nil, fmt.Errorf("比对规则 %s：block 里没有比对项 %s", m.spec.ID, field)
		}
		k := kinds[m.spec.Fields[at].Kind]
		measure, _, measured := cutMeasure(name)
		if _, ok := k.parts[name]; !ok && (!measured || measure != "first" || k.measure != "first") {
			return nil, fmt.Errorf("比对规则 %s：%s 不能以“%s”分组", m.spec.ID, field, name)
		}
		list = append(list, keyPart{at, name})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("比对规则 %s：block 里有一组是空的", m.spec.ID)
	}
	return list, nil
}

// Spec returns what the matcher was made of.
func (m *Matcher) Spec() Spec { return m.spec }

// maxValues bounds the values of one field that are compared.
const maxValues = 8

// Read reads a record. What cannot be read as its kind counts as missing.
func (m *Matcher) Read(r Record) *Entry {
	e := &Entry{values: make([][]value, len(m.spec.Fields))}
	for i, f := range m.spec.Fields {
		for line := range strings.SplitSeq(r[f.Name], "\n") {
			if v, ok := readValue(f.Kind, line); ok && len(e.values[i]) < maxValues {
				e.values[i] = append(e.values[i], v)
			}
		}
	}
	e.keys, e.blocks = m.keysOf(e)
	return e
}

// A Verdict (比对结果) is what the rules say of two records.
type Verdict struct {
	Answer  Answer
	Rule    int // index of the rule that decided; -1 when none held
	Says    string
	Basis   string
	Reasons []Reason
}

// Decide asks the rules in order.
func (m *Matcher) Decide(a, b *Entry) Verdict {
	p := &pair{m: m, a: a, b: b}
	for i := range m.rules {
		if p.ask(&m.rules[i]) == yes {
			r := &m.spec.Rules[i]
			return Verdict{r.Verdict, i, r.Says, r.Basis, p.reasons(&m.rules[i])}
		}
	}
	return Verdict{Answer: Different, Rule: -1}
}

// pair is two entries that are being compared; what was compared once is kept.
type pair struct {
	m    *Matcher
	a, b *Entry
	done uint32 // fields compared
	was  [32]degrees
}

// maxFields is how many fields a spec may have.
const maxFields = 32

// degrees tells how alike the values of a field are; false when either side has none.
func (p *pair) degrees(field int) (degrees, bool) {
	as, bs := p.a.values[field], p.b.values[field]
	if len(as) == 0 || len(bs) == 0 {
		return 0, false
	}
	if p.done&(1<<field) != 0 {
		return p.was[field], true
	}
	var d degrees
	kind := p.m.spec.Fields[field].Kind
	for i := range as {
		for j := range bs {
			d |= alike(kind, &as[i], &bs[j])
		}
	}
	p.done |= 1 << field
	p.was[field] = d
	return d, true
}

func (p *pair) measured(field, n int) bool {
	kind := p.m.spec.Fields[field].Kind
	for i := range p.a.values[field] {
		for j := range p.b.values[field] {
			if measured(kind, &p.a.values[field][i], &p.b.values[field][j], n) {
				return true
			}
		}
	}
	return false
}
