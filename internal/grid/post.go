package grid

import (
	"embed"
	"encoding/json"
	"fmt"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Level is the level of places that are unit grids.
const Level = "网格"

// A Part (分工) is what a worker is in a grid.
type Part string

// The parts. The main worker answers for the grid; deputies stand in and help.
const (
	Main   Part = "main"
	Deputy Part = "deputy"
)

// Words returns the part in Chinese.
func (p Part) Words() string {
	switch p {
	case Main:
		return "主责"
	case Deputy:
		return "协管"
	}
	return string(p)
}

// A Post (网格岗位) is somebody's work in a grid from a day on.
type Post struct {
	ID      db.ID
	Grid    string // code
	Path    string // of the grid
	Account db.ID
	Part    Part
	From    civil.Date // first day
	To      civil.Date // first day on which it is over; zero: no end is known
	Basis   string     // the document or decision, in words
	By      string     // who entered it: see staff.Actor.AuditName
	At      db.Time
	Why     string // why it ended or will end
	EndBy   string
	EndAt   db.Time // when the end was entered

	granted bool
}

// On reports whether the post holds on a day.
func (p Post) On(day civil.Date) bool {
	return !day.Before(p.From) && (p.To.IsZero() || day.Before(p.To))
}

const columns = "id, grid, path, account, part, valid_from, valid_to, basis, granted, by_whom, at, end_why, end_by, end_at"

func scan(r *db.Rows) (p Post, err error) {
	return p, r.Scan(&p.ID, &p.Grid, &p.Path, &p.Account, (*string)(&p.Part), &p.From, &p.To, &p.Basis, &p.granted, &p.By, &p.At, &p.Why, &p.EndBy, &p.EndAt)
}

// holds selects the posts of a day, whose two arguments are that day.
const holds = "valid_from <= ? and (valid_to = '' or valid_to > ?)"

// Of returns the posts of an account on a day, its main ones first.
func Of(tx *db.Tx, account db.ID, on civil.Date) ([]Post, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from grid_post where account = ? and "+holds+" order by part desc, grid, id", account, on, on)
	return list, wrap("posts of account", err)
}

// Workers returns the posts in a grid on a day, the main worker first.
func Workers(tx *db.Tx, grid string, on civil.Date) ([]Post, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from grid_post where grid = ? and "+holds+" order by part desc, valid_from, id", grid, on, on)
	return list, wrap("posts in grid", err)
}

// Below returns the posts in all grids at and below a path on a day, by grid, the main worker first.
func Below(tx *db.Tx, path string, on civil.Date) ([]Post, error) {
	from, end := place.Range(path)
	list, err := db.Select(tx, scan, "select "+columns+" from grid_post where path >= ? and path < ? and "+holds+" order by path, part desc, valid_from, id",
		from, end, on, on)
	return list, wrap("posts below place", err)
}

// History returns all posts that a grid ever had, the latest first.
func History(tx *db.Tx, grid string) ([]Post, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from grid_post where grid = ? order by valid_from desc, id desc", grid)
	return list, wrap("history of grid", err)
}

// Served returns all posts that an account ever had, the latest first.
func Served(tx *db.Tx, account db.ID) ([]Post, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from grid_post where account = ? order by valid_from desc, id desc", account)
	return list, wrap("history of worker", err)
}

// Grids returns the grids standing at and below a path, by path.
func Grids(tx *db.Tx, path string) ([]place.Place, error) {
	list, err := place.Subtree(tx, path, place.Today(tx))
	if err != nil {
		return nil, err
	}
	kept := list[:0]
	for _, p := range list {
		if p.Level == Level {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// Gaps returns the standing grids at and below a path that have no main worker on a day, by path.
func Gaps(tx *db.Tx, path string, on civil.Date) ([]place.Place, error) {
	grids, err := Grids(tx, path)
	if err != nil {
		return nil, err
	}
	posts, err := Below(tx, path, on)
	if err != nil {
		return nil, err
	}
	led := map[string]bool{}
	for _, p := range posts {
		led[p.Grid] = led[p.Grid] || p.Part == Main
	}
	kept := grids[:0]
	for _, g := range grids {
		if !led[g.Code] {
			kept = append(kept, g)
		}
	}
	return kept, nil
}

// Manages reports whether an actor says who works in the grids at and below a path: a supervisor of the street or of the supervision centre, or an
// administrator, within whose bounds the path lies.
func Manages(by staff.Actor, path string) bool {
	return by.Via == staff.ViaCommand || by.Has(staff.Supervisor, path, "") || by.Has(staff.Admin, path, "")
}

// record notes in the audit log what was done about a grid.
func record(tx *db.Tx, by staff.Actor, verb, subject string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return wrap(verb, err)
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return wrap(verb, audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: subject, Detail: text}))
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
