package place

import (
	"slices"
	"sort"
	"strings"

	"linli/internal/db"
)

// A Tree is a snapshot of all places in memory. It is never altered, so it may be read from anywhere at once.
type Tree struct {
	version int64
	list    []Place        // by path, so that a subtree is a run and parents come first
	at      map[string]int // of each code in list
	below   map[string][]int
}

// Load reads the whole tree.
func Load(tx *db.Tx) (*Tree, error) {
	version, err := Version(tx)
	if err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scan, "select "+columns+" from place order by path")
	if err != nil {
		return nil, wrap("load places", err)
	}
	t := &Tree{version: version, list: list, at: make(map[string]int, len(list)), below: map[string][]int{}}
	for i, p := range list {
		t.at[p.Code] = i
		if !p.Gone() {
			t.below[p.Parent] = append(t.below[p.Parent], i)
		}
	}
	return t, nil
}

// Version is that of the database when the tree was loaded.
func (t *Tree) Version() int64 { return t.version }

// Len returns the number of places, those that are gone included.
func (t *Tree) Len() int { return len(t.list) }

// Get returns the place with this code, standing or gone.
func (t *Tree) Get(code string) (Place, bool) {
	i, ok := t.at[code]
	if !ok {
		return Place{}, false
	}
	return t.list[i], true
}

// Name returns the name of a place, or the code itself when it is unknown.
func (t *Tree) Name(code string) string {
	if p, ok := t.Get(code); ok {
		return p.Name
	}
	return code
}

// Path returns the path of a place, "" when it is unknown.
func (t *Tree) Path(code string) string {
	p, _ := t.Get(code)
	return p.Path
}

// FullName returns the names from the given level of depth down, without separators: FullName(code, 1) leaves out the
// city itself.
func (t *Tree) FullName(code string, skip int) string {
	codes := Codes(t.Path(code))
	if len(codes) <= skip {
		return t.Name(code)
	}
	var b strings.Builder
	for _, c := range codes[skip:] {
		b.WriteString(t.Name(c))
	}
	return b.String()
}

// Children returns the standing places right below code, by code; "" asks for the tops.
func (t *Tree) Children(code string) []Place {
	list := make([]Place, len(t.below[code]))
	for i, at := range t.below[code] {
		list[i] = t.list[at]
	}
	return list
}

// Subtree returns the place and all standing places below it, parents first; "" asks for all.
func (t *Tree) Subtree(code string) []Place {
	path := t.Path(code)
	if path == "" && code != "" {
		return nil
	}
	from, end := Range(path)
	i := sort.Search(len(t.list), func(i int) bool { return t.list[i].Path >= from })
	j := sort.Search(len(t.list), func(i int) bool { return t.list[i].Path >= end })
	return slices.DeleteFunc(slices.Clone(t.list[i:j]), Place.Gone)
}

// Ancestors returns the places above code, the top first.
func (t *Tree) Ancestors(code string) []Place {
	codes := Codes(t.Path(code))
	if len(codes) == 0 {
		return nil
	}
	list := make([]Place, 0, len(codes)-1)
	for _, c := range codes[:len(codes)-1] {
		if p, ok := t.Get(c); ok {
			list = append(list, p)
		}
	}
	return list
}

// Find returns up to limit standing places whose name contains words or whose code begins with them, the highest first.
func (t *Tree) Find(words string, limit int) []Place {
	var list []Place
	for _, p := range t.list {
		if words != "" && !p.Gone() && (strings.Contains(p.Name, words) || strings.HasPrefix(p.Code, words)) {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b Place) int { return strings.Count(a.Path, "/") - strings.Count(b.Path, "/") })
	return list[:min(limit, len(list))]
}
