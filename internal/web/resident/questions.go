package resident

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// Names of what a page asks itself where the channel's form does not.
const (
	placeField = "place"
	titleField = "title"
	bodyField  = "body"
	nameField  = "name"
	phoneField = "phone"
	filesField = "files"
)

// questions are what a channel asks of whoever submits, divided among the three steps.
type questions struct {
	flow *flow.Flow
	form *form.Form // nil when the channel asks nothing of its own
	bind part.Binding
}

// questionsOf finds the questions of a channel that takes in cases from residents; false when there is none such.
func (p *Pages) questionsOf(id string) (questions, bool) {
	for _, f := range p.online() {
		if f.ID == id {
			asked := p.Town.Cases.Form(id, p.Now())
			return questions{f, asked, part.Bind(asked)}, true
		}
	}
	return questions{}, false
}

// online lists the channels in which a resident may register a case himself, those for any matter before those for one.
func (p *Pages) online() []*flow.Flow {
	var list []*flow.Flow
	for _, f := range p.Town.Cases.Flows(p.Now()) {
		if st := f.Step(flow.Register); f.Channel != "" && st != nil && st.Forbid == "" && slices.Contains(st.By, flow.Reporter) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *flow.Flow) int { return cmp.Compare(min(len(a.About), 1), min(len(b.About), 1)) })
	return list
}

func (q questions) titleName() string  { return cmp.Or(q.bind.Title, titleField) }
func (q questions) bodyName() string   { return cmp.Or(q.bind.Body, bodyField) }
func (q questions) personName() string { return cmp.Or(q.bind.Name, nameField) }
func (q questions) phoneName() string  { return cmp.Or(q.bind.Phone, phoneField) }

// what are the questions of the first step: the matter.
func (q questions) what(ctx context.Context, values map[string]string) []ui.Field {
	var list []ui.Field
	if q.bind.Title == "" {
		list = append(list, ui.Field{Name: titleField, Label: ui.T(ctx, "用一句话说是什么事"), Value: values[titleField], Required: true, Max: casework.MaxTitle})
	}
	list = append(list, q.ofForm(ctx, values, false)...)
	if q.bind.Body == "" {
		list = append(list, ui.Field{Name: bodyField, Label: ui.T(ctx, "详细情况"), Kind: "longtext", Value: values[bodyField], Required: true, Max: casework.MaxBody})
	}
	for i := range list {
		if list[i].Name == q.bodyName() {
			list[i].Rows = 7
			if list[i].Hint == "" {
				list[i].Hint = ui.T(ctx, "什么时候、在哪里、发生了什么、您希望怎样解决。别人的身份证号、电话不用写。")
			}
		}
	}
	return list
}

// contact are the questions of the last step: who the reporter is.
func (q questions) contact(ctx context.Context, values map[string]string) []ui.Field {
	var list []ui.Field
	if q.bind.Name == "" {
		list = append(list, ui.Field{Name: nameField, Label: ui.T(ctx, "您的姓名"), Kind: "person-name", Value: values[nameField], Fill: "name"})
	}
	list = append(list, q.ofForm(ctx, values, true)...)
	if q.bind.Phone == "" {
		list = append(list, ui.Field{Name: phoneField, Label: ui.T(ctx, "联系电话"), Kind: "phone", Value: values[phoneField], Fill: "tel"})
	}
	for i := range list {
		switch list[i].Name {
		case q.personName():
			list[i].Fill = "name"
		case q.phoneName():
			list[i].Fill = "tel"
			if list[i].Hint == "" {
				list[i].Hint = ui.T(ctx, "经办人需要核实时会打这个电话。")
			}
		}
	}
	return list
}

// ofForm are the form's own questions about the reporter, or about the matter. Place and files have steps of their own.
func (q questions) ofForm(ctx context.Context, values map[string]string, personal bool) []ui.Field {
	if q.form == nil {
		return nil
	}
	asked := q.form.Asked(values, nil)
	var list []ui.Field
	for i := range q.form.Fields {
		d := &q.form.Fields[i]
		if d.Kind == "file" || d.Name == q.bind.Place || !asked[d.Name] || q.personal(d) != personal {
			continue
		}
		list = append(list, part.FormField(ctx, d, values[d.Name]))
	}
	return list
}

func (q questions) personal(d *form.Field) bool {
	return d.Sensitive != "" || d.Name == q.bind.Name || d.Name == q.bind.Phone || d.Name == q.bind.IDNo || d.Name == q.bind.Address
}

// check says what is wrong with the answers to these questions, all at once.
func (q questions) check(d *draft, fields []ui.Field) error {
	var wrong []fault.FieldError
	if q.form != nil {
		_, errs := q.form.Check(q.values(d))
		for _, e := range errs {
			if slices.ContainsFunc(fields, func(f ui.Field) bool { return f.Name == e.Field }) {
				wrong = append(wrong, e)
			}
		}
	}
	for _, f := range fields {
		if q.form != nil && q.form.Field(f.Name) != nil {
			continue
		}
		v := strings.TrimSpace(d.Values[f.Name])
		switch {
		case v == "" && f.Required:
			wrong = append(wrong, fault.FieldError{Field: f.Name, Format: "请填写%s", Args: []any{f.Label}})
		case f.Max > 0 && utf8.RuneCountInString(v) > f.Max:
			wrong = append(wrong, fault.FieldError{Field: f.Name, Format: "最多 %d 个字，现有 %d 个字", Args: []any{f.Max, utf8.RuneCountInString(v)}})
		case f.Kind == "phone" && v != "":
			if _, err := form.Phone(v); err != nil {
				if e := fault.As(err); e != nil {
					wrong = append(wrong, fault.FieldError{Field: f.Name, Format: e.Format, Args: e.Args})
				}
			}
		}
	}
	return fault.Fields(wrong)
}

// values are the answers as the form takes them, with place and files in it.
func (q questions) values(d *draft) map[string]string {
	v := make(map[string]string, len(d.Values))
	for name, text := range d.Values {
		if q.form != nil && q.form.Field(name) != nil {
			v[name] = text
		}
	}
	if q.bind.Place != "" {
		v[q.bind.Place] = d.Place
	}
	if q.bind.Files != "" {
		v[q.bind.Files] = strings.Join(part.Hashes(d.Files), "\n")
	}
	return v
}

// intake is the draft as casework takes it.
func (q questions) intake(d *draft) casework.Intake {
	answer := func(name string) string { return strings.TrimSpace(d.Values[name]) }
	in := casework.Intake{Key: d.Key, Flow: d.Flow, Title: answer(q.titleName()), Body: answer(q.bodyName()), Fields: q.values(d),
		Place: d.Place, Spot: d.Spot, Files: part.Hashes(d.Files), Thing: d.Thing}
	if !d.Where.IsZero() {
		in.Where = &casework.Position{Point: d.Where}
	}
	in.From = casework.Reporter{Name: answer(q.personName()), Phone: answer(q.phoneName())}
	if q.bind.IDNo != "" {
		in.From.IDNo = answer(q.bind.IDNo)
	}
	if q.bind.Address != "" {
		in.From.Address = answer(q.bind.Address)
	}
	return in
}

// today is the day in Shanghai.
func (p *Pages) today() civil.Date { return civil.DateOf(p.Now(), civil.Shanghai) }
