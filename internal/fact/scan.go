package fact

import (
	"linli/internal/db"
	"linli/internal/lexicon"
)

// Scan tells what holds today of everybody of a kind under some names, in the order in which it was told: of two tellings of one name the later counts.
func Scan(tx *db.Tx, kind lexicon.Kind, names []string, each func(subject db.ID, name, value string) error) error {
	if len(names) == 0 {
		return nil
	}
	cond, args := AsOf{}.where(tx)
	all := []any{string(kind)}
	for _, n := range names {
		all = append(all, n)
	}
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		var subject db.ID
		var name, value string
		if err := r.Scan(&subject, &name, &value); err != nil {
			return none, err
		}
		return none, each(subject, name, value)
	}, "select subject, name, value from statement where subject_kind = ? and name in ("+db.Marks(len(names))+") and "+cond+" order by id", append(all, args...)...)
	return wrap("read all facts", err)
}

// ScanEver tells of which subjects of a kind something was ever told under some names.
func ScanEver(tx *db.Tx, kind lexicon.Kind, names []string, each func(subject db.ID, name string)) error {
	if len(names) == 0 {
		return nil
	}
	all := []any{string(kind)}
	for _, n := range names {
		all = append(all, n)
	}
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		var subject db.ID
		var name string
		if err := r.Scan(&subject, &name); err != nil {
			return none, err
		}
		each(subject, name)
		return none, nil
	}, "select distinct subject, name from statement where subject_kind = ? and name in ("+db.Marks(len(names))+")", all...)
	return wrap("read names told", err)
}

// ScanRelations tells which relations of some names hold today, in the order in which Relations lists those of one name.
func ScanRelations(tx *db.Tx, names []string, each func(name string, from, to Subject)) error {
	cond, args := AsOf{}.where(tx)
	all := []any{}
	for _, n := range names {
		all = append(all, n)
	}
	_, err := db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
		var name string
		var from, to Subject
		if err := r.Scan(&name, (*string)(&from.Kind), &from.ID, (*string)(&to.Kind), &to.ID); err != nil {
			return none, err
		}
		each(name, from, to)
		return none, nil
	}, "select name, from_kind, from_id, to_kind, to_id from relation where name in ("+db.Marks(len(names))+") and "+cond+" order by valid_from, id", append(all, args...)...)
	return wrap("read all relations", err)
}

// A Touched (近期变动) is a subject of which something was told or ended, and a mark that another telling changes.
type Touched struct {
	Subject
	Last db.ID
	Size int64
}

// TouchedSince returns the subjects of which something was told, or ended, by a deed from an id on. With more than limit it returns more as true, and no
// subjects.
func TouchedSince(tx *db.Tx, from db.ID, limit int) (list []Touched, more bool, err error) {
	list, err = db.Select(tx, func(r *db.Rows) (t Touched, err error) {
		return t, r.Scan((*string)(&t.Kind), &t.ID, &t.Last, &t.Size)
	}, `select kind, subject, max(id), count(*) from (
			select subject_kind as kind, subject, id from statement where id >= ?
			union all select subject_kind, subject, ended_by from statement where ended_by >= ? and ended_by <> 0
			union all select from_kind, from_id, id from relation where id >= ?
			union all select to_kind, to_id, id from relation where id >= ?
			union all select from_kind, from_id, ended_by from relation where ended_by >= ? and ended_by <> 0
			union all select to_kind, to_id, ended_by from relation where ended_by >= ? and ended_by <> 0
		) as told group by kind, subject order by 3 limit ?`, from, from, from, from, from, from, limit+1)
	if len(list) > limit {
		return nil, true, nil
	}
	return list, false, wrap("read whom something was told of", err)
}

// LastID is the highest id of a telling.
func LastID(tx *db.Tx) (id db.ID, err error) {
	err = tx.QueryRow("select max(last) from (select coalesce(max(id), 0) as last from statement union all select coalesce(max(id), 0) from relation) as told").Scan(&id)
	return id, wrap("read last telling", err)
}
