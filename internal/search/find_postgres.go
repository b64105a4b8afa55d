package search

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
)

// A GIN index knows no order: it gives all that match, and each of them costs a visit to its row. Walking the documents
// backwards costs a visit to each, match or not. So a query for the newest few first walks a little way, which finds words
// that stand in most documents and tells how close together documents and matches lie; and then looks through windows of time,
// each as long as is likely to hold what is still missing, and last, for words that turn out to be rare, through everything. A window is part of what the index is asked: a document carries the
// spans of time it belongs to as tokens (see spans), so that the index reads little more of a frequent word than stands in the window.
// Likewise the index is not asked for labels that half the documents have, when the words are so rare that their rows may be read.
const (
	firstWalk   = 250    // documents
	firstGuess  = 10_000 // documents in the first window after a walk that met too few matches to judge by
	believed    = 3      // matches met before their density is believed
	growth      = 16     // the most by which a window is longer than the one before
	mostWindows = 3
	broad       = 16   // a label in one of so many documents costs the index more than the rows of a rare word
	longWalk    = 2000 // documents, for words of one character
)

func findPostgres(tx *db.Tx, m match, before db.ID, limit int) ([]db.ID, error) {
	// The plans below are right for every word; the planner, who must guess how frequent each is, would now and then read everything.
	for _, set := range []string{"enable_seqscan = off", "plan_cache_mode = force_generic_plan"} {
		if err := tx.Exec("set local " + set); err != nil {
			return nil, err
		}
	}
	steps, windows := firstWalk, mostWindows
	if slices.ContainsFunc(m.all, func(t term) bool { return t.prefix }) {
		steps, windows = longWalk, 0 // the index collects all the words of a prefix before it looks at anything else
	}
	w, err := walk(tx, m, before, steps, limit)
	if err != nil || w.end || len(w.ids) >= limit {
		return w.ids, err
	}
	length := w.expect(limit) * w.spacing()
	ids, end := w.ids, w.last
	ask, filter := m.tsquery(), ""
	if w.worded == 0 && w.labelled > w.seen/broad {
		ask, filter = m.words(), m.labels()
	}
	for ; len(ids) < limit && end > 0; windows-- {
		from, in := window(db.ID(max(0, float64(end)-length)), end)
		if windows <= 0 {
			from, in = 0, nil
		}
		more, err := inWindow(tx, ask, filter, in, from, end, limit-len(ids))
		if err != nil {
			return nil, err
		}
		ids, end = append(ids, more...), from
		if len(more) == 0 {
			windows = 0
			continue
		}
		length = min(needed(limit-len(ids), float64(len(more)), length), growth*length)
	}
	return ids, nil
}

// needed is how much further to look for what is missing, where so much held so many; half as much again, for luck.
func needed(missing int, held, in float64) float64 {
	return in * float64(missing) / held * 1.5
}

// A stroll is what a walk over the newest documents met.
type stroll struct {
	ids               []db.ID // matches
	first, half, last db.ID   // the newest, the middle and the oldest document seen
	seen              int     // how many
	worded, labelled  int     // how many of these have the words, and how many one of the labels
	end               bool    // no older ones are left
}

// spacing is how far ids lie apart. It goes by the denser half: a window that is too short costs little, and one that a quiet year
// among the newest documents made too long costs much.
func (w *stroll) spacing() float64 {
	return 2 * float64(min(w.first-w.half, w.half-w.last)+1) / float64(w.seen)
}

// expect is in how many further documents what is still missing is likely to stand. Where too few matches were met, words and labels
// are taken to have nothing to do with each other.
func (w *stroll) expect(limit int) float64 {
	n, seen := len(w.ids), float64(w.seen)
	if n >= believed {
		return needed(limit-n, float64(n), seen)
	}
	met := max(float64(n), float64(w.worded)*float64(w.labelled)/seen)
	if met == 0 {
		return firstGuess
	}
	return min(max(firstGuess, needed(limit-n, met, seen)), growth*firstGuess)
}

func walk(tx *db.Tx, m match, before db.ID, steps, limit int) (w stroll, err error) {
	rows, err := tx.Query(`with recent as materialized (
			select id, tokens @@ cast(? as tsquery) as worded, tokens @@ cast(? as tsquery) as labelled
			from search_doc where id < ? order by id desc limit ?)
		(select id, 0, 0, 0, 0, 0 from recent where worded and labelled order by id desc limit ?)
		union all (select min(id), max(id), (select id from recent order by id desc limit 1 offset ?), count(*),
			count(*) filter (where worded), count(*) filter (where labelled) from recent having count(*) > 0)`,
		m.words(), m.labels(), before, steps, limit, steps/2)
	if err != nil {
		return w, err
	}
	defer rows.Close()
	w.end = true
	for rows.Next() {
		x := w
		if err := rows.Scan(&x.last, &x.first, &x.half, &x.seen, &x.worded, &x.labelled); err != nil {
			return w, err
		}
		if x.seen == 0 {
			w.ids = append(w.ids, x.last)
			continue
		}
		w = x
		w.end = w.seen < steps
	}
	return w, rows.Err()
}

// inWindow returns the newest matches with from ≤ id < end. None lies before the spans, which begin with from.
func inWindow(tx *db.Tx, ask, filter string, in []string, from, end db.ID, limit int) ([]db.ID, error) {
	if in != nil {
		ask += " & ('" + strings.Join(in, "' | '") + "')"
	}
	sql, args := `with hit as materialized (select id from search_doc where tokens @@ cast(? as tsquery)`, []any{ask}
	if filter != "" { // written so that no index serves it
		sql, args = sql+` and case when tokens @@ cast(? as tsquery) then 1 else 0 end = 1`, append(args, filter)
	}
	return db.Select(tx, scanID, sql+`) select id from hit where id >= ? and id < ? order by id desc limit ?`, append(args, from, end, limit)...)
}

// spanBits are the lengths of the spans of time, as bits of an ID: two minutes, a quarter and two and a half hours, a day, six
// days, fifty days. A window is rounded up to whole spans, so the steps must not be long.
var spanBits = [...]int{38, 41, 44, 47, 50, 53}

// spansMost is how many spans a window may have: each more makes the index compare more for every word that it reads.
const spansMost = 4

// spans are the tokens of the spans to which a document belongs by the time that stands in its id. Having no bar, they are no labels.
func spans(id db.ID) []string {
	list := make([]string, len(spanBits))
	for i, bits := range spanBits {
		list[i] = span(i, id>>bits)
	}
	return list
}

func span(kind int, n db.ID) string { return fmt.Sprintf("=%c%d", 'a'+kind, n) }

// window returns the spans that cover from ≤ id < end and where the first of them begins; 0 and none when it takes too many.
func window(from, end db.ID) (db.ID, []string) {
	for kind, bits := range spanBits {
		first, last := from>>bits, (end-1)>>bits
		if last-first >= spansMost {
			continue
		}
		var list []string
		for n := first; n <= last; n++ {
			list = append(list, span(kind, n))
		}
		return first << bits, list
	}
	return 0, nil
}

func countPostgres(tx *db.Tx, m match, limit int) (n int64, err error) {
	err = tx.QueryRow(`select count(*) from (select 1 from search_doc where tokens @@ cast(? as tsquery) limit ?) hit`,
		m.tsquery(), limit).Scan(&n)
	return n, err
}

// tsquery writes the match in PostgreSQL's language.
func (m match) tsquery() string { return m.write(quoted, " & ", " | ", ":*") }

// words and labels are the two halves of the match; words is the labels when there are none.
func (m match) words() string {
	if len(m.all) == 0 {
		return m.labels()
	}
	return match{all: m.all}.tsquery()
}

func (m match) labels() string { return match{any: m.any}.tsquery() }

func quoted(s string) string { return "'" + s + "'" }
