package round

import (
	"cmp"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Quota (定额情况) is what somebody, or a unit, has done of the visits that a round asks for in a period.
type Quota struct {
	Document string       `json:"document"`
	Round    string       `json:"round"`
	Name     string       `json:"name"`
	Per      string       `json:"per"` // person or unit
	Account  db.ID        `json:"account"`
	Who      string       `json:"who"`
	Unit     string       `json:"unit"`
	Period   civil.Period `json:"-"`
	From     civil.Date   `json:"from"`
	To       civil.Date   `json:"to"`
	Owed     pack.Quota   `json:"owed"`
	Has      pack.Fulfilment
	Visits   []db.ID `json:"visits"` // the rows behind the figures, the oldest first
}

// counted is a visit as a quota counts it, and whose it is.
type counted struct {
	pack.Counted
	id      db.ID
	account db.ID
	name    string
	unit    string
}

// Quotas tells, for each round with a quota, how far each person or unit is in the period that holds a day, as far as the actor sees their visits: those
// who have least first. Who has made no visit at all has no row; a unit or grid whose plan is there without any has one.
func (x *Rounds) Quotas(tx *db.Tx, by staff.Actor, on civil.Date) ([]Quota, error) {
	where, args := seen(by)
	if where == "" {
		return nil, nil
	}
	var out []Quota
	for _, p := range x.packs().Packs() {
		for _, r := range p.On(on).Rounds {
			period, holds := r.Period(on)
			if r.Quota.Per == "" || !holds {
				continue
			}
			list, err := db.Select(tx, func(rows *db.Rows) (c counted, err error) {
				err = rows.Scan(&c.id, &c.account, &c.name, &c.unit, &c.Subject, &c.Key)
				c.Visit = c.id.String()
				return c, err
			}, `select id, account, name, unit, kind || ':' || subject, is_key from round_visit where document = ? and round = ? and at >= ? and at < ? and `+where+` order by id`,
				append([]any{p.Document.ID, r.ID, db.At(period.From.In(civil.Shanghai)), db.At(period.To.AddDays(1).In(civil.Shanghai))}, args...)...)
			if err != nil {
				return nil, wrap("count visits", err)
			}
			idle, err := planned(tx, p.Document.ID, r.ID, period, where, args)
			if err != nil {
				return nil, err
			}
			out = append(out, quotas(Quota{Document: p.Document.ID, Round: r.ID, Name: r.Name, Per: r.Quota.Per, Period: period, From: period.From, To: period.To,
				Owed: r.Quota}, list, idle)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Quota) int { return cmp.Compare(a.share(), b.share()) })
	return out, nil
}

// planned are the units that have a plan of a round in a period.
func planned(tx *db.Tx, document, round string, p civil.Period, where string, args []any) ([]string, error) {
	list, err := db.Select(tx, func(r *db.Rows) (u string, err error) { return u, r.Scan(&u) },
		`select distinct unit from round_plan where document = ? and round = ? and from_day >= ? and from_day <= ? and unit <> '' and `+where+` order by unit`,
		append([]any{document, round, p.From, p.To}, args...)...)
	return list, wrap("list units with a plan", err)
}

// share is how much of what is owed is done, in percent.
func (q Quota) share() int {
	if q.Has.Met {
		return 100 + q.Has.Total
	}
	has := q.Has.Total
	if q.Owed.Total == 0 {
		has = min(q.Has.Key, q.Owed.Key) + min(q.Has.Ordinary, q.Owed.Ordinary)
	}
	return has * 100 / max(1, q.Owed.Owed())
}

// quotas divides visits among those who made them.
func quotas(q Quota, list []counted, units []string) (out []Quota) {
	type key struct {
		account db.ID
		unit    string
	}
	of := map[key][]pack.Counted{}
	rows := map[key]*Quota{}
	row := func(k key) *Quota {
		if rows[k] == nil {
			n := q
			n.Account, n.Unit = k.account, k.unit
			rows[k] = &n
		}
		return rows[k]
	}
	for _, c := range list {
		k := key{unit: c.unit}
		if q.Per == "person" {
			k.account = c.account
		}
		r := row(k)
		if q.Per == "person" {
			r.Who = c.name
		}
		r.Visits, of[k] = append(r.Visits, c.id), append(of[k], c.Counted)
	}
	if q.Per == "unit" {
		for _, u := range units {
			row(key{unit: u})
		}
	}
	for k, r := range rows {
		r.Has = q.Owed.Fulfil(of[k])
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Quota) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Who, b.Who), cmp.Compare(a.Account, b.Account))
	})
	return out
}

// A Coverage (覆盖情况) is how much of its points a round has reached in the period that holds a day, over the plans that the actor sees.
type Coverage struct {
	Document string     `json:"document"`
	Round    string     `json:"round"`
	Name     string     `json:"name"`
	From     civil.Date `json:"from"`
	To       civil.Date `json:"to"`
	Plans    int        `json:"plans"`
	Points   int        `json:"points"`
	Visited  int        `json:"visited"`
	Missed   int        `json:"missed"`
	Target   int        `json:"target"` // percent; 0: none said
	Met      bool       `json:"met"`
}

// Percent is the share of points reached, rounded down; 100 where there are none.
func (c Coverage) Percent() int {
	if c.Points == 0 {
		return 100
	}
	return c.Visited * 100 / c.Points
}

// Coverages tells how much of its points each round has reached in the period that holds a day.
func (x *Rounds) Coverages(tx *db.Tx, by staff.Actor, on civil.Date) (out []Coverage, err error) {
	where, args := seen(by)
	if where == "" {
		return nil, nil
	}
	for _, p := range x.packs().Packs() {
		for _, r := range p.On(on).Rounds {
			period, holds := r.Period(on)
			if !holds {
				continue
			}
			c := Coverage{Document: p.Document.ID, Round: r.ID, Name: r.Name, From: period.From, To: period.To, Target: r.Coverage}
			err := tx.QueryRow(`select count(*), coalesce(sum(points), 0), coalesce(sum(visited), 0), coalesce(sum(missed), 0) from round_plan
				where document = ? and round = ? and from_day >= ? and from_day <= ? and `+where, append([]any{c.Document, c.Round, period.From, period.To}, args...)...).
				Scan(&c.Plans, &c.Points, &c.Visited, &c.Missed)
			if err != nil {
				return nil, wrap("count coverage", err)
			}
			if c.Met = r.Covered(c.Visited, c.Points); c.Plans > 0 {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// Period is what is counted about a day for who has no round in mind: its month.
func Period(tx *db.Tx, month string) (civil.Date, error) {
	if month == "" {
		return place.Today(tx), nil
	}
	return civil.ParseDate(month + "-01")
}
