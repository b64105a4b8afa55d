package casework_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/notify"
	"linli/internal/staff"
)

func TestOrdinaryLetterFromRegisterToArchive(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.ordinary("自来水管漏水")
		if r.Number != "SZXX-2026-000001" || len(r.Code) != 8 {
			t.Errorf("receipt %+v", r)
		}
		id := r.Case
		w.do("dispatcher", id, flow.Dispatch, to("sm-water"))
		w.do("water", id, flow.Reply, words("已更换水管，恢复供水。"))
		w.do("verifier", id, flow.Verify)
		w.do("desk", id, flow.Close, outcome("solved"))
		w.clock.Advance(1)
		dbtest.Write(t, w.d, func(tx *db.Tx) error {
			_, err := w.cases.DoByReceipt(tx, strings.ToLower(r.Number), r.Code, casework.Act{Key: "rate", Act: flow.Act{Verb: flow.Rate, Grade: 5}})
			return err
		})
		w.do("desk", id, flow.Archive)
		k, err := w.get("desk", id)
		if err != nil || k.State() != flow.Archived || k.Situation.Count[flow.Rate] != 1 {
			t.Fatalf("state %v, rated %d, %v", k.State(), k.Situation.Count[flow.Rate], err)
		}
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			n, err := notify.Unread(tx, []string{notify.Unit("sm-water")})
			if n == 0 {
				t.Error("the lead unit was not told of the dispatch")
			}
			return err
		})
	})
}

func TestHistoryReplaysToTheState(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.ordinary("路灯不亮").Case
		w.do("dispatcher", id, flow.Dispatch, to("sm-water"))
		w.do("water", id, flow.Return, words("不属本局职责"))
		w.do("dispatcher", id, flow.Reassign, to("sm-roads"), words("改由城管局办理"))
		w.do("roads", id, flow.Reply, words("已修"))
		w.do("verifier", id, flow.Rework, words("仍不亮"))
		var steps []casework.Step
		dbtest.Read(t, w.d, func(tx *db.Tx) (err error) { steps, err = w.cases.History(tx, w.who["desk"], id); return err })
		k, err := w.get("desk", id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.cases.Replay(k, steps)
		if err != nil {
			t.Fatal(err)
		}
		if got.State != k.State() || got.Lead != k.Situation.Lead || got.Steps != k.Situation.Steps ||
			!got.Running[0].Limit.Equal(k.Situation.Running[0].Limit) {
			t.Fatalf("replay gives %s/%s, the record says %s/%s", got.State, got.Lead, k.State(), k.Situation.Lead)
		}
	})
}

func TestSameKeyTwiceIsOneCaseAndOneStep(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		in := letter("水管漏水")
		in.Key = "the-same"
		a, b := w.register("desk", in), w.register("desk", in)
		if !b.Replayed || a.Replayed {
			t.Errorf("which of the two is the copy: %v, %v", a.Replayed, b.Replayed)
		}
		if b.Replayed = false; a != b {
			t.Fatalf("a repeated registration gave %+v, then %+v", a, b)
		}
		other := letter("另一件事")
		other.Key = "the-same"
		err := w.d.Write(context.Background(), func(tx *db.Tx) error { _, err := w.cases.Register(tx, w.who["desk"], other); return err })
		if fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("another letter under the same key gave %v, want a conflict", err)
		}
		c := act(flow.Accept)
		c.Key = "accept-once"
		first, err := w.try("desk", a.Case, c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.try("desk", a.Case, c)
		if again.Replayed = false; err != nil || again != first {
			t.Fatalf("a repeated step gave %+v, %v; want %+v", again, err, first)
		}
	})
}

func TestTheSecondClerkSeesWhoWasFirst(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.ordinary("水管漏水").Case
		k, err := w.get("dispatcher", id)
		if err != nil {
			t.Fatal(err)
		}
		seen := func(a *casework.Act) { a.Version = k.Version }
		w.do("dispatcher", id, flow.Dispatch, to("sm-water"), seen)
		f := w.refused("desk", id, fault.KindConflict, flow.Dispatch, to("sm-roads"), seen)
		if !strings.Contains(f.Message(), "dispatcher") || !strings.Contains(f.Message(), "转办") {
			t.Errorf("the conflict says %q, want who did what", f.Message())
		}
	})
}

func TestManyClerksOnOneCaseLeaveOneWinner(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.ordinary("水管漏水").Case
		k, err := w.get("dispatcher", id)
		if err != nil {
			t.Fatal(err)
		}
		results := make([]error, 8)
		var all sync.WaitGroup
		for i := range results {
			a := act(flow.Dispatch, to("sm-water"), func(a *casework.Act) { a.Version = k.Version })
			a.Key = w.key()
			all.Go(func() { _, results[i] = w.try("dispatcher", id, a) })
		}
		all.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if fault.KindOf(err) != fault.KindConflict {
				t.Errorf("a loser got %v, want a conflict", err)
			}
		}
		if won != 1 {
			t.Fatalf("%d of 8 won, want one", won)
		}
	})
}

// Every list an actor gets holds only cases he may open, and every open case he may open is in his queue.
func TestAListIsNeverWiderThanItsRecords(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		var all []db.ID
		for i, in := range []casework.Intake{letter("甲水管"), letter("乙水管"), letter("丙水管")} {
			if i == 1 {
				in.Place = "411203001001"
			}
			r := w.register("desk", in)
			w.do("desk", r.Case, flow.Classify, sets(map[string]any{"weight": "ordinary", "category": "供水", "digest": "水"}))
			w.do("desk", r.Case, flow.Accept)
			all = append(all, r.Case)
		}
		w.do("dispatcher", all[0], flow.Dispatch, to("sm-water"), with("sm-roads"))
		w.do("dispatcher", all[1], flow.Dispatch, to("sm-roads"))
		for login := range w.who {
			var listed, found []db.ID
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				lines, _, err := w.cases.Queue(tx, w.who[login], casework.Query{})
				if err != nil {
					return err
				}
				for _, l := range lines {
					listed = append(listed, l.ID)
				}
				hits, err := w.cases.Find(tx, w.who[login], "水管", 0, 50)
				for _, l := range hits {
					found = append(found, l.ID)
				}
				return err
			})
			for _, id := range all {
				_, err := w.get(login, id)
				may := err == nil
				if err != nil && fault.KindOf(err) != fault.KindNotFound {
					t.Fatalf("%s opening a case: %v", login, err)
				}
				if slices.Contains(listed, id) != may || slices.Contains(found, id) != may {
					t.Errorf("%s: may open %v, queue lists %v, search finds %v", login, may, slices.Contains(listed, id), slices.Contains(found, id))
				}
			}
		}
	})
}

func TestQueueComesMostUrgentFirstAndPages(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		var ids []db.ID
		for i := range 7 {
			w.clock.Set(at("2026-10-12 09:00").AddDate(0, 0, -i)) // later cases are older, hence more urgent
			ids = append(ids, w.ordinary("水管漏水").Case)
		}
		slices.Reverse(ids)
		var got []db.ID
		after := ""
		for range 4 {
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				lines, next, err := w.cases.Queue(tx, w.who["dispatcher"], casework.Query{Limit: 3, After: after})
				for _, l := range lines {
					got = append(got, l.ID)
				}
				after = next
				return err
			})
			if after == "" {
				break
			}
		}
		sorted := slices.Clone(got)
		slices.Sort(sorted)
		if len(got) != 7 || len(slices.Compact(sorted)) != 7 {
			t.Fatalf("paging gave %d cases, want each of 7 once", len(got))
		}
		if got[0] != ids[0] || got[6] != ids[6] {
			t.Errorf("order %v, want %v", got, ids)
		}
	})
}

func TestMergedReporterKeepsHisReceipt(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		main := w.ordinary("自来水管漏水")
		in := letter("水管又漏了")
		in.Fields["sender"], in.Fields["phone"] = "李四", "19900000002"
		dup := w.register("desk", in)
		w.do("desk", dup.Case, flow.Merge, func(a *casework.Act) { a.Case = main.Case.String() })
		var p *casework.Progress
		dbtest.Read(t, w.d, func(tx *db.Tx) (err error) { p, err = w.cases.Track(tx, dup.Number, dup.Code); return err })
		if p.Case.ID != main.Case || !p.Merged || p.Receipt != dup.Number {
			t.Fatalf("the second receipt leads to %s, merged %v", p.Case.Number, p.Merged)
		}
		w.refused("desk", dup.Case, fault.KindConflict, flow.Accept)
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			k, err := w.cases.Get(tx, w.who["desk"], main.Case)
			if err != nil {
				return err
			}
			list, err := w.cases.Reporters(tx, w.who["desk"], k)
			if len(list) != 2 {
				t.Errorf("the main case has %d reporters, want 2", len(list))
			}
			return err
		})
	})
}

func TestAWrongCodeReadsLikeAWrongNumber(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.ordinary("水管漏水")
		var messages []string
		for _, try := range [][2]string{{r.Number, "AAAAAAAA"}, {"SZXX-2026-999999", r.Code}, {r.Number, ""}} {
			err := w.d.Read(context.Background(), func(tx *db.Tx) error { _, err := w.cases.Track(tx, try[0], try[1]); return err })
			if fault.KindOf(err) != fault.KindNotFound {
				t.Fatalf("tracking with %v gave %v", try, err)
			}
			messages = append(messages, fault.As(err).Message())
		}
		if messages[0] != messages[1] || messages[1] != messages[2] {
			t.Errorf("the answers differ: %q", messages)
		}
	})
}

func TestACallThatBecomesALetterKeepsItsThread(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.register("duty", casework.Intake{Flow: "hotline", Place: "411202001001", Sets: map[string]any{"way": "letter"}, Fields: map[string]string{
			"line": "12345", "caller": "王小明", "address": "湖滨路", "phone": "19900000001", "problem": "拆迁补偿多年未解决，情况复杂"}})
		w.do("duty", r.Case, flow.Convert, func(a *casework.Act) { a.Flow = "letter" })
		k, err := w.get("duty", r.Case)
		if err != nil {
			t.Fatal(err)
		}
		if k.Flow != "letter" || k.Channel != "letter" || k.Situation.Count[flow.Register] != 1 || k.Number != r.Number {
			t.Fatalf("after conversion: flow %s, channel %s, number %s", k.Flow, k.Channel, k.Number)
		}
	})
}

func TestOverdueCaseSaysSoItself(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.ordinary("水管漏水").Case
		w.do("dispatcher", id, flow.Dispatch, to("sm-water"))
		lapsing := func() (ids []db.ID) {
			dbtest.Read(t, w.d, func(tx *db.Tx) (err error) { ids, err = w.cases.Lapsing(tx, 10); return err })
			return ids
		}
		if got := lapsing(); len(got) != 0 {
			t.Fatalf("lapsing on the first day: %v", got)
		}
		w.clock.Set(at("2026-10-20 00:00")) // the seventh day ended
		if got := lapsing(); len(got) != 1 {
			t.Fatalf("lapsing after the ceiling: %v, want one", got)
		}
		for range 2 {
			dbtest.Write(t, w.d, func(tx *db.Tx) error { _, err := w.cases.Lapse(tx, id); return err })
			if got := lapsing(); len(got) != 0 {
				t.Fatalf("still lapsing after it was noted: %v", got)
			}
		}
		k, err := w.get("desk", id)
		if err != nil || k.Situation.Mark(w.clock.Now()) != flow.Red {
			t.Fatalf("mark %s, %v", k.Situation.Mark(w.clock.Now()), err)
		}
	})
}

func TestAuditFindsAnAlteredStep(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.ordinary("水管漏水").Case
		w.do("dispatcher", id, flow.Dispatch, to("sm-water"))
		seal, err := audit.OpenSeal(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		verify := func() audit.Report {
			if _, err := audit.SequenceAll(t.Context(), w.d); err != nil {
				t.Fatal(err)
			}
			r, err := audit.Verify(t.Context(), w.d, "4112", audit.Check{Seal: seal, Witnesses: []audit.Witness{w.cases.Witness()}})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := verify(); !r.OK() || r.Witnessed < 4 {
			t.Fatalf("an untouched log: %+v", r)
		}
		dbtest.Write(t, w.d, func(tx *db.Tx) error {
			return tx.Exec(`update case_step set words = '改过' where case_id = ? and seq = 1`, id)
		})
		if r := verify(); r.OK() {
			t.Fatal("an altered step was not found")
		}
	})
}

func TestStaffNamesAreMaskedToThoseWhoNeedNotKnow(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.ordinary("水管漏水").Case
		name := func(login string) string {
			var list []casework.Reporter
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				k, err := w.cases.Get(tx, w.who[login], id)
				if err != nil {
					return err
				}
				list, err = w.cases.Reporters(tx, w.who[login], k)
				return err
			})
			return list[0].Name
		}
		if name("desk") != "王小明" || name("supervisor") == "王小明" {
			t.Errorf("desk reads %q, supervisor %q", name("desk"), name("supervisor"))
		}
	})
}

func TestAPersonSeesHisOwnCaseOnly(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.ordinary("水管漏水")
		stranger := staff.Actor{Account: db.NewID(), Person: db.NewID(), Name: "路人", Via: staff.ViaPage, Grants: []staff.Grant{{Role: staff.Resident}}}
		w.who["stranger"] = stranger
		if _, err := w.get("stranger", r.Case); fault.KindOf(err) != fault.KindNotFound {
			t.Fatalf("a stranger opening a case got %v", err)
		}
	})
}

func TestAReporterWithAMobileNumberHearsByText(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.ordinary("水管漏水")
		var list []notify.Delivery
		dbtest.Read(t, w.d, func(tx *db.Tx) (err error) {
			list, err = notify.Deliveries(tx, notify.Filter{Channel: notify.Phone})
			return err
		})
		if len(list) != 1 || list[0].Event != "case.accept" || strings.Contains(list[0].MaskedTarget(), "19900000001") {
			t.Fatalf("text messages after acceptance: %+v", list)
		}
	})
}

func TestAReporterUrgesOnceADayAndRatesForHimself(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.ordinary("水管漏水")
		by := func(key string, a flow.Act) error {
			return w.d.Write(context.Background(), func(tx *db.Tx) error {
				_, err := w.cases.DoByReceipt(tx, r.Number, r.Code, casework.Act{Key: key, Act: a})
				return err
			})
		}
		if err := by("u1", flow.Act{Verb: flow.Urge}); err != nil {
			t.Fatal(err)
		}
		if err := by("u2", flow.Act{Verb: flow.Urge}); fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("a second urging on one day gave %v, want a conflict", err)
		}
		w.do("desk", r.Case, flow.Urge) // an office may, any time
		w.do("dispatcher", r.Case, flow.Dispatch, to("sm-water"))
		w.do("water", r.Case, flow.Reply, words("已修"))
		w.do("verifier", r.Case, flow.Verify)
		w.do("desk", r.Case, flow.Close, outcome("solved"))
		if err := by("rate", flow.Act{Verb: flow.Rate, Grade: 4}); err != nil {
			t.Fatal(err)
		}
		dbtest.Read(t, w.d, func(tx *db.Tx) error {
			k, err := w.cases.Get(tx, w.who["desk"], r.Case)
			if err != nil {
				return err
			}
			list, err := w.cases.Reporters(tx, w.who["desk"], k)
			if err == nil && list[0].Grade != 4 {
				t.Errorf("the reporter's own grade is %d, want 4", list[0].Grade)
			}
			return err
		})
	})
}
