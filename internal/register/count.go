package register

import (
	"slices"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// standing are the conditions under which something stands in the register today.
var standing = map[lexicon.Kind]string{
	lexicon.Person:       "person where died = '' and not exists (select 1 from person_merged m where m.gone = person.id)",
	lexicon.Household:    "household where closed = ''",
	lexicon.Dwelling:     "dwelling where closed = '' and level = '" + Room + "'",
	lexicon.Organisation: "organisation where closed = ''",
	lexicon.Facility:     "facility where closed = ''",
}

// Count returns how many of a kind stand in the register in an area today: the living persons who live there, the open households, the rooms,
// the organisations and facilities that were not closed. It names nobody.
func Count(tx *db.Tx, kind lexicon.Kind, path string) (n int, err error) {
	from, ok := standing[kind]
	if !ok {
		return 0, fault.Invalid("kind", "没有这种登记对象")
	}
	first, end := place.Range(path)
	return n, wrap("count the register", tx.QueryRow("select count(*) from "+from+" and path >= ? and path < ?", first, end).Scan(&n))
}

// CountOf returns of how many persons living in an area today a word holds with a value as of a day; a word that the person's row carries, such
// as the sex, holds as of today. It names nobody.
func CountOf(tx *db.Tx, path, name, value string, at fact.AsOf) (n int, err error) {
	first, end := place.Range(path)
	if slices.Contains(projected[lexicon.Person].columns, name) {
		err := tx.QueryRow("select count(*) from "+standing[lexicon.Person]+" and path >= ? and path < ? and "+name+" = ?", first, end, value).Scan(&n)
		return n, wrap("count the register", err)
	}
	ids, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		"select id from "+standing[lexicon.Person]+" and path >= ? and path < ?", first, end)
	if err != nil {
		return 0, wrap("count the register", err)
	}
	return fact.Count(tx, ids, name, value, at)
}
