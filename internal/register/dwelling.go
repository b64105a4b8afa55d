package register

import (
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
)

// A Dwelling (房屋) is a building, a unit of it or a room: where somebody may live or work.
type Dwelling struct {
	ID      db.ID
	Parent  db.ID  // the building of a unit, the unit or building of a room
	Level   string // building, unit or room
	Name    string // 3号楼, 2单元, 502室
	Place   string // code
	Path    string
	Address string // in full
	Closed  string // the day from which on it is no more; "" while it stands
	Source  string
	Created db.Time
	Updated db.Time
}

// The levels of dwelling, from above.
const (
	Building = "building"
	UnitOf   = "unit"
	Room     = "room"
)

// Words returns the level in Chinese.
func (d Dwelling) Words() string {
	switch d.Level {
	case Building:
		return "楼栋"
	case UnitOf:
		return "单元"
	}
	return "房间"
}

const dwellingColumns = "id, parent, level, name, place, path, address, closed, source, created_at, updated_at"

func scanDwelling(r *db.Rows) (d Dwelling, err error) {
	err = r.Scan(&d.ID, &d.Parent, &d.Level, &d.Name, &d.Place, &d.Path, &d.Address, &d.Closed, &d.Source, &d.Created, &d.Updated)
	return d, err
}

func (d Dwelling) args() []any {
	return []any{d.ID, d.Parent, d.Level, d.Name, d.Place, d.Path, d.Address, d.Closed, d.Source, d.Created, d.Updated}
}

// AddDwelling adds a building, unit or room, or returns the one of that name that is there. Place and address of a part come from what it is
// part of. Returns invalid for a place that does not stand and for levels that do not fit.
func AddDwelling(tx *db.Tx, d Dwelling) (Dwelling, error) {
	if d.Name = strings.TrimSpace(d.Name); d.Name == "" || utf8.RuneCountInString(d.Name) > 100 {
		return d, fault.Invalid("name", "房屋名称不能为空，不超过 100 字")
	}
	if d.Level != Building && d.Level != UnitOf && d.Level != Room || d.Level == UnitOf && d.Parent.IsZero() {
		return d, fault.Invalid("level", "房屋分楼栋、单元、房间三级，单元须在楼栋之下")
	}
	if !d.Parent.IsZero() {
		up, err := DwellingOf(tx, d.Parent)
		if err != nil {
			return d, err
		}
		if up.Level == Room || d.Level == Building || up.Level == d.Level {
			return d, fault.Invalid("level", "房屋分楼栋、单元、房间三级，单元须在楼栋之下")
		}
		d.Place, d.Address = up.Place, up.Address+d.Name
	}
	p, err := StandingPlace(tx, "place", d.Place)
	if err != nil {
		return d, err
	}
	if d.Address == "" {
		d.Address = p.Name + d.Name
	}
	known, err := db.Select(tx, scanDwelling, "select "+dwellingColumns+" from dwelling where place = ? and parent = ? and name = ?", d.Place, d.Parent, d.Name)
	if err != nil || len(known) > 0 {
		if err == nil {
			d = known[0]
		}
		return d, wrap("find dwelling", err)
	}
	d.ID, d.Path, d.Created, d.Updated = db.NewID(), p.Path, db.At(tx.Now()), db.At(tx.Now())
	return d, wrap("add dwelling", insertRows(tx, "dwelling ("+dwellingColumns+")", 11, d.args()))
}

// AddDwellings adds dwellings in few statements, for imports; paths are taken as given, and an id that is given stays.
func AddDwellings(tx *db.Tx, list []Dwelling) error {
	var args []any
	for _, d := range list {
		if d.ID.IsZero() {
			d.ID = db.NewID()
		}
		d.Created, d.Updated = db.At(tx.Now()), db.At(tx.Now())
		args = append(args, d.args()...)
	}
	return wrap("add dwellings", insertMany(tx, "dwelling ("+dwellingColumns+")", 11, args))
}

// DwellingOf returns the dwelling with this id. Returns notfound.
func DwellingOf(tx *db.Tx, id db.ID) (Dwelling, error) {
	return oneOf(tx, scanDwelling, "没有这处房屋的登记", "select "+dwellingColumns+" from dwelling where id = ?", id)
}

// DwellingAt returns the dwelling of a name at a place, or within another one. Returns notfound.
func DwellingAt(tx *db.Tx, place string, parent db.ID, name string) (Dwelling, error) {
	return oneOf(tx, scanDwelling, "没有这处房屋的登记", "select "+dwellingColumns+" from dwelling where place = ? and parent = ? and name = ?", place, parent, strings.TrimSpace(name))
}

// Parts returns the units or rooms of a dwelling, by name.
func Parts(tx *db.Tx, id db.ID) ([]Dwelling, error) {
	list, err := db.Select(tx, scanDwelling, "select "+dwellingColumns+" from dwelling where parent = ? and parent <> 0 order by name limit 500", id)
	return list, wrap("list dwellings", err)
}

// Above returns what a dwelling is part of, the building first.
func Above(tx *db.Tx, d Dwelling) ([]Dwelling, error) {
	var list []Dwelling
	for !d.Parent.IsZero() && len(list) < 4 {
		up, err := DwellingOf(tx, d.Parent)
		if err != nil {
			return nil, err
		}
		list, d = append([]Dwelling{up}, list...), up
	}
	return list, nil
}
