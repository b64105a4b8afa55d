package atlas

import (
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Change (图面变动) is a case of the map with which something happened.
type Change struct {
	Case  db.ID     `json:"case"`
	Point geo.Point `json:"point"`
	Open  bool      `json:"open"`
}

// changesMost is how many entries of the log one look goes through.
const changesMost = 400

// Changes tells what happened in an area ("" all that the actor sees) from a position in the log on, and from which position to ask the next time. Each case
// is told once, as it is now; one that left the map in between is not told.
func (a *Atlas) Changes(tx *db.Tx, by staff.Actor, area string, from int64) (list []Change, next int64, err error) {
	entries, err := audit.Following(tx, a.city, from, changesMost)
	if err != nil {
		return nil, from, err
	}
	next = from + int64(len(entries))
	ids := changed(entries)
	if len(ids) == 0 {
		return nil, next, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	scope := by.Scope()
	_, err = db.Select(tx, func(r *db.Rows) (c Change, err error) {
		var lon, lat int64
		var path, desk, lead string
		if err := r.Scan(&c.Case, &lon, &lat, &path, &c.Open, &desk, &lead); err != nil {
			return c, err
		}
		c.Point = geo.Of(lon, lat)
		seen := slices.ContainsFunc(scope.Places, func(p string) bool { return place.Within(path, p) }) || slices.Contains(scope.Units, desk) || slices.Contains(scope.Units, lead)
		if seen && place.Within(path, area) {
			list = append(list, c)
		}
		return c, nil
	}, `select case_id, lon, lat, path, open, desk, lead from fact_case_position where case_id in (`+db.Marks(len(ids))+`)`, args...)
	if err != nil {
		return nil, from, fmt.Errorf("changes of the map: %w", err)
	}
	return list, next, nil
}

// Latest is the position in the log from which news is to come.
func (a *Atlas) Latest(tx *db.Tx) (int64, error) { return audit.Size(tx, a.city) }
