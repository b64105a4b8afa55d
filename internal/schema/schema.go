package schema

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The engines a migration may be written for, as file names and Files spell them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// A Migration is one numbered change of the schema.
type Migration struct {
	Version int64  // the number that opens the file name, unique within an engine
	Name    string // file name without folder, e.g. "00400_place.sql"
	Engine  string // SQLite, Postgres, or "" for both
	SQL     string // the whole file, in goose format
}

// A Set is an ordered list of migrations. The zero Set is empty and valid.
type Set struct{ list []Migration }

var fileName = regexp.MustCompile(`^([0-9]{5})_[a-z0-9_]+(?:\.(sqlite|postgres))?\.sql$`)

// Merge reads the folder "migrations" of each source, or its root when it has no such folder, and returns all files in
// the order of their numbers. Every *.sql file must be well named and have an Up section; a number is used once per engine.
func Merge(sources ...fs.FS) (Set, error) {
	var list []Migration
	for i, src := range sources {
		found, err := read(src)
		if err != nil {
			return Set{}, fmt.Errorf("merge migrations of source %d: %w", i+1, err)
		}
		list = append(list, found...)
	}
	slices.SortFunc(list, func(a, b Migration) int {
		if a.Version != b.Version {
			return int(a.Version - b.Version)
		}
		return strings.Compare(a.Name, b.Name)
	})
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a.Version == b.Version && (a.Engine == "" || b.Engine == "" || a.Engine == b.Engine) {
			return Set{}, fmt.Errorf("migration number %05d is used by %s and by %s", a.Version, a.Name, b.Name)
		}
	}
	return Set{list}, nil
}

func read(src fs.FS) ([]Migration, error) {
	dir := "migrations"
	if _, err := fs.Stat(src, dir); err != nil {
		dir = "."
	}
	entries, err := fs.ReadDir(src, dir)
	if err != nil {
		return nil, err
	}
	var list []Migration
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".sql" {
			continue
		}
		m, err := parse(src, dir, e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no *.sql file in %s", dir)
	}
	return list, nil
}

func parse(src fs.FS, dir, name string) (Migration, error) {
	parts := fileName.FindStringSubmatch(name)
	if parts == nil {
		return Migration{}, fmt.Errorf("%s: want NNNNN_lower_case_name.sql, .sqlite.sql or .postgres.sql", name)
	}
	version, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || version == 0 {
		return Migration{}, fmt.Errorf("%s: the number must be above zero", name)
	}
	text, err := fs.ReadFile(src, path.Join(dir, name))
	if err != nil {
		return Migration{}, err
	}
	if !strings.Contains(string(text), "-- +goose Up") {
		return Migration{}, fmt.Errorf("%s: no line \"-- +goose Up\"", name)
	}
	return Migration{Version: version, Name: name, Engine: parts[2], SQL: string(text)}, nil
}

// For returns the migrations one engine runs, in order.
func (s Set) For(engine string) []Migration {
	var list []Migration
	for _, m := range s.list {
		if m.Engine == "" || m.Engine == engine {
			list = append(list, m)
		}
	}
	return list
}
