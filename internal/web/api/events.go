package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/form"
	"linli/internal/register"
	"linli/internal/staff"
)

// An Event is something that happened to whom or what is registered.
type Event struct {
	ID     db.ID     `json:"id"`
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	On     string    `json:"on"`
	At     time.Time `json:"at" doc:"何时登记"`
	Detail string    `json:"detail,omitempty"`
	Basis  string    `json:"basis,omitempty"`
	Undone time.Time `json:"undone,omitzero"`
	Reason string    `json:"reason,omitempty" doc:"为什么撤回"`
}

// A Happened is what an event that was registered gave.
type Happened struct {
	Event   db.ID   `json:"event"`
	Subject Subject `json:"subject" doc:"新生儿、新立的户，或者变动的主体"`
}

// A Birth is what is told of a newborn.
type Birth struct {
	Household db.ID  `json:"household"`
	Name      string `json:"name" minLength:"1" maxLength:"40"`
	Sex       string `json:"sex" enum:"male,female"`
	Born      string `json:"born" format:"date"`
	Mother    db.ID  `json:"mother,omitzero" required:"false"`
	Father    db.ID  `json:"father,omitzero" required:"false"`
	IDNumber  string `json:"id_number,omitempty" maxLength:"40" doc:"还没有的以后补登"`
	Basis     string `json:"basis,omitempty" maxLength:"100"`
	Confirmed bool   `json:"confirmed,omitempty" doc:"已核对不寻常的情况"`
}

// A Death is what is told of who died.
type Death struct {
	Person db.ID  `json:"person"`
	On     string `json:"on" format:"date"`
	Cause  string `json:"cause,omitempty" maxLength:"100"`
	Basis  string `json:"basis,omitempty" maxLength:"100"`
}

// A MoveIn is what is told of persons who come to live at a dwelling.
type MoveIn struct {
	Persons    []db.ID `json:"persons" minItems:"1" maxItems:"50"`
	Dwelling   db.ID   `json:"dwelling"`
	Household  db.ID   `json:"household,omitzero" required:"false" doc:"加入哪一户；没有且户籍随迁的另立一户"`
	Registered bool    `json:"registered" doc:"户籍一起迁入"`
	On         string  `json:"on" format:"date"`
	Basis      string  `json:"basis,omitempty" maxLength:"100"`
}

// A MoveOut is what is told of persons who leave.
type MoveOut struct {
	Persons    []db.ID `json:"persons" minItems:"1" maxItems:"50"`
	To         string  `json:"to" minLength:"1" maxLength:"100" doc:"本市的区划代码，或外地的地名"`
	Registered bool    `json:"registered" doc:"户籍一起迁出"`
	On         string  `json:"on" format:"date"`
	Basis      string  `json:"basis,omitempty" maxLength:"100"`
}

// A Marriage is what is told of two persons who married.
type Marriage struct {
	Person db.ID  `json:"person"`
	Spouse db.ID  `json:"spouse"`
	On     string `json:"on" format:"date"`
	Basis  string `json:"basis,omitempty" maxLength:"100"`
}

// A Divorce is what is told of a marriage that ended.
type Divorce struct {
	Person db.ID  `json:"person"`
	On     string `json:"on" format:"date"`
	Basis  string `json:"basis,omitempty" maxLength:"100"`
}

// A HeadChange is what is told when a household gets another head.
type HeadChange struct {
	Household db.ID  `json:"household"`
	Head      db.ID  `json:"head"`
	On        string `json:"on" format:"date"`
	Basis     string `json:"basis,omitempty" maxLength:"100"`
}

// A Division is what is told when some members of a household form one of their own.
type Division struct {
	Household db.ID   `json:"household"`
	Members   []db.ID `json:"members" minItems:"1" maxItems:"50"`
	Head      db.ID   `json:"head"`
	Number    string  `json:"number,omitempty" maxLength:"40" doc:"新户号"`
	On        string  `json:"on" format:"date"`
	Basis     string  `json:"basis,omitempty" maxLength:"100"`
}

// A Joining is what is told when a household becomes part of another.
type Joining struct {
	Household db.ID  `json:"household"`
	Into      db.ID  `json:"into"`
	On        string `json:"on" format:"date"`
	Basis     string `json:"basis,omitempty" maxLength:"100"`
}

// toldInput is a request that tells something, once.
type toldInput[T any] struct {
	Keyed
	Body T
}

type undoInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Reason string `json:"reason" maxLength:"200"`
	}
}

func (a *API) registerEvents() {
	happens(a, "birth", "registerBirth", "出生", "born", func(b *Birth) string { return b.Born }, a.birth)
	happens(a, "death", "registerDeath", "死亡", "on", func(b *Death) string { return b.On }, a.death)
	happens(a, "move-in", "registerMoveIn", "迁入", "on", func(b *MoveIn) string { return b.On }, a.moveIn)
	happens(a, "move-out", "registerMoveOut", "迁出", "on", func(b *MoveOut) string { return b.On }, a.moveOut)
	happens(a, "marriage", "registerMarriage", "结婚", "on", func(b *Marriage) string { return b.On }, a.marriage)
	happens(a, "divorce", "registerDivorce", "离婚", "on", func(b *Divorce) string { return b.On }, a.divorce)
	happens(a, "head-change", "registerHeadChange", "变更户主", "on", func(b *HeadChange) string { return b.On }, a.headChange)
	happens(a, "household-split", "registerDivision", "分户", "on", func(b *Division) string { return b.On }, a.division)
	happens(a, "household-merge", "registerJoining", "并户", "on", func(b *Joining) string { return b.On }, a.joining)
	add(a, operation{method: http.MethodPost, path: "/register/events/{id}/undo", id: "undoEvent", tag: "人口变动", title: "撤回一个变动，原来的登记恢复", scope: write, roles: register.Readers}, a.undo)
}

// happens registers the operation of one kind of event: its day is read, then the domain tells what follows.
func happens[T any](a *API, kind, id, title, field string, day func(*T) string, tell func(tx *db.Tx, by staff.Actor, b *T, on civil.Date) (Happened, error)) {
	add(a, operation{method: http.MethodPost, path: "/register/events/" + kind, id: id, tag: "人口变动", title: title, scope: write, roles: register.Readers, status: http.StatusCreated},
		func(ctx context.Context, in *toldInput[T]) (*written[Happened], error) {
			on, err := dayIn(field, day(&in.Body))
			if err != nil {
				return nil, err
			}
			return do(ctx, a, in.Key, kind, in.Body, func(tx *db.Tx, by staff.Actor) (Happened, error) { return tell(tx, by, &in.Body, on) })
		})
}

// happened is the answer for an event about a subject.
func happened(deed db.ID, s fact.Subject, err error) (Happened, error) {
	return Happened{deed, Subject{Kind: string(s.Kind), ID: s.ID}}, err
}

func (a *API) birth(tx *db.Tx, by staff.Actor, b *Birth, born civil.Date) (Happened, error) {
	child, deed, err := a.Events.Birth(tx, by, event.Birth{Name: b.Name, Sex: form.Sex(b.Sex), Born: born, IDNumber: b.IDNumber, Mother: b.Mother, Father: b.Father,
		Household: b.Household, Basis: b.Basis, Confirmed: b.Confirmed})
	return happened(deed, fact.Person(child.ID), err)
}

func (a *API) death(tx *db.Tx, by staff.Actor, b *Death, on civil.Date) (Happened, error) {
	deed, err := a.Events.Death(tx, by, event.Death{Person: b.Person, On: on, Cause: b.Cause, Basis: b.Basis})
	return happened(deed, fact.Person(b.Person), err)
}

func (a *API) moveIn(tx *db.Tx, by staff.Actor, b *MoveIn, on civil.Date) (Happened, error) {
	deed, err := a.Events.MoveIn(tx, by, event.Move{Persons: b.Persons, Dwelling: b.Dwelling, Household: b.Household, Registered: b.Registered, On: on, Basis: b.Basis})
	return happened(deed, fact.Dwelling(b.Dwelling), err)
}

func (a *API) moveOut(tx *db.Tx, by staff.Actor, b *MoveOut, on civil.Date) (Happened, error) {
	deed, err := a.Events.MoveOut(tx, by, event.Exit{Persons: b.Persons, To: b.To, Registered: b.Registered, On: on, Basis: b.Basis})
	return happened(deed, fact.Person(b.Persons[0]), err)
}

func (a *API) marriage(tx *db.Tx, by staff.Actor, b *Marriage, on civil.Date) (Happened, error) {
	deed, err := a.Events.Marriage(tx, by, b.Person, b.Spouse, on, b.Basis)
	return happened(deed, fact.Person(b.Person), err)
}

func (a *API) divorce(tx *db.Tx, by staff.Actor, b *Divorce, on civil.Date) (Happened, error) {
	deed, err := a.Events.Divorce(tx, by, b.Person, on, b.Basis)
	return happened(deed, fact.Person(b.Person), err)
}

func (a *API) headChange(tx *db.Tx, by staff.Actor, b *HeadChange, on civil.Date) (Happened, error) {
	deed, err := a.Events.ChangeHead(tx, by, b.Household, b.Head, on, b.Basis)
	return happened(deed, fact.Household(b.Household), err)
}

func (a *API) division(tx *db.Tx, by staff.Actor, b *Division, on civil.Date) (Happened, error) {
	h, deed, err := a.Events.Split(tx, by, event.Division{Household: b.Household, Members: b.Members, Head: b.Head, Number: b.Number, On: on, Basis: b.Basis})
	return happened(deed, fact.Household(h.ID), err)
}

func (a *API) joining(tx *db.Tx, by staff.Actor, b *Joining, on civil.Date) (Happened, error) {
	deed, err := a.Events.Join(tx, by, b.Household, b.Into, on, b.Basis)
	return happened(deed, fact.Household(b.Into), err)
}

func (a *API) undo(ctx context.Context, in *undoInput) (*written[Event], error) {
	var s fact.Subject
	w, err := do(ctx, a, in.Key, "undo "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Event, error) {
		e, err := event.ByID(tx, idIn(in.ID))
		if err != nil {
			return Event{}, err
		}
		s = e.Subject
		if err := a.Events.Undo(tx, by, e.ID, in.Body.Reason); err != nil {
			return Event{}, err
		}
		e, err = event.ByID(tx, e.ID)
		return eventOf(e), err
	})
	return w, a.noted(ctx, s, register.ForChecking, err)
}

func eventOf(e event.Event) Event {
	return Event{e.ID, string(e.Kind), e.Kind.Words(), e.On.String(), e.At.Time, e.Detail, e.Basis, e.UndoneAt.Time, e.Reason}
}
