package serviceorder

import (
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Balance (剩余额度) is what is left of a month's quota.
type Balance struct {
	Month string
	Quota money.Fen
	Spare money.Fen // brought over from the month before
	Used  money.Fen
	Left  money.Fen
	Kinds []KindBalance // in the order of the scheme, those of the plan
}

// A KindBalance (服务余量) is what is left of one service in a month.
type KindBalance struct {
	Kind              *pack.SchemeKind
	Units, Used, Left int
}

// counted is the condition for orders that count against a quota.
const counted = `person = ? and scheme = ? and month = ? and pays = 'public' and urgent = 0 and state not in ('cancelled', 'void')`

// Left reckons what is left of a plan in a month.
func (x *Orders) Left(tx *db.Tx, p *Plan, month string) (Balance, error) {
	s, err := x.planScheme(p)
	if err != nil {
		return Balance{}, err
	}
	b := Balance{Month: month, Quota: p.Fen}
	if b.Used, err = usedIn(tx, p, month); err != nil {
		return b, err
	}
	first, _, err := monthDays(month)
	if err != nil {
		return b, err
	}
	if s.Carries && p.From.Before(first) && !place.Today(tx).Before(first) { // of a month that is over: nothing is spent of it any more
		before, err := usedIn(tx, p, first.AddDays(-1).String()[:7])
		if err != nil {
			return b, err
		}
		b.Spare = max(0, p.Fen-before)
	}
	b.Left = money.Fen(pack.SchemeUse{Quota: int64(b.Quota), Used: int64(b.Used), Spare: int64(b.Spare)}.Left(s.Carries))
	for i := range s.Kinds {
		k := &s.Kinds[i]
		n := p.Units[k.ID]
		if n == 0 {
			continue
		}
		var used int
		if err := tx.QueryRow(`select coalesce(sum(case when served > 0 then served else units end), 0) from service_order where `+counted+` and kind = ?`, p.Person, p.Scheme, month, k.ID).Scan(&used); err != nil {
			return b, wrap("count units", err)
		}
		b.Kinds = append(b.Kinds, KindBalance{k, n, used, max(0, n-used)})
	}
	return b, nil
}

// planScheme is the scheme by which a plan goes, as it was when it was made.
func (x *Orders) planScheme(p *Plan) (pack.Held, error) {
	return x.schemeKept(p.Document, p.Pack, p.Scheme, civil.DateOf(p.At.Time, civil.Shanghai))
}

func usedIn(tx *db.Tx, p *Plan, month string) (f money.Fen, err error) {
	err = tx.QueryRow(`select coalesce(sum(fen), 0) from service_order where `+counted, p.Person, p.Scheme, month).Scan((*int64)(&f))
	return f, wrap("sum orders", err)
}

// Needing lists the persons of a community who were assessed and have no plan, by when they were assessed.
func (x *Orders) Needing(tx *db.Tx, by staff.Actor, limit int) ([]Need, error) {
	var cond []string
	var args []any
	for _, p := range watched(by) {
		from, end := place.Range(p)
		cond, args = append(cond, "n.path >= ? and n.path < ?"), append(args, from, end)
	}
	if len(cond) == 0 {
		return nil, nil
	}
	list, err := db.Select(tx, func(r *db.Rows) (n Need, err error) {
		return n, r.Scan(&n.ID, &n.Person, &n.Scheme, &n.Percent, &n.Grade, &n.By, &n.On)
	}, `select n.id, n.person, n.scheme, n.percent, n.grade, n.by_name, n.on_day from order_need n where (`+strings.Join(cond, " or ")+`)
		and not exists (select 1 from order_plan p where p.person = n.person and p.scheme = n.scheme and p.state = 'active')
		and not exists (select 1 from order_need m where m.person = n.person and m.scheme = n.scheme and m.id > n.id) order by n.id limit ?`, append(args, limit)...)
	return list, wrap("list needs", err)
}

// subjectName is the name of a person, for lists of those who may see him.
func subjectName(tx *db.Tx, person db.ID) (string, error) {
	return register.Name(tx, fact.Person(person))
}

// Name is what a person of an assessment is called.
func (n *Need) Name(tx *db.Tx) (string, error) { return subjectName(tx, n.Person) }

// refuse is a refusal by the first of some clauses.
func refuse(basis []law.Clause, format string, args ...any) error {
	return fault.Refused(basis[0], format, args...)
}
