package serviceorder

import (
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/staff"
)

// offer offers an order to a provider, or to whoever has the least to do; with nobody left the community is told.
func (x *Orders) offer(tx *db.Tx, by staff.Actor, o *Order, s pack.Held, provider db.ID) error {
	list, err := x.Candidates(tx, o)
	if err != nil {
		return err
	}
	for _, p := range list {
		if !provider.IsZero() && p.Organisation != provider {
			continue
		}
		due, err := x.due(tx, s, s.Offer)
		if err != nil {
			return err
		}
		if err := step(tx, by, o, "offer", "", Offered, "provider = ?, provider_name = ?, worker = 0, worker_name = '', due_at = ?", p.Organisation, p.Name, due); err != nil {
			return err
		}
		return notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "新的服务订单", Text: o.Number + "，请按时答复。", Link: orderLink(o)})
	}
	if !provider.IsZero() {
		return fault.Invalid("provider", "这家机构现在不能接这一单，请另选一家")
	}
	if o.State != Asked {
		if err := step(tx, by, o, "offer", "没有可派的机构", Asked, "provider = 0, provider_name = '', worker = 0, worker_name = '', due_at = ''"); err != nil {
			return err
		}
	}
	guard, err := serving(tx, o.Path)
	if err != nil || guard == "" {
		return err
	}
	return notify.Send(tx, notify.Message{To: notify.Unit(guard), Subject: "没有机构可以接单", Text: o.Number + "，请联系机构后改派，或与老人另约时间。", Link: orderLink(o)})
}

// Assign offers an order to a provider chosen by the community's worker: one that nobody took, or one that is with another and not begun.
func (x *Orders) Assign(tx *db.Tx, by staff.Actor, key string, id, provider db.ID, why string) (Order, error) {
	return onceFor(tx, by, key, []any{id, provider, why}, func() (Order, error) {
		o, err := x.Get(tx, by, id)
		if err != nil {
			return o, err
		}
		why = strings.TrimSpace(why)
		switch {
		case !Keeps(by, o.Path):
			return o, fault.Forbidden("只有当地的社区工作者、接线员可以改派")
		case o.State != Asked && o.State != Offered && o.State != Accepted:
			return o, wrongState(&o)
		case o.State != Asked && why == "":
			return o, fault.Invalid("why", "请写明为什么改派")
		}
		s, err := x.SchemeOf(&o)
		if err != nil {
			return o, err
		}
		if o.State != Asked {
			if err := step(tx, by, &o, "decline", "改派："+why, Asked, "due_at = ''"); err != nil {
				return o, err
			}
		}
		if o.Urgent {
			return o, x.rescue(tx, by, &o, s)
		}
		return o, x.offer(tx, by, &o, s, provider)
	})
}

// mine loads an order of the provider at whose desk the actor works.
func (x *Orders) mine(tx *db.Tx, by staff.Actor, id db.ID) (Order, Provider, error) {
	o, err := x.Get(tx, by, id)
	if err != nil {
		return o, Provider{}, err
	}
	m, err := memberOf(tx, by)
	if err == nil && (m.provider != o.Provider || !m.desk) {
		err = fault.Forbidden("只有接这一单的机构的管理员可以答复")
	}
	if err != nil {
		return o, Provider{}, err
	}
	p, err := providerOf(tx, o.Provider)
	return o, p, err
}

func wrongState(o *Order) error {
	return fault.Conflict("订单现在是“%s”，请刷新后再看", o.State.Words())
}

// Accept takes an order that was offered; a worker may be named at once.
func (x *Orders) Accept(tx *db.Tx, by staff.Actor, key string, id, worker db.ID) (Order, error) {
	return onceFor(tx, by, key, []any{"accept", id, worker}, func() (Order, error) {
		o, p, err := x.mine(tx, by, id)
		if err != nil {
			return o, err
		}
		if o.State != Offered {
			return o, wrongState(&o)
		}
		s, err := x.SchemeOf(&o)
		if err != nil {
			return o, err
		}
		if err := licensed(tx, &p, s.LicenceBasis[0]); err != nil {
			return o, err
		}
		if err := step(tx, by, &o, "accept", "", Accepted, "due_at = ''"); err != nil {
			return o, err
		}
		if !worker.IsZero() {
			if err := x.send(tx, by, &o, worker); err != nil {
				return o, err
			}
		}
		return o, tellPerson(tx, &o, "服务已接单", p.Name+"接了您的订单，"+when(&o)+"上门。")
	})
}

// Decline sends an offer on to the next provider, with a reason.
func (x *Orders) Decline(tx *db.Tx, by staff.Actor, key string, id db.ID, why string) (Order, error) {
	return onceFor(tx, by, key, []any{"decline", id, why}, func() (Order, error) {
		o, _, err := x.mine(tx, by, id)
		if err != nil {
			return o, err
		}
		why = strings.TrimSpace(why)
		switch {
		case o.State != Offered:
			return o, wrongState(&o)
		case why == "" || utf8.RuneCountInString(why) > 200:
			return o, fault.Invalid("why", "请写明为什么不接，不超过 200 字")
		}
		s, err := x.SchemeOf(&o)
		if err != nil {
			return o, err
		}
		if err := step(tx, by, &o, "decline", why, Offered, "due_at = ''"); err != nil {
			return o, err
		}
		return o, x.offer(tx, by, &o, s, 0)
	})
}

// Send names the worker who goes, or another one, while nobody has arrived.
func (x *Orders) Send(tx *db.Tx, by staff.Actor, key string, id, worker db.ID) (Order, error) {
	return onceFor(tx, by, key, []any{"send", id, worker}, func() (Order, error) {
		o, _, err := x.mine(tx, by, id)
		if err != nil {
			return o, err
		}
		if o.State != Accepted {
			return o, wrongState(&o)
		}
		return o, x.send(tx, by, &o, worker)
	})
}

func (x *Orders) send(tx *db.Tx, by staff.Actor, o *Order, worker db.ID) error {
	list, err := Members(tx, o.Provider)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.Account != worker {
			continue
		}
		if err := step(tx, by, o, "assign", m.Name, Accepted, "worker = ?, worker_name = ?", m.Account, m.Name); err != nil {
			return err
		}
		return notify.Send(tx, notify.Message{To: notify.Account(m.Account), Subject: "上门服务", Text: when(o) + "，" + o.Address, Link: orderLink(o)})
	}
	return fault.Invalid("worker", "请选择本机构的服务人员")
}

// tellPerson tells whoever is served.
func tellPerson(tx *db.Tx, o *Order, subject, text string) error {
	return notify.Send(tx, notify.Message{To: notify.Person(o.Person), Subject: subject, Text: text, Link: orderLink(o)})
}
