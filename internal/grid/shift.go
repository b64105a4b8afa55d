package grid

import (
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/once"
	"linli/internal/staff"
)

const (
	// LongestShift is when a duty that nobody ended is over.
	LongestShift = 16 * time.Hour
	// latest is how late a duty may be told: as long as a telephone works without a network.
	latest = 30 * 24 * time.Hour
)

// A Shift (当班) is one time on duty of a worker.
type Shift struct {
	ID      db.ID
	Account db.ID
	Began   db.Time
	Ended   db.Time // zero while it lasts
	Forgot  bool    // he did not end it himself
	Seen    db.Time // when the last fix was taken; zero before the first
	At      geo.Point
	Within  int // accuracy of the last fix in metres; 0: not told
}

// Open reports that the shift lasts.
func (s Shift) Open() bool { return s.Ended.IsZero() }

// covers reports whether an instant lies within the shift.
func (s Shift) covers(at time.Time) bool {
	end := s.Began.Add(LongestShift)
	if !s.Ended.IsZero() {
		end = s.Ended.Time
	}
	return !at.Before(s.Began.Time) && !at.After(end)
}

const shiftColumns = "id, account, began_at, ended_at, forgot, seen_at, lon, lat, accuracy"

func scanShift(r *db.Rows) (s Shift, err error) {
	var lon, lat int64
	err = r.Scan(&s.ID, &s.Account, &s.Began, &s.Ended, &s.Forgot, &s.Seen, &lon, &lat, &s.Within)
	s.At = geo.Of(lon, lat)
	return s, err
}

// Begin puts a worker on duty at an instant, zero for now; a phone that was without a network tells an earlier one. Returns forbidden for somebody
// without a post that day, conflict when he is on duty already or was at that instant, and invalid for an instant to come or long past.
func Begin(tx *db.Tx, by staff.Actor, key string, at time.Time) (Shift, error) {
	return once.For(tx, by.AuditName(), key, []any{"grid.begin", db.At(at)}, func() (Shift, error) {
		s := Shift{ID: db.NewID(), Account: by.Account, Began: db.At(at)}
		if at.IsZero() {
			s.Began = db.At(tx.Now())
		}
		if err := told(tx, s.Began.Time); err != nil {
			return s, err
		}
		posts, err := Of(tx, by.Account, civil.DateOf(s.Began.Time, civil.Shanghai))
		if err != nil {
			return s, err
		}
		if len(posts) == 0 {
			return s, fault.Forbidden("您没有网格岗位，不能上岗；请街道先安排")
		}
		if err := endForgotten(tx, by.Account); err != nil {
			return s, err
		}
		others, err := shifts(tx, by.Account, s.Began.Time)
		if err != nil {
			return s, err
		}
		for _, o := range others {
			if o.Open() || o.covers(s.Began.Time) || o.Began.After(s.Began.Time) && o.Ended.After(s.Began.Time) {
				return s, fault.Conflict("您自 %s 起已经在岗", clock(o.Began))
			}
		}
		err = tx.Exec("insert into grid_shift (id, account, began_at) values (?, ?, ?)", s.ID, s.Account, s.Began)
		if err != nil {
			return s, wrap("begin shift", err)
		}
		return s, record(tx, by, "grid.on", "account:"+by.Account.String(), map[string]string{"at": s.Began.Text()})
	})
}

// End takes a worker off duty at an instant, zero for now. Returns conflict when he is not on duty, and invalid for an instant before he began.
func End(tx *db.Tx, by staff.Actor, key string, at time.Time) (Shift, error) {
	return once.For(tx, by.AuditName(), key, []any{"grid.end", db.At(at)}, func() (Shift, error) {
		if at.IsZero() {
			at = tx.Now()
		}
		if err := told(tx, at); err != nil {
			return Shift{}, err
		}
		s, on, err := OnDuty(tx, by.Account)
		switch {
		case err != nil:
			return s, err
		case !on:
			return s, fault.Conflict("您现在不在岗")
		case !s.Began.Before(at):
			return s, fault.Invalid("at", "离岗时间要晚于上岗时间 %s", clock(s.Began))
		}
		s.Ended = db.At(at)
		if err := end(tx, s); err != nil {
			return s, err
		}
		return s, record(tx, by, "grid.off", "account:"+by.Account.String(), map[string]string{"at": s.Ended.Text()})
	})
}

// told refuses an instant at which nothing can be said to have happened.
func told(tx *db.Tx, at time.Time) error {
	switch {
	case at.After(tx.Now()):
		return fault.Invalid("at", "时间 %s 还没有到", clock(db.At(at)))
	case at.Before(tx.Now().Add(-latest)):
		return fault.Invalid("at", "时间 %s 太早，不再补记", clock(db.At(at)))
	}
	return nil
}

// clock is an instant as people say it.
func clock(t db.Time) string { return t.In(civil.Shanghai).Format("1月2日 15:04") }

// OnDuty returns the shift of a worker that lasts.
func OnDuty(tx *db.Tx, account db.ID) (Shift, bool, error) {
	list, err := db.Select(tx, scanShift, "select "+shiftColumns+" from grid_shift where account = ? and ended_at = '' and began_at > ?",
		account, db.At(tx.Now().Add(-LongestShift)))
	if err != nil || len(list) == 0 {
		return Shift{}, false, wrap("read shift", err)
	}
	return list[0], true, nil
}

// Shifts returns up to limit shifts of a worker, the latest first.
func Shifts(tx *db.Tx, account db.ID, limit int) ([]Shift, error) {
	list, err := db.Select(tx, scanShift, "select "+shiftColumns+" from grid_shift where account = ? order by began_at desc limit ?", account, limit)
	return list, wrap("list shifts", err)
}

// shifts returns those that may hold an instant, or come after it.
func shifts(tx *db.Tx, account db.ID, at time.Time) ([]Shift, error) {
	list, err := db.Select(tx, scanShift, "select "+shiftColumns+" from grid_shift where account = ? and (ended_at = '' or ended_at > ?) order by began_at",
		account, db.At(at))
	return list, wrap("list shifts", err)
}

func end(tx *db.Tx, s Shift) error {
	return wrap("end shift", tx.ExecOne("update grid_shift set ended_at = ?, forgot = ? where id = ? and ended_at = ''", s.Ended, oneIf(s.Forgot), s.ID))
}

// endForgotten ends the shift that a worker left open too long; account zero asks for all.
func endForgotten(tx *db.Tx, account db.ID) error {
	where, args := "", []any{db.At(tx.Now().Add(-LongestShift))}
	if !account.IsZero() {
		where, args = " and account = ?", append(args, account)
	}
	list, err := db.Select(tx, scanShift, "select "+shiftColumns+" from grid_shift where ended_at = '' and began_at <= ?"+where, args...)
	if err != nil {
		return wrap("find forgotten shifts", err)
	}
	for _, s := range list {
		s.Ended, s.Forgot = db.At(s.Began.Add(LongestShift)), true
		if err := end(tx, s); err != nil {
			return err
		}
	}
	return nil
}
