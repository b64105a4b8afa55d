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
	ids, oldest, err := findNewest(tx, m, before, limit)
	if err != nil || len(ids) == limit || oldest == 0 {
		return ids, err
	}
	from := max(0, oldest-(min(before, db.NewID())-oldest)*stretch)
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

// findNewest looks through the newest documents below before; oldest is the last one seen, 0 when there are no more.
func findNewest(tx *db.Tx, m match, before db.ID, limit int) (ids []db.ID, oldest db.ID, err error) {
	rows, err := tx.Query(`with recent as materialized (
			select id, tokens @@ cast(? as tsquery) as hit from search_doc where id < ? order by id desc limit ?)
		(select id, 1 from recent where hit order by id desc limit ?)
		union all (select case when count(*) < ? then 0 else min(id) end, 0 from recent)`, m.tsquery(), before, newest, limit, newest)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id db.ID
		var hit int64
		if err := rows.Scan(&id, &hit); err != nil {
			return nil, 0, err
		}
		if hit == 0 {
			oldest = id
		} else {
			ids = append(ids, id)
		}
	}
	return ids, oldest, rows.Err()
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
