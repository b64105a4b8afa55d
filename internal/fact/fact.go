package fact

import (
	"embed"
	"fmt"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Subject is whom or what something is told of.
type Subject struct {
	Kind lexicon.Kind
	ID   db.ID
}

// Person names a person, and so on.
func Person(id db.ID) Subject { return Subject{lexicon.Person, id} }

// Household names a household.
func Household(id db.ID) Subject { return Subject{lexicon.Household, id} }

// Dwelling names a dwelling.
func Dwelling(id db.ID) Subject { return Subject{lexicon.Dwelling, id} }

// Organisation names an organisation.
func Organisation(id db.ID) Subject { return Subject{lexicon.Organisation, id} }

// Facility names a facility.
func Facility(id db.ID) Subject { return Subject{lexicon.Facility, id} }

// String returns kind and id, as the audit log has them.
func (s Subject) String() string { return string(s.Kind) + ":" + s.ID.String() }

// ParseSubject reads what String wrote. Returns invalid.
func ParseSubject(text string) (Subject, error) {
	kind, rest, _ := strings.Cut(text, ":")
	id, err := db.ParseID(rest)
	if err != nil || lexicon.Kind(kind).Words() == kind {
		return Subject{}, fault.Invalid("subject", "没有“%s”这个登记对象", text)
	}
	return Subject{lexicon.Kind(kind), id}, nil
}

// A SourceKind says by what way something came to us.
type SourceKind string

// The kinds of source.
const (
	ByClerk  SourceKind = "clerk"
	ByImport SourceKind = "import"
	BySystem SourceKind = "system" // another unit's system
	BySelf   SourceKind = "self"   // the person himself
	ByCase   SourceKind = "case"   // a decision
)

// Words returns the kind in Chinese.
func (k SourceKind) Words() string {
	switch k {
	case ByClerk:
		return "工作人员登记"
	case ByImport:
		return "批量导入"
	case BySystem:
		return "其他系统"
	case BySelf:
		return "本人申报"
	case ByCase:
		return "办件决定"
	}
	return string(k)
}

// A Source (来源) is where a telling comes from. Two tellings with equal sources come from the same: the later replaces the earlier.
type Source struct {
	Kind SourceKind
	Name string // unit, file, system or case number
}

// A Certainty (可信程度) says how sure a telling is.
type Certainty string

// The degrees, the surest first.
const (
	Confirmed Certainty = "confirmed" // seen on a document, or told by who decides
	Stated    Certainty = "stated"    // said, and not yet looked into
	Doubtful  Certainty = "doubtful"
)

// Words returns the degree in Chinese.
func (c Certainty) Words() string {
	switch c {
	case Confirmed:
		return "已核实"
	case Stated:
		return "自报"
	case Doubtful:
		return "存疑"
	}
	return string(c)
}

func (c Certainty) rank() int {
	switch c {
	case Confirmed:
		return 2
	case Stated:
		return 1
	}
	return 0
}

// A Telling (陈述) is who tells something, from where and on what basis. What one act tells shares a Telling and its deed.
type Telling struct {
	Deed      db.ID // made when zero; Undo takes all of a deed back
	Source    Source
	Certainty Certainty // Confirmed when empty
	By        string    // the actor's name in the audit log
	Basis     string    // clause or number of a case; may be empty
	Path      string    // of the place whose people settle a conflict; not kept with the fact
}

// settle fills in what may be left out. Returns invalid.
func (t *Telling) settle() error {
	if t.Deed.IsZero() {
		t.Deed = db.NewID()
	}
	if t.Certainty == "" {
		t.Certainty = Confirmed
	}
	if t.Source.Kind.Words() == string(t.Source.Kind) || t.Certainty.Words() == string(t.Certainty) {
		return fault.Invalid("source", "登记信息须说明来源和可信程度")
	}
	return nil
}

// A Fact (登记事实) is one thing told of a subject, with the days for which it holds and the instants at which we held it to be so.
type Fact struct {
	ID         db.ID
	Subject    Subject
	Name       string
	Value      string
	From       civil.Date // zero: since before anybody knows
	To         civil.Date // first day on which it no longer holds; zero: it holds
	Recorded   db.Time
	Superseded db.Time // zero: what we hold today
	EndedBy    db.ID   // the deed from which on we hold it no longer
	Telling
}

// overlaps reports whether two stretches of days share one.
func overlaps(from1, to1, from2, to2 civil.Date) bool {
	return (to1.IsZero() || from2.Before(to1)) && (to2.IsZero() || from1.Before(to2))
}

// AsOf asks on both axes. The zero value asks what holds today as we know it now.
type AsOf struct {
	Valid civil.Date // zero: today
	Known db.Time    // zero: now
}

// day returns the day asked for.
func (a AsOf) day(tx *db.Tx) civil.Date {
	if a.Valid.IsZero() {
		return place.Today(tx)
	}
	return a.Valid
}

// where returns the condition on both axes and its arguments. Known now is asked by the empty mark, which is what all rows but the
// ended ones carry.
func (a AsOf) where(tx *db.Tx) (string, []any) {
	day := a.day(tx)
	cond, args := "valid_from <= ? and (valid_to = '' or valid_to > ?)", []any{day, day}
	if a.Known.IsZero() {
		return cond + " and superseded_at = ''", args
	}
	return cond + " and recorded_at <= ? and (superseded_at = '' or superseded_at > ?)", append(args, a.Known, a.Known)
}

const factColumns = `id, subject, subject_kind, name, value, valid_from, valid_to, recorded_at, superseded_at,
	source_kind, source, certainty, by_actor, basis, deed, ended_by`

func scanFact(r *db.Rows) (f Fact, err error) {
	err = r.Scan(&f.ID, &f.Subject.ID, (*string)(&f.Subject.Kind), &f.Name, &f.Value, &f.From, &f.To, &f.Recorded, &f.Superseded,
		(*string)(&f.Source.Kind), &f.Source.Name, (*string)(&f.Certainty), &f.By, &f.Basis, &f.Deed, &f.EndedBy)
	return f, err
}

func (f Fact) args() []any {
	return []any{f.ID, f.Subject.ID, string(f.Subject.Kind), f.Name, f.Value, f.From, f.To, f.Recorded, f.Superseded,
		string(f.Source.Kind), f.Source.Name, string(f.Certainty), f.By, f.Basis, f.Deed, f.EndedBy}
}

const factMarks = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

// Of returns what holds of a subject, by name.
func Of(tx *db.Tx, s Subject, at AsOf) ([]Fact, error) {
	cond, args := at.where(tx)
	list, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where subject = ? and "+cond+" order by name, id",
		append([]any{s.ID}, args...)...)
	return list, wrap("read facts", err)
}

// One returns what holds of a subject under one name. Returns false when nothing is known.
func One(tx *db.Tx, s Subject, name string, at AsOf) (Fact, bool, error) {
	cond, args := at.where(tx)
	list, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where subject = ? and name = ? and "+cond+" order by id desc limit 1",
		append([]any{s.ID, name}, args...)...)
	if err != nil || len(list) == 0 {
		return Fact{}, false, wrap("read fact", err)
	}
	return list[0], true, nil
}

// OfMany returns what holds of several subjects, by subject.
func OfMany(tx *db.Tx, ids []db.ID, at AsOf) (map[db.ID][]Fact, error) {
	out := make(map[db.ID][]Fact, len(ids))
	for len(ids) > 0 {
		now := ids[:min(200, len(ids))]
		ids = ids[len(now):]
		args := make([]any, 0, len(now)+4)
		for _, id := range now {
			args = append(args, id)
		}
		cond, more := at.where(tx)
		list, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where subject in ("+db.Marks(len(now))+") and "+cond+" order by subject, name, id",
			append(args, more...)...)
		if err != nil {
			return nil, wrap("read facts", err)
		}
		for _, f := range list {
			out[f.Subject.ID] = append(out[f.Subject.ID], f)
		}
	}
	return out, nil
}

// Count returns of how many of the subjects a word holds with a value.
func Count(tx *db.Tx, ids []db.ID, name, value string, at AsOf) (n int, err error) {
	for len(ids) > 0 {
		now := ids[:min(200, len(ids))]
		ids = ids[len(now):]
		args := make([]any, 0, len(now)+6)
		for _, id := range now {
			args = append(args, id)
		}
		cond, more := at.where(tx)
		var held int
		err := tx.QueryRow("select count(distinct subject) from statement where subject in ("+db.Marks(len(now))+") and name = ? and value = ? and "+cond,
			append(append(args, name, value), more...)...).Scan(&held)
		if err != nil {
			return 0, wrap("count facts", err)
		}
		n += held
	}
	return n, nil
}

// History returns all that was ever told of a subject, the latest telling first; name "" asks for every name.
func History(tx *db.Tx, s Subject, name string) ([]Fact, error) {
	cond, args := "subject = ?", []any{s.ID}
	if name != "" {
		cond, args = cond+" and name = ?", append(args, name)
	}
	list, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where "+cond+" order by recorded_at desc, id desc", args...)
	return list, wrap("read history", err)
}

// ByID returns one telling. Returns notfound.
func ByID(tx *db.Tx, id db.ID) (Fact, error) {
	list, err := db.Select(tx, scanFact, "select "+factColumns+" from statement where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这条登记信息")
	}
	if err != nil {
		return Fact{}, wrap("read fact", err)
	}
	return list[0], nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
