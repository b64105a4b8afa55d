package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Source is where something that is registered comes from.
type Source struct {
	Kind string `json:"kind" doc:"clerk import system self case"`
	Name string `json:"name" doc:"单位、文件、系统或办件编号"`
}

// A Statement is one thing told of a subject, with the days for which it holds and the instants at which it was held to be so.
type Statement struct {
	ID         db.ID     `json:"id,omitzero"`
	Name       string    `json:"name" doc:"登记项"`
	Label      string    `json:"label"`
	Value      string    `json:"value" doc:"登记的原文；敏感的打码"`
	Shown      string    `json:"shown" doc:"给人看的写法"`
	Masked     bool      `json:"masked,omitempty" doc:"敏感项，凭用途和理由另行查看"`
	From       string    `json:"from,omitempty" doc:"自这一天起；没有则一直如此"`
	To         string    `json:"to,omitempty" doc:"到这一天前"`
	Recorded   time.Time `json:"recorded,omitzero" doc:"何时登记"`
	Superseded time.Time `json:"superseded,omitzero" doc:"何时被替代"`
	Source     Source    `json:"source"`
	Certainty  string    `json:"certainty,omitempty"`
	Basis      string    `json:"basis,omitempty"`
}

// OfSubject names a person, household, dwelling, organisation or facility in an address.
type OfSubject struct {
	Kind string `path:"kind" enum:"persons,households,dwellings,organisations,facilities"`
	ID   string `path:"id" maxLength:"20"`
}

// kindsOf are the kinds of subject by their folder in addresses.
var kindsOf = map[string]lexicon.Kind{"persons": lexicon.Person, "households": lexicon.Household, "dwellings": lexicon.Dwelling,
	"organisations": lexicon.Organisation, "facilities": lexicon.Facility}

func (in *OfSubject) subject() fact.Subject {
	return fact.Subject{Kind: kindsOf[in.Kind], ID: idIn(in.ID)}
}

type historyInput struct {
	OfSubject
	Purposed
	Name string `query:"name" maxLength:"60" doc:"只要这一项"`
}

type tellInput struct {
	OfSubject
	Keyed
	Body struct {
		Name   string `json:"name" maxLength:"60" doc:"登记项"`
		Value  string `json:"value" maxLength:"2000" doc:"按登记项的写法；多选每行一个"`
		From   string `json:"from,omitempty" format:"date" doc:"自哪一天起；一直如此的不写"`
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"看了什么证件，或者为什么更正"`
	}
}

// A Told is what became of something that was told.
type Told struct {
	Statement  *Statement `json:"statement,omitempty" doc:"登记下来的"`
	Same       bool       `json:"same,omitempty" doc:"原来就是这样登记的"`
	Conflict   db.ID      `json:"conflict,omitzero" doc:"与已确认的不一致，等人核对"`
	Correction db.ID      `json:"correction,omitzero" doc:"已登记过，成为更正申请，等另一人审批"`
}

func (a *API) registerStatements() {
	add(a, operation{method: http.MethodGet, path: "/register/{kind}/{id}/history", id: "listStatements", tag: "人口登记", title: "登记过的全部说法，最新的在前", scope: read, roles: register.Readers}, a.statements)
	add(a, operation{method: http.MethodPost, path: "/register/{kind}/{id}/statements", id: "tell", tag: "人口登记", title: "登记一项；已登记的成为更正申请", scope: write, roles: register.Readers, status: http.StatusCreated}, a.tell)
	add(a, operation{method: http.MethodPost, path: "/register/{kind}/{id}/corrections", id: "askCorrection", tag: "人口登记", title: "申请更正一项", scope: write, roles: register.Readers, status: http.StatusCreated}, a.askCorrection)
}

// noted notes that somebody was refused a look, in a transaction of its own, and returns the refusal.
func (a *API) noted(ctx context.Context, s fact.Subject, why register.Purpose, cause error) error {
	if cause == nil || fault.KindOf(cause) != fault.KindForbidden || s.ID.IsZero() {
		return cause
	}
	if err := a.DB.Write(ctx, func(tx *db.Tx) error { return register.NoteRefused(tx, session.From(ctx), s, why) }); err != nil {
		return err
	}
	return cause
}

func (a *API) statements(ctx context.Context, in *historyInput) (*out[List[Statement]], error) {
	by, s := session.From(ctx), in.subject()
	why := purposeOf(by, in.For)
	var list []Statement
	err := a.read(ctx, func(tx *db.Tx) error {
		if err := register.See(tx, by, s, why); err != nil {
			return err
		}
		past, err := fact.History(tx, s, in.Name)
		list = a.statementsOf(past, false)
		return err
	})
	if err != nil {
		return nil, a.noted(ctx, s, why, err)
	}
	return all(list), nil
}

// statementsOf shows facts, what is sensitive masked unless it is opened.
func (a *API) statementsOf(list []fact.Fact, opened bool) []Statement {
	words := a.People.Words()
	return each(list, func(f fact.Fact) Statement {
		x := Statement{ID: f.ID, Name: f.Name, Label: f.Name, Value: f.Value, Shown: f.Value, From: f.From.String(), To: f.To.String(), Recorded: f.Recorded.Time,
			Superseded: f.Superseded.Time, Source: sourceOf(f.Telling), Certainty: string(f.Certainty), Basis: f.Basis}
		if w, ok := words.Word(f.Subject.Kind, f.Name); ok {
			x.Label, x.Shown = w.Label, w.Show(f.Value)
			if w.Sensitive != "" && !opened {
				x.Value, x.Masked = w.Field().Mask(f.Value), true
				x.Shown = x.Value
			}
		}
		return x
	})
}

// inOrder puts facts in the order of the lexicon, names first.
func (a *API) inOrder(list []fact.Fact) []fact.Fact {
	slices.SortStableFunc(list, func(x, y fact.Fact) int { return a.rank(x) - a.rank(y) })
	return list
}

func (a *API) rank(f fact.Fact) int {
	return slices.IndexFunc(a.People.Words().Words(f.Subject.Kind), func(w *lexicon.Word) bool { return w.Name == f.Name })
}

func sourceOf(t fact.Telling) Source { return Source{string(t.Source.Kind), t.Source.Name} }

// dayIn reads a day of the request, the zero day for none.
func dayIn(field, text string) (civil.Date, error) {
	if text == "" {
		return civil.Date{}, nil
	}
	d, err := civil.ParseDate(text)
	if err != nil {
		return d, fault.Invalid(field, "应为日期，如 2026-10-09")
	}
	return d, nil
}

func (a *API) tell(ctx context.Context, in *tellInput) (*written[Told], error) {
	s, b := in.subject(), &in.Body
	from, err := dayIn("from", b.From)
	if err != nil {
		return nil, err
	}
	w, err := do(ctx, a, in.Key, "tell "+s.String(), b, func(tx *db.Tx, by staff.Actor) (Told, error) {
		n, err := a.Events.Note(tx, by, s, b.Name, b.Value, from, b.Reason)
		if err != nil {
			return Told{}, a.onValue(s, b.Name, err)
		}
		return a.toldOf(n), nil
	})
	return w, a.noted(ctx, s, register.ForService, err)
}

func (a *API) toldOf(n event.Noted) Told {
	if !n.Correction.IsZero() {
		return Told{Correction: n.Correction}
	}
	x := a.statementsOf([]fact.Fact{n.Outcome.Fact}, false)[0]
	return Told{Statement: &x, Same: n.Outcome.Same, Conflict: n.Outcome.Conflict}
}

func (a *API) askCorrection(ctx context.Context, in *tellInput) (*written[Told], error) {
	s, b := in.subject(), &in.Body
	from, err := dayIn("from", b.From)
	if err != nil {
		return nil, err
	}
	w, err := do(ctx, a, in.Key, "ask-correction "+s.String(), b, func(tx *db.Tx, by staff.Actor) (Told, error) {
		if err := register.See(tx, by, s, register.ForService); err != nil {
			return Told{}, err
		}
		c, err := a.People.AskCorrection(tx, fact.Correction{Subject: s, Name: b.Name, Value: b.Value, From: from, Reason: b.Reason, AskedBy: by.AuditName()})
		return Told{Correction: c.ID}, a.onValue(s, b.Name, err)
	})
	return w, a.noted(ctx, s, register.ForService, err)
}

// onValue names the member of the request for what is wrong with an item: an item nobody knows, or its value, which the domain names by the item.
func (a *API) onValue(s fact.Subject, name string, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.KindInvalid || f.Field == "reason" || f.Field == "from" {
		return err
	}
	if _, known := a.People.Words().Word(s.Kind, name); !known {
		return under("name", err)
	}
	return under("value", err)
}
