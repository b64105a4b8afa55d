package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Problem is something wrong with a Spec, at a path like "steps.dispatch.when" that the loader turns into a line.
// An expression knows more exactly where it went wrong: then At is set.
type Problem struct {
	Path    string
	Message string
	At      rule.At
}

// An Origin tells Build where a Spec comes from.
type Origin struct {
	Document string
	Param    func(name string) (value string, ok bool) // values of $name; nil: none
	At       func(path string) rule.At                 // position of a path in the pack file; nil: unknown
}

// Build lays a Spec over the standard flow and checks the whole. The Flow is nil when there are problems.
func Build(spec Spec, o Origin) (*Flow, []Problem) {
	b := &builder{origin: o, spec: &spec}
	f := &Flow{ID: spec.Flow, Name: spec.Name, Document: o.Document, Channel: spec.Channel, About: spec.About, Form: spec.Form,
		Basis: b.cites("basis", spec.Basis), Offices: map[Role][]string{}}
	f.Number = b.text("number", spec.Number)
	b.flow = f
	for r, ids := range spec.Offices {
		b.role("offices."+string(r), r)
		f.Offices[r] = ids
	}
	for i, r := range spec.Bound {
		if b.role("bound", r); len(spec.Offices[r]) == 0 || !slices.Contains([]Role{Desk, Dispatcher, Verifier, Supervisor}, r) {
			b.bad(fmt.Sprintf("bound.%d", i), "只能限定 desk、dispatcher、verifier、supervisor，且须在 offices 中写明由谁担任")
		}
	}
	f.Bound = spec.Bound
	if spec.Flow == "" {
		b.bad("flow", "流程须有编号（flow）")
	}
	b.days()
	b.states()
	b.facts()
	b.env()
	b.steps()
	b.clocks()
	b.extension()
	b.dues()
	b.ladder()
	b.approval()
	b.call()
	b.openings()
	b.reach()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return f, nil
}

// Standard returns the standard flow with nothing added, for tests and for showing what every flow has.
func Standard() *Flow {
	f, problems := Build(Spec{Flow: "standard", Name: "通用流程", Channel: "any"}, Origin{})
	if len(problems) > 0 {
		panic(fmt.Sprint("flow: standard flow does not build: ", problems))
	}
	return f
}

type builder struct {
	origin   Origin
	spec     *Spec
	flow     *Flow
	rules    *rule.Env
	problems []Problem
}

func (b *builder) bad(path, format string, args ...any) {
	b.problems = append(b.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// text resolves $param.
func (b *builder) text(path, s string) string {
	name, isParam := strings.CutPrefix(s, "$")
	if !isParam {
		return s
	}
	if b.origin.Param != nil {
		if v, ok := b.origin.Param(name); ok {
			return v
		}
	}
	b.bad(path, "没有参数 %s", name)
	return ""
}

func (b *builder) cites(path string, list List) []law.Clause {
	out := make([]law.Clause, 0, len(list))
	for _, s := range list {
		if !strings.Contains(s, "#") {
			s = b.origin.Document + "#" + s
		}
		c, err := law.Parse(s)
		if err != nil {
			b.bad(path, "条款写法不对：%s", s)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (b *builder) term(path, s string) civil.Term {
	s = b.text(path, s)
	if s == "" {
		return civil.Term{}
	}
	t, err := civil.ParseTerm(s)
	if err != nil {
		b.bad(path, "期限写法不对：%s", s)
	}
	return t
}

func (b *builder) role(path string, r Role) {
	for _, known := range Roles {
		if known.Role == r {
			return
		}
	}
	b.bad(path, "没有角色 %s", r)
}

func (b *builder) days() {
	switch v := b.text("days", b.spec.Days); v {
	case "", "calendar":
	case "working":
		b.flow.WorkingDays = true
	default:
		b.bad("days", "days 只能是 calendar 或 working，不能是 %s", v)
	}
}

func (b *builder) facts() {
	f := b.flow
	f.facts = map[string]*Fact{}
	for i, s := range b.spec.Facts {
		path := fmt.Sprintf("facts.%d", i)
		d := Fact{Name: s.Name, Label: s.Label, Kind: s.Kind, Default: s.Default,
			Hint: b.text(path+".hint", s.Hint), Basis: b.cites(path+".basis", s.Basis)}
		for _, o := range s.Options {
			d.Options = append(d.Options, Option(o))
		}
		if text, isText := s.Default.(string); isText {
			d.Default = b.text(path+".default", text)
			if d.Kind == "number" {
				n, err := strconv.Atoi(d.Default.(string))
				if err != nil {
					b.bad(path+".default", "应为整数")
				}
				d.Default = n
			}
		}
		switch {
		case s.Name == "" || s.Label == "":
			b.bad(path, "事实须有 name 和 label")
		case !slices.Contains([]string{"choice", "number", "bool", "text", "term"}, s.Kind):
			b.bad(path+".kind", "kind 只能是 choice、number、bool、text、term")
		case s.Kind == "choice" && len(s.Options) < 2:
			b.bad(path+".options", "选项至少两个")
		}
		if text, _ := d.Default.(string); s.Kind == "term" && d.Default != nil {
			if _, err := civil.ParseTerm(text); err != nil {
				b.bad(path+".default", "期限写法不对：%v", d.Default)
			}
		}
		f.Facts = append(f.Facts, d)
	}
	for i := range f.Facts {
		f.facts[f.Facts[i].Name] = &f.Facts[i]
	}
	for i := range callFacts {
		if b.spec.Call != nil {
			f.facts[callFacts[i].Name] = &callFacts[i]
		}
	}
	for i := range standardFacts {
		if f.facts[standardFacts[i].Name] != nil {
			b.bad("facts", "事实 %s 由平台提供，不能另设", standardFacts[i].Name)
		}
		f.facts[standardFacts[i].Name] = &standardFacts[i]
	}
}

func (b *builder) ladder() {
	l := b.spec.Ladder
	if l == nil {
		return
	}
	b.flow.Ladder = l.Posts
	switch v := b.text("ladder.stepwise", l.Stepwise); v {
	case "", "no":
	case "yes":
		b.flow.Stepwise = true
	default:
		b.bad("ladder.stepwise", "只能是 yes 或 no，不能是 %s", v)
	}
	if len(l.Posts) == 0 || len(b.cites("ladder.basis", l.Basis)) == 0 {
		b.bad("ladder", "呈批层级须有 posts 和 basis")
	}
}

func itoa(i int) string { return strconv.Itoa(i) }
