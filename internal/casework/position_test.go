package casework_test

import (
	"context"
	"math"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/pack"
	"linli/internal/staff"
)

// corner is a point of the test town; east moves from it by metres.
var corner = geo.Point{Lon: 111.19, Lat: 34.78}

func east(metres float64) geo.Point {
	return geo.Point{Lon: corner.Lon + metres/111_194.9/math.Cos(corner.Lat*math.Pi/180), Lat: corner.Lat}
}

// seenAt registers a letter of a class that was seen at a point.
func (w *town) seenAt(kind string, p geo.Point) casework.Receipt {
	w.t.Helper()
	in := letter("路面破损")
	in.Kind, in.Where = kind, &casework.Position{Point: p, Accuracy: 12}
	return w.register("desk", in)
}

func (w *town) where(who string, id db.ID) (p *casework.Position, err error) {
	err = w.d.Read(context.Background(), func(tx *db.Tx) (err error) { p, err = w.cases.Where(tx, w.who[who], id); return err })
	return p, err
}

// near lists the ids that are near a point for somebody.
func (w *town) near(who staff.Actor, kind string, p geo.Point) (ids []db.ID, list []casework.NearCase) {
	w.t.Helper()
	dbtest.Read(w.t, w.d, func(tx *db.Tx) (err error) {
		list, err = w.cases.Near(tx, who, kind, p)
		return err
	})
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids, list
}

func TestAPositionIsKeptAndPutRight(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.seenAt("event-01-10", east(0))
		p, err := w.where("desk", r.Case)
		if err != nil || p == nil || geo.Distance(p.Point, east(0)) > 0.2 || p.Accuracy != 12 || !p.At.Equal(w.clock.Now()) {
			t.Fatalf("position %+v, %v", p, err)
		}
		w.clock.Advance(time.Hour)
		w.do("desk", r.Case, flow.Accept, func(a *casework.Act) { a.Where = &casework.Position{Point: east(300)} })
		if p, err = w.where("desk", r.Case); err != nil || geo.Distance(p.Point, east(300)) > 0.2 || !p.At.Equal(w.clock.Now()) {
			t.Fatalf("put right to %+v, %v", p, err)
		}
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			steps, err := w.cases.History(tx, w.who["desk"], r.Case)
			if err != nil || steps[0].Act.Where == nil || steps[0].Act.Where.Point != east(0) || steps[1].Act.Where.Point != east(300) {
				t.Errorf("history %+v, %v", steps, err)
			}
			return nil
		})
		if _, err := w.where("water", r.Case); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("nobody sees the position: %v", err)
		}
		plain := w.register("desk", letter("没有位置"))
		if p, err := w.where("desk", plain.Case); p != nil || err != nil {
			t.Errorf("a case without: %+v, %v", p, err)
		}
		w.do("desk", plain.Case, flow.Accept, func(a *casework.Act) { a.Where = &casework.Position{Point: east(10)} })
		if p, err := w.where("desk", plain.Case); p == nil || err != nil {
			t.Errorf("located by a later step: %+v, %v", p, err)
		}
		w.refused("desk", plain.Case, fault.KindInvalid, flow.Note, words("x"), func(a *casework.Act) { a.Where = &casework.Position{Point: geo.Point{Lon: 200}} })
		in := letter("位置不对")
		in.Key, in.Where = w.key(), &casework.Position{Point: corner, Accuracy: -1}
		err = w.d.Write(context.Background(), func(tx *db.Tx) error { _, err := w.cases.Register(tx, w.who["desk"], in); return err })
		if fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("an accuracy below zero gives %v", err)
		}
	})
}

func TestNearByClassDistanceAndTime(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		same := w.seenAt("event-01-10", east(30)).Case
		sameFar := w.seenAt("event-01-10", east(150)).Case
		group := w.seenAt("event-01-02", east(20)).Case
		w.seenAt("event-01-10", east(260)) // too far
		w.seenAt("event-010-1", east(5))   // of another group, whose name begins alike
		other := w.seenAt("part-02-01", east(5)).Case
		ids, list := w.near(w.who["desk"], "event-01-10", east(0))
		if len(ids) != 3 || ids[0] != same || ids[1] != group || ids[2] != sameFar {
			t.Fatalf("near: %+v", list)
		}
		if list[0].Metres != 30 || !list[0].Same || !list[0].Open || list[1].Same {
			t.Errorf("near: %+v", list)
		}
		if ids, _ := w.near(w.who["desk"], "", east(0)); len(ids) != 4 || ids[1] != other && ids[0] != other {
			t.Errorf("of any class: %v", ids)
		}
		if ids, list := w.near(staff.Actor{Account: 1, Grants: []staff.Grant{{Role: staff.Supervisor, Place: "4112/411203/"}}}, "event-01-10", east(0)); len(ids) != 0 {
			t.Errorf("another county sees %+v", list)
		}
		// A closed case counts for some days.
		w.do("desk", same, flow.Merge, func(a *casework.Act) { a.Case = sameFar.String() })
		if ids, list := w.near(w.who["desk"], "event-01-10", east(0)); len(ids) != 3 || ids[0] != same || list[0].Open {
			t.Errorf("closed of late: %+v", list)
		}
		w.clock.Advance(8 * 24 * time.Hour)
		if ids, _ := w.near(w.who["desk"], "event-01-10", east(0)); len(ids) != 2 || ids[0] != group {
			t.Errorf("closed long ago: %v", ids)
		}
	})
}

// checkPositions compares what stands beside positions with the cases.
func checkPositions(rt *rapid.T, w *town) {
	var wrong int
	err := w.d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from case_record c left join case_position p on p.case_id = c.id
			where c.located <> (case when p.case_id is null then 0 else 1 end)
			or c.located = 1 and (p.open <> c.open or p.kind <> c.kind or p.path <> c.path or p.at <> c.registered_at)`).Scan(&wrong)
	})
	if err != nil || wrong > 0 {
		rt.Fatalf("%d positions differ from their cases, %v", wrong, err)
	}
}

// How near is near is a number of the documents in force, and the city's to set.
func TestTheCitySaysHowNearIsNear(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.seenAt("event-01-10", east(0))
		if ids, _ := w.near(w.who["desk"], "event-01-10", east(40)); len(ids) != 1 || ids[0] != r.Case {
			t.Fatalf("forty metres off: %v", ids)
		}
		src := fstest.MapFS{}
		for name, text := range map[string]string{
			"t/near/document.yaml":  "document: near\nnumber: 试〔2026〕9号\ntitle: 就近办法\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
			"t/near/clauses.yaml":   "- { id: \"1\", at: 一, gist: 就近, runs: [bound/near-metres, bound/far-metres] }\n",
			"t/near/offices.yaml":   "offices: []\n",
			"t/near/bounds/st.yaml": "- { bound: near-metres, is: 10, basis: \"1\" }\n- { bound: far-metres, is: 30, basis: \"1\" }\n",
		} {
			src[name] = &fstest.MapFile{Data: []byte(text)}
		}
		ix, err := pack.Load(src, pack.Options{})
		if err != nil {
			t.Fatal(err)
		}
		own := casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: func() *pack.Index { return ix }})
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			list, err := own.Near(tx, w.who["desk"], "event-01-10", east(40))
			if err != nil || len(list) != 0 {
				t.Errorf("forty metres are near where thirty are far: %v, %v", list, err)
			}
			return nil
		})
	})
}
