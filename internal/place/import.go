package place

import (
	"cmp"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
)

// Chinese names the levels of the statistical codes, for Import.
var Chinese = map[string]string{"1": "省", "2": "市", "3": "县", "4": "乡", "5": "村"}

// A Report says what an Import did.
type Report struct {
	Added, Renamed, Moved, Same int
	Bad                         []BadRow // in the order of lines
	Absent                      []string // codes that stand below a top of the table but are not in it; left as they are
}

// Import brings a table in. Codes that are new are added, as standing since c.On, or since before our records when it is
// zero; others are renamed or moved from c.On (zero: today) when the table says so, and otherwise left alone, so that
// importing again changes nothing. levels gives the words for the level numbers; a level that is not among them, a parent
// that is neither in the table nor in the tree, and a place that is gone are reported. A row of the table's highest level
// whose parent is unknown becomes a top of the tree.
func Import(tx *db.Tx, c Change, t Table, levels map[string]string) (Report, error) {
	in := importing{tx: tx, change: c, levels: levels, rows: map[string]Row{}, state: map[string]int{}, known: map[string]Place{}}
	in.report.Bad = slices.Clone(t.Bad)
	all, err := db.Select(tx, scan, "select "+columns+" from place")
	if err != nil {
		return Report{}, wrap("import places", err)
	}
	for _, p := range all {
		in.known[p.Code] = p
	}
	for _, r := range t.Rows {
		in.rows[r.Code] = r
		if in.top == "" || r.Level < in.top {
			in.top = r.Level
		}
	}
	for _, r := range t.Rows {
		in.place(r)
	}
	if err := in.finish(); err != nil {
		return Report{}, wrap("import places", err)
	}
	return in.report, nil
}

// importing is an Import under way.
type importing struct {
	tx     *db.Tx
	change Change
	levels map[string]string
	top    string // highest level in the table
	rows   map[string]Row
	state  map[string]int // of each code: 0 untouched, opened, used or refused
	known  map[string]Place
	fresh  []Place
	later  []func() error // renames and moves, after the new places are there
	report Report
}

const (
	opened = iota + 1
	used
	refused
)

// place brings in a row after its parent and reports whether it could.
func (in *importing) place(r Row) bool {
	switch in.state[r.Code] {
	case used:
		return true
	case refused:
		return false
	case opened:
		return in.refuse(r, "parent", "上级关系成了一个圈")
	}
	in.state[r.Code] = opened
	level, ok := in.levels[r.Level]
	if !ok {
		return in.refuse(r, "level", "没有层级 %s", r.Level)
	}
	parent, ok := in.parent(r)
	if !ok {
		return in.refuse(r, "parent", "上级 %s 不在表里或那一行有误，也没有登记过", r.Parent)
	}
	old, exists := in.known[r.Code]
	if old.Gone() {
		return in.refuse(r, "code", "%s 已于 %s 撤销", old.Name, old.ValidTo.String())
	}
	in.state[r.Code] = used
	if exists {
		in.compare(old, r, parent.Code)
		return true
	}
	p := Place{Code: r.Code, Name: r.Name, Level: level, Parent: parent.Code, Path: parent.Path + r.Code + "/",
		ValidFrom: in.change.On, Since: in.change.On}
	in.known[r.Code] = p
	in.fresh = append(in.fresh, p)
	in.report.Added++
	return true
}

// parent returns the place above a row, which is the zero Place for a top.
func (in *importing) parent(r Row) (Place, bool) {
	if r.Parent == "" {
		return Place{}, true
	}
	if above, inTable := in.rows[r.Parent]; inTable {
		ok := in.place(above)
		return in.known[r.Parent], ok
	}
	if p, ok := in.known[r.Parent]; ok {
		return p, !p.Gone()
	}
	return Place{}, r.Level == in.top
}

func (in *importing) compare(old Place, r Row, parent string) {
	if old.Name == r.Name && old.Parent == parent {
		in.report.Same++
	}
	if old.Name != r.Name {
		in.report.Renamed++
		in.later = append(in.later, func() error { return Rename(in.tx, in.change, r.Code, r.Name) })
	}
	if old.Parent != parent {
		in.report.Moved++
		in.later = append(in.later, func() error { return Move(in.tx, in.change, r.Code, parent) })
	}
}

// refuse reports a row, once, and returns false.
func (in *importing) refuse(r Row, field, format string, args ...any) bool {
	if in.state[r.Code] != refused {
		in.state[r.Code] = refused
		text := strings.Join([]string{r.Level, r.Code, r.Name, r.Parent}, ",")
		in.report.Bad = append(in.report.Bad, BadRow{r.Line, text, fault.FieldError{Field: field, Format: format, Args: args}})
	}
	return false
}

func (in *importing) finish() error {
	if in.change.On.After(Today(in.tx)) {
		return fault.Invalid("on", "生效日期 %s 还没有到", in.change.On.String())
	}
	for batch := range slices.Chunk(in.fresh, 100) {
		if err := insert(in.tx, batch); err != nil {
			return err
		}
	}
	for _, change := range in.later {
		if err := change(); err != nil {
			return err
		}
	}
	in.absent()
	slices.SortFunc(in.report.Bad, func(a, b BadRow) int { return cmp.Compare(a.Line, b.Line) })
	if len(in.fresh) == 0 {
		return nil
	}
	c := in.change
	if c.On.IsZero() {
		c.On = Today(in.tx)
	}
	return c.log(in.tx, "add", in.fresh[0].Code, "导入")
}

// absent lists the standing places below the tops of the table which it does not name.
func (in *importing) absent() {
	for code, p := range in.known {
		if _, named := in.rows[code]; named || p.Gone() {
			continue
		}
		for _, above := range Codes(p.Path) {
			if r, ok := in.rows[above]; ok && r.Level == in.top {
				in.report.Absent = append(in.report.Absent, code)
				break
			}
		}
	}
	slices.Sort(in.report.Absent)
}

func insert(tx *db.Tx, list []Place) error {
	args := make([]any, 0, len(list)*7)
	for _, p := range list {
		args = append(args, p.Code, p.Name, p.Level, p.Parent, p.Path, p.ValidFrom, p.Since)
	}
	return tx.Exec("insert into place (code, name, level, parent, path, valid_from, since) values "+
		strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", len(list)), ", "), args...)
}
