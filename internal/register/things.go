package register

import (
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// A Thing (登记清单行) is a household, dwelling, organisation or facility as a list shows it.
type Thing struct {
	ID    db.ID
	Name  string
	Place string // code
}

// listed says by which column each kind is listed. A dwelling is listed by its building; parts are found on its page.
var listed = map[lexicon.Kind]struct{ table, column, where string }{
	lexicon.Household:    {"household", "address", "closed = ''"},
	lexicon.Dwelling:     {"dwelling", "address", "closed = '' and parent = 0"},
	lexicon.Organisation: {"organisation", "name", "closed = ''"},
	lexicon.Facility:     {"facility", "name", "closed = ''"},
}

// Things returns what is registered at places, whose name or address has the words in it, by place. A page begins after q.After; where that is no
// more, it is as if the list began.
func Things(tx *db.Tx, kind lexicon.Kind, q Query) ([]Thing, error) {
	x, ok := listed[kind]
	if !ok {
		return nil, nil
	}
	words := likeText(strings.TrimSpace(q.Words))
	begin, err := db.Select(tx, func(r *db.Rows) (path string, err error) { return path, r.Scan(&path) }, "select path from "+x.table+" where id = ?", q.After)
	if err != nil {
		return nil, wrap("list things", err)
	}
	var out []Thing
	for _, p := range slices.Sorted(slices.Values(bounds(q.Places, q.Within))) {
		from, end := place.Range(p)
		cond, args := "path >= ? and path < ? and "+x.where, []any{from, end}
		if len(begin) > 0 {
			cond, args = cond+" and path >= ? and (path > ? or id > ?)", append(args, begin[0], begin[0], q.After)
		}
		if words != "" {
			cond, args = cond+" and "+x.column+" like ?", append(args, "%"+words+"%")
		}
		list, err := db.Select(tx, func(r *db.Rows) (t Thing, err error) { return t, r.Scan(&t.ID, &t.Name, &t.Place) },
			"select id, "+x.column+", place from "+x.table+" where "+cond+" order by path, id limit ?", append(args, q.Limit)...)
		if err != nil {
			return nil, wrap("list things", err)
		}
		out = append(out, list...)
	}
	return out[:min(len(out), q.Limit)], nil
}

// A Stand (现存登记) is an organisation or facility that is there, with its kind and path.
type Stand struct {
	Thing
	Kind string
	Path string
}

// Standing lists the organisations or facilities that are there at or below a path, of some kinds (none: of all), by place and id.
func Standing(tx *db.Tx, kind lexicon.Kind, of []string, path string, limit int) ([]Stand, error) {
	x, ok := listed[kind]
	if !ok || kind != lexicon.Organisation && kind != lexicon.Facility {
		return nil, nil
	}
	from, end := place.Range(path)
	where, args := x.where+" and path >= ? and path < ?", []any{from, end}
	if len(of) > 0 {
		where += " and kind in (" + db.Marks(len(of)) + ")"
		for _, k := range of {
			args = append(args, k)
		}
	}
	list, err := db.Select(tx, func(r *db.Rows) (s Stand, err error) { return s, r.Scan(&s.ID, &s.Name, &s.Place, &s.Kind, &s.Path) },
		"select id, "+x.column+", place, kind, path from "+x.table+" where "+where+" order by path, id limit ?", append(args, limit)...)
	return list, wrap("list what stands at a place", err)
}
