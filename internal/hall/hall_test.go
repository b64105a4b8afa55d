package hall_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/hall"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

func hallOf(t *testing.T, w *town.Town, change func(*hall.Hall)) db.ID {
	t.Helper()
	h := hall.Hall{Kind: "public-service", Name: "柳荫社区公共服务中心", Place: town.Willow, Unit: town.WillowCommittee,
		Opens: "1-7 08:30-18:00", Counters: 2, Capacity: 1, Slot: 30, Most: 2, Shared: true, Seats: 40, Area: 420}
	if change != nil {
		change(&h)
	}
	var id db.ID
	w.Write(t, func(tx *db.Tx) (err error) { id, err = hall.Put(tx, w.Actor(t, "willow"), h); return err })
	return id
}

var (
	keys     atomic.Int64
	tContext = context.Background()
)

func key() string { return fmt.Sprint("k", keys.Add(1)) }

func take(t *testing.T, w *town.Town, id db.ID, class string) (k hall.Ticket) {
	t.Helper()
	w.Write(t, func(tx *db.Tx) (err error) {
		k, err = hall.Take(tx, w.Actor(t, "hall"), key(), id, class, "")
		return err
	})
	return k
}

func call(w *town.Town, by staff.Actor, id db.ID, counter int) (k hall.Ticket, err error) {
	err = w.DB.Write(tContext, func(tx *db.Tx) (err error) { k, err = hall.Call(tx, by, key(), id, counter); return err })
	return k, err
}

func finish(t *testing.T, w *town.Town, k hall.Ticket, m hall.Move) {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error { _, err := hall.Do(tx, w.Actor(t, "hall"), key(), k.ID, m, 0); return err })
}

// The old and the disabled come first, and an ordinary number still waits for at most Most of them.
func TestPriorityIsFair(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id, clerk := hallOf(t, w, nil), w.Actor(t, "hall")
		for _, class := range []string{"ordinary", "ordinary", "elder", "disabled", "elder", "elder"} {
			take(t, w, id, class)
		}
		for _, want := range []string{"E003", "D004", "A001", "E005", "E006", "A002"} {
			k, err := call(w, clerk, id, 1)
			if err != nil {
				t.Fatal(err)
			}
			if k.Number != want {
				t.Fatalf("called %s, want %s", k.Number, want)
			}
			finish(t, w, k, hall.Finish)
		}
		if _, err := call(w, clerk, id, 1); fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("nobody waits, got %v", err)
		}
	}, hall.Migrations)
}

// Ahead says in which order numbers will be called, by the very rule that calls them.
func TestAheadTellsWhoIsCalled(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id, clerk := hallOf(t, w, nil), w.Actor(t, "hall")
		for _, class := range []string{"ordinary", "elder", "ordinary", "pregnant", "elder", "ordinary", "soldier"} {
			take(t, w, id, class)
		}
		var b *hall.Board
		w.Read(t, func(tx *db.Tx) (err error) { b, err = hall.Look(tx, id); return err })
		order := map[string]int{}
		for _, k := range b.Waiting {
			order[k.Number] = b.Ahead(k.ID)
		}
		for n := range len(b.Waiting) {
			k, err := call(w, clerk, id, 2)
			if err != nil {
				t.Fatal(err)
			}
			if order[k.Number] != n {
				t.Fatalf("%s was called as number %d, was told %d are ahead", k.Number, n, order[k.Number])
			}
			finish(t, w, k, hall.Finish)
		}
	}, hall.Migrations)
}

func TestOneNumberAtACounterAndOneCounterForANumber(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id, clerk := hallOf(t, w, nil), w.Actor(t, "hall")
		for range 2 {
			take(t, w, id, "ordinary")
		}
		var wait sync.WaitGroup
		var called sync.Map
		for counter := 1; counter <= 2; counter++ {
			wait.Go(func() {
				k, err := call(w, clerk, id, counter)
				if err != nil {
					t.Error(err)
				}
				if _, twice := called.LoadOrStore(k.Number, counter); twice {
					t.Errorf("%s was called twice", k.Number)
				}
			})
		}
		wait.Wait()
		if _, err := call(w, clerk, id, 1); fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("a busy counter called another: %v", err)
		}
		if _, err := call(w, w.Actor(t, "lotus"), id, 1); fault.KindOf(err) != fault.KindForbidden {
			t.Fatalf("somebody else's clerk called: %v", err)
		}
	}, hall.Migrations)
}

func TestSkippedComesBackWithHisPlace(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id, clerk := hallOf(t, w, nil), w.Actor(t, "hall")
		first := take(t, w, id, "ordinary")
		take(t, w, id, "ordinary")
		k, err := call(w, clerk, id, 1)
		if err != nil || k.ID != first.ID {
			t.Fatal(k, err)
		}
		finish(t, w, k, hall.Again)
		finish(t, w, k, hall.Skip)
		finish(t, w, k, hall.Restore)
		if k, err = call(w, clerk, id, 1); err != nil || k.ID != first.ID || k.Calls != 3 {
			t.Fatalf("called %s after %d calls, %v", k.Number, k.Calls, err)
		}
		w.Write(t, func(tx *db.Tx) error {
			moved, err := hall.Do(tx, clerk, key(), k.ID, hall.Transfer, 2)
			if err == nil && moved.Counter != 2 {
				t.Errorf("at counter %d", moved.Counter)
			}
			return err
		})
	}, hall.Migrations)
}

// However many want the last place of a slot, one gets it; who does not come is noted, who comes has priority.
func TestASlotIsGivenOnce(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id := hallOf(t, w, nil)
		at := dayAt("2026-10-10", 9, 0)
		book := func(login string) error {
			by := w.Actor(t, login)
			return w.DB.Write(tContext, func(tx *db.Tx) error { _, err := hall.Book(tx, by, key(), id, at, "居住证"); return err })
		}
		errs := make(chan error, 2)
		for _, login := range []string{"resident", "neighbour"} {
			go func() { errs <- book(login) }()
		}
		a, b := <-errs, <-errs
		if (a == nil) == (b == nil) {
			t.Fatalf("one must get the slot: %v, %v", a, b)
		}
		if err := book("resident"); fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("booked twice: %v", err)
		}
		runner := job.NewRunner(w.DB, job.Options{})
		hall.Register(runner)
		due := func(now time.Time) {
			w.Clock.Set(now)
			if _, err := runner.RunDue(tContext); err != nil {
				t.Fatal(err)
			}
		}
		due(at.Add(-time.Hour))
		state := func() (s string) {
			for _, login := range []string{"resident", "neighbour"} {
				w.Read(t, func(tx *db.Tx) error {
					by := w.Actor(t, login)
					list, err := hall.Own(tx, by)
					if len(list) > 0 {
						s = list[0].State
						n, _ := notify.Unread(tx, []string{notify.Person(by.Person)})
						if n != 1 {
							t.Errorf("%d reminders", n)
						}
					}
					return err
				})
			}
			return s
		}
		if s := state(); s != hall.Booked {
			t.Fatal(s)
		}
		due(at.Add(20 * time.Minute))
		if s := state(); s != hall.Missed {
			t.Fatalf("who did not come is %s", s)
		}
	}, hall.Migrations)
}

// TestAMergedPersonKeepsHisAppointment: whoever is one person in the register has one appointment for an instant, and may give it up.
func TestAMergedPersonKeepsHisAppointment(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id := hallOf(t, w, func(h *hall.Hall) { h.Capacity = 2 })
		at := dayAt("2026-10-10", 9, 0)
		me, other := w.Actor(t, "resident"), w.Actor(t, "neighbour")
		w.Write(t, func(tx *db.Tx) error {
			if _, err := hall.Book(tx, me, key(), id, at, "居住证"); err != nil {
				return err
			}
			return w.People.Merge(tx, me.Person, other.Person, db.NewID(), "test", "本人到场，确认是一人")
		})
		var list []hall.Appointment
		w.Read(t, func(tx *db.Tx) (err error) { list, err = hall.Own(tx, other); return err })
		if len(list) != 1 {
			t.Fatalf("after the merge: %v", list)
		}
		err := w.DB.Write(tContext, func(tx *db.Tx) error { _, err := hall.Book(tx, other, key(), id, at, "居住证"); return err })
		if fault.KindOf(err) != fault.KindConflict {
			t.Errorf("booked under both entries: %v", err)
		}
		w.Write(t, func(tx *db.Tx) error { _, err := hall.Cancel(tx, other, key(), list[0].ID); return err })
	}, hall.Migrations)
}

// A room is never given to two at once, only when it is open, and its owner decides.
func TestARoomIsBookedOnce(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id := hallOf(t, w, nil)
		reserve := func(login string, from, to int) (b hall.Booking, err error) {
			by := w.Actor(t, login)
			err = w.DB.Write(tContext, func(tx *db.Tx) (err error) {
				b, err = hall.Reserve(tx, by, key(), hall.Booking{Hall: id, From: db.At(dayAt("2026-10-10", from, 0)), To: db.At(dayAt("2026-10-10", to, 0)), Purpose: "居民读书会", Heads: 20})
				return err
			})
			return b, err
		}
		errs := make(chan error, 2)
		for _, login := range []string{"resident", "water"} {
			go func() { _, err := reserve(login, 14, 16); errs <- err }()
		}
		a, b := <-errs, <-errs
		if (a == nil) == (b == nil) {
			t.Fatalf("one must get the room: %v, %v", a, b)
		}
		for _, wrong := range [][2]int{{15, 17}, {13, 15}, {17, 19}, {7, 9}} {
			if _, err := reserve("resident", wrong[0], wrong[1]); err == nil {
				t.Errorf("from %d to %d was given", wrong[0], wrong[1])
			}
		}
		k, err := reserve("resident", 10, 12)
		if err != nil || k.State != hall.Asked {
			t.Fatal(k, err)
		}
		decide := func(login, state, words string) error {
			by := w.Actor(t, login)
			return w.DB.Write(tContext, func(tx *db.Tx) error { _, err := hall.Decide(tx, by, key(), k.ID, state, words); return err })
		}
		if err := decide("lotus", hall.Approved, ""); fault.KindOf(err) != fault.KindNotFound {
			t.Fatalf("a stranger decided: %v", err)
		}
		if err := decide("resident", hall.Approved, ""); fault.KindOf(err) != fault.KindForbidden {
			t.Fatalf("approved by himself: %v", err)
		}
		if err := decide("willow", hall.Refused, ""); fault.KindOf(err) != fault.KindInvalid {
			t.Fatalf("refused without a reason: %v", err)
		}
		if err := decide("willow", hall.Approved, ""); err != nil {
			t.Fatal(err)
		}
		w.Read(t, func(tx *db.Tx) error {
			u, err := hall.UseOf(tx, id, dayAt("2026-10-01", 0, 0), dayAt("2026-11-01", 0, 0))
			if err == nil && (u.Bookings != 1 || u.Minutes != 120 || u.Heads != 20) {
				t.Errorf("use %+v", u)
			}
			return err
		})
	}, hall.Migrations)
}

func TestAVisitAtHome(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		do := func(login string, f func(tx *db.Tx, by staff.Actor) error) error {
			by := w.Actor(t, login)
			return w.DB.Write(tContext, func(tx *db.Tx) error { return f(tx, by) })
		}
		var v hall.Visit
		if err := do("resident", func(tx *db.Tx, by staff.Actor) (err error) {
			v, err = hall.AskVisit(tx, by, key(), hall.Visit{Place: town.Willow, Name: "许甲", Address: "一号院", Need: "腿脚不便，办高龄津贴"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		assign := func(tx *db.Tx, by staff.Actor) error {
			_, err := hall.AssignVisit(tx, by, key(), v.ID, civil.MustDate("2026-10-12"))
			return err
		}
		if err := do("lotus", assign); fault.KindOf(err) != fault.KindNotFound {
			t.Fatalf("another community took it on: %v", err)
		}
		if err := do("willow", assign); err != nil {
			t.Fatal(err)
		}
		end := func(tx *db.Tx, by staff.Actor) error {
			_, err := hall.EndVisit(tx, by, key(), v.ID, hall.Visited, "材料已收齐")
			return err
		}
		if err := do("hall", end); fault.KindOf(err) != fault.KindForbidden {
			t.Fatalf("ended by somebody else: %v", err)
		}
		if err := do("willow", end); err != nil {
			t.Fatal(err)
		}
	}, hall.Migrations)
}

func TestHoursAreRead(t *testing.T) {
	for text, good := range map[string]bool{"1-5 09:00-12:00 13:30-17:00; 6,7 09:00-16:00": true, "1-7 00:00-24:00": true, "": false, "8 09:00-10:00": false,
		"1 10:00-09:00": false, "1-5": false, "1 9-10": false, "5-1 09:00-10:00": false} {
		if _, err := hall.ParseHours(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
	h, _ := hall.ParseHours("1-5 09:00-12:00 13:30-17:00; 6,7 09:00-16:00")
	if h.Covers(dayAt("2026-10-09", 11, 0), dayAt("2026-10-09", 14, 0)) || !h.Covers(dayAt("2026-10-11", 9, 0), dayAt("2026-10-11", 16, 0)) {
		t.Error("wrong hours")
	}
	if n := len(h.Slots(civil.MustDate("2026-10-09"), 30*time.Minute)); n != 6+7 {
		t.Errorf("%d slots", n)
	}
}

func dayAt(day string, hour, minute int) time.Time {
	return civil.MustDate(day).In(civil.Shanghai).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// A hall has its entry in the register of facilities, one however often it is changed, and its own age of priority.
func TestAHallIsAFacility(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		id, by := hallOf(t, w, nil), w.Actor(t, "willow")
		var h hall.Hall
		w.Read(t, func(tx *db.Tx) (err error) { h, err = hall.Get(tx, id); return err })
		if h.Elder != hall.ElderFrom {
			t.Errorf("priority from %d", h.Elder)
		}
		first := h.Facility
		h.Opens, h.Elder, h.Shared = "1-5 09:00-17:00", 65, false
		w.Write(t, func(tx *db.Tx) error { _, err := hall.Put(tx, by, h); return err })
		w.Read(t, func(tx *db.Tx) (err error) {
			if h, err = hall.Get(tx, id); err != nil {
				return err
			}
			f, err := register.FacilityOf(tx, h.Facility)
			if err == nil && (h.Facility != first || h.Elder != 65 || f.Name != h.Name || f.Path != h.Path || f.Hours != h.Opens || f.Shareable || f.Kind != "service") {
				t.Errorf("hall %+v, facility %+v", h, f)
			}
			return err
		})
		for _, age := range []int{49, 101} {
			h.Elder = age
			if err := w.DB.Write(tContext, func(tx *db.Tx) error { _, err := hall.Put(tx, by, h); return err }); fault.KindOf(err) != fault.KindInvalid {
				t.Errorf("priority from %d: %v", age, err)
			}
		}
	}, hall.Migrations)
}
