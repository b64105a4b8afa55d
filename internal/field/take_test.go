package field_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/field"
	"linli/internal/flow"
	"linli/internal/grid"
	"linli/internal/picture"
	"linli/internal/staff"
	"linli/test/town"
)

// body is the body of an item.
func body(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// item is one without a position.
func (x *street) item(id string, k field.Kind, v any, photos ...string) field.Item {
	return field.Item{ID: id, Kind: k, At: x.Clock.Now(), Body: body(v), Photos: photos}
}

// taken syncs an item, lets the jobs run, and says how it stands.
func (x *street) taken(it field.Item) field.Result {
	x.t.Helper()
	x.sync(it)
	x.work()
	return x.ask(it.ID)
}

// do takes a step as somebody in office.
func (x *street) do(login string, id db.ID, a flow.Act) error {
	x.t.Helper()
	return x.DB.Write(x.t.Context(), func(tx *db.Tx) error {
		_, err := x.Cases.Do(tx, x.Actor(x.t, login), id, casework.Act{Act: a, Key: db.NewID().String()})
		return err
	})
}

// handled is a case that a worker reported and a unit handled.
func (x *street) handled(id string) (db.ID, int64) {
	x.t.Helper()
	r := x.taken(x.report(id, "井盖松动，踩上去会翻"))
	if r.State != field.Taken || r.Case == nil {
		x.t.Fatalf("%+v", r)
	}
	for _, s := range []struct {
		login string
		flow.Act
	}{{"jiandu", flow.Act{Verb: flow.Accept}}, {"zhihui", flow.Act{Verb: flow.Dispatch, To: town.Roads}}, {"roads", flow.Act{Verb: flow.Reply, Words: "已更换"}}} {
		x.Clock.Advance(time.Hour)
		if err := x.do(s.login, r.Case.ID, s.Act); err != nil {
			x.t.Fatalf("%s: %v", s.Verb, err)
		}
	}
	return r.Case.ID, x.load(r.Case.ID).Version
}

func (x *street) load(id db.ID) (k *casework.Case) {
	x.t.Helper()
	x.Read(x.t, func(tx *db.Tx) (err error) { k, err = x.Cases.Stored(tx, id); return err })
	return k
}

func TestAReportBecomesACaseWithItsPhotosAndItsOddities(t *testing.T) {
	each(t, func(x *street) {
		one, sha := photoOf(3)
		if _, err := x.bring(one, sha); err != nil {
			x.t.Fatal(err)
		}
		it := x.report("report-0001", "垃圾堆放三天", sha)
		it.Shots = map[string]field.Shot{sha: {At: x.Clock.Now().Add(-time.Minute), Lon: it.Lon, Lat: it.Lat}}
		r := x.taken(it)
		if r.State != field.Taken || r.Case == nil || !strings.Contains(r.Words, r.Case.Number) || len(r.Marks) != 0 {
			x.t.Fatalf("%+v", r)
		}
		k := x.load(r.Case.ID)
		if k.Place != town.Willow1 || k.Body != "垃圾堆放三天" || k.Spot != "东门" {
			x.t.Errorf("%+v", k)
		}
		x.Read(x.t, func(tx *db.Tx) error {
			links, err := blob.List(tx, "case:"+k.ID.String())
			if err != nil || len(links) != 1 || links[0].Hash != sha {
				x.t.Errorf("attached: %+v, %v", links, err)
			}
			w, err := x.Cases.Where(tx, x.by, k.ID)
			if err != nil || w == nil || w.Accuracy != 8 {
				x.t.Errorf("position %+v, %v", w, err)
			}
			list, err := picture.Of(tx, "case:"+k.ID.String())
			if err != nil || len(list) != 1 || list[0].Source != "phone" || !list[0].Placed {
				x.t.Errorf("photos %+v, %v", list, err)
			}
			c, there, err := picture.CopyOf(tx, sha)
			if err != nil || !there || c.Hash == sha || c.Type != "image/jpeg" {
				x.t.Errorf("copy %+v %v, %v", c, there, err)
			}
			return nil
		})
		far := x.report("report-0002", "路灯不亮")
		*far.Lon = 121.47
		r = x.taken(far)
		if r.State != field.Taken || !slices.Contains(r.Marks, field.MarkOutside) || !slices.Contains(r.Marks, field.MarkJump) {
			x.t.Fatalf("a leap off the city: %+v", r)
		}
		if v := x.load(r.Case.ID); v.Version != 2 || v.Place != town.Willow {
			x.t.Errorf("the oddities are not in the history of %+v", v)
		}
		if r := x.taken(x.report("report-0003", " ")); r.State != field.Refused || !strings.Contains(r.Words, "写明") {
			x.t.Errorf("nothing said: %+v", r)
		}
	})
}

func TestTheSameMatterIsJoined(t *testing.T) {
	each(t, func(x *street) {
		first := x.taken(x.report("report-0001", "井盖松动"))
		again := x.report("report-0002", "还是那个井盖")
		again.Body = body(map[string]string{"words": "还是那个井盖", "same": first.Case.ID.String()})
		if r := x.taken(again); r.State != field.Taken || r.Case.ID != first.Case.ID || r.Case.Version != 2 {
			x.t.Errorf("%+v", r)
		}
		if err := x.do("jiandu", first.Case.ID, flow.Act{Verb: flow.Accept}); err != nil {
			x.t.Fatal(err)
		}
		again.ID, again.Body = "report-0003", body(map[string]string{"words": "第三次", "same": db.NewID().String()})
		if r := x.taken(again); r.State != field.Taken || r.Case.ID == first.Case.ID {
			x.t.Errorf("the same as a case that is none: %+v", r)
		}
	})
}

func TestACheckIsTakenOrMeetsAnotherWorld(t *testing.T) {
	each(t, func(x *street) {
		id, version := x.handled("report-0001")
		check := func(item string, id db.ID, version int64, verdict string) field.Result {
			return x.taken(x.item(item, field.Check, map[string]any{"case": id, "version": version, "verdict": verdict, "words": "现场看过"}))
		}
		if r := check("check-00001", id, version, "rework"); r.State != field.Taken || r.Case.State != string(flow.Dispatched) {
			x.t.Fatalf("rework: %+v", r)
		}
		r := check("check-00002", id, version, "done")
		if r.State != field.Conflict || len(r.Choices) != 2 {
			x.t.Fatalf("not handled any more: %+v", r)
		}
		if r := x.taken(x.item("resolve-001", field.Resolve, map[string]string{"item": "check-00002", "choice": "bogus"})); r.State != field.Refused {
			x.t.Errorf("no choice: %+v", r)
		}
		if r := x.taken(x.item("resolve-002", field.Resolve, map[string]string{"item": "check-00002", "choice": "note"})); r.State != field.Taken {
			x.t.Errorf("%+v", r)
		}
		if r := x.ask("check-00002"); r.State != field.Taken || r.Choices != nil {
			x.t.Errorf("%+v", r)
		}
		x.Clock.Advance(time.Hour)
		if err := x.do("roads", id, flow.Act{Verb: flow.Reply, Words: "再次更换"}); err != nil {
			x.t.Fatal(err)
		}
		if r := check("check-00003", id, version, "done"); r.State != field.Conflict || r.Choices[0].ID != "apply" {
			x.t.Fatalf("handled anew since: %+v", r)
		}
		if r := x.taken(x.item("resolve-003", field.Resolve, map[string]string{"item": "check-00003", "choice": "apply"})); r.State != field.Taken {
			x.t.Errorf("%+v", r)
		}
		if k := x.load(id); k.State() != flow.Verified {
			x.t.Errorf("the case is %s", k.State())
		}
		if r := check("check-00004", db.NewID(), 1, "done"); r.State != field.Refused || r.Case != nil {
			x.t.Errorf("no case: %+v", r)
		}
	})
}

func TestAWorkerWhoWasMovedConfirmsNothing(t *testing.T) {
	each(t, func(x *street) {
		id, version := x.handled("report-0001")
		x.Write(x.t, func(tx *db.Tx) error {
			by := staff.Actor{Login: "command", Via: staff.ViaCommand}
			for _, g := range x.by.Grants {
				if err := staff.Revoke(tx, by, x.by.Account, g.Role, codeOf(g.Place), g.Unit); err != nil {
					return err
				}
			}
			return nil
		})
		r := x.taken(x.item("check-00001", field.Check, map[string]any{"case": id, "version": version, "verdict": "done"}))
		if r.State != field.Conflict || !slices.Contains(r.Marks, field.MarkMoved) {
			x.t.Fatalf("%+v", r)
		}
		list := x.strays()
		if len(list) != 1 || list[0].ID != "check-00001" {
			x.t.Errorf("the desk sees %+v", list)
		}
	})
}

func codeOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	return parts[len(parts)-1]
}

func (x *street) strays() (list []field.Stray) {
	x.t.Helper()
	x.Read(x.t, func(tx *db.Tx) (err error) {
		list, _, err = field.Strays(tx, x.Actor(x.t, "jiandu"), 0, 50)
		return err
	})
	return list
}

func TestPhotosThatDoNotFitWantWords(t *testing.T) {
	each(t, func(x *street) {
		id, version := x.handled("report-0001")
		one, sha := photoOf(5)
		if _, err := x.bring(one, sha); err != nil {
			x.t.Fatal(err)
		}
		lon, lat := town.GridMiddle(2)
		check := x.item("check-00001", field.Check, map[string]any{"case": id, "version": version, "verdict": "done"}, sha)
		check.Shots = map[string]field.Shot{sha: {At: x.Clock.Now().Add(-30 * time.Hour), Lon: &lon, Lat: &lat}}
		if r := x.taken(check); r.State != field.Refused || !strings.Contains(r.Words, "写明您核实的情况") {
			x.t.Fatalf("in silence: %+v", r)
		}
		check.ID, check.Body = "check-00002", body(map[string]any{"case": id, "version": version, "verdict": "done", "words": "站在对面楼上拍的，已更换"})
		r := x.taken(check)
		if r.State != field.Taken || !slices.Contains(r.Marks, "early") || !slices.Contains(r.Marks, "far") {
			x.t.Fatalf("with words: %+v", r)
		}
	})
}

func TestAClosedAccountsReportLiesOnTheDesk(t *testing.T) {
	each(t, func(x *street) {
		one, sha := photoOf(9)
		if _, err := x.bring(one, sha); err != nil {
			x.t.Fatal(err)
		}
		x.sync(x.report("report-0001", "先收到的"))
		x.Write(x.t, func(tx *db.Tx) error { return staff.SetDisabled(tx, staff.Job("test"), x.by.Account, true) })
		x.work()
		x.who.Closed = true
		r := x.taken(x.report("report-0002", "树枝压着电线", sha))
		if r.State != field.Kept || !slices.Equal(r.Marks, []string{field.MarkClosed}) {
			x.t.Fatalf("%+v", r)
		}
		list := x.strays()
		if len(list) != 2 || list[0].Said != "先收到的" || list[1].Said != "树枝压着电线" || list[1].Place != town.Willow1 {
			x.t.Fatalf("%+v", list)
		}
		adopt := func(login, id string) (r casework.Receipt, err error) {
			err = x.DB.Write(x.t.Context(), func(tx *db.Tx) error {
				r, err = x.inbox.Adopt(tx, x.Actor(x.t, login), x.by.Account, id, "")
				return err
			})
			return r, err
		}
		if _, err := adopt("roads", "report-0002"); fault.KindOf(err) != fault.KindNotFound {
			x.t.Errorf("a unit decides on it: %v", err)
		}
		if _, err := adopt("jiandu", "report-0002"); err != nil {
			x.t.Fatal(err)
		}
		if _, err := adopt("jiandu", "report-0002"); fault.KindOf(err) != fault.KindConflict {
			x.t.Errorf("twice: %v", err)
		}
		if r := x.ask("report-0002"); r.State != field.Taken || r.Case == nil {
			x.t.Errorf("%+v", r)
		}
		x.Write(x.t, func(tx *db.Tx) error {
			return x.inbox.Dismiss(tx, x.Actor(x.t, "jiandu"), x.by.Account, "report-0001", "已有人上报")
		})
		if r := x.ask("report-0001"); r.State != field.Refused || !strings.Contains(r.Words, "已有人上报") || len(x.strays()) != 0 {
			x.t.Errorf("%+v", r)
		}
	})
}

func TestDutyAndTracks(t *testing.T) {
	each(t, func(x *street) {
		began := x.Clock.Now()
		if r := x.taken(x.item("duty-000001", field.Duty, map[string]bool{"on": true})); r.State != field.Taken {
			x.t.Fatalf("%+v", r)
		}
		lon, lat := town.GridMiddle(0)
		x.Clock.Advance(time.Hour)
		fixes := []map[string]any{
			{"at": began.Add(-time.Hour), "lon": lon, "lat": lat},
			{"at": began.Add(10 * time.Minute), "lon": lon, "lat": lat},
			{"at": began.Add(10*time.Minute + 5*time.Second), "lon": lon + 1, "lat": lat},
			{"at": began.Add(20 * time.Minute), "lon": lon + 0.001, "lat": lat},
		}
		r := x.taken(x.item("track-00001", field.Track, map[string]any{"fixes": fixes}))
		if r.State != field.Taken || !slices.Equal(r.Marks, []string{field.MarkJump}) || !strings.Contains(r.Words, "保存 2 个") {
			x.t.Fatalf("%+v", r)
		}
		x.Read(x.t, func(tx *db.Tx) error {
			mine, err := grid.MyTrack(tx, x.by, began.Add(-2*time.Hour), x.Clock.Now())
			if err != nil || len(mine) != 2 {
				x.t.Errorf("%+v, %v", mine, err)
			}
			var left int
			if err := tx.QueryRow(`select count(*) from field_item where kind = 'track' and body like '%fixes%'`).Scan(&left); err != nil || left != 0 {
				x.t.Errorf("%d tracks are still in the inbox, %v", left, err)
			}
			return nil
		})
		if r := x.taken(x.item("duty-000002", field.Duty, map[string]bool{"on": true})); r.State != field.Refused || r.Words == "" {
			x.t.Errorf("on duty twice: %+v", r)
		}
	})
}
