package benefit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// sourceName is the name under which pay runs know benefits.
const sourceName = "benefit"

// Offer is how pay runs ask what is due and tell what became of it.
func (x *Benefits) Offer() payrun.Offer {
	return payrun.Offer{Name: sourceName, Title: "待遇", Due: x.Due, Renew: x.renew, Told: x.Told,
		Href: func(ref db.ID) string { return "/benefits/" + ref.String() }}
}

// A payment is what was paid for a period and not claimed back.
type payment struct {
	entitlement db.ID
	key, period string
	day         civil.Date
	fen         money.Fen
	claimed     money.Fen
}

// A dossier is what stands of an entitlement besides itself: its decisions, what was paid, and the stop or suspension that is found and waits for a decision.
type dossier struct {
	decisions []Decision
	paid      []payment
	waits     *Finding
}

// dossiers reads those of many entitlements with one question for each kind of row.
func dossiers(tx *db.Tx, list ...Entitlement) (map[db.ID]*dossier, error) {
	all := make(map[db.ID]*dossier, len(list))
	ids := make([]any, len(list))
	for i := range list {
		ids[i], all[list[i].ID] = list[i].ID, &dossier{}
	}
	if len(list) == 0 {
		return all, nil
	}
	among := ` entitlement in (` + db.Marks(len(ids)) + `)`
	decisions, err := db.Select(tx, scanDecision, `select `+decisionColumns+` from benefit_decision where`+among+` order by entitlement, seq`, ids...)
	if err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	for _, d := range decisions {
		all[d.Entitlement].decisions = append(all[d.Entitlement].decisions, d)
	}
	paid, err := db.Select(tx, func(r *db.Rows) (p payment, err error) {
		return p, r.Scan(&p.entitlement, &p.key, &p.period, &p.day, (*int64)(&p.fen), (*int64)(&p.claimed))
	}, `select entitlement, key, period, day, fen, claimed from benefit_payment where`+among+` order by entitlement, day, key`, ids...)
	if err != nil {
		return nil, fmt.Errorf("payments: %w", err)
	}
	for _, p := range paid {
		all[p.entitlement].paid = append(all[p.entitlement].paid, p)
	}
	waits, err := db.Select(tx, scanFinding, `select `+findingColumns+` from benefit_finding where`+among+` and state in ('open', 'checked') and kind in ('stop', 'suspend')`, ids...)
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	for i := range waits {
		all[waits[i].Entitlement].waits = &waits[i]
	}
	return all, nil
}

// Due is the payrun.Source of benefits: for every entitlement each period up to the one that is asked for, as far as it is not paid. A period of which
// too little was paid yields the difference under a key of its own.
func (x *Benefits) Due(tx *db.Tx, w payrun.Want, after string, limit int) ([]payrun.Line, string, error) {
	last, err := lastDay(w.Period)
	if err != nil {
		return nil, "", err
	}
	from := db.ID(0)
	if after != "" {
		if from, err = db.ParseID(after); err != nil {
			return nil, "", fmt.Errorf("cursor: %w", err)
		}
	}
	where, args := scope([]string{w.Path}, "path")
	cond, args := `id > ? and begun <= ? and `+where, append([]any{from, last}, args...)
	if w.Benefit != "" {
		cond, args = cond+` and benefit = ?`, append(args, w.Benefit)
	}
	list, err := db.Select(tx, scanEntitlement, `select `+entitlementColumns+` from benefit_entitlement where `+cond+` order by id limit ?`, append(args, limit)...)
	if err != nil {
		return nil, "", fmt.Errorf("entitlements due: %w", err)
	}
	all, err := dossiers(tx, list...)
	if err != nil {
		return nil, "", err
	}
	var lines []payrun.Line
	for i := range list {
		due, err := x.lines(tx, &list[i], all[list[i].ID], last)
		if err != nil {
			return nil, "", fmt.Errorf("due of %s: %w", list[i].ID, err)
		}
		lines = append(lines, due...)
	}
	if len(list) < limit {
		return lines, "", nil
	}
	return lines, list[len(list)-1].ID.String(), nil
}

// lastDay is the last day of a period as pay runs name it: "2026-11", "2026Q4" or "2026"; "" is today's affair and has none.
func lastDay(period string) (civil.Date, error) {
	per, text := rule.Month, period+"-01"
	switch {
	case strings.Contains(period, "Q"):
		year, q, _ := strings.Cut(period, "Q")
		n, err := strconv.Atoi(q)
		if err != nil || n < 1 || n > 4 {
			return civil.Date{}, fault.Invalid("period", "季度应写成 2026Q4")
		}
		per, text = rule.Quarter, fmt.Sprintf("%s-%02d-01", year, 3*n-2)
	case len(period) == len("2026"):
		per, text = rule.Year, period+"-01-01"
	}
	day, err := civil.ParseDate(text)
	if err != nil {
		return day, fault.Invalid("period", "期间应写成 2026-11、2026Q4 或 2026")
	}
	_, p := pack.PeriodOf(per, day)
	return p.To, nil
}

// lines are what an entitlement is still owed for the periods that end by a day.
func (x *Benefits) lines(tx *db.Tx, e *Entitlement, d *dossier, last civil.Date) ([]payrun.Line, error) {
	owed, b, err := x.periods(e, d, last)
	if err != nil || len(owed) == 0 {
		return nil, err
	}
	var lines []payrun.Line
	for _, o := range owed {
		if o.due <= o.net() {
			continue
		}
		l, err := x.line(tx, e, b, o)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// An account of one period: what is due for it and what was paid.
type periodAccount struct {
	key  string
	days civil.Period
	due  money.Fen
	paid []payment
}

func (p *periodAccount) net() (n money.Fen) {
	for _, q := range p.paid {
		n += q.fen - q.claimed
	}
	return n
}

// periods is every period of an entitlement up to a day, with what is due and paid. While a stop or a suspension is found for certain and not decided,
// nothing is due from its day on beyond what was paid.
func (x *Benefits) periods(e *Entitlement, d *dossier, last civil.Date) ([]periodAccount, *pack.Benefit, error) {
	if len(d.decisions) == 0 {
		return nil, nil, nil
	}
	b, err := x.Of(e.Benefit, e.Pack, d.decisions[len(d.decisions)-1].On)
	if err != nil {
		return nil, nil, err
	}
	list := Stretches(d.decisions)
	if e.State == Active && d.waits != nil {
		list = cut(list, b.Last(d.waits.Effective))
	}
	return accounts(b, e, list, d.paid, last)
}

// accounts lays decisions and payments side by side, period by period.
func accounts(b *pack.Benefit, e *Entitlement, list []pack.Stretch, paid []payment, last civil.Date) ([]periodAccount, *pack.Benefit, error) {
	var out []periodAccount
	add := func(day civil.Date) error {
		key, days := pack.PeriodOf(b.Per, day)
		due, err := b.Due(list, day)
		if err != nil {
			return fault.Internal(err, "金额超出可表示的范围")
		}
		p := periodAccount{key: key, days: days, due: due}
		for _, q := range paid {
			if q.period == key {
				p.paid = append(p.paid, q)
			}
		}
		out = append(out, p)
		return nil
	}
	if b.Per == rule.Once {
		return out, b, add(e.Begun)
	}
	first := e.Begun
	for _, q := range paid {
		if q.day.Before(first) {
			first = q.day
		}
	}
	_, p := pack.PeriodOf(b.Per, first)
	for day := p.From; ; {
		_, p := pack.PeriodOf(b.Per, day)
		if p.To.After(last) {
			break
		}
		if err := add(day); err != nil {
			return nil, nil, err
		}
		day = p.To.AddDays(1)
	}
	return out, b, nil
}

// line is what pays the rest of a period.
func (x *Benefits) line(tx *db.Tx, e *Entitlement, b *pack.Benefit, p periodAccount) (payrun.Line, error) {
	l := payrun.Line{Key: key(e.ID, p.key, len(p.paid)), Benefit: e.Benefit, Ref: e.ID, Payee: e.Subject, Path: e.Path, Period: p.key, Fen: p.due - p.net(), Clause: clauseOf(b), Pack: e.Pack,
		Words: b.Name + " " + p.key}
	if len(p.paid) > 0 {
		l.Words += " 补发差额"
	}
	shares, err := b.Split(l.Fen)
	if err != nil {
		return l, fault.Internal(err, "金额超出可表示的范围")
	}
	for _, s := range b.Shares {
		if fen := shares[s.Payer]; fen > 0 {
			l.Shares = append(l.Shares, ledger.Share{Payer: s.Payer, Fund: b.Fund, Fen: fen})
			delete(shares, s.Payer)
		}
	}
	a, err := x.account(tx, e.Subject)
	if err != nil {
		return l, err
	}
	l.Name, l.Bank, l.Account = a.Holder, a.Bank, a.Number
	if l.Name == "" {
		l.Name, err = register.Name(tx, e.Subject)
	}
	return l, err
}

func clauseOf(b *pack.Benefit) law.Clause {
	for _, s := range b.Rows {
		if len(s.Basis) > 0 {
			return s.Basis[0]
		}
	}
	return b.Basis[0]
}

// key names what pays a period for the n-th time: the whole, then differences.
func key(entitlement db.ID, period string, n int) string {
	k := "benefit/" + entitlement.String() + "/" + period
	if n > 0 {
		k += "/" + strconv.Itoa(n+1)
	}
	return k
}

// renew gives a line that was held or returned as it is owed now.
func (x *Benefits) renew(tx *db.Tx, l payrun.Line) (payrun.Line, bool, error) {
	e, err := stored(tx, l.Ref)
	if fault.KindOf(err) == fault.KindNotFound {
		return l, false, nil
	}
	if err != nil {
		return l, false, err
	}
	last := civil.Date{Year: 9998, Month: 12, Day: 31}
	if l.Period != "" {
		if last, err = lastDay(l.Period); err != nil {
			return l, false, err
		}
	}
	all, err := dossiers(tx, e)
	if err != nil {
		return l, false, err
	}
	list, err := x.lines(tx, &e, all[e.ID], last)
	for _, now := range list {
		if now.Key == l.Key {
			return now, true, err
		}
	}
	return l, false, err
}

// Told notes what the bank answered, once for a line, and claims back what is paid beyond what is due by now.
func (x *Benefits) Told(tx *db.Tx, news []payrun.News) error {
	for _, n := range news {
		if n.State != payrun.Paid {
			continue
		}
		e, err := stored(tx, n.Ref)
		if err != nil {
			return err
		}
		parts := strings.Split(n.Key, "/")
		if len(parts) < 3 {
			return fault.Internal(fmt.Errorf("key %q", n.Key), "系统内部错误")
		}
		day := e.Begun
		if parts[2] != "" {
			if day, err = lastDay(parts[2]); err != nil {
				return err
			}
		}
		err = tx.Exec(`insert into benefit_payment (key, entitlement, period, day, fen, at) values (?, ?, ?, ?, ?, ?) on conflict (key) do nothing`,
			n.Key, e.ID, parts[2], day, int64(n.Fen), db.At(tx.Now()))
		if err != nil {
			return fmt.Errorf("note payment: %w", err)
		}
		b, err := x.Of(e.Benefit, e.Pack, e.Begun)
		if err != nil {
			return err
		}
		if err := x.settle(tx, staff.Job("benefit"), &e, b); err != nil {
			return err
		}
	}
	return nil
}

// settle claims back what was paid for any period beyond what decisions make due, each fen once.
func (x *Benefits) settle(tx *db.Tx, by staff.Actor, e *Entitlement, b *pack.Benefit) error {
	all, err := dossiers(tx, *e)
	if err != nil || len(all[e.ID].paid) == 0 {
		return err
	}
	decisions, paid := all[e.ID].decisions, all[e.ID].paid
	last := paid[len(paid)-1].day
	_, p := pack.PeriodOf(b.Per, last)
	list, _, err := accounts(b, e, Stretches(decisions), paid, p.To)
	if err != nil {
		return err
	}
	for _, a := range list {
		over := a.net() - a.due
		for i := len(a.paid) - 1; i >= 0 && over > 0; i-- {
			q := a.paid[i]
			part := min(over, q.fen-q.claimed)
			if part <= 0 {
				continue
			}
			d := decisions[len(decisions)-1]
			clause, err := law.Parse(d.Clause)
			if err != nil {
				return fault.Internal(err, "系统内部错误")
			}
			_, err = x.Pay.Claim(tx, by, payrun.Claiming{Key: q.key + "/" + d.ID.String(), Line: q.key, Fen: part, Words: b.Name + " " + a.key + " 多发：" + d.Words, Clause: clause})
			if err != nil {
				return err
			}
			if err := tx.ExecOne(`update benefit_payment set claimed = claimed + ? where key = ? and claimed = ?`, int64(part), q.key, int64(q.claimed)); err != nil {
				return err
			}
			over -= part
		}
	}
	return nil
}

// A Period (期间账) is what is due for a period of an entitlement and what was paid for it.
type Period struct {
	Key     string
	Days    civil.Period
	Due     money.Fen
	Paid    money.Fen
	Claimed money.Fen
}

// Periods returns the periods of an entitlement up to a day, the latest first, to who may see it.
func (x *Benefits) Periods(tx *db.Tx, e *Entitlement, last civil.Date) ([]Period, error) {
	all, err := dossiers(tx, *e)
	if err != nil {
		return nil, err
	}
	list, _, err := x.periods(e, all[e.ID], last)
	if err != nil {
		return nil, err
	}
	out := make([]Period, 0, len(list))
	for _, a := range slices.Backward(list) {
		p := Period{Key: a.key, Days: a.days, Due: a.due}
		for _, q := range a.paid {
			p.Paid, p.Claimed = p.Paid+q.fen, p.Claimed+q.claimed
		}
		if p.Due != 0 || p.Paid != 0 {
			out = append(out, p)
		}
	}
	return out, nil
}
