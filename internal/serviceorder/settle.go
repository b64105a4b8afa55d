package serviceorder

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/money"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Settlement (服务结算单) is what is owed to a provider for the confirmed orders of a month in one county.
type Settlement struct {
	ID       db.ID       `json:"id"`
	Provider db.ID       `json:"provider"`
	Name     string      `json:"name"`
	Month    string      `json:"month"`
	Path     string      `json:"path"`
	Seq      int         `json:"seq"` // 1; later ones of the month hold what was confirmed later
	Document string      `json:"document"`
	Scheme   string      `json:"scheme"`
	Clause   law.Clause  `json:"clause"`
	Orders   int         `json:"orders"`
	Fen      money.Fen   `json:"fen"`
	Shares   []ShareLine `json:"shares"`
	State    string      `json:"state"`
	Why      string      `json:"why"`
	MadeBy   db.ID       `json:"made_by"`
	MadeName string      `json:"made_name"`
	Made     db.Time     `json:"made"`
	Checked  string      `json:"checked"`
	At       db.Time     `json:"checked_at"`
}

// A ShareLine (分担金额) is what one payer owes of a settlement.
type ShareLine struct {
	Payer string    `json:"payer"`
	Fen   money.Fen `json:"fen"`
}

// States of a settlement.
const (
	Made     = "made"     // to be checked by another
	Checked  = "checked"  // to be paid
	Returned = "returned" // sent back: its orders wait for the next
	Paid     = "paid"
	Held     = "held" // the run could not pay it
)

// SettlementWords is a state of a settlement in Chinese.
func SettlementWords(state string) string {
	return map[string]string{Made: "待复核", Checked: "待发放", Returned: "已退回", Paid: "已发放", Held: "发放暂停"}[state]
}

const settlementColumns = `id, provider, provider_name, month, path, seq, document, scheme, clause, orders, fen, shares, state, why, made_by, made_name, made_at, checked_name, checked_at`

func scanSettlement(r *db.Rows) (s Settlement, err error) {
	var clause, shares string
	err = r.Scan(&s.ID, &s.Provider, &s.Name, &s.Month, &s.Path, &s.Seq, &s.Document, &s.Scheme, &clause, &s.Orders, (*int64)(&s.Fen), &shares, &s.State, &s.Why, &s.MadeBy, &s.MadeName, &s.Made, &s.Checked, &s.At)
	if err != nil {
		return s, err
	}
	if s.Clause, err = law.Parse(clause); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(shares), &s.Shares)
}

// county is the path of the county that a path lies in, which pays its part.
func county(path string) string {
	codes := place.Codes(path)
	return strings.Join(codes[:min(2, len(codes))], "/") + "/"
}

// Settle gathers what a provider's confirmed orders of a month in one county come to; what is confirmed later comes into another settlement. Returns forbidden, invalid,
// and a refusal when nothing is confirmed: an order without a confirmation is never settled.
func (x *Orders) Settle(tx *db.Tx, by staff.Actor, key string, provider db.ID, month, path string) (Settlement, error) {
	return onceFor(tx, by, key, []any{"settle", provider, month, path}, func() (Settlement, error) {
		s := Settlement{ID: db.NewID(), Provider: provider, Month: month, Path: county(path), State: Made, MadeBy: by.Account, MadeName: by.Name, Made: db.At(tx.Now())}
		if !supervises(by, s.Path) {
			return s, fault.Forbidden("只有主管部门可以结算")
		}
		if _, _, err := monthDays(month); err != nil {
			return s, err
		}
		p, err := providerOf(tx, provider)
		if err != nil {
			return s, err
		}
		s.Name = p.Name
		if err := tx.ExecOne(`update order_provider set at = at where organisation = ?`, provider); err != nil { // two settlements of one provider come one after the other
			return s, wrap("hold provider", err)
		}
		from, end := place.Range(s.Path)
		list, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.provider = ? and o.month = ? and o.state = 'confirmed' and o.pays = 'public' and o.settlement = 0
			and o.path >= ? and o.path < ? order by o.id`, provider, month, from, end)
		if err != nil {
			return s, wrap("look for confirmed orders", err)
		}
		if err := x.sum(tx, &s, list); err != nil {
			return s, err
		}
		for i := range list {
			if err := step(tx, by, &list[i], "settle", "", Settled, "settlement = ?", s.ID); err != nil {
				return s, err
			}
		}
		return s, record(tx, by, "order.settle", "settlement:"+s.ID.String(), s)
	})
}

// sum adds the orders up and writes the settlement.
func (x *Orders) sum(tx *db.Tx, s *Settlement, list []Order) error {
	if len(list) == 0 {
		held, err := x.SchemeAt(tx, s.Path)
		if err != nil {
			return err
		}
		return refuse(held.ConfirmBasis, "%s在 %s 没有已确认、还没有结算的订单；没有确认的不结算", s.Name, s.Month)
	}
	held, err := x.SchemeOf(&list[0])
	if err != nil {
		return err
	}
	s.Document, s.Scheme, s.Clause, s.Orders = held.Of.Document.ID, held.ID, held.ShareBasis[0], len(list)
	for i := range list {
		if s.Fen, err = s.Fen.Add(list[i].Fen); err != nil {
			return err
		}
	}
	left := s.Fen
	for i, share := range held.Shares {
		fen := money.Fen(int64(s.Fen) * int64(share.Percent) / 100)
		if i == len(held.Shares)-1 {
			fen = left
		}
		left -= fen
		s.Shares = append(s.Shares, ShareLine{share.Payer, fen})
	}
	var last int
	if err := tx.QueryRow(`select coalesce(max(seq), 0) from order_settlement where provider = ? and month = ? and path = ?`, s.Provider, s.Month, s.Path).Scan(&last); err != nil {
		return wrap("number settlement", err)
	}
	s.Seq = last + 1
	shares, err := json.Marshal(s.Shares)
	if err != nil {
		return err
	}
	err = tx.Exec(`insert into order_settlement (`+settlementColumns+`, checked_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, '', '', 0)`,
		s.ID, s.Provider, s.Name, s.Month, s.Path, s.Seq, s.Document, s.Scheme, s.Clause.String(), s.Orders, int64(s.Fen), string(shares), s.State, s.MadeBy, s.MadeName, s.Made)
	return wrap("make settlement", err)
}

// Check lets another person than its maker say that a settlement is right, or send it back with a reason: its orders may then be settled anew.
func (x *Orders) Check(tx *db.Tx, by staff.Actor, key string, id db.ID, right bool, why string) (Settlement, error) {
	return onceFor(tx, by, key, []any{"check", id, right, why}, func() (Settlement, error) {
		s, err := x.SettlementOf(tx, by, id)
		if err != nil {
			return s, err
		}
		why = strings.TrimSpace(why)
		switch {
		case !supervises(by, s.Path):
			return s, fault.Forbidden("只有主管部门可以复核结算单")
		case s.State != Made:
			return s, fault.Conflict("结算单现在是“%s”", SettlementWords(s.State))
		case s.MadeBy == by.Account:
			return s, fault.Forbidden("自己做的结算单要由另一个人复核")
		case !right && (why == "" || utf8.RuneCountInString(why) > 200):
			return s, fault.Invalid("why", "请写明为什么退回，不超过 200 字")
		}
		to := Checked
		if !right {
			to = Returned
		}
		if err := tx.ExecOne(`update order_settlement set state = ?, why = ?, checked_by = ?, checked_name = ?, checked_at = ? where id = ? and state = ?`,
			to, why, by.Account, by.Name, db.At(tx.Now()), id, Made); err != nil {
			return s, wrap("check settlement", err)
		}
		s.State, s.Why, s.Checked = to, why, by.Name
		if !right {
			list, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.settlement = ?`, id)
			if err != nil {
				return s, wrap("load settled orders", err)
			}
			for i := range list {
				if err := step(tx, by, &list[i], "unsettle", why, Confirmed, "settlement = 0"); err != nil {
					return s, err
				}
			}
		}
		p, err := providerOf(tx, s.Provider)
		if err != nil {
			return s, err
		}
		if err := notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "结算单" + SettlementWords(to), Text: s.Month + "，" + s.Fen.Words() + "。" + why, Link: "/homecare/settlements/" + id.String()}); err != nil {
			return s, err
		}
		return s, record(tx, by, "order.check", "settlement:"+id.String(), s)
	})
}

// settlementsSeen is the condition for the settlements that an actor sees: of his places, and of the provider at whose desk he works.
func settlementsSeen(tx *db.Tx, by staff.Actor) (cond string, args []any, ok bool, err error) {
	var or []string
	for _, g := range by.Grants {
		if g.Place != "" && (g.Role == staff.Supervisor || g.Role == staff.Auditor) {
			from, end := place.Range(g.Place)
			or, args = append(or, `path >= ? and path < ?`), append(args, from, end)
		}
	}
	m, err := memberOf(tx, by)
	if err != nil {
		return "", nil, false, err
	}
	if m.desk {
		or, args = append(or, `provider = ?`), append(args, m.provider)
	}
	return "(" + strings.Join(or, " or ") + ")", args, len(or) > 0, nil
}

// SettlementOf returns a settlement that an actor sees.
func (x *Orders) SettlementOf(tx *db.Tx, by staff.Actor, id db.ID) (Settlement, error) {
	list, err := x.settlements(tx, by, "id = ?", "", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这张结算单，或您无权查看")
	}
	if err != nil {
		return Settlement{}, err
	}
	return list[0], nil
}

// Settlements lists the settlements that an actor sees, the latest first; month "" means all.
func (x *Orders) Settlements(tx *db.Tx, by staff.Actor, month string, limit int) ([]Settlement, error) {
	if month == "" {
		return x.settlements(tx, by, "1 = 1", " order by month desc, id desc limit ?", limit)
	}
	return x.settlements(tx, by, "month = ?", " order by id desc limit ?", month, limit)
}

func (x *Orders) settlements(tx *db.Tx, by staff.Actor, where, tail string, args ...any) ([]Settlement, error) {
	cond, more, ok, err := settlementsSeen(tx, by)
	if err != nil || !ok {
		return nil, err
	}
	first, last := args, []any{}
	if tail != "" {
		first, last = args[:len(args)-1], args[len(args)-1:]
	}
	all := append(append(append([]any{}, first...), more...), last...)
	list, err := db.Select(tx, scanSettlement, `select `+settlementColumns+` from order_settlement where `+where+` and `+cond+tail, all...)
	return list, wrap("list settlements", err)
}

// OrdersOf lists the orders of a settlement that the actor sees.
func (x *Orders) OrdersOf(tx *db.Tx, by staff.Actor, id db.ID) ([]Order, error) {
	if _, err := x.SettlementOf(tx, by, id); err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.settlement = ? order by o.wanted_at, o.id`, id)
	return list, wrap("list settled orders", err)
}

// A Due (待结算) is what a provider's confirmed orders of a month in one county come to, before they are settled.
type Due struct {
	Provider db.ID
	Name     string
	Path     string
	Month    string
	Orders   int
	Fen      money.Fen
}

// ToSettle lists what may be settled where an actor settles.
func (x *Orders) ToSettle(tx *db.Tx, by staff.Actor) ([]Due, error) {
	var out []Due
	for _, g := range by.Grants {
		if g.Role != staff.Supervisor || g.Place == "" {
			continue
		}
		from, end := place.Range(g.Place)
		list, err := db.Select(tx, func(r *db.Rows) (d Due, err error) {
			return d, r.Scan(&d.Provider, &d.Name, &d.Month, &d.Path, (*int64)(&d.Fen))
		}, `select provider, provider_name, month, path, fen from service_order where state = 'confirmed' and pays = 'public' and settlement = 0 and path >= ? and path < ?
			order by month, provider, path`, from, end)
		if err != nil {
			return nil, wrap("look for what may be settled", err)
		}
		for _, d := range list {
			d.Path = county(d.Path)
			if n := len(out); n > 0 && out[n-1].Provider == d.Provider && out[n-1].Month == d.Month && out[n-1].Path == d.Path {
				out[n-1].Orders, out[n-1].Fen = out[n-1].Orders+1, out[n-1].Fen+d.Fen
				continue
			}
			d.Orders = 1
			out = append(out, d)
		}
	}
	return out, nil
}
