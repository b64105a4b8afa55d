package part

import (
	"context"
	"slices"

	"linli/internal/form"
	"linli/internal/web/ui"
)

// A Binding says which questions of a form are those every registration asks, by the name of the field; "" where the form
// has none, so that the page asks itself and nobody types a thing twice.
type Binding struct {
	Name, Phone, IDNo, Address, Title, Body, Place string
	Files                                          string
}

// Bind finds them by kind, as casework does when it takes an intake in: the first name of a person is the reporter's, the
// first telephone his, the first long text the matter, the first short text the title, one that is to be masked the
// address. A nil form binds nothing.
func Bind(f *form.Form) Binding {
	var b Binding
	if f == nil {
		return b
	}
	take := func(at *string, name string) {
		if *at == "" {
			*at = name
		}
	}
	for i := range f.Fields {
		d := &f.Fields[i]
		switch {
		case d.Kind == "person-name":
			take(&b.Name, d.Name)
		case d.Kind == "phone":
			take(&b.Phone, d.Name)
		case d.Kind == "id-number":
			take(&b.IDNo, d.Name)
		case d.Kind == "place":
			take(&b.Place, d.Name)
		case d.Kind == "file":
			take(&b.Files, d.Name)
		case d.Kind == "text" && d.Sensitive != "":
			take(&b.Address, d.Name)
		case d.Kind == "text":
			take(&b.Title, d.Name)
		case d.Kind == "longtext" && d.Sensitive == "":
			take(&b.Body, d.Name)
		}
	}
	return b
}

// Common reports whether the field is one of the bound ones.
func (b Binding) Common(name string) bool {
	return name != "" && slices.Contains([]string{b.Name, b.Phone, b.IDNo, b.Address, b.Title, b.Body, b.Place, b.Files}, name)
}

// FormField turns a question of a pack's form into a field of a page. A question that is asked only under a condition is
// not required by the browser: the server knows whether it was asked.
func FormField(ctx context.Context, d *form.Field, value string) ui.Field {
	f := ui.Field{Name: d.Name, Label: ui.T(ctx, d.Label), Kind: d.Kind, Value: value, Required: d.Required && d.When == "", Max: d.Max}
	if d.Hint != "" {
		f.Hint = ui.T(ctx, d.Hint)
	}
	for _, o := range d.Options {
		f.Options = append(f.Options, ui.Option{Value: o.Value, Text: ui.T(ctx, o.Words())})
	}
	switch d.Kind {
	case "whole":
		f.Kind, f.Max, f.Short = "number", 0, true
	case "choices":
		f.Values, f.Max = lines(value), 0
	case "file":
		f.Many, f.Max = d.Max != 1, 0
	}
	return f
}
