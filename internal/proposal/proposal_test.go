package proposal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/proposal"
	"linli/test/town"
)

// A street is the town where things are reported.
type street struct {
	*town.Town
	t *testing.T
	x *proposal.Proposals
	n int
}

func each(t *testing.T, test func(s *street)) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		test(&street{Town: w, t: t, x: proposal.New(town.City, w.Cases)})
	}, proposal.Migrations)
}

var spot = geo.Point{Lon: 111.2, Lat: 34.8}

func north(metres float64) geo.Point {
	return geo.Point{Lon: spot.Lon, Lat: spot.Lat + metres/111_195}
}

// report registers a case a day later and lets the program look.
func (s *street) report(kind string, p geo.Point, thing db.ID) {
	s.t.Helper()
	s.n++
	key, desk := fmt.Sprint("report", s.n), s.Actor(s.t, "desk")
	s.Clock.Advance(24 * time.Hour)
	s.Write(s.t, func(tx *db.Tx) error {
		_, err := s.Cases.Register(tx, desk, casework.Intake{Key: key, Flow: "mailbox", Place: town.Willow, Kind: kind, Where: &casework.Position{Point: p}, Thing: thing,
			Fields: map[string]string{"sender": "许甲", "subject": "井盖松动", "content": "井盖松动，请派人查看处理。"}, Sets: map[string]any{"weight": "ordinary", "digest": "井盖"}})
		return err
	})
	s.look()
}

func (s *street) look() {
	s.t.Helper()
	if _, err := audit.SequenceAll(context.Background(), s.DB); err != nil {
		s.t.Fatal(err)
	}
	for more := true; more; {
		s.Write(s.t, func(tx *db.Tx) (err error) { more, err = s.x.Find(tx); return err })
	}
}

func (s *street) list(login string, state proposal.State, want int) []proposal.Proposal {
	s.t.Helper()
	by := s.Actor(s.t, login)
	var list []proposal.Proposal
	s.Read(s.t, func(tx *db.Tx) (err error) { list, err = s.x.List(tx, by, state); return err })
	if len(list) != want {
		s.t.Fatalf("%s sees %d %s proposals, want %d: %+v", login, len(list), state, want, list)
	}
	return list
}

func TestThreeReportsOfOneSpotMakeOneProposal(t *testing.T) {
	each(t, func(s *street) {
		s.report("part-01-02", north(0), 0)
		s.report("part-01-03", north(10), 0)
		s.report("part-02-01", north(5), 0)  // of another group
		s.report("part-01-02", north(90), 0) // too far
		s.list("supervisor", proposal.Waiting, 0)
		s.report("part-01-02", north(15), 0)
		p := s.list("supervisor", proposal.Waiting, 1)[0]
		if p.Reports != 3 || p.Group != "part-01" || p.Place() != town.Willow {
			s.t.Fatalf("proposal %+v", p)
		}
		s.report("part-01-02", north(12), 0)
		s.look()
		if p = s.list("street", proposal.Waiting, 1)[0]; p.Reports != 4 {
			s.t.Errorf("a fourth report: %+v", p)
		}
		s.list("verifier-east", proposal.Waiting, 1)
		by := s.Actor(s.t, "desk")
		s.Read(s.t, func(tx *db.Tx) error {
			lines, err := s.x.Members(tx, by, p)
			if len(lines) != 4 {
				s.t.Errorf("%d members", len(lines))
			}
			return err
		})
		err := s.DB.Write(context.Background(), func(tx *db.Tx) error {
			_, err := s.x.Start(tx, s.Actor(s.t, "verifier"), "k", p.ID, proposal.Start{Flow: "mailbox", Words: "更换整段井盖"})
			return err
		})
		if fault.KindOf(err) != fault.KindForbidden {
			s.t.Errorf("a verifier starts: %v", err)
		}
	})
}

func TestADecisionHolds(t *testing.T) {
	each(t, func(s *street) {
		three := func() {
			for range 3 {
				s.report("part-01-02", north(0), 0)
			}
		}
		three()
		p := s.list("supervisor", proposal.Waiting, 1)[0]
		by := s.Actor(s.t, "supervisor")
		dismiss := func(words string, days int) error {
			return s.DB.Write(context.Background(), func(tx *db.Tx) error { return s.x.Dismiss(tx, by, p.ID, words, place.Today(tx).AddDays(days)) })
		}
		for _, err := range []error{dismiss("", 5), dismiss("已列入下月计划", -1), dismiss("已列入下月计划", 400)} {
			if fault.KindOf(err) != fault.KindInvalid {
				s.t.Errorf("dismissed: %v", err)
			}
		}
		if err := dismiss("已列入下月计划", 5); err != nil {
			s.t.Fatal(err)
		}
		if err := dismiss("再来一次", 5); fault.KindOf(err) != fault.KindConflict {
			s.t.Errorf("decided twice: %v", err)
		}
		three() // within the days of the dismissal
		s.list("supervisor", proposal.Waiting, 0)
		three() // three more, of which the last come after it
		p = s.list("supervisor", proposal.Waiting, 1)[0]
		if p.Reports < 3 {
			s.t.Errorf("after the dismissal: %+v", p)
		}
		s.list("supervisor", proposal.Dismissed, 1)
		var r casework.Receipt
		s.Write(s.t, func(tx *db.Tx) (err error) {
			r, err = s.x.Start(tx, s.Actor(s.t, "desk"), "start", p.ID, proposal.Start{Flow: "mailbox", Words: "更换整段井盖"})
			return err
		})
		s.look()
		if done := s.list("supervisor", proposal.Started, 1)[0]; done.Case != r.Case || done.DecidedBy == "" {
			s.t.Errorf("started %+v", done)
		}
		s.list("supervisor", proposal.Waiting, 0)
		s.Read(s.t, func(tx *db.Tx) error {
			links, err := s.Cases.Links(tx, s.Actor(s.t, "desk"), r.Case)
			if len(links) != p.Reports {
				s.t.Errorf("%d links, want %d", len(links), p.Reports)
			}
			return err
		})
	})
}

func TestOneFixtureWhereverItIsSeen(t *testing.T) {
	each(t, func(s *street) {
		const thing = 77
		s.report("", north(0), thing)
		s.report("part-01-02", north(100), thing)
		s.report("part-09-02", north(200), thing)
		if p := s.list("supervisor", proposal.Waiting, 1)[0]; p.Thing != thing || p.Reports != 3 {
			s.t.Errorf("proposal %+v", p)
		}
		s.Clock.Advance(60 * 24 * time.Hour)
		s.report("part-03-02", north(500), 0)
		s.report("part-03-02", north(500), 0)
		s.Clock.Advance(40 * 24 * time.Hour)
		s.report("part-03-02", north(500), 0) // the first two are too long ago
		s.list("supervisor", proposal.Waiting, 1)
	})
}
