package pack

import (
	"maps"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Known (已知情况) is a value that need not be asked or proved again, with where it comes from.
type Known struct {
	Value  string // as a form writes it; of what is under seal, the masked form
	From   string // in words: who keeps it, or the number of a case or document
	Since  civil.Date
	Sealed bool // the register fills it in itself, and an empty answer means that it stays
}

// holds reports whether an answer leaves what is known as it is.
func (k Known) holds(said string) bool { return said == k.Value || k.Sealed && said == "" }

// A Guide (办事指引) is what an item means for one applicant: whether he may apply, what is still open, what he need not
// bring, and what follows.
type Guide struct {
	May        rule.Verdict
	Conditions []Judged
	Asks       []string         // questions whose answers could still change something
	Prefill    map[string]Known // fields and questions that are known
	Bring      []Material       // still to be brought
	Had        []HadMaterial    // looked up instead
	Open       []Material       // needed or not, depending on an answer
	Joint      []JointPart
	Green      bool
	Next       []NextItem
	Facts      rule.Facts // what the verdict rests on
}

// A Judged (条件结论) is one condition with its answer.
type Judged struct {
	Condition *ItemCondition
	N         int // from 1
	Answer    rule.Answer
}

// A HadMaterial (免交材料) is a material that is known, with its source.
type HadMaterial struct {
	Material
	Source Source
	Known  Known
}

// Guide judges an item for an applicant. known holds what can be looked up, by source; says what he answered or filled
// in, by field, and goes before what is known, unless it says the same. Nothing is decided by what nobody said.
func (i *Item) Guide(known map[Source]Known, says map[string]string, on civil.Date) Guide {
	g := Guide{Prefill: map[string]Known{}, Facts: rule.Facts{Today: on}}
	for _, f := range i.forms() {
		values := map[string]string{}
		for k := range f.Fields {
			d := &f.Fields[k]
			v, said := says[d.Name]
			if is, ok := known[Source(d.From)]; ok && d.From != "" && (!said || is.holds(v)) {
				g.Prefill[d.Name], values[d.Name] = is, is.Value
			} else if said {
				values[d.Name] = v
			}
		}
		clean, _ := f.Check(values)
		maps.DeleteFunc(clean, func(name string, v any) bool { // an unticked box says nothing
			given, said := values[name]
			return v == false && (!said || given == "")
		})
		for name, v := range values { // a text that was asked and left empty is known to be empty
			if d := f.Field(name); v == "" && d.FactType().Equal(rule.Text) && !d.Required {
				g.Facts[name] = ""
			}
		}
		for name, v := range clean {
			if t := f.Field(name).FactType(); !t.IsZero() {
				g.Facts[name] = v
			}
		}
	}
	i.judge(&g)
	i.look(&g, known)
	return g
}

func (i *Item) forms() []*form.Form {
	var list []*form.Form
	if len(i.Asks.Fields) > 0 {
		list = append(list, i.Asks)
	}
	if i.form != nil {
		list = append(list, i.form)
	}
	return list
}

func (i *Item) judge(g *Guide) {
	g.May = rule.Yes
	var needs []string
	for k := range i.When {
		c := &i.When[k]
		a := c.when.Ask(g.Facts)
		g.Conditions = append(g.Conditions, Judged{c, k + 1, a})
		if a.Value == rule.No {
			g.May = rule.No
		} else if a.Value == rule.Needs && g.May == rule.Yes {
			g.May = rule.Needs
		}
		needs = append(needs, a.Needs...)
	}
	for _, p := range i.further() {
		if a := p.Ask(g.Facts); a.Value == rule.Needs {
			needs = append(needs, a.Needs...)
		}
	}
	slices.Sort(needs)
	g.Asks = slices.Compact(needs)
}

// further are the conditions besides those of applying.
func (i *Item) further() []*rule.Program {
	var list []*rule.Program
	add := func(p *rule.Program) {
		if p != nil {
			list = append(list, p)
		}
	}
	for k := range i.Material {
		add(i.Material[k].when)
	}
	for k := range i.Joint {
		add(i.Joint[k].when)
	}
	for k := range i.Next {
		add(i.Next[k].when)
	}
	if i.Green != nil {
		add(i.Green.when)
	}
	return list
}

func (i *Item) look(g *Guide, known map[Source]Known) {
	for _, m := range i.Material {
		switch verdict(m.when, g.Facts) {
		case rule.No:
			continue
		case rule.Needs:
			g.Open = append(g.Open, m)
			continue
		}
		k := slices.IndexFunc(m.Known, func(s Source) bool { _, ok := known[s]; return ok })
		if k < 0 {
			g.Bring = append(g.Bring, m)
		} else {
			g.Had = append(g.Had, HadMaterial{m, m.Known[k], known[m.Known[k]]})
		}
	}
	for _, j := range i.Joint {
		if verdict(j.when, g.Facts) == rule.Yes {
			g.Joint = append(g.Joint, j)
		}
	}
	for _, n := range i.Next {
		if verdict(n.when, g.Facts) == rule.Yes {
			g.Next = append(g.Next, n)
		}
	}
	g.Green = i.Green != nil && verdict(i.Green.when, g.Facts) == rule.Yes
}

// verdict is yes where nothing is asked.
func verdict(p *rule.Program, facts rule.Facts) rule.Verdict {
	if p == nil {
		return rule.Yes
	}
	v, err := p.Decide(facts)
	if err != nil {
		return rule.Needs
	}
	return v
}

// A Record (登记内容) is one fact or relation that a decision writes.
type Record struct {
	N        int          `json:"n"` // of the item's effects, from 1
	Fact     string       `json:"fact,omitempty"`
	Relation string       `json:"relation,omitempty"`
	Of       string       `json:"of"`
	Value    string       `json:"value,omitempty"`
	Ends     bool         `json:"ends,omitempty"`
	Basis    []law.Clause `json:"basis,omitempty"`
}

// Records returns what a favourable decision writes, given the form as filled in. Values are the text of the form.
func (i *Item) Records(g *Guide, filled map[string]string) []Record {
	var list []Record
	for k, e := range i.Effects {
		if verdict(e.when, g.Facts) != rule.Yes {
			continue
		}
		r := Record{N: k + 1, Fact: e.Fact, Relation: e.Relation, Of: e.Of, Value: e.Value, Ends: e.Ends, Basis: e.Basis}
		if e.Field != "" {
			if r.Value = filled[e.Field]; r.Value == "" {
				continue
			}
		}
		list = append(list, r)
	}
	return list
}

// Sources returns every source that the item could use, without repetition.
func (i *Item) Sources() []Source {
	var list []Source
	add := func(s Source) {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, f := range i.forms() {
		for k := range f.Fields {
			add(Source(f.Fields[k].From))
		}
	}
	for _, m := range i.Material {
		for _, s := range m.Known {
			add(s)
		}
	}
	for _, j := range i.Joint {
		if j.Reuse != "" {
			add(Source("result." + j.Reuse))
		}
	}
	return list
}

// named are the ids of other items that the item refers to.
func (i *Item) named() []string {
	var list []string
	for _, s := range i.Sources() {
		switch s.Kind() {
		case "result":
			list = append(list, s.Name())
		case "case":
			id, _, _ := strings.Cut(s.Name(), ".")
			list = append(list, id)
		}
	}
	for _, n := range i.Next {
		list = append(list, n.Item)
	}
	return list
}
