package part

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// A Folder is everything a page shows of one case to one person in office.
type Folder struct {
	*casework.View
	Now       time.Time
	By        staff.Actor
	Reporters []casework.Reporter
	Links     []casework.LinkedCase
	Origin    *casework.Case // the rated service, for whoever has to ask who rated it; nil for everybody else
	Fields    []ui.Pair      // what the form asked besides title and words
	Files     []ui.File      // of the registration
	Clocks    []ui.Clock
	Steps     []ui.Step // newest first
	Document  string    // number of the document that governs the case
	Photos    []sitePhoto

	town  *Town
	files map[string]blob.Link // by hash
	names map[string]string    // of accounts, by id
}

// Open loads a case for an actor with all that a page shows of it. Returns what casework.View returns.
func (t *Town) Open(tx *db.Tx, by staff.Actor, id db.ID) (*Folder, error) {
	v, err := t.Cases.View(tx, by, id)
	if err != nil {
		return nil, err
	}
	f := &Folder{View: v, Now: tx.Now(), By: by, town: t, files: map[string]blob.Link{}, names: map[string]string{}}
	if f.Reporters, err = t.Cases.Reporters(tx, by, v.Case); err != nil {
		return nil, err
	}
	if f.Links, err = t.Cases.Links(tx, by, id); err != nil {
		return nil, err
	}
	if len(v.Flow.OpenedBy) > 0 {
		if f.Origin, err = t.Cases.Origin(tx, by, v.Case); err != nil {
			return nil, err
		}
	}
	links, err := blob.List(tx, Subject(id))
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		f.files[l.Hash] = l
	}
	if f.Photos, err = t.sitePhotos(tx, v.Case, f.files); err != nil {
		return nil, err
	}
	if err := f.nameAll(tx); err != nil {
		return nil, err
	}
	if p := t.Packs().Pack(v.Case.Document, v.Case.Pack); p != nil {
		f.Document = p.Document.Number
	}
	f.Files = f.attached()
	f.Fields = append(f.asked(tx.Ctx()), f.standard(tx.Ctx())...)
	f.Clocks = f.clocks(tx.Ctx())
	f.Steps = f.history(tx.Ctx())
	return f, nil
}

// nameAll learns the names of the accounts that the situation and the history mention by id.
func (f *Folder) nameAll(tx *db.Tx) error {
	s := &f.Case.Situation
	ids := []string{s.Leader}
	if s.Pending != nil {
		ids = append(ids, s.Pending.By)
	}
	for _, o := range s.Orders {
		ids = append(ids, o.By)
	}
	for _, o := range s.Owed {
		ids = append(ids, o.To)
	}
	for _, step := range f.View.Steps {
		ids = append(ids, step.Act.Leader)
	}
	for _, text := range ids {
		id, err := db.ParseID(text)
		if err != nil || f.names[text] != "" {
			continue
		}
		a, err := staff.AccountOf(tx, id)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		f.names[text] = f.withPost(a)
	}
	return nil
}

// withPost writes an account's name behind its post, as the documents of the city call it.
func (f *Folder) withPost(a staff.Account) string {
	for _, p := range f.town.Packs().Packs() {
		if post := p.Post(a.Post); post != nil {
			return post.Name + " " + a.Name
		}
	}
	return a.Name
}

// holder says who has the case now, in words.
func (f *Folder) holder(ctx context.Context) string {
	s := &f.Case.Situation
	switch s.State {
	case flow.Waiting:
		return ui.T(ctx, "反映人（补正材料）")
	case flow.Presented:
		return f.names[s.Leader]
	case flow.Dispatched:
		return f.town.Unit(s.Lead)
	case flow.Replied:
		return ui.T(ctx, "核查员")
	}
	if s.Desk == "" {
		return ui.T(ctx, "登记受理岗")
	}
	return f.town.Unit(s.Desk)
}

// left says how long the most urgent running clock gives yet; "" when none runs.
func (f *Folder) left(ctx context.Context) string {
	if len(f.Clocks) == 0 {
		return ""
	}
	c := f.Clocks[0]
	switch {
	case c.Mark == ui.Ended || c.Mark == ui.Paused:
		return ""
	case c.Left != "":
		return c.Left
	}
	return ui.Left(ctx, c.Due, f.Now)
}

// attached are the files that came with the registration.
func (f *Folder) attached() []ui.File {
	for _, s := range f.View.Steps {
		if s.Verb == flow.Register {
			return f.filesOf(s.Files)
		}
	}
	return nil
}

// StateName is where the case stands.
func (f *Folder) StateName(ctx context.Context) string { return StateName(ctx, f.Flow, f.Case.State()) }

// Mark judges the case at the time of reading.
func (f *Folder) Mark() ui.Mark {
	return MarkOf(f.Case.Situation.Mark(f.Now), f.Case.Situation.Late(f.Now))
}

// MarkOf is how pages show the engine's mark; late is whether any clock, stopped or not, went past its end.
func MarkOf(m flow.Mark, late bool) ui.Mark {
	switch m {
	case flow.Red:
		return ui.Red
	case flow.Yellow:
		return ui.Yellow
	case flow.OnHold:
		return ui.Paused
	}
	if late {
		return ui.Red
	}
	return ui.Normal
}

// Form is the form that registered the case, as it was then; nil when none was.
func (f *Folder) Form() *form.Form {
	p := f.town.Packs().Pack(f.Case.Document, f.Case.Pack)
	if p == nil {
		return nil
	}
	e := p.On(civil.DateOf(f.Case.Registered, civil.Shanghai))
	if fl := e.Flow(f.Case.Flow); fl != nil {
		return e.Form(fl.Form)
	}
	return nil
}

// asked lists the answers of the form that the page does not show elsewhere, masked unless the reader keeps or handles
// the case.
func (f *Folder) asked(ctx context.Context) []ui.Pair {
	asked := f.Form()
	if asked == nil {
		return nil
	}
	b := Bind(asked)
	var pairs []ui.Pair
	for i := range asked.Fields {
		d := &asked.Fields[i]
		text := FieldText(ctx, d, f.Case.Fields[d.Name])
		if text == "" || b.Common(d.Name) {
			continue
		}
		if !f.keeps() {
			text = d.Mask(text)
		}
		pairs = append(pairs, ui.Pair{Name: ui.T(ctx, d.Label), Text: text})
	}
	return pairs
}

// keeps reports whether the reader has the case in hand, and so sees its personal fields.
func (f *Folder) keeps() bool {
	return slices.Contains(f.Roles, flow.Desk) || slices.Contains(f.Roles, flow.Lead)
}

// FieldText writes the answer to a question as it was stored: options by their words, lists with commas.
func FieldText(ctx context.Context, d *form.Field, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return ui.T(ctx, "是")
		}
		return ui.T(ctx, "否")
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = FieldText(ctx, d, one)
		}
		return strings.Join(words, "、")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return v.String()
	case string:
		for _, o := range d.Options {
			if o.Value == v {
				return ui.T(ctx, o.Words())
			}
		}
		return v
	}
	return fmt.Sprint(v)
}
