package staff

import (
	"slices"
	"strings"

	"linli/internal/db"
)

// A Scope (可见范围) is what an actor may see. It goes with every list. A record carries keys (PlaceKeys, UnitKey,
// PersonKey) and is visible when it shares one with Keys; lists select by the same keys, so that no list is wider than
// its single record.
type Scope struct {
	Places  []string // path prefixes with trailing slash, none inside another
	Units   []string // codes
	Grids   []string // path prefixes below which somebody walks: he sees what such people have a part in
	Account db.ID
	Person  db.ID
}

// PlaceKeys returns the keys of a record at the place with this path: one for the place and one for each place above it.
func PlaceKeys(path string) []string {
	codes := strings.Split(strings.TrimSuffix(path, "/"), "/")
	keys := make([]string, 0, len(codes))
	for _, code := range codes {
		if code != "" {
			keys = append(keys, "p:"+code)
		}
	}
	return keys
}

// GridKeys returns the keys under which the people who walk the grids around the place with this path see a record; only
// records in which they have a part carry them.
func GridKeys(path string) []string {
	keys := PlaceKeys(path)
	for i := range keys {
		keys[i] = "g" + keys[i][1:]
	}
	return keys
}

// UnitKey returns the key of a record in which the unit has a part.
func UnitKey(code string) string { return "u:" + code }

// PersonKey returns the key of a record which the person reported.
func PersonKey(id db.ID) string { return "r:" + id.String() }

// Keys returns what a list selects by: a record is visible when it carries at least one of them. Empty means that
// nothing is visible, not everything.
func (s Scope) Keys() []string {
	keys := make([]string, 0, len(s.Places)+len(s.Grids)+len(s.Units)+1)
	for _, path := range s.Places {
		if code := lastCode(path); code != "" {
			keys = append(keys, "p:"+code)
		}
	}
	for _, path := range s.Grids {
		if code := lastCode(path); code != "" {
			keys = append(keys, "g:"+code)
		}
	}
	for _, code := range s.Units {
		keys = append(keys, UnitKey(code))
	}
	if !s.Person.IsZero() {
		keys = append(keys, PersonKey(s.Person))
	}
	return keys
}

// Sees reports whether a record with these keys is visible.
func (s Scope) Sees(keys []string) bool {
	for _, key := range keys {
		if len(key) < 3 || key[1] != ':' {
			continue
		}
		switch rest := key[2:]; key[0] {
		case 'p':
			if slices.ContainsFunc(s.Places, func(path string) bool { return lastCode(path) == rest }) {
				return true
			}
		case 'g':
			if slices.ContainsFunc(s.Grids, func(path string) bool { return lastCode(path) == rest }) {
				return true
			}
		case 'u':
			if slices.Contains(s.Units, rest) {
				return true
			}
		case 'r':
			if !s.Person.IsZero() && s.Person.String() == rest {
				return true
			}
		}
	}
	return false
}

// tidy sorts, drops repetitions, and drops places inside another place of the scope.
func (s *Scope) tidy() {
	slices.Sort(s.Units)
	s.Units = slices.Compact(s.Units)
	s.Places, s.Grids = outermost(s.Places), outermost(s.Grids)
}

// outermost sorts paths and drops those inside another.
func outermost(paths []string) []string {
	slices.Sort(paths)
	var kept []string
	for _, path := range paths {
		if len(kept) == 0 || !within(path, kept[len(kept)-1]) {
			kept = append(kept, path)
		}
	}
	return kept
}

// lastCode returns the code of the place which a path leads to.
func lastCode(path string) string {
	path = strings.TrimSuffix(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}
