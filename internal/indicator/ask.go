package indicator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack/filter"
	"linli/internal/place"
	"linli/internal/staff"
)

// ByArea groups by the places right below Question.Area.
const ByArea = "area"

// A Question (统计问题) says what is counted: cases of a period, in an area, of a unit, and how they are grouped.
type Question struct {
	Period civil.Period // both days included; zero: all time
	Area   string       // path; "" everything the actor may see
	Unit   string       // only cases led by it; "" any
	Flows  []string     // only these; none: any
	Open   bool         // only cases not settled yet
	By     string       // "", ByArea, or a text column such as "lead", "channel", "month"
}

// A Figure (统计数) is one group's numbers.
type Figure struct {
	Key         string // code of the place for ByArea (that of the area itself for what lies right in it), else the column's value
	Numerator   int64
	Denominator int64
	All         int64 // everything in the period under the definition's where
}

func (f *Figure) add(g Figure) {
	f.Numerator, f.Denominator, f.All = f.Numerator+g.Numerator, f.Denominator+g.Denominator, f.All+g.All
}

// An Answer (统计结果) is what an indicator says.
type Answer struct {
	Definition
	Question Question
	Figures  []Figure // by key; one with key "" when not grouped
	Total    Figure
	At       time.Time
}

// Of returns the figure of a key; zero when there is none.
func (a *Answer) Of(key string) Figure {
	for _, f := range a.Figures {
		if f.Key == key {
			return f
		}
	}
	return Figure{Key: key}
}

// Ask answers a question for several definitions at once, in their order. Definitions that share view and period column are
// one query. Returns forbidden when the actor may not count there, invalid for a grouping the view does not have.
func (x *Indicators) Ask(tx *db.Tx, by staff.Actor, q Question, defs ...Definition) ([]Answer, error) {
	answers := make([]Answer, len(defs))
	done := make([]bool, len(defs))
	for i, d := range defs {
		if done[i] {
			continue
		}
		var same []int
		for j := i; j < len(defs); j++ {
			if defs[j].View == d.View && defs[j].Period == d.Period {
				same, done[j] = append(same, j), true
			}
		}
		group := make([]Definition, len(same))
		for k, j := range same {
			group[k] = defs[j]
		}
		found, err := x.ask(tx, by, q, group)
		if err != nil {
			return nil, fmt.Errorf("ask %s: %w", d.Ref(), err)
		}
		for k, j := range same {
			answers[j] = found[k]
		}
	}
	return answers, nil
}

func (x *Indicators) ask(tx *db.Tx, by staff.Actor, q Question, defs []Definition) ([]Answer, error) {
	key, err := q.column(defs[0].View)
	if err != nil {
		return nil, err
	}
	var pick, where clauses
	for _, d := range defs {
		if err := d.counts(&pick, tx.Now()); err != nil {
			return nil, err
		}
	}
	if err := q.limit(&where, by, defs[0]); err != nil {
		return nil, err
	}
	if len(defs) == 1 {
		b, err := defs[0].Where.At(defs[0].law, tx.Now())
		if err != nil {
			return nil, err
		}
		words, args := b.SQL()
		where.add(words, args...)
	}
	sql := "select " + key + ", " + strings.Join(pick.words, ", ") + " from " + defs[0].View.Name + " where " + where.sql() + " group by 1"
	sums := make([]map[string]*Figure, len(defs))
	for i := range sums {
		sums[i] = map[string]*Figure{}
	}
	_, err = db.Select(tx, func(r *db.Rows) (struct{}, error) {
		var text string
		into := []any{&text}
		row := make([]Figure, len(defs))
		for i := range row {
			into = append(into, &row[i].All, &row[i].Denominator, &row[i].Numerator)
		}
		err := r.Scan(into...)
		for i, f := range row {
			f.Key = q.key(text)
			if sums[i][f.Key] == nil {
				sums[i][f.Key] = &Figure{Key: f.Key}
			}
			sums[i][f.Key].add(f)
		}
		return struct{}{}, err
	}, sql, append(pick.args, where.args...)...)
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(defs))
	for i, d := range defs {
		answers[i] = Answer{Definition: d, Question: q, At: tx.Now(), Figures: q.sorted(sums[i])}
		for _, f := range answers[i].Figures {
			answers[i].Total.add(f)
		}
	}
	return answers, nil
}

func (q Question) sorted(sums map[string]*Figure) []Figure {
	list := make([]Figure, 0, len(sums)+1)
	for _, f := range sums {
		list = append(list, *f)
	}
	if q.By == "" && len(list) == 0 {
		list = append(list, Figure{})
	}
	slices.SortFunc(list, func(a, b Figure) int { return cmp.Compare(a.Key, b.Key) })
	return list
}

// counts adds the three counts of a definition to the select list: all, of which due, of which met.
func (d Definition) counts(c *clauses, now time.Time) error {
	for _, part := range []Part{All, Base, Hit} {
		cond, err := d.part(part)
		if err != nil {
			return err
		}
		b, err := d.Where.And(cond).At(d.law, now)
		if err != nil {
			return err
		}
		words, args := b.SQL()
		c.add("count(*) filter (where "+words+")", args...)
	}
	return nil
}

// column is the SQL by which the question groups. Its name comes from the view, never from the question.
func (q Question) column(v *filter.View) (string, error) {
	switch q.By {
	case "":
		return "''", nil
	case ByArea:
		return "path", nil
	}
	c, ok := v.Column(q.By)
	if !ok || c.Type != filter.Text {
		return "", fault.Invalid("by", "不能按 %s 分组", q.By)
	}
	return c.Name, nil
}

// key folds a row's group into the figure's: for areas, its path into the child it lies below.
func (q Question) key(text string) string {
	if q.By != ByArea {
		return text
	}
	rest := strings.TrimPrefix(text, q.Area)
	if code, _, below := strings.Cut(rest, "/"); below {
		return code
	}
	codes := place.Codes(text)
	if len(codes) == 0 {
		return ""
	}
	return codes[len(codes)-1]
}

// limit adds period, area, permission, unit and channel.
func (q Question) limit(c *clauses, by staff.Actor, d Definition) error {
	q.during(c, d.Period)
	if q.Open {
		c.add(onlyOpen)
	}
	if err := sight(c, by, q.Area); err != nil {
		return err
	}
	if q.Unit != "" {
		c.add("lead = ?", q.Unit)
	}
	if len(q.Flows) > 0 {
		args := make([]any, len(q.Flows))
		for i, f := range q.Flows {
			args[i] = f
		}
		c.add("flow in (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	return nil
}

// onlyOpen is written with its value: the indexes of open cases are partial, and a database uses one only where it can read that
// the condition implies it.
const onlyOpen = "open = 1"

// mostMonths bounds the list of months in SQL; a longer period is given by its ends.
const mostMonths = 36

// during adds the period. Whole months of registration are asked by the column month, which the index of cases begins with.
func (q Question) during(c *clauses, column string) {
	p := q.Period
	if p == (civil.Period{}) {
		return
	}
	if column == "registered_at" && p.From.Day == 1 && p.To == p.To.MonthEnd() {
		var marks []string
		var args []any
		for m := p.From; !m.After(p.To) && len(args) <= mostMonths; m = m.AddMonths(1) {
			marks, args = append(marks, "?"), append(args, m.String()[:7])
		}
		if len(args) <= mostMonths {
			c.add("month in ("+strings.Join(marks, ", ")+")", args...)
			return
		}
	}
	c.add(column+" >= ? and "+column+" < ?", filter.Stamp(p.From.In(civil.Shanghai)), filter.Stamp(p.To.AddDays(1).In(civil.Shanghai)))
}
