package hall

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/staff"
)

// The states of a booking.
const (
	Asked    = "asked"    // 待批准
	Approved = "approved" // 已批准
	Refused  = "refused"  // 未批准
)

// A Booking (场地预约) is the use of a facility by somebody else for a while.
type Booking struct {
	ID      db.ID   `json:"id"`
	Hall    db.ID   `json:"hall"`
	From    db.Time `json:"from"`
	To      db.Time `json:"to"`
	Purpose string  `json:"purpose"`
	Heads   int     `json:"heads"`
	Unit    string  `json:"unit"` // that books; "" a resident
	Account db.ID   `json:"account"`
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Words   string  `json:"words"` // of the decision
	Decided string  `json:"decided"`
}

// StateWords is what a state is called.
func StateWords(state string) string {
	if w := stateWords[state]; w != "" {
		return w
	}
	return state
}

var stateWords = map[string]string{Waiting: "等候", Called: "已叫到", Skipped: "过号", Served: "办毕", Booked: "已预约", Arrived: "已到", Missed: "未到",
	Cancelled: "已取消", Asked: "待批准", Approved: "已批准", Refused: "未批准", Assigned: "已安排", Visited: "已上门"}

const bookingColumns = `id, hall, from_at, to_at, purpose, heads, unit, account, name, state, words, decided_by`

func scanBooking(r *db.Rows) (b Booking, err error) {
	return b, r.Scan(&b.ID, &b.Hall, &b.From, &b.To, &b.Purpose, &b.Heads, &b.Unit, &b.Account, &b.Name, &b.State, &b.Words, &b.Decided)
}

// Reserve asks for a facility. Returns conflict, with who has it, when it is not free.
func Reserve(tx *db.Tx, by staff.Actor, key string, b Booking) (Booking, error) {
	return once.For(tx, by.AuditName(), key, []any{"reserve", b}, func() (Booking, error) {
		// Two who ask at once meet at this row, one after the other.
		if err := tx.Exec(`update hall set version = version + 1 where id = ?`, b.Hall); err != nil {
			return b, wrap("reserve", err)
		}
		h, err := Get(tx, b.Hall)
		if err != nil {
			return b, err
		}
		b.ID, b.Unit, b.Account, b.Name, b.State = db.NewID(), by.Unit, by.Account, by.Name, Asked
		if err := b.check(tx, h); err != nil {
			return b, err
		}
		if h.Manages(by) {
			b.State, b.Decided = Approved, by.Name
		}
		err = tx.Exec(`insert into hall_booking (`+bookingColumns+`, asked_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			b.ID, b.Hall, b.From, b.To, b.Purpose, b.Heads, b.Unit, b.Account, b.Name, b.State, b.Words, b.Decided, db.At(tx.Now()))
		if err != nil {
			return b, wrap("reserve", err)
		}
		if b.State == Asked {
			err = notify.Send(tx, notify.Message{To: notify.Unit(h.Unit), Subject: "场地预约待批准：" + h.Name, Text: b.Purpose, Link: "/hall/bookings/" + b.ID.String()})
			if err != nil {
				return b, err
			}
		}
		return b, record(tx, by, "hall.reserve", b.ID, b)
	})
}

func (b *Booking) check(tx *db.Tx, h Hall) error {
	b.Purpose = strings.TrimSpace(b.Purpose)
	switch {
	case b.Account.IsZero():
		return fault.Forbidden("请先登录")
	case !h.Shared:
		return fault.Conflict("%s 不对外共享", h.Name)
	case b.Purpose == "" || utf8.RuneCountInString(b.Purpose) > 200:
		return fault.Invalid("purpose", "请写明用途，不超过 200 字")
	case b.Heads < 1 || h.Seats > 0 && b.Heads > h.Seats:
		return fault.Invalid("heads", "人数应在 1 到 %d 之间", max(1, h.Seats))
	case !b.From.After(tx.Now()) || !b.From.Before(b.To.Time):
		return fault.Invalid("from", "开始时间应在现在之后、结束时间之前")
	case !h.Hours().Covers(b.From.Time, b.To.Time):
		return fault.Invalid("from", "这段时间不全在开放时间内；当天开放：%s", orNone(h.Hours().Words(b.From.In(civil.Shanghai).Weekday())))
	}
	other, err := db.Select(tx, scanBooking, `select `+bookingColumns+` from hall_booking where hall = ? and from_at < ? and to_at > ? and state in (?, ?)
		order by from_at limit 1`, h.ID, b.To, b.From, Asked, Approved)
	if err != nil {
		return wrap("look for other bookings", err)
	}
	if len(other) > 0 {
		return fault.Conflict("这段时间已有预约（%s 至 %s），请换一个时间", clock(other[0].From), clock(other[0].To))
	}
	return nil
}

func clock(t db.Time) string { return t.In(civil.Shanghai).Format("1月2日 15:04") }

// BookingOf returns a booking for who made it or manages the facility; for everybody else it does not exist.
func BookingOf(tx *db.Tx, by staff.Actor, id db.ID) (Booking, Hall, error) {
	list, err := db.Select(tx, scanBooking, `select `+bookingColumns+` from hall_booking where id = ?`, id)
	if err != nil {
		return Booking{}, Hall{}, wrap("read booking", err)
	}
	missing := fault.NotFound("没有这个预约，或您无权查看")
	if len(list) == 0 {
		return Booking{}, Hall{}, missing
	}
	h, err := Get(tx, list[0].Hall)
	if err == nil && list[0].Account != by.Account && !h.Manages(by) {
		err = missing
	}
	return list[0], h, err
}

// Decide approves or refuses a booking, or cancels it (who made it may, too).
func Decide(tx *db.Tx, by staff.Actor, key string, id db.ID, state, words string) (Booking, error) {
	return once.For(tx, by.AuditName(), key, []any{"decide", id, state, words}, func() (Booking, error) {
		b, h, err := BookingOf(tx, by, id)
		if err != nil {
			return b, err
		}
		from := []any{Asked, Asked}
		switch {
		case !slices.Contains([]string{Approved, Refused, Cancelled}, state):
			return b, fault.Invalid("state", "请选择批准、不批准或取消")
		case state != Cancelled && !h.Manages(by):
			return b, fault.Forbidden("应由 %s 的管理单位决定", h.Name)
		case state == Refused && strings.TrimSpace(words) == "":
			return b, fault.Invalid("words", "请写明不批准的理由")
		case state == Cancelled:
			from[1] = Approved
		}
		err = tx.ExecOne(`update hall_booking set state = ?, words = ?, decided_by = ?, decided_at = ? where id = ? and state in (?, ?)`,
			append([]any{state, words, by.Name, db.At(tx.Now()), id}, from...)...)
		if err != nil {
			return b, wrap("decide booking", err)
		}
		b.State, b.Words, b.Decided = state, words, by.Name
		if b.Account != by.Account {
			err = notify.Send(tx, notify.Message{To: notify.Account(b.Account), Subject: h.Name + "：" + StateWords(state), Text: words, Link: "/hall/bookings/" + id.String()})
			if err != nil {
				return b, err
			}
		}
		return b, record(tx, by, "hall.decide", b.ID, b)
	})
}

// Bookings lists those of a hall from a day on, for everybody: without purpose and name for who neither made them nor manages
// the hall.
func Bookings(tx *db.Tx, by staff.Actor, h Hall, from time.Time, limit int) ([]Booking, error) {
	list, err := db.Select(tx, scanBooking, `select `+bookingColumns+` from hall_booking where hall = ? and to_at >= ? and state in (?, ?)
		order by from_at limit ?`, h.ID, db.At(from), Asked, Approved, limit)
	for i := range list {
		if list[i].Account != by.Account && !h.Manages(by) {
			list[i].Purpose, list[i].Name, list[i].Heads = "", "", 0
		}
	}
	return list, wrap("list bookings", err)
}

// OwnBookings lists those that the actor made, the latest first.
func OwnBookings(tx *db.Tx, by staff.Actor) ([]Booking, error) {
	if by.Account.IsZero() {
		return nil, nil
	}
	list, err := db.Select(tx, scanBooking, `select `+bookingColumns+` from hall_booking where account = ? order by from_at desc limit 50`, by.Account)
	return list, wrap("own bookings", err)
}

// A Use (使用情况) is how much a facility was used in a period.
type Use struct {
	Bookings int
	Minutes  int
	Heads    int
	Tickets  int
	Visits   int // appointments kept
}

// UseOf sums the use of a hall in a period, To exclusive.
func UseOf(tx *db.Tx, hall db.ID, from, to time.Time) (u Use, err error) {
	list, err := db.Select(tx, scanBooking, `select `+bookingColumns+` from hall_booking where hall = ? and from_at >= ? and from_at < ? and state = ?`,
		hall, db.At(from), db.At(to), Approved)
	for _, b := range list {
		u.Bookings, u.Heads, u.Minutes = u.Bookings+1, u.Heads+b.Heads, u.Minutes+int(b.To.Sub(b.From.Time).Minutes())
	}
	if err == nil {
		err = tx.QueryRow(`select count(*) from hall_ticket where hall = ? and taken_at >= ? and taken_at < ?`, hall, db.At(from), db.At(to)).Scan(&u.Tickets)
	}
	if err == nil {
		err = tx.QueryRow(`select count(*) from hall_appointment where hall = ? and at >= ? and at < ? and state = ?`, hall, db.At(from), db.At(to), Arrived).Scan(&u.Visits)
	}
	return u, wrap("use of hall", err)
}
