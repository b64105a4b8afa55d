package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
)

// A Standard (立案标准) is one row of a city's rulebook: which matter of a class is opened as a case, within which term it
// is handled, by whom, and when it may be closed.
type Standard struct {
	Document    string
	Version     string // of the pack it stands in
	ID          string
	Kind        string // "part" (部件: something that stands there) or "event" (事件: something that happens)
	Code        string // of the class, "event-01-10": kind, class and sub-class
	Group       string // name of the class
	Name        string // name of the sub-class
	Units       []string
	Authorities []string
	Offices     []string // ids of the offices that Units name, in their order
	Opens       string   // condition under which a case is opened
	Closes      string   // condition under which it may be closed
	Term        civil.Term
	Stages      []Stage // steps within the term, where the row names several; the last ends with the term
	Urgent      bool    // runs by the clock, at night and on days off
	Basis       []law.Clause
}

// A Stage (办理环节) is a step within the term of a Standard, such as stopping the work before it is fined.
type Stage struct {
	Name string
	Term civil.Term
}

// Kinds of a Standard.
const (
	Part  = "part"
	Event = "event"
)

// Ref is how a case refers to the row: the document, its version and the row, "es-10@2021-01-01-0123abcd:event-01-10-1".
func (s *Standard) Ref() string { return s.Document + "@" + s.Version + ":" + s.ID }

// KindWords returns the kind in Chinese.
func (s *Standard) KindWords() string {
	if s.Kind == Part {
		return "部件"
	}
	return "事件"
}

// Standard returns a row by its id, or nil.
func (e *Edition) Standard(id string) *Standard {
	return find(e.Standards, func(s *Standard) bool { return s.ID == id })
}

// Standards returns the rows of all rulebooks that hold somewhere in the city on a day, in the order of their documents.
func (ix *Index) Standards(on civil.Date) []*Standard {
	var list []*Standard
	for _, p := range ix.packs {
		if e := p.On(on); len(e.Standards) > 0 && slices.ContainsFunc(p.Areas(), func(a Area) bool { return a.On(on) }) {
			list = append(list, e.Standards...)
		}
	}
	return list
}

// Standard returns the row that a reference names, "document:row" as it is on a day, or "document@version:row" as that
// version has it; nil when there is none.
func (ix *Index) Standard(ref string, on civil.Date) *Standard {
	document, id, _ := strings.Cut(ref, ":")
	document, version, _ := strings.Cut(document, "@")
	p := ix.Pack(document, version)
	if p == nil {
		return nil
	}
	return p.On(on).Standard(id)
}

// Covers reports whether the current pack of a document is in force at a place on a day.
func (ix *Index) Covers(document, path string, on civil.Date) bool {
	p := find(ix.packs, func(p *Pack) bool { return p.Document.ID == document })
	return p != nil && p.Covers(path, on)
}

type standardSpec struct {
	Standard    string      `yaml:"standard,required"`
	Kind        string      `yaml:"kind,required"`
	Code        string      `yaml:"code,required"`
	Group       string      `yaml:"group,required"`
	Name        string      `yaml:"name,required"`
	Units       []string    `yaml:"units,required"` // office ids
	Authorities []string    `yaml:"authorities"`    // office ids
	Opens       string      `yaml:"opens,required,loose"`
	Closes      string      `yaml:"closes,required,loose"`
	Term        string      `yaml:"term,required,loose"` // a term, or a number of what In says
	In          string      `yaml:"in"`                  // unit of the number, "wd" or a parameter
	Stages      []stageSpec `yaml:"stages"`
	Urgent      bool        `yaml:"urgent"`
	Basis       flow.List   `yaml:"basis,required,loose"`
}

type stageSpec struct {
	Name string `yaml:"name,required,loose"`
	Term string `yaml:"term,required,loose"`
	In   string `yaml:"in"`
}

// standard reads a row of a rulebook. That no two rows of a class are opened by the same condition is looked at for all rows
// together.
func (r *reading) standard(p part[standardSpec], on civil.Date) *Standard {
	x := p.spec
	s := &Standard{Document: r.pack.Document.ID, ID: x.Standard, Kind: x.Kind, Code: x.Code, Group: x.Group, Name: x.Name,
		Offices: x.Units, Opens: strings.TrimSpace(x.Opens), Closes: strings.TrimSpace(x.Closes), Urgent: x.Urgent,
		Basis: r.element(p.at(""), "standard/"+x.Standard, x.Name+"："+strings.TrimSpace(x.Opens), x.Basis)}
	s.Units, s.Authorities = r.officeNames(p, "units", x.Units), r.officeNames(p, "authorities", x.Authorities)
	if x.Kind != Part && x.Kind != Event {
		r.bad(p.at("kind"), "kind 只能是 part（部件）或 event（事件）")
	}
	if !strings.HasPrefix(x.Code, x.Kind+"-") {
		r.bad(p.at("code"), "类别编码应以 %s- 开头", x.Kind)
	}
	if len(x.Units) == 0 {
		r.bad(p.at("units"), "须写明由谁处置")
	}
	s.Term = r.countedTerm(p, "term", x.Term, x.In, on)
	for i, st := range x.Stages {
		s.Stages = append(s.Stages, Stage{st.Name, r.countedTerm(p, fmt.Sprintf("stages.%d.term", i), st.Term, st.In, on)})
	}
	if n := len(s.Stages); n > 0 && s.Stages[n-1].Term != s.Term {
		r.bad(p.at("stages"), "最后一个环节应与处置时限同时届满")
	}
	return s
}

func (r *reading) officeNames(p part[standardSpec], key string, list []string) []string {
	names := make([]string, 0, len(list))
	for i, id := range list {
		o := r.pack.Office(id)
		if o == nil {
			r.bad(p.at(fmt.Sprintf("%s.%d", key, i)), "没有机构 %s", id)
			continue
		}
		names = append(names, o.Name)
	}
	return names
}

// countedTerm reads a term, or a number of units; the unit may be a parameter.
func (r *reading) countedTerm(p part[standardSpec], path, text, in string, on civil.Date) civil.Term {
	text = r.resolve(p.at(path), text, on)
	if in != "" {
		if _, err := strconv.Atoi(text); err != nil {
			r.bad(p.at(path), "写了单位（in），时限应为整数")
		}
		text += r.resolve(p.at(path), in, on)
	}
	t, err := civil.ParseTerm(text)
	if err != nil {
		r.bad(p.at(path), "%s", err)
	}
	return t
}

// overlaps tells of rows of one class that the same condition opens: nobody could say which of them holds.
func (r *reading) overlaps() {
	type row struct{ code, opens string }
	seen := map[row]string{}
	for _, p := range r.parts.standards {
		k := row{p.spec.Code, Condensed(p.spec.Opens)}
		if other := seen[k]; other != "" {
			r.bad(p.at("opens"), "%s 与 %s 类别相同、立案条件相同，不知用哪一条", p.spec.Standard, other)
		}
		seen[k] = p.spec.Standard
	}
}

// Condensed is a condition without spaces and marks, by which two are compared.
func Condensed(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n　，。、；,.;:：（）()", r) {
			return -1
		}
		return r
	}, s)
}

// SortStandards puts rows in the order of kind, class and id.
func SortStandards(list []*Standard) {
	slices.SortStableFunc(list, func(a, b *Standard) int {
		return cmp.Or(cmp.Compare(b.Kind, a.Kind), cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID))
	})
}

// A StandardExample is a matter that was sent out at an instant, and what the row says of it.
type StandardExample struct {
	ID     string   `yaml:"id,required"`
	Sent   string   `yaml:"sent,required"` // instant
	Due    string   `yaml:"due,required"`  // last day, or instant
	Code   string   `yaml:"code"`
	Opens  string   `yaml:"opens,loose"`
	Closes string   `yaml:"closes,loose"`
	Units  []string `yaml:"units"` // office ids
	Urgent string   `yaml:"urgent"`
	Stages []string `yaml:"stages"` // end of each
}
