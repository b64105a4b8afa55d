package search

import (
	"fmt"

	"linli/internal/db"
)

// A GIN index knows no order: it gives all that match, and each of them costs a visit to its row. So a query for the newest
// few goes in up to three steps, none of which touches many rows:
//
//  1. the newest documents one by one, which is enough when the words are in a good part of all texts;
//  2. a stretch further back that is some times as long in ids, where the index meets the range of ids;
//  3. everything older, which is reached only by words so rare that all their rows together are few.
//
// Each step is materialised first: PostgreSQL must not be tempted to walk the primary key backwards in hope of a match.
const (
	newest  = 1000
	stretch = 32
)

func findPostgres(tx *db.Tx, m match, before db.ID, limit int) ([]db.ID, error) {
	// A plan made for any words would take them all for rare; these are planned for themselves.
	if err := tx.Exec(`set local plan_cache_mode = force_custom_plan`); err != nil {
		return nil, err
	}
	ids, oldest, first, err := findNewest(tx, m, before, limit)
	if err != nil || len(ids) == limit || oldest == 0 {
		return ids, err
	}
	from := oldest - min(oldest, (first-oldest)*stretch)
	for _, r := range [][2]db.ID{{from, oldest}, {0, from}} {
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

// findNewest looks through the newest documents below before; oldest and first are the ends of what it saw, 0 when there
// is nothing older.
func findNewest(tx *db.Tx, m match, before db.ID, limit int) (ids []db.ID, oldest, first db.ID, err error) {
	rows, err := tx.Query(`with recent as materialized (
			select id, tokens @@ cast(? as tsquery) as hit from search_doc where id < ? order by id desc limit ?)
		(select id, 0 from recent where hit order by id desc limit ?)
		union all (select min(id), max(id) from recent having count(*) = ?)`, m.tsquery(), before, newest, limit, newest)
	if err != nil {
		return nil, 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, top db.ID
		if err := rows.Scan(&id, &top); err != nil {
			return nil, 0, 0, err
		}
		if top == 0 {
			ids = append(ids, id)
		} else {
			oldest, first = id, top
		}
	}
	return ids, oldest, first, rows.Err()
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
