package serviceorder

import (
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Search (订单条件) chooses orders that an actor sees.
type Search struct {
	States []State
	Person db.ID // zero: any
	Urgent bool  // emergencies only
	Mine   bool  // of the actor as a worker only
	Late   bool  // whose answer is overdue only
	From   time.Time
	To     time.Time // exclusive
	Month  string
	Marked bool // with marks only
	Last   bool // the latest first; otherwise by the hour agreed
	Limit  int
}

// List lists orders, emergencies first.
func (x *Orders) List(tx *db.Tx, by staff.Actor, q Search) ([]Order, error) {
	cond, args, ok, err := sight(tx, by)
	if err != nil || !ok {
		return nil, err
	}
	and := func(c string, a ...any) { cond, args = cond+" and "+c, append(args, a...) }
	if len(q.States) > 0 {
		marks := db.Marks(len(q.States))
		list := make([]any, len(q.States))
		for i, s := range q.States {
			list[i] = string(s)
		}
		and("o.state in ("+marks+")", list...)
	}
	if !q.Person.IsZero() {
		and("o.person = ?", q.Person)
	}
	if q.Urgent {
		and("o.urgent = 1")
	}
	if q.Mine {
		and("o.worker = ?", by.Account)
	}
	if q.Late {
		and("o.due_at <> '' and o.due_at <= ?", db.At(tx.Now()))
	}
	if !q.From.IsZero() {
		and("o.wanted_at >= ?", db.At(q.From))
	}
	if !q.To.IsZero() {
		and("o.wanted_at < ?", db.At(q.To))
	}
	if q.Month != "" {
		and("o.month = ?", q.Month)
	}
	if q.Marked {
		and("o.marks <> ''")
	}
	order := " order by o.urgent desc, o.wanted_at, o.id limit ?"
	if q.Last {
		order = " order by o.id desc limit ?"
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	list, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where `+cond+order, append(args, q.Limit)...)
	return list, wrap("list orders", err)
}

// Today lists what a worker has to do today and what he has not finished of the days before.
func (x *Orders) Today(tx *db.Tx, by staff.Actor) ([]Order, error) {
	end := place.Today(tx).AddDays(1).In(civil.Shanghai)
	return x.List(tx, by, Search{States: []State{Accepted, Arrived}, Mine: true, To: end})
}
