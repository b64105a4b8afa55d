package ui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// A Field is one question of a form. Kinds are those of package form, and "select", "search", "password",
// "email" and "hidden" for pages of our own.
type Field struct {
	Name     string
	Label    string
	Kind     string // "" is text
	Value    string
	Values   []string // chosen ones of a choices field
	Options  []Option
	Hint     string // how to answer, shown before the field
	Error    string // what is wrong with the answer
	Required bool
	Max      int    // characters of text, bytes of a file; 0 no limit
	Rows     int    // of longtext; 0 is 5
	Source   string // address that answers ?q=… with <option> elements, for suggestions while typing
	Accept   string // of a file, e.g. "image/*,.pdf"
	Many     bool   // several files
	Fill     string // autocomplete token, e.g. "tel"
	Key      string // shortcut that jumps here, e.g. "alt+n"
	Short    bool   // a narrow field, for a code or a year
	NoLabel  bool   // label for screen readers only, where the place says it (search, filter)
	ReadOnly bool
	In       string // tells this form from others on the page that ask the same
	Attrs    templ.Attributes
}

// An Option is one of the answers of a choice.
type Option struct {
	Value string
	Text  string
	Note  string // one sentence under it, for radio and check boxes
}

// radios is how many options are all shown; more are folded into a select.
const radios = 6

// Options makes options whose value is the text.
func Options(words ...string) []Option {
	out := make([]Option, len(words))
	for i, w := range words {
		out[i] = Option{Value: w, Text: w}
	}
	return out
}

func fieldID(name string) string { return "f-" + strings.ReplaceAll(name, " ", "-") }

func (f Field) id() string {
	if f.In != "" {
		return fieldID(f.In + " " + f.Name)
	}
	return fieldID(f.Name)
}

// describedBy ties hint and error to the field, error first.
func (f Field) describedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	return strings.Join(ids, " ")
}

// grouped reports whether the field is several boxes under one legend.
func (f Field) grouped() bool {
	return f.Kind == "choices" || f.Kind == "choice" && len(f.Options) <= radios
}

func (f Field) selects() bool {
	return f.Kind == "select" || f.Kind == "choice" && len(f.Options) > radios
}

func (f Field) chosen(value string) bool {
	return f.Value == value && value != "" || slices.Contains(f.Values, value)
}

// attrs are those every control has.
func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Required {
		a["required"] = true
	}
	if f.ReadOnly {
		a["readonly"] = true
	}
	if f.Fill != "" {
		a["autocomplete"] = f.Fill
	}
	if f.Max > 0 && f.Kind != "file" && f.Kind != "number" && f.Kind != "money" {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	for k, v := range keyAttrs(f.Key) {
		a[k] = v
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

// inputAttrs adds what the kind of answer asks of the browser: the right keyboard on a phone, a date picker.
// No pattern is checked in the browser: the server's sentence says why, the browser's does not.
func (f Field) inputAttrs() templ.Attributes {
	a := f.attrs()
	set := func(kind, mode, fill string) {
		a["type"] = kind
		if mode != "" {
			a["inputmode"] = mode
		}
		if fill != "" && f.Fill == "" {
			a["autocomplete"] = fill
		}
	}
	switch f.Kind {
	case "date":
		set("date", "", "")
	case "instant":
		set("datetime-local", "", "")
	case "number":
		set("text", "numeric", "off")
	case "money":
		set("text", "decimal", "off")
	case "phone":
		set("tel", "tel", "off")
	case "id-number", "credit-code":
		set("text", "", "off")
		a["spellcheck"] = "false"
		a["autocapitalize"] = "characters"
	case "search", "password", "email", "hidden":
		set(f.Kind, "", "")
	case "file":
		set("file", "", "")
		delete(a, "readonly")
		if f.Accept != "" {
			a["accept"] = f.Accept
		}
		a["multiple"] = f.Many
		return a
	default:
		set("text", "", "")
	}
	a["value"] = f.Value
	if f.Source != "" {
		a["list"] = f.id() + "-list"
		a["hx-get"] = f.Source
		a["hx-trigger"] = "input changed delay:250ms"
		a["hx-target"] = "#" + f.id() + "-list"
		a["hx-params"] = "*"
		a["autocomplete"] = "off"
	}
	return a
}

// width gives a field the width of its answer.
func (f Field) width() string {
	switch {
	case f.Short:
		return "w-short"
	case f.Kind == "date", f.Kind == "number", f.Kind == "money", f.Kind == "phone", f.Kind == "person-name":
		return "w-mid"
	case f.Kind == "instant", f.Kind == "id-number", f.Kind == "credit-code", f.Kind == "email", f.Kind == "password":
		return "w-code"
	}
	return ""
}

func (f Field) rows() string {
	if f.Rows > 0 {
		return strconv.Itoa(f.Rows)
	}
	return "5"
}
