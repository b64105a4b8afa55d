package hall

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// The states of an appointment.
const (
	Booked    = "booked"    // 已预约
	Arrived   = "arrived"   // 已到
	Missed    = "missed"    // 爽约
	Cancelled = "cancelled" // 已取消
)

// An Appointment (预约) is a slot that a resident has taken.
type Appointment struct {
	ID      db.ID   `json:"id"`
	Hall    db.ID   `json:"hall"`
	At      db.Time `json:"at"`
	Service string  `json:"service"`
	Person  db.ID   `json:"person"`
	State   string  `json:"state"`
	Ticket  db.ID   `json:"ticket"` // that he was given on arriving
}

// A Slot (预约时段) is a stretch of a day with the places still free.
type Slot struct {
	At   time.Time
	Free int
}

// The bounds of appointments.
const (
	bookAhead  = 14               // days
	remindAt   = 2 * time.Hour    // before
	late       = 15 * time.Minute // after which somebody who has not come is missed
	remindKind = "hall.remind"    // job
	mostMissed = 3                // within the days of missedFor, before no more are given for a while
	missedFor  = 90 * 24 * time.Hour
)

// Slots returns the slots of a day that are still ahead.
func Slots(tx *db.Tx, h Hall, day civil.Date) ([]Slot, error) {
	if h.Capacity == 0 {
		return nil, nil
	}
	from, to := day.In(civil.Shanghai), day.AddDays(1).In(civil.Shanghai)
	taken := map[string]int{}
	rows, err := tx.Query(`select at, taken from hall_slot where hall = ? and at >= ? and at < ?`, h.ID, db.At(from), db.At(to))
	if err != nil {
		return nil, wrap("read slots", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at string
		var n int
		if err := rows.Scan(&at, &n); err != nil {
			return nil, wrap("read slots", err)
		}
		taken[at] = n
	}
	var list []Slot
	for _, at := range h.Hours().Slots(day, time.Duration(h.Slot)*time.Minute) {
		if at.After(tx.Now()) {
			list = append(list, Slot{at, h.Capacity - taken[db.At(at).Text()]})
		}
	}
	return list, wrap("read slots", rows.Err())
}

// Book takes a place in a slot for the resident who is logged in. Returns conflict when it is full or he has one at that time.
func Book(tx *db.Tx, by staff.Actor, key string, id db.ID, at time.Time, service string) (Appointment, error) {
	return once.For(tx, by.AuditName(), key, []any{"book", id, at, service}, func() (Appointment, error) {
		h, err := Get(tx, id)
		if err != nil {
			return Appointment{}, err
		}
		a := Appointment{ID: db.NewID(), Hall: id, At: db.At(at), Service: service, Person: by.Person, State: Booked}
		if err := a.check(tx, h); err != nil {
			return a, err
		}
		n, err := tx.ExecCount(`insert into hall_slot (hall, at, taken) values (?, ?, 1)
			on conflict (hall, at) do update set taken = hall_slot.taken + 1 where hall_slot.taken < ?`, id, a.At, h.Capacity)
		if err == nil && n == 0 {
			err = fault.Conflict("这个时段已经约满，请选择别的时段")
		}
		if err != nil {
			return a, wrap("take slot", err)
		}
		err = tx.Exec(`insert into hall_appointment (id, hall, at, service, person, state, made_at) values (?, ?, ?, ?, ?, ?, ?)`,
			a.ID, a.Hall, a.At, a.Service, a.Person, a.State, db.At(tx.Now()))
		if err != nil {
			return a, wrap("book", err)
		}
		if _, err := job.Enqueue(tx, remindKind, a.ID, job.At(at.Add(-remindAt))); err != nil {
			return a, err
		}
		return a, record(tx, by, "hall.book", a.ID, a)
	})
}

func (a *Appointment) check(tx *db.Tx, h Hall) error {
	day := civil.DateOf(a.At.Time, civil.Shanghai)
	switch {
	case a.Person.IsZero():
		return fault.Forbidden("请用居民账号登录后预约")
	case h.Capacity == 0:
		return fault.Conflict("%s 不接受预约，请直接到现场取号", h.Name)
	case !a.At.After(tx.Now()) || day.After(place.Today(tx).AddDays(bookAhead)):
		return fault.Invalid("at", "只能预约今后 %d 天之内的时段", bookAhead)
	case !slices.ContainsFunc(h.Hours().Slots(day, time.Duration(h.Slot)*time.Minute), func(t time.Time) bool { return t.Equal(a.At.Time) }):
		return fault.Invalid("at", "请从列出的时段中选择")
	}
	his, args, err := register.Among(tx, "person", a.Person)
	if err != nil {
		return wrap("check appointment", err)
	}
	var same, missed int
	err = tx.QueryRow(`select count(*) from hall_appointment where `+his+` and at = ? and state = ?`, append(slices.Clone(args), a.At, Booked)...).Scan(&same)
	if err == nil {
		err = tx.QueryRow(`select count(*) from hall_appointment where `+his+` and state = ? and at >= ?`, append(slices.Clone(args), Missed,
			db.At(tx.Now().Add(-missedFor)))...).Scan(&missed)
	}
	switch {
	case err != nil:
		return wrap("check appointment", err)
	case same > 0:
		return fault.Conflict("您在这个时间已有预约")
	case missed >= mostMissed:
		return fault.Conflict("您近期有 %d 次预约没有到场，暂不能预约；可以直接到现场取号", missed)
	}
	return nil
}

const appointmentColumns = `id, hall, at, service, person, state, ticket`

func scanAppointment(r *db.Rows) (a Appointment, err error) {
	return a, r.Scan(&a.ID, &a.Hall, &a.At, &a.Service, &a.Person, &a.State, &a.Ticket)
}

// Own lists the appointments of the resident who is logged in, the latest first.
func Own(tx *db.Tx, by staff.Actor) ([]Appointment, error) {
	if by.Person.IsZero() {
		return nil, nil
	}
	his, args, err := register.Among(tx, "person", by.Person)
	if err != nil {
		return nil, wrap("own appointments", err)
	}
	list, err := db.Select(tx, scanAppointment, `select `+appointmentColumns+` from hall_appointment where `+his+` order by at desc limit 50`, args...)
	return list, wrap("own appointments", err)
}

// Expected lists the appointments of a hall on a day, for whoever manages it.
func Expected(tx *db.Tx, by staff.Actor, h Hall, day civil.Date) ([]Appointment, error) {
	if !h.Manages(by) {
		return nil, fault.Forbidden("您不是 %s 的工作人员", h.Name)
	}
	list, err := db.Select(tx, scanAppointment, `select `+appointmentColumns+` from hall_appointment where hall = ? and at >= ? and at < ? order by at, id`,
		h.ID, db.At(day.In(civil.Shanghai)), db.At(day.AddDays(1).In(civil.Shanghai)))
	return list, wrap("expected appointments", err)
}

func appointment(tx *db.Tx, id db.ID) (Appointment, error) {
	list, err := db.Select(tx, scanAppointment, `select `+appointmentColumns+` from hall_appointment where id = ?`, id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个预约")
	}
	if err != nil {
		return Appointment{}, wrap("read appointment", err)
	}
	return list[0], nil
}

// end closes an appointment, and gives its place back unless the time is there.
func (a *Appointment) end(tx *db.Tx, by staff.Actor, state string, ticket db.ID) error {
	err := tx.ExecOne(`update hall_appointment set state = ?, ticket = ?, ended_at = ? where id = ? and state = ?`, state, ticket, db.At(tx.Now()), a.ID, Booked)
	if err != nil {
		return wrap("end appointment", err)
	}
	if a.State, a.Ticket = state, ticket; state == Cancelled {
		if err := tx.Exec(`update hall_slot set taken = taken - 1 where hall = ? and at = ? and taken > 0`, a.Hall, a.At); err != nil {
			return wrap("give slot back", err)
		}
	}
	return record(tx, by, "hall."+state, a.ID, a)
}

// Cancel gives up an appointment of one's own.
func Cancel(tx *db.Tx, by staff.Actor, key string, id db.ID) (Appointment, error) {
	return once.For(tx, by.AuditName(), key, []any{"cancel", id}, func() (Appointment, error) {
		a, err := appointment(tx, id)
		if err != nil {
			return a, err
		}
		if own, err := register.IsOne(tx, a.Person, by.Person); err != nil || !own {
			return a, cmp.Or(err, fault.NotFound("没有这个预约"))
		}
		return a, a.end(tx, by, Cancelled, 0)
	})
}

// Arrive gives somebody who has come by appointment his number, with priority.
func Arrive(tx *db.Tx, by staff.Actor, key string, id db.ID) (Ticket, error) {
	return once.For(tx, by.AuditName(), key, []any{"arrive", id}, func() (Ticket, error) {
		a, err := appointment(tx, id)
		if err != nil {
			return Ticket{}, err
		}
		h, err := managed(tx, by, a.Hall)
		if err != nil {
			return Ticket{}, err
		}
		t, err := take(tx, by, h, "booked", a.Service)
		if err != nil {
			return t, err
		}
		return t, a.end(tx, by, Arrived, t.ID)
	})
}

// Register lets the runner remind residents, and note who did not come.
func Register(r *job.Runner) {
	r.Handle(remindKind, func(tx *db.Tx, j job.Job) error {
		var id db.ID
		if err := j.Decode(&id); err != nil {
			return err
		}
		a, err := appointment(tx, id)
		if err != nil || a.State != Booked {
			return err
		}
		if !tx.Now().Before(a.At.Add(late)) {
			return a.end(tx, staff.Job("hall"), Missed, 0)
		}
		h, err := Get(tx, a.Hall)
		if err != nil {
			return err
		}
		err = notify.Send(tx, notify.Message{To: notify.Person(a.Person), Subject: fmt.Sprintf("预约提醒：%s", h.Name),
			Text: fmt.Sprintf("您预约了 %s 到%s办事，请按时到场取号；不能来请提前取消。", a.At.In(civil.Shanghai).Format("1月2日 15:04"), h.Name), Link: "/hall/appointments"})
		if err != nil {
			return err
		}
		_, err = job.Enqueue(tx, remindKind, a.ID, job.At(a.At.Add(late)))
		return err
	})
}
