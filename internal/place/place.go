package place

import (
	"embed"
	"errors"
	"fmt"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Place (区划) is one unit of the division of land: a city, a county, a street, a community, a grid.
type Place struct {
	Code   string
	Name   string
	Level  string // in the words of the city: 市 县 乡 村 网格 …
	Parent string // code; "" at the top
	Path   string // codes from the top to this place, each followed by a slash

	ValidFrom civil.Date // first day; zero: since before our records
	ValidTo   civil.Date // first day on which it is no more; zero: it stands
	Since     civil.Date // first day of the present name and parent; zero like ValidFrom

	Lon, Lat int64 // millionths of a degree, a point inside for labels; both 0: unknown
}

// Gone reports that the place was merged, split or dissolved.
func (p Place) Gone() bool { return !p.ValidTo.IsZero() }

// StandsOn reports whether the place existed on that day.
func (p Place) StandsOn(day civil.Date) bool {
	return !day.Before(p.ValidFrom) && (p.ValidTo.IsZero() || day.Before(p.ValidTo))
}

// Within reports whether path lies in the subtree of prefix, of which prefix itself is the root.
func Within(path, prefix string) bool { return strings.HasPrefix(path, prefix) }

// Range returns the bounds of a subtree in the order of text: prefix ≤ path < end. It uses the index where LIKE may not.
func Range(prefix string) (from, end string) {
	if prefix == "" {
		return "", "\U0010FFFF"
	}
	return prefix, prefix[:len(prefix)-1] + "0" // '0' follows '/'
}

// Codes returns the codes in a path, from the top.
func Codes(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// Today is the day of the transaction in Shanghai.
func Today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now(), civil.Shanghai) }

const columns = "code, name, level, parent, path, valid_from, valid_to, since, lon, lat"

func scan(rows *db.Rows) (p Place, err error) {
	err = rows.Scan(&p.Code, &p.Name, &p.Level, &p.Parent, &p.Path, &p.ValidFrom, &p.ValidTo, &p.Since, &p.Lon, &p.Lat)
	return p, err
}

// Get returns the place with this code, standing or gone. Returns a notfound fault.
func Get(tx *db.Tx, code string) (Place, error) {
	p, found, err := find(tx, code)
	if err == nil && !found {
		err = fault.NotFound("没有代码为 %s 的区划", code)
	}
	return p, err
}

const findSQL = "select " + columns + " from place where code = ?"

// Foresee tells the database what Get asks, to travel with an earlier question.
func Foresee(tx *db.Tx, code string) { tx.Foresee(findSQL, code) }

func find(tx *db.Tx, code string) (Place, bool, error) {
	list, err := db.Select(tx, scan, findSQL, code)
	if err != nil || len(list) == 0 {
		return Place{}, false, err
	}
	return list[0], true, nil
}

// Children returns the places right below code that stood on that day, by code; code "" asks for the top.
func Children(tx *db.Tx, code string, on civil.Date) ([]Place, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from place where parent = ? order by code", code)
	return standing(list, on), wrap("list children of place", err)
}

// Subtree returns the places at and below path that stood on that day, in the order of their paths, parents first.
// The tree is the present one: a place that moved is found where it is now. Path "" asks for all.
func Subtree(tx *db.Tx, path string, on civil.Date) ([]Place, error) {
	from, end := Range(path)
	list, err := db.Select(tx, scan, "select "+columns+" from place where path >= ? and path < ? order by path", from, end)
	return standing(list, on), wrap("list subtree of place", err)
}

// Ancestors returns the places above code, the top first.
func Ancestors(tx *db.Tx, code string) ([]Place, error) {
	p, err := Get(tx, code)
	if err != nil {
		return nil, err
	}
	above := Codes(p.Path)
	list := make([]Place, 0, len(above))
	for _, c := range above[:len(above)-1] {
		a, err := Get(tx, c)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// VersionSQL is an expression for a number that rises with every change of places, for queries that ask for more than that.
const VersionSQL = "(select version from place_state where id = 1)"

// Version returns that number.
func Version(tx *db.Tx) (v int64, err error) {
	err = tx.QueryRow("select " + VersionSQL).Scan(&v)
	return v, wrap("read version of places", err)
}

// Paths returns the paths of the codes that exist.
func Paths(tx *db.Tx, codes ...string) (map[string]string, error) {
	paths := make(map[string]string, len(codes))
	for _, code := range codes {
		if _, done := paths[code]; done || code == "" {
			continue
		}
		var path string
		err := tx.QueryRow("select path from place where code = ?", code).Scan(&path)
		if errors.Is(err, db.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, wrap("read paths of places", err)
		}
		paths[code] = path
	}
	return paths, nil
}

// City returns the code of the first top of the tree, by which the log of the whole city is kept; "-" before any import.
func City(tx *db.Tx) (string, error) {
	var code string
	err := tx.QueryRow("select code from place where parent = '' and valid_to = '' order by code limit 1").Scan(&code)
	if errors.Is(err, db.ErrNoRows) {
		return "-", nil
	}
	return code, wrap("read top of the tree", err)
}

func standing(list []Place, on civil.Date) []Place {
	kept := list[:0]
	for _, p := range list {
		if p.StandsOn(on) {
			kept = append(kept, p)
		}
	}
	return kept
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
