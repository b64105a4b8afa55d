package serviceorder

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/staff"
)

// A Check (到离核对) is where and when a worker arrived or left, as his telephone said.
type Check struct {
	Where    geo.Point `json:"where"` // zero: not known
	Accuracy float64   `json:"accuracy"`
	At       time.Time `json:"at"` // zero: now; a telephone without a network says when it was
}

// when is the hour agreed, as people read it.
func when(o *Order) string {
	return o.Wanted.In(civil.Shanghai).Format("1月2日 15:04")
}

// settle puts the time right and says what is wrong with a position.
func (c *Check) settle(now, notBefore time.Time) error {
	if c.At.IsZero() || c.At.After(now) {
		c.At = now
	}
	if c.At.Before(notBefore) {
		c.At = notBefore
	}
	if !c.Where.IsZero() && !c.Where.Valid() {
		return fault.Invalid("where", "位置不对：经度在 -180 到 180 之间，纬度在 -90 到 90 之间")
	}
	return nil
}

// metres is how far from the home it was, less what the telephone was unsure of; -1 when the home or the position is not known.
func (c *Check) metres(o *Order) int {
	if c.Where.IsZero() || o.Home.IsZero() {
		return -1
	}
	return max(0, int(math.Round(geo.Distance(c.Where, o.Home)-c.Accuracy)))
}

// spot is metres as a scheme marks it: a home whose position nobody knows marks no worker.
func (c *Check) spot(o *Order) int {
	if o.Home.IsZero() && !c.Where.IsZero() {
		return 0
	}
	return c.metres(o)
}

// goes loads an order that the actor serves: the worker who was sent, or the desk of the provider for him.
func (x *Orders) goes(tx *db.Tx, by staff.Actor, id db.ID) (Order, error) {
	o, err := x.Get(tx, by, id)
	if err != nil {
		return o, err
	}
	m, err := memberOf(tx, by)
	if err == nil && (m.provider != o.Provider || !m.desk && o.Worker != by.Account) {
		err = fault.Forbidden("只有上门的服务人员和机构的管理员可以签到")
	}
	return o, err
}

// Arrive notes that the worker is there.
func (x *Orders) Arrive(tx *db.Tx, by staff.Actor, key string, id db.ID, c Check) (Order, error) {
	return onceFor(tx, by, key, []any{"arrive", id, c}, func() (Order, error) {
		o, err := x.goes(tx, by, id)
		if err != nil {
			return o, err
		}
		if o.State != Accepted {
			return o, wrongState(&o)
		}
		s, err := x.SchemeOf(&o)
		if err != nil {
			return o, err
		}
		if err := c.settle(tx.Now(), o.At.Time); err != nil {
			return o, err
		}
		marks := s.Arriving(c.spot(&o), minutesAfter(&o, c.At))
		if o.Worker.IsZero() {
			if err := step(tx, by, &o, "assign", by.Name, Accepted, "worker = ?, worker_name = ?", by.Account, by.Name); err != nil {
				return o, err
			}
		}
		if err := step(tx, by, &o, "arrive", "", Arrived, "arrived_at = ?, arrive_metres = ?, marks = ?", db.At(c.At), c.metres(&o), strings.Join(marks, " ")); err != nil {
			return o, err
		}
		return o, x.follow(tx, &o, "arrive", o.WorkerName+"已到场。")
	})
}

// minutesAfter is how late somebody is; an emergency has no hour agreed, its case has a clock.
func minutesAfter(o *Order, at time.Time) int {
	if o.Urgent {
		return 0
	}
	return int(math.Floor(at.Sub(o.Wanted.Time).Minutes()))
}

// follow takes a step of the case that an emergency opened. A case that has gone on by itself is left as it is.
func (x *Orders) follow(tx *db.Tx, o *Order, verb flow.Verb, words string) error {
	if o.Case.IsZero() {
		return nil
	}
	_, err := x.cases.DoBySystem(tx, "居家养老服务", o.Case, casework.Act{Act: flow.Act{Verb: verb, Words: words}, Key: "order:" + o.ID.String() + ":" + string(verb)})
	switch fault.KindOf(err) {
	case fault.KindConflict, fault.KindForbidden, fault.KindRefused, fault.KindNotFound:
		return tx.Exec(`update service_order set trouble = ? where id = ?`, "办件没有跟上："+fault.As(err).Message(), o.ID)
	}
	return err
}

// A Report (服务记录) is what a worker says when he leaves.
type Report struct {
	Check  Check  `json:"check"`
	Units  int    `json:"units"` // served, at most what was ordered
	Record string `json:"record"`
}

// Leave notes what was done and that the worker has gone; whoever was served is asked to confirm.
func (x *Orders) Leave(tx *db.Tx, by staff.Actor, key string, id db.ID, r Report) (Order, error) {
	return onceFor(tx, by, key, []any{"leave", id, r}, func() (Order, error) {
		o, err := x.goes(tx, by, id)
		if err != nil {
			return o, err
		}
		if o.State != Arrived {
			return o, wrongState(&o)
		}
		s, err := x.SchemeOf(&o)
		if err != nil {
			return o, err
		}
		r.Record = strings.TrimSpace(r.Record)
		var wrong []fault.FieldError
		if r.Units < 1 || r.Units > o.Units {
			wrong = append(wrong, fault.FieldError{Field: "units", Format: "实际服务 1 到 %d，订多少最多记多少", Args: []any{o.Units}})
		}
		if n := utf8.RuneCountInString(r.Record); n == 0 || n > 1000 {
			wrong = append(wrong, fault.FieldError{Field: "record", Format: "请写明做了什么，不超过 1000 字"})
		}
		if len(wrong) > 0 {
			return o, fault.Fields(wrong)
		}
		if err := r.Check.settle(tx.Now(), o.ArrivedAt.Time); err != nil {
			return o, err
		}
		fen, err := s.Kind(o.Kind).Costs(r.Units)
		if err != nil {
			return o, err
		}
		if err := x.left(tx, by, &o, s, r, fen); err != nil {
			return o, err
		}
		if err := x.follow(tx, &o, "finish", r.Record); err != nil {
			return o, err
		}
		return o, tellPerson(tx, &o, "请确认服务", o.ProviderName+"说已经服务："+r.Record+" 请确认是不是这样。")
	})
}

// left writes what was served, with the marks of the whole visit.
func (x *Orders) left(tx *db.Tx, by staff.Actor, o *Order, s pack.Held, r Report, fen money.Fen) error {
	marks := o.Marks
	for _, m := range s.Spot(r.Check.spot(o)) {
		if !slices.Contains(marks, m) {
			marks = append(marks, m)
		}
	}
	if k := s.Kind(o.Kind); k.Per == "hour" {
		stayed := int(r.Check.At.Sub(o.ArrivedAt.Time).Minutes())
		if s.TooShort(stayed * 100 / (60 * r.Units)) {
			marks = append(marks, pack.MarkShort)
		}
	}
	due, err := x.due(tx, s, s.Confirm)
	if err != nil {
		return err
	}
	return step(tx, by, o, "leave", r.Record, Served, "left_at = ?, leave_metres = ?, marks = ?, record = ?, served = ?, fen = ?, due_at = ?",
		db.At(r.Check.At), r.Check.metres(o), strings.Join(marks, " "), r.Record, r.Units, int64(fen), due)
}
