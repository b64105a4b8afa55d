package indicator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"linli/internal/db"
	"linli/internal/pack/filter"
	"linli/internal/staff"
)

// Digest is the SHA-256, in hexadecimal, of the very cases behind an answer: for each case of the period its id, its group, and whether it is
// due and met. Two answers with one digest are made of the same cases in the same way.
func (x *Indicators) Digest(tx *db.Tx, by staff.Actor, d Definition, q Question) (string, error) {
	key, err := q.column(d.View)
	if err != nil {
		return "", err
	}
	var pick, where clauses
	for _, cond := range []filter.Cond{d.Denominator, d.Numerator.And(d.Denominator)} {
		b, err := cond.At(d.law, tx.Now())
		if err != nil {
			return "", err
		}
		words, args := b.SQL()
		pick.add("case when "+words+" then 1 else 0 end", args...)
	}
	b, err := d.Where.At(d.law, tx.Now())
	if err != nil {
		return "", err
	}
	words, args := b.SQL()
	where.add(words, args...)
	if err := q.limit(&where, by, d); err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = db.Select(tx, func(r *db.Rows) (struct{}, error) {
		var id db.ID
		var group string
		var due, met int
		err := r.Scan(&id, &group, &due, &met)
		fmt.Fprintf(h, "%s %d%d %d:%s\n", id, due, met, len(group), q.key(group))
		return struct{}{}, err
	}, "select id, "+key+", "+pick.words[0]+", "+pick.words[1]+" from "+d.View.Name+" where "+where.sql()+" order by id",
		append(pick.args, where.args...)...)
	if err != nil {
		return "", fmt.Errorf("digest of %s: %w", d.Ref(), err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
