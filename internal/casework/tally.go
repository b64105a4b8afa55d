package casework

import (
	"strings"

	"linli/internal/db"
	"linli/internal/place"
)

// counts are what one case adds to the sums of its month and place.
type counts [len(countColumns)]int

var countColumns = [...]string{"cases", "open", "replied", "on_time", "late", "returned", "reworked", "rated", "good"}

// counts reads the columns of a case_record as they stand.
func (p projection) counts() counts {
	return counts{1, p.open, p.replied, flag(p.met == 1), flag(p.late == 1), flag(p.returns > 0), flag(p.reworks > 0),
		flag(p.grade > 0), flag(p.grade >= 3)}
}

func (n counts) plus(m counts, sign int) counts {
	for i := range n {
		n[i] += sign * m[i]
	}
	return n
}

// tallied adds what changed about a case to the sums of its month and place, in the transaction that changes it. Most steps change
// nothing that is summed.
func tallied(tx *db.Tx, k *Case, was, is counts) error {
	change := is.plus(was, -1)
	if change == (counts{}) {
		return nil
	}
	return tx.Exec(tallySQL, append([]any{months(k.Registered), areaOf(k.Path), k.Path}, change.args()...)...)
}

func (n counts) args() []any {
	list := make([]any, len(n))
	for i, v := range n {
		list[i] = v
	}
	return list
}

var tallySQL = func() string {
	var set []string
	for _, c := range countColumns {
		set = append(set, c+" = case_tally."+c+" + excluded."+c)
	}
	return `insert into case_tally (month, area, path, ` + strings.Join(countColumns[:], ", ") + `) values ` + marks(3+len(countColumns)) +
		` on conflict (month, area, path) do update set ` + strings.Join(set, ", ")
}()

// areaDepth is how many codes of a path name the area by which the sums of larger ones are read: city, county and street.
const areaDepth = 3

// areaOf returns the street of a path, so to say: its first codes.
func areaOf(path string) string {
	codes := place.Codes(path)
	if len(codes) <= areaDepth {
		return path
	}
	return strings.Join(codes[:areaDepth], "/") + "/"
}
