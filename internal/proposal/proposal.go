package proposal

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Rule (主动治理规则) says what is again and again.
type Rule struct {
	Reports int     // so many
	Days    int     // within so many days
	Metres  float64 // of each other's place, where no fixture is named
}

// A State is where a proposal stands.
type State string

// The states: it waits, a case was opened, or it was dismissed.
const (
	Waiting   State = "waiting"
	Started   State = "started"
	Dismissed State = "dismissed"
)

// A Proposal (主动治理建议) is something that was reported again and again, to be dealt with once and for all.
type Proposal struct {
	ID        db.ID      `json:"id"`
	Group     string     `json:"group"`
	Thing     db.ID      `json:"thing,omitzero"`
	Point     geo.Point  `json:"point"`
	Path      string     `json:"path"`
	Reports   int        `json:"reports"`
	First     db.Time    `json:"first"`
	Last      db.Time    `json:"last"`
	State     State      `json:"state"`
	Words     string     `json:"words,omitempty"`
	Until     civil.Date `json:"until,omitzero"`
	Case      db.ID      `json:"case,omitzero"` // that was opened
	Raised    db.Time    `json:"raised"`
	Decided   db.Time    `json:"decided"`
	DecidedBy string     `json:"decided_by,omitempty"`
}

// Place is the code of the place.
func (p *Proposal) Place() string {
	codes := place.Codes(p.Path)
	return codes[len(codes)-1]
}

// Proposals is the proposals of one city.
type Proposals struct {
	city  string
	cases *casework.Cases
}

// New returns the proposals of a city.
func New(city string, cases *casework.Cases) *Proposals { return &Proposals{city: city, cases: cases} }

// Rule is what counts as again and again here at an instant, as documents or the platform's default say (pack.KnownBounds).
func (x *Proposals) Rule(at time.Time) Rule {
	return Rule{Reports: x.cases.Bound("again-reports", at), Days: x.cases.Bound("again-days", at), Metres: float64(x.cases.Bound("again-metres", at))}
}

const columns = `id, grp, thing, lon, lat, path, reports, first_at, last_at, state, words, until, case_id, raised_at, decided_at, decided_by`

func scan(r *db.Rows) (p Proposal, err error) {
	var lon, lat int64
	var until string
	err = r.Scan(&p.ID, &p.Group, &p.Thing, &lon, &lat, &p.Path, &p.Reports, &p.First, &p.Last, (*string)(&p.State), &p.Words, &until, &p.Case, &p.Raised,
		&p.Decided, &p.DecidedBy)
	p.Point = geo.Of(lon, lat)
	if err == nil && until != "" {
		p.Until, err = civil.ParseDate(until)
	}
	return p, err
}

// deciders are the roles that may decide, within their places.
var deciders = []staff.Role{staff.Desk, staff.Dispatcher, staff.Supervisor, staff.Leader}

// decides reports whether an actor may decide on what lies at a path.
func decides(by staff.Actor, path string) bool {
	return slices.ContainsFunc(deciders, func(r staff.Role) bool { return by.Has(r, path, "") })
}

func sees(by staff.Actor, path string) bool {
	return slices.ContainsFunc(by.Scope().Places, func(p string) bool { return place.Within(path, p) })
}

// listMost bounds a list.
const listMost = 100

// List lists proposals of a state in the places that an actor sees, those with the latest report first.
func (x *Proposals) List(tx *db.Tx, by staff.Actor, state State) ([]Proposal, error) {
	var or []string
	args := []any{string(state)}
	for _, p := range by.Scope().Places {
		from, end := place.Range(p)
		or, args = append(or, `path >= ? and path < ?`), append(args, from, end)
	}
	if len(or) == 0 {
		return nil, nil
	}
	list, err := db.Select(tx, scan, `select `+columns+` from proposal where state = ? and (`+strings.Join(or, " or ")+`) order by last_at desc, id desc limit ?`, append(args, listMost)...)
	if err != nil {
		return nil, fmt.Errorf("list proposals: %w", err)
	}
	return list, nil
}

// Get returns a proposal that an actor sees.
func (x *Proposals) Get(tx *db.Tx, by staff.Actor, id db.ID) (Proposal, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from proposal where id = ?`, id)
	if err == nil && (len(list) == 0 || !sees(by, list[0].Path)) {
		err = fault.NotFound("没有这条主动治理建议，或您无权查看")
	}
	if err != nil {
		return Proposal{}, err
	}
	return list[0], nil
}

// Members lists the reports of a proposal as the actor may see them, the latest first.
func (x *Proposals) Members(tx *db.Tx, by staff.Actor, p Proposal) ([]casework.Line, error) {
	ids, err := members(tx, p.ID)
	if err != nil {
		return nil, err
	}
	return x.cases.Lines(tx, by, ids)
}

func members(tx *db.Tx, id db.ID) ([]db.ID, error) {
	return db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) }, `select case_id from proposal_case where proposal_id = ? order by case_id desc`, id)
}

// A Start is how a proposal becomes a case.
type Start struct {
	Flow  string // of the case
	Words string // what is to be done
}

// Start opens a case of a flow for a proposal, brought by the actor, and links the reports to it.
func (x *Proposals) Start(tx *db.Tx, by staff.Actor, key string, id db.ID, s Start) (casework.Receipt, error) {
	p, err := x.waiting(tx, by, id)
	if err != nil {
		return casework.Receipt{}, err
	}
	s.Words = strings.TrimSpace(s.Words)
	if s.Words == "" {
		return casework.Receipt{}, fault.Invalid("words", "请写明要怎样治理")
	}
	title := fmt.Sprintf("主动治理：同一处 %d 次反映", p.Reports)
	r, err := x.cases.Register(tx, by, casework.Intake{Key: key, Flow: s.Flow, Title: title, Body: s.Words, Place: p.Place(), // without a class: it is no report
		Fields: map[string]string{"title": title, "content": s.Words}, Where: &casework.Position{Point: p.Point},
		From: casework.Reporter{Name: by.Name}})
	if err != nil {
		return r, fmt.Errorf("start proposal %s: %w", id, err)
	}
	ids, err := members(tx, id)
	if err != nil {
		return r, err
	}
	for _, m := range ids {
		if err := x.cases.Relate(tx, r.Case, m, "主动治理"); err != nil {
			return r, err
		}
	}
	err = tx.ExecOne(`update proposal set state = ?, words = ?, case_id = ?, decided_at = ?, decided_by = ? where id = ? and state = ?`,
		string(Started), s.Words, r.Case, db.At(tx.Now()), by.Name, id, string(Waiting))
	return r, err
}

// longest is how long a dismissal may hold, in days.
const longest = 366

// Dismiss puts a proposal aside with words, until a day: reports at this place raise none before it is over.
func (x *Proposals) Dismiss(tx *db.Tx, by staff.Actor, id db.ID, words string, until civil.Date) error {
	if _, err := x.waiting(tx, by, id); err != nil {
		return err
	}
	today := place.Today(tx)
	switch words = strings.TrimSpace(words); {
	case words == "":
		return fault.Invalid("words", "请写明为什么暂不治理")
	case until.Before(today) || until.Sub(today) > longest:
		return fault.Invalid("until", "请写明到哪一天为止，最长一年")
	}
	return tx.ExecOne(`update proposal set state = ?, words = ?, until = ?, decided_at = ?, decided_by = ? where id = ? and state = ?`,
		string(Dismissed), words, until.String(), db.At(tx.Now()), by.Name, id, string(Waiting))
}

// waiting returns a proposal on which the actor may decide and nobody has.
func (x *Proposals) waiting(tx *db.Tx, by staff.Actor, id db.ID) (Proposal, error) {
	p, err := x.Get(tx, by, id)
	switch {
	case err != nil:
		return p, err
	case !decides(by, p.Path):
		return p, fault.Forbidden("您不能决定这条建议")
	case p.State != Waiting:
		return p, fault.Conflict("这条建议已由%s决定，请刷新后再看", p.DecidedBy)
	}
	return p, nil
}
