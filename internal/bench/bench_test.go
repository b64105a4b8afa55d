package bench

import (
	"testing"

	"linli/internal/db/dbtest"
)

// TestCases carries letters for a second on each side: that every step is answered, that both sides write rows, and that nothing is
// left behind is what can be said without a stopwatch.
func TestCases(t *testing.T) {
	r, err := Cases(t.Context(), CasesOptions{Clients: 2, Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if r.Linli.Cases <= 0 || r.Floor.Cases <= 0 || r.Ratio <= 0 || r.Single == nil || r.Grouped <= 0 {
		t.Fatalf("report %+v", r)
	}
	for at, n := range r.Load.Rows {
		if n < 5 || r.Linli.Steps[at].Verb != verbs[at] {
			t.Errorf("step %s: %d rows, %+v", verbs[at], n, r.Linli.Steps[at])
		}
	}
	if r.Load.Bytes < 20 {
		t.Errorf("rows of %d bytes", r.Load.Bytes)
	}
}

func TestCasesOnPostgreSQL(t *testing.T) {
	url := dbtest.PostgresURL(t)
	r, err := Cases(t.Context(), CasesOptions{DB: url, Clients: 2, Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if r.DB != "postgres" || r.Linli.Cases <= 0 || r.Floor.Cases <= 0 || r.Single != nil {
		t.Fatalf("report %+v", r)
	}
}

func TestQueuesAskEverybody(t *testing.T) {
	dir := t.TempDir()
	first, err := Queues(t.Context(), QueuesOptions{Data: dir, Cases: 1500, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if first.Places != placesWanted || first.Open == 0 || first.Open >= first.Cases {
		t.Fatalf("city %+v", first)
	}
	rows := map[string]int{}
	for _, a := range first.Answers {
		rows[a.Actor+" "+a.Question] = a.Rows
	}
	for _, want := range []string{"city queue of 50", "city search, common word", "county count", "street queue of 50", "unit search, common word", "county roll-up of a month"} {
		if rows[want] == 0 {
			t.Errorf("%s found nothing", want)
		}
	}
	again, err := Queues(t.Context(), QueuesOptions{Data: dir, Cases: 1500, Rounds: 1})
	if err != nil || again.Open != first.Open {
		t.Fatalf("a filled folder is not taken as it is: %+v, %v", again, err)
	}
}

func TestRegisterAsksAndAnswers(t *testing.T) {
	r, err := Register(t.Context(), RegisterOptions{DB: "sqlite", Persons: 2000, Rounds: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Answers) != 6 || r.Answers[0].Rows != 1 || r.Answers[3].Rows < 15 || r.AsOf <= 0 {
		t.Errorf("measured %+v", r)
	}
}

func TestGridAsksAndAccepts(t *testing.T) {
	r, err := Grid(t.Context(), GridOptions{Events: 3000, Rounds: 3, Workers: 4, Seconds: 1, Queue: 2})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, a := range r.Answers {
		rows[a.Question] = a.Rows
	}
	for _, want := range []string{"map of the city, open", "map of the city, all, heat", "map of a street, all", "map of a month", "month evaluated again after one step"} {
		if rows[want] == 0 {
			t.Errorf("%s found nothing", want)
		}
	}
	if r.Located <= 0 || r.Grids < 5000 || r.Cases == 0 || r.Reports.Storm.PerSec == 0 || r.Offline.Stored != 2 || r.Offline.Cases != 2 {
		t.Errorf("measured %+v", r)
	}
}
