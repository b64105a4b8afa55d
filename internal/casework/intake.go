package casework

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/place"
)

// titleFromBody is how much of the words stands for a title when the form asks for none, in characters.
const titleFromBody = 30

// adopt lets the form and the common parts of an intake speak for each other: whichever was filled in fills the other.
// What a field means is told by its kind: the first person's name is the reporter's, the first telephone number his, the
// first long text the words, the first short text that is nobody's secret the title.
func (in *Intake) adopt(f *form.Form) {
	if in.Fields == nil {
		in.Fields = map[string]string{}
	}
	taken := map[*string]bool{}
	for i := range f.Fields {
		d := &f.Fields[i]
		part := in.part(d)
		if part == nil || taken[part] {
			continue
		}
		taken[part] = true
		if v := strings.TrimSpace(in.Fields[d.Name]); v != "" {
			*part = cmp.Or(strings.TrimSpace(*part), v)
		} else if *part != "" {
			in.Fields[d.Name] = *part
		}
	}
	if in.Title == "" {
		in.Title = opening(in.Body)
	}
}

// part is the common part that a field stands for, or nil.
func (in *Intake) part(d *form.Field) *string {
	switch {
	case d.Kind == "person-name":
		return &in.From.Name
	case d.Kind == "phone":
		return &in.From.Phone
	case d.Kind == "id-number":
		return &in.From.IDNo
	case d.Kind == "place":
		return &in.Place
	case d.Kind == "text" && d.Sensitive != "":
		return &in.From.Address
	case d.Kind == "text":
		return &in.Title
	case d.Kind == "longtext" && d.Sensitive == "":
		return &in.Body
	}
	return nil
}

// opening is the first clause of a text, short enough for a title.
func opening(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "。！？；\n"); i > 0 {
		s = s[:i]
	}
	r := []rune(s)
	if len(r) > titleFromBody {
		return string(r[:titleFromBody]) + "…"
	}
	return s
}

// check tells every field that is wrong, and what the case keeps of the form: not what already stands in its common parts
// (the first short text is the title, the first long one the body), and nothing that tells who the reporter is.
func (in *Intake) check(asked *form.Form) (map[string]any, []fault.FieldError) {
	if asked != nil {
		in.adopt(asked)
	}
	in.Title, in.Body = strings.TrimSpace(in.Title), strings.TrimSpace(in.Body)
	var wrong []fault.FieldError
	keep := map[string]any{}
	if asked != nil {
		clean, more := asked.Check(in.Fields)
		wrong = append(wrong, more...)
		stands := map[*string]bool{}
		for i := range asked.Fields {
			d := &asked.Fields[i]
			part := in.part(d)
			common := part != nil && (!stands[part] || part != &in.Title && part != &in.Body)
			stands[part] = true
			if v, given := clean[d.Name]; given && !common {
				keep[d.Name] = v
			}
		}
	}
	if in.Title == "" {
		wrong = append(wrong, fault.FieldError{Field: "title", Format: "请用一句话写明事项"})
	}
	if utf8.RuneCountInString(in.Title) > MaxTitle {
		wrong = append(wrong, fault.FieldError{Field: "title", Format: "标题不能超过 %d 字", Args: []any{MaxTitle}})
	}
	if utf8.RuneCountInString(in.Body) > MaxBody {
		wrong = append(wrong, fault.FieldError{Field: "body", Format: "内容不能超过 %d 字", Args: []any{MaxBody}})
	}
	if in.Place == "" {
		wrong = append(wrong, fault.FieldError{Field: "place", Format: "请选择事项发生地"})
	}
	return keep, wrong
}

// whereOf finds the place of an intake, which must stand today; "" was complained of already.
func whereOf(tx *db.Tx, code string) (place.Place, []fault.FieldError, error) {
	if code == "" {
		return place.Place{}, nil, nil
	}
	p, err := place.Get(tx, code)
	switch {
	case err != nil && fault.KindOf(err) == fault.KindNotFound:
		return p, []fault.FieldError{{Field: "place", Format: "没有代码为 %s 的区划", Args: []any{code}}}, nil
	case err == nil && p.Gone():
		return p, []fault.FieldError{{Field: "place", Format: "%s 已撤并，请选择现行区划", Args: []any{p.Name}}}, nil
	}
	return p, nil, err
}

// tellFacts takes over as facts what the form asked under the name of a fact that registering may set.
func (in *Intake) tellFacts(f *flow.Flow, fields map[string]any) {
	for _, name := range f.Step(flow.Register).Sets {
		v, asked := fields[name]
		if _, said := in.Sets[name]; !asked || said {
			continue
		}
		if n, isWhole := v.(int64); isWhole {
			v = int(n)
		}
		if in.Sets == nil {
			in.Sets = map[string]any{}
		}
		in.Sets[name] = v
	}
}
