package register

import (
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// FollowPlace lets all that is registered at or below a former path belong to another place, after a merge. What was told of it keeps the
// former code, which resolves.
func FollowPlace(tx *db.Tx, former string, now place.Place) error {
	from, end := place.Range(former)
	for _, table := range []string{"person", "household", "dwelling", "organisation", "facility"} {
		if err := tx.Exec("update "+table+" set place = ? where path = ?", now.Code, former); err != nil {
			return wrap("follow place", err)
		}
		if err := tx.Exec("update "+table+" set path = ? || substr(path, ?) where path >= ? and path < ?", now.Path, len(former)+1, from, end); err != nil {
			return wrap("follow place", err)
		}
	}
	err := tx.Exec("update person set home_path = ? || substr(home_path, ?) where home_path >= ? and home_path < ? and home_path <> ''", now.Path, len(former)+1, from, end)
	if err != nil {
		return wrap("follow place", err)
	}
	return fact.FollowPath(tx, former, now.Path)
}

// FollowDwelling lets a dwelling and its parts belong to another place, with the households there, and returns who lives in them. Parts that are not at the
// former path stay.
func FollowDwelling(tx *db.Tx, id db.ID, former string, now place.Place) ([]db.ID, error) {
	var people []db.ID
	todo := []db.ID{id}
	for len(todo) > 0 {
		d, err := DwellingOf(tx, todo[0])
		if err != nil {
			return nil, err
		}
		todo = todo[1:]
		if d.Path != former {
			continue
		}
		parts, err := Parts(tx, d.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			todo = append(todo, p.ID)
		}
		if err := tx.Exec("update dwelling set place = ?, path = ? where id = ?", now.Code, now.Path, d.ID); err != nil {
			return nil, wrap("follow dwelling", err)
		}
		if err := tx.Exec("update household set place = ?, path = ? where dwelling = ? and path = ?", now.Code, now.Path, d.ID, former); err != nil {
			return nil, wrap("follow dwelling", err)
		}
		living, err := fact.Relations(tx, fact.Dwelling(d.ID), fact.AsOf{}, lexicon.LivesAt)
		if err != nil {
			return nil, err
		}
		for _, r := range living {
			people = append(people, r.From.ID)
		}
	}
	return people, nil
}

// Withdraw takes a person out of every list of an area, when the event that registered him was taken back. The row stays.
func Withdraw(tx *db.Tx, id db.ID) error {
	return wrap("withdraw person", tx.ExecOne("update person set path = '', home_path = '', updated_at = ? where id = ?", db.At(tx.Now()), id))
}

// Alive reports that somebody may still apply for something. Returns invalid, under the field, for who has died.
func (p Person) Alive(field string) error {
	if p.Died.IsZero() {
		return nil
	}
	return fault.Invalid(field, "%s已于 %s 登记死亡，不能办理；登记有误的请先更正", p.Name, p.Died.String())
}
