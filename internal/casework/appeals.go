package casework

import (
	"fmt"

	"linli/internal/db"
	"linli/internal/staff"
)

// Appeals lists the cases an actor sees whose reporter does not accept the result and waits for an answer, the oldest first and at
// most limit, behind the last of the page before. They are settled and in no queue; the index of appeals finds them.
func (c *Cases) Appeals(tx *db.Tx, by staff.Actor, after db.ID, limit int) ([]Line, error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	var ids []db.ID
	for len(ids) < limit {
		page, err := db.Select(tx, func(r *db.Rows) (*Case, error) { return scan(r) },
			`select `+columns+` from case_record where appealed = 1 and id > ? order by id limit 200`, after)
		if err != nil {
			return nil, fmt.Errorf("appeals: %w", err)
		}
		for _, k := range page {
			if after = k.ID; sees(by, k.keys(k.Situation.Units(), nil)) && len(ids) < limit {
				ids = append(ids, k.ID)
			}
		}
		if len(page) < 200 {
			break
		}
	}
	return c.linesFor(tx, by, ids)
}
