package register

import (
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/place"
)

// A Query (登记查询) asks for persons by name. Places bounds it to what somebody may see; Within, a path, to what he asks for.
type Query struct {
	Places []string // path prefixes; none: nothing
	Within string   // path; "" for all of Places
	Words  string   // name, or part of one, of two characters or more
	After  db.ID    // of Things: the last one of the page before
	Limit  int
}

// FindByName returns persons who live at, or are registered at, the places: those of the name, then those whose name begins with the words,
// then, within one place asked for, those whose name contains them. Returns invalid for a single character.
func FindByName(tx *db.Tx, q Query) ([]Person, error) {
	q.Words = likeText(strings.Join(strings.Fields(q.Words), " "))
	if n := utf8.RuneCountInString(q.Words); n < 2 || n > maxName {
		return nil, fault.Invalid("q", "请输入至少两个字的姓名")
	}
	var out []Person
	for _, p := range bounds(q.Places, q.Within) {
		from, end := place.Range(p)
		for _, column := range []string{"path", "home_path"} {
			list, err := named(tx, column, from, end, q)
			if err != nil {
				return nil, err
			}
			for _, x := range list {
				if !slices.ContainsFunc(out, func(o Person) bool { return o.ID == x.ID }) {
					out = append(out, x)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Person) int {
		if (a.Name == q.Words) != (b.Name == q.Words) {
			if a.Name == q.Words {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out[:min(len(out), q.Limit)], nil
}

// bounds are the parts of what somebody may see that lie within what he asks for.
func bounds(places []string, within string) []string {
	if within == "" {
		return places
	}
	var out []string
	for _, p := range places {
		switch {
		case place.Within(within, p):
			return []string{within}
		case place.Within(p, within):
			out = append(out, p)
		}
	}
	return out
}

// named reads the index of names first, which finds whole names and beginnings however large the place is; the middle of a name is looked for in
// the index of the place, and only when somebody asked for one.
func named(tx *db.Tx, column, from, end string, q Query) ([]Person, error) {
	const inner = "select " + personColumns + " from person where id in (select id from person where "
	bound := column + " >= ? and " + column + " < ?"
	if column == "home_path" {
		bound += " and home_path <> ''"
	}
	list, err := db.Select(tx, scanPerson, inner+"name >= ? and name < ? and "+bound+" order by name limit ?)",
		q.Words, q.Words+"\U0010FFFF", from, end, q.Limit)
	if err != nil || len(list) > 0 || q.Within == "" {
		return list, wrap("find persons", err)
	}
	list, err = db.Select(tx, scanPerson, inner+bound+" and name like ? limit ?)", from, end, "%"+q.Words+"%", q.Limit)
	return list, wrap("find persons", err)
}

// likeText takes the meaning from signs that LIKE gives one.
func likeText(s string) string { return strings.NewReplacer("%", "", "_", "").Replace(s) }

// A Doubt (待确认事项) is something unusual about a newcomer that a person should look at before it is registered. It is no error.
type Doubt struct {
	Field  string
	Format string // Chinese, as a fault's
	Args   []any
	Person db.ID // somebody who may be the same; zero otherwise
}

const oldest = 120

// Doubts returns what should be confirmed of a newcomer: a great age, and a person of the same name and day of birth who lives below path.
// Twins share day and parents but no name, so they are none.
func (r *Register) Doubts(tx *db.Tx, n Newcomer, path string) ([]Doubt, error) {
	if err := n.settle(); err != nil {
		return nil, err
	}
	var out []Doubt
	today := place.Today(tx)
	if !n.Born.IsZero() && n.Born.Before(today.AddMonths(-12*oldest)) {
		out = append(out, Doubt{Field: "born", Format: "出生日期距今已超过 %d 年，请核对证件后确认", Args: []any{oldest}})
	}
	if n.Name == "" || n.Born.IsZero() {
		return out, nil
	}
	from, end := place.Range(path)
	list, err := db.Select(tx, scanPerson, "select "+personColumns+" from person where name = ? and born = ? and path >= ? and path < ? limit 5", n.Name, n.Born, from, end)
	if err != nil {
		return nil, wrap("find alike", err)
	}
	for _, p := range list {
		if n.IDNumber != "" {
			has, err := hasSecret(tx, p.ID, IDNumber)
			if err != nil {
				return nil, err
			}
			if has { // both have numbers, and the numbers differ, or FindOrCreate finds him: two persons of one name
				continue
			}
		}
		out = append(out, Doubt{Field: "name", Format: "已登记有同名且同日出生的 %s，请核对是否同一人", Args: []any{form.MaskName(p.Name)}, Person: p.ID})
	}
	return out, nil
}

// birthAgrees checks the day of birth of a newcomer that was written beside an ID number.
func birthAgrees(born, onNumber civil.Date) *fault.FieldError {
	if born.IsZero() || born == onNumber {
		return nil
	}
	return &fault.FieldError{Field: "born", Format: "出生日期与身份证号不一致，身份证号上是 %s，请核对", Args: []any{onNumber.String()}}
}

// Persons returns several persons, by id; unknown ids are left out.
func Persons(tx *db.Tx, ids []db.ID) (map[db.ID]Person, error) {
	out := make(map[db.ID]Person, len(ids))
	for len(ids) > 0 {
		now := ids[:min(200, len(ids))]
		ids = ids[len(now):]
		args := make([]any, len(now))
		for i, id := range now {
			args[i] = id
		}
		list, err := db.Select(tx, scanPerson, "select "+personColumns+" from person where id in ("+db.Marks(len(now))+")", args...)
		if err != nil {
			return nil, wrap("read persons", err)
		}
		for _, p := range list {
			out[p.ID] = p
		}
	}
	return out, nil
}

// Name returns how a page calls a subject: a name, an address or a number. Returns notfound.
func Name(tx *db.Tx, s fact.Subject) (string, error) {
	facts, err := rowFacts(tx, s)
	if err != nil {
		return "", err
	}
	said := map[string]string{}
	for _, f := range facts {
		said[f.Name] = f.Value
	}
	for _, name := range []string{"name", "number", "address", "place"} {
		if said[name] != "" && (name != "number" || s.Kind.Words() == "户") {
			return said[name], nil
		}
	}
	return s.Kind.Words(), nil
}
