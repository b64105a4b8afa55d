package round_test

import (
	"fmt"
	"testing"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/round"
	"linli/internal/staff"
)

// corrected carries a hazard to the point where its unit says that it is put right.
func (w *town) corrected(key, unit string, by staff.Actor) db.ID {
	w.Helper()
	var id db.ID
	w.write(func(tx *db.Tx) error {
		r, err := w.cases.Register(tx, w.desk, casework.Intake{Key: key, Flow: "hazard", Fields: map[string]string{"what": "出口堵塞"}, Place: "411202001001"})
		if err != nil {
			return err
		}
		id = r.Case
		for _, a := range []struct {
			by  staff.Actor
			act flow.Act
		}{{w.desk, flow.Act{Verb: flow.Accept}}, {w.desk, flow.Act{Verb: flow.Dispatch, To: unit}}, {by, flow.Act{Verb: flow.Reply, Words: "已清理"}}} {
			k, err := w.cases.Stored(tx, id)
			if err != nil {
				return err
			}
			if _, err := w.cases.Do(tx, a.by, id, casework.Act{Act: a.act, Key: key + string(a.act.Verb), Version: k.Version}); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// Every hazard that is put right owes a re-check, as soon as it is, by somebody who had no hand in it.
func TestEveryCorrectionIsRechecked(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		w.sweep("2026-03-02")
		theirs := w.corrected("a", "works", w.handler)
		if s := w.sweep("2026-03-03"); s.Added != 1 {
			t.Fatalf("one correction: %+v", s)
		}
		own := w.corrected("b", "bureau", w.bureau)
		if s := w.sweep("2026-03-03"); s.Added != 1 {
			t.Fatalf("another correction: %+v", s)
		}
		if s := w.sweep("2026-03-03"); s.Added != 0 {
			t.Fatalf("added twice: %+v", s)
		}
		points := map[string]db.ID{}
		for _, task := range w.today(w.bureau) {
			for _, p := range task.Points {
				points[p.Subject] = p.ID
			}
		}
		if len(points) != 2 {
			t.Fatalf("points %v", points)
		}
		if _, err := w.record(w.bureau, round.Visit{Key: "1", Point: points[own.String()], Words: "已整改"}); fault.KindOf(err) != fault.KindRefused || fault.As(err).Clause.ID != "1" {
			t.Errorf("its own work: %v", err)
		}
		w.must(w.bureau, round.Visit{Key: "2", Point: points[theirs.String()], Words: "已整改"})
		if s := w.sweep("2026-03-04"); s.Added != 0 {
			t.Errorf("owed again: %+v", s)
		}
	})
}

// Of the cases closed in the month before, a fifth is drawn, by a seed with which everybody draws the same; who alters the draw is found out.
func TestClosedCasesAreDrawn(t *testing.T) {
	each(t, func(w *town) {
		t := w.T
		w.write(func(tx *db.Tx) error {
			for i := range 43 {
				closed := civil.MustDate("2026-02-01").AddDays(i % 28)
				if i >= 41 { // two of other months
					closed = civil.MustDate("2026-01-31").AddDays((i - 41) * 29)
				}
				err := tx.Exec(`insert into case_record (id, number, document, pack_version, flow, first_flow, channel, title, place, path, state, open,
					situation, version, month, registered_at, closed_at, last_step_at, yellow_at)
					values (?, ?, 'd1', '', 'hazard', 'hazard', 'hazard', '隐患', '411202', '4112/411202/', 'closed', 0, '{}', 1, '2026-01', '', ?, '', '')`,
					db.NewID(), fmt.Sprint("N", i), db.At(closed.In(civil.Shanghai).Add(3600e9)))
				if err != nil {
					return err
				}
			}
			return nil
		})
		w.sweep("2026-03-02")
		var plan round.Plan
		var d round.Draw
		w.read(func(tx *db.Tx) error {
			list, err := w.rounds.List(tx, w.bureau, round.Search{Round: "closed"})
			if err != nil || len(list) != 1 {
				t.Fatalf("plans %+v, %v", list, err)
			}
			plan = list[0]
			d, err = w.rounds.DrawOf(tx, w.bureau, plan.ID)
			if _, err := w.rounds.DrawOf(tx, w.stranger, plan.ID); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("a stranger: %v", err)
			}
			return err
		})
		if plan.Closed != 41 || plan.Points != 9 || len(d.Drawn) != 9 || !d.Holds || len(d.Seed) != 32 {
			t.Fatalf("plan %+v, draw %+v", plan, d)
		}
		w.read(func(tx *db.Tx) error {
			var detail string
			err := tx.QueryRow(`select detail from audit_entry where verb = 'round.draw'`).Scan(&detail)
			if want := fmt.Sprintf(`{"closed":41,"drawn":9,"list":%q,"seed":%q}`, d.List, d.Seed); detail != want {
				t.Errorf("log says %s, want %s", detail, want)
			}
			return err
		})
		w.write(func(tx *db.Tx) error {
			if err := tx.Exec(`update round_draw set drawn = 0 where plan = ? and turn = 1`, plan.ID); err != nil {
				return err
			}
			return tx.Exec(`update round_draw set drawn = 1 where plan = ? and turn = 20`, plan.ID)
		})
		w.read(func(tx *db.Tx) (err error) {
			if d, err = w.rounds.DrawOf(tx, w.bureau, plan.ID); d.Holds {
				t.Error("an altered draw holds")
			}
			return err
		})
	})
}
