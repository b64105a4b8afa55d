package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/hall"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Booking is the use of a facility by somebody else for a while. Purpose and name are for who made it and who manages the hall.
type Booking struct {
	ID      db.ID     `json:"id"`
	Hall    db.ID     `json:"hall"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	State   string    `json:"state" enum:"asked,approved,refused,cancelled"`
	Purpose string    `json:"purpose,omitempty"`
	Heads   int       `json:"heads,omitempty"`
	Unit    string    `json:"unit,omitempty" doc:"预约的单位；居民没有"`
	Name    string    `json:"name,omitempty"`
	Words   string    `json:"words,omitempty" doc:"决定的意见"`
}

// A Visit is help at home that a resident asked for.
type Visit struct {
	ID      db.ID     `json:"id"`
	Place   string    `json:"place"`
	Name    string    `json:"name"`
	Address string    `json:"address"`
	Need    string    `json:"need"`
	State   string    `json:"state" enum:"asked,assigned,visited,cancelled"`
	Worker  string    `json:"worker,omitempty"`
	Day     string    `json:"day,omitempty"`
	Words   string    `json:"words,omitempty"`
	Asked   time.Time `json:"asked"`
}

type reserveInput struct {
	OfHall
	Keyed
	Body struct {
		From    time.Time `json:"from"`
		To      time.Time `json:"to"`
		Purpose string    `json:"purpose" maxLength:"200"`
		Heads   int       `json:"heads"`
	}
}

type bookingInput struct {
	ID string `path:"id" maxLength:"20"`
}

type decideBookingInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		State string `json:"state" enum:"approved,refused,cancelled"`
		Words string `json:"words,omitempty" maxLength:"200" doc:"不批准须写明理由"`
	}
}

// A VisitWish is what a resident asks to be done at home.
type VisitWish struct {
	Place   string `json:"place" maxLength:"40" doc:"所在社区"`
	Name    string `json:"name" maxLength:"60"`
	Address string `json:"address" maxLength:"200"`
	Need    string `json:"need" maxLength:"300"`
}

type assignInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Day string `json:"day" format:"date"`
	}
}

type endVisitInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		State string `json:"state" enum:"visited,cancelled"`
		Words string `json:"words,omitempty" maxLength:"200" doc:"办了什么"`
	}
}

func (a *API) registerBookings() {
	add(a, operation{method: http.MethodPost, path: "/halls/{id}/bookings", id: "reserveHall", tag: "服务设施", title: "预约场地", scope: write, status: http.StatusCreated}, a.reserve)
	add(a, operation{method: http.MethodGet, path: "/my/bookings", id: "listMyBookings", tag: "服务设施", title: "我提出的场地预约", scope: read}, a.myBookings)
	add(a, operation{method: http.MethodGet, path: "/bookings/waiting", id: "listWaitingBookings", tag: "服务设施", title: "等我批准的场地预约", scope: read, roles: hallClerks}, a.waitingBookings)
	add(a, operation{method: http.MethodGet, path: "/bookings/{id}", id: "getBooking", tag: "服务设施", title: "一个场地预约", scope: read}, a.booking)
	add(a, operation{method: http.MethodPost, path: "/bookings/{id}", id: "decideBooking", tag: "服务设施", title: "批准、不批准或取消", scope: write}, a.decideBooking)
	add(a, operation{method: http.MethodGet, path: "/visits", id: "listVisits", tag: "服务设施", title: "上门服务：自己要的，或由我去的", scope: read}, a.visits)
	add(a, operation{method: http.MethodPost, path: "/visits", id: "askVisit", tag: "服务设施", title: "请社区上门", scope: write, status: http.StatusCreated}, a.askVisit)
	add(a, operation{method: http.MethodPost, path: "/visits/{id}/assign", id: "assignVisit", tag: "服务设施", title: "我去", scope: write}, a.assignVisit)
	add(a, operation{method: http.MethodPost, path: "/visits/{id}/end", id: "endVisit", tag: "服务设施", title: "已上门，或取消", scope: write}, a.endVisit)
}

func bookingOf(b hall.Booking) Booking {
	return Booking{b.ID, b.Hall, b.From.Time, b.To.Time, b.State, b.Purpose, b.Heads, b.Unit, b.Name, b.Words}
}

func (a *API) reserve(ctx context.Context, in *reserveInput) (*written[Booking], error) {
	b := hall.Booking{Hall: idIn(in.ID), From: db.At(in.Body.From), To: db.At(in.Body.To), Purpose: in.Body.Purpose, Heads: in.Body.Heads}
	return do(ctx, a, in.Key, "reserve "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Booking, error) {
		made, err := hall.Reserve(tx, by, in.Key, b)
		return bookingOf(made), err
	})
}

func (a *API) myBookings(ctx context.Context, _ *struct{}) (*out[List[Booking]], error) {
	var list []hall.Booking
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = hall.OwnBookings(tx, session.From(ctx)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, bookingOf)), nil
}

func (a *API) waitingBookings(ctx context.Context, _ *struct{}) (*out[List[Booking]], error) {
	by := session.From(ctx)
	var waiting []Booking
	err := a.read(ctx, func(tx *db.Tx) error {
		halls, err := hall.Managed(tx, by)
		if err != nil {
			return err
		}
		for _, h := range halls {
			list, err := hall.Bookings(tx, by, h, tx.Now(), mostBookings)
			if err != nil {
				return err
			}
			for _, b := range list {
				if b.State == hall.Asked {
					waiting = append(waiting, bookingOf(b))
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all(waiting), nil
}

func (a *API) booking(ctx context.Context, in *bookingInput) (*out[Booking], error) {
	var x Booking
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		b, _, err := hall.BookingOf(tx, session.From(ctx), idIn(in.ID))
		x = bookingOf(b)
		return err
	}))
}

func (a *API) decideBooking(ctx context.Context, in *decideBookingInput) (*written[Booking], error) {
	return do(ctx, a, in.Key, "decide-booking "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Booking, error) {
		b, err := hall.Decide(tx, by, in.Key, idIn(in.ID), in.Body.State, in.Body.Words)
		return bookingOf(b), err
	})
}

func visitOf(v hall.Visit) Visit {
	return Visit{v.ID, v.Place, v.Name, v.Address, v.Need, v.State, v.Who, v.Day.String(), v.Words, v.Asked.Time}
}

func (a *API) visits(ctx context.Context, _ *struct{}) (*out[List[Visit]], error) {
	var list []hall.Visit
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = hall.Visits(tx, session.From(ctx)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, visitOf)), nil
}

func (a *API) askVisit(ctx context.Context, in *toldInput[VisitWish]) (*written[Visit], error) {
	b := &in.Body
	return do(ctx, a, in.Key, "ask-visit", b, func(tx *db.Tx, by staff.Actor) (Visit, error) {
		v, err := hall.AskVisit(tx, by, in.Key, hall.Visit{Place: b.Place, Name: b.Name, Address: b.Address, Need: b.Need})
		return visitOf(v), err
	})
}

func (a *API) assignVisit(ctx context.Context, in *assignInput) (*written[Visit], error) {
	day, err := dayIn("day", in.Body.Day)
	if err != nil {
		return nil, err
	}
	return do(ctx, a, in.Key, "assign-visit "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Visit, error) {
		v, err := hall.AssignVisit(tx, by, in.Key, idIn(in.ID), day)
		return visitOf(v), err
	})
}

func (a *API) endVisit(ctx context.Context, in *endVisitInput) (*written[Visit], error) {
	return do(ctx, a, in.Key, "end-visit "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Visit, error) {
		v, err := hall.EndVisit(tx, by, in.Key, idIn(in.ID), in.Body.State, in.Body.Words)
		return visitOf(v), err
	})
}
