package duty_test

import (
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/indicator/indicatortest"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/staff"
)

// at is a morning in Shanghai.
func at(day string) time.Time { return civil.MustDate(day).In(civil.Shanghai).Add(9 * time.Hour) }

// office is a city with its duties under a clock of ours.
type office struct {
	*indicatortest.City
	t      *testing.T
	clock  *dbtest.Clock
	duties *duty.Duties
}

func each(t *testing.T, test func(o office)) {
	clock := dbtest.NewClock()
	clock.Set(at("2026-01-05"))
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(at("2026-01-05"))
		c := indicatortest.Open(t, d)
		test(office{c, t, clock, duty.New(duty.Options{Law: civil.CivilCode(), Packs: c.Index})})
	}, indicatortest.Migrations...)
}

// firstCase lets the city's work begin in a month.
func (o office) firstCase(month string) {
	dbtest.Write(o.t, o.DB, func(tx *db.Tx) error {
		return tx.Exec(`insert into case_record (id, number, document, pack_version, flow, first_flow, channel, title, place, path, state, open,
			situation, version, month, registered_at, last_step_at, yellow_at)
			values (?, 'X', 'sm12-69', '', 'mailbox', 'mailbox', 'mayors-mailbox', '路灯', '411202', ?, 'registered', 1, '{}', 1, ?, '', '', '')`,
			db.NewID(), indicatortest.East, month)
	})
}

func (o office) sweep(day string) (s duty.Sweep) {
	o.t.Helper()
	o.clock.Set(at(day))
	dbtest.Write(o.t, o.DB, func(tx *db.Tx) (err error) { s, err = o.duties.Sweep(tx); return err })
	return s
}

func (o office) tasks() (list []duty.Task) {
	o.t.Helper()
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) (err error) { list, err = o.duties.List(tx, o.Supervisor, 0); return err })
	return list
}

func (o office) told() (subjects []string) {
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) error {
		list, err := notify.Inbox(tx, []string{notify.Unit("office")}, notify.Page{})
		for _, m := range list {
			subjects = append(subjects, m.Subject)
		}
		return err
	})
	return subjects
}

// The quarterly bulletin: nothing before the work begins, one task when the quarter is over, reminded once, late once.
func TestQuarterlyTask(t *testing.T) {
	each(t, func(o office) {
		if s := o.sweep("2026-01-05"); s.Raised != 0 {
			t.Fatalf("tasks raised before the first case: %+v", s)
		}
		o.firstCase("2026-01")
		if s := o.sweep("2026-03-31"); s.Raised != 0 {
			t.Fatalf("raised before the quarter ended: %+v", s)
		}
		if s := o.sweep("2026-04-01"); s != (duty.Sweep{Raised: 1}) {
			t.Fatalf("on the first day after the quarter: %+v", s)
		}
		if s := o.sweep("2026-04-01"); s != (duty.Sweep{}) {
			t.Fatalf("a second sweep did something: %+v", s)
		}
		task := o.tasks()[0]
		if task.Unit != "office" || task.Duty != "mailbox-bulletin" || task.Period.From != civil.MustDate("2026-01-01") || task.Period.To != civil.MustDate("2026-03-31") {
			t.Errorf("task %+v", task)
		}
		// Ten working days after 31 March 2026, over Qingming (4 to 6 April off): 15 April.
		if want := civil.MustDate("2026-04-15"); task.Last != want || !task.Due.Equal(want.AddDays(1).In(civil.Shanghai)) {
			t.Errorf("last day %s, due %s", task.Last, task.Due)
		}
		if s := o.sweep("2026-04-13"); s != (duty.Sweep{Reminded: 1}) {
			t.Errorf("three days before: %+v", s)
		}
		if s := o.sweep("2026-04-15"); s != (duty.Sweep{}) {
			t.Errorf("on the last day: %+v", s)
		}
		if s := o.sweep("2026-04-16"); s != (duty.Sweep{Late: 1}) {
			t.Errorf("on the day after: %+v", s)
		}
		if got := o.tasks()[0]; got.State != duty.Late || !got.WasLate {
			t.Errorf("state %s", got.State)
		}
		if got := o.told(); len(got) != 3 {
			t.Errorf("messages: %q", got)
		}
	})
}

// A task is finished with evidence, once, by who may; a late one stays marked as late.
func TestFinish(t *testing.T) {
	each(t, func(o office) {
		o.firstCase("2026-01")
		o.sweep("2026-04-20")
		id := o.tasks()[0].ID
		finish := func(by staff.Actor, e duty.Evidence) error {
			return o.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := o.duties.Finish(tx, by, id, e); return err })
		}
		shown := duty.Evidence{Link: "/supervisor/bulletins/x", Words: "已印发"}
		for _, by := range []staff.Actor{o.Handler, o.Nobody, o.County} {
			if err := finish(by, shown); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("%s: %v", by.Name, err)
			}
		}
		for _, bad := range []duty.Evidence{{}, {Words: "  "}, {Link: "https://example.org/"}, {Link: "//example.org"}, {Link: "/a\nb"}} {
			if err := finish(o.Supervisor, bad); fault.KindOf(err) != fault.KindInvalid {
				t.Errorf("evidence %q: %v", bad, err)
			}
		}
		if err := finish(o.Supervisor, shown); err != nil {
			t.Fatal(err)
		}
		if err := finish(o.Supervisor, shown); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("a second time: %v", err)
		}
		task := o.tasks()[0]
		if task.State != duty.Done || !task.WasLate || task.Evidence != shown.Link || task.DoneName != o.Supervisor.Name {
			t.Errorf("%+v", task)
		}
		if s := o.sweep("2026-04-21"); s != (duty.Sweep{}) {
			t.Errorf("a finished task moved: %+v", s)
		}
	})
}

// A city that begins to use the pack late is not asked for what lies years back, and sees only what it may.
func TestReachAndSight(t *testing.T) {
	each(t, func(o office) {
		o.firstCase("2020-01")
		if s := o.sweep("2026-05-04"); s.Raised != 5 || s.Late != 5 {
			t.Errorf("%+v", s)
		}
		dbtest.Read(t, o.DB, func(tx *db.Tx) error {
			for name, n := range map[string]int{"county": 0, "resident": 0, "leader": 5} {
				by := map[string]staff.Actor{"county": o.County, "resident": o.Nobody, "leader": o.Leader}[name]
				list, err := o.duties.List(tx, by, 0)
				if err != nil {
					return err
				}
				if len(list) != n {
					t.Errorf("%s sees %d tasks, want %d", name, len(list), n)
				}
			}
			return nil
		})
	})
}

// The job sweeps and comes again at midnight.
func TestJob(t *testing.T) {
	each(t, func(o office) {
		o.firstCase("2026-01")
		o.clock.Set(at("2026-04-01"))
		r := job.NewRunner(o.DB, job.Options{})
		o.duties.Register(r)
		dbtest.Write(t, o.DB, func(tx *db.Tx) error { return duty.Start(tx) })
		dbtest.Write(t, o.DB, func(tx *db.Tx) error { return duty.Start(tx) })
		for _, want := range []int{1, 0} {
			if n, err := r.RunDue(t.Context()); err != nil || n != want {
				t.Fatalf("ran %d jobs, want %d: %v", n, want, err)
			}
		}
		if len(o.tasks()) != 1 {
			t.Errorf("%d tasks", len(o.tasks()))
		}
		o.clock.Set(at("2026-04-02"))
		if n, err := r.RunDue(t.Context()); err != nil || n != 1 {
			t.Errorf("on the next day ran %d: %v", n, err)
		}
	})
}
