package search

import (
	"fmt"

	"linli/internal/db"
)

// A GIN index knows no order: it gives all that match, and each of them costs a visit to its row. Walking the documents
// backwards costs a visit to each, match or not. So a query for the newest few first walks a little way; how many matches
// that meets tells how far the rest must be, and so which way is the shorter:
//
//   - near: walk on;
//   - further: let the index meet the range of ids in which they must lie;
//   - far: the matches are so few that all of them may be visited.
//
// Each step is materialised first: PostgreSQL must not be tempted to walk the primary key in hope of a match.
const (
	firstWalk  = 1000   // documents
	longWalk   = 8000   // the most to walk on
	longRange  = 25_000 // the longest range, in documents expected in it
	confidence = 2      // matches met before their density is believed for a range
)

func findPostgres(tx *db.Tx, m match, before db.ID, limit int) ([]db.ID, error) {
	// A plan made for any words would take them all for rare; these are planned for themselves.
	if err := tx.Exec(`set local plan_cache_mode = force_custom_plan`); err != nil {
		return nil, err
	}
	w := walk{before: before}
	if err := w.on(tx, m, firstWalk, limit); err != nil || w.end || len(w.ids) == limit {
		return w.ids, err
	}
	if far := w.distance(limit); far <= longWalk {
		if err := w.on(tx, m, far, limit-len(w.ids)); err != nil || w.end || len(w.ids) == limit {
			return w.ids, err
		}
	}
	from := db.ID(0)
	if far := w.distance(limit); far <= longRange && len(w.ids) >= confidence {
		from = max(0, w.before-db.ID(float64(w.first-w.before)/float64(w.seen)*float64(far)))
	}
	ids := w.ids
	for _, r := range [][2]db.ID{{from, w.before}, {0, from}} {
		if len(ids) < limit && r[0] < r[1] {
			more, err := findRange(tx, m, r[0], r[1], limit-len(ids))
			if err != nil {
				return nil, err
			}
			ids = append(ids, more...)
		}
	}
	return ids, nil
}

// A walk goes backwards through the documents one by one.
type walk struct {
	ids    []db.ID // matches met
	before db.ID   // the oldest document seen
	first  db.ID   // the newest document seen
	seen   int     // how many
	end    bool    // no older ones are left
}

// distance returns how many documents further back the limit should be reached, half as many again for safety.
func (w *walk) distance(limit int) int {
	if len(w.ids) == 0 {
		return 1 << 30
	}
	return (limit - len(w.ids)) * w.seen / len(w.ids) * 3 / 2
}

// on walks over the next n documents, for at most limit matches.
func (w *walk) on(tx *db.Tx, m match, n, limit int) error {
	rows, err := tx.Query(`with recent as materialized (
			select id, tokens @@ cast(? as tsquery) as hit from search_doc where id < ? order by id desc limit ?)
		(select id, 0, 0 from recent where hit order by id desc limit ?)
		union all (select min(id), max(id), count(*) from recent having count(*) > 0)`, m.tsquery(), w.before, n, limit)
	if err != nil {
		return err
	}
	defer rows.Close()
	w.end = true
	for rows.Next() {
		var id, top db.ID
		var count int
		if err := rows.Scan(&id, &top, &count); err != nil {
			return err
		}
		if count == 0 {
			w.ids = append(w.ids, id)
			continue
		}
		w.before, w.first, w.end = id, max(w.first, top), count < n
		w.seen += count
	}
	return rows.Err()
}

func findRange(tx *db.Tx, m match, from, before db.ID, limit int) ([]db.ID, error) {
	return db.Select(tx, scanID, `with hit as materialized (
			select id from search_doc where tokens @@ cast(? as tsquery) and id >= ? and id < ?)
		select id from hit order by id desc limit ?`, m.tsquery(), from, before, limit)
}

func countPostgres(tx *db.Tx, m match, limit int) (n int64, err error) {
	err = tx.QueryRow(`select count(*) from (select 1 from search_doc where tokens @@ cast(? as tsquery) limit ?) hit`,
		m.tsquery(), limit).Scan(&n)
	return n, err
}

// tsquery writes the match in PostgreSQL's language.
func (m match) tsquery() string {
	return m.write(func(s string) string { return fmt.Sprintf("'%s'", s) }, " & ", " | ", ":*")
}
