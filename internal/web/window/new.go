package window

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A newPage is the registration screen of one channel.
type newPage struct {
	Page   ui.Page
	Flow   *flow.Flow
	Tabs   []ui.Link
	Before []ui.Field // who it is
	After  []ui.Field // what it is about
	Facts  []ui.Field // what the desk decides at once
	Pick   part.Pick
	Spot   ui.Field
	Street *spotPart // nil for what is not found in the street
	Near   []casework.NearCase
	Files  ui.Field
	Likely []casework.Likeness
	Caller *callerPart
	Same   string // case chosen as the same matter
	Town   *part.Town
}

// typed is a registration as the clerk filled it in.
type typed struct {
	values url.Values
	form   *form.Form
	bind   part.Binding
}

func (t typed) of(name string) string { return t.values.Get(name) }

func (p *Pages) newCase(w http.ResponseWriter, r *http.Request) error {
	var v *newPage
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		v, err = p.newPage(tx, session.Actor(r), r.URL.Query(), ui.Errors{})
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, newView(v))
}

// newPage builds the screen for what has been typed so far.
func (p *Pages) newPage(tx *db.Tx, by staff.Actor, values url.Values, wrong ui.Errors) (*newPage, error) {
	ctx := tx.Ctx()
	flows, err := p.myFlows(tx, by, tx.Now())
	if err != nil {
		return nil, err
	}
	if flows = slices.DeleteFunc(flows, (*flow.Flow).Internal); len(flows) == 0 {
		flows = slices.DeleteFunc(p.Town.Cases.Flows(tx.Now()), (*flow.Flow).Internal)
	}
	f := p.chosen(values.Get("flow"), flows, tx.Now())
	v := &newPage{Flow: f, Town: p.Town, Same: values.Get("same")}
	in := typed{values: values, form: p.Town.Cases.Form(f.ID, tx.Now())}
	in.bind = part.Bind(in.form)
	if v.Caller, err = p.callerOf(tx, by, in.of(in.phoneField())); err != nil {
		return nil, err
	}
	if values.Get("fill") != "" {
		in.fill(v.Caller.Known)
	}
	v.ask(ctx, in)
	v.Facts = part.FactFields(ctx, f, f.Step(flow.Register).Sets, values)
	v.Pick = p.Town.Pick(values, "place", "")
	v.Pick.Label, v.Pick.Hint, v.Pick.Key = ui.T(ctx, "事项发生地"), ui.T(ctx, "写社区、村或街道的名称，如“柳荫”"), "alt+p"
	v.Pick.Error = wrong.Of("place")
	v.Spot = ui.Field{Name: "spot", Label: ui.T(ctx, "具体位置"), Value: values.Get("spot"), Max: 100}
	v.Before, v.After, v.Facts = wrong.On(v.Before), wrong.On(v.After), wrong.On(v.Facts)
	v.Files.Error = wrong.Of(v.Files.Name)
	if !wrong.Any() {
		part.Focus(v.Before)
	}
	v.Street = p.spotOf(ctx, f, values, wrong)
	if v.Near, v.Likely, err = p.alike(tx, by, f, in); err != nil {
		return nil, err
	}
	v.dress(ctx, by, flows, wrong)
	return v, nil
}

// chosen is the flow asked for, else the first of the desk.
func (p *Pages) chosen(id string, mine []*flow.Flow, now time.Time) *flow.Flow {
	for _, f := range p.Town.Cases.Flows(now) {
		if f.ID == id {
			return f
		}
	}
	return mine[0]
}

func (t typed) phoneField() string { return cmp.Or(t.bind.Phone, "phone") }

// fill puts in what the caller gave of himself the last time, where nothing was typed.
func (t typed) fill(r casework.Reporter) {
	for name, text := range map[string]string{cmp.Or(t.bind.Name, "name"): r.Name, t.bind.Address: r.Address} {
		if name != "" && t.of(name) == "" {
			t.values.Set(name, text)
		}
	}
}

// gist is what likely duplicates are looked for by: the title, or the first words.
func (t typed) gist() string {
	title := t.of(t.titleField())
	if title == "" {
		r := []rune(t.of(t.bodyField()))
		title = string(r[:min(len(r), 40)])
	}
	return title
}

func (t typed) titleField() string { return cmp.Or(t.bind.Title, "title") }

func (t typed) bodyField() string { return cmp.Or(t.bind.Body, "body") }

// ask puts the questions in the order in which a desk hears the answers: the telephone and who it is, then the matter.
func (v *newPage) ask(ctx context.Context, in typed) {
	who := []string{in.bind.Phone, in.bind.Name, in.bind.IDNo, in.bind.Address}
	if in.bind.Phone == "" {
		v.Before = append(v.Before, ui.Field{Name: "phone", Label: ui.T(ctx, "联系电话"), Kind: "phone", Value: in.of("phone"), Key: "alt+t", Attrs: callerAttrs("phone")})
	}
	if in.form != nil {
		for i := range in.form.Fields {
			d := &in.form.Fields[i]
			f := part.FormField(ctx, d, in.of(d.Name))
			switch {
			case d.Name == in.bind.Place:
			case d.Name == in.bind.Files:
				v.Files = f
			case d.Name == in.bind.Phone:
				f.Key, f.Attrs = "alt+t", callerAttrs(d.Name)
				v.Before = slices.Insert(v.Before, 0, f)
			case slices.Contains(who, d.Name) || d.Kind == "bool" && in.bind.Body != "" && len(v.After) == 0:
				v.Before = append(v.Before, f)
			default:
				v.After = append(v.After, f)
			}
		}
	}
	if in.bind.Name == "" {
		v.Before = append(v.Before, ui.Field{Name: "name", Label: ui.T(ctx, "姓名"), Kind: "person-name", Value: in.of("name")})
	}
	if in.bind.Title == "" {
		v.After = append(v.After, ui.Field{Name: "title", Label: ui.T(ctx, "一句话事项"), Value: in.of("title"), Max: casework.MaxTitle,
			Hint: ui.T(ctx, "不填就取内容的第一句")})
	}
	if in.bind.Body == "" {
		v.After = append(v.After, ui.Field{Name: "body", Label: ui.T(ctx, "内容"), Kind: "longtext", Value: in.of("body"), Max: casework.MaxBody})
	}
	if in.bind.Files == "" {
		v.Files = ui.Field{Name: "files", Label: ui.T(ctx, "附件"), Kind: "file", Many: true}
	}
}

func (v *newPage) dress(ctx context.Context, by staff.Actor, flows []*flow.Flow, wrong ui.Errors) {
	v.Page = ui.Page{Title: ui.T(ctx, "登记%s", ui.T(ctx, v.Flow.Name)), Person: ui.Window, Nav: nav(ctx, "/window/new"), Wide: true, Maps: v.Street != nil, Errors: wrong}
	if !slices.Contains(flows, v.Flow) {
		flows = append(slices.Clone(flows), v.Flow)
	}
	for _, f := range flows {
		v.Tabs = append(v.Tabs, ui.Link{Text: ui.T(ctx, f.Name), Href: "/window/new?flow=" + f.ID, Current: f.ID == v.Flow.ID})
	}
}
