package lexicon

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/rule"
)

// A Kind (登记对象) is what a fact is about.
type Kind string

// The kinds.
const (
	Person       Kind = "person"
	Household    Kind = "household"
	Dwelling     Kind = "dwelling"
	Organisation Kind = "organisation"
	Facility     Kind = "facility"
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Person, Household, Dwelling, Organisation, Facility} }

// Words returns the kind in Chinese.
func (k Kind) Words() string {
	switch k {
	case Person:
		return "人员"
	case Household:
		return "户"
	case Dwelling:
		return "房屋"
	case Organisation:
		return "组织"
	case Facility:
		return "设施"
	}
	return string(k)
}

// A Word (登记项) is the name of a fact, as a pack writes it.
type Word struct {
	Name      string        `yaml:"fact"` // letters, digits and _, for rules use it
	Label     string        `yaml:"label"`
	Of        Kind          `yaml:"of"`
	Kind      string        `yaml:"kind"` // one of form.Kinds, without file
	Options   []form.Option `yaml:"options"`
	Max       int           `yaml:"max"`
	Least     string        `yaml:"least"`
	Most      string        `yaml:"most"`
	Hint      string        `yaml:"hint"`
	Sensitive string        `yaml:"sensitive"` // "", masked or hidden, as a form field
	Lasting   bool          `yaml:"lasting"`   // does not change in a life
	Basis     string        `yaml:"basis"`

	form *form.Form
}

// Field returns the word as a field of a form.
func (w *Word) Field() *form.Field { return &w.form.Fields[0] }

// Type returns the type that rules know the fact by.
func (w *Word) Type() rule.Type { return w.Field().FactType() }

// Check returns the one text in which a value is kept. Returns invalid, under the word's name.
func (w *Word) Check(value string) (string, error) {
	if strings.TrimSpace(value) == "" {
		return "", fault.Invalid(w.Name, "请填写%s", w.Label)
	}
	typed, bad := w.form.Check(map[string]string{w.Name: value})
	if len(bad) > 0 {
		return "", fault.Invalid(w.Name, bad[0].Format, bad[0].Args...)
	}
	return text(typed[w.Name]), nil
}

// Value returns the kept text as rules take it, nil when it no longer fits the word.
func (w *Word) Value(kept string) any {
	typed, bad := w.form.Check(map[string]string{w.Name: kept})
	if len(bad) > 0 {
		return nil
	}
	return typed[w.Name]
}

// Show returns the kept text as a page shows it: the label of a choice, 是 or 否, an amount with its unit.
func (w *Word) Show(kept string) string {
	switch w.Kind {
	case "choice", "choices":
		lines := strings.Split(kept, "\n")
		for i, line := range lines {
			for _, o := range w.Options {
				if o.Value == line {
					lines[i] = o.Words()
				}
			}
		}
		return strings.Join(lines, "、")
	case "bool":
		if kept == "true" {
			return "是"
		}
		return "否"
	case "money":
		return kept + "元"
	}
	return kept
}

// text writes a typed value of a form so that the form reads it as the same.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, "\n")
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case civil.Date:
		return v.String()
	case rule.Decimal:
		return v.String()
	case rule.Money:
		return v.Yuan.String()
	}
	return fmt.Sprint(v) // bool, int64
}

// prepare compiles the word. The error is a rule.Problems.
func (w *Word) prepare(src rule.Source) error {
	var bad rule.Problems
	if w.Label == "" {
		bad.Addf(src.Place("label"), "登记项 %s 没有名称", w.Name)
	}
	if !slices.Contains(Kinds(), w.Of) {
		bad.Addf(src.Place("of"), "登记项 %s 说的是什么：person、household、dwelling、organisation 或 facility", w.Name)
	}
	if w.Kind == "file" {
		bad.Addf(src.Place("kind"), "登记项 %s 不能是附件", w.Name)
	}
	if strings.Contains(w.Name, "-") {
		bad.Addf(src.Place("fact"), "登记项 %s 的编号只用字母、数字和下划线", w.Name)
	}
	w.form = &form.Form{ID: w.Name, Title: w.Label, Fields: []form.Field{{Name: w.Name, Label: w.Label, Kind: w.Kind, Options: w.Options,
		Max: w.Max, Least: w.Least, Most: w.Most, Hint: w.Hint, Sensitive: w.Sensitive, Basis: w.Basis}}}
	inner := rule.Source{Document: src.Document, At: func(path ...any) rule.At {
		if len(path) >= 2 && path[0] == "fields" {
			return src.Place(path[2:]...)
		}
		return src.Place(path...)
	}}
	if err := w.form.Prepare(inner, nil); err != nil {
		bad.Add(src.Place(), err)
	}
	return bad.Err()
}

// A Lexicon (登记词汇) is the words a city uses. It is never altered and safe for concurrent use.
type Lexicon struct {
	words map[Kind]map[string]*Word
	order map[Kind][]*Word
}

// Word returns the word for a fact of that kind of subject. Returns false when there is none.
func (l *Lexicon) Word(of Kind, name string) (*Word, bool) {
	w, ok := l.words[of][name]
	return w, ok
}

// Words returns the words for one kind of subject, the standard ones first.
func (l *Lexicon) Words(of Kind) []*Word { return l.order[of] }

// Types returns the facts of one kind of subject as rules know them.
func (l *Lexicon) Types(of Kind) map[string]rule.Type {
	m := map[string]rule.Type{}
	for _, w := range l.order[of] {
		if t := w.Type(); !t.IsZero() {
			m[w.Name] = t
		}
	}
	return m
}

// Check returns the one text in which a value is kept. Returns invalid for a word nobody knows.
func (l *Lexicon) Check(of Kind, name, value string) (string, error) {
	w, ok := l.Word(of, name)
	if !ok {
		return "", fault.Invalid(name, "没有“%s”这个登记项", name)
	}
	return w.Check(value)
}

// With returns a lexicon that has these words too. A word it has already, with the same kind and options, stays; one that
// says otherwise is refused. src places the words of the list by their index.
func (l *Lexicon) With(src rule.Source, words ...Word) (*Lexicon, error) {
	out := &Lexicon{words: map[Kind]map[string]*Word{}, order: map[Kind][]*Word{}}
	for of, list := range l.order {
		out.order[of], out.words[of] = slices.Clone(list), map[string]*Word{}
		for _, w := range list {
			out.words[of][w.Name] = w
		}
	}
	var bad rule.Problems
	for i := range words {
		w := words[i]
		here := rule.Source{Document: src.Document, At: func(path ...any) rule.At { return src.Place(append([]any{i}, path...)...) }}
		if err := w.prepare(here); err != nil {
			bad.Add(here.Place(), err)
			continue
		}
		if was, ok := out.Word(w.Of, w.Name); ok {
			if was.Kind != w.Kind || !slices.Equal(was.Options, w.Options) {
				bad.Addf(here.Place("fact"), "登记项 %s 已经有了，是“%s”，种类是 %s", w.Name, was.Label, was.Kind)
			}
			continue
		}
		if out.words[w.Of] == nil {
			out.words[w.Of] = map[string]*Word{}
		}
		out.words[w.Of][w.Name] = &w
		out.order[w.Of] = append(out.order[w.Of], &w)
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return out, nil
}
