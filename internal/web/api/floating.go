package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/form"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Floating is one person who came or went, on the way between where he is and where he is registered.
type Floating struct {
	ID     db.ID                `json:"id"`
	Person db.ID                `json:"person"`
	Name   string               `json:"name,omitempty"`
	Way    string               `json:"way" enum:"arrival,departure"`
	Place  string               `json:"place" doc:"现在或原来居住地的区划代码"`
	Home   string               `json:"home" doc:"户籍地：本市的区划代码，或外地的地名"`
	On     string               `json:"on"`
	State  string               `json:"state" enum:"collected,verified,counted,shared,closed"`
	Month  string               `json:"month,omitempty" doc:"计入哪个月"`
	At     map[string]time.Time `json:"at" doc:"各步的时刻"`
	Answer string               `json:"answer,omitempty"`
	Note   string               `json:"note,omitempty"`
}

// An Arrival is what is collected of somebody who came to live here for a time.
type Arrival struct {
	Name        string `json:"name" minLength:"1" maxLength:"40"`
	IDNumber    string `json:"id_number,omitempty" maxLength:"40" doc:"有号码时性别和出生日期不用填"`
	Phone       string `json:"phone,omitempty" maxLength:"40"`
	Sex         string `json:"sex,omitempty" enum:"male,female"`
	Born        string `json:"born,omitempty" format:"date"`
	Place       string `json:"place" maxLength:"40" doc:"居住地的区划代码"`
	Address     string `json:"address" minLength:"1" maxLength:"200"`
	Dwelling    db.ID  `json:"dwelling,omitzero" required:"false"`
	Home        string `json:"home" minLength:"1" maxLength:"100" doc:"户籍地：本市的区划代码，或外地的地名"`
	HomeAddress string `json:"home_address,omitempty" maxLength:"200"`
	Reason      string `json:"reason,omitempty" maxLength:"60" doc:"登记项 stay_reason 的选项"`
	On          string `json:"on" format:"date" doc:"来本地日期"`
	Until       string `json:"until,omitempty" format:"date"`
	Confirmed   bool   `json:"confirmed,omitempty" doc:"已核对不寻常的情况"`
}

// A Leaving is that somebody who floats left.
type Leaving struct {
	Person db.ID  `json:"person"`
	To     string `json:"to,omitempty" maxLength:"100"`
	On     string `json:"on" format:"date"`
}

type floatingInput struct {
	Paged
	Side  string `query:"side" enum:"here,home" default:"here" doc:"here：人在我处；home：户籍在我处"`
	State string `query:"state" enum:"collected,verified,counted,shared,closed" default:"collected"`
}

type floatStepInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
}

type homeAnswerInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Answer string            `json:"answer" enum:"confirmed,differs,unknown"`
		Note   string            `json:"note,omitempty" maxLength:"300"`
		Facts  map[string]string `json:"facts,omitempty" maxProperties:"20" doc:"户籍地登记的，按登记项"`
	}
}

type aggregateInput struct {
	Keyed
	Body struct {
		Area  string `json:"area" maxLength:"40" doc:"街道的区划代码"`
		Month string `json:"month" minLength:"7" maxLength:"7" doc:"如 2026-10"`
	}
}

// A Tallied is how many were counted.
type Tallied struct {
	Persons int64 `json:"persons"`
}

func (a *API) registerFloating() {
	step := func(path, id, title string, status int) operation {
		return operation{method: http.MethodPost, path: "/register/floating" + path, id: id, tag: "流动人口", title: title, scope: write, roles: register.Readers, status: status}
	}
	add(a, operation{method: http.MethodGet, path: "/register/floating", id: "listFloating", tag: "流动人口", title: "各环节等着办的", scope: read, roles: register.Readers}, a.floating)
	add(a, step("/arrivals", "collectArrival", "采集：来到", http.StatusCreated), a.arrive)
	add(a, step("/departures", "collectDeparture", "采集：离开", http.StatusCreated), a.depart)
	add(a, step("/{id}/verify", "verifyFloating", "核实", 0), a.verifyFloating)
	add(a, step("/aggregate", "aggregateFloating", "汇总一个街道一个月已核实的", 0), a.aggregate)
	add(a, step("/{id}/share", "shareFloating", "通报户籍地", 0), a.shareFloating)
	add(a, step("/{id}/answer", "answerFloating", "户籍地反馈", 0), a.answerFloating)
}

func floatingOf(f event.Floating) Floating {
	x := Floating{ID: f.ID, Person: f.Person, Way: f.Way, Place: f.Place, Home: f.Home, On: f.On.String(), State: f.State, Month: f.Month, At: map[string]time.Time{}, Answer: f.Answer, Note: f.Note}
	for step, at := range f.At {
		if !at.IsZero() {
			x.At[step] = at.Time
		}
	}
	return x
}

func (a *API) floating(ctx context.Context, in *floatingInput) (*paged[Floating], error) {
	after, err := cursorID(in.Cursor)
	if err != nil {
		return nil, err
	}
	var list []Floating
	err = a.read(ctx, func(tx *db.Tx) error {
		found, err := event.Waiting(tx, session.From(ctx), event.Side(in.Side), in.State, after, in.Limit)
		if err != nil {
			return err
		}
		persons, err := register.Persons(tx, each(found, func(f event.Floating) db.ID { return f.Person }))
		list = each(found, func(f event.Floating) Floating {
			x := floatingOf(f)
			x.Name = persons[f.Person].Name
			return x
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(&in.Paged, list, nextOf(&in.Paged, list, func(f Floating) db.ID { return f.ID })), nil
}

// arrive collects a newcomer, once what is unusual about him has been confirmed.
func (a *API) arrive(ctx context.Context, in *toldInput[Arrival]) (*written[Floating], error) {
	b := &in.Body
	born, err := dayIn("born", b.Born)
	if err != nil {
		return nil, err
	}
	on, err := dayIn("on", b.On)
	if err != nil {
		return nil, err
	}
	until, err := dayIn("until", b.Until)
	if err != nil {
		return nil, err
	}
	n := event.Newcomer{Newcomer: register.Newcomer{Name: b.Name, IDNumber: b.IDNumber, Phone: b.Phone, Sex: form.Sex(b.Sex), Born: born, Place: b.Place, Address: b.Address},
		Dwelling: b.Dwelling, Home: b.Home, HomeAt: b.HomeAddress, Reason: b.Reason, Until: until, On: on}
	return do(ctx, a, in.Key, "arrive", b, func(tx *db.Tx, by staff.Actor) (Floating, error) {
		if !b.Confirmed {
			if err := a.Events.Unusual(tx, n.Newcomer); err != nil {
				return Floating{}, err
			}
		}
		f, err := a.Events.Arrive(tx, by, n)
		return floatingOf(f), err
	})
}

func (a *API) depart(ctx context.Context, in *toldInput[Leaving]) (*written[Floating], error) {
	on, err := dayIn("on", in.Body.On)
	if err != nil {
		return nil, err
	}
	return do(ctx, a, in.Key, "depart", in.Body, func(tx *db.Tx, by staff.Actor) (Floating, error) {
		f, err := a.Events.Depart(tx, by, in.Body.Person, on, in.Body.To)
		return floatingOf(f), err
	})
}

// moved does a step with a notice and tells how it stands.
func (a *API) moved(ctx context.Context, key, step, id string, about any, take func(tx *db.Tx, by staff.Actor, id db.ID) error) (*written[Floating], error) {
	return do(ctx, a, key, step+" "+id, about, func(tx *db.Tx, by staff.Actor) (Floating, error) {
		if err := take(tx, by, idIn(id)); err != nil {
			return Floating{}, err
		}
		f, err := event.FloatingOf(tx, idIn(id))
		return floatingOf(f), err
	})
}

func (a *API) verifyFloating(ctx context.Context, in *floatStepInput) (*written[Floating], error) {
	return a.moved(ctx, in.Key, "verify-floating", in.ID, nil, a.Events.Verify)
}

func (a *API) shareFloating(ctx context.Context, in *floatStepInput) (*written[Floating], error) {
	return a.moved(ctx, in.Key, "share-floating", in.ID, nil, a.Events.Share)
}

func (a *API) answerFloating(ctx context.Context, in *homeAnswerInput) (*written[Floating], error) {
	return a.moved(ctx, in.Key, "answer-floating", in.ID, in.Body, func(tx *db.Tx, by staff.Actor, id db.ID) error {
		return a.Events.Feed(tx, by, id, event.Feedback{Answer: in.Body.Answer, Note: in.Body.Note, Facts: in.Body.Facts})
	})
}

func (a *API) aggregate(ctx context.Context, in *aggregateInput) (*written[Tallied], error) {
	return do(ctx, a, in.Key, "aggregate", in.Body, func(tx *db.Tx, by staff.Actor) (Tallied, error) {
		at, err := place.Get(tx, in.Body.Area)
		if err != nil {
			return Tallied{}, under("area", err)
		}
		n, err := a.Events.Aggregate(tx, by, at.Path, in.Body.Month)
		return Tallied{n}, err
	})
}
