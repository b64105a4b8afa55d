package register

import (
	"linli/internal/db"
	"linli/internal/place"
)

// In returns the persons who live at one place, a path, by name, after one of them; who was merged into another or withdrawn is not there.
func In(tx *db.Tx, path string, after Person, limit int) ([]Person, error) {
	list, err := db.Select(tx, scanPerson, "select "+personColumns+" from person where path = ? and (name, id) > (?, ?) order by name, id limit ?",
		path, after.Name, after.ID, limit)
	return list, wrap("list persons of a place", err)
}

// A Census (登记数量) is how much is registered at a place and below it.
type Census struct{ Persons, Households, Dwellings, Organisations, Facilities int }

// CensusBelow counts what is registered at or below a path, closed entries too: all of it follows when the place changes.
func CensusBelow(tx *db.Tx, path string) (c Census, err error) {
	from, end := place.Range(path)
	for table, n := range map[string]*int{"person": &c.Persons, "household": &c.Households, "dwelling": &c.Dwellings, "organisation": &c.Organisations, "facility": &c.Facilities} {
		if err := tx.QueryRow("select count(*) from "+table+" where path >= ? and path < ?", from, end).Scan(n); err != nil {
			return c, wrap("count what is registered", err)
		}
	}
	return c, nil
}

// Masked returns what persons gave, masked, the one given last of each kind.
func Masked(tx *db.Tx, persons []db.ID) (map[db.ID]map[Kind]string, error) {
	out := map[db.ID]map[Kind]string{}
	ids := make([]any, len(persons))
	for i, id := range persons {
		ids[i] = id
	}
	last := map[db.ID]map[Kind]db.Time{}
	err := ask(tx, "select person, kind, masked, last_at from register_secret where person in", ids, func(rows *db.Rows) error {
		var id db.ID
		var kind Kind
		var masked string
		var at db.Time
		if err := rows.Scan(&id, (*string)(&kind), &masked, &at); err != nil {
			return err
		}
		if out[id] == nil {
			out[id], last[id] = map[Kind]string{}, map[Kind]db.Time{}
		}
		if out[id][kind] == "" || last[id][kind].Before(at.Time) {
			out[id][kind], last[id][kind] = masked, at
		}
		return nil
	})
	return out, wrap("read masked contacts", err)
}
