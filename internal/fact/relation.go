package fact

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
)

// A Relation (登记关系) is how one subject stands to another, from one day until another.
type Relation struct {
	ID         db.ID
	Name       string // one of lexicon.Relations
	From, To   Subject
	Detail     string     // what kind of it: 长子, 社区书记
	Since      civil.Date // zero: since before anybody knows
	Until      civil.Date // first day on which it no longer holds; zero: it holds
	Recorded   db.Time
	Superseded db.Time
	EndedBy    db.ID
	Telling
}

// Other returns the one at the other end.
func (r Relation) Other(s Subject) Subject {
	if r.From == s {
		return r.To
	}
	return r.From
}

// Label returns the word for the relation as seen from s.
func (r Relation) Label(s Subject) string {
	w, _ := lexicon.RelationOf(r.Name)
	if r.From == s {
		return w.Label
	}
	return w.Back
}

const relationColumns = `id, name, from_kind, from_id, to_kind, to_id, detail, valid_from, valid_to, recorded_at, superseded_at,
	source_kind, source, certainty, by_actor, basis, deed, ended_by`

const relationMarks = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

func scanRelation(r *db.Rows) (x Relation, err error) {
	err = r.Scan(&x.ID, &x.Name, (*string)(&x.From.Kind), &x.From.ID, (*string)(&x.To.Kind), &x.To.ID, &x.Detail, &x.Since, &x.Until, &x.Recorded, &x.Superseded,
		(*string)(&x.Source.Kind), &x.Source.Name, (*string)(&x.Certainty), &x.By, &x.Basis, &x.Deed, &x.EndedBy)
	return x, err
}

func (r Relation) args() []any {
	return []any{r.ID, r.Name, string(r.From.Kind), r.From.ID, string(r.To.Kind), r.To.ID, r.Detail, r.Since, r.Until, r.Recorded, r.Superseded,
		string(r.Source.Kind), r.Source.Name, string(r.Certainty), r.By, r.Basis, r.Deed, r.EndedBy}
}

// settle checks and fills in. Returns invalid.
func (r *Relation) settle() error {
	w, ok := lexicon.RelationOf(r.Name)
	if !ok || !w.Joins(r.From.Kind, r.To.Kind) || r.From.ID.IsZero() || r.To.ID.IsZero() {
		return fault.Invalid("relation", "不能登记“%s”和“%s”之间的“%s”关系", r.From.Kind.Words(), r.To.Kind.Words(), r.Name)
	}
	if r.From == r.To {
		return fault.Invalid("relation", "不能登记自己与自己的关系")
	}
	if !r.Until.IsZero() && !r.Since.Before(r.Until) {
		return fault.Invalid("since", "开始日期须早于结束日期")
	}
	return r.Telling.settle()
}

// Relate tells that a relation holds. One that holds for all those days already is returned as it is. Returns invalid, and
// conflict when either end may have one such relation only and has another.
func Relate(tx *db.Tx, r Relation) (Relation, error) {
	if err := r.settle(); err != nil {
		return r, err
	}
	for _, s := range inOrder(r.From, r.To) {
		if err := touch(tx, s); err != nil {
			return r, err
		}
	}
	standing, err := between(tx, r)
	if err != nil {
		return r, err
	}
	w, _ := lexicon.RelationOf(r.Name)
	for _, old := range standing {
		if !overlaps(old.Since, old.Until, r.Since, r.Until) {
			continue
		}
		same := old.From == r.From && old.To == r.To || w.Mutual && old.From == r.To && old.To == r.From
		switch {
		case same && old.Detail == r.Detail && !r.Since.Before(old.Since) && (old.Until.IsZero() || !r.Until.IsZero() && !old.Until.Before(r.Until)):
			return old, nil
		case same: // told again with other days or another detail
			if err := end(tx, "relation", old.ID, r.Deed); err != nil {
				return r, err
			}
			if old.Since.Before(r.Since) && old.Detail != r.Detail {
				rest := old
				rest.Until = r.Since
				if err := tellAgain(tx, rest, r.Telling); err != nil {
					return r, err
				}
			}
		case w.One && (old.From == r.From || w.Mutual && old.To == r.From), w.Sole && (old.To == r.To || w.Mutual && old.From == r.To):
			return r, fault.Conflict("已登记有另一个“%s”，自%s起；请先结束原来的再登记", w.Label, since(old.Since))
		}
	}
	r.ID, r.Recorded, r.Superseded = db.NewID(), db.At(tx.Now()), db.Time{}
	return r, wrap("tell relation", tx.Exec("insert into relation ("+relationColumns+") values "+relationMarks, r.args()...))
}

// inOrder keeps two writers from waiting for each other.
func inOrder(a, b Subject) []Subject {
	if a.ID > b.ID {
		a, b = b, a
	}
	return []Subject{a, b}
}

func since(d civil.Date) string {
	if d.IsZero() {
		return "登记前"
	}
	return " " + d.String() + " "
}

// between returns what we hold of the same name at either end.
func between(tx *db.Tx, r Relation) ([]Relation, error) {
	list, err := db.Select(tx, scanRelation, "select "+relationColumns+` from relation where from_id in (?, ?) and name = ? and superseded_at = ''
		union select `+relationColumns+" from relation where to_id in (?, ?) and name = ? and superseded_at = ''",
		r.From.ID, r.To.ID, r.Name, r.From.ID, r.To.ID, r.Name)
	return list, wrap("read relations", err)
}

func tellAgain(tx *db.Tx, r Relation, by Telling) error {
	r.ID, r.Recorded, r.Superseded, r.Deed, r.EndedBy = db.NewID(), db.At(tx.Now()), db.Time{}, by.Deed, 0
	return wrap("tell the rest", tx.Exec("insert into relation ("+relationColumns+") values "+relationMarks, r.args()...))
}

// End tells that a relation holds until a day and no longer; one that would then never have held is taken back. Returns
// conflict when somebody else ended it meanwhile.
func End(tx *db.Tx, r Relation, until civil.Date, t Telling) error {
	if err := t.settle(); err != nil {
		return err
	}
	if err := end(tx, "relation", r.ID, t.Deed); err != nil {
		return err
	}
	if !r.Since.Before(until) {
		return nil
	}
	r.Until = until
	return tellAgain(tx, r, t)
}

// Relations returns how a subject stands to others, seen from both ends, by name; names limits it to some.
func Relations(tx *db.Tx, s Subject, at AsOf, names ...string) ([]Relation, error) {
	cond, args := at.where(tx)
	if len(names) > 0 {
		cond += " and name in (" + db.Marks(len(names)) + ")"
		for _, n := range names {
			args = append(args, n)
		}
	}
	all := append([]any{s.ID}, args...)
	list, err := db.Select(tx, scanRelation, "select "+relationColumns+" from relation where from_id = ? and "+cond+
		" union all select "+relationColumns+" from relation where to_id = ? and "+cond, append(all, all...)...)
	slices.SortFunc(list, byName)
	return list, wrap("read relations", err)
}

func byName(a, b Relation) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	if c := a.Since.Compare(b.Since); c != 0 {
		return c
	}
	return int(min(max(a.ID-b.ID, -1), 1))
}

// Past returns every telling of the relations of a subject, the latest first.
func Past(tx *db.Tx, s Subject) ([]Relation, error) {
	list, err := db.Select(tx, scanRelation, "select "+relationColumns+" from relation where from_id = ? union all select "+relationColumns+
		" from relation where to_id = ? order by recorded_at desc, id desc", s.ID, s.ID)
	return list, wrap("read relations", err)
}

// RelateMany tells relations between subjects that had none, in few statements, for imports. Nothing is compared.
func RelateMany(tx *db.Tx, list []Relation) error {
	const batch = 50
	for len(list) > 0 {
		now := list[:min(batch, len(list))]
		list = list[len(now):]
		args := make([]any, 0, len(now)*18)
		for i := range now {
			r := now[i]
			if err := r.settle(); err != nil {
				return err
			}
			r.ID, r.Recorded, r.Superseded = db.NewID(), db.At(tx.Now()), db.Time{}
			args = append(args, r.args()...)
		}
		err := tx.Exec("insert into relation ("+relationColumns+") values "+strings.TrimSuffix(strings.Repeat(relationMarks+", ", len(now)), ", "), args...)
		if err != nil {
			return wrap("tell relations", err)
		}
	}
	return nil
}
