package indicator

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack/filter"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Live (即时统计) answers for a month what Ask answers, from what each case of the month counts for, which it keeps in memory. Before
// each answer it reads again the cases that the log of the city names since the last one, so that an answer costs what has changed
// and not the month. It is safe for concurrent use, and right with any number of processes: the log tells of every step.
type Live struct {
	x    *Indicators
	city string

	mu     sync.Mutex
	months []*monthly // the latest used last
}

// Bounds of what a Live keeps.
const (
	liveMonths = 4
	liveMost   = 20    // definitions in one question: three bits each in a word
	liveBehind = 20000 // entries of the log after which a month is read afresh
	liveBatch  = 400   // cases read again in one statement
)

// NewLive returns the live figures of a city, by its code in the audit log.
func (x *Indicators) NewLive(city string) *Live { return &Live{x: x, city: city} }

// A monthly is one month's cases under some definitions.
type monthly struct {
	month  string
	refs   []string // definitions with their versions
	places int64    // version of the tree: cases follow places without a step
	next   int64    // position in the log from which changes are still to be read
	cases  map[db.ID]int
	rows   []tallied
	names  map[string]int32
	texts  []string
}

// A tallied is what one case counts for. A case that left the month has no bits.
type tallied struct {
	bits uint64 // for each definition: in its where, due, met
	keys [6]int32
}

// liveColumns are what figures may be grouped by: path stands for areas.
var liveColumns = []string{"path", "lead", "desk", "raised_by", "sent_by", "checked_by"}

// fits reports whether a question can be answered live: of one month of registration, over the view of cases, whatever the instant.
func (l *Live) fits(q Question, defs []Definition) bool {
	whole := q.Period.From.Day == 1 && q.Period.To == q.Period.From.MonthEnd()
	if !whole || q.Open || len(q.Flows) > 0 || len(defs) > liveMost {
		return false
	}
	if q.By != "" && q.By != ByArea && !slices.Contains(liveColumns, q.By) {
		return false
	}
	return !slices.ContainsFunc(defs, func(d Definition) bool {
		return d.View != filter.Cases || d.Period != "registered_at" ||
			!d.Where.Timeless() || !d.Denominator.Timeless() || !d.Numerator.Timeless()
	})
}

// Ask answers as Indicators.Ask does, to the same actors. What it cannot keep it asks the database.
func (l *Live) Ask(tx *db.Tx, by staff.Actor, q Question, defs ...Definition) ([]Answer, error) {
	if !l.fits(q, defs) {
		return l.x.Ask(tx, by, q, defs...)
	}
	var may clauses
	if err := sight(&may, by, q.Area); err != nil { // refuses whoever may see nothing there
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m, err := l.current(tx, q.Period.From, defs)
	if err != nil {
		return nil, fmt.Errorf("live figures of %s: %w", q.Period.From.String()[:7], err)
	}
	return m.answer(by, q, defs, tx), nil
}

// current is the month as it stands now.
func (l *Live) current(tx *db.Tx, month civil.Date, defs []Definition) (*monthly, error) {
	name := month.String()[:7]
	refs := make([]string, len(defs))
	for i, d := range defs {
		refs[i] = d.Ref() + "@" + d.Version + d.Edition.String()
	}
	places, err := place.Version(tx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(l.months, func(m *monthly) bool { return m.month == name && slices.Equal(m.refs, refs) })
	var m *monthly
	if i >= 0 {
		m = l.months[i]
		l.months = slices.Delete(l.months, i, i+1)
	}
	if m != nil && m.places == places {
		afresh, err := m.follow(tx, l.city, defs)
		if err != nil {
			return nil, err
		}
		if afresh {
			m = nil
		}
	} else {
		m = nil
	}
	if m == nil {
		m = &monthly{month: name, refs: refs, places: places, cases: map[db.ID]int{}, names: map[string]int32{}}
		if err := m.fill(tx, l.city, defs); err != nil {
			return nil, err
		}
	}
	if l.months = append(l.months, m); len(l.months) > liveMonths {
		l.months = slices.Delete(l.months, 0, 1)
	}
	return m, nil
}

// fill reads the whole month. The position in the log is asked first: what happens meanwhile is read again.
func (m *monthly) fill(tx *db.Tx, city string, defs []Definition) error {
	next, err := audit.Size(tx, city)
	if err != nil {
		return err
	}
	m.next = next
	return m.read(tx, defs, "month = ?", m.month)
}

// follow reads again what the log names since the last time; afresh says that it is too much.
func (m *monthly) follow(tx *db.Tx, city string, defs []Definition) (afresh bool, err error) {
	subjects, next, more, err := audit.Since(tx, city, m.next, liveBehind)
	if err != nil || more {
		return more, err
	}
	changed := map[db.ID]bool{}
	for _, s := range subjects {
		if rest, isCase := strings.CutPrefix(s, "case:"); isCase {
			text, _, _ := strings.Cut(rest, "/")
			if id, err := db.ParseID(text); err == nil {
				changed[id] = true
			}
		}
	}
	ids := make([]any, 0, len(changed))
	for id := range changed {
		if at, known := m.cases[id]; known {
			m.rows[at].bits = 0
		}
		ids = append(ids, id)
	}
	for part := range slices.Chunk(ids, liveBatch) { // by their ids, not by the index of months
		marks := db.Marks(len(part))
		if err := m.read(tx, defs, "id in ("+marks+") and month || '' = ?", append(slices.Clone(part), m.month)...); err != nil {
			return false, err
		}
	}
	m.next = next
	return false, nil
}

// read takes in the cases under a condition.
func (m *monthly) read(tx *db.Tx, defs []Definition, where string, args ...any) error {
	var pick clauses
	for _, d := range defs {
		for _, part := range []Part{All, Base, Hit} {
			cond, err := d.part(part)
			if err != nil {
				return err
			}
			b, err := d.Where.And(cond).At(d.law, tx.Now())
			if err != nil {
				return err
			}
			words, values := b.SQL()
			pick.add("case when "+words+" then 1 else 0 end", values...)
		}
	}
	sql := "select id, " + strings.Join(liveColumns, ", ") + ", " + strings.Join(pick.words, ", ") + " from " + filter.Cases.Name + " where " + where
	_, err := db.Select(tx, func(r *db.Rows) (struct{}, error) { return struct{}{}, m.take(r, len(pick.words)) }, sql, append(pick.args, args...)...)
	return err
}

func (m *monthly) take(r *db.Rows, bits int) error {
	var id db.ID
	var texts [6]string
	flags := make([]int, bits)
	into := []any{&id}
	for i := range texts {
		into = append(into, &texts[i])
	}
	for i := range flags {
		into = append(into, &flags[i])
	}
	if err := r.Scan(into...); err != nil {
		return err
	}
	var row tallied
	for i, t := range texts {
		row.keys[i] = m.name(t)
	}
	for i, f := range flags {
		row.bits |= uint64(f) << i
	}
	at, known := m.cases[id]
	if !known {
		at = len(m.rows)
		m.cases[id], m.rows = at, append(m.rows, tallied{})
	}
	m.rows[at] = row
	return nil
}

// name gives a text a small number.
func (m *monthly) name(text string) int32 {
	n, known := m.names[text]
	if !known {
		n = int32(len(m.texts))
		m.names[text], m.texts = n, append(m.texts, text)
	}
	return n
}

// answer sums the rows that the actor sees, as sight has it.
func (m *monthly) answer(by staff.Actor, q Question, defs []Definition, tx *db.Tx) []Answer {
	inArea, seen := m.marked(func(path string) bool { return place.Within(path, q.Area) }), m.marked(func(path string) bool {
		return slices.ContainsFunc(by.Scope().Places, func(p string) bool { return place.Within(path, p) })
	})
	mine := m.marked(func(unit string) bool { return slices.Contains(by.Scope().Units, unit) })
	column := slices.Index(liveColumns, q.By)
	if q.By == ByArea {
		column = 0
	}
	groups := map[int32][]Figure{}
	for _, row := range m.rows {
		path, lead, desk := row.keys[0], row.keys[1], row.keys[2]
		if row.bits == 0 || !inArea[path] || !(seen[path] || mine[lead] || mine[desk]) || q.Unit != "" && m.texts[lead] != q.Unit {
			continue
		}
		var key int32 = -1
		if column >= 0 {
			key = row.keys[column]
		}
		if groups[key] == nil {
			groups[key] = make([]Figure, len(defs))
		}
		for i := range defs {
			b := row.bits >> (3 * i)
			f := &groups[key][i]
			f.All, f.Denominator, f.Numerator = f.All+int64(b&1), f.Denominator+int64(b>>1&1), f.Numerator+int64(b>>2&1)
		}
	}
	called := make(map[int32]string, len(groups)) // once a group, not once a definition
	for n := range groups {
		if n >= 0 {
			called[n] = q.key(m.texts[n])
		}
	}
	answers := make([]Answer, len(defs))
	for i, d := range defs {
		sums := map[string]*Figure{}
		for n, list := range groups {
			text := called[n]
			if sums[text] == nil {
				sums[text] = &Figure{Key: text}
			}
			sums[text].add(list[i])
		}
		answers[i] = Answer{Definition: d, Question: q, At: tx.Now(), Figures: q.sorted(sums)}
		for _, f := range answers[i].Figures {
			answers[i].Total.add(f)
		}
	}
	return answers
}

// marked tells of each text whether it is meant.
func (m *monthly) marked(is func(string) bool) []bool {
	list := make([]bool, len(m.texts))
	for i, t := range m.texts {
		list[i] = is(t)
	}
	return list
}
