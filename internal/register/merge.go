package register

import (
	"errors"

	"linli/internal/db"
	"linli/internal/fault"
)

// Kept returns the id under which a person is kept: that of the entry it was merged into, or the same.
func Kept(tx *db.Tx, id db.ID) (db.ID, error) {
	kept := id
	err := tx.QueryRow("select kept from person_merged where gone = ?", id).Scan(&kept)
	if errors.Is(err, db.ErrNoRows) {
		return id, nil
	}
	return kept, wrap("find who was kept", err)
}

// Former returns the ids of the entries that were merged into this one.
func Former(tx *db.Tx, id db.ID) ([]db.ID, error) {
	list, err := db.Select(tx, func(rows *db.Rows) (id db.ID, err error) { return id, rows.Scan(&id) }, "select gone from person_merged where kept = ? order by gone", id)
	return list, wrap("list merged entries", err)
}

// Entries returns the ids under which something may be kept of a person: that of the entry that stands, then those that were merged into it.
// Lists of what is a person's ask all of them, for what came before the merge keeps the id under which it came. No person has none.
func Entries(tx *db.Tx, id db.ID) ([]db.ID, error) {
	if id.IsZero() {
		return nil, nil
	}
	kept, err := Kept(tx, id)
	if err != nil {
		return nil, err
	}
	former, err := Former(tx, kept)
	return append([]db.ID{kept}, former...), err
}

// Among returns the condition that a column names a person by one of his entries, with its arguments. It holds of nothing when there is no person.
func Among(tx *db.Tx, column string, person db.ID) (cond string, args []any, err error) {
	list, err := Entries(tx, person)
	if err != nil || len(list) == 0 {
		return "1 = 0", nil, err
	}
	for _, id := range list {
		args = append(args, id)
	}
	return column + " in (" + db.Marks(len(args)) + ")", args, nil
}

// IsOne reports that two ids are of one person: the same entry, or entries that were merged.
func IsOne(tx *db.Tx, a, b db.ID) (bool, error) {
	if a == b || a.IsZero() || b.IsZero() {
		return a == b && !a.IsZero(), nil
	}
	x, err := Kept(tx, a)
	if err != nil {
		return false, err
	}
	y, err := Kept(tx, b)
	return x == y, err
}

// Merge makes an entry lead to another of the same person. Numbers and contacts go over to the one that is kept; the entry that goes
// keeps its name and history, under its old id. by is who decided, deed the act that moves the facts. Returns conflict when both have
// an ID number and they differ, or one of them is gone already.
func (r *Register) Merge(tx *db.Tx, gone, kept db.ID, deed db.ID, by, reason string) error {
	if gone == kept {
		return fault.Invalid("kept", "不能与自己合并")
	}
	for _, id := range []db.ID{gone, kept} {
		if at, err := Kept(tx, id); err != nil {
			return err
		} else if at != id {
			return fault.Conflict("其中一条登记已经合并过了，请刷新后再看")
		}
	}
	was, err := PersonOf(tx, gone)
	if err != nil {
		return err
	}
	p, err := PersonOf(tx, kept)
	if err != nil {
		return err
	}
	if err := r.moveSecrets(tx, gone, kept); err != nil {
		return err
	}
	if err := tx.Exec("update person_merged set kept = ? where kept = ?", kept, gone); err != nil {
		return wrap("merge persons", err)
	}
	err = tx.Exec("insert into person_merged (gone, kept, deed, by_name, at, reason) values (?, ?, ?, ?, ?, ?)", gone, kept, deed, by, db.At(tx.Now()), reason)
	if err != nil {
		return wrap("merge persons", err)
	}
	for _, k := range keysOf(was) {
		if err := tx.Exec("delete from person_key where key = ? and person = ?", int64(k), gone); err != nil {
			return wrap("drop key", err)
		}
	}
	if _, err = r.supplement(tx, p, Newcomer{Name: was.Name, Sex: was.Sex, Born: was.Born, Place: was.Place, Source: was.Source}); err != nil {
		return err
	}
	return Withdraw(tx, gone)
}

// moveSecrets gives what is under seal to the entry that is kept. A sealed value is bound to its person, so it is opened and sealed anew.
func (r *Register) moveSecrets(tx *db.Tx, gone, kept db.ID) error {
	type row struct {
		id          db.ID
		kind        Kind
		key, source string
		sealed      []byte
	}
	list, err := db.Select(tx, func(rows *db.Rows) (s row, err error) {
		err = rows.Scan(&s.id, (*string)(&s.kind), &s.key, &s.sealed, &s.source)
		return s, err
	}, "select id, kind, key, sealed, source from register_secret where person = ? order by first_at, id", gone)
	if err != nil {
		return wrap("read secrets", err)
	}
	for _, s := range list {
		plain, err := r.open(s.key, gone, s.kind, s.sealed)
		if err != nil {
			return err
		}
		if s.kind == IDNumber {
			held, err := hasSecret(tx, kept, IDNumber)
			if err != nil {
				return err
			}
			if held {
				return fault.Conflict("两条登记各有身份证号，不能合并；如果其中一个号码登记错了，请先申请更正")
			}
		}
		if err := tx.Exec("delete from register_secret where id = ?", s.id); err != nil {
			return wrap("move secret", err)
		}
		if err := r.note(tx, kept, s.kind, plain, s.source); err != nil {
			return err
		}
	}
	return nil
}
