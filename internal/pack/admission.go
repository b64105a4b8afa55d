package pack

import (
	"encoding"
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/rule"
)

// An Admission (准入) says that what is sent down to units below must first be admitted by a case of a flow, and what load
// an admitted case brings to each of them beside what comes with it.
type Admission struct {
	ID       string
	Name     string
	Flow     string
	States   []flow.State // in which a case counts as admitted
	Tables   string       // field of the flow's form: the tables that the task brings, one a line; "" none may come
	Until    string       // field with the last day of the term; "" no term
	Measures []Measure
	Basis    []law.Clause
}

// A Measure (负担项目) is one kind of load: what a task asks of each unit, and what it brings along for it.
type Measure struct {
	ID     string
	Name   string
	Unit   string // what is counted, e.g. "小时"
	Asks   string // field of the form; of a longer text its lines are counted
	Brings string // field of the form; "" nothing can come along
	Basis  []law.Clause

	asks, brings string // kinds of these fields
}

// Admission returns what admits, by its id, or nil.
func (e *Edition) Admission(id string) *Admission {
	return find(e.Admissions, func(a *Admission) bool { return a.ID == id })
}

// Measure returns a measure by its id, or nil.
func (a *Admission) Measure(id string) *Measure {
	for i := range a.Measures {
		if a.Measures[i].ID == id {
			return &a.Measures[i]
		}
	}
	return nil
}

// A Sending (下派) is what somebody sends down.
type Sending struct {
	From  string   // code of the unit that sends
	To    []string // codes of the units it is for
	Table string   // title of the table; "" for a task without one
	Until civil.Date
}

// An Admitted (准入情况) is the case that a sending refers to, as far as its admission is concerned.
type Admitted struct {
	Number string // "" when the sending names none
	State  flow.State
	Sender string
	To     []string // codes of the units the task is for
	Fields map[string]any
}

// Judge returns nil when the case admits the sending, otherwise a refusal with the clause.
func (a *Admission) Judge(k Admitted, s Sending) error {
	refuse := func(format string, args ...any) error { return fault.Refused(a.Basis[0], format, args...) }
	switch {
	case k.Number == "":
		return refuse("没有经过“%s”，不能下派；请先提出准入申请", a.Name)
	case !slices.Contains(a.States, k.State):
		return refuse("准入申请 %s 还没有通过，不能下派", k.Number)
	case k.Sender != s.From:
		return refuse("准入申请 %s 不是本单位提出的", k.Number)
	}
	for _, u := range s.To {
		if len(k.To) > 0 && !slices.Contains(k.To, u) {
			return refuse("准入申请 %s 不包括单位 %s", k.Number, u)
		}
	}
	if s.Table != "" && !slices.Contains(Lines(k.Fields[a.Tables]), s.Table) {
		return refuse("准入申请 %s 没有列出报表“%s”", k.Number, s.Table)
	}
	if last := dateOf(k.Fields[a.Until]); !last.IsZero() && s.Until.After(last) {
		return refuse("准入申请 %s 的期限到 %s 为止", k.Number, last.Words())
	}
	return nil
}

// Lines splits what a form kept of a longer text, one entry a line.
func Lines(v any) []string {
	text, _ := v.(string)
	var list []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			list = append(list, l)
		}
	}
	return list
}

func dateOf(v any) civil.Date {
	switch v := v.(type) {
	case civil.Date:
		return v
	case string: // as a case keeps it
		if d, err := civil.ParseDate(v); err == nil {
			return d
		}
	}
	return civil.Date{}
}

// Asked is what a case asks of each unit, in thousandths of the measure's unit.
func (m *Measure) Asked(fields map[string]any) int64 { return amount(m.asks, fields[m.Asks]) }

// Brought is what comes with a case for each unit, in thousandths.
func (m *Measure) Brought(fields map[string]any) int64 { return amount(m.brings, fields[m.Brings]) }

// amount reads what a form kept of a field of a kind, as it stands in memory or came back from the case.
func amount(kind string, v any) int64 {
	text := fmt.Sprint(v)
	if t, ok := v.(encoding.TextMarshaler); ok {
		if b, err := t.MarshalText(); err == nil {
			text = string(b)
		}
	}
	switch {
	case v == nil:
		return 0
	case kind == "longtext":
		return int64(len(Lines(text))) * 1000
	case kind == "money":
		text, _, _ = strings.Cut(text, " ")
	}
	d, err := rule.ParseDecimal(text)
	if err != nil {
		return 0
	}
	if d, err = d.Mul(rule.Int(1000)); err != nil {
		return 0
	}
	n, _ := d.Floor(0).Int64()
	return n
}

type admissionSpec struct {
	Admission string        `yaml:"admission,required"`
	Name      string        `yaml:"name,required"`
	Flow      string        `yaml:"flow,required"`
	States    []flow.State  `yaml:"states,required"`
	Tables    string        `yaml:"tables"`
	Until     string        `yaml:"until"`
	Measures  []measureSpec `yaml:"measures"`
	Basis     flow.List     `yaml:"basis,required"`
}

type measureSpec struct {
	Measure string    `yaml:"measure,required"`
	Name    string    `yaml:"name,required"`
	Unit    string    `yaml:"unit,required"`
	Asks    string    `yaml:"asks,required"`
	Brings  string    `yaml:"brings"`
	Basis   flow.List `yaml:"basis,required"`
}

// admission reads an Admission and checks that its flow, states and fields exist.
func (r *reading) admission(p part[admissionSpec]) *Admission {
	s := p.spec
	id := "admission/" + s.Admission
	a := &Admission{ID: s.Admission, Name: s.Name, Flow: s.Flow, States: s.States, Tables: s.Tables, Until: s.Until,
		Basis: r.element(p.at(""), id, s.Name, s.Basis)}
	i := slices.IndexFunc(r.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == s.Flow })
	if i < 0 {
		r.bad(p.at("flow"), "没有流程 %s", s.Flow)
		return a
	}
	asked := r.parts.flows[i].spec.Form
	field := func(path, name string, kinds ...string) {
		if name == "" {
			return
		}
		d := r.field(asked, name)
		if d == nil || !slices.Contains(kinds, d.Kind) {
			r.bad(p.at(path), "表单 %s 没有可用的栏目 %s（应为 %s）", asked, name, strings.Join(kinds, "、"))
		}
	}
	field("tables", s.Tables, "longtext")
	field("until", s.Until, "date")
	for i, m := range s.Measures {
		at := fmt.Sprintf("measures.%d", i)
		field(at+".asks", m.Asks, "whole", "number", "money", "longtext")
		field(at+".brings", m.Brings, "whole", "number", "money")
		basis := r.element(p.at(at), id+"#"+m.Measure, m.Name, m.Basis)
		measure := Measure{ID: m.Measure, Name: m.Name, Unit: m.Unit, Asks: m.Asks, Brings: m.Brings, Basis: basis}
		if d := r.field(asked, m.Asks); d != nil {
			measure.asks = d.Kind
		}
		if d := r.field(asked, m.Brings); d != nil {
			measure.brings = d.Kind
		}
		a.Measures = append(a.Measures, measure)
	}
	return a
}

// field finds a field of a form as it is written.
func (r *reading) field(asked, name string) *form.Field {
	for _, f := range r.parts.forms {
		if f.spec.Form != asked {
			continue
		}
		for i := range f.spec.Fields {
			if f.spec.Fields[i].Name == name {
				return &f.spec.Fields[i]
			}
		}
	}
	return nil
}

// An AdmissionExample is a sending and the case that it refers to, and what must come of it.
type AdmissionExample struct {
	ID      string            `yaml:"id,required"`
	Number  string            `yaml:"number"` // of the case; "" none
	State   flow.State        `yaml:"state"`
	Sender  string            `yaml:"sender"`
	For     []string          `yaml:"for"`   // units the task is for
	Given   map[string]string `yaml:"given"` // the flow's form as filled in
	From    string            `yaml:"from"`
	To      []string          `yaml:"to"`
	Table   string            `yaml:"table"`
	Until   string            `yaml:"until"`
	Refused string            `yaml:"refused,loose"` // clause of the refusal; "" it may be sent
	Because string            `yaml:"because"`
	Load    map[string]string `yaml:"load"` // by measure: "asks/brings"
}
