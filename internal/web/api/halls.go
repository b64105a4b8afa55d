package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/hall"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// hallClerks are who works in a hall.
var hallClerks = []staff.Role{staff.Community, staff.Desk, staff.Handler}

// mostBookings bounds the bookings that one answer lists.
const mostBookings = 50

// A HallData is what is set of a hall.
type HallData struct {
	Name     string `json:"name" maxLength:"60"`
	Kind     string `json:"kind" maxLength:"60" doc:"类别，如 public-service elderly culture room"`
	Place    string `json:"place" maxLength:"40" doc:"社区的区划代码"`
	Opens    string `json:"opens" maxLength:"200" doc:"如 1-5 09:00-12:00 13:30-17:00; 6,7 09:00-16:00，1 是周一"`
	Services string `json:"services,omitempty" maxLength:"1000" doc:"办什么，每行一项"`
	Area     int    `json:"area,omitempty" doc:"平方米"`
	Seats    int    `json:"seats,omitempty"`
	Shared   bool   `json:"shared,omitempty" doc:"对外共享，可以预约场地"`
	Counters int    `json:"counters,omitempty" doc:"叫号窗口数；0 不叫号"`
	Slot     int    `json:"slot,omitempty" doc:"预约时段的长度，分钟"`
	Capacity int    `json:"capacity,omitempty" doc:"每时段可预约人数；0 不预约"`
	Most     int    `json:"most,omitempty" doc:"连叫几个优先号后叫普通号"`
	Elder    int    `json:"elder,omitempty" doc:"多大年龄起优先"`
}

// A Hall is a centre or another facility of a community.
type Hall struct {
	ID       db.ID  `json:"id"`
	Facility db.ID  `json:"facility,omitzero" doc:"在设施登记中的编号"`
	Unit     string `json:"unit,omitempty" doc:"管理单位"`
	HallData
}

// A HallView is a hall as it is today: its queue, free slots, who has it when, and its use.
type HallView struct {
	Hall
	Manages  bool      `json:"manages" doc:"由我管理"`
	Waiting  int       `json:"waiting"`
	Served   int       `json:"served" doc:"今天已办"`
	Minutes  int       `json:"minutes" doc:"办一位通常要几分钟"`
	Day      string    `json:"day"`
	Slots    []Slot    `json:"slots" doc:"这一天还能约的时段"`
	Bookings []Booking `json:"bookings"`
	Use      Use       `json:"use" doc:"近 30 天"`
}

// A Slot is a stretch of a day with the places still free.
type Slot struct {
	At   time.Time `json:"at"`
	Free int       `json:"free"`
}

// A Use is how much a facility was used.
type Use struct {
	Tickets  int `json:"tickets"`
	Visits   int `json:"visits" doc:"赴约的"`
	Bookings int `json:"bookings"`
	Minutes  int `json:"minutes"`
	Heads    int `json:"heads"`
}

// OfHall names a hall in an address.
type OfHall struct {
	ID string `path:"id" maxLength:"20"`
}

type hallsInput struct {
	Place string `query:"place" maxLength:"40" doc:"这个区划里的；没有则全部"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

type hallInput struct {
	OfHall
	Day string `query:"day" format:"date" doc:"哪一天的时段；没有则明天"`
}

type changeHallInput struct {
	OfHall
	Keyed
	Body HallData
}

func (a *API) registerHalls() {
	add(a, operation{method: http.MethodGet, path: "/halls", id: "listHalls", tag: "服务设施", title: "一个地方的服务设施", scope: anyone}, a.halls)
	add(a, operation{method: http.MethodGet, path: "/halls/managed", id: "listManagedHalls", tag: "服务设施", title: "由我管理的", scope: read, roles: hallClerks}, a.managedHalls)
	add(a, operation{method: http.MethodGet, path: "/halls/{id}", id: "getHall", tag: "服务设施", title: "一处设施：开放时间、排队、时段、场地、使用情况", scope: anyone}, a.hall)
	add(a, operation{method: http.MethodPost, path: "/halls", id: "addHall", tag: "服务设施", title: "登记设施", scope: write, roles: hallClerks, status: http.StatusCreated}, a.addHall)
	add(a, operation{method: http.MethodPost, path: "/halls/{id}", id: "changeHall", tag: "服务设施", title: "修改设施", scope: write, roles: hallClerks}, a.changeHall)
}

func hallOf(h hall.Hall) Hall {
	return Hall{h.ID, h.Facility, h.Unit, HallData{h.Name, h.Kind, h.Place, h.Opens, h.Services, h.Area, h.Seats, h.Shared, h.Counters, h.Slot, h.Capacity, h.Most, h.Elder}}
}

// set puts what was sent into a hall.
func (d *HallData) set(h hall.Hall) hall.Hall {
	h.Name, h.Kind, h.Place, h.Opens, h.Services, h.Area, h.Seats = d.Name, d.Kind, d.Place, d.Opens, d.Services, d.Area, d.Seats
	h.Shared, h.Counters, h.Slot, h.Capacity, h.Most, h.Elder = d.Shared, d.Counters, d.Slot, d.Capacity, d.Most, d.Elder
	return h
}

func (a *API) halls(ctx context.Context, in *hallsInput) (*out[List[Hall]], error) {
	path := ""
	if in.Place != "" {
		if path = a.Places.Tree().Path(in.Place); path == "" {
			return nil, fault.Invalid("place", "没有代码为 %s 的区划", in.Place)
		}
	}
	var list []hall.Hall
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = hall.List(tx, path, in.Limit); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, hallOf)), nil
}

func (a *API) managedHalls(ctx context.Context, _ *struct{}) (*out[List[Hall]], error) {
	var list []hall.Hall
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = hall.Managed(tx, session.From(ctx)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, hallOf)), nil
}

func (a *API) hall(ctx context.Context, in *hallInput) (*out[HallView], error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	day, err := dayIn("day", in.Day)
	if err != nil {
		return nil, err
	}
	var x HallView
	return answer(&x, a.read(ctx, func(tx *db.Tx) (err error) {
		if day.IsZero() {
			day = place.Today(tx).AddDays(1)
		}
		x, err = hallView(tx, session.From(ctx), idIn(in.ID), day)
		return err
	}))
}

func hallView(tx *db.Tx, by staff.Actor, id db.ID, day civil.Date) (HallView, error) {
	b, err := hall.Look(tx, id)
	if err != nil {
		return HallView{}, err
	}
	h := b.Hall
	x := HallView{Hall: hallOf(h), Manages: h.Manages(by), Waiting: len(b.Waiting), Served: b.Served, Minutes: b.Minutes, Day: day.String()}
	slots, err := hall.Slots(tx, h, day)
	if err != nil {
		return x, err
	}
	x.Slots = each(slots, func(s hall.Slot) Slot { return Slot{s.At, s.Free} })
	taken, err := hall.Bookings(tx, by, h, tx.Now(), mostBookings)
	if err != nil {
		return x, err
	}
	x.Bookings = each(taken, bookingOf)
	u, err := hall.UseOf(tx, id, tx.Now().AddDate(0, 0, -30), tx.Now())
	x.Use = Use{u.Tickets, u.Visits, u.Bookings, u.Minutes, u.Heads}
	return x, err
}

func (a *API) addHall(ctx context.Context, in *toldInput[HallData]) (*written[Hall], error) {
	return do(ctx, a, in.Key, "add-hall", in.Body, func(tx *db.Tx, by staff.Actor) (Hall, error) {
		return put(tx, by, in.Body.set(hall.Hall{Unit: by.Unit}))
	})
}

func (a *API) changeHall(ctx context.Context, in *changeHallInput) (*written[Hall], error) {
	return do(ctx, a, in.Key, "change-hall "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Hall, error) {
		h, err := hall.Get(tx, idIn(in.ID))
		if err != nil {
			return Hall{}, err
		}
		if !h.Manages(by) {
			return Hall{}, fault.Forbidden("您不是 %s 的工作人员", h.Name)
		}
		return put(tx, by, in.Body.set(h))
	})
}

func put(tx *db.Tx, by staff.Actor, h hall.Hall) (Hall, error) {
	id, err := hall.Put(tx, by, h)
	if err != nil {
		return Hall{}, err
	}
	h, err = hall.Get(tx, id)
	return hallOf(h), err
}
