package serviceorder

import (
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Wish (服务需求) is what somebody asks for.
type Wish struct {
	Person   db.ID     `json:"person"`
	Kind     string    `json:"kind"`
	Units    int       `json:"units"`
	Wanted   time.Time `json:"wanted"` // zero: now
	Words    string    `json:"words"`
	Pays     string    `json:"pays"`     // "" public
	Provider db.ID     `json:"provider"` // zero: whoever has the least to do
}

// ahead is how far ahead a service may be ordered.
const ahead = 62 * 24 * time.Hour

// Ask orders a service for a person: by himself, his family, or the community's worker or desk that takes calls. The order is offered to a provider at once. Returns
// invalid, forbidden, and a refusal without a plan, beyond the quota, and for a service that the plan does not hold.
func (x *Orders) Ask(tx *db.Tx, by staff.Actor, key string, w Wish) (Order, error) {
	return onceFor(tx, by, key, w, func() (Order, error) {
		p, err := register.PersonOf(tx, w.Person)
		if err != nil {
			return Order{}, err
		}
		if err := p.Alive("person"); err != nil {
			return Order{}, err
		}
		as, err := asWhat(tx, by, w.Person, p.Path)
		if err != nil {
			return Order{}, err
		}
		list, err := plansBy(tx, "person = ? and state = 'active' order by id desc", w.Person)
		if err != nil {
			return Order{}, err
		}
		var plan *Plan
		var s pack.Held
		if len(list) > 0 {
			plan = &list[0]
			s, err = x.planScheme(plan)
		} else {
			s, err = x.SchemeAt(tx, p.Path)
		}
		if err != nil {
			return Order{}, err
		}
		k, err := w.check(tx, s.Scheme)
		if err != nil {
			return Order{}, err
		}
		o := Order{ID: db.NewID(), Person: w.Person, Name: p.Name, Document: s.Of.Document.ID, Scheme: s.ID, Pack: s.Of.Version, Kind: k.ID, Urgent: k.Urgent, Pays: w.Pays,
			Units: w.Units, Month: monthOf(w.Wanted), Wanted: db.At(w.Wanted), Words: w.Words, Place: p.Place, Path: p.Path, Address: p.Address, AskedBy: by.Account,
			AskedName: by.Name, AskedAs: as, State: Asked, ArriveMetres: -1, LeaveMetres: -1, Version: 1, At: db.At(tx.Now())}
		if plan != nil {
			o.Plan, o.Place, o.Path, o.Address, o.Home = plan.ID, plan.Place, plan.Path, plan.Address, plan.Home
		}
		if o.Fen, err = k.Costs(w.Units); err != nil {
			return Order{}, err
		}
		if o.Pays == PublicPays && !k.Urgent {
			if err := x.within(tx, plan, &o, s.Scheme, k); err != nil {
				return Order{}, err
			}
		}
		return x.place(tx, by, o, s, w.Provider)
	})
}

func (w *Wish) check(tx *db.Tx, s *pack.Scheme) (*pack.SchemeKind, error) {
	w.Words = strings.TrimSpace(w.Words)
	if w.Pays == "" {
		w.Pays = PublicPays
	}
	now := tx.Now()
	k := s.Kind(w.Kind)
	if k == nil {
		return nil, fault.Invalid("kind", "请选择要哪种服务")
	}
	if w.Wanted.IsZero() || k.Urgent {
		w.Wanted = now
	}
	if k.Per == "time" && w.Units == 0 {
		w.Units = 1
	}
	var wrong []fault.FieldError
	if w.Units < 1 || w.Units > k.Longest {
		wrong = append(wrong, fault.FieldError{Field: "units", Format: "%s一次订 1 到 %d %s，再多请分几次订", Args: []any{k.Name, k.Longest, k.UnitWords()}})
	}
	if w.Wanted.Before(now.Add(-time.Minute)) || w.Wanted.After(now.Add(ahead)) {
		wrong = append(wrong, fault.FieldError{Field: "wanted", Format: "请选择今后两个月内的时间"})
	}
	if utf8.RuneCountInString(w.Words) > 500 {
		wrong = append(wrong, fault.FieldError{Field: "words", Format: "说明不超过 500 字"})
	}
	if w.Pays != PublicPays && w.Pays != SelfPays {
		wrong = append(wrong, fault.FieldError{Field: "pays", Format: "请选择用额度还是自费"})
	}
	return k, fault.Fields(wrong)
}

// within holds the plan and refuses what goes beyond it: two orders at the same time come one after the other here.
func (x *Orders) within(tx *db.Tx, plan *Plan, o *Order, s *pack.Scheme, k *pack.SchemeKind) error {
	if plan == nil {
		return refuse(s.QuotaBasis, "还没有服务计划，请先由社区评估、定计划；也可以自费订")
	}
	on := civil.DateOf(o.Wanted.Time, civil.Shanghai)
	if on.Before(plan.From) || !plan.To.IsZero() && on.After(plan.To) {
		return refuse(s.QuotaBasis, "服务计划从%s开始，%s不在计划内", plan.From.Words(), on.Words())
	}
	if err := tx.ExecOne(`update order_plan set version = version + 1 where id = ? and state = 'active'`, plan.ID); err != nil {
		return wrap("hold plan", err)
	}
	b, err := x.Left(tx, plan, o.Month)
	if err != nil {
		return err
	}
	for _, part := range b.Kinds {
		if part.Kind.ID != k.ID {
			continue
		}
		if o.Units > part.Left {
			return refuse(s.QuotaBasis, "%s本月还可以订 %d %s，要订 %d %s；可以减少，或者自费", k.Name, part.Left, k.UnitWords(), o.Units, k.UnitWords())
		}
		if o.Fen > b.Left {
			return refuse(s.QuotaBasis, "本月额度还剩 %s，这一单要 %s；可以减少，或者自费", b.Left.Words(), o.Fen.Words())
		}
		return nil
	}
	return refuse(s.QuotaBasis, "服务计划里没有%s；可以请社区改计划，或者自费", k.Name)
}

// place writes an order down and offers it; an emergency calls everybody near.
func (x *Orders) place(tx *db.Tx, by staff.Actor, o Order, s pack.Held, provider db.ID) (Order, error) {
	var err error
	if o.Number, err = number(tx); err != nil {
		return o, err
	}
	if o.Urgent {
		x.openCase(tx, by, &o, s)
	}
	lon, lat := o.Home.Millionths()
	err = tx.Exec(`insert into service_order (id, number, person, name, plan, document, scheme, pack_version, kind, urgent, pays, units, fen, month, wanted_at, words, place, path, address,
		lon, lat, asked_by, asked_name, asked_as, state, case_id, trouble, version, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
		o.ID, o.Number, o.Person, o.Name, o.Plan, o.Document, o.Scheme, o.Pack, o.Kind, flag(o.Urgent), o.Pays, o.Units, int64(o.Fen), o.Month, o.Wanted, o.Words, o.Place, o.Path, o.Address,
		lon, lat, o.AskedBy, o.AskedName, o.AskedAs, string(o.State), o.Case, o.Trouble, o.At)
	if err != nil {
		return o, wrap("place order", err)
	}
	if err := remember(tx, by, &o, "ask", o.Words); err != nil {
		return o, err
	}
	if o.Urgent {
		return o, x.rescue(tx, by, &o, s)
	}
	return o, x.offer(tx, by, &o, s, provider)
}

// openCase opens the case of an emergency, whose clock the supervisors watch. Whatever keeps it from being opened must not keep help away: the order then says what.
func (x *Orders) openCase(tx *db.Tx, by staff.Actor, o *Order, s pack.Held) {
	phone, _ := x.people.Reach(tx, o.Person, register.Phone)
	words := o.Words
	if words == "" {
		words = "按了紧急呼叫，没有说明。"
	}
	r, err := x.cases.Register(tx, by, casework.Intake{Key: "rescue:" + o.ID.String(), Flow: s.Opens, Title: "紧急呼叫：" + o.Name, Body: words, Place: o.Place,
		Fields: map[string]string{"reporter": o.Name, "phone": phone, "address": o.Address, "service": o.Kind, "content": words}, Sets: map[string]any{"urgent": true},
		From: casework.Reporter{Name: o.Name, Phone: phone, Address: o.Address}})
	if err != nil {
		o.Trouble = fault.As(err).Message()
		return
	}
	o.Case = r.Case
}

// rescue gives an emergency to a provider without waiting for an answer, and calls it, the community and the family.
func (x *Orders) rescue(tx *db.Tx, by staff.Actor, o *Order, s pack.Held) error {
	list, err := x.Candidates(tx, o)
	if err != nil {
		return err
	}
	text := o.Name + "，" + o.Address + "。" + o.Words
	if len(list) > 0 {
		p := list[0]
		if err := step(tx, by, o, "offer", "紧急，不等答复", Accepted, "provider = ?, provider_name = ?", p.Organisation, p.Name); err != nil {
			return err
		}
		if err := notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "紧急呼叫，请立即上门", Text: text, Link: orderLink(o)}); err != nil {
			return err
		}
		if err := notify.Text(tx, p.Phone, "紧急呼叫："+text, "order.rescue"); err != nil && fault.KindOf(err) != fault.KindInvalid { // no mobile: the message stands
			return err
		}
	}
	guard, err := serving(tx, o.Path)
	if err != nil {
		return err
	}
	if guard != "" {
		if err := notify.Send(tx, notify.Message{To: notify.Unit(guard), Subject: "紧急呼叫", Text: text, Link: orderLink(o)}); err != nil {
			return err
		}
	}
	near, err := Family(tx, o.Person)
	if err != nil {
		return err
	}
	for _, id := range near {
		if err := notify.Send(tx, notify.Message{To: notify.Person(id), Subject: "家人按了紧急呼叫", Text: text, Link: orderLink(o)}); err != nil {
			return err
		}
	}
	return nil
}

func orderLink(o *Order) string { return "/homecare/orders/" + o.ID.String() }

// serving is the unit that serves the nearest place of a path, "" when none does.
func serving(tx *db.Tx, path string) (string, error) {
	units, err := staff.Units(tx)
	if err != nil {
		return "", err
	}
	codes := place.Codes(path)
	for i := len(codes) - 1; i >= 0; i-- {
		for _, u := range units {
			if u.Place == codes[i] && !u.Closed && u.Kind != unitKind {
				return u.Code, nil
			}
		}
	}
	return "", nil
}

// unitKind is the kind of the units of providers: they serve a place too, and are not its guard.
const unitKind = "provider"
