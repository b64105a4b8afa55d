package register

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// Words returns the lexicon that the city uses.
func (r *Register) Words() *lexicon.Lexicon {
	if l := r.words.Load(); l != nil {
		return l
	}
	return lexicon.Standard()
}

// UseWords sets the lexicon, when packs are loaded.
func (r *Register) UseWords(l *lexicon.Lexicon) { r.words.Store(l) }

// Tell notes that something holds of a subject (see fact.Put). The value is checked and brought into its one spelling; a place must stand.
// What the row of the register had from its first day is told first, so that its history begins there. Returns invalid.
func (r *Register) Tell(tx *db.Tx, f fact.Fact) (fact.Outcome, error) { return r.tell(tx, f, fact.Put) }

// Change notes that from a day on something is otherwise (see fact.Change). Returns invalid.
func (r *Register) Change(tx *db.Tx, f fact.Fact) (fact.Outcome, error) {
	return r.tell(tx, f, fact.Change)
}

func (r *Register) tell(tx *db.Tx, f fact.Fact, how func(*db.Tx, fact.Fact) (fact.Outcome, error)) (out fact.Outcome, err error) {
	if f.Value, err = r.Words().Check(f.Subject.Kind, f.Name, f.Value); err != nil {
		return out, err
	}
	if f.Name == lexicon.Place {
		if _, err := StandingPlace(tx, lexicon.Place, f.Value); err != nil {
			return out, err
		}
	}
	if f.Path == "" {
		if f.Path, err = PathOf(tx, f.Subject); err != nil {
			return out, err
		}
	}
	if err := beginHistory(tx, f.Subject, f.Name); err != nil {
		return out, err
	}
	if out, err = how(tx, f); err != nil {
		return out, err
	}
	return out, Project(tx, f.Subject)
}

// Undo takes back all that a deed told (see fact.Undo) and brings the rows of its subjects up to date.
func Undo(tx *db.Tx, deed db.ID, t fact.Telling, subjects ...fact.Subject) error {
	if _, err := fact.Undo(tx, deed, t); err != nil {
		return err
	}
	for _, s := range subjects {
		if err := Project(tx, s); err != nil {
			return err
		}
	}
	return nil
}

// AskCorrection asks that something else be held of a subject (see fact.AskCorrection). Returns invalid and conflict.
func (r *Register) AskCorrection(tx *db.Tx, c fact.Correction) (fact.Correction, error) {
	var err error
	if c.Value, err = r.Words().Check(c.Subject.Kind, c.Name, c.Value); err != nil {
		return c, err
	}
	if c.Name == lexicon.Place {
		if _, err := StandingPlace(tx, lexicon.Place, c.Value); err != nil {
			return c, err
		}
	}
	if c.Path, err = PathOf(tx, c.Subject); err != nil {
		return c, err
	}
	if err := beginHistory(tx, c.Subject, c.Name); err != nil {
		return c, err
	}
	return fact.AskCorrection(tx, c)
}

// DecideCorrection approves or rejects a correction (see fact.Decide) and brings the row of its subject up to date.
func DecideCorrection(tx *db.Tx, by string, id db.ID, approve bool, answer string) error {
	c, err := fact.CorrectionOf(tx, id)
	if err != nil {
		return err
	}
	if _, err := fact.Decide(tx, by, id, approve, answer); err != nil {
		return err
	}
	return Project(tx, c.Subject)
}

// SettleConflict settles a conflict (see fact.Settle) and brings the row of its subject up to date.
func SettleConflict(tx *db.Tx, by string, id db.ID, take bool, reason string) error {
	c, err := fact.ConflictOf(tx, id)
	if err != nil {
		return err
	}
	if _, err := fact.Settle(tx, by, id, take, reason); err != nil {
		return err
	}
	return Project(tx, c.Subject)
}

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

// firstTelling is who told what the row of a subject began with.
func firstTelling(source string) fact.Telling {
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
			add("shareable", f.Value == "true")
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

// Facts returns what is known of a subject, by name: what was told, and what its row has had from the first day. As of an instant before
// the row was made, nothing is known.
func Facts(tx *db.Tx, s fact.Subject, at fact.AsOf) ([]fact.Fact, error) {
	told, err := fact.Of(tx, s, at)
	if err != nil {
		return nil, err
	}
	row, err := rowFacts(tx, s)
	if err != nil {
		return nil, err
	}
	ever, err := fact.Names(tx, s)
	if err != nil {
		return nil, err
	}
	for _, f := range row {
		if !slices.Contains(ever, f.Name) && (at.Known.IsZero() || !f.Recorded.After(at.Known.Time)) {
			told = append(told, f)
		}
	}
	slices.SortStableFunc(told, func(a, b fact.Fact) int { return strings.Compare(a.Name, b.Name) })
	return told, nil
}

// A Known (已知信息) is a fact as a form is filled with it: the value with its source and since when it holds.
type Known struct {
	Name      string
	Label     string
	Value     string // as a form reads it; "" for what is under seal
	Shown     string // as a page shows it, masked when it is under seal
	Source    fact.Source
	Certainty fact.Certainty
	Since     civil.Date // zero: as long as anybody knows
	Recorded  db.Time
	Sensitive string // "", masked or hidden
}

// Known returns what is known of a subject for these names, by name; an unknown name is left out. Besides facts, a person has id_number,
// phone and email, masked, and what a dot leads to: dwelling.area, household.number, spouse.name, employer.name, household head.name.
func (r *Register) Known(tx *db.Tx, s fact.Subject, names []string, at fact.AsOf) (map[string]Known, error) {
	facts, err := Facts(tx, s, at)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Known, len(names))
	r.fill(out, "", s.Kind, facts, names)
	if s.Kind != lexicon.Person {
		return out, nil
	}
	if slices.ContainsFunc(names, func(n string) bool { return n == "id_number" || n == "phone" || n == "email" }) {
		if err := fillContacts(tx, out, s.ID, names); err != nil {
			return nil, err
		}
	}
	return out, r.fillBeyond(tx, out, s, names, at)
}

// fill takes what is asked for; prefix leads to the subject of facts.
func (r *Register) fill(out map[string]Known, prefix string, kind lexicon.Kind, facts []fact.Fact, names []string) {
	for _, f := range facts {
		if !slices.Contains(names, prefix+f.Name) {
			continue
		}
		k := Known{Name: prefix + f.Name, Label: f.Name, Value: f.Value, Shown: f.Value, Source: f.Source, Certainty: f.Certainty, Since: f.From, Recorded: f.Recorded}
		if w, ok := r.Words().Word(kind, f.Name); ok {
			k.Label, k.Shown, k.Sensitive = w.Label, w.Show(f.Value), w.Sensitive
		}
		out[k.Name] = k
	}
}

func fillContacts(tx *db.Tx, out map[string]Known, person db.ID, names []string) error {
	list, err := Contacts(tx, person)
	for _, c := range list {
		name := c.Kind.field()
		if _, have := out[name]; have || !slices.Contains(names, name) {
			continue
		}
		t := firstTelling(c.Source)
		out[name] = Known{Name: name, Label: c.Kind.Words(), Shown: c.Masked, Source: t.Source, Certainty: t.Certainty, Recorded: c.First, Sensitive: "masked"}
	}
	return err
}

// beyond says which relation a name before the dot follows.
var beyond = []struct{ prefix, relation string }{
	{"dwelling.", lexicon.LivesAt}, {"household.", lexicon.MemberOf}, {"employer.", lexicon.WorksFor}, {"spouse.", lexicon.SpouseOf},
}

func (r *Register) fillBeyond(tx *db.Tx, out map[string]Known, s fact.Subject, names []string, at fact.AsOf) error {
	var follow []string
	for _, b := range beyond {
		if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, b.prefix) }) {
			follow = append(follow, b.relation)
		}
	}
	if len(follow) == 0 {
		return nil
	}
	list, err := fact.Relations(tx, s, at, follow...)
	if err != nil {
		return err
	}
	for _, x := range list {
		other := x.Other(s)
		for _, b := range beyond {
			if b.relation != x.Name || b.prefix == "household." && other.Kind != lexicon.Household {
				continue
			}
			facts, err := Facts(tx, other, at)
			if err != nil {
				return err
			}
			r.fill(out, b.prefix, other.Kind, facts, names)
		}
	}
	return nil
}
