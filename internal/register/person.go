package register

import (
	"embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Person (人员) is somebody who reported something or has an account.
type Person struct {
	ID      db.ID
	Name    string // "" when it was not given
	Sex     form.Sex
	Born    civil.Date
	Place   string // code of where the person lives
	Address string
	Source  string // where we know it from: a channel or an import

	Path     string     // of Place
	HomePath string     // of the place of registration (户籍地), when it is one of ours
	Died     civil.Date // zero while the person lives
	Created  db.Time
	Updated  db.Time
}

// A Newcomer is what somebody gives of himself when a case is registered.
type Newcomer struct {
	Name     string
	Phone    string
	IDNumber string
	Email    string
	Sex      form.Sex // taken from the ID number when there is one
	Born     civil.Date
	Place    string
	Home     string // code of the place of registration, when it is one of ours
	Address  string
	Source   string
}

const (
	maxName    = 40
	maxAddress = 200
)

// settle checks and normalises everything, and reports all that is wrong at once, under the fields name, phone, id_number,
// email and address.
func (n *Newcomer) settle() error {
	var bad []fault.FieldError
	n.Name, n.Address = strings.Join(strings.Fields(n.Name), " "), strings.TrimSpace(n.Address)
	if utf8.RuneCountInString(n.Name) > maxName {
		bad = append(bad, fault.FieldError{Field: "name", Format: "姓名不能超过 %d 字", Args: []any{maxName}})
	}
	if utf8.RuneCountInString(n.Address) > maxAddress {
		bad = append(bad, fault.FieldError{Field: "address", Format: "地址不能超过 %d 字", Args: []any{maxAddress}})
	}
	for _, s := range n.secrets() {
		text, err := s.kind.normal(*s.value)
		if err != nil {
			for _, f := range fault.As(err).Fields {
				bad = append(bad, fault.FieldError{Field: s.kind.field(), Format: f.Format, Args: f.Args})
			}
			continue
		}
		*s.value = text
	}
	if n.IDNumber != "" && len(bad) == 0 {
		given := n.Born
		n.Born, n.Sex, _ = form.IDNumber(n.IDNumber)
		if e := birthAgrees(given, n.Born); e != nil {
			bad = append(bad, *e)
		}
	}
	return fault.Fields(bad)
}

type given struct {
	kind  Kind
	value *string
}

// secrets lists what was given of what is kept under seal.
func (n *Newcomer) secrets() []given {
	var list []given
	for _, g := range []given{{IDNumber, &n.IDNumber}, {Phone, &n.Phone}, {Email, &n.Email}} {
		if *g.value = strings.TrimSpace(*g.value); *g.value != "" {
			list = append(list, g)
		}
	}
	return list
}

// FindOrCreate returns the person who gives this of himself: the one with the ID number; otherwise the one of that name
// with that telephone, or, without a name, the only one with it; otherwise a new one. What is new about the person is
// added, and what was known stays. Returns invalid for what is not well-formed, and conflict when the ID number belongs to
// somebody of another name.
func (r *Register) FindOrCreate(tx *db.Tx, n Newcomer) (p Person, created bool, err error) {
	if err := n.settle(); err != nil {
		return p, false, err
	}
	p, err = r.find(tx, n)
	if err != nil {
		return p, false, wrap("find person", err)
	}
	if created = p.ID.IsZero(); created {
		p, err = insert(tx, n)
	} else {
		p, err = r.supplement(tx, p, n)
	}
	if err != nil {
		return p, false, err
	}
	for _, s := range n.secrets() {
		note := r.note
		if created { // he has none yet, and find saw no other with the number
			note = r.addSecret
		}
		if err := note(tx, p.ID, s.kind, *s.value, n.Source); err != nil {
			return p, false, err
		}
	}
	return p, created, nil
}

// Foresee tells the database what FindOrCreate asks first, to travel with an earlier question.
func (r *Register) Foresee(tx *db.Tx, n Newcomer) {
	if tx.Engine() != db.PostgreSQL || n.settle() != nil { // sealed keys are not made for nothing
		return
	}
	if n.IDNumber != "" {
		sql, args := r.holdersQuery(IDNumber, n.IDNumber)
		tx.Foresee(sql, args...)
	}
	if n.Phone != "" {
		sql, args := r.holdersQuery(Phone, n.Phone)
		tx.Foresee(sql, args...)
	}
}

// find returns the zero Person when there is nobody.
func (r *Register) find(tx *db.Tx, n Newcomer) (Person, error) {
	if n.IDNumber != "" {
		list, err := r.holders(tx, IDNumber, n.IDNumber)
		if err != nil {
			return Person{}, err
		}
		if len(list) > 0 {
			if n.Name != "" && list[0].Name != "" && n.Name != list[0].Name {
				return Person{}, fault.Conflict("这个身份证号已登记在另一个姓名下，请核对姓名和号码")
			}
			return list[0], nil
		}
	}
	if n.Phone == "" {
		return Person{}, nil
	}
	list, err := r.holders(tx, Phone, n.Phone)
	if err != nil {
		return Person{}, err
	}
	for _, p := range list {
		if n.Name == "" && len(list) > 1 || n.Name != "" && p.Name != n.Name {
			continue
		}
		if n.IDNumber == "" {
			return p, nil
		}
		has, err := hasSecret(tx, p.ID, IDNumber)
		if err != nil || !has { // somebody of the same name with another ID number is somebody else
			return p, err
		}
	}
	return Person{}, nil
}

func insert(tx *db.Tx, n Newcomer) (Person, error) {
	paths, err := place.Paths(tx, n.Place, n.Home)
	if err != nil {
		return Person{}, wrap("find place", err)
	}
	p := n.person(tx, paths)
	if err := insertRows(tx, "person ("+personColumns+")", personWidth, p.args()); err != nil {
		return p, wrap("add person", err)
	}
	return p, rekey(tx, Person{}, p)
}

func (n Newcomer) person(tx *db.Tx, paths map[string]string) Person {
	return Person{ID: db.NewID(), Name: n.Name, Sex: n.Sex, Born: n.Born, Place: n.Place, Address: n.Address, Source: n.Source,
		Path: paths[n.Place], HomePath: paths[n.Home], Created: db.At(tx.Now()), Updated: db.At(tx.Now())}
}

// supplement tells what was not known; an address given now is the later one and counts, unless a confirmed one stands.
func (r *Register) supplement(tx *db.Tx, p Person, n Newcomer) (Person, error) {
	var list []fact.Fact
	add := func(name, value string) {
		if value != "" {
			list = append(list, fact.Fact{Subject: fact.Person(p.ID), Name: name, Value: value})
		}
	}
	if p.Name == "" {
		add(lexicon.Name, n.Name)
	}
	if p.Sex == "" {
		add(lexicon.Sex, string(n.Sex))
	}
	if p.Born.IsZero() {
		add(lexicon.Born, n.Born.String())
	}
	if n.Address != "" && n.Address != p.Address {
		add(lexicon.Address, n.Address)
	}
	if n.Place != "" && (p.Place == "" || n.Address != "" && n.Place != p.Place) {
		add(lexicon.Place, n.Place)
	}
	for _, f := range list {
		f.Telling = firstTelling(n.Source)
		f.Path = p.Path
		if _, err := r.Tell(tx, f); err != nil {
			return p, wrap("supplement person", err)
		}
	}
	if len(list) == 0 {
		return p, nil
	}
	return PersonOf(tx, p.ID)
}

// AddMany adds newcomers without looking whether they are known, in few statements, for imports into an empty register.
// The ids come in the order of the list. Returns conflict for an ID number that is already there.
func (r *Register) AddMany(tx *db.Tx, list []Newcomer) ([]db.ID, error) {
	drafts, ids := make([]*Draft, len(list)), make([]db.ID, len(list))
	for i, n := range list {
		d, err := r.Draft(n)
		if err != nil {
			return nil, wrap(fmt.Sprintf("add person %d", i+1), err)
		}
		drafts[i], ids[i] = d, d.ID
	}
	return ids, r.AddDrafts(tx, drafts)
}

// pathsOf returns the paths of the places of newcomers.
func pathsOf(tx *db.Tx, list []Newcomer) (map[string]string, error) {
	out := map[string]string{}
	var ask []string
	for _, n := range list {
		for _, code := range []string{n.Place, n.Home} {
			if _, asked := out[code]; !asked && code != "" {
				out[code] = ""
				ask = append(ask, code)
			}
		}
	}
	for len(ask) > 0 {
		now := ask[:min(200, len(ask))]
		ask = ask[len(now):]
		paths, err := place.Paths(tx, now...)
		if err != nil {
			return nil, wrap("find places", err)
		}
		for code, path := range paths {
			out[code] = path
		}
	}
	return out, nil
}

func insertRows(tx *db.Tx, into string, width int, args []any) error {
	if len(args) == 0 {
		return nil
	}
	row := "(" + db.Marks(width) + "), "
	return tx.Exec("insert into "+into+" values "+strings.TrimSuffix(strings.Repeat(row, len(args)/width), ", "), args...)
}

// PersonOf returns the person with this id, or the one that this entry was merged into. Returns notfound.
func PersonOf(tx *db.Tx, id db.ID) (Person, error) {
	list, err := db.Select(tx, scanPerson, "select "+personColumns+" from person where id = coalesce((select kept from person_merged where gone = ?), ?)", id, id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个人的登记")
	}
	if err != nil {
		return Person{}, wrap("read person", err)
	}
	return list[0], nil
}

const (
	personColumns = "id, name, sex, born, place, address, source, created_at, updated_at, path, home_path, died"
	personWidth   = 12
)

func (p Person) args() []any {
	return []any{p.ID, p.Name, string(p.Sex), p.Born, p.Place, p.Address, p.Source, p.Created, p.Updated, p.Path, p.HomePath, p.Died}
}

func scanPerson(r *db.Rows) (p Person, err error) {
	err = r.Scan(&p.ID, &p.Name, (*string)(&p.Sex), &p.Born, &p.Place, &p.Address, &p.Source, &p.Created, &p.Updated, &p.Path, &p.HomePath, &p.Died)
	return p, err
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
