package event

import (
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// JobPlaces is the kind of job that tells packages above that places changed; its argument is a PlacesMoved.
const JobPlaces = "places-moved"

// A PlacesMoved (区划变更通知) says where the records of former places belong now, in the order in which they are to follow.
type PlacesMoved struct{ Moves []PlaceMove }

// A PlaceMove (记录归属变更) is one former path and the place that has its records now.
type PlaceMove struct{ From, Code, Path string }

// move lets what is registered below a former path follow.
func (m *PlacesMoved) move(tx *db.Tx, former string, now place.Place) error {
	if former == now.Path {
		return nil
	}
	m.Moves = append(m.Moves, PlaceMove{former, now.Code, now.Path})
	return register.FollowPlace(tx, former, now)
}

// MergeAreas lets places become one (see place.Merge): whoever and whatever is registered there follows, and cases do by a job. Returns forbidden for
// whoever is no administrator, and invalid.
func (e *Events) MergeAreas(tx *db.Tx, by staff.Actor, c place.Change, codes []string, into place.New) error {
	if !by.HasAny(staff.Admin) {
		return fault.Forbidden("区划变更由管理员登记")
	}
	before, err := place.Paths(tx, codes...)
	if err != nil {
		return err
	}
	c.By = by.AuditName()
	if err := place.Merge(tx, c, codes, into); err != nil {
		return err
	}
	now, err := place.Get(tx, into.Code)
	if err != nil {
		return err
	}
	var moved PlacesMoved
	for _, code := range codes {
		if path := before[code]; path != "" {
			if err := moved.move(tx, path, now); err != nil {
				return err
			}
		}
	}
	return e.areaDone(tx, by, Merged, c, now, moved)
}

// SplitArea divides a place (see place.Split). Each dwelling goes to the part that allot names for it or for what it is part of, and the rest to the first
// part; people go with the dwelling where they live, and are told of with their new place. Returns forbidden for whoever is no administrator, and invalid.
func (e *Events) SplitArea(tx *db.Tx, by staff.Actor, c place.Change, code string, parts []place.New, children map[string]string, allot map[db.ID]string) error {
	if !by.HasAny(staff.Admin) {
		return fault.Forbidden("区划变更由管理员登记")
	}
	if len(parts) == 0 {
		return fault.Invalid("parts", "请填写拆分成的区划")
	}
	old, err := place.Get(tx, code)
	if err != nil {
		return err
	}
	c.By = by.AuditName()
	if err := place.Split(tx, c, code, parts, children); err != nil {
		return err
	}
	first, err := place.Get(tx, parts[0].Code)
	if err != nil {
		return err
	}
	d, err := e.begin(tx, by, c.On, c.Basis, first.Path)
	if err != nil {
		return err
	}
	d.t.Source = fact.Source{Kind: fact.BySystem, Name: "区划变更"}
	for dwelling, part := range allot {
		at, err := register.StandingPlace(tx, "allot", part)
		if err != nil {
			return err
		}
		people, err := register.FollowDwelling(tx, dwelling, old.Path, at)
		if err != nil {
			return err
		}
		for _, id := range people {
			if err := d.change(person(id), lexicon.Place, at.Code); err != nil {
				return err
			}
		}
	}
	var moved PlacesMoved
	for child := range children {
		now, err := place.Get(tx, child)
		if err != nil {
			return err
		}
		if err := moved.move(tx, old.Path+child+"/", now); err != nil {
			return err
		}
	}
	if err := moved.move(tx, old.Path, first); err != nil {
		return err
	}
	return e.areaDone(tx, by, Parted, c, first, moved)
}

// areaDone writes the log and lets packages above follow.
func (e *Events) areaDone(tx *db.Tx, by staff.Actor, kind Kind, c place.Change, at place.Place, moved PlacesMoved) error {
	if _, err := job.Enqueue(tx, JobPlaces, moved); err != nil {
		return err
	}
	return record(tx, by, string(kind), fact.Subject{Kind: "place"}, map[string]string{"code": at.Code, "basis": c.Basis})
}
