package register

import (
	"net/http"
	"slices"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A thingPage is a person, household, dwelling, organisation or facility as somebody may see it.
type thingPage struct {
	Page        ui.Page
	Subject     fact.Subject
	For         register.Purpose
	Purposes    []register.Purpose
	Valid       string // as of which day, "" for today
	Known       string // as known at the end of which day, "" for now
	Facts       []fact.Fact
	Relations   []fact.Relation
	Others      map[fact.Subject]other
	Contacts    []register.Contact
	Classes     []class.Membership
	Opened      []class.Membership
	OpenedNow   bool
	Sealed      []register.Purpose
	Cases       []casework.Line
	Events      []event.Event
	Conflicts   []fact.Conflict
	Corrections []fact.Correction
	Notices     []event.Floating
	Parts       []register.Dwelling
	Above       []register.Dwelling
	Households  []register.Household
	History     []fact.Fact
	Dead        civil.Date
	Closed      string
	Acts        []act
	Reveal      map[string]bool // hidden facts that this answer shows
	Look        ui.Errors
	Words       *lexicon.Lexicon
	Town        *part.Town
	List        part.List
}

// other is how a page names the other end of a relation.
type other struct {
	Name string
	Href string // "" when the reader may not see it
}

// thing shows one subject.
func (p *Pages) thing(w http.ResponseWriter, r *http.Request) error {
	s, err := subject(r)
	if err != nil {
		return err
	}
	var v *thingPage
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { v, err = p.thingPage(tx, r, s); return err })
	if err != nil {
		return p.refused(r, s, err)
	}
	return ui.Render(w, r, thingView(v))
}

// look shows what is sealed for one purpose, in this answer only, and notes who looked and why.
func (p *Pages) look(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	s, err := subject(r)
	if err != nil {
		return err
	}
	by, why := session.Actor(r), register.Purpose(r.PostForm.Get("for"))
	var v *thingPage
	var asked error
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if v, err = p.thingPage(tx, r, s); err != nil {
			return err
		}
		var opened []class.Membership
		opened, asked = p.Classes.Open(tx, by, s, why, r.PostForm.Get("reason"))
		if fault.KindOf(asked) == fault.KindInvalid {
			return nil
		}
		v.Opened, v.OpenedNow = opened, true
		return asked
	})
	if err != nil {
		return p.refused(r, s, err)
	}
	if asked != nil {
		v.Look = ui.FieldErrors(r.Context(), asked)
		v.OpenedNow = false
		return ui.Render(part.Answering(w, asked), r, thingView(v))
	}
	w.Header().Set("Cache-Control", "no-store")
	v.Reveal = map[string]bool{}
	for _, f := range v.Facts {
		v.Reveal[f.Name] = true
	}
	return ui.Render(w, r, thingView(v))
}

// asOf reads the two days of the address. What cannot be read asks for today.
func asOf(r *http.Request) (fact.AsOf, string, string) {
	var at fact.AsOf
	valid, known := r.URL.Query().Get("valid"), r.URL.Query().Get("known")
	if d, err := civil.ParseDate(valid); err == nil {
		at.Valid = d
	} else {
		valid = ""
	}
	if d, err := civil.ParseDate(known); err == nil {
		at.Known = db.At(d.AddDays(1).In(civil.Shanghai))
	} else {
		known = ""
	}
	return at, valid, known
}

func (p *Pages) thingPage(tx *db.Tx, r *http.Request, s fact.Subject) (*thingPage, error) {
	by, ctx := session.Actor(r), r.Context()
	v := &thingPage{Subject: s, For: purpose(r), Purposes: register.PurposesOf(by), Words: p.Town.People.Words(), Town: p.Town}
	if err := register.See(tx, by, s, v.For); err != nil {
		return nil, err
	}
	var at fact.AsOf
	at, v.Valid, v.Known = asOf(r)
	var err error
	if v.Facts, err = register.Facts(tx, s, at); err != nil {
		return nil, err
	}
	v.inOrder()
	if v.Relations, err = fact.Relations(tx, s, at); err != nil {
		return nil, err
	}
	if r.URL.Query().Get("history") != "" {
		if v.History, err = fact.History(tx, s, ""); err != nil {
			return nil, err
		}
	}
	if v.Conflicts, err = fact.ConflictsOf(tx, s); err != nil {
		return nil, err
	}
	if v.Corrections, err = fact.CorrectionsOf(tx, s); err != nil {
		return nil, err
	}
	if v.Events, err = event.OfSubject(tx, s); err != nil {
		return nil, err
	}
	v.List.Now = tx.Now()
	title, err := p.own(tx, by, v)
	if err != nil {
		return nil, err
	}
	if v.Others, err = p.others(tx, by, v.For, s, v.Relations); err != nil {
		return nil, err
	}
	v.Acts = actsOf(v)
	v.Page = p.page(ctx, title, "", ui.Link{Text: ui.T(ctx, "查人"), Href: "/register"})
	v.Page.Lead = ui.T(ctx, s.Kind.Words())
	return v, nil
}

// inOrder puts facts in the order of the lexicon, names first.
func (v *thingPage) inOrder() {
	words := v.Words.Words(v.Subject.Kind)
	at := func(name string) int {
		return slices.IndexFunc(words, func(w *lexicon.Word) bool { return w.Name == name })
	}
	slices.SortStableFunc(v.Facts, func(a, b fact.Fact) int { return at(a.Name) - at(b.Name) })
}

// own reads what only this kind of subject has, and returns what it is called.
func (p *Pages) own(tx *db.Tx, by staff.Actor, v *thingPage) (title string, err error) {
	s := v.Subject
	switch s.Kind {
	case lexicon.Person:
		return p.ownPerson(tx, by, v)
	case lexicon.Household:
		h, err := register.HouseholdOf(tx, s.ID)
		v.Closed = h.Closed
		if h.Number == "" {
			return h.Words() + " " + h.Address, err
		}
		return h.Words() + " " + h.Number, err
	case lexicon.Dwelling:
		d, err := register.DwellingOf(tx, s.ID)
		if err != nil {
			return "", err
		}
		if v.Parts, err = register.Parts(tx, s.ID); err != nil {
			return "", err
		}
		if v.Above, err = register.Above(tx, d); err != nil {
			return "", err
		}
		v.Households, err = register.HouseholdsAt(tx, s.ID)
		v.Closed = d.Closed
		return d.Address, err
	}
	return register.Name(tx, s)
}

func (p *Pages) ownPerson(tx *db.Tx, by staff.Actor, v *thingPage) (string, error) {
	x, err := register.PersonOf(tx, v.Subject.ID)
	if err != nil {
		return "", err
	}
	v.Dead = x.Died
	if v.Contacts, err = register.Contacts(tx, x.ID); err != nil {
		return "", err
	}
	if v.Classes, err = p.Classes.Of(tx, v.Subject); err != nil {
		return "", err
	}
	if v.Sealed, err = p.Classes.Sealed(tx, v.Subject); err != nil {
		return "", err
	}
	if v.Notices, err = event.FloatingOfPerson(tx, x.ID); err != nil {
		return "", err
	}
	v.Cases, err = p.Town.Cases.OfPerson(tx, by, x.ID, 20)
	v.List.Lines = v.Cases
	return x.Name, err
}

// others names the other ends of relations; of whom the reader may not see he gets the family name only.
func (p *Pages) others(tx *db.Tx, by staff.Actor, why register.Purpose, s fact.Subject, list []fact.Relation) (map[fact.Subject]other, error) {
	out, paths := map[fact.Subject]other{}, register.Sight(by, why)
	var ids []db.ID
	for _, x := range list {
		if o := x.Other(s); o.Kind == lexicon.Person {
			ids = append(ids, o.ID)
		}
	}
	persons, err := register.Persons(tx, ids)
	if err != nil {
		return nil, err
	}
	sees := func(path string) bool {
		return path != "" && slices.ContainsFunc(paths, func(q string) bool { return place.Within(path, q) })
	}
	for id, x := range persons {
		o := other{Name: form.MaskName(x.Name)}
		if sees(x.Path) || sees(x.HomePath) {
			o = other{Name: x.Name, Href: href(fact.Person(id))}
		}
		out[fact.Person(id)] = o
	}
	for _, x := range list {
		o := x.Other(s)
		if _, done := out[o]; done || o.Kind == lexicon.Person {
			continue
		}
		name, err := register.Name(tx, o)
		if err != nil {
			return nil, err
		}
		out[o] = other{Name: name, Href: href(o)}
	}
	return out, nil
}

// undo takes an event back.
func (p *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	to, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		ev, err := event.ByID(tx, ui.ID(r))
		if err != nil {
			return "", err
		}
		return href(ev.Subject), p.Events.Undo(tx, by, ev.ID, r.PostForm.Get("reason"))
	})
	return ui.Done(w, r, err, to, ui.T(r.Context(), "已撤回，原来的登记恢复"))
}
