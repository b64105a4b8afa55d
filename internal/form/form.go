package form

import (
	"regexp"
	"slices"
	"strings"

	"linli/internal/law"
	"linli/internal/rule"
)

// A Form (表单) is what a person is asked, field by field, in the order it is asked. Prepare must succeed before
// Check; then the form is safe for concurrent use.
type Form struct {
	ID     string  `yaml:"form"`
	Title  string  `yaml:"title"`
	Fields []Field `yaml:"fields"`

	env   *rule.Env
	ready bool
}

// A Field (栏目) is one question.
type Field struct {
	Name      string   `yaml:"name"` // also the name of the fact it becomes
	Label     string   `yaml:"label"`
	Kind      string   `yaml:"kind"` // one of Kinds
	Required  bool     `yaml:"required"`
	Options   []Option `yaml:"options"`   // of choice and choices
	Max       int      `yaml:"max"`       // most characters of a text, or most items of choices and file; 0 is the kind's default
	Min       int      `yaml:"min"`       // fewest characters of a text, or fewest items
	Least     string   `yaml:"least"`     // lower bound of number, whole, money or date, inclusive
	Most      string   `yaml:"most"`      // upper bound, inclusive
	Pattern   string   `yaml:"pattern"`   // regular expression the whole of a text must match
	Hint      string   `yaml:"hint"`      // shown under the field, and when the pattern does not match
	Sensitive string   `yaml:"sensitive"` // "", "masked" (shown in part) or "hidden" to who may not see it
	When      string   `yaml:"when"`      // asked only when this holds; a condition over earlier fields and the caller's facts
	From      string   `yaml:"from"`      // where the value may be known already, as whoever fills the form in calls it
	Basis     string   `yaml:"basis"`     // clause

	kind    *kind
	pattern *regexp.Regexp
	least   any
	most    any
	when    *rule.Program
	clause  law.Clause
}

// An Option (选项) is one possible answer. A pack writes it as one text, "ordinary=普通".
type Option struct{ Value, Label string }

// UnmarshalText reads "value=label" or "value".
func (o *Option) UnmarshalText(b []byte) error {
	value, label, ok := strings.Cut(string(b), "=")
	if !ok {
		label = value
	}
	o.Value, o.Label = strings.TrimSpace(value), strings.TrimSpace(label)
	return nil
}

// Words returns the label, or the value when there is none.
func (o Option) Words() string {
	if o.Label == "" {
		return o.Value
	}
	return o.Label
}

// Clause returns what the field rests on; the zero Clause when it rests on nothing. Set by Prepare.
func (f *Field) Clause() law.Clause { return f.clause }

// Condition returns the compiled When, nil when the field is always asked. Set by Prepare.
func (f *Field) Condition() *rule.Program { return f.when }

// FactType returns the type of the fact that the field becomes; the zero Type when rules cannot use it.
func (f *Field) FactType() rule.Type {
	k := kinds[f.Kind]
	if k == nil {
		return rule.Type{}
	}
	values := make([]string, len(f.Options))
	for i, o := range f.Options {
		values[i] = o.Value
	}
	switch f.Kind {
	case "choice":
		return rule.Choice(values...)
	case "choices":
		return rule.ListOf(rule.Choice(values...))
	}
	return k.fact
}

// Facts returns the types of the facts that a filled form gives, for rule.NewEnv.
func (f *Form) Facts() map[string]rule.Type {
	m := make(map[string]rule.Type, len(f.Fields))
	for i := range f.Fields {
		if t := f.Fields[i].FactType(); !t.IsZero() {
			m[f.Fields[i].Name] = t
		}
	}
	return m
}

// Field returns the field of that name, nil when there is none.
func (f *Form) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// Unknown returns the names in values that are no fields of the form, sorted; an API call that misspells a field
// should hear of it.
func (f *Form) Unknown(values map[string]string) []string {
	var out []string
	for name := range values {
		if f.Field(name) == nil {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
