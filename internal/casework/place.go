package casework

import (
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
)

// FollowPlace lets up to limit cases at or below a former path belong to the place that has its records now, with their queues, sums and the words they
// are found by, and returns how many; call it again until 0. Their histories stay as they are.
func (c *Cases) FollowPlace(tx *db.Tx, former, code, path string, limit int) (int, error) {
	from, end := place.Range(former)
	ids, err := db.Select(tx, scanID, `select id from case_record where path >= ? and path < ? order by path, id limit ?`, from, end, limit)
	if err != nil {
		return 0, fmt.Errorf("list cases of a former place: %w", err)
	}
	for _, id := range ids {
		k, err := load(tx, id)
		if err != nil {
			return 0, err
		}
		if err := k.follow(tx, former, code, path); err != nil {
			return 0, fmt.Errorf("case %s follows its place: %w", id, err)
		}
		if err := audit.Record(tx, audit.Entry{City: c.city, Actor: staff.ViaJob, Verb: "follow-place", Subject: fmt.Sprintf("case:%s/0", id)}); err != nil {
			return 0, err
		}
	}
	if len(ids) > 0 {
		return len(ids), nil
	}
	err = tx.Exec(`update case_unit set path = ? || substr(path, ?) where path >= ? and path < ?`, path, len(former)+1, from, end)
	return 0, err
}

// CountBelow counts the cases at or below a path, open and closed: those that follow when the place changes. It tells of none of them.
func (c *Cases) CountBelow(tx *db.Tx, path string) (n int, err error) {
	from, end := place.Range(path)
	if err = tx.QueryRow(`select count(*) from case_record where path >= ? and path < ?`, from, end).Scan(&n); err != nil {
		err = fmt.Errorf("count cases of a place: %w", err)
	}
	return n, err
}

// follow moves one case to where its place is now.
func (k *Case) follow(tx *db.Tx, former, code, path string) error {
	was, old := k.Path, k.placeKeys()
	if err := tallied(tx, k, k.row.counts(), counts{}); err != nil {
		return err
	}
	k.Path = path + was[len(former):]
	if was == former {
		k.Place = code
	}
	if err := tallied(tx, k, counts{}, k.row.counts()); err != nil {
		return err
	}
	if err := tx.ExecOne(`update case_record set place = ?, path = ? where id = ? and path = ?`, k.Place, k.Path, k.ID, was); err != nil {
		return err
	}
	if k.row.located == 1 {
		if err := tx.ExecOne(`update case_position set path = ? where case_id = ?`, k.Path, k.ID); err != nil {
			return err
		}
	}
	list, err := parts(tx, k.ID)
	if err != nil {
		return err
	}
	units, helped := partLabels(list)
	if err := k.index(tx, units, helped...); err != nil || k.row.open == 0 {
		return err
	}
	now := k.placeKeys()
	for _, key := range old {
		if !slices.Contains(now, key) {
			if err := tx.Exec(`delete from case_queue where scope = ? and case_id = ?`, key, k.ID); err != nil {
				return err
			}
		}
	}
	return enqueueAll(tx, slices.DeleteFunc(now, func(key string) bool { return slices.Contains(old, key) }), k.row.yellow, k.ID)
}
