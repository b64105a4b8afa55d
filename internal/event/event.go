package event

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Kind says what happened.
type Kind string

// The kinds.
const (
	Born     Kind = "birth"
	Died     Kind = "death"
	MovedIn  Kind = "move-in"
	MovedOut Kind = "move-out"
	Divided  Kind = "household-split"
	Joined   Kind = "household-merge"
	NewHead  Kind = "head-change"
	Wed      Kind = "marriage"
	Divorced Kind = "divorce"
	Merged   Kind = "area-merge"
	Parted   Kind = "area-split"
)

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{Born, Died, MovedIn, MovedOut, Wed, Divorced, NewHead, Divided, Joined, Merged, Parted}
}

// Words returns the kind in Chinese.
func (k Kind) Words() string {
	return map[Kind]string{Born: "出生", Died: "死亡", MovedIn: "迁入", MovedOut: "迁出", Divided: "分户", Joined: "并户", NewHead: "变更户主",
		Wed: "结婚", Divorced: "离婚", Merged: "区划合并", Parted: "区划拆分"}[k]
}

// Events are the verbs, bound to the register they change.
type Events struct{ Register *register.Register }

// An Event (人口变动) is something that happened, as the log keeps it. Its id is the deed of all that it told.
type Event struct {
	ID       db.ID
	Kind     Kind
	Subject  fact.Subject
	Subjects []fact.Subject // all whose rows it touched
	On       civil.Date
	Path     string
	Detail   string
	Basis    string
	By       string
	At       db.Time
	UndoneBy string
	UndoneAt db.Time
	Reason   string // why it was taken back
}

const eventColumns = "id, kind, subject, subjects, happened, path, detail, basis, by_actor, at, undone_by, undone_at, reason"

func scanEvent(r *db.Rows) (e Event, err error) {
	var subject, subjects string
	err = r.Scan(&e.ID, (*string)(&e.Kind), &subject, &subjects, &e.On, &e.Path, &e.Detail, &e.Basis, &e.By, &e.At, &e.UndoneBy, &e.UndoneAt, &e.Reason)
	if err != nil {
		return e, err
	}
	if e.Subject, err = fact.ParseSubject(subject); err != nil {
		return e, err
	}
	for _, s := range strings.Fields(subjects) {
		one, err := fact.ParseSubject(s)
		if err != nil {
			return e, err
		}
		e.Subjects = append(e.Subjects, one)
	}
	return e, nil
}

// deed collects what one event tells.
type deed struct {
	tx  *db.Tx
	r   *register.Register
	by  staff.Actor
	t   fact.Telling
	on  civil.Date
	all []fact.Subject
}

// begin opens a deed. Returns invalid for a day that is still to come.
func (e *Events) begin(tx *db.Tx, by staff.Actor, on civil.Date, basis, path string) (*deed, error) {
	today := place.Today(tx)
	if on.IsZero() {
		on = today
	}
	if on.After(today) {
		return nil, fault.Invalid("on", "%s 还没有到，不能登记以后的变动", on.String())
	}
	source := by.Unit
	if source == "" {
		source = by.Login
	}
	return &deed{tx: tx, r: e.Register, by: by, on: on, t: fact.Telling{Deed: db.NewID(), Source: fact.Source{Kind: fact.ByClerk, Name: source},
		Certainty: fact.Confirmed, By: by.AuditName(), Basis: strings.TrimSpace(basis), Path: path}}, nil
}

func (d *deed) touch(s fact.Subject) {
	for _, was := range d.all {
		if was == s {
			return
		}
	}
	d.all = append(d.all, s)
}

// change tells that from the day of the event on something is otherwise.
func (d *deed) change(s fact.Subject, name, value string) error {
	if value == "" {
		return nil
	}
	d.touch(s)
	_, err := d.r.Change(d.tx, fact.Fact{Subject: s, Name: name, Value: value, From: d.on, Telling: d.t})
	return err
}

// relate tells of a relation that begins with the event.
func (d *deed) relate(name string, from, to fact.Subject, detail string) error {
	d.touch(from)
	d.touch(to)
	_, err := fact.Relate(d.tx, fact.Relation{Name: name, From: from, To: to, Detail: detail, Since: d.on, Telling: d.t})
	return err
}

// end tells that the relations of a subject with these names end with the event, but for those that keep returns true for.
func (d *deed) end(s fact.Subject, keep func(fact.Relation) bool, names ...string) error {
	list, err := fact.Relations(d.tx, s, fact.AsOf{Valid: d.on}, names...)
	if err != nil {
		return err
	}
	for _, r := range list {
		if keep != nil && keep(r) {
			continue
		}
		d.touch(r.From)
		d.touch(r.To)
		if err := fact.End(d.tx, r, d.on, d.t); err != nil {
			return err
		}
	}
	return nil
}

// finish writes the log and the audit entry and brings the rows up to date.
func (d *deed) finish(kind Kind, subject fact.Subject, detail string) (db.ID, error) {
	var subjects []string
	for _, s := range d.all {
		subjects = append(subjects, s.String())
		if err := register.Project(d.tx, s); err != nil {
			return 0, err
		}
	}
	err := d.tx.Exec("insert into event_log ("+eventColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '')", d.t.Deed, string(kind), subject.String(),
		strings.Join(subjects, " "), d.on, d.t.Path, detail, d.t.Basis, d.t.By, db.At(d.tx.Now()))
	if err != nil {
		return 0, wrap("log event", err)
	}
	return d.t.Deed, record(d.tx, d.by, string(kind), subject, map[string]string{"event": d.t.Deed.String(), "on": d.on.String()})
}

func record(tx *db.Tx, by staff.Actor, verb string, s fact.Subject, detail map[string]string) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return fault.Internal(err, "系统内部错误")
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return wrap("record event", audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: s.String(), Detail: b}))
}

// OfSubject returns the events about a subject, the latest first.
func OfSubject(tx *db.Tx, s fact.Subject) ([]Event, error) {
	list, err := db.Select(tx, scanEvent, "select "+eventColumns+" from event_log where subject = ? order by id desc limit 100", s.String())
	return list, wrap("list events", err)
}

// ByID returns an event. Returns notfound.
func ByID(tx *db.Tx, id db.ID) (Event, error) {
	list, err := db.Select(tx, scanEvent, "select "+eventColumns+" from event_log where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这条变动登记")
	}
	if err != nil {
		return Event{}, wrap("read event", err)
	}
	return list[0], nil
}

// Undo takes an event back, with a reason. Returns invalid without one, forbidden where the actor may not check the register, and conflict when it was
// taken back already or later events rest on it.
func (e *Events) Undo(tx *db.Tx, by staff.Actor, id db.ID, reason string) error {
	ev, err := ByID(tx, id)
	if err != nil {
		return err
	}
	if !within(register.Sight(by, register.ForChecking), ev.Path) {
		return fault.Forbidden("这条变动不在您负责的区域内")
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 4 || n > 200 {
		return fault.Invalid("reason", "请写明理由，%d 到 %d 字", 4, 200)
	}
	n, err := tx.ExecCount("update event_log set undone_by = ?, undone_at = ?, reason = ? where id = ? and undone_at = ''", by.AuditName(), db.At(tx.Now()), reason, id)
	if err != nil {
		return wrap("undo event", err)
	}
	if n == 0 {
		return fault.Conflict("这条变动已经撤销过了")
	}
	if ev.Kind == Merged || ev.Kind == Parted {
		return fault.Invalid("event", "区划变更按文件办理，不能在这里撤销")
	}
	t := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: by.Unit}, Certainty: fact.Confirmed, By: by.AuditName(), Basis: reason, Path: ev.Path}
	if err := register.Undo(tx, id, t, ev.Subjects...); err != nil {
		return err
	}
	if err := undoRows(tx, ev); err != nil {
		return err
	}
	return record(tx, by, "undo-event", ev.Subject, map[string]string{"event": id.String(), "reason": reason})
}

// undoRows takes back what an event did to rows that are no facts.
func undoRows(tx *db.Tx, ev Event) error {
	switch ev.Kind {
	case Joined:
		return register.ReopenHousehold(tx, ev.Subject.ID)
	case Divided: // the household it made was the first subject
		return register.CloseHousehold(tx, ev.Subject.ID, place.Today(tx).String())
	case Born:
		return register.Withdraw(tx, ev.Subject.ID)
	}
	return nil
}

// alive returns a person who lives on a day. Returns invalid for who has died.
func alive(tx *db.Tx, field string, id db.ID, on civil.Date) (register.Person, error) {
	p, err := register.PersonOf(tx, id)
	if err != nil {
		return p, err
	}
	if err := p.Alive(field); err != nil {
		return p, err
	}
	if !p.Born.IsZero() && on.Before(p.Born) {
		return p, fault.Invalid("on", "%s 早于%s的出生日期", on.String(), p.Name)
	}
	return p, nil
}

// age returns the full years somebody has lived on a day, -1 when the birthday is not known.
func age(p register.Person, on civil.Date) int {
	if p.Born.IsZero() {
		return -1
	}
	years := 0
	for !p.Born.AddMonths(12 * (years + 1)).After(on) {
		years++
	}
	return years
}

func person(id db.ID) fact.Subject    { return fact.Person(id) }
func household(id db.ID) fact.Subject { return fact.Household(id) }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
