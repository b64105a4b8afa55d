package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/hall"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Ticket is somebody's place in the queue of a hall on one day. It carries no name.
type Ticket struct {
	ID      db.ID     `json:"id"`
	Hall    db.ID     `json:"hall"`
	Number  string    `json:"number" doc:"叫的号，如 E012"`
	Class   string    `json:"class" doc:"优先类别；ordinary 为普通"`
	Service string    `json:"service,omitempty"`
	State   string    `json:"state" enum:"waiting,called,skipped,served"`
	Counter int       `json:"counter,omitempty"`
	Calls   int       `json:"calls,omitempty"`
	Taken   time.Time `json:"taken"`
	Called  time.Time `json:"called,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	Ahead   int       `json:"ahead,omitempty" doc:"前面还有几位"`
}

// A Board is how a hall's queue stands today.
type Board struct {
	Hall    db.ID     `json:"hall"`
	Version int64     `json:"version" doc:"每次变化加大"`
	Now     time.Time `json:"now"`
	Calling []Ticket  `json:"calling"`
	Waiting []Ticket  `json:"waiting"`
	Skipped []Ticket  `json:"skipped"`
	Served  int       `json:"served"`
	Minutes int       `json:"minutes" doc:"办一位通常要几分钟"`
}

type takeInput struct {
	OfHall
	Keyed
	Body struct {
		Class   string `json:"class" maxLength:"40" doc:"ordinary elder disabled pregnant infant soldier"`
		Service string `json:"service,omitempty" maxLength:"100"`
	}
}

type callInput struct {
	OfHall
	Keyed
	Body struct {
		Counter int `json:"counter" minimum:"1" maximum:"1000"`
	}
}

type moveInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Move string `json:"move" enum:"again,skip,finish,transfer,restore" doc:"再叫、过号、办毕、转窗口、过号的人回来"`
		To   int    `json:"to,omitempty" minimum:"0" maximum:"1000" doc:"转到几号窗口"`
	}
}

func (a *API) registerTickets() {
	add(a, operation{method: http.MethodGet, path: "/halls/{id}/board", id: "getBoard", tag: "服务设施", title: "叫号屏：在叫、等候、过号", scope: anyone}, a.board)
	add(a, operation{method: http.MethodPost, path: "/halls/{id}/tickets", id: "takeTicket", tag: "服务设施", title: "取号", scope: write, roles: hallClerks, status: http.StatusCreated}, a.takeTicket)
	add(a, operation{method: http.MethodPost, path: "/halls/{id}/call", id: "callTicket", tag: "服务设施", title: "叫下一个号到一个窗口", scope: write, roles: hallClerks}, a.callTicket)
	add(a, operation{method: http.MethodPost, path: "/tickets/{id}", id: "moveTicket", tag: "服务设施", title: "再叫、过号、办毕、转窗口、恢复", scope: write, roles: hallClerks}, a.moveTicket)
}

func ticketOf(t hall.Ticket) Ticket {
	return Ticket{ID: t.ID, Hall: t.Hall, Number: t.Number, Class: t.Class, Service: t.Service, State: t.State, Counter: t.Counter, Calls: t.Calls, Taken: t.Taken.Time,
		Called: t.Called.Time, Ended: t.Ended.Time}
}

func (a *API) board(ctx context.Context, in *OfHall) (*out[Board], error) {
	var x Board
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		b, err := hall.Look(tx, idIn(in.ID))
		if err != nil {
			return err
		}
		x = Board{b.Hall.ID, b.Version, b.Now, each(b.Calling, ticketOf), each(b.Waiting, ticketOf), each(b.Skipped, ticketOf), b.Served, b.Minutes}
		for i := range x.Waiting {
			x.Waiting[i].Ahead = b.Ahead(x.Waiting[i].ID)
		}
		return nil
	}))
}

func (a *API) takeTicket(ctx context.Context, in *takeInput) (*written[Ticket], error) {
	return do(ctx, a, in.Key, "take-ticket "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Ticket, error) {
		t, err := hall.Take(tx, by, in.Key, idIn(in.ID), in.Body.Class, in.Body.Service)
		return ticketOf(t), err
	})
}

func (a *API) callTicket(ctx context.Context, in *callInput) (*written[Ticket], error) {
	return do(ctx, a, in.Key, "call-ticket "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Ticket, error) {
		t, err := hall.Call(tx, by, in.Key, idIn(in.ID), in.Body.Counter)
		return ticketOf(t), err
	})
}

func (a *API) moveTicket(ctx context.Context, in *moveInput) (*written[Ticket], error) {
	return do(ctx, a, in.Key, "move-ticket "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Ticket, error) {
		t, err := hall.Do(tx, by, in.Key, idIn(in.ID), hall.Move(in.Body.Move), in.Body.To)
		return ticketOf(t), err
	})
}

// An Appointment is a slot that a resident has taken.
type Appointment struct {
	ID      db.ID     `json:"id"`
	Hall    db.ID     `json:"hall"`
	At      time.Time `json:"at"`
	Service string    `json:"service,omitempty"`
	State   string    `json:"state" enum:"booked,arrived,missed,cancelled"`
	Ticket  db.ID     `json:"ticket,omitzero" doc:"到了以后的号"`
}

type bookInput struct {
	OfHall
	Keyed
	Body struct {
		At      time.Time `json:"at" doc:"设施列出的一个时段"`
		Service string    `json:"service,omitempty" maxLength:"100"`
	}
}

type appointmentInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
}

func (a *API) registerAppointments() {
	add(a, operation{method: http.MethodPost, path: "/halls/{id}/appointments", id: "bookAppointment", tag: "服务设施", title: "居民预约办事", scope: write, status: http.StatusCreated}, a.book)
	add(a, operation{method: http.MethodGet, path: "/halls/{id}/appointments", id: "listAppointments", tag: "服务设施", title: "一天约了的，供窗口", scope: read, roles: hallClerks}, a.expected)
	add(a, operation{method: http.MethodGet, path: "/my/appointments", id: "listMyAppointments", tag: "服务设施", title: "我的预约", scope: read}, a.myAppointments)
	add(a, operation{method: http.MethodPost, path: "/appointments/{id}/cancel", id: "cancelAppointment", tag: "服务设施", title: "取消自己的预约", scope: write}, a.cancelAppointment)
	add(a, operation{method: http.MethodPost, path: "/appointments/{id}/arrive", id: "arriveByAppointment", tag: "服务设施", title: "约好的人到了，给号", scope: write, roles: hallClerks}, a.arriveByAppointment)
}

func appointmentOf(p hall.Appointment) Appointment {
	return Appointment{p.ID, p.Hall, p.At.Time, p.Service, p.State, p.Ticket}
}

func (a *API) book(ctx context.Context, in *bookInput) (*written[Appointment], error) {
	return do(ctx, a, in.Key, "book "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Appointment, error) {
		p, err := hall.Book(tx, by, in.Key, idIn(in.ID), in.Body.At, in.Body.Service)
		return appointmentOf(p), err
	})
}

func (a *API) expected(ctx context.Context, in *hallInput) (*out[List[Appointment]], error) {
	day, err := dayIn("day", in.Day)
	if err != nil {
		return nil, err
	}
	var list []hall.Appointment
	err = a.read(ctx, func(tx *db.Tx) error {
		h, err := hall.Get(tx, idIn(in.ID))
		if err != nil {
			return err
		}
		if day.IsZero() {
			day = place.Today(tx)
		}
		list, err = hall.Expected(tx, session.From(ctx), h, day)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, appointmentOf)), nil
}

func (a *API) myAppointments(ctx context.Context, _ *struct{}) (*out[List[Appointment]], error) {
	var list []hall.Appointment
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = hall.Own(tx, session.From(ctx)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, appointmentOf)), nil
}

func (a *API) cancelAppointment(ctx context.Context, in *appointmentInput) (*written[Appointment], error) {
	return do(ctx, a, in.Key, "cancel-appointment "+in.ID, nil, func(tx *db.Tx, by staff.Actor) (Appointment, error) {
		p, err := hall.Cancel(tx, by, in.Key, idIn(in.ID))
		return appointmentOf(p), err
	})
}

func (a *API) arriveByAppointment(ctx context.Context, in *appointmentInput) (*written[Ticket], error) {
	return do(ctx, a, in.Key, "arrive-appointment "+in.ID, nil, func(tx *db.Tx, by staff.Actor) (Ticket, error) {
		t, err := hall.Arrive(tx, by, in.Key, idIn(in.ID))
		return ticketOf(t), err
	})
}
