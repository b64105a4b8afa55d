package staff

import (
	"linli/internal/db"
	"linli/internal/place"
)

// PlacesOf returns the standing places at or below a path for which somebody who may log in has a role, by path.
func PlacesOf(tx *db.Tx, role Role, path string) ([]place.Place, error) {
	codes, err := db.Select(tx, func(r *db.Rows) (code string, err error) { return code, r.Scan(&code) },
		"select distinct g.place from staff_grant g join staff_account a on a.id = g.account where g.role = ? and g.place <> '' and a.disabled = 0", string(role))
	if err != nil {
		return nil, wrap("list places of a role", err)
	}
	has := make(map[string]bool, len(codes))
	for _, c := range codes {
		has[c] = true
	}
	all, err := place.Subtree(tx, path, place.Today(tx))
	if err != nil {
		return nil, err
	}
	var list []place.Place
	for _, p := range all {
		if has[p.Code] {
			list = append(list, p)
		}
	}
	return list, nil
}

// UnitsBelow returns the open units that fill the office at or below a path, each for its own place, by code; where there is none, those that fill it
// for the path.
func UnitsBelow(tx *db.Tx, office, path string) ([]Unit, error) {
	all, err := units(tx, whereFilling, office)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(all))
	for i, u := range all {
		codes[i] = u.Place
	}
	paths, err := place.Paths(tx, codes...)
	if err != nil {
		return nil, err
	}
	var list []Unit
	for _, u := range all {
		if p := paths[u.Place]; p != "" && place.Within(p, path) {
			list = append(list, u)
		}
	}
	if len(list) == 0 {
		return UnitsFilling(tx, office, path)
	}
	return list, nil
}

// HoldersOf lists who may log in and has a role for just this place, by login.
func HoldersOf(tx *db.Tx, role Role, placeCode string) ([]Account, error) {
	ids, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		"select distinct a.id from staff_account a join staff_grant g on g.account = a.id where g.role = ? and g.place = ? and a.disabled = 0 order by a.id", string(role), placeCode)
	if err != nil {
		return nil, wrap("list holders of a role", err)
	}
	var list []Account
	for _, id := range ids {
		a, err := AccountOf(tx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}
