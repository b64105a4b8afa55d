package register

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// An act is one thing that can be told of a subject by a form: an event, a fact, a relation, something new.
type act struct {
	ID     string
	Name   string
	Note   string
	Of     []lexicon.Kind // none: something new
	Fields func(a *asking) ([]ui.Field, error)
	Do     func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (to string, err error)
}

// asking is what the questions of a form may depend on.
type asking struct {
	p   *Pages
	ctx context.Context
	tx  *db.Tx
	s   fact.Subject
	v   url.Values // what was asked by address, or typed before
}

func (a *asking) t(words string) string { return ui.T(a.ctx, words) }

// acts lists all forms. Which of them a page offers depends on its subject only: permission is the domain's to decide.
func acts() []act {
	return slices.Concat(personActs, householdActs, thingActs, newActs)
}

func actsOf(v *thingPage) []act {
	if v.Closed != "" {
		return nil
	}
	return slices.DeleteFunc(acts(), func(a act) bool {
		return !slices.Contains(a.Of, v.Subject.Kind) || !v.Dead.IsZero() && a.ID != "tell"
	})
}

func (v *thingPage) actLinks(ctx context.Context) []ui.Link {
	var out []ui.Link
	for _, a := range v.Acts {
		out = append(out, ui.Link{Text: ui.T(ctx, a.Name), Href: href(v.Subject) + "/" + a.ID, Note: ui.T(ctx, a.Note)})
	}
	return out
}

// An actPage is the form of an act.
type actPage struct {
	Page   ui.Page
	Act    act
	Action string
	About  string // what it is about; "" for something new
	Back   string
	Fields []ui.Field
}

// actOf finds the act of an address and what it is about. Returns notfound.
func actOf(r *http.Request) (act, fact.Subject, error) {
	kind, known := folders[r.PathValue("kind")]
	s := fact.Subject{Kind: kind, ID: ui.ID(r)}
	for _, a := range acts() {
		if known && a.ID == r.PathValue("act") && (kind == "" && len(a.Of) == 0 || slices.Contains(a.Of, kind) && !s.ID.IsZero()) {
			return a, s, nil
		}
	}
	return act{}, s, fault.NotFound("没有这一种登记")
}

// ask shows the form of an act.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	v, err := p.actPage(r, r.URL.Query(), nil)
	if err != nil {
		_, s, _ := actOf(r)
		return p.refused(r, s, err)
	}
	return ui.Render(w, r, actView(v))
}

func (p *Pages) actPage(r *http.Request, values url.Values, cause error) (*actPage, error) {
	a, s, err := actOf(r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	v := &actPage{Act: a, Action: r.URL.Path, Back: "/register"}
	err = p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if s.Kind != "" {
			if err := register.See(tx, session.Actor(r), s, register.ForService); err != nil {
				return err
			}
			if v.About, err = register.Name(tx, s); err != nil {
				return err
			}
			v.Back = href(s)
		}
		v.Fields, err = a.Fields(&asking{p, ctx, tx, s, values})
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range v.Fields {
		f := &v.Fields[i]
		if given, ok := values[f.Name]; ok && len(given) > 0 {
			f.Value, f.Values = given[0], given
		}
	}
	wrong := ui.FieldErrors(ctx, cause)
	v.Fields = wrong.On(v.Fields)
	v.Page = p.page(ctx, ui.T(ctx, a.Name), "", ui.Link{Text: ui.T(ctx, "查人"), Href: "/register"})
	v.Page.Lead, v.Page.Errors = ui.T(ctx, a.Note), wrong
	if v.About != "" {
		v.Page.Trail = append(v.Page.Trail, ui.Link{Text: v.About, Href: v.Back})
	}
	return v, nil
}

// act tells what a form says. What the rules refuse is shown above the form with all that was typed. A look at what is sealed comes by the
// same address.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("act") == "look" {
		return p.look(w, r)
	}
	if err := p.parse(w, r); err != nil {
		return err
	}
	a, s, err := actOf(r)
	if err != nil {
		return err
	}
	to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) { return a.Do(p, tx, by, s, r.PostForm) })
	switch fault.KindOf(err) {
	case fault.KindForbidden:
		return p.refused(r, s, err)
	case fault.KindInvalid, fault.KindConflict, fault.KindRefused:
		if err == nil {
			break
		}
		v, wrong := p.actPage(r, r.PostForm, err)
		if wrong != nil {
			return wrong
		}
		if !v.Page.Errors.Any() {
			return err
		}
		return ui.Render(part.Answering(w, err), r, actView(v))
	}
	return ui.Done(w, r, err, to, ui.T(r.Context(), "已登记"))
}

// who finds the person whom a field names: by ID number, telephone or the record's own number. Returns invalid.
func (p *Pages) who(tx *db.Tx, field, text string) (db.ID, error) {
	if id, err := db.ParseID(text); err == nil {
		if _, err := register.PersonOf(tx, id); err == nil {
			return id, nil
		}
	}
	kind := register.IDNumber
	if len(text) < 18 {
		kind = register.Phone
	}
	list, err := p.Town.People.Find(tx, kind, text)
	if err != nil {
		if f := fault.As(err); f != nil && len(f.Fields) > 0 {
			return 0, fault.Invalid(field, f.Fields[0].Format, f.Fields[0].Args...)
		}
		if f := fault.As(err); f != nil && f.Kind == fault.KindInvalid {
			return 0, fault.Invalid(field, f.Format, f.Args...)
		}
		return 0, err
	}
	switch len(list) {
	case 0:
		return 0, fault.Invalid(field, "没有登记过这个号码的人，请先登记或核对号码")
	case 1:
		return list[0].ID, nil
	}
	return 0, fault.Invalid(field, "这个号码登记在几个人名下，请改用身份证号")
}

// askWho is the question for a person.
func (a *asking) askWho(name, label string) ui.Field {
	return ui.Field{Name: name, Label: a.t(label), Hint: a.t("填身份证号、电话，或人员编号（人员页面网址里的 13 位）"), Required: true}
}

// askDay is the question for the day of an event.
func (a *asking) askDay() ui.Field {
	return ui.Field{Name: "on", Label: a.t("发生日期"), Kind: "date", Required: true}
}

// askBasis is the question for the document an event rests on.
func (a *asking) askBasis() ui.Field {
	return ui.Field{Name: "basis", Label: a.t("依据的证件或文书号"), Max: 100}
}

// askPlace is the question for a community of the reader.
func (a *asking) askPlace() ui.Field {
	f := ui.Field{Name: "place", Label: a.t("社区（村）"), Kind: "select", Required: true}
	tree := a.p.Town.Places.Tree()
	by := session.From(a.ctx)
	for _, path := range register.Sight(by, register.ForService) {
		for _, x := range tree.Subtree(lastCode(path)) {
			if len(tree.Children(x.Code)) == 0 {
				f.Options = append(f.Options, ui.Option{Value: x.Code, Text: tree.FullName(x.Code, 1)})
			}
		}
	}
	if len(f.Options) > 300 { // a whole city is no list: its code is asked
		f.Kind, f.Options, f.Hint = "text", nil, a.t("填区划代码，如 411202001001")
	}
	return f
}

// askWord is the question for a value of the lexicon.
func (a *asking) askWord(of lexicon.Kind, name string) ui.Field {
	w, ok := a.p.Town.People.Words().Word(of, name)
	if !ok {
		return ui.Field{Name: name, Label: name}
	}
	return part.FormField(a.ctx, w.Field(), "")
}
