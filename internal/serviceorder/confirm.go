package serviceorder

import (
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/staff"
)

// confirmer tells as what an actor may say how a service was: whoever was served himself, the community's worker for somebody who cannot, and after a call back.
// Family may order, and does not confirm; nobody confirms what his own provider served.
func (x *Orders) confirmer(tx *db.Tx, by staff.Actor, o *Order) (string, error) {
	m, err := memberOf(tx, by)
	if err != nil {
		return "", err
	}
	if m.provider == o.Provider && !m.provider.IsZero() {
		return "", fault.Forbidden("提供服务的机构不能替老人确认")
	}
	as, err := asWhat(tx, by, o.Person, o.Path)
	if err != nil {
		return "", err
	}
	switch {
	case as == AsSelf:
		return as, nil
	case as == AsFamily:
		return "", fault.Forbidden("请老人本人确认；本人不能确认的，由社区工作者上门或打电话问过以后确认")
	case o.State == CallBack || o.State == Disputed:
		return as, nil
	}
	list, err := plansBy(tx, "id = ?", o.Plan)
	if err != nil {
		return "", err
	}
	if o.Urgent || len(list) > 0 && list[0].Cannot {
		return as, nil
	}
	return "", fault.Forbidden("本人能够确认的，等本人确认；过了期限会转到回访")
}

// Confirm says that a service was as recorded. Only then may it be settled.
func (x *Orders) Confirm(tx *db.Tx, by staff.Actor, key string, id db.ID, words string) (Order, error) {
	return onceFor(tx, by, key, []any{"confirm", id, words}, func() (Order, error) {
		o, err := x.Get(tx, by, id)
		if err != nil {
			return o, err
		}
		as, err := x.confirmer(tx, by, &o)
		if err != nil {
			return o, err
		}
		words = strings.TrimSpace(words)
		switch {
		case o.State != Served && o.State != CallBack && o.State != Disputed:
			return o, wrongState(&o)
		case as == AsCommunity && words == "":
			return o, fault.Invalid("words", "请写明怎样问到老人的，老人怎样说")
		case utf8.RuneCountInString(words) > 500:
			return o, fault.Invalid("words", "说明不超过 500 字")
		}
		return o, step(tx, by, &o, "confirm", words, Confirmed, "confirmed_at = ?, confirmed_by = ?, confirmed_as = ?, due_at = ''", db.At(tx.Now()), by.Name, as)
	})
}

// Dispute says that a service was not as recorded; the community's worker finds out.
func (x *Orders) Dispute(tx *db.Tx, by staff.Actor, key string, id db.ID, words string) (Order, error) {
	return onceFor(tx, by, key, []any{"dispute", id, words}, func() (Order, error) {
		o, err := x.Get(tx, by, id)
		if err != nil {
			return o, err
		}
		if _, err := asWhat(tx, by, o.Person, o.Path); err != nil {
			return o, err
		}
		words = strings.TrimSpace(words)
		switch {
		case o.State != Served && o.State != CallBack:
			return o, wrongState(&o)
		case words == "" || utf8.RuneCountInString(words) > 500:
			return o, fault.Invalid("words", "请写明哪里不对，不超过 500 字")
		}
		s, err := x.SchemeOf(&o)
		if err != nil {
			return o, err
		}
		due, err := x.due(tx, s, s.Back)
		if err != nil {
			return o, err
		}
		if err := step(tx, by, &o, "dispute", words, Disputed, "due_at = ?", due); err != nil {
			return o, err
		}
		return o, tellGuard(tx, &o, "老人对服务有异议", o.Number+"："+words)
	})
}

// Void finds that a service was not given, after a call back or a dispute: it is not settled and frees its quota.
func (x *Orders) Void(tx *db.Tx, by staff.Actor, key string, id db.ID, words string) (Order, error) {
	return onceFor(tx, by, key, []any{"void", id, words}, func() (Order, error) {
		o, err := x.Get(tx, by, id)
		if err != nil {
			return o, err
		}
		words = strings.TrimSpace(words)
		switch {
		case !Keeps(by, o.Path):
			return o, fault.Forbidden("只有当地的社区工作者可以作出这个结论")
		case o.State != CallBack && o.State != Disputed:
			return o, wrongState(&o)
		case words == "" || utf8.RuneCountInString(words) > 500:
			return o, fault.Invalid("words", "请写明怎样查实的，不超过 500 字")
		}
		if err := step(tx, by, &o, "void", words, Void, "due_at = ''"); err != nil {
			return o, err
		}
		p, err := providerOf(tx, o.Provider)
		if err != nil {
			return o, err
		}
		return o, notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "订单不计费", Text: o.Number + "：" + words + " 有不同意见的，可以在 15 日内向主管部门提出。", Link: orderLink(&o)})
	})
}

// Rate says how good a confirmed service was, once.
func (x *Orders) Rate(tx *db.Tx, by staff.Actor, key string, id db.ID, rating int, words string) (Order, error) {
	return onceFor(tx, by, key, []any{"rate", id, rating, words}, func() (Order, error) {
		o, err := x.Get(tx, by, id)
		if err != nil {
			return o, err
		}
		as, err := asWhat(tx, by, o.Person, o.Path)
		if err != nil {
			return o, err
		}
		words = strings.TrimSpace(words)
		switch {
		case as == AsCommunity && o.ConfirmedAs != AsCommunity:
			return o, fault.Forbidden("请老人本人或家人评价")
		case o.State != Confirmed && o.State != Settled || o.Rating != 0:
			return o, fault.Conflict("确认以后可以评价一次")
		case rating < 1 || rating > 5:
			return o, fault.Invalid("rating", "请选择一到五分")
		case utf8.RuneCountInString(words) > 500:
			return o, fault.Invalid("words", "评价不超过 500 字")
		}
		return o, step(tx, by, &o, "rate", words, o.State, "rating = ?, rating_words = ?", rating, words)
	})
}

// Cancel takes an order back before anybody has arrived; its quota is free again at once.
func (x *Orders) Cancel(tx *db.Tx, by staff.Actor, key string, id db.ID, why string) (Order, error) {
	return onceFor(tx, by, key, []any{"cancel", id, why}, func() (Order, error) {
		o, err := x.Get(tx, by, id)
		if err != nil {
			return o, err
		}
		if _, err := asWhat(tx, by, o.Person, o.Path); err != nil {
			return o, err
		}
		why = strings.TrimSpace(why)
		switch {
		case o.State != Asked && o.State != Offered && o.State != Accepted:
			return o, wrongState(&o)
		case utf8.RuneCountInString(why) > 200:
			return o, fault.Invalid("why", "原因不超过 200 字")
		}
		return o, cancel(tx, by, &o, why)
	})
}

func cancel(tx *db.Tx, by staff.Actor, o *Order, why string) error {
	was := o.Provider
	if err := step(tx, by, o, "cancel", why, Cancelled, "due_at = ''"); err != nil || was.IsZero() {
		return err
	}
	p, err := providerOf(tx, was)
	if err != nil {
		return err
	}
	return notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "订单已取消", Text: o.Number + "，" + when(o) + "不用上门了。" + why, Link: orderLink(o)})
}

// tellGuard tells the unit that serves the place.
func tellGuard(tx *db.Tx, o *Order, subject, text string) error {
	guard, err := serving(tx, o.Path)
	if err != nil || guard == "" {
		return err
	}
	return notify.Send(tx, notify.Message{To: notify.Unit(guard), Subject: subject, Text: text, Link: orderLink(o)})
}
