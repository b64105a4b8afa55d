package proposal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/job"
	"linli/internal/place"
)

const kind = "proposal.find"

// Pace of the job.
const (
	portion  = 40 // entries of the log in one transaction: others write between two
	interval = time.Minute
)

// Register lets the runner look for proposals: what the log has added since the last look, every minute.
func (x *Proposals) Register(r *job.Runner) {
	r.Handle(kind, func(tx *db.Tx, _ job.Job) error {
		more, err := x.Find(tx)
		if err != nil {
			return err
		}
		return next(tx, more)
	})
	r.OnFailed(kind, func(tx *db.Tx, _ job.Job) error { return next(tx, false) })
}

// Begin enqueues the first look. It may be called at every start: looks that wait are one.
func Begin(tx *db.Tx) error { return next(tx, true) }

func next(tx *db.Tx, now bool) error {
	options := []job.Option{job.Unique("minute")}
	if !now {
		options = append(options, job.After(interval))
	}
	_, err := job.Enqueue(tx, kind, nil, options...)
	return err
}

// Find looks at what the log has added, a portion at a time, and reports whether there may be more.
func (x *Proposals) Find(tx *db.Tx) (more bool, err error) {
	var from int64
	err = tx.QueryRow(`select next from proposal_mark where city = ?`, x.city).Scan(&from)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return false, fmt.Errorf("find proposals: %w", err)
	}
	entries, err := audit.Following(tx, x.city, from, portion)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	for _, id := range about(entries) {
		if err := x.consider(tx, id); err != nil {
			return false, fmt.Errorf("find proposals by case %s: %w", id, err)
		}
	}
	if from == 0 {
		err = tx.Exec(`insert into proposal_mark (city, next) values (?, ?)`, x.city, len(entries))
	} else {
		err = tx.ExecOne(`update proposal_mark set next = ? where city = ? and next = ?`, from+int64(len(entries)), x.city, from)
	}
	return len(entries) == portion, err
}

// about lists the cases that entries are about, each once: a report may get its class when it is registered or when it is taken up.
func about(entries []audit.Entry) (ids []db.ID) {
	for _, e := range entries {
		text, isCase := strings.CutPrefix(e.Subject, "case:")
		text, _, _ = strings.Cut(text, "/")
		if id, err := db.ParseID(text); isCase && err == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// A report is a case where it was seen.
type report struct {
	id         db.ID
	point      geo.Point
	kind, path string
	thing      db.ID
	at         db.Time
}

const reportColumns = `select case_id, lon, lat, kind, path, thing, at from fact_case_position where `

func scanReport(r *db.Rows) (o report, err error) {
	var lon, lat int64
	err = r.Scan(&o.id, &lon, &lat, &o.kind, &o.path, &o.thing, &o.at)
	o.point = geo.Of(lon, lat)
	return o, err
}

// consider looks whether a report makes, or joins, a proposal. Looking again does no harm: it counts what came before it, and since a decision.
func (x *Proposals) consider(tx *db.Tx, id db.ID) error {
	list, err := db.Select(tx, scanReport, reportColumns+`case_id = ?`, id)
	if err != nil || len(list) == 0 || list[0].kind == "" && list[0].thing == 0 {
		return err
	}
	o := list[0]
	rule := x.Rule(tx.Now())
	past, err := x.decided(tx, &o, rule)
	if err != nil {
		return err
	}
	since := o.at.AddDate(0, 0, -rule.Days)
	for _, p := range past {
		switch {
		case p.State == Waiting:
			return x.join(tx, p.ID, []report{o})
		case p.State == Dismissed && !p.Until.Before(place.Today(tx)):
			return nil
		case p.Decided.After(since):
			since = p.Decided.Time
		}
	}
	same, err := x.same(tx, &o, since, rule)
	if err != nil || len(same) < rule.Reports {
		return err
	}
	return x.raise(tx, &o, same)
}

// decided are the proposals about the same thing, or about the group of matters at the same spot, the latest last.
func (x *Proposals) decided(tx *db.Tx, o *report, rule Rule) ([]Proposal, error) {
	if o.thing != 0 {
		return db.Select(tx, scan, `select `+columns+` from proposal where thing = ? order by id`, o.thing)
	}
	var list []Proposal
	for _, s := range geo.Spans(o.point, rule.Metres) {
		some, err := db.Select(tx, scan, `select `+columns+` from proposal where grp = ? and cell >= ? and cell < ? and thing = 0 order by id`, casework.GroupOf(o.kind), s[0], s[1])
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return slices.DeleteFunc(list, func(p Proposal) bool { return geo.Distance(p.Point, o.point) > rule.Metres }), nil
}

// same are the reports of the same thing, or of the group at the same spot, since an instant.
func (x *Proposals) same(tx *db.Tx, o *report, since time.Time, rule Rule) ([]report, error) {
	if o.thing != 0 {
		return db.Select(tx, scanReport, reportColumns+`thing = ? and at > ? and at <= ? order by case_id`, o.thing, db.At(since), o.at)
	}
	var list []report
	for _, s := range geo.Spans(o.point, rule.Metres) {
		some, err := db.Select(tx, scanReport, reportColumns+`cell >= ? and cell < ? and at > ? and at <= ? and thing = 0`, s[0], s[1], db.At(since), o.at)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	group := casework.GroupOf(o.kind)
	return slices.DeleteFunc(list, func(r report) bool {
		return casework.GroupOf(r.kind) != group || geo.Distance(r.point, o.point) > rule.Metres
	}), nil
}

func (x *Proposals) raise(tx *db.Tx, o *report, same []report) error {
	id := db.NewID()
	lon, lat := o.point.Millionths()
	err := tx.Exec(`insert into proposal (id, grp, thing, lon, lat, cell, path, reports, first_at, last_at, state, raised_at) values (?,?,?,?,?,?,?,?,?,?,?,?)`,
		id, casework.GroupOf(o.kind), o.thing, lon, lat, geo.Cell(o.point, geo.Finest), o.path, 0, o.at, o.at, string(Waiting), db.At(tx.Now()))
	if err != nil {
		return err
	}
	return x.join(tx, id, same)
}

// join adds reports to a proposal; one that is in it stays.
func (x *Proposals) join(tx *db.Tx, id db.ID, list []report) error {
	for _, r := range list {
		n, err := tx.ExecCount(`insert into proposal_case (proposal_id, case_id) values (?, ?) on conflict (proposal_id, case_id) do nothing`, id, r.id)
		if err != nil {
			return err
		}
		err = tx.Exec(`update proposal set reports = reports + ?, first_at = case when first_at > ? then ? else first_at end,
			last_at = case when last_at < ? then ? else last_at end where id = ?`, n, r.at, r.at, r.at, r.at, id)
		if err != nil {
			return err
		}
	}
	return nil
}
