package app

import (
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/job"
)

// portion is how many cases follow their place in one transaction.
const portion = 200

// followPlaces lets cases follow when places merged or were split, a portion at a time.
func (a *App) followPlaces(tx *db.Tx, j job.Job) error {
	var moved event.PlacesMoved
	if err := j.Decode(&moved); err != nil {
		return err
	}
	if len(moved.Moves) == 0 {
		a.Places.Follow(tx)
		return nil
	}
	m := moved.Moves[0]
	n, err := a.Cases.FollowPlace(tx, m.From, m.Code, m.Path, portion)
	if err != nil {
		return err
	}
	if n == 0 {
		moved.Moves = moved.Moves[1:]
	}
	_, err = job.Enqueue(tx, event.JobPlaces, moved)
	return err
}
