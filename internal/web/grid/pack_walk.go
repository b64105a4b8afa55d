package grid

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/grid"
	"linli/internal/round"
	"linli/internal/staff"
)

// packFixtures is how many fixtures a device carries.
const packFixtures = 2000

// A packWalk is what a worker goes by in the street: what stands there, where to go today, whom to visit, and whether he is on duty.
type packWalk struct {
	Fixtures []packFixture `json:"fixtures"`
	Rounds   []packRound   `json:"rounds"`
	Visits   []round.Call  `json:"visits"`
	Duty     packDuty      `json:"duty"`
}

type packFixture struct {
	ID    db.ID         `json:"id"`
	Code  string        `json:"code"`
	Class string        `json:"class"`
	Name  string        `json:"name"`
	Lon   float64       `json:"lon"`
	Lat   float64       `json:"lat"`
	State fixture.State `json:"state"`
}

// A packRound is a task; its points stay those of package round.
type packRound struct {
	ID     db.ID         `json:"id"`
	Name   string        `json:"name"`
	Due    db.Time       `json:"due"` // the end of its last day
	Points []round.Point `json:"points"`
}

type packDuty struct {
	On    bool    `json:"on"`
	Since db.Time `json:"since,omitzero"`
}

// walk reads what the worker goes by. Persons to visit are told apart from the other points, and not carried twice.
func (s *Sync) walk(tx *db.Tx, by staff.Actor) (w packWalk, err error) {
	w = packWalk{Fixtures: []packFixture{}, Rounds: []packRound{}, Visits: []round.Call{}}
	list, err := fixture.Carried(tx, by, packFixtures)
	if err != nil {
		return w, err
	}
	classes, err := fixture.Classes(tx)
	if err != nil {
		return w, err
	}
	for _, f := range list {
		w.Fixtures = append(w.Fixtures, packFixture{ID: f.ID, Code: f.Code, Class: f.Class, Name: fixture.ClassName(classes, f.Class), Lon: f.Where.Lon, Lat: f.Where.Lat, State: f.State})
	}
	shift, on, err := grid.OnDuty(tx, by.Account)
	if err != nil {
		return w, err
	}
	if on {
		w.Duty = packDuty{true, shift.Began}
	}
	tasks, err := s.Inbox.Rounds.Today(tx, by)
	if err != nil {
		return w, err
	}
	for _, t := range tasks {
		r := packRound{ID: t.ID, Name: t.Name, Due: db.At(t.Due.AddDays(1).In(civil.Shanghai)), Points: []round.Point{}}
		for _, p := range t.Points {
			if p.Kind != "person" {
				r.Points = append(r.Points, p)
			}
		}
		if len(r.Points) > 0 {
			w.Rounds = append(w.Rounds, r)
		}
	}
	calls, err := s.Inbox.Rounds.Calls(tx, by)
	w.Visits = append(w.Visits, calls...)
	return w, err
}
