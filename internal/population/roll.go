package population

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/rule"
	"linli/internal/rule/column"
)

// A Roll (名册) is everybody of one kind: a row each, with the facts in a table.
type Roll struct {
	Table *column.Table
	Kind  lexicon.Kind

	ids     []db.ID
	rows    map[db.ID]int32
	paths   []string
	codes   map[string]int32
	path    []int32
	home    []bool // persons: registered at a place of ours
	born    []int32
	died    []int32
	edges   [][]edge  // persons
	members [][]int32 // households
	derived []*column.Column
	byName  map[string]*column.Column
	told    map[string]*column.Column // of facts, not derived
}

// edge is how a person stands to somebody or something.
type edge struct {
	to   int32 // row of a person or household, number of a dwelling; -1 for what has no row
	name relation
	back bool // from the other to this one
}

type relation uint8

const (
	livesAt relation = iota
	registeredAt
	memberOf
	spouseOf
	parentOf
	caresFor
	worksFor
)

var relations = map[string]relation{lexicon.LivesAt: livesAt, lexicon.RegisteredAt: registeredAt, lexicon.MemberOf: memberOf, lexicon.SpouseOf: spouseOf,
	lexicon.ParentOf: parentOf, lexicon.CaresFor: caresFor, lexicon.WorksFor: worksFor}

var relationNames = []string{lexicon.LivesAt, lexicon.RegisteredAt, lexicon.MemberOf, lexicon.SpouseOf, lexicon.ParentOf, lexicon.CaresFor, lexicon.WorksFor}

var plain = map[string]rule.Type{"whole": rule.Whole, "bool": rule.YesNo, "date": rule.Date}

// newRoll makes the columns: those derived, and of the facts wanted those that have a word.
func newRoll(kind lexicon.Kind, words *lexicon.Lexicon, wanted []string, today civil.Date) *Roll {
	r := &Roll{Table: column.NewTable(), Kind: kind, rows: map[db.ID]int32{}, codes: map[string]int32{}, byName: map[string]*column.Column{}, told: map[string]*column.Column{}}
	for _, w := range pack.Derived[kind] {
		c := r.Table.Column(w.Name, plain[w.Kind])
		if w.Name == pack.Today {
			c.Fix(today)
			continue
		}
		r.derived, r.byName[w.Name] = append(r.derived, c), c
	}
	for _, name := range wanted {
		if w, known := words.Word(kind, name); known && r.byName[name] == nil && name != pack.Today {
			r.told[name] = r.Table.Column(name, w.Type())
		}
	}
	return r
}

// Len returns the number of rows.
func (r *Roll) Len() int { return len(r.ids) }

// ID returns who a row is of.
func (r *Roll) ID(row int) db.ID { return r.ids[row] }

// Row returns the row of somebody; false when there is none.
func (r *Roll) Row(id db.ID) (int, bool) {
	row, known := r.rows[id]
	return int(row), known
}

// Path returns the path of the place of a row, "" for who was withdrawn.
func (r *Roll) Path(row int) string { return r.paths[r.path[row]] }

// PathCode returns a small number for the path of a row, so that what depends on places is found out once for each.
func (r *Roll) PathCode(row int) int { return int(r.path[row]) }

// Paths returns the paths by their numbers.
func (r *Roll) Paths() []string { return r.paths }

// Facts returns what is known of a row under some names.
func (r *Roll) Facts(row int, names []string) rule.Facts { return r.Table.Facts(row, names) }

// add gives somebody a row.
func (r *Roll) add(id db.ID) int {
	row := len(r.ids)
	r.ids = append(r.ids, id)
	r.rows[id] = int32(row)
	r.path = append(r.path, r.code(""))
	if r.Kind == lexicon.Person {
		r.home, r.born, r.died, r.edges = append(r.home, false), append(r.born, 0), append(r.died, 0), append(r.edges, nil)
	} else {
		r.members = append(r.members, nil)
	}
	return row
}

func (r *Roll) code(path string) int32 {
	n, known := r.codes[path]
	if !known {
		n = int32(len(r.paths))
		r.codes[path], r.paths = n, append(r.paths, path)
	}
	return n
}

func (r *Roll) bytes() int64 {
	n := r.Table.Bytes() + int64(len(r.ids)*(8+40+4+1+4+4))
	for _, list := range r.edges {
		n += 24 + int64(cap(list)*8)
	}
	for _, list := range r.members {
		n += 24 + int64(cap(list)*4)
	}
	return n
}

func day(packed int32) civil.Date {
	if packed == 0 {
		return civil.Date{}
	}
	return column.Unpack(int64(packed))
}

func packed(d civil.Date) int32 {
	if d.IsZero() {
		return 0
	}
	return int32(column.Pack(d))
}
