package casework

import (
	"fmt"
	"math"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/staff"
)

// A Position (位置) is that of package flow: registering tells it, a later step may put it right, and history keeps each.
type Position = flow.Position

const positionColumns = `case_id, lon, lat, accuracy, taken_at, cell, kind, path, at, open, thing`

// pinned is the row of a position.
func (k *Case) pinned(w *Position, thing db.ID, open int) []any {
	lon, lat := w.Point.Millionths()
	taken := w.At
	if taken.IsZero() {
		taken = k.Situation.At
	}
	return []any{k.ID, lon, lat, int64(math.Round(w.Accuracy)), db.At(taken), geo.Cell(w.Point, geo.Finest), k.Kind, k.Path, db.At(k.Registered), open, thing}
}

// pin writes where a case is, or puts it right.
func (k *Case) pin(tx *db.Tx, w *Position, thing db.ID, open int) error {
	err := tx.Exec(`insert into case_position (`+positionColumns+`) values `+marks(11)+` on conflict (case_id) do update set
		lon = excluded.lon, lat = excluded.lat, accuracy = excluded.accuracy, taken_at = excluded.taken_at, cell = excluded.cell,
		kind = excluded.kind, path = excluded.path, open = excluded.open`, k.pinned(w, thing, open)...)
	if err != nil {
		return fmt.Errorf("keep position of case %s: %w", k.ID, err)
	}
	return nil
}

// keepPosition lets the position of a case follow a step: what the step told, or what it changed of what stands beside it.
func (k *Case) keepPosition(tx *db.Tx, before *Case, p projection) error {
	switch {
	case k.where != nil:
		return k.pin(tx, k.where, 0, p.open)
	case p.located == 0 || p.open == before.row.open && k.Kind == before.Kind && k.Path == before.Path:
		return nil
	}
	return tx.ExecOne(`update case_position set open = ?, kind = ?, path = ? where case_id = ?`, p.open, k.Kind, k.Path, k.ID)
}

// Where returns where a case is that the actor sees; nil when nobody told.
func (c *Cases) Where(tx *db.Tx, by staff.Actor, id db.ID) (*Position, error) {
	k, err := visible(tx, by, id)
	if err != nil || k.row.located == 0 {
		return nil, err
	}
	var lon, lat, accuracy int64
	var taken db.Time
	err = tx.QueryRow(`select lon, lat, accuracy, taken_at from case_position where case_id = ?`, id).Scan(&lon, &lat, &accuracy, &taken)
	if err != nil {
		return nil, fmt.Errorf("position of case %s: %w", id, err)
	}
	return &Position{Point: geo.Of(lon, lat), Accuracy: float64(accuracy), At: taken.Time}, nil
}

// Spots is where the cases of lines are, by id; who was given the line may see it. A case of which nobody told where it is, is left out.
func Spots(tx *db.Tx, lines []Line) (map[db.ID]geo.Point, error) {
	spots := make(map[db.ID]geo.Point, len(lines))
	if len(lines) == 0 {
		return spots, nil
	}
	args := make([]any, len(lines))
	for i := range lines {
		args[i] = lines[i].ID
	}
	_, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) {
		var lon, lat int64
		err = r.Scan(&id, &lon, &lat)
		spots[id] = geo.Of(lon, lat)
		return id, err
	}, `select case_id, lon, lat from case_position where case_id in (?`+strings.Repeat(", ?", len(args)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("positions of %d cases: %w", len(lines), err)
	}
	return spots, nil
}

// AboutThing lists the cases that an actor sees about a fixture, those closed included, the latest first, up to limit.
func (c *Cases) AboutThing(tx *db.Tx, by staff.Actor, thing db.ID, limit int) ([]Line, error) {
	ids, err := db.Select(tx, scanID, `select case_id from case_position where thing = ? and thing <> 0 order by at desc, case_id desc limit ?`, thing, limit)
	if err != nil {
		return nil, fmt.Errorf("cases about a fixture: %w", err)
	}
	seen := ids[:0]
	for _, id := range ids {
		switch _, err := visible(tx, by, id); {
		case err == nil:
			seen = append(seen, id)
		case fault.KindOf(err) != fault.KindNotFound && fault.KindOf(err) != fault.KindForbidden:
			return nil, err
		}
	}
	return c.linesFor(tx, by, seen)
}
