package round

import (
	"slices"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Subject (巡查对象情况) is how something that is visited stood after its last visit.
type Subject struct {
	Kind    string  `json:"kind"`
	ID      string  `json:"id"`
	Name    string  `json:"name"` // "" of a person
	Place   string  `json:"place"`
	List    string  `json:"list"`
	Grade   string  `json:"grade"`
	Percent int     `json:"percent"` // -1: never scored
	Key     bool    `json:"key"`     // by its grade
	Marked  bool    `json:"marked"`  // by hand
	Lon     int64   `json:"-"`       // millionths; both 0: not known
	Lat     int64   `json:"-"`
	Visits  int     `json:"visits"`
	Last    db.ID   `json:"last"` // visit
	LastAt  db.Time `json:"last_at"`

	path string
}

const subjectColumns = `kind, subject, name, place, path, list, grade, percent, is_key, marked, lon, lat, visits, last, last_at`

func scanSubject(r *db.Rows) (s Subject, err error) {
	return s, r.Scan(&s.Kind, &s.ID, &s.Name, &s.Place, &s.path, &s.List, &s.Grade, &s.Percent, &s.Key, &s.Marked, &s.Lon, &s.Lat, &s.Visits, &s.Last, &s.LastAt)
}

// subjectOf is what is remembered of a subject; the zero one when nothing is.
func subjectOf(tx *db.Tx, kind, id string) (Subject, error) {
	list, err := db.Select(tx, scanSubject, `select `+subjectColumns+` from round_subject where kind = ? and subject = ?`, kind, id)
	if err != nil || len(list) == 0 {
		return Subject{Kind: kind, ID: id, Percent: -1}, wrap("read subject", err)
	}
	return list[0], nil
}

// exact is how exact a first position must be to be remembered as the subject's, in metres.
const exact = 50

// standAfter notes on the subject what a visit found; the visit counts as one to a key subject as the subject stood before it. Where the subject is, is
// learned from the first visit with an exact position.
func standAfter(tx *db.Tx, v *Stored, at Point, r *pack.Round) (Subject, error) {
	s, err := subjectOf(tx, at.Kind, at.Subject)
	if err != nil {
		return s, err
	}
	v.Key = at.Key || s.Marked || slices.Contains(r.Subjects.Key, s.Grade)
	s.Name, s.Place, s.path = at.Name, at.Place, at.path
	if at.Kind == "person" {
		s.Name = ""
	}
	if s.Lon == 0 && s.Lat == 0 && at.Lon == 0 && at.Lat == 0 && v.Where != nil && v.Where.Accuracy > 0 && v.Where.Accuracy <= exact {
		s.Lon, s.Lat = v.Where.Millionths()
	}
	if !s.LastAt.After(v.At.Time) { // an older visit that arrives late changes no grade
		s.Last, s.LastAt = v.ID, v.At
		if v.Percent >= 0 {
			s.List, s.Grade, s.Percent = v.List, v.Grade, v.Percent
		}
	}
	if v.Percent >= 0 && len(r.Subjects.Key) > 0 {
		s.Key = slices.Contains(r.Subjects.Key, s.Grade)
	}
	s.Visits++
	return s, s.put(tx)
}

func (s *Subject) put(tx *db.Tx) error {
	err := tx.Exec(`insert into round_subject (`+subjectColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (kind, subject) do update set name = excluded.name, place = excluded.place, path = excluded.path, list = excluded.list, grade = excluded.grade,
			percent = excluded.percent, is_key = excluded.is_key, marked = excluded.marked, lon = excluded.lon, lat = excluded.lat, visits = excluded.visits,
			last = excluded.last, last_at = excluded.last_at`,
		s.Kind, s.ID, s.Name, s.Place, s.path, s.List, s.Grade, s.Percent, flag(s.Key), flag(s.Marked), s.Lon, s.Lat, s.Visits, s.Last, s.LastAt)
	return wrap("note how a subject stands", err)
}

// Standing (对象条件) asks for subjects.
type Standing struct {
	Kind  string // "" of every kind
	Grade string // "" of every grade
	Key   bool   // only key ones
	Place string // path; "" wherever the actor may look
	Limit int    // 1 to 500; 0: 200
}

// Subjects lists how subjects stand where the actor watches, the worst first. Persons and cases have no grade and are not there.
func (x *Rounds) Subjects(tx *db.Tx, by staff.Actor, q Standing) ([]Subject, error) {
	where, args := areas(by, q.Place)
	if where == "" {
		return nil, nil
	}
	where += " and kind <> 'person' and kind <> 'case'"
	if q.Kind != "" {
		where, args = where+" and kind = ?", append(args, q.Kind)
	}
	if q.Grade != "" {
		where, args = where+" and grade = ?", append(args, q.Grade)
	}
	if q.Key {
		where += " and (is_key = 1 or marked = 1)"
	}
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 200
	}
	list, err := db.Select(tx, scanSubject, `select `+subjectColumns+` from round_subject where `+where+` order by grade desc, percent, path, subject limit ?`, append(args, q.Limit)...)
	return list, wrap("list subjects", err)
}

// Grades counts the subjects by grade where the actor watches; "" are those never scored.
func (x *Rounds) Grades(tx *db.Tx, by staff.Actor, path string) (map[string]int, error) {
	where, args := areas(by, path)
	if where == "" {
		return nil, nil
	}
	out := map[string]int{}
	rows, err := tx.Query(`select grade, count(*) from round_subject where `+where+` and kind <> 'person' and kind <> 'case' group by grade`, args...)
	if err != nil {
		return nil, wrap("count grades", err)
	}
	defer rows.Close()
	for rows.Next() {
		var grade string
		var n int
		if err := rows.Scan(&grade, &n); err != nil {
			return nil, wrap("count grades", err)
		}
		out[grade] = n
	}
	return out, wrap("count grades", rows.Err())
}

// areas is where an actor watches, at or below a path: his places, and for who works for a unit what his unit has visited.
func areas(by staff.Actor, path string) (string, []any) {
	paths, units := sight(by)
	where, args := "", []any(nil)
	or := func(way string, more ...any) {
		if where != "" {
			where += " or "
		}
		where, args = where+way, append(args, more...)
	}
	for _, p := range paths {
		from, end := place.Range(p)
		or("path >= ? and path < ?", from, end)
	}
	for _, u := range units {
		or("exists (select 1 from round_visit v where v.kind = round_subject.kind and v.subject = round_subject.subject and (v.unit = ? or v.watch = ?))", u, u)
	}
	if where == "" {
		return "", nil
	}
	where = "(" + where + ")"
	if path != "" {
		from, end := place.Range(path)
		where, args = where+" and path >= ? and path < ?", append(args, from, end)
	}
	return where, args
}

// History lists the visits to a subject that the actor sees, the latest first.
func (x *Rounds) History(tx *db.Tx, by staff.Actor, kind, id string) (Subject, []Stored, error) {
	s, err := subjectOf(tx, kind, id)
	if err != nil {
		return s, nil, err
	}
	where, args := seen(by)
	if where == "" || s.Last.IsZero() && !s.Marked {
		return s, nil, fault.NotFound("没有这个巡查对象，或您无权查看")
	}
	list, err := db.Select(tx, scanStored, `select `+storedColumns+` from round_visit v where v.kind = ? and v.subject = ? and `+where+` order by v.id desc limit 100`,
		append([]any{kind, id}, args...)...)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个巡查对象，或您无权查看")
	}
	return s, list, wrap("history of a subject", err)
}

// Mark makes a subject a key one by hand, or no longer. Returns forbidden.
func (x *Rounds) Mark(tx *db.Tx, by staff.Actor, kind, id string, key bool) error {
	s, _, err := x.History(tx, by, kind, id)
	if err != nil {
		return err
	}
	if !mayPlan(by, s.path, "", "") && !by.HasAny(staff.Handler) {
		return mayNotPlan()
	}
	s.Marked = key
	if err := s.put(tx); err != nil {
		return err
	}
	return noted(tx, by, "round.mark", s.Last, map[string]any{"kind": kind, "subject": id, "key": key})
}

// Locate says where a subject is, for those whose position nobody knew. Returns forbidden and invalid.
func (x *Rounds) Locate(tx *db.Tx, by staff.Actor, kind, id string, at geo.Point) error {
	s, _, err := x.History(tx, by, kind, id)
	if err != nil {
		return err
	}
	if !at.Valid() || at.IsZero() {
		return fault.Invalid("where", "位置不对：经度在 -180 到 180 之间，纬度在 -90 到 90 之间")
	}
	if !mayPlan(by, s.path, "", "") && !by.HasAny(staff.Handler) {
		return mayNotPlan()
	}
	s.Lon, s.Lat = at.Millionths()
	if err := s.put(tx); err != nil {
		return err
	}
	return noted(tx, by, "round.locate", s.Last, map[string]any{"kind": kind, "subject": id, "at": at.String()})
}
