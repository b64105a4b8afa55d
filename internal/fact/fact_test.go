package fact_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
)

func each(t *testing.T, test func(t *testing.T, d *db.DB, clock *dbtest.Clock)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		test(t, d, clock)
	}, audit.Migrations, place.Migrations, fact.Migrations)
}

func date(n int) civil.Date {
	if n < 0 {
		return civil.Date{}
	}
	return civil.MustDate("2026-03-01").AddDays(n)
}

var (
	police = fact.Telling{Source: fact.Source{Kind: fact.BySystem, Name: "公安"}, Path: "4112/411202/"}
	clerk  = fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "窗口"}, By: "clerk-1", Path: "4112/411202/"}
	self   = fact.Telling{Source: fact.Source{Kind: fact.BySelf}, Certainty: fact.Stated, Path: "4112/411202/"}
)

// A plain model: for each day, who says what and how surely.
type holding struct {
	value  string
	source fact.Source
	sure   fact.Certainty
}

const days = 14

// apply does to the model what Put and Change promise, day by day.
func apply(m *[days]holding, f fact.Fact, from, to int, event bool) {
	resisted, same := false, true
	for d := from; d < to; d++ {
		if m[d].value != f.Value || rank(m[d].sure) < rank(f.Certainty) {
			same = false
		}
		if m[d].value != "" && m[d].value != f.Value && m[d].sure == fact.Confirmed && m[d].source != f.Source {
			resisted = true
		}
	}
	if same || resisted && !event {
		return
	}
	for d := from; d < to; d++ {
		m[d] = holding{f.Value, f.Source, f.Certainty}
	}
}

func rank(c fact.Certainty) int {
	return map[fact.Certainty]int{fact.Confirmed: 2, fact.Stated: 1}[c]
}

// Nothing is overwritten, and a question on both axes answers what was answered then.
func TestTimeOnBothAxes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		rapid.Check(t, func(t *rapid.T) {
			s := fact.Person(db.NewID())
			var model [days]holding
			type moment struct {
				at    db.Time
				model [days]holding
			}
			var moments []moment
			rows := map[db.ID]string{}
			for range rapid.IntRange(1, 7).Draw(t, "tellings") {
				clock.Advance(time.Minute)
				from := rapid.IntRange(0, days-1).Draw(t, "from")
				to := rapid.IntRange(from+1, days).Draw(t, "to")
				f := fact.Fact{Subject: s, Name: "occupation", Value: rapid.SampledFrom([]string{"木工", "瓦工", "司机"}).Draw(t, "value"), From: date(from), To: date(to)}
				f.Telling = rapid.SampledFrom([]fact.Telling{police, clerk, self}).Draw(t, "source")
				event := rapid.Bool().Draw(t, "event")
				if to == days {
					f.To = civil.Date{}
				}
				if err := d.Write(context.Background(), func(tx *db.Tx) error {
					do := fact.Put
					if event {
						do = fact.Change
					}
					_, err := do(tx, f)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if f.Certainty == "" {
					f.Certainty = fact.Confirmed
				}
				apply(&model, f, from, to, event)
				moments = append(moments, moment{db.At(clock.Now()), model})
				if err := d.Read(context.Background(), func(tx *db.Tx) error { return unaltered(t, tx, s, rows) }); err != nil {
					t.Fatal(err)
				}
			}
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				for i, m := range moments {
					for day := range days {
						f, known, err := fact.One(tx, s, "occupation", fact.AsOf{Valid: date(day), Known: m.at})
						if err != nil {
							return err
						}
						if known != (m.model[day].value != "") || f.Value != m.model[day].value {
							return fmt.Errorf("telling %d, day %d: %q, and then it was %q", i, day, f.Value, m.model[day].value)
						}
					}
				}
				list, err := fact.Of(tx, s, fact.AsOf{Valid: date(days + 5)})
				if len(list) > 1 {
					return fmt.Errorf("two values on one day: %+v", list)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	})
}

// unaltered compares each row with what it was when it was first seen.
func unaltered(t *rapid.T, tx *db.Tx, s fact.Subject, rows map[db.ID]string) error {
	list, err := fact.History(tx, s, "")
	seen := map[db.ID]bool{}
	for _, f := range list {
		text := fmt.Sprint(f.Value, f.From, f.To, f.Recorded, f.Source, f.Certainty, f.By, f.Deed)
		if was, known := rows[f.ID]; known && was != text {
			t.Fatalf("a row was altered: %s, and was %s", text, was)
		}
		rows[f.ID], seen[f.ID] = text, true
	}
	if len(seen) != len(rows) {
		t.Fatalf("%d rows were there, %d are", len(rows), len(seen))
	}
	return err
}

func TestUndoBringsBackWhatADeedEnded(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s, spouse, home := fact.Person(db.NewID()), fact.Person(db.NewID()), fact.Dwelling(db.NewID())
		wed := clerk
		wed.Deed = db.NewID()
		var live fact.Relation
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := fact.Put(tx, fact.Fact{Subject: s, Name: lexicon.MaritalStatus, Value: "single", Telling: police})
			if err == nil {
				live, err = fact.Relate(tx, fact.Relation{Name: lexicon.LivesAt, From: s, To: home, Since: date(0), Telling: police})
			}
			return err
		})
		clock.Advance(time.Hour)
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := fact.Change(tx, fact.Fact{Subject: s, Name: lexicon.MaritalStatus, Value: "married", From: date(3), Telling: wed})
			if err == nil {
				_, err = fact.Relate(tx, fact.Relation{Name: lexicon.SpouseOf, From: s, To: spouse, Since: date(3), Telling: wed})
			}
			if err == nil {
				err = fact.End(tx, live, date(3), wed)
			}
			return err
		})
		check := func(day int, status string, relations int) {
			t.Helper()
			dbtest.Read(t, d, func(tx *db.Tx) error {
				f, _, err := fact.One(tx, s, lexicon.MaritalStatus, fact.AsOf{Valid: date(day)})
				if err != nil {
					return err
				}
				rel, err := fact.Relations(tx, s, fact.AsOf{Valid: date(day)})
				if f.Value != status || len(rel) != relations {
					t.Errorf("day %d: %q and %d relations", day, f.Value, len(rel))
				}
				return err
			})
		}
		check(2, "single", 1)
		check(4, "married", 1) // the spouse; the home ended
		var before db.Time = db.At(clock.Now())
		clock.Advance(time.Hour)
		dbtest.Write(t, d, func(tx *db.Tx) error { _, err := fact.Undo(tx, wed.Deed, clerk); return err })
		check(4, "single", 1) // the home again, and no spouse
		dbtest.Read(t, d, func(tx *db.Tx) error {
			f, _, err := fact.One(tx, s, lexicon.MaritalStatus, fact.AsOf{Valid: date(4), Known: before})
			if f.Value != "married" {
				t.Errorf("what we held before the undoing is %q", f.Value)
			}
			return err
		})
		err := d.Write(context.Background(), func(tx *db.Tx) error { _, err := fact.Undo(tx, wed.Deed, clerk); return err })
		if fault.KindOf(err) != fault.KindConflict {
			t.Errorf("undone twice: %v", err)
		}
	})
}

func TestConflictsWaitAndAreSettledOnce(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := fact.Person(db.NewID())
		var out fact.Outcome
		put := func(value string, by fact.Telling) fact.Outcome {
			t.Helper()
			clock.Advance(time.Second)
			dbtest.Write(t, d, func(tx *db.Tx) (err error) {
				out, err = fact.Put(tx, fact.Fact{Subject: s, Name: "ethnicity", Value: value, Telling: by})
				return err
			})
			return out
		}
		put("汉族", police)
		first := put("回族", clerk)
		if first.Conflict.IsZero() || first.Fact.Value != "汉族" {
			t.Fatalf("two confirmed sources gave %+v", first)
		}
		if again := put("回族", clerk); again.Conflict != first.Conflict {
			t.Error("the same telling waits twice")
		}
		weak := put("满族", self)
		if weak.Conflict.IsZero() {
			t.Error("a weaker telling that disagrees was lost")
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := fact.Conflicts(tx, fact.Queue{Places: []string{"4112/411202/"}, Limit: 10})
			if len(list) != 2 || list[0].Value != "回族" {
				t.Errorf("the queue holds %+v", list)
			}
			elsewhere, err2 := fact.Conflicts(tx, fact.Queue{Places: []string{"4112/411203/"}, Limit: 10})
			nowhere, err3 := fact.Conflicts(tx, fact.Queue{Limit: 10})
			if len(elsewhere)+len(nowhere) != 0 || err2 != nil || err3 != nil {
				t.Errorf("seen elsewhere: %v %v", elsewhere, nowhere)
			}
			return err
		})
		settle := func(id db.ID, take bool, reason string) error {
			return d.Write(context.Background(), func(tx *db.Tx) error { _, err := fact.Settle(tx, "clerk-2", id, take, reason); return err })
		}
		if err := settle(first.Conflict, true, "无"); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("without a reason: %v", err)
		}
		if err := settle(first.Conflict, true, "户口簿原件为准"); err != nil {
			t.Fatal(err)
		}
		if err := settle(first.Conflict, false, "户口簿原件为准"); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("settled twice: %v", err)
		}
		if err := settle(weak.Conflict, false, "本人记错，已说明"); err != nil {
			t.Fatal(err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			f, _, err := fact.One(tx, s, "ethnicity", fact.AsOf{})
			if f.Value != "回族" || f.Source != clerk.Source {
				t.Errorf("settled, it is %+v", f)
			}
			list, _ := fact.Conflicts(tx, fact.Queue{Places: []string{"4112/"}, Limit: 10})
			if len(list) != 0 {
				t.Error("settled conflicts wait")
			}
			return err
		})
	})
}

func TestCorrectionsNeedTwoPersons(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := fact.Person(db.NewID())
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := fact.Put(tx, fact.Fact{Subject: s, Name: "name", Value: "王方", Telling: police})
			return err
		})
		ask := func(by, value string) (c fact.Correction, err error) {
			clock.Advance(time.Minute)
			err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
				c, err = fact.AskCorrection(tx, fact.Correction{Subject: s, Name: "name", Value: value, Reason: "录入时写错了字", Path: "4112/", AskedBy: by})
				return err
			})
			return c, err
		}
		if _, err := ask("a", "王方"); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("nothing to correct: %v", err)
		}
		c, err := ask("a", "王芳")
		if err != nil {
			t.Fatal(err)
		}
		_, err = ask("b", "王放")
		if fault.KindOf(err) != fault.KindConflict || !strings.Contains(fault.As(err).Message(), "王芳") {
			t.Errorf("the second clerk hears %v", err)
		}
		decide := func(by string, id db.ID, approve bool) error {
			clock.Advance(time.Minute)
			return d.Write(context.Background(), func(tx *db.Tx) error { _, err := fact.Decide(tx, by, id, approve, "核对过户口簿"); return err })
		}
		if err := decide("a", c.ID, true); fault.KindOf(err) != fault.KindForbidden {
			t.Errorf("approved by who asked: %v", err)
		}
		if err := decide("b", c.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := decide("c", c.ID, false); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("decided twice: %v", err)
		}
		// what a correction was to replace is changed by somebody else meanwhile
		c, err = ask("a", "王芬")
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := fact.Change(tx, fact.Fact{Subject: s, Name: "name", Value: "王芳芳", Telling: police})
			return err
		})
		if err := decide("b", c.ID, true); fault.KindOf(err) != fault.KindConflict || !strings.Contains(fault.As(err).Message(), "王芳芳") {
			t.Errorf("approved over a later change: %v", err)
		}
		if err := decide("b", c.ID, false); err != nil {
			t.Errorf("rejecting it: %v", err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := fact.History(tx, s, "name")
			if len(list) != 3 || list[0].Value != "王芳芳" || list[2].Value != "王方" {
				t.Errorf("history %+v", list)
			}
			return err
		})
	})
}

func TestRelationsKeepTheirBounds(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		a, b, c := fact.Person(db.NewID()), fact.Person(db.NewID()), fact.Person(db.NewID())
		relate := func(r fact.Relation) error {
			clock.Advance(time.Second)
			r.Telling = clerk
			return d.Write(context.Background(), func(tx *db.Tx) error { _, err := fact.Relate(tx, r); return err })
		}
		if err := relate(fact.Relation{Name: lexicon.SpouseOf, From: a, To: b, Since: date(1)}); err != nil {
			t.Fatal(err)
		}
		for _, second := range []fact.Relation{
			{Name: lexicon.SpouseOf, From: a, To: c, Since: date(2)}, {Name: lexicon.SpouseOf, From: c, To: a, Since: date(2)},
			{Name: lexicon.SpouseOf, From: c, To: b, Since: date(2)}, {Name: lexicon.SpouseOf, From: b, To: c, Since: date(2)},
		} {
			if err := relate(second); fault.KindOf(err) != fault.KindConflict {
				t.Errorf("a second spouse: %v", err)
			}
		}
		if err := relate(fact.Relation{Name: lexicon.SpouseOf, From: b, To: a, Since: date(1)}); err != nil {
			t.Errorf("the same told from the other end: %v", err)
		}
		for _, wrong := range []fact.Relation{
			{Name: lexicon.LivesAt, From: a, To: b}, {Name: "likes", From: a, To: b}, {Name: lexicon.ParentOf, From: a, To: a},
			{Name: lexicon.ParentOf, From: a, To: b, Since: date(3), Until: date(3)},
		} {
			if err := relate(wrong); fault.KindOf(err) != fault.KindInvalid {
				t.Errorf("%s: %v", wrong.Name, err)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := fact.Relations(tx, b, fact.AsOf{Valid: date(5)})
			if len(list) != 1 || list[0].Other(b) != a || list[0].Label(b) != "配偶" {
				t.Errorf("seen from the other end: %+v", list)
			}
			return err
		})
	})
}
