package staff

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
)

// A Unit (单位) is an organisation of government that handles cases: an office, a department, a county's government.
type Unit struct {
	Code    string
	Name    string
	Kind    string   // office, department, county-government, street, community …; packs use their own words too
	Place   string   // code of the place it serves
	Parent  string   // code of the unit above; "" for none
	Offices []string // ids of the offices which it fills in packs, e.g. "mayor-office"
	Closed  bool     // takes no more work
}

// PutUnit adds the unit or changes it to be as given. Returns invalid for a bad code or name, or an unknown place or parent.
func PutUnit(tx *db.Tx, by Actor, u Unit) error {
	if err := u.check(tx); err != nil {
		return err
	}
	err := tx.Exec(`insert into staff_unit (code, name, kind, place, parent, closed) values (?, ?, ?, ?, ?, ?)
		on conflict (code) do update set name = excluded.name, kind = excluded.kind, place = excluded.place,
			parent = excluded.parent, closed = excluded.closed`,
		u.Code, u.Name, u.Kind, u.Place, u.Parent, oneIf(u.Closed))
	if err != nil {
		return wrap("store unit", err)
	}
	if err := tx.Exec("delete from staff_office where unit = ?", u.Code); err != nil {
		return wrap("store offices of unit", err)
	}
	for _, office := range u.Offices {
		if err := tx.Exec("insert into staff_office (office, unit) values (?, ?) on conflict do nothing", office, u.Code); err != nil {
			return wrap("store offices of unit", err)
		}
	}
	return record(tx, by, "put-unit", "unit:"+u.Code, u)
}

func (u Unit) check(tx *db.Tx) error {
	if !goodCode(u.Code) {
		return fault.Invalid("code", "单位代码 %q 只能用字母、数字、短横、点和下划线，不超过 40 位", u.Code)
	}
	if u.Name == "" || strings.TrimSpace(u.Name) != u.Name || utf8.RuneCountInString(u.Name) > 80 {
		return fault.Invalid("name", "单位名称不能为空、首尾不能有空格、不超过 80 字")
	}
	if u.Place != "" {
		paths, err := place.Paths(tx, u.Place)
		if err != nil {
			return err
		}
		if paths[u.Place] == "" {
			return fault.Invalid("place", "没有代码为 %s 的区划", u.Place)
		}
	}
	for above := u.Parent; above != ""; {
		if above == u.Code {
			return fault.Invalid("parent", "上级单位成了一个圈")
		}
		p, err := UnitOf(tx, above)
		if fault.KindOf(err) == fault.KindNotFound {
			return fault.Invalid("parent", "没有代码为 %s 的单位", above)
		}
		if err != nil {
			return err
		}
		above = p.Parent
	}
	return nil
}

// UnitOf returns the unit with this code. Returns notfound.
func UnitOf(tx *db.Tx, code string) (Unit, error) {
	list, err := units(tx, whereCode, code)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有代码为 %s 的单位", code)
	}
	if err != nil {
		return Unit{}, err
	}
	return list[0], nil
}

// Units returns all units by code, closed ones included.
func Units(tx *db.Tx) ([]Unit, error) { return units(tx, "") }

// UnitsFilling returns the open units that fill the office for a place: those that serve the nearest place at or above it
// where one does. None is no error.
func UnitsFilling(tx *db.Tx, office, placePath string) ([]Unit, error) {
	list, err := units(tx, whereFilling, office)
	if err != nil {
		return nil, err
	}
	above := place.Codes(placePath)
	depth := func(u Unit) int { return slices.Index(above, u.Place) }
	best := -1
	for _, u := range list {
		best = max(best, depth(u))
	}
	return slices.DeleteFunc(list, func(u Unit) bool { return best < 0 || depth(u) != best }), nil
}

// UnitsWithin returns the open units that fill the office anywhere within a place: at it or below. None is no error.
func UnitsWithin(tx *db.Tx, office, placePath string) ([]Unit, error) {
	list, err := units(tx, whereFilling, office)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	codes := make([]string, len(list))
	for i, u := range list {
		codes[i] = u.Place
	}
	paths, err := place.Paths(tx, codes...)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(u Unit) bool { return !within(paths[u.Place], placePath) }), nil
}

// ForeseeUnit and ForeseeFilling tell the database what UnitOf and UnitsFilling ask, to travel with an earlier question.
func ForeseeUnit(tx *db.Tx, code string) {
	tx.Foresee(unitsSQL+whereCode+byCode, code)
	tx.Foresee(officesSQL+whereUnit+byUnit, code)
}

// ForeseeFilling is like ForeseeUnit.
func ForeseeFilling(tx *db.Tx, office string) { tx.Foresee(unitsSQL+whereFilling+byCode, office) }

const (
	unitsSQL     = "select code, name, kind, place, parent, closed from staff_unit "
	whereCode    = "where code = ?"
	whereFilling = "where closed = 0 and code in (select unit from staff_office where office = ?)"
	byCode       = " order by code"
	officesSQL   = "select unit, office from staff_office"
	whereUnit    = " where unit = ?"
	byUnit       = " order by unit, office"
)

func units(tx *db.Tx, where string, args ...any) ([]Unit, error) {
	list, err := db.Select(tx, func(r *db.Rows) (u Unit, err error) {
		err = r.Scan(&u.Code, &u.Name, &u.Kind, &u.Place, &u.Parent, &u.Closed)
		return u, err
	}, unitsSQL+where+byCode, args...)
	if err != nil || len(list) == 0 {
		return nil, wrap("list units", err)
	}
	offices := officesSQL
	if len(list) == 1 {
		offices, args = offices+whereUnit, []any{list[0].Code}
	} else {
		args = nil
	}
	rows, err := tx.Query(offices+byUnit, args...)
	if err != nil {
		return nil, wrap("list offices of units", err)
	}
	defer rows.Close()
	for rows.Next() {
		var unit, office string
		if err := rows.Scan(&unit, &office); err != nil {
			return nil, wrap("list offices of units", err)
		}
		if i, ok := slices.BinarySearchFunc(list, unit, func(u Unit, code string) int { return cmp.Compare(u.Code, code) }); ok {
			list[i].Offices = append(list[i].Offices, office)
		}
	}
	return list, wrap("list offices of units", rows.Err())
}

func openUnit(tx *db.Tx, code string) error {
	var closed bool
	err := tx.QueryRow("select closed from staff_unit where code = ?", code).Scan(&closed)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return fault.Invalid("unit", "没有代码为 %s 的单位", code)
	case err == nil && closed:
		return fault.Invalid("unit", "单位 %s 已撤销", code)
	}
	return wrap("read unit", err)
}

func goodCode(code string) bool {
	for _, r := range code {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_' || r == '.') {
			return false
		}
	}
	return code != "" && len(code) <= 40
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
