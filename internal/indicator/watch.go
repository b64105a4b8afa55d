package indicator

import (
	"fmt"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Watch (监测项) is a watch of a pack with where it comes from. It looks at cases not settled yet.
type Watch struct {
	*pack.Watch
	Document string
	Version  string
	law      civil.Law
}

// Ref names the watch in addresses: "sm12-69.held".
func (w Watch) Ref() string { return w.Document + "." + w.ID }

// Watches returns the watches in force on a day, in the order of the packs.
func (x *Indicators) Watches(on civil.Date) []Watch {
	var list []Watch
	for _, p := range x.packs().Packs() {
		for _, w := range p.On(on).Watches {
			list = append(list, Watch{w, p.Document.ID, p.Version, p.Law(x.law)})
		}
	}
	return list
}

// FindWatch returns a watch in force on a day. Returns a notfound fault.
func (x *Indicators) FindWatch(document, id string, on civil.Date) (Watch, error) {
	for _, w := range x.Watches(on) {
		if w.Document == document && w.ID == id {
			return w, nil
		}
	}
	return Watch{}, fault.NotFound("没有监测项 %s", document+"."+id)
}

// Why says the watch's condition in words.
func (x *Indicators) Why(w Watch, on civil.Date) string { return w.Where.Words(x.namer(on)) }

// Flagged lists the cases that a watch flags now in an area ("" for all the actor may see), the oldest first.
func (x *Indicators) Flagged(tx *db.Tx, by staff.Actor, w Watch, area string, after db.ID) ([]casework.Line, db.ID, error) {
	where, err := w.at(tx, by, area)
	if err != nil {
		return nil, 0, err
	}
	return lines(tx, by, w.View, where, after, true)
}

// FlaggedIDs lists all cases that a watch flags now, ascending.
func (x *Indicators) FlaggedIDs(tx *db.Tx, by staff.Actor, w Watch, area string) ([]db.ID, error) {
	where, err := w.at(tx, by, area)
	if err != nil {
		return nil, err
	}
	return db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		"select id from "+w.View.Name+" where "+where.sql()+" order by id", where.args...)
}

// CountFlagged counts what a watch flags now, by the places right below the area.
func (x *Indicators) CountFlagged(tx *db.Tx, by staff.Actor, w Watch, area string) (total int64, below map[string]int64, err error) {
	where, err := w.at(tx, by, area)
	if err != nil {
		return 0, nil, err
	}
	below = map[string]int64{}
	q := Question{Area: area, By: ByArea}
	_, err = db.Select(tx, func(r *db.Rows) (struct{}, error) {
		var path string
		var n int64
		err := r.Scan(&path, &n)
		total += n
		below[q.key(path)] += n
		return struct{}{}, err
	}, "select path, count(*) from "+w.View.Name+" where "+where.sql()+" group by path", where.args...)
	if err != nil {
		return 0, nil, fmt.Errorf("count %s: %w", w.Ref(), err)
	}
	return total, below, nil
}

func (w Watch) at(tx *db.Tx, by staff.Actor, area string) (where clauses, err error) {
	b, err := w.Where.At(w.law, tx.Now())
	if err != nil {
		return where, fmt.Errorf("watch %s: %w", w.Ref(), err)
	}
	words, args := b.SQL()
	where.add(onlyOpen)
	where.add(words, args...)
	return where, sight(&where, by, area)
}

// today is the day on which definitions are looked up.
func today(tx *db.Tx) civil.Date { return place.Today(tx) }
