package indicator

import (
	"fmt"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/pack/filter"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Part (数的组成) names the cases that a figure is made of.
type Part string

// The parts of a figure.
const (
	All  Part = "all"  // everything in the period
	Base Part = "base" // the denominator
	Hit  Part = "hit"  // the numerator
	Miss Part = "miss" // in the denominator and not in the numerator
)

// part is the condition of a part beside the definition's where. Miss is asked as Base without Hit.
func (d Definition) part(p Part) (filter.Cond, error) {
	switch p {
	case All:
		return filter.Cond{}, nil
	case Base, Miss:
		return d.Denominator, nil
	case Hit:
		return d.Numerator.And(d.Denominator), nil
	}
	return filter.Cond{}, fault.Invalid("part", "数的组成只能是 all、base、hit 或 miss")
}

// pageSize bounds a page of rows.
const pageSize = 50

// Rows lists the cases behind a figure, the newest first; key is the figure's. The cursor continues after the last row; zero
// when there are no more. Over all pages there are as many rows as the figure says, except that whoever was rated does not open a
// figure about ratings to cases of his own unit: he learns what people think of him from the figure, never from whom.
func (x *Indicators) Rows(tx *db.Tx, by staff.Actor, d Definition, q Question, part Part, key string, before db.ID) ([]casework.Line, db.ID, error) {
	var where clauses
	if err := x.behind(&where, tx.Now(), by, d, q, part, key); err != nil {
		return nil, 0, err
	}
	return lines(tx, by, d.View, where, before, false)
}

// IDs lists all cases behind a figure, ascending.
func (x *Indicators) IDs(tx *db.Tx, by staff.Actor, d Definition, q Question, part Part, key string) ([]db.ID, error) {
	var where clauses
	if err := x.behind(&where, tx.Now(), by, d, q, part, key); err != nil {
		return nil, err
	}
	return db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		"select id from "+d.View.Name+" where "+where.sql()+" order by id", where.args...)
}

// behind is the condition of the rows behind a figure.
func (x *Indicators) behind(c *clauses, now time.Time, by staff.Actor, d Definition, q Question, part Part, key string) error {
	if err := q.limit(c, by, d); err != nil {
		return err
	}
	if err := q.only(c, d.View, key); err != nil {
		return err
	}
	cond, err := d.part(part)
	if err != nil {
		return err
	}
	b, err := d.Where.And(cond).At(d.law, now)
	if err != nil {
		return err
	}
	words, args := b.SQL()
	c.add(words, args...)
	read := d.Where.And(cond).Columns()
	if part == Miss {
		read = append(read, d.Numerator.Columns()...)
	}
	if by.Unit != "" && slices.Contains(read, "grade") {
		c.add("lead <> ? and desk <> ?", by.Unit, by.Unit)
	}
	if part != Miss {
		return nil
	}
	hit, err := d.Numerator.At(d.law, now)
	if err != nil {
		return err
	}
	words, args = hit.SQL()
	c.add("not "+words, args...)
	return nil
}

// only limits rows to one group.
func (q Question) only(c *clauses, v *filter.View, key string) error {
	switch q.By {
	case "":
		return nil
	case ByArea:
		child := q.Area + key + "/"
		if codes := place.Codes(q.Area); len(codes) > 0 && codes[len(codes)-1] == key {
			c.add("path = ?", q.Area)
			return nil
		}
		from, end := place.Range(child)
		c.add("path >= ? and path < ?", from, end)
		return nil
	}
	column, err := q.column(v)
	if err != nil {
		return err
	}
	c.add(column+" = ?", key)
	return nil
}

const lineColumns = `id, number, title, flow, channel, weight, kind, place, desk, lead, state, registered_at, last_step_at, target_at, limit_at,
	replied_at, closed_at, late, joint, returns, reworks, grade`

// line reads a row of fact_case. The view does not tell when a case turned yellow: the target stands for it.
func line(r *db.Rows) (l casework.Line, err error) {
	err = r.Scan(&l.ID, &l.Number, &l.Title, &l.Flow, &l.Channel, &l.Weight, &l.Kind, &l.Place, &l.Desk, &l.Lead, (*string)(&l.State),
		&l.Registered, &l.LastStep, &l.Target, &l.Limit, &l.Replied, &l.Closed, &l.Late, &l.Joint, &l.Returns, &l.Reworks, &l.Grade)
	l.Yellow = l.Target
	return l, err
}

// mayBeRated reports whether a case may be one whose rating is of the actor's own unit. Of a joint case the row does not tell who helped.
func mayBeRated(by staff.Actor, l *casework.Line) bool {
	return by.Unit != "" && (l.Lead == by.Unit || l.Desk == by.Unit || l.Joint)
}

// lines reads one page of cases in the order of their ids, which is that of time.
func lines(tx *db.Tx, by staff.Actor, v *filter.View, where clauses, after db.ID, oldestFirst bool) ([]casework.Line, db.ID, error) {
	order := " order by id desc limit ?"
	if oldestFirst {
		order = " order by id limit ?"
	}
	if !after.IsZero() {
		where.add(map[bool]string{true: "id > ?", false: "id < ?"}[oldestFirst], after)
	}
	list, err := db.Select(tx, line, "select "+lineColumns+" from "+v.Name+" where "+where.sql()+order, append(where.args, pageSize+1)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list cases: %w", err)
	}
	for i := range list {
		if mayBeRated(by, &list[i]) {
			list[i].Grade = 0
		}
	}
	if len(list) <= pageSize {
		return list, 0, nil
	}
	return list[:pageSize], list[pageSize-1].ID, nil
}

// A List (办件清单) asks for cases by what stands in their row.
type List struct {
	Where  filter.Cond // zero: all
	Open   bool        // only cases not settled yet
	States []flow.State
	Area   string // path; "" everything the actor may see
	Unit   string // led by it
	After  db.ID
}

// Cases lists cases under a condition, the oldest first, a page at a time.
func (x *Indicators) Cases(tx *db.Tx, by staff.Actor, l List) ([]casework.Line, db.ID, error) {
	where, err := x.listed(tx.Now(), by, l)
	if err != nil {
		return nil, 0, err
	}
	return lines(tx, by, filter.Cases, where, l.After, true)
}

// Count counts what Cases lists over all pages.
func (x *Indicators) Count(tx *db.Tx, by staff.Actor, l List) (n int64, err error) {
	where, err := x.listed(tx.Now(), by, l)
	if err != nil {
		return 0, err
	}
	return n, tx.QueryRow("select count(*) from "+filter.Cases.Name+" where "+where.sql(), where.args...).Scan(&n)
}

func (x *Indicators) listed(now time.Time, by staff.Actor, l List) (where clauses, err error) {
	b, err := l.Where.At(x.law, now)
	if err != nil {
		return where, err
	}
	words, args := b.SQL()
	where.add(words, args...)
	if l.Open {
		where.add(onlyOpen)
	}
	if l.Unit != "" {
		where.add("lead = ?", l.Unit)
	}
	if n := len(l.States); n > 0 {
		where.add("state in (" + db.Marks(n) + ")")
		for _, s := range l.States {
			where.args = append(where.args, string(s))
		}
	}
	return where, sight(&where, by, l.Area)
}
