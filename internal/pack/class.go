package pack

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/rule"
)

// A Class (人群) is persons or households of whom something holds: derived by its condition from what the registers know, never ticked.
type Class struct {
	ID     string
	Name   string
	Says   string
	Of     lexicon.Kind // person or household
	Sealed string       // shown for this purpose only, and each look is noted; "" is open to whoever may see the person
	Basis  []law.Clause
	when   *rule.Program
	words  *lexicon.Lexicon // those of the registers, the pack's and the derived
}

// Ask answers whether somebody belongs to the class, with the reasons, and what must be known to tell.
func (c *Class) Ask(facts rule.Facts) rule.Answer { return c.when.Ask(facts) }

// Facts returns the names of the facts that the class asks about.
func (c *Class) Facts() []string { return c.when.Facts() }

// Read turns what is known of somebody, by fact and as the registers write it, into the facts that Ask takes. Returns invalid,
// under the fact's name, for a fact that the class does not ask about and a value that its word does not allow.
func (c *Class) Read(known map[string]string) (rule.Facts, error) {
	facts := rule.Facts{}
	for name, value := range known {
		w, ok := c.words.Word(c.Of, name)
		if !ok || !slices.Contains(c.Facts(), name) {
			return nil, fault.Invalid(name, "人群“%s”没有用到登记项 %s", c.Name, name)
		}
		kept, err := w.Check(value)
		if err != nil {
			return nil, err
		}
		facts[name] = w.Value(kept)
	}
	return facts, nil
}

// A ClassExample is what is known of somebody, and whether he belongs to the class.
type ClassExample struct {
	ID    string            `yaml:"id,required"`
	On    string            `yaml:"on,required"`
	Known map[string]string `yaml:"known"`       // by fact, derived ones too
	Is    string            `yaml:"is,required"` // yes, no or needs
	Needs []string          `yaml:"needs"`       // with needs: the facts that must be known, all of them
}

// ClassPurposes (查看用途) are what a sealed class may be looked at for.
var ClassPurposes = []Option{{"service", "办理事项"}, {"verify", "核对登记"}, {"visit", "入户走访"}, {"relief", "救助帮扶"}, {"emergency", "应急处置"}, {"audit", "审计检查"}}

// Derived are the facts that classes and benefits may ask about besides those of the lexicon, with what they mean.
var Derived = map[lexicon.Kind][]lexicon.Word{
	lexicon.Person: {
		{Name: Today, Label: "今天", Kind: "date"}, {Name: "age", Label: "周岁", Kind: "whole"}, {Name: "deceased", Label: "已死亡", Kind: "bool"},
		{Name: "housemates", Label: "同住人数", Kind: "whole"}, {Name: "youngest_housemate", Label: "同住最小年龄", Kind: "whole"},
		{Name: "living_children", Label: "在世子女数", Kind: "whole"}, {Name: "children_at_home", Label: "同住子女数", Kind: "whole"},
		{Name: "living_spouse", Label: "有配偶", Kind: "bool"}, {Name: "carers", Label: "照护人数", Kind: "whole"}, {Name: "works", Label: "有工作单位", Kind: "bool"},
		{Name: "registered_here", Label: "户籍在本市", Kind: "bool"}, {Name: "lives_where_registered", Label: "人户一致", Kind: "bool"},
	},
	lexicon.Household: {
		{Name: Today, Label: "今天", Kind: "date"}, {Name: "members", Label: "成员数", Kind: "whole"}, {Name: "oldest", Label: "最大年龄", Kind: "whole"}, {Name: "youngest", Label: "最小年龄", Kind: "whole"},
	},
	lexicon.Organisation: {{Name: Today, Label: "今天", Kind: "date"}},
}

// Class returns a class by its id, or nil.
func (e *Edition) Class(id string) *Class {
	return find(e.Classes, func(c *Class) bool { return c.ID == id })
}

type classSpec struct {
	Class  string    `yaml:"class,required"`
	Name   string    `yaml:"name,required"`
	Says   string    `yaml:"says,required"`
	Of     string    `yaml:"of,required"`
	When   string    `yaml:"when,required"`
	Sealed string    `yaml:"sealed"`
	Basis  flow.List `yaml:"basis,required"`
}

type factSpec struct {
	Fact      string        `yaml:"fact,required"`
	Label     string        `yaml:"label,required"`
	Of        string        `yaml:"of,required"`
	Kind      string        `yaml:"kind,required"`
	Options   []form.Option `yaml:"options"`
	Max       int           `yaml:"max"`
	Least     string        `yaml:"least"`
	Most      string        `yaml:"most"`
	Hint      string        `yaml:"hint"`
	Sensitive string        `yaml:"sensitive"`
	Lasting   bool          `yaml:"lasting"`
	Basis     flow.List     `yaml:"basis,required"`
}

// words reads the folder facts/ and returns the lexicon with what the document adds.
func (r *reading) words() *lexicon.Lexicon {
	l := lexicon.Standard()
	for _, p := range r.parts.facts {
		s := p.spec
		r.element(p.at(""), "fact/"+s.Fact, s.Label, s.Basis)
		w := lexicon.Word{Name: s.Fact, Label: s.Label, Of: lexicon.Kind(s.Of), Kind: s.Kind, Options: s.Options, Max: s.Max, Least: s.Least, Most: s.Most,
			Hint: s.Hint, Sensitive: s.Sensitive, Lasting: s.Lasting}
		if slices.ContainsFunc(Derived[w.Of], func(d lexicon.Word) bool { return d.Name == w.Name }) {
			r.bad(p.at("fact"), "登记项 %s 是平台推算的，不能另行定义", w.Name)
			continue
		}
		next, err := l.With(rule.Source{Document: r.pack.Document.ID, At: func(path ...any) rule.At {
			if len(path) < 2 {
				return p.at("")
			}
			return p.at(fmt.Sprint(path[1]))
		}}, w)
		if err != nil {
			r.ps.Add(p.at(""), err)
			continue
		}
		l = next
		r.pack.Words = append(r.pack.Words, w)
	}
	return l
}

// class reads one class against the words of the pack.
func (r *reading) class(p part[classSpec], l *lexicon.Lexicon, on civil.Date) *Class {
	s := p.spec
	c := &Class{ID: s.Class, Name: s.Name, Says: s.Says, Of: lexicon.Kind(s.Of), Sealed: s.Sealed, Basis: r.element(p.at(""), "class/"+s.Class, s.Name, s.Basis)}
	if c.Of != lexicon.Person && c.Of != lexicon.Household {
		r.bad(p.at("of"), "人群说的是 person 或 household，不能是 %s", s.Of)
		return nil
	}
	if c.Sealed != "" && !slices.ContainsFunc(ClassPurposes, func(o Option) bool { return o.Value == c.Sealed }) {
		r.bad(p.at("sealed"), "没有用途 %s", c.Sealed)
	}
	var err error
	if c.words, err = l.With(rule.Source{}, derivedOf(c.Of)...); err != nil {
		r.ps.Add(p.at(""), err)
		return nil
	}
	env, err := rule.NewEnv(c.words.Types(c.Of))
	if err != nil {
		r.ps.Add(p.at(""), err)
		return nil
	}
	at := p.at("when")
	if c.when, err = env.Condition(r.expand(at, s.When, on), at); err != nil {
		r.ps.Add(at, err)
		return nil
	}
	return c
}

func derivedOf(of lexicon.Kind) []lexicon.Word {
	list := slices.Clone(Derived[of])
	for i := range list {
		list[i].Of = of
	}
	return list
}

// Lexicon returns the words of the standard and of all packs in force on a day. The packs agree, or they would not have loaded together.
func (ix *Index) Lexicon() (*lexicon.Lexicon, error) {
	l := lexicon.Standard()
	for _, p := range ix.Packs() {
		next, err := l.With(rule.Source{Document: p.Document.ID}, p.Words...)
		if err != nil {
			return nil, fmt.Errorf("words of %s: %w", p.Document.ID, err)
		}
		l = next
	}
	return l, nil
}

// Classes returns the classes that hold at a place on a day, each with its pack.
func (ix *Index) Classes(path string, on civil.Date) []*Class {
	var list []*Class
	for _, p := range ix.At(path, on) {
		list = append(list, p.On(on).Classes...)
	}
	return list
}
