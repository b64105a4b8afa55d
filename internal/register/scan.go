package register

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/lexicon"
)

// An Entry (登记概要) is what rules need of the row of a person.
type Entry struct {
	ID       db.ID
	Name     string
	Sex      string
	Born     civil.Date
	Died     civil.Date
	Place    string
	Address  string
	Path     string
	HomePath string
}

// ScanPersons tells of every person, in the order of ids, whose id is at least from.
func ScanPersons(tx *db.Tx, from db.ID, each func(Entry) error) error {
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		var e Entry
		if err := r.Scan(&e.ID, &e.Name, &e.Sex, &e.Born, &e.Died, &e.Place, &e.Address, &e.Path, &e.HomePath); err != nil {
			return none, err
		}
		return none, each(e)
	}, "select id, name, sex, born, died, place, address, path, home_path from person where id >= ? order by id", from)
	return wrap("read all persons", err)
}

// Column returns what the row of a person says under the name of a fact; "" for what it does not repeat.
func (e *Entry) Column(name string) string {
	switch name {
	case lexicon.Name:
		return e.Name
	case lexicon.Sex:
		return e.Sex
	case lexicon.Born:
		return e.Born.String()
	case lexicon.Place:
		return e.Place
	case lexicon.Address:
		return e.Address
	}
	return ""
}

// Column returns what the row of a household says under the name of a fact; "" for what it does not repeat.
func (h *Household) Column(name string) string {
	switch name {
	case "kind":
		return h.Kind
	case "number":
		return h.Number
	case lexicon.Place:
		return h.Place
	case lexicon.Address:
		return h.Address
	}
	return ""
}

// Repeated returns which facts the row of a subject has without their having been told.
func Repeated(kind lexicon.Kind) []string { return slices.Clone(projected[kind].columns) }

// ScanHouseholds tells of every household, in the order of ids, whose id is at least from.
func ScanHouseholds(tx *db.Tx, from db.ID, each func(Household) error) error {
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		h, err := scanHousehold(r)
		if err != nil {
			return none, err
		}
		return none, each(h)
	}, "select "+householdColumns+" from household where id >= ? order by id", from)
	return wrap("read all households", err)
}

// LastID is the highest id of a person or household.
func LastID(tx *db.Tx) (id db.ID, err error) {
	err = tx.QueryRow("select max(last) from (select coalesce(max(id), 0) as last from person union all select coalesce(max(id), 0) from household) as rows_of_register").Scan(&id)
	return id, wrap("read last entry", err)
}
