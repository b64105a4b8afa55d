package indicator

import (
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
)

// clauses gathers conditions in SQL with their arguments.
type clauses struct {
	words []string
	args  []any
}

func (c *clauses) add(words string, args ...any) {
	c.words, c.args = append(c.words, words), append(c.args, args...)
}

func (c *clauses) sql() string {
	if len(c.words) == 0 {
		return "1 = 1"
	}
	return strings.Join(c.words, " and ")
}

// sight limits rows to an area ("" for all) and to what the actor may see: cases in the places of his scope, and those
// whose desk or lead is a unit of his scope. Each of these has, in the record's own check, the key "p:…" or "u:…" by which it is
// seen; a case seen otherwise (as a helper, as its reporter) can be opened but is not counted. Returns forbidden for an
// actor who sees nothing.
func sight(c *clauses, by staff.Actor, area string) error {
	scope := by.Scope()
	if len(scope.Places)+len(scope.Units) == 0 {
		return fault.Forbidden("您没有可以统计的范围")
	}
	if area != "" {
		from, end := place.Range(area)
		c.add("path >= ? and path < ?", from, end)
		if slices.ContainsFunc(scope.Places, func(p string) bool { return place.Within(area, p) }) {
			return nil
		}
	}
	var ways []string
	var args []any
	for _, p := range scope.Places {
		if area != "" && !place.Within(p, area) {
			continue
		}
		from, end := place.Range(p)
		ways, args = append(ways, "path >= ? and path < ?"), append(args, from, end)
	}
	if n := len(scope.Units); n > 0 {
		marks := "(" + db.Marks(n) + ")"
		ways = append(ways, "lead in "+marks, "desk in "+marks)
		for range 2 {
			for _, u := range scope.Units {
				args = append(args, u)
			}
		}
	}
	if len(ways) == 0 {
		return fault.Forbidden("您无权查看这个范围")
	}
	c.add("("+strings.Join(ways, " or ")+")", args...)
	return nil
}

// Home is the area an actor looks at first: the first place of his scope, "" for somebody of a unit only.
func Home(by staff.Actor) string {
	if s := by.Scope(); len(s.Places) > 0 {
		return s.Places[0]
	}
	return ""
}

// Area checks an area asked for by its code and returns its path; Home for "". Returns a notfound fault for what is no place
// and forbidden for what lies outside the actor's places.
func Area(tx *db.Tx, by staff.Actor, code string) (string, error) {
	if code == "" {
		return Home(by), nil
	}
	p, err := place.Get(tx, code)
	if err != nil {
		return "", err
	}
	if len(by.Scope().Units) == 0 && !slices.ContainsFunc(by.Scope().Places, func(s string) bool { return place.Within(p.Path, s) }) {
		return "", fault.Forbidden("您无权查看%s的统计", p.Name)
	}
	return p.Path, nil
}
