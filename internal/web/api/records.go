package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Record is a person, household, dwelling, organisation or facility as somebody may see it.
type Record struct {
	Kind        string       `json:"kind"`
	ID          db.ID        `json:"id"`
	Name        string       `json:"name"`
	Died        string       `json:"died,omitempty"`
	Closed      string       `json:"closed,omitempty" doc:"自这一天起不再存在"`
	For         string       `json:"for" doc:"以什么用途查看"`
	Purposes    []string     `json:"purposes" doc:"本人可以用的用途"`
	Statements  []Statement  `json:"statements"`
	Relations   []Tie        `json:"relations"`
	Contacts    []Contact    `json:"contacts"`
	Classes     []Membership `json:"classes" doc:"属于哪些人群，为什么"`
	Sealed      []string     `json:"sealed" doc:"另有只按这些用途开放的人群"`
	Cases       []Line       `json:"cases"`
	Events      []Event      `json:"events"`
	Conflicts   []Conflict   `json:"conflicts"`
	Corrections []Correction `json:"corrections"`
	Floating    []Floating   `json:"floating"`
	Parts       []Subject    `json:"parts" doc:"房屋的单元和房间"`
	Above       []Subject    `json:"above" doc:"房屋所属的楼栋和单元"`
	Households  []Subject    `json:"households" doc:"立在这处房屋的户"`
}

// A Subject names whom or what something is told of.
type Subject struct {
	Kind string `json:"kind" enum:"person,household,dwelling,organisation,facility"`
	ID   db.ID  `json:"id"`
	Name string `json:"name,omitempty"`
}

// A Tie is how one subject stands to another.
type Tie struct {
	Name   string  `json:"name"`
	Label  string  `json:"label" doc:"从查看的一方看"`
	Other  Subject `json:"other" doc:"无权查看的人只有姓"`
	May    bool    `json:"may" doc:"可以查看对方"`
	Detail string  `json:"detail,omitempty"`
	Since  string  `json:"since,omitempty"`
	Until  string  `json:"until,omitempty"`
	Source Source  `json:"source"`
}

// A Contact is a number or address under seal that a person gave.
type Contact struct {
	Kind   string    `json:"kind"`
	Masked string    `json:"masked"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
}

// A Membership is what a class says of somebody, with the reasons.
type Membership struct {
	Class   string   `json:"class"`
	Name    string   `json:"name"`
	Says    string   `json:"says,omitempty"`
	Verdict string   `json:"verdict" enum:"yes,no,needs"`
	Reasons []string `json:"reasons"`
	Needs   []string `json:"needs" doc:"还需要知道的登记项"`
	Basis   []string `json:"basis"`
}

type recordInput struct {
	OfSubject
	Purposed
	Valid string `query:"valid" format:"date" doc:"哪一天的情况；没有则今天"`
	Known string `query:"known" format:"date" doc:"按这一天结束时所知；没有则现在"`
}

type lookInput struct {
	OfSubject
	Keyed
	Body struct {
		For    string `json:"for" enum:"service,verify,visit,relief,emergency,audit"`
		Reason string `json:"reason" maxLength:"200" doc:"为什么需要；记入审计日志"`
	}
}

// An Opened is what is sealed, in the clear.
type Opened struct {
	Statements []Statement  `json:"statements"`
	Classes    []Membership `json:"classes"`
}

func (a *API) registerRecords() {
	add(a, operation{method: http.MethodGet, path: "/register/{kind}/{id}", id: "getRecord", tag: "人口登记", title: "一个登记对象：登记信息及其来源和时间、关系、人群、办件、变动；可以问任一天、按任一天所知", scope: read, roles: register.Readers}, a.record)
	add(a, operation{method: http.MethodPost, path: "/register/{kind}/{id}/look", id: "openRecord", tag: "人口登记", title: "凭用途和理由查看打码的内容和封存的人群，记入审计日志", scope: write, roles: register.Readers}, a.open)
}

// asOf reads the two days of the question.
func (in *recordInput) asOf() (at fact.AsOf, err error) {
	if at.Valid, err = dayIn("valid", in.Valid); err != nil || in.Known == "" {
		return at, err
	}
	known, err := dayIn("known", in.Known)
	at.Known = endOf(known)
	return at, err
}

func (a *API) record(ctx context.Context, in *recordInput) (*out[Record], error) {
	by, s := session.From(ctx), in.subject()
	why := purposeOf(by, in.For)
	at, err := in.asOf()
	if err != nil {
		return nil, err
	}
	var x Record
	err = a.read(ctx, func(tx *db.Tx) error {
		if err := register.See(tx, by, s, why); err != nil {
			return err
		}
		x = Record{Kind: string(s.Kind), ID: s.ID, For: string(why), Purposes: texts(register.PurposesOf(by)), Contacts: []Contact{}, Classes: []Membership{},
			Sealed: []string{}, Cases: []Line{}, Floating: []Floating{}, Parts: []Subject{}, Above: []Subject{}, Households: []Subject{}}
		if err := a.told(tx, by, s, why, at, &x); err != nil {
			return err
		}
		return a.ownParts(tx, by, s, &x)
	})
	if err != nil {
		return nil, a.noted(ctx, s, why, err)
	}
	return &out[Record]{x}, nil
}

// told reads what every kind of subject has.
func (a *API) told(tx *db.Tx, by staff.Actor, s fact.Subject, why register.Purpose, at fact.AsOf, x *Record) error {
	facts, err := register.Facts(tx, s, at)
	if err != nil {
		return err
	}
	x.Statements = a.statementsOf(a.inOrder(facts), false)
	relations, err := fact.Relations(tx, s, at)
	if err != nil {
		return err
	}
	if x.Relations, err = ties(tx, by, why, s, relations); err != nil {
		return err
	}
	events, err := event.OfSubject(tx, s)
	if err != nil {
		return err
	}
	x.Events = each(events, eventOf)
	conflicts, err := fact.ConflictsOf(tx, s)
	if err != nil {
		return err
	}
	x.Conflicts = each(conflicts, func(c fact.Conflict) Conflict { return a.conflictOf(c, fact.Fact{}) })
	corrections, err := fact.CorrectionsOf(tx, s)
	x.Corrections = each(corrections, func(c fact.Correction) Correction { return a.correctionOf(c, by) })
	return err
}

// ownParts reads what only this kind of subject has.
func (a *API) ownParts(tx *db.Tx, by staff.Actor, s fact.Subject, x *Record) (err error) {
	switch s.Kind {
	case lexicon.Person:
		return a.ownPerson(tx, by, s, x)
	case lexicon.Household:
		h, err := register.HouseholdOf(tx, s.ID)
		x.Closed = h.Closed
		if err != nil {
			return err
		}
	case lexicon.Dwelling:
		if err := dwellingParts(tx, s.ID, x); err != nil {
			return err
		}
	}
	x.Name, err = register.Name(tx, s)
	return err
}

func dwellingParts(tx *db.Tx, id db.ID, x *Record) error {
	d, err := register.DwellingOf(tx, id)
	if err != nil {
		return err
	}
	parts, err := register.Parts(tx, id)
	if err != nil {
		return err
	}
	above, err := register.Above(tx, d)
	if err != nil {
		return err
	}
	households, err := register.HouseholdsAt(tx, id)
	named := func(d register.Dwelling) Subject { return Subject{string(lexicon.Dwelling), d.ID, d.Name} }
	x.Closed, x.Parts, x.Above = d.Closed, each(parts, named), each(above, named)
	x.Households = each(households, func(h register.Household) Subject {
		return Subject{string(lexicon.Household), h.ID, h.Words() + " " + h.Number}
	})
	return err
}

func (a *API) ownPerson(tx *db.Tx, by staff.Actor, s fact.Subject, x *Record) error {
	p, err := register.PersonOf(tx, s.ID)
	if err != nil {
		return err
	}
	x.Name, x.Died = p.Name, p.Died.String()
	contacts, err := register.Contacts(tx, p.ID)
	if err != nil {
		return err
	}
	x.Contacts = each(contacts, contactOf)
	classes, err := a.Classes.Of(tx, s)
	if err != nil {
		return err
	}
	x.Classes = each(classes, membershipOf)
	sealed, err := a.Classes.Sealed(tx, s)
	if err != nil {
		return err
	}
	x.Sealed = texts(sealed)
	notices, err := event.FloatingOfPerson(tx, p.ID)
	if err != nil {
		return err
	}
	x.Floating = each(notices, floatingOf)
	var cases []casework.Line
	cases, err = a.Cases.OfPerson(tx, by, p.ID, 20)
	x.Cases = each(cases, lineOf)
	return err
}

// ties shows relations; of whom the reader may not see he gets the family name only.
func ties(tx *db.Tx, by staff.Actor, why register.Purpose, s fact.Subject, list []fact.Relation) ([]Tie, error) {
	var ids []db.ID
	for _, r := range list {
		if o := r.Other(s); o.Kind == lexicon.Person {
			ids = append(ids, o.ID)
		}
	}
	persons, err := register.Persons(tx, ids)
	if err != nil {
		return nil, err
	}
	sees := func(path string) bool {
		return path != "" && slices.ContainsFunc(register.Sight(by, why), func(q string) bool { return place.Within(path, q) })
	}
	made := make([]Tie, 0, len(list))
	for _, r := range list {
		o := r.Other(s)
		t := Tie{Name: r.Name, Label: r.Label(s), Other: Subject{Kind: string(o.Kind), ID: o.ID}, Detail: r.Detail, Since: r.Since.String(), Until: r.Until.String(), Source: sourceOf(r.Telling), May: true}
		if p, is := persons[o.ID]; is && o.Kind == lexicon.Person {
			if t.Other.Name, t.May = p.Name, sees(p.Path) || sees(p.HomePath); !t.May {
				t.Other = Subject{Kind: string(o.Kind), Name: form.MaskName(p.Name)}
			}
		} else if t.Other.Name, err = register.Name(tx, o); err != nil {
			return nil, err
		}
		made = append(made, t)
	}
	return made, nil
}

// membershipOf says what a class says.
func membershipOf(m class.Membership) Membership {
	return Membership{Class: m.Class.ID, Name: m.Class.Name, Says: m.Class.Says, Verdict: verdictOf(m.Answer.Value), Needs: listed(m.Answer.Needs), Basis: cites(m.Class.Basis),
		Reasons: traceOf(m.Answer)}
}

// open gives what is sealed in the clear. It is not remembered under its key; asked for again it is logged again.
func (a *API) open(ctx context.Context, in *lookInput) (*written[Opened], error) {
	s, why := in.subject(), register.Purpose(in.Body.For)
	var x Opened
	err := a.DB.Write(ctx, func(tx *db.Tx) error {
		opened, err := a.Classes.Open(tx, session.From(ctx), s, why, in.Body.Reason)
		if err != nil {
			return err
		}
		facts, err := register.Facts(tx, s, fact.AsOf{})
		x = Opened{a.statementsOf(a.inOrder(facts), true), each(opened, membershipOf)}
		return err
	})
	if err != nil {
		return nil, a.noted(ctx, s, why, err)
	}
	return &written[Opened]{Body: x}, nil
}
