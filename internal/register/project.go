package register

import (
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// projected says which columns of a row repeat facts. The row had them before anybody told them; that is their first telling.
var projected = map[lexicon.Kind]struct {
	table   string
	columns []string // named as the facts
}{
	lexicon.Person:       {"person", []string{lexicon.Name, lexicon.Sex, lexicon.Born, lexicon.Place, lexicon.Address}},
	lexicon.Household:    {"household", []string{"kind", "number", lexicon.Place, lexicon.Address}},
	lexicon.Dwelling:     {"dwelling", []string{lexicon.Place, lexicon.Address}},
	lexicon.Organisation: {"organisation", []string{lexicon.Name, "kind", "registration", lexicon.Place, lexicon.Address}},
	lexicon.Facility:     {"facility", []string{lexicon.Name, "kind", "hours", lexicon.Place, lexicon.Address}},
}

// rowFacts returns what the row of a subject says, as facts that were told when the row was made. Values of an instant later than the
// first telling of a name are that telling's; callers leave those out.
func rowFacts(tx *db.Tx, s fact.Subject) ([]fact.Fact, error) {
	p, ok := projected[s.Kind]
	if !ok {
		return nil, nil
	}
	values, dest := make([]string, len(p.columns)), []any(nil)
	for i := range values {
		dest = append(dest, &values[i])
	}
	var source string
	var created db.Time
	_, err := oneOf(tx, func(r *db.Rows) (n int, err error) { return 0, r.Scan(append(dest, &source, &created)...) }, "没有这个登记对象",
		"select "+strings.Join(p.columns, ", ")+", source, created_at from "+p.table+" where id = ?", s.ID)
	if err != nil {
		return nil, err
	}
	var list []fact.Fact
	for i, v := range values {
		if v != "" {
			list = append(list, fact.Fact{Subject: s, Name: p.columns[i], Value: v, Recorded: created, Telling: firstTelling(source)})
		}
	}
	return list, nil
}

// FromTable is the source of a row that a table brought: what the row has from its first day was told by the table, and is confirmed.
func FromTable(table string) string { return tableMark + table }

const tableMark = "table:"

// firstTelling is who told what the row of a subject began with.
func firstTelling(source string) fact.Telling {
	if table, ok := strings.CutPrefix(source, tableMark); ok {
		return fact.Telling{Source: fact.Source{Kind: fact.ByImport, Name: table}, Certainty: fact.Confirmed}
	}
	kind := fact.ByClerk
	if source == "demo" || strings.HasPrefix(source, "import") {
		kind = fact.ByImport
	}
	return fact.Telling{Source: fact.Source{Kind: kind, Name: source}, Certainty: fact.Stated}
}

// beginHistory tells what the row had from its first day, when nothing was told of the name so far.
func beginHistory(tx *db.Tx, s fact.Subject, name string) error {
	if !slices.Contains(projected[s.Kind].columns, name) {
		return nil
	}
	list, err := rowFacts(tx, s)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Name == name {
			return fact.Begin(tx, f)
		}
	}
	return nil
}

// shows reports whether the row of a subject repeats a fact of this name.
func shows(kind lexicon.Kind, name string) bool {
	return name == lexicon.Place || name == lexicon.HomePlace || name == lexicon.Died || name == "shareable" || slices.Contains(projected[kind].columns, name)
}

// Project brings the row of a subject up to what facts say today.
func Project(tx *db.Tx, s fact.Subject) error {
	p, ok := projected[s.Kind]
	if !ok {
		return nil
	}
	told, err := fact.Of(tx, s, fact.AsOf{})
	if err != nil {
		return err
	}
	set, args := []string{"updated_at = ?"}, []any{db.At(tx.Now())}
	add := func(column string, value any) { set, args = append(set, column+" = ?"), append(args, value) }
	died := ""
	for _, f := range told {
		if slices.Contains(p.columns, f.Name) {
			add(f.Name, f.Value)
		}
		switch {
		case f.Name == lexicon.Place:
			path, err := pathOfCode(tx, f.Value)
			if err != nil {
				return err
			}
			add("path", path)
		case f.Name == lexicon.HomePlace && s.Kind == lexicon.Person:
			path, err := pathOfCode(tx, f.Value)
			if err != nil {
				return err
			}
			add("home_path", path)
		case f.Name == lexicon.Died:
			died = f.Value
		case f.Name == "shareable" && s.Kind == lexicon.Facility:
			add("shareable", flag(f.Value == "true"))
		}
	}
	switch s.Kind {
	case lexicon.Person:
		add("died", died)
	case lexicon.Household:
		head, err := headOf(tx, s)
		if err != nil {
			return err
		}
		add("head", head)
	}
	change := func() error {
		return wrap("project", tx.ExecOne("update "+p.table+" set "+strings.Join(set, ", ")+" where id = ?", append(args, s.ID)...))
	}
	if s.Kind != lexicon.Person {
		return change()
	}
	return keyed(tx, s.ID, change)
}

// keyed changes the row of a person and the keys by which he is found when somebody like him comes.
func keyed(tx *db.Tx, id db.ID, change func() error) error {
	was, err := PersonOf(tx, id)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	now, err := PersonOf(tx, id)
	if err != nil || now.Name == was.Name && now.Born == was.Born && now.Place == was.Place && now.Address == was.Address && now.Sex == was.Sex {
		return err
	}
	return rekey(tx, was, now)
}

func headOf(tx *db.Tx, s fact.Subject) (db.ID, error) {
	list, err := fact.Relations(tx, s, fact.AsOf{}, lexicon.Heads)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].From.ID, nil
}

// pathOfCode returns the path of a place, "" for what is no code of ours: a home far away.
// A code that is no more gives what stands there now, or the place above when it fell into several.
func pathOfCode(tx *db.Tx, code string) (string, error) {
	paths, err := place.Paths(tx, code)
	if err != nil || paths[code] == "" {
		return "", err
	}
	now, err := place.Resolve(tx, code, place.Today(tx))
	switch {
	case fault.KindOf(err) == fault.KindNotFound && err != nil: // it begins later
		return paths[code], nil
	case err != nil || len(now) == 0:
		return "", err
	case len(now) == 1:
		return now[0].Path, nil
	}
	up, err := place.Get(tx, now[0].Parent)
	return up.Path, err
}

// PathOf returns the path of the place of a subject. Returns notfound.
func PathOf(tx *db.Tx, s fact.Subject) (path string, err error) {
	p, ok := projected[s.Kind]
	if !ok {
		return "", nil
	}
	path, err = oneOf(tx, func(r *db.Rows) (path string, err error) { return path, r.Scan(&path) }, "没有这个登记对象",
		"select path from "+p.table+" where id = ?", s.ID)
	return path, err
}
