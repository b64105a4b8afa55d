package atlas

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/geo"
)

// An Atlas (态势图) is where the cases of a city are. It is safe for concurrent use.
type Atlas struct {
	db   *db.DB
	city string

	mu     sync.RWMutex
	loaded bool
	next   int64 // position in the log from which it has still to read
	dots   field
	places words
	kinds  words
	units  words
}

// New returns the atlas of a city; it reads nothing before the first question.
func New(d *db.DB, city string) *Atlas { return &Atlas{db: d, city: city} }

const dotColumns = `case_id, cell, kind, path, at, open, yellow_at, limit_at, late, met, desk, lead`

// portion is how many entries of the log, and how many cases, are read at once.
const portion = 500

// Refresh brings the atlas to what the log says now, reading everything when it has read nothing yet.
func (a *Atlas) Refresh(ctx context.Context) error {
	a.mu.RLock()
	loaded, from := a.loaded, a.next
	a.mu.RUnlock()
	if loaded {
		var size int64
		err := a.db.ReadOne(ctx, func(tx *db.Tx) (err error) { size, err = audit.Size(tx, a.city); return err })
		if err != nil || size == from {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.loaded {
		return a.load(ctx)
	}
	for {
		n, err := a.follow(ctx)
		if err != nil || n < portion {
			return err
		}
	}
}

// load reads all positions, and from where the log is to be followed: what is not sequenced yet is read twice.
func (a *Atlas) load(ctx context.Context) error {
	var all []dot
	var next int64
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		if next, err = audit.Size(tx, a.city); err != nil {
			return err
		}
		all, err = db.Select(tx, a.scan, `select `+dotColumns+` from fact_case_position order by case_id`)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the map: %w", err)
	}
	a.dots, a.next, a.loaded = newField(all), next, true
	return nil
}

// follow takes over what the next entries of the log are about and returns how many there were.
func (a *Atlas) follow(ctx context.Context) (int, error) {
	var n int
	var ids []db.ID
	var now []dot
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		list, err := audit.Following(tx, a.city, a.next, portion)
		if err != nil {
			return err
		}
		n, ids = len(list), changed(list)
		now, err = a.read(tx, ids)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("follow the log: %w", err)
	}
	for _, id := range ids {
		a.dots.drop(id)
	}
	for _, d := range now {
		a.dots.put(d)
	}
	a.next += int64(n)
	return n, nil
}

// changed lists the cases that entries are about, each once.
func changed(list []audit.Entry) (ids []db.ID) {
	for _, e := range list {
		if id, isCase := caseOf(e.Subject); isCase {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func caseOf(subject string) (db.ID, bool) {
	text, isCase := strings.CutPrefix(subject, "case:")
	text, _, _ = strings.Cut(text, "/")
	id, err := db.ParseID(text)
	return id, isCase && err == nil
}

func (a *Atlas) read(tx *db.Tx, ids []db.ID) ([]dot, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return db.Select(tx, a.scan, `select `+dotColumns+` from fact_case_position where case_id in (`+db.Marks(len(ids))+`)`, args...)
}

// noClock is where the yellow instants of cases end whose clock stands.
const noClock = "9999"

func (a *Atlas) scan(r *db.Rows) (d dot, err error) {
	var cell int64
	var kind, path, yellow, desk, lead string
	var at, limit db.Time
	var isOpen, late, met int
	if err := r.Scan(&d.id, &cell, &kind, &path, &at, &isOpen, &yellow, &limit, &late, &met, &desk, &lead); err != nil {
		return d, err
	}
	d.x, d.y = geo.Split(cell)
	d.at, d.yellow, d.red = seconds(at.Time), never, never
	if isOpen == 1 {
		d.flags = open
	}
	if isOpen == 1 && met == -1 && yellow < noClock {
		y, err := db.ParseTime(yellow)
		if err != nil {
			return d, err
		}
		d.yellow, d.red = seconds(y.Time), seconds(limit.Time)
	}
	if isOpen == 1 && late == 1 {
		d.red = 0
	}
	d.place = uint32(a.places.of(path))
	d.kind, d.desk, d.lead = a.kinds.short(kind), a.units.short(desk), a.units.short(lead)
	return d, nil
}
