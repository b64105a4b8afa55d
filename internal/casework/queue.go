package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/staff"
)

// A Line (办件行) is a case as a list shows it.
type Line struct {
	ID         db.ID      `json:"id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	Flow       string     `json:"flow"`
	Channel    string     `json:"channel"`
	Weight     string     `json:"weight"`
	Kind       string     `json:"kind"`
	Place      string     `json:"place"`
	Desk       string     `json:"desk"`
	Lead       string     `json:"lead"`
	State      flow.State `json:"state"`
	Registered db.Time    `json:"registered"`
	LastStep   db.Time    `json:"last_step"`
	Yellow     db.Time    `json:"yellow"` // zero: no clock runs
	Target     db.Time    `json:"target"`
	Limit      db.Time    `json:"limit"`
	Replied    db.Time    `json:"replied"`
	Closed     db.Time    `json:"closed"`
	Stopped    bool       `json:"stopped"` // its clock, in time or late: nothing runs towards Limit any more
	Late       bool       `json:"late"`
	Joint      bool       `json:"joint"`
	Returns    int        `json:"returns"`
	Reworks    int        `json:"reworks"`
	Grade      int        `json:"grade"`
	Version    int64      `json:"version"`
}

const lineColumns = `c.id, c.number, c.title, c.flow, c.channel, c.weight, c.kind, c.place, c.desk, c.lead, c.state, c.registered_at,
	c.last_step_at, c.yellow_at, c.target_at, c.limit_at, c.replied_at, c.closed_at,
	case when c.met <> -1 then 1 else 0 end, c.late, c.joint, c.returns, c.reworks, c.grade, c.version`

func scanLine(rows *db.Rows) (Line, error) {
	var l Line
	var yellow string
	err := rows.Scan(&l.ID, &l.Number, &l.Title, &l.Flow, &l.Channel, &l.Weight, &l.Kind, &l.Place, &l.Desk, &l.Lead, (*string)(&l.State),
		&l.Registered, &l.LastStep, &yellow, &l.Target, &l.Limit, &l.Replied, &l.Closed, &l.Stopped, &l.Late, &l.Joint,
		&l.Returns, &l.Reworks, &l.Grade, &l.Version)
	if err == nil && yellow < noYellow {
		l.Yellow, err = db.ParseTime(yellow)
	}
	return l, err
}

// A Query (队列条件) asks for open cases, most urgent first.
type Query struct {
	States []flow.State // none: every open state
	Unit   string       // only cases this unit has a part in now; "" all that the actor sees
	Area   string       // only cases in the place with this code; "" all that the actor sees
	Flow   string
	After  string // cursor of the last line of the page before
	Limit  int    // 1 to 200; 0: 50
}

// Queue lists the open cases an actor sees, in the order in which they turn yellow: the one whose target term ends, or
// whose legal term is 80 % used, first. The cursor continues behind the last line; "" when there are no more.
func (c *Cases) Queue(tx *db.Tx, by staff.Actor, q Query) (lines []Line, next string, err error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	after, afterID, err := parseCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	keys, err := seenAs(tx, by)
	if err != nil {
		return nil, "", fmt.Errorf("queue: %w", err)
	}
	if q.Unit != "" {
		if !slices.Contains(keys, staff.UnitKey(q.Unit)) {
			return nil, "", fault.Forbidden("您不在该单位任职")
		}
		keys = []string{"u:" + q.Unit}
	}
	if q.Area != "" {
		area := "p:" + q.Area
		if g := "g:" + q.Area; slices.Contains(keys, g) {
			area = g
		}
		keys = []string{area}
		if err := mayAsk(tx, by, keys[0]); err != nil {
			return nil, "", err
		}
	}
	sql, args, err := byEither(tx, q, keys, after, afterID)
	if err != nil {
		return nil, "", fmt.Errorf("queue: %w", err)
	}
	lines, err = db.Select(tx, scanLine, sql, args...)
	if err != nil {
		return nil, "", fmt.Errorf("queue: %w", err)
	}
	slices.SortFunc(lines, byUrgency)
	lines = slices.CompactFunc(lines, func(a, b Line) bool { return a.ID == b.ID })
	if len(lines) > q.Limit {
		lines = lines[:q.Limit]
	}
	if len(lines) == q.Limit {
		next = cursor(lines[len(lines)-1])
	}
	return lines, next, c.ungraded(tx, by, lines)
}

func byUrgency(a, b Line) int {
	return cmp.Or(strings.Compare(yellowText(a), yellowText(b)), cmp.Compare(a.ID, b.ID))
}

func yellowText(l Line) string {
	if l.Yellow.IsZero() {
		return noYellow
	}
	return l.Yellow.Text()
}

// byKey walks the queue rows of each key in order: the way for a whole area or unit. Each key gives at most a page.
func byKey(q Query, keys []string, after string, afterID db.ID) (string, []any) {
	var sql strings.Builder
	var args []any
	for i, k := range keys {
		if i > 0 {
			sql.WriteString(" union all ")
		}
		sql.WriteString(`select * from (select ` + lineColumns + ` from case_queue q join case_record c on c.id = q.case_id
			where q.scope = ? and (q.yellow_at, q.case_id) > (?, ?)`)
		args = append(args, k, after, afterID)
		where, more := q.filter()
		sql.WriteString(where + ` order by q.yellow_at, q.case_id limit ?) k` + fmt.Sprint(i))
		args = append(append(args, more...), q.Limit)
	}
	return sql.String(), args
}

// shortQueue is how many queue rows may be walked whatever is asked of them.
var shortQueue = 2000 // smaller in tests

// byEither looks by the keys, or by the states where these are rare and there are many rows under the keys. What somebody sees for
// himself (r:, a:, the last of his keys) is little, and always looked for by its keys.
func byEither(tx *db.Tx, q Query, keys []string, after string, afterID db.ID) (string, []any, error) {
	wide := slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k[0] != 'p' && k[0] != 'g' && k[0] != 'u' })
	rare := len(q.States) > 0 && !slices.Contains(q.States, flow.Dispatched)
	if rare {
		var err error
		if rare, err = long(tx, wide); err != nil {
			return "", nil, err
		}
	}
	if !rare {
		sql, args := byKey(q, keys, after, afterID)
		return sql, args, nil
	}
	sql, args := byState(q, wide, after, afterID)
	if own := keys[len(wide):]; len(own) > 0 {
		few, more := byKey(q, own, after, afterID)
		sql, args = sql+" union all "+few, append(args, more...)
	}
	return sql, args, nil
}

// long reports whether there are more rows under the keys than may be walked whatever is asked of them.
func long(tx *db.Tx, keys []string) (bool, error) {
	if len(keys) == 0 {
		return false, nil
	}
	var args []any
	for _, k := range keys {
		args = append(args, k)
	}
	var n int
	err := tx.QueryRow(`select count(*) from (select 1 from case_queue where scope in (`+db.Marks(len(keys))+`) limit ?) n`,
		append(args, shortQueue+1)...).Scan(&n)
	return n > shortQueue, err
}

// byState walks the cases of each rare state in order and keeps those with one of the keys: the way for cases that wait
// to be accepted, sent out or verified, of which there are few in any area. The keys are counted: exists would be taken for a join,
// which PostgreSQL begins with all the rows of the keys, though fifty cases in order are wanted.
func byState(q Query, keys []string, after string, afterID db.ID) (string, []any) {
	var sql strings.Builder
	var args []any
	for i, s := range q.States {
		if i > 0 {
			sql.WriteString(" union all ")
		}
		sql.WriteString(`select * from (select ` + lineColumns + ` from case_record c
			where c.open = 1 and c.state = ? and c.yellow_at >= ? and (c.yellow_at > ? or c.id > ?)`)
		args = append(args, string(s), after, after, afterID)
		if q.Flow != "" {
			sql.WriteString(` and c.flow = ?`)
			args = append(args, q.Flow)
		}
		sql.WriteString(` and (select count(*) from case_queue q where q.scope in (` + db.Marks(len(keys)) + `)
			and q.yellow_at = c.yellow_at and q.case_id = c.id) > 0 order by c.yellow_at, c.id limit ?) s` + fmt.Sprint(i))
		for _, k := range keys {
			args = append(args, k)
		}
		args = append(args, q.Limit)
	}
	return sql.String(), args
}

func (q Query) filter() (string, []any) {
	var sql string
	var args []any
	if q.Flow != "" {
		sql, args = ` and c.flow = ?`, append(args, q.Flow)
	}
	if len(q.States) > 0 {
		sql += ` and c.state in (` + db.Marks(len(q.States)) + `)`
		for _, s := range q.States {
			args = append(args, string(s))
		}
	}
	return sql, args
}

func cursor(l Line) string { return yellowText(l) + "_" + l.ID.String() }

func parseCursor(s string) (yellow string, id db.ID, err error) {
	if s == "" {
		return "", 0, nil
	}
	yellow, text, ok := strings.Cut(s, "_")
	if _, e := db.ParseTime(yellow); !ok || e != nil {
		return "", 0, fault.Invalid("cursor", "翻页标记不对，请从第一页重新开始")
	}
	if id, err = db.ParseID(text); err != nil {
		return "", 0, fault.Invalid("cursor", "翻页标记不对，请从第一页重新开始")
	}
	return yellow, id, nil
}

// maxCount bounds how far a count goes: a badge that says "more than" costs no more than one that counts.
const maxCount = 100_000

// Count returns how many open cases an actor sees under one of his keys ("p:411202", "u:…") or that of a place below one of his,
// and how many of them are yellow or red at the transaction's instant.
func (c *Cases) Count(tx *db.Tx, by staff.Actor, key string) (all, urgent int, err error) {
	if err := mayAsk(tx, by, key); err != nil {
		return 0, 0, err
	}
	err = tx.QueryRow(`select count(*) from (select 1 from case_queue where scope = ? limit ?) n`, key, maxCount).Scan(&all)
	if err != nil {
		return 0, 0, fmt.Errorf("count queue: %w", err)
	}
	err = tx.QueryRow(`select count(*) from (select 1 from case_queue where scope = ? and yellow_at <= ? limit ?) n`,
		key, db.At(tx.Now()), maxCount).Scan(&urgent)
	return all, urgent, err
}

// mayAsk refuses a key under which an actor does not see everything there is.
func mayAsk(tx *db.Tx, by staff.Actor, key string) error {
	if slices.Contains(seen(by), key) {
		return nil
	}
	if code, isPlace := strings.CutPrefix(key, "p:"); isPlace {
		p, err := place.Get(tx, code)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		if err == nil && sees(by, staff.PlaceKeys(p.Path)) {
			return nil
		}
	}
	return fault.Forbidden("您无权查看这个范围")
}

// Find searches number, title, words and spot of the cases an actor sees, newest first. Words of one character and
// more work; the permission is part of the search, not a filter over its first page.
func (c *Cases) Find(tx *db.Tx, by staff.Actor, words string, before db.ID, limit int) ([]Line, error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	// Without a label it finds nothing, but still says what is wrong with the words.
	ids, err := search.Find(tx, search.Query{Kind: "case", Words: words, AnyLabel: labels(by.Scope()), Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	if !by.Person.IsZero() {
		own, err := findOwn(tx, by.Person, words, before, limit)
		if err != nil {
			return nil, err
		}
		ids = append(ids, own...)
		slices.Sort(ids)
		slices.Reverse(ids)
		ids = slices.Compact(ids)
	}
	return c.linesFor(tx, by, ids[:min(len(ids), limit)])
}

// maxOwn bounds how many cases of one person are read through for words.
const maxOwn = 1000

// findOwn reads through what a person has reported: it is little, and no label of the index.
func findOwn(tx *db.Tx, person db.ID, words string, before db.ID, limit int) ([]db.ID, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	his, args, err := register.Among(tx, "person", person)
	if err != nil {
		return nil, fmt.Errorf("search own cases: %w", err)
	}
	type own struct {
		id   db.ID
		text string
	}
	list, err := db.Select(tx, func(r *db.Rows) (o own, err error) { return o, r.Scan(&o.id, &o.text) },
		`select c.id, c.number || ' ' || c.title || ' ' || c.body || ' ' || c.spot from case_record c
		where c.id in (select case_id from case_reporter where `+his+`) and c.id < ? order by c.id desc limit ?`, append(args, before, maxOwn)...)
	if err != nil {
		return nil, fmt.Errorf("search own cases: %w", err)
	}
	var ids []db.ID
	for _, o := range list {
		if len(ids) < limit && search.Matches(o.text, words) {
			ids = append(ids, o.id)
		}
	}
	return ids, nil
}

// lines reads list rows by id and returns them in the order of ids.
func (c *Cases) lines(tx *db.Tx, ids []db.ID) ([]Line, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var args []any
	for _, id := range ids {
		args = append(args, id)
	}
	found, err := db.Select(tx, scanLine, `select `+lineColumns+` from case_record c where c.id in (`+db.Marks(len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b Line) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	return found, nil
}

// labels are the search labels of the areas and units that an actor sees.
func labels(s staff.Scope) []string {
	var out []string
	for _, k := range s.Keys() {
		if strings.HasPrefix(k, "p:") || strings.HasPrefix(k, "g:") || strings.HasPrefix(k, "u:") {
			out = append(out, k)
		}
	}
	return out
}
