package indicator_test

import (
	"math/rand/v2"
	"testing"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/indicator"
	"linli/internal/indicator/indicatortest"
	"linli/internal/staff"
)

var june = civil.Period{From: civil.MustDate("2026-06-01"), To: civil.MustDate("2026-06-30")}

const logged = "4112"

// change alters a case and tells the log, as a step does.
func (o *desk) change(r *rand.Rand, tx *db.Tx, id any) error {
	err := tx.Exec(`update case_record set replied = ?, met = ?, late = ?, reworks = ?, lead = ?, state = ? where id = ?`, r.IntN(2), r.IntN(3)-1, r.IntN(2),
		r.IntN(2), pick(r, "housing", "roads", "east-gov"), pick(r, "dispatched", "closed", "merged"), id)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: logged, Actor: "somebody", Verb: "reply", Subject: "case:" + db.ID(id.(int64)).String() + "/2", Digest: audit.Digest([]byte("step"))})
}

// Whatever happens between the answers, with the log sequenced and not, a live answer is what asking the database gives.
func TestLiveFiguresAgreeWithTheDatabase(t *testing.T) {
	each(t, 500, func(o *desk) {
		var defs []indicator.Definition
		for _, d := range o.x.List(june.To) {
			if d.Document == indicator.Standard {
				defs = append(defs, d)
			}
		}
		live := o.x.NewLive(logged)
		r := rand.New(rand.NewPCG(3, 4))
		for round := range 12 {
			for _, by := range []staff.Actor{o.Supervisor, o.County, o.Handler} {
				for _, q := range []indicator.Question{{Period: june}, {Period: june, By: "lead"}, {Period: june, By: "raised_by"}, {Period: june, Unit: "housing"},
					{Period: june, By: indicator.ByArea, Area: indicator.Home(by)}} {
					o.agree(live, by, q, defs)
				}
			}
			dbtest.Write(t, o.DB, func(tx *db.Tx) error {
				for range 5 {
					if err := o.change(r, tx, o.rows[r.IntN(len(o.rows))]["id"]); err != nil {
						return err
					}
				}
				row := o.invent(r)
				row["month"], row["registered_at"] = "2026-06", "2026-06-11T02:00:00.000Z"
				if err := o.put(tx, row); err != nil {
					return err
				}
				return o.change(r, tx, row["id"])
			})
			if round%3 == 1 {
				if _, err := audit.Sequence(t.Context(), o.DB, logged); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func (o *desk) agree(live *indicator.Live, by staff.Actor, q indicator.Question, defs []indicator.Definition) {
	o.t.Helper()
	var got []indicator.Answer
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) (err error) { got, err = live.Ask(tx, by, q, defs...); return err })
	for i, want := range o.ask(by, q, defs...) {
		if got[i].Total != want.Total {
			o.t.Errorf("%s for %s by %q: live %+v, asked %+v", want.Ref(), by.Name, q.By, got[i].Total, want.Total)
		}
		for _, f := range want.Figures {
			if g := got[i].Of(f.Key); g != f {
				o.t.Errorf("%s for %s by %q, %q: live %+v, asked %+v", want.Ref(), by.Name, q.By, f.Key, g, f)
			}
		}
	}
}

// What is not one whole month of all cases is asked as ever; nobody is told more than by asking.
func TestLiveFiguresAskWhatTheyDoNotKeep(t *testing.T) {
	each(t, 200, func(o *desk) {
		live := o.x.NewLive(logged)
		d, err := o.x.Find("sm12-69", "mailbox-on-time", quarter.To)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []indicator.Question{{Period: quarter}, {Period: june, By: "weight"}, {Period: june, Open: true}, {Period: june, Flows: []string{"letter"}}, {}} {
			o.agree(live, o.Supervisor, q, []indicator.Definition{d})
		}
		dbtest.Read(t, o.DB, func(tx *db.Tx) error {
			if _, err := live.Ask(tx, staff.Actor{Name: "nobody"}, indicator.Question{Period: june}, d); err == nil {
				t.Error("somebody without a scope was answered")
			}
			if _, err := live.Ask(tx, o.County, indicator.Question{Period: june, Area: indicatortest.West}, d); err == nil {
				t.Error("a county was answered about another")
			}
			return nil
		})
	})
}
