package pack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack/filter"
)

// A Duty (职责任务) is something an office owes again and again.
type Duty struct {
	ID     string
	Name   string
	Who    string // office id
	Each   bool   // every unit of the place that fills the office owes it, not only those of the place itself
	Every  civil.Every
	Within civil.Term // time allowed after the end of the period; zero: none
	Makes  string     // notice id, "" for none
	Does   string     // what is to be done, in words
	Basis  []law.Clause
}

// Next returns the occurrence with the first last day later than after: the period it is about, that last day, and the
// instant at which it is late. All are zero when it does not come round any more.
func (d *Duty) Next(l civil.Law, after civil.Date) (period civil.Period, last civil.Date, due time.Time, err error) {
	if d.Within.IsZero() {
		if period, last = d.Every.Next(after); last.IsZero() {
			return period, last, time.Time{}, nil
		}
		return period, last, last.AddDays(1).In(civil.Shanghai), nil
	}
	end := after.AddDays(-d.reach())
	for {
		if period, end = d.Every.Next(end); end.IsZero() {
			return period, end, time.Time{}, nil
		}
		dl, err := l.Deadline(end.In(civil.Shanghai), d.Within, nil)
		if err != nil {
			return period, end, time.Time{}, fmt.Errorf("duty %s: %w", d.ID, err)
		}
		if dl.LastDay.After(after) {
			return period, dl.LastDay, dl.Due, nil
		}
	}
}

// reach is at least as many days as Within can last, holidays and all.
func (d *Duty) reach() int {
	switch d.Within.Unit {
	case civil.Month:
		return 31*d.Within.N + 30
	case civil.WorkDay:
		return 3*d.Within.N + 30
	}
	return d.Within.N + 30 // days; a term in hours or minutes is shorter than as many days
}

// An Indicator (指标) counts rows of a published view.
type Indicator struct {
	ID          string
	Name        string
	Says        string // what it measures, in words
	View        *filter.View
	Period      string // column that decides to which period a row belongs
	Where       filter.Cond
	Numerator   filter.Cond
	Denominator filter.Cond // zero for a count
	Percent     bool        // numerator ÷ denominator; otherwise the numerator alone
	Better      string      // "higher", "lower" or ""
	Axis        Axis        // side from which it judges; "" for most
	Fewest      int         // denominator below which no rank or colour is given
	Basis       []law.Clause
}

// A Question (统计口径) is what an Indicator is asked: rows of a period, grouped by columns, within a further condition.
type Question struct {
	From, To time.Time // To exclusive; zero: open
	By       []string  // text columns of the view
	Within   filter.Cond
}

// A Figure (统计数) is one group's count.
type Figure struct {
	Key         []string // values of Question.By
	Numerator   int64
	Denominator int64
}

// Select returns the indicator as SQL for both databases. Each row of the result holds the columns of By, then numerator
// and denominator. The columns of By must be text columns of the view; anything else is an error.
func (i *Indicator) Select(l civil.Law, now time.Time, q Question) (sql string, args []any, err error) {
	where, err := i.Where.And(q.Within).At(l, now)
	if err != nil {
		return "", nil, err
	}
	num, err := i.Numerator.And(i.Denominator).At(l, now)
	if err != nil {
		return "", nil, err
	}
	den, err := i.Denominator.At(l, now)
	if err != nil {
		return "", nil, err
	}
	for _, name := range q.By {
		if c, ok := i.View.Column(name); !ok || c.Type != filter.Text {
			return "", nil, fmt.Errorf("indicator %s: cannot group by %q", i.ID, name)
		}
	}
	keys := strings.Join(q.By, ", ")
	columns := keys
	if columns != "" {
		columns += ", "
	}
	numText, numArgs := num.SQL()
	denText, denArgs := den.SQL()
	whereText, whereArgs := where.SQL()
	sql = "select " + columns + "count(*) filter (where " + numText + "), count(*) filter (where " + denText + ") from " + i.View.Name +
		" where " + whereText
	args = append(append(append(args, numArgs...), denArgs...), whereArgs...)
	if !q.From.IsZero() {
		sql, args = sql+" and "+i.Period+" >= ?", append(args, filter.Stamp(q.From))
	}
	if !q.To.IsZero() {
		sql, args = sql+" and "+i.Period+" <> '' and "+i.Period+" < ?", append(args, filter.Stamp(q.To))
	}
	if keys != "" {
		sql += " group by " + keys + " order by " + keys
	}
	return sql, args, nil
}

// A Watch (监测) finds cases that something is wrong with, such as one that nobody has touched.
type Watch struct {
	ID    string
	Name  string
	Kind  string // one of WatchKinds
	Says  string // what is told, in words
	View  *filter.View
	Where filter.Cond
	Tell  []flow.Role
	Basis []law.Clause
}

// WatchKinds (监测类别) are the kinds of Watch, as pages group them.
var WatchKinds = []Option{
	{"held", "压办"}, {"misrouted", "误办"}, {"missed", "漏办"}, {"press", "应督办"}, {"late", "逾期"},
}

// Select returns the watch as SQL for both databases: the ids of the rows it flags.
func (w *Watch) Select(l civil.Law, now time.Time) (sql string, args []any, err error) {
	b, err := w.Where.At(l, now)
	if err != nil {
		return "", nil, err
	}
	text, args := b.SQL()
	return "select id from " + w.View.Name + " where " + text, args, nil
}

// Flags reports whether the watch flags a row.
func (w *Watch) Flags(l civil.Law, now time.Time, r filter.Row) (bool, error) {
	b, err := w.Where.At(l, now)
	return err == nil && b.Match(r), err
}

// A Notice (通报) is a bulletin or disclosure that is made of figures.
type Notice struct {
	ID       string
	Title    string // may hold {period}
	Period   civil.Every
	Issuer   string // office id
	Audience string
	Public   bool
	Sections []Section
	Basis    []law.Clause
}

// A Section (通报栏目) is one part of a Notice: indicators, grouped or not, and what watches have flagged.
type Section struct {
	Heading    string
	Indicators []string
	By         string // text column of the view, "" for the total
	Watches    []string
	Text       string
}

// A Book (登记簿) is a register that a document asks for, shown from the cases themselves.
type Book struct {
	ID      string
	Name    string
	Flow    string
	Flows   []string // it and the items that are handled by it
	Columns []BookColumn
	Public  *Disclosure // nil: for people in office only
	Basis   []law.Clause
}

// A Disclosure (公示) says from which step until which a case stands in a book that everybody may read. A case that is closed stands there
// no more.
type Disclosure struct {
	From, Until flow.Verb // Until "": until it is closed
	Says        string    // what residents are told above it
	Basis       []law.Clause
}

// Lists are the parts of a book whose columns stand under several headings, in their order: lists that belong together, such as what was
// found, acknowledged, put right and punished. Nil for a book of one piece.
func (b *Book) Lists() (names []string) {
	for _, c := range b.Columns {
		if c.Under != "" && !slices.Contains(names, c.Under) {
			names = append(names, c.Under)
		}
	}
	return names
}

// A BookColumn is one column of a Book. From is "case.number" and the like (see BookSources), "form.<field>" or
// "fact.<name>".
type BookColumn struct {
	Label     string
	From      string
	Sensitive string // "" or why it is masked, as in forms
	Under     string // the list to which it belongs; "" for every one of the book
}

// BookSources are what a column may take from the case itself.
var BookSources = []Option{
	{"case.number", "受理编号"}, {"case.title", "标题"}, {"case.body", "内容"}, {"case.registered", "登记日期"},
	{"case.state", "状态"}, {"case.desk", "受理单位"}, {"case.lead", "承办单位"}, {"case.leader", "批示领导"},
	{"case.instruction", "批示意见"}, {"case.limit", "办理期限"}, {"case.reply", "答复内容"}, {"case.replied", "答复日期"},
	{"case.outcome", "办理结果"}, {"case.closed", "办结日期"}, {"case.recorder", "登记人"}, {"case.report", "反馈报告"},
}

// Row returns the book's row of a case; get gives the text of a source and "" where there is none.
func (b *Book) Row(get func(from string) string) []string {
	row := make([]string, len(b.Columns))
	for i, c := range b.Columns {
		row[i] = get(c.From)
	}
	return row
}
