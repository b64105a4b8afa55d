package event

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// The states of a notice about floating population, in the order in which it goes.
const (
	Collected = "collected" // told by who met the person
	Verified  = "verified"  // looked into where he is
	Counted   = "counted"   // in the street's figures of the month
	Shared    = "shared"    // told to the place he comes from
	Closed    = "closed"    // answered from there
)

// StateWords returns a state in Chinese.
func StateWords(state string) string {
	return map[string]string{Collected: "待核实", Verified: "待汇总", Counted: "待通报户籍地", Shared: "待户籍地反馈", Closed: "已反馈"}[state]
}

// The ways of a notice.
const (
	Arrival   = "arrival"
	Departure = "departure"
)

// A Floating (流动人口通报) is one person who came or went, on the way between the place where he is and the place where he is registered.
type Floating struct {
	ID       db.ID
	Person   db.ID
	Way      string // Arrival or Departure
	Place    string // where he is, or was
	Path     string
	Home     string // code of ours or the name of a place that is not
	HomePath string // "" for a home outside the city, which is told by letter and whose answer is entered here
	On       civil.Date
	State    string
	Month    string // in whose figures he is counted
	By       map[string]string
	At       map[string]db.Time
	Answer   string // confirmed, differs or unknown
	Note     string
}

const floatingColumns = `id, person, way, place, path, home, home_path, happened, state, month, collected_by, collected_at, verified_by, verified_at,
	shared_by, shared_at, answered_by, answered_at, answer, note`

func scanFloating(r *db.Rows) (f Floating, err error) {
	var by [4]string
	var at [4]db.Time
	err = r.Scan(&f.ID, &f.Person, &f.Way, &f.Place, &f.Path, &f.Home, &f.HomePath, &f.On, &f.State, &f.Month, &by[0], &at[0], &by[1], &at[1],
		&by[2], &at[2], &by[3], &at[3], &f.Answer, &f.Note)
	f.By, f.At = map[string]string{}, map[string]db.Time{}
	for i, state := range []string{Collected, Verified, Shared, Closed} {
		f.By[state], f.At[state] = by[i], at[i]
	}
	return f, err
}

// A Newcomer is what is collected of somebody who came to live here for a time.
type Newcomer struct {
	register.Newcomer
	Person   db.ID  // somebody on record who he is; zero: whoever gives the same of himself, or somebody new
	Apart    bool   // he is nobody on record, however alike
	Dwelling db.ID  // zero: only the address is known
	Home     string // code of ours or the name of a place that is not
	HomeAt   string // address there
	Reason   string // one of the options of stay_reason
	Until    civil.Date
	On       civil.Date
}

// Arrive collects a newcomer: what he says is stated until somebody has looked. Returns invalid, forbidden, and conflict for one who is on the way already.
func (e *Events) Arrive(tx *db.Tx, by staff.Actor, n Newcomer) (Floating, error) {
	at, err := register.StandingPlace(tx, "place", n.Place)
	if err != nil {
		return Floating{}, err
	}
	if !within(register.Sight(by, register.ForService), at.Path) {
		return Floating{}, fault.Forbidden("%s不在您负责的区域内", at.Name)
	}
	if strings.TrimSpace(n.Home) == "" {
		return Floating{}, fault.Invalid("home", "请填写户籍地")
	}
	if n.Name == "" {
		return Floating{}, fault.Invalid("name", "请填写姓名")
	}
	n.Source = "floating"
	p, err := e.who(tx, n)
	if err != nil {
		return Floating{}, err
	}
	d, err := e.begin(tx, by, n.On, "", at.Path)
	if err != nil {
		return Floating{}, err
	}
	if _, err := alive(tx, "name", p.ID, d.on); err != nil {
		return Floating{}, err
	}
	d.t.Certainty = fact.Stated
	s := person(p.ID)
	for name, value := range map[string]string{lexicon.Place: at.Code, lexicon.Address: n.Address, lexicon.Residence: "floating", lexicon.HomePlace: n.Home,
		"registered_address": n.HomeAt, "stay_reason": n.Reason, "stay_since": d.on.String(), "stay_until": n.Until.String()} {
		if value == "" {
			continue
		}
		if _, err := e.Register.Tell(tx, fact.Fact{Subject: s, Name: name, Value: value, From: d.on, Telling: d.t}); err != nil {
			return Floating{}, err
		}
	}
	d.touch(s)
	if !n.Dwelling.IsZero() {
		if err := d.relate(lexicon.LivesAt, s, fact.Dwelling(n.Dwelling), ""); err != nil {
			return Floating{}, err
		}
	}
	return e.send(tx, d, p, Arrival, at, n.Home)
}

// Unusual asks that what is unusual about a newcomer be looked at before he is collected. Returns invalid, naming "confirmed" beside each doubt.
func (e *Events) Unusual(tx *db.Tx, n register.Newcomer) error {
	at, err := register.StandingPlace(tx, "place", n.Place)
	if err != nil {
		return err
	}
	doubts, err := e.Register.Doubts(tx, n, at.Path)
	if err != nil || len(doubts) == 0 {
		return err
	}
	var list []fault.FieldError
	for _, d := range doubts {
		list = append(list, fault.FieldError{Field: d.Field, Format: d.Format, Args: d.Args})
	}
	return fault.Fields(append(list, fault.FieldError{Field: "confirmed", Format: "核对无误后请勾选这里再登记"}))
}

// who is the entry of a newcomer: the one that was picked, a new one for somebody who is nobody on record, or whoever gives the same of himself.
func (e *Events) who(tx *db.Tx, n Newcomer) (register.Person, error) {
	switch {
	case !n.Person.IsZero():
		for kind, value := range map[register.Kind]string{register.IDNumber: n.IDNumber, register.Phone: n.Phone} {
			if value == "" {
				continue
			}
			if err := e.Register.AddContact(tx, n.Person, kind, value, n.Source); err != nil {
				return register.Person{}, err
			}
		}
		return register.PersonOf(tx, n.Person)
	case n.Apart:
		d, err := e.Register.Draft(n.Newcomer)
		if err == nil {
			err = e.Register.AddDrafts(tx, []*register.Draft{d})
		}
		if err != nil {
			return register.Person{}, err
		}
		return register.PersonOf(tx, d.ID)
	}
	p, _, err := e.Register.FindOrCreate(tx, n.Newcomer)
	return p, err
}

// Depart collects that somebody who floats left. Returns invalid, forbidden.
func (e *Events) Depart(tx *db.Tx, by staff.Actor, id db.ID, on civil.Date, to string) (Floating, error) {
	s := person(id)
	if err := register.See(tx, by, s, register.ForService); err != nil {
		return Floating{}, err
	}
	p, err := register.PersonOf(tx, id)
	if err != nil {
		return Floating{}, err
	}
	home, known, err := fact.One(tx, s, lexicon.HomePlace, fact.AsOf{})
	if err != nil {
		return Floating{}, err
	}
	if !known {
		return Floating{}, fault.Invalid("home", "没有登记户籍地，请先登记")
	}
	at, err := place.Get(tx, p.Place)
	if err != nil {
		return Floating{}, err
	}
	d, err := e.begin(tx, by, on, "", at.Path)
	if err != nil {
		return Floating{}, err
	}
	if err := d.end(s, nil, lexicon.LivesAt, lexicon.Rents); err != nil {
		return Floating{}, err
	}
	if err := d.change(s, lexicon.Residence, "out"); err != nil {
		return Floating{}, err
	}
	if err := d.change(s, lexicon.Address, to); err != nil {
		return Floating{}, err
	}
	return e.send(tx, d, p, Departure, at, home.Value)
}

// send puts a notice on its way.
func (e *Events) send(tx *db.Tx, d *deed, p register.Person, way string, at place.Place, home string) (Floating, error) {
	paths, err := place.Paths(tx, home)
	if err != nil {
		return Floating{}, err
	}
	var open int
	if err := tx.QueryRow("select count(*) from event_floating where person = ? and way = ? and state <> ?", p.ID, way, Closed).Scan(&open); err != nil {
		return Floating{}, wrap("find notice", err)
	}
	if open > 0 {
		return Floating{}, fault.Conflict("%s的流动登记正在办理，不必重复登记", form.MaskName(p.Name))
	}
	f := Floating{ID: db.NewID(), Person: p.ID, Way: way, Place: at.Code, Path: at.Path, Home: home, HomePath: paths[home], On: d.on, State: Collected}
	err = tx.Exec("insert into event_floating ("+floatingColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, '', '', '', '', '', '', '', '')",
		f.ID, f.Person, f.Way, f.Place, f.Path, f.Home, f.HomePath, f.On, f.State, d.t.By, db.At(tx.Now()))
	if err != nil {
		return f, wrap("add notice", err)
	}
	kind := MovedIn
	if way == Departure {
		kind = MovedOut
	}
	_, err = d.finish(kind, person(p.ID), "流动人口")
	return f, err
}

func within(paths []string, path string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return place.Within(path, p) })
}

// FloatingOf returns a notice. Returns notfound.
func FloatingOf(tx *db.Tx, id db.ID) (Floating, error) {
	list, err := db.Select(tx, scanFloating, "select "+floatingColumns+" from event_floating where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这条流动人口通报")
	}
	if err != nil {
		return Floating{}, wrap("read notice", err)
	}
	return list[0], nil
}

// A Side says from which end a queue of notices is looked at.
type Side string

// The two ends.
const (
	Here Side = "here" // where people are
	Home Side = "home" // where they are registered
)

// Waiting returns the notices in one state for an actor, from one end, in the order of arrival.
func Waiting(tx *db.Tx, by staff.Actor, side Side, state string, after db.ID, limit int) ([]Floating, error) {
	cond, args := side.reach(by)
	if cond == "" {
		return nil, nil
	}
	list, err := db.Select(tx, scanFloating, "select "+floatingColumns+" from event_floating where ("+cond+") and state = ? and id > ? order by id limit ?",
		append(args, state, after, limit)...)
	return list, wrap("list notices", err)
}

// reach is what an actor may see from one end, as a condition; "" is nothing.
func (s Side) reach(by staff.Actor) (cond string, args []any) {
	column := "path"
	if s == Home {
		column = "home_path"
	}
	var conds []string
	for _, p := range register.Sight(by, register.ForService) {
		from, end := place.Range(p)
		conds, args = append(conds, column+" >= ? and "+column+" < ?"), append(args, from, end)
	}
	return strings.Join(conds, " or "), args
}

// Pending counts what an actor has to do: here, the notices that are on the way to the home; and those that he has to answer as the home.
func Pending(tx *db.Tx, by staff.Actor) (here, home int, err error) {
	cond, args := Here.reach(by)
	if cond == "" {
		return 0, 0, nil
	}
	err = tx.QueryRow("select count(*) from event_floating where ("+cond+") and state in (?, ?, ?)", append(args, Collected, Verified, Counted)...).Scan(&here)
	if err != nil {
		return 0, 0, wrap("count notices", err)
	}
	cond, args = Home.reach(by)
	err = tx.QueryRow("select count(*) from event_floating where ("+cond+") and state = ?", append(args, Shared)...).Scan(&home)
	return here, home, wrap("count notices", err)
}

// AnswerWords returns an answer of the home in Chinese.
func AnswerWords(answer string) string {
	for _, o := range Answers() {
		if o.Value == answer {
			return o.Words()
		}
	}
	return ""
}

// FloatingOfPerson returns the notices about a person, the latest first.
func FloatingOfPerson(tx *db.Tx, id db.ID) ([]Floating, error) {
	his, args, err := register.Among(tx, "person", id)
	if err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scanFloating, "select "+floatingColumns+" from event_floating where "+his+" order by id desc", args...)
	return list, wrap("list notices", err)
}
