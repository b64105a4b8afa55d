package casework_test

import (
	"testing"
	"testing/fstest"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/register"
)

// called is a document by which units are called to the spot, and what is owed when one does not come.
var called = fstest.MapFS{
	"t/call/document.yaml": {Data: []byte("document: call\nnumber: 试〔2026〕9号\ntitle: 报到办法\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
	"t/call/clauses.yaml":  {Data: []byte("- { id: \"1\", at: 一, gist: 报到, runs: [flow/called] }\n")},
	"t/call/offices.yaml":  {Data: []byte("offices: []\n")},
	"t/call/flows/f.yaml": {Data: []byte("flow: called\nname: 吹哨\nchannel: called\nbasis: \"1\"\ncall: { term: 2h, basis: \"1\" }\n" +
		"dues:\n  - { id: superior, name: 报请上级协调, to: leader, when: absent > 0, paid-by: [note], basis: \"1\" }\n")},
}

// What follows from a unit's absence arises when it is late, and not with the next step that somebody takes.
func TestADebtArisesWhenACalledUnitDoesNotCome(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ix, err := pack.Load(called, pack.Options{})
		if err != nil {
			t.Fatal(err)
		}
		people, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		w.cases = casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: func() *pack.Index { return ix }, People: people})
		r := w.register("desk", casework.Intake{Flow: "called", Title: "塌陷", Body: "路面塌陷", Place: "411202001001", From: casework.Reporter{Name: "许某某"}})
		w.do("desk", r.Case, flow.Accept)
		w.do("dispatcher", r.Case, flow.Dispatch, func(a *casework.Act) { a.To = "sm-water" })
		w.do("dispatcher", r.Case, flow.Whistle, func(a *casework.Act) { a.With, a.Words = []string{"sm-roads"}, "请到现场" })
		lapsing := func() (ids []db.ID) {
			dbtest.Read(t, w.d, func(tx *db.Tx) (err error) { ids, err = w.cases.Lapsing(tx, 10); return err })
			return ids
		}
		if got := lapsing(); len(got) != 0 {
			t.Fatalf("late at once: %v", got)
		}
		w.clock.Advance(2*time.Hour + time.Minute)
		if got := lapsing(); len(got) != 1 || got[0] != r.Case {
			t.Fatalf("after the arrival limit: %v", got)
		}
		for i := range 2 {
			dbtest.Write(t, w.d, func(tx *db.Tx) error {
				did, err := w.cases.Lapse(tx, r.Case)
				if did != (i == 0) {
					t.Errorf("time %d: noted %v", i+1, did)
				}
				return err
			})
			if got := lapsing(); len(got) != 0 {
				t.Fatalf("still found after it was noted: %v", got)
			}
		}
		k, err := w.get("desk", r.Case)
		if err != nil || len(k.Situation.Owed) != 1 || k.Situation.Owed[0].ID != "superior" {
			t.Errorf("owed %+v, %v", k.Situation.Owed, err)
		}
	})
}
